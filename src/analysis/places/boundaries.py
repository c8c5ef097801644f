"""The districts and townships: one polygon a region, its code as text, its name, in WGS-84 longitude and latitude."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis import tables
from analysis.errors import BoundaryError
from analysis.places.boundary_files import bring_to_wgs84, read_layer
from analysis.places.fit import misfits
from analysis.places.locate import Locator
from analysis.settings import Settings

_REASONS = {"Self-intersection": "自相交", "Ring Self-intersection": "环自相交", "Too few points": "点数不足", "Hole lies outside": "洞在外环之外",
            "Nested shells": "外环重叠", "Interior is disconnected": "内部不连通", "Holes are nested": "洞重叠", "Duplicate Rings": "环重复"}  # fmt: skip


@dataclass(frozen=True)
class Boundaries:
    """Regions in WGS-84 sorted by code: ``code``, ``name``, ``geometry`` (townships ``district_code`` too).

    ``declared_crs`` says what the file was taken for; ``warnings`` are Chinese sentences.
    """

    regions: gpd.GeoDataFrame
    warnings: tuple[str, ...]
    declared_crs: str


def read_boundaries(path: str | Path, settings: Settings) -> Boundaries:
    """Read the districts' polygons.

    Raises
    ------
    BoundaryError
        With what was found, where, and what to do: no such file, not a map, no code or name column, a code that is not six digits, a code
        of two regions, a missing CRS, exchanged axes, an invalid ring (unless ``settings.repair_boundaries``).
    """
    path = Path(path)
    raw = read_layer(path, settings.boundary_layer)
    codes = _tidy_codes(_column(raw, "district", "code", path))
    names = _column(raw, "district", "name", path).map(_text)
    odd = [f"{name or '未命名'}（{code or '空白'}）" for code, name in zip(codes, names, strict=True) if not re.fullmatch(r"\d{6}", code)]
    if odd:
        raise BoundaryError(f"边界文件 {path.name} 中 {_several(odd)} 的代码不是六位数字。请改正代码列后重试。")
    return _finish(raw, path, settings, {"code": codes, "name": names})


def read_townships(path: str | Path, districts: gpd.GeoDataFrame, settings: Settings) -> Boundaries:
    """Read the townships' polygons and say to which of ``districts`` each belongs: by column, else by its code's first six digits, else by place.

    Raises
    ------
    BoundaryError
        As :func:`read_boundaries`; also where a township lies in no district.
    """
    path = Path(path)
    raw = read_layer(path, settings.township_layer)
    codes, names = _tidy_codes(_column(raw, "township", "code", path)), _column(raw, "township", "name", path).map(_text)
    blank = [name or "未命名" for code, name in zip(codes, names, strict=True) if not code]
    if blank:
        raise BoundaryError(f"乡镇边界文件 {path.name} 中 {_several(blank)} 没有代码。请补上后重试。")
    known = dict(zip(districts["name"], districts["code"], strict=True)) | {code: code for code in districts["code"]}
    column = _find(raw, "township", "district")
    declared = raw[column].map(_parent_code) if column else pd.Series("", index=raw.index)
    district = declared.map(lambda value: known.get(value, "")).where(lambda found: found != "", codes.str[:6].map(lambda value: known.get(value, "")))
    result = _finish(raw, path, settings, {"code": codes, "name": names, "district_code": district})
    regions = result.regions
    lost = (regions["district_code"] == "").to_numpy()
    if lost.any():
        points = shapely.point_on_surface(np.array(regions.geometry.values)[lost])
        regions.loc[lost, "district_code"] = Locator(districts)(shapely.get_x(points), shapely.get_y(points))
        still = regions.loc[regions["district_code"] == "", "name"].tolist()
        if still:
            raise BoundaryError(f"乡镇边界文件 {path.name} 中 {_several(still)} 不在任何区县内。请补上所属区县代码，或核对两个边界文件的坐标系。")
    return result


def _finish(raw: gpd.GeoDataFrame, path: Path, settings: Settings, columns: dict[str, pd.Series]) -> Boundaries:
    codes, names = columns["code"], columns["name"]
    unnamed = codes[names == ""].tolist()
    if unnamed:
        raise BoundaryError(f"边界文件 {path.name} 中代码 {_several(unnamed)} 没有名称。请补上后重试。")
    odd = [code for code in codes[codes.duplicated()].unique() if names[codes == code].nunique() > 1]
    if odd:
        listed = [f"{code}（{'、'.join(names[codes == code].unique())}）" for code in sorted(odd)]
        raise BoundaryError(f"边界文件 {path.name} 中代码 {_several(listed)}出现不止一次而名称不同，应一个区域一个代码。请改正代码后重试。")
    polygons, repaired = _check_polygons(raw.geometry, names, path, settings.repair_boundaries)
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(polygons, index=raw.index, crs=raw.crs))
    marked = raw.drop(columns=raw.geometry.name).assign(geometry=frame.geometry).set_geometry("geometry", crs=raw.crs)
    moved, declared, warnings = bring_to_wgs84(marked, path, settings.boundary_crs)
    frame = frame.set_crs(moved.crs, allow_override=True).set_geometry(moved.geometry)
    frame, joined = _join_parts(frame, path)
    frame = frame.sort_values("code", ignore_index=True)[[*columns, "geometry"]]
    return Boundaries(frame, repaired + joined + warnings + misfits(frame, f"边界文件 {path.name} "), declared)


def _join_parts(frame: gpd.GeoDataFrame, path: Path) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Join the features of one code and name, as files have them for exclaves and islands, into one region."""
    again = frame["code"].duplicated()
    if not again.any():
        return frame, ()
    whole = frame.groupby("code", sort=False)["geometry"].agg(lambda parts: shapely.union_all(np.array(parts.values, dtype=object)))
    counts = frame["code"].value_counts()
    first = frame[~again]
    joined = first.set_geometry(gpd.GeoSeries([whole[code] for code in first["code"]], index=first.index, crs=frame.crs))
    split = [f"{name}（{counts[code]} 块）" for code, name in zip(first["code"], first["name"], strict=True) if counts[code] > 1]
    return joined, (f"边界文件 {path.name} 中 {_several(split)} 分成几个图形，已合为一个区域。",)


def _check_polygons(geometry: gpd.GeoSeries, names: pd.Series, path: Path, is_repair_wanted: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    shapes = shapely.force_2d(np.array(geometry.values, dtype=object))
    absent = names[shapely.is_missing(shapes) | shapely.is_empty(shapes)].tolist()
    if absent:
        raise BoundaryError(f"边界文件 {path.name} 中 {_several(absent)} 没有图形。请补画界线，或删去这一行。")
    flat = names[~np.isin(shapely.get_type_id(shapes), (3, 6))].tolist()
    if flat:
        raise BoundaryError(f"边界文件 {path.name} 中 {_several(flat)} 不是面，而是点或线。请换成区域界线（面）。")
    wrong = ~shapely.is_valid(shapes)
    if not wrong.any():
        return shapes, ()
    found = [f"{name}（{_reason(shape)}）" for name, shape in zip(names[wrong], shapes[wrong], strict=True)]
    if not is_repair_wanted:
        advice = "请在制图软件中修复几何，或在 workbench.toml 中设 repair_boundaries = true 由程序修复。"
        raise BoundaryError(f"边界文件 {path.name} 中 {_several(found)} 的界线有错。{advice}")
    shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    lost = names[shapely.is_empty(shapes) | ~np.isin(shapely.get_type_id(shapes), (3, 6))].tolist()
    if lost:
        raise BoundaryError(f"边界文件 {path.name} 中 {_several(lost)} 的界线修复不了（修复后没有面积）。请在制图软件中重画。")
    return shapes, (f"边界文件 {path.name} 中 {_several(found)} 的界线有错，已自动修复。请核对图形，最好换成正确的文件。",)


def _reason(shape: shapely.Geometry) -> str:
    said = shapely.is_valid_reason(shape)
    known = next((chinese for english, chinese in _REASONS.items() if said.lower().startswith(english.lower())), "环无效")
    spot = re.search(r"\[(.+)\]", said)
    return f"{known}，位置 {spot.group(1)}" if spot else known


def _find(raw: gpd.GeoDataFrame, layer: str, field: str) -> str | None:
    aliases = tables.load("boundary_columns").query("layer == @layer and field == @field")["alias"]
    seen = {_fold(column): column for column in reversed(raw.columns) if column != raw.geometry.name and raw[column].notna().any()}
    return next((seen[_fold(alias)] for alias in aliases if _fold(alias) in seen), None)


def _column(raw: gpd.GeoDataFrame, layer: str, field: str, path: Path) -> pd.Series:
    column = _find(raw, layer, field)
    if column is None:
        seen = "、".join(str(name) for name in raw.columns if name != raw.geometry.name) or "没有任何属性列"
        wanted, example = ("代码", "adcode、code、区划代码") if field == "code" else ("名称", "name、名称、区县")
        raise BoundaryError(f"边界文件 {path.name} 找不到{wanted}列；看到的列有：{seen}。请把{wanted}列命名为 {example} 之一。")
    return raw[column]


def _fold(text: object) -> str:
    return re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", str(text))).lower()


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else unicodedata.normalize("NFKC", str(value)).strip()


def _tidy_codes(column: pd.Series) -> pd.Series:
    """Return codes as text: ``156420602`` and ``420602000000`` are 420602, ``156420602001`` is 420602001."""

    def tidy(value: object) -> str:
        code = re.sub(r"\.0+$", "", _text(value)).replace(" ", "")
        if re.fullmatch(r"156(\d{6}|\d{9}|\d{12})", code):
            code = code[3:]
        if re.fullmatch(r"\d{12}", code):
            code = code[:6] if code.endswith("000000") else code[:9] if code.endswith("000") else code
        return code

    return column.map(tidy).astype(object)


def _parent_code(value: object) -> str:
    """Return the district's code or name out of a plain value or DataV's ``{"adcode": 420602}``."""
    inner = re.search(r"""['"]adcode['"]\s*:\s*['"]?(\d+)""", str(value))
    value = inner.group(1) if inner else value
    text = _text(value)
    return _tidy_codes(pd.Series([value])).iloc[0] if re.match(r"\d", text) else text


def _several(items: Sequence[str]) -> str:
    return "、".join(items[:5]) + (f"等 {len(items)} 处" if len(items) > 5 else "")
