"""Percent and percentage points, and how a figure may be shown (domain §1.5, §8.3)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.facts import Fact, round_half_up
from analysis.wording.guards.book import Found, check
from analysis.wording.guards.reading import Sentence, base_of, is_level

UP = "(?:提高|上升|增长|增加|扩大|回升|升高|上涨)"
DOWN = "(?:下降|降低|减少|回落|下滑|下跌|缩减)"
MOVED = f"(?:{UP}|{DOWN})"
RATES = {
    "单位覆盖率": ("unit_coverage_rate",), "职工覆盖率": ("employee_coverage_rate", "contract_employee_coverage"), "盲区率": ("blind_unit_rate",),
    "入会率": ("membership_rate_all", "membership_rate_in_covered"), "建会率": ("mandatory_unit_union_rate", "unit_coverage_rate"),
    "达标率": ("standard_met_rate",), "全有率": ("six_haves_all_rate",), "建制率": ("worker_congress_rate", "worker_congress_rate_all"),
    "企业覆盖率": ("contract_unit_coverage",), "同建率": ("party_union_sync_rate",),
}  # fmt: skip


@check("pp_as_percent")
def pp_as_percent(s: Sentence) -> Iterator[Found]:
    for found in s.find("<点>"):
        if s.pieces[found.start()].shown.endswith(("%", "％")):
            yield found.span()
    for found in s.find(rf"{MOVED}了?(?:<率>|<字>[%％])|(?:高于|低于|高出)(?:全市|总体|平均)*(?:<率>|<字>[%％])"):
        is_fact = any(place in range(*found.span()) for place, _ in s.figures)
        if is_fact or any(word in s.clause(found.end()) for word in ("率", "占比", "比重", "比例")):
            yield found.span()


@check("percent_twice")
def percent_twice(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"(?:<率>|[%％])(?:[%％]|个?百分点)|(?:<点>|百分点)(?:[%％]|个?百分点)|百分之(?:<率>|<字>[%％])"):
        yield found.span()


@check("pp_as_level")
def pp_as_level(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"{MOVED}(?:到|至|为|成|达到?)(?:了)?(?:<点>|<字>个百分点)"):
        yield found.span()


@check("about_in_points")
def about_in_points(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"(?:左右|上下)个?百分点|个左右百分点|(?:左右|上下)[%％]"):
        yield found.span()


@check("shown_otherwise")
def shown_otherwise(s: Sentence) -> Iterator[Found]:
    for at, fact in s.figures:
        if fact.is_ok and s.pieces[at].shown not in _forms(fact):
            yield at, at + 1, fact.text


def _forms(fact: Fact) -> set[str]:
    """Return the ways a fact may be shown; from 10 000 upwards also in 万 with at most two places."""
    made = {fact.text, fact.figure, f"+{fact.figure}"}
    if fact.unit == "count" and abs(fact.value) >= 10_000:
        made |= {f"{round_half_up(Fraction(fact.value, 10_000), places):f}万" for places in range(3)}
    if fact.unit == "count" and abs(fact.value) >= 100_000_000:
        made |= {f"{round_half_up(Fraction(fact.value, 100_000_000), places):f}亿" for places in range(3)}
    return made


@check("range_form")
def range_form(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"(?<![\d.])<字>(?:～|~|—|－|-|至|到)<字>(?:[%％]|万|亿)"):
        yield found.span()


@check("rate_named_otherwise")
def rate_named_otherwise(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"({'|'.join(RATES)})(?:（[^）]*）)?(?:约?为|是|达到?)(<率>)"):
        fact = s.fact(found.start(2))
        if fact is not None and is_level(fact) and base_of(fact) not in RATES[found[1]]:
            yield *found.span(), fact.name
