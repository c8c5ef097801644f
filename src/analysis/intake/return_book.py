"""Write a return workbook: 退回说明 first, then every sheet as sent with remarks at the right and colour on the cells concerned."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from analysis.intake.findings import meaning_of
from analysis.intake.return_cover import write_cover
from analysis.intake.return_pages import Page, Remark
from analysis.intake.schema import RETURN_HEADERS
from analysis.intake.values import as_text
from analysis.periods import Quarter

if TYPE_CHECKING:
    from analysis.intake.returns import FileReport

BACK, NOTE = "#F8CBAD", "#FFE699"
_LARGE = 400_000  # cells; above, rows are written out one by one and header merges are given up
_LONGEST_TEXT = 32_767  # characters that a cell holds
_REMARK_WIDTHS = (10, 34, 70)
_COMMENTS = 200  # a sheet with thousands of comments opens slowly; the reason stands in the row as well
_FIRST_DAY = date(1900, 3, 1)  # spreadsheets take 1900 for a leap year: an earlier date would move by a day
_OPTIONS = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}


def write_book(target: Path, report: FileReport, pages: list[Page], left_out: list[str], quarter: str) -> None:
    """Write the workbook of one file. The same input gives the same bytes."""
    is_large = sum(len(p.rows) * p.width for p in pages) > _LARGE
    book = xlsxwriter.Workbook(str(target), _OPTIONS | {"constant_memory": is_large})
    at = Quarter(quarter).as_of
    book.set_properties({"title": f"{report.file} 核对退回", "created": datetime(at.year, at.month, at.day)})
    book.set_calc_mode("auto")
    write_cover(book, report, pages, left_out, quarter)
    for page in pages:
        _PageWriter(book, page, is_large).write()
    book.close()


class _PageWriter:
    """Writes one page; formats are made once for every combination that occurs."""

    def __init__(self, book: xlsxwriter.Workbook, page: Page, is_large: bool) -> None:
        self.book, self.page, self.is_large = book, page, is_large
        self.sheet = book.add_worksheet(page.name)
        self.formats: dict[tuple[Any, ...], Any] = {}
        self.comments = 0
        s = self.sheet
        self.write_as = {"string": s.write_string, "number": s.write_number, "boolean": s.write_boolean, "datetime": s.write_datetime, "blank": s.write_blank}

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def write(self) -> None:
        page, sheet = self.page, self.sheet
        self._lay_out()
        if not self.is_large:
            self._merge()
        for number, row in enumerate(page.rows):
            remarks = page.remarks.get(number)
            marks = self._marks(remarks) if remarks else {}
            self._write_row(number, row, marks, is_header=number < page.first_data_row)
            if number == page.first_data_row - 1 and not page.is_stopped:
                for i, text in enumerate(RETURN_HEADERS):
                    sheet.write_string(number, page.width + 1 + i, text, self.format(bold=True, bg_color="#D9E1F2", border=1, text_wrap=True, valign="vcenter"))
            if remarks:
                self._write_remarks(number, remarks)

    def _lay_out(self) -> None:
        page, sheet = self.page, self.sheet
        widths = _widths(page)
        for i in range(page.width):
            sheet.set_column(i, i, widths[i], self.format(num_format="@") if i in page.code_columns else None)
        if page.is_stopped:
            sheet.set_tab_color("#C00000")
            return
        sheet.set_column(page.width, page.width, 2)
        for i, width in enumerate(_REMARK_WIDTHS):
            sheet.set_column(page.width + 1 + i, page.width + 1 + i, width)
        top = page.first_data_row
        sheet.freeze_panes(top, 0)
        if len(page.rows) > top:
            sheet.autofilter(top - 1, 0, len(page.rows) - 1, page.width + len(RETURN_HEADERS))
        if page.remarks:
            sheet.set_tab_color("#C00000" if any(r.is_back for found in page.remarks.values() for r in found) else "#FFC000")
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(1, len(page.rows))}"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(max(0, top - 1))

    def _merge(self) -> None:
        for (top, left), (bottom, right) in self.page.merges:
            try:
                self.sheet.merge_range(top, left, bottom, right, "", self.format(bold=True, align="center", valign="vcenter", text_wrap=True))
            except OverlappingRange:  # two ranges over one cell: a damaged file; the texts stand anyway
                continue

    def _marks(self, remarks: list[Remark]) -> dict[int, Remark]:
        """Column position -> the gravest remark on it."""
        marks: dict[int, Remark] = {}
        for remark in sorted(remarks, key=lambda r: r.is_back):
            marks.update({self.page.positions[c]: remark for c in remark.columns if c in self.page.positions})
        return marks

    def _write_row(self, number: int, row: list[Any], marks: dict[int, Remark], is_header: bool) -> None:
        page, sheet = self.page, self.sheet
        looks: dict[str, Any] = {"bold": True, "valign": "vcenter"} if is_header else {}
        for i in range(page.width if marks else min(page.width, len(row))):
            value = row[i] if i < len(row) else ""
            mark = marks.get(i)
            if mark is None and (value == "" or value is None):
                continue
            own = looks
            if mark is not None:
                own = looks | {"bg_color": BACK if mark.is_back else NOTE, "border": 1}
            self._write_cell(number, i, value, own)
            if mark is not None and self.comments < _COMMENTS:
                self.comments += 1
                sheet.write_comment(number, i, mark.advice, {"author": "核对", "x_scale": 2.2, "y_scale": 1.4, "font_size": 9})

    def _write_cell(self, number: int, i: int, value: Any, looks: dict[str, Any]) -> None:
        is_code = i in self.page.code_columns and number >= self.page.first_data_row
        write, shown, number_format = _as_cell(value)
        if is_code and (write == "string" or looks):
            number_format = "@"
        properties = looks | ({"num_format": number_format} if number_format else {})
        made = self.format(**properties) if properties else None
        self.write_as[write](number, i, shown, made)

    def _write_remarks(self, number: int, remarks: list[Remark]) -> None:
        first = self.page.width + 1
        is_back = any(r.is_back for r in remarks)
        looks = self.format(text_wrap=True, valign="top", border=1, bg_color=BACK if is_back else NOTE)
        many = len(remarks) > 1
        problems = _lines([_problem(r) for r in remarks], many)
        advice = _lines([r.advice for r in remarks], many)
        lines = max(_height(problems, _REMARK_WIDTHS[1]), _height(advice, _REMARK_WIDTHS[2]))
        if lines > 1:
            self.sheet.set_row(number, min(409, 15 * lines))
        for i, text in enumerate(("退回" if is_back else "提示", problems, advice)):
            self.sheet.write_string(number, first + i, text[:_LONGEST_TEXT], looks)


def _lines(texts: list[str], many: bool) -> str:
    return "\n".join(f"{i}. {t}" for i, t in enumerate(texts, 1)) if many else texts[0]


def _problem(remark: Remark) -> str:
    return f"{remark.columns[0]}：{meaning_of(remark.rule)}" if remark.columns else meaning_of(remark.rule)


def _breadth(text: str) -> int:
    """Half-width characters that a text takes."""
    return sum(2 if ord(c) > 0x2E80 or c in "“”…—" else 1 for c in text)


def _height(text: str, width: int) -> int:
    return sum(max(1, -(-_breadth(line) // (width - 2))) for line in text.split("\n"))


def _as_cell(value: Any) -> tuple[str, Any, str]:
    """Return how a value is written (string, number, boolean, datetime, blank), as what, and its number format."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "blank", None, ""
    if isinstance(value, bool):
        return "boolean", value, ""
    if isinstance(value, str):
        return "string", value[:_LONGEST_TEXT], ""
    if isinstance(value, (int, float)) and math.isfinite(value) and (isinstance(value, float) or abs(value) < 10**15):
        return "number", value, "0" if abs(value) >= 1e11 and value == int(value) else ""
    if isinstance(value, datetime) and value.tzinfo is None and value.date() >= _FIRST_DAY:
        return "datetime", value, "yyyy-mm-dd" if value.time() == time() else "yyyy-mm-dd hh:mm:ss"
    if isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
        return "datetime", value, "yyyy-mm-dd"
    text = str(value) if isinstance(value, (int, Decimal)) else as_text(value)
    return "string", text[:_LONGEST_TEXT], ""


def _widths(page: Page) -> list[float]:
    """Column widths from the header's last line and the first rows, as wide as people bear."""
    widths = [6.0] * page.width
    for number in range(max(0, page.first_data_row - 1), min(len(page.rows), page.first_data_row + 60)):
        for i, value in enumerate(page.rows[number][: page.width]):
            if value not in ("", None):
                text = as_text(value)[:80]
                widths[i] = max(widths[i], min(40.0, _breadth(text) + 2))
    return widths
