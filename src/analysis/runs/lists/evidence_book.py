"""``campaign_evidence.xlsx``: points, the rows behind every point lost, and the units by type, for the city and for every district its own."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path

import pandas as pd
import xlsxwriter

from analysis.measures.assessment.score_sheet import KINDS
from analysis.measures.assessment.scorecard import Standing
from analysis.periods import Quarter
from analysis.runs.lists.evidence import Evidence, evidence
from analysis.runs.lists.guiding import unit_types
from analysis.runs.lists.scoring import Assessment, assessment, value_unit
from analysis.runs.outputs import write_whole
from analysis.runs.package import Package

FILE = "campaign_evidence.xlsx"
HEADERS = {"kind": "类别", "subject": "考核对象", "item": "考核项", "lost": "失分", "district_code": "区县", "code": "代码", "name": "名称", "amount": "数量", "note": "为什么在这里",
           "file": "文件", "sheet": "工作表", "row": "行"}  # fmt: skip
POINTS = ["类别", "考核对象", "组", "考核项", "满分", "实际值", "得分", "失分", "明细合计", "说明"]
_UNIT = "性质"  # of 实际值: shown as its number format, not as a column
VALUE_FORMATS = {"ratio": "0.00%", "pp": '0.00"个百分点"', "count": "#,##0", "score": '0.00"分"', "mean": "0.00", "": "0.0000"}
FORMATS = {"得分": "0.00", "失分": "0.00", "明细合计": "#,##0", "数量": "#,##0"}
MOST = 200_000  # rows a sheet holds; a workbook of more is no help to anybody
_GUIDE = [
    ("得分", "每个区县、责任单位、专班一项一行：满分、实际值（率写作百分数，率的变化写作百分点）、得分、失分；“扣分”“合计”各占一行。“明细合计”是“失分明细”里这一项的数量之和，与统计的数核对过，不符的在说明里写明。"),
    ("失分明细", "每一分失在哪几行：按“考核对象”“考核项”筛选，右边三列是报来的文件、工作表和行号（与 Excel 里的行号一致；CSV 为第几条）。“数量”是这一行占多少：按家、项、格计的一行一个，按职工计的是职工数。"),
    ("分类指导", "每家应建会单位的类型和对策，按区县、类型排列。"),
    ("责任单位", "同名的算一家，空格不计；几个区县都有任务的只列在全市的一本里。"),
]  # fmt: skip


def write_evidence(package: Package, target: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the workbook beside each scope's campaign document; for other readers none, and earlier ones are taken away."""
    old = {path.parent.name for path in target.glob(f"*/{FILE}")}
    made = assessment(package) if is_internal and (scopes or old) else None
    if made is None or not any(made.cards.values()):
        for scope in old:
            (target / scope / FILE).unlink(missing_ok=True)
        return []
    whole, wanted = package.with_campaign(), sorted({*scopes, *old})
    found = evidence(whole, made, only=None if "city" in wanted else set(wanted))
    typed, written, as_of = unit_types(whole), [], Quarter(package.quarter).as_of
    names = dict(package.register.regions("district"))
    for scope in wanted:
        own = typed if scope == "city" else typed[typed["区县代码"] == scope]
        own = own.rename(columns={"区县代码": "区县"}).assign(区县=[names.get(code, code) for code in own["区县代码"]])
        sheets = _sheets(whole, made, found, scope) | {"分类指导": own}
        write_whole(target / scope / FILE, lambda p, s=sheets: _write_book(p, s, as_of))
        written.append(target / scope / FILE)
    return written


def _sheets(package: Package, made: Assessment, found: Evidence, scope: str) -> dict[str, pd.DataFrame]:
    own = found.rows if scope == "city" else found.rows[found.rows["home"] == scope]
    names = dict(package.register.regions("district"))
    called = {(kind, s.subject.code): s.subject.name for kind, card in made.cards.items() for s in card.standings}
    listed = own.assign(kind=own["kind"].map(KINDS), subject=[called[key] for key in zip(own["kind"], own["subject"], strict=True)],
                        district_code=own["district_code"].map(lambda code: names.get(code, code)))  # fmt: skip
    blank = listed["file"] == ""
    listed = listed.astype({"amount": object, "row": object}).assign(amount=listed["amount"].where(~blank, ""), row=listed["row"].where(~blank, ""))
    return {"得分": _points(made, found, scope, set(zip(own["kind"], own["subject"], strict=True))), "失分明细": listed[list(HEADERS)].rename(columns=HEADERS)}


def _points(made: Assessment, found: Evidence, scope: str, own: set[tuple[str, str]]) -> pd.DataFrame:
    """Return every item of every subject of a scope: a district its own, with its task forces and the bodies that lost points there alone."""
    checks = {(r.kind, r.subject, r.item): (r.counted, r.listed) for r in found.checks.itertuples()}
    rows = []
    for kind, card in made.cards.items():
        for standing in card.standings:
            subject = standing.subject
            if scope in ("city", subject.region) or (kind, subject.code) in own:
                rows += [[KINDS[kind], subject.name, *line] for line in _lines(standing, kind, checks)]
    return pd.DataFrame(rows, columns=[*POINTS, _UNIT])


def _lines(standing: Standing, kind: str, checks: dict[tuple[str, str, str], tuple[Fraction, Fraction]]) -> list[list]:
    rows = []
    for line in standing.lines:
        points = [float(x) if x is not None else "" for x in (line.value, line.points, line.lost)]
        held = _held((kind, standing.subject.code, line.item.name), checks, line.reason)
        rows.append([line.item.group, line.item.name, round(float(line.weight), 2), *points, *held, value_unit(kind, line.item.formula)])
    for loss in standing.losses:
        count, points = "" if loss.count is None else float(loss.count), round(float(loss.points), 2)
        held = _held((kind, standing.subject.code, loss.name), checks, loss.evidence or loss.reason)
        rows.append(["扣分", loss.name, "", count, -points, points, *held, "count"])
    return [*rows, ["合计", "总分", 100, "", round(float(standing.total), 2), "", "", _place(standing), ""]]


def _place(standing: Standing) -> str:
    if standing.why:
        return f"不排名：{standing.why}"
    return f"第{standing.rank}名，权重变动时{'不变' if standing.is_steady else f'可在第{standing.best}至第{standing.worst}名之间'}"


def _held(key: tuple[str, str, str], checks: dict[tuple[str, str, str], tuple[Fraction, Fraction]], said: str) -> list:
    """Return what the rows of an item add up to and what is to be said of it."""
    if key not in checks:
        return ["", said]
    counted, listed = checks[key]
    return [float(listed), said if counted == listed else f"{said}；" * bool(said) + f"明细合计与统计的{float(counted):g}不符，请以统计的数为准并报告"]


def _write_book(path: Path, sheets: dict[str, pd.DataFrame], as_of: date) -> None:
    widths = {
        "得分": [10, 24, 12, 28, 8, 12, 8, 8, 10, 48],
        "失分明细": [10, 24, 24, 8, 12, 22, 30, 8, 40, 26, 12, 8],
        "分类指导": [12, 10, 22, 28, 14, 12, 14, 44],
    }
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "考核依据", "created": datetime.combine(as_of, time())})  # else it says when it was written
        head = book.add_format({"bold": True, "bg_color": "#dce6f1", "border": 1, "text_wrap": True, "valign": "vcenter"})
        known = {code: book.add_format({"num_format": code}) for code in dict.fromkeys([*VALUE_FORMATS.values(), *FORMATS.values()])}
        for name, frame in sheets.items():
            _sheet(book, name, frame, head, known, widths[name])
        _sheet(book, "说明", pd.DataFrame(_GUIDE, columns=["页", "怎样看"]), head, known, [14, 140])


def _sheet(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, head, known: dict, widths: list[int]) -> None:
    sheet, shown = book.add_worksheet(name), frame.drop(columns=_UNIT, errors="ignore")
    units = frame[_UNIT].tolist() if _UNIT in frame else [""] * len(frame)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(shown.columns):
        sheet.write_string(0, column, title, head)
    for number, (row, unit) in enumerate(zip(shown.head(MOST).itertuples(index=False), units, strict=False), start=1):
        for column, (title, value) in enumerate(zip(shown.columns, row, strict=True)):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, column, value)
            elif pd.notna(value):
                form = VALUE_FORMATS[unit] if title == "实际值" else FORMATS.get(title)
                sheet.write_number(number, column, float(value), *([known[form]] if form else []))
    if len(frame) > MOST:
        sheet.write_string(MOST + 1, 0, f"只列前 {MOST} 行，另有 {len(frame) - MOST} 行没有列出。")
    if len(frame):
        sheet.autofilter(0, 0, min(len(frame), MOST), len(shown.columns) - 1)
