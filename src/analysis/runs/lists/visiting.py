"""The visit workbooks (走访清单): one a district beside its documents, for internal readers only, since every row names a unit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from analysis.measures.blanks.planner import JOINT, SINGLE, Blank, Plan, Visit, gap_to, plan
from analysis.measures.blanks.study import whole
from analysis.measures.blanks.visits import COLUMNS, JOIN, WIDEN, joint_unions, local_unions, visit_list
from analysis.periods import Quarter
from analysis.runs.outputs import write_whole
from analysis.runs.package import Package

FILE = "visits.xlsx"
_HEADS = (("次序", 6), ("单位名称", 30), ("统一社会信用代码", 22), ("乡镇街道", 14), ("职工数", 8), ("有无党组织", 10), ("建议形式", 16), ("可并入或扩大的联合工会", 28),
          ("联合工会代码", 22), ("距离（公里）", 11), ("方案第几次", 10), ("为何排在这里", 60))  # fmt: skip


def visit_rows(package: Package) -> pd.DataFrame:
    """Return the visit list of the whole city (``measures.visits.COLUMNS``); empty for other readers, and for districts whose coverage is not known."""
    return package.once(lambda: _visit_rows(package), "visit_rows", package.settings.joint_radius_km)


def _visit_rows(package: Package) -> pd.DataFrame:
    states = package.states()
    # asked of a register of its own: what is worked out once must leave no trace in the document that happens to be the first
    known = [f.region_code for f in package.register.fresh().district_facts("blind_unit_count") if f.is_ok]
    blank = states[~states["covered"].astype(bool) & states["district_code"].isin(known)]
    if not len(blank):
        return pd.DataFrame(columns=COLUMNS)
    units = package.units()
    named = ["unit_name", "township_name", "employee_count", "has_party_org", "lon", "lat", "is_point_drawn"]
    listed = blank[["uscc", "district_code", "township_code"]].merge(units[["uscc", *named]], on="uscc", validate="one_to_one")
    as_of = pd.Timestamp(Quarter(package.quarter).as_of)
    towns = dict(package.register.regions("township"))  # a unit placed by its point has a township that its row does not name
    listed["township_name"] = [name or towns.get(code, "") for name, code in zip(listed["township_name"], listed["township_code"], strict=True)]
    joint = joint_unions(package.table("unions"), package.table("covers"), units, as_of)
    local = local_unions(joint, package.table("covers"), states, as_of)
    return visit_list(listed, joint, package.settings.joint_radius_km, whole("joint_below"), whole("least_for_joint"), local)


def plan_of(package: Package, rows: pd.DataFrame, district: str) -> Plan:
    """Return the quarter's plan of one district: ``visits_per_quarter`` visits towards ``coverage_target`` (0: as much as can be)."""
    own = rows[rows["district_code"] == district]
    units = [Blank(r.uscc, r.township_code, r.employee_count < whole("joint_below"), int(r.employee_count), bool(r.has_party_org)) for r in own.itertuples()]
    target, rate = package.settings.coverage_target, package.register.fact("unit_coverage_rate", district)
    gap = gap_to(target, rate.numerator, rate.denominator) if target and rate.is_ok else None
    return plan(units, package.settings.visits_per_quarter, gap, whole("least_for_joint"))


def widened(rows: pd.DataFrame, chosen: Plan) -> Plan:
    """Return the visits of a plan whose township has a joint union already: there is one to be widened, none to be founded."""
    there = set(rows.loc[rows["township_union"] != "", "township_code"])
    return Plan(tuple(visit for visit in chosen.visits if visit.kind == JOINT and visit.township in there), chosen.gap)


def refresh_visit_workbooks(package: Package, districts: list[str], folder: Path, manifest: dict) -> list[Path]:
    """Write the workbooks of the districts; of the others keep those made of the same data and settings, take the rest away; return what is there."""
    made = write_visit_workbooks(package, districts, folder)
    names = ("visits_per_quarter", "joint_radius_km", "coverage_target")
    is_same = manifest.get("package") == package.folder.name and all(manifest["settings"].get(n) == getattr(package.settings, n) for n in names)
    for file in sorted(folder.glob(f"*/{FILE}")):
        if file not in made and is_same:
            made.append(file)
        elif file not in made:
            file.unlink()  # made of other figures: it would pass for fresh beside the new ones
    return made


def write_visit_workbooks(package: Package, districts: Iterable[str], folder: Path) -> list[Path]:
    """Write ``<district>/visits.xlsx`` and return the paths; for readers other than internal earlier ones are taken away instead."""
    if package.audience != "internal":
        for file in folder.glob(f"*/{FILE}"):
            file.unlink()
        return []
    rows = visit_rows(package)
    names = dict(package.register.regions("district"))
    made = []
    for code in districts:
        target = folder / code / FILE
        own = rows[rows["district_code"] == code]
        if not len(own):
            target.unlink(missing_ok=True)
            continue
        write_whole(target, lambda p, own=own, code=code: _write(p, package, own, names[code], plan_of(package, rows, code)))
        made.append(target)
    return made


def _write(path: Path, package: Package, rows: pd.DataFrame, name: str, chosen: Plan) -> None:
    as_of = Quarter(package.quarter).as_of
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": f"{name}走访清单", "created": pd.Timestamp(as_of).to_pydatetime()})
    style = {kind: book.add_format({"font_name": "宋体", "font_size": 10, "valign": "vcenter"} | look) for kind, look in {
        "title": {"bold": True, "font_size": 14}, "head": {"bold": True, "text_wrap": True, "bg_color": "#dce9f5", "border": 1}, "text": {"border": 1},
        "wrap": {"border": 1, "text_wrap": True}, "one": {"border": 1, "num_format": "0.0"}, "note": {"text_wrap": True}}.items()}  # fmt: skip
    head = f"{name}（{Quarter(package.quarter).label}）"
    _sheet(book, style, "走访清单", f"{head}走访清单", _HEADS, _list_rows(rows, chosen), package.is_demo)
    _sheet(
        book,
        style,
        "本季度方案",
        f"{head}走访方案",
        (("次序", 6), ("方式", 32), ("乡镇街道", 16), ("对象", 60), ("覆盖单位", 10), ("累计单位", 10), ("覆盖职工", 10), ("累计职工", 10)),
        plan_rows(rows, chosen),
        package.is_demo,
    )
    heads = (("乡镇街道", 20), ("盲区单位", 10), ("有党组织", 10), ("25人以上", 10), ("不足25人", 10), ("盲区职工", 10))
    _sheet(book, style, "乡镇街道汇总", f"{head}盲区单位按乡镇街道汇总", heads, _township_rows(rows), package.is_demo)
    _notes(book, style, package)
    book.close()


def _list_rows(rows: pd.DataFrame, chosen: Plan) -> list[list[Any]]:
    planned = {uscc: number for number, visit in enumerate(chosen.visits, start=1) for uscc in visit.units}
    return [[number, r.unit_name, r.uscc, r.township_name, int(r.employee_count), "有" if r.has_party_org else "无", r.form, r.union_name, r.union_id,
             None if pd.isna(r.distance_km) else float(r.distance_km), planned.get(r.uscc), r.why] for number, r in enumerate(rows.itertuples(), start=1)]  # fmt: skip


def plan_rows(rows: pd.DataFrame, chosen: Plan) -> list[list[Any]]:
    names = dict(zip(rows["uscc"], rows["unit_name"], strict=True))
    towns = dict(zip(rows["township_code"], rows["township_name"], strict=True))
    known = dict(zip(rows["township_code"], rows["township_union"], strict=True))
    taken = {r.uscc: r.union_name or r.union_id for r in rows.itertuples() if r.form in (JOIN, WIDEN)}
    made, total, people = [], 0, 0
    for number, visit in enumerate(chosen.visits, start=1):
        total, people = total + visit.gain, people + visit.employees
        named = "、".join(names[code] or code for code in visit.units[:3]) + (f"等{visit.gain}家" if visit.gain > 3 else "")
        way = _way(visit, known.get(visit.township, ""), taken)
        made.append([number, way, towns.get(visit.township, "") or visit.township, named, visit.gain, total, visit.employees, people])
    if made:
        for way, part in (("其中联合工会", chosen.of(JOINT)), ("其中单个单位", chosen.of(SINGLE))):
            made.append([len(part.visits), way, "", "次序栏为走访次数；覆盖数是全部建成、小单位全部加入时的上限", part.gain, None, part.employees, None])
    return made


def _way(visit: Visit, township_union: str, taken: dict[str, str]) -> str:
    """Return what a visit is about; ``taken``: the joint union that can take a unit in."""
    if visit.kind != JOINT:
        return f"并入或扩大{taken[visit.units[0]]}" if visit.units[0] in taken else "单个单位建会"
    if township_union:
        return f"并入或扩大{township_union}"
    return "建一个联合工会" + ("，或并入附近的" if any(unit in taken for unit in visit.units) else "")


def _township_rows(rows: pd.DataFrame) -> list[list[Any]]:
    small = rows["employee_count"] < whole("joint_below")
    groups = rows.assign(small=small, town=rows["township_name"].replace("", "（乡镇街道不明）")).groupby("town")
    made = [
        [town, len(g), int(g["has_party_org"].sum()), int((~g["small"]).sum()), int(g["small"].sum()), int(g["employee_count"].sum())] for town, g in groups
    ]
    return [*sorted(made, key=lambda row: (-row[1], row[0])), ["合计", *(sum(row[i] for row in made) for i in range(1, 6))]]


def _sheet(book: xlsxwriter.Workbook, style: dict, name: str, title: str, heads: Iterable[tuple[str, int]], rows: list[list[Any]], is_demo: bool) -> None:
    sheet = book.add_worksheet(name)
    heads = list(heads)
    sheet.write_string(0, 0, title + ("　演示数据" if is_demo else ""), style["title"])
    sheet.write_string(1, 0, "内部资料 注意保存", style["note"])
    for column, (head, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, head, style["head"])
    for line, row in enumerate(rows, start=3):
        for column, value in enumerate(row):
            if value is None:
                sheet.write_blank(line, column, None, style["text"])
            elif isinstance(value, str):
                sheet.write_string(line, column, value, style["wrap" if heads[column][1] >= 28 else "text"])
            elif isinstance(value, float) and value != value:
                sheet.write_blank(line, column, None, style["text"])
            else:
                sheet.write_number(line, column, value, style["one" if isinstance(value, float) else "text"])
    sheet.freeze_panes(3, 2)
    if rows:
        sheet.autofilter(2, 0, 2 + len(rows), len(heads) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_footer("&L内部资料 注意保存&R第&P页，共&N页")


def _notes(book: xlsxwriter.Workbook, style: dict, package: Package) -> None:
    settings, sheet = package.settings, book.add_worksheet("说明")
    aim = f"目标为单位覆盖率{100 * settings.coverage_target:g}%，达到为止" if settings.coverage_target else "没有设目标，尽可能多覆盖"
    lines = [
        "清单列出季末应建会而没有工会直接覆盖的单位（仅靠辖区兜底的仍列入）。",
        "次序：有党组织而无工会的在前，其次按职工数从多到少；职工数相同的按统一社会信用代码。",
        f"建议形式：职工{whole('joint_below')}人以上（含{whole('joint_below')}人）的单独建会；不足的，本区县{settings.joint_radius_km:g}公里内有联合工会的并入；"
        "否则本乡镇街道已有联合工会（直接覆盖那里单位的，有几个的取覆盖最多的）的由它扩大覆盖；"
        f"没有的，同一乡镇街道有{whole('least_for_joint')}家以上小单位的新建联合工会；都不具备的单独建会或选组织员。",
        "台账没有工会的坐标，联合工会的位置取它直接覆盖的单位坐标的中位数；没有坐标的单位不比较距离，“为何排在这里”写明，不等于附近没有联合工会。距离为直线距离。",
        f"本季度方案：一次走访覆盖一家单位，或在一个乡镇街道通过一个联合工会（已有的并入或扩大，没有的新建）覆盖那里全部不足{whole('joint_below')}人的盲区单位；每季度{settings.visits_per_quarter}次，{aim}。方案按覆盖单位数取最优；这是全部建成、小单位全部加入时的上限，不是预测。清单中“方案第几次”为该单位列入的走访次序，空白为本季度方案没有列入。",
        "走访次数、距离和目标在 workbench.toml 的 [visits] 中设置。建会要经职工自愿、依法选举和上一级工会批准，清单只供安排走访。",
    ]
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, "说明", style["title"])
    for number, line in enumerate(lines, start=1):
        sheet.write_string(number, 0, f"{number}. {line}", style["note"])
