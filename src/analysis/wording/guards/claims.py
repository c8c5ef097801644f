"""Claims that the ledgers cannot bear, and those that they must: causes, fuzzy words, targets, reversals (domain §1.9, §8.4, §8.5)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.facts import Fact
from analysis.wording import phrases
from analysis.wording.guards.book import Found, check, check_whole, rules
from analysis.wording.guards.reading import Reading, Sentence, base_of, is_rate, pattern, signed, suffix_of
from analysis.wording.story import segment_name

_CAUSES = (
    "由于|因为|得益于|归功于|使得|导致|所以|因此|从而|促使|致使|带动了?[^，。；]{0,8}(?:提高|上升|增加|增长)|推动了?[^，。；]{0,8}(?:提高|上升|增加|增长)"
    "|在[^，。；]{2,20}(?:推动|带动|作用|影响)下|是因为|原因是|原因在于|靠的是"
)  # fmt: skip
_FUZZY = {"大量存在": "abundant", "比较普遍": "common", "(?<!比较)普遍(?:存在)?": "abundant", "相当多": "many_without"}


@check("causal_claim")
def causal_claim(s: Sentence) -> Iterator[Found]:
    if not s.figures or pattern(rules()["causal_claim"].allowed).search(s.skeleton):
        return
    for found in s.find(_CAUSES):
        yield found.span()


def _share_of(s: Sentence, start: int, end: int) -> Fact | None:
    """Return the rate that a fuzzy word speaks of: the next one in the paragraph, else one before it in the sentence."""
    after = s.first_after(end, is_rate)
    return after or next((f for at, f in reversed(s.figures) if at < start and is_rate(f)), None)


@check("fuzzy_below_threshold")
def fuzzy_below_threshold(s: Sentence) -> Iterator[Found]:
    for text, code in _FUZZY.items():
        for found in s.find(text):
            share = _share_of(s, *found.span())
            if share is not None and not _fits(share, code):
                yield *found.span(), f"{share.name}{share.text}"
    for found in s.find("(?<!基础)薄弱(?!环节|点)"):
        for fact in _weak(s):
            if not _is_weak(s, fact):
                yield *found.span(), f"{segment_name(fact.segment) if fact.segment != 'all' else fact.region_name}单位覆盖率{fact.text}"


def _fits(share: Fact, code: str) -> bool:
    percent = 100 * Fraction(share.value)
    is_below = code != "common" or percent < phrases.upper(code)
    return (share.denominator or 0) >= phrases.least(code) and percent >= phrases.lower(code) and is_below


def _weak(s: Sentence) -> list[Fact]:
    """Return the coverage rates of the industries that a sentence calls weak."""
    facts = [f for sentence in (s, *s.later) for _, f in sentence.figures if is_rate(f) and f.indicator == "unit_coverage_rate" and f.segment != "all"]
    return [f for f in facts if segment_name(f.segment) in s.text]


def _is_weak(s: Sentence, fact: Fact) -> bool:
    whole = s.paragraph.document.register.fact(fact.indicator, fact.region_code, "all", fact.quarter)
    return whole.is_ok and (fact.denominator or 0) >= phrases.least("weak") and 100 * (Fraction(whole.value) - Fraction(fact.value)) >= phrases.lower("weak")


@check("fuzzy_without_figure")
def fuzzy_without_figure(s: Sentence) -> Iterator[Found]:
    for text in _FUZZY:
        for found in s.find(text):
            if _share_of(s, *found.span()) is None:
                yield found.span()
    for found in s.find("(?:组建|覆盖)[^，。；]{0,4}薄弱(?!环节|点)"):
        if not any(is_rate(f) for f in s.paragraph.figures):
            yield found.span()


@check("low_without_target")
def low_without_target(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:覆盖率|建制率|入会率|建会率|达标率|覆盖面)[^，。；<实>]{0,4}(?:比较|较|偏|过)低"):
        if not pattern(rules()["low_without_target"].allowed).search(s.paragraph.text):
            yield found.span()


@check("target_without_base")
def target_without_base(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:完成|达到)了?(?:全年|年度|序时)?(?:目标|任务|进度)[^，。；<实>]{0,6}(?:<率>|<字>[%％])"):
        if sum(1 for _, f in s.figures if f.unit == "count") < 2:
            yield found.span()


@check_whole("reversal_not_said")
def reversal_not_said(document: Reading) -> Iterator[tuple[Sentence, str]]:
    """A fall of the city's rate that no district shares must be told with what it comes from, in the same document."""
    told = pattern(rules()["reversal_not_said"].allowed).search(document.text_of("body", "notice", "note"))
    for sentence in document.sentences:
        for _, fact in sentence.figures:
            if told or base_of(fact) != "unit_coverage_rate" or suffix_of(fact) != "qoq" or fact.region_level != "city":
                continue
            if signed(fact, document.register).is_ok and phrases.is_reversed(document.register, fact.segment):
                yield sentence, ""
