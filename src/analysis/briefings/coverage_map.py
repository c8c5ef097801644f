"""The coverage map (覆盖图): how far unions reach, by district for the city and by township for a district."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import COVERAGE, Areas, areas_of, coverage_figure, ends, grade_figure, grades, most_blank, said, townships_of
from analysis.briefings.context import Blocks, Document, Draft, blank_note, figure, industries, left_out_note, open_draft, signed
from analysis.briefings.reversals import reversals
from analysis.charts.bars import ranked_bars
from analysis.facts import Fact
from analysis.publishing import blocks
from analysis.wording.numbers import clean
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "coverage_map"
NOWHERE = "999999"  # a row of a published table that stands for several regions: it counts, but has no place and takes no rank


def write(package: Package) -> Document:
    """Write the document; parts: 1 总体情况, 2 各地区, 3 乡镇街道盲区 (city with townships only)."""
    draft = open_draft(package, NAME, f"{package.region_name}工会覆盖图")
    areas = areas_of(package)
    townships = townships_of(package) if package.scope == "city" else Areas(package, {}, "", None)
    slots = {
        "覆盖率": coverage_figure(draft, areas, f"{package.region_name}各{areas.word}单位覆盖率"),
        "分地区": [area_table(areas)] if areas.names else [],
        "排序": bars(draft, areas),
        "乡镇盲区": grade_figure(draft, townships, f"{package.region_name}乡镇街道盲区分级"),
    }
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas, townships)))


def words(package: Package, areas: Areas, townships: Areas) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, is_city = package.register, package.scope == "city"
    rates = register.ranked(COVERAGE) if is_city else _large(areas, register.smallest_ranked)
    rates = [f for f in rates if f.region_code != NOWHERE]
    first, last = ends(areas, rates)
    colour = list(grades(townships).values())
    count = {name: sum(1 for c in colour if c == name) for name in "红橙"}
    like = register.fact("blind_unit_count")
    withheld = any(f.status == "suppressed" for f in townships.facts("blind_unit_rate")) if townships.names else False
    counted = {"status": "no_data", "reason": "部分乡镇街道不予显示，不计数"} if withheld else {"status": "ok", "reason": ""}
    return {
        "本地": Place(register, package.region_code, name=package.region_name), "是区县": not is_city, "仅汇总": package.is_totals,
        "单位词": "法人单位" if package.is_totals else "应建会单位", "地区词": areas.word,
        "入会率词": "会员占从业人员的比重" if package.is_totals else "全口径入会率", "职工词": "从业人员" if package.is_totals else "全口径职工",
        "有分地区": bool(areas.names), "不予显示": withheld_note(areas, register.fact(COVERAGE, package.region_code)), "最高": first, "最低": last,
        "下降": [areas.spoken(f) for f in areas.facts(f"{COVERAGE}_qoq") if f.is_ok and f.rounded < 0],
        "不排名": unranked(areas) if is_city and not package.is_totals else [],
        "反向": reversals(register, ("all", "small_micro", "two_new", *industries())) if is_city else [],
        "有乡镇": townships.shapes is not None,
        "红数": register.derived(like, "red_townships", count["红"], "count", "红色乡镇街道", **counted),
        "橙数": register.derived(like, "orange_townships", count["橙"], "count", "橙色乡镇街道", **counted),
        "集中地": said(townships, most_blank(townships)),
    }  # fmt: skip


def _large(areas: Areas, smallest: int) -> list[Fact]:
    if any(f.status == "suppressed" for f in areas.facts(COVERAGE)):
        return []  # the highest of those shown need not be the highest
    known = [f for f in areas.facts(COVERAGE) if f.is_ok and (f.denominator or 0) >= smallest]
    return sorted(known, key=lambda f: (-f.value, f.region_code))


def withheld_note(areas: Areas, own: Fact) -> str:
    """Return a sentence on what this version withholds and why; "" where it withholds none of the coverage figures."""
    hidden = [f for f in areas.facts(COVERAGE) if f.status == "suppressed"]
    reason = clean(next((f.reason for f in [own, *hidden] if f.status == "suppressed"), ""))
    if own.status == "suppressed":
        return f"{clean(own.region_name)}的覆盖数字，本版不予显示，不是没有数据。原因是：{reason}。"
    return f"{'、'.join(areas.spoken(f) for f in hidden)}的覆盖率不予显示（{reason}），因此不作高低比较。" if hidden else ""


def unranked(areas: Areas) -> list[str]:
    """Return the areas that have a figure but too few units to be ranked; that others are withheld is another reason and told elsewhere."""
    least = areas.package.register.smallest_ranked
    return [areas.spoken(f) for f in areas.facts(COVERAGE) if f.is_ok and f.region_code != NOWHERE and (f.denominator or 0) < least]


def area_table(areas: Areas) -> dict[str, Any]:
    """Return the table of all areas with the total last; a column that is blank throughout is left out."""
    package = areas.package
    register, is_city = package.register, package.scope == "city"
    units, members = ("法人单位", "会员占从业人员") if package.is_totals else ("应建会", "入会率")
    heads = {"eligible_unit_count": units, "covered_unit_count": "已覆盖", COVERAGE: "单位覆盖率",
             f"{COVERAGE}_qoq": "较上季度末（百分点）", "employee_coverage_rate": "职工覆盖率", "membership_rate_all": members}  # fmt: skip
    is_ranked = is_city and NOWHERE not in areas.names
    rows = {code: {name: register.fact(name, code) for name in heads} for code in [*areas.names, package.region_code]}
    total = rows[package.region_code]
    if total[COVERAGE].is_ok and total[COVERAGE].left_out != total["eligible_unit_count"].left_out:
        total["eligible_unit_count"] = register.denominator(total[COVERAGE])  # a row is read across: its count must be what its rate was divided by
    known = [name for name in heads if any(row[name].is_ok for row in rows.values())]
    columns = [(areas.word, "left"), *((heads[name], "right") for name in known), *([("名次", "right")] if is_ranked else [])]
    made = []
    for code, row in rows.items():
        cells = [signed(row[n]) if n.endswith("_qoq") else row[n] for n in known]
        is_total = code == package.region_code
        rank = [] if not is_ranked else ["" if is_total else register.rank(COVERAGE, code)]
        made.append([f"{package.region_name}合计" if is_total else areas.names[code], *cells, *rank])
    note = blank_note([row[n] for row in rows.values() for n in known])
    note += left_out_note(register, [rows[package.region_code][n] for n in known])
    if is_city and not package.is_totals:
        ranked = register.ranked(COVERAGE)
        note += "名次按未舍入的率排定。" if ranked else ""
        note += "名次栏为“—”的，应建会单位较少或无数据，不参加排名。" if ranked and len(ranked) < len(areas.names) else ""
    return blocks.table(columns, made, caption=f"{package.region_name}各{areas.word}工会覆盖情况", note=note)


def bars(draft: Draft, areas: Areas) -> Blocks:
    facts = areas.facts(COVERAGE)
    if len(facts) < 2:
        return []
    register = draft.register
    small = [f.region_code for f in facts if f.is_ok and not areas.package.is_totals and (f.denominator or 0) < register.smallest_ranked]
    notes = ["空心条的应建会单位较少，不参加排名，门槛见文末的口径说明。"] if small else []
    drawn = ranked_bars(facts, draft.imprint(), city=register.fact(COVERAGE, areas.package.region_code), apart=small, extra_notes=notes)
    return [figure(drawn, f"{areas.package.region_name}各{areas.word}单位覆盖率排序")]
