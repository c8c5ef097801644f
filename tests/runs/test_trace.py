"""Every figure of the drawn city goes back to its rows: their sums are its numerator and its denominator."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "world"))

from drawn_city import CITY, build, drawn_world

from analysis import tables
from analysis.errors import ParameterError
from analysis.runs.tracing import trace as module
from analysis.runs.tracing.trace import Stored, read_address, trace, trace_of

QUARTER = "2021Q4"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return build(drawn_world(), tmp_path_factory.mktemp("traced"))


@pytest.fixture(scope="module")
def stored(city):
    return Stored(city.folder, city.settings)


def check_all(stored, quarter=QUARTER):
    """Trace every figure that is ok; return how many, by group of indicators."""
    groups = tables.load("indicators").set_index("indicator")["group"].to_dict()
    ok = stored.frame[(stored.frame["quarter"] == quarter) & (stored.frame["status"] == "ok") & stored.frame["indicator"].isin(list(groups))]
    # all of the city, every ninth of the rest: the others add no kind of figure
    ok = ok[ok["region_code"].eq(CITY) | (pd.RangeIndex(len(ok)) % 9 == 0)]
    counted: dict[str, int] = {}
    for row in ok.itertuples():
        made = trace_of(stored, read_address(f"{quarter}/{row.region_code}/{row.segment}/{row.indicator}"))
        top, bottom = (int(made.rows[part].sum()) if len(made.rows) else 0 for part in ("numerator", "denominator"))
        wanted = (int(row.value), 0) if row.unit == "count" else (int(row.numerator), int(row.denominator))
        assert (top, bottom) == wanted and made.agrees, (row.region_code, row.segment, row.indicator)
        assert len(made.rows) == 0 or ((made.rows["source_row"] > 0).all() and made.rows["source_file"].str.len().gt(0).all())
        assert not made.rows.duplicated(["source_file", "source_sheet", "source_row"]).any()
        counted[groups[row.indicator]] = counted.get(groups[row.indicator], 0) + 1
    return counted


@pytest.fixture
def quick(stored, monkeypatch):
    """Judge the units once: the property test asks for thousands of figures of one package."""
    from contextlib import contextmanager

    from analysis.periods import Quarter
    from analysis.runs.store import connect

    states = pd.read_parquet(stored.folder / "states.parquet").set_index("uscc")
    townships = stored.kept["units"]["uscc"].map(states["township_code"]).fillna("")
    with connect(stored.kept, townships) as connection:
        module.judge_units(connection, Quarter(stored.quarter).as_of, stored.settings, pd.DataFrame({"uscc": states.index[states["was_covered"]]}))

        @contextmanager
        def same(*_):
            yield connection

        monkeypatch.setattr(module, "connect", same)
        monkeypatch.setattr(module, "judge_units", lambda *_: None)
        yield


def test_the_rows_of_every_figure_add_up_to_it(stored, quick):
    counted = check_all(stored)
    assert set(counted) == set(tables.load("indicators")["group"])
    assert counted["unit"] > 400 and counted["matter"] > 10


def test_a_trace_names_file_sheet_and_row(city):
    made = trace(city.settings, f"{QUARTER}/{CITY}/all/unit_coverage_rate")
    assert made.fact.numerator == made.rows["in_numerator"].sum() and made.fact.denominator == made.rows["in_denominator"].sum()
    assert made.said[:2] == [
        f"分子 {made.fact.numerator}：由 {made.fact.numerator} 行相加得到，核对一致。",
        f"分母 {made.fact.denominator}：由 {made.fact.denominator} 行相加得到，核对一致。",
    ]
    first = made.rows.iloc[0]
    kept = Stored(city.folder, city.settings).kept["units"]
    line = kept[(kept["source_file"] == first["source_file"]) & (kept["source_row"] == first["source_row"])]
    assert line["uscc"].tolist() == [first["uscc"]]


def test_a_wrong_count_is_said_not_hidden(stored):
    made = module.Trace(stored.register.fact("covered_unit_count"), pd.DataFrame({"in_numerator": [True], "numerator": [1]}))
    module._compare(made, {"numerator": 2})
    assert not made.agrees and made.said[0].startswith("数量应为 2，追溯到的 1 行合计 1，对不上。")


def test_derived_figures_go_back_to_their_parts(city):
    change = trace(city.settings, f"{QUARTER}/{CITY}/all/unit_coverage_rate_qoq_abs")
    assert [part[0] for part in change.parts] == [f"{QUARTER}/{CITY}/all/unit_coverage_rate", f"2021Q3/{CITY}/all/unit_coverage_rate"]
    gap = trace(city.settings, f"{QUARTER}/970101/all/unit_coverage_rate_gap_to_city")
    assert [part[0] for part in gap.parts] == [f"{QUARTER}/970101/all/unit_coverage_rate", f"{QUARTER}/{CITY}/all/unit_coverage_rate"]
    below = trace(city.settings, f"{QUARTER}/{CITY}/all/mandatory_unit_union_rate_uncovered")
    assert (len(below.rows), below.fact.name) == (below.fact.value, "25人以上盲区单位")
    whole = trace(city.settings, f"{QUARTER}/{CITY}/all/unit_coverage_rate_denominator")
    assert len(whole.rows) == whole.fact.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit_coverage_rate", "不是数据编号，应有四段"),
        ("2021Q4/970100/all/unit_coverage_rat", "没有名为“unit_coverage_rat”的指标，最接近的是 unit_coverage_rate。"),
        ("2021Q4/970100/smal_micro/unit_coverage_rate", "没有名为“smal_micro”的分组，最接近的是 small_micro。"),
        ("2021Q4/970109/all/unit_coverage_rate", "2021Q4 的数据里没有地区 970109，最接近的是 97010"),
        ("2019Q1/970100/all/unit_coverage_rate", "里没有 2019Q1 的数据，已有的季度：2021Q4。请先运行 workbench run --quarter 2019Q1。"),
    ],
)
def test_an_unknown_id_is_answered_with_what_comes_nearest(city, text, said):
    with pytest.raises(ParameterError) as error:
        trace(city.settings, text)
    assert said in error.value.sentence


@pytest.mark.parametrize("audience", ["shared", "public"])
def test_units_are_listed_for_internal_readers_only(city, audience):
    from dataclasses import replace

    with pytest.raises(ParameterError, match=f"读者范围是 {audience}，不能列出单位明细"):
        trace(replace(city.settings, audience=audience), f"{QUARTER}/{CITY}/all/unit_coverage_rate")


def test_a_run_on_totals_goes_back_to_its_published_rows(tmp_path):
    from analysis.paths import DATA
    from analysis.runs.packing import build_package
    from analysis.runs.sources import choose_settings

    settings = choose_settings(ledgers=str(DATA / "census2004" / "ledgers"), store=str(tmp_path))
    stored = Stored(build_package(settings, "2004Q4"), settings)
    assert check_all(stored, "2004Q4")["unit"] > 20


def test_a_district_that_sends_sums_goes_back_to_its_row(tmp_path):
    world = drawn_world()
    world.keep_quarters(QUARTER)
    name = "北岭县"
    world.tables = {key: rows for key, rows in world.tables.items() if key[1] != name}
    world.tables[QUARTER, name, "汇总表"] = [["地区代码", "地区", "单位数", "建会单位数", "职工数", "会员数"], ["970104", name, "40", "30", "900", "700"]]
    city = build(world, tmp_path)
    made = trace(city.settings, f"{QUARTER}/970104/all/unit_coverage_rate")
    assert (made.fact.numerator, made.fact.denominator, len(made.rows), made.agrees) == (30, 40, 1, True)
    assert made.rows["source_sheet"].tolist() == ["汇总表"]
    whole = trace(city.settings, f"{QUARTER}/{CITY}/all/employee_count")
    assert whole.agrees and 900 in whole.rows["numerator"].tolist() and len(whole.rows) > 10


def test_the_table_of_a_trace_is_written_for_people(city, tmp_path):
    import openpyxl

    from analysis.runs.tracing.table import lines_of, write_trace

    made = trace(city.settings, f"{QUARTER}/{CITY}/all/unit_coverage_rate")
    rows = list(openpyxl.load_workbook(write_trace(made, tmp_path / "明细.xlsx"))["明细"].values)
    assert rows[0][:4] == ("文件", "工作表", "行", "统一社会信用代码") and len(rows) == 1 + made.fact.denominator
    assert write_trace(made, tmp_path / "明细.csv").read_text(encoding="utf-8-sig").splitlines()[0].startswith("文件,工作表,行,统一社会信用代码,单位名称")
    lines = lines_of(made, 2)
    assert lines[0].startswith(f"九七市　单位覆盖率　{made.fact.text}（{made.fact.numerator}÷{made.fact.denominator}，分母：应建会单位）")
    assert lines[-1].startswith(f"以上是前 2 行，共 {made.fact.denominator} 行")
    with pytest.raises(ParameterError, match=r"扩展名不认识，应为 \.xlsx 或 \.csv"):
        write_trace(made, tmp_path / "明细.txt")


def test_a_share_goes_back_to_what_was_divided(city):
    share = trace(city.settings, f"{QUARTER}/{CITY}/small_micro_or_two_new/blind_unit_count_of_blind")
    assert [part[0] for part in share.parts] == [f"{QUARTER}/{CITY}/small_micro_or_two_new/blind_unit_count", f"{QUARTER}/{CITY}/all/blind_unit_count"]
    assert (share.fact.numerator, share.fact.denominator) == (int(share.parts[0][1]), int(share.parts[1][1]))
    assert share.fact.name == "小微或两新盲区单位占盲区单位的比重"
    heavy = trace(city.settings, f"{QUARTER}/970101/all/mandatory_unit_union_rate_uncovered_of_blind")
    assert [part[0] for part in heavy.parts] == [f"{QUARTER}/970101/all/mandatory_unit_union_rate_uncovered", f"{QUARTER}/970101/all/blind_unit_count"]
    assert [part[1] for part in heavy.parts] == [str(heavy.fact.numerator), str(heavy.fact.denominator)]
    weight = trace(city.settings, f"{QUARTER}/{CITY}/small_micro_or_two_new/blind_unit_rate_denominator_of_eligible")
    assert weight.parts[1][0] == f"{QUARTER}/{CITY}/all/blind_unit_rate_denominator"
    first = trace(city.settings, f"{QUARTER}/970101/all/blind_unit_count_first_three_of_blind")
    assert first.parts[0][0] == f"{QUARTER}/970101/all/blind_unit_count_first_three"


def test_a_figure_that_is_not_worked_out_again_is_not_given_anothers_number(city):
    from analysis.runs.tracing.table import lines_of

    made = trace(city.settings, f"{QUARTER}/{CITY}/all/blind_unit_rate_smoothed")
    lines = lines_of(made, 5)
    assert lines[0] == f"由{made.fact.region_name}盲区率等推算的数" and f"编号 {QUARTER}/{CITY}/all/blind_unit_rate_smoothed" in lines[1]
    assert lines[2] == "这个数是写文稿时由下列数进一步推算的，这里不重新推算，推算办法见手册；下列数可再用它的编号追溯。"
