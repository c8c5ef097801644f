"""The columns of every ledger table, as ``tables/columns.csv`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from analysis import tables

SHEET = "(sheet)"
# what we write into workbooks that go out and come back: never read, never complained of
RETURN_HEADERS = ("核对结论", "核对问题", "怎么改")
OWN_SHEETS = frozenset(("退回说明", "填表说明", "填表选项"))


@dataclass(frozen=True)
class Column:
    """One column of contract section 1. ``choices`` maps every accepted writing to the stored value."""

    table: str
    code: str
    header: str
    type: str
    need: str
    choices: dict[str, str]
    minimum: float | None
    maximum: float | None
    note: str = ""

    @property
    def is_key(self) -> bool:
        return self.need in ("key", "reference")

    @property
    def expected(self) -> str:
        """What the cell should hold, in words, for the advice."""
        if self.choices:
            return "、".join(dict.fromkeys(self.choices.values())) + " 之一"
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} 至 {self.maximum:g} 之间的数"
        return {
            "flag": "“是”或“否”",
            "registration": "2023年登记注册类型的三位代码",
            "industry": "GB/T 4754-2017 的两至四位行业代码（可带门类字母）",
            "amount": "以万元为单位的数",
            "region": "六位地区代码",
            "year": "四位年份",
        }.get(self.type, "能读懂的内容，不能是公式错误值")


def _choices(text: str) -> dict[str, str]:
    accepted = {}
    for group in filter(None, text.split(";")):
        stored, *others = group.split("=")
        accepted.update(dict.fromkeys((stored, *others), stored))
    return accepted


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[Column, ...]]:
    found: dict[str, list[Column]] = {}
    for row in tables.load("columns").itertuples(index=False):
        bounds = [float(b) if b else None for b in (row.minimum, row.maximum)]
        found.setdefault(row.table, []).append(Column(row.table, row.code, row.header, row.type, row.need, _choices(row.choices), *bounds, row.note))
    return {table: tuple(columns) for table, columns in found.items()}


def table_codes() -> tuple[str, ...]:
    """Return the table codes in the contract's order (``units`` first, ``totals`` last)."""
    return tuple(_all())


def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of one table in the contract's order."""
    return _all()[table]


@lru_cache(maxsize=1)
def table_names() -> dict[str, str]:
    """Return table code -> Chinese name (its first sheet alias)."""
    aliases = tables.load("aliases")
    return aliases[aliases["code"] == SHEET].drop_duplicates("table").set_index("table")["alias"].to_dict()
