"""What a figure must carry: denominator, date, what it leaves out, how many it rests on, and whether it is there at all (domain §1.3, §1.9, §9.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from analysis.facts import BLANKS, Fact
from analysis.wording import phrases
from analysis.wording.guards.book import Found, check, check_whole
from analysis.wording.guards.reading import Reading, Sentence, is_level, is_rate
from analysis.wording.story import segment_name

SPOKEN, MOST_SPOKEN = ("speech",), 3
_STEMS = ("应建会单位", "应建会企业", "全口径职工", "已覆盖单位职工", "已覆盖企业职工", "已覆盖企业", "工会组织", "盲区单位", "已覆盖中小企业")
_ALIASES = {"已覆盖中小企业": "已覆盖的中小企业", "应建会企业": "应建会企业", "有党组织的应建会单位": "有党组织"}


@check_whole("rate_without_denominator")
def rate_without_denominator(document: Reading) -> Iterator[tuple[Sentence, str]]:
    declared = document.text_of("note", "caption") + document.denominators
    for paragraph in document.paragraphs:
        if paragraph.kind not in ("body", "notice"):
            continue
        above = "".join(p.text for p in document.paragraphs if p.section == paragraph.section and p.block <= paragraph.block)
        for sentence in paragraph.sentences:
            for _, fact in sentence.figures:
                if is_rate(fact) and fact.denominator_name and not _is_named(fact, above + declared):
                    yield sentence, f"{fact.name}的分母是{fact.denominator_name}"


def _is_named(rate: Fact, text: str) -> bool:
    stem = next((stem for stem in _STEMS if rate.denominator_name.endswith(stem)), rate.denominator_name)
    return any(word in text for word in (rate.denominator_name, stem, _ALIASES.get(stem, stem)))


@check_whole("as_of_missing")
def as_of_missing(document: Reading) -> Iterator[tuple[Sentence, str]]:
    for paragraph in document.paragraphs:
        if paragraph.kind == "body" and paragraph.figures:
            if not any(piece.mark == "date" for sentence in paragraph.sentences for piece in sentence.pieces.values()):
                yield next(sentence for sentence in paragraph.sentences if sentence.figures), ""
            return


@check("date_and_fact_differ")
def date_and_fact_differ(s: Sentence) -> Iterator[Found]:
    for found in s.find("截至(<期>)"):
        numbers = [int(n) for n in re.findall(r"\d+", s.pieces[found.start(1)].shown)]
        if len(numbers) != 3:
            continue
        own = [fact.as_of for _, fact in s.figures if fact.as_of is not None]
        if own and date(*numbers) not in own:
            yield *found.span(), f"{own[0].year}年{own[0].month}月{own[0].day}日"


@check_whole("incomplete_not_said")
def incomplete_not_said(document: Reading) -> Iterator[tuple[Sentence, str]]:
    names = dict(document.register.regions("district"))
    for paragraph in document.paragraphs:
        if paragraph.kind not in ("body", "notice"):
            continue
        for sentence in paragraph.sentences:
            out = {names.get(code, code) for _, fact in sentence.figures if fact.is_ok and fact.unit != "rank" for code in fact.left_out}
            unsaid = sorted(name for name in out if not re.search(f"(?:未含|不含|剔除|未计入)[^。]*{re.escape(name)}", paragraph.text))
            if unsaid:
                yield sentence, "、".join(unsaid)


@check("small_n_without_counts")
def small_n_without_counts(s: Sentence) -> Iterator[Found]:
    bare = phrases.bare_small_rates(s.paragraph.figures, s.paragraph.document.register.smallest_ranked)
    for at, fact in s.figures:
        if fact in bare:
            yield at, at + 1, f"{fact.denominator_name}{fact.denominator}"


@check("tiny_cell_rate")
def tiny_cell_rate(s: Sentence) -> Iterator[Found]:
    least = phrases.least("tiny_cell")
    for at, fact in s.figures:
        is_small_cell = is_rate(fact) and is_level(fact) and fact.region_level != "city" and fact.segment in phrases.industries()
        if is_small_cell and (fact.denominator or 0) < least:
            yield at, at + 1, f"{segment_name(fact.segment)}只有{fact.denominator}家"


@check("blank_as_figure")
def blank_as_figure(s: Sentence) -> Iterator[Found]:
    for at, fact in s.figures:
        if not fact.is_ok and s.pieces[at].shown not in BLANKS.values():
            yield at, at + 1, fact.reason or "没有数据"


_NONE = {
    "(?<!不是)(?<!不等于)没有(?:任何)?盲区|(?<!不是)无盲区|盲区已?(?:全部)?清零|消除了?盲区": "blind_unit_count",
    "(?:没有|无)“?(?:挂牌|空壳)": "shell_union_count",
}


@check("none_said_of_some")
def none_said_of_some(s: Sentence) -> Iterator[Found]:
    document = s.paragraph.document
    for text, indicator in _NONE.items():
        for found in s.find(text):
            near = s.nearest_before(found.start(), lambda f: f.region_level in ("city", "district"))
            fact = document.register.fact(indicator, near.region_code if near else document.region, near.segment if near and is_level(near) else "all")
            if not fact.is_ok:
                yield *found.span(), f"“{fact.name}无数据”，原因是{fact.reason}"
            elif fact.value != 0:
                yield *found.span(), f"{fact.name}{fact.text}"


@check("remaining_zero")
def remaining_zero(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:还有|仍有|尚有|还剩|尚余)(<数>)[家个人份户]"):
        fact = s.fact(found.start(1))
        if fact is not None and fact.is_ok and fact.value == 0:
            yield found.span()


@check("all_said_of_less")
def all_said_of_less(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:已经?|均已?|都已?|实现了?|做到了?)(?:实现了?|做到了?)?(?:全部(覆盖|建会|建立|达标|整改)|全覆盖|应建尽建|百分之百)"):
        before = [fact for at, fact in s.figures if at < found.start()]
        if not before:
            continue
        fact = _of_all(s, before[-1], found[1] or "")
        if fact is not None and not (fact.is_ok and Fraction(fact.value) == (0 if fact.unit == "count" else 1)):
            yield *found.span(), f"{fact.name}{fact.text}" if fact.is_ok else f"{fact.name}无数据"


def _of_all(s: Sentence, near: Fact, word: str) -> Fact | None:
    """Return the fact that 全部 speaks of: the rate just named, or the coverage of the units just counted."""
    register = s.paragraph.document.register
    if word == "整改":
        return register.fact("shell_union_count", near.region_code)
    if near.unit == "ratio":
        return near
    if near.unit != "count":
        return None
    if near.indicator.startswith("mandatory_"):
        return register.fact("mandatory_unit_union_rate", near.region_code, near.segment, near.quarter)
    return register.fact("unit_coverage_rate", near.region_code, near.segment, near.quarter) if near.indicator == "eligible_unit_count" else None


@check("spoken_figures")
def spoken_figures(s: Sentence) -> Iterator[Found]:
    bracketed = [range(*found.span()) for found in s.find("（[^）]*）")]  # what stands in brackets is not read out
    places = [at for at, _ in s.figures if not any(at in span for span in bracketed)]
    if s.paragraph.document.kind in SPOKEN and len(places) > MOST_SPOKEN:
        yield places[0], places[-1] + 1, str(len(places))
