"""Class breaks worked out once from a city's figures, to be kept: the same rate then has the same colour in every quarter, district and group of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from analysis import tables

# groups that are laid side by side and so must share their breaks
SEGMENTS = ("all", "small_micro", "two_new")
LEVELS = ("district", "township")
_STEPS = (20, 10, 5)  # percentage points in a class, the roundest first
_FINEST = 2  # for rates that differ by so little that wider classes would be one
_FEWEST_REGIONS = 4
_FEWEST_UNITS = 10
_BOUNDS = 4
_ROOM = Fraction(1, 3)  # of the regions, the most that stand in the lowest or the highest class of the quarter that decides
_CROWD = Fraction(2, 3)  # and the most that stand in any one class
_NEARLY = 0.85  # how well rounder classes must tell rates apart, against the best
_POOR = 0.3

Breaks = dict[tuple[str, str], tuple[Fraction, ...]]


def pin_breaks(frame: pd.DataFrame, quarter: str, known: Mapping[tuple[str, str], tuple[Fraction, ...]] | None = None) -> Breaks:
    """Return (indicator, region level) → lower bounds of all classes but the first, for the rates of ``class_breaks.csv``.

    Rates of fewer than ten units are left out, for they are 0, half or all by chance; so are rates above 100 %, which are mistakes. A level with fewer than
    four regions, or with rates that do not differ, gets none, and the shipped breaks hold. A rate that is what another leaves to 100 % takes that one's breaks.

    Parameters
    ----------
    frame : the tally, columns of contract §4; its earlier quarters count too, so that growth is seen
    quarter : whose map must have room at both ends
    known : breaks that the city has already; they stay
    """
    rates = frame[(frame["quarter"] <= quarter) & (frame["status"] == "ok") & (frame["unit"] == "ratio") & frame["segment"].isin(SEGMENTS)]
    rates = rates[pd.to_numeric(rates["denominator"]).fillna(0) >= _FEWEST_UNITS]
    mirrors = tables.load("class_breaks").set_index("scheme")["mirrors"]
    known, made = dict(known or {}), {}
    for indicator in sorted(mirrors.index, key=lambda name: bool(mirrors[name])):  # those that others mirror first
        for level in LEVELS:
            rows = rates[(rates["indicator"] == indicator) & (rates["region_level"] == level)]
            now = (rows["quarter"] == quarter).to_numpy()
            if (indicator, level) in known or rows.loc[now, "region_code"].nunique() < _FEWEST_REGIONS:
                continue
            if (mirrors[indicator], level) in known | made:
                made[indicator, level] = tuple(1 - bound for bound in reversed((known | made)[mirrors[indicator], level]))
                continue
            values = [Fraction(int(n), int(d)) for n, d in zip(rows["numerator"], rows["denominator"], strict=True)]
            whole = now & (rows["segment"] == "all").to_numpy()
            breaks = even_breaks(*([v for v, wanted in zip(values, which, strict=True) if wanted and 0 < v <= 1] for which in (now | True, whole)))
            if breaks:
                made[indicator, level] = breaks
    return made


def even_breaks(values: list[Fraction], newest: list[Fraction]) -> tuple[Fraction, ...]:
    """Return four bounds as far apart as a round number of percentage points; none where the values do not differ.

    All grids pass through 10, 30, 50, 70 and 90 %, so that a bound of the grades of blank areas (domain §9.1) is never inside a class. Useful is a grid
    that in the newest quarter leaves room at both ends and puts no more than two regions of three into one class; among the useful ones the roundest is
    taken that tells the values apart nearly as well as the best does (sum of deviations from the class medians, ``mapclassify``).

    Examples
    --------
    >>> rates = [Fraction(n, 100) for n in (31, 44, 45, 46, 46, 47, 48, 48, 49)]
    >>> [float(bound) for bound in even_breaks(rates, rates)]
    [0.4, 0.45, 0.5, 0.55]
    """
    if len(set(values)) < 2:
        return ()
    best = {step: max(_graded(step, values, newest)) for step in (*_STEPS, _FINEST)}
    wide = {step: grid for step, grid in best.items() if step != _FINEST}
    useful = {step: grid for step, grid in wide.items() if grid[0]} or wide
    most = max(fit for _, fit, _, _ in useful.values())
    if most < _POOR and best[_FINEST][0]:
        return best[_FINEST][3]
    return next(bounds for _, fit, _, bounds in useful.values() if fit >= _NEARLY * most)


def _graded(step: int, values: list[Fraction], newest: list[Fraction]) -> list[tuple[bool, float, Fraction, tuple[Fraction, ...]]]:
    """Return every grid of a step as (is useful, how well it parts the values, nearness to their middle, bounds)."""
    import mapclassify  # slow to import, and needed once a city

    first = 10 if step == 20 else step
    grids = [tuple(Fraction(start + n * step, 100) for n in range(_BOUNDS)) for start in range(first, 100 - (_BOUNDS - 1) * step, step)]
    below = -np.array([float(value) for value in values])  # mapclassify's classes hold their upper bound, ours the lower: turned round they are the same
    whole = float(np.abs(below - np.median(below)).sum())
    middle = sorted(newest or values)[len(newest or values) // 2]
    made = []
    for bounds in grids:
        classes = mapclassify.UserDefined(below, bins=sorted(-float(bound) for bound in bounds))
        made.append((_is_useful(newest, bounds), round(1 - float(classes.adcm) / whole, 6), -abs(sum(bounds) / _BOUNDS - middle), bounds))
    return made


def _is_useful(newest: Sequence[Fraction], bounds: tuple[Fraction, ...]) -> bool:
    counts = [0] * (len(bounds) + 1)
    for value in newest:
        counts[sum(value >= bound for bound in bounds)] += 1
    return max(counts[0], counts[-1]) <= _ROOM * len(newest) and max(counts) <= _CROWD * len(newest)
