"""Small multiples: a panel an industry on one scale, the same regions in the same order, each bar with its own figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.bars import BAR, CITY
from analysis.charts.classes import BLANKS
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.maps import measure_name
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

LEAST_UNITS = 10
MOST_REGIONS = 16
_ACROSS = 4
_ROW_MM, _BAR_MM, _HEAD_MM, _GAP_MM = 4.2, 2.7, 9.5, 4.0
_NAME_MM = 26.0
_SIZE = 6.5


@dataclass(frozen=True)
class Panel:
    """``facts`` are given in the order of the regions; ``whole`` is the city's own figure, drawn as a line."""

    name: str
    facts: Sequence[Fact]
    whole: Fact


def industry_panels(names: Sequence[str], panels: Sequence[Panel], imprint: Imprint, *, extra_notes: Sequence[str] = ()) -> Drawn:
    """Draw the panels in rows of four; hollow is the bar of fewer than ten units, whose rate is chance."""
    sheet = Sheet(1, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, 0.5, marks=(DEMO_MARK,))
    left = min(_NAME_MM, max((sheet.measure(name, 7) for name in names), default=10) + 2.5)
    wide = (WIDTH_MM - left) / _ACROSS
    known = [f for panel in panels for f in (*panel.facts, panel.whole)]
    scale = (wide - 12.0) / (max((float(f.value) for f in known if f.is_ok), default=1.0) or 1.0)
    high = _HEAD_MM + _ROW_MM * len(names) + _GAP_MM
    start = -7.0 if imprint.is_demo else 0.0
    drawn = []
    for number, panel in enumerate(panels):
        row, column = divmod(number, _ACROSS)
        top = start - row * high
        if column == 0:
            for place, name in enumerate(names):
                _name(sheet, name, left, top - _HEAD_MM - (place + 0.5) * _ROW_MM)
        drawn.append(_panel(sheet, panel, left + column * wide, top, wide, scale))
    end = start - -(-len(panels) // _ACROSS) * high
    few = any(f.is_ok and (f.denominator or 0) < LEAST_UNITS for panel in panels for f in panel.facts)
    hollow = f"空心条的应建会单位不足{LEAST_UNITS}家。" if few else ""
    notes = notes_for([f for panel in panels for f in panel.facts], imprint, ["各图比例相同，红色虚线为全市。" + hollow, *extra_notes])
    draw_footer(sheet, notes, end)
    said = "；".join(f"{panel.name}{panel.whole.region_name}{panel.whole.text}" for panel in panels)
    alt = f"分行业小图：{measure_name([p.whole for p in panels])}，每个行业一幅，各地顺序相同。{said}。"
    return sheet.finish(alt, [f.id for f in known], {"panels": drawn, "notes": notes})


def _panel(sheet: Sheet, panel: Panel, x: float, top: float, wide: float, scale: float) -> dict[str, object]:
    size = next((s for s in (8.0, 7.0, 6.0) if sheet.measure(panel.name, s) <= wide - 2), 5.2)
    sheet.text(x, top - 2.6, panel.name, size=size, role="panel_title")
    sheet.text(x, top - 6.4, f"{panel.whole.region_name} {panel.whole.text}", size=_SIZE, color=CITY, role="city", fact=panel.whole.id)
    foot = top - _HEAD_MM - _ROW_MM * len(panel.facts)
    rows = []
    line = x + float(panel.whole.value) * scale if panel.whole.is_ok else None
    for place, fact in enumerate(panel.facts):
        y = top - _HEAD_MM - (place + 0.5) * _ROW_MM
        note = {"class": "bar", "data-region": fact.region_code, "data-fact": fact.id, "title": f"{panel.name}：{fact.region_name} {fact.text}"}
        if fact.is_ok:
            end = x + float(fact.value) * scale
            look = {"fill": "#ffffff", "edge": BAR} if (fact.denominator or 0) < LEAST_UNITS else {"fill": BAR}
            sheet.rectangle((x, y - _BAR_MM / 2, max(end, x + 0.15), y + _BAR_MM / 2), note=note, **look)
            is_crossed = line is not None and end < line < end + sheet.measure(fact.text, _SIZE) + 1.4
            sheet.text((line if is_crossed else end) + 0.8, y, fact.text, size=_SIZE, role="label", fact=fact.id)
        else:
            fill, hatch, word = BLANKS["suppressed" if fact.status == "suppressed" else "no_data"]
            sheet.rectangle((x, y - _BAR_MM / 2, x + 6, y + _BAR_MM / 2), fill=fill, edge="#8c959f", hatch=hatch, note=note)
            is_crossed = line is not None and x + 6 < line < x + 6.8 + sheet.measure(word, 6) + 0.6
            sheet.text((line if is_crossed else x + 6) + 0.8, y, word, size=6, color=SOFT, role="label", fact=fact.id)
        rows.append({"region": fact.region_code, "length_mm": float(fact.value) * scale if fact.is_ok else None, "status": fact.status})
    sheet.line([(x, foot), (x, top - _HEAD_MM)], color="#8c959f", width=0.5)
    if line is not None:
        sheet.line([(line, foot), (line, top - _HEAD_MM + 0.6)], color=CITY, width=0.7, dashes=(4, 2), order=3)
    return {"name": panel.name, "rows": rows}


def _name(sheet: Sheet, name: str, left: float, y: float) -> None:
    """Write a region's name before its bars, smaller or in two lines where it is long."""
    size = next((s for s in (7.0, 6.0) if sheet.measure(name, s) <= left - 2), 4.6)
    lines = sheet.wrap(name, left - 2, size)
    for number, line in enumerate(lines):
        sheet.text(left - 1.5, y + (len(lines) / 2 - number - 0.5) * size * 0.42, line, size=size, color=INK, align="right", role="name")
