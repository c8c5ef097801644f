"""What a reader can still narrow down: the bounds of withheld cells that follow from sums and from one figure being part of another.

Bounds are tightened in turn over every sum and every part until nothing moves. That is less than a full linear programme, and takes a fraction
of its time; the tests hold the outcome against one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

_FREE = 1e9
_ROUNDS = 60


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
        self._part, self._whole = nests[:, 0], nests[:, 1]

    def pinned(self, hidden: np.ndarray, least: float = 1.0) -> np.ndarray:
        """Return the withheld cells, zeros aside, whose bounds are less than ``least`` apart."""
        low, high = self._tighten(hidden)
        return np.flatnonzero(hidden & (high - low < least) & (self.values > 0))

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
