"""The planner against brute force over every set of visits."""

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.blanks.planner import JOINT, SINGLE, Blank, Visit, plan


def test_the_fullest_township_comes_first_then_single_units():
    units = [Blank("a", "T1", False), Blank("b", "T1", True), Blank("c", "T1", True), Blank("d", "T2", True), Blank("e", "T2", True), Blank("f", "T2", True),
             Blank("g", "T3", True)]  # fmt: skip
    made = plan(units, 3)
    assert made.visits == (Visit(JOINT, "T2", ("d", "e", "f")), Visit(JOINT, "T1", ("b", "c")), Visit(SINGLE, "T1", ("a",)))
    assert made.gain == 6


def test_the_split_of_a_plan_and_its_employees():
    units = [Blank("a", "T1", True, 8), Blank("b", "T1", True, 9), Blank("c", "T2", True, 20), Blank("d", "T2", True, 3), Blank("e", "T3", False, 40)]
    made = plan(units, 3)
    assert [(v.kind, v.township, v.employees) for v in made.visits] == [(JOINT, "T2", 23), (JOINT, "T1", 17), (SINGLE, "T3", 40)]
    assert (made.employees, made.of(JOINT).gain, made.of(JOINT).employees, made.of(SINGLE).gain) == (80, 4, 40, 1)


def test_no_more_visits_than_the_gap_needs():
    units = [Blank(name, "T1", True) for name in "abc"] + [Blank(name, "", False) for name in "de"]
    assert [v.gain for v in plan(units, 3, gap=4).visits] == [3, 1]
    assert plan(units, 3, gap=0).visits == ()
    assert plan(units, 0).visits == () and plan([], 5).visits == ()


def test_units_of_unknown_township_are_visited_singly():
    assert [v.kind for v in plan([Blank("a", "", True), Blank("b", "", True)], 5).visits] == [SINGLE, SINGLE]


def best_by_force(units, visits, gap):
    """The most units that any set of at most ``visits`` visits covers, every visit being possible, small units singly too."""
    townships = {u.township for u in units if u.is_small and u.township}
    possible = [frozenset({u.uscc}) for u in units]
    groups = (frozenset(u.uscc for u in units if u.is_small and u.township == t) for t in townships)
    possible += [group for group in groups if len(group) >= 2]
    sets = chain.from_iterable(combinations(possible, n) for n in range(min(visits, len(possible)) + 1))
    best = max(len(frozenset().union(*chosen)) for chosen in sets)
    return best if gap is None else min(best, gap)


UNITS = st.lists(st.tuples(st.sampled_from(["", "T1", "T2", "T3"]), st.booleans()), max_size=8)


@settings(max_examples=150, deadline=None)
@given(UNITS, st.integers(0, 5), st.none() | st.integers(0, 9))
def test_no_set_of_visits_closes_more(drawn, visits, gap):
    units = [Blank(f"u{i}", township, is_small) for i, (township, is_small) in enumerate(drawn)]
    made = plan(units, visits, gap)
    named = [uscc for visit in made.visits for uscc in visit.units]
    assert len(named) == len(set(named)) and len(made.visits) <= visits
    assert min(made.gain, len(units) if gap is None else gap) == best_by_force(units, visits, gap)
    if gap is not None and made.visits:
        assert made.gain - made.visits[-1].gain < gap
