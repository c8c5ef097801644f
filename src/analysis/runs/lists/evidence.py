"""The rows behind every point lost: for each item of the assessment the rows that a full score would not have, with file, sheet and row.

Which rows those are follows from the item's metric card: of a rate where more is better, the rows of the denominator that are not in the numerator; where less is
better, those of the numerator. Nothing is defined here a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pandas as pd
import xlsxwriter

from analysis import tables
from analysis.intake.schema import columns_of
from analysis.measures.assessment.relations import make_campaign_relations
from analysis.measures.assessment.score_sheet import Deduction, Item
from analysis.measures.assessment.scorecard import Card as Scores
from analysis.measures.assessment.scorecard import Standing
from analysis.measures.formulas import Card, cards
from analysis.measures.tally import judge_units
from analysis.measures.unions.relations import make_relations
from analysis.periods import Quarter
from analysis.runs.lists.guiding import unit_types
from analysis.runs.lists.scoring import Assessment, assessment
from analysis.runs.outputs import write_whole
from analysis.runs.package import Package
from analysis.runs.store import connect

FILE = "campaign_evidence.xlsx"
COLUMNS = ["item", "lost", "district_code", "code", "name", "note", "file", "sheet", "row"]
HEADERS = {
    "item": "考核项",
    "lost": "失分",
    "district_code": "区县代码",
    "code": "代码",
    "name": "名称",
    "note": "为什么在这里",
    "file": "文件",
    "sheet": "工作表",
    "row": "行",
}
MOST = 200_000  # rows a sheet holds; a workbook of more is no help to anybody
_CAMPAIGN = ("district", "task", "inspection", "founded", "task_force", "training")
_NAMED = {"unit": ("uscc", "unit_name"), "union": ("union_id", "union_name"), "matter": ("uscc", "unit_name"), "contract": ("contract_id", "contract_type"),
          "task": ("coalesce(responsible_body, '')", "coalesce(task, '')"), "inspection": ("coalesce(union_id, '')", "coalesce(problem, '')"),
          "founded": ("union_id", "union_name"), "task_force": ("''", "coalesce(task_force, '')"), "training": ("''", "coalesce(course, '')")}  # fmt: skip
_NO_ROWS = "由几个数算出，没有单独的行"


@dataclass
class Behind:
    """A package's kept rows in a connection, ready to be asked for the rows behind a figure."""

    package: Package
    connection: duckdb.DuckDBPyConnection
    known: dict[str, Card]

    def rows(self, name: str, segment: str, is_rising: bool, district: str) -> pd.DataFrame:
        """Return the rows that stand between a figure of a district and its best: ``code, name, note, file, sheet, row``."""
        base = re.sub(r"_(?:qoq|yoy)$", "", name)
        if base in self.known:
            return self._counted(self.known[base], segment, is_rising, district)
        return self._of_quality(base, district)

    def _counted(self, card: Card, segment: str, is_rising: bool, district: str) -> pd.DataFrame:
        top, bottom = card.numerator, card.denominator
        relation = top.relation
        if relation not in _NAMED or (bottom is not None and bottom.relation != relation):
            return _empty()
        lacking = (
            f"coalesce({bottom.condition if bottom else 'TRUE'}, FALSE) AND NOT coalesce({top.condition}, FALSE)"
            if is_rising
            else f"coalesce({top.condition}, FALSE)"
        )
        code, called = _NAMED[relation]
        where = f"list_contains(string_split(districts, ';'), '{district}')" if relation == "contract" else f"district_code = '{district}'"
        inside = f" AND seg_{segment}" if relation == "unit" and segment != "all" else ""
        family = "campaign" if relation in _CAMPAIGN else "building"
        query = f"SELECT {code} AS code, {called} AS name, source_file AS file, source_sheet AS sheet, source_row AS row FROM {family}_{relation}" \
                f" WHERE {where}{inside} AND {lacking} ORDER BY file, sheet, row"  # fmt: skip
        word = "没有计入" if is_rising else "计入"
        return self.connection.execute(query).df().assign(note=f"{word}“{card.definition['name']}”")

    def _of_quality(self, name: str, district: str) -> pd.DataFrame:
        verdicts = {"row_quarantined_rate": "quarantined", "row_quarantined_count": "quarantined", "row_flagged_count": "flagged"}
        if name in verdicts:
            rows = pd.read_csv(self.package.folder / "intake" / "rows.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
            files = self._files_of(district)
            rows = rows[(rows["verdict"] == verdicts[name]) & rows["file"].isin(files)]
            return pd.DataFrame(
                {
                    "code": rows["rule"],
                    "name": rows["value"],
                    "file": rows["file"],
                    "sheet": rows["sheet"],
                    "row": pd.to_numeric(rows["row"]),
                    "note": rows["advice"],
                }
            )
        if name.startswith("fill_"):
            return self._unfilled(name, district)
        if name == "missing_table_count":
            gone = [row["reason"] for row in self.package.incomplete if row["region"] == district and not row["column"]]
            return pd.DataFrame({"code": "", "name": gone, "file": "", "sheet": "", "row": 0, "note": "没有报送或没有读成的表"})
        return _empty()

    def _files_of(self, district: str) -> set[str]:
        sources = pd.read_parquet(self.package.folder / "sources.parquet")
        return set(sources.loc[[district in str(d).split(";") for d in sources["districts"]], "file"])

    def _unfilled(self, name: str, district: str) -> pd.DataFrame:
        quality = tables.load("quality")
        wanted = [
            r.numerator.removeprefix("filled_")
            for r in quality.itertuples()
            if r.group == "fill" and r.numerator != "filled_all" and name in (r.indicator, "fill_all_rate")
        ]
        units = self.package.table("units")
        units = units[units["district_code"] == district]
        headers = {c.code: c.header for c in columns_of("units")}
        blank = units[wanted].isna()
        note = ["没有填：" + "、".join(headers.get(c, c) for c, empty in zip(wanted, row, strict=True) if empty) for row in blank.to_numpy()]
        made = pd.DataFrame(
            {
                "code": units["uscc"],
                "name": units["unit_name"].fillna(""),
                "file": units["source_file"],
                "sheet": units["source_sheet"],
                "row": units["source_row"],
                "note": note,
            }
        )
        return made[blank.any(axis=1).to_numpy()]


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=["code", "name", "note", "file", "sheet", "row"])


def evidence(package: Package, scores: Scores, districts: Iterable[str]) -> pd.DataFrame:
    """Return ``COLUMNS``: the rows behind every point that the districts lost, item by item as in the sheet; an item without rows of its own has one line that says so."""
    found = []
    quarter = Quarter(package.quarter)
    with connect({name: package.table(name) for name in _TABLES}) as connection:
        judge_units(connection, quarter.as_of, package.settings)
        make_relations(connection, quarter.as_of, package.settings)
        make_campaign_relations(connection, quarter, [c for c, _ in package.register.regions("district")], package.settings.stat_year_end_month)
        behind = Behind(package, connection, {card.definition["indicator"]: card for card in cards()})
        for code in districts:
            standing = scores.of(code)
            if standing is not None:
                found += _of_district(behind, standing)
    made = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    texts = [c for c in COLUMNS if c not in ("lost", "row")]
    made[texts] = made[texts].astype(object).where(made[texts].notna(), "")
    return made[COLUMNS]


_TABLES = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings")


def _of_district(behind: Behind, standing: Standing) -> list[pd.DataFrame]:
    wanted: list[tuple[Item | Deduction, float, str, bool]] = [
        (line.item, float(line.lost), line.item.segment, line.item.is_rising) for line in standing.lines if line.lost
    ]
    wanted += [(loss.deduction, float(loss.points), "all", False) for loss in standing.losses if loss.deduction is not None and loss.points]
    found = []
    for item, lost, segment, is_rising in wanted:
        rows = [behind.rows(name, segment, is_rising, standing.subject.region) for name in item.names]
        own = pd.concat([r for r in rows if len(r)] or [_empty()], ignore_index=True)
        if own.empty:
            own = pd.DataFrame([{"code": "", "name": "", "note": _NO_ROWS, "file": "", "sheet": "", "row": 0}])
        found.append(
            own.drop_duplicates(["code", "file", "sheet", "row", "note"]).assign(item=item.name, lost=round(lost, 2), district_code=standing.subject.code)[
                COLUMNS
            ]
        )
    for loss in standing.losses:
        if loss.deduction is None:
            found.append(
                pd.DataFrame([[loss.name, round(float(loss.points), 2), standing.subject.code, "", "", f"依据：{loss.evidence}", "", "", 0]], columns=COLUMNS)
            )
    return found


def write_evidence(package: Package, target: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the workbook beside each scope's campaign document; for other readers none, and earlier ones are taken away."""
    old = {path.parent.name for path in target.glob(f"*/{FILE}")}
    made = assessment(package) if is_internal and scopes else None
    if made is None or "district" not in made.cards:
        for scope in old:
            (target / scope / FILE).unlink(missing_ok=True)
        return []
    whole = package.with_campaign()
    codes = [s.subject.code for s in made.cards["district"].standings]
    wanted = sorted({*scopes, *old})
    frame = evidence(whole, made.cards["district"], codes if "city" in wanted else [c for c in codes if c in wanted])
    typed = unit_types(whole)
    written, as_of = [], Quarter(package.quarter).as_of
    for scope in wanted:
        own = frame if scope == "city" else frame[frame["district_code"] == scope]
        kinds = typed if scope == "city" else typed[typed["区县代码"] == scope]
        write_whole(target / scope / FILE, lambda p, o=own, k=kinds, s=scope: _write_book(p, made, o, k, s, as_of))
        written.append(target / scope / FILE)
    return written


def _write_book(path: Path, made: Assessment, frame: pd.DataFrame, typed: pd.DataFrame, scope: str, as_of: date) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "考核依据", "created": datetime.combine(as_of, time())})  # else it says when it was written
        head = book.add_format({"bold": True, "bg_color": "#dce6f1", "border": 1})
        _sheet(book, "得分", _points(made, scope), head, [14, 16, 20, 8, 12, 8, 8, 40])
        _sheet(book, "失分明细", frame.rename(columns=HEADERS), head, [18, 8, 10, 22, 28, 36, 26, 12, 8])
        _sheet(book, "分类指导", typed, head, [12, 10, 22, 28, 14, 12, 14, 44])


def _points(made: Assessment, scope: str) -> pd.DataFrame:
    rows = []
    for standing in made.cards["district"].standings:
        if scope not in ("city", standing.subject.code):
            continue
        for line in standing.lines:
            points = [round(float(x), 4) if x is not None else "" for x in (line.value, line.points, line.lost)]
            rows.append([standing.subject.name, line.item.group, line.item.name, round(float(line.weight), 2), *points, line.reason])
        rows += [[standing.subject.name, "扣分", loss.name, "", "" if loss.count is None else float(loss.count), round(-float(loss.points), 2), round(float(loss.points), 2), loss.evidence or loss.reason]
                 for loss in standing.losses]  # fmt: skip
        rows.append(
            [
                standing.subject.name,
                "合计",
                "总分",
                100,
                "",
                round(float(standing.total), 2),
                "",
                standing.why or f"第{standing.rank}名，权重变动时第{standing.best}至第{standing.worst}名",
            ]
        )
    return pd.DataFrame(rows, columns=["区县", "组", "考核项", "满分", "实际值", "得分", "失分", "说明"])


def _sheet(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, head, widths: list[int]) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, title, head)
    for number, row in enumerate(frame.head(MOST).itertuples(index=False), start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif pd.notna(value):
                sheet.write_number(number, column, float(value))
    if len(frame) > MOST:
        sheet.write_string(MOST + 1, 0, f"只列前 {MOST} 行，另有 {len(frame) - MOST} 行没有列出。")
    if len(frame):
        sheet.autofilter(0, 0, min(len(frame), MOST), len(frame.columns) - 1)
