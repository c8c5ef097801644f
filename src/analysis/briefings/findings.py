"""What a district's figures show beyond its coverage, the heaviest first, and the advice that follows from it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import Areas, most_blank
from analysis.briefings.context import incomplete_sentences
from analysis.facts import Fact, Register
from analysis.wording.situations import is_heavy, lead, spread, state

if TYPE_CHECKING:
    from analysis.runs.package import Package

ASPECTS = {"规范化": "standard_met_rate", "职代会": "worker_congress_rate", "集体合同": "contract_unit_coverage", "党工共建": "party_union_sync_rate"}
ORDINALS = "一二三四五六七八九"
_ORDER = "差近好少无"


def aspects(register: Register, code: str) -> list[dict[str, Any]]:
    """Return 规范化, 职代会, 集体合同 and 党工共建 with how each stands to the city (``态``) and its place among its like (``序``, from 1).

    What lags most comes first; what is blank comes last.
    """
    found = []
    for kind, indicator in ASPECTS.items():
        ahead = lead(register, indicator, code)
        found.append((_ORDER.index(own := state(register, indicator, code)), ahead if ahead is not None else Fraction(0), kind, own))
    found.sort(key=lambda entry: (entry[0], entry[1] if entry[0] < 2 else -entry[1]))
    seen: dict[str, int] = {}
    made = []
    for _, ahead, kind, own in found:
        seen[own] = seen.get(own, 0) + 1
        made.append({"类": kind, "态": own, "序": seen[own], "差距": ahead})
    return made


def leftovers(register: Register, code: str | None) -> dict[str, Fact]:
    """Return what is still to be done, each as a fact: units, unions or enterprises that a rate does not yet count."""
    wanted = {
        "大户": ("mandatory_unit_union_rate", "uncovered", "25人以上盲区单位"),
        "有党无会": ("party_union_sync_rate", "uncovered", "有党组织无工会的单位"),
        "无职代会": ("worker_congress_rate", "without", "近一年没有开过职代会的已覆盖企业"),
        "无合同": ("contract_unit_coverage", "without", "没有有效集体合同的已覆盖企业"),
    }
    made = {key: register.remainder(register.fact(rate, code), suffix, name) for key, (rate, suffix, name) in wanted.items()}
    return made | {"空壳": register.fact("shell_union_count", code), "到期": register.fact("contract_expiring_90d_count", code)}


def blank_picture(register: Register, areas: Areas, large: Fact) -> dict[str, Any]:
    """Return how the blank units lie: over places, and between large and small units."""
    blind, first = register.fact("blind_unit_count", areas.package.region_code), most_blank(areas)
    places = [f for f in areas.facts("blind_unit_count") if f.is_ok and f.value > 0]
    total = register.derived(blind, "first_three", sum(f.value for f in first) if first else None, "count", "前三个乡镇街道的盲区单位",
                             **({} if first else {"status": "no_data", "reason": "没有分乡镇街道的数字"}))  # fmt: skip
    share = register.share(total, blind, "of_blind", "前三个乡镇街道占盲区单位的比重", "盲区单位")
    heavy = register.share(large, blind, "of_blind", "25人以上单位占盲区单位的比重", "盲区单位")
    return {"分布": spread(len(places), share), "前三占比": share, "大户为主": is_heavy(heavy), "大户占比": heavy}


def advice(package: Package, kind: str, found: list[dict[str, Any]], left: dict[str, Fact], most: int = 3) -> list[dict[str, Any]]:
    """Return at most ``most`` pieces of advice that this district's figures call for, numbered 一 二 三, each with the number it rests on.

    What is not reported comes first, then a fall, the blank units, what lags the city most, and what only needs carrying on.
    """
    register, code = package.register, package.region_code
    blind = register.fact("blind_unit_count", code)
    wanted: list[tuple[str, Fact | None]] = [("补报", None)] if incomplete_sentences(package) or blind.status == "no_data" else []
    wanted += [("回升", None)] if kind in ("高而回落", "下滑") else []
    wanted += [("盲区", blind)] if blind.value else []
    keys = {"规范化": "空壳", "职代会": "无职代会", "集体合同": "无合同", "党工共建": "有党无会"}
    worse = [item["类"] for item in found if item["态"] == "差"]
    lags = [(item["差距"], item["类"], left[keys[item["类"]]]) for item in found if item["态"] == "差" and left[keys[item["类"]]].value]
    if (ahead := lead(register, "mandatory_unit_union_rate", code)) is not None and ahead < 0 and left["大户"].value:
        lags.append((ahead, "大户", left["大户"]))
    wanted += [(name, fact) for _, name, fact in sorted(lags, key=lambda lag: lag[0])]
    rest = {
        "大户": left["大户"],
        "党工共建": left["有党无会"],
        "续签": left["到期"],
        "规范化": left["空壳"],
        "职代会": left["无职代会"],
        "集体合同": left["无合同"],
    }
    known = {name for name, _ in wanted} | set(worse)
    wanted += [(name, fact) for name, fact in rest.items() if fact.value and name not in known]
    return [{"序": ORDINALS[number], "类": name, "数": fact} for number, (name, fact) in enumerate(wanted[:most] or [("巩固", None)])]
