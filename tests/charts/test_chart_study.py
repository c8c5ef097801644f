"""Intervals, steps and the concentration curve: what was drawn is what the facts say."""

from dataclasses import replace
from fractions import Fraction

import pytest
from squares import counts, fact, overlapping, rates

from analysis.charts.concentration import concentration_curve
from analysis.charts.imprint import Imprint
from analysis.charts.intervals import interval_dots
from analysis.charts.steps import DOWN, UP, steps

PLAIN = Imprint()


def texts(drawn, role):
    return [text["text"] for text in drawn.record["texts"] if text["role"] == role]


def row(code, low, rate, high):
    own = fact(code, rate)
    return (own, replace(own, indicator="low", value=Fraction(low, 100)), replace(own, indicator="high", value=Fraction(high, 100)))


def test_intervals_are_drawn_to_scale_and_told_apart_from_the_whole():
    drawn = interval_dots([row("990101", 20, 25, 30), row("990102", 60, 75, 85), row("990103", 35, 40, 45)], PLAIN, whole=fact("990100", 40))
    lines = {line["region"]: line for line in drawn.record["lines"]}
    assert [line["region"] for line in drawn.record["lines"]] == ["990102", "990103", "990101"]
    assert {code: line["side"] for code, line in lines.items()} == {"990102": "above", "990103": "level", "990101": "below"}
    ten = lines["990101"]["to"] - lines["990101"]["from"]
    assert lines["990102"]["to"] - lines["990102"]["from"] == pytest.approx(2.5 * ten)
    assert texts(drawn, "label") == ["75.0%", "40.0%", "25.0%"] and texts(drawn, "bound")[:3] == ["60.0%", "～", "85.0%"]
    assert overlapping([t["box"] for t in drawn.record["texts"] if t["role"] in ("name", "label", "city")]) == []


def test_blank_regions_are_named_not_drawn():
    blank = next(f for f in rates() if not f.is_ok)
    drawn = interval_dots([row("990101", 20, 25, 30), (blank, blank, blank)], PLAIN)
    assert len(drawn.record["lines"]) == 1 and any(blank.region_name in note for note in drawn.record["notes"])


def test_steps_start_where_the_one_before_ended():
    before, now = fact("990100", 40), fact("990100", 42)
    parts = [
        ("单位增减", replace(before, indicator="a", unit="pp", value=Fraction(-3), decimals=1)),
        ("新建会", replace(before, indicator="b", unit="pp", value=Fraction(5), decimals=1)),
    ]
    drawn = steps(before, parts, now, PLAIN)
    first, down, up, last = drawn.record["rows"]
    assert down["from"] == pytest.approx(first["at"]) and up["from"] == pytest.approx(down["to"]) and last["at"] == pytest.approx(up["to"])
    assert (up["to"] - up["from"]) / (down["from"] - down["to"]) == pytest.approx(5 / 3)
    assert texts(drawn, "label") == ["40.0%", "-3.0个百分点", "+5.0个百分点", "42.0%"]
    assert UP in drawn.svg and DOWN in drawn.svg


def test_the_curve_marks_the_few_that_hold_half():
    known = counts(30, 5, 10, 15, indicator="blind_unit_count")
    few, places = (replace(known[0], indicator=name, value=value) for name, value in (("few", 1), ("places", 4)))
    drawn = concentration_curve(known, few, places, PLAIN)
    points = drawn.record["points"]
    assert len(points) == 5 and drawn.record["mark"] == points[1]
    assert (points[1][1] - points[0][1]) / (points[4][1] - points[0][1]) == pytest.approx(0.5)
    assert "1" in texts(drawn, "label") and "4" in texts(drawn, "axis")
