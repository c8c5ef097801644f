"""Parts and wholes: 其中, 分别, sums of groups that overlap (domain §1.9, contract §3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.facts import Fact
from analysis.wording.guards.book import Found, check
from analysis.wording.guards.reading import Sentence

_LADDER = ("union_level_",)
_OVERLAPPING = ("small_micro", "two_new", "small_micro_and_two_new")
_GROUPS = ("migrant_", "dispatched_", "new_form_")


def _counted(s: Sentence) -> list[tuple[int, Fact, str]]:
    """Return the counts of a sentence with their measure words."""
    return [(at, f, s.skeleton[at + 1 : at + 2]) for at, f in s.figures if f.unit == "count" and f.is_ok]


def _parts(s: Sentence) -> Iterator[tuple[int, Fact, list[tuple[int, Fact]]]]:
    """Yield for every 其中 (place, whole, parts): the whole is the last count before it in the same measure word."""
    earlier = [(f, m) for sentence in s.earlier for _, f, m in _counted(sentence)]
    counted = _counted(s)
    for found in s.find("其中"):
        opening, ending = s.skeleton.rfind("；", 0, found.start()) + 1, s.skeleton.find("；", found.start())
        if opening and s.skeleton[opening : found.start()].strip() and not any(opening <= at < found.start() for at, _, _ in counted):
            continue  # 二是甲行业，其中……: of what its own clause names, not of the count in the clause before
        after = [(at, f, m) for at, f, m in counted if found.start() < at and (ending < 0 or at < ending)]
        for measure in dict.fromkeys(m for _, _, m in after):
            wholes = [f for f, m in earlier if m == measure] + [f for at, f, m in counted if m == measure and at < found.start()]
            if wholes:
                yield found.start(), wholes[-1], [(at, f) for at, f, m in after if m == measure]


@check("part_exceeds_whole")
def part_exceeds_whole(s: Sentence) -> Iterator[Found]:
    for start, whole, parts in _parts(s):
        for at, part in parts:
            if part.quarter == whole.quarter and (part.value > whole.value or not set(whole.left_out) <= set(part.left_out)):
                yield start, at + 2, whole.text if part.value > whole.value else f"{whole.text}，未含的区县却更多"


@check("parts_exceed_whole")
def parts_exceed_whole(s: Sentence) -> Iterator[Found]:
    for start, whole, parts in _parts(s):
        exclusive = [(at, f) for at, f in parts if f.indicator.startswith(_LADDER)]
        if len(exclusive) > 1 and sum(f.value for _, f in exclusive) > whole.value:
            yield start, exclusive[-1][0] + 2, whole.text


@check("respectively_count")
def respectively_count(s: Sentence) -> Iterator[Found]:
    for found in s.find("分别[^，。；<实>]{0,12}(<实>[^，。；、和<实>]{0,6}(?:[、和]<实>[^，。；、和<实>]{0,6})*)"):
        figures = sum(found.start(1) <= at < found.end() for at, _ in s.figures)
        names = _enumerated(s.skeleton[: found.start()])
        if names and names != figures:
            yield *found.span(), f"{names}个名称、{figures}个数"


def _enumerated(text: str) -> int:
    """Return how many names the last enumeration holds; 0 where there is none."""
    for clause in reversed(re.split("[，。；：]", text)):
        parts = [part for part in re.split("、|(?<=.)(?:和(?![谐平])|以及|与)", clause) if part]
        if len(parts) > 1:
            return len(parts)
    return 0


@check("overlap_added")
def overlap_added(s: Sentence) -> Iterator[Found]:
    for found in s.find("(?:合计|共计|总计|加起来|相加(?:为|得|共)|之和为?|总共)[^，。；<实>]{0,6}(<数>|<字>)"):
        before = [f for at, f in s.figures if at < found.start() and f.unit == "count"]
        kinds = {f.segment for f in before if f.segment in _OVERLAPPING}
        groups = {group for f in before for group in _GROUPS if f.indicator.startswith(group)}
        total = s.fact(found.start(1))
        once = total is not None and (total.segment in ("small_micro_or_two_new", "all") and len(kinds) > 1)
        if (len(kinds) > 1 or len(groups) > 1) and not once:
            yield found.span()
