"""The grid beside geopandas: whatever the polygons and wherever the points, the labels are those of ``sjoin``."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from analysis.places import locate
from analysis.places.cells import CROSSED, NOWHERE, Cells
from analysis.places.locate import Locator

EAST, NORTH = 113.25, 29.5  # where cities lie: coordinates with few digits left behind the comma


@pytest.fixture(autouse=True)
def always_by_grid(monkeypatch):
    monkeypatch.setattr(locate, "_GRID_PAYS_FROM", 0)
    monkeypatch.setattr(locate, "_STRETCH", 100)


def frame(shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": [f"{990101 + i}" for i in range(len(shapes))]}, geometry=list(shapes), crs=4326)


def joined(regions: gpd.GeoDataFrame, x: np.ndarray, y: np.ndarray) -> list[str]:
    """The labels by geopandas; of several regions the first."""
    cloud = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=4326)
    found = gpd.sjoin(cloud, regions, how="left", predicate="intersects").groupby(level=0)["index_right"].min()
    return [regions["code"].iloc[int(i)] if i == i else "" for i in found]


def partition(seed: int, count: int) -> gpd.GeoDataFrame:
    """The plane cut up around random centres (borders shared to the last digit), one region in two pieces, one with an enclave, one of them with a hole."""
    random = np.random.default_rng(seed)
    centres = shapely.MultiPoint(np.column_stack([EAST + random.random(count), NORTH + random.random(count)]))
    shapes = [s for s in shapely.get_parts(shapely.voronoi_polygons(centres)) if s.area > 0]
    enclave = shapes[0].centroid.buffer(np.sqrt(shapes[0].area) / 6, quad_segs=3)
    shapes[0] = shapes[0].difference(enclave)
    gap = shapes[1].centroid.buffer(np.sqrt(shapes[1].area) / 8, quad_segs=2)
    shapes[1] = shapes[1].difference(gap)
    if len(shapes) > 4:
        shapes[-2:] = [shapely.MultiPolygon([*shapely.get_parts(shapes[-1]), *shapely.get_parts(enclave)])]
    else:
        shapes.append(enclave)
    return frame(shapes)


def points(regions: gpd.GeoDataFrame, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points inside and out, on every corner, in the middle of every edge and a hair beside it, without coordinates, at no place of this world."""
    random = np.random.default_rng(seed + 1)
    west, south, east, north = regions.total_bounds
    corners = shapely.get_coordinates(regions.geometry)
    middles = (corners[1:] + corners[:-1]) / 2
    beside = np.nextafter(corners, random.choice([-np.inf, np.inf], corners.shape))
    odd = [(np.nan, south), (west, np.nan), (np.inf, north), (-np.inf, -np.inf), (0.0, 0.0), (1e308, -1e308)]
    anywhere = np.column_stack([random.uniform(2 * west - east, 2 * east - west, 400), random.uniform(2 * south - north, 2 * north - south, 400)])
    return tuple(np.concatenate([corners, middles, beside, anywhere, np.array(odd)]).T)


@given(seed=st.integers(0, 10_000), count=st.integers(3, 12), side=st.sampled_from([1, 2, 7, 64, 300]))
def test_the_labels_of_any_partition_are_those_of_geopandas(seed, count, side):
    regions = partition(seed, count)
    x, y = points(regions, seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(locate, "_GRID", side)
        assert Locator(regions)(x, y).tolist() == joined(regions, x, y)


@pytest.mark.parametrize("size", [1e-9, 1.0, 100.0])
def test_borders_along_the_grid_lines_and_regions_that_overlap(size):
    shapes = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), shapely.box(3, 0, 4, 2), shapely.Polygon([(0, 2), (4, 2), (2, 4)])]
    regions = frame([shapely.transform(s, lambda c: c * size) for s in shapes])
    x, y = points(regions, 5)
    for side in (4, 32, 33):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(locate, "_GRID", side)
            assert Locator(regions)(x, y).tolist() == joined(regions, x, y)


def test_only_the_cells_that_a_border_crosses_are_left_open():
    plus = np.array([shapely.box(0, 0, 4, 8), shapely.box(4, 0, 8, 8)], dtype=object)
    cells = Cells(plus, 8, lambda x, y: np.select([(x < 0) | (x > 8) | (y < 0) | (y > 8), x < 4], [NOWHERE, 0], 1).astype(np.int32))
    grid = cells.of(*(a.ravel() for a in np.meshgrid(np.arange(8) + 0.5, np.arange(8) + 0.5))).reshape(8, 8)
    assert grid[3].tolist() == [CROSSED, 0, 0, CROSSED, CROSSED, 1, 1, CROSSED]  # a border between two cells leaves both open
    assert set(grid[0]) == set(grid[-1]) == {CROSSED}
    assert cells.of(np.array([9.0, -1.0, np.nan]), np.array([1.0, 1.0, 1.0])).tolist() == [NOWHERE] * 3
