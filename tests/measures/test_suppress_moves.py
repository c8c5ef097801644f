"""The proof behind every withheld figure: another table of whole numbers that no reader can tell from the true one; also in a city of 300 townships."""

import numpy as np
import pandas as pd
import pytest
from attack import Attack
from made_city import CITY, inside, parents_of, published, shares_of, units

from analysis.measures.indicators import typed
from analysis.measures.suppression.cells import Cells
from analysis.measures.suppression.check import Bounds
from analysis.measures.suppression.families import primary_cells, suppress
from analysis.measures.suppression.moves import Moves
from analysis.measures.suppression.second import Protection
from analysis.settings import Settings

RULES = Settings()


def protection_of(city):
    frame = published(city)
    cells = Cells(frame, parents_of(frame))
    return Protection(cells, primary_cells(cells, RULES, shares_of(city)), RULES.suppress_below)


@pytest.mark.parametrize("seed", [3])
def test_every_other_table_agrees_with_all_that_is_shown(seed):
    protection = protection_of(units(seed, 4, 3, 200))
    hidden = protection.find()
    bounds = protection._bounds_of_all()
    tables = []

    class Kept(Moves):
        def _try(self, cell, step, attempt):
            made = super()._try(cell, step, attempt)
            tables.extend([dict(self.moved)] if made else [])
            return made

        def _move(self, cell, by, moved, upset):
            super()._move(cell, by, moved, upset)
            self.moved = moved

    Kept(bounds, hidden).closed(np.flatnonzero(hidden & (bounds.values > 0)).tolist())
    assert len(tables) > 50
    sums = range(int(bounds.rows.max()) + 1)
    truth = np.bincount(bounds.rows, weights=bounds.signs * bounds.values[bounds.cells], minlength=len(sums))
    for moved in tables:
        other = bounds.values.copy()
        other[list(moved)] += list(moved.values())
        assert hidden[list(moved)].all() and other.min() >= 0
        assert np.array_equal(np.bincount(bounds.rows, weights=bounds.signs * other[bounds.cells], minlength=len(sums)), truth)
        assert (other[bounds.nests[:, 0]] <= other[bounds.nests[:, 1]]).all()


def test_a_figure_alone_in_its_sum_is_closed():
    """Three parts of a shown total: of one withheld part there is no other value; of two there is."""
    bounds = Bounds.of(np.array([10.0, 3, 4, 3]), [(np.array([0, 1, 2, 3]), np.array([-1.0, 1, 1, 1]))], np.zeros((0, 2), dtype=np.int64))
    for hidden, closed in (([1], [1]), ([1, 2], [])):
        mask = np.isin(np.arange(4), hidden)
        assert Moves(bounds, mask).closed(hidden) == closed
        assert bounds.solved(mask).tolist() == closed


def test_a_part_that_fills_its_whole_is_closed_downwards_only():
    """A withheld part between a smaller part and its whole, all alike: nothing else is possible; with room below it is."""
    nests = np.array([(0, 1), (1, 2)])
    for values, closed in (((5.0, 5, 5), [1]), ((4.0, 5, 5), [])):
        assert Moves(Bounds.of(np.array(values), [], nests), np.array([False, True, False])).closed([1]) == closed


BIG = ("all", "small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new", "trade_logistics", "law_firm")
COUNTED = {"eligible_unit_count": ("here", "one"), "covered_unit_count": ("covered", "one"), "blind_unit_count": ("blind", "one"), "nominal_unit_count": ("nominal", "one"),
           "employee_count": ("here", "staff"), "covered_employee_count": ("covered", "staff"), "blind_employee_count": ("blind", "staff"), "mandatory_unit_count": ("large", "one")}  # fmt: skip


def big_city(townships):
    """Return the published table of a city of many townships: counts of units and employees."""
    city = units(11, 10, townships // 10, 20 * townships, busy=40.0).assign(one=1)
    parts = []
    for level, place in (("township", city["township"]), ("district", city["district"]), ("city", pd.Series(CITY, index=city.index))):
        for segment in BIG:
            part = inside(city, segment)
            made = {name: (city[what] * (city[who] & part)).groupby(place).sum() for name, (who, what) in COUNTED.items()}
            rows = pd.DataFrame(made).rename_axis("region_code").melt(ignore_index=False, var_name="indicator", value_name="value").reset_index()
            parts.append(rows.assign(region_level=level, segment=segment))
    frame = pd.concat(parts, ignore_index=True).assign(quarter="2021Q3", reason="", left_out="", status="ok", unit="count", numerator=None, denominator=None)
    return typed(frame.assign(region_name=frame["region_code"], value=frame["value"].astype(float)))


def test_a_city_of_three_hundred_townships_is_proven_too():
    frame = big_city(300)
    parents = parents_of(frame)
    assert len(parents) == 300
    cells = Cells(frame, parents)
    protection = Protection(cells, primary_cells(cells, RULES), RULES.suppress_below)
    hidden = protection.find()
    assert hidden.sum() > 5000
    assert protection._closed(np.zeros_like(hidden))[0] == []
    assert Attack(suppress(frame, "public", RULES, parents), parents).determined() == []
