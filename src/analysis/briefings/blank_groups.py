"""Groups outside unions (农民工, 劳务派遣工, 新就业形态, 灵活就业): absolute numbers first, never summed, dispatched workers by the rule of domain §3."""

from __future__ import annotations

from typing import Any

from analysis.briefings.areas import Areas
from analysis.briefings.context import blank_note, left_out_note
from analysis.facts import Fact, Register
from analysis.publishing import blocks

GROUPS = (("migrant", "农民工"), ("dispatched", "劳务派遣工"), ("new_form", "新就业形态劳动者"))


def outside(register: Register, code: str, group: str) -> tuple[Fact, Fact, Fact]:
    """Return workers, members and those outside unions of a group.

    A dispatched worker may be a member at the agency and is counted there (domain §3): those are taken off before anyone is called outside.
    More members than workers is an error of the ledger, not a negative number of people: then blank with that reason.
    """
    workers, members = (register.fact(f"{group}_{what}_count", code) for what in ("worker", "member"))
    left = register.difference(workers, members, "outside", f"未入会{workers.name}")
    if group == "dispatched":
        with register.quietly() as asked:  # a column that few hand in is no gap of the document
            is_known = asked.fact("dispatched_member_elsewhere_count", code).is_ok
        if is_known:
            left = register.difference(left, register.fact("dispatched_member_elsewhere_count", code), "here_or_elsewhere", left.name)
        else:
            left = register.derived(left, "unknown", None, "count", left.name, status="no_data", reason="没有报会籍在派出单位的人数")
    if left.is_ok and left.value < 0:
        left = register.derived(left, "checked", None, "count", left.name, status="no_data", reason="会员数多于人数，请核对台账")
    return workers, members, left


def groups(register: Register, code: str) -> list[dict[str, Any]]:
    """Return what the text says of each group: name, workers, members, outside; a group without workers is left out."""
    found = []
    for group, name in GROUPS:
        workers, members, left = outside(register, code, group)
        if not workers.is_ok or workers.value:
            found.append({"名称": name, "人数": workers, "会员": members, "未入会": left, "派遣": group == "dispatched",
                          "会籍不明": group == "dispatched" and workers.is_ok and members.is_ok and left.status == "no_data"})  # fmt: skip
    return found


def group_table(areas: Areas) -> dict[str, Any]:
    """Return workers and those outside by area, the total last; only whole-region rows where there are no areas."""
    package, register = areas.package, areas.package.register
    rows = {code: [f for group, _ in GROUPS for f in outside(register, code, group)] for code in [*areas.names, package.region_code]}
    names = areas.names | {package.region_code: f"{package.region_name}合计" if areas.names else package.region_name}
    heads = [f"{name}{what}" for name in ("农民工", "派遣工", "新业态") for what in ("", "会员", "未入会")]
    known = [i for i in range(len(heads)) if any(row[i].is_ok for row in rows.values())]  # a column that is blank throughout is left out
    columns = [(areas.word if areas.names else "范围", "left"), *((heads[i], "right") for i in known)]
    note = "三类人员都是“其中”，互有交叉，不相加；派遣工未入会须扣除会籍在派出单位的，没有报的不列；没有用人单位的灵活就业人员不在台账内。"
    note += blank_note([row[i] for row in rows.values() for i in known]) + left_out_note(register, [rows[package.region_code][i] for i in known])
    cells = [[names[code], *(row[i] for i in known)] for code, row in rows.items()]
    return blocks.table(columns, cells, caption=f"{package.region_name}工会之外的职工群体（人）", note=note)
