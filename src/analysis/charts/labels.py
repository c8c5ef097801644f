"""Where a region's label stands: inside its polygon if it fits, else led out to free paper; never on another label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from analysis.charts.geometry import Page, inner_point
from analysis.charts.sheet import Box, Sheet

_SIZES = (8.0, 7.2, 6.4, 6.0)
_LEAD_SIZE = 6.2
_LONGEST_MM = 45.0
_MOST_TRIED = 300
_LINE_EM = 1.18
_PT_MM = 25.4 / 72
_PAD = 0.35
_GAP = 0.9
_ENOUGH = 0.85


Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Label:
    """``lines`` are (text, fact id); ``box`` in millimetres; ``leader`` the two ends of its line, None inside the polygon."""

    code: str
    lines: Lines
    size: float
    box: Box
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


def extent(sheet: Sheet, lines: Sequence[tuple[str, str]], size: float) -> tuple[float, float]:
    """Return width and height of the stacked lines."""
    return max(sheet.measure(text, size) for text, _ in lines) + 2 * _PAD, len(lines) * size * _PT_MM * _LINE_EM + 2 * _PAD


def place_inside(sheet: Sheet, page: Page, lines: dict[str, Lines], taken: Sequence[shapely.Geometry] = ()) -> tuple[dict[str, Label], float]:
    """Return labels that fit into their polygons, at the largest size at which nearly all do, and that size."""
    smallest = _fitting(sheet, page, lines, taken, _SIZES[-1])
    if len(smallest) < _ENOUGH * len(page.codes):
        return smallest, _SIZES[-1]
    for size in _SIZES[:-1]:
        found = _fitting(sheet, page, lines, taken, size)
        if len(found) >= _ENOUGH * len(page.codes):
            return found, size
    return smallest, _SIZES[-1]


def _fitting(sheet: Sheet, page: Page, lines: dict[str, Lines], taken: Sequence[shapely.Geometry], size: float) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for code, shape in zip(page.codes, page.shapes, strict=True):
        for variant in _variants(lines[code]):
            spot = spot_inside(shape, *extent(sheet, variant, size), taken)
            if spot is not None:
                found[code] = Label(code, variant, size, spot)
                break
    return found


def _variants(lines: Lines) -> list[Lines]:
    """Return the label as given, without its third line, and with a long name broken in two."""
    name = lines[0][0]
    variants = [lines, lines[:2]] if len(lines) > 2 else [lines]
    if len(name) >= 4:
        half = (len(name) + 1) // 2
        variants.append(((name[:half], ""), (name[half:], ""), lines[1]))
    return variants


def spot_inside(shape: shapely.Geometry, width: float, height: float, taken: Sequence[shapely.Geometry]) -> Box | None:
    """Return where a box of this size stands best inside the shape, clear of what is taken; None where it does not fit."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    west, south, east, north = largest.bounds
    if east - west < width or north - south < height or largest.area < width * height:
        return None
    home = inner_point(shape)
    across, up = np.linspace(west + width / 2, east - width / 2, 25), np.linspace(south + height / 2, north - height / 2, 25)
    xs, ys = np.meshgrid(np.append(across, home[0]), np.append(up, home[1]))
    boxes = shapely.box(xs - width / 2, ys - height / 2, xs + width / 2, ys + height / 2).ravel()
    shapely.prepare(largest)
    fits = shapely.contains_properly(largest, boxes)
    for other in taken:
        fits &= ~shapely.intersects(other, boxes)
    if not fits.any():
        return None
    centre = largest.centroid
    cost = np.hypot(xs.ravel() - home[0], ys.ravel() - home[1]) + 0.5 * np.hypot(xs.ravel() - centre.x, ys.ravel() - centre.y)
    return tuple(shapely.bounds(boxes[np.argmin(np.where(fits, cost, np.inf))]))


def lead_out(sheet: Sheet, page: Page, lines: dict[str, Lines], inside: dict[str, Label], paper: Box,
             taken: Sequence[shapely.Geometry] = ()) -> tuple[dict[str, Label], tuple[str, ...]]:  # fmt: skip
    """Return labels on free paper joined by a line to their regions, and the codes for which there is no room."""
    blocked = [shapely.box(*label.box) for label in inside.values()] + list(taken)
    led: dict[str, Label] = {}
    homeless: list[str] = []
    shapely.prepare(page.union)
    waiting = [(code, shape) for code, shape in zip(page.codes, page.shapes, strict=True) if code not in inside]
    middle = ((page.box[0] + page.box[2]) / 2, (page.box[1] + page.box[3]) / 2)
    waiting.sort(key=lambda pair: (-np.hypot(pair[1].centroid.x - middle[0], pair[1].centroid.y - middle[1]), pair[0]))
    for code, shape in waiting:
        label = _spot_outside(sheet, page, code, lines[code][:2], shape, blocked, paper)
        if label is None:
            homeless.append(code)
            continue
        led[code] = label
        blocked += [shapely.box(*label.box).buffer(_GAP / 2), shapely.LineString(label.leader).buffer(0.25)]
    return led, tuple(homeless)


def _spot_outside(sheet: Sheet, page: Page, code: str, lines: Lines, shape: shapely.Geometry, blocked: list[shapely.Geometry],
                  paper: Box) -> Label | None:  # fmt: skip
    width, height = extent(sheet, lines, _LEAD_SIZE)
    left, bottom, right, top = paper
    if right - left < width or top - bottom < height:
        return None
    xs, ys = np.meshgrid(np.arange(left + width / 2, right - width / 2 + 0.01, 1.5), np.arange(bottom + height / 2, top - height / 2 + 0.01, 1.5))
    xs, ys = xs.ravel(), ys.ravel()
    boxes = shapely.box(xs - width / 2, ys - height / 2, xs + width / 2, ys + height / 2)
    obstacles = shapely.union_all(blocked) if blocked else shapely.Point()
    shapely.prepare(obstacles)
    free = ~shapely.intersects(page.union, boxes) & ~shapely.intersects(obstacles, boxes)
    if not free.any():
        return None
    xs, ys, boxes = xs[free], ys[free], boxes[free]
    anchor = shapely.Point(inner_point(shape))
    order = np.argsort(shapely.distance(anchor, boxes), kind="stable")[:_MOST_TRIED]
    ends = np.array([_edge_point(box, anchor) for box in boxes[order]])
    lines_to = shapely.linestrings(np.stack([np.broadcast_to((anchor.x, anchor.y), ends.shape), ends], axis=1))
    open_ways = np.flatnonzero((shapely.length(lines_to) <= _LONGEST_MM) & ~shapely.intersects(obstacles, lines_to))
    if not open_ways.size:
        return None
    best = open_ways[0]
    return Label(code, lines, _LEAD_SIZE, tuple(boxes[order][best].bounds), ((anchor.x, anchor.y), tuple(ends[best])))


def _edge_point(box: shapely.Geometry, anchor: shapely.Point) -> tuple[float, float]:
    """Return the middle of the box's edge that is nearest to the anchor."""
    west, south, east, north = box.bounds
    middles = [(west, (south + north) / 2), (east, (south + north) / 2), ((west + east) / 2, south), ((west + east) / 2, north)]
    return min(middles, key=lambda point: (point[0] - anchor.x) ** 2 + (point[1] - anchor.y) ** 2)


def draw(sheet: Sheet, label: Label, colour: str, role: str = "label") -> None:
    """Write the label's lines, first on top, and its leader."""
    if label.leader:
        sheet.line(label.leader, color="white", width=1.2, order=6.5)
        sheet.line(label.leader, color="#57606a", width=0.5, order=7)
        sheet.circle(*label.leader[0], 0.35, fill="#57606a", order=7)
    west, south, east, north = label.box
    step = (north - south - 2 * _PAD) / len(label.lines)
    for number, (text, fact) in enumerate(label.lines):
        sheet.text((west + east) / 2, north - _PAD - (number + 0.5) * step, text, size=label.size, color=colour, align="center", role=role, fact=fact)
