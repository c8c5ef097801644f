"""Polygons made ready for print: fewer vertices, the same neighbours, nothing lost."""

import geopandas as gpd
import numpy as np
import shapely
from crowds import townships
from squares import regions

from analysis.charts.geometry import as_printed, lay_out


def finely(place: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the regions with vertices every few metres, as surveyed files have them."""
    return place.set_geometry(gpd.GeoSeries(shapely.segmentize(np.array(place.geometry.values), 0.0005), crs=4326))


def test_vertices_that_print_cannot_show_go_and_neighbours_stay_neighbours():
    fine = finely(townships(30))
    drawn = as_printed(fine)
    before, after = (shapely.get_num_coordinates(np.array(place.geometry.values)).sum() for place in (fine, drawn))
    assert after < before / 20
    assert shapely.coverage_is_valid(np.array(drawn.geometry.values))
    assert drawn["code"].tolist() == fine["code"].tolist() and drawn.crs == fine.crs
    changed = shapely.area(shapely.symmetric_difference(np.array(drawn.geometry.values), np.array(fine.geometry.values))).sum()
    assert changed < 0.001 * shapely.area(np.array(fine.geometry.values)).sum()


def test_a_small_district_keeps_the_detail_of_a_map_of_its_own():
    """A notch of thirty metres shows on a map of the small district, not on one of the whole city."""
    notch = [(105, 37), (105.02, 37), (105.02, 37.01), (105.0105, 37.01), (105.01025, 37.0097), (105.01, 37.01), (105, 37.01)]
    small, large = shapely.Polygon(notch), shapely.box(105.02, 37, 107, 39)
    place = gpd.GeoDataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "district_code": ["990101", "990102"]}, geometry=[small, large], crs=4326)
    assert shapely.get_num_coordinates(as_printed(place).geometry.iloc[0]) == 8
    assert shapely.get_num_coordinates(as_printed(place.drop(columns="district_code")).geometry.iloc[0]) < 8


def test_enclaves_islands_and_one_region_alone():
    inner = shapely.box(105.05, 37.05, 105.1, 37.1)
    outer = shapely.box(105, 37, 105.2, 37.2).difference(inner)
    islands = shapely.MultiPolygon([shapely.box(105.3, 37, 105.4, 37.1), shapely.box(105.5, 37, 105.55, 37.05)])
    place = gpd.GeoDataFrame({"code": ["a", "b", "c"], "name": ["甲", "乙", "丙"]}, geometry=[outer, inner, islands], crs=4326)
    drawn = as_printed(place)
    assert [len(shapely.get_parts(shape)) for shape in drawn.geometry] == [1, 1, 2]
    assert shapely.get_num_interior_rings(drawn.geometry.iloc[0]) == 1
    page = lay_out(drawn, (0, 0, 100, 100))
    assert len(page.shapes) == 3 and shapely.intersects_xy(page.shapes[0], *page.home("a"))
    assert len(as_printed(regions().iloc[:1])) == 1
