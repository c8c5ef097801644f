"""How much of a sum of persons one unit holds: what the dominance rule of small-cell suppression asks (domain §9.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.tally import segment_bits

COLUMNS = ["quarter", "region_code", "segment", "base", "share"]
_PARTS = ("_max", "_sum", "_max_staff", "_sum_staff")
_LEAST = 0.5  # a unit that holds less than half dominates nothing; the table stays small


def amounts() -> dict[str, tuple[str, str]]:
    """Return base → (condition, column) of the sums of persons."""
    return {r.base: (r.condition, r.amount) for r in tables.load("base_sums").itertuples() if r.amount}


def shares(largest: pd.DataFrame, quarter: str, city: str = "") -> pd.DataFrame:
    """Return ``quarter, region_code, segment, base, share`` for districts, townships and the city where one unit holds more than half.

    ``share`` is the larger of two: the unit's part of the sum itself, and its part of the employees of the units behind the sum.
    """
    bases = list(amounts())
    segments = segment_bits()
    places = {
        key: _places(largest.assign(city=city), key, [f"{b}{part}" for b in bases for part in _PARTS]) for key in ("district_code", "township_code", "city")
    }
    made = []
    for segment, bit in segments.items():
        for codes, starts, masks, values in places.values():
            inside = np.where(((masks >> bit) & 1 == 1)[:, None], values, 0.0)
            if not len(codes):
                continue
            tops, sums = np.maximum.reduceat(inside, starts), np.add.reduceat(inside, starts)
            for i, base in enumerate(bases):
                at = i * len(_PARTS)
                share = _share(tops[:, at], sums[:, at + 1], tops[:, at + 2], sums[:, at + 3])
                for place in np.flatnonzero(share > _LEAST):
                    made.append((quarter, codes[place], segment, base, share[place]))
    return pd.DataFrame(made, columns=COLUMNS).astype({"share": float})


def _places(largest: pd.DataFrame, key: str, columns: list[str]) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Return the places in order, where each begins, and the masks and figures of the rows sorted by place."""
    rows = largest[largest[key] != ""].sort_values(key, kind="stable")
    codes, starts = np.unique(rows[key].to_numpy(dtype=str), return_index=True)
    return codes.tolist(), starts, rows["mask"].to_numpy(), rows[columns].to_numpy(dtype=float)


def _share(top: np.ndarray, total: np.ndarray, top_staff: np.ndarray, total_staff: np.ndarray) -> np.ndarray:
    parts = [top / np.maximum(total, 1), top_staff / np.maximum(total_staff, 1)]
    return np.where(total > 0, np.maximum(*parts), 0.0)
