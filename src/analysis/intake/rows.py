"""Which rows below the header are data: totals, notes, repeated headers, numbering rows and blanks are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, repeat
from typing import Any

from analysis.intake.aliases import key_of
from analysis.intake.csv_text import Columns
from analysis.intake.headers import Header
from analysis.intake.readers import Sheet
from analysis.intake.schema import Column, columns_of
from analysis.intake.values import as_text, compact

_TOTAL = re.compile(r"(?:合计|总计|小计|共计|累计|总合计|本页合计|本页小计)(?:\(.{0,8}\))?[::]?(?:共?\d+[家个人户条行]?)?")
_TOTAL_OF = re.compile(r".{1,10}(?:合计|总计|小计)[::]?")
_NOTE = re.compile(
    r"(?:注|备注|说明|填[表报]说明|附注|备考)[::\d一二三(].*|(?:注|备注|说明)$|本表.*|[※*].{4,}"
    r"|(?:填[表报]人|审核人|复核人|制表人?|(?:单位)?负责人|填[报表]单位|(?:填[报表]|报送)(?:日期|时间)|联系人|(?:联系)?电话|\(?(?:盖章|公章)\)?)[::(].*"
)
_CJK = re.compile("[\u4e00-\u9fff]")
_CODE_LIKE = re.compile(r"[0-9A-Za-z\-]{6,}")
_STRETCH = 512  # rows looked at together


def data_rows(sheet: Sheet, header: Header, table: str) -> list[int]:
    """Return the 0-based positions of the data rows of a sheet (merged cells not yet filled)."""
    known = {c.code: c for c in columns_of(table)}
    used = [(position, known.get(code)) for code, (position, _) in header.columns.items()]
    key = next((header.columns[c.code][0] for c in columns_of(table) if c.is_key and c.code in header.columns), None)
    found = []
    for start in range(header.first_data_row, len(sheet.rows), _STRETCH):
        numbers = range(start, min(start + _STRETCH, len(sheet.rows)))
        codes = [] if key is None else _cells(sheet.rows, key, numbers)
        if _are_ordinary(codes):
            found.extend(numbers)
        else:
            told = map(_is_ordinary, codes) if codes else repeat(False)
            found.extend(n for n, is_ordinary in zip(numbers, told, strict=False) if is_ordinary or _is_data(sheet.rows[n], n, key, used, header))
    return found


def _cells(rows: Sequence[list[Any]], position: int, numbers: range) -> list[Any]:
    """Return the cells of a column; nothing where some row is shorter."""
    if isinstance(rows, Columns):
        return rows.columns[position][numbers.start : numbers.stop]
    try:
        return [row[position] for row in rows[numbers.start : numbers.stop]]
    except IndexError:
        return []


def _are_ordinary(codes: list[Any]) -> bool:
    """True where all cells of a key column are bare codes: no total, note or heading stands beside them."""
    if set(map(type, codes)) != {str} or set(map(len, codes)) != {18}:
        return False
    joined = "".join(codes)
    return joined.isascii() and (joined[::18] + joined[1::18]).isdigit()  # all codes begin with two digits


def _is_ordinary(code: Any) -> bool:
    return type(code) is str and len(code) == 18 and code.isascii() and code[:2].isdigit()


def _is_data(row: list[Any], number: int, key: int | None, used: list[tuple[int, Column | None]], header: Header) -> bool:
    width = len(row)
    # cheap way out for ordinary rows: a code in the key column and no word of a total or note in the first cell
    if key is not None and key < width and _is_ordinary(row[key]):
        return True
    if not any(p < width and _filled(row[p]) for p, _ in used):
        return False
    return not (_is_total(row, key) or _is_note(row, used) or _is_header_again(row, header) or _is_numbering(row, number, header))


def total_rows(sheet: Sheet, header: Header, table: str, numbers: list[int]) -> list[int]:
    """Return the 0-based positions of the rows below the header that are totals (``numbers``: the data rows)."""
    key = next((header.columns[c.code][0] for c in columns_of(table) if c.is_key and c.code in header.columns), None)
    if len(numbers) == len(sheet.rows) - header.first_data_row:
        return []  # nothing but data
    data = set(numbers)
    others = (i for i in range(header.first_data_row, len(sheet.rows)) if i not in data)
    return [i for i in others if any(map(_filled, sheet.rows[i])) and _is_total(sheet.rows[i], key)]


def is_section_total(row: list[Any]) -> bool:
    """True for 小计, 本页合计 or 东街道合计: a total of the rows beside it, not of the whole sheet."""
    return any("小计" in t or "本页" in t for t in _texts(row)) or not any(_TOTAL.fullmatch(t) for t in _texts(row))


def _filled(value: Any) -> bool:
    return value != "" and value is not None and as_text(value) != ""


def _texts(row: list[Any]) -> list[str]:
    return [t for t in map(compact, row) if t]


def _is_total(row: list[Any], key: int | None) -> bool:
    texts = _texts(row)
    # the columns stand in any order, so the word may follow the sums
    if any(_TOTAL.fullmatch(t) for t in texts) or _TOTAL_OF.fullmatch(texts[0]):
        key_text = compact(row[key]) if key is not None and key < len(row) else ""
        return not _CODE_LIKE.fullmatch(key_text)
    return False


def _is_note(row: list[Any], used: list[tuple[int, Column | None]]) -> bool:
    texts = _texts(row)
    if len(texts) <= 8 and _NOTE.fullmatch(texts[0]) and not any(_CODE_LIKE.fullmatch(t) for t in texts[1:3]):
        return True
    if len(texts) > 1:
        return False
    position = next(i for i, v in enumerate(row) if _filled(v))
    column = dict(used).get(position)
    if len(used) < 3 or column is None or not _CJK.search(texts[0]):
        return False
    # a sentence alone in a column that holds codes, numbers or dates is no data
    return column.type != "text" and column.type not in ("district", "district_name") and len(texts[0]) >= 4


def _is_header_again(row: list[Any], header: Header) -> bool:
    same = sum(1 for i, text in header.texts.items() if i < len(row) and text and key_of(row[i]) == key_of(text))
    return same >= 2 and same * 2 >= len(_texts(row))


def _is_numbering(row: list[Any], number: int, header: Header) -> bool:
    """The row of column numbers that statistical forms carry: 甲 乙 1 2 3 4."""
    if number > header.first_data_row + 1:
        return False
    texts = _texts(row)
    digits = [int(t.strip("()")) for t in texts if t.strip("()").isdecimal() and len(t) <= 4]
    letters = [t for t in texts if t in tuple("甲乙丙丁戊己")]
    return len(digits) >= 2 and len(digits) + len(letters) == len(texts) >= 3 and _are_consecutive(digits)


def _are_consecutive(digits: list[int]) -> bool:
    return digits[0] <= 1 and all(b - a == 1 for a, b in pairwise(digits))


def fill_merged(sheet: Sheet, rows: list[int]) -> None:
    """Write a vertically merged cell's value into all its rows (in place)."""
    last = rows[-1] if rows else -1
    for (top, left), (bottom, _) in sheet.merges:
        if bottom > top and top <= last and left < len(sheet.rows[top]):
            for number in range(top + 1, min(bottom, last) + 1):
                if left < len(sheet.rows[number]):
                    sheet.rows[number][left] = sheet.rows[top][left]
