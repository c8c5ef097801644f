"""What a district did not hand in is a blank with its reason, left out of the city's numerator and denominator; never a zero.

East 970101, west 970102, south 970103, north 970104: 9, 10, 8 and 8 eligible units, 6, 5, 6 and 5 of them covered.
"""

import pytest
from drawn_city import assert_equal, build, drawn_world, settings_of

from analysis.errors import LedgerError
from analysis.runs.checking import check_quarter

DISTRICTS = ("970101", "970102", "970103", "970104")


def all_of(region: str, *indicators: str, segment: str = "all") -> dict[tuple[str, str, str], str]:
    return {(region, segment, indicator): "no_data" for indicator in indicators}


def gaps_of(made, *regions: str) -> set[tuple[str, str, str]]:
    campaign = {"tasks", "inspections", "task_forces", "trainings"}  # nobody of the drawn city sends these
    found = {(i["region"], i["table"], i["column"]) for i in made.context["incomplete"] if i["table"] not in campaign}
    assert all(i["reason"] and i["region_name"] for i in made.context["incomplete"])
    return {gap for gap in found if not regions or gap[0] in regions}


def reasons(made, region: str, indicator: str) -> str:
    return made.figures[region, "all", indicator]["reason"]


def left_out(made, indicator: str, segment: str = "all") -> str:
    return made.figures["city", segment, indicator]["left_out"]


def test_the_whole_city_lacks_nothing(city):
    assert gaps_of(city) == set()
    assert {figure["left_out"] for key, figure in city.figures.items() if not key[2].endswith("_yoy")} == {""}
    assert city.context["failed_files"] == 0


@pytest.fixture(scope="module")
def without_covers(tmp_path_factory):
    """西河区 sends no 覆盖关系 table."""
    world = drawn_world()
    del world.tables["2021Q4", "西河区", "覆盖关系"]
    return build(world, tmp_path_factory.mktemp("without_covers"))


def test_an_absent_cover_table_blanks_what_rests_on_it(without_covers):
    figures = without_covers.figures
    blank = (
        "covered_unit_count",
        "unit_coverage_rate",
        "nominal_unit_count",
        "covered_employee_count",
        "employee_coverage_rate",
        "membership_rate_in_covered",
        "blind_unit_count",
        "blind_unit_rate",
        "blind_employee_count",
        "blind_employee_share",
        "mandatory_covered_unit_count",
        "mandatory_unit_union_rate",
        "newly_covered_unit_count",
        "worker_congress_rate",
        "worker_congress_rate_all",
        "contract_unit_coverage",
        "contract_employee_coverage",
        "party_union_sync_rate",
        "matter_wage_submitted_count",
        "matter_safety_deliberated_count",
    )
    assert_equal(figures, all_of("970102", *blank) | all_of("970102", "unit_coverage_rate", segment="small_micro") | all_of("970102001", "covered_unit_count"))
    assert "没有报送“覆盖关系”表" in reasons(without_covers, "970102", "unit_coverage_rate")
    for indicator in blank:
        assert left_out(without_covers, indicator) == "970102"


def test_an_absent_cover_table_leaves_the_rest_alone(without_covers):
    west = {
        "eligible_unit_count": "10",
        "employee_count": "628",
        "member_count": "368",
        "membership_rate_all": "368/628",
        "mandatory_unit_count": "7",
        "migrant_worker_count": "70",
        "union_org_count": "4",
        "shell_rate": "4/4",
        "contract_expiring_90d_count": "1",
    }
    city = {
        "eligible_unit_count": "35",
        "member_count": "2687",
        "membership_rate_all": "2687/4213",
        "mandatory_unit_count": "20",
        "union_org_count": "14",
        "shell_rate": "6/14",
        "contract_expiring_90d_count": "4",
        "party_unit_count": "10",
    }
    expected = {("970102", "all", indicator): value for indicator, value in west.items()} | {
        ("city", "all", indicator): value for indicator, value in city.items()
    }
    assert_equal(without_covers.figures, expected)


def test_an_absent_cover_table_leaves_the_district_out_of_both_sides(without_covers):
    """The city less 西河区: 35−10 units, 22−5 covered; 4213−628 employees; of the enterprises 25−8, 16−5 covered."""
    city = {
        "covered_unit_count": "17",
        "unit_coverage_rate": "17/25",
        "covered_employee_count": "3164",
        "employee_coverage_rate": "3164/3585",
        "membership_rate_in_covered": "2269/3164",
        "blind_unit_count": "8",
        "blind_unit_rate": "8/25",
        "blind_employee_share": "421/3585",
        "nominal_unit_count": "1",
        "mandatory_unit_union_rate": "9/13",
        "newly_covered_unit_count": "13",
        "worker_congress_rate": "7/11",
        "worker_congress_rate_all": "7/17",
        "contract_unit_coverage": "4/11",
        "contract_employee_coverage": "1499/3057",
        "party_union_sync_rate": "6/8",
        "matter_wage_submitted_count": "3",
        "matter_safety_submitted_count": "2",
    }
    assert_equal(without_covers.figures, {("city", "all", indicator): value for indicator, value in city.items()})


def test_an_absent_cover_table_makes_changes_of_another_scope_blank(without_covers):
    figures = without_covers.figures
    assert_equal(figures, all_of("city", "unit_coverage_rate_qoq", "covered_unit_count_yoy") | all_of("970102", "unit_coverage_rate_qoq"))
    assert "缺报的区县不同" in reasons(without_covers, "city", "unit_coverage_rate_qoq")
    assert_equal(figures, {("970101", "all", "unit_coverage_rate_qoq"): "6/9-2/3", ("city", "all", "eligible_unit_count_qoq"): "25"})


def test_an_absent_cover_table_is_told(without_covers):
    assert gaps_of(without_covers) == {("970102", "covers", "")}
    assert without_covers.context["failed_files"] == 0, "an absent table is incomplete, not a failed file"


def test_an_absent_cover_table_then_blanks_newly_covered_now(tmp_path):
    """The quarter before lacks 西河区's covers: who is new there cannot be told; the others' 5+5+3 can."""
    world = drawn_world()
    del world.tables["2021Q3", "西河区", "覆盖关系"]
    world.keep_quarters("2021Q3", "2021Q4")
    figures = build(world, tmp_path).figures
    assert_equal(figures, all_of("970102", "newly_covered_unit_count", "unit_coverage_rate_qoq") | {("970101", "all", "newly_covered_unit_count"): "5"})
    assert figures["city", "all", "newly_covered_unit_count"]["left_out"] == "970102"
    assert "上一季度" in figures["970102", "all", "newly_covered_unit_count"]["reason"]
    assert_equal(figures, all_of("city", "unit_coverage_rate_qoq") | {("city", "all", "unit_coverage_rate"): "22/35"})


@pytest.fixture(scope="module")
def truncated(tmp_path_factory):
    """南原县's workbook broke off half way."""

    def cut(ledgers):
        path = ledgers / "2021Q4" / "南原县.xlsx"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return build(drawn_world(), tmp_path_factory.mktemp("truncated"), spoil=cut)


def test_an_unreadable_file_blanks_its_district(truncated):
    """The city less 南原县: 27 units, 16 covered; 2448 employees; unions 10; HT-07 went with its file, so 丁一 has no contract and three are left to expire."""
    figures = truncated.figures
    assert_equal(
        figures,
        all_of(
            "970103",
            "eligible_unit_count",
            "member_count",
            "unit_coverage_rate",
            "union_org_count",
            "worker_congress_rate",
            "contract_expiring_90d_count",
            "migrant_worker_count",
            "matter_wage_submitted_count",
            "eligible_unit_count_qoq",
        ),
    )
    city = {
        "eligible_unit_count": "27",
        "unit_coverage_rate": "16/27",
        "employee_count": "2448",
        "member_count": "1856",
        "membership_rate_all": "1856/2448",
        "union_org_count": "10",
        "shell_rate": "5/10",
        "worker_congress_rate": "8/12",
        "contract_unit_coverage": "5/12",
        "contract_expiring_90d_count": "3",
        "newly_covered_unit_count": "12",
        "migrant_worker_count": "592",
    }
    assert_equal(figures, {("city", "all", indicator): value for indicator, value in city.items()})
    for indicator in city:
        assert left_out(truncated, indicator) == "970103"
    assert "南原县.xlsx" in reasons(truncated, "970103", "unit_coverage_rate")


def test_an_unreadable_file_makes_the_citys_changes_blank(truncated):
    assert_equal(truncated.figures, all_of("city", "eligible_unit_count_qoq", "unit_coverage_rate_qoq", "union_org_count_qoq", "member_count_yoy"))
    assert_equal(truncated.figures, {("970104", "all", "eligible_unit_count_qoq"): "6"})


def test_an_unreadable_file_is_a_failure_of_its_own(truncated):
    files = truncated.report("files").set_index("file")
    assert files.loc["南原县.xlsx", "status"] == "unreadable" and files.loc["南原县.xlsx", "reason"]
    assert truncated.context["failed_files"] == 1
    assert gaps_of(truncated) == {("970103", t, "") for t in ("units", "unions", "covers", "congresses", "contracts", "contract_covers")}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """东山区's 工会 table has no 成立日期."""
    world = drawn_world()
    world.drop_column("2021Q4", "东山区", "工会", "成立日期")
    world.keep_quarters("2021Q3", "2021Q4")
    return build(world, tmp_path_factory.mktemp("stopped"))


def test_a_stopped_union_table_blanks_unions_and_coverage(stopped):
    """The city less 东山区: 26 units, 16 covered; 11 unions, 5 of them 挂牌、空壳; units and members are whole."""
    figures = stopped.figures
    assert_equal(
        figures,
        all_of(
            "970101",
            "unit_coverage_rate",
            "covered_unit_count",
            "union_org_count",
            "union_level_1_count",
            "shell_rate",
            "standard_met_rate",
            "worker_congress_rate",
            "party_union_sync_rate",
            "newly_covered_unit_count",
        ),
    )
    city = {
        "eligible_unit_count": "35",
        "member_count": "2687",
        "unit_coverage_rate": "16/26",
        "blind_unit_count": "10",
        "union_org_count": "11",
        "shell_rate": "5/11",
        "standard_met_rate": "3/11",
        "six_haves_all_rate": "7/11",
        "worker_congress_rate": "9/12",
        "party_union_sync_rate": "5/6",
        "newly_covered_unit_count": "12",
    }
    assert_equal(figures, {("city", "all", indicator): value for indicator, value in city.items()})
    assert left_out(stopped, "unit_coverage_rate") == "970101" and left_out(stopped, "eligible_unit_count") == ""
    assert_equal(figures, {("970101", "all", "eligible_unit_count"): "9", ("970101", "all", "contract_expiring_90d_count"): "1"})


def test_a_stopped_table_says_what_it_saw(stopped):
    files = stopped.report("files").set_index("file")
    assert files.loc["东山区.xlsx", "status"] == "table_stopped"
    reason = files.loc["东山区.xlsx", "reason"]
    assert "成立日期" in reason and "工会" in reason and "届满日期" in reason, reason
    assert stopped.context["failed_files"] == 1
    assert gaps_of(stopped) == {("970101", "unions", "")}
    summary = stopped.report("summary")
    assert summary[(summary["file"] == "东山区.xlsx") & (summary["table"] == "units")]["rows_read"].tolist() == ["15"]


@pytest.fixture(scope="module")
def without_columns(tmp_path_factory):
    """北岭县 leaves out three optional columns; 东山区 keeps them with blanks."""
    world = drawn_world()
    for header in ("农民工数", "有无党组织", "规模以上"):
        world.drop_column("2021Q4", "北岭县", "单位", header)
    world.keep_quarters("2021Q3", "2021Q4")
    return build(world, tmp_path_factory.mktemp("without_columns"))


def test_an_optional_column_that_a_file_lacks_is_no_data_for_its_district(without_columns):
    figures = without_columns.figures
    assert_equal(
        figures,
        all_of("970104", "migrant_worker_count", "party_union_sync_rate", "party_unit_count")
        | all_of("970104", "eligible_unit_count", "covered_unit_count", "unit_coverage_rate", "member_count", segment="above_scale")
        | all_of("970104001", "migrant_worker_count")
        | all_of("970104001", "eligible_unit_count", segment="above_scale"),
    )
    assert "农民工数" in reasons(without_columns, "970104", "migrant_worker_count")
    assert_equal(
        figures,
        {
            ("city", "all", "migrant_worker_count"): "222",
            ("city", "all", "migrant_member_count"): "460",
            ("city", "all", "party_union_sync_rate"): "6/8",
            ("city", "above_scale", "unit_coverage_rate"): "7/8",
            ("city", "above_scale", "employee_count"): "2335",
            ("970104", "all", "migrant_member_count"): "300",
            ("970104", "all", "unit_coverage_rate"): "5/8",
            ("city", "all", "unit_coverage_rate"): "22/35",
            ("city", "small_micro", "unit_coverage_rate"): "13/18",
            ("970103", "all", "dispatched_worker_count"): "0",
        },
    )
    assert left_out(without_columns, "migrant_worker_count") == left_out(without_columns, "unit_coverage_rate", "above_scale") == "970104"
    assert left_out(without_columns, "unit_coverage_rate") == ""


def test_an_optional_column_that_a_file_lacks_is_told_and_compares_with_nothing(without_columns):
    assert gaps_of(without_columns) == {("970104", "units", c) for c in ("migrant_worker_count", "has_party_org", "is_above_scale")}
    assert_equal(without_columns.figures, all_of("city", "migrant_worker_count_qoq") | {("970101", "all", "migrant_worker_count_qoq"): "32"})


def test_a_district_that_sends_nothing_is_blank_too(tmp_path):
    world = drawn_world()
    world.tables = {key: rows for key, rows in world.tables.items() if key[:2] != ("2021Q4", "南原县")}
    world.keep_quarters("2021Q4")
    made = build(world, tmp_path)
    assert_equal(
        made.figures, all_of("970103", "eligible_unit_count", "unit_coverage_rate", "union_org_count") | {("city", "all", "unit_coverage_rate"): "16/27"}
    )
    assert ("970103", "units", "") in gaps_of(made)


@pytest.mark.parametrize(("damage", "expected"), [("none", 0), ("unreadable", 1), ("stopped", 1), ("quarantined", 1)])
def test_exit_codes_of_checking(tmp_path, damage, expected):
    """2021Q3 of the drawn city holds clean rows only: whatever the exit code says comes from the damage."""
    world = drawn_world()
    world.keep_quarters("2021Q3")
    if damage == "stopped":
        world.drop_column("2021Q3", "东山区", "工会", "工会形式")
        del world.tables["2021Q3", "东山区", "覆盖关系"]  # its rows would be sent back without their unions
    if damage == "quarantined":
        world.tables["2021Q3", "北岭县", "单位"][1][12] = "约1000"
        del world.tables["2021Q3", "北岭县", "覆盖关系"]
    ledgers = world.send(tmp_path)
    if damage == "unreadable":
        path = ledgers / "2021Q3" / "东山区.xlsx"
        path.write_bytes(path.read_bytes()[:500])
    said: list[str] = []
    assert check_quarter(settings_of(tmp_path, ledgers), "2021Q3", said.append) == expected
    assert (tmp_path / "out" / "2021Q3" / "intake" / "rows.csv").is_file()
    if damage in ("unreadable", "stopped"):
        assert any("东山区.xlsx" in line for line in said)


def test_a_quarter_that_is_not_there_names_those_that_are(tmp_path):
    ledgers = drawn_world().send(tmp_path)
    with pytest.raises(LedgerError, match="2020Q4、2021Q3、2021Q4"):
        check_quarter(settings_of(tmp_path, ledgers), "2022Q1", lambda _: None)


def test_ratios_of_the_city_are_those_of_the_districts_counted(without_covers):
    figures = without_covers.figures
    for indicator in ("unit_coverage_rate", "worker_congress_rate", "contract_employee_coverage"):
        parts = [figures[d, "all", indicator] for d in DISTRICTS if figures[d, "all", indicator]["status"] == "ok"]
        whole = figures["city", "all", indicator]
        assert (whole["numerator"], whole["denominator"]) == (sum(p["numerator"] for p in parts), sum(p["denominator"] for p in parts))
