"""Where things live. Imports nothing of ours, so that everything may import it."""

from __future__ import annotations

import os
from pathlib import Path

SETTINGS_FILE = "workbench.toml"


def find_root(start: Path | None = None) -> Path:
    """Return the project folder: ``$WORKBENCH_HOME``, else the nearest folder upward with ``workbench.toml``, else the checkout."""
    named = os.environ.get("WORKBENCH_HOME")
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file() and (folder / "notebooks").is_dir():
            return folder
    return Path(__file__).resolve().parents[2]


ROOT = find_root()
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
REPORTS = ROOT / "reports"
TABLES = Path(__file__).resolve().parent / "tables"
DEMO = DATA / "demo"
