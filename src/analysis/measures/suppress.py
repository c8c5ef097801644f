"""Small-cell suppression for audiences other than internal (domain §9.2): what could point at a single unit is withheld, and its neighbours
too where it could be worked out by subtraction. City totals stay visible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import tables

REASON = "单位数过少，按小格抑制规则不显示"


def _primary(frame: pd.DataFrame, below: int, rate_below: int) -> pd.Series:
    """Cells of regions below the city whose unit base is small; rates also where their denominator is."""
    base = frame[frame["indicator"] == "eligible_unit_count"].set_index(["quarter", "region_code", "segment"])["value"]
    keys = pd.MultiIndex.from_frame(frame[["quarter", "region_code", "segment"]])
    size = base.reindex(keys).to_numpy()
    unit_counts = set(tables.load("indicators").query("group == 'unit' and unit == 'count'")["indicator"]) & {
        "covered_unit_count",
        "blind_unit_count",
        "nominal_unit_count",
        "mandatory_unit_count",
        "mandatory_covered_unit_count",
        "newly_covered_unit_count",
    }
    small_base = (size > 0) & (size < below)
    small_count = frame["indicator"].isin(unit_counts).to_numpy() & (frame["value"] > 0).to_numpy() & (frame["value"] < below).to_numpy()
    small_rate = ((frame["unit"] == "ratio") & (frame["denominator"] < rate_below).fillna(False)).to_numpy()
    return pd.Series((frame["region_level"] != "city").to_numpy() & (small_base | small_count | small_rate), index=frame.index)


def _secondary(frame: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Where exactly one district of a sum is hidden, hide the next smallest too, or subtraction from the city would show it."""
    extra = pd.Series(False, index=frame.index)
    counts = frame[(frame["region_level"] == "district") & (frame["unit"] == "count") & (frame["status"] == "ok")]
    for _, group in counts.groupby(["quarter", "segment", "indicator"], sort=False):
        mine = hidden.loc[group.index]
        if mine.sum() == 1 and len(group) > 1:
            extra.loc[group.loc[~mine, "value"].sort_values(kind="stable").index[0]] = True
    return extra


def suppress(frame: pd.DataFrame, audience: str, below: int = 5, rate_below: int = 10) -> pd.DataFrame:
    """Return the frame with small cells withheld (status ``suppressed``, figures empty); unchanged for ``internal``.

    Counts and the rates built on them are withheld together: a hidden count of a region and segment hides every figure of that cell that
    shares its denominator, and every change of it.
    """
    if audience == "internal":
        return frame
    hidden = _primary(frame, below, rate_below)
    hidden |= _secondary(frame, hidden)
    cells = frame.loc[hidden, ["region_code", "segment"]].drop_duplicates()
    marked = pd.MultiIndex.from_frame(frame[["region_code", "segment"]]).isin(pd.MultiIndex.from_frame(cells))
    hidden |= pd.Series(marked & (frame["region_level"] != "city").to_numpy(), index=frame.index)
    hidden &= frame["status"] == "ok"
    made = frame.copy()
    made.loc[hidden, ["numerator", "denominator"]] = pd.NA
    made.loc[hidden, "value"] = np.nan
    made.loc[hidden, "status"], made.loc[hidden, "reason"] = "suppressed", REASON
    return made
