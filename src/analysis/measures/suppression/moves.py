"""Other tables that agree with everything shown: the proof that a withheld cell is open.

A cell is moved by one; every sum that this upsets is mended by moving another of its withheld cells, every part that outgrew its whole by moving
the whole along, until all sums and parts hold again. What comes out is another table of whole numbers that no reader can tell from the true one,
and every cell that differs in it is open. A proof stays good when more is withheld, and takes no longer in a large city than in a small one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.measures.suppression.check import Bounds

_STEPS = 60
_TRIES = 6


class Moves:
    """Looks for other tables, for a choice of withheld cells that may only grow; ``proven`` are the cells that differed in an earlier one."""

    def __init__(self, bounds: Bounds, hidden: np.ndarray, proven: np.ndarray | None = None) -> None:
        self.values = bounds.values.tolist()
        self.hidden = hidden
        self.open = np.zeros(len(hidden), dtype=bool) if proven is None else proven.copy()
        use = hidden[bounds.cells]
        self._sums: dict[int, list[tuple[int, int]]] = {}  # sum → its withheld cells with their signs
        self._of: dict[int, list[tuple[int, int]]] = {}  # withheld cell → the sums it is in, with its sign
        for row, cell, sign in zip(bounds.rows[use].tolist(), bounds.cells[use].tolist(), bounds.signs[use].astype(int).tolist(), strict=True):
            self._sums.setdefault(row, []).append((cell, sign))
            self._of.setdefault(cell, []).append((row, sign))
        self._wholes: dict[int, list[int]] = {}
        self._parts: dict[int, list[int]] = {}
        near = hidden[bounds.nests[:, 0]] | hidden[bounds.nests[:, 1]]
        for part, whole in bounds.nests[near].tolist():
            self._wholes.setdefault(part, []).append(whole)
            self._parts.setdefault(whole, []).append(part)
        self._random = np.random.default_rng(0)

    def closed(self, cells: Iterable[int]) -> list[int]:
        """Return those of the cells for which no other table was found."""
        left = []
        for cell in cells:
            if not self.open[cell] and not any(self._try(cell, 1 - 2 * (attempt % 2), attempt) for attempt in range(_TRIES)):
                left.append(cell)
        return [cell for cell in left if not self.open[cell]]

    def _try(self, cell: int, step: int, attempt: int) -> bool:
        """Move a cell and mend what that upsets; what has moved in the end is open."""
        moved: dict[int, int] = {}
        upset: dict[int, int] = {}
        if not self._can(cell, step, moved):
            return False
        self._move(cell, step, moved, upset)
        outgrown = self._outgrown(cell, moved)
        for _ in range(_STEPS):
            if outgrown:
                other, by = outgrown.pop()
            elif upset:
                other, by = self._mender(*next(iter(upset.items())), moved, upset, attempt)
            else:
                self.open[list(moved)] = True
                return True
            if other < 0 or other in moved or not self._can(other, by, moved):
                return False
            self._move(other, by, moved, upset)
            outgrown += self._outgrown(other, moved)
            outgrown = [(o, b) for o, b in outgrown if o not in moved]
        return False

    def _move(self, cell: int, by: int, moved: dict[int, int], upset: dict[int, int]) -> None:
        moved[cell] = by
        for row, sign in self._of.get(cell, ()):
            upset[row] = upset.get(row, 0) + sign * by
            if not upset[row]:
                del upset[row]

    def _can(self, cell: int, by: int, moved: dict[int, int]) -> bool:
        """Whether a cell may move: not below zero, and beyond no shown figure, nor one that has moved already."""
        value = self.values[cell] + by
        if value < 0 or not self.hidden[cell]:
            return False
        others = self._wholes.get(cell, ()) if by > 0 else self._parts.get(cell, ())
        return all(by * (self.values[o] + moved.get(o, 0) - value) >= 0 for o in others if not self.hidden[o] or o in moved)

    def _outgrown(self, cell: int, moved: dict[int, int]) -> list[tuple[int, int]]:
        """Return the withheld cells that must move along, each with its step."""
        by = moved[cell]
        value = self.values[cell] + by
        others = self._wholes.get(cell, ()) if by > 0 else self._parts.get(cell, ())
        return [(o, by) for o in others if o not in moved and by * (self.values[o] - value) < 0]

    def _mender(self, row: int, rest: int, moved: dict[int, int], upset: dict[int, int], attempt: int) -> tuple[int, int]:
        """Return the cell of a sum to move, and its step: the one that upsets least; by chance among many in later attempts."""
        best, found = (9, 0.0), (-1, 0)
        for cell, sign in self._sums[row]:
            by = -rest * sign
            if cell in moved or abs(by) != 1 or not self._can(cell, by, moved):
                continue
            cost = sum((-1 if upset.get(r, 0) == -s * by else 1) for r, s in self._of[cell]) + len(self._outgrown_if(cell, by, moved))
            rank = (cost, self._random.random() if attempt else -self.values[cell])
            if rank < best:
                best, found = rank, (cell, by)
        return found

    def _outgrown_if(self, cell: int, by: int, moved: dict[int, int]) -> list[int]:
        value = self.values[cell] + by
        others = self._wholes.get(cell, ()) if by > 0 else self._parts.get(cell, ())
        return [o for o in others if o not in moved and by * (self.values[o] - value) < 0]
