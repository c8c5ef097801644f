"""The bulletin's own cycle: its number and period, to whom it goes, who handed in late or not at all, and what earlier issues have to be corrected in."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.briefings.campaign_tables import derived, measure_of
from analysis.briefings.context import Blocks
from analysis.facts import Fact
from analysis.intake.completeness import table_name
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.runs.receiving import received
from analysis.runs.sealing.published import DOCUMENTS, definition_of, exact, headlines
from analysis.wording.numbers import clean, mark, named, say

if TYPE_CHECKING:
    from analysis.runs.package import Package

MOST = 24
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
        "没核对": [f"{mark(Quarter(r.quarter).label, 'date')}{DOCUMENTS[r.part]}" for r in package.errata.lacking.itertuples()],
    }  # fmt: skip


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def corrections(package: Package) -> pd.DataFrame:
    """Return the corrections that this issue has to name: not told in an issue before, of whole districts and the city, of the figures of ``headlines.csv``."""
    found = package.errata.figures
    order = pd.Series([headlines().get(pair) for pair in zip(found["part"], found["indicator"], strict=True)], index=found.index, dtype="float64")
    wanted = (found["announced_in"] == "") & (found["segment"] == "all") & order.notna() & found["region_level"].isin(["city", "district"])
    found = found.assign(_city=found["region_level"] != "city", _order=order)[wanted]
    return found.sort_values(["quarter", "_city", "region_code", "_order"], kind="stable")


def others(package: Package) -> str:
    """Return how many corrected figures stand in the table beside the bulletin only; internal readers."""
    rest = int((package.errata.figures["announced_in"] == "").sum()) - len(corrections(package))
    if rest <= 0 or package.audience != "internal":
        return ""
    return say(derived(package, "eligible_unit_count", "errata_rest", rest, "count", "未列入正文的更正"))


def _pair(package: Package, row: Any) -> tuple[Fact, Fact]:
    definition = definition_of(row.part, row.indicator)
    made = [
        _derived(package, row, side, exact(row, side), row.unit, f"{definition['name']}（{word}）", int(definition["decimals"]), definition["denominator_name"])
        for side, word in (("before", "原通报"), ("after", "更正后"))
    ]
    return made[0], made[1]


def _derived(package: Package, row: Any, what: str, value: Fraction | None, unit: str, name: str, decimals: int, denominator: str = "") -> Fact:
    if not package.register.is_plain(row.indicator):  # a total or rank of the assessment, which is made when a document is written
        changes = {"unit": unit, "decimals": decimals, "quarter": row.quarter, "as_of": Quarter(row.quarter).as_of}
        return package.register.assessed(row.indicator, row.region_code, value, f"erratum_{row.quarter}_{what}", name, **changes)
    return derived(package, row.indicator, f"erratum_{row.quarter}_{what}", value, unit, name, decimals, row.region_code, denominator_name=denominator,
                   quarter=row.quarter, as_of=Quarter(row.quarter).as_of, reason="没有数据")  # fmt: skip


def _spoken(fact: Fact, row: Any) -> str:
    """Return a figure with its measure word; a blank one in words, for a sentence with a blank figure would vanish."""
    if not fact.is_ok:
        return "没有数据"
    if row.unit == "rank":
        return f"第{say(fact)}名"
    word = definition_of(row.part, row.indicator)["measure"] or ("行" if row.indicator.startswith("row_") else measure_of(row.indicator))
    return say(fact) + (word if row.unit == "count" else "")


def corrected_text(package: Package, found: pd.DataFrame) -> list[str]:
    """Return one clause a quarter and document: the city's first corrected headline, from what to what and why, and which issue told another correction of it."""
    said = []
    for (quarter, _, _), part in found.assign(_part=found["part"].map(list(DOCUMENTS).index)).groupby(["quarter", "_part", "part"], sort=True):
        row = next(part.itertuples())
        from_, to = (_spoken(fact, row) for fact in _pair(package, row))
        where = f"{mark(Quarter(quarter).label, 'date')}{'通报' if row.part == 'indicators' else DOCUMENTS[row.part]}"
        why = f"（{mark(clean(row.why), 'name')}）" if row.why else ""
        again = f"，{mark(Quarter(row.told_before).label, 'date')}的通报已更正过一次，以这次为准" if row.told_before else ""
        name = mark(definition_of(row.part, row.indicator)["name"], "name")
        said.append(f"{where}的{named(row.region_name)}{name}由{from_}更正为{to}，这一更正来自{row.cause}的变化{why}{again}")
    return said


def _gap(package: Package, row: Any, before: Fact, after: Fact) -> Any:
    """Return by how much a figure was corrected, with its sign: ``+2.1个百分点``, ``-3``; ``—`` where one is blank, or for a rank, which has no amount."""
    if not (before.is_ok and after.is_ok) or row.unit == "rank":
        return "—"
    is_rate = row.unit == "ratio"
    gap = (Fraction(after.value) - Fraction(before.value)) * (100 if is_rate else 1)
    fact = _derived(package, row, "gap", gap, "pp" if is_rate else row.unit, "更正前后之差", before.decimals)
    form = blocks.run(("+" if fact.rounded > 0 else "") + fact.figure, fact=fact.id)
    return [form, "个百分点"] if is_rate else form


def table(package: Package) -> Blocks:
    """Return the corrections as a table; nothing where there are none."""
    found = corrections(package)
    lines = []
    for row in found.head(MOST).itertuples():
        before, after = _pair(package, row)
        issue: Any = blocks.mark(Quarter(row.quarter).label, "date")
        issue = issue if row.part == "indicators" else [issue, DOCUMENTS[row.part]]
        name = clean(definition_of(row.part, row.indicator)["name"])
        lines.append([issue, clean(row.region_name), name, before, after, _gap(package, row, before, after), row.cause])
    if not lines:
        return []
    heads = [
        ("哪一期", "left", 20),
        ("地区", "left", 9),
        ("指标", "left", 20),
        ("原通报", "right", 11),
        ("更正为", "right", 11),
        ("差", "right", 17),
        ("原因", "left", 12),
    ]
    note: list[Any] = ["封存的数字不变，更正另行说明；差按未舍入的数计算。"]
    if len(found) > MOST:
        rest = derived(package, "eligible_unit_count", "errata_unlisted", len(found) - MOST, "count", "没有列出的更正")
        note += ["这里列", blocks.mark(f"{MOST}行", "threshold"), "，其余", rest, "行见 errata.csv。"]
    return [blocks.table(heads, lines, caption="对以前各期通报的更正", note=note)]
