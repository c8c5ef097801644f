"""Why the coverage rate changed since the earlier quarter: exact parts by cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.briefings.context import Blocks, Draft, blank_note, figure, segment_name, signed
from analysis.charts.steps import steps
from analysis.facts import Fact
from analysis.measures.blanks.decompose import CAUSES, decompose
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.wording.numbers import magnitude, say

if TYPE_CHECKING:
    from analysis.runs.package import Package

RATE = "unit_coverage_rate"
BASES = {"qoq": "上季度末", "yoy": "上年同期"}
WORDS = {"restated": "原来数据的更正", "units": "单位增减", "covered": "新建会与失去覆盖", "moved": "单位在区县或分组之间变动"}
_COUNTS = {"appeared": "新出现的应建会单位", "closed": "退出的应建会单位", "newly_covered": "原有单位新覆盖", "lost": "原有单位失去覆盖",
           "moved_in": "转入的单位", "moved_out": "转出的单位", "restated": "数据更正涉及的单位"}  # fmt: skip
_RETURNED = {"appeared": "新出现的单位中上季度台账行被退回、本季度改正的", "closed": "退出的单位中本季度台账行被退回的"}
_SAID = {
    "appeared": "新出现",
    "closed": "退出",
    "newly_covered": "新覆盖",
    "lost": "失去覆盖",
    "moved_in": "转入",
    "moved_out": "转出",
    "restated": "更正家数",
    "appeared_returned": "改正",
    "closed_returned": "退回",
}


@dataclass(frozen=True)
class Why:
    """The change of one region and segment: ``before`` and ``now`` rates, ``change``, ``parts`` by cause, ``counts`` of units; or ``reason`` for none."""

    region: str
    segment: str
    before: Fact
    now: Fact
    change: Fact
    parts: dict[str, Fact] = field(default_factory=dict)
    counts: dict[str, Fact] = field(default_factory=dict)
    largest: str = ""
    is_restated: bool = False
    reason: str = ""


def why(package: Package, code: str, segment: str = "all", basis: str = "qoq") -> Why:
    """Split a region's change since the quarter before or (``basis`` yoy) the quarter a year ago.

    Facts come blank with a reason where the two quarters cannot be compared unit by unit.
    """
    register, quarter = package.register, Quarter(package.quarter)
    earlier, flows, tag = (quarter.previous, package.flows, "") if basis == "qoq" else (quarter.year_ago, package.flows_yoy, "_yoy")
    now, then = register.fact(RATE, code, segment), register.fact(RATE, code, segment, earlier.key)
    moved = register.fact(f"{RATE}_{basis}", code, segment)
    reason, status = _obstacle(package, code, moved, flows, BASES[basis])
    made = None if reason else decompose(_patterns(flows, code, segment))
    if not reason and (made is None or (made.present, made.now) != (then.value, now.value)):
        reason, status = "有区县只报了汇总数，不能逐单位分解", "no_data"
    if reason:
        return Why(code, segment, then, now, moved, {c: register.derived(now, f"from_{c}{tag}", None, "pp", WORDS[c], status=status, reason=reason) for c in CAUSES},
                   reason=reason)  # fmt: skip
    is_restated = made.before != made.present or made.counts["restated"] > 0
    before, change = then, moved
    if made.before != made.present:
        before = register.derived(then, "as_stored", made.before, "ratio", f"{BASES[basis]}单位覆盖率（当时入库）")
        change = register.derived(
            now, f"change_from_stored{tag}", 100 * (made.now - made.before), "pp", f"与{BASES[basis]}入库时相比的变化", denominator_name=""
        )
    parts = {c: register.derived(now, f"from_{c}{tag}", 100 * made.parts[c], "pp", WORDS[c], denominator_name="") for c in CAUSES}
    counts = {
        name: register.derived(now, f"units_{name}{tag}", made.counts[name], "count", words, decimals=0, denominator_name="") for name, words in _COUNTS.items()
    }
    if segment == "all" and basis == "qoq":
        counts |= _returned(package, now, made.counts)
    return Why(code, segment, before, now, change, parts, counts, made.largest, is_restated)


def _returned(package: Package, now: Fact, counts: dict[str, int]) -> dict[str, Fact]:
    """Return how many of the units that appeared or closed did so only because a row was sent back; none where that is not known."""
    table, made = package.sent_back, {}
    for kind, words in _RETURNED.items() if table is not None else ():
        found = int(table.loc[(table["region_code"] == now.region_code) & (table["kind"] == kind), "units"].sum())
        if 0 < found <= counts[kind]:
            made[f"{kind}_returned"] = package.register.derived(now, f"units_{kind}_returned", found, "count", words, decimals=0, denominator_name="")
    return made


def _obstacle(package: Package, code: str, moved: Fact, flows: Any, word: str) -> tuple[str, str]:
    if not moved.is_ok:
        return moved.reason or f"没有{word}的数据", moved.status
    if flows is None:
        return f"没有{word}的逐单位台账", "no_data"
    if package.audience != "internal":  # also for the city: the units that opened or closed in a quarter are often one or two
        return "变化分解可能推出个别单位，只在内部版列出", "suppressed"
    return "", "ok"


def _patterns(flows: Any, code: str, segment: str) -> Any:
    return flows[(flows["region_code"] == code) & (flows["segment"] == segment)].set_index("pattern")["units"]


def sentence(register: Any, made: Why) -> dict[str, Any]:
    """Return the words for one change: the largest cause first, then those that show; ``原因`` where there is none."""
    if made.reason:
        return {"原因": made.reason}
    shown = sorted((c for c in CAUSES if made.parts[c].rounded != 0), key=lambda c: (-abs(made.parts[c].value), CAUSES.index(c)))
    clauses = [
        f"{WORDS[c]}{'' if n else '，'}{'拉高' if made.parts[c].value > 0 else '拉低'}{say(magnitude(register, made.parts[c]))}" for n, c in enumerate(shown)
    ]
    moved = "持平" if made.change.rounded == 0 else ("提高" if made.change.value > 0 else "下降") + say(magnitude(register, made.change))
    return {"原因": "", "前": made.before, "后": made.now, "变化": moved, "最大": clauses[0] if clauses else "", "其余": clauses[1:], "更正": made.is_restated,
            **{word: made.counts.get(name) for name, word in _SAID.items()}}  # fmt: skip


def change_table(package: Package, rows: list[tuple[str, Why]], head: str, caption: str, is_mixed: bool = False) -> dict[str, Any]:
    """Return the parts, a row each of (name, why); causes that move nothing anywhere are left out. ``is_mixed``: rows have different earlier quarters."""
    used = [c for c in CAUSES if c in ("units", "covered") or any(w.parts[c].is_ok and w.parts[c].value for _, w in rows)]
    heads = {"restated": "数据更正", "units": "单位增减", "covered": "新建会与失去覆盖", "moved": "区县或分组变动"}
    columns = [
        (head, "left"),
        ("基期", "right") if is_mixed else ("上季度末", "right"),
        ("本季度末", "right"),
        ("变化", "right"),
        *((heads[c], "right") for c in used),
    ]
    cells = [[name, w.before, w.now, signed(w.change), *(signed(w.parts[c]) for c in used)] for name, w in rows]
    facts = [f for _, w in rows for f in (w.before, w.now, w.change, *(w.parts[c] for c in used))]
    note = "率为单位覆盖率，分母为应建会单位；变化和各项影响单位为百分点，各项影响之和等于变化，因四舍五入略有出入；几个原因同时发生时，影响按各种先后次序取平均（夏普利分解）。"
    note += "“环比”与上季度末比，“同比”与上年同期比，“基期”为所比的那个季度末。" if is_mixed else ""
    return blocks.table(columns, cells, caption=caption, note=note + blank_note(facts))


def change_figure(draft: Draft, made: Why, name: str) -> Blocks:
    if made.reason:
        return []
    parts = [(WORDS[c], made.parts[c]) for c in CAUSES if c in ("units", "covered") or made.parts[c].value]
    return [figure(steps(made.before, parts, made.now, draft.imprint()), f"{name}单位覆盖率变化的分解")]


def segment_rows(package: Package, segments: tuple[str, ...] = ("all", "small_micro", "two_new")) -> list[tuple[str, Why]]:
    """Return the kinds since the quarter before, and since a year ago where that can be split."""
    code, bases = package.region_code, {"qoq": "环比", "yoy": "同比"}
    if why(package, code, basis="yoy").reason:
        return [(segment_name(s), why(package, code, s)) for s in segments]
    return [(f"{segment_name(s)}{word}", why(package, code, s, basis)) for s in segments for basis, word in bases.items()]
