"""Whom to visit first, as counts for the report (the units themselves stand in the visit workbooks), and the three directions derived by rule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.briefings.areas import Areas, most_blank
from analysis.briefings.blank_kinds import EITHER, weak_with_counts
from analysis.briefings.context import industries, segment_name
from analysis.facts import Fact
from analysis.measures.blanks.planner import JOINT, SINGLE
from analysis.measures.blanks.visits import JOIN, NEW_JOINT, OWN
from analysis.publishing import blocks
from analysis.runs.lists.visiting import plan_of, visit_rows
from analysis.wording.numbers import named, say

if TYPE_CHECKING:
    from analysis.runs.package import Package

_FORMS = ((OWN, "own_union", "25人以上、宜单独建会"), (JOIN, "to_join", "附近有联合工会、可并入"), (NEW_JOINT, "to_joint", "可新建联合工会"))


def outlook(package: Package) -> dict[str, dict[str, Fact]]:
    """Return code → facts of each district of the scope whose visit list agrees with its blank units; empty for other readers."""
    rows = visit_rows(package)
    codes = [code for code, _ in package.register.regions("district")] if package.scope == "city" else [package.scope]
    found = {code: _of_district(package, rows, code) for code in codes}
    return {code: facts for code, facts in found.items() if facts}


def _of_district(package: Package, rows: pd.DataFrame, code: str) -> dict[str, Fact]:
    register, own = package.register, rows[rows["district_code"] == code]
    blind, rate = register.fact("blind_unit_count", code), register.fact("unit_coverage_rate", code)
    if not (blind.is_ok and rate.is_ok) or len(own) != blind.value or not len(own):
        return {}
    made = {"盲区": blind, "有党": register.derived(blind, "with_party", int(own["has_party_org"].sum()), "count", "有党组织无工会的单位")}
    for form, suffix, name in _FORMS:
        made[form] = register.derived(blind, suffix, int((own["form"] == form).sum()), "count", name)
    chosen = plan_of(package, rows, code)
    made["走访"] = register.derived(blind, "planned_visits", len(chosen.visits), "count", "走访次数")
    made["新增"] = register.derived(blind, "planned_gain", chosen.gain, "count", "方案可新覆盖单位")
    joint, single = chosen.of(JOINT), chosen.of(SINGLE)
    for visits, gain, part, suffix, name in (("联合走访", "联合新增", joint, "joint", "联合工会"), ("单个走访", "单个新增", single, "single", "单个单位")):
        made[visits] = register.derived(blind, f"planned_{suffix}_visits", len(part.visits), "count", f"其中{name}走访次数")
        made[gain] = register.derived(blind, f"planned_{suffix}_gain", part.gain, "count", f"其中{name}可新覆盖单位")
    made["新增职工"] = register.derived(register.fact("blind_employee_count", code), "planned_gain", chosen.employees, "count", "方案可新覆盖职工")
    made["现率"] = rate
    after = Fraction(rate.numerator + chosen.gain, rate.denominator)
    made["后率"] = register.derived(rate, "after_plan", after, "ratio", "方案全部建成的单位覆盖率上限")
    return made


def outlook_table(package: Package, found: dict[str, dict[str, Fact]]) -> dict[str, Any]:
    names = dict(package.register.regions("district"))
    keys = ("盲区", "有党", OWN, JOIN, NEW_JOINT, "联合走访", "联合新增", "单个走访", "新增职工", "现率", "后率")
    heads = (
        "盲区单位",
        "有党组织",
        "宜单独建会",
        "可并入联合",
        "可新建联合",
        "联合工会（次）",
        "联合覆盖单位",
        "单个单位（次）",
        "覆盖职工（人）",
        "现覆盖率",
        "上限",
    )
    columns = [("区县", "left"), *((head, "right") for head in heads)]
    rows = [[names[code], *(facts[key] for key in keys)] for code, facts in found.items()]
    note = "“有党组织”为其中项，与后三栏有交叉；后三栏之外的单位附近没有联合工会，也没有可以联合的小单位。“联合覆盖单位”是联合工会一次覆盖的单位合计，走访单个单位一次一家；“上限”是全部建成、辖内小单位全部加入时的单位覆盖率，不是预测。单位名单见各区县走访清单（只供内部）。"
    return blocks.table(columns, rows, caption="走访安排（家）", note=note)


def directions(package: Package, areas: Areas, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the three directions by rule: the area, the industry and the kind of unit to begin with.

    Area: of those whose blank rate is clearly above the merged one (``found``: ``blank_places.ranges``), where there is none of all, the one with
    most blank units of 小微 or 两新 (of equal ones more blank employees, then the lower code): neither three units without a union nor mere size
    head the list. Industry: of those that may be called 薄弱 the one with most blank units, where none may, the one with most blank units. Kind:
    units with a party organisation and no union; where there is none, those of 25 and more.
    """
    made = [_area(package, areas, found), _industry(package), _kind(package)]
    return [{"序": ordinal, **item} for ordinal, item in zip("一二三", [item for item in made if item], strict=False)]


def _area(package: Package, areas: Areas, found: list[dict[str, Any]]) -> dict[str, Any] | None:
    register = package.register
    most = most_blank(areas, len(areas.names), EITHER)
    if not most or len(areas.names) < 2:  # with one area there is nothing to choose from
        return None
    above = {item["rate"].region_code for item in found if item["side"] == "above"}
    likely = [f for f in most if f.region_code in above] or most
    level = sorted((f for f in likely if f.value == likely[0].value), key=lambda f: (-_number(register, f), f.region_code))
    top = level[0]
    employees, rate = (register.fact(i, top.region_code, EITHER) for i in ("blind_employee_count", "blind_unit_rate"))
    name = areas.spoken(top)
    is_above, among, place = bool(above), len(likely) > 1, _place(level)
    short = "盲区率明确偏高" + (f"的地方中盲区家数{place}" if among else "") if is_above else f"盲区家数{place}"
    lead = f"盲区率明确高于{package.region_name}合并水平" + (f"，在这样的地方中家数{place}" if among else "") if is_above else f"盲区家数{place}"
    words = f"{lead}，小微企业或两新组织盲区单位有{say(top)}家，占其应建会单位的{say(rate)}，涉及职工{say(employees)}人"
    return {
        "类": "地方",
        "名": name,
        "简": f"{short}，小微企业或两新组织盲区单位有{say(top)}家",
        "理由": words,
        "做法": f"包联力量先放到{name}，按走访清单逐户销号",
        "数": top,
    }


def _place(level: list) -> str:
    """Return how the first of those with equally many stands."""
    return "并列居首" if len(level) > 1 else "居首"


def _number(register: Any, fact: Fact) -> int:
    return register.fact("blind_employee_count", fact.region_code, fact.segment).value or 0


def _industry(package: Package) -> dict[str, Any] | None:
    register, code = package.register, package.region_code
    weak = weak_with_counts(register, code, len(industries()))
    if weak:
        weak = sorted((w for w in weak if w["盲区"].value == weak[0]["盲区"].value), key=lambda w: (-_number(register, w["盲区"]), w["分组"]))
        first = f"在薄弱行业中盲区家数{_place(weak)}"
        return {"类": "行业", "名": weak[0]["名称"], "简": f"{first}，有{say(weak[0]['盲区'])}家", "理由": f"{first}，" + weak[0]["说法"].removeprefix(weak[0]["名称"]),
                "做法": f"由行业主管部门和街道一起推动{weak[0]['名称']}建会，小单位联合建", "数": weak[0]["盲区"]}  # fmt: skip
    facts = [register.fact("blind_unit_count", code, segment) for segment in industries()]
    if any(f.status == "suppressed" for f in facts) or not any(f.is_ok and f.value for f in facts):
        return None
    most = max(f.value for f in facts if f.is_ok)
    level = sorted((f for f in facts if f.is_ok and f.value == most), key=lambda f: (-_number(register, f), f.segment))
    top = level[0]
    name = segment_name(top.segment)
    employees = register.fact("blind_employee_count", code, top.segment)
    words = f"在所列行业中盲区家数{_place(level)}，有{say(top)}家，涉及职工{say(employees)}人"
    return {
        "类": "行业",
        "名": name,
        "简": f"在所列行业中盲区家数{_place(level)}，有{say(top)}家",
        "理由": words,
        "做法": f"{name}小单位多的地方先建联合工会",
        "数": top,
    }


def _kind(package: Package) -> dict[str, Any] | None:
    register, code = package.register, package.region_code
    party = register.remainder(register.fact("party_union_sync_rate", code), "uncovered", "有党组织无工会的单位")
    if party.is_ok and party.value:
        return {
            "类": "单位",
            "名": "有党组织无工会的单位",
            "简": f"共有{say(party)}家",
            "理由": f"共有{say(party)}家，党组织已经建立，最容易带动",
            "做法": "党建带工建，列在走访清单的最前面",
            "数": party,
        }
    large = register.remainder(register.fact("mandatory_unit_union_rate", code), "uncovered", "25人以上盲区单位")
    if large.is_ok and large.value:
        words = f"共有{say(large)}家" + ("，没有有党组织而无工会的单位" if party.is_ok else "")
        return {"类": "单位", "名": named("25人以上的盲区单位"), "简": f"共有{say(large)}家", "理由": words, "做法": "逐家上门，单独建会", "数": large}
    return None
