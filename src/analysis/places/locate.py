"""Which district does a point lie in?"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike

from analysis.places.cells import CROSSED, NOWHERE, Cells

_GRID = 2048  # cells a side
_GRID_PAYS_FROM = 3_000_000  # points times regions
_STRETCH = 1 << 17  # points whose working columns stay in the processor's cache


class Locator:
    """Call with degrees (WGS-84), get an array of region codes, ``""`` where a point lies in none or has no coordinates.

    A point on a shared border belongs to the first of its regions in the order of ``regions``: exactly one. Millions of points are looked
    up in a grid first; only those in cells that a border crosses are held against the polygons.

    Examples
    --------
    >>> regions = gpd.GeoDataFrame({"code": ["990101"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> Locator(regions)([0.5, 9, float("nan")], [0.5, 9, 1]).tolist()
    ['990101', '', '']
    """

    def __init__(self, regions: gpd.GeoDataFrame):
        self._codes = np.append(np.asarray(regions["code"], dtype=object), "")
        self._polygons = np.array(regions.geometry.values, dtype=object)
        shapely.prepare(self._polygons)
        self._bounds = shapely.bounds(self._polygons).reshape(-1, 4)
        self._cells: Cells | None = None

    def __call__(self, lon: ArrayLike, lat: ArrayLike) -> np.ndarray:
        x, y = np.asarray(lon, float).ravel(), np.asarray(lat, float).ravel()
        return self._codes[self._test(x, y) if x.size * len(self._polygons) < _GRID_PAYS_FROM else self._look_up(x, y)]

    def _test(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return each point's first region in order, held against every polygon whose bounds it lies in."""
        order = np.argsort(x)  # blanks last, beyond every region's east
        x, y = x[order], y[order]
        found = np.full(x.size, NOWHERE, dtype=np.int32)
        begins, ends = np.searchsorted(x, self._bounds[:, 0]), np.searchsorted(x, self._bounds[:, 2], side="right")
        for index, (_, south, _, north) in enumerate(self._bounds):
            stretch = slice(begins[index], ends[index])
            near = begins[index] + np.flatnonzero((y[stretch] >= south) & (y[stretch] <= north) & (found[stretch] == NOWHERE))
            found[near[shapely.intersects_xy(self._polygons[index], x[near], y[near])]] = index
        answers = np.empty_like(found)
        answers[order] = found
        return answers

    def _look_up(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if self._cells is None:
            self._cells = Cells(self._polygons, _GRID, self._test)
        cells, found = self._cells, np.empty(x.size, dtype=np.int32)

        def place(start: int) -> None:
            stretch = slice(start, start + _STRETCH)
            found[stretch] = cells.of(x[stretch], y[stretch])

        def test(points: np.ndarray) -> None:
            found[points] = self._test(x[points], y[points])

        threads = os.cpu_count() or 1
        with ThreadPoolExecutor(threads) as pool:  # numpy and GEOS let one another work
            for _ in pool.map(place, range(0, x.size, _STRETCH)):
                pass
            for _ in pool.map(test, np.array_split(np.flatnonzero(found == CROSSED), threads)):
                pass
        return found
