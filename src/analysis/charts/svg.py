"""A sheet's strokes as SVG: hover titles, fact ids, fonts of the reader's machine, regions that the keyboard reaches, no machine-made ids."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr, unescape

import numpy as np
from matplotlib.path import Path

from analysis.charts.fonts import READER_FAMILIES
from analysis.charts.strokes import Letters, Shape

_FAMILIES = ", ".join(f"'{name}'" if " " in name else name for name in READER_FAMILIES)
_PT = 72 / 25.4
_ANCHORS = {"left": "", "center": "; text-anchor: middle", "right": "; text-anchor: end"}


def draw_svg(strokes: Sequence[Shape | Letters], width_mm: float, top_mm: float, foot_mm: float, alt: str) -> str:
    """Return an SVG to be put into a page as it is; ``alt``, the texts and the notes are data and escaped here.

    ``title`` among a stroke's note becomes its hover title, the rest the attributes of its group.
    """
    width, height = width_mm * _PT, (top_mm + foot_mm) * _PT
    size = f'width="{width:.6f}pt" height="{height:.6f}pt" viewBox="0 0 {width:.6f} {height:.6f}"'
    look = f"font-family: {_FAMILIES}; stroke-linejoin: round; stroke-linecap: butt"
    # no role="img" where something inside takes the focus: its children would be hidden from a screen reader
    role = "group" if any("tabindex" in stroke.note for stroke in strokes) else "img"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} version="1.1" role="{role}" style="{look}" aria-label={quoteattr(alt)}>',
        f"<title>{escape(alt)}</title>",
        f'<path d="M0 0H{width:.2f}V{height:.2f}H0z" style="fill: #ffffff"/>',
        *(_grouped(_shape(s, top_mm) if isinstance(s, Shape) else _letters(s, top_mm), s.note) for s in strokes),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _shape(shape: Shape, top_mm: float) -> str:
    look = [f"fill: {shape.fill}"]
    if shape.edge != "none":
        look += [f"stroke: {shape.edge}", f"stroke-width: {shape.width:g}"]
        look += [f"stroke-linejoin: {shape.join}"] if shape.join != "round" else []
        look += [f"stroke-dasharray: {','.join(f'{length * shape.width:g}' for length in shape.dashes)}"] if shape.dashes else []
    look += [f"opacity: {shape.alpha:g}"] if shape.alpha is not None else []
    return f'<path d="{_way(shape.path, top_mm)}" style="{"; ".join(look)}"/>'


def _way(path: Path, top_mm: float) -> str:
    """Return the path's commands in points, y downwards, to a hundredth."""
    points = np.column_stack([path.vertices[:, 0], top_mm - path.vertices[:, 1]]) * _PT
    commands = [Path.MOVETO, *[Path.LINETO] * (len(points) - 1)] if path.codes is None else path.codes.tolist()
    letters = {int(Path.MOVETO): "M", int(Path.LINETO): "L"}
    return "".join("z" if c == Path.CLOSEPOLY else f"{letters[c]}{_number(x)} {_number(y)}" for c, (x, y) in zip(commands, points.tolist(), strict=True))


def _letters(letters: Letters, top_mm: float) -> str:
    look = f"font-size: {letters.size:g}px{_ANCHORS[letters.align]}; fill: {letters.color}"
    return f'<text style="{look}" x="{_number(letters.x * _PT)}" y="{_number((top_mm - letters.y) * _PT)}">{escape(letters.text)}</text>'


def _grouped(drawn: str, note: Mapping[str, str]) -> str:
    if not note:
        return drawn
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in note.items() if key != "title")
    title = f"<title>{escape(note['title'])}</title>\n" if "title" in note else ""
    return f"<g{attributes}>{title}{drawn}</g>"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def texts_digest(svg: str) -> str:
    """Return the sha256 of all texts of a drawing in order; the PNG drawn with it carries the same, so that both can be known for one drawing."""
    texts = [unescape(re.sub(r"<[^>]*>", "", text)) for text in re.findall(r"<text\b[^>]*>(.*?)</text>", svg, flags=re.DOTALL)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
