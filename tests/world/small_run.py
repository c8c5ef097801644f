"""A small drawn city with a settings file of its own, run as a user would run it: another process, a folder, nothing shared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from drawn_city import CITY, HERE, QUARTERS, drawn_world, write_places

QUARTER = "2021Q4"
SETTINGS = """[paths]
ledgers = "ledgers"
boundaries = "boundaries.geojson"
townships = "townships.geojson"
crosswalk = "{crosswalk}"
store = "store"
out = "out"

[city]
city_code = "{city}"
city_name = "九七市"
"""


def small_city(folder: Path, like: Path | None = None, quarters: tuple[str, ...] = QUARTERS) -> Path:
    """Write ledgers, boundaries and settings of the drawn city; return the settings file. ``like``: take the ledgers of another such folder, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    if like is None:
        world = drawn_world()
        world.keep_quarters(*quarters)
        world.send(folder)
    else:
        shutil.copytree(like / "ledgers", folder / "ledgers")
    write_places(folder)
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(crosswalk=(HERE / "crosswalk.csv").as_posix(), city=CITY), encoding="utf-8")
    return settings


def start(settings: Path, *options: str, command: str = "run", **variables: str) -> subprocess.Popen:
    """Start ``workbench`` on the small city, in a process group of its own."""
    environment = os.environ | {"PYTHONWARNINGS": "default"} | variables
    arguments = [sys.executable, "-m", "analysis", command, "--settings", str(settings), *options]
    if command == "run" and "--quarter" not in options:
        arguments += ["--quarter", QUARTER]
    return subprocess.Popen(
        arguments, cwd=settings.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def finish(settings: Path, *options: str, **variables: str) -> tuple[int, str]:
    """Run to the end; return exit code and what was said."""
    process = start(settings, *options, **variables)
    said, _ = process.communicate(timeout=600)
    return process.returncode, said
