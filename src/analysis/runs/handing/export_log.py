"""The record of everything handed out: when, what, scope, rows, audience. It stands beside the quarters' folders and is only ever added to."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from analysis.spreadsheets import csv_text

FILE = "exports.csv"
COLUMNS = ("时间", "做法", "季度", "范围", "内容", "行数", "读者")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+(\d+)(?::[A-Z]+(\d+))?"')


def log_exports(out: Path, how: str, quarter: str, audience: str, files: Iterable[tuple[str, str, int | None]]) -> Path:
    """Add one line a file.

    Parameters
    ----------
    out : the folder of all reports
    how : what was done: run, open, trace, refresh, template, explore …
    files : (scope, what, rows); rows None for a document, which has none
    """
    path = out / FILE
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if not path.is_file():
        writer.writerow(COLUMNS)
    for scope, what, rows in files:
        writer.writerow([when, how, quarter, scope, csv_text(what), "" if rows is None else rows, audience])
    if text.getvalue():
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.is_file()
        with open(path, "a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as stream:
            stream.write(text.getvalue())
    return path


def rows_in(path: Path) -> int | None:
    """Return how many data rows a file holds, its header not counted; None for a document."""
    kind = path.suffix.lower()
    if not path.is_file():
        return None
    if kind == ".csv":
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return max(0, sum(1 for _ in csv.reader(stream)) - 1)
    if kind == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_metadata(path).num_rows
    return _rows_of_book(path) if kind == ".xlsx" else None


def _rows_of_book(path: Path) -> int:
    """Return the rows of all sheets as their own heads say, without reading the cells."""
    total = 0
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                with book.open(name) as sheet:
                    found = _DIMENSION.search(sheet.read(2000))
                total += max(0, int(found[2] or found[1]) - 1) if found else 0
    return total


def log_files(out: Path, how: str, quarter: str, audience: str, folder: Path, files: Iterable[Path]) -> Path:
    """Add the files of a quarter's folder; the scope is the folder that a file lies in, ``city`` for those at the top."""
    made = []
    for path in dict.fromkeys(files):
        inside = path.relative_to(folder)
        scope = inside.parts[0] if len(inside.parts) > 1 and re.fullmatch(r"city|\d{6}", inside.parts[0]) else "city"
        made.append((scope, inside.as_posix(), rows_in(path)))
    return log_exports(out, how, quarter, audience, made)
