"""Bars: districts in order with the city's line; the ladder of unions from sign only to model."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.charts.classes import BLANKS
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.maps import alt_text, full_name
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

BAR, HIGHLIGHT, CITY = "#6aaad4", "#0b3f7e", "#a40e26"
LADDER = ("#b35806", "#e08214", "#fdb863", "#9fb3c8", "#5a9bd0", "#0b3f7e")
_ROW_MM, _BAR_MM = 6.0, 3.9
_GAP_MM = 1.2  # from a bar's end, or the city's line, to the figure


def ranked_bars(facts: Sequence[Fact], imprint: Imprint, *, city: Fact | None = None, highlight: str = "", unit: str = "", is_ascending: bool = False,
                apart: Sequence[str] = (), extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw one bar a region, the largest first (``is_ascending``: the smallest first), blanks at the end with their reason.

    ``city`` is drawn as a line across the bars; ``highlight`` is the code of the region that the document is about; ``unit`` (家, 人)
    follows the figures of a count. ``apart`` are codes that take no rank: their bars stand hollow below the others, by code.
    """
    order = sorted((f for f in facts if f.is_ok), key=lambda f: (f.value if is_ascending else -f.value, f.region_code))
    shown = [f for f in order if f.region_code not in apart] + sorted((f for f in order if f.region_code in apart), key=lambda f: f.region_code)
    blank = [f for f in facts if not f.is_ok]
    head = 6.0 if city is not None and city.is_ok else 1.0
    sheet = Sheet(head + _ROW_MM * len(facts) + 1, font_folder=imprint.font_folder)
    demo = _demo(sheet, imprint)
    left = max((sheet.measure(f.region_name, 8) for f in facts), default=10) + 3
    largest = max([float(f.value) for f in shown] + ([float(city.value)] if city is not None and city.is_ok else []) + [0.0]) or 1.0
    scale = (WIDTH_MM - left - 24 - demo) / largest
    line_at = left + float(city.value) * scale if city is not None and city.is_ok else None
    rows = []
    for number, fact in enumerate([*shown, *blank]):
        y = sheet.height - head - (number + 0.5) * _ROW_MM
        colour = HIGHLIGHT if fact.region_code == highlight else BAR
        sheet.text(left - 1.5, y, fact.region_name, size=8, align="right", role="name", color=HIGHLIGHT if fact.region_code == highlight else INK)
        if fact.is_ok:
            end = left + float(fact.value) * scale
            note = {"class": "bar", "data-region": fact.region_code, "data-fact": fact.id, "title": f"{fact.region_name}：{fact.name} {fact.text}{unit}"}
            look = {"fill": "#ffffff", "edge": colour} if fact.region_code in apart else {"fill": colour}
            sheet.rectangle((left, y - _BAR_MM / 2, max(end, left + 0.15), y + _BAR_MM / 2), note=note, **look)
            width = sheet.measure(fact.text + unit, 8)
            is_crossed = line_at is not None and end <= line_at < end + _GAP_MM + width + _GAP_MM  # figure and line keep the same distance on either side
            sheet.text((line_at if is_crossed else end) + _GAP_MM, y, fact.text + unit, size=8, role="label", fact=fact.id)
        else:
            fill, hatch, word = BLANKS["suppressed" if fact.status == "suppressed" else "no_data"]
            sheet.rectangle((left, y - _BAR_MM / 2, left + 9, y + _BAR_MM / 2), fill=fill, edge="#8c959f", hatch=hatch)
            sheet.text(left + 10.2, y, word.split("，")[-1], size=7.5, color=SOFT, role="label", fact=fact.id)
        rows.append({"region": fact.region_code, "length_mm": float(fact.value) * scale if fact.is_ok else None, "status": fact.status})
    sheet.line([(left, 1 + _ROW_MM * 0.05), (left, sheet.height - head)], color="#8c959f", width=0.6)
    if line_at is not None:
        x = line_at
        sheet.line([(x, 1 + _ROW_MM * len(blank)), (x, sheet.height - head + 0.8)], color=CITY, width=0.9, dashes=(4, 2), order=3)
        sheet.text(x, sheet.height - 3, f"{city.region_name} {city.text}{unit}", size=8, color=CITY, align="center", role="city", fact=city.id)
    known = [*facts, *([city] if city is not None else [])]
    notes = notes_for(known, imprint, extra_notes)
    draw_footer(sheet, notes)
    record = {"rows": rows, "city": city.id if city is not None else "", "city_mm": line_at, "notes": notes}
    name = full_name(facts)
    return sheet.finish(alt_text("条形图", name, facts) + (f"{city.region_name} {city.text}。" if city is not None else ""), [f.id for f in known], record)


def ladder(levels: Sequence[Fact], imprint: Imprint, *, shell: Fact | None = None, met: Fact | None = None, extra_notes: Sequence[str] = ()) -> Drawn:
    """Draw the unions of one region by level (L1 to L6, the lowest at the foot); ``shell`` and ``met`` are the shares of levels 1–3 and 5–6."""
    sheet = Sheet(_ROW_MM * 1.15 * len(levels) + 2, font_folder=imprint.font_folder)
    demo = _demo(sheet, imprint)
    row = _ROW_MM * 1.15
    left = max(sheet.measure(f"L{i} {f.name}", 8) for i, f in enumerate(levels, start=1)) + 3
    brackets = 46 if shell is not None or met is not None else 4
    largest = max([float(f.value) for f in levels if f.is_ok] + [0.0]) or 1.0
    scale = (WIDTH_MM - left - 14 - brackets - demo) / largest
    rows = []
    for number, (fact, colour) in enumerate(zip(levels, LADDER, strict=True)):
        y = 1 + (number + 0.5) * row
        sheet.text(left - 1.5, y, f"L{number + 1} {fact.name}", size=8, align="right", role="name")
        if fact.is_ok:
            end = left + float(fact.value) * scale
            note = {"class": "bar", "data-region": fact.region_code, "data-fact": fact.id, "title": f"{fact.region_name}：{fact.name} {fact.text}个"}
            sheet.rectangle((left, y - 2.1, max(end, left + 0.15), y + 2.1), fill=colour, note=note)
            sheet.text(end + 1.2, y, f"{fact.text}个", size=8, role="label", fact=fact.id)
        else:
            fill, hatch, word = BLANKS["suppressed" if fact.status == "suppressed" else "no_data"]
            sheet.rectangle((left, y - 2.1, left + 9, y + 2.1), fill=fill, edge="#8c959f", hatch=hatch)
            sheet.text(left + 10.2, y, word.split("，")[-1], size=7.5, color=SOFT, role="label", fact=fact.id)
        rows.append({"level": number + 1, "length_mm": float(fact.value) * scale if fact.is_ok else None, "colour": colour})
    sheet.line([(left, 1), (left, sheet.height - 1)], color="#8c959f", width=0.6)
    for fact, first, last in ((shell, 0, 3), (met, 4, 6)):
        if fact is not None:
            x, low, high = WIDTH_MM - brackets + 2, 1 + first * row + 0.8, 1 + last * row - 0.8
            sheet.line([(x - 1.2, low), (x, low), (x, high), (x - 1.2, high)], color=SOFT, width=0.7)
            sheet.text(x + 1.8, (low + high) / 2 + 2, fact.name, size=7.5, role="bracket")
            sheet.text(x + 1.8, (low + high) / 2 - 2, fact.text, size=9, role="bracket", fact=fact.id)
    known = [*levels, *(f for f in (shell, met) if f is not None)]
    notes = notes_for(known, imprint, extra_notes)
    draw_footer(sheet, notes)
    said = "，".join(f"{f.name}{f.text}个" for f in levels)
    return sheet.finish(f"条形图：{levels[0].region_name}工会状态分级，{said}。", [f.id for f in known], {"rows": rows, "notes": notes})


def _demo(sheet: Sheet, imprint: Imprint) -> float:
    """Draw the demo mark at the top right and return the width it takes."""
    if not imprint.is_demo:
        return 0.0
    draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    return 4.0
