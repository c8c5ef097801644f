"""Targets: one bar a target from nothing to its completion, the schedule as a line across, a hundred per cent as the edge."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.charts.bars import BAR, CITY
from analysis.charts.classes import BLANKS
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.sheet import SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

_ROW_MM, _BAR_MM, BEHIND = 8.0, 4.2, "#d98032"


def progress_bars(bars: Sequence[tuple[str, Fact]], schedule: Fraction, imprint: Imprint) -> Drawn:
    """Draw the completion of targets (name, completion rate).

    A bar that has not reached the schedule is orange, one past 100 % ends at the edge with its figure.
    """
    sheet = Sheet(8 + _ROW_MM * len(bars), font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    names = ["".join(sheet.wrap(name, 58, 8)[:1]) + ("…" if len(sheet.wrap(name, 58, 8)) > 1 else "") for name, _ in bars]
    left = max(sheet.measure(name, 8) for name in names) + 3
    right = WIDTH_MM - 20
    scale = right - left
    rows = []
    for number, (name, (_, fact)) in enumerate(zip(names, bars, strict=True)):
        y = sheet.height - 7 - (number + 0.5) * _ROW_MM
        sheet.text(left - 1.5, y, name, size=8, align="right", role="name")
        if fact.is_ok:
            share = min(Fraction(1), max(Fraction(0), Fraction(fact.value)))
            end = left + scale * float(share)
            fill = BAR if Fraction(fact.value) >= schedule else BEHIND
            sheet.rectangle((left, y - _BAR_MM / 2, max(end, left + 0.15), y + _BAR_MM / 2), fill=fill,
                            note={"class": "bar", "data-region": fact.region_code, "data-fact": fact.id, "title": f"{fact.region_name}：{fact.name} {fact.text}"})  # fmt: skip
            at = left + scale * float(schedule)
            width = sheet.measure(fact.text, 8)
            sheet.text(at + 1.2 if end + 0.7 < at < end + width + 1.7 else end + 1.2, y, fact.text, size=8, role="label", fact=fact.id)
        else:
            fill, hatch, word = BLANKS["suppressed" if fact.status == "suppressed" else "no_data"]
            sheet.rectangle((left, y - _BAR_MM / 2, left + 9, y + _BAR_MM / 2), fill=fill, edge="#8c959f", hatch=hatch)
            sheet.text(left + 10.2, y, word.split("，")[-1], size=7.5, color=SOFT, role="label", fact=fact.id)
        rows.append({"fact": fact.id, "status": fact.status})
    bottom, top = 1.0, sheet.height - 7
    x = left + scale * float(schedule)
    sheet.line([(left, bottom), (left, top)], color="#8c959f", width=0.6)
    sheet.line([(right, bottom), (right, top)], color="#c5ccd3", width=0.6)
    sheet.line([(x, bottom), (x, top + 1)], color=CITY, width=0.9, dashes=(4, 2), order=3)
    sheet.text(min(max(x, left + 12), right), sheet.height - 3.2, f"序时进度{float(100 * schedule):g}%", size=8, color=CITY, align="center", role="legend")
    known = [fact for _, fact in bars]
    notes = notes_for(known, imprint, ["蓝色达到或快于序时进度，橙色慢于序时进度；右边的竖线为全年目标。"])
    draw_footer(sheet, notes)
    said = "，".join(f"{name}{fact.text}" for name, (_, fact) in zip(names, bars, strict=True))
    return sheet.finish(f"条形图：年度目标完成率，{said}；虚线为序时进度。", [f.id for f in known], {"rows": rows, "notes": notes})
