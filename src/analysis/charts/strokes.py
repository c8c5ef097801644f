"""What a sheet is made of, shapes and lines of text in millimetres, and the PNG that matplotlib's Agg draws of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image, PngImagePlugin

DPI = 200
_MM = 25.4
_MOST_COLOURS = 256


@dataclass(frozen=True)
class Shape:
    """``path`` in millimetres, y upwards; ``width`` of the edge in points; ``note`` are the attributes of its group in the SVG."""

    order: float
    path: Path
    fill: str = "none"
    edge: str = "none"
    width: float = 0.4
    join: str = "round"
    alpha: float | None = None
    dashes: tuple[float, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letters:
    """One line of text: ``x`` where it is aligned, ``left`` where it begins, ``y`` of its baseline."""

    order: float
    x: float
    left: float
    y: float
    text: str
    size: float
    color: str
    align: str
    note: Mapping[str, str] = field(default_factory=dict)


def draw_png(strokes: Sequence[Shape | Letters], width_mm: float, top_mm: float, foot_mm: float, families: Sequence[str], texts: Mapping[str, str]) -> bytes:
    """Return a PNG of at most 256 colours; ``strokes`` stand in the order in which they are drawn, ``texts`` are its text chunks."""
    scale = DPI / _MM
    renderer = RendererAgg(width_mm * scale, (top_mm + foot_mm) * scale, DPI)
    to_pixels = Affine2D().scale(scale).translate(0, foot_mm * scale)
    _lay_paper(renderer)
    with mpl.rc_context({"path.simplify": False}):
        for stroke in strokes:
            if isinstance(stroke, Shape):
                _draw_shape(renderer, stroke, to_pixels)
            else:
                _draw_letters(renderer, stroke, scale, foot_mm, tuple(families))
    return _packed(np.asarray(renderer.buffer_rgba()), texts)


def _lay_paper(renderer: RendererAgg) -> None:
    """Fill the sheet with opaque white: on nothing, the soft edges of letters would be full colour once the transparency is left out."""
    gc = renderer.new_gc()
    gc.set_linewidth(0)
    renderer.draw_path(gc, Path.unit_rectangle(), Affine2D().scale(renderer.width + 2, renderer.height + 2).translate(-1, -1), (1.0, 1.0, 1.0, 1.0))
    gc.restore()


def _draw_shape(renderer: RendererAgg, shape: Shape, to_pixels: Affine2D) -> None:
    gc = renderer.new_gc()
    is_edged = shape.edge != "none"
    gc.set_foreground(to_rgba(shape.edge, shape.alpha if is_edged else None), isRGBA=True)
    gc.set_linewidth(shape.width if is_edged else 0)
    gc.set_joinstyle(shape.join)
    gc.set_capstyle("butt")
    if shape.dashes:
        gc.set_dashes(0, [length * shape.width for length in shape.dashes])
    gc.set_alpha(shape.alpha)
    renderer.draw_path(gc, shape.path, to_pixels, None if shape.fill == "none" else to_rgba(shape.fill, shape.alpha))
    gc.restore()


def _draw_letters(renderer: RendererAgg, letters: Letters, scale: float, foot_mm: float, families: tuple[str, ...]) -> None:
    gc = renderer.new_gc()
    gc.set_foreground(letters.color)
    renderer.draw_text(gc, letters.left * scale, renderer.height - (letters.y + foot_mm) * scale, letters.text, _font(families, letters.size), 0)
    gc.restore()


@lru_cache(maxsize=64)
def _font(families: tuple[str, ...], size: float) -> FontProperties:
    return FontProperties(family=list(families), size=size)


def _packed(rgba: np.ndarray, texts: Mapping[str, str]) -> bytes:
    """Return the picture with a palette: its 256 commonest colours as they are, the rarer ones, all edges of letters and lines, as the nearest of these.

    Fills are common, so a class keeps its exact colour; the file is a third as large, and written in a third of the time.
    """
    high, wide = rgba.shape[:2]
    pixels = np.ascontiguousarray(rgba).view("<u4").ravel()
    starts = np.flatnonzero(np.concatenate([[True], pixels[1:] != pixels[:-1]]))  # most of a map is flat: runs of one colour are few
    lengths = np.diff(np.append(starts, len(pixels)))
    colours, run_colours = np.unique(pixels[starts], return_inverse=True)
    order = np.argsort(-np.bincount(run_colours, weights=lengths), kind="stable")
    palette = colours[order[:_MOST_COLOURS]]
    numbers = np.empty(len(colours), dtype=np.uint8)
    numbers[order] = np.concatenate([np.arange(len(palette)), _nearest(colours[order[_MOST_COLOURS:]], palette)])
    picture = Image.fromarray(np.repeat(numbers[run_colours], lengths).reshape(high, wide), "P")
    picture.putpalette(_channels(palette).astype(np.uint8).tobytes())
    chunks = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        chunks.add_text(name, text)
    made = io.BytesIO()
    picture.save(made, format="PNG", pnginfo=chunks, dpi=(DPI, DPI))
    return made.getvalue()


def _channels(colours: np.ndarray) -> np.ndarray:
    return np.column_stack([colours & 255, colours >> 8 & 255, colours >> 16 & 255]).astype(np.int32)


def _nearest(colours: np.ndarray, palette: np.ndarray) -> np.ndarray:
    if not len(colours):
        return np.empty(0, dtype=np.intp)
    few, own = _channels(palette).astype(np.float32), _channels(colours).astype(np.float32)
    return ((few**2).sum(axis=1) - 2 * own @ few.T).argmin(axis=1)  # the square of the colour itself is the same for all
