"""One square a region: a picture of the regions that is no map, for where polygons may not be used (domain §9.1)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import shapely

from analysis.charts.classes import WHITE, classes_for, hatch_colour, is_dark
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_legend_strip, draw_marks, notes_for
from analysis.charts.keys import LONGEST_MM, Entry, draw_list, list_height, list_sheets
from analysis.charts.maps import alt_text, full_name, legend_entries, look_of, unplaced_note
from analysis.charts.mapsheet import LISTED_APART
from analysis.charts.sheet import INK, WIDTH_MM, Drawn, Sheet
from analysis.errors import ExportError
from analysis.facts import Fact

_LARGEST_MM, _GAP_MM = 16.0, 0.8
_LEAST_BACKED_MM = 10.0  # in a smaller square a plate behind the letters would hide the hatch that says why there is no figure
_LINE_MM = 0.41  # of line for each point of letter
_SIZES = (8.5, 7.5, 6.5, 5.5, 5.0)
_COLUMNS = ("code", "row", "col", "short_name")


def tile_grid(tiles: pd.DataFrame, facts: Sequence[Fact], imprint: Imprint, *, scheme: str = "", title: str = "", extra_notes: Sequence[str] = ()) -> Drawn:
    """Draw facts as squares.

    Parameters
    ----------
    tiles : DataFrame of text
        ``code, row, col, short_name``; rows count downwards. A tile without fact is 无数据; a fact without tile is listed in a note, not drawn.

    Raises
    ------
    ExportError
        Where the placement lacks a column or puts two regions on one square.
    """
    _check(tiles)
    by_code = {f.region_code: f for f in facts}
    classes = classes_for(facts, scheme, imprint.breaks)
    rows, columns = tiles["row"].astype(int), tiles["col"].astype(int)
    side = min(_LARGEST_MM, (WIDTH_MM - 2) / (columns.max() - columns.min() + 1))
    height = side * (rows.max() - rows.min() + 1)
    sheet = Sheet(height + 2, font_folder=imprint.font_folder)
    shift = (WIDTH_MM - side * (columns.max() - columns.min() + 1)) / 2
    looks, listed = {}, []
    for code, name, row, column in zip(tiles["code"], tiles["short_name"], rows - rows.min(), columns - columns.min(), strict=True):
        look = looks[code] = look_of(code, name, by_code.get(code), classes)
        left, top = shift + column * side, sheet.height - 1 - row * side
        note = {"class": "region", "data-region": code, "data-kind": look.kind, "title": look.title} | ({"data-fact": look.fact} if look.fact else {})
        sheet.area(
            shapely.box(left, top - side + _GAP_MM, left + side - _GAP_MM, top),
            fill=look.fill,
            edge="#8c959f",
            width=0.4,
            hatch=look.hatch,
            hatch_color=hatch_colour(look.fill),
            note=note,
        )
        middle = (left + (side - _GAP_MM) / 2, top - (side - _GAP_MM) / 2)
        number = len(listed) + 1
        if _write(sheet, look.lines, number, *middle, side, WHITE if is_dark(look.fill) else INK, look.fill if look.hatch else ""):
            listed.append(Entry(number, code, name, look.lines[1:]))
    absent = tiles.loc[~tiles["code"].isin(by_code), "short_name"].tolist()
    notes = notes_for(facts, imprint, ["方格只示意相对位置，不表示界线和面积。", unplaced_note(tiles["code"], facts),
                                       f"没有数字：{'、'.join(absent)}。" if absent else "", *extra_notes])  # fmt: skip
    name = title or full_name(facts)
    entries = legend_entries(classes, [look.kind for look in looks.values()])
    small = "各级含下限，不含上限。" + ("" if classes.is_pinned else "按本次数值分级。")
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, -1, marks=(DEMO_MARK,))
    end = draw_legend_strip(sheet, 1, -1, WIDTH_MM - 2 - 20 * imprint.is_demo, name, entries, small)
    is_apart = bool(listed) and sheet.height + 16 + 3.3 * len(notes) + list_height(sheet, listed) > LONGEST_MM
    notes += [LISTED_APART] if is_apart else []
    list_title = f"图上编号：{name}"
    draw_footer(sheet, notes, end if is_apart or not listed else draw_list(sheet, end - 0.5, list_title, listed))
    more = list_sheets(listed, list_title, f"图上编号对照表：{name}。", imprint) if is_apart else ()
    record = {"regions": {c: {"kind": v.kind, "fill": v.fill, "hatch": v.hatch} for c, v in looks.items()}, "classes": list(classes.labels),
              "colours": list(classes.colours), "legend": [text for text, _, _ in entries], "legend_title": name, "notes": notes,
              "keys": {entry.code: entry.number for entry in listed}}  # fmt: skip
    return sheet.finish(alt_text("方格示意图", name, facts), [f.id for f in facts], record, more)


def _write(sheet: Sheet, lines: Sequence[tuple[str, str]], number: int, x: float, y: float, side: float, colour: str, backing: str) -> bool:
    """Write name and figure into a square; a number for a name that does not fit. Return whether the number's line is owed."""
    room = side - 1.2
    (name, _), (shown, fact) = lines[:2]
    fits = [next((size for size in _SIZES if sheet.measure(text, size) <= room), 0.0) for text in (name, shown)]
    is_numbered = not all(fits)
    texts = [(str(number) if is_numbered else name, "", "key_number" if is_numbered else "label", _SIZES[-1] if is_numbered else fits[0])]
    texts += [(shown, fact, "label", fits[1])] if fits[1] else []
    step = max(side * 0.27, _LINE_MM * max(size for _, _, _, size in texts))
    if backing and side >= _LEAST_BACKED_MM:
        half = max(sheet.measure(text, size) for text, _, _, size in texts) / 2 + 0.4
        sheet.rectangle((x - half, y - step * 1.08, x + half, y + step * 1.08), fill=backing, alpha=0.9, order=5)
    for (text, own, role, size), up in zip(texts, (0.5, -0.5), strict=False):
        sheet.text(x, y + up * step, text, size=size, color=colour, align="center", role=role, fact=own)
    return is_numbered


def _check(tiles: pd.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in tiles]
    if missing:
        raise ExportError(f"方格位置表缺少列：{'、'.join(missing)}；应有 code、row、col、short_name 四列。请补上后重试。")
    taken = tiles[tiles.duplicated(["row", "col"], keep=False)]
    if len(taken):
        raise ExportError(f"方格位置表中 {'、'.join(taken['short_name'])} 占了同一格。请改正 row、col 后重试。")
