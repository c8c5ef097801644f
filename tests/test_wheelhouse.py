"""The offline set: each target gets exactly the lock's entries that its own conditions ask for, with their hashes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("make_wheelhouse", ROOT / "scripts" / "make_wheelhouse.py")
wheelhouse = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(wheelhouse)

LOCK = """a==1 ; sys_platform == 'win32' \\
    --hash=sha256:11
b==2 ; sys_platform != 'win32' and python_full_version < '3.12' \\
    --hash=sha256:22 \\
    --hash=sha256:33
c==3 \\
    --hash=sha256:44
"""


@pytest.mark.parametrize(("target", "names"), [("linux", ["b==2", "c==3"]), ("windows", ["a==1", "c==3"])])
def test_conditions_are_judged_for_the_target_and_taken_off(target, names):
    made = wheelhouse.requirements_for(LOCK, wheelhouse.TARGETS[target]["markers"])
    assert [line.split()[0] for line in made.splitlines() if not line.startswith(" ")] == names
    assert ";" not in made and ("--hash=sha256:33" in made) == (target == "linux")


@pytest.mark.parametrize("target", ["linux", "windows"])
def test_every_entry_of_the_real_lock_is_whole(target):
    made = wheelhouse.requirements_for((ROOT / "requirements.lock").read_text(encoding="utf-8"), wheelhouse.TARGETS[target]["markers"])
    entries = re.split(r"\n(?=\S)", made.strip())
    assert len(entries) > 100 and all(re.fullmatch(r"[\w.\[\],-]+==\S+ \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|$))+", e) for e in entries)
    names = [e.partition("==")[0] for e in entries]
    assert len(names) == len(set(names)), "one version each"
    assert ("colorama" in names) == (target == "windows") and {"typst", "duckdb", "hatchling", "editables"} <= set(names)


def test_the_program_goes_with_it_and_what_runs_made_does_not(tmp_path):
    wheelhouse.add_program(tmp_path)
    home = tmp_path / "工作台"
    assert (home / "src" / "analysis" / "cli.py").is_file() and (home / "data" / "demo" / "ledgers").is_dir() and (home / "notebooks").is_dir()
    assert not list(home.rglob("__pycache__")) and not (home / "data" / "store").exists() and not (home / ".venv").exists()
    assert sorted(p.name for p in (home / "data" / "ledgers").iterdir()) == ["README.md"]


def test_scripts_use_no_network():
    for script in (wheelhouse.INSTALL_SH, wheelhouse.INSTALL_BAT):
        installs = [line for line in script.splitlines() if "pip install" in line]
        assert len(installs) == 2 and all("--no-index" in line for line in installs) and "--require-hashes" in installs[0]
