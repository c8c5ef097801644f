"""The assessment of a package.

The sheet is read and every subject's figures looked up; this quarter's cards and those of the stored quarter before are scored by the same sheet.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import tables
from analysis.errors import SettingsError, WorkbenchError
from analysis.facts import Register
from analysis.facts.fact import RESIDUAL
from analysis.measures.assessment.campaign import definitions as campaign_definitions
from analysis.measures.assessment.score_sheet import Sheet, read_sheet
from analysis.measures.assessment.scorecard import Card as Scores
from analysis.measures.assessment.scorecard import Subject, assess
from analysis.measures.formulas import Card, Formula
from analysis.measures.quality import definitions as quality_definitions
from analysis.measures.unions.building import definitions as building_definitions
from analysis.periods import Quarter
from analysis.runs.breaks import is_same_city
from analysis.runs.sealing.seals import SHEET, sealed_root
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.runs.package import Package

BODY_FIGURES = {"task_total": "total", "task_due": "due", "task_ontime": "on_time", "task_late": "late", "task_overdue": "overdue"}
BODY_RATES = {"ontime_rate": "on_time", "overdue_rate": "overdue"}
_BODY_ROWS = {"task_total": ("任务", "TRUE"), "task_due": ("到期任务", "due"), "task_ontime": ("按时办结", "due AND on_time"), "task_late": ("逾期办结", "due AND late"),
              "task_overdue": ("逾期未办结", "overdue"), "ontime_rate": ("按时办结率", "due AND on_time"), "overdue_rate": ("逾期未办结占到期任务", "overdue")}  # fmt: skip
BODY_CARDS = {
    name: Card(
        {"name": called, "unit": "ratio" if name in BODY_RATES else "count"}, Formula("task", rows), Formula("task", "due") if name in BODY_RATES else None
    )
    for name, (called, rows) in _BODY_ROWS.items()
}
FORCE_FIGURES = ("member_total", "assigned_unit_count", "assigned_per_member", "has_lead")


@dataclass(frozen=True)
class Assessment:
    """The cards by kind, those of the quarter before where it is stored (``before_label`` says which), and the sheet."""

    sheet: Sheet
    cards: dict[str, Scores]
    before: dict[str, Scores]
    before_label: str


@lru_cache(maxsize=1)
def district_units() -> dict[str, str]:
    """Return all figures that the sheet may ask for of a district, with their units."""
    own = {row["indicator"]: row["unit"] for row in tables.load("indicators").to_dict("records")}
    known = dict(own)
    for more in (building_definitions(), campaign_definitions(), quality_definitions()):
        known |= {name: d["unit"] for name, d in more.items()}
    return known | {f"{name}_{change}": "pp" if unit == "ratio" else unit for name, unit in own.items() for change in ("qoq", "yoy")}


def value_unit(kind: str, formula: str) -> str:
    """Return the unit of what an item is judged by (``ratio pp count score mean``), "" for a formula of several figures.

    >>> value_unit("district", "unit_coverage_rate"), value_unit("district", "unit_coverage_rate_qoq"), value_unit("body", "task_overdue")
    ('ratio', 'pp', 'count')
    """
    if kind == "body":
        return "ratio" if formula in BODY_RATES else "count" if formula in BODY_FIGURES else ""
    own = dict.fromkeys(FORCE_FIGURES, "count") | {"assigned_per_member": "mean"} if kind == "force" else {}
    return (district_units() | own).get(formula, "")


def names_of() -> dict[str, set[str]]:
    """Return kind → the names that a formula of its items may use."""
    return {"district": set(district_units()), "body": {*BODY_FIGURES, *BODY_RATES}, "force": {*FORCE_FIGURES, *district_units()}}


def sheet_of(settings: Settings) -> Sheet | None:
    """Return the score sheet of the settings; None where none is named.

    Raises
    ------
    SettingsError
        Where the file is not there, is not TOML, or has a mistake in it.
    """
    if settings.score is None:
        return None
    if not settings.score.is_file():
        raise SettingsError(f"没有找到评分表 {settings.score}。请核对 workbench.toml 的 score，或留空不打分。")
    return sheet_in(settings.score)


def sheet_in(file: Path) -> Sheet:
    """Return the score sheet of a file; errors as :func:`sheet_of`."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"评分表 {file.name} 不是 UTF-8 编码的文本。请用记事本另存为 UTF-8 后重试。") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"评分表 {file.name} 读不懂：{error}。请检查引号、等号和方括号后重试。") from error
    return read_sheet(data, f"评分表 {file.name}", names_of(), set(tables.load("segments")["segment"]))


def sheet_for(package: Package) -> Sheet | None:
    """Return the sheet that a package is assessed by: of a sealed quarter the sealed one, whatever the settings name now."""
    file = sealed_sheet(package.settings, package.folder)
    return sheet_of(package.settings) if file is None else sheet_in(file)


def sealed_sheet(settings: Settings, folder: Path) -> Path | None:
    """Return the score sheet that was sealed with a package; None where it is not sealed, or was without one."""
    for file in sorted(sealed_root(settings).glob(f"*/{SHEET}")):
        try:
            record = json.loads((file.parent / "seal.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a damaged seal is told where its figures are asked for
        if record.get("package") == folder.name:
            return file
    return None


def assessment(package: Package) -> Assessment | None:
    """Return the assessment of a package's city; None without a sheet, for a run on totals, and for readers other than internal."""
    sheet = sheet_for(package)
    if sheet is None or package.is_totals or package.audience != "internal":
        return None
    earlier = _before(package)
    label = Quarter(package.quarter).previous.label
    return Assessment(sheet, cards_of(package, sheet), cards_of(earlier, sheet) if earlier is not None else {}, label)


def wishes(package: Package, has_earlier_ledgers: bool) -> list[str]:
    """Return what would make the campaign document say more, for whoever runs it: its readers are told only what is missing."""
    settings, quarter = package.settings, Quarter(package.quarter).previous
    if package.is_totals or package.audience != "internal":
        return []
    said = []
    if settings.targets is None or not settings.targets.is_file():
        said.append("行动推进情况没有年度目标可比：在 workbench.toml 的 targets 写明目标表，就有完成率和序时进度。")
    if settings.score is None:
        said.append("行动推进情况没有打分：在 workbench.toml 的 score 写明评分表，就有得分和名次。")
    elif has_earlier_ledgers and _before(package) is None:
        said.append(f"考核名次没有与{quarter.label}比较：先运行 workbench run --quarter {quarter.key}，再运行本季度，就有升降。")
    return said


def cards_of(package: Package, sheet: Sheet) -> dict[str, Scores]:
    """Return the cards of all kinds that the sheet has items for."""
    whole = package.with_campaign()
    makers = {"district": _districts, "body": _bodies, "force": _forces}
    made = {}
    for kind, make in makers.items():
        if sheet.items[kind]:
            subjects, figures = make(whole)
            made[kind] = assess(sheet, kind, subjects, figures, package.quarter)
    return made


def _exact(register: Register, name: str, region: str, segment: str) -> tuple[Fraction | None, str]:
    with register.quietly():
        fact = register.fact(name, region, segment)
    return (Fraction(fact.value), "") if fact.is_ok else (None, fact.reason or "没有数据")


def _districts(package: Package):
    register = package.register
    sizes = {code: _exact(register, "eligible_unit_count", code, "all")[0] for code, _ in register.regions("district")}
    subjects = [
        Subject(code, name, None if sizes[code] is None else int(sizes[code]), "应建会单位", code)
        for code, name in register.regions("district")
        if code != RESIDUAL
    ]
    return subjects, lambda code, name, segment: _exact(register, name, code, segment)


def _body_sums(package: Package) -> pd.DataFrame:
    bodies = package.campaign.bodies
    columns = list(BODY_FIGURES.values())
    return bodies.groupby("body")[columns].sum() if len(bodies) else pd.DataFrame(columns=columns)


def _bodies(package: Package):
    sums = _body_sums(package)
    subjects = [Subject(name, name, int(row["due"]), "到期任务", "", "项") for name, row in sums.iterrows()]

    def figures(code: str, name: str, segment: str) -> tuple[Fraction | None, str]:
        row = sums.loc[code]
        if name in BODY_RATES:
            due = int(row["due"])
            return (Fraction(int(row[BODY_RATES[name]]), due), "") if due else (None, "没有到期任务")
        return Fraction(int(row[BODY_FIGURES[name]])), ""

    return subjects, figures


def body_figure(package: Package, body: str, name: str, is_rising: bool) -> Fraction | None:
    """Return how many tasks stand between a body's figure and its best, by the sums the score was made from; None for a count where more is better."""
    row = _body_sums(package).loc[body]
    if name in BODY_RATES:
        top = int(row[BODY_RATES[name]])
        return Fraction(int(row["due"]) - top if is_rising else top)
    return None if is_rising else Fraction(int(row[BODY_FIGURES[name]]))


def force_rows(package: Package) -> dict[str, Any]:
    """Return key → the row of every task force: its district and name, and the row it stands in where it has no name or shares it."""
    rows = list(package.campaign.forces.itertuples())
    shared = Counter((row.district_code, row.task_force) for row in rows)
    made = {}
    for row in rows:
        is_plain = bool(row.task_force) and shared[row.district_code, row.task_force] == 1
        made[f"{row.district_code}/{row.task_force or ''}" + ("" if is_plain else f"（{row.source_file}第{row.source_row}行）")] = row
    return made


def _force_names(package: Package, rows: dict[str, Any]) -> list[str]:
    """Return what each task force is called.

    Its own name, with its district's before it where several are called so, with its row where that does not tell them apart.
    """
    names, made = dict(package.register.regions("district")), []
    plain, within = Counter(row.task_force for row in rows.values()), Counter((row.district_code, row.task_force) for row in rows.values())
    for row in rows.values():
        called = row.task_force or "没有名称的专班"
        called = called if row.task_force and plain[row.task_force] == 1 else f"{names.get(row.district_code, row.district_code)}{called}"
        made.append(called if within[row.district_code, row.task_force] == 1 else f"{called}（第{row.source_row}行）")
    return made


def _forces(package: Package):
    rows = force_rows(package)
    subjects = [Subject(key, name, None if pd.isna(row.assigned_unit_count) else int(row.assigned_unit_count), "包联单位", row.district_code)
                for (key, row), name in zip(rows.items(), _force_names(package, rows), strict=True)]  # fmt: skip

    def figures(code: str, name: str, segment: str) -> tuple[Fraction | None, str]:
        row = rows[code]
        if name not in FORCE_FIGURES or name == "assigned_unit_count":
            return (
                _exact(package.register, name, row.district_code, segment)
                if name not in FORCE_FIGURES
                else _filled(row.assigned_unit_count, "没有填包联单位数")
            )
        if name == "has_lead":
            return Fraction(bool(row.lead_post)), ""
        if name == "member_total":
            return _filled(row.member_total, "没有填成员数")
        members, assigned = row.member_total, row.assigned_unit_count
        if pd.isna(members) or pd.isna(assigned) or not members:
            return None, "没有填成员数或包联单位数"
        return Fraction(int(assigned), int(members)), ""

    return subjects, figures


def _filled(value, reason: str) -> tuple[Fraction | None, str]:
    return (None, reason) if pd.isna(value) else (Fraction(int(value)), "")


def _before(package: Package) -> Package | None:
    """Return the newest stored package of the quarter before, of the same city and ledgers; None where none can be read."""
    from analysis.runs.package import open_package  # a package knows its corrections, which know of scores

    earlier = Quarter(package.quarter).previous
    folder = stored_before(package.folder, earlier.key)
    try:
        return None if folder is None else open_package(str(folder), earlier.key, "city", package.audience, package.map_use)
    except (WorkbenchError, OSError, KeyError):
        return None  # put in order by an earlier version of the program


def stored_before(folder: Path, quarter: str) -> Path | None:
    """Return the newest package beside ``folder`` of another quarter, made of the same city's ledgers under the same rules and boundaries."""
    own = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    found = []
    for file in folder.parent.glob(f"{quarter}-*/context.json"):
        try:
            context = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a package that cannot be read is nothing to compare with
        same = context.get("city") == own["city"] and is_same_city(context.get("districts", ""), own.get("districts", ""))
        alike = all(context.get("identity", {}).get(k) == own.get("identity", {}).get(k) for k in ("rules", "places", "is_demo"))
        if same and alike and (file.parent / "campaign" / "figures.parquet").is_file():
            found.append((context.get("made_at", ""), file.parent.name, file.parent))
    return max(found)[2] if found else None
