"""The tables of the campaign document: tasks, bodies, inspections, task forces, trainings, guidance, targets and what is overdue."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import tables
from analysis.briefings.context import Blocks
from analysis.briefings.quality_tables import as_sent, by_district
from analysis.facts import Fact
from analysis.publishing import blocks
from analysis.wording.numbers import clean

if TYPE_CHECKING:
    from analysis.runs.package import Package

MOST = 8  # rows of a list in the document; the rest stand in the CSV beside it
TASKS = (("task_count", "任务"), ("task_due_count", "到期"), ("task_ontime_count", "按时办结"), ("task_late_count", "逾期办结"), ("task_red_count", "红灯"),
         ("task_amber_count", "黄灯"), ("task_green_count", "绿灯"), ("ontime_rate", "按时办结率"))  # fmt: skip
PROBLEMS = (("problem_count", "问题"), ("problem_rectified_count", "已整改"), ("rectify_rate", "整改率"), ("problem_due_count", "到期应整改"), ("rectify_ontime_rate", "按时整改率"),
            ("problem_overdue_count", "逾期未整改"), ("problem_recurred_count", "整改后又发现"))  # fmt: skip
FOLLOWED = (("founded_count", "满90天的新建工会"), ("followed_count", "90天内回访"), ("unfollowed_count", "没有回访"), ("followup_90d_rate", "回访率"))
TRAINED = (("training_year_count", "班次（期）"), ("attendance_year_count", "人次"), ("trainee_year_count", "各班人数之和"), ("training_pass_rate", "合格率"))


def derived(
    package: Package, base: str, suffix: str, value: int | Fraction | None, unit: str, name: str, decimals: int = 0, region: str = "", **changes: Any
) -> Fact:
    """Register a figure of the document that is no indicator, under ``<base>_<suffix>`` of a region; None is blank, with ``reason``."""
    with package.register.quietly():
        known = package.register.fact(base, region or package.region_code)
    why = changes.pop("reason", "没有数据")
    blank = {"status": "no_data", "reason": why} if value is None else {"status": "ok", "reason": ""}
    return package.register.derived(known, suffix, value, unit, name, decimals=decimals, **blank, **({"denominator_name": "", "left_out": ()} | changes))


def measure_of(indicator: str) -> str:
    """Return the measure word of a count of ``indicators.csv``: 家 for units, 人 for persons, 份 for contracts, 个 for the rest.

    >>> measure_of("covered_unit_count"), measure_of("new_member_count"), measure_of("union_org_count")
    ('家', '人', '个')
    """
    words = (("unit_count", "家"), ("enterprise_count", "家"), ("contract", "份"), ("employee", "人"), ("member", "人"), ("worker", "人"), ("matter", "家"))
    return next((word for part, word in words if part in indicator), "个")


def tasks(package: Package) -> Blocks:
    note = "红：到期没有办结；黄：没有办结，时限在季末后30天以内；绿：其余。到期＝按时办结＋逾期办结＋红灯。完成日期写在季末以后的，本季按没有办结。按时办结率的分母为到期任务。"
    return [by_district(package, TASKS, "任务红黄绿（项）", _marked(note))]


def _marked(text: str) -> list[Any]:
    """Return a note with its rule's numbers marked as thresholds."""
    parts: list[Any] = []
    for number, piece in enumerate(text.split("30天")):
        parts += ([blocks.mark("30天", "threshold")] if number else []) + [piece]
    return parts


def bodies(package: Package) -> Blocks:
    """Return the responsible bodies with their tasks, the most overdue first; of a district its own tasks only."""
    found = package.campaign.bodies
    found = found if package.scope == "city" else found[found["district_code"] == package.scope]
    if found.empty:
        return []
    columns = {"total": "任务", "due": "到期", "on_time": "按时办结", "late": "逾期办结", "overdue": "逾期未办结", "due_soon": "30天内到期"}
    codes = {"total": "task_count", "due": "task_due_count", "on_time": "task_ontime_count", "late": "task_late_count", "overdue": "task_overdue_count",
             "due_soon": "task_amber_count"}  # fmt: skip
    sums = found.groupby("body")[list(columns)].sum().reset_index().sort_values(["overdue", "due", "body"], ascending=[False, False, True], kind="stable")
    lines = []
    for number, row in enumerate(sums.to_dict("records"), 1):
        facts = [derived(package, codes[code], f"body{number}", int(row[code]), "count", f"责任单位{name}") for code, name in columns.items()]
        due = int(row["due"])
        rate = derived(package, "ontime_rate", f"body{number}", Fraction(int(row["on_time"]), due) if due else None, "ratio", "责任单位按时办结率", 1,
                       denominator_name="到期任务", reason="没有到期任务")  # fmt: skip
        lines.append([as_sent(row["body"]), *facts, rate])
    heads = [
        ("责任单位", "left"),
        *((blocks.mark(head, "threshold") if head[0].isdigit() else head, "right") for head in columns.values()),
        ("按时办结率", "right"),
    ]
    note = "按任务表里写的责任单位名称归并（空格不计），同名的算一家；率的分母为到期任务，没有到期任务的写“—”。"
    return [blocks.table(heads, lines, caption=f"{package.region_name}责任单位任务办结（项）", note=note)]


def problems(package: Package) -> Blocks:
    note = "整改率的分母为督察发现的问题，按时整改率的分母为到期应整改的问题。整改日期写在季末以后的，本季按没有整改。整改后又发现：整改以后督察又发现同样的问题（空格、标点不计），两次都写了工会代码的看同一工会，两次都没有写的看同一区县；只有一次写了的，分不清是不是同一工会，不算。"
    return [by_district(package, PROBLEMS, "督察问题和整改（个）", note)]


def followed(package: Package) -> Blocks:
    """Return the follow-up visits by district; nothing where no visit is known of at all, which the text says."""
    with package.register.quietly() as asked:
        if not any(asked.fact("followed_count", code).is_ok for code, _ in [*asked.regions("district"), package.city]):
            return []
    columns = [(code, blocks.mark(head, "threshold") if "90" in head else head) for code, head in FOLLOWED]
    note = ["满", blocks.mark("90天", "threshold"), "指成立后第", blocks.mark("90天", "threshold"), "落在季末前一年以内的单独、联合工会；有写了工会代码的督察记录的算回访。率的分母为满",
            blocks.mark("90天", "threshold"), "的新建工会。"]  # fmt: skip
    return [by_district(package, columns, "建会后回访（个）", note)]


def forces(package: Package) -> Blocks:
    """Return the task forces one by one: lead post, members, assigned units, each's share."""
    found = package.campaign.forces
    found = found if package.scope == "city" else found[found["district_code"] == package.scope]
    if found.empty:
        return []
    names, lines = dict(package.register.regions("district")), []
    for number, row in enumerate(found.itertuples(), 1):
        members, assigned = (None if pd.isna(v) else int(v) for v in (row.member_total, row.assigned_unit_count))
        facts = [derived(package, code, f"force{number}", value, "count", name, reason="没有填")
                 for code, value, name in (("task_force_member_total", members, "专班成员"), ("assigned_unit_count", assigned, "专班包联单位"))]  # fmt: skip
        each = Fraction(assigned, members) if members and assigned is not None else None
        facts.append(derived(package, "assigned_per_member", f"force{number}", each, "mean", "专班人均包联", 1, reason="没有填成员数或包联单位数"))
        formed = "—" if pd.isna(row.formed_on) else blocks.mark(f"{row.formed_on:%Y-%m-%d}", "date")
        lines.append(
            [clean(names.get(row.district_code, row.district_code)), as_sent(row.task_force or "—"), as_sent(row.lead_post or "没有写"), *facts, formed]
        )
    heads = [
        ("区县", "left", 11),
        ("专班", "left", 28),
        ("牵头职务", "left", 21),
        ("成员（人）", "right", 10),
        ("包联（家）", "right", 10),
        ("人均包联", "right", 9),
        ("成立日期", "left", 13),
    ]
    note = "包联单位是专班所报的个数，台账不知道是哪些单位；只写职务，不写姓名。没有填的写“—”。"
    return [blocks.table(heads, lines, caption=f"{package.region_name}工作专班", note=note)]


def trainings(package: Package) -> Blocks:
    note = "本统计年度截至季末。人次、人数分列；一人参加几个班的，各班各算一次，台账不能按人去重，所以没有参训覆盖率。合格率的分母为填了合格人数的班的人数。"
    return [by_district(package, TRAINED, "年内培训", note)]


def lists(package: Package) -> Blocks:
    """Return one table of the lists, of each at most ``MOST`` rows, every entry with the row it stands in."""
    found, is_city = package.campaign.lists, package.scope == "city"
    found = found if is_city else found[found["district_code"] == package.scope]
    names, rows = dict(package.register.regions("district")), []
    for listed in tables.load("campaign_lists").to_dict("records"):
        for row in found[found["list"] == listed["list"]].head(MOST if not is_city else MOST // 2).itertuples():
            place = [clean(names.get(row.district_code, row.district_code or "—"))] if is_city else []
            head = listed["amount_header"]
            days = f"，{head.replace('天数', '')}{row.amount}天" if head and row.amount else ""
            told = "，".join(x for x in (clean(row.code), clean(row.detail)) if x) + days
            where = "，".join(x for x in (clean(row.source_file).strip(), clean(row.source_sheet).strip(), f"第{row.source_row}行") if x)
            rows.append([blocks.mark(clean(listed["name"]), "name"), *place, as_sent(row.name or "—"), blocks.mark(told, "name"), blocks.mark(where, "name")])
    if not rows:
        return []
    columns = [("名单", "left", 18), *([("区县", "left", 9)] if is_city else []), ("事项", "left", 21), ("情况", "left", 27), ("在哪里", "left", 25)]
    return [
        blocks.table(
            columns,
            rows,
            caption=f"{package.region_name}督办名单",
            note="每份名单只列头几行：逾期的，逾期最久的在前；还没有到期的，时限最近的在前，没有写时限的在后；整改后又发现的，又发现得早的在前；整改、完成日期写在季末以后的，按区县排。全部名单见本文稿旁边的 campaign.csv，只供内部督办，不外传。",
        )
    ]
