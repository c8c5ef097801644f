"""Hand-drawn squares and the facts on them."""

from datetime import date
from fractions import Fraction

import geopandas as gpd
import shapely

from analysis.facts import Fact

NAMES = {"990101": "甲区", "990102": "乙区", "990103": "丙区", "990104": "丁县", "990105": "戊县", "990106": "己市"}


def regions() -> gpd.GeoDataFrame:
    """Two rows of three squares, each 0.2° wide."""
    shapes = [shapely.box(105 + 0.2 * (i % 3), 37 + 0.2 * (i // 3), 105.2 + 0.2 * (i % 3), 37.2 + 0.2 * (i // 3)) for i in range(6)]
    return gpd.GeoDataFrame({"code": list(NAMES), "name": list(NAMES.values())}, geometry=shapes, crs=4326)


def fact(code: str, numerator: int | None, denominator: int | None = 100, **changes) -> Fact:
    """Return a rate where there is a denominator, else a count."""
    is_rate = denominator is not None
    given = {
        "quarter": "2021Q3",
        "region_level": "district",
        "region_code": code,
        "region_name": NAMES.get(code, "全市" if code == "990100" else code),
        "segment": "all",
        "indicator": "unit_coverage_rate",
        "name": "单位覆盖率",
        "value": None if numerator is None else Fraction(numerator, denominator) if is_rate else numerator,
        "unit": "ratio" if is_rate else "count",
        "numerator": numerator if is_rate else None,
        "denominator": denominator,
        "denominator_name": "应建会单位" if is_rate else "",
        "as_of": date(2021, 9, 30),
        "decimals": 1 if is_rate else 0,
    }
    return Fact(**(given | changes))


def rates(**changes) -> list[Fact]:
    """One of every kind: two classes, zero, no data, suppressed, incomplete."""
    return [
        fact("990101", 25, **changes),
        fact("990102", 75, **changes),
        fact("990103", 0, **changes),
        fact("990104", None, status="no_data", reason="没有交覆盖关系表", **changes),
        fact("990105", None, status="suppressed", reason="单位不足5家", **changes),
        fact("990106", 45, left_out=("990199",), **changes),
    ]


def counts(*values: int, **changes) -> list[Fact]:
    return [fact(code, value, None, **changes) for code, value in zip(NAMES, values, strict=False)]


def overlapping(boxes) -> list[tuple]:
    """Return the pairs of boxes that lie on one another."""
    shapes = [shapely.box(*box) for box in boxes]
    return [(i, j) for i in range(len(shapes)) for j in range(i) if shapes[i].intersection(shapes[j]).area > 0.01]
