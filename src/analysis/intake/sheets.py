"""One sheet into typed columns, with the rows that break a column's own rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.intake.cells import nothing, parse_column
from analysis.intake.csv_text import Columns
from analysis.intake.declared import Declared, declared_totals
from analysis.intake.headers import Header
from analysis.intake.personal import cover_column, covered
from analysis.intake.readers import Sheet
from analysis.intake.rows import data_rows, fill_merged
from analysis.intake.schema import Column, columns_of

DAYS_TO_1904 = 1462  # workbooks from old Macs count days from 1904; date cells come converted, bare day numbers do not
_BAND = 64  # rows turned into columns at a time: few enough to stay in the processor's cache


@dataclass
class SheetRows:
    """All data rows of a sheet (typed, faulty cells null), its faults as (position, rule, column, raw text), and what its 合计 rows declare."""

    frame: pd.DataFrame
    faults: list[tuple[int, str, Column, str]]
    declared: list[Declared] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def stored_columns(table: str) -> list[Column]:
    """The columns parsed for a table; a district's name is read beside its code in every table that has one."""
    columns = list(columns_of(table))
    if table not in ("units", "totals") and any(c.code == "district_code" for c in columns):
        columns.append(next(c for c in columns_of("units") if c.code == "district_name"))
    return columns


def read_rows(sheet: Sheet, header: Header, table: str, file: str, multipliers: dict[str, float]) -> SheetRows:
    """Return the data rows of a sheet as a frame in the contract's columns plus ``source_file, source_sheet, source_row``."""
    numbers = data_rows(sheet, header, table)
    fill_merged(sheet, numbers)
    width = max((position for position, _ in header.columns.values()), default=0) + 1
    columns = _columns(sheet.rows, numbers, width)
    data: dict[str, Any] = {}
    faults: list[tuple[int, str, Column, str]] = []
    hidden: list[str] = []
    for column in stored_columns(table):
        if column.code not in header.columns:
            data[column.code] = nothing(len(numbers), column.type)
            continue
        position, factor = header.columns[column.code]
        if factor is None:
            factor = Decimal(str(multipliers.get(column.code, 1))) if table == "totals" else Decimal(1)
        cells = columns[position]
        if sheet.is_1904 and column.type == "date":
            cells = [c + DAYS_TO_1904 if type(c) is float and 10_000 < c < 100_000 else c for c in cells]
        data[column.code], found = parse_column(cells, column, factor)
        faults.extend((i, rule, column, covered(cells[i])) for i, rule in found.items())
        if column.type == "text" and not column.is_key:
            data[column.code], is_covered = cover_column(data[column.code])
            hidden += [column.header] if is_covered else []
    frame = pd.DataFrame(data, copy=False)
    frame["source_file"] = pd.Series(np.full(len(numbers), file, dtype=object), dtype=object)
    frame["source_sheet"] = pd.Series(np.full(len(numbers), sheet.name, dtype=object), dtype=object)
    frame["source_row"] = np.asarray(numbers, dtype="int64") + 1
    notes = [f"像身份证号、手机号的数字没有收下，请今后不要填写：{'、'.join(hidden)}"] if hidden else []
    return SheetRows(frame, faults, declared_totals(sheet, header, table, numbers, frame, faults), notes)


def _columns(rows: Sequence[list[Any]], numbers: list[int], width: int) -> list[list[Any]]:
    """Return the cells of the rows ``numbers`` column by column; a short row is filled up with blanks."""
    is_block = bool(numbers) and numbers[-1] - numbers[0] == len(numbers) - 1
    if isinstance(rows, Columns):
        return [column[numbers[0] : numbers[-1] + 1] if is_block else [column[i] for i in numbers] for column in rows.columns]
    chosen = rows[numbers[0] : numbers[-1] + 1] if is_block else [rows[i] for i in numbers]
    if min(map(len, chosen), default=width) < width:
        chosen = [[*row, *[""] * (width - len(row))] for row in chosen]
    columns: list[list[Any]] = [[] for _ in range(width)]
    for start in range(0, len(chosen), _BAND):
        for column, part in zip(columns, zip(*chosen[start : start + _BAND], strict=False), strict=False):
            column.extend(part)
    return columns
