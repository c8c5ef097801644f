"""Polygons on the page: degrees to millimetres, simplified no further than print can show, shared borders kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from analysis.charts.sheet import Box

_DETAIL_MM = 0.12
_CRUMB_MM2 = 0.02
_WIDEST_MM = 156.0


@dataclass(frozen=True)
class Page:
    """Regions laid out in a box: ``shapes`` in millimetres by the order of ``codes``, ``km_per_mm``, ``union`` of all, ``box`` they occupy.

    ``mains`` are the largest parts of the shapes, ``homes`` the middles of the largest circles inside these, ``radii`` the circles' radii.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: np.ndarray
    union: shapely.Geometry
    box: Box
    km_per_mm: float
    mains: np.ndarray
    homes: np.ndarray
    radii: np.ndarray

    def home(self, code: str) -> tuple[float, float]:
        x, y = self.homes[self.codes.index(code)]
        return float(x), float(y)


def metres(regions: gpd.GeoDataFrame) -> np.ndarray:
    """Return the polygons in metres around their middle (local equirectangular; within 1 % over a prefecture)."""
    shapes = np.array(regions.geometry.values, dtype=object)
    west, south, _, north = shapely.total_bounds(shapes)
    middle = np.radians((south + north) / 2)
    per_lat = 111132.92 - 559.82 * np.cos(2 * middle) + 1.175 * np.cos(4 * middle)
    per_lon = 111412.84 * np.cos(middle) - 93.5 * np.cos(3 * middle)
    return shapely.transform(shapes, lambda points: (points - (west, south)) * (per_lon, per_lat))


def aspect(regions: gpd.GeoDataFrame) -> float:
    """Return width / height on the ground."""
    west, south, east, north = shapely.total_bounds(metres(regions))
    return float((east - west) / (north - south))


def lay_out(regions: gpd.GeoDataFrame, box: Box) -> Page:
    """Fit the regions into ``box``, centred."""
    ground = metres(regions)
    west, south, east, north = shapely.total_bounds(ground)
    left, bottom, right, top = box
    scale = min((right - left) / (east - west), (top - bottom) / (north - south))
    shift_x = left + ((right - left) - (east - west) * scale) / 2
    shift_y = bottom + ((top - bottom) - (north - south) * scale) / 2
    shapes = shapely.transform(ground, lambda points: (points - (west, south)) * scale + (shift_x, shift_y))
    shapes = simplify(shapes)
    mains = np.array([max(shapely.get_parts(shape), key=lambda part: part.area) for shape in shapes], dtype=object)
    shapely.prepare(mains)
    circles = shapely.maximum_inscribed_circle(mains, tolerance=0.2)  # a line from the middle to the edge
    whole = shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)
    return Page(tuple(regions["code"]), tuple(regions["name"]), shapes, whole, tuple(shapely.total_bounds(shapes)), 1 / scale / 1000,
                mains, shapely.get_coordinates(shapely.get_point(circles, 0)), shapely.length(circles))  # fmt: skip


def as_printed(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the regions without the vertices that no print can show, so that every map of a quarter starts from a small drawing.

    The finest scale decides: with ``district_code`` that of the smallest district, which fills a map of its own. Neighbours keep their common border.
    """
    ground = metres(regions)
    owners = regions["district_code"].to_numpy() if "district_code" in regions else np.zeros(len(regions))
    extents = [np.ptp(shapely.total_bounds(ground[owners == owner]).reshape(2, 2), axis=0).max() for owner in dict.fromkeys(owners)]
    finest = min(extents) / _WIDEST_MM  # metres in a millimetre of paper
    shapes = np.array(regions.geometry.values, dtype=object)
    scale = (shapely.bounds(ground)[:, 2:] - shapely.bounds(ground)[:, :2]).sum() / (shapely.bounds(shapes)[:, 2:] - shapely.bounds(shapes)[:, :2]).sum()
    return regions.set_geometry(gpd.GeoSeries(_simpler(shapes, _DETAIL_MM / 2 * finest / scale), index=regions.index, crs=regions.crs))


def simplify(shapes: np.ndarray) -> np.ndarray:
    """Drop vertices and crumbs that print cannot show."""
    return np.array([_without_crumbs(shape) for shape in _simpler(shapes, _DETAIL_MM)], dtype=object)


def _simpler(shapes: np.ndarray, detail: float) -> np.ndarray:
    """Drop vertices; neighbours keep their common border where the polygons fit together without overlap."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_simplify(shapes, detail)
    return shapely.simplify(shapes, detail / 2, preserve_topology=True)


def _without_crumbs(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    kept = parts[shapely.area(parts) >= _CRUMB_MM2]
    return shape if len(kept) in (0, len(parts)) else shapely.multipolygons(kept)


def outlines(page: Page, owners: dict[str, Any]) -> list[shapely.Geometry]:
    """Return one outline for each owner (a township's district), dissolved from the page's own shapes."""
    groups: dict[Any, list[shapely.Geometry]] = {}
    for code, shape in zip(page.codes, page.shapes, strict=True):
        groups.setdefault(owners[code], []).append(shape)
    return [shapely.union_all(shapes) for shapes in groups.values()]
