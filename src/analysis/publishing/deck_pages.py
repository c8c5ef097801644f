"""How much a slide holds: where things stand on it (in centimetres), how large letters may be, and how a long list or table is parted.

Letters are measured generously (bold figures of a wide font, a gap between Chinese and figures); lines have a fixed height, so that another font in the place of ours moves nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from analysis.publishing.layout import words

SLIDE_CM = (33.867, 19.05)
LEFT_CM, WIDE_CM = 1.4, 31.0
PLACE_TOP_CM, FINDING_TOP_CM, FINDING_CM = 0.6, 1.35, 2.55
BODY_TOP_CM, BODY_CM = 4.45, 13.1
FOOT_TOP_CM = 17.95
NARROW_CM, FIGURE_CM, GAP_CM = 16.6, 18.6, 0.8  # points beside a table, a figure beside points
FINDING_SIZES = ((26.0, 2), (22.0, 2), (20.0, 2), (18.0, 3), (16.0, 3))  # points, most lines
POINT_SIZES, NOTE_SIZES = (24.0, 22.0, 20.0, 18.0, 16.0, 14.0), (14.0, 13.0)
FIGURE_POINTS = 18.0  # letters of points below a figure
TABLE_SIZES = (14.0, 13.0, 12.0, 11.0, 10.0, 9.0)
LINE, PARAGRAPH = 1.3, 0.45  # of the letters' size
COVER_TITLE_CM, COVER_CM = 5.2, 6.4
COVER_SIZES, COVER_LINE_SIZES = (44.0, 36.0, 30.0, 26.0, 22.0, 18.0), (18.0, 16.0, 14.0, 12.0, 10.5, 9.0)
CAPTION_CM, CELL_X_CM, CELL_Y_CM = 0.8, 0.18, 0.1
NOTE_PT = 10.5
_PT_CM = 2.54 / 72


def wide_em(text: str) -> float:
    """Return the width of a text in full-width characters, as the widest likely font prints it.

    >>> wide_em("率45%")
    3.3
    """
    letters = sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.7 for c in text)
    return round(letters + sum(0.2 for a, b in pairwise(text) if a.isascii() != b.isascii()), 2)


def line_cm(size: float) -> float:
    return size * LINE * _PT_CM


def lines_of(text: str, size: float, width_cm: float) -> int:
    """Return how many lines a text takes.

    >>> lines_of("字" * 30, 20, 21)
    2
    """
    room, needed = width_cm / (size * _PT_CM), wide_em(text)
    return 1 if needed <= room else ceil(needed / max(room - 1, 1))  # no line begins with a comma: a line may lose a letter


def finding_size(text: str) -> float | None:
    """Return the largest letters in which a headline fits its place, None where it fits in none."""
    return next((size for size, most in FINDING_SIZES if lines_of(text, size, WIDE_CM) <= most), None)


def points_cm(points: Sequence[list[dict]], size: float, width_cm: float) -> float:
    """Return how high a list of points stands; each is indented by its own letter's width and a little."""
    inner = width_cm - 1.4 * size * _PT_CM
    return sum(lines_of(words(point), size, inner) * line_cm(size) + PARAGRAPH * size * _PT_CM for point in points)


def points_size(points: Sequence[list[dict]], width_cm: float, height_cm: float, sizes: Sequence[float] = POINT_SIZES) -> float | None:
    return next((size for size in sizes if points_cm(points, size, width_cm) <= height_cm), None)


def block_size(texts: Sequence[str], height_cm: float, sizes: Sequence[float]) -> float:
    """Return the largest letters at which lines of text fit a place of the full width, the smallest where they fit at none."""
    high = {size: sum(lines_of(text, size, WIDE_CM) * line_cm(size) + PARAGRAPH * size * _PT_CM for text in texts) for size in sizes}
    return next((size for size in sizes if high[size] <= height_cm), sizes[-1])


def pages(points: Sequence[list[dict]], width_cm: float, sizes: Sequence[float]) -> list[tuple[list[dict], ...]]:
    """Part a list of points into slides that hold them, at the smallest letters if need be; one empty page for no points."""
    if points_size(points, width_cm, BODY_CM, sizes) is not None:
        return [tuple(points)]
    made: list[list[list[dict]]] = [[]]
    for point in points:
        if made[-1] and points_cm([*made[-1], point], sizes[-1], width_cm) > BODY_CM:
            made.append([])
        made[-1].append(point)
    return [tuple(page) for page in made]


def column_cms(block: dict, width_cm: float) -> list[float]:
    total = sum(block["plan"].widths_mm)
    return [width_cm * width / total for width in block["plan"].widths_mm]


def row_cm(cells: Sequence[dict], widths: Sequence[float], size: float) -> float:
    most = max(lines_of(words(cell["runs"]), size, width - 2 * CELL_X_CM - 0.1) for cell, width in zip(cells, widths, strict=True))
    return most * line_cm(size) + 2 * CELL_Y_CM


def note_cm(block: dict) -> float:
    text = words(block.get("note") or [])
    return lines_of(text, NOTE_PT, WIDE_CM) * line_cm(NOTE_PT) + 0.2 if text else 0.0


def table_cm(block: dict, size: float, width_cm: float) -> float:
    widths = column_cms(block, width_cm)
    return sum(row_cm(cells, widths, size) for cells in (block["columns"], *block["rows"]))


def table_room_cm(block: dict) -> float:
    return BODY_CM - (CAPTION_CM if block.get("caption") else 0.0) - note_cm(block)


def table_width_cm(block: dict) -> float:
    return WIDE_CM - NARROW_CM - GAP_CM if block.get("is_narrow") else WIDE_CM


def table_size(block: dict) -> float:
    """Return the largest letters at which a table fits its place; the smallest where it fits at none."""
    width = table_width_cm(block)
    return next((size for size in TABLE_SIZES if table_cm(block, size, width) <= table_room_cm(block)), TABLE_SIZES[-1])


def table_pages(block: dict) -> Iterator[dict]:
    """Part a table that is too long for one slide; the header row stands on each, letters stay legible from the back of the room."""
    if any(table_cm(block, size, WIDE_CM) <= table_room_cm(block) for size in TABLE_SIZES[:4]):
        yield block
        return
    size, widths = TABLE_SIZES[3], column_cms(block, WIDE_CM)
    room = table_room_cm(block) - row_cm(block["columns"], widths, size)
    page: list[list[dict]] = []
    for row in block["rows"]:
        if page and sum(row_cm(cells, widths, size) for cells in (*page, row)) > room:
            yield block | {"rows": page}
            page = []
        page.append(row)
    yield block | {"rows": page}


@dataclass(frozen=True)
class FigurePlace:
    """Where a figure and its points stand, in centimetres; ``caption`` is the room above the picture."""

    left: float
    width: float
    height: float
    caption: float
    points_left: float
    points_top: float
    points_width: float
    points_height: float


def figure_place(block: dict, points: Sequence[list[dict]], ratio: float) -> FigurePlace:
    """Place a figure as large as it goes: with its points below where it is flat, else beside it; ``ratio`` is height ÷ width."""
    caption = CAPTION_CM if block.get("caption") else 0.0
    room = BODY_CM - caption - (note_cm(block) + 0.1 if block.get("note") else 0.0)
    spared = points_cm(points, FIGURE_POINTS, WIDE_CM) + 0.3 if points else 0.0
    flat = min(WIDE_CM, max(room - spared, 0.0) / ratio)
    if not points or flat >= FIGURE_CM:
        used = BODY_CM - room + flat * ratio + 0.3
        return FigurePlace(LEFT_CM + (WIDE_CM - flat) / 2, flat, flat * ratio, caption, LEFT_CM, BODY_TOP_CM + used, WIDE_CM, BODY_CM - used)
    width = min(FIGURE_CM, room / ratio)
    left = LEFT_CM + (FIGURE_CM - width) / 2
    return FigurePlace(left, width, width * ratio, caption, LEFT_CM + FIGURE_CM + GAP_CM, BODY_TOP_CM, WIDE_CM - FIGURE_CM - GAP_CM, BODY_CM)
