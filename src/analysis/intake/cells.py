"""A column of cells: every distinct value is parsed once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from analysis.intake import values
from analysis.intake.schema import Column
from analysis.intake.values import Fault

PARSED_DTYPES = {"count": "Int64", "year": "Int64", "flag": "boolean", "amount": "Float64", "degree": "Float64", "score": "Float64", "date": "datetime64[s]"}


def _choice(value: Any, choices: dict[str, str]) -> str | Fault:
    return choices.get(values.compact(value), values.UNKNOWN)


def _parser(column: Column, factor: Decimal) -> Callable[[Any], Any]:
    low, high = column.minimum, column.maximum
    if column.type == "count":
        return partial(_bounded_count, factor=factor, low=low, high=high)
    if column.type in ("amount", "degree", "score"):
        return partial(values.measured, factor=factor, minimum=low, maximum=high)
    if column.type == "choice":
        return partial(_choice, choices=column.choices)
    if column.type == "year":
        return partial(values.year, minimum=low, maximum=high)
    if column.type == "text":
        return values.code if column.is_key else values.as_text
    return {"date": values.day, "flag": values.flag, "industry": values.industry, "registration": values.registration, "region": values.region,
            "uscc": values.uscc, "union_code": _union_code if column.need == "key" else values.code,
            "district": values.as_text, "district_name": values.as_text}[column.type]


def _bounded_count(value: Any, factor: Decimal, low: float | None, high: float | None) -> int | Fault:
    number = values.count(value, factor)
    if isinstance(number, Fault) or ((low is None or number >= low) and (high is None or number <= high)):
        return number
    return values.UNKNOWN


def _union_code(value: Any) -> str | Fault:
    text = values.uscc(value)
    return text if isinstance(text, Fault) or text.startswith("81") else Fault("uscc_invalid")


def _blank_rule(column: Column) -> Fault | None:
    """The rule that a blank cell breaks; None where a blank is fine."""
    if column.is_key:
        return Fault("key_missing")
    if column.need != "required" or column.code == "member_count" or column.type in ("district", "district_name"):
        return None
    return {"date": values.INVALID_DATE, "count": Fault("count_missing")}.get(column.type, values.UNKNOWN)


def parse_column(cells: list[Any], column: Column, factor: Decimal = Decimal(1)) -> tuple[list[Any], dict[int, str]]:
    """Return the parsed values (None where blank or faulty) and position -> rule of the faulty ones.

    Examples
    --------
    >>> from analysis.intake.schema import columns_of
    >>> employees = next(c for c in columns_of("units") if c.code == "employee_count")
    >>> parse_column(["1,200", "约50", ""], employees)
    ([1200, None, None], {1: 'count_invalid', 2: 'count_missing'})
    """
    kinds = set(map(type, cells))
    if bool in kinds:  # True == 1 in a dict: keep them apart
        cells = [str(v).upper() if type(v) is bool else v for v in cells]
    if kinds & {list, dict}:  # nested Parquet values have no hash
        cells = [str(v) for v in cells]
    parse, blank_rule = _parser(column, factor), _blank_rule(column)
    parsed: dict[Any, Any] = {}
    for cell in set(cells):
        if type(cell) is float and cell == cell:  # the common case in workbooks: a number, never a blank
            parsed[cell] = parse(cell)
            continue
        text = values.as_text(cell)
        if not text:
            parsed[cell] = blank_rule
        elif text[0] == "#" and text.upper() in values.ERRORS:
            parsed[cell] = values.INVALID_COUNT if column.type == "count" else values.UNKNOWN
        else:
            parsed[cell] = parse(cell)
    out = [parsed[cell] for cell in cells]
    faults: dict[int, str] = {}
    if Fault in set(map(type, parsed.values())):
        faults = {i: str(v) for i, v in enumerate(out) if type(v) is Fault}
        out = [None if type(v) is Fault else v for v in out]
    return out, faults
