"""The speech of the quarter (讲话稿), city only: one template, its facts chosen here."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import districts_of, most_blank, said, townships_of
from analysis.briefings.building_story import building_words
from analysis.briefings.context import Document, industries, open_draft, segment_name, share_of_blind, share_of_eligible, weak_industries
from analysis.briefings.reversals import reversals
from analysis.errors import ParameterError
from analysis.facts import Fact, Register
from analysis.wording.breaths import in_breaths
from analysis.wording.numbers import mark
from analysis.wording.phrases import ladder, lower, prevalence, quantity
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

TITLE = "在“强基层、补短板、增活力”行动推进会上的讲话"
NEW_TRADES = ("law_firm", "private_hospital", "express_delivery", "realestate_agency")


def write(package: Package) -> Document:
    """Write the speech.

    Raises
    ------
    ParameterError
        For a district: the speech is the city's.
    """
    if package.scope != "city":
        raise ParameterError(f"讲话稿只有全市的，参数 scope 为“{package.scope}”。请改为 city；区县请用区县简报 district_brief。")
    package = package.with_building()
    draft = open_draft(package, "speech", TITLE)
    return Document(draft, [list(chain.from_iterable(map(in_breaths, part))) for part in draft.parts("speech.j2", {}, **words(package))])


def words(package: Package) -> dict[str, Any]:
    """Return what the speech template names beyond the common words."""
    register = package.register
    weak = weak_industries(register)
    ranked = register.ranked("unit_coverage_rate")
    without, share = without_congress(register)
    return {
        "领先区县": Place(register, ranked[0].region_code) if len(ranked) > 1 else Place(register),
        "落后区县": Place(register, ranked[-1].region_code) if len(ranked) > 1 else Place(register),
        "有先后": len(ranked) > 1 and ranked[0].value > ranked[-1].value,
        "薄弱行业": weak,
        "薄弱线": mark(f"{float(lower('weak')):g}个百分点", "threshold"),
        "小微两新占比": share_of_blind(register),
        "小微两新比重": share_of_eligible(register),
        "建设": building_words(package),
        "盲区集中地": blank_places(package),
        "大户盲区": register.remainder(register.fact("mandatory_unit_union_rate"), "uncovered", "25人以上盲区单位"),
        "反向": reversals(register, ("all", "small_micro", "two_new", *industries())),
        "三类": ladder(register),
        "空壳程度": prevalence(register.fact("shell_rate")),
        "中小未建制": without,
        "中小未建制率": share,
        "中小程度": quantity(share),
        "两新行业": [trade for trade in new_trades(register) if trade["名称"] not in {w["名称"] for w in weak}],  # each trade is told once
        "有党无会": register.remainder(register.fact("party_union_sync_rate"), "uncovered", "有党组织无工会的单位"),
    }


def without_congress(register: Register) -> tuple[Fact, Fact]:
    """Return how many covered small and medium enterprises hold no congress, and their share of those covered."""
    rate = register.fact("worker_congress_rate", segment="sme")
    name = "没有建立职代会制度的中小企业"
    if not rate.is_ok:
        blank = register.derived(rate, "without", None, "count", name, status="no_data", reason=rate.reason, decimals=0, denominator_name="")
        return blank, blank
    count = register.derived(rate, "without", rate.denominator - rate.numerator, "count", name, decimals=0, denominator_name="")
    share = register.share(count, register.fact("covered_enterprise_count", segment="sme"), "share", f"{name}占比", "已覆盖中小企业")
    return count, share


def new_trades(register: Register, most: int = 2) -> list[dict[str, Any]]:
    """Return the trades of 两新 that the speech names: at least ``smallest_ranked`` units, below the city, the least covered first."""
    city, found = register.fact("unit_coverage_rate"), []
    for segment in NEW_TRADES:
        size, rate = register.fact("eligible_unit_count", segment=segment), register.fact("unit_coverage_rate", segment=segment)
        if size.is_ok and rate.is_ok and city.is_ok and size.value >= register.smallest_ranked and rate.value < city.value:
            found.append((size, rate))
    found.sort(key=lambda pair: (pair[1].value, pair[1].segment))
    return [{"名称": segment_name(size.segment), "应建会单位": size, "单位覆盖率": rate} for size, rate in found[:most]]


def blank_places(package: Package) -> list[dict[str, Any]]:
    """Return the three places with most blank units (townships, or districts where there are none): 甲区乙街道12家."""
    townships = townships_of(package)
    areas = townships if townships.names else districts_of(package)
    return said(areas, most_blank(areas))
