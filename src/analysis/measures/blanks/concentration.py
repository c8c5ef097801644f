"""How concentrated the blank units are: how few places hold half of them."""

from __future__ import annotations

from collections.abc import Sequence


def fewest_holding(counts: Sequence[int], share: float = 0.5) -> int:
    """Return how many places, the fullest first, hold at least ``share`` of the sum; 0 where there is nothing.

    Examples
    --------
    >>> fewest_holding([10, 1, 5, 4], 0.5), fewest_holding([0, 0])
    (1, 0)
    """
    total, held = sum(counts), 0
    if not total:
        return 0
    for number, count in enumerate(sorted(counts, reverse=True), start=1):
        held += count
        if held >= share * total:
            return number
    raise AssertionError("the whole holds every share of itself")
