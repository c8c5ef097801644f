"""Numbers for the regions whose names find no room on the map, and the list that says what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from analysis.charts.geometry import Page
from analysis.charts.imprint import Imprint, draw_marks, marks_width
from analysis.charts.labels import Label, extent, spot_inside
from analysis.charts.sheet import INK, PAGE_MM, SOFT, WIDTH_MM, Box, Drawn, Sheet

LONGEST_MM = 1.08 * PAGE_MM  # a map with its list; a little smaller in print still reads
_SIZES = (6.2, 5.6, 5.0)
_STEP_MM = 0.7
_MOST_TRIED = 80
_AT_ONCE = 200
_LIST_SIZE, _LIST_SMALLEST, _TITLE_SIZE = 6.4, 5.8, 7.5
_GAP_MM = 4.0
_LINE_EM = 1.36
_HEAD_MM, _HEAD_WITH_MARKS_MM = 5.0, 7.0  # the marks are 5 mm high
_PT_MM = 25.4 / 72


@dataclass(frozen=True)
class Entry:
    """A line of the list: the number on the map, the region's name, and its figures as (text, fact id)."""

    number: int
    code: str
    name: str
    figures: tuple[tuple[str, str], ...]


def place_numbers(sheet: Sheet, page: Page, numbers: dict[str, int], blocked: Sequence[shapely.Geometry], paper: Box) -> dict[str, Label]:
    """Return a spot for every number: inside its region where it fits, else close by, on a plate joined to the region by a line."""
    taken = list(blocked)
    placed: dict[str, Label] = {}
    shapes = dict(zip(page.codes, page.shapes, strict=True))
    tree = shapely.STRtree(taken)
    for code, number in numbers.items():
        lines, place = ((str(number), ""),), page.codes.index(code)
        near = [blocked[i] for i in tree.query(shapes[code], predicate="intersects")]  # inside its own region it meets no other region's number
        for size in _SIZES:
            spot = spot_inside(page, place, *extent(sheet, lines, size), near)
            if spot is not None:
                placed[code] = Label(code, lines, size, spot)
                taken.append(shapely.box(*spot))
                break
    for code, number in numbers.items():
        if code not in placed:
            placed[code] = _beside(sheet, code, ((str(number), ""),), page.home(code), taken, paper)
            taken += [shapely.box(*placed[code].box).buffer(0.15), shapely.LineString(placed[code].leader).buffer(0.1)]
    return placed


def _beside(sheet: Sheet, code: str, lines: tuple[tuple[str, str], ...], home: tuple[float, float], taken: Sequence[shapely.Geometry],
            paper: Box) -> Label:  # fmt: skip
    """Return the nearest spot on the paper that nothing stands on, whose line to the region crosses nothing if there is such a one."""
    x, y = home
    width, height = extent(sheet, lines, _SIZES[-1])
    tree = shapely.STRtree(list(taken))
    for reach in (5.0, 12.0, 30.0, 400.0):
        xs, ys = np.meshgrid(np.arange(x - reach, x + reach, _STEP_MM), np.arange(y - reach, y + reach, _STEP_MM))
        xs, ys = xs.ravel(), ys.ravel()
        fits = (xs - width / 2 >= paper[0]) & (xs + width / 2 <= paper[2]) & (ys - height / 2 >= paper[1]) & (ys + height / 2 <= paper[3])
        xs, ys = xs[fits], ys[fits]
        order = np.argsort(np.hypot(xs - x, ys - y), kind="stable")
        boxes = _first_free(tree, xs[order], ys[order], width, height)
        if not len(boxes):
            continue
        centres = shapely.centroid(boxes)
        ways = shapely.linestrings(
            np.stack([np.broadcast_to((x, y), (len(boxes), 2)), np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])], axis=1)
        )
        crossing = np.zeros(len(boxes), dtype=bool)
        crossing[np.unique(tree.query(ways, predicate="intersects")[0])] = True
        best = int(np.argmin(crossing))  # the first that crosses nothing; the nearest where all do
        way = shapely.difference(ways[best], boxes[best])
        ends = shapely.get_coordinates(way)
        return Label(code, lines, _SIZES[-1], tuple(boxes[best].bounds), ((x, y), tuple(ends[-1]) if len(ends) else (x, y)))
    raise AssertionError("paper without room for a number")  # 400 mm each way hold more numbers than a map has regions


def _first_free(tree: shapely.STRtree, xs: np.ndarray, ys: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return the first boxes around the given middles on which nothing stands."""
    found: list[shapely.Geometry] = []
    for start in range(0, len(xs), _AT_ONCE):
        x, y = xs[start : start + _AT_ONCE], ys[start : start + _AT_ONCE]
        boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        free = np.ones(len(boxes), dtype=bool)
        free[np.unique(tree.query(boxes, predicate="intersects")[0])] = False
        found += boxes[free].tolist()
        if len(found) >= _MOST_TRIED:
            break
    return np.array(found[:_MOST_TRIED], dtype=object)


def draw_list(sheet: Sheet, top: float, title: str, entries: Sequence[Entry], head: float = _HEAD_MM) -> float:
    """Write the list in columns below ``top`` and return the height where it ends; ``head`` is the height of the line of its title."""
    if not entries:
        return top
    sheet.text(1, top - 2.4, title, size=_TITLE_SIZE, role="legend_title")
    size, columns, width = _columns(sheet, entries)
    blocks = [_lines(sheet, entry, width, size) for entry in entries]
    step = size * _PT_MM * _LINE_EM
    start, total = top - head, sum(len(block) for block in blocks)
    deepest, column, used, share = 0, 0, 0, -(-total // columns)
    for block, entry in zip(blocks, entries, strict=True):
        if used and used + len(block) > share and column < columns - 1:
            column, used = column + 1, 0
        for line in block:
            _write(sheet, 1.0 + column * width, start - (used + 0.5) * step, line, entry, size)
            used += 1
        deepest = max(deepest, used)
    return start - deepest * step - 1.5


def list_height(sheet: Sheet, entries: Sequence[Entry]) -> float:
    """Return about how high :func:`draw_list` will be."""
    if not entries:
        return 0.0
    size, columns, width = _columns(sheet, entries)
    lines = sum(len(_lines(sheet, entry, width, size)) for entry in entries)
    return (-(-lines // columns) + 1) * size * _PT_MM * _LINE_EM + 7


def list_sheets(entries: Sequence[Entry], title: str, alt: str, imprint: Imprint) -> tuple[Drawn, ...]:
    """Return the list on sheets of its own, each no higher than a page takes and with the marks of its map."""
    sheets, rest = [], list(entries)
    while rest:
        sheet = Sheet(1, font_folder=imprint.font_folder)
        count = len(rest)
        while count > 1 and list_height(sheet, rest[:count]) > PAGE_MM - 8:
            count -= max(1, count // 12)
        end = _marked_list(sheet, title if not sheets else f"{title}（续）", rest[:count], imprint)
        sheet.extend_down(-end)
        record = {"keys": {entry.code: entry.number for entry in rest[:count]}, "marks": list(imprint.marks)}
        sheets.append(sheet.finish(alt, [fact for entry in rest[:count] for _, fact in entry.figures if fact], record, part="编号表"))
        rest = rest[count:]
    return tuple(sheets)


def _marked_list(sheet: Sheet, title: str, entries: Sequence[Entry], imprint: Imprint) -> float:
    """Write the list below its marks, in one line with its title where both have room, and return the height where it ends."""
    below = draw_marks(sheet, imprint, WIDTH_MM - 0.5, 0, is_row=True)
    if not imprint.marks or sheet.measure(title, _TITLE_SIZE) > WIDTH_MM - marks_width(sheet, imprint) - _GAP_MM:
        return draw_list(sheet, below, title, entries)
    return draw_list(sheet, 0, title, entries, _HEAD_WITH_MARKS_MM)


def _columns(sheet: Sheet, entries: Sequence[Entry]) -> tuple[float, int, float]:
    """Return size of letters, number of columns and their width: as many columns as the usual entry allows; longer names take two lines."""
    size = _LIST_SIZE if len(entries) <= 60 else _LIST_SMALLEST
    needs = sorted(_need(sheet, entry, size) for entry in entries)
    usual = min(needs[int(0.95 * (len(needs) - 1))], 70.0)
    columns = max(1, min(len(entries), int((WIDTH_MM - 2 + _GAP_MM) / (usual + _GAP_MM))))
    return size, columns, (WIDTH_MM - 2 + _GAP_MM) / columns


def _need(sheet: Sheet, entry: Entry, size: float) -> float:
    return _indent(sheet, size) + sheet.measure(entry.name, size) + sum(1.2 + sheet.measure(text, size) for text, _ in entry.figures)


def _indent(sheet: Sheet, size: float) -> float:
    return sheet.measure("000", size) + 1.0


Line = tuple[bool, str, tuple[tuple[str, str], ...]]


def _lines(sheet: Sheet, entry: Entry, width: float, size: float) -> list[Line]:
    """Return the entry's lines as (begins, name's part, figures)."""
    if _need(sheet, entry, size) <= width - _GAP_MM + 0.01:
        return [(True, entry.name, entry.figures)]
    room = width - _GAP_MM - _indent(sheet, size)
    parts = sheet.wrap(entry.name, room, size)
    lines: list[Line] = [(number == 0, part, ()) for number, part in enumerate(parts)]
    return [*lines, *((False, "", (figure,)) for figure in entry.figures)] if _wide(sheet, entry, size) > room else [*lines, (False, "", entry.figures)]


def _wide(sheet: Sheet, entry: Entry, size: float) -> float:
    return sum(1.2 + sheet.measure(text, size) for text, _ in entry.figures)


def _write(sheet: Sheet, x: float, y: float, line: Line, entry: Entry, size: float) -> None:
    begins, name, figures = line
    at = x + _indent(sheet, size)
    if begins:
        sheet.text(at - 1.0, y, str(entry.number), size=size, color=SOFT, align="right", role="key_number")
    if name:
        at = sheet.text(at, y, name, size=size, color=INK, role="name")[2] + 1.2
    for text, fact in figures:
        at = sheet.text(at, y, text, size=size, color=INK, role="key_figure", fact=fact)[2] + 1.2
