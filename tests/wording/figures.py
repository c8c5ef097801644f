"""A register drawn by hand: rates as (numerator, denominator), counts as numbers, None for a blank."""

from __future__ import annotations

import pandas as pd

from analysis import tables
from analysis.facts import Register
from analysis.measures.change import changes
from analysis.measures.indicators import typed

CITY = ("970100", "苇津市")


def row(code, indicator, value, *, name="", segment="all", quarter="2021Q3", left_out="", reason="没有报送工会表", status=""):
    unit = next(known[indicator] for known in (tables.load(name).set_index("indicator")["unit"] for name in ("indicators", "building")) if indicator in known)
    pair = isinstance(value, tuple)
    blank = value is None or (pair and not value[1])
    number = None if blank else value[0] / value[1] if pair else float(value)
    return {"quarter": quarter, "region_level": "city" if code == CITY[0] else "district" if len(code) == 6 else "township", "region_code": code,
            "region_name": CITY[1] if code == CITY[0] else name or code, "segment": segment, "indicator": indicator, "numerator": value[0] if pair else None,
            "denominator": value[1] if pair else None, "value": number, "unit": unit, "status": status or ("no_data" if blank else "ok"),
            "reason": ("分母为零" if pair else reason) if blank else "", "left_out": left_out}  # fmt: skip


def register(now, then=(), year_ago=(), **options):
    """Return a register of 2021Q3 with its changes against ``then`` (2021Q2) and ``year_ago`` (2020Q3)."""
    frame = typed(pd.DataFrame(list(now)))
    parts = [frame]
    for rows, suffix in ((then, "qoq"), (year_ago, "yoy")):
        earlier = typed(pd.DataFrame(list(rows))) if rows else None
        parts += [changes(frame, earlier, suffix, "2021Q3"), *([earlier] if rows else [])]
    return Register(pd.concat(parts, ignore_index=True), "2021Q3", CITY, **options)
