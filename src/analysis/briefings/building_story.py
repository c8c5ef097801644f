"""What the speech, the bulletin and a district's brief may say of union building: facts chosen by situation, thresholds in ``situation_thresholds.csv``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings import building_path as path
from analysis.facts import Fact, Register
from analysis.wording.situations import threshold

if TYPE_CHECKING:
    from analysis.runs.package import Package


def building_words(package: Package) -> dict[str, Any]:
    """Return what a template names as 建设: figures that are worth a sentence (blank or too few: an empty fact is never true) and the situation they make."""
    register, code = package.register, package.region_code

    def fact(indicator: str) -> Fact:
        return register.fact(indicator, code)

    gained, lost = fact("union_standard_gained_count"), fact("union_standard_lost_count")
    return {
        "加权": weighted(register, code), "进退": moves(gained, lost), "新达标": gained, "不再达标": lost,
        "差一项": worth(fact("union_one_short_count")), "到期未续": worth(fact("contract_lapsed_enterprise_count")), "待抽查": worth(fact("contract_to_inspect_count")),
        "只议不审": fact("deliberate_only_enterprise_count"), "已审": all_voted(register, code), "撤牌": worth(fact("union_home_withdrawn_count")),
        **cultivated(package),
    }  # fmt: skip


def cultivated(package: Package) -> dict[str, Any]:
    """Return this year's target of the cultivation of 规上企业 and how the rate stands to it; empty words where there is nothing to compare."""
    found = {} if package.is_totals else path.target(package)
    held = found if found.get("情形") == "比较" else {}
    return {"年末目标": held.get("目标", ""), "离目标": held.get("差", ""), "达到目标": held.get("达到", False)}


def worth(count: Fact) -> Fact | str:
    """Return a count that is large enough to be told in passing; "" otherwise."""
    return count if count.is_ok and count.value >= threshold("worth_saying") else ""


def weighted(register: Register, code: str) -> str:
    """Return how the share of 挂牌、空壳 by employees stands to that by unions: 重, 轻 or "" (near, too few, or blank).

    A share by employees that leaves other districts out than the share by unions is not held against it.
    """
    unions, staff = register.fact("shell_rate", code), register.fact("shell_employee_share", code)
    if not (unions.is_ok and staff.is_ok) or unions.left_out != staff.left_out or (unions.denominator or 0) < threshold("least_to_compare") or not unions.value:
        return ""
    gap = 100 * (Fraction(staff.value) - Fraction(unions.value))
    return "" if abs(gap) < threshold("weighted") else "重" if gap > 0 else "轻"


def moves(gained: Fact, lost: Fact) -> str:
    """Return whether more unions came to the standard than fell from it: 进, 退, 平, 无 (none of either) or "" (blank)."""
    if not (gained.is_ok and lost.is_ok) or gained.left_out != lost.left_out:
        return ""
    if not gained.value and not lost.value:
        return "无"
    return "平" if gained.value == lost.value else "进" if gained.value > lost.value else "退"


def all_voted(register: Register, code: str) -> bool:
    """Whether every matter that had to be voted on was voted on; False where none had to be, or it is not known."""
    due = [register.fact(f"matter_{matter}_due_enterprise_count", code) for matter in ("wage", "welfare", "safety")]
    blamed = register.fact("deliberate_only_enterprise_count", code)
    return all(f.is_ok for f in due) and any(f.value for f in due) and blamed.is_ok and blamed.value == 0
