"""Files that appear whole or not at all, and the manifest of a run. Loads nothing heavy."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from analysis import __version__
from analysis.errors import ExportError
from analysis.publishing.placing import put_in_place
from analysis.runs.rerun import fingerprint

_LIBRARIES = ("pandas", "geopandas", "matplotlib", "papermill", "nbconvert", "duckdb", "typst", "python-docx", "python-calamine", "pandera")


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


def versions() -> dict[str, str]:
    return {"workbench": __version__, "python": platform.python_version(), "platform": sys.platform} | {name: version(name) for name in _LIBRARIES}


def read_manifest(folder: Path) -> dict:
    path = folder / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write_manifest(folder: Path, content: dict, files: list[Path]) -> None:
    content = content | {"outputs": {p.relative_to(folder).as_posix(): fingerprint.file_hash(p) for p in sorted(set(files)) if p.is_file()}}
    write_whole(folder / "manifest.json", lambda p: p.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), encoding="utf-8"))
