"""The district's brief (区县简报), two pages: where it stands, where its blanks are, what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import COVERAGE, Areas, areas_of, most_blank, said
from analysis.briefings.building_story import building_words
from analysis.briefings.context import Document, Draft, blank_note, open_draft, signed, weak_industries
from analysis.briefings.findings import advice, aspects, blank_picture, leftovers
from analysis.briefings.paging import LINES, lines_of
from analysis.errors import ParameterError
from analysis.facts import Register
from analysis.publishing import blocks
from analysis.wording.numbers import runs
from analysis.wording.phrases import counted_of, ladder, prevalence
from analysis.wording.situations import lead, situation, threshold
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "district_brief"
COMPARED = ("unit_coverage_rate", "employee_coverage_rate", "membership_rate_all", "mandatory_unit_union_rate", "standard_met_rate", "shell_rate",
            "worker_congress_rate", "contract_unit_coverage", "party_union_sync_rate")  # fmt: skip
MOST_LINES = 2 * LINES + 1  # the estimate is some two lines high; one is kept as a margin
ROOMS = (
    (4, 1, 9, True),
    (4, 1, 9, False),
    (3, 1, 9, False),
    (2, 1, 9, False),
    (2, 0, 9, False),
    (1, 0, 9, False),
    (1, 0, 6, False),
)  # tried in this order until the brief keeps to two pages


def write(package: Package) -> Document:
    """Write the brief; parts 1 to 4 are its sections.

    Raises
    ------
    ParameterError
        For the whole city: the brief is a district's.
    """
    if package.scope == "city":
        raise ParameterError("区县简报要写明区县，参数 scope 为 city。请改为六位区县代码；全市的请用讲话稿 speech。")
    package = package.with_building()
    draft = open_draft(package, NAME, f"{package.region_name}工会工作简报")
    for room in ROOMS:
        document = written(replace(draft, unsaid=[]), room)
        if lines_of(document.blocks) <= MOST_LINES:
            break
    return document


def written(draft: Draft, room: tuple[int, int, int, bool]) -> Document:
    """Write the brief with at most ``room`` = (aspects, weak industries, rows of the table, whether what is left to mend is told one by one)."""
    most_aspects, most_industries, most_rows, is_detailed = room
    package = draft.package
    slots = {"比较": [comparison(package, most_rows)]}
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas_of(package), most_aspects, most_industries), 细说=is_detailed))


def words(package: Package, areas: Areas, most_aspects: int = 4, most_industries: int = 1) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, code = package.register, package.region_code
    kind, found, left = situation(register, code), aspects(register, code), leftovers(register, code)
    blind, either = (register.fact("blind_unit_count", code, segment) for segment in ("all", "small_micro_or_two_new"))
    return {
        "本区": Place(register, code, name=package.region_name),
        "情形": kind,
        "可比": is_comparable(package),
        "职工看": by_employees(register, code),
        "集中地": said(areas, most_blank(areas)),
        "大户盲区": left["大户"], "有党无会": left["有党无会"], "无职代会": left["无职代会"], "无合同": left["无合同"],
        "全是小微两新": blind.is_ok and either.is_ok and blind.value == either.value and blind.value > 0,
        "薄弱行业": weak_industries(register, most_industries, code),
        "各项": found[:most_aspects],
        "有质量": any(item["态"] != "无" for item in found),
        "三类": ladder(register, code),
        "空壳程度": prevalence(register.fact("shell_rate", code)),
        "建设": building_words(package),
        "达标数": register.fact("standard_met_count", code),
        "整改": mending(register, code),
        "建议项": advice(package, kind, found, left),
        **blank_picture(register, areas, left["大户"]),
    }  # fmt: skip


def is_comparable(package: Package) -> bool:
    """Whether there is a city to compare with: more districts than this one, and a figure of theirs."""
    register = package.register
    return len(register.regions("district")) > 1 and register.gap_to_city(COVERAGE, package.region_code).is_ok


def by_employees(register: Register, code: str) -> str:
    """Return how coverage by employees stands to the city, held against coverage by units: 相反, 同向 or "" (near, or blank)."""
    units, employees = (lead(register, name, code) for name in (COVERAGE, "employee_coverage_rate"))
    if units is None or employees is None or abs(employees) < threshold("on_par") or abs(units) < threshold("on_par"):
        return ""
    return "同向" if (units > 0) == (employees > 0) else "相反"


def mending(register: Register, code: str) -> str:
    """Return what the shell unions of a district lack, the most frequent first."""
    what = {1: "缺机构的选举换届", 2: "缺制度的建章立制", 3: "缺活动的运转起来"}
    levels = [(register.fact(f"union_level_{n}_count", code), said) for n, said in what.items()]
    known = sorted((pair for pair in levels if pair[0].value), key=lambda pair: -pair[0].value)
    return "、".join(said for _, said in known) or "、".join(what.values())


def own_name(register: Register, indicator: str) -> str:
    return register.fact(indicator).name.replace("（已覆盖企业）", "")


def comparison(package: Package, most: int = len(COMPARED)) -> dict[str, Any]:
    """Return the table of rates beside the city's, with their denominators (and their size where it is small); beside their own change where there is no city to compare with."""
    register, code = package.register, package.region_code
    has_city = is_comparable(package) or not register.fact(COVERAGE, code).is_ok
    rows, facts = [], []
    for indicator in COMPARED[:most]:
        own = register.fact(indicator, code)
        facts.append(own)
        beside = [register.fact(indicator), signed(register.gap_to_city(indicator, code))] if has_city else [signed(register.fact(f"{indicator}_qoq", code))]
        below = runs(counted_of(register, own)) if own.is_ok and own.denominator < register.smallest_ranked else own.denominator_name
        rows.append([own_name(register, indicator), below, own, *beside])
    small = "本区县应建会单位较少，率的波动大，仅供参考。" if situation(register, code) == "太少" else ""
    heads = ["全市", "差（百分点）"] if has_city else ["较上季度末（百分点）"]
    note = ("差为未舍入数之差。" if has_city else "") + small + blank_note(facts)
    columns = [("指标", "left"), ("分母", "left"), (package.region_name, "right"), *((head, "right") for head in heads)]
    return blocks.table(columns, rows, caption=f"{package.region_name}主要指标" + ("与全市比较" if has_city else ""), note=note)
