"""``inspect`` on files as people hand them on: untouched, edited, out of date, not ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "publishing"))

from finished import CITY, FORMATS, in_word, written

from analysis.cli import main
from analysis.errors import ParameterError
from analysis.runs.inspecting import inspect_file


@pytest.fixture
def quarter(tmp_path):
    """A quarter's folder with an indicators table that agrees with the document's facts."""
    folder = tmp_path / "2021Q3"
    (folder / "city").mkdir(parents=True)
    row = {"quarter": "2021Q3", "region_code": CITY.region_code, "segment": "all", "indicator": CITY.indicator, "numerator": CITY.numerator,
           "denominator": CITY.denominator, "value": float(CITY.value), "status": "ok"}  # fmt: skip
    pd.DataFrame([row]).to_csv(folder / "indicators.csv", index=False, encoding="utf-8-sig")
    return folder


@pytest.mark.parametrize("form", FORMATS)
def test_a_delivered_file_agrees_with_itself_and_the_table_beside_it(quarter, form):
    path = quarter / "city" / f"brief.{form}"
    path.write_bytes(written(form)[1])
    made = inspect_file(path)
    assert (made.findings, made.table) == ([], quarter / "indicators.csv")
    assert made.figures >= 6


def test_figures_that_the_quarter_no_longer_has_are_named(quarter):
    path = quarter / "city" / "brief.docx"
    path.write_bytes(written("docx")[1])
    table = pd.read_csv(quarter / "indicators.csv", encoding="utf-8-sig", dtype={"region_code": str})
    table.assign(numerator=1853, value=1853 / 2718).to_csv(quarter / "indicators.csv", index=False, encoding="utf-8-sig")
    said = [f.sentence for f in inspect_file(path).findings]
    assert len(said) == 1 and said[0].startswith(f"数据记录：全市单位覆盖率 {CITY.id} 的数值是 0.68")
    assert said[0].endswith("数据可能已经更新。请重新生成文稿")


def test_the_command_lists_departures_and_ends_with_one(quarter, capsys):
    path = quarter / "city" / "brief.docx"
    path.write_bytes(in_word(written("docx")[1], ">68.1%<", ">69.1%<"))
    with pytest.raises(SystemExit) as ended:
        main(["inspect", str(path)])
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "“一、总体情况”之下第1段：写的是“69.1%”，登记的是“68.1%”" in said and "brief.docx：有 1 处不符" in said


def test_a_file_that_is_not_there_or_of_no_known_kind(tmp_path):
    with pytest.raises(ParameterError, match="没有找到文件"):
        inspect_file(tmp_path / "x.docx")
    (tmp_path / "x.odt").write_bytes(b"")
    with pytest.raises(ParameterError, match=r"不会核对 x\.odt，会核对的是 html、pdf、docx、pptx 文件"):
        inspect_file(tmp_path / "x.odt")
