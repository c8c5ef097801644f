import os

import pandas as pd
import pytest

from analysis.measures.indicators import typed
from analysis.runs.outputs import COLUMNS, as_text, write_indicators, write_whole


def frame(**changes):
    row = {
        "quarter": "2021Q3",
        "region_level": "district",
        "region_code": "970101",
        "region_name": "东区",
        "segment": "all",
        "indicator": "unit_coverage_rate",
        "numerator": 1,
        "denominator": 3,
        "value": 1 / 3,
        "unit": "ratio",
        "status": "ok",
        "reason": "",
        "left_out": "",
    }
    return typed(pd.DataFrame([row | changes]))


def test_csv_has_the_contracts_columns_bom_and_unrounded_ratios(tmp_path):
    write_indicators(frame(), tmp_path)
    raw = (tmp_path / "indicators.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == [",".join(COLUMNS), "2021Q3,district,970101,东区,all,unit_coverage_rate,1,3,0.3333333333333333,ratio,ok"]
    assert list(pd.read_parquet(tmp_path / "indicators.parquet").columns) == COLUMNS


def test_counts_are_whole_and_blanks_empty():
    assert as_text(frame(unit="count", value=1234.0, numerator=None, denominator=None)).iloc[0].tolist()[6:] == ["", "", "1234", "count", "ok"]
    assert as_text(frame(value=None, status="no_data")).iloc[0]["value"] == ""


def test_a_name_that_looks_like_a_formula_is_text():
    assert as_text(frame(region_name="=1+1")).iloc[0]["region_name"] == "'=1+1"


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    def broken(path):
        path.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(target, broken)
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("a.txt", "old")]


@pytest.mark.skipif(os.name == "nt", reason="Windows 的权限不用八进制数表示")
def test_what_is_written_may_be_read_by_whom_the_folder_lets(tmp_path):
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "a.csv", lambda path: path.write_text("x", encoding="utf-8"))
    finally:
        os.umask(before)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o644
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
