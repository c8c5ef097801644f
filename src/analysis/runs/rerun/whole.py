"""Is a package still whole? Its files with their sizes, taken down when it was made: the store is a folder like any other, and people tidy it."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "files.json"


def note_files(folder: Path) -> None:
    """Write ``files.json``: path → size of everything that is there now."""
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
    (folder / FILE).write_text(json.dumps(sizes, ensure_ascii=False, indent=1), encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Whether a package is there with all its files; one of an earlier program, without the list, where its context is."""
    if not (folder / "context.json").is_file():
        return False
    try:
        sizes = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return all((folder / name).is_file() and (folder / name).stat().st_size == size for name, size in sizes.items())
