"""The bulletin's own cycle: its number and period, to whom it goes, who handed in late or not at all, and what earlier issues have to be corrected in."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import tables
from analysis.briefings.campaign_tables import derived, measure_of
from analysis.briefings.context import Blocks
from analysis.facts import Fact
from analysis.intake.completeness import table_name
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.runs.receiving import received
from analysis.runs.sealing.differing import HEADLINES
from analysis.wording.numbers import clean, mark, named, say

if TYPE_CHECKING:
    from analysis.runs.package import Package

MOST = 15
SENT_TO = ("各区县总工会", "市总工会各部室")


def words(package: Package) -> dict[str, Any]:
    """Return what the template says of the cycle."""
    quarter, settings = Quarter(package.quarter), package.settings
    book, names = received(settings, package.quarter), dict(package.register.regions("district"))
    begin = date(quarter.as_of.year, quarter.as_of.month - 2, 1)
    gone: dict[str, list[str]] = {}
    for row in package.incomplete:
        if not row["column"] and row["region"] in names:
            gone.setdefault(row["region"], []).append(table_name(row["table"]))
    nothing = [c for c, missing in gone.items() if "单位" in missing]
    partly = [f"{named(names[c])}（{mark('、'.join(missing), 'name')}）" for c, missing in gone.items() if c not in nothing]
    found = corrections(package)
    return {
        "期次": mark(f"{quarter.year}年第{settings.bulletin_issue or quarter.number}期", "date"), "期间": mark(f"{_day(begin)}至{_day(quarter.as_of)}", "date"),
        "发送": mark("、".join(clean(x) for x in settings.distribution or SENT_TO), "name"), "时限": mark(_day(book.deadline), "date"), "有登记": book.is_kept, "机关": mark(clean(settings.issuer), "name") if settings.issuer else "",
        "迟报": [f"{named(names[c])}（{mark(_day(day), 'date')}收到）" for c, day in sorted(book.late.items()) if c in names],
        "未登记": [named(names[c]) for c in names if book.is_kept and c not in book.days and c not in nothing], "未报": [named(names[c]) for c in nothing], "缺表报": partly,
        "有更正": bool(len(found)), "更正": corrected_text(package, found), "另有": others(package),
        "不列数": [mark(Quarter(q).label, "date") for q in package.errata_untold],
    }  # fmt: skip


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def corrections(package: Package) -> pd.DataFrame:
    """Return the corrections that this issue has to name: not told in an issue before, of whole districts and the city, in the figures that bulletins print."""
    found = package.errata.figures
    wanted = (found["announced_in"] == "") & (found["segment"] == "all") & found["indicator"].isin(HEADLINES) & (found["region_level"] != "township")
    found = found[wanted]
    order = {name: n for n, name in enumerate(HEADLINES)}
    return found.assign(_city=found["region_level"] != "city", _order=found["indicator"].map(order)).sort_values(
        ["quarter", "_city", "region_code", "_order"], kind="stable"
    )


def others(package: Package) -> str:
    """Return how many corrected figures stand in the table beside the bulletin only; internal readers."""
    rest = int((package.errata.figures["announced_in"] == "").sum()) - len(corrections(package))
    if rest <= 0 or package.audience != "internal":
        return ""
    return say(derived(package, "eligible_unit_count", "errata_rest", rest, "count", "未列入正文的更正"))


def _pair(package: Package, row: Any) -> tuple[Fact, Fact]:
    made = []
    definition = _definition(row.indicator)
    for side, word in (("before", "原通报"), ("after", "更正后")):
        value, top, bottom = (getattr(row, f"{name}_{side}") for name in ("value", "numerator", "denominator"))
        is_ok = getattr(row, f"status_{side}") == "ok" and pd.notna(value)
        exact = None if not is_ok else Fraction(int(top), int(bottom)) if definition["unit"] == "ratio" else Fraction(int(value))
        made.append(derived(package, row.indicator, f"erratum_{row.quarter}_{side}", exact, definition["unit"], f"{definition['name']}（{word}）", int(definition["decimals"]),
                            row.region_code, denominator_name=definition["denominator_name"], quarter=row.quarter, as_of=Quarter(row.quarter).as_of, reason="没有数据"))  # fmt: skip
    return made[0], made[1]


def _definition(indicator: str) -> dict[str, str]:
    return next(d for d in tables.load("indicators").to_dict("records") if d["indicator"] == indicator)


def corrected_text(package: Package, found: pd.DataFrame) -> list[str]:
    """Return one clause a quarter: the city's first corrected headline, from what to what and why."""
    said = []
    for quarter, part in found.groupby("quarter", sort=True):
        row = next(part.itertuples())
        before, after = _pair(package, row)
        why = mark(clean(row.why), "name") if row.why else ""
        unit = "" if _definition(row.indicator)["unit"] == "ratio" else measure_of(row.indicator)
        from_, to = (say(f) + unit * f.is_ok for f in (before, after))
        label = mark(Quarter(quarter).label, "date")
        said.append(
            f"{label}通报的{named(row.region_name)}{mark(_definition(row.indicator)['name'], 'name')}由{from_}更正为{to}，这一更正来自{row.cause}的变化"
            + (f"（{why}）" if why else "")
        )
    return said


def table(package: Package) -> Blocks:
    """Return the corrections as a table; nothing where there are none."""
    found = corrections(package)
    lines = []
    for row in found.head(MOST).itertuples():
        before, after = _pair(package, row)
        by: Any = "—"
        if before.is_ok and after.is_ok:
            is_rate = before.unit == "ratio"
            gap = (Fraction(after.value) - Fraction(before.value)) * (100 if is_rate else 1)
            fact = derived(package, row.indicator, f"erratum_{row.quarter}_gap", gap, "pp" if is_rate else "count", "更正前后之差", 1 if is_rate else 0, row.region_code,
                           quarter=row.quarter, as_of=Quarter(row.quarter).as_of)  # fmt: skip
            by = (
                blocks.run(("+" if fact.rounded > 0 else "") + fact.text, fact=fact.id)
                if not is_rate
                else [blocks.run(("+" if fact.rounded > 0 else "") + fact.figure, fact=fact.id), "个百分点"]
            )
        lines.append(
            [blocks.mark(Quarter(row.quarter).label, "date"), clean(row.region_name), clean(_definition(row.indicator)["name"]), before, after, by, row.cause]
        )
    if not lines:
        return []
    heads = [("哪一期", "left"), ("地区", "left"), ("指标", "left"), ("原通报", "right"), ("更正为", "right"), ("差", "right"), ("原因", "left")]
    note: list[Any] = ["封存的数字不变，更正另行说明；差按未舍入的数计算。"]
    if len(found) > MOST:
        rest = derived(package, "eligible_unit_count", "errata_unlisted", len(found) - MOST, "count", "没有列出的更正")
        note += ["这里列", blocks.mark(f"{MOST}行", "threshold"), "，其余", rest, "行见 errata.csv。"]
    return [blocks.table(heads, lines, caption="对以前各期通报的更正", note=note)]
