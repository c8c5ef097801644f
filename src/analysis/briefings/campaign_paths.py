"""分类指导 and the yearly targets of the campaign document: types with what is advised, completion against the schedule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings.campaign_tables import derived, measure_of
from analysis.briefings.context import Blocks, Draft, figure
from analysis.briefings.quality_tables import as_sent
from analysis.charts.progress import progress_bars
from analysis.facts import Fact
from analysis.measures.assessment.guidance import OTHER, by_type, type_of
from analysis.measures.assessment.targets import Progress, Target, progress, year_of
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.runs.lists.campaign import targets_of
from analysis.runs.lists.guiding import district_table, unit_table
from analysis.wording.numbers import clean, mark, named, say

if TYPE_CHECKING:
    from analysis.runs.package import Package


def unit_guidance(package: Package) -> Blocks:
    """Return the types of units of the place, how many, how many employees, and what is advised."""
    counted, table = package.campaign.cells, unit_table(package.settings)
    counted = counted if package.scope == "city" else counted[counted["district_code"] == package.scope]
    if counted.empty:
        return []
    advice = dict(table.drop_duplicates("类型")[["类型", "对策"]].itertuples(index=False)) | {OTHER: "不在类型表里，按实际情况处理"}
    found, whole, lines = by_type(counted, table), int(counted["units"].sum()), []
    for number, row in enumerate(found.itertuples(), 1):
        figures = (
            ("unit_count", int(row.units), "单位"),
            ("unit_share", Fraction(int(row.units), whole), "单位占比"),
            ("employee_count", int(row.employees), "单位的职工"),
        )
        units, share, staff = (
            package.register.assessed(f"guidance_{code}", package.region_code, value, f"type{number}", f"{row.type}类{what}") for code, value, what in figures
        )
        lines.append([as_sent(row.type), units, share, staff, as_sent(advice.get(row.type, ""))])
    heads = [("类型", "left", 13), ("单位（家）", "right", 11), ("占比", "right", 9), ("职工（人）", "right", 12), ("对策", "left", 55)]
    gone = sorted({c for c, _ in package.register.regions("district")} - set(package.campaign.cells["district_code"])) if package.scope == "city" else []
    names = dict(package.register.regions("district"))
    note: list[Any] = ["每家单位只归一类：按单位性质、规模、成熟度，取对策表里第一个符合的；占比的分母为应建会单位。"]
    if gone:
        note.append(blocks.mark(f"未含{'、'.join(clean(names[c]) for c in gone)}（没有应建会单位，或缺判断成熟度的表、列）。", "name"))
    return [blocks.table(heads, lines, caption=f"{package.region_name}单位分类和对策", note=note)]


def district_types(package: Package) -> dict[str, tuple[dict[str, str], str]]:
    """Return district → (its standing, its type): coverage and quality against the city's merged rate, size against the districts' average. Blank districts have none."""
    register, table = package.register, district_table(package.settings)
    with register.quietly():
        facts = {
            name: {c: register.fact(name, c) for c in [*dict(register.regions("district")), package.city[0]]}
            for name in ("unit_coverage_rate", "shell_rate", "eligible_unit_count")
        }
    codes = [c for c, _ in register.regions("district") if all(facts[name][c].is_ok for name in facts)]
    city = {name: found[package.city[0]] for name, found in facts.items()}
    if not codes or not all(f.is_ok for f in city.values()):
        return {}
    average = Fraction(sum(int(facts["eligible_unit_count"][c].value) for c in codes), len(codes))
    made = {}
    for c in codes:
        standing = {"覆盖": "高" if facts["unit_coverage_rate"][c].value >= city["unit_coverage_rate"].value else "低",
                    "质量": "高" if facts["shell_rate"][c].value <= city["shell_rate"].value else "低",
                    "规模": "大" if facts["eligible_unit_count"][c].value >= average else "小"}  # fmt: skip
        made[c] = (standing, type_of(standing, table, ["覆盖", "质量", "规模"]))
    return made


def district_guidance(package: Package) -> Blocks:
    found, names = district_types(package), dict(package.register.regions("district"))
    advice = dict(district_table(package.settings).drop_duplicates("类型")[["类型", "对策"]].itertuples(index=False)) | {OTHER: "不在类型表里，按实际情况处理"}
    shown = [c for c in found if package.scope in ("city", c)]
    if not shown:
        return []
    lines = []
    for c in shown:
        facts = [package.register.fact(name, c) for name in ("unit_coverage_rate", "shell_rate", "eligible_unit_count")]
        standing, kind = found[c]
        lines.append([clean(names[c]), *facts, "、".join(f"{k}{v}" for k, v in standing.items()), as_sent(kind), as_sent(advice[kind])])
    heads = [
        ("区县", "left", 10),
        ("单位覆盖率", "right", 10),
        ("挂牌空壳占比", "right", 10),
        ("应建会（家）", "right", 9),
        ("位置", "left", 18),
        ("类型", "left", 9),
        ("对策", "left", 34),
    ]
    note = "覆盖高低、质量好坏与全市合并数相比（不低于全市覆盖率为高，挂牌空壳占比不高于全市为高），规模以应建会单位数与各区县平均数相比（不低于为大）；覆盖率的分母为应建会单位，挂牌空壳占比的分母为工会组织。"
    return [
        blocks.table(
            heads, lines, caption=f"{package.region_name}区县分类和对策" if package.scope == "city" else f"{package.region_name}的类型和对策", note=note
        )
    ]


# --- yearly targets


def progresses(package: Package) -> list[tuple[Target, Progress, str]]:
    """Return this statistical year's targets of the place (of the city its own, then its districts'), how far each has come, and the place's name."""
    end, quarter = package.settings.stat_year_end_month, Quarter(package.quarter)
    names = dict(package.register.regions("district")) | {"": package.city[1]}
    year, found = package.campaign.year, []
    for target in targets_of(package.settings):
        if target.year != year_of(quarter, end) or target.region not in names or (package.scope != "city" and target.region not in ("", package.scope)):
            continue
        if package.scope != "city" and target.region == "":
            continue
        rows = year[(year["indicator"] == target.indicator) & (year["region_code"] == (target.region or package.city[0]))]
        series = {r.quarter: _exact(r) for r in rows.itertuples()}
        found.append((target, progress(target, series, quarter, end), names[target.region]))
    return sorted(found, key=lambda f: (f[0].region, f[0].indicator, f[0].basis))


def _exact(row: Any) -> tuple[Fraction | None, str]:
    if row.status != "ok":
        return None, row.reason
    return (Fraction(int(row.numerator), int(row.denominator)) if row.unit == "ratio" else Fraction(int(row.value))), ""


def _facts(package: Package, number: int, target: Target, made: Progress) -> dict[str, Fact]:
    """Return the figures of a target: ``done``, ``completion``, ``gap``."""
    region, name, is_rate = target.region or package.city[0], target.definition["name"], target.definition["unit"] == "ratio"
    what = {"累计": f"年内累计{name}", "净增": f"{name}年内净增", "水平": name}[target.basis]
    common: dict[str, Any] = {"region": region, "reason": made.reason or "没有数据"}
    done = derived(package, target.indicator, f"target{number}_done", made.done, "ratio" if is_rate else "count", what, 1 if is_rate else 0, **common,
                   **({"denominator_name": target.definition["denominator_name"]} if is_rate else {}))  # fmt: skip
    completion = derived(
        package, target.indicator, f"target{number}_completion", made.completion, "ratio", f"{what}目标完成率", 1, denominator_name="年度目标", **common
    )
    gap = derived(package, target.indicator, f"target{number}_gap", made.gap, "pp", f"{what}目标完成率与序时进度之差", 1, **common)
    return {"done": done, "completion": completion, "gap": gap}


def goal_text(target: Target) -> str:
    return f"{float(100 * target.goal):g}%" if target.definition["unit"] == "ratio" else f"{float(target.goal):g}"


def target_table(package: Package) -> Blocks:
    lines, reasons = [], []
    for number, (target, made, name) in enumerate(progresses(package), 1):
        facts = _facts(package, number, target, made)
        gap = facts["gap"]
        signed = blocks.run(("+" if gap.is_ok and gap.rounded > 0 else "") + gap.figure, fact=gap.id)
        lines.append([clean(name), as_sent(target.definition["name"]), target.basis, blocks.mark(goal_text(target), "threshold"), facts["done"], facts["completion"],
                      blocks.mark(f"{float(100 * made.schedule):g}%", "threshold"), signed])  # fmt: skip
        reasons += [f"{clean(name)}{target.definition['name']}：{made.reason}"] if made.reason else []
    if not lines:
        return []
    heads = [
        ("地区", "left"),
        ("指标", "left"),
        ("口径", "left"),
        ("年度目标", "right"),
        ("截至季末", "right"),
        ("完成率", "right"),
        ("序时进度", "right"),
        ("差（百分点）", "right"),
    ]
    note: list[Any] = ["完成率＝累计数或净增数÷年度目标；“水平”按年初到目标已经走了多少算。序时进度＝已过季度数÷四。差为完成率减序时进度，负数为落后。"]
    if reasons:
        note.append(blocks.mark(f"“—”为无数据：{clean('；'.join(reasons))}。", "name"))
    return [blocks.table(heads, lines, caption=f"{package.region_name}年度目标完成情况", note=note)]


def target_figure(draft: Draft) -> Blocks:
    package, bars = draft.package, []
    for number, (target, made, name) in enumerate(progresses(package), 1):
        fact = _facts(package, number, target, made)["completion"]
        bars.append((f"{clean(name)}{target.definition['name']}（{target.basis}）", fact))
    if not any(fact.is_ok for _, fact in bars):
        return []
    schedule = progresses(package)[0][1].schedule
    drawn = progress_bars(bars, schedule, draft.imprint())
    return [figure(drawn, f"{package.region_name}年度目标完成率与序时进度")]


def target_words(package: Package) -> list[str]:
    """Return one clause a target of the place itself: ``全市单位覆盖率……``."""
    said = []
    for number, (target, made, name) in enumerate(progresses(package), 1):
        if made.completion is None or (package.scope == "city" and target.region):
            continue
        facts = _facts(package, number, target, made)
        gap = facts["gap"]
        if not gap.rounded:
            against = "与序时进度持平"
        else:
            size = package.register.derived(gap, "abs", abs(gap.value), "pp", gap.name)
            against = f"比序时进度{'快' if gap.value > 0 else '慢'}{say(size)}"
        whose, is_rate = f"{named(name)}{mark(target.definition['name'], 'name')}", target.definition["unit"] == "ratio"
        unit = "" if is_rate else measure_of(target.indicator)
        if target.basis == "水平":
            goal = mark(f"{goal_text(target)}{unit}", "threshold")
            said.append(f"{whose}已到{say(facts['done'])}{unit}，年末目标为{goal}，从年初到目标的路走了{say(facts['completion'])}，{against}")
            continue
        goal_fact = derived(
            package,
            target.indicator,
            f"target{number}_goal",
            target.goal if target.goal.denominator > 1 else int(target.goal),
            "count",
            f"{target.definition['name']}年度目标",
            region=target.region or package.city[0],
        )
        said.append(f"{whose}全年目标{say(goal_fact)}{unit}，年内{target.basis}{say(facts['done'])}{unit}，完成全年目标的{say(facts['completion'])}，{against}")
    return said


def has_targets(package: Package) -> bool:
    return bool(targets_of(package.settings))
