"""A figure that was worked out from others, worked out again: which figures it rests on, and how.

The arithmetic is the register's (``share``, ``remainder``, ``rank`` …); only which figures go into it is told here. What a document works out with more
than the indicators (an interval, a plan of visits) is not worked out again: it is answered with the figure it starts from, and said to be so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from analysis import tables
from analysis.charts.grades import blind_grade
from analysis.facts import Fact, Register
from analysis.periods import Quarter

if TYPE_CHECKING:
    from analysis.runs.tracing.address import Address

LEFT_OVER = ("uncovered", "without")
_LEFT_NAMES = {
    "mandatory_unit_union_rate": "25人以上盲区单位", "party_union_sync_rate": "有党组织无工会的单位",
    "worker_congress_rate": "近一年没有开过职代会的已覆盖企业", "contract_unit_coverage": "没有有效集体合同的已覆盖企业",
}  # fmt: skip


@dataclass(frozen=True)
class Worked:
    """A figure, what it was worked out from, and how; ``is_again`` = it has been worked out again here."""

    fact: Fact
    parts: tuple[Fact, ...] = ()
    said: str = ""
    is_again: bool = True


def worked_out(register: Register, address: Address) -> Worked:
    """Return the figure of an id with its parts; a figure that is counted has none."""
    if not address.steps:
        return Worked(register.fact(address.indicator, address.region, address.segment, address.quarter))
    *before, step = address.steps
    inner = worked_out(register, replace(address, steps=tuple(before)))
    if step not in STEPS or not inner.is_again:
        return Worked(inner.fact, inner.parts or (inner.fact,), "推算", is_again=False)
    return STEPS[step](register, address, inner)


def _change(step: str) -> Callable:
    def made(register: Register, address: Address, inner: Worked) -> Worked:
        quarter = Quarter(address.quarter)
        other = quarter.previous if step == "qoq" else quarter.year_ago
        then = register.fact(inner.fact.indicator, address.region, address.segment, other.key)
        fact = register.fact(f"{inner.fact.indicator}_{step}", address.region, address.segment, address.quarter)
        return Worked(fact, (inner.fact, then), "与上季度末相减" if step == "qoq" else "与上年同期相减")

    return made


def _size(register: Register, address: Address, inner: Worked) -> Worked:
    fact = register.derived(inner.fact, "abs", abs(inner.fact.value), inner.fact.unit, inner.fact.name) if inner.fact.is_ok else inner.fact
    return Worked(fact, inner.parts or (inner.fact,), inner.said or "去掉正负号")


def _rank(register: Register, address: Address, inner: Worked) -> Worked:
    ranked = register.ranked(inner.fact.indicator, address.segment)
    return Worked(register.rank(inner.fact.indicator, address.region, address.segment), tuple(ranked), "在参加排名的区县中排序")


def _ranked_count(register: Register, address: Address, inner: Worked) -> Worked:
    ranked = register.ranked(inner.fact.indicator, address.segment)
    return Worked(register.ranked_count(inner.fact.indicator, address.segment), tuple(ranked), "数参加排名的区县")


def _gap_to_city(register: Register, address: Address, inner: Worked) -> Worked:
    city = register.fact(inner.fact.indicator, None, address.segment, address.quarter)
    return Worked(register.gap_to_city(inner.fact.indicator, address.region, address.segment), (inner.fact, city), "与全市的率相减")


def _gap_to_all(register: Register, address: Address, inner: Worked) -> Worked:
    own, whole = inner.fact, register.fact(inner.fact.indicator, address.region, "all", address.quarter)
    gap = 100 * (Fraction(own.value) - Fraction(whole.value)) if own.is_ok and whole.is_ok else None
    blank = {} if gap is not None else {"status": "no_data", "reason": own.reason or whole.reason}
    return Worked(register.derived(own, "gap_to_all", gap, "pp", f"{own.name}与全部单位之差", **blank), (own, whole), "与全部单位的率相减")


def _denominator(register: Register, address: Address, inner: Worked) -> Worked:
    return Worked(register.denominator(inner.fact), (inner.fact,), "取分母")


def _left_over(step: str) -> Callable:
    def made(register: Register, address: Address, inner: Worked) -> Worked:
        name = _LEFT_NAMES.get(address.indicator, f"{inner.fact.denominator_name}中未计入{inner.fact.name}分子的")
        return Worked(register.remainder(inner.fact, step, name), (inner.fact,), "由分母减去分子")

    return made


def _first_three(register: Register, address: Address, inner: Worked) -> Worked:
    known = [f for f in register.township_facts(inner.fact.indicator, address.segment, within=address.region) if f.is_ok and f.value > 0]
    first = sorted(known, key=lambda f: (-f.value, f.region_code))[:3]
    blank = {} if first else {"status": "no_data", "reason": "没有分乡镇街道的数字"}
    total = sum(f.value for f in first) if first else None
    return Worked(
        register.derived(inner.fact, "first_three", total, "count", f"前三个乡镇街道的{inner.fact.name}", **blank), tuple(first), "取最多的三个乡镇街道相加"
    )


def _share(register: Register, inner: Worked, whole: Fact, step: str) -> Worked:
    part = inner.fact
    name = f"{_group(part)}{part.name}占{_group(whole)}{whole.name}的比重"
    return Worked(register.share(part, whole, step, name, f"{_group(whole)}{whole.name}"), (part, whole), "相除")


def _group(fact: Fact) -> str:
    names = tables.load("segments").set_index("segment")["name"].to_dict()
    return "" if fact.segment == "all" or fact.name.startswith(names[fact.segment]) else names[fact.segment]


def _of_blind(register: Register, address: Address, inner: Worked) -> Worked:
    return _share(register, inner, register.fact("blind_unit_count", address.region, "all", address.quarter), "of_blind")


def _of_eligible(register: Register, address: Address, inner: Worked) -> Worked:
    return _share(register, inner, register.denominator(register.fact("blind_unit_rate", address.region, "all", address.quarter)), "of_eligible")


def _of_covered(register: Register, address: Address, inner: Worked) -> Worked:
    return _share(register, inner, register.fact("covered_enterprise_count", address.region, address.segment, address.quarter), "share")


def _range(register: Register, address: Address, inner: Worked) -> Worked:
    ranked = register.ranked(inner.fact.indicator, address.segment)
    first, last = ranked[0], ranked[-1]
    return Worked(
        register.derived(first, "range", 100 * (Fraction(first.value) - Fraction(last.value)), "pp", "最高与最低之差"), (first, last), "相减（最高减最低）"
    )


def _side(step: str, sign: int, word: str) -> Callable:
    def made(register: Register, address: Address, inner: Worked) -> Worked:
        city = inner.fact
        found = [f for f in register.ranked(city.indicator, address.segment) if city.is_ok and sign * (f.value - city.value) > 0]
        return Worked(register.count_of(found, city.indicator, step, f"{word}全市的区县数"), (city, *found), f"数{word}全市的参排区县")

    return made


def _coloured(colour: str, step: str) -> Callable:
    def made(register: Register, address: Address, inner: Worked) -> Worked:
        within = "" if inner.fact.region_level == "city" else address.region
        lists = (register.township_facts(name, within=within) for name in ("blind_unit_rate", "blind_unit_count", "eligible_unit_count"))
        found = [rate for rate, blind, eligible in zip(*lists, strict=True) if blind_grade(rate, blind, eligible) == colour]
        return Worked(register.derived(inner.fact, step, len(found), "count", f"{colour}色乡镇街道"), tuple(found), f"数分级为{colour}色的乡镇街道")

    return made


STEPS: dict[str, Callable[[Register, Address, Worked], Worked]] = {
    "qoq": _change("qoq"), "yoy": _change("yoy"), "abs": _size, "rank": _rank, "ranked_count": _ranked_count, "gap_to_city": _gap_to_city,
    "gap_to_all": _gap_to_all, "denominator": _denominator, "uncovered": _left_over("uncovered"), "without": _left_over("without"),
    "first_three": _first_three, "of_blind": _of_blind, "of_eligible": _of_eligible, "share": _of_covered, "range": _range,
    "above": _side("above", 1, "高于"), "below": _side("below", -1, "低于"),
    "red_townships": _coloured("红", "red_townships"), "orange_townships": _coloured("橙", "orange_townships"),
}  # fmt: skip
