"""Names that districts use: sheet names and headers, ours and the user's own."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis import tables
from analysis.errors import SettingsError
from analysis.intake.csv_text import decode
from analysis.intake.schema import SHEET, columns_of, table_codes, table_names
from analysis.intake.values import compact

_ENUMERATION = re.compile(r"^(?:附?[件表]\d*[-.、:：]?|[(\[]?[\d一二三四五六七八九十]{1,2}[)\].、:]+)")
_TRAILING = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]$|(?:19|20)\d\d(?:年?第?[一二三四1-4]季度|[qQ][1-4]|年)?$|[-_.]\d+$")
DISTRICT_NAME = "district_name"


def key_of(text: object) -> str:
    """Return a name as it is compared: half width, no white space, lower case, without required marks."""
    return compact(text).lower().strip("*★※:")


@dataclass(frozen=True)
class Aliases:
    """``sheets``: name -> table; ``headers``: table -> name -> column code. Names are compared by ``key_of``."""

    sheets: dict[str, str]
    headers: dict[str, dict[str, str]]

    def table_of(self, name: str) -> str | None:
        """Return the table of a sheet or file name; enumeration, brackets and a trailing period are looked through.

        Examples
        --------
        >>> names = read_aliases()
        >>> names.table_of("单位台账"), names.table_of("附件1 单位（2021年）"), names.table_of("填表须知")
        ('units', 'units', None)
        """
        key = key_of(name)
        for candidate in (key, _ENUMERATION.sub("", key), _TRAILING.sub("", key), _TRAILING.sub("", _ENUMERATION.sub("", key))):
            if candidate in self.sheets:
                return self.sheets[candidate]
        return None


def read_aliases(own: Path | None = None) -> Aliases:
    """Return the aliases shipped with the program and those in the user's file (``表,列代码,别名``), which win.

    Raises
    ------
    SettingsError
        Where the user's file names an unknown table or column.
    """
    return _read(own, own.stat().st_mtime_ns if own and own.is_file() else 0)


@lru_cache(maxsize=4)
def _read(own: Path | None, modified: int) -> Aliases:
    sheets: dict[str, str] = {}
    headers: dict[str, dict[str, str]] = {table: {} for table in table_codes()}
    names = columns_of("units")
    shipped = [tuple(r) for r in tables.load("aliases")[["table", "code", "alias"]].itertuples(index=False)]
    district_names = [a for t, c, a in shipped if t == "units" and c == DISTRICT_NAME] + [c.header for c in names if c.code == DISTRICT_NAME]
    district_codes = [a for t, c, a in shipped if t == "units" and c == "district_code"]
    for table in table_codes():
        sheets[key_of(table)] = table
        if table not in ("units", "totals") and any(c.code == "district_code" for c in columns_of(table)):
            headers[table].update({key_of(a): DISTRICT_NAME for a in (*district_names, DISTRICT_NAME)})
            headers[table].update({key_of(a): "district_code" for a in district_codes})
    for table, code, alias in [*shipped, *(_own_rows(own) if modified and own else [])]:
        if code == SHEET:
            sheets[key_of(alias)] = table
        else:
            headers[table][key_of(alias)] = code
    for table in table_codes():
        for column in columns_of(table):
            headers[table].update({key_of(column.header): column.code, column.code: column.code})
    return Aliases(sheets, headers)


def _own_rows(path: Path) -> list[tuple[str, str, str]]:
    tables_by_name = {name: code for code, name in table_names().items()}
    rows = []
    for number, row in enumerate(csv.reader(io.StringIO(decode(path.read_bytes()), newline="")), 1):
        cells = [c.strip() for c in row]
        if not any(cells) or (number == 1 and cells[0] in ("表", "table")):
            continue
        if len(cells) < 3:
            raise SettingsError(f"{path.name} 第 {number} 行只有 {len(cells)} 项，应为“表,列代码,别名”三项。请补全后重试。")
        table = tables_by_name.get(cells[0], cells[0])
        if table not in table_codes():
            raise SettingsError(f"{path.name} 第 {number} 行的表“{cells[0]}”不认识，应为 {'、'.join(tables_by_name)} 之一。请改正后重试。")
        by_header = {c.header: c.code for c in columns_of(table)} | {"工作表": SHEET, "表名": SHEET}
        code = by_header.get(cells[1], cells[1])
        if code not in (SHEET, DISTRICT_NAME) and code not in {c.code for c in columns_of(table)}:
            raise SettingsError(f"{path.name} 第 {number} 行的列“{cells[1]}”不在“{cells[0]}”表中。请写列代码（如 employee_count）或标准列名。")
        rows.append((table, code, cells[2]))
    return rows
