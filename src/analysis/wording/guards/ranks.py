"""Ranks, superlatives and the distance to the city (domain §8.4): named only where the register bears them out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.facts import RESIDUAL, Fact
from analysis.wording import phrases
from analysis.wording.guards.book import Found, check, rules
from analysis.wording.guards.reading import FACTS, Sentence, base_of, is_level, pattern, signed, suffix_of, unit_of

_FIRST = "(?:名列|位列|排名|位居|排在?|列)(?:全市|第)?(?:第一|首位)位?|(?:高居|稳居|位居|居)(?:全市)?(?:首位|榜首|第一)"
_PLACED = f"{_FIRST}|并列第一|第<次>位?"
_TOP, _BOTTOM = "前列|名列前茅", "靠后|末位|垫底|倒数"


def subject(s: Sentence, at: int) -> Fact | None:
    """Return the district's rate that a rank at a place speaks of: the last one before it, also where its gap or change is shown."""
    fact = s.nearest_before(at, lambda f: f.region_level == "district" and f.is_ok and unit_of(f) == "ratio")
    return None if fact is None else s.paragraph.document.register.fact(base_of(fact), fact.region_code, fact.segment, fact.quarter)


def _ranked(s: Sentence, fact: Fact) -> list[Fact]:
    return s.paragraph.document.register.ranked(fact.indicator, fact.segment)


def _standing(s: Sentence, text: str) -> Iterator[tuple[tuple[int, int], Fact, list[Fact]]]:
    """Yield where a rank is named, the figure it speaks of, and all figures that are ranked."""
    for found in s.find(text):
        own = subject(s, found.start())
        if own is not None and own.is_ok:
            yield found.span(), own, _ranked(s, own)


@check("first_not_first")
def first_not_first(s: Sentence) -> Iterator[Found]:
    for span, own, ranked in _standing(s, f"{_FIRST}|并列第一"):
        better = sum(1 for f in ranked if f.value > own.value)
        if better and own in ranked:
            yield *span, f"第{better + 1}位"


@check("tie_not_said")
def tie_not_said(s: Sentence) -> Iterator[Found]:
    for span, own, ranked in _standing(s, _PLACED):
        said = "并列" in s.skeleton[max(0, span[0] - 3) : span[1]]
        if own in ranked and said != (sum(1 for f in ranked if f.value == own.value) > 1):
            yield *span, "不写“并列”" if said else "写“并列”"


@check("first_while_missing")
def first_while_missing(s: Sentence) -> Iterator[Found]:
    for span, own, _ in _standing(s, f"{_FIRST}|并列第一"):
        blank = [f.region_name for f in s.paragraph.document.register.district_facts(own.indicator, own.segment) if not f.is_ok]
        if blank:
            yield *span, "、".join(blank)


@check("unranked_ranked")
def unranked_ranked(s: Sentence) -> Iterator[Found]:
    for span, own, ranked in _standing(s, f"{_PLACED}|位居(?:{_TOP})|位次(?:{_BOTTOM})"):
        if own not in ranked:
            yield *span, own.region_name


@check("rank_without_field")
def rank_without_field(s: Sentence) -> Iterator[Found]:
    for found in s.find(_PLACED):
        fields = any(suffix_of(fact) == "ranked_count" for _, fact in s.figures)
        if not fields and subject(s, found.start()) is not None:
            yield found.span()


@check("rank_word_beyond")
def rank_word_beyond(s: Sentence) -> Iterator[Found]:
    for text, top in ((f"(?:位居|位列|处于|走在)(?:全市)?(?:{_TOP})", True), (f"(?:位次|排名|名次)(?:较为?|比较)?(?:{_BOTTOM})", False)):
        for span, own, ranked in _standing(s, text):
            place = 1 + sum(1 for f in ranked if f.value > own.value)
            if own in ranked and phrases.end_of_ranking(place, len(ranked)) != ("rank_top" if top else "rank_bottom"):
                yield *span, f"第{place}位、共{len(ranked)}个"


@check("superlative")
def superlative(s: Sentence) -> Iterator[Found]:
    for found in s.find("最[高多大低少小]"):
        after = [(at, f) for at, f in s.figures if at >= found.end() and is_level(f) and f.region_level != "city"]
        until = s.skeleton.find("；", found.end())
        after = [(at, f) for at, f in after if until < 0 or at < until]
        if not after or "之一" in s.skeleton[found.start() : after[0][0]]:
            continue
        named = [f for at, f in after if (f.indicator, f.segment, f.region_level) == _kind(after[0][1])]
        listed = named if "，" not in s.skeleton[after[0][0] : after[-1][0]] else named[:1]
        if not _are_extreme(s, listed, found.group()[1] in "高多大", "并列" in s.clause(found.start()) or "都" in s.clause(found.start())):
            yield found.start(), after[0][0] + 1


def _kind(fact: Fact) -> tuple[str, str, str]:
    return fact.indicator, fact.segment, fact.region_level


def _are_extreme(s: Sentence, listed: list[Fact], most: bool, is_tie_said: bool) -> bool:
    """Whether the figures listed are the first of all places of their kind; one alone must be ahead of all others unless a tie is said."""
    register, own = s.paragraph.document.register, listed[0]
    if own.region_level == "district":
        others = register.district_facts(own.indicator, own.segment, own.quarter)
    else:
        others = register.township_facts(own.indicator, own.segment, within="" if s.paragraph.document.scope == "city" else s.paragraph.document.scope)
    others = [f for f in others if f.is_ok and f.region_code != RESIDUAL]
    if own.unit == "ratio" and (own.denominator or 0) >= register.smallest_ranked:
        others = [f for f in others if (f.denominator or 0) >= register.smallest_ranked]
    values = sorted((f.value for f in others), reverse=most)
    if sorted((f.value for f in listed), reverse=most) != values[: len(listed)]:
        return False
    return len(listed) > 1 or is_tie_said or values.count(own.value) == 1


@check("against_city_sign")
def against_city_sign(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:(高于|高出)|(低于|落后于?))[^，。；<实>]{0,8}(<点>)"):
        gap = s.fact(found.start(3))
        if gap is None or not gap.is_ok or suffix_of(gap) not in ("gap_to_city", "gap_to_all"):
            continue
        gap = signed(gap, s.paragraph.document.register)
        if gap.value and (gap.value > 0) != bool(found[1]):
            yield *found.span(), "高于" if gap.value > 0 else "低于"


@check("level_with_city")
def level_with_city(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:高于|低于|高出|落后于?)[^，。；<实>]{0,8}(<点>)"):
        gap = s.fact(found.start(1))
        if gap is not None and gap.is_ok and suffix_of(gap) == "gap_to_city" and abs(Fraction(gap.value)) < phrases.upper("level_with_city"):
            yield *found.span(), "与全市持平"
    for found in s.find("与全市(?:平均)?持平"):
        own = s.nearest_before(found.start(), lambda f: f.region_level == "district" and is_level(f) and f.unit == "ratio")
        if own is None:
            continue
        gap = s.paragraph.document.register.gap_to_city(own.indicator, own.region_code, own.segment)
        if gap.is_ok and abs(Fraction(gap.value)) >= phrases.upper("level_with_city") and gap.rounded != 0:
            yield *found.span(), f"写出与全市之差（{gap.text}）"


@check("mean_of_rates")
def mean_of_rates(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:各|所有)(?:区县|县区|地区|地|乡镇街道)[^，。；]{0,6}(?:平均|均值)|平均(?:单位|职工)?(?:覆盖率|建会率|入会率)"):
        if s.figures:
            yield found.span()
    for found in s.find("全市平均[^，。；<实>]{0,10}(<率>)"):
        fact = s.fact(found.start(1))
        if fact is not None and fact.region_level != "city":
            yield found.span()


@check("external_rank")
def external_rank(s: Sentence) -> Iterator[Found]:
    outside = "(?:全省|全国|省内|同类城市|周边城市|兄弟城市)"
    ranked = rf"(?:第[一二三四五六七八九十\d{FACTS}]|排名|名列|位居|位列|前列|前茅|之首|领先|高于|低于|平均水平|第一方阵)"
    for found in s.find(rf"{outside}[^，。；]{{0,12}}{ranked}|{ranked}[^，。；]{{0,4}}{outside}(?:平均|水平)|第一方阵"):
        if not pattern(rules()["external_rank"].allowed).search(s.skeleton):
            yield found.span()
