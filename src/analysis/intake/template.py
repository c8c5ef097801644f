"""The workbook to send out: every table with its headers, drop-downs, checks, notes and one worked row above the header."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.intake.schema import Column, columns_of, table_codes, table_names
from analysis.intake.template_guide import write_guide, write_lists
from analysis.intake.template_rules import header_text, note_of, number_format, validation_of
from analysis.periods import Quarter

EXAMPLE_ROW, HEADER_ROW = 1, 2  # from 0; rows above a header are no data rows, so the example is never counted
LAST_ROW = 1_048_575


@dataclass(frozen=True)
class Outline:
    """What a template is made for. ``districts`` are (code, name) of the city; ``district`` the one it is sent to, or None."""

    quarter: Quarter | None = None
    districts: tuple[tuple[str, str], ...] = ()
    district: tuple[str, str] | None = None

    @property
    def as_of(self) -> date:
        """The last day that the worked row may speak of."""
        return self.quarter.as_of if self.quarter else date(2021, 9, 30)

    @property
    def title(self) -> str:
        """「浔东区 2021年第三季度」, as much of it as is known."""
        return " ".join(filter(None, (self.district[1] if self.district else "", self.quarter.label if self.quarter else "")))


def write_template(target: Path, outline: Outline) -> None:
    """Write the template. The same outline gives the same bytes."""
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": f"{outline.title}工会台账".strip(), "created": datetime(outline.as_of.year, outline.as_of.month, outline.as_of.day)})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "example": book.add_format({"italic": True, "font_color": "#7F7F7F", "bg_color": "#F2F2F2", "border": 1, "num_format": "@"}),
        "required": book.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}),
        "optional": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}),
    }
    guide = book.add_worksheet("填表说明")
    sheets = {table: book.add_worksheet(table_names()[table]) for table in table_codes()}
    lists = write_lists(book, outline.districts)
    write_guide(book, guide, outline.title, outline.districts)
    for table, sheet in sheets.items():
        _write_table(book, sheet, table, outline, lists, formats)
    guide.activate()
    book.close()


def _write_table(book: Any, sheet: Any, table: str, outline: Outline, lists: dict[str, str], formats: dict[str, Any]) -> None:
    tail = "已经逐户填报的区县不填本表。" if table == "totals" else ""
    sheet.write_string(
        0, 0, f"{table_names()[table]}　{outline.title}　第2行是示例，不计入；请从第{HEADER_ROW + 2}行起填写，橙色表头必填。{tail}", formats["title"]
    )
    sheet.set_row(0, 24)
    sheet.set_row(HEADER_ROW, 48)
    example = example_row(table, outline)
    for i, column in enumerate(columns_of(table)):
        header = header_text(column)
        shown = example[column.code]
        sheet.write_string(EXAMPLE_ROW, i, shown, formats["example"])
        sheet.write_string(HEADER_ROW, i, header, formats["optional" if column.need == "optional" or column.code == "district_name" else "required"])
        sheet.write_comment(HEADER_ROW, i, note_of(column), {"author": "填表说明", "x_scale": 1.6, "y_scale": 1.1, "font_size": 9})
        wide = column.type in ("uscc", "union_code") or column.code.endswith("_name") or column.code in ("problem", "task")
        sheet.set_column(
            i, i, max(22 if wide else 12, min(24, 2 + sum(2 if ord(c) > 0x2E80 else 1 for c in shown))), book.add_format({"num_format": number_format(column)})
        )
        rule = validation_of(column, lists)
        if rule:
            sheet.data_validation(HEADER_ROW + 1, i, LAST_ROW, i, rule)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{LAST_ROW + 1}"})
    sheet.freeze_panes(HEADER_ROW + 1, 2 if len(columns_of(table)) > 8 else 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer("&L&A&R第 &P 页 共 &N 页")


def example_row(table: str, outline: Outline) -> dict[str, str]:
    """Return column code -> what the worked row shows. Its codes are masked: copied down by mistake, the row would be refused, not counted."""
    code, name = outline.district or (outline.districts[0] if outline.districts else ("000101", "某某区"))
    day = outline.as_of
    early = f"{day.year - 3}-03-15"
    late = f"{day.year + 2}-03-14"
    last = f"{day.year}-{day.month:02d}-10"
    known = {
        "uscc": "91××××××××××××××××", "union_id": "81××××××××××××××××", "unit_name": "示例公司", "union_name": "示例公司工会", "district_code": code, "district_name": name,
        "township_name": "示例街道", "lon": "112.123456", "lat": "32.123456", "registration_type": "112", "industry_code": "5920", "status": "存续", "unit_level": "法人", "holding_type": "私人",
        "employee_count": "120", "member_count": "96", "migrant_worker_count": "40", "migrant_member_count": "30", "revenue_wan_yuan": "3500", "assets_wan_yuan": "2800", "size_class": "小",
        "above_scale_year": str(day.year - 2), "union_type": "单独", "term_ends_on": late, "system_count": "4", "activity_count": "6", "assembly_count": "1", "self_score": "85", "district_score": "83",
        "city_score": "82", "home_level": "合格", "cover_type": "直接", "valid_to": "", "congress_form": "职代会", "matter": "工资分配", "delegate_total": "40", "attend_count": "36", "yes_count": "33",
        "contract_id": "示例-001", "contract_type": "综合", "contract_level": "企业", "ends_on": late, "session_count": "2", "task": "新建工会10家", "responsible_body": "区总工会组织部",
        "indicator": "新建工会数", "target": "10", "due_on": f"{day.year}-12-31", "done_on": "", "problem": "建会后没有开展活动", "rectify_due_on": f"{day.year}-12-31", "rectified_on": "",
        "task_force": "示例街道建会专班", "lead_post": "区总工会副主席", "member_total": "5", "assigned_unit_count": "30", "course": "基层工会主席培训班", "attendance_count": "60", "trainee_count": "55",
        "passed_count": "52", "region_code": code, "region_name": name, "eligible_unit_count": "320", "covered_unit_count": "210", "held_on": last, "inspected_on": last, "trained_on": last,
    }  # fmt: skip
    return {c.code: known.get(c.code, _plain_example(c, early)) for c in columns_of(table)}


def _plain_example(column: Column, early: str) -> str:
    return {"date": early, "flag": "是", "count": "0"}.get(column.type, "")
