"""Whom to visit first, as counts for the report (the units themselves stand in the visit workbooks), and the three directions derived by rule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.briefings.areas import Areas, most_blank
from analysis.briefings.blank_kinds import EITHER, weak_with_counts
from analysis.briefings.context import blank_note, industries, segment_name
from analysis.facts import Fact
from analysis.measures.blanks.planner import JOINT, SINGLE
from analysis.measures.blanks.visits import JOIN, NEW_JOINT, OWN, WIDEN
from analysis.publishing import blocks
from analysis.runs.lists.visiting import plan_of, visit_rows, widened
from analysis.wording.numbers import named, say

if TYPE_CHECKING:
    from analysis.runs.package import Package

_FORMS = ((OWN, "own_union", "25人以上、宜单独建会"), (JOIN, "to_join", "附近有联合工会、可并入"), (WIDEN, "to_widen", "可由本乡镇街道联合工会扩大覆盖"),
          (NEW_JOINT, "to_joint", "可新建联合工会"))  # fmt: skip
_NOT_COMPARED = "没有可用的坐标，没有与联合工会比较距离"


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
    small = own[own["form"] != OWN]
    if len(small) and not small["is_compared"].any():  # a zero would say that no joint union stands near them
        made[JOIN] = register.derived(blind, "to_join", None, "count", made[JOIN].name, status="no_data", reason=_NOT_COMPARED)
    made["未比"] = register.derived(blind, "not_compared", int((~small["is_compared"].astype(bool)).sum()), "count", "没有与联合工会比较距离的单位")
    chosen = plan_of(package, rows, code)
    made["走访"] = register.derived(blind, "planned_visits", len(chosen.visits), "count", "走访次数")
    made["新增"] = register.derived(blind, "planned_gain", chosen.gain, "count", "方案可新覆盖单位")
    joint, single = chosen.of(JOINT), chosen.of(SINGLE)
    for visits, gain, part, suffix, name in (("联合走访", "联合新增", joint, "joint", "联合工会"), ("单个走访", "单个新增", single, "single", "单个单位")):
        made[visits] = register.derived(blind, f"planned_{suffix}_visits", len(part.visits), "count", f"其中{name}走访次数")
        made[gain] = register.derived(blind, f"planned_{suffix}_gain", part.gain, "count", f"其中{name}可新覆盖单位")
    made["扩大走访"] = register.derived(blind, "planned_widened_visits", len(widened(own, chosen).visits), "count", "其中本乡镇街道已有联合工会的走访次数")
    made["新增职工"] = register.derived(register.fact("blind_employee_count", code), "planned_gain", chosen.employees, "count", "方案可新覆盖职工")
    made["现率"] = rate
    after = Fraction(rate.numerator + chosen.gain, rate.denominator)
    made["后率"] = register.derived(rate, "after_plan", after, "ratio", "方案全部建成的单位覆盖率上限")
    return made


def not_compared(package: Package, found: dict[str, dict[str, Fact]]) -> Fact:
    """Return how many small units of the whole scope were not compared with the joint unions by distance."""
    blind = package.register.fact("blind_unit_count", package.region_code)
    return package.register.derived(blind, "not_compared", sum(facts["未比"].value for facts in found.values()), "count", "没有与联合工会比较距离的单位")


def outlook_tables(package: Package, found: dict[str, dict[str, Fact]]) -> list[dict[str, Any]]:
    """Return two tables, a row a district: the forms that suit its blank units, and what the quarter's visits can cover."""
    names = dict(package.register.regions("district"))
    heads = {
        "盲区": "盲区单位",
        "有党": "有党组织",
        OWN: "宜单独建会",
        JOIN: "可并入联合",
        WIDEN: "可扩大本地联合",
        NEW_JOINT: "可新建联合",
        "未比": "未比较距离",
    }
    radius = blocks.mark(f"{package.settings.joint_radius_km:g}公里", "threshold")
    words = "内有联合工会的；“可扩大本地联合”为附近没有查到或者没有比较距离，而本乡镇街道已有联合工会的；“可新建联合”为本乡镇街道没有查到联合工会的。“未比较距离”是没有可用的坐标、不知道附近有没有联合工会的小单位，也计入前面的其他栏；其余为没有可以联合的小单位。"
    note = ["“有党组织”为其中项，与其他各栏有交叉。“可并入联合”为", radius, words, blank_note([facts[JOIN] for facts in found.values()])]
    forms = _table(names, found, heads, "盲区单位的建会形式（家）", note)
    heads = {
        "联合走访": "联合工会（次）",
        "扩大走访": "其中已有（次）",
        "联合新增": "联合覆盖单位",
        "单个走访": "单个单位（次）",
        "新增职工": "覆盖职工（人）",
        "现率": "现覆盖率",
        "后率": "上限",
    }
    note = "“其中已有”的那个乡镇街道已有联合工会，是并入或扩大覆盖，不是新建。“联合覆盖单位”是联合工会一次覆盖的单位合计，上表可并入联合的单位也在内；走访单个单位一次一家；“上限”是全部建成、辖内小单位全部加入时的单位覆盖率，不是预测。单位名单见各区县走访清单（只供内部）。"
    return [forms, _table(names, found, heads, "走访安排（家）", note)]


def _table(names: dict[str, str], found: dict[str, dict[str, Fact]], heads: dict[str, str], caption: str, note: str | list[Any]) -> dict[str, Any]:
    columns = [("区县", "left"), *((head, "right") for head in heads.values())]
    return blocks.table(columns, [[names[code], *(facts[key] for key in heads)] for code, facts in found.items()], caption=caption, note=note)


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
