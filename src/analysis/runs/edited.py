"""What people have changed by hand in a quarter's folder since it was made: put aside before it is made again, never overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import ExportError, locked
from analysis.publishing.zipped import is_as_written
from analysis.runs.rerun import fingerprint

FOLDER = "改动稿"  # beside the quarters: what is in a quarter's folder is handed out with it
_EDITABLE = (".docx", ".pptx", ".xlsx")
Say = Callable[[str], None]


def lists_of(target: Path, scopes: Iterable[str]) -> list[str]:
    """Return the workbooks beside the documents of these scopes, and those that go back to the districts."""
    folders = [target / name for name in ("intake", *sorted(scopes))]
    return [path.relative_to(target).as_posix() for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.xlsx"))]


def put_aside(target: Path, names: Iterable[str], manifest: Mapping[str, Any], say: Say = lambda _: None) -> list[Path]:
    """Move the files that another program has saved since they were made to ``<out>/改动稿/<quarter>/…`` and say so; return where they are.

    Parameters
    ----------
    names : files that are about to be written or taken away, relative to ``target``
    manifest : the record of the run before; a file that is as recorded nobody has changed
    """
    recorded, made = manifest.get("outputs", {}), []
    for name in names:
        path = target / name
        if path.suffix not in _EDITABLE or not path.is_file() or is_as_written(path) or fingerprint.file_hash(path) == recorded.get(name):
            continue
        place = _free(target.parent / FOLDER / target.name / name)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
        except PermissionError as error:
            raise ExportError(locked(error)) from error
        say(f"{name} 生成以后有人改过，改动的那份已移到 {place}，原处换成新做的。")
        made.append(place)
    return made


def _free(path: Path) -> Path:
    """Return a name that nothing has yet."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}（{number}）{path.suffix}"), number + 1
    return free
