"""What changed since the quarter before, for the index page: a table of the main figures, and a few sentences on the districts."""

from __future__ import annotations

from typing import Any

from analysis.facts import Fact, Register
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.runs.package import Package
from analysis.wording.guards import mend

COMPARED = (
    "eligible_unit_count", "covered_unit_count", "unit_coverage_rate", "blind_unit_count", "employee_coverage_rate", "membership_rate_all",
    "mandatory_unit_union_rate", "shell_rate", "standard_met_rate", "worker_congress_rate", "contract_unit_coverage",
)  # fmt: skip
_MOST = 3
Blocks = list[dict[str, Any]]


def change_blocks(package: Package) -> Blocks:
    """Return the table and the paragraphs; a single paragraph with the reason where there is no earlier quarter to compare with.

    The paragraphs are held against the wording guards like those of any document: one that breaks a rule is not shown.
    """
    register, earlier = package.register, Quarter(package.quarter).previous
    with register.quietly():
        then = [register.fact(name, quarter=earlier.key) for name in COMPARED]
    if not any(fact.is_ok for fact in then):
        return [blocks.paragraph("没有", blocks.mark(earlier.label, "date"), "的台账，无从比较。")]
    table = _table(register, earlier)
    spoken = [_flow(register), _districts(register), *_handed_in(register, earlier), _scope(register)]
    paragraphs = [blocks.paragraph(*parts) for parts in spoken if parts]
    meta = blocks.meta("index", "目录页", package.quarter, city_name=package.city[1])
    made = mend([meta, *paragraphs, table], register).blocks[1:]
    return [table, *(block for block in made if block["type"] == "paragraph")]


def _table(register: Register, earlier: Quarter) -> dict[str, Any]:
    rows, shown = [], []
    for name in COMPARED:
        now, then, moved = register.fact(name), register.fact(name, quarter=earlier.key), register.fact(f"{name}_qoq")
        if now.is_ok or then.is_ok or now.status == "suppressed":
            rows.append([now.name, then, now, signed(moved)])
            shown.append(now)
    reasons = dict.fromkeys(m.reason for m in (register.fact(f"{name}_qoq") for name in COMPARED) if not m.is_ok and m.reason)
    note = f"率的分母：{denominators(shown)}。" + (f"“—”为不可比或无数据：{'；'.join(reasons)}。" if reasons else "")
    columns = ["指标", ("上季度末", "right"), ("本季度末", "right"), ("变化", "right")]
    return blocks.table(columns, rows, caption="主要指标与上季度末相比", note=note)


def signed(fact: Fact) -> dict[str, Any]:
    """Return a change with its sign and unit: ``+1.9个百分点``, ``-4``, ``—``."""
    form = ("+" if fact.is_ok and fact.rounded > 0 and fact.unit == "count" else "") + fact.text
    return blocks.run(form, fact=fact.id)


def denominators(facts: list[Fact]) -> str:
    """Return ``单位覆盖率为应建会单位，职工覆盖率、全口径入会率为全口径职工``."""
    groups: dict[str, list[str]] = {}
    for fact in facts:
        if fact.denominator_name:
            groups.setdefault(fact.denominator_name, []).append(fact.name)
    return "，".join(f"{'、'.join(names)}为{below}" for below, names in groups.items())


def _flow(register: Register) -> list[Any]:
    newly, covered, blind = (register.fact(n) for n in ("newly_covered_unit_count", "covered_unit_count_qoq", "blind_unit_count_qoq"))
    parts: list[Any] = ["截至", blocks.mark(Quarter(newly.quarter).as_of_label, "date"), "，本季度新覆盖单位", newly, "家"] if newly.is_ok else []
    for moved, word in ((covered, "已覆盖单位"), (blind, "盲区单位")):
        if moved.is_ok:
            parts += ["，" if parts else "", *direction(register, moved, word)]
    return [*parts, "。"] if parts else []


def direction(register: Register, moved: Fact, word: str) -> list[Any]:
    """Return ``已覆盖单位较上季度末增加12家`` as parts."""
    if not moved.rounded:
        return [f"{word}与上季度末持平"]
    register.used[moved.magnitude.id] = moved.magnitude
    return [f"{word}较上季度末{'增加' if moved.value > 0 else '减少'}", moved.magnitude, "家"]


def _districts(register: Register) -> list[Any]:
    """Say how many districts rose and fell; nothing where one is withheld, since the rest would tell on it."""
    moved = register.district_facts("unit_coverage_rate_qoq")
    if len(moved) < 2 or any(f.status == "suppressed" for f in moved) or not any(f.is_ok for f in moved):
        return []
    ups, downs = ([f for f in moved if f.is_ok and f.rounded * sign > 0] for sign in (1, -1))
    level = [f for f in moved if f.is_ok and not f.rounded]
    parts: list[Any] = []
    for facts, word, code in ((ups, "提高", "risen"), (downs, "下降", "fallen"), (level, "持平", "level")):
        if facts:
            parts += [
                "，" if parts else "各区县单位覆盖率与上季度末相比，",
                f"{word}的有",
                register.count_of(facts, "unit_coverage_rate", f"{code}_count", f"单位覆盖率{word}的区县数"),
                "个",
            ]
            parts += _named(register, facts) if word != "持平" else []
    blank = [f.region_name for f in moved if not f.is_ok]
    return [*parts, f"；{'、'.join(blank)}不可比" if blank else "", "。"] if parts else []


def _named(register: Register, facts: list[Fact]) -> list[Any]:
    """Return the largest moves in brackets, at most three."""
    largest = sorted(facts, key=lambda f: (-abs(f.value), f.region_code))[:_MOST]
    parts: list[Any] = ["（"]
    for number, fact in enumerate(largest):
        register.used[fact.magnitude.id] = fact.magnitude
        parts += ["、" if number else "", fact.region_name, fact.magnitude]
    return [*parts, "等）" if len(facts) > _MOST else "）"]


def _handed_in(register: Register, earlier: Quarter) -> list[list[Any]]:
    """Name the districts whose coverage is known now and was not then, and the other way round."""
    with register.quietly():
        then = {f.region_code: f for f in register.district_facts("unit_coverage_rate", quarter=earlier.key)}
        now = {f.region_code: f for f in register.district_facts("unit_coverage_rate")}
    new = [f.region_name for code, f in now.items() if f.is_ok and code in then and then[code].status == "no_data"]
    lost = [f.region_name for code, f in now.items() if f.status == "no_data" and code in then and then[code].is_ok]
    return [[f"{word}：{'、'.join(names)}。"] for names, word in ((new, "上季度没有覆盖数据、本季度已有的"), (lost, "上季度有覆盖数据、本季度没有的")) if names]


def _scope(register: Register) -> list[Any]:
    out = register.fact("unit_coverage_rate").left_out
    names = dict(register.regions("district"))
    return [f"全市的覆盖数字未含{'、'.join(names.get(code, code) for code in out)}。"] if out else []
