"""Which visits of a quarter close most of the gap: each covers one unit, or one township's small units at a stroke by a joint union.

Taking the largest gains first is exact here. A joint union takes in all small units of its township without one, so it gains at least as much as
any single visit to one of them; in any plan such a single visit can be exchanged for the township's joint union (or, if that is already
planned, for any other visit) without loss. What is left is a choice among gains that do not touch each other, and of those the N largest are best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

JOINT, SINGLE = "joint", "single"


@dataclass(frozen=True)
class Blank:
    """A unit without a union: ``is_small`` below the size from which a union of its own is asked for; ``township`` "" where unknown."""

    uscc: str
    township: str
    is_small: bool
    employees: int = 0
    is_first: bool = False


@dataclass(frozen=True)
class Visit:
    """``gain`` units with ``employees`` covered by one visit: a joint union for ``township``, or the one unit ``units[0]``."""

    kind: str
    township: str
    units: tuple[str, ...]
    employees: int = 0

    @property
    def gain(self) -> int:
        return len(self.units)


@dataclass(frozen=True)
class Plan:
    """The chosen visits, the largest gain first; ``gap`` is what was to be closed (None: no target, as much as possible)."""

    visits: tuple[Visit, ...]
    gap: int | None

    @property
    def gain(self) -> int:
        return sum(visit.gain for visit in self.visits)

    @property
    def employees(self) -> int:
        return sum(visit.employees for visit in self.visits)

    def of(self, kind: str) -> Plan:
        """Return the visits of one kind: all joint unions, or all single units."""
        return Plan(tuple(visit for visit in self.visits if visit.kind == kind), self.gap)


def plan(units: Sequence[Blank], visits: int, gap: int | None = None, least_for_joint: int = 2) -> Plan:
    """Return the plan of at most ``visits`` visits that covers most units, with no more visits than the gap needs.

    Of equal gains the one with more employees comes first among joint unions, then by township code; single units keep the order of ``units``
    (the order of the visit list), after joint unions.
    A joint union needs ``least_for_joint`` units; fewer are visited singly.
    """
    small: dict[str, list[Blank]] = {}
    for unit in units:
        if unit.is_small and unit.township:
            small.setdefault(unit.township, []).append(unit)
    joint = [
        Visit(JOINT, township, tuple(u.uscc for u in members), sum(u.employees for u in members))
        for township, members in sorted(small.items())
        if len(members) >= least_for_joint
    ]
    within = {uscc for visit in joint for uscc in visit.units}
    single = [Visit(SINGLE, unit.township, (unit.uscc,), unit.employees) for unit in units if unit.uscc not in within]
    ordered = sorted([*joint, *single], key=lambda visit: (-visit.gain, visit.kind == SINGLE, -visit.employees if visit.kind == JOINT else 0))[: max(visits, 0)]
    if gap is None:
        return Plan(tuple(ordered), None)
    chosen, gained = [], 0
    for visit in ordered:
        if gained >= gap:
            break
        chosen.append(visit)
        gained += visit.gain
    return Plan(tuple(chosen), gap)


def gap_to(target: float, covered: int, eligible: int) -> int:
    """Return how many more units must be covered to reach the target rate, never below 0.

    Examples
    --------
    >>> gap_to(0.5, 40, 99), gap_to(0.4, 40, 99)
    (10, 0)
    """
    from fractions import Fraction
    from math import ceil

    return max(0, ceil(Fraction(str(target)) * eligible) - covered)
