"""Intervals, ranks that cannot be told apart, empirical Bayes, concentration; by hand and against other implementations."""

from fractions import Fraction

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from analysis.measures.blanks.concentration import fewest_holding
from analysis.measures.blanks.intervals import rank_ranges, wilson
from analysis.measures.blanks.shrink import shrink
from analysis.measures.blanks.spatial import HIGH, LOW, pattern


def test_wilson_by_hand():
    """6 of 20 at 95 %: z² = 3.8415; middle (0.3 + 0.09604) / 1.19207; half 1.95996 / 1.19207 · √(0.0105 + 0.0024009)."""
    low, high = wilson(6, 20)
    assert low == pytest.approx(0.33222 - 0.18676, abs=2e-4) and high == pytest.approx(0.33222 + 0.18676, abs=2e-4)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_its_own_equation(pair):
    """Each bound p satisfies (r − p)² = z² p(1 − p)/n, and the interval holds the rate."""
    part, whole = pair
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole <= high <= 1 and low < high
    for p in (low, high):
        if 0 < p < 1:
            assert (part / whole - p) ** 2 == pytest.approx(1.959964**2 * p * (1 - p) / whole, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("pair", [(0, 0), (3, 2), (-1, 4)])
def test_no_interval_without_units(pair):
    with pytest.raises(ValueError, match="分母大于零"):
        wilson(*pair)


def test_ranks_are_told_apart_only_where_intervals_are():
    assert rank_ranges([(0.1, 0.2), (0.5, 0.6), (0.55, 0.9)]) == [(3, 3), (1, 2), (1, 2)]
    assert rank_ranges([(0.4, 0.4), (0.4, 0.4)]) == [(1, 2), (1, 2)]
    assert rank_ranges([]) == []


def test_equal_rates_are_drawn_wholly_together():
    made = shrink(np.array([10, 20, 1]), np.array([100, 200, 10]))
    assert made.weights.tolist() == [0, 0, 0] and made.rates == pytest.approx([0.1, 0.1, 0.1])


def test_shrinking_by_hand():
    """Two places of 100 (20 %, 60 %) and one of 5 (all): worked with exact fractions."""
    k, n = [20, 60, 5], [100, 100, 5]
    total, mean = Fraction(205), Fraction(85, 205)
    spread = mean * (1 - mean)
    observed = sum(Fraction(b) * (Fraction(a, b) - mean) ** 2 for a, b in zip(k, n, strict=True))
    between = (observed - 2 * spread) / (total - Fraction(20025, 205) - 2)
    expected = []
    for a, b in zip(k, n, strict=True):
        weight = between / (between + (spread - between) / b)
        expected.append(float(mean + weight * (Fraction(a, b) - mean)))
    made = shrink(np.array(k), np.array(n))
    assert made.rates == pytest.approx(expected)
    assert made.weights[2] < made.weights[0] and made.rates[2] < 0.9


def test_places_without_units_have_no_rate():
    made = shrink(np.array([0, 5]), np.array([0, 10]))
    assert np.isnan(made.rates[0]) and made.rates[1] == pytest.approx(0.5)
    assert np.isnan(shrink(np.array([0]), np.array([0])).overall)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12))
def test_a_shrunk_rate_lies_between_its_own_and_the_overall_rate(pairs):
    k, n = np.array(pairs).T
    made = shrink(k, n)
    own = k / n
    assert ((made.weights >= 0) & (made.weights <= 1)).all()
    assert (made.rates >= np.minimum(own, made.overall) - 1e-12).all() and (made.rates <= np.maximum(own, made.overall) + 1e-12).all()


def test_half_the_blank():
    assert fewest_holding([5, 5, 5, 5]) == 2
    assert fewest_holding([9, 1, 1]) == 1


GRID = [(x, y) for x in range(6) for y in range(6)]


def grid(cells=GRID):
    return gpd.GeoDataFrame({"code": [f"{x}{y}" for x, y in cells]}, geometry=[box(x, y, x + 1, y + 1) for x, y in cells], crs=4326)


def looked_at(parts, wholes, shapes=None, least=20):
    return pattern(grid() if shapes is None else shapes, parts, wholes, least, 999, 20210930, 0.05)


def test_a_split_city_is_clustered_and_the_seam_is_not():
    wholes = {f"{x}{y}": 100 for x, y in GRID}
    made = looked_at({f"{x}{y}": 90 if x < 3 else 10 for x, y in GRID}, wholes)
    assert made.index > 0.6 and made.p_value < 0.01 and made.tested == 36
    assert [made.clusters.get(f"1{y}") for y in range(1, 5)] == [HIGH] * 4 and [made.clusters.get(f"4{y}") for y in range(1, 5)] == [LOW] * 4
    assert {name for code, name in made.clusters.items() if code[0] in "012"} == {HIGH}
    assert not {"20", "25", "30", "35"} & set(made.clusters)
    assert made == looked_at({f"{x}{y}": 90 if x < 3 else 10 for x, y in GRID}, wholes)


def test_noise_is_no_cluster():
    rates = np.random.default_rng(7).integers(40, 60, 36)
    made = looked_at({f"{x}{y}": int(rates[i]) for i, (x, y) in enumerate(GRID)}, {f"{x}{y}": 100 for x, y in GRID})
    assert made.p_value > 0.05 and made.clusters == {} and made.reason == ""


def test_islands_take_no_part_and_are_named():
    cells = [*GRID, (20, 20)]
    wholes = {f"{x}{y}": 100 for x, y in cells}
    made = looked_at({f"{x}{y}": 90 if x < 3 else 10 for x, y in cells}, wholes, grid(cells))
    assert made.islands == ("2020",) and made.tested == 36


def test_why_nothing_was_tested():
    hundred = {f"{x}{y}": 100 for x, y in GRID}
    assert pattern(None, {}, {}, 20, 99, 1, 0.05).reason == "没有乡镇街道界线，不作空间检验"
    assert looked_at({"00": 1}, {"00": 2}).reason == "能算率的乡镇街道只有1个，不足20个，不作空间检验"
    assert looked_at(dict.fromkeys(hundred, 30), hundred).reason == "各乡镇街道的率没有差别，不作空间检验"
    assert looked_at(dict.fromkeys(hundred, 0), hundred).reason == "各乡镇街道的率没有差别，不作空间检验"
    apart = [(3 * x, 3 * y) for x, y in GRID]
    assert "彼此相邻的乡镇街道只有0个" in looked_at({f"{x}{y}": x for x, y in apart}, {f"{x}{y}": 100 for x, y in apart}, grid(apart)).reason


def test_morans_index_by_its_own_formula():
    """I = n/ΣW · Σ wij zi zj / Σ zi², rows of the weights summing to one, of rates less the overall rate over the spread a place of its size would show."""
    drawn = np.random.default_rng(3)
    wholes = {f"{x}{y}": int(drawn.integers(12, 90)) for x, y in GRID}
    parts = {code: int(drawn.binomial(n, 0.3 + 0.08 * int(code[0]))) for code, n in wholes.items()}
    k, n = (np.array([source[f"{x}{y}"] for x, y in GRID], dtype=float) for source in (parts, wholes))
    made = shrink(k, n)
    z = (k / n - made.overall) / np.sqrt(made.between + (made.overall * (1 - made.overall) - made.between) / n)
    z -= z.mean()
    total = 0.0
    for i, (x, y) in enumerate(GRID):
        near = [j for j, (a, b) in enumerate(GRID) if i != j and max(abs(a - x), abs(b - y)) == 1]
        total += z[i] * z[near].mean()
    assert looked_at(parts, wholes).index == pytest.approx(total / (z**2).sum(), abs=1e-9)
