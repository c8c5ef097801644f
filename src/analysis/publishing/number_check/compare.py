"""The comparison: every figure of a finished file against the fact its place carries, and the file as a whole against what should stand there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.facts.forms import forms, recomputed
from analysis.publishing.number_check.allowed import Allowed, is_marked_rightly, mark_patterns
from analysis.publishing.number_check.places import Finished, Piece, Place
from analysis.publishing.number_check.tokens import figures, find_figures

_DESCRIBED = ("alt", "hover", "tip", "drawing", "caption")


@dataclass(frozen=True)
class Finding:
    """One departure: where it is, what was found, what was expected ("" where nothing should stand there), in words."""

    where: str
    found: str
    expected: str
    problem: str

    @property
    def sentence(self) -> str:
        return f"{self.where}：{self.problem}"


def squeeze(text: str) -> str:
    """Return the text without white space: where lines break is the format's own business."""
    return "".join(text.split())


def _about(record: Mapping[str, Any], fact: str) -> str:
    named = f"{record.get('region_name', '')}{record.get('name', '')}"
    return f"{named} {fact}" if named else fact


def check_pieces(place: Place, facts: Mapping[str, Mapping[str, Any]], allowed: Allowed) -> list[Finding]:
    """Hold each piece of one place against its fact or its mark; plain text may hold no figures but the closed list's."""
    made: list[Finding] = []
    for piece in place.pieces:
        if piece.fact:
            made += _fact_piece(place, piece, facts, allowed)
        elif piece.mark:
            if not is_marked_rightly(piece):
                known = "、".join(mark_patterns())
                problem = f"“{piece.text.strip()}”标注为 {piece.mark}，但不是这一类的写法（种类只有 {known}）。统计数字请用登记过的数据"
                made.append(Finding(place.where, piece.text.strip(), "", problem))
        else:
            made += _plain_piece(place, piece, facts, allowed)
    return made


def _fact_piece(place: Place, piece: Piece, facts: Mapping[str, Mapping[str, Any]], allowed: Allowed) -> list[Finding]:
    text, record = squeeze(piece.text), facts.get(piece.fact)
    if place.kind == "tip":
        return _tip(place, piece, record or {}, allowed)
    if record is None or "text" not in record:
        return [Finding(place.where, text, "", f"“{text}”标的数据编号 {piece.fact} 不在本文件的数据记录里")]
    known = {name: squeeze(said) for name, said in forms(record).items()}
    if text in known.values():
        return []
    if place.kind in _DESCRIBED and (_holds_one_form(text, known.values()) or (text and not figures(text) and not figures(known["text"]))):
        return []  # a drawing says a blank in words: 无数据
    if not text:
        return [Finding(place.where, "", known["text"], f"此处应为“{known['text']}”（{_about(record, piece.fact)}），现在是空的")]
    return [Finding(place.where, text, known["text"], f"写的是“{text}”，登记的是“{known['text']}”（{_about(record, piece.fact)}）")]


def _tip(place: Place, piece: Piece, record: Mapping[str, Any], allowed: Allowed) -> list[Finding]:
    """A figure's own explanation may hold its numerator and denominator, and no other figure."""
    own = {figure for said in forms(record).values() for figure in figures(said)}
    own |= {str(record[key]) for key in ("numerator", "denominator") if record.get(key) is not None}  # 0÷0: blank, yet both are written
    strange = [f for part in allowed.split(piece.text) if not part.mark for f in figures(part.text) if f not in own]
    return [Finding(place.where, f, "", f"“{f}”不是这个数的分子、分母或截止日期（“{piece.text}”）") for f in strange]


def _holds_one_form(text: str, known: Iterable[str]) -> bool:
    """A label may say more than the figure (n=12, 12家), but no other figure."""
    for form in sorted(known, key=len, reverse=True):
        before, found, after = text.partition(form)
        if found and not figures(before) and not figures(after):
            return True
    return False


def _plain_piece(place: Place, piece: Piece, facts: Mapping[str, Mapping[str, Any]], allowed: Allowed) -> list[Finding]:
    if not find_figures(piece.text) or (place.kind == "drawing" and allowed.is_line_of_a_name(piece.text)):
        return []
    is_picture = place.kind in _DESCRIBED
    shown = _shown_forms(facts) if is_picture else frozenset()
    made = []
    for part in allowed.split(piece.text, place.kind == "heading", is_picture):
        for figure in [] if part.mark else figures(part.text):
            if figure not in shown:
                around = squeeze(piece.text)
                at = max(around.find(squeeze(figure)) - 8, 0)
                context = around[at : at + 20 + len(figure)]
                made.append(Finding(place.where, figure, "", f"“{figure}”没有登记（“…{context}…”），既不是事实数据，也没有标注为日期、序数、阈值、法规或名称"))
    return made


_cache: dict[int, tuple[Mapping, frozenset[str]]] = {}


def _shown_forms(facts: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Return the figures that facts may appear as inside a picture's description."""
    known = _cache.get(id(facts))
    if known is None or known[0] is not facts:
        _cache.clear()
        made = frozenset(f for record in facts.values() for said in forms(record).values() for f in figures(said))
        known = _cache[id(facts)] = (facts, made)
    return known[1]


def check_records(facts: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Work every rate and count of the record out anew from its numerator and denominator."""
    made = []
    for fact, record in facts.items():
        anew = recomputed(record)
        if anew is not None and anew != record.get("text"):
            made.append(Finding("数据记录", str(record.get("text")), anew, f"{_about(record, fact)} 记为“{record.get('text')}”，按分子、分母应为“{anew}”"))
    return made


def check_flow(expected: list[Place], found: list[Place]) -> list[Finding]:
    """Compare two flows by their words, place by place; nothing where they are the same."""
    left, right = _Stream(expected), _Stream(found)
    if left.text == right.text:
        return []
    made: dict[tuple[str, str, str], Finding] = {}
    for i1, i2, j1, j2 in _changed(left.text, right.text):
        where, wanted = left.around(i1, i2)
        other, seen = right.around(j1, j2)
        where = where or other
        if wanted and seen:
            problem = f"应为“{wanted}”，现为“{seen}”"
        else:
            problem = f"应有“{wanted}”，现已没有" if wanted else f"多出了“{seen}”"
        made.setdefault((where, wanted, seen), Finding(where, seen, wanted, problem))
    return list(made.values())


def _changed(left: str, right: str) -> list[tuple[int, int, int, int]]:
    """Return the changed stretches; what both begin and end with is cut off first, which leaves little to compare."""
    start = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    if not a or not b or len(a) * len(b) > 4_000_000:
        return [(start, start + len(a), start, start + len(b))]
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [(start + i1, start + i2, start + j1, start + j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


class _Stream:
    """The words of a flow as one text without white space, and which place each stretch belongs to."""

    def __init__(self, places: list[Place]) -> None:
        self.places = [(squeeze(p.text), p.where) for p in places]
        self.text = "".join(text for text, _ in self.places)

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Return where a stretch stands, and its words, widened to whole figures of that place."""
        at = 0
        for text, where in self.places:
            if start < at + len(text) or (start == end == at + len(text)):
                low, high = start - at, min(end - at, len(text))
                for a, b in find_figures(text):
                    if a <= low <= b and a < max(high, low + 1) and (low < b or high > a):
                        low, high = min(a, low), max(b, high)
                return where, (text[low:high] if end > start or high > low else "")[:60]
            at += len(text)
        return (self.places[-1][1] if self.places else ""), ""


def check_order(expected: list[str], found: list[Place], facts: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Compare which facts stand in the flow, and in which order: two figures swapped with their ids are still in each other's place."""
    there = [(piece.fact, place.where, squeeze(piece.text)) for place in found for piece in place.pieces if piece.fact]
    if [fact for fact, _, _ in there] == expected:
        return []
    made = []
    ids = [fact for fact, _, _ in there]
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, expected, ids, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        wanted = "、".join(_said(facts, fact) for fact in expected[i1:i2][:3])
        seen = "、".join(_said(facts, fact) for fact in ids[j1:j2][:3])
        where = there[min(j1, len(there) - 1)][1] if there else "正文"
        if wanted and seen:
            problem = f"此处应为{wanted}，现为{seen}"
        else:
            problem = f"此处原有{wanted}，现已没有" if wanted else f"此处多出了{seen}"
        made.append(Finding(where, seen, wanted, problem))
    return made


def _said(facts: Mapping[str, Mapping[str, Any]], fact: str) -> str:
    record = facts.get(fact, {})
    return f"“{record.get('text', '')}”（{_about(record, fact)}）"


def check_pictures(expected: list[str], found: list[str]) -> list[Finding]:
    """Compare the pictures' bytes (sha256) with those drawn; a picture that is not the one drawn from the facts may show anything."""
    made = [Finding("插图", str(len(found)), str(len(expected)), f"应有{len(expected)}幅图片，现有{len(found)}幅")] if len(expected) != len(found) else []
    for number, (want, have) in enumerate(zip(expected, found, strict=False), 1):
        if want and want != have:
            made.append(Finding(f"第{number}幅图", have[:12], want[:12], "图片被换过，不是按登记数据画出的那一幅"))
    return made


def check_own(finished: Finished) -> list[Finding]:
    """Hold a file against the record it carries itself."""
    allowed = Allowed(finished.facts, finished.meta)
    made = check_records(finished.facts)
    for place in [*finished.flow, *finished.beside]:
        made += check_pieces(place, finished.facts, allowed)
    return list(dict.fromkeys(made))
