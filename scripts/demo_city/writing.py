"""Submissions as the districts send them: each has its own habits, none of them wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from .headers import TABLES
from .places import DISTRICTS
from .units import ENDS

CREATED = datetime(2021, 10, 8)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DATES = {
    "-": "{0.year}-{0.month}-{0.day}", ".": "{0.year}.{0.month}.{0.day}", "/": "{0.year}/{0.month}/{0.day}",
    "年": "{0.year}年{0.month}月{0.day}日", "8": "{0:%Y%m%d}",
}  # fmt: skip


@dataclass(frozen=True)
class Style:
    file: str
    kind: str = "xlsx"
    titles: int = 0
    total: bool = False
    notes: bool = False
    dates: str = "excel"
    yes: tuple = ("是", "否")
    district: str = "both"
    numbers: str = ""
    blank_rows: bool = False
    hidden: bool = False
    guide: bool = False
    drops: tuple[str, ...] = ()


STYLES = {
    "980102": Style("棠湾区工会台账{quarter}.xlsx", titles=2, total=True, notes=True),
    "980103": Style("枫渡区.xlsx", guide=True, district="code"),
    "980104": Style("鹭洲区_{table}.csv", kind="csv", dates="-", yes=("有", "无")),
    "980105": Style("临芷区（报市总）.xlsx", titles=1, total=True, dates=".", yes=("有", "无"), district="name"),
    "980106": Style("石磐区总工会台账.xlsx", titles=1, dates="年", yes=("√", "×"), numbers="comma"),
    "980121": Style("禾泉县_{table}.parquet", kind="parquet"),
    "980122": Style("竹阜县总工会{quarter}报表.xlsx", titles=2, notes=True, dates="8", yes=(1, 0), blank_rows=True),
    "980123": Style("柏岭县上报.xlsx", numbers="full", hidden=True, dates="-"),
    # A small county that does not survey riders and takes no coordinates: those figures are 无数据 there.
    "980124": Style("雁坪县.xlsx", drops=("lon", "lat", "new_form_worker_count", "new_form_member_count")),
    "980181": Style("蓼川市台账定稿.xlsx", titles=1, total=True, dates="/", yes=("Y", "N"), district="code"),
}


def _columns(table: str, style: Style):
    for header, code in TABLES[table][1]:
        if code in style.drops:
            continue
        is_place = table == "units" and code.startswith("district_")
        if is_place and style.district not in ("both", code.removeprefix("district_")):
            continue
        if code == "district_code" and style.district == "name":
            header = "区县"
        yield header, code


def _cell(value, code: str, place: int, style: Style):
    """A value the way this district writes it. `place` is the row's number in the table."""
    if value is None:
        return None
    if isinstance(value, bool):
        return style.yes[0 if value else 1]
    if isinstance(value, date):
        return value if style.dates == "excel" else DATES[style.dates].format(value)
    if isinstance(value, int) and style.numbers == "comma" and value >= 1000 and code != "above_scale_year":
        return f"{value:,}"
    if isinstance(value, int) and style.numbers == "full" and code == "employee_count" and place % 9 == 4:
        return str(value).translate(FULL_WIDTH)
    if code == "district_code" and style.district == "name":
        return next((d.name for d in DISTRICTS if d.code == value), value)
    return value


def _grid(table: str, rows: list[dict], style: Style):
    columns = list(_columns(table, style))
    lines = [[_cell(row.get(code), code, place, style) for _, code in columns] for place, row in enumerate(rows)]
    return [header for header, _ in columns], [code for _, code in columns], lines


def _total(codes: list[str], rows: list[dict]) -> list:
    sums = ["合计"]
    for code in codes[1:]:
        values = [row.get(code) for row in rows]
        is_count = code.endswith("_count")
        sums.append(sum(v for v in values if isinstance(v, int)) if is_count else None)
    return sums


def _sheet(book, table: str, rows: list[dict], style: Style, name: str, quarter: int) -> None:
    sheet = book.add_worksheet(TABLES[table][0])
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    headers, codes, lines = _grid(table, rows, style)
    if style.total and table == "units":
        lines.append(_total(codes, rows))
    at = 0
    if style.titles:
        title = f"{name}{TABLES[table][0]}情况表"
        sheet.merge_range(0, 0, 0, len(headers) - 1, title, bold) if len(headers) > 1 else sheet.write(0, 0, title)
        at = 1
    if style.titles > 1:
        sheet.write(1, 0, f"填报单位：{name}总工会　　统计时点：{DATES['年'].format(ENDS[quarter])}")
        at = 2
    sheet.write_row(at, 0, headers, bold)
    for place, line in enumerate(lines):
        at += 2 if style.blank_rows and place and place % 40 == 0 else 1
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), day)
            elif value is not None:
                sheet.write_number(at, column, value)
    if style.notes:
        sheet.write_string(at + 2, 0, "注：本表为演示数据，单位与工会均为虚构。")


def _write_xlsx(folder: Path, tables: dict, style: Style, name: str, quarter: int, label: str) -> None:
    path = folder / style.file.format(quarter=label)
    with xlsxwriter.Workbook(path) as book:
        # The clock must not get into the file: the same seed makes the same bytes.
        book.set_properties({"created": CREATED, "title": "演示数据"})
        if style.guide:
            book.add_worksheet("填报说明").write(0, 0, "演示数据。各表按季度末时点填写。")
        for table in TABLES:
            _sheet(book, table, tables[table], style, name, quarter)
        if style.hidden:
            draft = book.add_worksheet("草稿")
            draft.write(0, 0, "上季度底稿，不报")
            draft.hide()


def _write_csv(folder: Path, tables: dict, style: Style) -> None:
    for table in TABLES:
        headers, _, lines = _grid(table, tables[table], style)
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([headers, *lines])
        path = folder / style.file.format(table=TABLES[table][0])
        path.write_bytes(text.getvalue().encode("gb18030"))


def _write_parquet(folder: Path, tables: dict, style: Style) -> None:
    for table in TABLES:
        headers, codes, _ = _grid(table, [], style)
        columns = [pa.array([row.get(code) for row in tables[table]]) for code in codes]
        path = folder / style.file.format(table=TABLES[table][0])
        pq.write_table(pa.table(columns, names=headers), path, compression="zstd")


def write(folder: Path, book: dict, quarter: int, label: str) -> None:
    """All ten submissions of one quarter."""
    folder.mkdir(parents=True)
    for district in DISTRICTS:
        style, tables = STYLES[district.code], book[district.code]
        if style.kind == "csv":
            _write_csv(folder, tables, style)
        elif style.kind == "parquet":
            _write_parquet(folder, tables, style)
        else:
            _write_xlsx(folder, tables, style, district.name, quarter, label)
