"""Ledger quality (台账质量核对): what came in, what must be mended, how it agrees with itself and with the quarter before, whom to call first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.briefings.context import Document, open_draft
from analysis.briefings.quality_tables import (
    COVERED,
    FILLS,
    MEMBERS,
    REPORTED,
    UNITS,
    declared_table,
    districts,
    fill_table,
    handed_in_table,
    identity_table,
    lists,
    rule_table,
    signal_table,
    unchecked,
)
from analysis.facts import Fact
from analysis.measures.quality import rule_indicator, signal_indicator
from analysis.periods import Quarter
from analysis.runs.index.incomplete import sentences
from analysis.wording.numbers import clean, mark, named, say
from analysis.wording.phrases import listed, lower

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "ledger_quality"
MOST_CALLED = 3


def write(package: Package) -> Document:
    """Write the document; parts: 1 报送, 2 问题, 3 填写, 4 合计, 5 与上季度, 6 信号, 7 名单."""
    package = package.with_quality()
    draft = open_draft(package, NAME, f"{package.region_name}台账质量核对")
    known = words(package)
    shown = {
        "报送": [handed_in_table(package)], "问题": [rule_table(package)] if known["有问题"] else [], "合计": declared_table(package),
        "信号": [signal_table(package)] if known["有信号"] else [],
    }  # fmt: skip
    if not package.is_totals:
        shown |= {"填写": [fill_table(package)], "名单": lists(package)}
        for slot, identity in (("单位", UNITS), ("覆盖", COVERED), ("会员", MEMBERS), ("所报", REPORTED)):
            # a district has one row of each, which the paragraphs say already
            shown[slot] = [identity_table(package, identity)] if package.scope == "city" and next(iter(known[slot].values())).is_ok else []
    return Document(draft, draft.parts(f"{NAME}.j2", shown, **known | {"有名单": bool(shown.get("名单"))}))


def words(package: Package) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, code = package.register, package.region_code

    def fact(indicator: str) -> Fact:
        return register.fact(indicator, code)

    rules = [fact(rule_indicator(r)) for r in tables.load("rules")["rule"]]
    signals = {r["name"]: fact(signal_indicator(r["signal"])) for r in tables.load("signals").to_dict("records")}
    return {
        "名称": named(package.region_name), "是全市": package.scope == "city", "仅汇总": package.is_totals, "是内部": package.audience == "internal",
        "上季": mark(Quarter(package.quarter).previous.label, "date"), "差异": [mark(clean(n), "name") for n in package.notes] if package.is_totals else [],
        "文件": fact("handed_file_count"), "没读成": fact("failed_file_count"), "读入": fact("row_read_count"), "接收": fact("row_accepted_count"),
        "提示": fact("row_flagged_count"), "退回": fact("row_quarantined_count"), "退回率": fact("row_quarantined_rate"), "单位退回": fact("unit_quarantined_count"),
        "缺表": missing_tables(package), "先联系": call_first(package) if package.scope == "city" else [],
        "有问题": any(f.value for f in rules), "问题隐去": any(f.status == "suppressed" for f in rules),
        "填写": fact("fill_all_rate"), "填得最少": least_filled(package),
        "核对": fact("declared_checked_count"), "不符": fact("declared_differing_count"), "没法核对": fact("declared_unchecked_count"),
        "单位": terms(package, UNITS), "覆盖": terms(package, COVERED), "会员": terms(package, MEMBERS), "所报": terms(package, REPORTED),
        "被退回": fact("units_gone_refused"), "全被退回": bool(fact("units_gone").value) and fact("units_gone").value == fact("units_gone_refused").value,
        "有差": unequal(package),
        "有信号": any(f.value for f in signals.values()), "没发现": listed([n for n, f in signals.items() if f.is_ok and f.value == 0]),
        "没检查": [mark(f"{'、'.join(names)}（{clean(reason)}）", "name") for reason, names in unchecked(signals).items()], "信号隐去": [n for n, f in signals.items() if f.status == "suppressed"],
    }  # fmt: skip


def terms(package: Package, identity: tuple) -> dict[str, Fact]:
    """Return the terms of an identity by their heads without signs: 上季末, 新出现 … 本季末, 差额; where one is withheld, that one for all."""
    family, _, columns = identity
    found = {head.lstrip("＋－＝"): package.register.fact(f"{family}_{term}", package.region_code) for term, head in columns}
    withheld = next((fact for fact in found.values() if fact.status == "suppressed"), None)
    return dict.fromkeys(found, withheld) if withheld else found


def unequal(package: Package) -> list[str]:
    """Return the districts where an identity leaves a rest, with the rest."""
    found = []
    for family, measure, name in (("units", "家", "应建会单位"), ("covered", "家", "已覆盖单位"), ("members", "人", "会员")):
        for code in districts(package):
            fact = package.register.fact(f"{family}_residual", code)
            if fact.is_ok and fact.value:
                found.append(f"{named(clean(fact.region_name))}{name}{say(fact)}{measure}")
    return found


def missing_tables(package: Package) -> list[str]:
    """Return one sentence a district that lacks tables that figures rest on: ``甲区没有报送“工会”表``."""
    names = dict(package.register.regions("district"))
    rows = [{"region": r.region, "region_name": names.get(r.region, r.region), "table": r.table, "column": "", "reason": r.reason}
            for r in package.quality.missing.itertuples()]  # fmt: skip
    return [mark(clean(said), "name") for said in sentences(rows, "" if package.scope == "city" else package.scope)]


def least_filled(package: Package) -> dict[str, Any]:
    """Return the column filled least of those handed in; empty where all are full or nothing is known."""
    facts = [(head, package.register.fact(name, package.region_code)) for name, head in FILLS[1:]]
    known = [(fact.value, head, fact) for head, fact in facts if fact.is_ok and fact.value < 1]
    if not known:
        return {}
    _, head, fact = min(known, key=lambda item: item[:2])
    return {"列": head, "率": fact}


def call_first(package: Package) -> list[str]:
    """Return at most three districts to call first with what to mend: files not read, then missing tables, then rows refused.

    A district with few refused rows is not named: a handful of slips is no reason to stand in front.
    """
    ranked = []
    for code, name in districts(package).items():
        failed, missing, unit_rows, refused = (package.register.fact(i, code) for i in ("failed_file_count", "missing_table_count",
                                                                                         "unit_quarantined_count", "row_quarantined_count"))  # fmt: skip
        clauses = [f"{say(failed)}个文件没有读成"] if failed.value else []
        clauses += [f"缺{say(missing)}张表"] if missing.value else []
        if refused.value and (clauses or refused.value >= lower("worth_a_call")):
            clauses.append(f"退回{say(refused)}行" + (f"，单位表占{say(unit_rows)}行" if unit_rows.value else ""))
        if clauses:
            key = tuple(-(f.value or 0) for f in (failed, missing, unit_rows, refused))
            ranked.append((key, code, f"{named(name)}（{'，'.join(clauses)}）"))
    return [said for _, _, said in sorted(ranked)[:MOST_CALLED]]
