"""How much of a sum of persons one unit holds: what the dominance rule of small-cell suppression asks (domain §9.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.tally import segment_bits

COLUMNS = ["quarter", "region_code", "segment", "base", "share"]
_LEAST = 0.5  # a unit that holds less than half dominates nothing; the table stays small


def amounts() -> dict[str, tuple[str, str]]:
    """Return base → (condition, column) of the sums of persons."""
    return {r.base: (r.condition, r.amount) for r in tables.load("base_sums").itertuples() if r.amount}


def shares(largest: pd.DataFrame, quarter: str) -> pd.DataFrame:
    """Return ``quarter, region_code, segment, base, share`` for districts and townships where one unit holds more than half.

    ``share`` is the larger of two: the unit's part of the sum itself, and its part of the employees of the units behind the sum.
    """
    made = []
    for segment, bit in segment_bits().items():
        inside = largest[(largest["mask"].to_numpy() >> bit) & 1 == 1]
        for key in ("district_code", "township_code"):
            groups = inside[inside[key] != ""].groupby(key, sort=True)
            tops, sums = groups.max(numeric_only=True), groups.sum(numeric_only=True)
            for base in amounts():
                made.append(pd.DataFrame({"region_code": tops.index, "segment": segment, "base": base, "share": _share(tops, sums, base)}))
    found = pd.concat(made, ignore_index=True).assign(quarter=quarter)
    return found.loc[found["share"] > _LEAST, COLUMNS].astype({"region_code": str}).reset_index(drop=True)


def _share(tops: pd.DataFrame, sums: pd.DataFrame, base: str) -> np.ndarray:
    parts = [tops[f"{base}_max{s}"].to_numpy(dtype=float) / np.maximum(sums[f"{base}_sum{s}"].to_numpy(dtype=float), 1) for s in ("", "_staff")]
    return np.where(sums[f"{base}_sum"].to_numpy() > 0, np.maximum(*parts), 0.0)
