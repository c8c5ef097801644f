"""The district's brief (区县简报), two pages: where it stands, where its blanks are, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import COVERAGE, Areas, areas_of, most_blank, said
from analysis.briefings.context import Document, blank_note, incomplete_sentences, open_draft, signed, weak_industries
from analysis.errors import ParameterError
from analysis.facts import Fact, Register
from analysis.publishing import blocks
from analysis.wording.phrases import ladder, prevalence, upper
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "district_brief"
COMPARED = ("unit_coverage_rate", "employee_coverage_rate", "membership_rate_all", "mandatory_unit_union_rate", "standard_met_rate", "shell_rate",
            "worker_congress_rate", "contract_unit_coverage", "party_union_sync_rate")  # fmt: skip
LOWER_IS_BETTER = ("shell_rate",)
ORDINALS = "一二三四五"


def write(package: Package) -> Document:
    """Write the brief; parts 1 to 4 are its sections.

    Raises
    ------
    ParameterError
        For the whole city: the brief is a district's.
    """
    if package.scope == "city":
        raise ParameterError("区县简报要写明区县，参数 scope 为 city。请改为六位区县代码；全市的请用讲话稿 speech。")
    draft = open_draft(package, NAME, f"{package.region_name}工会工作简报")
    areas = areas_of(package)
    return Document(draft, draft.parts(f"{NAME}.j2", {"比较": [comparison(package)]}, **words(package, areas)))


def words(package: Package, areas: Areas) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, code = package.register, package.region_code
    kind = situation(register, code)
    strong, weak = strengths(register, code) if kind not in ("太少", "无数据", "不予显示") else ([], [])
    large = register.remainder(register.fact("mandatory_unit_union_rate", code), "uncovered", "25人以上盲区单位")
    party = register.remainder(register.fact("party_union_sync_rate", code), "uncovered", "有党组织无工会的单位")
    return {
        "本区": Place(register, code, name=package.region_name),
        "情形": kind,
        "强项": strong, "弱项": weak,
        "集中地": said(areas, most_blank(areas)),
        "大户盲区": large, "有党无会": party,
        "薄弱行业": weak_industries(register, 2, code),
        "三类": ladder(register, code),
        "空壳程度": prevalence(register.fact("shell_rate", code)),
        "建议项": advice(package, large, party),
    }  # fmt: skip


def situation(register: Register, code: str) -> str:
    """Return 无数据, 不予显示, 太少, 领先, 较高, 持平, 追赶, 落后 or 偏低, by the rate, its gap to the city and how both moved."""
    rate, gap = register.fact(COVERAGE, code), register.gap_to_city(COVERAGE, code)
    if not (rate.is_ok and gap.is_ok):
        return "不予显示" if rate.status == "suppressed" else "无数据"
    place, field = register.rank(COVERAGE, code), register.ranked_count(COVERAGE)
    if not place.is_ok:
        return "太少"
    if gap.value >= 0 and (place.value == 1 or 4 * place.value <= field.value):
        return "领先"
    if gap.value > -upper("near_flat"):
        return "较高" if gap.value >= upper("slight_change") else "持平"
    moved, city = register.fact(f"{COVERAGE}_qoq", code), register.fact(f"{COVERAGE}_qoq")
    if not (moved.is_ok and city.is_ok) or abs(moved.value - city.value) < upper("level_with_city"):
        return "偏低"
    return "追赶" if moved.value > city.value else "落后"


def strengths(register: Register, code: str) -> tuple[list[str], list[str]]:
    """Return the names of the rates clearly better and clearly worse than the city's (by one percentage point or more), at most three each."""
    gaps = [register.gap_to_city(name, code) for name in COMPARED[1:]]
    sides = [(g.value * (-1 if name in LOWER_IS_BETTER else 1), own_name(register, name)) for name, g in zip(COMPARED[1:], gaps, strict=True) if g.is_ok]
    known = [(value, name) for value, name in sides if name not in {own_name(register, n) for n in LOWER_IS_BETTER}]
    better = [name for value, name in sorted(known, reverse=True) if value >= upper("slight_change")][:3]
    worse = [name for value, name in sorted(known) if value <= -upper("slight_change")][:3]
    return better, worse


def own_name(register: Register, indicator: str) -> str:
    return register.fact(indicator).name.replace("（已覆盖企业）", "")


def comparison(package: Package) -> dict[str, Any]:
    """Return the table of rates beside the city's, with their denominators."""
    register, code = package.register, package.region_code
    rows, facts = [], []
    for indicator in COMPARED:
        own, city = register.fact(indicator, code), register.fact(indicator)
        facts += [own]
        rows.append([own_name(register, indicator), own.denominator_name, own, city, signed(register.gap_to_city(indicator, code))])
    small = "本区县应建会单位较少，率的波动大，仅供参考。" if situation(register, code) == "太少" else ""
    note = f"差为未舍入数之差。{small}{blank_note(facts)}"
    columns = [("指标", "left"), ("分母", "left"), (package.region_name, "right"), ("全市", "right"), ("差（百分点）", "right")]
    return blocks.table(columns, rows, caption=f"{package.region_name}主要指标与全市比较", note=note)


_ADVICE = {  # what a piece of advice mends, and whether more of it is worse
    "大户": ("mandatory_unit_union_rate", -1),
    "有党无会": ("party_union_sync_rate", -1),
    "空壳": ("shell_rate", 1),
    "职代会": ("worker_congress_rate", -1),
    "集体合同": ("contract_unit_coverage", -1),
}


def advice(package: Package, large: Fact, party: Fact) -> list[dict[str, str]]:
    """Return at most three pieces of advice that this district's figures call for, numbered 一 二 三.

    What is not reported comes first, then the blank units, then what lags the city most; contracts about to end only where little lags.
    """
    register, code = package.register, package.region_code
    blind, expiring = register.fact("blind_unit_count", code), register.fact("contract_expiring_90d_count", code)
    wanted = ["补报"] if incomplete_sentences(package) or blind.status == "no_data" else []
    wanted += ["盲区"] if blind.value else []
    lags = {}
    for kind, (indicator, sign) in _ADVICE.items():
        gap = register.gap_to_city(indicator, code)
        if gap.is_ok and sign * gap.value > 0 and {"大户": large.value, "有党无会": party.value}.get(kind, 1):
            lags[kind] = sign * gap.value
    wanted += sorted(lags, key=lambda kind: -lags[kind])
    wanted += [kind for kind, fact in (("大户", large), ("有党无会", party), ("续签", expiring)) if fact.value and kind not in wanted]
    return [{"序": ORDINALS[number], "类": kind} for number, kind in enumerate(wanted[:3] or ["巩固"])]
