"""Classes: pinned, exact at their bounds, blind to blanks."""

from fractions import Fraction
from itertools import pairwise

import pytest
from squares import counts, fact, rates

from analysis import tables
from analysis.charts.classes import classes_for, kind_of


def test_pinned_breaks_and_their_labels():
    classes = classes_for(rates())
    assert classes.is_pinned
    assert classes.labels == ("不足30%", "30%～50%", "50%～70%", "70%～90%", "90%及以上")


def test_a_bound_belongs_to_the_class_above_and_nothing_is_rounded_first():
    classes = classes_for(rates())
    assert classes.index(Fraction(3, 10)) == 1
    assert classes.index(Fraction(29999, 100000)) == 0
    assert classes.index(Fraction(1)) == 4


def test_every_kind_of_blank_is_told_apart():
    facts = rates()
    classes = classes_for(facts)
    assert [kind_of(f, classes)[0] for f in facts] == ["class", "class", "zero", "no_data", "suppressed", "incomplete"]
    assert kind_of(None, classes) == ("no_data", None)


def test_fallback_takes_blanks_out_first():
    facts = [*counts(3, 10, 20, 40, 90, indicator="nominal_unit_count"), fact("990106", None, None, indicator="nominal_unit_count", status="no_data")]
    classes = classes_for(facts)
    assert not classes.is_pinned
    assert len({classes.index(f.value) for f in facts if f.is_ok}) == 5
    assert len(classes.colours) == len(classes.breaks) + 1


@pytest.mark.parametrize("values", [(), (0, 0), (7,), (7, 7, 7), (1, 2)])
def test_fallback_with_hardly_any_values(values):
    classes = classes_for(counts(*values, indicator="nominal_unit_count"))
    assert len(classes.labels) == len(classes.colours) == len(classes.breaks) + 1


def test_the_table_of_breaks_is_sound():
    for row in tables.load("class_breaks").to_dict("records"):
        breaks, colours = [Fraction(b) for b in row["breaks"].split(";") if b], row["colours"].split(";")
        assert breaks == sorted(set(breaks))
        assert len(colours) == 5 and (not breaks or len(breaks) == 4)
        light = [sum(int(c[i : i + 2], 16) * w for i, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for c in colours]
        assert all(a - b > 20 for a, b in pairwise(light)), row["scheme"]
