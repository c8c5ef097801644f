"""The template: filled as it asks, it reads clean; as sent out, it holds no row of data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from ledger_world import code, found, reason, status

from analysis.intake.schema import columns_of, table_codes, table_names
from analysis.intake.template import Outline, write_template
from analysis.periods import Quarter

OUTLINE = Outline(Quarter("2021Q3"), (("990101", "东明区"), ("990102", "西坝县")), ("990101", "东明区"))
UNION, UNIT = code(1, "81"), code(1)
FILLED = {
    "uscc": UNIT, "unit_name": "甲厂", "district_code": "990101", "district_name": "东明区", "township_name": "南街", "lon": 105.25, "lat": 37.5, "registration_type": "112",
    "holding_type": "私人", "industry_code": "0511", "status": "存续", "unit_level": "法人", "size_class": "小", "above_scale_year": 2019, "union_id": UNION, "union_name": "甲厂工会",
    "union_type": "单独", "home_level": "先进", "term_ends_on": date(2023, 5, 1), "cover_type": "兜底", "congress_form": "职工大会", "matter": "福利待遇", "contract_id": "0001",
    "contract_type": "综合", "contract_level": "企业", "region_code": "990101", "region_name": "东明区", "ends_on": date(2022, 1, 1),
}  # fmt: skip
BY_TYPE = {"count": 4, "amount": 12.5, "score": 88.5, "flag": "否", "date": date(2020, 2, 29), "text": "文字"}


def filled(column) -> object:
    return FILLED.get(column.code, BY_TYPE.get(column.type))


@pytest.fixture
def template(tmp_path: Path) -> Path:
    write_template(tmp_path / "东明区.xlsx", OUTLINE)
    return tmp_path / "东明区.xlsx"


def test_as_sent_out_it_has_every_table_and_no_row(template, take):
    result = take()
    assert status(result) == {"东明区.xlsx": "read"}
    assert reason(result, "东明区.xlsx") == ""
    assert result.notes == []
    assert result.summary[["table", "rows_read"]].values.tolist() == [[t, 0] for t in sorted(table_codes())]
    assert set(result.sources["missing_columns"]) == {()}


def test_filled_and_returned_it_reads_clean(template, take):
    book = openpyxl.load_workbook(template)
    for table in table_codes():
        for i, column in enumerate(columns_of(table), 1):
            cell = book[table_names()[table]].cell(4, i)
            assert cell.value is None
            cell.value = filled(column)
    book.save(template)
    result = take()
    assert found(result, "units") == [] and result.rows.empty
    assert result.summary["accepted"].tolist() == [1] * len(table_codes())
    for table in table_codes():
        kept = result.tables[table].iloc[0]
        for column in columns_of(table):
            if column.code in kept.index and column.code not in ("district_name", "region_code"):
                expected = {"flag": False, "date": pd.Timestamp(filled(column)) if column.type == "date" else None}.get(column.type, filled(column))
                assert kept[column.code] == expected, (table, column.code)


def test_dates_and_codes_keep_their_kind_in_the_cells(template):
    sheet = openpyxl.load_workbook(template)["单位"]
    formats = {c.value: sheet.column_dimensions[c.column_letter].number_format for c in sheet[3]}
    assert {h: formats[h] for h in ("统一社会信用代码*", "区县代码*", "行业代码", "党组织成立日期", "职工数*")} == {
        "统一社会信用代码*": "@", "区县代码*": "@", "行业代码": "@", "党组织成立日期": "yyyy-mm-dd", "职工数*": "0",
    }  # fmt: skip


def rules(sheet) -> dict[str, object]:
    """Header -> data validation of the first data row."""
    by_cell = {}
    for rule in sheet.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            by_cell[sheet.cell(3, area.min_col).value] = rule
            assert (area.min_row, area.max_row) == (4, 1_048_576)
    return by_cell


def test_cells_check_what_is_typed_and_say_it_in_chinese(template):
    book = openpyxl.load_workbook(template)
    units = rules(book["单位"])
    assert (units["控股类型"].type, units["控股类型"].formula1) == ("list", '"国有,集体,私人,港澳台,外商,其他"')
    assert units["规模以上"].formula1 == '"是,否"'
    assert (units["职工数*"].type, units["职工数*"].formula1, units["职工数*"].errorStyle) == ("whole", "0", None)
    assert units["职工数*"].error == "“职工数”应为大于或等于0的整数，不写“约”“余”和单位。请查实后填写准确数字。"
    assert units["党组织成立日期"].error == "“党组织成立日期”应为真实存在的年月日，例如 2021-9-30。请重新填写。"
    assert rules(book["工会"])["建制项数"].error == "“建制项数”应为 0 至 5 之间的整数。请查实后填写。"
    assert rules(book["工会"])["自评分"].error == "“自评分”应为0 至 100 之间的数。请重新填写。"
    assert units["统一社会信用代码*"].promptTitle == "统一社会信用代码"
    without = {c.header for c in columns_of("units") if not any(h.startswith(c.header) for h in units)}
    assert without == {"单位名称", "乡镇街道"}


def test_the_citys_districts_and_the_registration_types_are_offered(template):
    book = openpyxl.load_workbook(template)
    units = rules(book["单位"])
    offered = {}
    for header in ("区县", "区县代码*", "登记注册类型代码"):
        sheet, area = units[header].formula1.split("!")
        offered[header] = [c.value for (c,) in book[sheet.strip("'")][area.replace("$", "")]]
    assert offered["区县"] == ["东明区", "西坝县"]
    assert offered["区县代码*"] == ["990101", "990102", "东明区", "西坝县"]
    assert len(offered["登记注册类型代码"]) == 23 and "112" in offered["登记注册类型代码"]


def test_without_districts_the_district_is_free_text(tmp_path):
    write_template(tmp_path / "t.xlsx", Outline())
    units = rules(openpyxl.load_workbook(tmp_path / "t.xlsx")["单位"])
    assert "区县" not in units and "区县代码*" not in units


def test_the_worked_row_stands_above_the_header_and_would_be_refused_below(template, take):
    book = openpyxl.load_workbook(template)
    sheet = book["单位"]
    example = [c.value for c in sheet[2]]
    assert example[:4] == ["91××××××××××××××××", "示例公司", "990101", "东明区"]
    assert sheet["A1"].value == "单位　东明区 2021年第三季度　第2行是示例，不计入；请从第4行起填写，橙色表头必填。"
    for i, value in enumerate(example, 1):
        sheet.cell(4, i).value = value
    book.save(template)
    assert found(take()) == [(4, "uscc_invalid")]


@pytest.mark.parametrize("table", table_codes())
def test_the_worked_row_passes_the_tables_own_checks(template, take, table):
    """Everything but the masked codes and the references is what the table asks for."""
    book = openpyxl.load_workbook(template)
    sheet = book[table_names()[table]]
    masked = {"91××××××××××××××××": UNIT, "81××××××××××××××××": UNION}
    for i, cell in enumerate(sheet[2], 1):
        sheet.cell(4, i).value = masked.get(cell.value, cell.value)
    book.save(template)
    result = take()
    assert [rule for _, rule in found(result, table) if rule != "reference_unknown"] == []
    assert result.summary.set_index("table")["rows_read"][table] == 1


def test_every_header_says_what_to_write(template):
    book = openpyxl.load_workbook(template)
    comments = {c.value: c.comment.text for c in book["单位"][3]}
    assert len(comments) == len(columns_of("units")) and all(comments.values())
    assert comments["统一社会信用代码*"] == "必填：单位的统一社会信用代码，单元格为文本格式。18位，含校验码。"
    assert comments["会员数"] == "选填：大于或等于0的整数。这一列必须有；空白按0。"
    guide = [row[1] for row in book["填表说明"].iter_rows(values_only=True)]
    assert guide.count("统一社会信用代码*") == 4


def test_it_prints_on_wide_pages_with_the_header_repeated(template):
    sheet = openpyxl.load_workbook(template)["单位"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows, sheet.freeze_panes) == ("landscape", 9, "$3:$3", "C4")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_same_outline_gives_the_same_bytes(template, tmp_path):
    write_template(tmp_path / "again.xlsx", OUTLINE)
    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()
