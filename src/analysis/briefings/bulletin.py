"""The bulletin of the quarter (情况通报), city only: the whole, the districts in order, who moved and who lags by rule, problems, requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings import bulletin_cycle as cycle
from analysis.briefings.areas import COVERAGE, Areas, coverage_figure, districts_of, most_blank, said, townships_of
from analysis.briefings.building_story import building_words
from analysis.briefings.context import Blocks, Document, blank_note, incomplete_sentences, industries, left_out_note, open_draft, signed, weak_industries
from analysis.briefings.findings import ORDINALS, leftovers
from analysis.briefings.quality_tables import by_district
from analysis.briefings.reversals import reversals
from analysis.errors import ParameterError
from analysis.facts import RESIDUAL, Fact, Register
from analysis.publishing import blocks
from analysis.wording.numbers import mark, named, say
from analysis.wording.phrases import end_of_ranking, ladder, prevalence, upper
from analysis.wording.situations import threshold
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "bulletin"
MOVED, STANDARD = f"{COVERAGE}_qoq", "standard_met_rate"


def write(package: Package) -> Document:
    """Write the bulletin; parts 1 总体情况, 2 各区县情况, 3 进步和差距, 4 存在问题, 5 工作要求, 6 报送和更正.

    Raises
    ------
    ParameterError
        For a district: the bulletin is the city's.
    """
    if package.scope != "city":
        raise ParameterError(f"情况通报只有全市的，参数 scope 为“{package.scope}”。请改为 city；区县请用区县简报 district_brief。")
    package = package.with_building()
    draft = open_draft(package, NAME, "工会组织建设情况的通报")
    areas = districts_of(package)
    slots = {
        "覆盖率": coverage_figure(draft, areas, f"{package.region_name}各区县单位覆盖率"),
        "覆盖排名": [coverage_table(areas)] if areas.names else [],
        "变化排名": [change_table(areas)] if any(f.is_ok for f in areas.facts(MOVED)) else [],
        "规范化排名": [standard_table(areas)] if any(f.is_ok for f in areas.facts(STANDARD)) else [],
        "建设": building_table(package),
        "更正": cycle.table(package),
    }
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas), **cycle.words(package)))


def words(package: Package, areas: Areas) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register = package.register
    ranked = register.ranked(COVERAGE)
    up, down, behind = risen(register), fallen(register), lagging(register)
    townships = townships_of(package)
    left = leftovers(register, None)
    return {
        "有排名": len(ranked) > 1, "有不显示": any(f.status == "suppressed" for f in areas.facts(COVERAGE)),
        "可比季度": bool(register.ranked(MOVED)),
        "排名下限": mark(f"{register.smallest_ranked}家", "threshold"), "评比下限": mark(f"{int(threshold('least_for_progress'))}家", "threshold"),
        "提高线": points(upper("slight_change")), "下降线": points(threshold("slipping")), "差距线": points(threshold("on_par")),
        "领先": [{"说法": f"{areas.spoken(f)}（{say(f)}）"} for f in leading(ranked)],
        "不排名": [areas.spoken(f) for f in areas.facts(COVERAGE) if f.is_ok and (f.denominator or 0) < register.smallest_ranked],
        "无数据": [areas.spoken(f) for f in areas.facts(COVERAGE) if f.status == "no_data"],
        **{name: [Place(register, f.region_code, name=areas.name(f)) for f in facts] for name, facts in (("进步", up), ("回落", down), ("靠后", behind))},
        "反向": reversals(register, ("all", "small_micro", "two_new", *industries())),
        "薄弱行业": weak_industries(register),
        "建设": building_words(package), "培育序": ORDINALS[1 + bool(register.fact("union_org_count").value) + is_democracy_told(register)],
        "大户盲区": left["大户"], "有党无会": left["有党无会"], "无职代会": left["无职代会"], "无合同": left["无合同"],
        "空壳程度": prevalence(register.fact("shell_rate")), "三类": ladder(register),
        "盲区集中地": said(places := townships if townships.names else areas, most_blank(places)),
        "整改区县": [named(areas.name(f)) for f in {f.region_code: f for f in [*down, *behind]}.values()],
        "要求项": requirements(package, left, bool(down or behind)),
    }  # fmt: skip


def is_democracy_told(register: Register) -> bool:
    return register.fact("worker_congress_rate").is_ok or register.fact("contract_unit_coverage").is_ok


def building_table(package: Package) -> Blocks:
    """Return what is left to do of union building by district; internal readers only, none where nothing of it is known."""
    columns = (("union_one_short_count", "只差一项达标（个）"), ("deliberate_only_enterprise_count", "应表决未表决（家）"), ("contract_lapsed_enterprise_count", "合同到期未续（家）"),
               ("scale_six_rate", "规上六有全有率"), ("party_without_union_unit_count", "有党无会（家）"))  # fmt: skip
    if package.audience != "internal" or not any(f.is_ok for name, _ in columns for f in package.register.district_facts(name)):
        return []
    note = "规上六有全有率的分母为应建会的规上企业；应表决未表决按适用的条例判断，合规的“议”不计。"
    return [by_district(package, columns, "各区县待补的短板", note)]


def points(value: Any) -> str:
    return mark(f"{float(value):g}个百分点", "threshold")


def leading(ranked: list[Fact], most: int = 3) -> list[Fact]:
    """Return the first of a ranking, with all that tie with the last of them; none where the ranking does not part its districts."""
    if len(ranked) < 2 or ranked[0].value == ranked[-1].value:
        return []
    count = min(most, max(1, len(ranked) // 2))
    chosen = [f for f in ranked if f.value >= ranked[count - 1].value]
    return chosen if len(chosen) < len(ranked) else []


def risen(register: Register, most: int = 3) -> list[Fact]:
    """Return the districts that rose most: past the 提高 threshold, among the first three (ties included), not from a small base."""
    known = [f for f in register.ranked(MOVED) if f.value >= upper("slight_change")]
    large = [f for f in known if (register.fact("eligible_unit_count", f.region_code).value or 0) >= threshold("least_for_progress")]
    return [f for f in large if f.value >= large[min(most, len(large)) - 1].value]


def fallen(register: Register) -> list[Fact]:
    """Return the ranked districts whose rate fell past the threshold, the furthest first."""
    return [f for f in register.ranked(MOVED, descending=False) if f.value <= -threshold("slipping")]


def lagging(register: Register) -> list[Fact]:
    """Return the districts in the last quarter of the ranking that stand clearly below the city, the last first."""
    ranked = register.ranked(COVERAGE)
    gaps = {f.region_code: register.gap_to_city(COVERAGE, f.region_code) for f in ranked}
    found = [f for f in ranked if end_of_ranking(1 + sum(1 for other in ranked if other.value > f.value), len(ranked)) == "rank_bottom"]
    return [f for f in reversed(found) if gaps[f.region_code].is_ok and gaps[f.region_code].value <= -threshold("on_par")]


def requirements(package: Package, left: dict[str, Fact], is_named: bool, most: int = 5) -> list[dict[str, str]]:
    """Return what the figures call for, numbered 一 二 三."""
    register = package.register
    wanted = [("补报", bool(incomplete_sentences(package))), ("点名", is_named), ("盲区", bool(register.fact("blind_unit_count").value))]
    wanted += [
        ("大户", bool(left["大户"].value)),
        ("党工共建", bool(left["有党无会"].value)),
        ("规范化", bool(left["空壳"].value)),
        ("续签", bool(left["到期"].value)),
    ]
    kinds = [kind for kind, holds in wanted if holds][:most] or ["巩固"]
    return [{"序": ORDINALS[number], "类": kind} for number, kind in enumerate(kinds)]


def in_order(areas: Areas, indicator: str) -> list[str]:
    """Return the codes as a ranking table lists them: the ranked first, then those with a figure, then the blank, each by code."""
    register = areas.package.register
    ranked = [f.region_code for f in register.ranked(indicator)]
    rest = sorted((not register.fact(indicator, code).is_ok, code) for code in areas.names if code not in ranked)
    return [code for code in ranked if code in areas.names] + [code for _, code in rest]


def ranking(areas: Areas, indicator: str, wanted: dict[str, str], caption: str) -> dict[str, Any]:
    """Return a table in the order of one indicator: 名次, the district, the ``wanted`` figures, and the merged city last."""
    package, register = areas.package, areas.package.register
    rows, facts, ranks = [], [], []
    is_ranked = len(register.ranked(indicator)) > 1  # first of one is no place
    for code in [*in_order(areas, indicator), package.region_code]:
        is_total = code == package.region_code
        cells = [register.fact(key, code) for key in wanted]
        if is_total and indicator == COVERAGE and cells[2].is_ok and cells[0].left_out != cells[2].left_out:
            cells[0] = register.denominator(cells[2])  # a row is read across: its count must be what its rate was divided by
        facts += cells
        rank = None if is_total else register.rank(indicator, code)
        ranks += [rank] if rank else []
        shown = [signed(cell) if cell.indicator.endswith("_qoq") else cell for cell in cells]
        rows.append(["" if rank is None else rank if is_ranked else "—", f"{package.region_name}合计" if is_total else areas.names[code], *shown])
    note = blank_note([f for f in facts if f.region_code != RESIDUAL]) + left_out_note(register, [f for f in facts if f.region_code == package.region_code])
    figures = {f.region_code: f.is_ok for f in areas.facts(indicator)}
    if any(not rank.is_ok and figures.get(rank.region_code) for rank in ranks):
        hidden = not register.ranked(indicator) and any(f.status == "suppressed" for f in areas.facts(indicator))
        note += (
            "部分区县的数字不予显示，不排名。"
            if hidden
            else "名次栏为“—”的，分母较小，不参加排名。"
            if is_ranked
            else "分母够大、能够排名的区县不足两个，只列数、不排名。"
        )
    columns = [("名次", "right"), ("区县", "left"), *((head, "right") for head in wanted.values())]
    return blocks.table(columns, rows, caption=caption if is_ranked else caption.replace("排名", "", 1), note=note)


def coverage_table(areas: Areas) -> dict[str, Any]:
    heads = {
        "eligible_unit_count": "应建会",
        "covered_unit_count": "已覆盖",
        COVERAGE: "单位覆盖率",
        "blind_unit_count": "盲区单位",
        "blind_unit_rate": "盲区率",
    }
    return ranking(areas, COVERAGE, heads, "各区县单位覆盖率排名（率的分母为应建会单位）")


def change_table(areas: Areas) -> dict[str, Any]:
    heads = {COVERAGE: "本季度末", MOVED: "较上季度末（百分点）", "eligible_unit_count_qoq": "应建会增减", "covered_unit_count_qoq": "已覆盖增减"}
    return ranking(areas, MOVED, heads, "各区县单位覆盖率变化排名")


def standard_table(areas: Areas) -> dict[str, Any]:
    heads = {"union_org_count": "工会组织", STANDARD: "规范化达标率", "six_haves_all_rate": "六有全有率", "shell_rate": "挂牌、空壳占比"}
    return ranking(areas, STANDARD, heads, "各区县规范化达标率排名（率的分母为工会组织）")
