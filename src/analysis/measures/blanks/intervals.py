"""How far a rate may be trusted with few units: Wilson's interval, and which places such intervals cannot tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

Interval = tuple[float, float]


def wilson(part: int, whole: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of ``part / whole`` (Wilson 1927), inside 0–1 and never of no width.

    Raises
    ------
    ValueError
        Without units, or with more covered than there are.

    Examples
    --------
    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    >>> [round(bound, 4) for bound in wilson(0, 10)]
    [0.0, 0.2775]
    """
    if not 0 <= part <= whole or not whole:
        raise ValueError(f"区间要求 0 ≤ 分子 ≤ 分母且分母大于零，给的是 {part}/{whole}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, weight = part / whole, z * z / whole
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(rate * (1 - rate) / whole + weight / (4 * whole))
    return (0.0 if part == 0 else max(0.0, middle - half), 1.0 if part == whole else min(1.0, middle + half))


def rank_ranges(intervals: Sequence[Interval]) -> list[tuple[int, int]]:
    """Return, a place each, the best and the worst place it can have (1 = highest rate), counting only places whose interval lies wholly apart.

    Overlap is not transitive, so ranges are given rather than groups: 甲 may be level with 乙 and 乙 with 丙 while 甲 is above 丙.

    Examples
    --------
    >>> rank_ranges([(0.6, 0.7), (0.5, 0.65), (0.2, 0.3)])
    [(1, 2), (1, 2), (3, 3)]
    """
    above = [sum(other[0] > own[1] for other in intervals) for own in intervals]
    below = [sum(other[1] < own[0] for other in intervals) for own in intervals]
    return [(1 + a, len(intervals) - b) for a, b in zip(above, below, strict=True)]
