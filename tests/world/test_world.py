"""The drawn city: every rule, every indicator, every segment against values worked out on paper."""

import dataclasses

import pytest
from drawn_city import CITY, QUARTERS, Outcome, assert_equal, build, drawn_world, rows_of, settings_of

from analysis import tables
from analysis.runs.packing import build_package
from analysis.settings import load_settings

REGIONS = ("city", "970101", "970102", "970103", "970104")
RULES = tables.load("rules").set_index("rule")["verdict"].to_dict()
INDICATORS = tables.load("indicators")["indicator"].tolist()
SEGMENTS = tables.load("segments")["segment"].tolist()


def by_region(name: str, segment: str = "all") -> dict[tuple[str, str, str], str]:
    return {(region, segment, row["indicator"]): row[region] for row in rows_of(name) for region in REGIONS}


def test_every_row_has_the_verdict_written_down(city):
    got = sorted((r.file, r.table, int(r.row), r.rule, r.verdict, r.value) for r in city.report("rows").itertuples())
    expected = sorted((r["file"], r["table"], int(r["row"]), r["rule"], r["verdict"], r["value"]) for r in rows_of("verdicts.csv"))
    assert got == expected


def test_a_sheet_is_named_where_the_file_has_sheets(city):
    names = {"units": "单位", "unions": "工会", "covers": "覆盖关系", "congresses": "职代会", "contract_covers": "合同覆盖"}
    for row in city.report("rows").itertuples():
        assert row.sheet == (names[row.table] if row.file.endswith(".xlsx") else "")
        assert row.advice and "{" not in row.advice


def test_no_rule_goes_untriggered():
    triggered = {row["rule"]: row["verdict"] for row in rows_of("verdicts.csv")}
    assert triggered == RULES, f"rules without a row in verdicts.csv: {sorted(set(RULES) - set(triggered))}"


def test_near_misses_do_not_trigger_their_rule(city):
    sizes = {(r.file, r.table): int(r.rows_read) for r in city.report("summary").itertuples()}
    reported = {(r.file, r.table, r.row, r.rule) for r in city.report("rows").itertuples()}
    misses = rows_of("near_misses.csv")
    assert {m["rule"] for m in misses} == set(RULES), "every rule needs a row that just does not trigger it"
    for miss in misses:
        assert 2 <= int(miss["row"]) <= sizes[miss["file"], miss["table"]] + 1, f"no such row: {miss}"
        assert (miss["file"], miss["table"], miss["row"], miss["rule"]) not in reported, miss


def test_rows_read_are_accepted_flagged_or_quarantined(city):
    summary = city.report("summary").set_index(["file", "table"])[["rows_read", "accepted", "flagged", "quarantined"]].astype(int)
    assert (summary["rows_read"] == summary["accepted"] + summary["flagged"] + summary["quarantined"]).all()
    assert summary.loc[("东山区.xlsx", "units")].tolist() == [15, 11, 2, 2]
    assert summary.loc[("西河区_单位.csv", "units")].tolist() == [17, 8, 4, 5]
    assert summary.loc[("南原县.xlsx", "units")].tolist() == [12, 7, 2, 3]
    assert summary.loc[("北岭县.xlsx", "units")].tolist() == [8, 8, 0, 0]
    assert summary.loc[("东山区.xlsx", "unions")].tolist() == [6, 1, 4, 1]
    assert set(city.report("files")["status"]) == {"read"}


def test_every_indicator_has_an_expected_value():
    assert sorted(row["indicator"] for row in rows_of("expected.csv")) == sorted(INDICATORS)


def test_every_segment_has_an_expected_value():
    assert sorted(row["segment"] for row in rows_of("expected_segments.csv")) == sorted(SEGMENTS)


def test_indicators_of_city_and_districts(city):
    assert_equal(city.figures, by_region("expected.csv"))


def test_segments_of_the_city(city):
    expected = {}
    for row in rows_of("expected_segments.csv"):
        bases = {
            "eligible_unit_count": row["eligible"],
            "covered_unit_count": row["covered"],
            "employee_count": row["employees"],
            "covered_employee_count": row["covered_employees"],
            "member_count": row["members"],
        }
        bases["unit_coverage_rate"] = f"{row['covered']}/{row['eligible']}"
        bases["employee_coverage_rate"] = f"{row['covered_employees']}/{row['employees']}"
        bases["membership_rate_all"] = f"{row['members']}/{row['employees']}"
        bases["blind_unit_count"] = str(int(row["eligible"]) - int(row["covered"]))
        bases["blind_employee_share"] = f"{int(row['employees']) - int(row['covered_employees'])}/{row['employees']}"
        expected |= {("city", row["segment"], indicator): value for indicator, value in bases.items()}
    expected |= {("city", row["segment"], row["indicator"]): row["value"] for row in rows_of("expected_segment_rates.csv")}
    assert_equal(city.figures, expected)


def test_townships_by_declared_name_else_by_point(city):
    columns = {
        "eligible": "eligible_unit_count",
        "covered": "covered_unit_count",
        "nominal": "nominal_unit_count",
        "employees": "employee_count",
        "covered_employees": "covered_employee_count",
        "members": "member_count",
    }
    rows = rows_of("expected_townships.csv")
    expected = {(row["township"], "all", indicator): row[short] for row in rows for short, indicator in columns.items()}
    expected |= {(row["township"], "all", "unit_coverage_rate"): f"{row['covered']}/{row['eligible']}" for row in rows}
    figures = city.figures
    assert_equal(figures, expected)
    townships = {key[0] for key, figure in figures.items() if figure["region_level"] == "township"}
    assert townships == {row["township"] for row in rows}
    by_unit = {key[2].removesuffix("_qoq").removesuffix("_yoy") for key in figures if key[0] in townships}
    assert not by_unit & set(tables.load("indicators").query("group == 'union' or group == 'matter' or group == 'contracts'")["indicator"])


def test_changes_against_the_previous_quarter_and_the_year_before(city):
    assert_equal(city.figures, by_region("expected_changes.csv"))


def test_every_figure_is_there_for_every_region(city):
    figures = city.figures
    per_segment = tables.load("indicators").query("group in ('unit', 'congress', 'contract', 'party')")["indicator"]
    wanted = {
        (region, segment, indicator + change) for region in REGIONS for segment in SEGMENTS for indicator in per_segment for change in ("", "_qoq", "_yoy")
    }
    wanted |= {(region, "all", indicator + change) for region in REGIONS for indicator in INDICATORS for change in ("", "_qoq", "_yoy")}
    assert wanted <= set(figures)
    for key, figure in figures.items():
        assert figure["status"] == "ok" or figure["reason"], f"{key}: a blank without its reason"


def test_a_change_between_different_scopes_is_blank_with_its_reason(city):
    figure = city.figures["city", "all", "migrant_worker_count_yoy"]
    assert figure["status"] == "no_data" and "缺报的区县不同" in figure["reason"]
    district = city.figures["970102", "all", "migrant_worker_count_yoy"]
    assert "2020年第四季度" in district["reason"] and "农民工数" in district["reason"]


def test_the_city_is_named_as_set(city):
    assert city.context["city"] == [CITY, "九七市"]
    assert city.figures["970101", "all", "eligible_unit_count"]["region_name"] == "东山区"
    assert ("970171", "all", "eligible_unit_count") not in city.figures


def test_without_the_previous_quarter_nothing_is_newly_covered_or_compared(tmp_path):
    world = drawn_world()
    world.keep_quarters("2021Q4")
    made = build(world, tmp_path)
    figures = made.figures
    for region in REGIONS:
        for indicator in ("newly_covered_unit_count", "unit_coverage_rate_qoq", "unit_coverage_rate_yoy", "union_org_count_qoq"):
            assert figures[region, "all", indicator]["status"] == "no_data" and figures[region, "all", indicator]["reason"]
    levels = {key: value for key, value in by_region("expected.csv").items() if key[2] != "newly_covered_unit_count"}
    assert_equal(figures, levels)
    assert "headcount_jump" not in set(made.report("rows")["rule"])


def test_a_unit_that_moved_districts_is_not_newly_covered(city):
    """丁二出行 was covered in 西河区 the quarter before: covered in the city, so new in 北岭县 no more."""
    moved = next(row for row in drawn_world().tables["2021Q3", "西河区", "单位"] if row[1] == "丁二出行")
    assert moved[0] in {row[0] for row in drawn_world().tables["2021Q4", "北岭县", "单位"]}
    assert city.figures["970104", "all", "newly_covered_unit_count"]["value"] == 3


def test_the_25_rule_by_members(tmp_path):
    """会员25人以上：东山5（甲一 甲二 甲四 甲五 甲十一）、西河6（乙一至乙四 乙六 乙七）、南原3（丙一 丙四 丙十二）、北岭2（丁一 丁八）。"""
    world = drawn_world()
    world.keep_quarters("2021Q4")
    figures = build(world, tmp_path, mandatory_rule="member_ge_25").figures
    got = [int(figures[region, "all", "mandatory_unit_count"]["value"]) for region in REGIONS]
    assert got == [16, 5, 6, 3, 2]


def test_excluded_prefixes_are_a_setting(tmp_path):
    """With 12 excluded as well 甲十一公立医院 falls out: 34 units, 21 of them covered."""
    world = drawn_world()
    world.keep_quarters("2021Q4")
    figures = build(world, tmp_path, excluded_prefixes=(*load_settings().excluded_prefixes, "12")).figures
    assert_equal(figures, {("city", "all", "unit_coverage_rate"): "21/34", ("970101", "all", "unit_coverage_rate"): "5/8"})


@pytest.mark.parametrize("quarter", QUARTERS)
def test_each_quarter_has_its_tables(quarter):
    assert {(d, t) for q, d, t in drawn_world().tables if q == quarter} >= {
        (d, t) for d in ("东山区", "西河区", "南原县", "北岭县") for t in ("单位", "工会", "覆盖关系")
    }


def test_a_city_without_townships_has_the_same_figures(tmp_path):
    world = drawn_world()
    world.keep_quarters("2021Q3", "2021Q4")
    for quarter, district, table in list(world.tables):
        if table == "单位":
            world.drop_column(quarter, district, table, "乡镇街道")
    settings = dataclasses.replace(settings_of(tmp_path, world.send(tmp_path)), townships=None)
    figures = Outcome(build_package(settings, "2021Q4"), "2021Q4", settings).figures
    assert_equal(figures, by_region("expected.csv"))
    assert {figure["region_level"] for figure in figures.values()} == {"city", "district"}
