"""A grid over polygons that knows, cell by cell, which polygon every point of the cell lies in.

A cell that no border crosses lies wholly in one region, or in none: all its points have the answer of its middle. Which cells a border crosses
is found by cutting every edge into pieces shorter than half a cell and marking the cells at the corners of each piece's bounds, a hair wider than they
are, so that rounding cannot carry a point out of its cell's answer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

CROSSED, NOWHERE = -2, -1
_HAIR = 1e-6  # of a cell's width; rounding errs by some 1e-12 of it
_MARGIN = 1e-4  # of a cell's width between the polygons' bounds and the ring around: more than a hair
_EDGES = 1 << 18  # edges cut at a time
Test = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Cells:
    """``side`` × ``side`` cells over the bounds of ``polygons``, and a ring of cells around them; ``test(x, y)`` says in which polygon points lie (its place, or ``NOWHERE``)."""

    def __init__(self, polygons: np.ndarray, side: int, test: Test) -> None:
        west, south, east, north = shapely.total_bounds(polygons)
        self._scale = tuple((side - 2 * _MARGIN) / length for length in (east - west, north - south))
        self._origin = tuple(least - (1 + _MARGIN) / scale for least, scale in zip((west, south), self._scale, strict=True))
        self._side = side + 2  # the ring: what lies outside
        self._region = self._fill(_crossed(self._edges(polygons), self._side), test)

    def of(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the place of each point's polygon, ``NOWHERE``, or ``CROSSED`` where a border runs through its cell."""
        with np.errstate(invalid="ignore", over="ignore"):
            column, row = self._places(x, y)
        for part in (column, row):  # blanks lie outside, as infinity does
            np.fmax(part, 0, out=part)
            np.fmin(part, self._side - 1, out=part)
        place = row.astype(np.int32)
        place *= self._side
        place += column.astype(np.int32)
        return self._region[place]

    def _places(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Columns and rows with their fractions. Every step keeps the order of coordinates, so cells never overlap."""
        return (x - self._origin[0]) * self._scale[0], (y - self._origin[1]) * self._scale[1]

    def _edges(self, polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return begin and end of every edge, in cells."""
        lines = shapely.get_parts(shapely.get_rings(shapely.get_parts(polygons)))
        points, ring = shapely.get_coordinates(lines, return_index=True)
        placed = np.column_stack(self._places(points[:, 0], points[:, 1]))
        is_edge = ring[1:] == ring[:-1]
        return placed[:-1][is_edge], placed[1:][is_edge]

    def _fill(self, crossed: np.ndarray, test: Test) -> np.ndarray:
        """Return region by cell. A run of free cells beside one another meets no border: one question answers for all of them."""
        is_free = np.pad(~crossed, ((0, 0), (1, 1)))
        is_begin = is_free[:, 1:-1] & ~is_free[:, :-2]
        row, column = np.nonzero(is_begin)
        middle = [(place + 0.5) / scale + origin for place, scale, origin in zip((column, row), self._scale, self._origin, strict=True)]
        answers = np.append(test(*middle), np.int32(NOWHERE)).astype(np.int32)
        run = np.cumsum(is_begin.ravel()) - 1
        return np.where(crossed.ravel(), np.int32(CROSSED), answers[run])


def _crossed(edges: tuple[np.ndarray, np.ndarray], side: int) -> np.ndarray:
    crossed = np.zeros((side, side), dtype=bool)
    for start in range(0, len(edges[0]), _EDGES):
        begin, end = (part[start : start + _EDGES] for part in edges)
        pieces = np.ceil(np.abs(end - begin).max(axis=1) * 2).astype(np.int64).clip(min=1)
        edge = np.repeat(np.arange(len(pieces)), pieces)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        stride = (end - begin)[edge] / pieces[edge, None]
        a = begin[edge] + stride * step[:, None]
        b = np.where((step + 1 == pieces[edge])[:, None], end[edge], a + stride)
        low, high = (np.floor(p).astype(np.int64).clip(0, side - 1) for p in (np.minimum(a, b) - _HAIR, np.maximum(a, b) + _HAIR))
        for rows in (low[:, 1], high[:, 1]):
            for columns in (low[:, 0], high[:, 0]):
                crossed[rows, columns] = True
    return crossed
