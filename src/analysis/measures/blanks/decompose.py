"""Why a rate changed: the change split exactly over its causes by Shapley's average, so that no order decides and nothing is left over.

Every subset of causes is a made-up quarter in which only those causes have happened; a cause's part is its mean contribution over all orders
in which the causes can happen (Shapley 1953). All in exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from analysis.measures.blanks.flows import PATTERNS

CAUSES = ("restated", "units", "covered", "moved")
_ASPECT = {"units": 0, "moved": 3, "covered": 6}  # where an aspect's three bits begin


@dataclass(frozen=True)
class Decomposition:
    """``parts`` cause → exact part of ``now − before`` (in 0–1).

    ``present`` the earlier quarter as its ledger reads now; ``counts`` what happened, in units.
    """

    before: Fraction
    present: Fraction
    now: Fraction
    parts: dict[str, Fraction]
    counts: dict[str, int]

    @property
    def largest(self) -> str:
        """The cause with the largest part; of equal ones the first in the order of ``CAUSES``."""
        return max(CAUSES, key=lambda cause: (abs(self.parts[cause]), -CAUSES.index(cause)))


def decompose(patterns: pd.Series) -> Decomposition | None:
    """Split a region's change; ``patterns`` are counts of units by pattern (see ``flows``). None where a rate has no denominator."""
    table = np.zeros(PATTERNS, dtype=np.int64)
    table[patterns.index.to_numpy(dtype=np.int64)] = patterns.to_numpy(dtype=np.int64)
    pairs = {subset: _sums(table, subset) for size in range(len(CAUSES) + 1) for subset in combinations(CAUSES, size)}
    ends = [pairs[subset] for subset in ((), ("restated",), CAUSES)]
    if not all(eligible for _, eligible in ends):
        return None
    before, present, now = (Fraction(covered, eligible) for covered, eligible in ends)
    # a made-up quarter without any unit has no rate; the earlier rate stands in, which leaves the sum of the parts exact
    rates = {frozenset(s): Fraction(c, e) if e else before for s, (c, e) in pairs.items()}
    return Decomposition(before, present, now, shapley(rates, CAUSES), _what_happened(table))


def shapley(values: dict[frozenset[str], Fraction], players: tuple[str, ...]) -> dict[str, Fraction]:
    """Return each player's Shapley value of the game ``values`` (subset → value); they add up to value(all) − value(none)."""
    n = len(players)
    parts = {}
    for player in players:
        others = [p for p in players if p != player]
        total = Fraction(0)
        for size in range(n):
            weight = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
            total += weight * sum((values[frozenset((*s, player))] - values[frozenset(s)] for s in combinations(others, size)), Fraction(0))
        parts[player] = total
    return parts


def _sums(table: np.ndarray, subset: tuple[str, ...]) -> tuple[int, int]:
    """Return covered and eligible units of the made-up quarter in which only ``subset`` has happened."""
    there, member, covered = (_aspect(start, cause in subset, "restated" in subset) for cause, start in _ASPECT.items())
    eligible = there & member
    return int(table[eligible & covered].sum()), int(table[eligible].sum())


def _aspect(start: int, has_happened: bool, is_restated: bool) -> np.ndarray:
    """Return, a pattern each, the aspect's state: this quarter's where it truly changed and that has happened, else the stored or the present reading's."""
    stored, present, now = ((np.arange(PATTERNS) >> (start + k)) & 1 == 1 for k in range(3))
    earlier = present if is_restated else stored
    return np.where(has_happened & (present != now), now, earlier)


def _what_happened(table: np.ndarray) -> dict[str, int]:
    """Count units: what truly happened between the present reading of the earlier quarter and this quarter, and what was restated."""
    (t0, t1, t2), (m0, m1, m2), (c0, c1, c2) = ([(np.arange(PATTERNS) >> (start + k)) & 1 == 1 for k in range(3)] for start in (0, 3, 6))
    before, after, stored = t1 & m1, t2 & m2, t0 & m0
    kinds = {
        "appeared": after & ~t1,
        "closed": before & ~t2,
        "newly_covered": before & after & ~c1 & c2,
        "lost": before & after & c1 & ~c2,
        "moved_in": after & t1 & ~m1,
        "moved_out": before & t2 & ~m2,
        "restated": (stored != before) | (stored & before & (c0 != c1)),
    }
    return {name: int(table[which].sum()) for name, which in kinds.items()}
