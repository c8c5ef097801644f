"""A rate against targets at the ends of years: what is drawn is what the facts and the settings say."""

from dataclasses import replace
from fractions import Fraction

import pytest
from squares import fact, overlapping

from analysis.charts.imprint import Imprint
from analysis.charts.path import Goal, path_chart

GOALS = [Goal("2021Q4", Fraction("0.4")), Goal("2022Q4", Fraction("0.7")), Goal("2023Q4", Fraction("0.9"))]


def rate(quarter, value):
    return replace(fact("990100", value), quarter=quarter)


def texts(drawn, role):
    return [text["text"] for text in drawn.record["texts"] if text["role"] == role]


def test_points_and_targets_share_one_scale_of_time_and_share():
    drawn = path_chart([rate("2020Q4", 20), rate("2021Q4", 40)], GOALS, Imprint())
    (early, late), (first, second, third) = drawn.record["points"], drawn.record["aims"]
    assert late == pytest.approx(first), "40 % at the end of 2021 meets its target"
    assert third[0] - second[0] == pytest.approx(second[0] - first[0]) == pytest.approx(late[0] - early[0])
    assert second[1] - first[1] == pytest.approx(1.5 * (third[1] - second[1]) * 1.0) == pytest.approx(1.5 * (late[1] - early[1]))
    assert texts(drawn, "label") == ["20.0%", "40.0%"] and texts(drawn, "legend") == ["目标40%", "目标70%", "目标90%"]


def test_a_blank_quarter_is_named_not_drawn():
    blank = replace(rate("2021Q2", 30), value=None, status="no_data", reason="没有报送“工会”表")
    drawn = path_chart([rate("2021Q1", 20), blank, rate("2021Q3", 30)], GOALS, Imprint())
    assert len(drawn.record["points"]) == 2 and any("没有数的季度未画：2021年第二季度。" in note for note in drawn.record["notes"])
    assert drawn.alt.endswith("2021年第一季度末20.0%，2021年第三季度末30.0%；另有各年末的目标，由红色虚线连接。")


def test_labels_of_five_quarters_do_not_cover_each_other():
    drawn = path_chart([rate(f"2021Q{n}", 30 + n) for n in (1, 2, 3, 4)], GOALS, Imprint())
    assert overlapping([t["box"] for t in drawn.record["texts"] if t["role"] in ("axis", "label")]) == []


def test_one_goal_and_one_quarter():
    drawn = path_chart([rate("2021Q4", 100)], GOALS[:1], Imprint())
    assert len(drawn.record["points"]) == len(drawn.record["aims"]) == 1
