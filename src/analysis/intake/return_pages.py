"""One sheet of a return workbook: the cells as sent, without persons' data, and where each remark belongs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from analysis.intake.aliases import DISTRICT_NAME, Aliases
from analysis.intake.headers import SEARCHED_ROWS, Header, HeaderProblem, find_header
from analysis.intake.personal import covered, covered_key, is_personal
from analysis.intake.readers import Sheet
from analysis.intake.rows import data_rows, fill_merged
from analysis.intake.schema import RETURN_HEADERS, Column, table_names
from analysis.intake.sheets import DAYS_TO_1904, stored_columns
from analysis.intake.values import as_text, compact

LARGEST_ROWS, LARGEST_COLUMNS = 1_048_576, 16_384  # what a sheet holds
_CODE_TYPES = ("uscc", "union_code", "district", "registration", "industry", "region")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# 填表人：张三　联系电话：…  above or below the table; what follows the colon is not handed on
_WHO = r"(?:填[报表]人|制表人?|审核人|复核人|经办人|联系人|(?:单位)?负责人|法定代表人|(?:联系|办公)?电话|手机号?码?|联系方式|姓名|身份证号?码?)"
_SIGNED = re.compile(rf"({_WHO}\s*[:：]).*", re.DOTALL)
_LABEL = re.compile(rf"{_WHO}:?")


@dataclass(frozen=True)
class Remark:
    """One verdict on a row: ``columns`` are the contract's headers of the cells concerned."""

    rule: str
    is_back: bool
    columns: tuple[str, ...]
    advice: str


@dataclass
class Page:
    """A sheet to write. Rows and columns count from 0; row ``i`` is row ``i`` as sent, unless ``is_excerpt``."""

    name: str
    table: str
    rows: list[list[Any]]
    width: int
    first_data_row: int
    positions: dict[str, int]
    code_columns: frozenset[int]
    columns: dict[int, Column]
    merges: list[tuple[tuple[int, int], tuple[int, int]]]
    remarks: dict[int, list[Remark]]
    is_excerpt: bool = False
    is_stopped: bool = False
    refused: list[str] = field(default_factory=list)


def make_page(sheet: Sheet, table: str, aliases: Aliases, remarks: dict[int, list[Remark]], taken: set[str]) -> Page | None:
    """Return a submitted sheet as it goes back; None where no header was recognised and persons' data may stand in it.

    ``remarks`` are those of the sheet by row number as the user counts; ``taken`` the sheet names used so far, case folded.
    """
    is_stopped = False
    sheet.rows = list(sheet.rows)  # what follows writes into the rows
    try:
        header = find_header(sheet, table, aliases)
    except HeaderProblem as problem:
        if problem.header is None and any(is_personal(as_text(v)) for row in sheet.rows[:SEARCHED_ROWS] for v in row):
            return None
        header, is_stopped = problem.header or Header(0, {}, {}), True
    _drop_own_columns(sheet, header)
    refused = header.personal
    data = [] if is_stopped else data_rows(sheet, header, table)
    fill_merged(sheet, data)  # a sorted or filtered table may have no merged cells below its header
    _empty_refused(sheet, header, refused, frozenset(n for n in data if n + 1 not in remarks or not _is_signature(sheet.rows[n])))
    _count_from_1900(sheet, header, table)
    _cover_numbers(sheet, header, table)
    rows = _trimmed(sheet.rows)
    width = _width(rows, header)
    by_code = {c.code: c for c in stored_columns(table)}
    columns = {position: by_code[code] for code, (position, _) in header.columns.items() if code in by_code}
    page = Page(
        name=_sheet_name(sheet.name, table, taken),
        table=table,
        rows=rows,
        width=width,
        first_data_row=header.first_data_row,
        positions=_positions(header, by_code),
        code_columns=frozenset(i for i, c in columns.items() if c.type in _CODE_TYPES or (c.is_key and c.type == "text")),
        columns=columns,
        merges=[m for m in sheet.merges if m[1][0] < header.first_data_row and m[1][1] < width],
        remarks={number - 1: found for number, found in remarks.items()},
        is_stopped=is_stopped,
        refused=list(refused.values()),
    )
    return _excerpt(page) if len(rows) > LARGEST_ROWS else page


def _drop_own_columns(sheet: Sheet, header: Header) -> None:
    """Take away what an earlier return added, so that a return of a return looks like the first one."""
    own = {i for row in sheet.rows[: header.first_data_row] for i, v in enumerate(row) if v in RETURN_HEADERS}
    for row in sheet.rows[max(0, header.first_data_row - 1) :] if own else ():
        for i in own:
            if i < len(row):
                row[i] = ""


def _empty_refused(sheet: Sheet, header: Header, refused: dict[int, str], data: frozenset[int]) -> None:
    """Keep the headers of refused columns with empty cells, and the labels of those who signed without their names."""
    for number, row in enumerate(sheet.rows):
        if number >= header.first_data_row:
            for i in refused:
                if i < len(row):
                    row[i] = ""
        if number in data:
            continue
        for i, value in enumerate(row):
            if type(value) is not str or not value:
                continue
            row[i] = _SIGNED.sub(r"\1", value)
            if number >= header.first_data_row and _LABEL.fullmatch(compact(value)):
                _empty_next(row, i)


def _count_from_1900(sheet: Sheet, header: Header, table: str) -> None:
    """The return counts days from 1900: a bare day number of a workbook that counts from 1904 is moved, as it was when read."""
    dates = {c.code for c in stored_columns(table) if c.type == "date"} if sheet.is_1904 else set()
    for position in (at for code, (at, _) in header.columns.items() if code in dates):
        for row in sheet.rows[header.first_data_row :]:
            if position < len(row) and type(row[position]) is float and 10_000 < row[position] < 100_000:
                row[position] += DAYS_TO_1904


def _cover_numbers(sheet: Sheet, header: Header, table: str) -> None:
    """Cover up identity and mobile numbers that stand in any cell; an amount of eleven digits in a column of ours stays, and so does a contract's number."""
    used = {position for position, _ in header.columns.values()}
    keys = {header.columns[c.code][0] for c in stored_columns(table) if c.is_key and c.type == "text" and c.code in header.columns}
    for number, row in enumerate(sheet.rows):
        for i, value in enumerate(row):
            is_long = len(value) >= 11 if type(value) is str else type(value) in (int, float) and abs(value) >= 10**10 and i not in used
            if is_long:
                cover = covered_key if i in keys and number >= header.first_data_row else covered
                if cover(value) != as_text(value):
                    row[i] = cover(value)


def _is_signature(row: list[Any]) -> bool:
    """True for 审核人 | 张三 without a colon, which intake takes for a row of data and refuses."""
    return bool(_LABEL.fullmatch(next(filter(None, map(compact, row)), "")))


def _empty_next(row: list[Any], label: int) -> None:
    for i in range(label + 1, len(row)):
        text = compact(row[i])
        if text:
            if not _LABEL.fullmatch(text):
                row[i] = ""
            return


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Without the empty rows at the end: a sheet may have been formatted far below its table."""
    last = len(rows)
    while last and not any(v not in ("", None) for v in rows[last - 1]):
        last -= 1
    return rows[:last]


def _width(rows: list[list[Any]], header: Header) -> int:
    width = max(header.texts, default=-1) + 1
    for row in rows:
        end = len(row)
        while end > width and row[end - 1] in ("", None):
            end -= 1
        width = max(width, end)
    room = LARGEST_COLUMNS - len(RETURN_HEADERS) - 1
    return width if width <= room else min(room, max(header.texts, default=room - 1) + 1)  # a stray cell at the sheet's far edge is never read


def _positions(header: Header, by_code: dict[str, Column]) -> dict[str, int]:
    """Contract header -> cell position; a district that is given in one way only is found by both names."""
    found = {by_code[code].header: position for code, (position, _) in header.columns.items() if code in by_code}
    at = [header.columns[code][0] for code in ("district_code", DISTRICT_NAME) if code in header.columns]
    for name in ("区县代码", "区县") if at else ():
        found.setdefault(name, at[0])
    return found


def _sheet_name(name: str, table: str, taken: set[str]) -> str:
    """The sheet's own name where a workbook can hold it, else its table's."""
    is_sound = name and len(name) <= 31 and not _SHEET_NAME.search(name) and not name.startswith("'") and not name.endswith("'")
    wanted = name if is_sound and name.casefold() not in taken and name.casefold() != "history" else table_names()[table]
    made, number = wanted, 1
    while made.casefold() in taken:
        number += 1
        made = f"{wanted}-{number}"  # intake looks through a trailing number
    return made


def _excerpt(page: Page) -> Page:
    """Only the header and the rows with a verdict, where a sheet cannot hold all of them."""
    numbers = [*range(page.first_data_row), *sorted(n for n in page.remarks if n >= page.first_data_row)]
    page.rows = [page.rows[n] for n in numbers]
    page.remarks = {i: page.remarks[n] for i, n in enumerate(numbers) if n in page.remarks}
    page.is_excerpt = True
    return page
