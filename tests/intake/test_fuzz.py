"""Workbooks damaged at random, in their bytes, in their parts and in their cells: always one status a file, never a traceback."""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from ledger_world import HEADERS, code, unit

from analysis import intake
from analysis.settings import Settings

REGIONS = pd.DataFrame({"code": ["990101", "990102"], "name": ["东明区", "西坝县"], "host_code": ["", ""]})
PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml")
PIECES = [b"", b"<", b">", b'"', b"</row>", b"</sheetData>", b"<c r='XFD1048576'><v>1</v></c>", b'<c r="A0"><v>1</v></c>', b' t="e"', b' t="s"', b"99999999999", b"-1",
          b"\xff\xfe", b"\0", b"<!--", b"]]>", b"&x;", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b'<mergeCell ref="A1:XFD1048576"/>', b'<dimension ref="XFD1048576:A1"/>']  # fmt: skip


@lru_cache(maxsize=1)
def sound() -> bytes:
    """A workbook of two sheets as it should be."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, rows in (
            ("单位", [HEADERS, *(unit(i) for i in range(6))]),
            ("工会", [["工会代码", "工会形式", "区县", "成立日期"], [code(1, "81"), "单独", "东明区", 44000]]),
        ):
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                sheet.write_row(r, 0, row)
        sheet.merge_range("A10:B11", "注：数据截至季末")
    return target.getvalue()


def judged(data: bytes, name: str = "东明区.xlsx") -> intake.Intake:
    """Take the file in beside a sound one of another district, which must not suffer."""
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        (Path(folder) / "西坝县_单位.csv").write_text(",".join(HEADERS) + f"\n{code(99)},甲厂,990102,10,5\n", encoding="utf-8")
        result = intake.take_in(folder, "2021Q3", REGIONS, Settings(max_unpacked_mb=50, max_cells=2_000_000))
    files = result.files.set_index("file")
    assert files.loc[name, "status"] in ("read", "unreadable", "table_stopped", "unknown_table")
    assert files.loc["西坝县_单位.csv", "status"] == "read" and code(99) in set(result.tables["units"]["uscc"])
    if files.loc[name, "status"] != "read":
        assert files.loc[name, "reason"].endswith("。") or "；" in files.loc[name, "reason"]
        assert "Error" not in files.loc[name, "reason"] and "Traceback" not in files.loc[name, "reason"]
    assert (result.summary["rows_read"] == result.summary[["accepted", "flagged", "quarantined"]].sum(axis=1)).all()
    return result


def test_the_sound_workbook_is_read():
    assert judged(sound()).summary["rows_read"].tolist() == [1, 6, 1]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12), st.floats(0, 1), st.booleans())
def test_any_byte_of_a_workbook_may_be_wrong(changes, end, is_cut):
    data = bytearray(sound())
    for place, value in changes:
        data[place % len(data)] = value
    judged(bytes(data[: int(len(data) * end)]) if is_cut else bytes(data))


@given(
    st.sampled_from(PARTS),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=6)), min_size=1, max_size=4),
)
@example("xl/worksheets/sheet1.xml", [(10**5, 0, b'<c r="A0"><v>1</v></c>')])
@example("xl/sharedStrings.xml", [(0, 10**6, b'<sst uniqueCount="99999999999" count="9"></sst>')])
@example("xl/styles.xml", [(0, 10**6, b"")])
@example("xl/workbook.xml", [(0, 10**6, b"")])
def test_any_part_of_a_workbook_may_be_wrong(part, changes):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound())) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == part:
                for place, length, piece in changes:
                    at = place % (len(data) + 1)
                    data = data[:at] + piece + data[at + length :]
            new.writestr(info.filename, data)
    judged(target.getvalue())


_CELLS = st.none() | st.text(max_size=8) | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.sampled_from(
    ["合计", "注：", "单位：万元", "统一社会信用代码", "区县", "人数", "甲", 1, "#REF!", "\u202e", "序号", "=1+1", "13800000000", "（一）", "职工数（万人）", "-"]
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 8), _CELLS), min_size=1, max_size=10))
def test_any_cell_of_a_sheet_may_be_anything(changes):
    grid: list[list[object]] = [["东明区单位台账"], [], list(HEADERS), *(unit(i) for i in range(6))]
    for row, column, value in changes:
        while len(grid) <= row:
            grid.append([])
        grid[row] += [None] * (column + 1 - len(grid[row]))
        grid[row][column] = value
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("单位")
        for r, cells in enumerate(grid):
            for c, value in enumerate(cells):
                if isinstance(value, bool):
                    sheet.write_boolean(r, c, value)
                elif isinstance(value, str):
                    sheet.write_string(r, c, re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", value))
                elif value is not None:
                    sheet.write_number(r, c, value)
    result = judged(target.getvalue())
    assert "13800000000" not in str(result.rows.to_dict()) + str(result.files.to_dict())


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "gb18030", "utf-16"]), st.integers(0, 200))
def test_any_bytes_may_stand_in_a_csv_or_parquet(noise, encoding, place):
    text = (",".join(HEADERS) + f"\n{code(1)},甲厂,990101,10,5\n").encode(encoding)
    judged(text[:place] + noise + text[place:], "东明区_单位.csv")
    judged(b"PAR1" + noise + b"PAR1", "东明区_单位.parquet")
