"""What goes back to the sender of a file: the rows as sent, every verdict beside its row, ready to be mended and sent again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import LedgerError
from analysis.intake.aliases import read_aliases
from analysis.intake.readers import OTHERS, read_sheets
from analysis.intake.return_book import write_book
from analysis.intake.return_pages import Page, Remark, make_page
from analysis.intake.schema import table_names
from analysis.settings import Settings
from analysis.spreadsheets import csv_text

SUFFIX = "_退回"
_LONGEST = 230  # bytes; file systems allow 255
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_FAILED = ("unreadable", "table_stopped", "unknown_table")
# columns to mark beside the one a rule names: the clerk has to look at both
_ALSO = {"members_exceed_employees": ("职工数",), "outside_boundary": ("纬度",), "coordinates_swapped": ("纬度",), "district_name_mismatch": ("区县代码",)}


@dataclass(frozen=True)
class FileReport:
    """What intake says of one file: its lines of ``rows``, ``summary`` and ``files``; all columns are text."""

    file: str
    status: str
    reason: str
    rows: pd.DataFrame
    summary: pd.DataFrame

    @property
    def needs_return(self) -> bool:
        """True where something in the file is to be mended or looked at again."""
        return len(self.rows) > 0 or self.status in _FAILED


def read_reports(intake_folder: Path, files: list[str]) -> list[FileReport]:
    """Return what the three reports in a folder say of the named files, in that order."""
    rows, summary, statuses = (
        pd.read_csv(intake_folder / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig") for name in ("rows", "summary", "files")
    )
    by_file = {name: dict(list(frame.groupby("file"))) for name, frame in (("rows", rows), ("summary", summary), ("files", statuses))}
    reports = []
    for file in files:
        key = csv_text(file)
        if key in by_file["files"]:
            said = by_file["files"][key].iloc[0]
            reports.append(
                FileReport(file, said["status"], said["reason"], by_file["rows"].get(key, rows.iloc[:0]), by_file["summary"].get(key, summary.iloc[:0]))
            )
    return reports


def return_names(files: list[str]) -> dict[str, str]:
    """Return file -> name of its return workbook: its stem + ``_退回.xlsx``; the whole name where stems are alike.

    Examples
    --------
    >>> return_names(["东明区.xlsx", "西坝县.xlsx", "西坝县.csv", "南?.xlsx"])
    {'东明区.xlsx': '东明区_退回.xlsx', '西坝县.xlsx': '西坝县.xlsx_退回.xlsx', '西坝县.csv': '西坝县.csv_退回.xlsx', '南?.xlsx': '南__退回.xlsx'}
    """
    stems = {file: _safe(Path(file).stem.removesuffix(SUFFIX)) for file in files}
    alike = [stem.casefold() for stem in stems.values()]
    names: dict[str, str] = {}
    for file, stem in stems.items():
        wanted = stem if alike.count(stem.casefold()) == 1 else _safe(file)
        name, number = wanted, 1
        while name.casefold() in {n.casefold() for n in names.values()}:
            number += 1
            name = f"{wanted}（{number}）"
        names[file] = name
    return {file: f"{name}{SUFFIX}.xlsx" for file, name in names.items()}


def _safe(name: str) -> str:
    """A file name that every system takes: no reserved, invisible or control characters, not too long, not hidden."""
    kept = "".join("_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in _UNSAFE.sub("_", name))
    kept = kept.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").strip(" .")
    return kept or "台账"


def write_return(source: Path, target: Path, report: FileReport, quarter: str, settings: Settings) -> None:
    """Write the return workbook of one submitted file.

    Parameters
    ----------
    source : the file as sent; read again, because what is stored leaves out columns (营业收入) that the sender must get back.
    target : where the workbook goes; the caller moves it into place.
    """
    try:
        pages, left_out = _pages(source, report, settings)
    except LedgerError as error:
        pages, left_out = [], []
        if report.status != "unreadable":
            left_out = [f"写本文件时原文件读不出来：{error.sentence}"]
    write_book(target, report, pages, left_out, quarter)


def _pages(source: Path, report: FileReport, settings: Settings) -> tuple[list[Page], list[str]]:
    if report.status in ("unreadable", "unknown_table"):
        return [], []
    aliases = read_aliases(settings.aliases)
    table_by_name = aliases.table_of(source.stem.rsplit("_", 1)[-1]) if source.suffix.lower() in OTHERS else None
    sheets, _ = read_sheets(source, settings, lambda name: aliases.table_of(name) is not None)
    remarks = _remarks(report.rows)
    pages: list[Page] = []
    left_out: list[str] = []
    for sheet in sheets:
        table = table_by_name or aliases.table_of(sheet.name) or ""
        page = make_page(sheet, table, aliases, remarks.get(csv_text(sheet.name), {}), {p.name.casefold() for p in pages})
        if page is None:
            left_out.append(f"“{sheet.name or table_names()[table]}”表的表头认不出来，又像有个人信息，没有附在本文件里，请在原文件中改好表头，再复制过来。")
        else:
            pages.append(page)
    return pages, left_out


def _remarks(rows: pd.DataFrame) -> dict[str, dict[int, list[Remark]]]:
    """Sheet -> row number -> what is said of it."""
    found: dict[str, dict[int, list[Remark]]] = {}
    for line in rows.itertuples(index=False):
        columns = tuple(filter(None, (line.column, *_ALSO.get(line.rule, ()))))
        found.setdefault(line.sheet, {}).setdefault(int(line.row), []).append(Remark(line.rule, line.verdict == "quarantined", columns, line.advice))
    return found
