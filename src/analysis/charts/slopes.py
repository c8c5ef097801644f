"""Two quarters side by side: one line a region, from then to now."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.charts.bars import CITY, HIGHLIGHT
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.maps import full_name
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact
from analysis.periods import Quarter

RISE, FALL, FLAT = "#2f78b7", "#d4601a", "#8c959f"
_BODY_MM, _STEP_MM = 84.0, 3.7


def slope_chart(then: Sequence[Fact], now: Sequence[Fact], imprint: Imprint, *, city: tuple[Fact, Fact] | None = None, highlight: str = "",
                extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw each region's figure of two quarters; rises blue, falls orange, the city red. A region blank in either quarter is named in a note, not drawn."""
    earlier = {f.region_code: f for f in then}
    pairs = [(earlier[f.region_code], f) for f in now if f.region_code in earlier]
    if city is not None:
        pairs.append(city)
    drawn = [(a, b) for a, b in pairs if a.is_ok and b.is_ok]
    body = max(_BODY_MM, _STEP_MM * len(drawn) + 8)
    sheet = Sheet(body + 8, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    values = [float(f.value) for pair in drawn for f in pair] or [0.0, 1.0]
    low, high = min(values), max(values)
    left, right = 48.0, WIDTH_MM - 48.0

    def height(fact: Fact) -> float:
        return 3 + (body - 6) * ((float(fact.value) - low) / (high - low) if high > low else 0.5)

    for x, facts in ((left, then), (right, now)):
        sheet.line([(x, 1), (x, body - 1)], color="#d0d7de", width=0.8, order=1)
        if facts:
            sheet.text(x, body + 3, Quarter(facts[0].quarter).label, size=8.5, align="center", color=SOFT, role="axis")
    spots = [_spread([height(pair[side]) for pair in drawn], _STEP_MM, body - 1) for side in (0, 1)]
    is_city = [city is not None and now_fact.id == city[1].id for _, now_fact in drawn]
    lines = []
    for number, (a, b) in enumerate(drawn):
        way = "rise" if b.value > a.value else "fall" if b.value < a.value else "flat"
        colour = CITY if is_city[number] else {"rise": RISE, "fall": FALL, "flat": FLAT}[way]
        strong = is_city[number] or a.region_code == highlight
        sheet.line([(left, height(a)), (right, height(b))], color=colour, width=2.0 if strong else 1.1, dashes=(5, 2) if is_city[number] else None)
        words = CITY if is_city[number] else HIGHLIGHT if a.region_code == highlight else INK
        for side, (x, fact) in enumerate(((left, a), (right, b))):
            sheet.circle(x, height(fact), 0.8, fill=colour, order=7)
            y, out = spots[side][number], -1 if side == 0 else 1
            if abs(y - height(fact)) > 0.4:
                sheet.line([(x + out * 1.0, height(fact)), (x + out * 3.2, y)], color="#b1b8c0", width=0.4)
            sheet.text(x + out * 3.8, y, fact.text, size=8, color=words, align="right" if side == 0 else "left", role="label", fact=fact.id)
            beyond = x + out * (5.0 + max(sheet.measure(f.text, 8) for pair in drawn for f in pair))
            sheet.text(beyond, y, fact.region_name, size=8, color=words, align="right" if side == 0 else "left", role="name")
        lines.append({"region": a.region_code, "way": way, "colour": colour})
    absent = [b.region_name for a, b in pairs if not (a.is_ok and b.is_ok)]
    key = "蓝线上升，橙线下降，灰线未变" + ("，红色虚线为全市" if city is not None else "") + "。"
    known = [f for pair in pairs for f in pair]
    notes = notes_for([f for pair in drawn for f in pair], imprint, [key, f"缺一个季度的数字、未画线：{'、'.join(absent)}。" if absent else "", *extra_notes])
    draw_footer(sheet, notes)
    risen = sum(line["way"] == "rise" for line in lines)
    alt = f"坡度图：{full_name(now)}两个季度对比，" + "；".join(f"{a.region_name}由{a.text}到{b.text}" for a, b in drawn) + "。"
    return sheet.finish(alt, [f.id for f in known], {"lines": lines, "risen": risen, "notes": notes, "label_heights": spots})


def _spread(heights: Sequence[float], step: float, top: float) -> list[float]:
    """Return heights at least ``step`` apart, in the same order, near where they were asked for and below ``top``."""
    order = sorted(range(len(heights)), key=lambda i: (heights[i], i))
    placed = [0.0] * len(heights)
    floor = 0.0
    for index in order:
        placed[index] = floor = max(heights[index], floor)
        floor += step
    ceiling = top
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - step
    return placed
