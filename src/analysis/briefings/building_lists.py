"""The lists of units, unions and contracts of the union-building document, in one table: the weightiest of each; internal readers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.briefings.context import Blocks
from analysis.briefings.quality_tables import as_sent
from analysis.publishing import blocks
from analysis.wording.numbers import clean

if TYPE_CHECKING:
    from analysis.runs.package import Package


def lists(package: Package) -> Blocks:
    """Return one table of the lists, of each as many rows as ``building_lists.csv`` says; the rest stand in the CSV beside the document."""
    found, is_city = package.building.lists, package.scope == "city"
    if not is_city:
        found = found[found["district_code"] == package.scope]
    names, rows = dict(package.register.regions("district")), []
    for listed in tables.load("building_lists").to_dict("records"):
        for row in found[found["list"] == listed["list"]].head(int(listed["shown"])).itertuples():
            place = [clean(names.get(row.district_code, row.district_code or "—"))] if is_city else []
            rows.append([listed["name"], *place, as_sent(row.code), as_sent(row.name), _case(row.detail, listed["amount_header"], row.amount)])
    if not rows:
        return []
    columns = [("名单", "left", 17), *([("区县", "left", 8)] if is_city else []), ("代码", "left", 22), ("名称", "left", 22), ("情况", "left", 31)]
    note = "每份名单只列头几行，先列职工多、分差大的；全部名单见本文稿旁边的 union_building.csv，只供内部核实，不外传。"
    return [blocks.table(columns, rows, caption=f"{package.region_name}各份名单", note=note)]


def _case(detail: str, head: str, amount: int) -> Any:
    """Return what is the matter with one unit, union or contract, as the ledger has it: ``缺经费，职工152人``."""
    staff = f"职工{amount}人" if head == "职工" else ""
    said = "，".join(filter(None, (clean(detail), staff)))
    return blocks.mark(said, "name") if said else "—"
