"""Which district does a point lie in?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike

_GRID = 512
_GRID_PAYS_FROM = 30_000_000  # points times regions
_MIXED, _NOWHERE = -2, -1


class Locator:
    """Call with degrees (WGS-84), get an array of region codes, ``""`` where a point lies in none or has no coordinates.

    A point on a shared border belongs to the first of its regions in the order of ``regions``: exactly one.

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
        self._cells: np.ndarray | None = None

    def __call__(self, lon: ArrayLike, lat: ArrayLike) -> np.ndarray:
        x, y = np.asarray(lon, float).ravel(), np.asarray(lat, float).ravel()
        if x.size * len(self._polygons) < _GRID_PAYS_FROM:
            return self._codes[self._test(x, y)]
        found = self._by_cell(x, y)
        open_points = np.flatnonzero(found == _MIXED)
        found[open_points] = self._test(x[open_points], y[open_points])
        return self._codes[found]

    def _test(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        found = np.full(x.size, _NOWHERE, dtype=np.int32)
        for index, (polygon, (west, south, east, north)) in enumerate(zip(self._polygons, self._bounds, strict=True)):
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north) & (found == _NOWHERE))
            found[near[shapely.intersects_xy(polygon, x[near], y[near])]] = index
        return found

    def _by_cell(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the region of the grid cell where one region fills it, ``_MIXED`` where points must be tested one by one."""
        if self._cells is None:
            self._cells = self._fill_cells()
        west, south, width, height = self._frame()
        with np.errstate(invalid="ignore"):
            column, row = np.floor((x - west) / width * _GRID), np.floor((y - south) / height * _GRID)
            inside = (column >= 0) & (column < _GRID) & (row >= 0) & (row < _GRID)
        found = np.full(x.size, _NOWHERE, dtype=np.int32)
        found[inside] = self._cells[row[inside].astype(np.intp), column[inside].astype(np.intp)]
        return found

    def _frame(self) -> tuple[float, float, float, float]:
        west, south = self._bounds[:, :2].min(axis=0)
        east, north = self._bounds[:, 2:].max(axis=0)
        return west, south, (east - west) * 1.000001, (north - south) * 1.000001

    def _fill_cells(self) -> np.ndarray:
        west, south, width, height = self._frame()
        cells = np.full((_GRID, _GRID), _NOWHERE, dtype=np.int32)
        for index, (polygon, bounds) in enumerate(zip(self._polygons, self._bounds, strict=True)):
            first = np.floor((bounds[:2] - (west, south)) / (width, height) * _GRID).astype(int)
            last = np.floor((bounds[2:] - (west, south)) / (width, height) * _GRID).astype(int)
            rows, columns = np.mgrid[first[1] : last[1] + 1, first[0] : last[0] + 1]
            left, bottom = west + columns / _GRID * width, south + rows / _GRID * height
            # a hair wider than the cell, so that rounding cannot carry a point out of its cell's verdict
            slack_x, slack_y = width / _GRID * 1e-6, height / _GRID * 1e-6
            boxes = shapely.box(left - slack_x, bottom - slack_y, left + width / _GRID + slack_x, bottom + height / _GRID + slack_y)
            touched = shapely.intersects(polygon, boxes)
            whole = np.zeros_like(touched)
            whole[touched] = shapely.contains_properly(polygon, boxes[touched])
            view = cells[first[1] : last[1] + 1, first[0] : last[0] + 1]
            is_free = view == _NOWHERE  # where polygons overlap, points are tested: the earlier region has them
            view[touched] = _MIXED
            view[whole & is_free] = index
        return cells
