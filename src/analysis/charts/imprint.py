"""What stands around every map: source, date, denominator, use mark, demo mark; and the ban on public maps without an approval number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile
from typing import Any

from analysis import tables
from analysis.charts.classes import hatch_colour
from analysis.charts.sheet import FAINT, INK, SOFT, Box, Sheet
from analysis.errors import ExportError
from analysis.facts import Fact

USE_MARKS = {"internal": "内部使用 不得公开", "meeting": "内部使用 不得公开", "public": ""}
DEMO_MARK = "演示数据"
_NOTE_SIZE, _MARK_GAP_MM = 6.5, 1.5


@dataclass(frozen=True)
class Imprint:
    """``source`` is where the figures come from; ``map_use`` is internal, meeting or public (public needs ``approval_no``).

    ``breaks`` are the city's pinned class breaks by indicator and region level.
    """

    source: str = "市总工会季度工会台账"
    map_use: str = "internal"
    approval_no: str = ""
    is_demo: bool = False
    font_folder: str = ""
    breaks: Mapping[tuple[str, str], tuple[Fraction, ...]] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Any, **changes: Any) -> Imprint:
        """Return the imprint that the settings ask for."""
        own = {"map_use": settings.map_use, "approval_no": settings.map_approval_no, "is_demo": settings.is_demo,
               "font_folder": str(settings.font_folder or "")}  # fmt: skip
        return cls(**(own | changes))

    def check(self) -> None:
        """Raise ``ExportError`` for a use that is not allowed."""
        if self.map_use not in USE_MARKS:
            raise ExportError(f"地图用途“{self.map_use}”不认识，应为 {'、'.join(USE_MARKS)} 之一。请改正 map_use。")
        if self.map_use == "public" and not self.approval_no.strip():
            raise ExportError("地图用途为 public（公开），但没有审图号。请先送审，并在 workbench.toml 中填写 map_approval_no；内部使用请改为 internal。")

    @property
    def marks(self) -> tuple[str, ...]:
        own = USE_MARKS[self.map_use] if self.map_use != "public" else f"审图号：{self.approval_no.strip()}"
        return tuple(mark for mark in (own, DEMO_MARK if self.is_demo else "") if mark)


def notes_for(facts: Sequence[Fact], imprint: Imprint, extra: Iterable[str] = ()) -> list[str]:
    """Return the lines under a figure: source and date, denominators, what is blank and why, then ``extra``."""
    dates = sorted({f"{f.as_of.year}年{f.as_of.month}月{f.as_of.day}日" for f in facts if f.as_of})
    head = f"资料来源：{imprint.source}。" + (f"时点：{'、'.join(dates)}。" if dates else "")
    denominators: dict[str, list[str]] = {}
    for name, below in dict.fromkeys((f.name or "比率", f.denominator_name) for f in facts if f.denominator_name):
        denominators.setdefault(name, []).append(below)
    if denominators:
        head += "；".join(_divided(name, below) for name, below in denominators.items()) + "。"
    is_mixed = len({f.segment for f in facts}) > 1
    lines = [head]
    for status, word in (("no_data", "无数据"), ("suppressed", "不予显示")):
        reasons: dict[str, list[str]] = {}
        for fact in facts:
            if not fact.is_ok and (fact.status == "suppressed") == (status == "suppressed"):
                reasons.setdefault(fact.reason, []).append(_called(fact, is_mixed))
        for reason, names in reasons.items():
            names = list(dict.fromkeys(names))
            shown = "、".join(names[:6]) + (f"等{len(names)}个" if len(names) > 6 else "")
            lines.append(f"{word}：{shown}" + (f"（{reason}）" if reason else "") + "。")
    partial = list(dict.fromkeys(_called(f, is_mixed) for f in facts if f.is_ok and f.left_out))
    if partial:
        lines.append(f"数据不全：{'、'.join(partial[:6])}{f'等{len(partial)}个' if len(partial) > 6 else ''}的数字未含缺报部分。")
    return [*lines, *(line for line in extra if line)]


def _divided(name: str, below: Sequence[str]) -> str:
    """Say what a rate was divided by; of many groups only what their denominators have in common: ``盲区率的分母为各组的应建会单位``."""
    if len(below) > 3:
        ends = zip(*(words[::-1] for words in below), strict=False)
        common = "".join(letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, ends))[::-1]
        return f"{name}的分母为各组的{common or '合计'}"
    return f"{name}的分母{'分别' if len(below) > 1 else ''}为{'、'.join(below)}"


def segment_name(segment: str) -> str:
    """Return the segment's Chinese name, empty for all units."""
    names = dict(tables.load("segments")[["segment", "name"]].itertuples(index=False))
    return "" if segment == "all" else names.get(segment, segment)


def _called(fact: Fact, with_segment: bool) -> str:
    return fact.region_name + (segment_name(fact.segment) or "全部单位" if with_segment else "")


def draw_footer(sheet: Sheet, lines: Sequence[str], top: float = 0.0) -> None:
    """Add the notes below height ``top`` (zero or less), and as much paper as they need."""
    wrapped = [part for line in lines for part in sheet.wrap(line, sheet.width - 2, _NOTE_SIZE)]
    step = _NOTE_SIZE * 25.4 / 72 * 1.4
    sheet.extend_down(len(wrapped) * step + 2 - top)
    sheet.line([(0, top - 0.5), (sheet.width, top - 0.5)], color="#d0d7de", width=0.5)
    for number, line in enumerate(wrapped):
        sheet.text(1, top - 1.2 - (number + 0.5) * step, line, size=_NOTE_SIZE, color=SOFT, role="note")


def draw_marks(sheet: Sheet, imprint: Imprint, right: float, top: float, is_row: bool = False, marks: Sequence[str] | None = None) -> float:
    """Write the framed marks, right aligned, one below the other or in a row, and return the height below them."""
    marks = imprint.marks if marks is None else marks
    for mark in marks:
        width = _mark_width(sheet, mark)
        red = "#a40e26"
        box: Box = (right - width, top - 5, right, top)
        sheet.rectangle(box, edge=red, width=0.6, order=8, fill="white")
        sheet.text(right - width / 2, top - 2.5, mark, size=7.5, color=red, align="center", role="mark")
        if is_row:
            right -= width + _MARK_GAP_MM
        else:
            top -= 6.2
    return top - 6.2 * (is_row and bool(marks))


def marks_width(sheet: Sheet, imprint: Imprint) -> float:
    """Return how wide the marks are in a row."""
    return sum(_mark_width(sheet, mark) + _MARK_GAP_MM for mark in imprint.marks)


def _mark_width(sheet: Sheet, mark: str) -> float:
    return sheet.measure(mark, 7.5) + 3


def draw_north(sheet: Sheet, x: float, bottom: float) -> None:
    """Draw a north arrow 9 mm high whose middle is at ``x``."""
    tip, foot = bottom + 9, bottom + 1
    sheet.triangle([(x, tip), (x - 1.7, foot), (x, foot + 1.6)], fill=INK)
    sheet.triangle([(x, tip), (x + 1.7, foot), (x, foot + 1.6)], fill="white")
    sheet.text(x, tip + 1.7, "北", size=7, color=SOFT, align="center", role="north")


def draw_scale(sheet: Sheet, left: float, bottom: float, km_per_mm: float, longest: float) -> float:
    """Draw a scale bar no longer than ``longest`` millimetres and return its kilometres."""
    length = max((k * 10.0**p for p in range(-2, 4) for k in (1, 2, 5) if k * 10.0**p / km_per_mm <= longest), default=longest * km_per_mm)
    span = length / km_per_mm
    sheet.rectangle((left, bottom, left + span / 2, bottom + 1), fill=INK, edge=INK, width=0.4, order=5)
    sheet.rectangle((left + span / 2, bottom, left + span, bottom + 1), fill="white", edge=INK, width=0.4, order=5)
    for share, text in ((0.0, "0"), (1.0, f"{length:g}公里")):
        sheet.text(left + share * span, bottom + 2.9, text, size=6.5, color=SOFT, align="left" if share == 0 else "center", role="scale")
    return length


def draw_legend(sheet: Sheet, left: float, top: float, width: float, title: str, entries: Sequence[tuple[str, str, str]], note: str = "") -> float:
    """Draw title and swatches, entries (text, fill, hatch), downwards from ``top``; return the height below."""
    for line in sheet.wrap(title, width, 8):
        sheet.text(left, top - 2, line, size=8, role="legend_title")
        top -= 4
    top -= 1
    for entry in entries:
        top = _entry(sheet, left, top, width, entry)
    return sheet.paragraph(left, top, width, note, size=6, color=FAINT) if note else top


def _entry(sheet: Sheet, left: float, top: float, width: float, entry: tuple[str, str, str]) -> float:
    text, fill, hatch = entry
    sheet.rectangle((left, top - 3.6, left + 6.5, top), fill=fill, edge="#57606a", width=0.4, hatch=hatch, hatch_color=hatch_colour(fill), order=4)
    for number, line in enumerate(sheet.wrap(text, width - 8, 7.5)):
        top -= 3.4 if number else 0
        sheet.text(left + 8, top - 1.8, line, size=7.5, role="legend")
    return top - 4.9


def draw_legend_strip(sheet: Sheet, left: float, top: float, width: float, title: str, entries: Sequence[tuple[str, str, str]], note: str = "") -> float:
    """Draw the legend as rows from left to right and return the height below."""
    sheet.text(left, top - 2, title, size=8, role="legend_title")
    if note:
        sheet.text(left + sheet.measure(title, 8) + 3, top - 2.2, note, size=6, color=FAINT, role="note")
    top -= 5
    x = left
    for entry in entries:
        need = 8 + sheet.measure(entry[0], 7.5) + 3.5
        if x > left and x + need > left + width:
            x, top = left, top - 4.9
        _entry(sheet, x, top, need, entry)
        x += need
    return top - 4.9
