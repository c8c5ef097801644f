"""The map of blank areas: five grades by rate and number together (domain §9.1), circles for the number of blank units."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import geopandas as gpd

from analysis.charts.classes import BLANKS
from analysis.charts.imprint import Imprint, notes_for
from analysis.charts.maps import alt_text, circles_for, full_name, missing_note, unplaced_note
from analysis.charts.mapsheet import MANY, Legend, Region, draw_map
from analysis.charts.sheet import Drawn
from analysis.facts import Fact

# grade -> fill, hatch, legend text; the worse the darker, so that grey print keeps the order
GRADES = {
    "红": ("#9c0d28", "", "红：盲区率50%以上且盲区10家以上"),
    "橙": ("#e27a26", "", "橙：30%～50%且盲区10家以上"),
    "黄": ("#f0c84f", "", "黄：10%～30%，或率更高而不足10家"),
    "绿": ("#d3f0e1", "", "绿：不足10%"),
    "灰": ("#dadcdf", "dots", "灰：应建会单位不足10家或底数未核实"),
}
_SMALLEST = 10
_LEAST_VERIFIED = Fraction(4, 5)


def blind_grade(rate: Fact, blind: Fact, eligible: Fact, verified: Fact | None = None) -> str:
    """Return 红 橙 黄 绿 灰, empty where the rate is blank.

    Red and orange need ten blank units as well as the rate; a high rate with fewer is yellow. ``verified`` is the share of units
    whose base data are verified; below 80 % the grade is grey.
    """
    if not (rate.is_ok and blind.is_ok and eligible.is_ok):
        return ""
    if eligible.value < _SMALLEST or (verified is not None and verified.is_ok and verified.value < _LEAST_VERIFIED):
        return "灰"
    share = Fraction(rate.value)
    if share >= Fraction(3, 10) and blind.value >= _SMALLEST:
        return "红" if share >= Fraction(1, 2) else "橙"
    return "黄" if share >= Fraction(1, 10) else "绿"


def grade_map(regions: gpd.GeoDataFrame, rates: Sequence[Fact], blinds: Sequence[Fact], eligibles: Sequence[Fact], imprint: Imprint, *,
              verified: Sequence[Fact] = (), extra_notes: Sequence[str] = ()) -> Drawn:  # fmt: skip
    """Draw the five grades of blank areas; the lists hold a fact a region (blind_unit_rate, blind_unit_count, eligible_unit_count).

    Circles for the number of blank units are drawn only where the regions are few.

    Raises
    ------
    ExportError
        For a public map without approval number.
    """
    imprint.check()
    tables = [{f.region_code: f for f in facts} for facts in (rates, blinds, eligibles, verified)]
    looks = {code: _look(code, name, *(table.get(code) for table in tables)) for code, name in zip(regions["code"], regions["name"], strict=True)}
    kinds = [look.kind for look in looks.values()]
    entries = [(text, fill, hatch) for fill, hatch, text in GRADES.values()]
    entries += [(word, fill, hatch) for kind, (fill, hatch, word) in BLANKS.items() if kind in kinds]
    is_dense = len(regions) > MANY
    bounds = ("" if is_dense else "圆的面积与盲区单位数成正比，圆比区域大的，圆内着区域的颜色；") + "“以上”含本数，各级含下限、不含上限。"
    notes = notes_for(rates, imprint, [unplaced_note(regions["code"], rates), missing_note(regions, rates), bounds, *extra_notes])
    title = full_name(rates).replace("盲区率", "") + "盲区分级"
    sheet, record, more = draw_map(regions, looks, imprint, notes, Legend(title, tuple(entries)), None if is_dense else circles_for(blinds, "家"))
    red = [look.lines[0][0] for look in looks.values() if look.kind == "红"]
    alt = alt_text("盲区分级图", full_name(rates), rates) + (f"红色：{'、'.join(red)}。" if red else "没有红色地区。")
    return sheet.finish(alt, [f.id for f in (*rates, *blinds, *eligibles)], record | {"grades": {c: look.kind for c, look in looks.items()}}, more)


def _look(code: str, name: str, rate: Fact | None, blind: Fact | None, eligible: Fact | None, verified: Fact | None) -> Region:
    grade = blind_grade(rate, blind, eligible, verified) if rate and blind and eligible else ""
    if not grade:
        kind = "suppressed" if rate is not None and rate.status == "suppressed" else "no_data"
        fill, hatch, word = BLANKS[kind]
        shown = word.split("，")[-1]
        reason = f"（{rate.reason}）" if rate is not None and rate.reason else ""
        return Region(code, kind, fill, hatch, ((name, ""), (shown, rate.id if rate else "")), f"{name}：{shown}{reason}", rate.id if rate else "")
    fill, hatch, _ = GRADES[grade]
    lines = ((name, ""), (f"{grade} {rate.text}", rate.id), (f"{blind.text}家", blind.id))
    title = f"{name}：{grade}，{rate.name} {rate.text}，{blind.name} {blind.text}家，{eligible.name} {eligible.text}家"
    return Region(code, grade, fill, hatch, lines, title, rate.id)
