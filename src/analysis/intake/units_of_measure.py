"""Units in the brackets of a header, turned into an exact factor."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from analysis.intake.schema import Column

_BRACKET = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_SIZES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_COUNTED = frozenset(["人", "人次", "次", "个", "家", "户", "名", "项", "票", "场", "件", "份", "条", "位", "所", "届", "轮", "人数", "家数", "单位"])
_FREE = {
    "degree": frozenset(["度", "°", "十进制度", "十进制", "东经", "北纬", "e", "n"]),
    "score": frozenset(("分", "百分制", "满分100", "满分100分", "0-100")),
    "year": frozenset(("年", "年份")),
}
_STATED = re.compile(r"单位:([^()\[\]【】〔〕:]{1,20})(?:[)\]】〕]|$)")
_OF_PERSONS = re.compile("人|名|职工|会员|员工")
_NOTE = re.compile(
    r"必填|选填|可选|可空|(?:季|期|年|月)末(?:数|人数|在岗人数)?|本季度?|当季|本期|整数|数字|合计|总数|单选"
    r"|截至.*|不?[含包].*|其中.*|按.*|见.*|如.*|填.*|20\d\d年?.*"
)


def split_header(text: str) -> tuple[str, list[str]]:
    """Return a compact header without its brackets, and what stood in them.

    Examples
    --------
    >>> split_header("营业收入(万元)")
    ('营业收入', ['万元'])
    """
    return _BRACKET.sub("", text), [b.removeprefix("单位:").removeprefix("计量单位:").strip() for b in _BRACKET.findall(text)]


def factor_of(kind: str, brackets: list[str]) -> Decimal | str:
    """Return the factor to the contract's unit for a column of this type, or the bracket that is no known unit.

    Examples
    --------
    >>> factor_of("count", ["万人"]), factor_of("amount", ["元"]), factor_of("count", ["打"])
    (Decimal('10000'), Decimal('0.0001'), '打')
    """
    factor = Decimal(1)
    for unit in brackets:
        if kind not in ("count", "amount", "degree", "score", "year") or not unit or _NOTE.fullmatch(unit) or unit in _FREE.get(kind, ()):
            continue
        number = _number(kind, unit)
        if number is None:
            return unit
        factor *= number
    return factor


def title_units(lines: list[list[str]]) -> list[str]:
    """Return the units that a line above the header states for the whole table.

    ``单位：`` also stands before the name of the office that reports; only where nothing but units follows is it one of measure.

    Examples
    --------
    >>> title_units([["东明区单位台账（2021年）", "计量单位：人、万元"], ["填报单位：东明区总工会"]])
    ['人', '万元']
    """
    found: list[str] = []
    for text in dict.fromkeys(cell for line in lines for cell in line):
        stated = _STATED.search(unicodedata.normalize("NFKC", text).replace(" ", "")) if text else None
        units = re.split("[、,;/和及]", stated[1]) if stated else []
        if units and all(unit in _COUNTED or _number("count", unit) or _number("amount", unit) for unit in units):
            found += units
    return found


def titled_factor(column: Column, units: list[str]) -> Decimal | None:
    """Return the factor of a column by the units stated above its header; None where none of them speaks of this column."""
    factors = set()
    for unit in units:
        number = _number(column.type, unit)
        if number is None or (column.type == "count" and bool(_OF_PERSONS.search(unit)) != bool(_OF_PERSONS.search(column.header))):
            continue
        factors.add(number)
    return factors.pop() if len(factors) == 1 else None


def _number(kind: str, unit: str) -> Decimal | None:
    if kind == "count":
        for size in sorted(_SIZES, key=len, reverse=True):
            if unit.startswith(size) and unit[len(size) :] in _COUNTED:
                return Decimal(_SIZES[size])
    if kind == "amount":
        money = unit.removeprefix("人民币").removesuffix("人民币")
        if money in ("万", "亿") or (money.endswith("元") and money[:-1] in _SIZES):
            return Decimal(_SIZES[money.removesuffix("元")]) / Decimal(10_000)
    return None
