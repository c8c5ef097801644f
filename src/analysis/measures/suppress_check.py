"""What a reader can still narrow down: the bounds of withheld cells that follow from sums and from one figure being part of another.

Bounds are tightened in turn over every sum and every part until nothing moves. That is less than a full linear programme, and takes a fraction
of its time; the tests hold the outcome against one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix

_FREE = 1e9
_NONE = np.array([], dtype=np.int64)
_ROUNDS = 60
_MOST_SOLVED = 1500  # with more unknowns the programme takes minutes; a limit of time would make the pattern depend on the machine


class Bounds:
    """The sums and parts of a quarter, ready to be tightened for any choice of withheld cells.

    Parameters
    ----------
    values : every cell's number
    sums : (cells, signs) whose signed total the reader knows to be what it is
    nests : (part, whole) pairs of cells
    """

    def __init__(self, values: np.ndarray, sums: Sequence[tuple[np.ndarray, np.ndarray]], nests: np.ndarray) -> None:
        self.values = np.nan_to_num(values)
        rows = np.repeat(np.arange(len(sums)), [len(cells) for cells, _ in sums])
        self._cells = np.concatenate([cells for cells, _ in sums]) if sums else np.array([], dtype=np.int64)
        self._signs = np.concatenate([signs for _, signs in sums]) if sums else np.array([])
        self._rows, self._count = rows, len(sums)
        self.nests = nests
        self._part, self._whole = nests[:, 0], nests[:, 1]

    def pinned(self, hidden: np.ndarray, least: float = 1.0) -> np.ndarray:
        """Return the withheld cells, zeros aside, whose bounds are less than ``least`` apart."""
        low, high = self._tighten(hidden)
        return np.flatnonzero(hidden & (high - low < least) & (self.values > 0))

    def solved(self, hidden: np.ndarray, least: float = 0.5, rounds: int = 3) -> np.ndarray:
        """Return the withheld cells, zeros aside, for which a linear programme over all that is known leaves a single value.

        Nothing is asked where more than ``_MOST_SOLVED`` cells are withheld: there the bounds alone decide.
        Random directions first: what two ends of one of them tell apart is open. Only what none of them moves is asked for by itself.
        """
        unknown = np.flatnonzero(hidden)
        if not 0 < len(unknown) <= _MOST_SOLVED:
            return _NONE
        place = np.full(len(hidden), -1)
        place[unknown] = np.arange(len(unknown))
        use = hidden[self._cells]
        rows, cells, signs = self._rows[use], self._cells[use], self._signs[use]
        total = np.bincount(rows, weights=signs * self.values[cells], minlength=self._count)
        kept = np.unique(rows)
        equal = csr_matrix((signs, (rows, place[cells])), shape=(self._count, len(unknown)))[kept]
        inside, both = hidden[self._part], hidden[self._part] & hidden[self._whole]
        low, high = np.zeros(len(unknown)), np.full(len(unknown), np.inf)
        above = inside & ~both
        np.minimum.at(high, place[self._part[above]], self.values[self._whole[above]])
        under = hidden[self._whole] & ~both
        np.maximum.at(low, place[self._whole[under]], self.values[self._part[under]])
        pairs = int(both.sum())
        ordered = coo_matrix(
            (np.repeat([1.0, -1.0], pairs), (np.tile(np.arange(pairs), 2), np.append(place[self._part[both]], place[self._whole[both]]))),
            shape=(pairs, len(unknown)),
        ).tocsr()
        high = np.where(np.isinf(high), np.maximum(_FREE, self.values[unknown].max()) / 100, high)
        still = self.values[unknown] > 0
        random = np.random.default_rng(0)

        def spread(goal: np.ndarray) -> np.ndarray:
            ends = [linprog(sign * goal, A_ub=ordered if pairs else None, b_ub=np.zeros(pairs) if pairs else None, A_eq=equal, b_eq=total[kept],
                            bounds=np.column_stack([low, high]), method="highs") for sign in (1, -1)]  # fmt: skip
            return np.abs(ends[0].x - ends[1].x) if all(end.status == 0 for end in ends) else np.full(len(goal), np.inf)

        for _ in range(rounds):
            if still.any():
                still &= spread(np.where(still, random.normal(size=len(still)), 0.0)) < least
        for number in np.flatnonzero(still):
            still[number] &= spread(np.eye(1, len(still), number)[0])[number] < least
        return unknown[still]

    def _tighten(self, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.where(hidden, 0.0, self.values), np.where(hidden, _FREE, self.values)
        use = hidden[self._cells]
        rows, cells, signs = self._rows[use], self._cells[use], self._signs[use]
        held = csr_matrix((signs, (rows, cells)), shape=(self._count, len(hidden)))
        total = (held @ self.values)[rows]
        near = hidden[self._part] | hidden[self._whole]
        part, whole = self._part[near], self._whole[near]
        for _ in range(_ROUNDS):
            before = low.copy(), high.copy()
            np.maximum.at(low, whole, low[part])
            np.minimum.at(high, part, high[whole])
            least = np.where(signs > 0, low[cells], -high[cells])
            most = np.where(signs > 0, high[cells], -low[cells])
            lowest, highest = (np.bincount(rows, weights=side, minlength=self._count)[rows] for side in (least, most))
            top, bottom = total - (lowest - least), total - (highest - most)  # what is left for a member where the others lie low, or high
            np.minimum.at(high, cells, np.where(signs > 0, top, -bottom))
            np.maximum.at(low, cells, np.where(signs > 0, bottom, -top))
            if np.array_equal(before[0], low) and np.array_equal(before[1], high):
                break
        return low, high
