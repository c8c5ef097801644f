"""The sheet of a map: polygons filled, labels set, legend, scale and marks around them. What the colours mean is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import shapely

from analysis.charts import labels as label_maker
from analysis.charts.classes import WHITE, hatch_colour, is_dark
from analysis.charts.geometry import Page, aspect, inner_point, lay_out, outlines
from analysis.charts.imprint import Imprint, draw_footer, draw_legend, draw_legend_strip, draw_marks, draw_north, draw_scale
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Box, Sheet

PANEL_MM = 37.0
BORDER, DISTRICT_BORDER = "#6e7781", "#24292f"
_TALLEST, _TALLEST_DENSE, _LOWEST = 128.0, 164.0, 74.0
MANY = 24


@dataclass(frozen=True)
class Region:
    """How one region is drawn: ``kind`` (class, zero, no_data, suppressed, incomplete, or a grade), fill, hatch, label lines, hover title."""

    code: str
    kind: str
    fill: str
    hatch: str
    lines: tuple[tuple[str, str], ...]
    title: str
    fact: str


@dataclass(frozen=True)
class Legend:
    """``entries`` are (text, fill, hatch); ``note`` small print below the title or the swatches."""

    title: str
    entries: tuple[tuple[str, str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Symbols:
    """Circles over the polygons: radius in millimetres by region code, and the key's circles as (radius, text)."""

    radii: dict[str, float] = field(default_factory=dict)
    title: str = ""
    key: tuple[tuple[float, str], ...] = ()


def draw_map(regions: gpd.GeoDataFrame, looks: Mapping[str, Region], imprint: Imprint, notes: list[str], legend: Legend,
             symbols: Symbols | None = None) -> tuple[Sheet, dict[str, Any]]:  # fmt: skip
    """Draw regions, labels, legend and what belongs around them on a new sheet; the legend stands beside a map of few regions, below one of many."""
    is_below = len(regions) > MANY or aspect(regions) > 1.35
    symbols = symbols or Symbols()
    width = WIDTH_MM - 2 if is_below else WIDTH_MM - PANEL_MM - 4
    body = min(_TALLEST_DENSE if len(regions) > MANY else _TALLEST, max(0 if is_below else _LOWEST, width / aspect(regions)))
    sheet = Sheet(body + 2, font_folder=imprint.font_folder)
    top = sheet.height - 1
    marks = shapely.box(WIDTH_MM - 32, top - 6.2 * len(imprint.marks), WIDTH_MM, top)
    page, drawn = draw_regions(sheet, regions, looks, (1, 1, width, top), [marks] if is_below else [], symbols)
    notes += unlabelled_note(drawn, looks)
    top = draw_marks(sheet, imprint, WIDTH_MM - 0.5, top) - 2
    if is_below:
        scale = draw_strip(sheet, legend, page.km_per_mm, notes, symbols)
    else:
        end = draw_legend(sheet, width + 3, top, PANEL_MM - 1, legend.title, legend.entries, legend.note)
        _draw_key(sheet, width + 3, end - 2, symbols)
        scale = draw_scale(sheet, width + 3, 2, page.km_per_mm, 19)
        draw_north(sheet, WIDTH_MM - 4, 1)
        draw_footer(sheet, notes)
    return sheet, drawn | {"legend": [text for text, _, _ in legend.entries], "legend_title": legend.title, "marks": list(imprint.marks), "scale_km": scale,
                           "notes": notes, "key": [text for _, text in symbols.key]}  # fmt: skip


def draw_strip(sheet: Sheet, legend: Legend, km_per_mm: float, notes: Sequence[str], symbols: Symbols | None = None) -> float:
    """Draw legend, key, scale, north arrow and notes below height zero and return the kilometres of the scale."""
    key_width = 34 if symbols and symbols.key else 0
    end = draw_legend_strip(sheet, 1, -1, WIDTH_MM - 38 - key_width, legend.title, legend.entries, legend.note)
    key_end = _draw_key(sheet, WIDTH_MM - 70, -1, symbols or Symbols())
    scale = draw_scale(sheet, WIDTH_MM - 34, -12.5, km_per_mm, 19)
    draw_north(sheet, WIDTH_MM - 4, -13.5)
    draw_footer(sheet, notes, min(end, key_end, -14.5))
    return scale


def unlabelled_note(drawn: dict[str, Any], looks: Mapping[str, Region]) -> list[str]:
    """Return the sentence that gives the figures of regions whose label found no room."""
    listed = [" ".join(text for text, _ in looks[code].lines[:2]) for code in drawn["unlabelled"]]
    return [f"图上放不下的：{'、'.join(listed)}。"] if listed else []


def _draw_key(sheet: Sheet, left: float, top: float, symbols: Symbols) -> float:
    if not symbols.key:
        return top
    sheet.text(left, top - 2, symbols.title, size=8, role="legend_title")
    top -= 5
    widest = max(radius for radius, _ in symbols.key)
    for radius, text in symbols.key:
        sheet.circle(left + widest, top - radius, radius, fill="white", edge=INK, width=0.7, order=4)
        sheet.text(left + 2 * widest + 2, top - radius, text, size=7, color=SOFT, role="key")
        top -= max(2 * radius, 3.2) + 0.8
    return top


def draw_regions(sheet: Sheet, regions: gpd.GeoDataFrame, looks: Mapping[str, Region], frame: Box, taken: Sequence[shapely.Geometry] = (),
                 symbols: Symbols | None = None) -> tuple[Page, dict[str, Any]]:  # fmt: skip
    """Fill the polygons and set the labels; the map shrinks a little where labels need room beside it."""
    lines = {code: look.lines for code, look in looks.items()}
    radii = symbols.radii if symbols else {}
    best = None
    for margin in (0.0, 7.0, 14.0):
        page = lay_out(regions, (frame[0] + margin, frame[1], frame[2] - margin, frame[3]))
        circles = {code: shapely.Point(inner_point(shape)).buffer(radii[code]) for code, shape in zip(page.codes, page.shapes, strict=True) if code in radii}
        page = replace(page, union=shapely.union_all([page.union, *circles.values()]))
        inside, size = label_maker.place_inside(sheet, page, lines, tuple(circles.values()))
        outside, homeless = label_maker.lead_out(sheet, page, lines, inside, frame, taken)
        if best is None or len(homeless) < len(best[4]):
            best = page, inside, size, outside, homeless, circles
        if not homeless:
            break
    page, inside, size, outside, homeless, circles = best
    _fill(sheet, page, looks)
    if "district_code" in regions and regions["district_code"].nunique() > 1:
        for outline in outlines(page, dict(zip(regions["code"], regions["district_code"], strict=True))):
            sheet.area(outline, edge=DISTRICT_BORDER, width=1.0, order=3)
    for circle in sorted(circles.values(), key=lambda shape: -shape.area):
        sheet.area(circle, fill="white", edge=INK, width=0.7, order=4, alpha=0.9)
    for code, label in (inside | outside).items():
        look = looks[code]
        if look.hatch and not label.leader:
            sheet.rectangle(label.box, fill=WHITE if look.kind != "incomplete" else look.fill, alpha=0.85, order=5)
        label_maker.draw(sheet, label, WHITE if not label.leader and is_dark(look.fill) else "#1f2328")
    placed = {code: {"box": label.box, "led_out": label.leader is not None, "lines": [t for t, _ in label.lines]} for code, label in (inside | outside).items()}
    return page, {"regions": {c: {"kind": looks[c].kind, "fill": looks[c].fill, "hatch": looks[c].hatch} for c in page.codes},
                  "labels": placed, "label_size": size, "circles": {c: radii[c] for c in circles}, "unlabelled": list(homeless)}  # fmt: skip


def _fill(sheet: Sheet, page: Page, looks: Mapping[str, Region]) -> None:
    for code, shape in zip(page.codes, page.shapes, strict=True):
        look = looks[code]
        note = {"class": "region", "data-region": code, "data-kind": look.kind, "title": look.title} | ({"data-fact": look.fact} if look.fact else {})
        sheet.area(shape, fill=look.fill, edge=BORDER, width=0.4, hatch=look.hatch, hatch_color=hatch_colour(look.fill), note=note)
