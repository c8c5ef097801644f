"""A column of cells: every distinct value is parsed once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from itertools import compress, count
from typing import Any

import numpy as np
import pandas as pd

from analysis.intake import values
from analysis.intake.schema import Column
from analysis.intake.values import Fault

PARSED_DTYPES = {"count": "Int64", "year": "Int64", "flag": "boolean", "amount": "Float64", "degree": "Float64", "score": "Float64", "date": "datetime64[s]"}
_NOTHING = frozenset(("-", "--", "—", "——", "–", "―", "─", "──", "－", "/", "／", "//", "\\"))  # drawn into a cell that has nothing to say
_STRETCH = 512  # cells of a text column looked at together


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
    return {
        "date": values.day,
        "flag": values.flag,
        "industry": values.industry,
        "registration": values.registration,
        "region": values.region,
        "uscc": values.uscc,
        "union_code": _union_code if column.need == "key" else values.code,
        "district": values.as_text,
        "district_name": values.as_text,
    }[column.type]


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


def _is_clean(texts: Sequence[str]) -> bool:
    """True where joining shows at once that there is nothing to clean in any of these texts: no white space, nothing invisible, no formula."""
    joined = "".join(texts)
    return joined.isprintable() and not any(mark in joined for mark in (" ", "\ufe0f", '="', "#"))


def _texts(cells: Sequence[Any]) -> np.ndarray | None:
    """The cells of a text column where all are text that needs no cleaning in most stretches; None where the common way has to judge them."""
    if not set(map(type, cells)) <= {str, type(None)}:
        return None
    out = np.empty(len(cells), dtype=object)
    for start in range(0, len(cells), _STRETCH):
        stretch = cells[start : start + _STRETCH]
        is_plain = all(stretch)  # every cell is filled, and stays as it is
        if not is_plain:
            stretch = [cell or "" for cell in stretch]
        if not _is_clean(stretch):
            stretch, is_plain = [values.as_text(cell) for cell in stretch], False
            if any(text[:1] == "#" for text in stretch):
                return None
        if not _NOTHING.isdisjoint(stretch):
            stretch, is_plain = ["" if text in _NOTHING else text for text in stretch], False
        out[start : start + _STRETCH] = stretch if is_plain else [text or None for text in stretch]
    return out


def _numbers(cells: Sequence[Any], column: Column) -> tuple[Any, dict[int, str]] | None:
    """A column of plain numbers and blanks, judged all at once; None where there is anything else."""
    kinds = set(map(type, cells))
    if float not in kinds:
        return None
    if kinds - {float}:
        if kinds - {float, str, type(None)} or not {c for c in cells if type(c) is not float} <= {"", None}:
            return None
        cells = [c if type(c) is float else math.nan for c in cells]
    numbers = np.array(cells, dtype="float64")
    blank = np.isnan(numbers)
    if column.type == "count":
        is_whole = (numbers >= 0) & (numbers <= values.LARGEST_COUNT) & (numbers == np.floor(numbers))
        good, rule = is_whole, np.where(is_whole, str(values.UNKNOWN), str(values.INVALID_COUNT))
    else:
        good, rule = np.abs(numbers) < values.LARGEST_MEASURE, np.full(len(numbers), str(values.UNKNOWN))
    for bound, is_within in ((column.minimum, np.greater_equal), (column.maximum, np.less_equal)):
        if bound is not None:
            good = good & is_within(numbers, bound)
    blank_rule = _blank_rule(column)
    faults = {int(i): str(rule[i]) for i in np.flatnonzero(~good & ~blank)}
    if blank_rule:
        faults |= {int(i): str(blank_rule) for i in np.flatnonzero(blank)}
    shown = np.where(good, numbers, 0.0)
    if column.type == "count":
        return pd.arrays.IntegerArray(shown.astype("int64"), ~good), faults
    return pd.arrays.FloatingArray(shown, ~good), faults


def _codes(cells: Sequence[Any], column: Column) -> tuple[np.ndarray, dict[int, str]] | None:
    """A column of unified codes: the check digits of all bare ones are reckoned at once, any other cell is judged by itself."""
    if not set(map(type, cells)) <= {str, float, type(None)}:
        return None
    bare = np.array([type(cell) is str and len(cell) == 18 and cell.isascii() for cell in cells], dtype=bool)
    bare[bare] = values.usccs_are_valid("".join(compress(cells, bare)))
    parse, blank_rule = _parser(column, Decimal(1)), _blank_rule(column)
    out, faults, met = _objects(cells), {}, {}
    for place in np.flatnonzero(~bare).tolist():
        cell = cells[place]
        if cell not in met:
            met[cell] = _judged(cell, column, parse, blank_rule)
        out[place] = found = met[cell]
        if type(found) is Fault:
            out[place], faults[place] = None, str(found)
    return out, faults


def parse_column(cells: Sequence[Any], column: Column, factor: Decimal = Decimal(1)) -> tuple[Any, dict[int, str]]:
    """Return the parsed values as the column type's array (null where blank or faulty) and position -> rule of the faulty ones.

    Examples
    --------
    >>> from analysis.intake.schema import columns_of
    >>> employees = next(c for c in columns_of("units") if c.code == "employee_count")
    >>> numbers, faults = parse_column(["1,200", "约50", ""], employees)
    >>> numbers.tolist(), faults
    ([1200, <NA>, <NA>], {1: 'count_invalid', 2: 'count_missing'})
    """
    quick: Any = None
    if column.type in ("count", "amount", "degree", "score") and factor == 1:
        quick = _numbers(cells, column)
    elif column.type == "text" and not column.is_key and _blank_rule(column) is None:
        texts = _texts(cells)
        quick = None if texts is None else (texts, {})
    elif column.type == "uscc":
        quick = _codes(cells, column)
    if quick is not None:
        return _column(quick[0]), quick[1]
    kinds = set(map(type, cells))
    if bool in kinds:  # True == 1 in a dict: keep them apart
        cells = [str(v).upper() if type(v) is bool else v for v in cells]
    if kinds & {list, dict}:  # nested Parquet values have no hash
        cells = [str(v) for v in cells]
    parse, blank_rule = _parser(column, factor), _blank_rule(column)
    places: dict[Any, int] = defaultdict(count().__next__)  # a cell not met before gets the next number
    codes = np.fromiter(map(places.__getitem__, cells), dtype="int64", count=len(cells))
    parsed = [_judged(cell, column, parse, blank_rule) for cell in places]
    is_fault = np.array([type(v) is Fault for v in parsed], dtype=bool)
    faults = {int(i): str(parsed[codes[i]]) for i in np.flatnonzero(is_fault[codes])} if is_fault.any() else {}
    return _column(_array([None if type(v) is Fault else v for v in parsed], column.type)[codes]), faults


def _judged(cell: Any, column: Column, parse: Callable[[Any], Any], blank_rule: Fault | None) -> Any:
    if type(cell) is float and cell == cell:  # the common case in workbooks: a number, never a blank
        return parse(cell)
    text = values.as_text(cell)
    if not text:
        return blank_rule
    if column.need == "optional" and values.compact(text) in _NOTHING:
        return None
    if text[0] == "#" and text.upper() in values.ERRORS:
        return values.INVALID_COUNT if column.type == "count" else values.UNKNOWN
    return parse(cell)


def _array(found: list[Any], kind: str) -> Any:
    dtype = PARSED_DTYPES.get(kind)
    if dtype is None:
        return _objects(found)
    return np.array(found, dtype="datetime64[s]") if kind == "date" else pd.array(found, dtype=dtype)


def _objects(found: Sequence[Any]) -> np.ndarray:
    out = np.empty(len(found), dtype=object)
    out[:] = found
    return out


def _column(array: Any) -> Any:
    return pd.Series(array, dtype=object, copy=False) if array.dtype == object else array  # left alone, pandas would make it its own text type


def nothing(size: int, kind: str) -> Any:
    """Return a column of blanks as the column type's array."""
    dtype = PARSED_DTYPES.get(kind)
    if dtype is None:
        return _column(np.full(size, None, dtype=object))
    if kind == "date":
        return np.full(size, "NaT", dtype="datetime64[s]")
    blank = np.ones(size, dtype=bool)
    if dtype == "boolean":
        return pd.arrays.BooleanArray(np.zeros(size, dtype=bool), blank)
    return pd.arrays.IntegerArray(np.ones(size, dtype="int64"), blank) if dtype == "Int64" else pd.arrays.FloatingArray(np.ones(size), blank)


def typed(found: list[Any], kind: str) -> Any:
    """Return a list with None for blanks as the column type's array."""
    return _column(_array(found, kind))
