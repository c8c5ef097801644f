"""A sheet of paper measured in millimetres, on which every chart is drawn, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from matplotlib.path import Path

from analysis.charts.fonts import drawable, text_width_mm, use_fonts
from analysis.charts.strokes import Letters, Shape, draw_png
from analysis.charts.svg import draw_svg, texts_digest

WIDTH_MM = 156.0
PAGE_MM = 185.0  # a higher figure is made smaller in PDF and DOCX
INK, SOFT, FAINT = "#1f2328", "#57606a", "#8c959f"
_HATCH_MM = 1.5
_TEXT_ORDER = 9
_PT_MM = 25.4 / 72
_WORD = "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# what the figures in texts without a fact are: bounds of classes, kilometres, names with digits in them
_MARKS = {
    "legend": "threshold",
    "scale": "scale",
    "axis": "scale",
    "key_number": "ordinal",
    "name": "name",
    "legend_title": "name",
    "panel_title": "name",
    "mark": "name",
}
_NOT_FIRST = set("，。、；：）”》！？%％")

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    """A finished figure: ``svg`` and ``png``, ``alt`` text in Chinese, ids of the ``facts`` it shows, and a ``record`` of what was drawn.

    ``more`` are the sheets that belong to it, such as the list of numbered regions where one page cannot hold both; ``part`` names a sheet among them.
    """

    svg: str
    png: bytes
    alt: str
    facts: tuple[str, ...]
    record: dict[str, Any] = field(repr=False)
    more: tuple[Drawn, ...] = ()
    part: str = ""


class Sheet:
    """Draw in millimetres from the lower left corner; text is never left to a box-drawing font."""

    def __init__(self, height_mm: float, width_mm: float = WIDTH_MM, font_folder: str = ""):
        self.width, self.height = width_mm, height_mm
        self.families = use_fonts(str(font_folder or ""))
        self.foot = 0.0
        self._strokes: list[Shape | Letters] = []
        self.texts: list[dict[str, Any]] = []

    def measure(self, text: str, size: float) -> float:
        return text_width_mm(drawable(text, self.families), size, self.families)

    def text(self, x: float, y: float, text: str, *, size: float = 8, color: str = INK, align: str = "left", role: str = "text", fact: str = "") -> Box:
        """Write one line whose middle is at height ``y``; return its box."""
        text = drawable(text, self.families)
        width, em = text_width_mm(text, size, self.families), size * _PT_MM
        left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        note = {"class": "figure", "data-fact": fact} if fact else {"data-mark": _MARKS[role]} if role in _MARKS and any(c.isdigit() for c in text) else {}
        if text:
            self._strokes.append(Letters(_TEXT_ORDER, x, left, y - 0.37 * em, text, size, color, align, note))
        box = (left, y - 0.52 * em, left + width, y + 0.52 * em)
        self.texts.append({"text": text, "role": role, "box": box, "fact": fact, "size": size})
        return box

    def paragraph(self, x: float, top: float, width: float, text: str, *, size: float = 6.5, color: str = SOFT, role: str = "note") -> float:
        """Write wrapped text below ``top`` and return the height where it ends."""
        step = size * _PT_MM * 1.4
        for line in self.wrap(text, width, size):
            self.text(x, top - step / 2, line, size=size, color=color, role=role)
            top -= step
        return top

    def wrap(self, text: str, width: float, size: float) -> list[str]:
        """Return the lines that fit into ``width``; none begins with a closing mark."""
        lines, line = [], ""
        for character in text:
            if line and self.measure(line + character, size) > width:
                cut = _cut(line, character)
                lines.append(line[:cut])
                line = line[cut:]
            line += character
        return [*lines, line] if line else lines

    def area(self, shape: shapely.Geometry, *, fill: str = "none", edge: str = "none", width: float = 0.4, hatch: str = "", hatch_color: str = "#8c959f",
             order: float = 2, note: dict[str, str] | None = None, alpha: float | None = None) -> None:  # fmt: skip
        """Fill a polygon (holes and parts kept)."""
        path = _path_of(shape)
        if path is None:
            return
        self._strokes.append(Shape(order, path, fill, edge, width, alpha=alpha, note=note or {}))
        if hatch:
            self._hatch(shape, hatch, hatch_color, order + 0.1)

    def _hatch(self, shape: shapely.Geometry, hatch: str, color: str, order: float) -> None:
        """Draw ``lines``, ``cross`` or ``dots`` as geometry of their own: a twentieth of the size of matplotlib's patterns, and drawn alike everywhere."""
        west, south, east, north = shape.bounds
        if hatch in ("lines", "cross"):
            starts = np.arange(west - (north - south), east, _HATCH_MM * (1.4 if hatch == "lines" else 2.0))
            ways = [[(x, south), (x + north - south, north)] for x in starts]
            ways += [[(x, north), (x + north - south, south)] for x in starts] if hatch == "cross" else []
            rays = shapely.linestrings(ways)
            pieces = [part for part in shapely.get_parts(shapely.intersection(shape, rays)) if part.geom_type == "LineString" and not part.is_empty]
            self._dash(np.array([shapely.get_coordinates(piece)[[0, -1]] for piece in pieces]), color, 0.5, order)
            return
        xs, ys = np.meshgrid(np.arange(west, east, _HATCH_MM), np.arange(south, north, _HATCH_MM))
        xs[1::2] += _HATCH_MM / 2
        inside = shapely.contains_xy(shapely.buffer(shape, -0.25), xs, ys)
        x, y = xs[inside], ys[inside]
        self._dash(np.stack([np.column_stack([x - 0.17, y]), np.column_stack([x + 0.17, y])], axis=1), color, 0.95, order)

    def _dash(self, ends: np.ndarray, color: str, width: float, order: float) -> None:
        """Draw many straight strokes, given as pairs of points, as one path."""
        if len(ends):
            codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), len(ends))
            self._strokes.append(Shape(order, Path(np.concatenate(ends), codes), edge=color, width=width, join="miter"))

    def extend_down(self, height_mm: float) -> None:
        """Add paper below zero, down to ``-height_mm``."""
        self.foot = height_mm

    def rectangle(self, box: Box, **look: Any) -> None:
        self.area(shapely.box(*box), **look)

    def circle(self, x: float, y: float, radius: float, **look: Any) -> None:
        self.area(shapely.Point(x, y).buffer(radius, quad_segs=16), **look)

    def line(self, points: Sequence[tuple[float, float]], *, color: str = INK, width: float = 0.5, dashes: Iterable[float] | None = None,
             order: float = 6) -> None:  # fmt: skip
        """Draw a line through the points."""
        path = Path(np.array(points, dtype=float))
        self._strokes.append(Shape(order, path, edge=color, width=width, dashes=tuple(dashes or ())))

    def triangle(self, points: Sequence[tuple[float, float]], *, fill: str, edge: str = INK) -> None:
        corners = np.array([*points, points[0]], dtype=float)
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
        self._strokes.append(Shape(5, Path(corners, codes), fill, edge, 0.5, join="miter"))

    def finish(self, alt: str, facts: Iterable[str], record: dict[str, Any], more: tuple[Drawn, ...] = (), part: str = "") -> Drawn:
        """Return SVG and PNG of the sheet, with the sheets that follow it."""
        strokes = sorted(self._strokes, key=lambda stroke: stroke.order)
        svg = draw_svg(strokes, self.width, self.height, self.foot, alt)
        png = draw_png(strokes, self.width, self.height, self.foot, self.families, {"Source": texts_digest(svg)})
        record = {**record, "texts": self.texts, "width_mm": self.width, "height_mm": self.height + self.foot}
        return Drawn(svg, png, alt, tuple(dict.fromkeys(facts)), record, more, part)


def _cut(line: str, following: str) -> int:
    """Return where to break a full line: no closing mark begins a line, no number or Latin word is torn."""
    cut = len(line) - 1 if following in _NOT_FIRST and len(line) > 1 else len(line)
    if following in _WORD or following in "%％":
        start = len(line.rstrip(_WORD))
        cut = start if 0 < start < cut else cut
    return cut


def _path_of(shape: shapely.Geometry) -> Path | None:
    rings = [ring for part in shapely.get_parts(shape) if part.geom_type == "Polygon" for ring in (part.exterior, *part.interiors)]
    if not rings:
        return None
    vertices = [shapely.get_coordinates(ring) for ring in rings]
    codes = [np.array([Path.MOVETO, *[Path.LINETO] * (len(v) - 2), Path.CLOSEPOLY], dtype=Path.code_type) for v in vertices]
    return Path(np.concatenate(vertices), np.concatenate(codes))
