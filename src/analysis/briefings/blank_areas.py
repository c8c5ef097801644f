"""The study of blank areas (盲区图): how many and of which kind, where, why it changed, who is outside, whom to visit first; three directions at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings import blank_changes, blank_cross, blank_first, blank_groups, blank_kinds, blank_maps, blank_places
from analysis.briefings.areas import Areas, areas_of, most_blank, said, townships_of
from analysis.briefings.blank_kinds import BOTH, EITHER, NEW, SMALL, part_of
from analysis.briefings.context import Blocks, Document, Draft, figure, industries, open_draft, share_of_blind
from analysis.briefings.reversals import reversals
from analysis.charts.overlap import overlap_chart
from analysis.facts import Fact
from analysis.wording.numbers import clean, mark
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "blank_areas"


def write(package: Package) -> Document:
    """Write the document; parts: 1 多少, 2 哪些地区, 3 行业和规模, 4 集中程度, 5 为什么变化, 6 职工群体, 7 先走访哪些, 8 三个优先方向."""
    draft = open_draft(package, NAME, f"{package.region_name}小微企业和两新组织盲区图")
    register, code, name = package.register, package.region_code, package.region_name
    areas, places = areas_of(package), townships_of(package, "" if package.scope == "city" else package.scope)
    found, spread = blank_places.ranges(areas), blank_places.concentration(places)
    change = blank_changes.why(package, code)
    visits, near = blank_first.outlook(package), blank_places.neighbourhood(places)
    slots = {
        "重叠": overlap(draft, package),
        "类别": [blank_kinds.kinds_table(register, code, name, _is_split(package))],
        "对照": blank_maps.pair(draft, areas),
        "合并": blank_maps.combined(draft, areas),
        "行业热力": blank_maps.heat(draft, areas),
        "分地区": [blank_kinds.area_table(areas, found)] if areas.names else [],
        "区间": (ranged := blank_places.range_figure(draft, areas, found)),
        "区间表": [blank_places.range_table(areas, found)] if len(found) > 1 and not ranged else [],
        "行业": [blank_kinds.industry_table(register, code, name, blank_cross.crossed(package, industries()))],
        "规模": [blank_kinds.size_table(register, code, name)],
        "集中": blank_places.concentration_figure(draft, places, spread),
        "乡镇": [blank_places.most_table(places, near)] if places.names else [],
        "分解": blank_changes.change_figure(draft, change, name),
        "分解表": change_tables(package, areas, change),
        "群体": [blank_groups.group_table(areas_of(package) if package.scope == "city" else Areas(package, {}, "", None))],
        "走访": blank_first.outlook_tables(package, visits) if visits else [],
    }
    return Document(draft, draft.parts(f"{NAME}.j2", slots, **words(package, areas, places, found, spread, near, change, visits)))


def words(package: Package, areas: Areas, places: Areas, found: list, spread: dict, near: dict, change: blank_changes.Why, visits: dict) -> dict[str, Any]:
    """Return what the template names beyond the common words."""
    register, code, is_city = package.register, package.region_code, package.scope == "city"
    small, new = (register.fact("blind_unit_count", code, segment) for segment in (SMALL, NEW))
    rates = [register.fact("unit_coverage_rate", code, segment) for segment in industries()]
    settings = package.settings
    return {
        "可做": small.is_ok or new.is_ok, "不予显示": clean(withheld_reason(small, new)), "行业有数": any(f.is_ok for f in rates), "是全市": is_city, "是内部": package.audience == "internal",
        "本地": Place(register, code, name=package.region_name), "可分": _is_split(package),
        "只是小微": part_of(register, "blind_unit_count", code, SMALL), "只是两新": part_of(register, "blind_unit_count", code, NEW),
        "占盲区": share_of_blind(register, code),
        "有分地区": bool(areas.names), "地区词": areas.word, "有乡镇": bool(places.names),
        "小微最多": said(areas, most_blank(areas, segment=SMALL)) if len(areas.names) > 1 else [],
        "两新最多": said(areas, most_blank(areas, segment=NEW)) if len(areas.names) > 1 else [],
        "区间": blank_places.sides(areas, found),
        "薄弱行业": blank_kinds.weak_with_counts(register, code),
        "大户盲区": register.remainder(register.fact("mandatory_unit_union_rate", code), "uncovered", "25人以上盲区单位"),
        "有党无会": register.remainder(register.fact("party_union_sync_rate", code), "uncovered", "有党组织无工会的单位"),
        "集中": {k: v for k, v in spread.items() if k != "各地"}, "邻近": {k: v for k, v in near.items() if k not in ("指数", "概率")},
        "变化": blank_changes.sentence(register, change), "同比": blank_changes.sentence(register, blank_changes.why(package, code, basis="yoy")),
        "反向": reversals(register, ("all", SMALL, NEW, *industries())) if is_city else [],
        "群体": (outside := blank_groups.groups(register, code)), "群体有数": any(item["人数"].is_ok for item in outside),
        "走访": list(visits.values()), "有走访": bool(visits), "未比": blank_first.not_compared(package, visits) if visits else None, "次数": mark(f"{settings.visits_per_quarter}次", "threshold"),
        "半径": mark(f"{settings.joint_radius_km:g}公里", "threshold"),
        "目标": mark(f"{100 * settings.coverage_target:g}%", "threshold") if settings.coverage_target else "",
        "方向": blank_first.directions(package, areas, found),
    }  # fmt: skip


def withheld_reason(*facts: Fact) -> str:
    """Return why a figure is withheld, "" where none of them is."""
    return next((f.reason for f in facts if f.status == "suppressed"), "")


def _is_split(package: Package) -> bool:
    """Whether what only one group has may be shown: for other readers only for the whole city, where no cell is small."""
    return package.audience == "internal" or package.scope == "city"


def overlap(draft: Draft, package: Package) -> Blocks:
    facts = [package.register.fact("blind_unit_count", package.region_code, segment) for segment in (SMALL, NEW, BOTH, EITHER)]
    return [figure(overlap_chart(*facts, draft.imprint()), f"{package.region_name}小微企业与两新组织盲区单位的重叠")]


def change_tables(package: Package, areas: Areas, change: blank_changes.Why) -> Blocks:
    """Return the change by district (city only) and by kind; nothing where the whole has no parts."""
    if change.reason:
        return []
    kinds = blank_changes.segment_rows(package)
    is_mixed = any(name.endswith("同比") for name, _ in kinds)
    by_kind = blank_changes.change_table(package, kinds, "类别", f"{package.region_name}单位覆盖率变化的分解（分类别）", is_mixed)
    if package.scope != "city" or package.audience != "internal":
        return [by_kind]
    rows = [*((name, blank_changes.why(package, code)) for code, name in areas.names.items()), (f"{package.region_name}合计", change)]
    return [blank_changes.change_table(package, rows, areas.word, f"{package.region_name}单位覆盖率变化的分解（分{areas.word}）"), by_kind]
