"""小微企业 and 两新组织 overlap: two circles whose areas, and whose common area, are in proportion to the numbers."""

from __future__ import annotations

from math import acos, pi, sqrt

from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for, segment_name
from analysis.charts.sheet import INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

LEFT, RIGHT = "#6aaad4", "#f4924a"
_RADIUS_MM = 21.0


def overlap_chart(first: Fact, second: Fact, both: Fact, either: Fact, imprint: Imprint, *, unit: str = "家") -> Drawn:
    """Draw two overlapping groups of one region by their counts: each whole, what they share, and what they cover together.

    Blank facts are not drawn as circles: the figure then says what is missing.
    """
    sheet = Sheet(2 * _RADIUS_MM + 14, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    known = (first, second, both, either)
    names = (segment_name(first.segment), segment_name(second.segment))
    blank = [f for f in (first, second, both) if not f.is_ok]
    record: dict[str, object] = {"radii": [], "distance": None}
    if blank or not (first.value or second.value):
        withheld = any(f.status == "suppressed" for f in blank)
        sheet.text(
            WIDTH_MM / 2,
            sheet.height / 2,
            "有的数字不予显示，不画重叠图" if withheld else "无数据，不画重叠图",
            size=9,
            color=SOFT,
            align="center",
            role="blank",
        )
    else:
        record = _circles(sheet, first, second, both, names, unit)
    joint = f"两者合并（重叠只计一次）：{either.text}{unit}"
    sheet.text(WIDTH_MM / 2, 3, joint, size=8.5, align="center", role="label", fact=either.id)
    notes = notes_for(known, imprint, ["圆和重叠部分的面积与数量成正比。"])
    draw_footer(sheet, notes)
    alt = f"重叠图：{names[0]}{first.text}{unit}，{names[1]}{second.text}{unit}，两者兼有{both.text}{unit}，合并{either.text}{unit}。"
    return sheet.finish(alt, [f.id for f in known], record | {"notes": notes})


def _circles(sheet: Sheet, first: Fact, second: Fact, both: Fact, names: tuple[str, str], unit: str) -> dict[str, object]:
    largest = max(first.value, second.value)
    radii = [_RADIUS_MM * sqrt(float(fact.value) / largest) for fact in (first, second)]
    shared = pi * _RADIUS_MM**2 * float(both.value) / largest
    distance = distance_for(radii[0], radii[1], shared)
    middle, y = WIDTH_MM / 2, 8 + _RADIUS_MM
    ends = (min(-radii[0], distance - radii[1]), max(radii[0], distance + radii[1]))
    x0 = middle - (ends[0] + ends[1]) / 2
    for x, radius, colour, fact, name in zip((x0, x0 + distance), radii, (LEFT, RIGHT), (first, second), names, strict=True):
        note = {"class": "circle", "data-fact": fact.id, "title": f"{name} {fact.text}{unit}"}
        if fact.value:  # a group of none has its name and its 0, no circle
            sheet.circle(x, y, radius, fill=colour, edge=INK, width=0.8, alpha=0.6, note=note)
    for x, side, fact, name in ((x0 + ends[0], "right", first, names[0]), (x0 + ends[1], "left", second, names[1])):
        out = -2.5 if side == "right" else 2.5
        sheet.text(x + out, y + 2.4, name, size=9, align=side, role="name")
        sheet.text(x + out, y - 2.4, f"{fact.text}{unit}", size=10, align=side, role="label", fact=fact.id)
    lens = ((distance - radii[1]) + radii[0]) / 2 if distance > abs(radii[0] - radii[1]) else (0.0 if radii[0] < radii[1] else distance)
    room = min(radii[0], distance + radii[1]) - max(-radii[0], distance - radii[1])
    words, figure = "两者兼有", f"{both.text}{unit}"
    if room > sheet.measure(words, 9) + 3:
        sheet.text(x0 + lens, y + 2.4, words, size=9, align="center", role="name")
        sheet.text(x0 + lens, y - 2.4, figure, size=10, align="center", role="label", fact=both.id)
    else:
        top = y + max(radii) + 1.5
        if both.value:
            sheet.line([(x0 + lens, y), (x0 + lens, top)], color=INK, width=0.5)
            sheet.circle(x0 + lens, y, 0.5, fill=INK, order=7)
        sheet.text(x0 + lens, top + 2, f"{words} {figure}", size=9, align="center", role="label", fact=both.id)
    return {"radii": radii, "distance": distance, "shared_mm2": shared}


def distance_for(one: float, other: float, shared: float) -> float:
    """Return how far apart two circles stand that share the area ``shared``."""
    near, far = abs(one - other), one + other
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if lens_area(one, other, middle) > shared else (near, middle)
    return (near + far) / 2


def lens_area(one: float, other: float, distance: float) -> float:
    """Return the common area of two circles."""
    if distance >= one + other:
        return 0.0
    if distance <= abs(one - other):
        return pi * min(one, other) ** 2
    a = acos((distance**2 + one**2 - other**2) / (2 * distance * one))
    b = acos((distance**2 + other**2 - one**2) / (2 * distance * other))
    kite = sqrt((-distance + one + other) * (distance + one - other) * (distance - one + other) * (distance + one + other)) / 2
    return one**2 * a + other**2 * b - kite
