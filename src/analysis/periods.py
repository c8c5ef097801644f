"""Quarters: the key ``2021Q3``, its as-of date, its neighbours and its Chinese name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.errors import ParameterError

_PATTERN = re.compile(r"(\d{4})Q([1-4])")
_ORDINALS = "一二三四"


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year.

    Examples
    --------
    >>> Quarter("2021Q3").as_of.isoformat()
    '2021-09-30'
    >>> Quarter("2021Q1").previous.key, Quarter("2021Q3").year_ago.key
    ('2020Q4', '2020Q3')
    >>> Quarter("2021Q3").label
    '2021年第三季度'
    """

    key: str

    def __post_init__(self) -> None:
        if not _PATTERN.fullmatch(str(self.key)):
            raise ParameterError(f"季度写作“{self.key}”，应为四位年份加 Q 加 1 至 4，例如 2021Q3。请改正后重试。")

    @property
    def year(self) -> int:
        return int(self.key[:4])

    @property
    def number(self) -> int:
        return int(self.key[5])

    @property
    def as_of(self) -> date:
        month = self.number * 3
        first_of_next = date(self.year + 1, 1, 1) if month == 12 else date(self.year, month + 1, 1)
        return first_of_next - timedelta(days=1)

    def shifted(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(f"{index // 4:04d}Q{index % 4 + 1}")

    @property
    def previous(self) -> Quarter:
        return self.shifted(-1)

    @property
    def year_ago(self) -> Quarter:
        return self.shifted(-4)

    @property
    def label(self) -> str:
        return f"{self.year}年第{_ORDINALS[self.number - 1]}季度"

    @property
    def as_of_label(self) -> str:
        """The as-of date in words, without leading zeros (GB/T 9704: 月日不编虚位)."""
        return f"{self.as_of.year}年{self.as_of.month}月{self.as_of.day}日"

    def __str__(self) -> str:
        return self.key
