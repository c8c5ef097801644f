"""What a sheet's own 合计 rows declare, beside what its data rows add up to: kept for reconciliation, never counted and never judged here."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal

import pandas as pd

from analysis.intake.cells import parse_column
from analysis.intake.headers import Header
from analysis.intake.readers import Sheet
from analysis.intake.rows import is_section_total, total_rows
from analysis.intake.schema import Column, columns_of

DECLARED_COLUMNS = ["file", "table", "sheet", "row", "column", "declared", "summed", "unreadable"]
Declared = tuple[int, str, int, int, int]


def declared_totals(
    sheet: Sheet, header: Header, table: str, numbers: list[int], frame: pd.DataFrame, faults: list[tuple[int, str, Column, str]]
) -> list[Declared]:
    """Return (row as Excel shows it, column code, declared, summed, cells that could not be read) for every count in a total row.

    A total may stand above or below its rows, for the whole sheet or for the section beside it: where one of these sums equals the declared
    number, that one is returned; otherwise the sum that the row's label speaks of (小计: its section; 合计: all rows).

    Parameters
    ----------
    numbers : 0-based positions of the data rows in the sheet, in the order of ``frame``
    frame, faults : the data rows as read, and their faulty cells (which the sums leave out)
    """
    at = total_rows(sheet, header, table, numbers)
    if not at or table == "totals":
        return []
    bounds = [0, *(bisect_left(numbers, row) for row in at), len(numbers)]
    found: list[Declared] = []
    for column in columns_of(table):
        if column.type != "count" or column.code not in header.columns:
            continue
        position, factor = header.columns[column.code]
        sums = [0, *frame[column.code].fillna(0).astype("int64").cumsum().tolist()]
        faulty = sorted(i for i, _, of, _ in faults if of.code == column.code)
        for place, row in enumerate(at, start=1):
            cells = sheet.rows[row]
            read = parse_column([cells[position]], column, factor or Decimal(1))[0][0] if position < len(cells) else pd.NA
            if pd.isna(read):
                continue
            said = int(read)
            whole, above, section, below = (0, len(numbers)), (0, bounds[place]), (bounds[place - 1], bounds[place]), (bounds[place], bounds[place + 1])
            meant = section if is_section_total(cells) else whole
            start, end = next((span for span in (meant, whole, section, above, below) if sums[span[1]] - sums[span[0]] == said), meant)
            found.append((row + 1, column.code, said, sums[end] - sums[start], bisect_left(faulty, end) - bisect_left(faulty, start)))
    return found
