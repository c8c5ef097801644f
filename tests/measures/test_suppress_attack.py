"""What is withheld stays withheld: an attacker who knows every definition and sees every figure shown works nothing out."""

import numpy as np
import pandas as pd
import pytest
from attack import Attack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_city import CITY, parents_of, published, shares_of, units

from analysis.measures.change import changes
from analysis.measures.suppression import families as module
from analysis.measures.suppression.families import kinds, suppress
from analysis.settings import Settings

RULES = Settings()


def named(frame):
    return (frame["region_code"] + "/" + frame["segment"] + "/" + frame["indicator"]).to_numpy()


def small_ones(frame, kind):
    """The figures that are withheld for their own sake and are not zero."""
    return set(named(frame)[(kind == "primary") & (frame["value"].to_numpy() > 0) & (frame["unit"] == "count").to_numpy()])


def withheld(city, districts=0, rules=RULES):
    frame = published(city, districts=districts)
    given_away = (parents_of(frame), shares_of(city))
    return frame, suppress(frame, "public", rules, *given_away), kinds(frame, rules, *given_away)


@pytest.mark.parametrize(("seed", "districts", "townships", "count"), [(1, 4, 3, 160), (2, 2, 2, 60), (3, 6, 1, 200), (4, 3, 3, 250), (5, 2, 1, 30)])
def test_nothing_withheld_follows_by_subtraction(seed, districts, townships, count):
    frame, shown, _ = withheld(units(seed, districts, townships, count))
    assert (shown["status"] == "suppressed").any()
    assert Attack(shown, parents_of(frame)).determined() == []


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(10, 10_000), st.integers(2, 5), st.integers(1, 3), st.integers(20, 90), st.sampled_from([0.3, 1.0, 5.0]))
def test_nor_in_any_other_city(seed, districts, townships, count, busy):
    frame, shown, _ = withheld(units(seed, districts, townships, count, busy), districts)
    assert Attack(shown, parents_of(frame)).determined() == []


@pytest.mark.parametrize(("seed", "districts", "townships", "count"), [(7, 3, 2, 120), (8, 5, 1, 150)])
def test_no_small_figure_has_only_one_possible_value(seed, districts, townships, count):
    frame, shown, kind = withheld(units(seed, districts, townships, count))
    wanted = small_ones(frame, kind)
    assert wanted and Attack(shown, parents_of(frame)).pinned(wanted) == {}


def test_without_the_second_step_the_attack_succeeds(monkeypatch):
    class OnlySmall:
        def __init__(self, cells, primary, below):
            self.primary = primary

        def find(self):
            return self.primary

    monkeypatch.setattr(module, "Protection", OnlySmall)
    frame, shown, kind = withheld(units(1, 4, 3, 160))
    broken = Attack(shown, parents_of(frame)).determined()
    assert len(set(broken) & set(named(frame)[kind == "primary"])) > 10


def made_of(*places):
    """A city of (township, units, covered); every unit a private firm with ten employees."""
    rows = []
    for township, count, covered in places:
        for i in range(count):
            rows.append({"district": township[:6], "township": township, "covered": i < covered})
    city = pd.DataFrame(rows)
    city["blind"] = ~city["covered"]
    yes, no = ("here", "firm", "non_public", "new"), ("state", "small", "nominal", "newly", "large", "large_covered", "met", "party", "party_covered")
    for columns, value in ((yes, True), (no, False)):
        for name in columns:
            city[name] = value
    return city.assign(covered_firm=city["covered"], trade="", staff=10, members=np.where(city["covered"], 8, 0), migrants=0)


def hidden_in(shown, indicator, segment="all"):
    return shown.loc[(shown["status"] == "suppressed") & (shown["indicator"] == indicator) & (shown["segment"] == segment), "region_code"].tolist()


def test_one_small_district_takes_its_complement_and_a_partner_with_it():
    frame, shown, _ = withheld(made_of(("970101001", 40, 2), ("970102001", 50, 30), ("970103001", 90, 60)))
    for name in ("covered_unit_count", "blind_unit_count", "unit_coverage_rate"):
        assert hidden_in(shown, name) == ["970101", "970102", "970101001", "970102001"]
    assert hidden_in(shown, "eligible_unit_count") == []
    assert Attack(shown, parents_of(frame)).determined() == []


def test_of_two_districts_both_go():
    frame, shown, _ = withheld(made_of(("970101001", 40, 2), ("970102001", 50, 30)))
    assert hidden_in(shown, "covered_unit_count") == ["970101", "970102", "970101001", "970102001"]
    assert Attack(shown, parents_of(frame)).determined() == []


def test_a_township_is_guarded_within_its_district_and_the_district_stays_visible():
    frame, shown, _ = withheld(made_of(("970101001", 40, 2), ("970101002", 40, 20), ("970101003", 60, 30), ("970102001", 50, 30)))
    assert hidden_in(shown, "covered_unit_count") == ["970101001", "970101002"]
    assert Attack(shown, parents_of(frame)).determined() == []


def test_a_rate_on_few_units_gives_away_no_count():
    """5 of 6 units: 83.3 % on so small a denominator would be as good as the number; rate and numerator go together."""
    frame, shown, _ = withheld(made_of(("970101001", 6, 5), ("970102001", 50, 30), ("970103001", 60, 30)))
    assert "970101" in hidden_in(shown, "unit_coverage_rate") and "970101" in hidden_in(shown, "covered_unit_count")
    assert Attack(shown, parents_of(frame)).determined() == []


def test_the_figure_of_an_only_district_is_the_citys_and_both_are_shown():
    """Withheld it would still be read off the city's total, which stays visible; its groups and townships are guarded as anywhere."""
    frame, shown, _ = withheld(made_of(("970101001", 40, 2), ("970101002", 40, 30)))
    assert hidden_in(shown, "covered_unit_count") == ["970101001", "970101002"]
    assert Attack(shown, parents_of(frame)).determined() == []
    frame, shown, _ = withheld(made_of(("970101001", 40, 2)))
    assert hidden_in(shown, "covered_unit_count") == []
    assert hidden_in(shown, "covered_unit_count", "enterprise") == [] and Attack(shown, parents_of(frame)).determined() == []


def test_a_small_group_of_the_city_is_withheld_and_its_whole_is_not():
    city = made_of(("970101001", 40, 20), ("970102001", 50, 30), ("970103001", 90, 60))
    city.loc[[0, 45, 100], "trade"] = "law_firm"
    frame, shown, _ = withheld(city)
    assert CITY in hidden_in(shown, "eligible_unit_count", "law_firm") and CITY not in hidden_in(shown, "eligible_unit_count")
    assert Attack(shown, parents_of(frame)).determined() == []


def test_one_large_employer_is_withheld_and_its_units_are_not():
    city = made_of(("970101001", 30, 20), ("970102001", 40, 20), ("970103001", 50, 20))
    city.loc[0, "staff"] = 5000
    _, shown, _ = withheld(city)
    assert {"970101", "970101001"} < set(hidden_in(shown, "employee_count")) and CITY not in hidden_in(shown, "employee_count")
    assert hidden_in(shown, "eligible_unit_count") == []


def test_a_change_tells_of_neither_quarter_what_the_other_withholds():
    before, now = published(made_of(("970101001", 40, 2), ("970102001", 50, 30), ("970103001", 90, 60)), "2021Q2"), published(
        made_of(("970101001", 40, 12), ("970102001", 50, 30), ("970103001", 90, 60)))  # fmt: skip
    both = pd.concat([now, changes(now, before, "qoq", "2021Q3"), before], ignore_index=True)
    shown = suppress(both, "public", RULES, parents_of(both))
    alone = suppress(before, "public", RULES, parents_of(before))
    this = shown[shown["quarter"] == "2021Q3"]
    assert hidden_in(this, "covered_unit_count") == []
    assert hidden_in(this, "covered_unit_count_qoq") == ["970101", "970102", "970101001", "970102001"]
    assert hidden_in(shown[shown["quarter"] == "2021Q2"], "covered_unit_count") == hidden_in(alone, "covered_unit_count")


def test_city_totals_stay_visible_and_few_cells_are_withheld_for_others():
    for seed in range(3):
        frame, shown, kind = withheld(units(seed, 6, 3, 300))
        totals = (frame["region_level"] == "city") & (frame["segment"] == "all")
        assert (shown.loc[totals, "status"] == frame.loc[totals, "status"]).all()
        assert (kind == "secondary").sum() <= 2 * (kind == "primary").sum()
        lost = (frame["region_level"] == "district") & (frame["segment"] == "all") & (kind == "secondary")
        assert (lost & (frame["indicator"] == "unit_coverage_rate")).sum() <= 2  # readers look for the districts' own rates first
