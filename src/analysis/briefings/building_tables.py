"""The tables of the union-building document: a row an item for the place itself, a row a district for the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.briefings.context import Blocks, blank_note, left_out_note, signed
from analysis.briefings.quality_tables import as_sent, by_district
from analysis.facts import Fact
from analysis.measures.building import definitions
from analysis.measures.building_relations import LEVELS, TYPES
from analysis.publishing import blocks
from analysis.wording.numbers import clean

if TYPE_CHECKING:
    from analysis.runs.package import Package

MOST = 10  # rows of a list in the document; the rest stand in the CSV beside it
RUNGS = ("有牌子无机构", "有机构无制度", "有制度无活动", "正常运转", "规范化达标", "示范")
HAVES = ("chair", "org", "carrier", "systems", "funds", "satisfied")
SCORES = (("self", "自评"), ("district", "初审"), ("city", "核定"))
COHORTS = (("y0", "当年"), ("y1", "上年"), ("y2", "前年"), ("older", "更早"))
SHORTFALLS = (*(f"union_no_{h}_count" for h in HAVES), "union_short_score_count", "union_short_term_count", "union_short_count_count", "union_short_active_count")
CLUES = ("union_score_drop_count", "union_sign_no_chair_count", "union_systems_few_count", "union_carrier_idle_count", "union_score_high_low_level_count",
         "union_funds_unpaid_count", "union_chair_many_count", "union_photos_same_count", "union_activity_bunched_count")  # fmt: skip
FORMAL = ("contract_no_session_count", "contract_not_passed_count", "contract_not_filed_count", "contract_similar_count", "contract_unchanged_count",
          "contract_raise_blank_count", "contract_one_signer_count", "contract_unchecked_count")  # fmt: skip
HOMES = (("qualified", "合格"), ("advanced", "先进"), ("model", "模范"), ("development", "发展之家"), ("harmony", "和谐之家"), ("civility", "文明之家"),
         ("safety", "安全之家"), ("democracy", "民主之家"))  # fmt: skip
MATTERS = (("wage", "工资分配"), ("welfare", "福利待遇"), ("safety", "安全生产"))
GROUPS = (("migrant", "农民工"), ("dispatched", "劳务派遣工"), ("new_form", "新就业形态劳动者"))
OWNERS = (("state_collective", "国有集体企业"), ("non_public", "非公有制企业"))
MODES = {"vote": "审（须表决）", "deliberate": "议（讨论、听取意见）", "": "不作判断"}


def fact(package: Package, indicator: str) -> Fact:
    return package.register.fact(indicator, package.region_code)


def itemised(package: Package, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], caption: str, note: str = "", first: str = "项目") -> dict[str, Any]:
    """Return a table with an item a row, each with its indicators; an indicator ``""`` leaves the cell empty."""
    facts = {name: fact(package, name) for _, names in rows for name in names if name}
    lines = [[label, *(cell(facts[name]) if name else "" for name in names)] for label, names in rows]
    said = note + blank_note(list(facts.values())) + left_out_note(package.register, list(facts.values()))
    return blocks.table([(first, "left"), *((head, "right") for head in heads)], lines, caption=f"{package.region_name}{caption}", note=said)


def cell(made: Fact) -> Any:
    return signed(made) if (made.unit == "score" and made.indicator.endswith("_mean") and "_less_" in made.indicator) or made.unit == "pp" else made


def ladder(package: Package) -> dict[str, Any]:
    rows = [(name, (f"union_level_{n}_count", f"union_level_{n}_rate", f"union_level_{n}_employee_count", f"union_level_{n}_employee_share")) for n, name in enumerate(RUNGS, 1)]
    rows.append(("合计", ("union_org_count", "", "led_employee_count", "")))
    note = "占比的分母为工会组织，职工占比的分母为由基层工会覆盖的职工；一个单位只归一个工会，先归单独工会。"
    return itemised(package, ("工会（个）", "占比", "覆盖职工（人）", "职工占比"), rows, "工会状态", note, "状态")


def haves(package: Package) -> dict[str, Any]:
    names = definitions()
    rows = [(names[f"union_{h}_rate"]["name"], (f"union_{h}_rate", f"union_no_{h}_count")) for h in HAVES]
    return itemised(package, ("做到的占比", "还缺的工会（个）"), rows, "“六有”逐项", "占比的分母为工会组织，空白按没有计。")


def scores(package: Package) -> dict[str, Any]:
    rows = [(name, (f"union_{s}_scored_count", f"{s}_score_mean", f"{s}_pass_rate")) for s, name in SCORES]
    return itemised(package, ("有分的工会（个）", "平均分", "达标线以上占比"), rows, "规范化打分（自评、初审、核定）", "平均分和占比只算有这一项分数的工会，三行的范围不同，不能直接相减；达标线为八十分。")


def score_gaps(package: Package) -> dict[str, Any]:
    rows = [(f"{a}减{b}", (code,)) for a, b, code in (("初审", "自评", "district_less_self_mean"), ("核定", "初审", "city_less_district_mean"), ("核定", "自评", "city_less_self_mean"))]
    return itemised(package, ("平均相差（分）",), rows, "打分的差异", "只算两项分数都有的工会，同一批工会相比；负数为后一道打得低。")


def counted(package: Package, indicators: Sequence[str], caption: str, head: str, note: str, ranked: bool = False) -> dict[str, Any]:
    """Return a table of counts with what each means; ``ranked`` puts the largest first and the blank last."""
    facts = {name: fact(package, name) for name in indicators}
    order = sorted(indicators, key=lambda n: (not facts[n].is_ok, -(facts[n].value or 0))) if ranked else indicators
    known = definitions()
    rows = [[known[n]["name"], facts[n], blocks.mark(clean(known[n]["definition"]), "name")] for n in order]
    said = note + blank_note([f for f in facts.values() if not f.reason.startswith("台账没有")])
    said += left_out_note(package.register, list(facts.values()))
    return blocks.table([("项目", "left", 30), (head, "right", 12), ("含义", "left", 58)], rows, caption=f"{package.region_name}{caption}", note=said)


def union_districts(package: Package) -> Blocks:
    columns = (("union_org_count", "工会（个）"), ("shell_rate", "挂牌空壳占比"), ("shell_employee_share", "挂牌空壳职工占比"), ("six_haves_all_rate", "六有全有率"),
               ("standard_met_rate", "达标率"), ("union_one_short_count", "只差一项（个）"))  # fmt: skip
    return of_districts(package, columns, "各区县工会质量", "职工占比的分母为由基层工会覆盖的职工，其余率的分母为工会组织。")


def of_districts(package: Package, columns: Sequence[tuple[str, str]], caption: str, note: str) -> Blocks:
    """Return a table by district, in the city's document for internal readers only: outside the house these figures stand for the city alone."""
    if package.scope != "city" or package.audience != "internal":
        return []
    return [by_district(package, columns, caption, note)]


def cohorts(package: Package) -> dict[str, Any]:
    rows = [(f"{name}成立", (f"union_cohort_{k}_count", f"cohort_{k}_standard_rate")) for k, name in COHORTS]
    rows.append(("全部", ("union_org_count", "standard_met_rate")))
    return itemised(package, ("工会（个）", "达标率"), rows, "按成立年份分批的达标情况", "达标含示范，分母为该批工会。", "批次")


def shortfalls(package: Package) -> dict[str, Any]:
    return counted(package, SHORTFALLS, "离达标的短板（多的在前）", "工会（个）", "一个工会可以有几项短板，各项不能相加。", ranked=True)


def homes(package: Package) -> dict[str, Any]:
    rows = [(f"{name}职工之家" if len(name) == 2 else name, (f"union_home_{k}_count", f"union_home_{k}_rate")) for k, name in HOMES]
    return itemised(package, ("工会（个）", "占比"), rows, "职工之家和五个家", "占比的分母为工会组织；一个工会可以同时是几个家，不能相加。")


def congress_districts(package: Package) -> Blocks:
    columns = (("worker_congress_rate", "建制率"), ("worker_congress_rate_all", "建制率（全部企业）"), ("congress_standalone_rate", "单独建制率"),
               ("congress_wide_rate", "区域行业覆盖率"), ("congress_held_rate", "年度召开率"), ("sme_congress_without_rate", "中小企业未建制"))  # fmt: skip
    note = "建制率、单独建制率、区域行业覆盖率的分母为已覆盖企业；第二列的分母为应建会企业；年度召开率的分母为有职代会记录的已覆盖企业；末列的分母为已覆盖中小企业。"
    return of_districts(package, columns, "各区县职代会建制", note)


def matters(package: Package) -> dict[str, Any]:
    rows = [(name, tuple(f"matter_{m}_{o}_count" for o in ("submitted", "voted", "rejected", "deliberated"))) for m, name in MATTERS]
    return itemised(package, ("已提交（家）", "表决通过（家）", "表决未通过（家）", "只议未表决（家）"), rows, "三类事项提交职代会的情况",
                    "一家企业一类事项看近一年最近一次；表决未通过也是民主，不记负面；“只议未表决”不等于问题，要看下表该议还是该审。", "事项")  # fmt: skip


def due(package: Package) -> dict[str, Any]:
    kinds = ("due", "due_voted", "due_unvoted", "lawful", "unclear")
    rows = [(name, (*(f"matter_{m}_{k}_enterprise_count" for k in kinds), f"matter_{m}_vote_rate")) for m, name in MATTERS]
    return itemised(package, ("应表决（家）", "已表决（家）", "只议未审（家）", "依规可议（家）", "不明（家）", "该审已审率"), rows, "三类事项该议还是该审",
                    "“依规可议”是按规定讨论、听取意见即可的，不是问题；所有制不明的不作判断。该审已审率的分母为已提交且依规应表决的企业。", "事项")  # fmt: skip


def modes(package: Package) -> dict[str, Any]:
    """Return the rule in force: matter × ownership → 议 or 审, with the source."""
    rule = tables.load("required_modes")
    own = rule[rule["rule"] == package.settings.local_rule]
    found = {(r.matter, r.ownership): r for r in own.itertuples()}
    rows = [[name, label, MODES[found[name, owner].mode], found[name, owner].source] for _, name in MATTERS for owner, label in OWNERS]
    rows = [[blocks.mark(clean(c), "law") for c in row] for row in rows]
    note = f"按{own['rule_name'].iloc[0]}判断，适用哪里的条例由研究室在 workbench.toml 的 local_rule 里写明；所有制不明的不判断。集体合同草案不在此表，各类企业都须审议通过。"
    return blocks.table([("事项", "left"), ("所有制", "left"), ("该议还是该审", "left"), ("依据", "left")], rows, caption="该议还是该审：事项、所有制与适用条例", note=note)


def contracts(package: Package) -> dict[str, Any]:
    rows = [(f"{name}{tail}", (f"contract_{fam}_{k}_count", f"contract_{fam}_{k}_enterprise_count", f"contract_{fam}_{k}_coverage", f"contract_{fam}_{k}_employee_coverage"))
            for fam, items, tail in (("type", TYPES, ""), ("level", LEVELS, "级")) for k, name in items.items()]  # fmt: skip
    rows += [("没有填类型", ("contract_type_blank_count", "", "", "")), ("没有填层级", ("contract_level_blank_count", "", "", "")),
             ("全部有效合同", ("contract_in_force_count", "contract_enterprise_count", "contract_unit_coverage", "contract_employee_coverage"))]  # fmt: skip
    note = "覆盖率的分母为已覆盖企业和已覆盖企业职工。一家企业可以有几类合同，各行的企业不能相加；份数按类型、按层级各自相加等于全部。"
    return itemised(package, ("份数（份）", "覆盖企业（家）", "企业覆盖率", "职工覆盖率"), rows, "有效集体合同（按类型和层级）", note, "类型、层级")


def contract_districts(package: Package) -> Blocks:
    columns = (("contract_unit_coverage", "企业覆盖率"), ("contract_unit_coverage_all", "占全部企业"), ("contract_employee_coverage", "职工覆盖率"),
               ("contract_employee_coverage_all", "占全部企业职工"), ("contract_expired_count", "已到期（份）"), ("contract_expiring_90d_count", "将到期（份）"))  # fmt: skip
    note = "前两列率的分母依次为已覆盖企业、应建会企业；后两列为已覆盖企业职工、应建会企业职工。跨区县的合同在各区县各计一次，全市计一次。"
    return of_districts(package, columns, "各区县集体合同", note)


def formality(package: Package) -> dict[str, Any]:
    return counted(package, FORMAL, "集体合同的形式主义信号", "合同（份）", "只作抽查线索，不定性；没有相应的列的写“—”。")


def clues(package: Package) -> dict[str, Any]:
    return counted(package, CLUES, "工会核查线索", "工会（个）", "只提示核查，不定性，不改变任何数字；没有相应的列的写“—”。另见台账质量核对中的信号。")


def cultivation(package: Package) -> dict[str, Any]:
    rows = [(f"{name}入库", (f"scale_{k}_enterprise_count", f"scale_{k}_led_rate", f"scale_{k}_six_rate")) for k, name in COHORTS]
    rows += [("没有填年份", ("scale_blank_enterprise_count", "scale_blank_led_rate", "scale_blank_six_rate")), ("全部规上企业", ("scale_enterprise_count", "scale_led_rate", "scale_six_rate"))]
    return itemised(package, ("企业（家）", "有基层工会", "六有全有率"), rows, "规上企业三年培育（按入库年份）", "率的分母为该批应建会的规上企业，六有看其所属的单独或联合工会。", "批次")


def cultivation_haves(package: Package) -> dict[str, Any]:
    names = definitions()
    facts = {h: fact(package, f"scale_{h}_rate") for h in HAVES}
    order = sorted(HAVES, key=lambda h: (not facts[h].is_ok, facts[h].value or 0))
    rows = [(names[f"union_{h}_rate"]["name"], (f"scale_{h}_rate",)) for h in order]
    return itemised(package, ("做到的占比",), rows, "规上企业“六有”逐项（短板在前）", "分母为应建会的规上企业。")


def party_districts(package: Package) -> Blocks:
    columns = (("party_unit_count", "有党组织（家）"), ("party_union_sync_rate", "同建率"), ("party_without_union_unit_count", "有党无会（家）"),
               ("union_without_party_unit_count", "有会无党（家）"), ("union_party_joint_rate", "党工共建率"))  # fmt: skip
    return of_districts(package, columns, "各区县党工共建", "同建率的分母为有党组织的应建会单位；党工共建率的分母为工会组织。")


def groups(package: Package) -> dict[str, Any]:
    rows = [(name, (f"{g}_worker_count", f"{g}_member_count", f"{g}_member_count_qoq", f"{g}_membership_rate" if g != "new_form" else "")) for g, name in GROUPS]
    facts = {name: fact(package, name) for _, names in rows for name in names if name}
    lines = [[label, *((signed(facts[n]) if n.endswith("_qoq") else facts[n]) if n else "不计算" for n in names)] for label, names in rows]
    note = "三类人互有交叉，一人可以同时属于几类，不能相加。入会率的分母为台账所报的该类人员，劳务派遣工剔除会籍在派出单位的，在会籍所在单位只计一次；新就业形态劳动者没有可靠的总数，不算率。"
    said = note + blank_note(list(facts.values())) + left_out_note(package.register, list(facts.values()))
    heads = [("类别", "left"), *((h, "right") for h in ("人数", "会员", "会员较上季度末", "入会率"))]
    return blocks.table(heads, lines, caption=f"{package.region_name}三类职工入会（人）", note=said)


def lists(package: Package) -> Blocks:
    """Return the lists of units, unions and contracts, at most ``MOST`` each; internal readers only."""
    found = package.building.lists
    if package.scope != "city":
        found = found[found["district_code"] == package.scope]
    return [_list_table(package, r, found[found["list"] == r["list"]]) for r in tables.load("building_lists").to_dict("records") if (found["list"] == r["list"]).any()]


def _list_table(package: Package, listed: dict[str, str], rows: Any) -> dict[str, Any]:
    names, is_city = dict(package.register.regions("district")), package.scope == "city"
    base = fact(package, listed["indicator"])
    heads = [("区县", "left", 12)] * is_city + [(listed["code_header"], "left", 30), ("名称", "left", 28)]
    heads += [(listed["detail_header"], "left", 26)] * bool(listed["detail_header"]) + [(listed["amount_header"], "right", 10)] * bool(listed["amount_header"])
    lines = []
    for row in rows.head(MOST).itertuples():
        cells: list[Any] = [clean(names.get(row.district_code, row.district_code or "—"))] if is_city else []
        cells += [as_sent(row.code), as_sent(row.name)]
        cells += [blocks.mark(clean(row.detail), "name")] * bool(listed["detail_header"])
        if listed["amount_header"]:
            own = package.register.derived(base, f"{row.code}_employees", int(row.amount), "count", "职工", status="ok", reason="", decimals=0)
            cells.append(own)
        lines.append(cells)
    note: list[Any] = []
    if len(rows) > MOST:
        rest = package.register.derived(base, "unlisted", len(rows) - MOST, "count", f"{base.name}（未列出）", status="ok", reason="", decimals=0)
        note = ["这里列", blocks.mark(f"{MOST}行", "threshold"), "，其余", rest, "行见 union_building.csv。"]
    return blocks.table(heads, lines, caption=listed["name"], note=note)
