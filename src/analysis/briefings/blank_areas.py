"""Blank areas (盲区图): 小微企业 beside 两新组织, how many, where, and how far they are the same units. They are never added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import Areas, areas_of, grades, most_blank, said, townships_of
from analysis.briefings.context import (
    Blocks,
    Document,
    Draft,
    blank_note,
    figure,
    industries,
    left_out_note,
    open_draft,
    segment_name,
    share_of_blind,
    signed,
    weak_industries,
)
from analysis.charts.maps import pair_map
from analysis.charts.overlap import overlap_chart
from analysis.facts import Fact, Register
from analysis.publishing import blocks
from analysis.wording.phrases import segment_against_city
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "blank_areas"
SMALL, NEW, BOTH, EITHER = "small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new"
LEAST_FOR_A_RATE = 10  # domain §1.9: an industry of a place with fewer units has no rate
NEVER_ADDED = "小微企业与两新组织互有交叉，两栏不能相加；“小微或两新”一栏重叠部分只计一次。"


def write(package: Package) -> Document:
    """Write the document; parts: 1 多少, 2 哪些地区, 3 哪些行业, 4 乡镇街道 (city only)."""
    draft = open_draft(package, NAME, f"{package.region_name}小微企业和两新组织盲区图")
    areas = areas_of(package)
    townships = townships_of(package) if package.scope == "city" else Areas(package, {}, "", None)
    slots = {
        "重叠": overlap(draft, package),
        "对照": pair(draft, areas),
        "分地区": [area_table(areas)] if areas.names else [],
        "行业": [industry_table(package)],
        "乡镇": [township_table(townships)] if townships.names else [],
    }
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas, townships)))


def words(package: Package, areas: Areas, townships: Areas) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, code = package.register, package.region_code
    small, new, both = (register.fact("blind_unit_count", code, segment) for segment in (SMALL, NEW, BOTH))
    rates = [register.fact("unit_coverage_rate", code, segment) for segment in industries()]
    return {
        "可做": small.is_ok or new.is_ok, "行业有数": any(f.is_ok for f in rates),
        "本地": Place(register, code, name=package.region_name),
        "只是小微": register.difference(small, both, "only", "只是小微企业的盲区单位"),
        "只是两新": register.difference(new, both, "only", "只是两新组织的盲区单位"),
        "占盲区": share_of_blind(register, code),
        "有分地区": bool(areas.names), "地区词": areas.word,
        "小微最多": said(areas, most_blank(areas, segment=SMALL)), "两新最多": said(areas, most_blank(areas, segment=NEW)),
        "薄弱行业": weak_industries(register, region=code), "有乡镇": bool(townships.names),
    }  # fmt: skip


def overlap(draft: Draft, package: Package) -> Blocks:
    facts = [package.register.fact("blind_unit_count", package.region_code, segment) for segment in (SMALL, NEW, BOTH, EITHER)]
    return [figure(overlap_chart(*facts, draft.imprint()), f"{package.region_name}小微企业与两新组织盲区单位的重叠")]


def pair(draft: Draft, areas: Areas) -> Blocks:
    if areas.shapes is None:
        return []
    drawn = pair_map(areas.shapes, areas.facts("blind_unit_rate", SMALL), areas.facts("blind_unit_rate", NEW), draft.imprint())
    return [figure(drawn, f"{areas.package.region_name}小微企业与两新组织盲区率对照")]


def area_table(areas: Areas) -> dict[str, Any]:
    """Return blank units and rates of both groups by area, the total last."""
    package, register = areas.package, areas.package.register
    count, rate = "blind_unit_count", "blind_unit_rate"
    wanted = [(count, SMALL), (rate, SMALL), (count, NEW), (rate, NEW), (count, BOTH), (count, EITHER)]
    heads = ["小微盲区", "小微盲区率", "两新盲区", "两新盲区率", "两者兼是", "小微或两新"]
    rows = {code: [register.fact(name, code, segment) for name, segment in wanted] for code in [*areas.names, package.region_code]}
    names = areas.names | {package.region_code: f"{package.region_name}合计"}
    note = NEVER_ADDED + "率的分母为该类应建会单位。" + blank_note([f for row in rows.values() for f in row])
    note += left_out_note(register, rows[package.region_code])
    return blocks.table([(areas.word, "left"), *((head, "right") for head in heads)], [[names[code], *row] for code, row in rows.items()],
                        caption=f"{package.region_name}各{areas.word}小微企业和两新组织盲区单位（家）", note=note)  # fmt: skip


def industry_table(package: Package) -> dict[str, Any]:
    """Return the industry bundles by blank units, the most first, with the gap to all units of the same place."""
    register, code = package.register, package.region_code
    rows = sorted((industry_row(register, code, s) for s in industries()), key=lambda row: (-(row[2].value or 0), row[0]))
    columns = [("行业", "left"), *((head, "right") for head in ("应建会", "盲区单位", "盲区职工", "单位覆盖率", "与总体之差（百分点）"))]
    facts = [cell for row in rows for cell in row if isinstance(cell, Fact)]
    note = ["行业为工作口径，范围见手册；单位覆盖率的分母为该行业应建会单位，不足", blocks.mark(f"{LEAST_FOR_A_RATE}家", "threshold"), "的不列率。"]
    note.append(blank_note(facts).replace(package.region_name, "部分行业"))
    return blocks.table(columns, [shown(row) for row in rows], caption=f"{package.region_name}分行业盲区（家、人）", note=note)


def shown(row: list[Any]) -> list[Any]:
    """Return the cells of an industry; with too few units its rate and gap are not shown."""
    name, eligible, blind, employees, rate, gap = row
    too_few = eligible.is_ok and eligible.value < LEAST_FOR_A_RATE
    return [name, eligible, blind, employees, *(["—", "—"] if too_few else [rate, signed(gap)])]


def industry_row(register: Register, code: str, segment: str) -> list[Any]:
    names = ("eligible_unit_count", "blind_unit_count", "blind_employee_count", "unit_coverage_rate")
    gap, _ = segment_against_city(register, "unit_coverage_rate", segment, code)
    return [segment_name(segment), *(register.fact(name, code, segment) for name in names), gap]


def township_table(townships: Areas, most: int = 10) -> dict[str, Any]:
    """Return the townships with most blank units of either group."""
    register, grade = townships.package.register, grades(townships)
    rows = []
    for fact in most_blank(townships, most, EITHER):
        code = fact.region_code
        others = [register.fact(name, code, EITHER) for name in ("blind_unit_rate", "blind_employee_count")]
        rows.append([townships.name(fact), register.fact("eligible_unit_count", code, EITHER), fact, *others, grade[code] or "—"])
    columns = [("乡镇街道", "left"), *((head, "right") for head in ("应建会", "盲区单位", "盲区率", "盲区职工")), ("全部单位分级", "center")]
    note = "率的分母为小微企业或两新组织应建会单位；分级按全部应建会单位。"
    return blocks.table(columns, rows, caption="小微企业或两新组织盲区单位最多的乡镇街道", note=note)
