"""What became of every unit between two quarters, as small counts: one pattern a unit and region, no unit named.

Three readings of the ledger are compared: the earlier quarter as it was stored when it was reported, the same quarter as its ledger reads now,
and this quarter. In each a unit is there or not (eligible), belongs to the region and segment or not, and is covered or not: nine bits.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.reconcile import is_refused
from analysis.measures.tally import segment_bits

PATTERNS = 512  # there 0-2, member 3-5, covered 6-8; bit 0 of each group is the stored reading, 1 the present one, 2 this quarter
COLUMNS = ["region_code", "segment", "pattern", "units"]
SENT_BACK = ["region_code", "kind", "units"]
# where a unit is not there, it keeps the attributes of the nearest reading that has it: being absent is no change of class or coverage
_NEAREST = ((0, 1, 2), (1, 0, 2), (2, 1, 0))


def flows(readings: list[pd.DataFrame], city: str, districts: list[str], counted: dict[str, list[str]]) -> pd.DataFrame:
    """Count units by pattern for the city and every district, in every segment.

    Parameters
    ----------
    readings : three frames of ``Tally.states``: stored, present, now (the first two may be the same)
    city : code of the city
    districts : codes of the districts
    counted : segment → codes of the districts that the city's figure of that segment counts; the city is left out for a segment that is not there

    Returns
    -------
    DataFrame with ``COLUMNS``, sorted, only patterns that occur
    """
    there, district, mask, covered = _aligned(readings, districts)
    bits = sum(there[k].astype(np.int64) << k for k in range(3)) + sum(covered[k].astype(np.int64) << (6 + k) for k in range(3))
    units, place = _places_of(district)
    found = []
    for segment, bit in segment_bits().items():
        inside = (mask >> bit) & 1 == 1
        member = sum(((district[k][units] == place) & inside[k][units]).astype(np.int64) << (3 + k) for k in range(3))
        found.append(_counted(bits[units] + member, member > 0, place, districts, segment))
        if segment in counted:
            known = np.isin(np.arange(len(districts)), [districts.index(c) for c in counted[segment]])
            belongs = [np.where(district[k] >= 0, known[district[k]], False) & inside[k] for k in range(3)]
            member = sum(belongs[k].astype(np.int64) << (3 + k) for k in range(3))
            found.append(_counted(bits + member, member > 0, np.zeros(len(bits), dtype=np.int64), [city], segment))
    return pd.concat(found, ignore_index=True).sort_values(COLUMNS[:3], ignore_index=True)


def sent_back(then: pd.DataFrame, now: pd.DataFrame, refused: tuple[pd.DataFrame, pd.DataFrame], city: str, counted: list[str]) -> pd.DataFrame:
    """Count the units that appeared or closed only because a row was sent back: the earlier quarter's (mended since), or this quarter's.

    Parameters
    ----------
    then, now : the eligible units of the earlier quarter as it reads now and of this one, ``uscc, district_code, unit_name``
    refused : the rows of the unit table that were refused in the earlier quarter and in this one, ``uscc, unit_name``
    city, counted : code of the city, and of the districts that its figure counts

    Returns
    -------
    DataFrame with ``SENT_BACK``: ``kind`` appeared or closed, only counts that occur
    """
    came, left = now[~now["uscc"].isin(then["uscc"])], then[~then["uscc"].isin(now["uscc"])]
    found = []
    for kind, units, rows in (("appeared", came, refused[0]), ("closed", left, refused[1])):
        places = units.loc[is_refused(units["uscc"], units["unit_name"], rows), "district_code"]
        whole = pd.Series(city, index=places.index[places.isin(counted)])
        counts = pd.concat([places, whole]).value_counts().sort_index()
        found.append(pd.DataFrame({"region_code": counts.index, "kind": kind, "units": counts.to_numpy()}, columns=SENT_BACK))
    return pd.concat(found, ignore_index=True)


def _aligned(readings: list[pd.DataFrame], districts: list[str]) -> tuple[np.ndarray, ...]:
    """Return there, district number (−1 unknown), mask and covered, each of shape (3, units)."""
    codes = pd.Index(pd.unique(pd.concat([r["uscc"] for r in readings], ignore_index=True)))
    shape = (3, len(codes))
    there, covered = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    district, mask = np.full(shape, -1, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for k, reading in enumerate(readings):
        at = codes.get_indexer(reading["uscc"])
        there[k, at], covered[k, at], mask[k, at] = True, reading["covered"], reading["mask"]
        district[k, at] = pd.Index(districts).get_indexer(reading["district_code"])
    nearest = np.stack([np.select([there[j] for j in order], order) for order in _NEAREST])
    filled = (np.take_along_axis(a, nearest, axis=0) for a in (district, mask, covered))
    return there, *filled


def _places_of(district: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (unit, district) for every district that a unit belongs to in any reading."""
    numbers = np.arange(district.shape[1])
    pairs = np.unique(np.concatenate([np.column_stack([numbers, row]) for row in district]), axis=0) if district.shape[1] else np.zeros((0, 2), dtype=np.int64)
    pairs = pairs[pairs[:, 1] >= 0]
    return pairs[:, 0], pairs[:, 1]


def _counted(patterns: np.ndarray, keep: np.ndarray, place: np.ndarray, names: list[str], segment: str) -> pd.DataFrame:
    counts = np.bincount(place[keep] * PATTERNS + patterns[keep], minlength=len(names) * PATTERNS)
    at = np.flatnonzero(counts)
    regions = np.array(names, dtype=object)[at // PATTERNS]
    return pd.DataFrame({"region_code": regions, "segment": segment, "pattern": at % PATTERNS, "units": counts[at]}, columns=COLUMNS)
