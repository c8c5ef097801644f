"""The tables of the quality document: by district for the city, the district's own for a district."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.briefings.context import Blocks, blank_note, left_out_note, signed
from analysis.facts import Fact
from analysis.intake.completeness import table_name
from analysis.measures.quality import OTHER, VERDICTS, rule_indicator, signal_indicator, table_indicator
from analysis.publishing import blocks
from analysis.wording.numbers import clean

if TYPE_CHECKING:
    from analysis.runs.package import Package

MOST = 10  # totals shown in the document
LISTED = 2  # units or unions shown of each signal; all of them stand in the CSV beside the document
HANDED = (("handed_file_count", "文件"), ("failed_file_count", "没有读成"), ("missing_table_count", "缺表"), ("row_read_count", "读入行"),
          ("row_accepted_count", "接收"), ("row_flagged_count", "提示"), ("row_quarantined_count", "退回"), ("unit_quarantined_count", "其中单位表"),
          ("row_quarantined_rate", "退回率"))  # fmt: skip
FILLS = (("fill_all_rate", "总体"), ("fill_township_name_rate", "乡镇街道"), ("fill_lon_rate", "坐标"), ("fill_registration_type_rate", "登记类型"),
         ("fill_holding_type_rate", "控股类型"), ("fill_industry_code_rate", "行业代码"), ("fill_migrant_worker_count_rate", "农民工数"),
         ("fill_dispatched_worker_count_rate", "派遣工数"), ("fill_new_form_worker_count_rate", "新业态人数"), ("fill_has_party_org_rate", "有无党组织"))  # fmt: skip
UNITS = ("units", "应建会单位的增减（家）", (("opening", "上季末"), ("appeared", "＋新出现"), ("resumed", "＋恢复"), ("moved_in", "＋迁入"), ("gone", "－不见了"),
         ("ceased", "－不再应建会"), ("moved_out", "－迁出"), ("closing", "＝本季末"), ("residual", "差额")))  # fmt: skip
COVERED = ("covered", "已覆盖单位的增减（家）", (("opening", "上季末"), ("with_new_unit", "＋新单位"), ("newly", "＋新覆盖"), ("moved_in", "＋迁入"), ("lost", "－失去覆盖"),
           ("left", "－随单位减少"), ("moved_out", "－迁出"), ("closing", "＝本季末"), ("residual", "差额")))  # fmt: skip
MEMBERS = ("members", "会员的增减（人）", (("opening", "上季末"), ("by_units", "单位增减"), ("moved", "单位迁移"), ("within", "单位内增减"), ("closing", "＝本季末"),
           ("residual", "差额")))  # fmt: skip
REPORTED = ("members", "会员增减与所报的新发展、转入、转出、退会（人）", (("explained", "单位内增减"), ("new", "新发展"), ("in", "转入"), ("out", "转出"), ("left", "退会"),
            ("unexplained", "没有说明的")))  # fmt: skip
_SIGNED = {"members_by_units", "members_moved", "members_within", "members_explained", "members_unexplained"}
_VERDICTS = {"quarantined": "退回", "flagged": "提示"}
_ENDS = {"headcount_jump": ("上季职工", "本季职工"), "unit_gone": ("上季职工", ""), "unit_moved": ("上季区县", "本季区县"), "unit_recoded": ("上季代码", "本季代码"),
         "unit_renamed": ("上季名称", ""), "member_flow_uneven": ("上季会员", "本季会员"), "members_frozen": ("", "会员"), "union_gone": ("涉及单位", ""),
         "term_overdue": ("", "届满日期"), "term_undated": ("", "成立日期"), "cover_before_union": ("最早覆盖", "工会成立")}  # fmt: skip
_PEOPLE = ("headcount_jump", "unit_gone", "member_flow_uneven", "members_frozen", "union_gone")


def districts(package: Package) -> dict[str, str]:
    """Return code → name of what the tables list: the city's districts, or the district alone."""
    known = {code: clean(name) for code, name in package.register.regions("district")}
    return known if package.scope == "city" else {package.scope: known[package.scope]}


def by_district(
    package: Package, columns: Sequence[tuple[str, str]], caption: str, note: Any = "", is_percent: bool = False, with_other: bool = False
) -> dict[str, Any]:
    """Return a table of indicators: a row a district, then what belongs to none, then the city's total."""
    register, names = package.register, districts(package)
    if package.scope == "city":
        if with_other and any(register.fact(name, OTHER[0]).value for name, _ in columns):
            names = names | {OTHER[0]: "分不到区县的"}
        if any(register.fact(columns[-1][0], code).status == "suppressed" for code in names):
            names = {}
        names = names | {package.region_code: f"{package.region_name}合计"}
    rows = {code: [register.fact(name, code) for name, _ in columns] for code in names}

    def cell(name: str, fact: Fact) -> Any:
        if name in _SIGNED or name.endswith("_residual"):
            return signed(fact)
        return blocks.run(fact.figure, fact=fact.id) if is_percent else fact

    lines = [[names[code], *(cell(name, fact) for (name, _), fact in zip(columns, facts, strict=True))] for code, facts in rows.items()]
    said = [note, blank_note([f for facts in rows.values() for f in facts]) + left_out_note(register, rows.get(package.region_code, []))]
    return blocks.table([("区县", "left"), *((head, "right") for _, head in columns)], lines, caption=f"{package.region_name}{caption}", note=said)


def handed_in_table(package: Package) -> dict[str, Any]:
    if package.scope == "city":
        note = "行归到报送文件的区县，一个文件报几个区县的按行里写的区县；退回的行不在任何数字里，退回率的分母为读入的行。"
        return by_district(package, HANDED, "报送情况（个、张、行）", note, with_other=True)
    return by_table(package)


def by_table(package: Package) -> dict[str, Any]:
    """Return a district's rows by table of the ledger."""
    register, code = package.register, package.region_code
    rows = []
    for table in dict.fromkeys(tables.load("columns")["table"]):
        facts = [register.fact(table_indicator(table, verdict), code) for verdict in VERDICTS]
        if facts[0].value:
            rows.append([table_name(table), *facts])
    rows.append(["合计", *(register.fact(f"row_{verdict}_count", code) for verdict in VERDICTS)])
    return blocks.table([("表", "left"), *((head, "right") for head in ("读入", "接收", "提示", "退回"))], rows, caption=f"{package.region_name}各表的行",
                        note="退回的行不在任何数字里，请改正后重报；提示的行照用，请核实。")  # fmt: skip


def fill_table(package: Package) -> dict[str, Any]:
    note = "分母为收下的单位；“总体”的分母为各列应填的格，缺列的按没有填计。填零也算填了。"
    return by_district(package, FILLS, "各列填写率（%）", note, is_percent=True)


def identity_table(package: Package, identity: tuple[str, str, Sequence[tuple[str, str]]]) -> dict[str, Any]:
    family, caption, terms = identity
    columns = [(f"{family}_{term}", head) for term, head in terms]
    note = "差额＝指标表的本季末数减去（指标表的上季末数加减各项），应为零。" if identity is UNITS else ""
    if identity is MEMBERS:
        note = "单位增减指新出现、恢复单位的会员减去不见了、不再应建会单位的会员；单位内增减指两季都应建会的单位会员的变化。" + note
    if identity is REPORTED:
        note = "单位内增减＝新发展＋转入－转出－退会＋没有说明的。没有说明的应为零；不为零的，请核对会员名册和所报增减。"
    return by_district(package, columns, caption, note)


def remedy(advice: str) -> str:
    """Return the part of a row's advice that holds for every such row: what to do, without the value found.

    >>> remedy("“{column}”没有填。请填写大于或等于0的整数，确实没有的填0。")
    '请填写大于或等于0的整数，确实没有的填0。'
    """
    return advice.split("。", 1)[1].replace("“{target}”表", "相应的表")


def where_most(package: Package, indicator: str, most: int = 2) -> list[Any]:
    """Return the districts with most of something, as text with facts: ``甲区13、乙区10``."""
    facts = [f for f in package.register.district_facts(indicator) if f.is_ok and f.value]
    said: list[Any] = []
    for fact in sorted(facts, key=lambda f: (-f.value, f.region_code))[:most]:
        said += ["、" if said else "", clean(fact.region_name), fact]
    return said or ["—"]


def _table_with_places(package: Package, heads: Sequence[tuple], rows: Iterable[tuple[list[Any], str]], caption: str, note: Any) -> dict[str, Any]:
    """Return a table whose third-last column says where; left out in a district's document and outside the house."""
    is_city = package.scope == "city" and package.audience == "internal"
    columns = [h for h in heads if is_city or h[0] != "最多的区县"]
    lines = [[*cells[:-1], *([where_most(package, indicator)] if is_city else []), cells[-1]] for cells, indicator in rows]
    return blocks.table(columns, lines, caption=caption, note=note)


def rule_table(package: Package) -> dict[str, Any]:
    """Return the rules that were broken: refused first, the most first."""
    rules = tables.load("rules").to_dict("records")
    facts = {r["rule"]: package.register.fact(rule_indicator(r["rule"]), package.region_code) for r in rules}
    shown = sorted((r for r in rules if facts[r["rule"]].value), key=lambda r: (r["verdict"] != "quarantined", -facts[r["rule"]].value))
    rows = [([as_rule(r["meaning"]), _VERDICTS[r["verdict"]], facts[r["rule"]], as_rule(remedy(r["advice"]))], rule_indicator(r["rule"])) for r in shown]
    heads = [("问题", "left", 24), ("结论", "center", 8), ("处数", "right", 8), ("最多的区县", "left", 28), ("怎么改", "left", 36)]
    return _table_with_places(
        package, heads, rows, f"{package.region_name}核对出的问题（处）", "一行可以有几处问题，处数多于行数；逐行的位置和改法见退回的工作簿。"
    )


def signal_table(package: Package) -> dict[str, Any]:
    """Return the signals found, with what to do."""
    rows = []
    for r in tables.load("signals").to_dict("records"):
        fact = package.register.fact(signal_indicator(r["signal"]), package.region_code)
        if fact.value:
            rows.append(([r["name"], meaning(r), [fact, r["measure"]], r["advice"]], signal_indicator(r["signal"])))
    heads = [("信号", "left", 16), ("含义", "left", 30), ("数目", "right", 9), ("最多的区县", "left", 17), ("怎么办", "left", 30)]
    note: list[Any] = ["信号只提示核实，不改变任何一行的结论，也不改变任何数字；按单位、工会所在区县计，对不上名册的按报送文件的区县计。"]
    facts = {r["name"]: package.register.fact(signal_indicator(r["signal"]), package.region_code) for r in tables.load("signals").to_dict("records")}
    unfound = [name for name, fact in facts.items() if fact.is_ok and fact.value == 0]
    note += [f"没有发现的：{'、'.join(unfound)}。"] if unfound else []
    for n, (reason, names) in enumerate(unchecked(facts).items()):
        note += ["；" if n else "没有检查的：", "、".join(names), blocks.mark(f"（{clean(reason)}）", "name")]
    return _table_with_places(package, heads, rows, f"{package.region_name}各种信号", [*note, "。"] if unchecked(facts) else note)


def unchecked(signals: dict[str, Fact]) -> dict[str, list[str]]:
    """Return the signals (name → fact) that could not be looked for: reason → names."""
    grouped: dict[str, list[str]] = {}
    for name, fact in signals.items():
        if fact.status == "no_data":
            grouped.setdefault(fact.reason, []).append(name)
    return grouped


def declared_table(package: Package) -> Blocks:
    """Return the totals that differ from their rows, each where it stands; none where all agree."""
    lines = package.quality.declared
    lines = lines[(lines["declared"] != lines["summed"]) & (lines["unreadable"] == 0)]
    if package.scope != "city":
        lines = lines[lines["district_code"] == package.scope]
    if lines.empty:
        return []
    heads = tables.load("columns").set_index(["table", "code"])["header"]
    base, rows = package.register.fact("declared_differing_count", package.region_code), []
    for n, line in enumerate(lines.head(MOST).itertuples(), 1):
        where = f"{line.sheet or table_name(line.table)}第{line.row}行"
        said = [_own_fact(package, base, f"{n}_{kind}", value) for kind, value in (("declared", line.declared), ("summed", line.summed))]
        gap = _own_fact(package, base, f"{n}_gap", line.declared - line.summed)
        rows.append([as_sent(line.file), as_sent(where), heads[line.table, line.column], *said, signed(gap)])
    note = ["只列前", blocks.mark(f"{MOST}处", "threshold"), "，其余请看各区县的文件。"] if len(lines) > MOST else ""
    columns = [("文件", "left", 26), ("位置", "left", 20), ("列", "left", 18), ("合计行写的", "right", 13), ("明细之和", "right", 13), ("相差", "right", 10)]
    return [blocks.table(columns, rows, caption=f"{package.region_name}与明细不符的合计数", note=note)]


def _own_fact(package: Package, base: Fact, suffix: str, value: int) -> Fact:
    return package.register.derived(base, suffix, int(value), "count", base.name, status="ok", reason="", decimals=0)


def lists(package: Package) -> Blocks:
    """Return one table of the units and unions behind the signals, the weightiest of each; internal readers only."""
    found, is_city = package.quality.lists, package.scope == "city"
    names = dict(package.register.regions("district")) | {OTHER[0]: "分不到区县"}
    if not is_city:
        found = found[found["district_code"] == package.scope]
    rows = []
    for r in tables.load("signals").to_dict("records"):
        for row in found[found["signal"] == r["signal"]].head(LISTED).itertuples():
            place = [clean(names.get(row.district_code, row.district_code))] if is_city else []
            rows.append([r["name"], *place, as_sent(row.code), as_sent(row.name), _case(package, r["signal"], row, names)])
    if not rows:
        return []
    columns = [("信号", "left", 16), *([("区县", "left", 8)] if is_city else []), ("代码", "left", 22), ("名称", "left", 28), ("情况", "left", 26)]
    note = [
        "每种信号最多列",
        blocks.mark(str(LISTED), "threshold"),
        "家（个），先列变动大的；全部名单见本文稿旁边的 ledger_quality.csv，只供内部核实，不外传。",
    ]
    return [blocks.table(columns, rows, caption=f"{package.region_name}各种信号的名单", note=note)]


def _case(package: Package, signal: str, row: Any, names: dict[str, str]) -> list[Any]:
    """Return what is the matter with one unit or union: ``上季职工30，本季职工10``."""
    said: list[Any] = []
    for side, head in zip(("before", "now"), _ENDS.get(signal, ("", "")), strict=True):
        value = getattr(row, side)
        if head:
            said += [
                "，" if said else "",
                head if signal in _PEOPLE else f"{head}：",
                _list_cell(package, signal, row.code, head, clean(names.get(value, value))),
            ]
    if row.detail and signal not in ("term_overdue", "term_undated", "cover_before_union"):
        said += ["，" if said else "", as_sent(row.detail)]
    return said or ["—"]


def meaning(signal: dict[str, str]) -> list[Any]:
    """Return what a signal means, with its threshold in the words."""
    before, said, after = signal["meaning"].partition("此数")
    return [before, blocks.mark(signal["threshold"] + signal["threshold_unit"], "threshold"), after] if said else [before]


def as_sent(text: str) -> dict[str, Any]:
    """Return a code or name of the ledger as it was sent: it may hold digits, which are no figures of ours; a name of digits alone stands in quotes."""
    shown = clean(text)
    if re.fullmatch(r"[0-9A-HJ-NP-RTUW-Y]{18}", shown):
        return blocks.mark(shown, "code")
    return blocks.mark(f"“{shown}”" if re.fullmatch(r"[\d\s.,，%％-]+[家人个份户名元万]?", shown) else shown, "name") if shown else blocks.run("")


def as_rule(text: str) -> dict[str, Any]:
    """Return words of a rule table; the figures in them are the rule's own."""
    return blocks.mark(text, "threshold") if re.search(r"\d", text) else blocks.run(text)


def _list_cell(package: Package, signal: str, unit: str, head: str, value: str) -> Any:
    """A figure of one unit is a fact of that unit; names, codes and dates are none."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return blocks.mark(value, "date")
    if signal not in _PEOPLE or not value.lstrip("-").isdecimal():
        return as_sent(value) if value else "—"
    base = package.register.fact(signal_indicator(signal), package.region_code)
    suffix = f"{unit}_{'then' if head.startswith('上季') else 'now'}"
    return package.register.derived(base, suffix, int(value), "count", head, status="ok", reason="", decimals=0)
