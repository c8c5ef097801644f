"""When each district's ledger came in, as the office writes it down (收件登记): ``季度,区县代码,收到日期``. Without it nobody is called late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.errors import SettingsError
from analysis.periods import Quarter
from analysis.runs.sources import read_small_table
from analysis.settings import Settings

HEADERS = ["季度", "区县代码", "收到日期"]


@dataclass(frozen=True)
class Received:
    """``deadline`` of the quarter.

    ``days`` district → the last day its ledger came in (what is sent again for correction counts with the first); ``is_kept`` whether there is a book.
    """

    deadline: date
    days: dict[str, date]
    is_kept: bool

    @property
    def late(self) -> dict[str, date]:
        return {code: day for code, day in self.days.items() if day > self.deadline}


def received(settings: Settings, quarter: str) -> Received:
    """Return what the book says of a quarter; the first entry of a district is when it handed in.

    Raises
    ------
    SettingsError
        For a book that lacks a column, or a row whose quarter or date cannot be read.
    """
    deadline = Quarter(quarter).as_of + timedelta(days=settings.deadline_days)
    if settings.received is None or not settings.received.is_file():
        return Received(deadline, {}, False)
    table, name = read_small_table(settings.received, "收件登记"), settings.received.name
    lacking = [h for h in HEADERS if h not in table.columns]
    if lacking:
        raise SettingsError(f"收件登记 {name} 缺少“{'、'.join(lacking)}”列，应有 {'、'.join(HEADERS)}。请补齐表头后重试。")
    days: dict[str, date] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        if not re.fullmatch(r"\d{4}Q[1-4]", row["季度"].strip()):
            raise SettingsError(f"收件登记 {name} 第 {number} 行的季度写作“{row['季度']}”，应如 2021Q3。请改正后重试。")
        if row["季度"].strip() == quarter:
            day = _day(row["收到日期"], f"收件登记 {name} 第 {number} 行")
            code = row["区县代码"].strip()
            days[code] = min(day, days.get(code, day))
    return Received(deadline, days, True)


def _day(text: str, where: str) -> date:
    parts = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    try:
        return date(*map(int, parts[:3]))
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{where}的收到日期写作“{text}”，应为年月日，例如 2021-10-12。请改正后重试。") from error
