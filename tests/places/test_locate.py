"""Points in districts: borders belong to one, blanks to none, the grid agrees with the plain test."""

import geopandas as gpd
import numpy as np
import shapely

from analysis.places.locate import Locator

REGIONS = gpd.GeoDataFrame(
    {"code": ["990101", "990102", "990103"]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.Polygon([(0, 1), (2, 1), (1, 2.5)])],
    crs=4326,
)


def test_inside_outside_and_blank():
    assert Locator(REGIONS)([0.5, 1.5, 1.0, 5.0, np.nan], [0.5, 0.5, 1.7, 5.0, 0.5]).tolist() == ["990101", "990102", "990103", "", ""]


def test_a_point_on_a_shared_border_belongs_to_exactly_one():
    assert Locator(REGIONS)([1.0, 1.0, 0.5], [0.5, 1.0, 1.0]).tolist() == ["990101", "990101", "990101"]


def test_the_grid_gives_the_same_answer(monkeypatch):
    rng = np.random.default_rng(1)
    x, y = np.append(rng.uniform(-0.2, 2.2, 20_000), [1.0, 0.0, np.nan]), np.append(rng.uniform(-0.2, 2.7, 20_000), [0.25, 0.0, 1.0])
    plain = Locator(REGIONS)(x, y)
    monkeypatch.setattr("analysis.places.locate._GRID_PAYS_FROM", 0)
    monkeypatch.setattr("analysis.places.locate._GRID", 64)
    assert Locator(REGIONS)(x, y).tolist() == plain.tolist()


def test_no_points():
    assert Locator(REGIONS)([], []).tolist() == []


def test_where_regions_overlap_the_first_code_has_the_point_on_the_grid_too(monkeypatch):
    twice = gpd.GeoDataFrame({"code": ["990101", "990102"]}, geometry=[shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)], crs=4326)
    monkeypatch.setattr("analysis.places.locate._GRID_PAYS_FROM", 0)
    monkeypatch.setattr("analysis.places.locate._GRID", 32)
    assert Locator(twice)([0.5, 1.5, 2.5], [1.0, 1.0, 1.0]).tolist() == ["990101", "990101", "990102"]
