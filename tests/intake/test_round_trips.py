"""Random ledgers, written as workbook, CSV and Parquet: the same tables and the same verdicts, and rows that add up."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from ledger_world import HEADERS, code

from analysis import intake
from analysis.settings import Settings

OPTIONAL = ["乡镇街道", "控股类型", "行业代码", "存续状态", "划型", "规模以上", "农民工数", "党组织成立日期", "经度", "纬度", "营业收入"]
REGIONS = pd.DataFrame({"code": ["990101", "990102", "990171"], "name": ["东明区", "西坝县", "高新区"], "host_code": ["", "", "990101"]})
_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "+cmd",
        "@SUM(A1)",
        "<script>",
        "{{7*7}}",
        "#REF!",
        "合计",
        "注：",
        "𠮷䶮赟",
        "甲\n乙",
        '"引号"',
        "a,b",
        "   ",
        "甲" * 2000,
        "\u202e甲",
        "1",
        "是",
        "-",
    ]
)
_COUNTS = st.sampled_from([0, 1, 24, 25, 300, 10**10, 10**10 + 1, 10**18, -3, "12", "1,200", "１２", "约50", "12.5", "", None, "—", "#N/A", 12.5, "1e3"])
_DATES = st.sampled_from(["2021-9-30", "2021.9.30", "2021年9月30日", "20210930", "2021-02-30", "", None, "长期", date(2021, 9, 30), 44469])
CELLS = {
    "统一社会信用代码": st.integers(0, 6).map(code) | st.sampled_from([code(1).lower(), " " + code(2), code(3, "81"), code(1)[:17], "", None, "91"]),
    "单位名称": _NAMES,
    "区县代码": st.sampled_from(["990101", 990102, "东明区", "990171", "990109", "880203", "", None, "无此区"]),
    "职工数": _COUNTS,
    "会员数": _COUNTS,
    "乡镇街道": _NAMES,
    "控股类型": st.sampled_from(["国有", "私人", "不详", "", None]),
    "行业代码": st.sampled_from(["C1811", "7263", 7020, "59", "98", "制造", "", None]),
    "存续状态": st.sampled_from(["存续", "注销", "待核实", "", None]),
    "划型": st.sampled_from(["大", "小型", "不适用", "巨", "", None]),
    "规模以上": st.sampled_from(["是", "否", "√", "×", "Y", "待定", 1, 0, "", None]),
    "农民工数": _COUNTS,
    "党组织成立日期": _DATES,
    "经度": st.sampled_from([100.5, "100.5", 181, "东", "", None]),
    "纬度": st.sampled_from([30.5, "30.5", -91, "", None]),
    "营业收入": st.sampled_from([300, "2,000.5", "1e400", "若干", "", None]),
}


@st.composite
def ledgers(draw) -> list[list[object]]:
    """A header and up to eight rows of units, the optional columns some and in any order."""
    header = draw(st.permutations([*HEADERS, *draw(st.lists(st.sampled_from(OPTIONAL), unique=True))]))
    return [list(header), *draw(st.lists(st.tuples(*(CELLS[h] for h in header)).map(list), max_size=8))]


def _as_csv(value: object) -> str:
    return "" if value is None else str(value)


def write(rows: list[list[object]], folder: Path, kind: str) -> None:
    if kind == "xlsx":
        with xlsxwriter.Workbook(folder / "东明区.xlsx", {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
            sheet, day = book.add_worksheet("单位"), book.add_format({"num_format": "yyyy-mm-dd"})
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, datetime(value.year, value.month, value.day), day)
                    elif isinstance(value, str):
                        sheet.write_string(r, c, value)
                    elif value is not None:
                        sheet.write_number(r, c, value)
    elif kind == "parquet":
        columns = [[_as_csv(row[i]) or None for row in rows[1:]] for i in range(len(rows[0]))]
        pq.write_table(pa.table({h: pa.array(c, pa.string()) for h, c in zip(rows[0], columns, strict=True)}), folder / "东明区_单位.parquet")
    else:
        out = io.StringIO()
        csv.writer(out).writerows([[_as_csv(v) for v in row] for row in rows])
        (folder / "东明区_单位.csv").write_bytes(out.getvalue().encode(kind))


def taken(rows: list[list[object]], kind: str) -> intake.Intake:
    with TemporaryDirectory() as name:
        write(rows, Path(name), kind)
        return intake.take_in(name, "2021Q3", REGIONS, Settings())


def told(result: intake.Intake) -> tuple[object, ...]:
    """What may not depend on the kind of file; row numbers are left to one kind each."""
    kept = result.tables["units"].drop(columns=["source_file", "source_sheet", "source_row"])
    cells = [["" if pd.isna(v) else v for v in row] for row in kept.astype(object).itertuples(index=False)]
    lines = result.rows[["row", "rule", "verdict", "column"]].values.tolist()
    return cells, lines, result.summary[["rows_read", "accepted", "flagged", "quarantined"]].values.tolist(), result.files["status"].tolist()


@given(ledgers(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_the_same_ledger_reads_the_same_in_every_form(rows, encoding):
    expected = None
    for kind in ("xlsx", encoding, "parquet"):
        result = taken(rows, kind)
        assert (result.summary["rows_read"] == result.summary[["accepted", "flagged", "quarantined"]].sum(axis=1)).all()
        assert len(result.tables["units"]) == result.summary[["accepted", "flagged"]].to_numpy().sum()
        assert result.tables["units"]["uscc"].is_unique
        expected = told(result) if expected is None else expected
        assert told(result) == expected, kind


@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "parquet"])
def test_a_row_as_it_was_written(kind):
    result = taken([[*HEADERS, "党组织成立日期"], [code(1), "甲厂", "990102", 10, None, date(2021, 9, 30)]], kind)
    kept = result.tables["units"].iloc[0]
    assert (kept["uscc"], kept["unit_name"], kept["district_code"], kept["employee_count"]) == (code(1), "甲厂", "990102", 10)
    assert pd.isna(kept["member_count"]) and kept["party_org_established_on"] == pd.Timestamp(2021, 9, 30)
