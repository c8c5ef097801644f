"""What a run writes beside its documents: indicators in CSV and Parquet, the intake reports, the manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from analysis.runs.rerun.records import read_manifest as read_manifest
from analysis.runs.rerun.records import ready_folder as ready_folder
from analysis.runs.rerun.records import versions as versions
from analysis.runs.rerun.records import write_manifest as write_manifest
from analysis.runs.rerun.records import write_whole as write_whole
from analysis.spreadsheets import csv_text

COLUMNS = ["quarter", "region_level", "region_code", "region_name", "segment", "indicator", "numerator", "denominator", "value", "unit", "status"]


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators as they stand in the CSV: whole counts, unrounded ratios, empty cells for blanks."""
    made = frame[COLUMNS].copy()
    for column in ("numerator", "denominator"):
        made[column] = made[column].astype("Int64").astype("string").fillna("")
    whole = (made["unit"] == "count").to_numpy()
    values = made["value"].to_numpy()
    made["value"] = ["" if v != v else str(int(v)) if w else repr(float(v)) for v, w in zip(values, whole, strict=True)]
    made["region_name"] = made["region_name"].map(csv_text)
    return made


def write_indicators(frame: pd.DataFrame, folder: Path) -> list[Path]:
    csv, parquet = folder / "indicators.csv", folder / "indicators.parquet"
    text = as_text(frame)
    write_whole(csv, lambda p: text.to_csv(p, index=False, encoding="utf-8-sig", lineterminator="\n"))
    write_whole(parquet, lambda p: frame[COLUMNS].to_parquet(p, index=False))
    return [csv, parquet]


def copy_intake(package: Path, folder: Path, is_internal: bool) -> list[Path]:
    """Bring the intake reports into the quarter's folder.

    Row verdicts name units, file names name senders, and the rows of one district's file tell how many units it has: other readers than
    internal get the summary of all files together, and what an earlier internal run left there is taken away.
    """
    made = []
    for source in sorted((package / "intake").iterdir()):
        target = folder / "intake" / source.name
        if is_internal:
            write_whole(target, lambda p, s=source: shutil.copyfile(s, p))
        elif source.name == "summary.csv":
            together = all_files_together(pd.read_csv(source, encoding="utf-8-sig"))
            write_whole(target, lambda p, t=together: t.to_csv(p, index=False, encoding="utf-8-sig", lineterminator="\r\n"))
        else:
            target.unlink(missing_ok=True)
            continue
        made.append(target)
    return made


def all_files_together(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the intake summary with one row a table over all files."""
    counts = ["rows_read", "accepted", "flagged", "quarantined"]
    return summary.groupby("table", sort=False)[counts].sum().reset_index().assign(file="全部文件", sheet="")[["file", "table", "sheet", *counts]]


def drop_empty_folders(folder: Path) -> None:
    """Remove the folders of a quarter that no file is left in: an empty district's folder looks like one that failed."""
    for place in folder.iterdir():
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def take_away_records(folder: Path) -> None:
    """Remove the executed notebooks of an earlier internal run: they name the package, and with it the way to every unit."""
    shutil.rmtree(folder / "notebooks", ignore_errors=True)
