"""A run on totals alone (汇总表): what its four numbers define, ``no_data`` for the rest; the declared total is checked, never summed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis import tables
from analysis.measures.indicators import blank_with, figure_of, typed

BASES = {"eligible": "eligible_unit_count", "covered": "covered_unit_count", "employees": "employee_count", "members": "member_count"}


@dataclass(frozen=True)
class Totals:
    """Regions that count, the declared total (or None) and the differences found between it and the sum of the regions."""

    regions: pd.DataFrame
    declared: pd.Series | None
    differences: tuple[str, ...]


def _is_above(code: str, others: list[str]) -> bool:
    """A row whose code ends in 0000 stands above the others: the whole country, or a province above its own cities."""
    if not code.endswith("0000"):
        return False
    if code == "100000":
        return bool(others)
    below = [o for o in others if o.startswith(code[:2]) and not o.endswith("0000")]
    return bool(below) and len(below) == len(others)


def separate(rows: pd.DataFrame) -> Totals:
    """Part the declared total from the regions and compare them.

    Parameters
    ----------
    rows : DataFrame ``region_code, region_name, eligible_unit_count, covered_unit_count, employee_count, member_count``
    """
    codes = rows["region_code"].tolist()
    above = [c for c in codes if _is_above(c, [o for o in codes if o != c])]
    declared = rows[rows["region_code"].isin(above)].iloc[0] if above else None
    regions = rows[~rows["region_code"].isin(above)].sort_values("region_code").reset_index(drop=True)
    differences: list[str] = []
    if declared is not None:
        names = tables.load("indicators").set_index("indicator")["name"]
        for column in BASES.values():
            said, summed = declared[column], regions[column].sum()
            if pd.notna(said) and regions[column].notna().all() and int(said) != int(summed):
                differences.append(
                    f"{declared['region_name']}行申报的{names[column]}为{int(said)}，各地区合计为{int(summed)}，相差{int(said) - int(summed)}；数字按合计，请核对。"
                )
    return Totals(regions=regions, declared=declared, differences=tuple(differences))


def _defined(definition: dict[str, str], row: dict[str, int | None]) -> dict:
    needed = [definition["numerator"]] + ([definition["denominator"]] if definition["denominator"] else [])
    if any(base not in row for base in needed) or definition["group"] != "unit":
        return blank_with("只有汇总数，没有单位台账，算不出这一项")
    if any(row[base] is None for base in needed):
        return blank_with("汇总表中这一项为空")
    return figure_of(definition, row[needed[0]], row[needed[1]] if len(needed) > 1 else None)


def _with_blind(row: dict[str, int | None]) -> dict[str, int | None]:
    known = row["eligible"] is not None and row["covered"] is not None
    return {**row, "blind": row["eligible"] - row["covered"] if known else None}


def supplied_sums(rows: pd.DataFrame, districts: list[str]) -> dict[str, dict[str, int]]:
    """Return district → base → sum for the districts (those without a ledger of their own) that a 汇总表 speaks for."""
    made = {}
    for row in rows[rows["region_code"].isin(districts)].itertuples():
        known = _with_blind({base: None if pd.isna(getattr(row, c)) else int(getattr(row, c)) for base, c in BASES.items()})
        made[row.region_code] = {base: amount for base, amount in known.items() if amount is not None}
    return made


def totals_indicators(totals: Totals, city: tuple[str, str], quarter: str) -> pd.DataFrame:
    """Return the indicators of a run on totals, in the shape of ``measures.indicators.indicators``; segments other than ``all`` are left blank."""
    regions = totals.regions
    rows: list[dict] = []
    sums = {base: None if regions[c].isna().all() else int(regions[c].sum()) for base, c in BASES.items()}
    left_out = {base: regions.loc[regions[c].isna(), "region_code"].tolist() for base, c in BASES.items()}
    for definition in tables.load("indicators").to_dict("records"):
        head = {"segment": "all", "indicator": definition["indicator"], "unit": definition["unit"]}
        needed = [b for b in (definition["numerator"], definition["denominator"]) if b in BASES] + (
            ["eligible", "covered"] if definition["numerator"] == "blind" else []
        )
        out = sorted({code for base in needed for code in left_out[base]})
        whole = _with_blind(
            {base: int(regions.loc[~regions["region_code"].isin(out), c].sum()) if sums[base] is not None else None for base, c in BASES.items()}
        )
        rows.append({"region_level": "city", "region_code": city[0], "region_name": city[1], "left_out": ";".join(out), **head, **_defined(definition, whole)})
        for region in regions.itertuples():
            own = _with_blind({base: None if pd.isna(getattr(region, c)) else int(getattr(region, c)) for base, c in BASES.items()})
            rows.append(
                {
                    "region_level": "district",
                    "region_code": region.region_code,
                    "region_name": region.region_name,
                    "left_out": "",
                    **head,
                    **_defined(definition, own),
                }
            )
    return typed(pd.DataFrame(rows).assign(quarter=quarter))
