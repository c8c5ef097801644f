"""Secondary suppression: what else must be withheld so that no withheld cell can be worked out from the sums that are shown.

Every sum (city over districts, district over townships, total over parts) that holds a withheld cell must hold enough of them: were one alone,
subtraction would give it; were two small ones together, their sum would nearly give both. The slack of a withheld cell says how far it could
lie lower or higher as far as a reader can know; a sum protects its cells where the others' slack lets each take enough different values.
"""

from __future__ import annotations

import heapq
from functools import cached_property

import numpy as np

from analysis.measures.suppression.cells import Cells, Equation
from analysis.measures.suppression.check import Bounds
from analysis.measures.suppression.moves import Moves
from analysis.measures.suppression.slack import OVERLAP, Slack

_MOST_PARTNERS = 8
_MOST_ROUNDS = 30
_FEW = 40  # closed cells that a linear programme is asked about, before more is withheld for them
AMOUNT_SHARE = 0.1  # an amount of persons must stay open by a tenth of itself


class Protection:
    """Finds the cells to withhold beside the primary ones.

    Parameters
    ----------
    cells : the quarter's cells
    primary : boolean array over them
    below : a withheld count must stay open to at least this many values
    """

    def __init__(self, cells: Cells, primary: np.ndarray, below: int) -> None:
        self.cells = cells
        self.primary = primary
        self.hidden = np.zeros_like(primary)
        self.frozen = cells.frozen.copy()
        self.values = cells.values
        regions, segments, bases = cells.shape
        self.slack = Slack(cells, self.hidden)
        self._in_row = np.zeros(regions * segments, dtype=np.int64)  # withheld cells a region and segment
        self.need = np.where(self.slack.is_amount, np.maximum(below - 1, np.ceil(AMOUNT_SHARE * np.nan_to_num(self.values))), float(below - 1))
        self._equations = list(cells.equations())
        self._around: dict[int, list[int]] = {}
        for number, equation in enumerate(self._equations):
            for cell in (*equation.children.tolist(), equation.parent, equation.given_by):
                if cell >= 0:
                    self._around.setdefault(cell, []).append(number)
        self._either = self.slack.either()
        self._three: dict[int, list[int]] = {}
        for one, either in self._either.items():
            self._three.setdefault(either, []).append(one)
        self._eligible = cells.bases.index("eligible")
        self._all = self.cells.segments.index("all") * bases
        self._last = self.frozen | self._district_wholes()
        self._queue: list[int] = []
        self._waiting: set[int] = set()

    def find(self) -> np.ndarray:
        """Return which cells are withheld; that depends on this quarter's figures alone, so that the next quarter's run withholds the same."""
        for cell in np.flatnonzero(self.primary).tolist():
            self._hide(cell, is_loosened=False)
        for cell in np.flatnonzero(self.primary).tolist():  # only now: what is withheld beside a cell no longer holds it
            self._loosen(cell)
        self._work()
        for _ in range(_MOST_PARTNERS):  # bounds first: they find most of what the search for other tables would, in a fraction of its time
            if not self._widened(self._bounds_of_all().pinned(self.hidden).tolist()):
                break
        proven = np.zeros_like(self.hidden)
        for _ in range(_MOST_ROUNDS):
            closed, proven = self._closed(proven)
            if not self._widened(closed):
                break
        return self.hidden

    def _closed(self, proven: np.ndarray) -> tuple[list[int], np.ndarray]:
        """Return the withheld cells for which no other table is found, and those for which one is."""
        bounds = self._bounds_of_all()
        moves = Moves(bounds, self.hidden, proven)
        closed = moves.closed(np.flatnonzero(self.hidden & (bounds.values > 0)).tolist())
        return (closed if len(closed) > _FEW else bounds.solved(self.hidden, np.array(closed, dtype=np.int64)).tolist()), moves.open

    def _widened(self, cells: list[int]) -> bool:
        """Withhold more around cells that a reader could work out; return whether there was anything left to withhold."""
        before = int(self.hidden.sum())
        for cell in cells:
            self._widen(cell)
        self._work()
        return int(self.hidden.sum()) > before

    def _widen(self, cell: int) -> None:
        """Withhold what holds a cell to one value: the shown figure next to it, else the largest one in its sums.

        A district's whole only where nothing else is left.
        """
        if not self.hidden[cell]:
            return
        for avoided in (self._last, self.frozen):
            tight = self.slack.tightest(cell, avoided)
            if tight < 0:
                near = [o for n in self._around.get(cell, ()) for o in (*self._equations[n].children.tolist(), self._equations[n].parent)]
                free = [o for o in near if o >= 0 and not self.hidden[o] and not avoided[o] and self.values[o] > 0]
                tight = max(free, key=lambda o: (self.values[o], o), default=-1)
            if tight >= 0:
                self._hide(tight)
                return

    def _district_wholes(self) -> np.ndarray:
        """Return the cells that readers look for first, a district's figures over all its units: withheld for others' sake only where nothing else will do."""
        wholes = np.zeros(self.cells.shape, dtype=bool)
        wholes[[self.cells.regions.index(d) for d in self.cells.districts], self.cells.segments.index("all")] = True
        made = np.zeros(len(self.values), dtype=bool)
        made[self.cells.canonical[wholes.ravel()]] = True
        return made

    def _work(self) -> None:
        while self._queue:
            number = heapq.heappop(self._queue)
            self._waiting.discard(number)
            self._protect(self._equations[number])

    def _bounds_of_all(self) -> Bounds:
        rows, cells, signs, given = self._system
        kept = (given < 0) | ~self.hidden[given]
        return Bounds(self.values, rows[kept], cells[kept], signs[kept], self.slack.inside)

    @cached_property
    def _system(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the members of all sums: which sum, which cell, which sign, the cell that gives the sum or -1."""
        lines = [(number, cell, sign, equation.given_by) for number, equation in enumerate(self._equations)
                 for cell, sign in (*((c, 1.0) for c in equation.children.tolist()), (equation.parent, -1.0)) if cell >= 0]  # fmt: skip
        for number, (either, three) in enumerate(self._three.items(), start=len(self._equations)):
            if len(three) == len(OVERLAP):
                lines += [(number, cell, sign, -1) for cell, sign in zip((*three, either), (1.0, 1.0, -1.0, -1.0), strict=True)]
        rows, cells, signs, given = (np.array(column) for column in zip(*lines, strict=True)) if lines else (np.zeros(0, dtype=np.int64),) * 4
        return rows, cells, signs, given

    def _hide(self, cell: int, need: float = 0.0, is_loosened: bool = True) -> None:
        if need > self.need[cell]:
            self.need[cell] = need
        if self.hidden[cell] or self.frozen[cell]:
            return
        self.hidden[cell] = True
        self._in_row[cell // self.cells.shape[2]] += 1
        self._wake(cell)
        for other in self.cells.together.get(cell, ()):
            self._hide(other)
        if cell in self._either:
            self._hide(self._either[cell])
        three = self._three.get(cell, [])
        if three and not self.hidden[three].any():  # withheld for another reason: alone in its sum it would follow from the other three
            self._hide(min(three, key=lambda c: (self.values[c] == 0, self.values[c])))
        if is_loosened:
            self._loosen(cell)

    def _loosen(self, cell: int) -> None:
        """Where the shown figures around a cell leave it no room, those that hold it tightest must go too."""
        for _ in range(_MOST_PARTNERS):
            tight = self.slack.tightest(cell, self.frozen) if sum(self.slack.bounds(cell)) < min(self.need[cell], self.values[cell]) else -1
            if tight < 0 or self._last[tight]:  # whether it must go is for the search over all sums to say
                return
            self._hide(tight)

    def _protect(self, equation: Equation) -> None:
        children = equation.children
        if equation.given_by >= 0 and self.hidden[equation.given_by]:
            return
        for _ in range(_MOST_PARTNERS):
            held = children[self.hidden[children]]
            parent = equation.parent if equation.parent >= 0 and self.hidden[equation.parent] else -1
            if not len(held) and parent < 0:
                return
            need = (
                max([float(self.need[held].max())] if len(held) else [], default=0.0)
                if parent < 0
                else float(max(self.need[parent], *self.need[held], 0.0))
                if len(held)
                else float(self.need[parent])
            )
            alone = len(held) + (parent >= 0) < 2
            if not alone and self._is_open(held, parent):
                return
            partner = self._partner(children[~self.hidden[children] & ~self.frozen[children]], held, parent, need, alone)
            if partner < 0:
                if alone:
                    self._withhold_sum(equation)
                return
            self._hide(partner, need)

    def _withhold_sum(self, equation: Equation) -> None:
        """No other part can hide this one: the sum itself must go."""
        cell = equation.parent if equation.parent >= 0 else equation.given_by
        if not self.frozen[cell]:
            self._hide(cell)
            return
        for part in equation.children[self.hidden[equation.children]].tolist():  # the city's whole is this one part: nothing can keep it
            self.hidden[part], self.frozen[part] = False, True
            self._in_row[part // self.cells.shape[2]] -= 1
            self._wake(part)

    def _wake(self, cell: int) -> None:
        for number in self._around.get(cell, ()):
            if number not in self._waiting:
                self._waiting.add(number)
                heapq.heappush(self._queue, number)

    def _range(self, held: np.ndarray, parent: int) -> tuple[np.ndarray, np.ndarray]:
        """Return each member's width, and whether that is all its sum could ever give."""
        down, up = self.slack.of(held)
        if parent >= 0:  # the parent rising lets a part rise as another part falling does
            own_down, own_up = self.slack.of(np.array([parent]))
            down, up = np.append(down, own_up), np.append(up, own_down)
        width = np.minimum(up, down.sum() - down) + np.minimum(down, up.sum() - up)
        return width, down

    def _is_open(self, held: np.ndarray, parent: int) -> bool:
        members = np.append(held, parent) if parent >= 0 else held
        width, _ = self._range(held, parent)
        return bool((width >= self.need[members]).all())

    def _partner(self, candidates: np.ndarray, held: np.ndarray, parent: int, need: float, alone: bool) -> int:
        """Return the cell to withhold with the others: one already touched in its row if it will do, else the smallest that does, else the largest."""
        value = self.values[candidates]
        positive = candidates[value > 0]
        if not len(positive):
            return self._decoy(candidates) if alone else -1
        enough = [c for c in positive.tolist() if self._is_open(np.append(held, c), parent)]
        if enough:
            return min(enough, key=lambda c: (self._last[c], not self._is_touched(c), self._in_row[c // self.cells.shape[2]] == 0, self.values[c], c))
        slack = [min(self.slack.of(np.array([c])))[0] for c in positive.tolist()]
        best = int(np.argmax(slack))
        return int(positive[best]) if slack[best] > 0 or alone else -1

    def _is_touched(self, cell: int) -> bool:
        """Whether the same base is withheld there in another segment: segments hold each other, so their patterns should move together."""
        size = self.cells.shape[1] * self.cells.shape[2]
        return bool(self.hidden[cell - cell % size : cell - cell % size + size][cell % self.cells.shape[2] :: self.cells.shape[2]].any())

    def _decoy(self, candidates: np.ndarray) -> int:
        """Return a zero to withhold where all else is zero: the place with most units where, by all that is shown, it could well be more."""
        size, block = self.cells.shape[2], self.cells.shape[1] * self.cells.shape[2]
        possible = []
        for cell in candidates.tolist():
            own, whole = (self.values[self.cells.canonical[start + self._eligible]] for start in (cell - cell % size, cell - cell % block + self._all))
            if own > 0:
                possible.append((self.slack.bounds(cell)[1] <= 0, not self._is_touched(cell), -whole, cell))
        return min(possible)[-1] if possible else -1
