"""A rate over the quarters against the targets at the ends of years: points joined by a line, targets as hollow diamonds joined by dashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import shapely

from analysis.charts.bars import CITY, HIGHLIGHT
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.maps import full_name
from analysis.charts.sheet import SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact
from analysis.periods import Quarter

_BODY_MM, _FOOT_MM, _SIDE_MM = 58.0, 9.0, 21.0


@dataclass(frozen=True)
class Goal:
    """A target: the ``share`` to be reached at the end of ``quarter``."""

    quarter: str
    share: Fraction


def path_chart(rates: Sequence[Fact], goals: Sequence[Goal], imprint: Imprint, *, extra_notes: Sequence[str] = ()) -> Drawn:
    """Draw one region's rate of several quarters and its targets on one axis from 0 to 100 %; a quarter without a figure is named in a note, not drawn."""
    drawn, blank = [f for f in rates if f.is_ok], [f for f in rates if not f.is_ok]
    sheet = Sheet(_BODY_MM + _FOOT_MM + 6, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    when = sorted({_number(f.quarter) for f in drawn} | {_number(goal.quarter) for goal in goals})
    span = max(when[-1] - when[0], 1)

    def at(quarter: str, share: Fraction) -> tuple[float, float]:
        return _SIDE_MM + (WIDTH_MM - 2 * _SIDE_MM) * (_number(quarter) - when[0]) / span, _FOOT_MM + _BODY_MM * float(share)

    for percent in (0, 25, 50, 75, 100):
        y = _FOOT_MM + _BODY_MM * percent / 100
        sheet.line([(_SIDE_MM - 7, y), (WIDTH_MM - _SIDE_MM + 7, y)], color="#e3e7eb", width=0.5, order=1)
        sheet.text(_SIDE_MM - 8, y, f"{percent}%", size=7, color=SOFT, align="right", role="axis")
    aims = [at(goal.quarter, goal.share) for goal in goals]
    points = [at(f.quarter, Fraction(f.value)) for f in drawn]
    if len(aims) > 1:
        sheet.line(aims, color=CITY, width=0.9, dashes=(4, 2), order=3)
    if len(points) > 1:
        sheet.line(points, color=HIGHLIGHT, width=1.6, order=4)
    for goal, (x, y) in zip(goals, aims, strict=True):
        sheet.area(shapely.Polygon([(x - 1.3, y), (x, y + 1.3), (x + 1.3, y), (x, y - 1.3)]), fill="#ffffff", edge=CITY, width=0.7, order=5)
        sheet.text(x, y + 3.6, f"目标{float(100 * goal.share):g}%", size=7.5, color=CITY, align="center", role="legend")
        sheet.text(x, _FOOT_MM - 6.4, f"{goal.quarter[:4]}年末", size=7, color=CITY, align="center", role="axis")
    last = -99.0
    for fact, (x, y) in zip(drawn, points, strict=True):
        sheet.circle(x, y, 0.9, fill=HIGHLIGHT, order=7)
        sheet.text(x, y - 3.6, fact.text, size=8, color=HIGHLIGHT, align="center", role="label", fact=fact.id)
        if x - last > 15:
            sheet.text(x, _FOOT_MM - 3.0, f"{fact.quarter[:4]}年{Quarter(fact.quarter).number}季度", size=7, color=SOFT, align="center", role="axis")
            last = x
    absent = f"没有数的季度未画：{'、'.join(Quarter(f.quarter).label for f in blank)}。" if blank else ""
    notes = notes_for(drawn, imprint, ["蓝线为各季度末的实际数，红色虚线连接各年末的目标。", absent, *extra_notes])
    draw_footer(sheet, notes)
    said = "，".join(f"{Quarter(f.quarter).label}末{f.text}" for f in drawn)
    record = {"points": points, "aims": aims, "notes": notes}
    return sheet.finish(f"折线图：{full_name(drawn)}，{said}；另有各年末的目标，由红色虚线连接。", [f.id for f in drawn], record)


def _number(quarter: str) -> int:
    """Return a quarter as a number on the axis, one apart from the next."""
    return Quarter(quarter).year * 4 + Quarter(quarter).number
