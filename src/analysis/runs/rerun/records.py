"""Files that appear whole or not at all, and the manifest of a run. Loads nothing heavy."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from analysis import __version__
from analysis.errors import ExportError
from analysis.publishing.placing import put_in_place
from analysis.runs.rerun import fingerprint

_DISTRIBUTION = "union-coverage-workbench"
_BESIDE = ("numpy", "pyogrio", "pyproj", "shapely")  # what others bring along, and figures or maps rest on
_TOLD_OF_A_RUN = ("quarter", "package", "city", "districts", "failed_files", "settings", "outputs")
_NEEDED = ("document", "scope", "status", "seconds", "reason", "files", "record")  # of a job's entry in the manifest


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
    """Return the versions of this program, of Python and of every library that the program asks for."""
    asked = {re.match(r"[\w.-]+", line)[0] for line in requires(_DISTRIBUTION) or () if "extra ==" not in line}
    known = {name: version(name) for name in sorted({*asked, *_BESIDE})}
    return {"workbench": __version__, "python": platform.python_version(), "platform": sys.platform} | known


def read_manifest(folder: Path) -> dict:
    """Return the record of the run before; {} where there is none, or none that can be read: then nothing that lies there is vouched for."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if _is_record(found) else {}


def _is_record(found: Any) -> bool:
    if not isinstance(found, dict) or not all(isinstance(found.get(name, {}), dict) for name in ("outputs", "settings")):
        return False
    jobs = found.get("jobs", [])
    if jobs and not all(name in found for name in _TOLD_OF_A_RUN):
        return False
    return isinstance(jobs, list) and all(isinstance(job, dict) and all(name in job for name in _NEEDED) for job in jobs)


def write_manifest(folder: Path, content: dict, files: list[Path]) -> None:
    content = content | {"outputs": {p.relative_to(folder).as_posix(): fingerprint.file_hash(p) for p in sorted(set(files)) if p.is_file()}}
    write_whole(folder / "manifest.json", lambda p: p.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), encoding="utf-8"))
