"""Who has handed in what: a quarter's files taken in by themselves, without indicators or documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.intake.completeness import named_districts, table_name
from analysis.measures.handed_in import senders
from analysis.periods import Quarter
from analysis.runs.prepare import open_workshop
from analysis.runs.sources import known_quarters, ledger_files, read_geography
from analysis.runs.workshop import Ledger
from analysis.settings import Settings

NEEDED = ("units", "unions", "covers")  # without one of these most of a district's figures are blank
COUNTS = ("rows_read", "accepted", "flagged", "quarantined")


@dataclass(frozen=True)
class FileVerdict:
    """One file: ``status`` as in ``intake/files.csv``, its rows by verdict, and why where it was not read."""

    file: str
    status: str
    reason: str
    rows_read: int = 0
    accepted: int = 0
    flagged: int = 0
    quarantined: int = 0

    @property
    def sentence(self) -> str:
        if self.status in ("unreadable", "table_stopped", "unknown_table", "ignored"):
            read = f"已读的 {self.rows_read} 行中，接收 {self.accepted}、提示 {self.flagged}、退回 {self.quarantined}。" if self.rows_read else ""
            return f"{self.file}：{self.reason.rstrip('。')}。{read}"
        return f"{self.file}：读入 {self.rows_read} 行，接收 {self.accepted}，提示 {self.flagged}，退回 {self.quarantined}。"


@dataclass(frozen=True)
class Submission:
    """One district: the files that speak for it, and the tables it has not handed in (their Chinese names)."""

    code: str
    name: str
    files: tuple[str, ...]
    lacking: tuple[str, ...]
    is_in: bool

    @property
    def state(self) -> str:
        if not self.is_in:
            return "未报送"
        return f"缺{'、'.join(self.lacking)}表" if self.lacking else "已报送"


@dataclass(frozen=True)
class Overview:
    """A quarter's submissions: every district, every file."""

    quarter: str
    districts: tuple[Submission, ...]
    files: tuple[FileVerdict, ...]

    @property
    def missing(self) -> list[Submission]:
        return [d for d in self.districts if not d.is_in]

    @property
    def is_complete(self) -> bool:
        return bool(self.districts) and not any(d.lacking or not d.is_in for d in self.districts)


def overview(settings: Settings, quarter: str, say: Callable[[str], None] = lambda _: None) -> Overview:
    """Take the quarter's files in and tell who has handed in what; an empty or absent folder is a quarter in which nobody has.

    Raises
    ------
    WorkbenchError
        Where the boundaries cannot be read, or not one table can.
    """
    Quarter(quarter)
    folder = None if settings.ledgers is None else settings.ledgers / quarter
    if folder is None or not folder.is_dir() or not any(is_submission(p) for p in ledger_files(folder)):
        regions = read_geography(settings).regions
        own = regions[regions["host_code"] == ""]
        return Overview(quarter, tuple(Submission(r.code, r.name, (), (), False) for r in own.itertuples()), ())
    workshop = open_workshop(settings, say)
    return of_ledger(workshop.ledger(quarter, is_main=True), workshop.geography.regions)


def of_ledger(ledger: Ledger, regions: pd.DataFrame) -> Overview:
    """Return the overview of a quarter that is taken in."""
    intake = ledger.intake
    own = regions[regions["host_code"].fillna("") == ""]
    home = senders(intake, regions) if len(own) else {}
    units = intake.tables["units"]["district_code"].value_counts()
    lacking = ledger.gaps[ledger.gaps["column"] == ""]
    districts = []
    for region in own.itertuples():
        gone = [t for t in lacking.loc[lacking["region"] == region.code, "table"] if t in NEEDED]
        files = tuple(sorted(file for file, code in home.items() if code == region.code))
        is_in = bool(files) or "units" not in gone or (ledger.is_totals and bool(units.get(region.code, 0)))
        districts.append(Submission(region.code, region.name, files, tuple(table_name(t) for t in NEEDED if t in gone) if is_in else (), is_in))
    return Overview(ledger.quarter, tuple(districts), tuple(_verdicts(ledger)))


def _verdicts(ledger: Ledger) -> list[FileVerdict]:
    summary = ledger.intake.summary.groupby("file")[list(COUNTS)].sum()
    made = []
    for row in ledger.intake.files.itertuples():
        counts = {name: int(summary.loc[row.file, name]) for name in COUNTS} if row.file in summary.index else {}
        made.append(FileVerdict(row.file, row.status, row.reason if isinstance(row.reason, str) else "", **counts))
    return made


def is_submission(path: Path) -> bool:
    """Whether a file is one that intake would look at."""
    return path.is_file() and not path.name.startswith((".", "~$"))


def files_of_last_time(settings: Settings, quarter: str) -> dict[str, str]:
    """Return district code → the name of the file it sent in the latest earlier quarter, by the names of the files alone."""
    earlier = [q for q in known_quarters(settings) if q < quarter]
    if not earlier:
        return {}
    regions = read_geography(settings).regions
    own = regions[regions["host_code"] == ""]
    named: dict[str, str] = {}
    for path in ledger_files(settings.ledgers / earlier[-1]):
        for code in named_districts(path.name, own) if is_submission(path) else []:
            named.setdefault(code, path.name)
    return named


def lines(made: Overview, last: dict[str, str] | None = None) -> list[str]:
    """Return what the screen says on who has handed in."""
    there = len(made.districts) - len(made.missing)
    said = [f"{made.quarter}：{len(made.districts)} 个区县，已报送 {there} 个，未报送 {len(made.missing)} 个。"] if made.districts else []
    for district in made.districts:
        if not district.is_in:
            before = (last or {}).get(district.code)
            said.append(f"  未报送　{district.name}" + (f"（上次报的是 {before}）" if before else ""))
    said += [f"  {d.state}　{d.name}（{'、'.join(d.files) or '在合报的文件里'}）" for d in made.districts if d.is_in and d.lacking]
    return said
