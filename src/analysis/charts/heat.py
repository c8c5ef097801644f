"""The heat table (domain §9.1): regions down, industries across, each cell in the colour of its class with its rate and its n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.charts.classes import BLANKS, Classes, classes_for, hatch_colour, is_dark, kind_of
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_legend_strip, draw_marks, notes_for
from analysis.charts.maps import alt_text, legend_entries, measure_name
from analysis.charts.sheet import INK, PAGE_MM, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

LEAST_UNITS = 10
# as the grey of the grades: too few units for a rate
FEW = ("#ffffff", "dots", f"应建会单位不足{LEAST_UNITS}家")
_ROW_MM, _GAP_MM, _HEAD_SIZE, _NAME_SIZE = 6.6, 0.5, 7.0, 7.5
_NAME_MM = 34.0


@dataclass(frozen=True)
class Column:
    """``rates`` and ``counts`` (the denominators) are given in the order of the rows."""

    name: str
    rates: Sequence[Fact]
    counts: Sequence[Fact]


def heat_table(names: Sequence[str], columns: Sequence[Column], imprint: Imprint, *, extra_notes: Sequence[str] = ()) -> Drawn:
    """Draw one row a region; what a page cannot hold stands on the sheets that follow, each with its heads and legend."""
    known = [fact for column in columns for fact in column.rates]
    classes = classes_for(known, "", imprint.breaks)
    most = max(1, int((PAGE_MM - 46) / _ROW_MM))
    parts = [range(start, min(start + most, len(names))) for start in range(0, len(names), most)] or [range(0)]
    sheets = [_sheet(names, columns, rows, classes, imprint, extra_notes) for rows in parts]
    return replace(sheets[0], more=tuple(replace(sheet, part="续") for sheet in sheets[1:]))


def _sheet(names: Sequence[str], columns: Sequence[Column], rows: range, classes: Classes, imprint: Imprint, extra: Sequence[str]) -> Drawn:
    sheet = Sheet(1, font_folder=imprint.font_folder)
    left = min(_NAME_MM, max((sheet.measure(names[row], _NAME_SIZE) for row in rows), default=10) + 3)
    wide = (WIDTH_MM - left) / max(len(columns), 1)
    heads = [sheet.wrap(column.name, wide - 1.5, _HEAD_SIZE) for column in columns]
    step = _HEAD_SIZE * 25.4 / 72 * 1.25
    top = -(7.0 if imprint.is_demo else 1.0)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, 0.5, marks=(DEMO_MARK,))
    deepest = top - step * max((len(lines) for lines in heads), default=1)
    for number, lines in enumerate(heads):
        for line, text in enumerate(lines):
            sheet.text(left + (number + 0.5) * wide, deepest + step * (len(lines) - line - 0.5), text, size=_HEAD_SIZE, align="center", role="name")
    kinds, cells = [], {}
    for place, row in enumerate(rows):
        y = deepest - 1 - (place + 0.5) * _ROW_MM
        _name(sheet, names[row], left, y)
        for number, column in enumerate(columns):
            kind = _cell(sheet, left + number * wide, y, wide, column.rates[row], column.counts[row], classes)
            kinds.append(kind[0])
            cells[column.rates[row].id] = kind
    end = deepest - 1 - len(rows) * _ROW_MM - 1.5
    facts = [column.rates[row] for row in rows for column in columns]
    shown = legend_entries(classes, kinds) + ([(FEW[2], FEW[0], FEW[1])] if "few" in kinds else [])
    note = "各级含下限，不含上限。" + ("" if classes.is_pinned else "按本次数值分级。")
    end = draw_legend_strip(sheet, 1, end, WIDTH_MM - 2, measure_name(facts), shown, note)
    notes = notes_for(facts, imprint, ["n为分母（家）。", *extra])
    draw_footer(sheet, notes, end)
    counts = [column.counts[row] for row in rows for column in columns]
    record = {"cells": cells, "legend": [text for text, _, _ in shown], "classes": list(classes.labels), "notes": notes}
    return sheet.finish(alt_text("热力表", measure_name(facts), facts), [f.id for f in (*facts, *counts)], record)


def _name(sheet: Sheet, name: str, left: float, y: float) -> None:
    """Write a region's name before its row, in two lines where it is long."""
    lines = sheet.wrap(name, left - 2, _NAME_SIZE)
    size = _NAME_SIZE if len(lines) == 1 else 5.6
    lines = sheet.wrap(name, left - 2, size)
    for number, line in enumerate(lines):
        sheet.text(left - 1.5, y + (len(lines) / 2 - number - 0.5) * size * 0.42, line, size=size, align="right", role="name")


def _cell(sheet: Sheet, x: float, y: float, wide: float, rate: Fact, count: Fact, classes: Classes) -> tuple[str, str]:
    kind, number = kind_of(rate, classes)
    is_few = rate.is_ok and rate.denominator is not None and rate.denominator < LEAST_UNITS
    kind = "few" if is_few else kind
    fill, hatch, word = FEW if is_few else BLANKS.get(kind, ("", "", ""))
    if number is not None and not is_few:
        fill = classes.colours[number]
    box = (x, y - _ROW_MM / 2 + _GAP_MM / 2, x + wide - _GAP_MM, y + _ROW_MM / 2 - _GAP_MM / 2)
    title = f"{rate.region_name}：{rate.name} {rate.text}" + (
        f"（{rate.numerator}/{rate.denominator}）" if rate.is_ok else f"（{rate.reason}）" if rate.reason else ""
    )
    note = {"class": "region", "tabindex": "0", "data-region": rate.region_code, "data-kind": kind, "data-fact": rate.id, "title": title}
    sheet.rectangle(box, fill=fill, edge="#8c959f", width=0.3, hatch=hatch, hatch_color=hatch_colour(fill), note=note)
    middle, colour = x + (wide - _GAP_MM) / 2, "#ffffff" if is_dark(fill) else INK
    lines = [(rate.text if rate.is_ok else word.split("，")[-1], rate.id, 7.0)]
    if rate.is_ok and count.is_ok:
        lines.append((f"n={count.text}", count.id, 5.2))
    if hatch:
        half = max(sheet.measure(text, size) for text, _, size in lines) / 2 + 0.5
        high = 2.7 if len(lines) > 1 else 1.6
        sheet.rectangle((middle - half, y - high, middle + half, y + high), fill=fill, order=5)
    for place, (text, fact, size) in enumerate(lines):
        up = 0.0 if len(lines) == 1 else (1.05, -1.55)[place]
        sheet.text(middle, y + up, text, size=size, color=colour, align="center", role="label", fact=fact)
    return kind, fill
