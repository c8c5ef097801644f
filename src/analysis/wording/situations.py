"""What situation a district is in (领先, 追赶, 下滑 …), decided on unrounded figures alone; the thresholds stand in ``situation_thresholds.csv``.

Templates choose their sentences by these words, so that two districts in different situations are not told alike.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from analysis import tables
from analysis.facts import Fact, Register

COVERAGE = "unit_coverage_rate"
KINDS = (
    "不予显示",
    "无单位",
    "无数据",
    "全覆盖",
    "零覆盖",
    "太少",
    "单列",
    "高而回落",
    "领先",
    "较高",
    "持平",
    "下滑",
    "停滞",
    "追赶",
    "低而提高",
    "慢进",
    "偏低",
)
LOWER_IS_BETTER = ("shell_rate", "blind_unit_rate")


@lru_cache(maxsize=1)
def _thresholds() -> dict[str, Fraction]:
    return {row["code"]: Fraction(row["value"]) for row in tables.load("situation_thresholds").to_dict("records")}


def threshold(code: str) -> Fraction:
    """Return a threshold of ``situation_thresholds.csv``.

    >>> threshold("on_par")
    Fraction(1, 1)
    """
    return _thresholds()[code]


def situation(register: Register, code: str) -> str:
    """Return one of ``KINDS`` for a district.

    不予显示 suppressed; 无单位 no eligible unit; 无数据 no rate; 全覆盖 100 %; 零覆盖 0 %; 太少 too few units to rank; 单列 nothing to compare with (one
    district, or no city figure); above the city 高而回落, 领先, 较高; 持平; below it 下滑 (falls), 停滞 (does not move), 追赶 (the gap narrows), 低而提高
    (it narrows, yet is wide), 慢进 (rises slower than the city), 偏低 (no earlier quarter, or the city's pace).
    """
    rate = register.fact(COVERAGE, code)
    if rate.status == "suppressed":
        return "不予显示"
    if not rate.is_ok:
        units = register.fact("eligible_unit_count", code)
        return "无单位" if units.is_ok and units.value == 0 else "无数据"
    if rate.value in (0, 1):
        return "全覆盖" if rate.value else "零覆盖"
    if (rate.denominator or 0) < register.smallest_ranked:
        return "太少"
    gap = register.gap_to_city(COVERAGE, code)
    if not gap.is_ok or len(register.regions("district")) < 2:
        return "单列"
    if abs(Fraction(gap.value)) < threshold("on_par"):
        return "持平"
    return _above(register, code) if gap.value > 0 else _below(register, code, gap)


def _above(register: Register, code: str) -> str:
    moved, place, field = register.fact(f"{COVERAGE}_qoq", code), register.rank(COVERAGE, code), register.ranked_count(COVERAGE)
    if moved.is_ok and moved.value <= -threshold("slipping"):
        return "高而回落"
    is_leading = place.is_ok and (place.value == 1 or 100 * place.value <= threshold("leading_share") * field.value)
    return "领先" if is_leading else "较高"


def _below(register: Register, code: str, gap: Fact) -> str:
    moved, city = register.fact(f"{COVERAGE}_qoq", code), register.fact(f"{COVERAGE}_qoq")
    if not moved.is_ok:
        return "偏低"
    if abs(Fraction(moved.value)) < threshold("slipping"):
        return "停滞"
    if moved.value < 0:
        return "下滑"
    if not city.is_ok or abs(Fraction(moved.value) - Fraction(city.value)) < threshold("relative"):
        return "偏低"
    if moved.value < city.value:
        return "慢进"
    return "追赶" if -Fraction(gap.value) < threshold("far") else "低而提高"


def lead(register: Register, indicator: str, code: str) -> Fraction | None:
    """Return by how many percentage points a district does better than the city (worse: negative), None where either is blank."""
    gap = register.gap_to_city(indicator, code)
    return None if not gap.is_ok else Fraction(gap.value) * (-1 if indicator in LOWER_IS_BETTER else 1)


def state(register: Register, indicator: str, code: str) -> str:
    """Return how a rate stands to the city's: 差 worse, 近 near, 好 better, 少 too few to compare, 无 blank."""
    rate, ahead = register.fact(indicator, code), lead(register, indicator, code)
    if not rate.is_ok:
        return "无"
    if (rate.denominator or 0) < threshold("least_to_compare"):
        return "少"
    if ahead is None or abs(ahead) < threshold("aspect") or len(register.regions("district")) < 2:
        return "近"
    return "好" if ahead > 0 else "差"


def spread(places: int, share: Fact) -> str:
    """Return how blank units lie: 少地 (three places or fewer), 集中, 分散, 相当 or "" where the share of the first three is not known.

    Three of six places hold half of anything spread evenly: 集中 needs more places than that, otherwise a large share says nothing (相当).
    """
    if not share.is_ok:
        return ""
    if places <= 3:
        return "少地"
    if 100 * Fraction(share.value) < threshold("concentrated"):
        return "分散"
    return "集中" if places > threshold("places_to_concentrate") else "相当"


def is_heavy(share: Fact) -> bool:
    """Whether the large units (25 people and more) are so many among the blank ones that they are told first."""
    return share.is_ok and 100 * Fraction(share.value) >= threshold("large_units")
