"""The sheet of a map: polygons filled, labels set, legend, scale and marks around them. What the colours mean is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import shapely

from analysis.charts import labels as label_maker
from analysis.charts.classes import WHITE, hatch_colour, is_dark
from analysis.charts.geometry import Page, aspect, lay_out, outlines
from analysis.charts.imprint import Imprint, draw_footer, draw_legend, draw_legend_strip, draw_marks, draw_north, draw_scale
from analysis.charts.keys import LONGEST_MM, Entry, draw_list, list_height, list_sheets, place_numbers
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Box, Drawn, Sheet

PANEL_MM = 37.0
BORDER, DISTRICT_BORDER = "#6e7781", "#24292f"
_TALLEST, _TALLEST_DENSE, _LOWEST = 104.0, 150.0, 74.0  # with legend and notes half a page, or one whole
_FEW_ENTRIES = 6
MANY = 24
_MOST_LED_OUT = 14
LISTED_APART = "图上的编号见后面的编号表。"


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
             symbols: Symbols | None = None, numbers: Mapping[str, int] | None = None) -> tuple[Sheet, dict[str, Any], tuple[Drawn, ...]]:  # fmt: skip
    """Draw regions, labels, legend and what belongs around them on a new sheet; the legend stands beside a map of few regions, below one of many.

    Regions whose label finds no room bear numbers; the list of them stands on the sheet, or on sheets of its own where a page cannot hold both.
    With ``numbers`` given, as for maps that share their list, the list is the caller's to write.
    """
    is_below = len(regions) > MANY or aspect(regions) > 1.35
    symbols = symbols or Symbols()
    width = WIDTH_MM - 2 if is_below else WIDTH_MM - PANEL_MM - 4
    body = min(_TALLEST_DENSE if len(regions) > MANY else _TALLEST, max(0 if is_below else _LOWEST, width / aspect(regions)))
    sheet = Sheet(body + 2, font_folder=imprint.font_folder)
    top = sheet.height - 1
    marks = shapely.box(WIDTH_MM - 32, top - 6.2 * len(imprint.marks), WIDTH_MM, top)
    page, drawn = draw_regions(sheet, regions, looks, (1, 1, width, top), [marks] if is_below else [], symbols, numbers)
    notes = [*notes, *unwritten_note(drawn, looks)]
    entries = [] if numbers else key_entries(drawn, regions, looks)
    title = f"图上编号：{legend.title}"
    top = draw_marks(sheet, imprint, WIDTH_MM - 0.5, top) - 2
    below = 26 + 3.3 * len(notes) if is_below else 3.3 * len(notes)
    is_apart = len(entries) > _FEW_ENTRIES and sheet.height + below + list_height(sheet, entries) > LONGEST_MM
    listed = [] if is_apart else entries
    if is_apart or (numbers and drawn["keys"]):
        notes = [*notes, LISTED_APART]
    if is_below:
        scale = draw_strip(sheet, legend, page.km_per_mm, notes, symbols, listed)
    else:
        end = draw_legend(sheet, width + 3, top, PANEL_MM - 1, legend.title, legend.entries, legend.note)
        _draw_key(sheet, width + 3, end - 2, symbols)
        scale = draw_scale(sheet, width + 3, 2, page.km_per_mm, 19)
        draw_north(sheet, WIDTH_MM - 4, 1)
        draw_footer(sheet, notes, draw_list(sheet, 0, title, listed))
    more = list_sheets(entries, title, f"图上编号对照表：{legend.title}。", imprint) if is_apart else ()
    record = {"legend": [text for text, _, _ in legend.entries], "legend_title": legend.title, "marks": list(imprint.marks), "scale_km": scale,
              "notes": notes, "key": [text for _, text in symbols.key]}  # fmt: skip
    return sheet, drawn | record, more


def unwritten_note(drawn: dict[str, Any], looks: Mapping[str, Region]) -> list[str]:
    """Return the sentence on the regions whose label had no room for its third line (a number of units), with the figures; those in the list have them."""
    short = [
        f"{look.lines[0][0]} {look.lines[2][0]}"
        for code, look in looks.items()
        if len(look.lines) > 2 and code not in drawn["keys"] and look.lines[2][0] not in drawn["labels"].get(code, {}).get("lines", ())
    ]
    return [f"标注放不下数量、只写了率的：{'、'.join(short)}。"] if short else []


def draw_strip(sheet: Sheet, legend: Legend, km_per_mm: float, notes: Sequence[str], symbols: Symbols | None = None, entries: Sequence[Entry] = (),
               list_title: str = "") -> float:  # fmt: skip
    """Draw legend, key, scale, north arrow, list of numbers and notes below height zero and return the kilometres of the scale."""
    key_width = 34 if symbols and symbols.key else 0
    end = draw_legend_strip(sheet, 1, -1, WIDTH_MM - 38 - key_width, legend.title, legend.entries, legend.note)
    key_end = _draw_key(sheet, WIDTH_MM - 70, -1, symbols or Symbols())
    scale = draw_scale(sheet, WIDTH_MM - 34, -12.5, km_per_mm, 19)
    draw_north(sheet, WIDTH_MM - 4, -13.5)
    end = min(end, key_end, -14.5)
    draw_footer(sheet, notes, draw_list(sheet, end - 0.5, list_title or f"图上编号：{legend.title}", entries) if entries else end)
    return scale


def key_entries(drawn: dict[str, Any], regions: gpd.GeoDataFrame, *looks: Mapping[str, Region]) -> list[Entry]:
    """Return the list of the numbered regions; several looks (panels of a pair) give their figures one after the other."""
    names = dict(zip(regions["code"], regions["name"], strict=True))
    return [Entry(number, code, names[code], tuple(line for look in looks for line in look[code].lines[1:])) for code, number in drawn["keys"].items()]


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
                 symbols: Symbols | None = None, numbers: Mapping[str, int] | None = None) -> tuple[Page, dict[str, Any]]:  # fmt: skip
    """Fill the polygons and set the labels; the map shrinks a little where labels need room beside it.

    A region without room for its label bears a number, the n-th of those in order of codes, or that of ``numbers``.
    """
    lines = {code: look.lines for code, look in looks.items()}
    radii = symbols.radii if symbols else {}
    best = None
    for margin in (0.0, 7.0, 14.0):
        page = lay_out(regions, (frame[0] + margin, frame[1], frame[2] - margin, frame[3]))
        circles = {code: shapely.Point(home).buffer(radii[code]) for code, home in zip(page.codes, page.homes, strict=True) if code in radii}
        page = replace(page, union=shapely.union_all([page.union, *circles.values()]) if circles else page.union)
        shapely.prepare(page.union)
        inside, size = label_maker.place_inside(sheet, page, lines, tuple(circles.values()))
        is_crowded = len(page.codes) - len(inside) > _MOST_LED_OUT
        outside, homeless = (
            ({}, tuple(c for c in page.codes if c not in inside)) if is_crowded else label_maker.lead_out(sheet, page, lines, inside, frame, taken)
        )
        if best is None or len(homeless) < len(best[4]):
            best = page, inside, size, outside, homeless, circles
        if not homeless or is_crowded:
            break
    page, inside, size, outside, homeless, circles = best
    wanted = [code for code in page.codes if code in homeless]
    keys = numbers or {code: number for number, code in enumerate(wanted, start=1)}
    blocked = [shapely.box(*label.box) for label in (inside | outside).values()] + [shapely.LineString(v.leader) for v in outside.values()]
    plates = place_numbers(sheet, page, {code: keys[code] for code in wanted}, [*blocked, *circles.values(), *taken], frame)
    _fill(sheet, page, looks)
    if "district_code" in regions and regions["district_code"].nunique() > 1:
        for outline in outlines(page, dict(zip(regions["code"], regions["district_code"], strict=True))):
            sheet.area(outline, edge=DISTRICT_BORDER, width=1.0, order=3)
    for code, circle in sorted(circles.items(), key=lambda pair: -pair[1].area):
        is_hidden = radii[code] > page.radii[page.codes.index(code)]  # the circle then shows what it covers
        sheet.area(circle, fill=looks[code].fill if is_hidden else WHITE, edge=INK, width=0.7, order=4, alpha=None if is_hidden else 0.9)
    for code, label in (inside | outside | plates).items():
        look = looks[code]
        if label.leader and code in plates:
            sheet.rectangle(label.box, fill=WHITE, edge="#57606a", width=0.3, order=8)
        elif look.hatch and not label.leader:
            sheet.rectangle(label.box, fill=WHITE if look.kind != "incomplete" else look.fill, alpha=0.85, order=5)
        colour = WHITE if not label.leader and is_dark(look.fill) else INK
        label_maker.draw(sheet, label, colour, "key_number" if code in plates else "label")
    placed = {
        code: {"box": label.box, "led_out": label.leader is not None, "lines": [t for t, _ in label.lines]}
        for code, label in (inside | outside | plates).items()
    }
    return page, {"regions": {c: {"kind": looks[c].kind, "fill": looks[c].fill, "hatch": looks[c].hatch} for c in page.codes},
                  "labels": placed, "label_size": size, "circles": {c: radii[c] for c in circles}, "keys": {c: keys[c] for c in wanted}}  # fmt: skip


def _fill(sheet: Sheet, page: Page, looks: Mapping[str, Region]) -> None:
    for code, shape in zip(page.codes, page.shapes, strict=True):
        look = looks[code]
        note = {"class": "region", "tabindex": "0", "data-region": code, "data-kind": look.kind, "title": look.title} | (
            {"data-fact": look.fact} if look.fact else {}
        )
        sheet.area(shape, fill=look.fill, edge=BORDER, width=0.4, hatch=look.hatch, hatch_color=hatch_colour(look.fill), note=note)
