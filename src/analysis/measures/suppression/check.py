"""What a reader can still narrow down: the bounds of withheld cells that follow from sums and from one figure being part of another.

Bounds are tightened in turn over every sum and every part until nothing moves; that finds most of what a linear programme would, in a fraction of
its time. The programme asks for single cells, each with its nearest neighbours: these may move while all others keep their true values, so another
solution of the block is another solution of the whole. Whatever the size of the city, a cell passes only with such a solution at hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order

_FREE = 1e9
_ROUNDS = 60
_BLOCK = 400  # cells that one programme moves: its time grows much faster than their number


class Bounds:
    """The sums and parts of a quarter, ready to be tightened for any choice of withheld cells.

    Parameters
    ----------
    values : every cell's number
    rows, cells, signs : a line a member of a sum: which sum, which cell, and whether it is added or taken away; a reader knows the signed total
    nests : (part, whole) pairs of cells
    """

    def __init__(self, values: np.ndarray, rows: np.ndarray, cells: np.ndarray, signs: np.ndarray, nests: np.ndarray) -> None:
        self.values = np.nan_to_num(values)
        self.rows, self.cells, self.signs = rows, cells, signs
        self._count = int(rows.max(initial=-1)) + 1
        self.nests = nests
        self._part, self._whole = nests[:, 0], nests[:, 1]

    @classmethod
    def of(cls, values: np.ndarray, sums: Sequence[tuple[np.ndarray, np.ndarray]], nests: np.ndarray) -> Bounds:
        """Return the bounds for sums given one by one, each as its cells and signs."""
        return cls(values, *flat(sums), nests)

    def pinned(self, hidden: np.ndarray, least: float = 1.0) -> np.ndarray:
        """Return the withheld cells, zeros aside, whose bounds are less than ``least`` apart."""
        low, high = self._tighten(hidden)
        return np.flatnonzero(hidden & (high - low < least) & (self.values > 0))

    def solved(self, hidden: np.ndarray, among: np.ndarray | None = None, least: float = 0.5) -> np.ndarray:
        """Return the withheld cells, zeros aside, for which no programme finds a second value.

        Parameters
        ----------
        among : the cells that are asked for; all withheld ones where None
        """
        wanted = hidden & (self.values > 0)
        if among is not None:
            wanted &= np.isin(np.arange(len(hidden)), among)
        links = self._links(hidden) if wanted.any() else None
        closed = []
        for cell in np.flatnonzero(wanted):
            if wanted[cell]:
                near = breadth_first_order(links, cell, directed=False, return_predecessors=False)[:_BLOCK]
                wanted[self._moved(near, wanted[near], least)] = False
                if wanted[cell]:
                    closed.append(cell)
                    wanted[cell] = False
        return np.array(closed, dtype=np.int64)

    def _links(self, hidden: np.ndarray) -> csr_matrix:
        """Return which withheld cells stand in a sum together, or are one part of the other."""
        size = len(hidden)
        use = hidden[self.cells]
        sums = csr_matrix((np.ones(int(use.sum()), dtype=np.int8), (self.rows[use], self.cells[use])), shape=(self._count, size))
        both = hidden[self._part] & hidden[self._whole]
        nests = csr_matrix((np.ones(int(both.sum()), dtype=np.int8), (self._part[both], self._whole[both])), shape=(size, size))
        return ((sums.T @ sums) + nests + nests.T).tocsr()

    def _moved(self, own: np.ndarray, wanted: np.ndarray, least: float) -> np.ndarray:
        """Return those of the block's wanted cells that differ between two solutions in which all other cells keep their values."""
        from scipy.optimize import linprog  # a quarter of a second to import: runs for internal readers have no need of it

        place = np.full(len(self.values), -1)
        place[own] = np.arange(len(own))
        is_own = place >= 0
        use = is_own[self.cells]
        rows, at = np.unique(self.rows[use], return_inverse=True)
        equal = csr_matrix((self.signs[use], (at, place[self.cells[use]])), shape=(len(rows), len(own)))
        inside, both = is_own[self._part], is_own[self._part] & is_own[self._whole]
        low, high = np.zeros(len(own)), np.full(len(own), np.inf)
        above, under = inside & ~both, is_own[self._whole] & ~both
        np.minimum.at(high, place[self._part[above]], self.values[self._whole[above]])
        np.maximum.at(low, place[self._whole[under]], self.values[self._part[under]])
        high = np.where(np.isinf(high), np.maximum(_FREE, self.values[own].max()) / 100, high)
        pairs = int(both.sum())
        ordered = coo_matrix(
            (np.repeat([1.0, -1.0], pairs), (np.tile(np.arange(pairs), 2), np.append(place[self._part[both]], place[self._whole[both]]))),
            shape=(pairs, len(own)),
        ).tocsr()
        total, random, still = equal @ self.values[own], np.random.default_rng(0), wanted.copy()

        def spread(goal: np.ndarray) -> np.ndarray:
            ends = [linprog(sign * goal, A_ub=ordered if pairs else None, b_ub=np.zeros(pairs) if pairs else None, A_eq=equal if len(rows) else None,
                            b_eq=total if len(rows) else None, bounds=np.column_stack([low, high]), method="highs") for sign in (1, -1)]  # fmt: skip
            return np.abs(ends[0].x - ends[1].x) if all(end.status == 0 for end in ends) else np.zeros(len(goal))

        if still.any():
            still &= spread(np.where(still, random.normal(size=len(still)), 0.0)) < least
        if still[0]:  # the cell that the block was laid around
            still &= spread(np.eye(1, len(still))[0]) < least
        return own[wanted & ~still]

    def _tighten(self, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.where(hidden, 0.0, self.values), np.where(hidden, _FREE, self.values)
        use = hidden[self.cells]
        rows, cells, signs = self.rows[use], self.cells[use], self.signs[use]
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


def flat(sums: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sums as one line a member: which sum, which cell, which sign."""
    rows = np.repeat(np.arange(len(sums)), [len(cells) for cells, _ in sums])
    cells = np.concatenate([cells for cells, _ in sums]) if sums else np.array([], dtype=np.int64)
    return rows, cells, np.concatenate([signs for _, signs in sums]) if sums else np.array([])
