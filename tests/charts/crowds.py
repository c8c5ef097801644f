"""Made-up cities of many regions, drawn by a script: no real place looks like them."""

import geopandas as gpd
import numpy as np
import shapely
from squares import fact

from analysis.facts import Fact

_FIRST, _SECOND = "杨柳松柏梅兰竹菊荷桂石泉溪湖岭滩湾桥塘坪", "东西南北上下前后大小新老长高白青红金银玉"


def voronoi(count: int, seed: int = 1, width: float = 1.2, height: float = 0.8) -> list[shapely.Polygon]:
    """Return ``count`` cells that fill an oval, smaller towards its middle as towns are."""
    drawn = np.random.default_rng(seed)
    angle, reach = drawn.uniform(0, 2 * np.pi, count), drawn.uniform(0, 1, count) ** 0.62
    xy = np.column_stack([105 + width / 2 * reach * np.cos(angle), 37 + height / 2 * reach * np.sin(angle)])
    oval = shapely.transform(shapely.Point(0, 0).buffer(1, quad_segs=40), lambda p: p * (width / 2, height / 2) + (105, 37))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(xy), extend_to=oval))
    cells = [shapely.intersection(cell, oval) for cell in cells]
    return sorted(cells, key=lambda cell: (round(cell.centroid.y, 6), round(cell.centroid.x, 6)))


def townships(count: int, seed: int = 1, names: list[str] | None = None) -> gpd.GeoDataFrame:
    """Return townships in districts of thirty each."""
    cells = voronoi(count, seed)
    codes = [f"9901{i // 30 + 1:02d}{i % 30 + 1:03d}" for i in range(count)]
    made = names or [f"{_FIRST[i % 20]}{_SECOND[i // 20 % 20]}{('镇', '乡', '街道')[i % 3]}" for i in range(count)]
    return gpd.GeoDataFrame({"code": codes, "name": made, "district_code": [c[:6] for c in codes]}, geometry=cells, crs=4326)


def counties(count: int = 280, seed: int = 2) -> gpd.GeoDataFrame:
    """Return regions with Latin names, as counties of a foreign country that come through published totals."""
    parts = ("Ash", "Birch", "Cedar", "Dun", "Elm", "Fair", "Glen", "Har", "Iron", "Jas"), ("ford", "wood", "ville", "ton", "mere", "field", "burgh")
    names = [f"{parts[0][i % 10]}{parts[1][i // 10 % 7]}{' Saint Mary' if i % 11 == 0 else ''} County" for i in range(count)]
    return gpd.GeoDataFrame({"code": [f"9{i:05d}" for i in range(count)], "name": names}, geometry=voronoi(count, seed, 3.0, 2.0), crs=4326)


def rates_of(regions: gpd.GeoDataFrame, seed: int = 3, **changes) -> list[Fact]:
    """Return a rate for every region: some zero, some withheld, some not reported, some incomplete."""
    drawn = np.random.default_rng(seed)
    made = []
    for number, (code, name) in enumerate(zip(regions["code"], regions["name"], strict=True)):
        below = int(drawn.integers(12, 400))
        above = int(below * drawn.beta(4, 5))
        given = {"region_name": name, "region_level": "township" if len(code) > 6 else "district"} | changes
        if number % 29 == 3:
            made.append(fact(code, 0, below, **given))
        elif number % 31 == 5:
            made.append(fact(code, None, status="no_data", reason="没有交覆盖关系表", **given))
        elif number % 37 == 7:
            made.append(fact(code, None, status="suppressed", reason="单位不足5家", **given))
        elif number % 41 == 9:
            made.append(fact(code, above, below, left_out=("990199",), **given))
        else:
            made.append(fact(code, above, below, **given))
    return made


def counts_of(rates: list[Fact], **changes) -> list[Fact]:
    """Return what each rate leaves to its denominator, as counts."""
    given = {"indicator": "blind_unit_count", "name": "盲区单位"} | changes
    return [fact(f.region_code, f.denominator - f.numerator, None, region_name=f.region_name, region_level=f.region_level, **given) if f.is_ok else
            fact(f.region_code, None, None, region_name=f.region_name, region_level=f.region_level, status=f.status, reason=f.reason, **given)
            for f in rates]  # fmt: skip


def eligible_of(rates: list[Fact]) -> list[Fact]:
    return [fact(f.region_code, f.denominator if f.is_ok else None, None, region_name=f.region_name, region_level=f.region_level, status=f.status,
                 reason=f.reason, indicator="eligible_unit_count", name="应建会单位") for f in rates]  # fmt: skip


def inverse(rates: list[Fact], **changes) -> list[Fact]:
    """Return the blank rates that belong to the coverage rates."""
    given = {"indicator": "blind_unit_rate", "name": "盲区率"} | changes
    return [fact(f.region_code, f.denominator - f.numerator, f.denominator, region_name=f.region_name, region_level=f.region_level, **given) if f.is_ok else
            fact(f.region_code, None, region_name=f.region_name, region_level=f.region_level, status=f.status, reason=f.reason, **given)
            for f in rates]  # fmt: skip


def odd_places() -> gpd.GeoDataFrame:
    """Return an enclave in its host, a region of three islands, one thin as a thread along another, one very small, one with a hole that is nobody's."""
    enclave = shapely.box(105.25, 37.25, 105.35, 37.33)
    host = shapely.box(105, 37, 105.6, 37.6).difference(enclave)
    islands = shapely.MultiPolygon([shapely.box(105.7, 37.45, 105.85, 37.6), shapely.box(105.9, 37.5, 106.0, 37.56), shapely.box(105.92, 37.35, 105.97, 37.4)])
    thread = shapely.Polygon([(105, 36.985), (105.6, 36.985), (105.9, 36.9), (105.9, 36.905), (105.6, 37), (105, 37)])
    speck = shapely.box(105.66, 37.1, 105.668, 37.108)
    holed = shapely.box(105.7, 36.95, 106.1, 37.3).difference(shapely.box(105.85, 37.05, 105.95, 37.15))
    names = ["包围的县", "飞地区", "三岛县", "沿江的一条街道", "点大的开发区", "有空洞的县"]
    shapes = [host, enclave, islands, thread, speck, holed]
    return gpd.GeoDataFrame({"code": [f"99010{i}" for i in range(1, 7)], "name": names}, geometry=shapes, crs=4326)


def all_of(regions: gpd.GeoDataFrame, status: str) -> list[Fact]:
    """Return facts that are all no_data, suppressed, zero or incomplete."""
    reasons = {"no_data": "没有交覆盖关系表", "suppressed": "单位不足5家"}
    given = {"status": status, "reason": reasons[status]} if status in reasons else {"left_out": ("990199",)} if status == "incomplete" else {}
    value = {"zero": 0, "incomplete": 45}.get(status)
    return [fact(code, value, region_name=name, **given) for code, name in zip(regions["code"], regions["name"], strict=True)]
