"""The offline set: each target gets exactly the lock's entries that its own conditions ask for, with their hashes."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


wheelhouse = script("make_wheelhouse")

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


def test_scripts_use_no_network_and_stay_open_to_be_read():
    assert wheelhouse.INSTALL_BAT.count("pause\n") == 2 and wheelhouse.INSTALL_BAT.count("goto failed") == 4
    for script in (wheelhouse.INSTALL_SH, wheelhouse.INSTALL_BAT):
        installs = [line for line in script.splitlines() if "pip install" in line]
        assert len(installs) == 2 and all("--no-index" in line for line in installs) and "--require-hashes" in installs[0]


def test_what_a_wheel_needs_on_the_target_is_in_the_set(tmp_path):
    for name, needs in (("a-1.0", ['b_c>=2; sys_platform == "win32"', 'd>9; sys_platform == "linux"', "e; extra == 'more'"]), ("b_c-1.5", [])):
        with zipfile.ZipFile(tmp_path / f"{name}-py3-none-any.whl", "w") as wheel:
            lines = ["Metadata-Version: 2.1", f"Name: {name.split('-')[0]}", f"Version: {name.split('-')[1]}", *(f"Requires-Dist: {need}" for need in needs)]
            wheel.writestr(f"{name}.dist-info/METADATA", "\n".join(lines))
    markers = {target: about["markers"] for target, about in wheelhouse.TARGETS.items()}
    assert wheelhouse.lacking(tmp_path, markers["windows"]) == ['a 需要 b_c>=2; sys_platform == "win32"，安装包里是 1.5']
    assert wheelhouse.lacking(tmp_path, markers["linux"]) == ['a 需要 d>9; sys_platform == "linux"，安装包里没有']


@pytest.mark.skipif(os.name == "nt", reason="reads a path file as a system without UTF-8 does")
def test_the_way_to_the_program_is_read_in_any_encoding(tmp_path):
    packages = tmp_path / "工 作台" / ".venv" / "lib" / "site-packages"
    (tmp_path / "工 作台" / "src").mkdir(parents=True)
    packages.mkdir(parents=True)
    (tmp_path / "工 作台" / "src" / "program.py").write_text("print('found')")
    told = packages / "_editable_impl_union_coverage_workbench.pth"
    told.write_text(f"{tmp_path / '工 作台' / 'src'}\n", encoding="utf-8")

    def found() -> str:
        code = "import os, site; site.addsitedir(os.getcwd()); import program"
        plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONPATH": ""}
        return subprocess.run([sys.executable, "-c", code], cwd=packages, env=os.environ | plain, capture_output=True, text=True, check=False).stdout

    assert found() == ""
    assert script("anchor_install").anchor(packages, tmp_path / "工 作台" / "src") == [told]
    assert found() == "found\n"
    with pytest.raises(SystemExit, match="不在程序文件夹"):
        script("anchor_install").anchor(packages, tmp_path / "另一处" / "src")
