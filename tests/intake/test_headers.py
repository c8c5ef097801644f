"""Headers as districts write them: titles above, two lines, aliases, units, and sentences where a column is missing."""

from __future__ import annotations

import pytest
from ledger_world import HEADERS, code, found, reason, status, unit

from analysis.settings import Settings


def test_two_line_header_in_csv(tmp_path, take):
    text = f"东明区单位表,,,,,,\n基本信息,,区县,职工数,会员数,农民工,\n统一社会信用代码,单位名称,,,,人数,会员数\n{code(1)},甲厂,东明区,10,5,4,2\n"
    (tmp_path / "东明区_单位.csv").write_text(text, encoding="gb18030")
    kept = take().tables["units"]
    assert kept[["employee_count", "member_count", "migrant_worker_count", "migrant_member_count", "source_row"]].values.tolist() == [[10, 5, 4, 2, 4]]


def test_two_line_header_with_merged_groups_in_a_workbook(take, workbook):
    rows = [["东明区单位台账"], [*HEADERS, "派遣工", None, "新就业形态", None], [None] * 5 + ["人数", "会员数"] * 2, [*unit(1), 1, 0, 3, 2]]

    def merge(book):
        sheet = book["单位"]
        for area in ("A1:I1", "F2:G2", "H2:I2", *(f"{c}2:{c}3" for c in "ABCDE")):
            sheet.merge_cells(area)

    workbook({"单位": rows}, change=merge)
    kept = take().tables["units"]
    codes = ["dispatched_worker_count", "dispatched_member_count", "new_form_worker_count", "new_form_member_count"]
    assert kept[codes].values.tolist() == [[1, 0, 3, 2]]


def test_headers_by_code_and_with_marks(take, workbook):
    workbook({"1.单位表（2021年）": [["USCC", "*单 位\n名称", "区县（必填）", "职工数(人)*", "３、会员数"], unit(1, 区县代码="西坝县")]})
    assert take().tables["units"][["district_code", "employee_count"]].values.tolist() == [["990102", 10]]


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("营业收入（元）", 3_000_000, "小"),
        ("营业收入（元）", "2,999,999.99", "微"),
        ("营业收入（亿元）", "0.2", "中"),
        ("营业收入", 300, "小"),
        ("营业收入（千元）", "３，０００", "小"),
    ],
)
def test_money_is_converted_exactly(take, workbook, header, cell, expected):
    # industry: 小 from 300, 中 from 2000 万元
    workbook({"单位": [[*HEADERS, "行业代码", header], [*unit(1, 职工数=300), "C1811", cell]]})
    assert take().tables["units"]["size_class"].tolist() == [expected]


def test_an_unknown_unit_stops_the_table(take, workbook):
    workbook({"单位": [[*HEADERS[:3], "职工数（打）", "会员数"], unit(1)]})
    result = take()
    assert status(result) == {"东明区.xlsx": "table_stopped"}
    assert reason(result, "东明区.xlsx") == "工作表“单位”：“职工数”的单位“打”不认识，应为人、万人、元、万元等。请改用标准单位后重新报送。"


def test_a_missing_required_column_stops_only_its_table(take, workbook):
    unions = [["工会代码", "工会形式", "区县", "成立日期"], [code(2, "81"), "单独", "东明区", "2020-1-1"]]
    workbook({"单位": [["统一社会信用代码", "单位名称", "区县代码", "职工总量", "会员数"], unit(1)], "工会": unions})
    result = take()
    assert reason(result, "东明区.xlsx") == (
        "工作表“单位”：单位表缺少必需的列：“职工数”（最接近的是“职工总量”）。看到的表头：统一社会信用代码、单位名称、区县代码、职工总量、会员数。"
        "请改用标准列名，或在别名表 aliases.csv 中补充对应关系后重新运行。"
    )
    assert len(result.tables["unions"]) == 1
    assert result.sources[["table", "state"]].values.tolist() == [["units", "table_stopped"], ["unions", "read"]]


def test_the_users_own_aliases_are_added(tmp_path, take, workbook):
    own = tmp_path / "别名表" / "aliases.csv"
    own.parent.mkdir()
    own.write_bytes("表,列代码,别名\n单位,职工数,职工总量\n单位,(sheet),底册\n".encode("gb18030"))
    workbook({"底册": [["统一社会信用代码", "单位名称", "区县代码", "职工总量", "会员数"], unit(1)]})
    assert take(settings=Settings(aliases=own)).tables["units"]["employee_count"].tolist() == [10]


def test_an_empty_sheet_stops_and_a_header_without_rows_does_not(take, workbook):
    workbook({"单位": [HEADERS], "工会": []})
    result = take()
    assert reason(result, "东明区.xlsx") == "工作表“工会”：工作表是空的，没有表头。请按模板填写表头后重新报送；本季没有内容的表可以整张删去。"
    assert result.summary[["table", "rows_read"]].values.tolist() == [["units", 0]]


def test_two_columns_of_one_meaning_that_differ_stop_the_table(take, workbook):
    workbook({"单位": [[*HEADERS, "职工人数"], [*unit(1), 12]], "工会": []})
    assert "有两列都是“职工数”（第 4 列和第 6 列），内容又不相同。请只留一列，另一列改名后重新报送。" in reason(take(), "东明区.xlsx")


def test_personal_columns_are_neither_kept_nor_written(take, workbook):
    workbook({"单位": [[*HEADERS, "主席姓名", "手机号码", "身份证号", "备注", "社区"], [*unit(1, 职工数="x"), "张三", "13800000000", "110", "", "一"]]})
    result = take()
    assert reason(result, "东明区.xlsx") == (
        "工作表“单位”：个人信息列没有读取，请今后不要报送：主席姓名、手机号码、身份证号；工作表“单位”：不认识的列没有读取：社区"
    )
    everything = " ".join(str(f.to_dict()) for f in (result.rows, result.files, result.sources, *result.tables.values()))
    assert "张三" not in everything and "13800000000" not in everything


def test_totals_notes_numbering_and_repeated_headers_are_no_rows(take, workbook):
    rows = [
        ["东明区单位表"],
        HEADERS,
        ["甲", "乙", 1, 2, 3],
        unit(1),
        [None] * 5,
        HEADERS,
        unit(2),
        ["合 计", None, None, 20, 10],
        ["东明区合计", None, None, 20, 10],
        ["注：职工数为季末数"],
        ["填表人：某某", None, "审核人：某某"],
        ["以上数据截至九月三十日"],
    ]
    workbook({"单位": rows})
    result = take()
    assert result.summary[["rows_read", "accepted"]].values.tolist() == [[2, 2]]
    assert result.tables["units"]["source_row"].tolist() == [4, 7]


def test_a_merged_district_holds_for_all_its_rows(take, workbook):
    rows = [["区县", *HEADERS[:2], *HEADERS[3:]], *([None, code(i), f"单位{i}", 10, 5] for i in range(3)), [None] * 5]
    rows[1][0] = "东明区"

    def merge(book):
        book["单位"].merge_cells("A2:A5")

    workbook({"单位": rows}, change=merge)
    result = take()
    assert found(result) == [] and result.tables["units"]["district_code"].tolist() == ["990101"] * 3


def test_a_row_of_data_is_never_taken_for_a_line_of_the_header(take, workbook):
    words = ["行业代码", "经度", "纬度", "划型", "控股类型", "存续状态"]  # a clerk's notes on what the spare columns are for
    workbook({"单位": [[*HEADERS, *(f"备用{i}" for i in range(6))], [*unit(1), *words], [*unit(2), *[None] * 6]]})
    result = take()
    assert result.tables["units"]["unit_name"].tolist() == ["单位1", "单位2"]
    assert found(result) == []
