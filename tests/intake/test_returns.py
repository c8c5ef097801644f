"""Return workbooks: the sender's rows come back as sent, mended they read clean, unmended they get the same verdicts."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from ledger_world import HEADERS, code, found, reason, status, unit
from mending import Clerk

from analysis import tables
from analysis.intake.returns import read_reports, return_names, write_return
from analysis.intake.store import write_reports
from analysis.settings import Settings

AS_OF = date(2021, 9, 30)
UNITS = [*HEADERS, "区县", "经度", "纬度", "存续状态", "备注"]
U1, U2 = code(1, "81"), code(2, "81")


def locate(lon, lat):
    return np.where((lon > 100) & (lon < 110) & (lat < 50), "990101", "")


def full(number: int, **changes: object) -> list[object]:
    return [*unit(number, **{k: v for k, v in changes.items() if k in HEADERS}), *(changes.get(k) for k in UNITS[len(HEADERS) :])]


def troubled_sheets() -> dict[str, list[list[object]]]:
    """A row for every rule, beside rows that are as they should be."""
    units = [
        ["东明区2021年第三季度单位台账", *[None] * 9],
        UNITS,
        full(1, 备注="好"),
        full(2, 统一社会信用代码="91000000000000002I"),
        full(3, 统一社会信用代码=code(3, "81")),
        full(4, 职工数="约50"),
        full(5, 职工数=None),
        full(6, 区县代码="123456"),
        full(7, 区县代码="990109"),
        full(8, 存续状态="待核实"),
        full(9, 统一社会信用代码=None),
        full(10, 会员数=11),
        full(11, 经度=120, 纬度=30),
        full(12, 经度=30, 纬度=105),
        full(13, 存续状态="注销"),
        full(14),
        full(14),
        full(15, 区县="西坝县"),
        full(16, 职工数=100),
        full(17, 会员数="三", 区县代码=None),
        [None] * 10,
        ["合计", None, None, 245, 96, *[None] * 5],
        ["填表人：某某", None, None, "联系电话：13800000000", *[None] * 6],
    ]
    unions = [
        ["工会代码", "工会名称", "工会形式", "区县代码", "成立日期", "届满日期"],
        [U1, "甲工会", "单独", "990101", date(2020, 1, 1), date(2025, 1, 1)],
        [U2, "乙工会", "单独", "990101", date(2021, 10, 8), None],
        [code(3, "81"), "丙工会", "单独", "990101", "2020.1.1", "2021年8月1日"],
        [U1, "甲工会又一次", "联合", "990101", date(2020, 1, 1), None],
        [code(4, "81"), "丁工会", "单独", "990101", "2021-2-30", None],
    ]
    covers = [
        ["工会代码", "统一社会信用代码", "起始日期", "终止日期"],
        [U1, code(1), date(2020, 5, 1), None],
        [U1, code(13), "2020-05-01", None],
        [U1, code(99), "2020-05-01", None],
    ]
    return {"单位台账": units, "工会": unions, "覆盖关系": covers}


@pytest.fixture
def give_back(tmp_path: Path):
    """Write the return of every file in the folder that needs one, in another folder; return file -> path."""

    def run(result, settings: Settings = Settings()) -> dict[str, Path]:  # noqa: B008 — frozen
        reports_in, out = tmp_path / "reports", tmp_path / "returned"
        out.mkdir(exist_ok=True)
        write_reports(result, reports_in)
        files = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
        reports = [r for r in read_reports(reports_in, files) if r.needs_return]
        names = return_names([r.file for r in reports])
        for report in reports:
            write_return(tmp_path / report.file, out / names[report.file], report, "2021Q3", settings)
        return {file: out / name for file, name in names.items()}

    return run


def resubmit(tmp_path: Path, returned: dict[str, Path]) -> None:
    for file, path in returned.items():
        (tmp_path / file).unlink()
        path.rename(tmp_path / path.name)


def verdicts(result) -> pd.DataFrame:
    return result.rows[["table", "row", "rule", "verdict", "column", "value"]].sort_values(["table", "row", "rule"], ignore_index=True)


def same_tables(got, expected) -> None:
    for table, frame in expected.tables.items():
        sources = ["source_file", "source_sheet"]
        pd.testing.assert_frame_equal(got.tables[table].drop(columns=sources), frame.drop(columns=sources))


PREVIOUS = pd.Series({code(16): 20, code(1): 10})


def test_every_rule_has_a_row_in_the_troubled_world(take, workbook):
    workbook(troubled_sheets())
    missed = set(tables.load("rules")["rule"]) - set(take(previous_headcounts=PREVIOUS, locate=locate).rows["rule"])
    assert missed == set()


def test_unmended_it_gets_the_same_verdicts_again(take, tmp_path, workbook, give_back):
    workbook(troubled_sheets())
    first = take(previous_headcounts=PREVIOUS, locate=locate)
    resubmit(tmp_path, give_back(first))
    again = take(previous_headcounts=PREVIOUS, locate=locate)
    pd.testing.assert_frame_equal(verdicts(again), verdicts(first))
    same_tables(again, first)
    assert status(again) == {"东明区_退回.xlsx": "read"}
    assert reason(again, "东明区_退回.xlsx") == reason(first, "东明区.xlsx") == ""


def test_a_return_of_a_return_is_the_same_workbook(take, tmp_path, workbook, give_back):
    workbook(troubled_sheets())
    returned = give_back(take(previous_headcounts=PREVIOUS, locate=locate))
    first = cells(returned["东明区.xlsx"])
    resubmit(tmp_path, returned)
    second = give_back(take(previous_headcounts=PREVIOUS, locate=locate))
    assert [p.name for p in second.values()] == ["东明区_退回.xlsx"]
    again = cells(second["东明区_退回.xlsx"])
    assert str(again).replace("东明区_退回.xlsx", "东明区.xlsx") == str(first)


def test_mended_by_its_marks_it_reads_clean(take, tmp_path, workbook, give_back):
    workbook(troubled_sheets())
    first = take(previous_headcounts=PREVIOUS, locate=locate)
    clerk = Clerk("990101", AS_OF, {"单位": code(1), "工会": U1})
    for _ in range(3):  # a mended cell may show what it hid
        returned = give_back(take(previous_headcounts=PREVIOUS, locate=locate))
        if not returned:
            break
        for path in returned.values():
            assert clerk.mend(path)
        resubmit(tmp_path, returned)
    clean = take(previous_headcounts=PREVIOUS, locate=locate)
    assert verdicts(clean).to_dict("records") == []
    assert clean.summary[["accepted", "quarantined"]].sum().tolist() == [16 + 4 + 3, 0]
    kept = first.tables["units"]
    untouched = kept[~kept["source_row"].isin(first.rows.loc[first.rows["table"] == "units", "row"])]
    now = clean.tables["units"].set_index("source_row").loc[untouched["source_row"]].reset_index()
    assert now["uscc"].tolist() == untouched["uscc"].tolist() == [code(1)]


def cells(path: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_the_rows_come_back_as_sent_with_reason_and_remedy(take, workbook, give_back):
    workbook({"单位": [["单位台账", None, None, None, None], HEADERS, unit(1), unit(2, 职工数="约50", 会员数=None), unit(3, 会员数=99)]})
    book = cells(give_back(take())["东明区.xlsx"])
    assert list(book) == ["退回说明", "单位"]
    assert book["单位"] == [
        ["单位台账", *[None] * 8],
        [*HEADERS, None, "核对结论", "核对问题", "怎么改"],
        [*unit(1), *[None] * 4],
        [
            *unit(2, 职工数="约50", 会员数=None),
            None,
            "退回",
            "职工数：数不是大于等于0的整数",
            "“职工数”填的是“约50”，应为大于或等于0的整数。请查实后填写准确数字，不写“约”“余”和单位。",
        ],
        [*unit(3, 会员数=99), None, "提示", "会员数：会员数大于职工数", "会员数 99 大于职工数 10。请核对两个数；退休、调离的会员请转出。"],
    ]


def test_the_cells_concerned_are_marked_and_codes_stay_text(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1), unit(2, 职工数="约50"), unit(3, 会员数=99, 区县代码="0990")]})
    sheet = openpyxl.load_workbook(give_back(take())["东明区.xlsx"])["单位"]
    marked = {c.coordinate: c.fill.fgColor.rgb for row in sheet["A1:E4"] for c in row if c.fill.fgColor.rgb in ("FFF8CBAD", "FFFFE699")}
    assert marked == {"D3": "FFF8CBAD", "C4": "FFF8CBAD"}
    assert (sheet["C4"].value, sheet["C4"].number_format, sheet["A2"].number_format) == ("0990", "@", "@")
    assert sheet["D3"].comment.text.startswith("“职工数”填的是“约50”")


def test_many_verdicts_on_one_row_are_told_one_below_the_other(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1), unit(2, 职工数="若干", 会员数=-1)]})
    row = cells(give_back(take())["东明区.xlsx"])["单位"][2]
    assert row[6:8] == ["退回", "1. 职工数：数不是大于等于0的整数\n2. 会员数：数不是大于等于0的整数"]
    assert row[8].split("\n")[1].startswith("2. “会员数”填的是“-1”")


def test_the_first_sheet_counts_by_rule_and_says_what_to_do(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1), unit(2, 职工数="约50"), unit(3, 职工数="x"), unit(4, 会员数=99)]})
    lines = [[v for v in row if v is not None] for row in cells(give_back(take())["东明区.xlsx"])["退回说明"]]
    assert lines[0] == ["东明区.xlsx 核对退回说明（2021年第三季度）"]
    assert lines[1] == ["共读入 4 行，接收 1 行，提示 1 行，退回 2 行。"]
    start = lines.index(["问题", "处理", "行数"])
    assert lines[start + 1 : start + 3] == [["数不是大于等于0的整数", "退回：没有计入，请改正", 2], ["会员数大于职工数", "提示：已经计入，请核实", 1]]
    assert ["单位", "单位", 4, 1, 1, 2] in lines


def test_values_keep_their_kind_and_formulas_stay_text(take, workbook, give_back):
    sent = [code(1), '=HYPERLINK("http://x")', "990101", 10, 5, "007", 7.25, date(2021, 3, 1), True, "a\nb", "@SUM(A1)", "𠮷野\u202e"]
    header = [*HEADERS, "编号", "数", "日", "是否", "行", "式", "字"]
    workbook({"单位": [header, sent, [*unit(2, 职工数="x"), *sent[5:]]]}, change=lambda book: setattr(book["单位"]["B2"], "data_type", "s"))
    sheet = openpyxl.load_workbook(give_back(take())["东明区.xlsx"])["单位"]
    got = [c.value for c in sheet[2]][: len(sent)]
    assert got == [*sent[:7], pd.Timestamp(2021, 3, 1), *sent[8:]]
    assert [type(v) for v in got[3:7]] == [int, int, str, float]
    assert sheet["B2"].data_type == "s"


def test_refused_columns_come_back_as_headers_only(take, workbook, give_back):
    header = [*HEADERS, "联系人", "联系电话", "备注"]
    rows = [
        ["填报人：张三 电话：13800000001"],
        header,
        [*unit(1), "张三", 13800000000, "甲"],
        [*unit(2, 职工数="x"), "李四", 13900000000, "乙"],
        [],
        ["审核人", "王五"],
        ["注：联系人：赵六"],
    ]
    workbook({"单位": rows})
    path = give_back(take())["东明区.xlsx"]
    sheet = cells(path)["单位"]
    assert sheet[1][:8] == header
    assert [row[5:8] for row in sheet[2:4]] == [[None, None, "甲"], [None, None, "乙"]]
    everything = str(cells(path))
    assert [name for name in ("张三", "李四", "王五", "赵六", "138", "139") if name in everything] == []
    assert sheet[0][0] == "填报人："


def test_contracts_numbered_in_eleven_digits_stay_apart_when_they_come_back(take, tmp_path, workbook, give_back):
    contracts = [
        ["合同编号", "合同类型", "生效日期", "期满日期"],
        *[[f"1502021000{i}", "综合", "2021-1-1", end] for i, end in enumerate(("2022-1-1", "2023-1-1", "三年"))],
    ]
    workbook({"单位": [HEADERS, unit(1)], "集体合同": contracts})
    before = take()
    resubmit(tmp_path, give_back(before))
    assert found(take(), "contracts") == found(before, "contracts") == [(4, "date_invalid")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_comes_back_as_a_workbook_and_reads_the_same(take, tmp_path, give_back, encoding):
    lines = [["东明区单位表"], [], HEADERS, unit(1, 单位名称="甲厂\n（东区）", 职工数="1,200"), unit(2, 职工数="约50"), unit(3, 会员数="+1")]
    with open(tmp_path / "东明区_单位.csv", "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    first = take()
    resubmit(tmp_path, give_back(first))
    again = take()
    assert status(again) == {"东明区_单位_退回.xlsx": "read"}
    pd.testing.assert_frame_equal(verdicts(again), verdicts(first))
    same_tables(again, first)


def test_a_parquet_file_comes_back_as_a_workbook_and_reads_the_same(take, tmp_path, give_back):
    frame = pd.DataFrame(
        {
            "uscc": [code(1), code(2), "x"],
            "district_code": ["990101"] * 3,
            "employee_count": [10, -3, 4],
            "member_count": [None, 2, 3],
            "lon": [105.1, float("nan"), 105.3],
        }
    )
    frame.to_parquet(tmp_path / "东明区_单位.parquet")
    first = take()
    assert found(first) == [(3, "count_invalid"), (4, "uscc_invalid")]
    resubmit(tmp_path, give_back(first))
    again = take()
    pd.testing.assert_frame_equal(verdicts(again), verdicts(first))
    same_tables(again, first)


def test_merged_and_two_line_headers_come_back_readable(take, tmp_path, workbook, give_back):
    def merge(book):
        sheet = book["单位"]
        for area in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "C4:C5"):
            sheet.merge_cells(area)

    rows = [["单位台账"], [*HEADERS, "农民工", None], [*[None] * 5, "人数", "会员数"], [*unit(1), 3, 1], [*unit(2, 区县代码=None, 职工数="x"), 2, 2]]
    workbook({"单位": rows}, change=merge)
    first = take()
    assert first.tables["units"]["migrant_member_count"].tolist() == [1]
    resubmit(tmp_path, give_back(first))
    again = take()
    pd.testing.assert_frame_equal(verdicts(again), verdicts(first))
    same_tables(again, first)


def test_days_counted_from_1904_come_back_counted_from_1900(take, tmp_path, workbook, give_back):
    def from_1904(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    rows = [["工会代码", "工会形式", "区县代码", "成立日期"], [U1, "单独", "990101", 42000], [U2, "x", "990101", date(2020, 1, 1)]]
    workbook({"单位": [HEADERS, unit(1)], "工会": rows}, change=from_1904)
    first = take()
    assert first.tables["unions"]["established_on"].dt.year.tolist() == [2018]
    resubmit(tmp_path, give_back(first))
    again = take()
    pd.testing.assert_frame_equal(verdicts(again), verdicts(first))
    same_tables(again, first)


def test_a_table_without_a_required_column_comes_back_whole_with_what_is_missing(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1)], "工会": [["工会代码", "名字", "联系人"], [U1, "甲工会", "张三"]]})
    result = take()
    book = cells(give_back(result)["东明区.xlsx"])
    assert list(book) == ["退回说明", "单位", "工会"]
    assert book["工会"] == [["工会代码", "名字", "联系人"], [U1, "甲工会", None]]
    said = [row[0] for row in book["退回说明"] if row[0]]
    assert any("缺少必需的列：“工会形式”、“区县代码”、“成立日期”" in line for line in said)
    assert "“工会”照原样附在后面，请在表上改正表头后重新报送。" in said


def test_reasons_stand_line_by_line_and_are_not_cut_inside(take, workbook, give_back):
    workbook({"单位": [[*HEADERS, "手机"], [*unit(1), 1]], "任务": [], "填表须知": [["x"]]})
    said = [row[0] for row in cells(give_back(take())["东明区.xlsx"])["退回说明"] if row[0]]
    assert said[said.index("没有读成的部分") + 1 :][:4] == [
        "工作表“任务”：工作表是空的，没有表头。请按模板填写表头后重新报送；本季没有内容的表可以整张删去。",
        "不认识的工作表没有读取：填表须知。",
        "工作表“单位”：个人信息列没有读取，请今后不要报送：手机。",
        "“任务”照原样附在后面，请在表上改正表头后重新报送。",
    ]


def test_a_sheet_without_a_known_header_is_not_handed_on_where_it_may_hold_persons(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1)], "工会": [["姓名", "身份证号"], ["张三", "110101199001011234"]], "任务": [["甲", "乙"], [1, 2]]})
    book = cells(give_back(take())["东明区.xlsx"])
    assert list(book) == ["退回说明", "单位", "任务"]
    assert "张三" not in str(book) and "110101199001011234" not in str(book)
    assert "“工会”表的表头认不出来，又像有个人信息，没有附在本文件里，请在原文件中改好表头，再复制过来。" in str(book["退回说明"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("坏.xlsx", "工作簿已损坏或没有传完整"), ("空_单位.csv", "文件是空的（0 字节）"), ("东明区_花名册.csv", "文件名里的“花名册”不是台账的表名")],
)
def test_an_unreadable_file_gets_a_workbook_that_says_why(take, tmp_path, workbook, give_back, name, words):
    workbook({"单位": [HEADERS, unit(1)]}, name="好.xlsx")
    (tmp_path / name).write_bytes(b"" if name.startswith("空") else b"PK\x03\x04 cut off" if name.endswith("xlsx") else b"a,b\n")
    returned = give_back(take())
    assert list(returned) == [name]
    said = str(cells(returned[name]))
    assert words in said and "按缺报处理，不会当作零" in said


def test_a_clean_file_gets_none(take, workbook, give_back):
    workbook({"单位": [HEADERS, unit(1)]})
    assert give_back(take()) == {}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["甲.xlsx"], ["甲_退回.xlsx"]),
        (["甲.xlsx", "甲.csv"], ["甲.xlsx_退回.xlsx", "甲.csv_退回.xlsx"]),
        (["甲.xlsx", "甲_退回.xlsx"], ["甲.xlsx_退回.xlsx", "甲_退回.xlsx_退回.xlsx"]),
        (["A.xlsx", "a.csv"], ["A.xlsx_退回.xlsx", "a.csv_退回.xlsx"]),
        (["=1+1|x.xlsx", "甲\u202exslx.xlsx"], ["=1+1_x_退回.xlsx", "甲_xslx_退回.xlsx"]),
        (["台?.csv", "台*.csv"], ["台_.csv_退回.xlsx", "台_.csv（2）_退回.xlsx"]),
    ],
)
def test_names_are_safe_and_never_alike(files, names):
    assert list(return_names(files).values()) == names


def test_a_very_long_name_still_fits(take):
    name = return_names(["区" * 90 + "_单位.csv"]).popitem()[1]
    assert len(name.encode()) <= 255 and name.endswith("_退回.xlsx")


def test_blank_rows_far_below_and_stray_cells_far_right_do_not_travel(take, workbook, give_back):
    def scatter(book):
        book["单位"].cell(1, 16_384).value = "远"
        for row in range(100, 5000):
            book["单位"].cell(row, 3).number_format = "@"

    workbook({"单位": [HEADERS, unit(1), unit(2, 职工数="x")]}, change=scatter)
    sheet = openpyxl.load_workbook(give_back(take())["东明区.xlsx"])["单位"]
    assert sheet.max_row == 3
    assert [c.value for c in sheet[1]][-3:] == ["核对结论", "核对问题", "怎么改"]


def test_the_same_file_gives_the_same_bytes(take, workbook, give_back):
    workbook(troubled_sheets())
    result = take()
    first = give_back(result)["东明区.xlsx"].read_bytes()
    assert give_back(result)["东明区.xlsx"].read_bytes() == first
