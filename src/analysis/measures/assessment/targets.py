"""Yearly targets and the schedule (序时进度, domain §1.4): one definition for every document.

累计: the flows of the statistical year added up ÷ the target. 净增: the stock now less the stock at the year's start ÷ the target (a stock is never added up).
水平: a level or rate that should stand at the target at the year's end; how far it has come from the year's start on the way to the target.
The schedule asks for quarters passed ÷ 4; the gap is completion less schedule, in percentage points.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from analysis import tables
from analysis.errors import SettingsError
from analysis.measures.assessment.relations import stat_year_start
from analysis.periods import Quarter

HEADERS = ["地区代码", "指标", "年份", "口径", "目标值"]
BASES = ("累计", "净增", "水平")
FLOWS = ("newly_covered_unit_count", "new_member_count")
CITY = ""


@dataclass(frozen=True)
class Target:
    """One target: ``region`` a district code or "" for the city; ``goal`` in the indicator's own unit (a rate in 0–1)."""

    region: str
    indicator: str
    year: int
    basis: str
    goal: Fraction

    @property
    def definition(self) -> dict[str, str]:
        return known_indicators()[self.indicator]


@dataclass(frozen=True)
class Progress:
    """How far a target has come: ``done`` the amount so far, ``completion`` and ``schedule`` in 0–1, ``gap`` in percentage points; ``reason`` where blank."""

    target: Target
    done: Fraction | None
    completion: Fraction | None
    schedule: Fraction
    reason: str = ""

    @property
    def gap(self) -> Fraction | None:
        return None if self.completion is None else 100 * (self.completion - self.schedule)


def known_indicators() -> dict[str, dict[str, str]]:
    """Return indicator → definition of all that a target may be set for; the path of 规上企业 has its own setting (``cultivation_targets``)."""
    return {row["indicator"]: row for row in tables.load("indicators").to_dict("records")}


def year_of(quarter: Quarter, end_month: int) -> int:
    """Return the statistical year of a quarter: the calendar year that it ends in."""
    start = stat_year_start(quarter, end_month)
    return start.year if start.month == 1 else start.year + 1


def year_quarters(quarter: Quarter, end_month: int) -> list[Quarter]:
    """Return the quarter at the year's start (the last of the year before), then those of the year up to this one.

    Examples
    --------
    >>> [q.key for q in year_quarters(Quarter("2021Q2"), 12)]
    ['2020Q4', '2021Q1', '2021Q2']
    """
    year, found = year_of(quarter, end_month), [quarter]
    while year_of(found[0].previous, end_month) == year:
        found.insert(0, found[0].previous)
    return [found[0].previous, *found]


def read_targets(table: pd.DataFrame, where: str) -> list[Target]:
    """Return the targets of a table of text with ``HEADERS``.

    Raises
    ------
    SettingsError
        Naming the row and what is wrong with it.
    """
    lacking = [h for h in HEADERS if h not in table.columns]
    if lacking:
        raise SettingsError(f"目标表 {where} 缺少“{'、'.join(lacking)}”列，应有 {'、'.join(HEADERS)}。请补齐表头后重试。")
    by_name = {d["name"]: code for code, d in known_indicators().items()}
    made: dict[tuple, Target] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        cells = {h: str(row[h]).strip() for h in HEADERS}
        code = by_name.get(cells["指标"], cells["指标"])
        at = f"目标表 {where} 第 {number} 行"
        if code not in known_indicators():
            raise SettingsError(
                f"{at}的指标“{cells['指标']}”不认识，应为 indicators.csv 里的指标名称或代码（规上企业六有全有率的分年目标写在 cultivation_targets）。请改正后重试。"
            )
        unit = known_indicators()[code]["unit"]
        if cells["口径"] not in BASES or (unit != "count" and cells["口径"] != "水平"):
            raise SettingsError(f"{at}的口径写作“{cells['口径']}”，数应为{'、'.join(BASES)}之一，率只能是“水平”。请改正后重试。")
        if cells["口径"] == "累计" and code not in FLOWS:
            raise SettingsError(f"{at}把“{known_indicators()[code]['name']}”写成“累计”，它是时点数，不能各季相加。请改为“净增”或“水平”。")
        if (
            not cells["年份"].isdecimal()
            or len(cells["年份"]) != 4
            or not (cells["地区代码"] == CITY or (cells["地区代码"].isdecimal() and len(cells["地区代码"]) == 6))
        ):
            raise SettingsError(f"{at}的年份“{cells['年份']}”应为四位数，地区代码“{cells['地区代码']}”应为六位数或空白（全市）。请改正后重试。")
        target = Target(cells["地区代码"], code, int(cells["年份"]), cells["口径"], _goal(cells["目标值"], unit, at))
        key = (target.region, target.indicator, target.year, target.basis)
        if key in made:
            raise SettingsError(f"{at}与前面的一行重复（同一地区、指标、年份、口径）。请只留一行。")
        made[key] = target
    return list(made.values())


def _goal(text: str, unit: str, at: str) -> Fraction:
    try:
        goal = Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        goal = Fraction(0)
    if goal <= 0 or (unit == "ratio" and goal > 1):
        raise SettingsError(f"{at}的目标值写作“{text}”，应为大于零的数，率写作 60% 或 0.6。请改正后重试。")
    return goal


def progress(target: Target, series: dict[str, tuple[Fraction | None, str]], quarter: Quarter, end_month: int = 12) -> Progress:
    """Return how far a target has come.

    Parameters
    ----------
    series : quarter → (value in the indicator's own unit, why it is blank), for the quarters of ``year_quarters``
    """
    opening, *passed = year_quarters(quarter, end_month)
    schedule = Fraction(len(passed), 4)
    wanted = {"累计": passed, "净增": [opening, quarter], "水平": [opening, quarter]}[target.basis]
    values = {}
    for q in wanted:
        value, reason = series.get(q.key, (None, ""))
        if value is None:
            now = series.get(quarter.key, (None, ""))[0] if target.basis == "水平" else None
            return Progress(target, now, None, schedule, f"{q.label}{'末' if target.basis != '累计' else ''}没有数据" + (f"（{reason}）" if reason else ""))
        values[q] = value
    if target.basis == "累计":
        done = sum(values.values(), Fraction(0))
        return Progress(target, done, done / target.goal, schedule)
    now, then = values[quarter], values[opening]
    if target.basis == "净增":
        return Progress(target, now - then, (now - then) / target.goal, schedule)
    if target.goal == then:
        return Progress(target, now, None, schedule, "年初已经是目标值，不算进度")
    return Progress(target, now, (now - then) / (target.goal - then), schedule)
