"""Persons' data: refused by header, refused by what cells look like, covered up where a number strays into a column of ours."""

from __future__ import annotations

import pytest
from ledger_world import HEADERS, code, found, reason, unit

from analysis.intake import store
from analysis.intake.personal import covered

IDENTITY, MOBILE = "110101199001011237", "13800000000"


def everything(result, folder) -> str:
    """All that intake hands on or writes."""
    store.write_tables(result, folder / "store")
    store.write_reports(result, folder / "intake")
    frames = (result.rows, result.files, result.summary, result.sources, result.declared, *result.tables.values(), *result.refused.values())
    written = "".join(p.read_bytes().decode("utf-8", "replace") for folder_ in ("store", "intake") for p in (folder / folder_).iterdir())
    return " ".join(str(f.to_dict()) for f in frames) + written + " ".join(result.notes)


@pytest.mark.parametrize(
    "header",
    [
        "主席姓名",
        "手机号码",
        "身份证号",
        "法定代表人",
        "法人代表",
        "联系人",
        "联系电话",
        "单位负责人",
        "工会主席",
        "经办人",
        "家庭住址",
        "微信号",
        "Email",
        "出生年月",
        "户主",
        "会员花名册",
    ],
)
def test_a_column_that_asks_for_a_person_is_refused(tmp_path, take, workbook, header):
    workbook({"单位": [[*HEADERS, header], [*unit(1), "张三丰"], [*unit(2, 职工数="约5"), "李四光"]]})
    result = take()
    assert reason(result, "东明区.xlsx") == f"工作表“单位”：个人信息列没有读取，请今后不要报送：{header}"
    said = everything(result, tmp_path)
    assert "张三丰" not in said and "李四光" not in said


@pytest.mark.parametrize("header", ["社区", "单位负责人人数", "有无主席", "牵头领导职务", "是否法人"])
def test_other_unknown_columns_are_only_unknown(take, workbook, header):
    workbook({"单位": [[*HEADERS, header], [*unit(1), "甲"]]})
    assert reason(take(), "东明区.xlsx") == f"工作表“单位”：不认识的列没有读取：{header}"


@pytest.mark.parametrize("value", [MOBILE, float(MOBILE), "138 0000 0000", "１３８００００００００", IDENTITY, IDENTITY[:-1] + "x", 1.1010119900101123e17])
def test_a_column_of_persons_numbers_is_refused_whatever_its_header(tmp_path, take, workbook, value):
    workbook({"单位": [[*HEADERS, "备用一", None], [*unit(1), value, value], [*unit(2), "", ""]]})
    result = take()
    assert reason(result, "东明区.xlsx") == "工作表“单位”：个人信息列没有读取，请今后不要报送：备用一、第7列"
    assert str(value) not in everything(result, tmp_path)


def test_a_number_that_strays_into_a_column_of_ours_is_covered_up(tmp_path, take, workbook):
    workbook(
        {
            "单位": [HEADERS, unit(1, 统一社会信用代码=IDENTITY), unit(2, 职工数=float(MOBILE)), unit(3, 单位名称=f"甲厂{MOBILE}"), unit(4)],
            "督察": [["区县", "督察日期", "问题"], ["东明区", "2021-9-1", f"联系 {MOBILE}，证号{IDENTITY}"]],
        }
    )
    result = take()
    assert found(result) == [(2, "uscc_invalid"), (3, "count_invalid")]
    assert result.rows["value"].tolist() == ["（像身份证号，未写出）", "（像手机号，未写出）"]
    assert result.tables["units"]["unit_name"].tolist() == ["甲厂（像手机号，未写出）", "单位4"]
    assert result.tables["inspections"]["problem"].tolist() == ["联系 （像手机号，未写出）,证号（像身份证号，未写出）"]
    assert reason(result, "东明区.xlsx") == (
        "工作表“单位”：像身份证号、手机号的数字没有收下，请今后不要填写：单位名称；工作表“督察”：像身份证号、手机号的数字没有收下，请今后不要填写：问题"
    )
    said = everything(result, tmp_path)
    assert IDENTITY not in said and MOBILE not in said


def test_a_row_taken_for_the_header_hands_no_number_on(tmp_path, take, workbook):
    workbook({"单位": [["甲", IDENTITY, MOBILE, "乙", "丙"]]})
    result = take()
    assert "看到的表头：甲、（像身份证号，未写出）、（像手机号，未写出）、乙、丙。" in reason(result, "东明区.xlsx")
    assert IDENTITY not in everything(result, tmp_path)


def test_codes_amounts_and_ordinary_text_are_left_alone():
    for text in (code(1), code(13_800_000_000 % 10**9), "HT-2021-0000000001", "电话会议", "2021-09-30 00:00:00", "甲厂（1380000000）", "1234567890123"):
        assert covered(text) == text


def test_an_identity_number_of_fifteen_digits_is_covered_but_no_other_long_number():
    assert covered("证号130503670401001") == "证号（像身份证号，未写出）"
    for text in (
        "420602213001001",
        "990101670401001",
        "注册号420600000012345",
        "A130503670401001",
    ):  # no month, no province, a register's number, a longer code
        assert covered(text) == text


def test_a_contract_numbered_by_an_identity_number_stays_one_contract_under_a_cover(tmp_path, take, workbook):
    contracts = [
        ["合同编号", "合同类型", "生效日期", "期满日期"],
        *[[number, "综合", "2021-1-1", "2022-1-1"] for number in (IDENTITY, "15020210001", IDENTITY, "HT1")],
    ]
    covers = [["合同编号", "统一社会信用代码"], [IDENTITY, code(1)], ["15020210001", code(1)], ["420602210930001", code(1)]]
    workbook({"单位": [HEADERS, unit(1)], "集体合同": contracts, "合同覆盖": covers})
    result = take()
    assert found(result, "contracts") == [(2, "identical_duplicate"), (4, "key_duplicate")]
    assert found(result, "contract_covers") == [(4, "reference_unknown")]
    assert result.tables["contracts"]["contract_id"].tolist() == ["（像身份证号，未写出）1", "15020210001", "HT1"]
    assert result.tables["contract_covers"]["contract_id"].tolist() == ["（像身份证号，未写出）1", "15020210001"]
    assert result.notes == [
        f"东明区.xlsx：工作表“{sheet}”：有的合同编号是身份证号，没有收下，以顺序号代替，请今后不要用作编号" for sheet in ("集体合同", "合同覆盖")
    ]
    assert IDENTITY not in everything(result, tmp_path)


def test_the_name_of_a_sheet_left_out_is_told_without_a_person_s_number(take, workbook):
    def hide(book):
        book.create_sheet(f"旧{MOBILE}").sheet_state = "hidden"

    workbook({"单位": [HEADERS, unit(1)], f"联系{MOBILE}": [["甲"]]}, change=hide)
    assert reason(take(), "东明区.xlsx") == "隐藏的工作表没有读取：旧（像手机号，未写出）；不认识的工作表没有读取：联系（像手机号，未写出）"
