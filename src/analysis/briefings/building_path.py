"""Progress over the quarters in store, and the cultivation of 规上企业 against the yearly targets of the settings: words, tables, chart."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings.building_tables import cell, fact, notes
from analysis.briefings.context import Blocks, Draft, figures
from analysis.charts.path import Goal, path_chart
from analysis.facts import Fact
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.wording.numbers import mark
from analysis.wording.phrases import gap_words, listed

if TYPE_CHECKING:
    from analysis.runs.package import Package

SIX = "scale_six_rate"


def stored_quarters(package: Package) -> list[str]:
    """Return the quarters whose union-building figures the package holds, the earliest first."""
    return sorted(q for q, region, _, indicator in package.register.known if (region, indicator) == (package.region_code, SIX))


def met_rate(package: Package, quarter: str) -> Fact:
    """Return the share of unions of a quarter that meet the standard (达标 and 示范 together)."""
    met, model = (package.register.fact(f"union_level_{n}_rate", package.region_code, quarter=quarter) for n in (5, 6))
    if not (met.is_ok and model.is_ok):
        return package.register.derived(
            met, "and_model", None, "ratio", "规范化达标率", status=met.status if not met.is_ok else model.status, reason=met.reason or model.reason
        )
    made = package.register.derived(met, "and_model", Fraction(met.value) + Fraction(model.value), "ratio", "规范化达标率")
    return made


def progress(package: Package) -> Blocks:
    """Return the table of the quarters in store; nothing where this quarter stands alone."""
    quarters = stored_quarters(package)
    if len(quarters) < 2:
        return []
    lines, shown = [], []
    for quarter in quarters:
        moved = [package.register.fact(f"union_standard_{kind}_count", package.region_code, quarter=quarter) for kind in ("gained", "kept", "lost")]
        facts = [met_rate(package, quarter), *moved, package.register.fact(SIX, package.region_code, quarter=quarter)]
        lines.append([blocks.mark(f"{Quarter(quarter).label}末", "date"), *(cell(f) for f in facts)])
        shown += facts
    heads = ("达标率", "新达标（个）", "保持达标（个）", "不再达标（个）", "规上企业六有全有率")
    missing = [Quarter(quarters[-1]).shifted(-n).label for n in range(1, 5) if Quarter(quarters[-1]).shifted(-n).key not in quarters]
    gap: list[Any] = ["没有", blocks.mark("、".join(reversed(missing)), "date"), "的单位台账。"] if missing else []
    note = [
        "达标率的分母为工会组织，末列的分母为应建会的规上企业；都按当季台账算。",
        *gap,
        notes(package, [f for f in shown if "没有上一季度" not in f.reason]),
    ]
    return [blocks.table([("季度", "left"), *((head, "right") for head in heads)], lines, caption=f"{package.region_name}逐季进展", note=note)]


# --- the yearly targets


def goals(package: Package) -> list[Goal]:
    """Return the targets of the settings, the earliest year first, with the share they ask for at the year's end."""
    return [Goal(f"{year}Q4", Fraction(str(share))) for year, share in package.settings.cultivation_targets.items()]


def percent(share: Fraction) -> str:
    """Return a share as it is written in words.

    >>> percent(Fraction("0.725"))
    '72.5%'
    """
    return f"{float(100 * share):g}%"


def due_now(aims: list[Goal], quarter: str) -> Fraction | None:
    """Return what even progress from last year's end asks for at the end of this quarter; None for the first year, whose start is not in the settings."""
    q = Quarter(quarter)
    shares = {goal.quarter: goal.share for goal in aims}
    start, end = shares.get(f"{q.year - 1}Q4"), shares.get(f"{q.year}Q4")
    return None if start is None or end is None or q.number == 4 else start + (end - start) * q.number / 4


def target(package: Package) -> dict[str, Any]:
    """Return what the text says of the path: 情形 is 未设, 没有数据, 不在年份 or 比较."""
    aims, quarter = goals(package), Quarter(package.quarter)
    if not aims:
        return {"情形": "未设"}
    rate, years = fact(package, SIX), [goal.quarter[:4] for goal in aims]
    said = {"各年": mark(listed([f"{goal.quarter[:4]}年末{percent(goal.share)}" for goal in aims]), "threshold"),
            "起止": mark(f"{years[0]}年至{years[-1]}年" if len(years) > 1 else f"{years[0]}年", "date")}  # fmt: skip
    if not rate.is_ok:
        return said | {"情形": "没有数据", "原因": mark(rate.reason or "不予显示", "name"), "率": rate}
    own = next((goal for goal in aims if goal.quarter[:4] == str(quarter.year)), None)
    if own is None:
        return said | {"情形": "不在年份", "今年": mark(f"{quarter.year}年", "date")}
    register = package.register
    gap = _distance(package, rate, own.share, "gap_to_target", "与年末目标之差")
    even = due_now(aims, package.quarter)
    said |= {"情形": "比较", "率": rate, "第几年": mark(f"第{'一二三四五六七八九十'[min(years.index(str(quarter.year)), 9)]}年", "ordinal"), "目标": mark(percent(own.share), "threshold"),
             "差": gap_words(register, gap, "年末目标"), "到年末": quarter.number == 4, "达到": gap.value >= 0}  # fmt: skip
    if even is None:
        return said | {"序时": ""}
    pace = _distance(package, rate, even, "gap_to_even_pace", "与按季应达水平之差")
    return said | {"序时": mark(percent(round(even, 4)), "threshold"), "比序时": gap_words(register, pace, "按季应达水平")}


def _distance(package: Package, rate: Fact, share: Fraction, suffix: str, name: str) -> Fact:
    return package.register.derived(rate, suffix, 100 * (Fraction(rate.value) - share), "pp", f"规上企业六有全有率{name}", denominator_name="")


def reached(package: Package, goal: Goal) -> Fact:
    """Return the rate that a goal is held against: of the year's last quarter, or of this quarter where the year is still running.

    Blank where neither is there.
    """
    quarters = [q for q in stored_quarters(package) if q[:4] == goal.quarter[:4]]
    wanted = goal.quarter if goal.quarter in quarters else package.quarter if package.quarter[:4] == goal.quarter[:4] else goal.quarter
    return package.register.fact(SIX, package.region_code, quarter=wanted)


def path_table(package: Package) -> Blocks:
    """Return the targets year by year beside what was reached; nothing without targets or figures."""
    if target(package)["情形"] in ("未设", "没有数据"):
        return []
    lines = []
    for goal in goals(package):
        year, rate = goal.quarter[:4], reached(package, goal)
        is_future = goal.quarter > package.quarter and year != package.quarter[:4]
        own = rate if rate.is_ok else "未到" if is_future else "没有台账"
        gap = cell(_distance(package, rate, goal.share, "gap_to_target", "与年末目标之差")) if rate.is_ok else "—"
        at = blocks.mark(Quarter(rate.quarter).label + "末", "date") if rate.is_ok else ""
        lines.append([blocks.mark(f"{year}年末", "date"), blocks.mark(percent(goal.share), "threshold"), at, own, gap])
    heads = [("年份", "left"), ("目标", "right"), ("已有数据", "left"), ("六有全有率", "right"), ("差（百分点）", "right")]
    note = "目标见 workbench.toml 的 cultivation_targets，是年末数；年中的数与年末目标相比，只看还差多少。分母为应建会的规上企业。"
    return [blocks.table(heads, lines, caption=f"{package.region_name}规上企业三年培育的分年目标", note=note)]


def path_figure(draft: Draft) -> Blocks:
    """Return the chart of the path; nothing without targets or figures."""
    package = draft.package
    known = [package.register.fact(SIX, package.region_code, quarter=q) for q in stored_quarters(package)]
    if target(package)["情形"] in ("未设", "没有数据"):
        return []
    return figures(path_chart(known, goals(package), draft.imprint()), f"{package.region_name}规上企业六有全有率与分年目标")
