"""Maps of districts or townships: colour for a rate, labels in or beside every region, every blank told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd

from analysis.charts.classes import BLANKS, WHITE, Classes, classes_for, kind_of
from analysis.charts.geometry import aspect
from analysis.charts.imprint import Imprint, draw_marks, notes_for, segment_name
from analysis.charts.keys import LONGEST_MM, list_height, list_sheets
from analysis.charts.mapsheet import LISTED_APART, Legend, Region, Symbols, draw_map, draw_regions, draw_strip, key_entries
from analysis.charts.sheet import WIDTH_MM, Box, Drawn, Sheet
from analysis.facts import Fact

_LARGEST_MM, _SMALLEST_MM = 5.0, 0.5
_MOST_SIDE_BY_SIDE = 60


def choropleth(regions: gpd.GeoDataFrame, facts: Sequence[Fact], imprint: Imprint, *, scheme: str = "", counts: Sequence[Fact] = (),
               title: str = "", extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw one indicator.

    Parameters
    ----------
    regions : GeoDataFrame
        ``code, name, geometry`` in WGS-84; with ``district_code`` the districts' outlines are drawn over the townships.
    facts : one a region; a fact without polygon is listed in a note, a polygon without fact is 无数据
    scheme : row of ``class_breaks.csv``, by default the indicator's
    counts : facts whose figure stands as ``n=`` under the rate (the denominators)
    title : of the legend, by default the indicator's name

    Raises
    ------
    ExportError
        For a public map without approval number.
    """
    imprint.check()
    classes = classes_for(facts, scheme, imprint.breaks)
    looks = _looks(regions, facts, classes, counts)
    name = title or full_name(facts)
    notes = _notes(regions, facts, imprint, extra_notes)
    sheet, record, more = draw_map(regions, looks, imprint, notes, _legend(name, classes, looks))
    return sheet.finish(alt_text("分级统计图", name, facts), [f.id for f in (*facts, *counts)], record | _classes_record(classes), more)


def symbol_map(regions: gpd.GeoDataFrame, rates: Sequence[Fact], counts: Sequence[Fact], imprint: Imprint, *, scheme: str = "",
               unit: str = "", extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw rates as colour and counts as circles whose area is in proportion; ``unit`` (家, 人) follows the counts' figures."""
    imprint.check()
    classes = classes_for(rates, scheme, imprint.breaks)
    looks = _looks(regions, rates, classes)
    by_code = {f.region_code: f for f in counts if f.is_ok}
    looks = {code: with_line(look, by_code.get(code), unit) for code, look in looks.items()}
    notes = _notes(regions, rates, imprint, ["圆的面积与数量成正比；圆比区域大的，圆内着区域的颜色。", *extra_notes])
    sheet, record, more = draw_map(regions, looks, imprint, notes, _legend(full_name(rates), classes, looks), circles_for(counts, unit))
    return sheet.finish(alt_text("分级统计图加圆形符号", full_name(rates), rates), [f.id for f in (*rates, *counts)], record | _classes_record(classes), more)


def pair_map(regions: gpd.GeoDataFrame, left: Sequence[Fact], right: Sequence[Fact], imprint: Imprint, *, titles: tuple[str, str] | None = None,
             scheme: str = "", extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw two segments (小微 and 两新, say) side by side on the same breaks and colours; by default headed by the segments' names.

    Very many regions take a sheet a segment, with one list of numbers for both.
    """
    imprint.check()
    both = [*left, *right]
    classes = classes_for(both, scheme, imprint.breaks)
    heads = titles or (segment_name(left[0].segment), segment_name(right[0].segment))
    if len(regions) > _MOST_SIDE_BY_SIDE:
        return _on_two_sheets(regions, (left, right), heads, classes, imprint, extra_notes)
    frames, body = _panels(regions)
    sheet = Sheet(body + 6.2 * bool(imprint.marks) + 1, font_folder=imprint.font_folder)
    draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, is_row=True)
    notes = _notes(regions, both, imprint, extra_notes)
    numbers = {code: number for number, code in enumerate(regions["code"], start=1)}
    panels, looks = [], []
    for facts, head, frame in zip((left, right), heads, frames, strict=True):
        sheet.text((frame[0] + frame[2]) / 2, frame[3] + 3.5, head, size=9, align="center", role="panel_title")
        looks.append(_looks(regions, facts, classes))
        page, drawn = draw_regions(sheet, regions, looks[-1], frame, numbers=numbers)
        panels.append(drawn)
    kinds = [look["kind"] for drawn in panels for look in drawn["regions"].values()]
    legend = Legend(measure_name(left), tuple(legend_entries(classes, kinds)), _bounds_note(classes))
    entries = key_entries({"keys": {c: n for c, n in numbers.items() if any(c in drawn["keys"] for drawn in panels)}}, regions, *looks)
    title = f"图上编号：{'、'.join(heads)}{legend.title}"
    is_apart = bool(entries) and sheet.height + 26 + 3.3 * len(notes) + list_height(sheet, entries) > LONGEST_MM
    if is_apart:
        notes.append(LISTED_APART)
    scale = draw_strip(sheet, legend, page.km_per_mm, notes, entries=[] if is_apart else entries, list_title=title)
    more = list_sheets(entries, title, f"图上编号对照表：{legend.title}。", imprint) if is_apart else ()
    record = {"panels": panels, "panel_titles": list(heads), "legend": [text for text, _, _ in legend.entries], "legend_title": legend.title,
              "marks": list(imprint.marks), "scale_km": scale, "notes": notes} | _classes_record(classes)  # fmt: skip
    alt = "".join(alt_text(f"左右对照图（{head}）", measure_name(facts), facts) for head, facts in zip(heads, (left, right), strict=True))
    return sheet.finish(alt, [f.id for f in both], record, more)


def _panels(regions: gpd.GeoDataFrame) -> tuple[list[Box], float]:
    """Return the frames of two panels side by side, and the height they take with their heads."""
    panel = (WIDTH_MM - 6) / 2
    height = min(104.0, panel / aspect(regions))
    return [(start, 1, start + panel, height) for start in (1, 5 + panel)], height + 6


def _on_two_sheets(regions: gpd.GeoDataFrame, sides: Sequence[Sequence[Fact]], heads: Sequence[str], classes: Classes, imprint: Imprint,
                   extra_notes: Sequence[str]) -> Drawn:  # fmt: skip
    numbers = {code: number for number, code in enumerate(regions["code"], start=1)}
    looks = [_looks(regions, facts, classes) for facts in sides]
    kinds = [look.kind for side in looks for look in side.values()]
    made = []
    for facts, head, side in zip(sides, heads, looks, strict=True):
        legend = Legend(head + measure_name(facts), tuple(legend_entries(classes, kinds)), _bounds_note(classes))
        made.append(draw_map(regions, side, imprint, _notes(regions, facts, imprint, extra_notes), legend, numbers=numbers)[:2])
    numbered = {code: number for code, number in numbers.items() if any(code in record["keys"] for _, record in made)}
    name = measure_name(sides[0])
    lists = list_sheets(key_entries({"keys": numbered}, regions, *looks), f"图上编号：{'、'.join(heads)}{name}", f"图上编号对照表：{name}。", imprint)
    alts = [alt_text(f"对照图之{word}（{head}）", name, facts) for word, head, facts in zip("一二", heads, sides, strict=True)]
    (first, record), (second, other) = made
    own = {"panels": [record, other], "panel_titles": list(heads)} | _classes_record(classes)
    after = second.finish(alts[1], [f.id for f in sides[1]], other | _classes_record(classes), part=heads[1])
    return first.finish(alts[0], [f.id for f in sides[0]], record | own, (after, *lists), part=heads[0])


def circles_for(counts: Sequence[Fact], unit: str = "") -> Symbols:
    """Return circles with area in proportion to the counts, keyed by the largest and the smallest of them."""
    shown = sorted((f for f in counts if f.is_ok and f.value > 0), key=lambda f: (f.value, f.region_code))
    if not shown:
        return Symbols()
    most = float(shown[-1].value)
    radii = {f.region_code: max(_SMALLEST_MM, _LARGEST_MM * (float(f.value) / most) ** 0.5) for f in shown}
    ends = [shown[-1], shown[0]] if shown[0].value < shown[-1].value else [shown[-1]]
    key = tuple((radii[f.region_code], f"{f.text}{unit}（{word}）") for f, word in zip(ends, ("最多", "最少"), strict=False))
    return Symbols(radii, full_name(counts), key)


def with_line(look: Region, fact: Fact | None, unit: str) -> Region:
    """Return the look with a count as its label's third line."""
    if fact is None:
        return look
    return replace(look, lines=(*look.lines[:2], (fact.text + unit, fact.id)), title=f"{look.title}，{fact.name} {fact.text}{unit}")


def _looks(regions: gpd.GeoDataFrame, facts: Sequence[Fact], classes: Classes, counts: Sequence[Fact] = ()) -> dict[str, Region]:
    by_code, sizes = {f.region_code: f for f in facts}, {f.region_code: f for f in counts}
    return {c: look_of(c, n, by_code.get(c), classes, sizes.get(c)) for c, n in zip(regions["code"], regions["name"], strict=True)}


def _notes(regions: gpd.GeoDataFrame, facts: Sequence[Fact], imprint: Imprint, extra: Sequence[str]) -> list[str]:
    return notes_for(facts, imprint, [unplaced_note(regions["code"], facts), missing_note(regions, facts), *extra])


def _legend(title: str, classes: Classes, looks: Mapping[str, Region]) -> Legend:
    return Legend(title, tuple(legend_entries(classes, [look.kind for look in looks.values()])), _bounds_note(classes))


def _bounds_note(classes: Classes) -> str:
    return "各级含下限，不含上限。" + ("" if classes.is_pinned else "按本次数值分级。")


def _classes_record(classes: Classes) -> dict:
    return {"classes": list(classes.labels), "colours": list(classes.colours)}


def measure_name(facts: Sequence[Fact]) -> str:
    return facts[0].name or facts[0].indicator if facts else ""


def full_name(facts: Sequence[Fact]) -> str:
    """Return segment and indicator as one phrase, such as 小微企业单位覆盖率."""
    return (segment_name(facts[0].segment) if facts else "") + measure_name(facts)


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


def legend_entries(classes: Classes, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the legend from the highest class down, then the kinds of blank that occur."""
    entries = [(text, colour, "") for text, colour in zip(classes.labels, classes.colours, strict=True)][::-1]
    for kind, (fill, hatch, word) in BLANKS.items():
        if kind in kinds:
            entries.append((word, fill or classes.colours[len(classes.colours) // 2], hatch))
    return entries


def unplaced_note(codes: Iterable[str], facts: Sequence[Fact]) -> str:
    """Return the sentence on facts that have no place among ``codes``, with their figures."""
    known = set(codes)
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
    low, high = (f"{f.region_name} {f.text}" for f in (shown[0], shown[-1]))
    ends = f"最高为{high}，最低为{low}" if len(shown) > 1 else high
    return f"{kind}：{name}，{len(shown)}个地区有数据，{ends}" + (f"；{'、'.join(blank)}无数据或不予显示" if blank else "") + "。"
