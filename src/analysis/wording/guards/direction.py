"""Words of direction and size against the change that they speak of (domain §8.4); every change is judged unrounded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.facts import Fact
from analysis.wording import phrases
from analysis.wording.guards.book import Found, check
from analysis.wording.guards.percent import DOWN, MOVED, UP
from analysis.wording.guards.reading import Sentence, base_of, indicator_named, is_level, pattern, signed, suffix_of

CHANGED = ("qoq", "yoy")
_QOQ, _YOY = "(?:上季度|上一季度|上季|环比)", "(?:上年|去年|同比)"
_FLOWS = ("newly_covered_unit_count", "new_member_count")


def change_at(s: Sentence, at: int) -> Fact | None:
    """Return the change, with its sign, that is shown at a place; None where something else is."""
    fact = s.fact(at)
    if fact is None or not fact.is_ok or suffix_of(fact) not in CHANGED:
        return None
    return signed(fact, s.paragraph.document.register)


def level_of(change: Fact, s: Sentence) -> Fact:
    """Return the figure that changed."""
    return s.paragraph.document.register.fact(base_of(change), change.region_code, change.segment, change.quarter)


@check("direction_against_sign")
def direction_against_sign(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:({UP}|升幅|增幅)|({DOWN}|降幅|减幅))(?:了|为|达|约|共|仅)*([<点><数>])"):
        change = change_at(s, found.start(3))
        if change is not None and change.value and (change.value > 0) != bool(found[1]):
            yield *found.span(), "下降或减少" if change.value < 0 else "提高或增加"


@check("sign_said_twice")
def sign_said_twice(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:{MOVED}|高于|低于|高出)(?:了|全市|总体)*(?:[-－−]\d|负[\d零一二三四五六七八九十<实>])"):
        yield found.span()
    for at, _ in s.figures:
        if s.pieces[at].shown.startswith("-"):
            yield at, at + 1


@check("zero_change_said")
def zero_change_said(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"{MOVED}了?(?:，[升降]幅为)?([<点><数>])"):
        change = change_at(s, found.start(1))
        if change is not None and change.rounded == 0:
            yield found.span()


def _of_flat(s: Sentence, at: int) -> Fact | None:
    """Return the change that 持平 at a place speaks of: of the figure named in the clause,
    else of the last one before it, against the quarter that the clause names."""
    clause = s.clause(at)
    by = "qoq" if pattern(_QOQ).search(clause) else "yoy" if pattern(_YOY).search(clause) else ""
    level = s.nearest_before(at, is_level)
    if not by or level is None:
        return None
    named = indicator_named(clause) or level.indicator
    change = s.paragraph.document.register.fact(f"{named}_{by}", level.region_code, level.segment, level.quarter)
    return change if change.is_ok else None


@check("flat_with_a_change")
def flat_with_a_change(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?<!基本)持平"):
        change = _of_flat(s, found.start())
        if change is not None and change.rounded != 0:
            yield *found.span(), change.text


@check("near_flat_beyond")
def near_flat_beyond(s: Sentence) -> Iterator[Found]:
    for found in s.find("基本持平"):
        change = _of_flat(s, found.start())
        if change is not None and (change.unit != "pp" or abs(Fraction(change.value)) >= phrases.upper("near_flat")):
            yield *found.span(), change.text


@check("slight_beyond")
def slight_beyond(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:略有?|小幅|稍有){MOVED}[^。；<实>]{{0,6}}(<点>)"):
        change = change_at(s, found.start(1))
        if change is not None and not phrases.lower("slight_change") <= abs(Fraction(change.value)) < phrases.upper("slight_change"):
            yield found.span()


@check("marked_below")
def marked_below(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:明显|大幅度?|显著){MOVED}了?(<点>)"):
        change = change_at(s, found.start(1))
        if change is not None:
            size = level_of(change, s).denominator or 0
            if abs(Fraction(change.value)) < phrases.lower("marked_change") or size < phrases.least("marked_change"):
                yield *found.span(), str(size)


@check("marked_count_below")
def marked_count_below(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:明显|大幅度?|显著){MOVED}了?(<数>)"):
        change = change_at(s, found.start(1))
        if change is not None:
            level = level_of(change, s)
            before = (level.value or 0) - change.value
            if before < phrases.least("marked_count_change") or 100 * abs(Fraction(change.value, before)) < phrases.lower("marked_count_change"):
                yield *found.span(), str(before)


@check("verb_and_measure")
def verb_and_measure(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"(?:增加|减少|增长)了?(?:<点>|<字>个百分点)|(?:提高|上升|降低)了?<数>[家人个份名户]"):
        yield found.span()


@check("to_and_by")
def to_and_by(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"{MOVED}(?:到|至)了?(<数>)"):
        if change_at(s, found.start(1)) is not None:
            yield *found.span(), "“增加（减少）了”"
    for found in s.find(rf"{MOVED}了?(<数>)"):
        fact = s.fact(found.start(1))
        if fact is not None and is_level(fact) and fact.indicator not in _FLOWS:
            yield *found.span(), "“增加（减少）到”"


@check("period_named_otherwise")
def period_named_otherwise(s: Sentence) -> Iterator[Found]:
    for at, fact in s.figures:
        by, clause = suffix_of(fact), s.clause(at)
        if by not in CHANGED:
            continue
        if not (pattern(_QOQ).search(clause) or pattern(_YOY).search(clause)):
            clause = s.skeleton[:at]  # 略有下降，降幅为…: the clause before names the quarter
        said = [(found.start(), word) for word, text in (("qoq", _QOQ), ("yoy", _YOY)) for found in pattern(text).finditer(clause)]
        if said and max(said)[1] != by:
            yield at, at + 1, "上季度末" if by == "qoq" else "上年同期"


@check("year_start")
def year_start(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:较|比|与)(?:今年)?(?:年初|上年末|去年末|去年底|上年底)"):
        if any(suffix_of(fact) in CHANGED for _, fact in s.figures):
            yield found.span()


@check("record_high")
def record_high(s: Sentence) -> Iterator[Found]:
    for found in s.find("创.{0,4}新高|历史新高|历史最高|有史以来|首次(?:突破|超过|达到)"):
        fact = next((f for _, f in s.figures if is_level(f) and f.is_ok), None)
        if fact is None:
            continue
        register = s.paragraph.document.register
        quarters = sorted({q for q, code, segment, name in register.known if (code, segment, name) == (fact.region_code, fact.segment, fact.indicator)})
        known = [f for f in (register.fact(fact.indicator, fact.region_code, fact.segment, q) for q in quarters) if f.is_ok]
        if len(known) < phrases.least("record_high") or any(f.value >= fact.value for f in known if f.quarter != fact.quarter):
            yield *found.span(), str(len(known))
