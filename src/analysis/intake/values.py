"""One cell's meaning: text, codes, counts, amounts, degrees, scores, dates, flags. Every parser returns a value, None or a ``Fault``."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import mul
from typing import Any

import numpy as np
from stdnum.cn import uscc as stdnum_uscc

from analysis import tables

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!"})
LARGEST_MEASURE = 10**30
LARGEST_COUNT = 10**10  # more people than there are: a slip of the keyboard, and sums must stay inside 64 bits
_YES = frozenset(["是", "有", "√", "✓", "✔", "☑", "1", "Y", "YES", "TRUE", "T"])
_NO = frozenset(["否", "无", "×", "✗", "✘", "☒", "0", "N", "NO", "FALSE", "F", "没有"])
_INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f]")
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})[日号]?(?:[T ]?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d{1,4}(?:,\d{4})+(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_INDUSTRY = re.compile(r"[A-T]?(\d{2,4})")
_EXCEL_DAYS = range(18264, 2958466)  # 1950-01-01 to 9999-12-31; smaller numbers are no dates a union ledger holds
_EXCEL_EPOCH = date(1899, 12, 30).toordinal()
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {c: i for i, c in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_USCC_TABLE = np.full(128, -1, dtype=np.int16)
_USCC_TABLE[[ord(c) for c in _USCC_ALPHABET]] = range(len(_USCC_ALPHABET))
_USCC_ALL_WEIGHTS = np.array([*_USCC_WEIGHTS, 1], dtype=np.int16)


class Fault(str):
    """The rule that a cell breaks."""

    __slots__ = ()


INVALID_COUNT, UNKNOWN, INVALID_DATE = Fault("count_invalid"), Fault("value_unknown"), Fault("date_invalid")


def as_text(value: Any) -> str:
    """Return a cell as visible text: invisible characters dropped, white space joined, whole floats without ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    text = value if type(value) is str else str(value)
    if text.isprintable() and "  " not in text and "\ufe0f" not in text:  # most cells: nothing to clean
        text = text.strip()
    else:
        text = _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
    return text[2:-1].strip() if text.startswith('="') and text.endswith('"') else text


def compact(value: Any) -> str:
    """Return a cell for comparison: half width (NFKC), no white space at all."""
    text = as_text(value)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub("", text) if " " in text else text


def code(value: Any) -> str:
    """Return a code: compact, upper case, without the ``.0`` or the apostrophe that spreadsheets add."""
    text = compact(value).lstrip("'’`").upper()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def decimal(value: Any) -> Decimal | None:
    """Return an exact number, or None where the cell is none (``about 50``, NaN, infinity)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return number if number.is_finite() else None
    text = compact(value).lstrip("'’`")
    if "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def count(value: Any, factor: Decimal) -> int | Fault:
    if type(value) in (int, float) and factor == 1:
        return int(value) if 0 <= value <= LARGEST_COUNT and value == int(value) else INVALID_COUNT
    number = decimal(value)
    if number is None or not 0 <= number <= LARGEST_COUNT:
        return INVALID_COUNT
    number *= factor
    return int(number) if number == number.to_integral_value() and number <= LARGEST_COUNT else INVALID_COUNT


def measured(value: Any, factor: Decimal, minimum: float | None, maximum: float | None) -> float | Fault:
    """Return a real number within its range (amounts, degrees, scores)."""
    number: Any = value if type(value) is float and math.isfinite(value) and factor == 1 else decimal(value)
    if number is None or not -LARGEST_MEASURE < number < LARGEST_MEASURE:
        return UNKNOWN
    number = number if factor == 1 else number * factor
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        return UNKNOWN
    return float(number)


def day(value: Any) -> date | Fault:
    """Return a date from a date cell, text in any of the usual forms, ``20210930`` or an Excel day number."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if value.year >= 1900 else INVALID_DATE
    text = compact(value).lstrip("'’`")
    text = text[:-2] if text.endswith(".0") else text
    found = _DATE.fullmatch(text)
    try:
        if found:
            return _checked(*map(int, found.groups()))
        if text.isdecimal() and len(text) == 8:
            return _checked(int(text[:4]), int(text[4:6]), int(text[6:]))
        if text.isdecimal() and len(text) == 5 and int(text) in _EXCEL_DAYS:
            return date.fromordinal(_EXCEL_EPOCH + int(text))
    except ValueError:
        return INVALID_DATE
    return INVALID_DATE


def _checked(year: int, month: int, day_of_month: int) -> date | Fault:
    return date(year, month, day_of_month) if year >= 1900 else INVALID_DATE


def year(value: Any, minimum: float | None, maximum: float | None) -> int | Fault:
    text = code(value).removesuffix("年").removesuffix("年度")
    if isinstance(value, (date, datetime)):
        text = str(value.year)
    if not re.fullmatch(r"\d{4}", text):
        return UNKNOWN
    return int(text) if (minimum or 0) <= int(text) <= (maximum or 9999) else UNKNOWN


def flag(value: Any) -> bool | Fault:
    text = compact(value).upper()
    text = text[:-2] if text in ("1.0", "0.0") else text
    return True if text in _YES else False if text in _NO else UNKNOWN


def industry(value: Any) -> str | Fault:
    """Return the digits of a GB/T 4754-2017 code; the optional leading letter is dropped."""
    found = _INDUSTRY.fullmatch(code(value))
    return found[1] if found and 1 <= int(found[1][:2]) <= 97 else UNKNOWN


@lru_cache(maxsize=1)
def _registrations() -> frozenset[str]:
    return frozenset(tables.load("registration_types")["code"])


def registration(value: Any) -> str | Fault:
    text = code(value)
    return text if text in _registrations() else UNKNOWN


def region(value: Any) -> str | Fault:
    text = code(value)
    return text if re.fullmatch(r"\d{6}", text) else UNKNOWN


def uscc_is_valid(text: str) -> bool:
    """True for 18 characters of the alphabet with the right check digit.

    The weights are applied here because python-stdnum refuses a first letter (A1, N1, Y1) and takes 15 times as long; it has the
    second word on every code that starts with a digit and is refused.

    Examples
    --------
    >>> uscc_is_valid("91000000123456788T"), uscc_is_valid("91000000123456788U")
    (True, False)
    """
    if len(text) != 18:
        return False
    try:
        numbers = [_USCC_VALUES[c] for c in text]
    except KeyError:
        return False
    if -sum(map(mul, numbers, _USCC_WEIGHTS)) % 31 == numbers[17] and text[2:8].isdecimal():
        return True
    return text[0].isdecimal() and bool(stdnum_uscc.is_valid(text))


def usccs_are_valid(joined: str) -> np.ndarray:
    """Return which of the codes in a text are unified codes, bool: ASCII characters, 18 to a code, nothing between them.

    A rarity that :func:`uscc_is_valid` lets pass (a region that is no number) is False here.

    Examples
    --------
    >>> usccs_are_valid("91000000123456788T91000000123456788U").tolist()
    [True, False]
    """
    numbers = _USCC_TABLE[np.frombuffer(joined.encode("ascii"), dtype=np.uint8)].reshape(-1, 18)
    return (numbers >= 0).all(axis=1) & (numbers[:, 2:8] <= 9).all(axis=1) & ((numbers @ _USCC_ALL_WEIGHTS) % 31 == 0)


def uscc(value: Any) -> str | Fault:
    text = code(value)
    return text if uscc_is_valid(text) else Fault("uscc_invalid")
