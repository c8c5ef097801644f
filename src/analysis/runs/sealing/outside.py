"""Which corrections readers outside may see with their numbers: a correction shows two figures and so their difference, which is a cell of its own.

What they get are figures of the city's whole that their own edition prints anyway, and all of a quarter or none: eligible less covered is what is blind, so
one harmless difference and another tell a third. A difference of persons is often one unit's and is never shown. Nor is one of union building or of the ledger's
quality: what of those an earlier edition printed is not kept, and they are bound to the indicators by sums that nobody has tried on differences. Of those it is
only said that there are corrections, and only where the city's own figure changed, which is all that such readers get; the campaign is not theirs at all.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.suppression.cells import bases_of, is_amount
from analysis.runs.sealing.errata import Errata
from analysis.runs.sealing.published import headlines
from analysis.settings import Settings


def shown_outside(found: Errata, published: pd.DataFrame, settings: Settings) -> tuple[Errata, tuple[str, ...]]:
    """Return the corrections that readers outside may see, without rows or reasons, and the quarters that have corrections which they may not see.

    Parameters
    ----------
    published : the indicators as those readers see them, with the earlier quarters that this one is compared with
    """
    named = pd.Series([pair in headlines() for pair in zip(found.figures["part"], found.figures["indicator"], strict=True)], found.figures.index, dtype=bool)
    theirs = found.figures["part"].map({"indicators": ["city", "district"], "building": ["city"], "quality": ["city"], "campaign": []})
    reaches = pd.Series([level in levels for level, levels in zip(found.figures["region_level"], theirs, strict=True)], found.figures.index, dtype=bool)
    wanted, new = named & reaches & (found.figures["segment"] == "all"), found.figures["announced_in"] == ""
    whole = found.figures[(found.figures["part"] == "indicators") & (found.figures["region_level"] == "city") & (found.figures["segment"] == "all")]
    units = {i for i, bases in bases_of().items() if not any(base and is_amount(base) for base in bases)}
    counts = whole["indicator"].isin(units)
    safe = {
        q
        for q, part in found.figures[found.figures["part"] != "campaign"].groupby("quarter")
        if _is_safe(part, whole[counts & (whole["quarter"] == q)], published, settings)
    }
    shown = whole[counts & named[whole.index] & whole["quarter"].isin(safe)]
    untold = found.figures[wanted & new & ~found.figures.index.isin(shown.index)]
    return Errata(shown.assign(why=""), found.rows.iloc[0:0], found.lacking.iloc[0:0]), tuple(sorted(untold["quarter"].unique()))


def _is_safe(part: pd.DataFrame, whole: pd.DataFrame, published: pd.DataFrame, settings: Settings) -> bool:
    """Whether no correction of a quarter's whole (counts of units and their rates) tells of a few units, or of a district that came or went."""
    if whole.empty or (part["status_before"] != part["status_after"]).any():  # the difference is then what that district or township holds
        return False
    if "told_before" in part and (part["told_before"].fillna("") != "").any():  # corrected once more: the step between the two issues would show as well
        return False
    known = published[(published["region_level"] == "city") & (published["segment"] == "all") & (published["status"] == "ok")]
    printed = {(r.quarter, r.indicator): r.value for r in known.itertuples()}
    return all(_is_row_safe(row, printed, settings) for row in whole.itertuples())


def _is_row_safe(row, printed: dict[tuple[str, str], float], settings: Settings) -> bool:
    then = printed.get((row.quarter, row.indicator))
    if row.status_before != "ok" or then is None or then != row.value_before:
        return False
    rate = row.unit == "ratio"
    pairs = [(getattr(row, f"numerator_{s}"), getattr(row, f"denominator_{s}")) if rate else (getattr(row, f"value_{s}"), None) for s in ("before", "after")]
    if rate and any(pd.isna(part) for pair in pairs for part in pair):
        return False
    (top, below), (new_top, new_below) = pairs
    cells = [new_top, new_top - top]
    if rate:
        cells += [new_below - new_top, new_below - below, (new_below - new_top) - (below - top)]
    return all(cell == 0 or abs(cell) >= settings.suppress_below for cell in cells) and not (rate and new_below < settings.suppress_rate_below)
