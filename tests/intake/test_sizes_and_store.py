"""Sizes by the published table, and what is stored."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_world import HEADERS, code, unit
from stdnum.cn import uscc as stdnum_uscc

from analysis.errors import LedgerError
from analysis.intake import store
from analysis.intake.sizes import add_sizes
from analysis.intake.values import uscc_is_valid


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "assets", "given_size", "size", "small_micro", "sme"),
    [
        ("1811", 260, 45000, None, None, "小", True, True),
        ("6090", 310, 1800, None, None, "小", True, True),
        ("702", 95, 6000, None, None, "微", True, True),
        ("5012", 9, 5000, 6000, None, "小", True, True),
        ("7231", 120, None, 90, None, "微", True, True),
        ("6510", 15, 45, None, None, "微", True, True),
        ("5111", 18, 6000, None, None, "小", True, True),
        ("1811", 1000, 40000, None, None, "大", False, False),
        ("1811", 299, None, None, None, None, True, True),
        ("1811", 1000, None, None, None, None, None, None),
        ("1811", 999, None, None, None, None, None, True),
        ("5012", 3, None, None, None, None, None, None),
        ("591", 19, None, None, None, "微", True, True),
        ("59", 3, None, None, None, None, None, None),
        ("70", 3, None, None, None, None, None, None),
        (None, 3, None, None, None, None, None, None),
        ("8311", 3, None, None, None, "不适用", False, False),
        ("704", 3, None, None, None, "不适用", False, False),
        ("1811", 3, None, None, "大", "大", False, False),
    ],
)
def test_sizes(industry, employees, revenue, assets, given_size, size, small_micro, sme):
    frame = pd.DataFrame(
        {
            "industry_code": pd.Series([industry], dtype=object),
            "size_class": pd.Series([given_size], dtype=object),
            "employee_count": pd.array([employees], "Int64"),
            "revenue_wan_yuan": pd.array([revenue], "Float64"),
            "assets_wan_yuan": pd.array([assets], "Float64"),
        }
    )
    got = add_sizes(frame).iloc[0]
    assert got["size_class"] == size
    assert [None if pd.isna(v) else bool(v) for v in (got["is_small_micro"], got["is_sme"])] == [small_micro, sme]
    assert bool(got["is_size_applicable"]) == (size != "不适用")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=16, max_size=19), st.integers(0, 10**9 - 1))
def test_our_check_digit_agrees_with_stdnum(text, number):
    for candidate in (text, code(number), code(number)[:-1] + text[0], "91000000" + text[:10]):
        assert uscc_is_valid(candidate) == (stdnum_uscc.is_valid(candidate) and len(candidate) == 18)


def test_tables_come_back_as_they_were(tmp_path, take, workbook):
    unions = [["工会代码", "工会形式", "区县", "成立日期", "挂牌", "自评分"], [code(2, "81"), "单独", "东明区", "2020-1-1", "是", 81.5]]
    workbook({"单位": [[*HEADERS, "营业收入", "经度", "纬度"], [*unit(1), 300, 100.5, 30.5], [*unit(2, 会员数=None), None, None, None]], "工会": unions})
    result = take()
    store.write_tables(result, tmp_path / "store")
    for table, frame in store.read_tables(tmp_path / "store").items():
        pd.testing.assert_frame_equal(frame, result.tables[table])
    assert "revenue_wan_yuan" not in result.tables["units"]
    (tmp_path / "store" / "covers.parquet").write_bytes(b"PAR1")
    with pytest.raises(LedgerError, match=r"covers\.parquet 缺失或损坏。请删去"):
        store.read_tables(tmp_path / "store")


def test_reports_open_in_excel_and_start_no_formula(tmp_path, take, workbook):
    workbook({"单位": [HEADERS, unit(1, 职工数="=1+1|cmd"), unit(2, 职工数="-3")]}, change=lambda book: _as_text(book))
    store.write_reports(take(), tmp_path / "intake")
    text = (tmp_path / "intake" / "rows.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbffile,table,sheet,row,rule,verdict,column,value,advice\r\n")
    assert "职工数,'=1+1|cmd,".encode() in text and "职工数,'-3,".encode() in text
    assert sorted(p.name for p in (tmp_path / "intake").iterdir()) == ["files.csv", "rows.csv", "summary.csv"]


def _as_text(book) -> None:
    book["单位"]["D2"].data_type = "s"
