"""Squares placed by themselves: one each, none on another, east stays east."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analysis.places.tiles import tiles_of


def _regions(middles):
    shapes = [shapely.Point(x, y).buffer(0.05) for x, y in middles]
    return gpd.GeoDataFrame(
        {"code": [f"9901{i:02d}" for i in range(len(middles))], "name": [f"第{i}区" for i in range(len(middles))]}, geometry=shapes, crs=4326
    )


def test_a_lattice_comes_back_as_it_stands():
    tiles = tiles_of(_regions([(105 + x / 10, 37 + y / 10) for y in range(3) for x in range(4)])).set_index("code")
    for y in range(3):
        codes = [f"9901{y * 4 + x:02d}" for x in range(4)]
        assert tiles.loc[codes, "col"].is_monotonic_increasing
        assert tiles.loc[codes, "row"].nunique() == 1
    assert tiles.at["990100", "row"] > tiles.at["990108", "row"]  # the south stands below


def test_no_two_regions_share_a_square_and_none_is_lost():
    drawn = np.random.default_rng(5)
    for count in (1, 2, 13, 60, 280):
        regions = _regions(list(zip(105 + drawn.random(count), 37 + drawn.random(count), strict=True)))
        tiles = tiles_of(regions)
        assert set(tiles["code"]) == set(regions["code"])
        assert not tiles.duplicated(["row", "col"]).any()
        assert tiles["row"].min() == tiles["col"].min() == 1


def test_neighbours_stay_near_and_the_far_west_stays_west():
    tiles = tiles_of(_regions([(104, 37), (105, 37.9), (105.1, 37.1), (106, 37.5)])).set_index("code")
    assert tiles["col"].idxmin() == "990100" and tiles["col"].idxmax() == "990103"
    assert tiles.at["990101", "row"] < tiles.at["990102", "row"]


def test_regions_on_one_spot_and_regions_without_polygons():
    assert not tiles_of(_regions([(105, 37)] * 5)).duplicated(["row", "col"]).any()
    named = pd.DataFrame({"code": ["990101", "990102", "990103"], "name": ["甲区", "乙区", "丙区"]})
    tiles = tiles_of(named)
    assert tiles["code"].tolist() == named["code"].tolist()
    assert list(zip(tiles["row"], tiles["col"], strict=True)) == sorted(zip(tiles["row"], tiles["col"], strict=True))
    assert tiles_of(named.iloc[:0]).empty
