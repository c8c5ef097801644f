"""Tasks, inspections, follow-up, task forces and trainings of the drawn city, worked out by hand."""

import pandas as pd
import pytest
from campaign_world import NAMES, send, settings_of

from analysis.runs.lists.campaign import read_campaign
from analysis.runs.packing import build_package

# 甲 done on time, done late; 乙 done on time, not done; both: one due within 30 days, one later. 丙 sent no tasks and no inspections
EXPECTED = {
    "task_due_count": {"city": 4, "970101": 2, "970102": 2, "970103": None}, "task_ontime_count": {"city": 2, "970101": 1, "970102": 1, "970103": None},
    "task_late_count": {"city": 1, "970101": 1, "970102": 0, "970103": None}, "task_red_count": {"city": 1, "970101": 0, "970102": 1, "970103": None},
    "task_amber_count": {"city": 2, "970101": 1, "970102": 1, "970103": None}, "task_green_count": {"city": 5, "970101": 3, "970102": 2, "970103": None},
    "ontime_rate": {"city": (2, 4), "970101": (1, 2), "970102": (1, 2), "970103": None},
    # 没有活动: rectified 20 June, found again 1 August in the same union, not rectified by 1 September; 账目不清 is dated as mended after the quarter
    "problem_count": {"city": 6, "970101": 3, "970102": 3, "970103": None}, "rectify_rate": {"city": (2, 6), "970101": (1, 3), "970102": (1, 3), "970103": None},
    "rectify_ontime_rate": {"city": (2, 4), "970101": (1, 2), "970102": (1, 2), "970103": None}, "problem_overdue_count": {"city": 2, "970101": 1, "970102": 1, "970103": None},
    "recur_rate": {"city": (2, 2), "970101": (1, 1), "970102": (1, 1), "970103": None}, "problem_dated_later_count": {"city": 2, "970101": 1, "970102": 1, "970103": None},
    # the union of 20 May reaches its ninetieth day on 18 August; 甲 and 乙 inspected it on 10 June
    "founded_count": {"city": 3, "970101": 1, "970102": 1, "970103": 1}, "followup_90d_rate": {"city": (2, 2), "970101": (1, 1), "970102": (1, 1), "970103": None},
    "task_force_rate": {"city": (3, 3), "970101": (1, 1), "970102": (1, 1), "970103": (1, 1)}, "assigned_unit_count": {"city": 16, "970101": 6, "970102": 5, "970103": 5},
    "assigned_per_member": {"city": (16, 12), "970101": (6, 4), "970102": (5, 4), "970103": (5, 4)},
    "assigned_blind_rate": {"city": (16, 18), "970101": (6, 4), "970102": (5, 6), "970103": (5, 8)},
    "training_year_count": {"city": 3, "970101": 1, "970102": 1, "970103": 1}, "attendance_year_count": {"city": 90, "970101": 30, "970102": 30, "970103": 30},
    "trainee_year_count": {"city": 60, "970101": 20, "970102": 20, "970103": 20}, "training_pass_rate": {"city": (45, 60), "970101": (15, 20), "970102": (15, 20), "970103": (15, 20)},
}  # fmt: skip


@pytest.fixture(scope="module")
def figures(built):
    frame = read_campaign(built[1]["2021Q3"]).figures
    return {("city" if r.region_level == "city" else r.region_code, r.indicator): r for r in frame.itertuples()}


@pytest.mark.parametrize("indicator", EXPECTED)
def test_a_figure_is_as_counted_by_hand(indicator, figures):
    for region, wanted in EXPECTED[indicator].items():
        row = figures[region, indicator]
        if wanted is None:
            assert (row.status, pd.isna(row.value)) == (
                "no_data",
                True,
            ) and row.reason == f"丙县没有报送“{'任务' if 'task' in indicator or indicator == 'ontime_rate' else '督察'}”表", region
        elif isinstance(wanted, tuple):
            assert (row.numerator, row.denominator) == wanted, region
        else:
            assert row.value == wanted, region


def test_the_city_says_whom_it_leaves_out(figures):
    assert figures["city", "task_count"].left_out == "970103" and figures["city", "training_count"].left_out == ""


def test_who_cannot_be_counted_has_a_reason(figures):
    assert figures["city", "training_cover_rate"].reason == "台账没有“工会干部数”一列，无法统计"


def test_every_list_entry_names_its_row(built):
    lists = read_campaign(built[1]["2021Q3"]).lists.set_index("list")
    overdue = lists.loc["task_overdue"]
    assert overdue[["district_code", "code", "name", "detail", "amount", "source_file", "source_row"]].tolist() == [
        "970102",
        "基层部",
        "换届",
        "2021-08-31",
        30,
        "1乙区_任务.csv",
        3,
    ]
    assert set(lists.loc["problem_recurred", "detail"]) == {"2021-06-20整改，2021-08-01又发现"}
    assert "970103" not in set(lists["district_code"])  # what was not handed in makes no entry


def test_the_order_of_the_files_changes_nothing_but_their_names(built, tmp_path):
    send(tmp_path, order=tuple(reversed(NAMES)))
    other = read_campaign(build_package(settings_of(tmp_path), "2021Q3"))
    mine = read_campaign(built[1]["2021Q3"])
    pd.testing.assert_frame_equal(other.figures, mine.figures)
    pd.testing.assert_frame_equal(other.bodies, mine.bodies)
    pd.testing.assert_frame_equal(other.cells, mine.cells)
