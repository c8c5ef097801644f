"""What a run writes beside its documents: indicators in CSV and Parquet, the intake reports, the manifest."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from analysis import __version__
from analysis.errors import ExportError
from analysis.publishing.placing import put_in_place
from analysis.runs import fingerprint

COLUMNS = ["quarter", "region_level", "region_code", "region_name", "segment", "indicator", "numerator", "denominator", "value", "unit", "status"]
_LIBRARIES = ("pandas", "geopandas", "matplotlib", "papermill", "nbconvert", "duckdb", "typst", "python-docx", "python-calamine", "pandera")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside its place, then move it there: a reader finds the old file or the new one, never half of it."""
    ready_folder(path.parent)
    # a name of our own, not mkstemp's: what it makes only its maker may read, and reports lie in shared folders
    unfinished = path.with_name(f".unfinished-{os.getpid()}{path.suffix}")
    try:
        write(unfinished)
        put_in_place(unfinished, path)
    except PermissionError as error:
        raise ExportError(f"写不进 {path}，它可能正在 Excel、WPS 或浏览器中打开，或者没有写入权限。请关闭它或换一个 --out 后重试。") from error
    finally:
        unfinished.unlink(missing_ok=True)


def ready_folder(folder: Path, what: str = "成果文件夹", remedy: str = "用 --out ") -> Path:
    """Make the folder where need be and return it.

    Raises
    ------
    ExportError
        Where it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ExportError(f"{what} {folder} 建不起来或写不进去（可能是一个同名文件，或没有写入权限）。请{remedy}换一个文件夹后重试。") from error


def _safe(text: str) -> str:
    """A text cell that a spreadsheet would take for a formula gets a leading apostrophe (contract §5)."""
    return "'" + text if text.startswith(_DANGEROUS) else text


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators as they stand in the CSV: whole counts, unrounded ratios, empty cells for blanks."""
    made = frame[COLUMNS].copy()
    for column in ("numerator", "denominator"):
        made[column] = made[column].astype("Int64").astype("string").fillna("")
    whole = (made["unit"] == "count").to_numpy()
    values = made["value"].to_numpy()
    made["value"] = ["" if v != v else str(int(v)) if w else repr(float(v)) for v, w in zip(values, whole, strict=True)]
    for column in ("region_name",):
        made[column] = made[column].map(_safe)
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


def take_away_records(folder: Path) -> None:
    """Remove the executed notebooks of an earlier internal run: they name the package, and with it the way to every unit."""
    shutil.rmtree(folder / "notebooks", ignore_errors=True)


def versions() -> dict[str, str]:
    return {"workbench": __version__, "python": platform.python_version(), "platform": sys.platform} | {name: version(name) for name in _LIBRARIES}


def read_manifest(folder: Path) -> dict:
    path = folder / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write_manifest(folder: Path, content: dict, files: list[Path]) -> None:
    content = content | {"outputs": {p.relative_to(folder).as_posix(): fingerprint.file_hash(p) for p in sorted(set(files)) if p.is_file()}}
    write_whole(folder / "manifest.json", lambda p: p.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), encoding="utf-8"))
