"""Reversals (Simpson): every district moves one way and the city the other, because the structure shifted; told with the comparable rate (domain §1.9)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from analysis.facts import Fact, Register
from analysis.periods import Quarter
from analysis.wording.numbers import magnitude, named, say
from analysis.wording.phrases import is_reversed
from analysis.wording.story import segment_name

RATE = "unit_coverage_rate"


def reversals(register: Register, segments: Iterable[str] = ("all",)) -> list[dict[str, Any]]:
    """Return the segments where no district fell, one rose at least, and the city fell (Simpson), with the district whose units changed most.

    That is the one that grew most; where none grew, the one above the city that lost most.
    """
    found = []
    earlier = Quarter(register.quarter).previous.key
    for segment in segments:
        if not is_reversed(register, segment):
            continue
        moved, city = _mover(register, segment), register.fact(f"{RATE}_qoq", None, segment)
        then, now = register.fact(RATE, None, segment, earlier), register.fact(RATE, None, segment)
        if moved is None:
            continue
        grew = moved.value > 0
        rate, by_rates, by_structure = comparable(register, segment, earlier)
        found.append({"分组": segment_name(segment), "变化": f"下降了{say(magnitude(register, city))}", "区县": named(moved.region_name),
                      "增减": "增至" if grew else "减至", "结果": "全市的率被摊薄" if grew else "覆盖率高的地方分量变轻，全市的率被摊薄",
                      "原率": then, "现率": now, "可比率": rate, "率影响": say(magnitude(register, by_rates)), "结构影响": say(magnitude(register, by_structure)),
                      "原有": register.fact("eligible_unit_count", moved.region_code, segment, earlier),
                      "现有": register.fact("eligible_unit_count", moved.region_code, segment)})  # fmt: skip
    return found


def _mover(register: Register, segment: str) -> Fact | None:
    """Return the change in units that moved the city's rate against its districts'."""
    city = register.fact(RATE, None, segment)
    changes = [f for f in register.district_facts("eligible_unit_count_qoq", segment) if f.is_ok and f.region_code not in city.left_out]
    earlier = Quarter(register.quarter).previous.key  # of a district that has no units left, the rate it had
    rates = {f.region_code: f for q in (earlier, register.quarter) for f in register.district_facts(RATE, segment, q) if f.is_ok}
    grown = [f for f in changes if f.value > 0]
    shrunk = [f for f in changes if f.value < 0 and f.region_code in rates and rates[f.region_code].value > city.value]
    if grown:
        return max(grown, key=lambda f: (f.value, f.region_code))
    return min(shrunk, key=lambda f: (f.value, f.region_code), default=None)


def comparable(register: Any, segment: str, earlier: str) -> tuple[Fact, Fact, Fact]:
    """Return the city's rate at the earlier quarter's structure, and the effects of rates and of structure (domain §1.9): exact, they add up to the change."""
    now, then = register.fact(RATE, None, segment), register.fact(RATE, None, segment, earlier)
    total, held = 0, Fraction(0)
    for fact in register.district_facts(RATE, segment):
        before = register.fact(RATE, fact.region_code, segment, earlier)
        if before.is_ok and fact.is_ok:
            total += before.denominator
            held += before.denominator * Fraction(fact.value)
    # a district that had units and has none, or reported once only, has no rate to weigh: then nothing is comparable
    is_whole = then.is_ok and now.is_ok and total == then.denominator
    hidden = any(f.status == "suppressed" for f in register.district_facts(RATE, segment))
    reason = "部分区县不予显示" if hidden else "有区县两个季度不都有率，不能按上季度结构计算"
    status = {} if is_whole else {"status": "no_data", "reason": reason}
    value = held / total if is_whole else None
    rate = register.derived(now, "comparable", value, "ratio", "可比口径单位覆盖率", **status)
    effects = [100 * (value - then.value), 100 * (now.value - value)] if is_whole else [None, None]
    return rate, *(register.derived(now, f"{name}_effect", effect, "pp", f"{words}影响", **({"denominator_name": ""} | status))
                   for name, words, effect in zip(("rate", "structure"), ("率的变化", "结构变化"), effects, strict=True))  # fmt: skip
