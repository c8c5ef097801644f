"""Assessment: points by item, deductions, vetoes, ranks, and how far ranks move when every weight moves (domain §7). Exact fractions throughout.

A blank never scores: an item that is blank for all is left out and the other weights are scaled up to 100; a subject that is blank in an item the others have
is shown with its points but not ranked. Ranks go by unrounded totals, equal ones share the better place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from analysis.measures.assessment.formula import evaluate
from analysis.measures.assessment.score_sheet import Deduction, Item, Manual, Sheet

Figures = Callable[[str, str, str], tuple[Fraction | None, str]]
"""(subject, name, segment) → the figure in its own unit, or None and the reason."""


@dataclass(frozen=True)
class Subject:
    """Who is assessed: ``size`` (``size_name``, told with ``measure``) decides the peer group and whether it is ranked; ``region`` is whose figures and rows it answers for."""

    code: str
    name: str
    size: int | None
    size_name: str
    region: str
    measure: str = "家"


@dataclass(frozen=True)
class Line:
    """An item of one subject: its ``value``, the ``share`` of the points earned (None where blank, with the ``reason``), ``weight`` as scaled."""

    item: Item
    weight: Fraction
    value: Fraction | None
    share: Fraction | None
    reason: str = ""

    @property
    def points(self) -> Fraction | None:
        return None if self.share is None else self.weight * self.share

    @property
    def lost(self) -> Fraction | None:
        return None if self.share is None else self.weight * (1 - self.share)


@dataclass(frozen=True)
class Loss:
    """A deduction: ``count`` of what was found (None for a decision or a blank), ``points`` taken off, ``evidence`` for a decision, ``reason`` where blank."""

    name: str
    deduction: Deduction | None
    count: Fraction | None
    points: Fraction
    evidence: str = ""
    reason: str = ""


@dataclass
class Standing:
    """One subject's result. ``rank`` and ``peer_rank`` None where not ranked (``why``); ``best`` and ``worst`` the ranks it can have when weights move."""

    subject: Subject
    peer: int
    lines: list[Line]
    losses: list[Loss]
    vetoes: list[str]
    why: str = ""
    rank: int | None = None
    peer_rank: int | None = None
    best: int | None = None
    worst: int | None = None
    total: Fraction = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum((line.points for line in self.lines if line.points is not None), Fraction(0)) - sum((loss.points for loss in self.losses), Fraction(0))

    @property
    def is_ranked(self) -> bool:
        return not self.why

    @property
    def is_steady(self) -> bool:
        """Whether no movement of the weights within the bounds changes the rank."""
        return self.rank is not None and self.best == self.worst == self.rank


@dataclass(frozen=True)
class Card:
    """The assessment of one kind of subject: best first, the unranked after them; ``dropped`` items that are blank for all, with the reason;
    ``unmatched`` decisions on a subject that is not among those assessed."""

    kind: str
    standings: tuple[Standing, ...]
    dropped: tuple[tuple[Item, str], ...]
    edges: tuple[int, ...]
    sensitivity: Fraction
    smallest: int
    unmatched: tuple[Manual, ...] = ()

    @property
    def ranked(self) -> list[Standing]:
        return [s for s in self.standings if s.is_ranked]

    def of(self, code: str) -> Standing | None:
        return next((s for s in self.standings if s.subject.code == code), None)


def peer_group(size: int | None, edges: Sequence[int]) -> int:
    """Return the number of the peer group, 1 = the smallest subjects; an edge belongs to the larger group; 0 where the size is not known."""
    return 0 if size is None else 1 + sum(size >= edge for edge in edges)


def assess(sheet: Sheet, kind: str, subjects: Sequence[Subject], figures: Figures, quarter: str) -> Card:
    """Score, rank and test the ranks of all subjects of a kind; the order of ``subjects`` has no influence."""
    people = sorted(subjects, key=lambda s: s.code)
    peers = {s.code: peer_group(s.size, sheet.peer_edges if kind == "district" else ()) for s in people}
    values = {item.name: {s.code: _value(item, s, figures) for s in people} for item in sheet.items[kind]}
    dropped = tuple(
        (i, next((why for _, why in values[i.name].values()), "没有考核对象")) for i in sheet.items[kind] if all(v is None for v, _ in values[i.name].values())
    )
    kept = [i for i in sheet.items[kind] if i not in [d for d, _ in dropped]]
    scale = Fraction(100) / sum(i.weight for i in kept) if kept else Fraction(0)
    manual = [m for m in sheet.manual if m.kind == kind and m.quarter in ("", quarter)]
    made = []
    for s in people:
        lines = [Line(i, i.weight * scale, values[i.name][s.code][0], share_of(i, s.code, values[i.name], peers), values[i.name][s.code][1]) for i in kept]
        decided = [m for m in manual if m.subject in (s.code, s.name)]
        losses = [_loss(d, s, figures) for d in sheet.deductions[kind]] + [Loss(m.name, None, None, m.points, m.evidence) for m in decided if not m.is_veto]
        vetoes = _vetoes(sheet.vetoes[kind], s, figures, decided)
        made.append(Standing(s, peers[s.code], lines, losses, vetoes, _why_unranked(s, lines, losses, vetoes, sheet.smallest)))
    _rank(made, sheet.sensitivity)
    order = sorted(made, key=lambda m: (not m.is_ranked, -m.total if m.is_ranked else 0, m.subject.code))
    unmatched = tuple(m for m in manual if all(m.subject not in (s.code, s.name) for s in people))
    return Card(kind, tuple(order), dropped, sheet.peer_edges if kind == "district" else (), sheet.sensitivity, sheet.smallest, unmatched)


def _value(item: Item, subject: Subject, figures: Figures) -> tuple[Fraction | None, str]:
    return evaluate(item.formula, lambda name: figures(subject.code, name, item.segment))


def share_of(item: Item, code: str, values: dict[str, tuple[Fraction | None, str]], peers: dict[str, int]) -> Fraction | None:
    """Return the share of an item's points that a value earns, 0 to 1; None where it is blank."""
    value = values[code][0]
    if value is None:
        return None
    if item.rule == "steps":
        reached = (share for least, share in item.steps if (value >= least if item.is_rising else value <= least))
        return next(reached, Fraction(0))
    if item.rule == "best":
        best = max(v for other, (v, _) in values.items() if v is not None and peers[other] == peers[code])
        return max(Fraction(0), value / best) if best > 0 else Fraction(0)
    return min(Fraction(1), max(Fraction(0), (value - item.zero) / (item.full - item.zero)))


def _loss(deduction: Deduction, subject: Subject, figures: Figures) -> Loss:
    count, reason = evaluate(deduction.formula, lambda name: figures(subject.code, name, "all"))
    points = Fraction(0) if count is None else min(deduction.most, max(Fraction(0), count) * deduction.each)
    return Loss(deduction.name, deduction, count, points, reason=reason)


def _vetoes(vetoes: Sequence[Deduction], subject: Subject, figures: Figures, decided: Sequence[Manual]) -> list[str]:
    found = [v.name for v in vetoes if (count := evaluate(v.formula, lambda name: figures(subject.code, name, "all"))[0]) is not None and count > v.above]
    return found + [f"{m.name}（{m.evidence}）" for m in decided if m.is_veto]


def _why_unranked(subject: Subject, lines: Sequence[Line], losses: Sequence[Loss], vetoes: Sequence[str], smallest: int) -> str:
    if vetoes:
        return f"否决：{'、'.join(vetoes)}"
    blank = [line for line in lines if line.share is None]
    if blank:
        return f"{'、'.join(f'“{line.item.name}”' for line in blank)}没有数据（{blank[0].reason}）"
    unknown = [loss for loss in losses if loss.reason]
    if unknown:
        return f"“{unknown[0].name}”没有数据（{unknown[0].reason}），不知应否扣分"
    if subject.size is None or subject.size < smallest:
        return f"{subject.size_name}不足{smallest}{subject.measure}" if subject.size is not None else f"{subject.size_name}没有数据"
    return "" if lines else "没有可以打分的考核项"


def _rank(made: Sequence[Standing], moved: Fraction) -> None:
    ranked = [s for s in made if s.is_ranked]
    for s in ranked:
        others = [o for o in ranked if o is not s]
        s.rank = 1 + sum(o.total > s.total for o in others)
        s.peer_rank = 1 + sum(o.total > s.total for o in others if o.peer == s.peer)
        s.best = 1 + sum(surely_ahead(o, s, moved) for o in others)
        s.worst = len(ranked) - sum(surely_level(s, o, moved) for o in others)


def least_lead(a: Standing, b: Standing, moved: Fraction) -> Fraction:
    """Return the least by which ``a`` leads ``b`` when every weight may move by ``moved`` on its own: each weight at its worst for ``a``.

    Exact, not sampled.
    """
    lead = sum((loss.points for loss in b.losses), Fraction(0)) - sum((loss.points for loss in a.losses), Fraction(0))
    for mine, other in zip(a.lines, b.lines, strict=True):
        difference = mine.weight * (mine.share - other.share)
        lead += difference * (1 - moved if difference > 0 else 1 + moved)
    return lead


def surely_ahead(a: Standing, b: Standing, moved: Fraction) -> bool:
    return least_lead(a, b, moved) > 0


def surely_level(a: Standing, b: Standing, moved: Fraction) -> bool:
    """Whether ``a`` is never behind ``b``."""
    return least_lead(a, b, moved) >= 0
