"""A column that a district's file lacks is no zero: every figure that rests on it names it among its needs."""

import pytest

from analysis import tables


@pytest.mark.parametrize(
    ("indicator", "needs"),
    [
        ("union_level_5_count", {"unions.home_level"}),
        ("union_level_6_count", {"unions.home_level"}),
        ("matter_wage_voted_count", {"congresses.delegate_total", "congresses.attend_count"}),
        ("matter_safety_rejected_count", {"congresses.delegate_total", "congresses.attend_count"}),
    ],
)
def test_levels_need_the_home_and_votes_need_the_delegates(indicator, needs):
    stated = tables.load("indicators").set_index("indicator")["needs"][indicator].split()
    assert needs <= set(stated)
