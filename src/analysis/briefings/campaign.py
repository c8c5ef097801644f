"""The campaign (“强补增”行动推进情况): tasks, inspections, task forces, trainings, yearly targets, assessment, guidance, lists. For internal readers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings import campaign_paths as paths
from analysis.briefings import campaign_score as score
from analysis.briefings import campaign_tables as t
from analysis.briefings.context import Document, open_draft
from analysis.briefings.union_building import told
from analysis.runs.lists.scoring import assessment
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "campaign"
SLOTS = ("任务", "责任单位", "督察", "回访", "专班", "培训", "进度", "目标", "考核", "分项", "责任单位考核", "专班考核", "单位分类", "区县分类", "名单")


def write(package: Package) -> Document:
    """Write the document; parts: 1 责任落实, 2 督察, 3 专班和培训, 4 目标, 5 考核, 6 分类指导, 7 名单. Beyond internal readers it is a notice alone."""
    package = package.with_campaign()
    draft = open_draft(package, NAME, f"{package.region_name}“强补增”行动推进情况")
    is_open = package.audience == "internal" and not package.is_totals
    made = assessment(package) if is_open else None
    shown: dict[str, Any] = {name: [] for name in SLOTS}
    if is_open:
        for name, make in (("任务", t.tasks), ("督察", t.problems), ("回访", t.followed), ("培训", t.trainings)):
            shown[name] = [block for table in make(package) for block in told(table)]
        several = {
            "责任单位": t.bodies,
            "专班": t.forces,
            "目标": paths.target_table,
            "单位分类": paths.unit_guidance,
            "区县分类": paths.district_guidance,
            "名单": t.lists,
        }
        shown |= {name: make(package) for name, make in several.items()}
        shown["进度"] = paths.target_figure(draft)
    if made is not None and "district" in made.cards:
        is_city = package.scope == "city"
        shown["考核"] = score.ranking(package, made) if is_city else score.own_items(package, made)
        shown["分项"] = score.groups(package, made) if is_city else []
        shown["责任单位考核"], shown["专班考核"] = score.others(package, made, "body"), score.others(package, made, "force")
    own = {"本地": Place(package.register, package.region_code, name=package.region_name), "仅汇总": package.is_totals, "是内部": package.audience == "internal",
           "是全市": package.scope == "city", "考核": {"本区": {}} | score.words(package, made), "目标": paths.target_words(package) if is_open else [],
           "有目标": is_open and paths.has_targets(package), "有表": {name: bool(blocks) for name, blocks in shown.items()}}  # fmt: skip
    return Document(draft, draft.parts(f"{NAME}.j2", shown, **own))
