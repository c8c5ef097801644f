"""The concentration curve: the fullest places first, how much of the whole they hold together."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.charts.bars import CITY
from analysis.charts.imprint import DEMO_MARK, Imprint, draw_footer, draw_marks, notes_for
from analysis.charts.sheet import FAINT, INK, SOFT, WIDTH_MM, Drawn, Sheet
from analysis.facts import Fact

LINE = "#2f78b7"
_BODY_MM = 46.0


def concentration_curve(counts: Sequence[Fact], few: Fact, places: Fact, imprint: Imprint, *, share: float = 0.5, word: str = "乡镇街道") -> Drawn:
    """Draw how the counts add up, the largest first; ``few`` is how many places hold ``share`` of them, ``places`` how many there are."""
    ordered = sorted((int(f.value) for f in counts if f.is_ok), reverse=True)
    total = sum(ordered)
    sheet = Sheet(_BODY_MM + 12, font_folder=imprint.font_folder)
    if imprint.is_demo:
        draw_marks(sheet, imprint, WIDTH_MM - 0.5, sheet.height - 0.5, marks=(DEMO_MARK,))
    left, right, bottom = 16.0, WIDTH_MM - 22, 7.0

    def point(number: float, held: float) -> tuple[float, float]:
        return left + (right - left) * number / len(ordered), bottom + _BODY_MM * held / total

    points, held = [point(0, 0)], 0
    for number, count in enumerate(ordered, start=1):
        held += count
        points.append(point(number, held))
    sheet.line([point(0, 0), point(len(ordered), total)], color=FAINT, width=0.6, dashes=(3, 3), order=2)
    sheet.line([point(0, 0), point(len(ordered), 0)], color="#d0d7de", width=0.8, order=1)
    sheet.line([point(0, 0), point(0, total)], color="#d0d7de", width=0.8, order=1)
    sheet.line(points, color=LINE, width=1.8)
    for part, words in ((0, "0"), (0.5, "一半"), (1, "全部")):
        sheet.text(left - 2, point(0, part * total)[1], words, size=7.5, color=SOFT, align="right", role="axis")
    x, y = point(few.value, sum(ordered[: few.value]))
    sheet.line([(left, bottom + _BODY_MM * share), (x, bottom + _BODY_MM * share)], color=CITY, width=0.6, dashes=(3, 2), order=3)
    sheet.line([(x, bottom), (x, y)], color=CITY, width=0.6, dashes=(3, 2), order=3)
    sheet.circle(x, y, 1.1, fill=CITY, order=7)
    box = sheet.text(x + 2.5, y - 3, few.text, size=9, color=CITY, role="label", fact=few.id)
    sheet.text(box[2] + 0.5, y - 3, f"个{word}占一半以上", size=8.5, color=CITY, role="label")
    box = sheet.text(left, 2.5, "按盲区单位数从多到少，共", size=7.5, color=INK, role="axis")
    box = sheet.text(box[2] + 0.3, 2.5, places.text, size=7.5, color=INK, role="axis", fact=places.id)
    sheet.text(box[2] + 0.3, 2.5, f"个{word}", size=7.5, color=INK, role="axis")
    sheet.text(point(len(ordered), total)[0] + 1, point(0, total)[1] - 3, "累计", size=7.5, color=LINE, role="axis")
    notes = notes_for([f for f in counts if f.is_ok][:1], imprint, ["虚线为各地一样多时的样子；曲线离虚线越远，盲区越集中。"])
    draw_footer(sheet, notes)
    alt = f"集中程度曲线：{places.text}个{word}中，盲区单位最多的{few.text}个占一半以上。"
    return sheet.finish(alt, [few.id, places.id], {"points": points, "mark": (x, y), "notes": notes})
