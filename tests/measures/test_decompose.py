"""Why a rate changed: exact parts, worlds with one cause only, and random worlds."""

from fractions import Fraction

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.blanks.decompose import CAUSES, decompose, shapley
from analysis.measures.blanks.flows import flows
from analysis.measures.tally import segment_bits

CITY, DISTRICTS = "970100", ["970101", "970102"]
BITS = segment_bits()
ALL, SMALL = 1 << BITS["all"], (1 << BITS["all"]) | (1 << BITS["small_micro"])


def states(*units):
    """Units as (name, district, mask, covered)."""
    return pd.DataFrame(list(units), columns=["uscc", "district_code", "mask", "covered"])


def split(readings, region=CITY, segment="all", counted=None, table=None):
    counted = dict.fromkeys(BITS, DISTRICTS) if counted is None else counted
    table = flows(readings, CITY, DISTRICTS, counted) if table is None else table
    mine = table[(table["region_code"] == region) & (table["segment"] == segment)]
    return decompose(mine.set_index("pattern")["units"])


A, B = DISTRICTS
THEN = states(("u1", A, SMALL, True), ("u2", A, SMALL, False), ("u3", A, ALL, False), ("u4", B, SMALL, False))


def only(cause):
    """Return the parts that every other cause must have: none."""
    return dict.fromkeys(set(CAUSES) - {cause}, Fraction(0))


def others(made, cause):
    return {name: part for name, part in made.parts.items() if name != cause}


def test_coverage_alone():
    now = THEN.assign(covered=[True, True, False, False])
    made = split([THEN, THEN, now])
    assert (made.before, made.now) == (Fraction(1, 4), Fraction(1, 2))
    assert made.parts["covered"] == Fraction(1, 4) and others(made, "covered") == only("covered")
    assert made.largest == "covered"
    assert made.counts == {"appeared": 0, "closed": 0, "newly_covered": 1, "lost": 0, "moved_in": 0, "moved_out": 0, "restated": 0}


def test_units_alone():
    now = pd.concat([THEN.iloc[:3], states(("u5", A, SMALL, False), ("u6", A, SMALL, False))])
    made = split([THEN, THEN, now])
    assert made.parts["units"] == Fraction(1, 5) - Fraction(1, 4) and others(made, "units") == only("units")
    assert (made.counts["appeared"], made.counts["closed"]) == (2, 1)


def test_a_move_between_districts_changes_both_and_not_the_city():
    now = THEN.assign(district_code=[A, B, A, B])
    assert split([THEN, THEN, now]).parts == dict.fromkeys(CAUSES, Fraction(0))
    left, came = split([THEN, THEN, now], A), split([THEN, THEN, now], B)
    assert left.parts["moved"] == Fraction(1, 2) - Fraction(1, 3) and others(left, "moved") == only("moved")
    assert (left.counts["moved_out"], came.counts["moved_in"], came.parts["moved"]) == (1, 1, Fraction(0))


def test_a_change_of_class_moves_a_unit_out_of_its_segment():
    now = THEN.assign(mask=[SMALL, ALL, ALL, SMALL])
    made = split([THEN, THEN, now], segment="small_micro")
    assert made.parts["moved"] == Fraction(1, 2) - Fraction(1, 3) and others(made, "moved") == only("moved")


def test_restated_alone():
    stored = THEN.assign(covered=[True, True, True, False])
    made = split([stored, THEN, THEN])
    assert (made.before, made.present, made.now) == (Fraction(3, 4), Fraction(1, 4), Fraction(1, 4))
    assert made.parts["restated"] == Fraction(-1, 2) and others(made, "restated") == only("restated")
    assert made.counts["restated"] == 2


def test_two_causes_by_hand():
    """1/2 → 2/3: one uncovered unit closed (1/1), one covered (2/2) … worked out over both orders."""
    then = states(("u1", A, ALL, True), ("u2", A, ALL, False))
    now = states(("u1", A, ALL, True), ("u2", A, ALL, True), ("u3", A, ALL, False))
    made = split([then, then, now])
    # units first: 1/3, then 2/3; coverage first: 2/2, then 2/3
    assert made.parts["units"] == (Fraction(1, 3) - Fraction(1, 2) + Fraction(2, 3) - 1) / 2
    assert made.parts["covered"] == (Fraction(2, 3) - Fraction(1, 3) + 1 - Fraction(1, 2)) / 2
    assert made.parts["units"] + made.parts["covered"] == Fraction(2, 3) - Fraction(1, 2)


def test_a_district_that_does_not_count_is_outside_the_city():
    now = THEN.assign(covered=[True, False, False, True])
    assert split([THEN, THEN, now], counted={"all": [A]}).parts["covered"] == 0
    assert flows([THEN, THEN, now], CITY, DISTRICTS, {}).query("region_code == @CITY").empty


def test_without_units_there_is_no_rate():
    assert split([THEN, THEN, THEN.iloc[:3]], B) is None
    assert split([THEN.iloc[:0]] * 3, B) is None


def test_shapley_of_a_game_worked_by_hand():
    """Two players: alone 1 and 2, together 6."""
    game = {frozenset(): Fraction(0), frozenset("a"): Fraction(1), frozenset("b"): Fraction(2), frozenset("ab"): Fraction(6)}
    assert shapley(game, ("a", "b")) == {"a": Fraction(5, 2), "b": Fraction(7, 2)}


UNIT = st.tuples(st.sampled_from(DISTRICTS), st.sampled_from([ALL, SMALL]), st.booleans())
WORLD = st.lists(st.tuples(*[st.none() | UNIT] * 3), min_size=1, max_size=12)


def reading(world, k):
    return states(*((f"u{i}", *unit[k]) for i, unit in enumerate(world) if unit[k] is not None))


def rate(frame, region, segment):
    own = frame[(frame["mask"].to_numpy(dtype="int64") >> BITS[segment]) & 1 == 1]
    own = own if region == CITY else own[own["district_code"] == region]
    return Fraction(int(own["covered"].sum()), len(own)) if len(own) else None


@settings(max_examples=60, deadline=None)
@given(WORLD)
def test_parts_add_up_to_the_change_everywhere(world):
    readings = [reading(world, k) for k in range(3)]
    table = flows(readings, CITY, DISTRICTS, dict.fromkeys(BITS, DISTRICTS))
    for region in (CITY, *DISTRICTS):
        for segment in ("all", "small_micro"):
            rates = [rate(r, region, segment) for r in readings]
            made = split(readings, region, segment, table=table)
            if None in rates:
                assert made is None
                continue
            assert [made.before, made.present, made.now] == rates
            assert sum(made.parts.values(), Fraction(0)) == rates[2] - rates[0]
            if readings[0].equals(readings[1]):
                assert made.parts["restated"] == 0


def test_a_unit_missing_from_one_reading_keeps_what_was_stored_of_it():
    """u2 was stored as covered, is missing from the corrected ledger and back without a union: its loss is a loss of coverage, not silence."""
    stored = states(("u1", A, ALL, False), ("u2", A, ALL, True))
    made = split([stored, stored.iloc[:1], stored.assign(covered=[False, False])])
    assert made.parts["covered"] < 0 and sum(made.parts.values()) == Fraction(-1, 2)
