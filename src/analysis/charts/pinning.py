"""Class breaks worked out once from a quarter's figures, to be kept: the same rate then has the same colour in every quarter and for every group of units."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pandas as pd

from analysis import tables

# groups that are laid side by side and so must share their breaks
SEGMENTS = ("all", "small_micro", "two_new")
LEVELS = ("district", "township")
_STEPS = (Fraction(1, 10), Fraction(1, 20), Fraction(1, 50), Fraction(1, 100))
_FEWEST_REGIONS = 4
_FEWEST_UNITS = 10
_MOST_CLASSES = 5
_WORSE = 1.35  # how much less alike the members of a class may be for the sake of round bounds

Breaks = dict[tuple[str, str], tuple[Fraction, ...]]


def pin_breaks(frame: pd.DataFrame, quarter: str, known: Collection[tuple[str, str]] = ()) -> Breaks:
    """Return (indicator, region level) → lower bounds of all classes but the first, for the rates of ``class_breaks.csv``.

    Rates of fewer than ten units are left out, for they are 0, half or all by chance; so are rates above 100 %, which are mistakes. A level with fewer than four regions, or with rates that
    hardly differ, gets none, and the shipped breaks hold.

    Parameters
    ----------
    frame : the tally, columns of contract §4
    quarter : whose figures decide
    known : (indicator, level) pairs that have breaks already
    """
    rates = frame[(frame["quarter"] == quarter) & (frame["status"] == "ok") & (frame["unit"] == "ratio") & frame["segment"].isin(SEGMENTS)]
    rates = rates[pd.to_numeric(rates["denominator"]).fillna(0) >= _FEWEST_UNITS]
    made: Breaks = {}
    for indicator in tables.load("class_breaks")["scheme"]:
        for level in LEVELS:
            rows = rates[(rates["indicator"] == indicator) & (rates["region_level"] == level)]
            if (indicator, level) not in known and rows["region_code"].nunique() >= _FEWEST_REGIONS:
                values = [Fraction(int(n), int(d)) for n, d in zip(rows["numerator"], rows["denominator"], strict=True)]
                breaks = round_breaks([value for value in values if 0 < value <= 1])
                if breaks:
                    made[indicator, level] = breaks
    return made


def round_breaks(values: list[Fraction]) -> tuple[Fraction, ...]:
    """Return natural breaks (Fisher–Jenks) brought to the roundest percentages that leave no class empty; none where two classes cannot be told apart.

    Examples
    --------
    >>> [float(bound) for bound in round_breaks([Fraction(n, 100) for n in (12, 14, 31, 33, 48, 52, 71, 74, 88, 93)])]
    [0.2, 0.4, 0.6, 0.8]
    """
    distinct = sorted({round(value * 100) for value in values})
    if len(distinct) < 2:
        return ()
    wanted = min(_MOST_CLASSES, len(distinct))
    tops = _natural(distinct, wanted)
    least = _spread(values, [Fraction(2 * top + 1, 200) for top in tops])
    found = [_on_steps(values, tops, distinct, step) for step in _STEPS]
    good = [bounds for bounds in found if len(bounds) == wanted - 1 and _spread(values, bounds) <= _WORSE * least]
    return good[0] if good else max(found, key=len)


def _spread(values: list[Fraction], bounds: Sequence[Fraction]) -> float:
    """Return the sum of the distances of the values from their classes' medians."""
    classes: dict[int, list[float]] = {}
    for value in values:
        classes.setdefault(sum(value >= bound for bound in bounds), []).append(float(value))
    return sum(abs(value - median(members)) for members in classes.values() for value in members)


def _natural(distinct: list[int], count: int) -> list[int]:
    from mapclassify import FisherJenks  # slow to import, and needed once a city

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that numba would be faster; a hundred values need none
        return [int(top) for top in FisherJenks(distinct, k=count).bins[:-1]]


def _on_steps(values: list[Fraction], tops: list[int], distinct: list[int], step: Fraction) -> tuple[Fraction, ...]:
    """Return the multiples of ``step`` nearest to the middle of the gap above each class, where every class still holds a value."""
    bounds: list[Fraction] = []
    for top in tops:
        following = next(value for value in distinct if value > top)
        bound = round(Fraction(top + following, 200) / step) * step
        if bound not in bounds:
            bounds.append(bound)
    edges = [min(values), *bounds, max(values)]
    filled = [any(low <= v < high for v in values) for low, high in pairwise(edges[:-1])] + [max(values) >= edges[-2]]
    return tuple(b for b, below in zip(bounds, filled, strict=False) if below and min(values) < b <= max(values))
