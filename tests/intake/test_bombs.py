"""Workbooks made to hurt: sizes that lie, cells at the end of the world, cells written in other ways."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from ledger_world import HEADERS, found, reason, status, unit

from analysis.errors import LedgerError
from analysis.intake import archive, workbooks
from analysis.settings import Settings

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FAR = "工作表“单位”铺开后超过 30000000 个单元格的上限，多半是极远处有零星内容。请删去表格以外的行和列后重新报送。"
BROKEN = "工作簿已损坏或没有传完整，打不开。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新报送。"


@pytest.fixture
def rewritten(workbook):
    """A sound workbook with some of its parts replaced."""

    def write(**parts: bytes) -> Path:
        path = workbook({"单位": [HEADERS, unit(1)]})
        with zipfile.ZipFile(path) as sound:
            members = {i.filename: sound.read(i) for i in sound.infolist()}
        members |= {name.replace("__", "/") + ".xml": data for name, data in parts.items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in members.items():
                made.writestr(name, data)
        return path

    return write


def sheet(rows: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {NAMESPACES}><dimension ref="A1:B2"/><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="B4000000000"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="9"><c r="XFD9"><v>1</v></c><c r="A9"><v>1</v></c></row><row r="8"><c r="A8"><v>1</v></c></row><row r="7"><c r="A1048576"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='2'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c></row><x:row r="2"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c\n r = "XFD1048576"><v>1</v></c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 16_000 + '</row><row r="1048576"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c s="1" r="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_no_cell_reference_fills_the_memory(rewritten, take, rows):
    rewritten(xl__worksheets__sheet1=sheet(rows))
    result = take()
    assert status(result) == {"东明区.xlsx": "unreadable"} and reason(result, "东明区.xlsx") == FAR


@pytest.mark.parametrize(
    ("rows", "grid"),
    [
        ('<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="B1"><v>1</v></c></row>', [["", 1.0], [2.0, ""]]),
        ("<row r='1'><c r='A1' t='e'><v>#REF!</v></c><c r='B1'><v>1</v></c></row>", [["#REF!", 1.0]]),
        ('<row r="1"><c r="A1" s="3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1"><v>1</v></c></row>', [["#DIV/0!", 1.0]]),
        ('<x:row r="1"><x:c r="A1" t="e"><x:v>#N/A</x:v></x:c><x:c r="B1"><x:v>1</x:v></x:c></x:row>', [["#N/A", 1.0]]),
        ('<row r="1"><c t="e" r="A1"><v>#NAME?</v></c><c r="B1"><v>1</v></c></row>', [["#NAME?", 1.0]]),
        ('<row><c t="e"><v>#NULL!</v></c><c><v>1</v></c></row>', [["#NULL!", 1.0]]),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>', [[1.0]]),
    ],
)
def test_cells_are_the_same_however_they_are_written(rewritten, rows, grid):
    path = rewritten(xl__worksheets__sheet1=sheet(rows))
    grids, _, _ = workbooks.read(path, 100, 1_000_000, lambda name: True)
    assert grids[0][1] == grid


def test_the_bound_on_columns_and_rows_is_exact():
    for rows, columns in ((3, 26), (10, 27), (99, 2), (100, 702), (1, 703), (1000, 16_384)):
        inside = f'<c r="{archive.column_letters(columns - 1)}{rows}">'.encode()
        wide = f'<c r="{archive.column_letters(columns)}1">'.encode()
        deep = f'<c r="A{rows + 1}">'.encode()
        pattern = f'<c r="(?:{archive._beyond_columns(columns)}|{archive._beyond_rows(rows)})"'
        assert [archive._matches(cell, pattern) for cell in (inside, wide, deep)] == [False, True, True]
        assert archive.column_number(archive.column_letters(columns)) == columns


def test_unpacked_size_is_bounded_before_anything_is_unpacked(rewritten, take):
    rewritten(xl__sharedStrings=b"<sst>" + b" " * 30_000_000 + b"</sst>")
    result = take(settings=Settings(max_unpacked_mb=20))
    assert reason(result, "东明区.xlsx") == "解压后超过 20 兆字节的上限。请删去多余的格式和工作表后重新报送，或在 workbench.toml 中调高 max_unpacked_mb。"


def test_a_header_that_lies_about_the_size_is_found_out_without_unpacking_it_all(rewritten, take):
    path = rewritten(xl__sharedStrings=b"<sst>" + b" " * 30_000_000 + b"</sst>")
    with zipfile.ZipFile(path) as made:
        info = made.getinfo("xl/sharedStrings.xml")
    data = bytearray(path.read_bytes())
    small = zlib.crc32(b"<sst>")
    for signature, offset in ((b"PK\x01\x02", 16), (b"PK\x03\x04", 14)):
        at = data.find(b"xl/sharedStrings.xml", info.header_offset if signature == b"PK\x03\x04" else made.start_dir)
        start = data.rfind(signature, 0, at)
        struct.pack_into("<L", data, start + offset, small)
        struct.pack_into("<L", data, start + offset + 8, 5)
    path.write_bytes(bytes(data))
    result = take(settings=Settings(max_unpacked_mb=20))
    assert reason(result, "东明区.xlsx") == BROKEN


def test_one_bomb_leaves_the_other_districts_alone(rewritten, workbook, take):
    rewritten(xl__worksheets__sheet1=sheet('<row r="1"><c r="B4000000000"><v>1</v></c></row>'))
    workbook({"单位": [HEADERS, unit(2, 区县代码="990102"), unit(3, 区县代码="990102", 职工数="约")]}, name="西坝县.xlsx")
    result = take()
    assert status(result) == {"东明区.xlsx": "unreadable", "西坝县.xlsx": "read"}
    assert found(result) == [(3, "count_invalid")] and result.is_usable
    assert result.sources[["file", "state"]].values.tolist() == [["东明区.xlsx", "unreadable"], ["西坝县.xlsx", "read"]]


def test_a_part_packed_with_a_password_is_told_as_such(workbook):
    path = workbook({"单位": [HEADERS, unit(1)]})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(bytes(data))
    with pytest.raises(LedgerError, match="工作簿设有打开密码。请取消密码后重新报送。"):
        workbooks.read(path, 100, 1_000_000, lambda name: True)
