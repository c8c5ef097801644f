"""Rates with their intervals: one dot and whisker a region, so that ranks which chance could exchange are seen to overlap."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.charts.bars import BAR, CITY
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.maps import alt_text, full_name
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

ABOVE, LEVEL, BELOW = "#b35806", "#8c959f", "#2f78b7"
_ROW_MM = 5.6


def interval_dots(rows: Sequence[tuple[Fact, Fact, Fact]], imprint: Imprint, *, whole: Fact | None = None, names: dict[str, str] | None = None,
                  extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw each region's rate as a dot with its interval, the highest first; blank regions are named in a note.

    ``rows`` are (rate, lower bound, upper bound); ``whole`` is the merged rate, drawn as a line. Orange lies wholly above it, blue wholly below,
    grey cannot be told from it.
    """
    names = names or {}
    shown = sorted((row for row in rows if all(f.is_ok for f in row)), key=lambda row: (-row[0].value, row[0].region_code))
    head = 9.0 if whole is not None and whole.is_ok else 7.0
    sheet = Sheet(head + _ROW_MM * len(shown) + 1, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    left = max((sheet.measure(names.get(r.region_code, r.region_name), 8) for r, _, _ in shown), default=10) + 4
    right = WIDTH_MM - 38
    merged = [float(whole.value)] if whole is not None and whole.is_ok else []
    low = min([*(float(lower.value) for _, lower, _ in shown), *merged], default=0.0)
    high = max([*(float(upper.value) for _, _, upper in shown), *merged], default=1.0)
    low, high = (max(0.0, low - 0.02), min(1.0, high + 0.02))

    def place(value: object) -> float:
        return left + (right - left) * (float(value) - low) / (high - low)

    lines = []
    for number, (rate, lower, upper) in enumerate(shown):
        y = sheet.height - head - (number + 0.5) * _ROW_MM
        side = _side(lower, upper, whole)
        colour = {"above": ABOVE, "below": BELOW, "level": LEVEL, "": BAR}[side]
        sheet.text(left - 2, y, names.get(rate.region_code, rate.region_name), size=8, align="right", role="name")
        sheet.line([(place(lower.value), y), (place(upper.value), y)], color=colour, width=1.6)
        sheet.circle(place(rate.value), y, 1.1, fill=colour, order=7)
        sheet.text(right + 12, y, rate.text, size=8, align="right", role="label", fact=rate.id)
        box = sheet.text(right + 14, y, lower.text, size=7, color=SOFT, role="bound", fact=lower.id)
        box = sheet.text(box[2], y, "～", size=7, color=SOFT, role="bound")
        sheet.text(box[2], y, upper.text, size=7, color=SOFT, role="bound", fact=upper.id)
        lines.append({"region": rate.region_code, "from": place(lower.value), "at": place(rate.value), "to": place(upper.value), "side": side})
    if whole is not None and whole.is_ok:
        x = place(whole.value)
        sheet.line([(x, 0.5), (x, sheet.height - head + 0.8)], color=CITY, width=0.9, dashes=(4, 2), order=3)
        sheet.text(x, sheet.height - head + 2.8, f"{whole.region_name} {whole.text}", size=8, color=CITY, align="center", role="city", fact=whole.id)
    if not shown:
        sheet.text(WIDTH_MM / 2, 3, "没有可以比较的率", size=8, color=INK, align="center", role="blank")
    absent = [names.get(row[0].region_code, row[0].region_name) for row in rows if not all(f.is_ok for f in row)]
    known = [f for row in shown for f in row] + ([whole] if whole is not None else [])
    notes = notes_for([row[0] for row in shown], imprint, [f"未画：{'、'.join(absent)}（无数据、不予显示或单位过少）。" if absent else "", *extra_notes])
    draw_footer(sheet, [line for line in notes if line])
    rates = [row[0] for row in shown]
    return sheet.finish(alt_text("区间图", full_name(rates) if rates else "盲区率", rates), [f.id for f in known], {"lines": lines, "notes": notes})


def _side(lower: Fact, upper: Fact, whole: Fact | None) -> str:
    if whole is None or not whole.is_ok:
        return ""
    return "above" if lower.value > whole.value else "below" if upper.value < whole.value else "level"
