"""Breaks worked out once: round, every class filled, the same for groups laid side by side."""

from fractions import Fraction

import pandas as pd
import pytest

from analysis.charts.pinning import pin_breaks, round_breaks


def _rows(percents, quarter="2021Q2", segment="all", level="district", denominator=100, indicator="unit_coverage_rate"):
    return pd.DataFrame({"quarter": quarter, "region_level": level, "region_code": [f"9901{i:02d}" for i in range(len(percents))], "segment": segment,
                         "indicator": indicator, "numerator": [p * denominator // 100 for p in percents], "denominator": denominator,
                         "unit": "ratio", "status": "ok"})  # fmt: skip


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        ([31, 44, 45, 46, 46, 47, 48, 48, 49], ["38%", "46%", "48%"]),
        ([5, 25, 45, 65, 85], ["20%", "40%", "60%", "80%"]),
        ([10, 90], ["50%"]),
        ([40, 40, 40], []),
        ([], []),
    ],
)
def test_breaks_are_as_round_as_the_figures_allow(percents, expected):
    breaks = round_breaks([Fraction(p, 100) for p in percents])
    assert [f"{float(b) * 100:.10g}%" for b in breaks] == expected


def test_no_class_is_empty_and_none_is_below_the_lowest():
    values = [Fraction(n * n % 97, 100) for n in range(1, 60)]
    breaks = round_breaks([v for v in values if v])
    classes = {sum(v >= b for b in breaks) for v in values if v}
    assert classes == set(range(len(breaks) + 1))
    assert len(breaks) == 4


def test_only_the_named_quarter_and_rates_that_mean_something_decide():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([60, 70, 80, 90, 95], quarter="2021Q3")])
    assert max(pin_breaks(frame, "2021Q2")["unit_coverage_rate", "district"]) <= Fraction(1, 2)
    few = _rows([10, 20, 30, 40, 50], denominator=9)
    assert pin_breaks(few, "2021Q2") == {}
    assert pin_breaks(_rows([10, 20, 30]), "2021Q2") == {}


def test_townships_have_breaks_of_their_own_and_known_ones_are_left_alone():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([1, 30, 60, 90, 99], level="township")])
    made = pin_breaks(frame, "2021Q2")
    assert set(made) == {("unit_coverage_rate", "district"), ("unit_coverage_rate", "township")}
    assert made["unit_coverage_rate", "district"] != made["unit_coverage_rate", "township"]
    assert set(pin_breaks(frame, "2021Q2", [("unit_coverage_rate", "district")])) == {("unit_coverage_rate", "township")}


def test_groups_laid_side_by_side_decide_together():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([60, 70, 80, 90, 95], segment="two_new")])
    breaks = pin_breaks(frame, "2021Q2")["unit_coverage_rate", "district"]
    assert breaks[0] < Fraction(1, 2) < breaks[-1]
