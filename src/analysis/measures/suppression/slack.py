"""What surrounds a cell in its own region: the figures it is a part of, those that are parts of it, the other part of its total.

They say how far a withheld cell could lie lower or higher as far as a reader can know from what is shown next to it.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from analysis import tables
from analysis.measures.suppression.cells import Cells, identities, is_amount

OVERLAP = ("small_micro", "two_new", "small_micro_and_two_new")
EITHER = "small_micro_or_two_new"
_FREE = 1e9


class Slack:
    """How far withheld cells could lie off their values.

    Parameters
    ----------
    cells : the quarter's cells
    hidden : which are withheld; looked at anew whenever something is asked
    """

    def __init__(self, cells: Cells, hidden: np.ndarray) -> None:
        self.cells, self.hidden, self.values = cells, hidden, cells.values
        regions, segments, bases = cells.shape
        amounts = np.array([is_amount(base) for base in cells.bases])
        self.is_amount = np.broadcast_to(amounts, (regions, segments, bases)).ravel()
        self.other_part = self._pairs()
        self.nesting = self._nests()
        self._known_nests: dict[int, tuple[list[tuple[float, int]], list[tuple[float, int]]]] = {}

    def of(self, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each cell could lie lower and higher, as far as the shown figures next to it tell a reader.

        A withheld count is at least one; a figure is no more than what it is a part of and no less than its own parts; of two parts whose total
        is shown one falls as the other rises.
        """
        pairs = [self.bounds(cell) for cell in held.tolist()]
        return np.array([down for down, _ in pairs]), np.array([up for _, up in pairs])

    def bounds(self, cell: int) -> tuple[float, float]:
        """Return how far one cell could lie lower and higher."""
        down, up = self._own_bounds(cell)
        total, other = self.other_part.get(cell, (-1, -1))
        if total >= 0 and not self.hidden[total]:
            other_down, other_up = self._own_bounds(other)
            return min(down, other_up), min(up, other_down)
        return down, up

    def _own_bounds(self, cell: int) -> tuple[float, float]:
        value = float(self.values[cell])
        down, up = (value if self.is_amount[cell] else value - min(value, 1.0)), _FREE
        wholes, parts = self.nested(cell)
        for gap, other in wholes:  # nearest first
            if not self.hidden[other]:
                up = min(up, gap)
                break
        for gap, other in parts:
            if not self.hidden[other]:
                down = min(down, gap)
                break
        return down, up

    def tightest(self, cell: int, avoided: np.ndarray) -> int:
        """Return the shown figure next to a cell, or to the other part of its total, that leaves it least room; -1 where there is none.

        ``avoided`` : cells that are not to be named
        """
        near = []
        for own in {cell, self.other_part.get(cell, (0, cell))[1]}:
            wholes, parts = self.nested(own)
            near += [(gap, o) for gap, o in wholes if not self.hidden[o] and not avoided[o]][:1]
            near += [(gap, o) for gap, o in parts if self.values[o] > 0 and not self.hidden[o] and not avoided[o]][:1]
        if near:
            return int(min(near)[1])
        total = self.other_part.get(cell, (-1, -1))[0]
        return total if total >= 0 and not self.hidden[total] and not avoided[total] else -1

    def nested(self, cell: int) -> tuple[list[tuple[float, int]], list[tuple[float, int]]]:
        """Return the cells of the same region that this one is a part of, and those that are parts of it, each with how far off it is, nearest first."""
        if cell not in self._known_nests:
            size = self.cells.shape[1] * self.cells.shape[2]
            start, value = cell - cell % size, float(self.values[cell])
            found = []
            for side, sign in zip(self.nesting.get(cell % size, ((), ())), (1.0, -1.0), strict=True):
                others = {int(self.cells.canonical[start + at]) for at in side} - {cell}
                gaps = ((sign * (float(self.values[o]) - value), o) for o in others)
                found.append(sorted((gap, o) for gap, o in gaps if gap >= 0))
            self._known_nests[cell] = (found[0], found[1])
        return self._known_nests[cell]

    @cached_property
    def inside(self) -> np.ndarray:
        """Return all pairs of part and whole, one a line."""
        starts = np.arange(0, len(self.values), self.cells.shape[1] * self.cells.shape[2])
        inside = np.array([(part, whole) for part, (wholes, _) in self.nesting.items() for whole in wholes], dtype=np.int64).reshape(-1, 2)
        pairs = self.cells.canonical[(starts[:, None, None] + inside[None]).reshape(-1, 2)]
        known = ~np.isnan(self.values[pairs]).any(axis=1) & (pairs[:, 0] != pairs[:, 1]) & (self.values[pairs[:, 0]] <= self.values[pairs[:, 1]])
        return np.unique(pairs[known], axis=0)

    def either(self) -> dict[int, int]:
        """Return cell of 小微, 两新 or both → the cell of either: the four are bound by one sum, and the last gives way for the other three."""
        cells, at = self.cells, {name: i for i, name in enumerate(self.cells.segments)}
        if EITHER not in at:
            return {}
        either, known = cells.named[:, at[EITHER]], cells.known[:, at[EITHER]]
        return {
            int(one): int(whole) for segment in OVERLAP if segment in at for one, whole in zip(cells.named[:, at[segment]][known], either[known], strict=True)
        }

    def _pairs(self) -> dict[int, tuple[int, int]]:
        """Return part → (total, other part) for totals of two parts."""
        found = {}
        for total, parts in identities("sum"):
            if len(parts) == 2:
                t, one, other = (self.cells.bases.index(base) for base in (total, *parts))
                whole = self.cells.known[:, :, [t, one, other]].all(axis=2)
                for a, b, c in self.cells.named[:, :, [t, one, other]][whole].tolist():
                    found[b], found[c] = (a, c), (a, b)
        return found

    def _nests(self) -> dict[int, tuple[list[int], list[int]]]:
        """Return position within a region → the positions it is a part of, and those that are parts of it."""
        bases, width, at = self.cells.bases, self.cells.shape[2], {name: i for i, name in enumerate(self.cells.segments)}
        inside = [(at[r.part], at[r.whole]) for r in tables.load("segment_nesting").itertuples() if r.part in at and r.whole in at]
        inside += [(i, at["all"]) for name, i in at.items() if name != "all" and "all" in at]
        pairs = [(part * width + b, whole * width + b) for part, whole in inside for b in range(width)]
        for kind in ("part", "rest"):
            for total, parts in identities(kind):
                pairs += [(s * width + bases.index(p), s * width + bases.index(total)) for s in at.values() for p in parts if p in bases]
        found: dict[int, tuple[list[int], list[int]]] = {}
        for part, whole in pairs:
            found.setdefault(part, ([], []))[0].append(whole)
            found.setdefault(whole, ([], []))[1].append(part)
        return found
