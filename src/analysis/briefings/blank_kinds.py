"""Which units are blank: only 小微, only 两新, both; by area, industry and size. Counts first, rates beside their denominators."""

from __future__ import annotations

from typing import Any

from analysis.briefings.areas import Areas
from analysis.briefings.context import blank_note, industries, left_out_note, segment_name, signed
from analysis.facts import Fact, Register
from analysis.measures.blanks.study import threshold, whole
from analysis.publishing import blocks
from analysis.wording.numbers import say
from analysis.wording.phrases import is_weak, segment_against_city

SMALL, NEW, BOTH, EITHER = "small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new"
NEVER_ADDED = "“只是小微”“只是两新”“两者兼是”互不重叠，三项之和等于“小微或两新”。"
SIZES = ("above_scale", "sme", SMALL, "size_unknown", "self_employed")
_PARTS = ((SMALL, "只是小微"), (NEW, "只是两新"), (BOTH, "两者兼是"), (EITHER, "小微或两新"))


def part_of(register: Register, indicator: str, code: str, segment: str) -> Fact:
    """Return a count of 小微 only, 两新 only, both or either; the first two are what the whole group has beyond both."""
    own = register.fact(indicator, code, segment)
    if segment not in (SMALL, NEW):
        return own
    return register.difference(own, register.fact(indicator, code, BOTH), "only", f"只是{segment_name(segment)}的{own.name}")


def kinds_table(register: Register, code: str, name: str, is_split: bool = True) -> dict[str, Any]:
    """Return one row a kind: eligible, blank, its rate, blank employees; not ``is_split``: only what is both or either."""
    rows = []
    for segment, label in _PARTS if is_split else _PARTS[2:]:
        eligible, blind, employees = (part_of(register, i, code, segment) for i in ("eligible_unit_count", "blind_unit_count", "blind_employee_count"))
        rate = register.fact("blind_unit_rate", code, segment)
        if segment in (SMALL, NEW):
            rate = register.share(blind, eligible, "rate_of_only", f"只是{segment_name(segment)}的盲区率", f"只是{segment_name(segment)}的应建会单位")
        rows.append([label + ("（重叠只计一次）" if segment == EITHER else ""), eligible, blind, rate, employees])
    facts = [cell for row in rows for cell in row if isinstance(cell, Fact)]
    columns = [("类别", "left"), *((head, "right") for head in ("应建会（家）", "盲区单位（家）", "盲区率", "盲区职工（人）"))]
    return blocks.table(
        columns, rows, caption=f"{name}小微企业和两新组织盲区", note=(NEVER_ADDED if is_split else "") + "率的分母为该类应建会单位。" + blank_note(facts)
    )


def area_table(areas: Areas, ranges: list[dict[str, Any]]) -> dict[str, Any]:
    """Return blank units of the kinds by area, blank employees, rates and place (``ranges``: ``blank_places.ranges``), the total last."""
    package, register = areas.package, areas.package.register
    parts = _PARTS if package.audience == "internal" else _PARTS[-1:]  # what only one group has would give small cells away by subtraction
    rows = {}
    for code in [*areas.names, package.region_code]:
        units = [part_of(register, "blind_unit_count", code, segment) for segment, _ in parts]
        rows[code] = [*units, register.fact("blind_employee_count", code, EITHER), *(register.fact("blind_unit_rate", code, s) for s in (SMALL, NEW, EITHER))]
    places = {item["rate"].region_code: place_of(item) for item in ranges}
    is_ranked = any(place != "—" for place in places.values())
    names = areas.names | {package.region_code: f"{package.region_name}合计"}
    heads = [*(label for _, label in parts), "盲区职工", "小微率", "两新率", "两类率"]
    columns = [(areas.word, "left"), *((head, "right") for head in heads), *([("名次范围", "center")] if is_ranked else [])]
    cells = [[names[code], *row, *([places.get(code, "—")] if is_ranked else [])] for code, row in rows.items()]
    note = [
        (NEVER_ADDED if len(parts) > 1 else "")
        + "盲区职工（人）为小微或两新盲区单位的职工；小微率、两新率、两类率为小微企业、两新组织、小微或两新的盲区率，分母为该类应建会单位。"
    ]
    if is_ranked:
        note += [
            "名次范围按两类率从高到低，波动区间（",
            blocks.mark(f"{threshold('confidence'):.0%}", "threshold"),
            "把握）有重叠的分不出高低，都算上以后可能排到的最前和最后；应建会单位不足",
            blocks.mark(f"{whole('least_for_a_rate')}家", "threshold"),
            "的不排。",
        ]
    note.append(blank_note([f for row in rows.values() for f in row]) + left_out_note(register, rows[package.region_code]))
    return blocks.table(columns, cells, caption=f"{package.region_name}各{areas.word}盲区单位（家）和盲区率", note=note)


def place_of(item: dict[str, Any]) -> Any:
    """Return the cell of an area's place: one place, a range, or ``—`` where it is not ranked."""
    if not item["low"].is_ok:
        return "—"
    return item["best"] if item["best"].value == item["worst"].value else [item["best"], "—", item["worst"]]


def industry_row(register: Register, code: str, segment: str) -> list[Any]:
    """Return eligible, blank, blank employees, coverage rate and the gap to all eligible units; the eligible are those the rate was divided by."""
    rate = register.fact("unit_coverage_rate", code, segment)
    eligible = register.denominator(rate) if rate.is_ok else register.fact("eligible_unit_count", code, segment)
    gap, _ = segment_against_city(register, "unit_coverage_rate", segment, code)
    return [segment_name(segment), eligible, register.fact("blind_unit_count", code, segment), register.fact("blind_employee_count", code, segment), rate, gap]


def industry_table(register: Register, code: str, name: str, crossed: dict[str, list[Fact]]) -> dict[str, Any]:
    """Return the industry bundles by blank units, the most first; ``crossed``: segment → blank units only 小微, only 两新, both (``blank_cross``)."""
    rows = sorted((industry_row(register, code, s) + (crossed[s] if crossed else []) for s in industries()), key=lambda row: -(row[2].value or 0))
    heads = (
        "应建会（家）",
        "盲区单位（家）",
        *("其中：" * (not n) + label for n, (_, label) in enumerate(_PARTS[:3]) if crossed),
        "盲区职工（人）",
        "单位覆盖率",
        "与全部单位之差（百分点）",
    )
    columns = [("行业", "left"), *((head, "right") for head in heads)]
    facts = [cell for row in rows for cell in row if isinstance(cell, Fact)]
    least = whole("least_for_a_rate")
    note = [
        "行业为工作口径，互有交叉，不相加，代码范围见《指标口径》；单位覆盖率的分母为该行业应建会单位，不足",
        blocks.mark(f"{least}家", "threshold"),
        "的不列率。",
    ]
    note.append("三个其中项互不重叠，其余盲区单位两类都不是，或者不能判定。" if crossed else "")
    note.append(blank_note(facts).replace(name, "部分行业"))
    return blocks.table(columns, [[*(cells := shown(row[:6]))[:3], *row[6:], *cells[3:]] for row in rows], caption=f"{name}分行业盲区", note=note)


def shown(row: list[Any]) -> list[Any]:
    """Return the cells of an industry or size; with too few units its rate and gap are not shown, with none at all they are blank as without data."""
    name, eligible, blind, employees, rate, gap = row
    too_few = rate.is_ok and eligible.value < whole("least_for_a_rate")
    return [name, eligible, blind, employees, *(["（单位少）", "（单位少）"] if too_few else [rate, signed(gap)])]


def size_table(register: Register, code: str, name: str) -> dict[str, Any]:
    rows = [industry_row(register, code, segment) for segment in SIZES]
    columns = [("规模", "left"), *((h, "right") for h in ("应建会（家）", "盲区单位（家）", "盲区职工（人）", "单位覆盖率", "与全部应建会单位之差（百分点）"))]
    facts = [cell for row in rows for cell in row if isinstance(cell, Fact)]
    note = [
        "规上以统计部门名录为准；规上、中小企业、小微企业互有交叉，不相加；划型不明的既不算小微，也不算大中型；单位覆盖率的分母为该类应建会单位，不足",
        blocks.mark(f"{whole('least_for_a_rate')}家", "threshold"),
        "的不列率。",
        blank_note(facts).replace(name, "部分类别"),
    ]
    return blocks.table(columns, [shown(row) for row in rows], caption=f"{name}分规模盲区", note=note)


def weak_with_counts(register: Register, code: str, most: int = 3) -> list[dict[str, Any]]:
    """Return the industries that may be called 薄弱 (at least 30 units, 10 points below), the most blank units first: numbers before rates."""
    found = []
    for segment in industries():
        gap, words = segment_against_city(register, "unit_coverage_rate", segment, code)
        blind = register.fact("blind_unit_count", code, segment)
        if is_weak(gap, register.fact("eligible_unit_count", code, segment)) and blind.is_ok:
            employees, rate = (register.fact(i, code, segment) for i in ("blind_employee_count", "unit_coverage_rate"))
            clause = f"{segment_name(segment)}{say(register.denominator(rate))}家应建会单位的覆盖率为{say(rate)}，{words}，还有{say(blind)}家没有建会，涉及职工{say(employees)}人"
            found.append({"名称": segment_name(segment), "分组": segment, "盲区": blind, "说法": clause})
    return sorted(found, key=lambda item: (-item["盲区"].value, item["分组"]))[:most]
