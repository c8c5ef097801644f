"""Files of every kind: each is read, or ends in one status with one Chinese reason, never in a traceback."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from ledger_world import HEADERS, code, found, reason, status, unit

from analysis.errors import LedgerError
from analysis.settings import Settings

SMALL = ",".join(HEADERS) + f"\n{code(1)},甲厂,990101,10,5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_the_encodings_of_districts(tmp_path, take, encoding):
    (tmp_path / "东明区_单位.csv").write_bytes(SMALL.encode(encoding))
    result = take()
    assert status(result) == {"东明区_单位.csv": "read"}
    assert result.tables["units"]["unit_name"].tolist() == ["甲厂"]


def test_csv_records_are_counted_as_the_contract_says(tmp_path, take):
    text = f'东明区单位表,,,,\n\n{",".join(HEADERS)}\n{code(1)},"甲厂\n（东区）",990101,10,5\n\n{code(2)},乙厂,990101,约50,5\n'
    (tmp_path / "东明区_单位.csv").write_text(text, encoding="utf-8")
    result = take()
    assert found(result) == [(6, "count_invalid")]
    assert result.tables["units"][["unit_name", "source_row"]].values.tolist() == [["甲厂 （东区）", 4]]


def test_unbalanced_quote_is_one_reported_failure(tmp_path, take):
    (tmp_path / "东明区_单位.csv").write_text(SMALL + f'{code(2)},"乙厂,990101,10,5\n', encoding="utf-8")
    result = take()
    assert result.summary["rows_read"].sum() in (1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的（0 字节）。请重新导出后报送。"),
        (b"PK\x03\x04 cut off", "工作簿已损坏或没有传完整，打不开。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新报送。"),
        (b"no workbook", "工作簿已损坏或没有传完整，打不开。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新报送。"),
        (b"<html><table><tr><td>1</td></tr></table>", "扩展名是 .xlsx，内容却是网页（系统导出的假 Excel）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "扩展名是 .xlsx，内容却是旧版 .xls 格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "工作簿设有打开密码。请取消密码后重新报送。"),
    ],
)
def test_a_workbook_that_is_none_says_why(tmp_path, take, content, words):
    (tmp_path / "坏.xlsx").write_bytes(content)
    result = take()
    assert status(result) == {"坏.xlsx": "unreadable"}
    assert reason(result, "坏.xlsx") == words
    assert not result.is_usable


def test_a_workbook_cut_in_half_is_unreadable(tmp_path, take, workbook):
    path = workbook({"单位": [HEADERS, *(unit(i) for i in range(300))]})
    data = path.read_bytes()
    for share in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * share)])
        assert status(take()) == {"东明区.xlsx": "unreadable"}


def test_damage_inside_the_archive_is_unreadable(tmp_path, take, workbook):
    path = workbook({"单位": [HEADERS, unit(1)]})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 70
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(bytes(data))
    assert status(take()) == {"东明区.xlsx": "unreadable"}


def test_other_files_are_named_not_read(tmp_path, take):
    (tmp_path / "东明区_单位.csv").write_text(SMALL, encoding="utf-8")
    for name in ("~$东明区.xlsx", ".DS_Store", "说明.docx", "旧.xls", "东明区_花名册.csv", "坏_工会.parquet"):
        (tmp_path / name).write_bytes(b"x")
    result = take()
    assert status(result) == {
        "东明区_单位.csv": "read",
        "~$东明区.xlsx": "ignored",
        ".DS_Store": "ignored",
        "说明.docx": "ignored",
        "旧.xls": "unreadable",
        "东明区_花名册.csv": "unknown_table",
        "坏_工会.parquet": "unreadable",
    }
    assert reason(result, "旧.xls") == ".xls 文件不能直接读取，请用 Excel 或 WPS 另存为 .xlsx，再重新报送。"
    assert reason(result, "坏_工会.parquet") == "不是完整的 Parquet 文件，可能传输中断或扩展名有误。请重新导出后报送。"
    assert result.sources.set_index("file")["table"]["坏_工会.parquet"] == "unions"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, take, workbook):
    workbook({"单位": [HEADERS, *(unit(i) for i in range(2000))]})
    result = take(settings=Settings(max_unpacked_mb=0))
    assert status(result) == {"东明区.xlsx": "unreadable"}


def test_a_cell_far_away_does_not_fill_the_memory(take, workbook):
    def far(book):
        book["单位"]["XFD1048576"] = "x"

    workbook({"单位": [HEADERS, unit(1)]}, change=far)
    result = take()
    assert reason(result, "东明区.xlsx") == "工作表“单位”铺开后超过 30000000 个单元格的上限，多半是极远处有零星内容。请删去表格以外的行和列后重新报送。"


def test_twenty_thousand_formatted_blank_rows_are_fine(take, workbook):
    def format_rows(book):
        for number in range(3, 20_000):
            book["单位"].cell(number, 1).number_format = "0.00"

    workbook({"单位": [HEADERS, unit(1)]}, change=format_rows)
    assert take().summary["rows_read"].tolist() == [1]


def test_hidden_and_unknown_sheets_are_named(take, workbook):
    def hide(book):
        book["工会"].sheet_state = "hidden"

    workbook({"填表须知": [["请勿改表头"]], "单位": [HEADERS, unit(1)], "工会": [["x"]]}, change=hide)
    result = take()
    assert status(result) == {"东明区.xlsx": "read"}
    assert reason(result, "东明区.xlsx") == "隐藏的工作表没有读取：工会；不认识的工作表没有读取：填表须知"


def test_parquet_counts_its_header_as_row_one(tmp_path, take):
    frame = pd.DataFrame({"uscc": [code(1), code(2)], "district_code": ["990101", "990102"], "employee_count": [3, -1], "member_count": [1, None]})
    frame.to_parquet(tmp_path / "东明区_单位.parquet")
    result = take()
    assert found(result) == [(3, "count_invalid")]
    assert result.tables["units"]["member_count"].tolist() == [1]


def test_a_missing_or_empty_folder_says_what_to_do(tmp_path, take):
    with pytest.raises(LedgerError, match=r"里没有 \.xlsx、\.csv 或 \.parquet 文件。请把各区县报送的文件放进去后重新运行。"):
        take()
    from analysis import intake

    with pytest.raises(LedgerError, match="没有找到台账文件夹"):
        intake.take_in(tmp_path / "没有", "2021Q3", None, Settings())
