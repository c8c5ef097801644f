"""The research report of the quarter (调研报告), city only: method, situation, structure, change, what is to be verified, advice, limits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import COVERAGE, Areas, coverage_figure, districts_of, ends, grade_figure, grades, most_blank, said, townships_of
from analysis.briefings.blank_changes import why
from analysis.briefings.blank_maps import multiples
from analysis.briefings.context import (
    Blocks,
    Document,
    Draft,
    blank_note,
    figure,
    incomplete_sentences,
    industries,
    open_draft,
    segment_name,
    share_of_blind,
    share_of_eligible,
    signed,
    weak_industries,
)
from analysis.briefings.coverage_map import bars
from analysis.briefings.findings import ORDINALS, leftovers
from analysis.briefings.reversals import reversals
from analysis.charts.bars import ladder as ladder_chart
from analysis.charts.slopes import slope_chart
from analysis.errors import ParameterError
from analysis.facts import Fact, Register
from analysis.measures.blanks.decompose import CAUSES
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.wording.phrases import ladder, prevalence
from analysis.wording.situations import threshold

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "research_report"
KINDS = ("all", "enterprise", "state_collective", "non_public", "above_scale", "sme", "small_micro", "two_new", "self_employed", "size_unknown")
QUALITY = ("standard_met_rate", "six_haves_all_rate", "shell_rate", "worker_congress_rate", "contract_unit_coverage", "party_union_sync_rate")
LEAST_FOR_A_RATE = 10  # domain §1.9: a group with fewer units has no rate


def write(package: Package) -> Document:
    """Write the report; parts 1 to 8 are its sections.

    Raises
    ------
    ParameterError
        For a district: the report is the city's.
    """
    if package.scope != "city":
        raise ParameterError(f"调研报告只有全市的，参数 scope 为“{package.scope}”。请改为 city；区县请用区县简报 district_brief。")
    draft = open_draft(package, NAME, "全市工会组织覆盖情况调研报告")
    areas, townships = districts_of(package), townships_of(package)
    slots = {
        "覆盖率": coverage_figure(draft, areas, f"{package.region_name}各区县单位覆盖率"),
        "排序": bars(draft, areas),
        "乡镇盲区": grade_figure(draft, townships, f"{package.region_name}乡镇街道盲区分级"),
        "类型": [group_table(package, KINDS, "分类型单位覆盖情况")],
        "行业": [group_table(package, industries(), "分行业单位覆盖情况")],
        "行业小图": multiples(draft, areas),
        "梯级": ladder_figure(draft),
        "质量": [quality_table(areas)] if areas.names else [],
        "变化": slopes(draft, areas),
    }
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas, townships)))


def words(package: Package, areas: Areas, townships: Areas) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register = package.register
    left, weak = leftovers(register, None), weak_industries(register)
    places = townships if townships.names else areas
    moves = [f for f in areas.facts(f"{COVERAGE}_qoq") if f.is_ok]
    down = [f for f in moves if f.value <= -threshold("slipping")]
    fallen = [areas.spoken(f) for f in down]
    return {
        **counted_rows(package),
        "区县数": register.count_of(register.regions("district"), "eligible_unit_count", "districts", "区县数"),
        "划型不明": register.fact("eligible_unit_count", segment="size_unknown"),
        "缺报句": incomplete_sentences(package),
        **extremes(register, areas),
        "有乡镇": bool(townships.names), **coloured(townships),
        "盲区集中地": said(places, most_blank(places)),
        "占盲区": share_of_blind(register), "占应建": share_of_eligible(register),
        "薄弱行业": weak, "行业有数": any(register.fact(COVERAGE, segment=segment).is_ok for segment in industries()),
        "空壳程度": prevalence(register.fact("shell_rate")), "三类": ladder(register),
        "大户盲区": left["大户"], "有党无会": left["有党无会"], "无职代会": left["无职代会"], "无合同": left["无合同"],
        "上升": [areas.spoken(f) for f in moves if f.value >= threshold("slipping")], "下降": fallen,
        "下降因": drawn_down_by(package, [f.region_code for f in down]),
        "反向": reversals(register, ("all", "small_micro", "two_new", *industries())),
        "待核实": numbered(questions(register, left, fallen), "无"),
        "建议项": numbered(advice(package, left, bool(weak)), "巩固"),
    }  # fmt: skip


def counted_rows(package: Package) -> dict[str, Fact]:
    """Return what intake did with the rows, as facts of the city."""
    base = package.register.fact("eligible_unit_count")
    names = {"核对行": ("rows_read", "读入的台账行数"), "退回行": ("quarantined", "退回的行数"), "提示行": ("flagged", "提示的行数")}
    made = {}
    for word, (key, name) in names.items():
        value = package.intake.get(key)
        known = {"status": "ok", "reason": ""} if value is not None else {"status": "no_data", "reason": "没有核对记录"}
        made[word] = package.register.derived(base, key, value, "count", name, left_out=(), **known)
    return made


def extremes(register: Register, areas: Areas) -> dict[str, Any]:
    """Return the first and last of the ranking, how far apart they are, and how many districts lie above and below the city."""
    ranked = register.ranked(COVERAGE)
    top, bottom = ends(areas, ranked)
    first, last = (top["率"], bottom["率"]) if top and bottom else (None, None)
    whole = register.fact(COVERAGE)
    sides = [[f for f in ranked if whole.is_ok and sign * (f.value - whole.value) > 0] for sign in (1, -1)]
    return {
        "最高": top, "最低": bottom,
        "极差": register.derived(first, "range", 100 * (Fraction(first.value) - Fraction(last.value)), "pp", "最高与最低之差") if first else False,
        "高于全市数": register.count_of(sides[0], COVERAGE, "above", "高于全市的区县数"),
        "低于全市数": register.count_of(sides[1], COVERAGE, "below", "低于全市的区县数"),
        "不排名": [areas.spoken(f) for f in areas.facts(COVERAGE) if f.is_ok and (f.denominator or 0) < register.smallest_ranked],
    }  # fmt: skip


def coloured(townships: Areas) -> dict[str, Fact]:
    """Return how many townships are red and orange; blank where some are withheld."""
    register = townships.package.register
    colours = list(grades(townships).values()) if townships.names else []
    is_withheld = any(f.status == "suppressed" for f in townships.facts("blind_unit_rate"))
    known = {"status": "no_data", "reason": "部分乡镇街道不予显示，不计数"} if is_withheld else {"status": "ok", "reason": ""}
    like = register.fact("blind_unit_count")
    return {f"{colour}数": register.derived(like, f"{code}_townships", colours.count(colour), "count", f"{colour}色乡镇街道", **known)
            for colour, code in (("红", "red"), ("橙", "orange"))}  # fmt: skip


def drawn_down_by(package: Package, codes: list[str]) -> str:
    """Return the cause that drew all of these districts down most (``units``, ``covered``), "" where they differ or it is not known."""
    made = [why(package, code) for code in codes]
    if not made or any(w.reason for w in made):
        return ""
    found = {min(CAUSES, key=lambda cause: w.parts[cause].value) for w in made}
    return found.pop() if len(found) == 1 and found <= {"units", "covered"} else ""


def questions(register: Register, left: dict[str, Fact], fallen: list[str]) -> list[str]:
    """Return what the figures ask but cannot answer."""
    contract = [register.fact(name) for name in ("contract_unit_coverage", "contract_employee_coverage")]
    is_apart = all(f.is_ok for f in contract) and abs(100 * (contract[0].value - contract[1].value)) >= threshold("on_par")
    wanted = {"小微": register.fact("blind_unit_count", segment="small_micro").value, "大户": left["大户"].value, "兜底": register.fact("nominal_unit_count").value,
              "下降": fallen, "党建": left["有党无会"].value, "空壳": left["空壳"].value, "合同": is_apart}  # fmt: skip
    return [kind for kind, holds in wanted.items() if holds]


def advice(package: Package, left: dict[str, Fact], is_weak: bool) -> list[str]:
    """Return what the findings call for."""
    wanted = {"补报": incomplete_sentences(package), "盲区": package.register.fact("blind_unit_count").value, "大户": left["大户"].value, "行业": is_weak,
              "党建": left["有党无会"].value, "规范": left["空壳"].value, "职代会": left["无职代会"].value, "合同": left["无合同"].value}  # fmt: skip
    return [kind for kind, holds in wanted.items() if holds]


def numbered(kinds: list[str], otherwise: str) -> list[dict[str, str]]:
    return [{"序": ORDINALS[number], "类": kind} for number, kind in enumerate(kinds or [otherwise])]


def group_table(package: Package, segments: tuple[str, ...] | list[str], caption: str) -> dict[str, Any]:
    """Return coverage by group: units, covered, rate, change, blank units and their employees; too small a group has no rate."""
    register, rows, facts = package.register, [], []
    names = ("eligible_unit_count", "covered_unit_count", COVERAGE, f"{COVERAGE}_qoq", "blind_unit_count", "blind_employee_count")
    for segment in segments:
        cells = [register.fact(name, segment=segment) for name in names]
        if cells[0].is_ok and cells[0].value == 0:
            continue
        facts += cells
        too_few = cells[0].is_ok and cells[0].value < LEAST_FOR_A_RATE
        rows.append([segment_name(segment), *cells[:2], *(["—", "—"] if too_few else [cells[2], signed(cells[3])]), *cells[4:]])
    heads = ("应建会", "已覆盖", "单位覆盖率", "较上季度末（百分点）", "盲区单位", "盲区职工")
    note = ["率的分母为该类应建会单位，不足", blocks.mark(f"{LEAST_FOR_A_RATE}家", "threshold"), "的不列率；各类互有交叉，不能相加。"]
    note.append(blank_note([f for f in facts if f.unit != "pp"]).replace(f"{package.region_name}（", "部分类别（"))
    return blocks.table([("类别", "left"), *((head, "right") for head in heads)], rows, caption=f"{package.region_name}{caption}（家、人）", note=note)


def quality_table(areas: Areas) -> dict[str, Any]:
    """Return the rates of union quality by district, the merged city last."""
    package, register = areas.package, areas.package.register
    rows = {code: [register.fact(name, code) for name in QUALITY] for code in [*areas.names, package.region_code]}
    names = areas.names | {package.region_code: f"{package.region_name}合计"}
    heads = ("规范化达标率", "六有全有率", "挂牌空壳占比", "职代会建制率", "集体合同覆盖率", "党工同建率")
    note = "前三项的分母为工会组织，职代会和集体合同的分母为已覆盖企业，党工同建率的分母为有党组织的应建会单位。"
    note += blank_note([f for row in rows.values() for f in row])
    return blocks.table([("区县", "left"), *((head, "right") for head in heads)], [[names[code], *row] for code, row in rows.items()],
                        caption=f"{package.region_name}各区县工会质量和民主管理", note=note)  # fmt: skip


def ladder_figure(draft: Draft) -> Blocks:
    register = draft.register
    levels = [register.fact(f"union_level_{n}_count") for n in range(1, 7)]
    if not any(f.is_ok for f in levels):
        return []
    shell, met = register.fact("shell_rate"), register.fact("standard_met_rate")
    return [figure(ladder_chart(levels, draft.imprint(), shell=shell, met=met), f"{draft.package.region_name}工会状态分级")]


def slopes(draft: Draft, areas: Areas) -> Blocks:
    """Return the chart of both quarters; nothing where no district has a figure in both."""
    register = draft.register
    earlier = Quarter(register.quarter).previous.key
    then, now = [register.fact(COVERAGE, code, "all", earlier) for code in areas.names], areas.facts(COVERAGE)
    if not any(a.is_ok and b.is_ok for a, b in zip(then, now, strict=True)):
        return []
    city = (register.fact(COVERAGE, None, "all", earlier), register.fact(COVERAGE))
    drawn = slope_chart(then, now, draft.imprint(), city=city if all(f.is_ok for f in city) else None)
    return [figure(drawn, f"{areas.package.region_name}各区县单位覆盖率的变化")]
