"""Where a region's label stands: inside its polygon if it fits, else led out to free paper; never on another label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from analysis.charts.geometry import Page
from analysis.charts.sheet import Box, Sheet

_SIZES = (8.0, 7.2, 6.4, 6.0)
_LEAD_SIZE = 6.2
_LONGEST_MM = 45.0
_MOST_TRIED = 300
_AT_ONCE = 160
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
    for number, code in enumerate(page.codes):
        near = [other for other in taken if other.intersects(page.mains[number])] if taken else []
        for variant in _variants(lines[code]):
            spot = spot_inside(page, number, *extent(sheet, variant, size), near)
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


def spot_inside(page: Page, number: int, width: float, height: float, taken: Sequence[shapely.Geometry]) -> Box | None:
    """Return where a box of this size stands best inside the page's n-th region, clear of what is taken; None where it does not fit."""
    main, home = page.mains[number], page.homes[number]
    west, south, east, north = main.bounds
    if east - west < width or north - south < height or main.area < width * height or 2 * page.radii[number] + 0.4 < min(width, height):
        return None
    across, up = np.linspace(west + width / 2, east - width / 2, 25), np.linspace(south + height / 2, north - height / 2, 25)
    xs, ys = (side.ravel() for side in np.meshgrid(np.append(across, home[0]), np.append(up, home[1])))
    centre = main.centroid
    cost = np.hypot(xs - home[0], ys - home[1]) + 0.5 * np.hypot(xs - centre.x, ys - centre.y)
    order = np.argsort(cost, kind="stable")
    for some in np.split(order, range(_AT_ONCE, len(order), _AT_ONCE)):
        boxes = shapely.box(xs[some] - width / 2, ys[some] - height / 2, xs[some] + width / 2, ys[some] + height / 2)
        fits = shapely.contains_properly(main, boxes)
        for other in taken:
            fits &= ~shapely.intersects(other, boxes)
        if fits.any():
            return tuple(shapely.bounds(boxes[np.argmax(fits)]))
    return None


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
    for code, _ in waiting:
        label = _spot_outside(sheet, page, code, lines[code][:2], blocked, paper)
        if label is None:
            homeless.append(code)
            continue
        led[code] = label
        blocked += [shapely.box(*label.box).buffer(_GAP / 2), shapely.LineString(label.leader).buffer(0.25)]
    return led, tuple(homeless)


def _spot_outside(sheet: Sheet, page: Page, code: str, lines: Lines, blocked: list[shapely.Geometry], paper: Box) -> Label | None:
    """Return the nearest free spot whose line to the region crosses nothing."""
    width, height = extent(sheet, lines, _LEAD_SIZE)
    left, bottom, right, top = paper
    if right - left < width or top - bottom < height:
        return None
    x, y = page.home(code)
    xs, ys = np.meshgrid(np.arange(left + width / 2, right - width / 2 + 0.01, 1.5), np.arange(bottom + height / 2, top - height / 2 + 0.01, 1.5))
    xs, ys = xs.ravel(), ys.ravel()
    apart = np.hypot(np.maximum(abs(xs - x) - width / 2, 0), np.maximum(abs(ys - y) - height / 2, 0))
    order = np.argsort(apart, kind="stable")
    order = order[apart[order] <= _LONGEST_MM]
    obstacles = shapely.union_all(blocked) if blocked else shapely.Point()
    shapely.prepare(obstacles)
    tried = 0
    for some in np.split(order, range(_AT_ONCE, len(order), _AT_ONCE)):
        boxes = shapely.box(xs[some] - width / 2, ys[some] - height / 2, xs[some] + width / 2, ys[some] + height / 2)
        free = ~shapely.intersects(page.union, boxes)
        free[free] = ~shapely.intersects(obstacles, boxes[free])
        if not free.any():
            continue
        ends = _edge_points(xs[some][free], ys[some][free], width, height, (x, y))
        ways = shapely.linestrings(np.stack([np.broadcast_to((x, y), ends.shape), ends], axis=1))
        is_open = (shapely.length(ways) <= _LONGEST_MM) & ~shapely.intersects(obstacles, ways)
        if is_open.any():
            best = int(np.argmax(is_open))
            return Label(code, lines, _LEAD_SIZE, tuple(boxes[free][best].bounds), ((x, y), tuple(ends[best])))
        tried += int(free.sum())
        if tried >= _MOST_TRIED:
            break
    return None


def _edge_points(xs: np.ndarray, ys: np.ndarray, width: float, height: float, anchor: tuple[float, float]) -> np.ndarray:
    """Return for each box, given by its middle, the middle of that edge which is nearest to the anchor."""
    shifts = np.array([(-width / 2, 0), (width / 2, 0), (0, -height / 2), (0, height / 2)])
    middles = np.column_stack([xs, ys])[:, None, :] + shifts[None, :, :]
    nearest = ((middles - anchor) ** 2).sum(axis=2).argmin(axis=1)
    return middles[np.arange(len(middles)), nearest]


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
