"""From the cube to indicators: sums divided by sums for every region and segment, a blank with its reason wherever something is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.tally import Tally, segment_bits

COLUMNS = [
    "quarter",
    "region_level",
    "region_code",
    "region_name",
    "segment",
    "indicator",
    "numerator",
    "denominator",
    "value",
    "unit",
    "status",
    "reason",
    "left_out",
]
ALL_SEGMENTS = ("unit", "congress", "contract", "party")


@dataclass(frozen=True)
class Places:
    """The regions that figures are made for: the city (code, name), districts and townships (``code, name``; townships also ``district_code``)."""

    city: tuple[str, str]
    districts: pd.DataFrame
    townships: pd.DataFrame


class Gaps:
    """Answers, for a list of needs, which districts cannot be counted and why."""

    def __init__(self, gaps: pd.DataFrame, earlier: pd.DataFrame | None, has_earlier: bool) -> None:
        self._reasons = self._index(gaps)
        self._earlier = self._index(earlier) if earlier is not None else {}
        self._has_earlier = has_earlier

    @staticmethod
    def _index(gaps: pd.DataFrame) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for row in gaps.itertuples():
            found.setdefault(row.table if not row.column else f"{row.table}.{row.column}", {})[row.region] = row.reason
        return found

    def missing(self, needs: str, districts: list[str]) -> dict[str, str]:
        """Return district → reason for the districts that lack one of the needs; ``a|b`` is met by either."""
        lacking: dict[str, str] = {}
        for need in needs.split():
            if need == "previous":
                lacking.update(self._without_earlier(districts))
                continue
            options = [self._reasons.get(option, {}) for option in need.split("|")]
            for code in options[0]:
                if all(code in option for option in options):
                    lacking.setdefault(code, options[0][code])
        return {code: reason for code, reason in lacking.items() if code in set(districts)}

    def _without_earlier(self, districts: list[str]) -> dict[str, str]:
        if not self._has_earlier:
            return dict.fromkeys(districts, "没有上一季度的台账，无法判断新覆盖")
        return {code: "上一季度：" + reason for need in ("units", "covers", "unions") for code, reason in self._earlier.get(need, {}).items()}


def needed_items() -> set[str]:
    """Return every table and ``table.column`` that some indicator or segment rests on."""
    needs = [*tables.load("indicators")["needs"], *tables.load("segments")["needs"]]
    return {option for need in needs for token in need.split() for option in token.split("|")}


def _sums(cube: pd.DataFrame, key: str, codes: list[str]) -> tuple[dict[str, int], list[str], np.ndarray]:
    """Return base name → column, the segments, and an array regions × segments × bases."""
    bases = [c for c in cube.columns if c not in ("district_code", "township_code", "mask")]
    segments = list(segment_bits())
    out = np.zeros((len(codes), len(segments), len(bases)), dtype=np.int64)
    rows = cube[cube[key].isin(codes)]
    at = pd.Index(codes, dtype=object).get_indexer(rows[key])
    values, masks = rows[bases].to_numpy(dtype=np.int64), rows["mask"].to_numpy()
    for segment, bit in segment_bits().items():
        inside = (masks >> bit) & 1 == 1
        np.add.at(out[:, segments.index(segment), :], at[inside], values[inside])
    return {b: i for i, b in enumerate(bases)}, segments, out


def figure_of(definition: dict, numerator: int, denominator: int | None) -> dict:
    if definition["unit"] == "count":
        return {"numerator": None, "denominator": None, "value": float(numerator), "status": "ok", "reason": ""}
    ok = bool(denominator)
    return {
        "numerator": int(numerator),
        "denominator": int(denominator),
        "value": numerator / denominator if ok else None,
        "status": "ok" if ok else "no_data",
        "reason": "" if ok else f"分母（{definition['denominator_name']}）为零",
    }


def blank_with(reason: str) -> dict:
    return {"numerator": None, "denominator": None, "value": None, "status": "no_data", "reason": reason}


def withhold(frame: pd.DataFrame, hidden: np.ndarray, reasons: np.ndarray) -> pd.DataFrame:
    """Return the frame with the rows marked ``hidden`` withheld: no parts, no value, ``suppressed`` and why."""
    made = frame.copy()
    made.loc[hidden, ["numerator", "denominator"]] = pd.NA
    made.loc[hidden, "value"] = np.nan
    made.loc[hidden, "status"] = "suppressed"
    made.loc[hidden, "reason"] = reasons[hidden]
    return made


_WHAT_IS_LACKED = re.compile("没有报送|报送的")


def reason_of_all(lacking: Mapping[str, str]) -> str:
    """Return why the city has no figure where every district lacks it: in one word for all where all lack the same, so that no single one is blamed.

    Examples
    --------
    >>> reason_of_all({"970101": "甲区没有报送“工会”表", "970102": "乙区没有报送“工会”表"})
    '各区县没有报送“工会”表'
    >>> reason_of_all({"970101": "甲区没有报送“工会”表", "970102": "乙区的表没有读成"})
    '甲区没有报送“工会”表，其余区县也没有可用的数据'
    >>> reason_of_all({})
    ''
    """
    reasons = list(dict.fromkeys(lacking.values()))
    if len(reasons) < 2:
        return next(iter(reasons), "")
    tails = {reason[found.start() :] for reason in reasons if (found := _WHAT_IS_LACKED.search(reason))}
    is_shared = len(tails) == 1 and all(_WHAT_IS_LACKED.search(reason) for reason in reasons)
    return f"各区县{tails.pop()}" if is_shared else f"{reasons[0]}，其余区县也没有可用的数据"


def _unit_rows(definition: dict, places: Places, sums: dict, gaps: Gaps, needs: dict[str, str]) -> list[dict]:
    """Rows of one additive indicator for all segments, districts, townships and the city."""
    columns, segments, by_district, by_township = sums["columns"], sums["segments"], sums["districts"], sums["townships"]
    codes = places.districts["code"].tolist()
    top, bottom = columns[definition["numerator"]], columns.get(definition["denominator"])
    names, townships = places.districts["name"].tolist(), list(places.townships.itertuples())
    rows: list[dict] = []
    for s, segment in enumerate(segments):
        lacking = gaps.missing(f"{definition['needs']} {needs[segment]}", codes)
        if segment == "all":  # a district that sends sums in place of its ledger
            bases = {definition["numerator"], definition["denominator"]} - {""}
            lacking = {code: reason for code, reason in lacking.items() if not bases <= set(sums["supplied"].get(code, {}))}
        counted = [i for i, code in enumerate(codes) if code not in lacking]
        in_district, in_township = (_pairs(array[:, s, :], top, bottom) for array in (by_district, by_township))
        in_city = sum(in_district[i][0] for i in counted), None if bottom is None else sum(in_district[i][1] for i in counted)
        head = {"segment": segment, "indicator": definition["indicator"], "unit": definition["unit"]}
        city = figure_of(definition, *in_city) if counted else blank_with(reason_of_all(lacking) or "没有任何区县的数据")
        rows.append(
            {
                "region_level": "city",
                "region_code": places.city[0],
                "region_name": places.city[1],
                "left_out": ";".join(lacking) if counted else "",
                **head,
                **city,
            }
        )
        for i, (code, name) in enumerate(zip(codes, names, strict=True)):
            made = blank_with(lacking[code]) if code in lacking else figure_of(definition, *in_district[i])
            rows.append({"region_level": "district", "region_code": code, "region_name": name, "left_out": "", **head, **made})
        if definition["group"] == "unit":
            for i, place in enumerate(townships):
                made = blank_with(lacking[place.district_code]) if place.district_code in lacking else figure_of(definition, *in_township[i])
                rows.append({"region_level": "township", "region_code": place.code, "region_name": place.name, "left_out": "", **head, **made})
    return rows


def _pairs(sums: np.ndarray, top: int, bottom: int | None) -> list[tuple[int, Any]]:
    """Return (numerator, denominator or None) of every region of one segment."""
    return list(zip(sums[:, top].tolist(), [None] * len(sums) if bottom is None else sums[:, bottom].tolist(), strict=True))


def _association_rows(definition: dict, places: Places, counts: pd.DataFrame, gaps: Gaps) -> list[dict]:
    """Rows of one indicator of unions or matters: segment ``all`` only."""
    codes = places.districts["code"].tolist()
    lacking = gaps.missing(definition["needs"], codes)
    bases = [base for base in (definition["numerator"], definition["denominator"]) if base]
    table = counts.set_index("district_code").reindex(codes)[bases].fillna(0).astype("int64").to_numpy()
    pairs = dict(zip(codes, _pairs(table, 0, 1 if len(bases) == 2 else None), strict=True))
    head = {"segment": "all", "indicator": definition["indicator"], "unit": definition["unit"]}
    counted = [c for c in codes if c not in lacking]
    in_city = sum(pairs[c][0] for c in counted), sum(pairs[c][1] for c in counted) if len(bases) == 2 else None
    city = figure_of(definition, *in_city) if counted else blank_with(reason_of_all(lacking) or "没有任何区县的数据")
    rows = [
        {"region_level": "city", "region_code": places.city[0], "region_name": places.city[1], "left_out": ";".join(lacking) if counted else "", **head, **city}
    ]
    for code, name in zip(codes, places.districts["name"], strict=True):
        made = blank_with(lacking[code]) if code in lacking else figure_of(definition, *pairs[code])
        rows.append({"region_level": "district", "region_code": code, "region_name": name, "left_out": "", **head, **made})
    return rows


def _expiring_rows(definition: dict, places: Places, expiring: pd.DataFrame, gaps: Gaps) -> list[dict]:
    """A contract counts once for the city and once in each district where it has a kept cover row."""
    codes = places.districts["code"].tolist()
    lacking = gaps.missing(definition["needs"], codes)
    where = [set(filter(None, d.split(";"))) for d in expiring["districts"]]
    in_city = sum(1 for w in where if not w or w - set(lacking))
    head = {"segment": "all", "indicator": definition["indicator"], "unit": definition["unit"]}
    city = figure_of(definition, in_city, None) if len(lacking) < len(codes) else blank_with(reason_of_all(lacking))
    rows = [
        {
            "region_level": "city",
            "region_code": places.city[0],
            "region_name": places.city[1],
            "left_out": ";".join(lacking) if len(lacking) < len(codes) else "",
            **head,
            **city,
        }
    ]
    for code, name in zip(codes, places.districts["name"], strict=True):
        made = blank_with(lacking[code]) if code in lacking else figure_of(definition, sum(1 for w in where if code in w), None)
        rows.append({"region_level": "district", "region_code": code, "region_name": name, "left_out": "", **head, **made})
    return rows


def indicators(
    tally: Tally,
    places: Places,
    gaps: pd.DataFrame,
    quarter: str,
    earlier_gaps: pd.DataFrame | None = None,
    has_earlier: bool = False,
    supplied: dict[str, dict[str, int]] | None = None,
) -> pd.DataFrame:
    """Return every indicator of one quarter, without changes.

    Parameters
    ----------
    gaps, earlier_gaps : of ``intake.completeness.find_gaps`` for this and the previous quarter
    has_earlier : whether the ledger of the quarter directly before is there
    supplied : district → base → sum, for districts that sent a 汇总表 in place of a ledger (segment ``all`` only)

    Returns
    -------
    DataFrame with ``COLUMNS``; ``left_out`` names the districts that a city figure leaves out
    """
    codes = places.districts["code"].tolist()
    columns, segments, by_district = _sums(tally.units, "district_code", codes)
    by_township = _sums(tally.units, "township_code", places.townships["code"].tolist())[2]
    supplied = {code: given for code, given in (supplied or {}).items() if code in codes}
    for code, given in supplied.items():
        by_district[codes.index(code), segments.index("all")] = 0
        for base, amount in given.items():
            by_district[codes.index(code), segments.index("all"), columns[base]] = amount
    sums = {"columns": columns, "segments": segments, "districts": by_district, "townships": by_township, "supplied": supplied}
    needs = tables.load("segments").set_index("segment")["needs"].to_dict()
    known = Gaps(gaps, earlier_gaps, has_earlier)
    rows: list[dict] = []
    for definition in tables.load("indicators").to_dict("records"):
        if definition["group"] in ALL_SEGMENTS:
            rows += _unit_rows(definition, places, sums, known, needs)
        elif definition["group"] == "contracts":
            rows += _expiring_rows(definition, places, tally.expiring, known)
        else:
            counts = tally.unions if definition["group"] == "union" else tally.matters
            rows += _association_rows(definition, places, counts, known)
    return typed(pd.DataFrame(rows).assign(quarter=quarter))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the contract's columns in order and steady types."""
    made = frame.reindex(columns=COLUMNS)
    for column in ("numerator", "denominator"):
        made[column] = made[column].astype("Int64")
    made["value"] = made["value"].astype("float64")
    for column in ("reason", "left_out"):
        made[column] = made[column].fillna("")
    return made
