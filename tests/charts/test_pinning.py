"""Breaks worked out once: even, round, with room at both ends, the same for groups laid side by side."""

import itertools
from fractions import Fraction

import pandas as pd
import pytest

from analysis import tables
from analysis.charts.pinning import even_breaks, pin_breaks


def _rows(percents, quarter="2021Q2", segment="all", level="district", denominator=100, indicator="unit_coverage_rate"):
    return pd.DataFrame({"quarter": quarter, "region_level": level, "region_code": [f"9901{i:02d}" for i in range(len(percents))], "segment": segment,
                         "indicator": indicator, "numerator": [p * denominator // 100 for p in percents], "denominator": denominator,
                         "unit": "ratio", "status": "ok"})  # fmt: skip


def shares(percents):
    return [Fraction(p, 100) for p in percents]


def shown(breaks):
    return [f"{float(b) * 100:.10g}%" for b in breaks]


def classes(values, breaks):
    counts = [0] * (len(breaks) + 1)
    for value in values:
        counts[sum(value >= b for b in breaks)] += 1
    return counts


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        ([31, 44, 45, 46, 46, 47, 48, 48, 49], ["40%", "45%", "50%", "55%"]),  # one far below the rest
        ([5, 25, 45, 65, 85], ["10%", "30%", "50%", "70%"]),
        ([12, 22, 33, 38, 41, 47, 52, 58], ["20%", "30%", "40%", "50%"]),
        ([81, 82, 82, 83, 83, 84], ["80%", "82%", "84%", "86%"]),  # wider classes would be one
        ([40, 40, 40], []),
        ([], []),
    ],
)
def test_breaks_are_even_and_as_round_as_the_figures_allow(percents, expected):
    assert shown(even_breaks(shares(percents), shares(percents))) == expected


def test_the_quarter_that_decides_has_room_at_both_ends_and_no_crowd():
    values = shares([n * n % 97 + 1 for n in range(1, 40)])
    counts = classes(values, even_breaks(values, values))
    assert max(counts[0], counts[-1]) <= 13 and max(counts) <= 26


def test_earlier_quarters_count_so_that_growth_is_seen():
    then, now = shares([20, 22, 24, 26, 27, 28]), shares([30, 33, 36, 38, 42, 44])
    alone, both = even_breaks(now, now), even_breaks([*then, *now], now)
    assert len({sum(v >= b for b in both) for v in then}) > len({sum(v >= b for b in alone) for v in then})
    assert classes(now, both)[-1] <= 2


@pytest.mark.parametrize("low", [4, 23, 41, 66])
def test_no_class_lies_across_a_bound_of_the_grades(low):
    breaks = even_breaks(values := shares(range(low, low + 30, 3)), values)
    assert [bound for bound in shares((10, 30, 50, 70, 90)) if breaks[0] < bound < breaks[-1] and bound not in breaks] == []


def test_the_shipped_breaks_rise_evenly_and_mirrors_are_mirrors():
    table = tables.load("class_breaks").set_index("scheme")
    bounds = {name: [Fraction(b) for b in text.split(";")] for name, text in table["breaks"].items() if text}
    assert [name for name, of in bounds.items() if len({b - a for a, b in itertools.pairwise(of)}) != 1] == []
    mirrored = {name: of for name, of in table["mirrors"].items() if of}
    assert len(mirrored) == 2
    assert all([1 - b for b in reversed(bounds[of])] == bounds[name] for name, of in mirrored.items())


def test_blank_rates_take_what_the_coverage_breaks_leave():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([90, 80, 70, 60, 50], indicator="blind_unit_rate")])
    made = pin_breaks(frame, "2021Q2")
    assert shown(made["blind_unit_rate", "district"]) == shown(1 - b for b in reversed(made["unit_coverage_rate", "district"]))


def test_only_the_named_quarter_and_rates_that_mean_something_decide():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([60, 70, 80, 90, 95], quarter="2021Q3")])
    assert shown(pin_breaks(frame, "2021Q2")["unit_coverage_rate", "district"]) == ["20%", "30%", "40%", "50%"]  # not yet reported then
    few = _rows([10, 20, 30, 40, 50], denominator=9)
    assert pin_breaks(few, "2021Q2") == {}
    assert pin_breaks(_rows([10, 20, 30]), "2021Q2") == {}


def test_townships_have_breaks_of_their_own_and_known_ones_are_left_alone():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([1, 30, 60, 90, 99], level="township")])
    made = pin_breaks(frame, "2021Q2")
    assert set(made) == {("unit_coverage_rate", "district"), ("unit_coverage_rate", "township")}
    assert made["unit_coverage_rate", "district"] != made["unit_coverage_rate", "township"]
    assert set(pin_breaks(frame, "2021Q2", {("unit_coverage_rate", "district"): shares([50])})) == {("unit_coverage_rate", "township")}


def test_groups_laid_side_by_side_decide_together():
    frame = pd.concat([_rows([10, 20, 30, 40, 50]), _rows([60, 70, 80, 90, 95], segment="two_new")])
    breaks = pin_breaks(frame, "2021Q2")["unit_coverage_rate", "district"]
    assert breaks[0] < Fraction(1, 2) < breaks[-1]
