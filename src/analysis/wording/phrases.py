"""Direction and threshold words (domain §8.4, §8.5). Every word is decided on the unrounded value; a blank stays a blank."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from analysis import tables
from analysis.facts import Fact, Register
from analysis.measures.blanks.study import whole
from analysis.periods import Quarter
from analysis.wording.numbers import clean, magnitude, mark, plain, say

THAN = {"qoq": "上季度末", "yoy": "上年同期"}


@lru_cache(maxsize=1)
def _thresholds() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in tables.load("wording_thresholds").to_dict("records")}


def word(code: str) -> str:
    return _thresholds()[code]["word"]


def lower(code: str) -> Fraction:
    return Fraction(_thresholds()[code]["from"])


def upper(code: str) -> Fraction:
    return Fraction(_thresholds()[code]["below"])


def least(code: str) -> int:
    """Return how large the denominator must be before the word may be used."""
    return int(_thresholds()[code]["needs_at_least"] or 0)


def change(register: Register, fact: Fact, against: str = "qoq", unit: str = "") -> str:
    """Return how a figure moved: ``较上季度末提高2.1个百分点``, ``与上季度末持平``, ``较上季度末增加12家``.

    ``unit`` is the measure word of a count (家, 人, 个).
    """
    moved = register.fact(f"{fact.indicator}_{against}", fact.region_code, fact.segment, fact.quarter)
    if not moved.is_ok:
        return say(moved)
    return rate_change(register, moved, fact, THAN[against]) if moved.unit == "pp" else count_change(register, moved, fact, THAN[against], unit)


def rate_change(register: Register, moved: Fact, fact: Fact, than: str) -> str:
    size, up = abs(Fraction(moved.value)), moved.value > 0
    verb = "提高" if up else "下降"
    if moved.rounded == 0:
        return f"与{than}持平"
    if size < upper("near_flat"):
        return f"与{than}{word('near_flat')}"
    shown = say(magnitude(register, moved))
    if size < upper("slight_change"):
        return f"较{than}{word('slight_change')}{verb}，{'升' if up else '降'}幅为{shown}"
    if size >= lower("marked_change") and (fact.denominator or 0) >= least("marked_change"):
        return f"较{than}{word('marked_change')}{verb}{shown}"
    return f"较{than}{verb}{shown}"


def count_change(register: Register, moved: Fact, fact: Fact, than: str, unit: str) -> str:
    if moved.value == 0:
        return f"与{than}持平"
    verb = "增加" if moved.value > 0 else "减少"
    before = fact.value - moved.value if fact.is_ok else 0
    marked = before >= least("marked_count_change") and 100 * abs(Fraction(moved.value, before)) >= lower("marked_count_change")
    shown = f"{say(magnitude(register, moved))}{unit}"
    return f"较{than}{word('marked_count_change') if marked else ''}{verb}{shown}"


def against_city(register: Register, fact: Fact) -> str:
    """Return ``低于全市10.2个百分点``, ``高于全市…`` or ``与全市持平``; the city's rate is the merged one, never a mean."""
    gap = register.gap_to_city(fact.indicator, fact.region_code if fact.region_level != "city" else None, fact.segment)
    return gap_words(register, gap)


def segment_against_city(register: Register, indicator: str, segment: str, region: str | None = None) -> tuple[Fact, str]:
    """Return the gap between a segment (an industry, say) and all units of the same region, and the words for it."""
    own, whole = register.fact(indicator, region, segment), register.fact(indicator, region)
    name = f"{own.name}与全部单位之差"
    if not (own.is_ok and whole.is_ok):
        gap = register.derived(own, "gap_to_all", None, "pp", name, status="no_data", reason=own.reason or whole.reason)
    else:
        gap = register.derived(own, "gap_to_all", 100 * (Fraction(own.value) - Fraction(whole.value)), "pp", name)
    return gap, gap_words(register, gap, "全市" if own.region_level == "city" else clean(own.region_name) + "总体")


def gap_words(register: Register, gap: Fact, whole: str = "全市") -> str:
    if not gap.is_ok:
        return say(gap)
    if abs(Fraction(gap.value)) < upper("level_with_city") or gap.rounded == 0:
        return f"与{whole}持平"
    return f"{'高于' if gap.value > 0 else '低于'}{whole}{say(magnitude(register, gap))}"


def standing(register: Register, fact: Fact) -> str:
    """Return the place of a district: ``在9个参排区县中名列第一``, ``并列第一``, ``位居前列，列第2位``, ``列第5位``.

    名列第一 is said only of a strict and single first, with no district's report missing.
    """
    rank, field = register.rank(fact.indicator, fact.region_code, fact.segment), register.ranked_count(fact.indicator, fact.segment)
    if not rank.is_ok:
        return say(rank)
    ranked = register.ranked(fact.indicator, fact.segment)
    ties = sum(1 for f in ranked if f.value == fact.value)
    complete = all(f.is_ok for f in register.district_facts(fact.indicator, fact.segment))
    among = f"在{say(field)}个参排区县中"
    if rank.value == 1 and complete and len(ranked) > 1:
        return among + ("名列第一" if ties == 1 else "并列第一")
    place = f"{'并列' if ties > 1 else '列'}第{say(rank)}位"
    told = word(part) if (part := end_of_ranking(rank.value, len(ranked))) else ""
    return among + (f"{told}，{place}" if told else place)


def end_of_ranking(place: int, field: int) -> str:
    """Return ``rank_top`` for a place in the first quarter of a ranking, ``rank_bottom`` in the last, else ""; as many are first as last.

    Examples
    --------
    >>> [end_of_ranking(place, 9) for place in (2, 3, 7, 8)]
    ['rank_top', '', '', 'rank_bottom']
    """
    if field < 4:
        return ""
    if 100 * Fraction(place, field) <= upper("rank_top"):
        return "rank_top"
    return "rank_bottom" if 100 * Fraction(place - 1, field) >= lower("rank_bottom") else ""


def is_weak(gap: Fact, size: Fact) -> bool:
    """Whether an industry or place may be called 薄弱."""
    return gap.is_ok and size.is_ok and size.value >= least("weak") and -Fraction(gap.value) >= lower("weak")


def prevalence(share: Fact) -> str:
    """Return 大量存在, 比较普遍 or "" (then only the number is said)."""
    if not share.is_ok or (share.denominator or 0) < least("abundant"):
        return ""
    percent = 100 * Fraction(share.value)
    if percent >= lower("abundant"):
        return word("abundant")
    return word("common") if percent >= lower("common") else ""


def quantity(share: Fact) -> str:
    """Return 相当多 past its threshold, otherwise 一部分."""
    enough = share.is_ok and (share.denominator or 0) >= least("many_without")
    return word("many_without") if enough and 100 * Fraction(share.value) >= lower("many_without") else "一部分"


def part_of(register: Register, part: Fact, whole: Fact) -> Fact:
    """Return a part as it may stand after 其中: blank where it counts districts that the whole leaves out, or more than the whole."""
    if not (part.is_ok and whole.is_ok) or (set(whole.left_out) <= set(part.left_out) and part.value <= whole.value):
        return part
    reason = "大于整体，请核对台账" if set(whole.left_out) == set(part.left_out) else f"与{whole.name}缺报的区县不同，不能写“其中”"
    return register.derived(part, "part", None, part.unit, part.name, status="no_data", reason=reason)


def ladder(register: Register, region: str | None = None) -> str:
    """Return ``有牌子无机构的71个，有制度无活动的62个``: the levels below 正常运转 that occur; a blank one stays a blank."""
    whole = register.fact("shell_union_count", region)
    levels = [(what, register.fact(f"union_level_{n}_count", region)) for n, what in ((1, "有牌子无机构"), (2, "有机构无制度"), (3, "有制度无活动"))]
    return "，".join(f"{what}的{say(part_of(register, fact, whole))}个" for what, fact in levels if fact.value != 0)


def bare_small_rates(facts: Sequence[Fact], smallest: int) -> list[Fact]:
    """Return the rates that rest on fewer than ``smallest`` and stand without their numerator, denominator or remainder."""
    counts = {(f.region_code, f.value) for f in facts if f.unit == "count"}
    small = [f for f in facts if f.unit == "ratio" and f.is_ok and f.denominator and f.denominator < smallest]
    return [f for f in small if not counts & {(f.region_code, n) for n in (f.numerator, f.denominator, f.denominator - (f.numerator or 0))}]


def counted_of(register: Register, rate: Fact) -> str:
    """Return what a small rate was worked out of: ``应建会单位20家``, for another quarter ``2021年第二季度末应建会单位10家``."""
    name = rate.denominator_name
    measure = "人" if name.endswith(("职工", "人员")) else "个" if name.endswith("工会组织") else "家"
    when = "" if rate.quarter == register.quarter else mark(f"{Quarter(rate.quarter).label}末", "date")
    return f"{when}{clean(name)}{say(register.denominator(rate))}{measure}"


def listed(names: list[str]) -> str:
    """Join names as a Chinese enumeration: 甲、乙和丙; 甲、乙以及和平区, where 和 would be read twice."""
    word = "以及" if names and plain(names[-1]).startswith("和") else "和"
    return names[0] if len(names) == 1 else "、".join(names[:-1]) + word + names[-1] if names else ""


def rule_of_25(settings: object) -> str:
    """Return the 25-person rule as it must be named wherever it is used."""
    minimum = mark(f"{getattr(settings, 'mandatory_minimum', 25)}人", "threshold")
    who = "会员" if getattr(settings, "mandatory_rule", "") == "member_ge_25" else "职工"
    return f"{who}{minimum}以上（含{minimum}）"


def industries() -> list[str]:
    """Return the segments that are industry bundles, in the order of the table."""
    segments = tables.load("segments")
    return segments.loc[segments["condition"].str.contains("in_bundle"), "segment"].tolist()


def is_reversed(register: Register, segment: str = "all") -> bool:
    """Whether the city's coverage fell though no district's did and one rose at least (Simpson, domain §1.9).

    Not with fewer eligible units in the city than ``least_for_reversal``: there a single unit turns the rate.
    """
    city = register.fact("unit_coverage_rate_qoq", None, segment)
    everywhere = register.district_facts("unit_coverage_rate_qoq", segment)
    if any(f.status == "suppressed" for f in everywhere):
        return False  # what no district did cannot be said where some are withheld
    moves = [f for f in everywhere if f.is_ok]
    if not city.is_ok or city.value >= 0 or city.rounded == 0 or len(moves) < 2:
        return False
    sizes = [register.fact("unit_coverage_rate", None, segment, q).denominator or 0 for q in (Quarter(register.quarter).previous.key, register.quarter)]
    if min(sizes) < whole("least_for_reversal"):
        return False
    return all(f.value >= 0 for f in moves) and any(f.value > 0 for f in moves)
