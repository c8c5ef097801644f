"""Rules that look across tables, quarters and the map: references, zombies, headcount jumps, points."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.intake.districts import Districts
from analysis.intake.findings import Findings
from analysis.intake.schema import columns_of, table_names

REFERENCES = {
    "covers": (("union_id", "unions"), ("uscc", "units")),
    "congresses": (("uscc", "units"),),
    "contract_covers": (("contract_id", "contracts"), ("uscc", "units")),
}
Locate = Callable[[np.ndarray, np.ndarray], np.ndarray]


def check_references(findings: Findings, frame: pd.DataFrame, kept_keys: Mapping[str, Collection[str] | pd.Series]) -> None:
    """Quarantine rows whose unit, union or contract is not in the kept tables."""
    headers = {c.code: c.header for c in columns_of(findings.table)}
    for key, target in REFERENCES.get(findings.table, ()) if len(frame) else ():
        values = frame[key]
        missing = values.notna().to_numpy(dtype=bool) & ~values.isin(kept_keys.get(target, ())).to_numpy(dtype=bool)
        for position, value in _at(values, missing):
            findings.add(position, "reference_unknown", headers[key], value, target=table_names()[target])


def flag_inactive_with_union(findings: Findings, units: pd.DataFrame, covers: pd.DataFrame, unions: pd.DataFrame, as_of: date) -> None:
    """Flag units that have ceased while a kept cover row is alive at the end of the quarter; a union founded later counts nowhere."""
    end = np.datetime64(as_of, "s")
    founded = covers["union_id"].isin(set(unions.loc[unions["established_on"] <= end, "union_id"]))
    alive = covers.loc[founded & (covers["valid_from"] <= end) & (covers["valid_to"].isna() | (covers["valid_to"] >= end)), "uscc"]
    ceased = units["status"].notna() & (units["status"] != "存续") & units["uscc"].isin(set(alive))
    for position, status in _at(units["status"], ceased.to_numpy(dtype=bool)):
        findings.add(position, "status_inactive_with_union", "存续状态", status)


def flag_headcount_jump(findings: Findings, units: pd.DataFrame, previous: pd.Series | None) -> None:
    """Flag units whose headcount changed by half or more against the quarter directly before, where that was not 0."""
    if previous is None or previous.empty:
        return
    before = units["uscc"].map(previous[~previous.index.duplicated()].astype("float64").to_dict()).astype("float64")
    now = units["employee_count"].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    jumped = (before > 0) & (2 * np.abs(now - before) >= before)
    was = before.to_numpy()
    for position, count in _at(units["employee_count"], jumped.to_numpy(dtype=bool)):
        findings.add(position, "headcount_jump", "职工数", count, other=int(was[position]))


def place_points(findings: Findings, units: pd.DataFrame, districts: Districts, locate: Locate | None) -> pd.DataFrame:
    """Repair exchanged coordinates, flag points outside the declared district, and mark the points that may be drawn."""
    units = units.copy(deep=False)  # pandas copies a column once it is written into
    both = (units["lon"].notna() & units["lat"].notna()).to_numpy(dtype=bool)
    units["is_point_drawn"] = both
    at = np.flatnonzero(both & findings.kept)
    if locate is None or not len(at):
        return units
    lon, lat = (units[c].iloc[at].to_numpy(dtype="float64") for c in ("lon", "lat"))
    declared = units["district_code"].iloc[at].to_numpy(dtype=object)
    is_inside = _hosts(locate(lon, lat), districts) == declared
    doubtful = np.flatnonzero(~is_inside)
    is_swapped = _hosts(locate(lat[doubtful], lon[doubtful]), districts) == declared[doubtful] if len(doubtful) else np.zeros(0, dtype=bool)
    outside, exchanged = at[doubtful[~is_swapped]], doubtful[is_swapped]
    drawn = both.copy()
    drawn[outside] = False
    units["is_point_drawn"] = drawn
    for column, right in (("lon", lat), ("lat", lon)) if len(exchanged) else ():
        units[column] = units[column].copy()
        units.iloc[at[exchanged], units.columns.get_loc(column)] = right[exchanged]
    for i, swapped in zip(doubtful.tolist(), is_swapped.tolist(), strict=True):
        findings.add(int(at[i]), "coordinates_swapped" if swapped else "outside_boundary", "经度", f"{lon[i]:g}，{lat[i]:g}")
    return units


def _at(values: pd.Series, hit: np.ndarray) -> Iterator[tuple[int, Any]]:
    """Return the position and the value of each row that is hit."""
    positions = np.flatnonzero(hit)
    return zip(positions.tolist(), values.iloc[positions].tolist(), strict=True)


def _hosts(found: np.ndarray, districts: Districts) -> np.ndarray:
    return np.array([districts.host.get(str(c), "") for c in found], dtype=object)
