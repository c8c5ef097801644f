"""Union building (工会建设): what the unions that stand on paper are worth, part by part; lists for internal readers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings import building_path as path
from analysis.briefings import building_tables as t
from analysis.briefings.building_lists import lists
from analysis.briefings.context import Document, open_draft
from analysis.periods import Quarter
from analysis.wording.numbers import clean, mark, say
from analysis.wording.phrases import listed
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "union_building"
MOST_SHORT = 3


def write(package: Package) -> Document:
    """Write the document; parts: 1 状态与六有, 2 分批达标, 3 职工之家, 4 民主管理, 5 集体合同, 6 规上培育, 7 党工共建, 8 三类职工, 9 名单 (internal)."""
    package = package.with_building()
    draft = open_draft(package, NAME, f"{package.region_name}工会建设分析")
    shown: dict[str, Any] = {}
    if not package.is_totals:
        single = {"状态": t.ladder, "六有": t.haves, "打分": t.scores, "线索": t.clues, "批次": t.cohorts, "短板": t.shortfalls, "之家": t.homes, "事项": t.matters,
                  "规定": t.modes, "合同": t.contracts, "培育": t.cultivation, "三类": t.groups}  # fmt: skip
        several = {"分区县": t.union_districts, "逐季": path.progress, "职代会区县": t.congress_districts, "合同区县": t.contract_districts, "党工区县": t.party_districts,
                   "目标": path.path_table, "名单": lists}  # fmt: skip
        shown = {name: told(made(package)) for name, made in single.items()} | {name: made(package) for name, made in several.items()}
        shown["目标图"] = path.path_figure(draft)
    return Document(draft, draft.parts(f"{NAME}.j2", shown, **words(package), 有表={name: bool(made) for name, made in shown.items()}))


def told(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the table as a slot's blocks; none where not one of its cells has a figure to show (what is blank is told in the text, with its reason)."""
    figures = [run["text"] for line in table["rows"] for cell in line for run in cell["runs"] if "fact" in run]
    return [] if figures and set(figures) <= {"…", "—"} else [table]


def words(package: Package) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    return {
        "本地": Place(package.register, package.region_code, name=package.region_name), "仅汇总": package.is_totals, "是内部": package.audience == "internal",
        "上季": mark(Quarter(package.quarter).previous.label, "date"), "缺得最多": most_missing(package), "最多短板": ranked_shortfalls(package),
        "不能查的信号": t.unheard(t.FORMAL), "目标": {"情形": "未设"} if package.is_totals else path.target(package),
    }  # fmt: skip


def most_missing(package: Package) -> list[str]:
    """Return the have that most unions lack (all of them where several tie): ``有自主管理的经费``."""
    facts = {h: t.fact(package, f"union_no_{h}_count") for h in t.HAVES}
    if any(not f.is_ok for f in facts.values()) or not any(f.value for f in facts.values()):
        return []
    most = max(f.value for f in facts.values())
    return [t.definitions()[f"union_{h}_rate"]["name"] for h, f in facts.items() if f.value == most]


def ranked_shortfalls(package: Package) -> str:
    """Return the weightiest shortfalls with their unions: ``不满80分397个、……``; "" where something is blank."""
    facts = [t.fact(package, name) for name in t.SHORTFALLS]
    if any(not f.is_ok for f in facts):
        return ""
    first = sorted((f for f in facts if f.value), key=lambda f: -f.value)[:MOST_SHORT]
    return listed([f"{mark(clean(f.name), 'name')}的{say(f)}个" for f in first])
