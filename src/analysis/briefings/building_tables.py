"""The tables of the union-building document, one a topic: a row an item for the place itself, a row a district for the city.

All figures stand in the CSV beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.briefings.context import Blocks, blank_note, left_out_note, signed
from analysis.briefings.quality_tables import by_district
from analysis.facts import Fact
from analysis.measures.unions.building import definitions
from analysis.measures.unions.relations import LEVELS, TYPES
from analysis.publishing import blocks
from analysis.wording.numbers import clean

if TYPE_CHECKING:
    from analysis.runs.package import Package

RUNGS = ("有牌子无机构", "有机构无制度", "有制度无活动", "正常运转", "规范化达标", "示范")
HAVES = ("chair", "org", "carrier", "systems", "funds", "satisfied")
SCORES = (("self", "自评", "", ""), ("district", "初审", "district_less_self_mean", ""), ("city", "核定", "city_less_self_mean", "city_less_district_mean"))
COHORTS = (("y0", "当年"), ("y1", "上年"), ("y2", "前年"), ("older", "更早"))
SHORTFALLS = (
    *(f"union_no_{h}_count" for h in HAVES),
    "union_short_score_count",
    "union_short_term_count",
    "union_short_count_count",
    "union_short_active_count",
)
CLUES = ("union_score_drop_count", "union_sign_no_chair_count", "union_systems_few_count", "union_carrier_idle_count", "union_score_high_low_level_count",
         "union_funds_unpaid_count", "union_chair_many_count", "union_photos_same_count", "union_activity_bunched_count")  # fmt: skip
FORMAL = ("contract_no_session_count", "contract_not_passed_count", "contract_not_filed_count", "contract_similar_count", "contract_unchanged_count",
          "contract_raise_blank_count", "contract_one_signer_count", "contract_unchecked_count")  # fmt: skip
HOMES = (("qualified", "合格职工之家"), ("advanced", "先进职工之家"), ("model", "模范职工之家"), ("development", "发展之家"), ("harmony", "和谐之家"),
         ("civility", "文明之家"), ("safety", "安全之家"), ("democracy", "民主之家"))  # fmt: skip
MATTERS = (("wage", "工资分配"), ("welfare", "福利待遇"), ("safety", "安全生产"))
GROUPS = (("migrant", "农民工"), ("dispatched", "劳务派遣工"), ("new_form", "新就业形态劳动者"))
OWNERS = (("state_collective", "国有集体企业"), ("non_public", "非公有制企业"))
MODES = {"vote": "审（须表决）", "deliberate": "议（讨论、听取意见）"}
Row = tuple[str, Sequence[str]]


def fact(package: Package, indicator: str) -> Fact:
    return package.register.fact(indicator, package.region_code)


def cell(made: Fact) -> Any:
    return signed(made) if "_less_" in made.indicator or made.indicator.endswith(("_qoq", "_yoy")) or made.unit == "pp" else made


def itemised(package: Package, heads: Sequence[str], rows: Sequence[Row], caption: str, note: str = "", first: str = "项目") -> dict[str, Any]:
    """Return a table with an item a row, each with its indicators; an indicator ``""`` leaves the cell empty."""
    facts = {name: fact(package, name) for _, names in rows for name in names if name}
    lines = [[label, *(cell(facts[name]) if name else "" for name in names)] for label, names in rows]
    return blocks.table(
        [(first, "left"), *((head, "right") for head in heads)], lines, caption=f"{package.region_name}{caption}", note=note + notes(package, facts.values())
    )


def notes(package: Package, facts: Iterable[Fact]) -> str:
    """Return why cells are blank and what the totals leave out; a column that no ledger has is said by the caller."""
    shown = list(facts)
    return blank_note([f for f in shown if not f.reason.startswith("台账没有")]) + left_out_note(package.register, shown)


def side_by_side(
    package: Package, entries: Sequence[tuple[str, Sequence[Fact]]], heads: Sequence[str], caption: str, note: str, first: str = "项目"
) -> dict[str, Any]:
    """Return entries in two columns of half the height, the second going on where the first ends."""
    half = (len(entries) + 1) // 2
    empty: tuple[str, Sequence[Any]] = ("", [""] * len(heads))
    pairs = zip(entries[:half], [*entries[half:], *[empty] * (2 * half - len(entries))], strict=True)
    lines = [[left[0], *left[1], right[0], *right[1]] for left, right in pairs]
    columns = [(first, "left"), *((head, "right") for head in heads)] * 2
    said = note + notes(package, [f for _, facts in entries for f in facts])
    return blocks.table(columns, lines, caption=f"{package.region_name}{caption}", note=said)


def unheard(indicators: Sequence[str]) -> list[str]:
    """Return the names of the indicators that rest on a column which the ledgers do not have."""
    known = definitions()
    return [known[name]["name"] for name in indicators if "columns." in known[name]["needs"]]


def reported(indicators: Sequence[str]) -> list[str]:
    known = definitions()
    return [name for name in indicators if "columns." not in known[name]["needs"]]


def of_districts(package: Package, columns: Sequence[tuple[str, str]], caption: str, note: str) -> Blocks:
    """Return a table by district, in the city's document for internal readers only: outside the house these figures stand for the city alone."""
    if package.scope != "city" or package.audience != "internal":
        return []
    return [by_district(package, columns, caption, note)]


# --- 1 状态、六有、打分、线索


def ladder(package: Package) -> dict[str, Any]:
    rows = [
        (name, (f"union_level_{n}_count", f"union_level_{n}_rate", f"union_level_{n}_employee_count", f"union_level_{n}_employee_share"))
        for n, name in enumerate(RUNGS, 1)
    ]
    rows.append(("合计", ("union_org_count", "", "led_employee_count", "")))
    note = "占比的分母为工会组织，职工占比的分母为由基层工会覆盖的职工；一个单位只归一个工会，先归单独工会。"
    return itemised(package, ("工会（个）", "占比", "覆盖职工（人）", "职工占比"), rows, "工会状态", note, "状态")


def haves(package: Package) -> dict[str, Any]:
    names = definitions()
    rows = [(names[f"union_{h}_rate"]["name"], (f"union_{h}_rate", f"union_no_{h}_count", f"scale_{h}_rate")) for h in HAVES]
    heads = ("工会做到的占比", "还缺的工会（个）", "规上企业做到的占比")
    return itemised(package, heads, rows, "“六有”逐项", "前两列按工会组织，空白按没有计；末列的分母为应建会的规上企业，看其所属的单独或联合工会。")


def scores(package: Package) -> dict[str, Any]:
    rows = [(name, (f"union_{s}_scored_count", f"{s}_score_mean", f"{s}_pass_rate", own, before)) for s, name, own, before in SCORES]
    note = "平均分和占比只算有这一项分数的工会，三行的范围不同，不能直接相减；末两列只算两项分数都有的工会，负数为后一道打得低。达标线为八十分。"
    return itemised(
        package, ("有分的工会（个）", "平均分", "达标线以上占比", "比自评（分）", "比初审（分）"), rows, "规范化打分（自评、初审、核定）", note, "打分"
    )


def clues(package: Package) -> dict[str, Any]:
    names = definitions()
    rows = [(names[name]["name"], (name,)) for name in reported(CLUES)]
    note = f"只提示核查，不定性，不改变任何数字。台账没有相应的列、不能检查的有{'、'.join(unheard(CLUES))}。"
    return itemised(package, ("工会（个）",), rows, "工会核查线索", note, "线索")


def union_districts(package: Package) -> Blocks:
    columns = (("union_org_count", "工会（个）"), ("shell_rate", "挂牌空壳占比"), ("shell_employee_share", "挂牌空壳职工占比"), ("six_haves_all_rate", "六有全有率"),
               ("standard_met_rate", "达标率"), ("union_one_short_count", "只差一项（个）"))  # fmt: skip
    return of_districts(package, columns, "各区县工会质量", "职工占比的分母为由基层工会覆盖的职工，其余率的分母为工会组织。")


# --- 2 分批达标


def cohorts(package: Package) -> dict[str, Any]:
    rows = [(f"{name}成立", (f"union_cohort_{k}_count", f"cohort_{k}_standard_rate")) for k, name in COHORTS]
    rows.append(("全部", ("union_org_count", "standard_met_rate")))
    return itemised(
        package, ("工会（个）", "达标率"), rows, "按成立年份分批的达标情况", "台账没有“批次”一列，按成立年份分批；达标含示范，分母为该批工会。", "批次"
    )


def shortfalls(package: Package) -> dict[str, Any]:
    """Return the ten shortfalls with their unions, the most first, the blank last."""
    facts = sorted((fact(package, name) for name in SHORTFALLS), key=lambda f: (not f.is_ok, -(f.value or 0)))
    note = "左列在前，接右列。一个工会可以有几项短板，各项不能相加；不满八十分的含没有分数的。"
    return side_by_side(package, [(f.name, [f]) for f in facts], ("工会（个）",), "离达标的短板（多的在前）", note, "短板")


# --- 3 职工之家


def homes(package: Package) -> dict[str, Any]:
    entries = [(name, [fact(package, f"union_home_{k}_count"), fact(package, f"union_home_{k}_rate")]) for k, name in HOMES]
    return side_by_side(package, entries, ("工会（个）", "占比"), "职工之家和五个家", "占比的分母为工会组织；一个工会可以同时是几个家，不能相加。")


# --- 4 民主管理


def congress_districts(package: Package) -> Blocks:
    columns = (("worker_congress_rate", "建制率"), ("worker_congress_rate_all", "建制率（全部企业）"), ("congress_standalone_rate", "单独建制率"),
               ("congress_wide_rate", "区域行业覆盖率"), ("congress_held_rate", "年度召开率"), ("sme_congress_without_rate", "中小企业未建制"))  # fmt: skip
    note = "建制率、单独建制率、区域行业覆盖率的分母为已覆盖企业；第二列的分母为应建会企业；年度召开率的分母为有职代会记录的已覆盖企业；末列的分母为已覆盖中小企业。"
    return of_districts(package, columns, "各区县职代会建制", note)


def matters(package: Package) -> dict[str, Any]:
    kinds = ("submitted_count", "voted_count", "rejected_count", "due_enterprise_count", "due_voted_enterprise_count", "due_unvoted_enterprise_count",
             "lawful_enterprise_count", "unclear_enterprise_count", "vote_rate")  # fmt: skip
    rows = [(name, tuple(f"matter_{m}_{kind}" for kind in kinds)) for m, name in MATTERS]
    heads = ("已提交", "表决通过", "未通过", "应表决", "已表决", "只议未审", "依规可议", "不明", "该审已审率")
    note = ("一家企业一类事项看近一年最近一次。表决未通过也是民主，不记负面；“依规可议”是按规定讨论、听取意见即可的，不是问题；所有制不明而没有表决的不作判断。"
            "该审已审率的分母为已提交且依规应表决的企业。")  # fmt: skip
    return itemised(package, heads, rows, "三类事项提交和表决情况（家）", note, "事项")


def modes(package: Package) -> dict[str, Any]:
    """Return the rule in force: matter × ownership → 议 or 审, with the source; matters under one rule share a row."""
    rule = tables.load("required_modes")
    own = rule[rule["rule"] == package.settings.local_rule]
    alike: dict[tuple[str, ...], list[str]] = {}
    for matter, found in own.groupby("matter", sort=False):
        by_owner = {r.ownership: r for r in found.itertuples()}
        key = tuple(word for owner, _ in OWNERS for word in (MODES[by_owner[owner].mode], by_owner[owner].source))
        alike.setdefault(key, []).append(str(matter))
    rows = []
    for key, named in alike.items():
        sources = "；".join(dict.fromkeys(re.sub(r"（§.*?）", "", source) for source in key[1::2]))
        rows.append([clean("、".join(named)), *key[::2], blocks.mark(clean(sources), "law")])
    note = f"按{own['rule_name'].iloc[0]}判断，适用哪里的条例由研究室在 workbench.toml 的 local_rule 里写明；所有制不明的不判断。"
    heads = [("事项", "left", 26), *((label, "left", 18) for _, label in OWNERS), ("依据", "left", 38)]
    return blocks.table(heads, rows, caption="该议还是该审：事项、所有制与适用条例", note=note)


# --- 5 集体合同


def contracts(package: Package) -> dict[str, Any]:
    rows = [(f"{name}{tail}", (f"contract_{fam}_{k}_count", f"contract_{fam}_{k}_enterprise_count", f"contract_{fam}_{k}_coverage", f"contract_{fam}_{k}_employee_coverage"))
            for fam, items, tail in (("type", TYPES, ""), ("level", LEVELS, "级")) for k, name in items.items()]  # fmt: skip
    rows += [
        (name, (code, "", "", ""))
        for name, code in (("没有填类型", "contract_type_blank_count"), ("没有填层级", "contract_level_blank_count"))
        if fact(package, code).value != 0
    ]
    rows.append(("全部有效合同", ("contract_in_force_count", "contract_enterprise_count", "contract_unit_coverage", "contract_employee_coverage")))
    note = "覆盖率的分母为已覆盖企业和已覆盖企业职工。一家企业可以有几类合同，各行的企业不能相加；份数按类型、按层级各自相加等于全部。"
    return itemised(package, ("份数（份）", "覆盖企业（家）", "企业覆盖率", "职工覆盖率"), rows, "有效集体合同（按类型和层级）", note, "类型、层级")


def contract_districts(package: Package) -> Blocks:
    columns = (("contract_unit_coverage", "企业覆盖率"), ("contract_unit_coverage_all", "占全部企业"), ("contract_employee_coverage", "职工覆盖率"),
               ("contract_employee_coverage_all", "占全部企业职工"), ("contract_expired_count", "已到期（份）"), ("contract_expiring_90d_count", "将到期（份）"))  # fmt: skip
    note = "前两列率的分母依次为已覆盖企业、应建会企业；后两列为已覆盖企业职工、应建会企业职工。跨区县的合同在各区县各计一次，全市计一次。"
    return of_districts(package, columns, "各区县集体合同", note)


# --- 6 规上企业


def cultivation(package: Package) -> dict[str, Any]:
    kinds = ("enterprise_count", "led_rate", "six_rate")
    batches = [*((k, f"{name}入库") for k, name in COHORTS), ("blank", "没有填年份")]
    has_years = any(fact(package, f"scale_{k}_enterprise_count").is_ok for k, _ in batches)
    rows = [(name, tuple(f"scale_{k}_{kind}" for kind in kinds)) for k, name in batches] if has_years else []
    rows.append(("全部规上企业", tuple(f"scale_{kind}" for kind in kinds)))
    reason = "" if has_years else clean(f"没有按入库年份分批：{fact(package, 'scale_y0_enterprise_count').reason}。")
    note = "率的分母为该批应建会的规上企业，六有看其所属的单独或联合工会。" + reason
    return itemised(package, ("企业（家）", "有基层工会", "六有全有率"), rows, "规上企业三年培育（按入库年份）", note, "批次")


# --- 7、8 党工共建、三类职工


def party_districts(package: Package) -> Blocks:
    columns = (("party_unit_count", "有党组织（家）"), ("party_union_sync_rate", "同建率"), ("party_without_union_unit_count", "有党无会（家）"),
               ("union_without_party_unit_count", "有会无党（家）"), ("union_party_joint_rate", "党工共建率"))  # fmt: skip
    return of_districts(package, columns, "各区县党工共建", "同建率的分母为有党组织的应建会单位；党工共建率的分母为工会组织。")


def groups(package: Package) -> dict[str, Any]:
    rows = [
        (name, (f"{g}_worker_count", f"{g}_member_count", f"{g}_member_count_qoq", f"{g}_membership_rate" if g != "new_form" else "")) for g, name in GROUPS
    ]
    note = ("三类人互有交叉，一人可以同时属于几类，不能相加。入会率的分母为台账所报的该类人员；劳务派遣工只看用工单位，派遣公司的会员不在分子里，会籍在派出单位的不在分母里，一人只计一次；"
            "新就业形态劳动者没有可靠的总数，不算率。")  # fmt: skip
    return itemised(package, ("人数", "会员", "会员较上季度末", "入会率"), rows, "三类职工入会（人）", note, "类别")
