"""From one rate to another in steps: each cause a bar that starts where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

UP, DOWN = "#2f78b7", "#d4601a"
_ROW_MM = 7.0


def steps(before: Fact, parts: Sequence[tuple[str, Fact]], now: Fact, imprint: Imprint, *, words: tuple[str, str] = ("上季度末", "本季度末"),
          extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw ``before``, the parts (label, percentage points) and ``now``, a row each; the scale is cut to what moves, so the two rates are strokes, not bars."""
    levels = [100 * Fraction(before.value)]
    for _, part in parts:
        levels.append(levels[-1] + Fraction(part.value))
    ends = [*levels, 100 * Fraction(now.value)]
    sheet = Sheet(_ROW_MM * (len(parts) + 2) + 2, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    left = max(sheet.measure(label, 8) for label in (*words, *(label for label, _ in parts))) + 5
    low, high = float(min(ends)), float(max(ends))
    span = (high - low) or 1.0
    scale = (WIDTH_MM - left - 46) / span

    def place(value: Fraction) -> float:
        return left + 16 + (float(value) - low) * scale

    def height(row: int) -> float:
        return sheet.height - 1 - (row + 0.5) * _ROW_MM

    drawn = []
    for row, (label, fact, value) in enumerate([(words[0], before, ends[0]), *((label, part, None) for label, part in parts), (words[1], now, ends[-1])]):
        y = height(row)
        sheet.text(left - 2, y, label, size=8, align="right", role="name")
        if value is not None:
            x = place(value)
            sheet.line([(x, y - 2.6), (x, y + 2.6)], color=INK, width=2.2)
            sheet.text(x + 1.6, y, fact.text, size=8.5, role="label", fact=fact.id)
            drawn.append({"at": x})
            continue
        start, end = place(levels[row - 1]), place(levels[row])
        note = {"class": "bar", "data-fact": fact.id, "title": f"{label} {fact.text}"}
        sheet.rectangle((min(start, end), y - 2.0, max(start, end, min(start, end) + 0.2), y + 2.0), fill=UP if end >= start else DOWN, note=note)
        shown = ("+" if fact.rounded > 0 else "") + fact.text
        sheet.text(max(start, end) + 1.4, y, shown, size=8, role="label", fact=fact.id)
        drawn.append({"from": start, "to": end})
    for row in range(len(parts) + 1):  # thin strokes lead the eye from the end of one step to the beginning of the next
        sheet.line([(place(levels[row]), height(row)), (place(levels[row]), height(row + 1))], color=SOFT, width=0.4, dashes=(2, 2), order=1)
    known = [before, *(part for _, part in parts), now]
    notes = notes_for([before, now], imprint, ["蓝色为拉高，橙色为拉低；横轴从变动范围起画，不从零起。", *extra_notes])
    draw_footer(sheet, notes)
    said = "，".join(f"{label}{part.text}" for label, part in parts)
    alt = f"分解图：{before.region_name}{before.name}由{before.text}到{now.text}，{said}。"
    return sheet.finish(alt, [f.id for f in known], {"rows": drawn, "notes": notes})
