"""Maps of districts or townships: colour for a rate, labels in or beside every region, every blank told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely

from analysis.charts import labels as label_maker
from analysis.charts.classes import BLANKS, WHITE, Classes, classes_for, is_dark, kind_of
from analysis.charts.geometry import Page, aspect, lay_out, outlines
from analysis.charts.imprint import Imprint, draw_footer, draw_legend, draw_legend_strip, draw_marks, draw_north, draw_scale, notes_for
from analysis.charts.sheet import WIDTH_MM, Box, Drawn, Sheet
from analysis.facts import Fact

PANEL_MM = 37.0
BORDER, DISTRICT_BORDER = "#6e7781", "#24292f"
_TALLEST, _TALLEST_DENSE, _LOWEST, _STRIP_MM = 128.0, 168.0, 74.0, 16.0
_MANY = 24


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


def choropleth(regions: gpd.GeoDataFrame, facts: Sequence[Fact], imprint: Imprint, *, scheme: str = "", counts: Sequence[Fact] = (),
               title: str = "", extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw one indicator.

    Parameters
    ----------
    regions : GeoDataFrame
        ``code, name, geometry`` in WGS-84; with ``district_code`` the districts' outlines are drawn over the townships.
    facts : one a region; a fact without polygon is listed in a note, a polygon without fact is 无数据
    counts : facts whose figure stands as ``n=`` under the rate (the denominators)
    title : of the legend; by default the indicator's name

    Raises
    ------
    ExportError
        For a public map without approval number.
    """
    imprint.check()
    classes = classes_for(facts, scheme)
    by_code, sizes = {f.region_code: f for f in facts}, {f.region_code: f for f in counts}
    looks = {c: look_of(c, n, by_code.get(c), classes, sizes.get(c)) for c, n in zip(regions["code"], regions["name"], strict=True)}
    name = title or (facts[0].name if facts else "")
    notes = notes_for(facts, imprint, [unplaced_note(regions, facts), missing_note(regions, facts), *extra_notes])
    entries = legend_entries(classes, [look.kind for look in looks.values()])
    bounds_note = "各级含下限，不含上限。" + ("" if classes.is_pinned else "按本次数值分级。")
    sheet, page, record = draw_map(regions, looks, imprint, notes, name, entries, bounds_note)
    shown = [f.id for f in (*facts, *counts)]
    return sheet.finish(alt_text("分级统计图", name, facts), shown, record | {"classes": list(classes.labels), "colours": list(classes.colours), "notes": notes})


def look_of(code: str, name: str, fact: Fact | None, classes: Classes, count: Fact | None = None) -> Region:
    """Return how a region with this fact is drawn."""
    kind, number = kind_of(fact, classes)
    fill, hatch, word = BLANKS.get(kind, ("", "", ""))
    if number is not None:
        fill = classes.colours[number]
    shown = fact.text if fact is not None and fact.is_ok else word.split("，")[-1]
    lines = [(name, ""), (shown, fact.id if fact else "")]
    if count is not None and count.is_ok and fact is not None and fact.is_ok:
        lines.append((f"n={count.text}", count.id))
    share = f"（{fact.numerator}/{fact.denominator}）" if fact is not None and fact.is_ok and fact.numerator is not None else ""
    reason = f"（{fact.reason}）" if fact is not None and fact.reason else ""
    return Region(code, kind, fill or WHITE, hatch, tuple(lines), f"{name}：{fact.name if fact else ''} {shown}{share}{reason}", fact.id if fact else "")


def draw_map(regions: gpd.GeoDataFrame, looks: Mapping[str, Region], imprint: Imprint, notes: list[str], title: str,
             entries: Sequence[tuple[str, str, str]], legend_note: str) -> tuple[Sheet, Page, dict]:  # fmt: skip
    """Draw regions, labels, legend and what belongs around them on a new sheet; the legend stands beside a map of few regions, below one of many."""
    is_below = len(regions) > _MANY or aspect(regions) > 1.35
    width = WIDTH_MM - 2 if is_below else WIDTH_MM - PANEL_MM - 4
    tallest = _TALLEST_DENSE if len(regions) > _MANY else _TALLEST
    body = min(tallest, max(_LOWEST if not is_below else 0, width / aspect(regions)))
    strip = _STRIP_MM if is_below else 0.0
    sheet = Sheet(body + strip + 2, font_folder=imprint.font_folder)
    frame: Box = (1, strip + 1, width, sheet.height - 1)
    top = sheet.height - 1
    marks_box = shapely.box(WIDTH_MM - 32, top - 6.2 * len(imprint.marks), WIDTH_MM, top)
    page, drawn = draw_regions(sheet, regions, looks, frame, [marks_box])
    if drawn["unlabelled"]:
        notes.append("图上放不下的：" + "、".join(" ".join(text for text, _ in looks[code].lines[:2]) for code in drawn["unlabelled"]) + "。")
    draw_footer(sheet, notes)
    if is_below:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, top)
        draw_legend_strip(sheet, 1, strip - 1, WIDTH_MM - 36, title, entries, legend_note)
        scale = draw_scale(sheet, WIDTH_MM - 34, 2, page.km_per_mm, 20)
    else:
        left = width + 3
        top = draw_marks(sheet, imprint, WIDTH_MM - 0.5, top) - 2
        draw_legend(sheet, left, top, PANEL_MM - 1, title, entries, legend_note)
        scale = draw_scale(sheet, left, 2, page.km_per_mm, PANEL_MM - 18)
    draw_north(sheet, WIDTH_MM - 4, 1)
    return sheet, page, drawn | {"legend": [text for text, _, _ in entries], "legend_title": title, "marks": list(imprint.marks), "scale_km": scale}


def draw_regions(sheet: Sheet, regions: gpd.GeoDataFrame, looks: Mapping[str, Region], frame: Box, taken: Sequence[shapely.Geometry] = ()) -> tuple[Page, dict]:
    """Fill the polygons and set the labels; the map shrinks a little where labels need room beside it."""
    lines = {code: look.lines for code, look in looks.items()}
    best = None
    for margin in (0.0, 7.0, 14.0):
        page = lay_out(regions, (frame[0] + margin, frame[1], frame[2] - margin, frame[3]))
        inside, size = label_maker.place_inside(sheet, page, lines)
        outside, homeless = label_maker.lead_out(sheet, page, lines, inside, frame, taken)
        if best is None or len(homeless) < len(best[-1]):
            best = page, inside, size, outside, homeless
        if not homeless:
            break
    page, inside, size, outside, homeless = best
    _fill(sheet, page, looks)
    if "district_code" in regions and regions["district_code"].nunique() > 1:
        for outline in outlines(page, dict(zip(regions["code"], regions["district_code"], strict=True))):
            sheet.area(outline, edge=DISTRICT_BORDER, width=1.0, order=3)
    for code, label in (inside | outside).items():
        look = looks[code]
        if look.hatch and not label.leader:
            sheet.rectangle(label.box, fill=WHITE if look.kind != "incomplete" else look.fill, alpha=0.85, order=5)
        label_maker.draw(sheet, label, WHITE if not label.leader and is_dark(look.fill) else "#1f2328")
    placed = {code: {"box": label.box, "led_out": label.leader is not None, "lines": [t for t, _ in label.lines]} for code, label in (inside | outside).items()}
    return page, {"regions": {c: {"kind": looks[c].kind, "fill": looks[c].fill, "hatch": looks[c].hatch} for c in page.codes},
                  "labels": placed, "label_size": size, "unlabelled": list(homeless)}  # fmt: skip


def _fill(sheet: Sheet, page: Page, looks: Mapping[str, Region]) -> None:
    for code, shape in zip(page.codes, page.shapes, strict=True):
        look = looks[code]
        note = {"class": "region", "data-region": code, "data-kind": look.kind, "title": look.title} | ({"data-fact": look.fact} if look.fact else {})
        sheet.area(shape, fill=look.fill, edge=BORDER, width=0.4, hatch=look.hatch, note=note)


def legend_entries(classes: Classes, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the legend from the highest class down, then the kinds of blank that occur."""
    entries = [(text, colour, "") for text, colour in zip(classes.labels, classes.colours, strict=True)][::-1]
    for kind, (fill, hatch, word) in BLANKS.items():
        if kind in kinds:
            entries.append((word, fill or classes.colours[len(classes.colours) // 2], hatch))
    return entries


def unplaced_note(regions: gpd.GeoDataFrame, facts: Sequence[Fact]) -> str:
    """Return the sentence on facts that have no polygon, with their figures."""
    known = set(regions["code"])
    listed = [f"{f.region_name} {f.text}" for f in facts if f.region_code not in known]
    return f"未上图：{'、'.join(listed)}。" if listed else ""


def missing_note(regions: gpd.GeoDataFrame, facts: Sequence[Fact]) -> str:
    """Return the sentence on polygons for which no figure was handed in."""
    known = {f.region_code for f in facts}
    names = [name for code, name in zip(regions["code"], regions["name"], strict=True) if code not in known]
    return f"没有数字：{'、'.join(names[:6])}{f'等{len(names)}个' if len(names) > 6 else ''}。" if names else ""


def alt_text(kind: str, name: str, facts: Sequence[Fact]) -> str:
    """Return a sentence for readers who cannot see the figure: the extremes, and the blanks."""
    shown = sorted((f for f in facts if f.is_ok), key=lambda f: (f.value, f.region_code))
    if not shown:
        return f"{kind}：{name}。全部地区无数据。"
    blank = [f.region_name for f in facts if not f.is_ok]
    ends = f"最高为{shown[-1].region_name} {shown[-1].text}，最低为{shown[0].region_name} {shown[0].text}" if len(shown) > 1 else f"{shown[0].region_name} {shown[0].text}"
    return f"{kind}：{name}，{len(shown)}个地区有数据，{ends}" + (f"；{'、'.join(blank)}无数据或不予显示" if blank else "") + "。"
