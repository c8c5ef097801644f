"""Make the set that installs the workbench in an office without a network: wheels of the lock for Linux and Windows, the program, a script each.

``make wheelhouse`` runs it on any machine with a network. pip judges a lock's conditions (``; sys_platform == …``) by the machine it runs on, so they are
judged here for each target, and pip downloads exactly what is named, by its hash.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from packaging.markers import Marker
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
PYTHON = "3.11.0"  # the lock names other versions of some libraries from 3.11.5 on; these serve every 3.11
TARGETS = {
    "linux": {
        "platforms": [f"manylinux_2_{n}_x86_64" for n in (28, 27, 26, 24, 17, 12, 5)]
        + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"],
        "markers": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    },
    "windows": {
        "platforms": ["win_amd64"],
        "markers": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
    },
}
COMMON = {"python_version": "3.11", "python_full_version": PYTHON, "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}
PROGRAM = (
    "src",
    "notebooks",
    "data",
    "docs",
    "scripts",
    "workbench.toml",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "Makefile",
    "requirements.lock",
)
INSTALL_SH = """#!/bin/sh
# 离线安装（Linux）：需要 Python 3.11，不联网
set -e
cd "$(dirname "$0")"
PYTHON="${PYTHON:-python3.11}"
"$PYTHON" -c "import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else '需要 Python 3.11，现为 ' + sys.version.split()[0] + '。可用 PYTHON=路径 指明。')"
"$PYTHON" -m venv 工作台/.venv
工作台/.venv/bin/python -m pip install --disable-pip-version-check --no-index --find-links wheels --require-hashes -r requirements.txt
工作台/.venv/bin/python -m pip install --disable-pip-version-check --no-index --no-deps --no-build-isolation -e 工作台
工作台/.venv/bin/python 工作台/scripts/anchor_install.py
echo "装好了。试运行：cd 工作台 && .venv/bin/workbench run --quarter 2021Q3"
"""
INSTALL_BAT = """@echo off
chcp 65001 >nul
rem 离线安装（Windows）：需要 Python 3.11，不联网
cd /d "%~dp0"
py -3.11 -m venv 工作台\\.venv
if errorlevel 1 (echo 需要 Python 3.11（64 位），请先安装，安装时勾选 py launcher。& goto failed)
工作台\\.venv\\Scripts\\python -m pip install --disable-pip-version-check --no-index --find-links wheels --require-hashes -r requirements.txt || goto failed
工作台\\.venv\\Scripts\\python -m pip install --disable-pip-version-check --no-index --no-deps --no-build-isolation -e 工作台 || goto failed
工作台\\.venv\\Scripts\\python 工作台\\scripts\\anchor_install.py || goto failed
echo 装好了。试运行：cd 工作台，再运行 .venv\\Scripts\\workbench run --quarter 2021Q3
pause
exit /b 0
:failed
echo 没有装好，原因见上面几行。
pause
exit /b 1
"""


def requirements_for(lock: str, markers: dict[str, str]) -> str:
    """Return the lock's entries that a target needs, their conditions judged and taken off, their hashes kept.

    >>> print(requirements_for("a==1 ; sys_platform == 'win32' \\\\\\n    --hash=sha256:1\\nb==2 \\\\\\n    --hash=sha256:2\\n", {"sys_platform": "linux"}).strip())
    b==2 \\
        --hash=sha256:2
    """
    kept = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        if entry.startswith("#"):
            continue
        head, _, rest = entry.partition("\n")
        name, _, condition = head.rstrip("\\ ").partition(";")
        if not condition or Marker(condition.strip()).evaluate(COMMON | markers):
            kept.append(f"{name.strip()} \\\n{rest}" if rest else name.strip())
    return "\n".join(kept) + "\n"


def download(target: str, folder: Path, python: str) -> None:
    """Fill ``folder/wheels`` with the target's wheels and write its ``requirements.txt``."""
    about = TARGETS[target]
    requirements = folder / "requirements.txt"
    requirements.write_text(requirements_for((ROOT / "requirements.lock").read_text(encoding="utf-8"), about["markers"]), encoding="utf-8")
    platforms = [part for platform in about["platforms"] for part in ("--platform", platform)]
    subprocess.run(
        [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--no-deps", "--require-hashes", "--python-version", PYTHON,
         "--implementation", "cp", *platforms, "-r", str(requirements), "-d", str(folder / "wheels")],
        check=True,
    )  # fmt: skip


def lacking(wheels: Path, markers: dict[str, str]) -> list[str]:
    """Return what a wheel of the set needs on the target and the set does not hold: pip would look for it in the network, where there is none."""
    held = {name: version for name, version, _, _ in (parse_wheel_filename(path.name) for path in wheels.glob("*.whl"))}
    missing = []
    for path in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(path) as wheel:
            about = next(name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            needs, _ = parse_email(wheel.read(about))
        for need in map(Requirement, needs.get("requires_dist", [])):
            if need.marker is not None and not need.marker.evaluate(COMMON | markers):
                continue
            version = held.get(canonicalize_name(need.name))
            if version is None or not need.specifier.contains(version, prereleases=True):
                missing.append(f"{path.name.split('-')[0]} 需要 {need}，安装包里{'没有' if version is None else f'是 {version}'}")
    return missing


def add_program(folder: Path) -> None:
    """Copy the program as it stands, without what a run made."""
    home = folder / "工作台"
    for name in PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=_left_behind)
        elif source.is_file():
            home.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, home / name)


def _left_behind(folder: str, names: list[str]) -> set[str]:
    """Return what is not handed out: what runs made, and whatever ledgers lie on this machine."""
    inside = Path(folder).relative_to(ROOT).as_posix()
    made = {"store", "sealed", "received"} if inside == "data" else set(names) - {"README.md"} if inside == "data/ledgers" else set()
    return made | {name for name in names if name == "__pycache__" or name.endswith(".pyc")}


def make(target: str, out: Path, python: str = sys.executable) -> Path:
    """Make the set of one target as a zip and return its path."""
    folder = out / f"离线安装_{target}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    download(target, folder, python)
    if missing := lacking(folder / "wheels", TARGETS[target]["markers"]):
        raise SystemExit("安装包不齐：" + "；".join(missing) + "。请用 make lock 重新生成 requirements.lock 后重试。")
    add_program(folder)
    shutil.copy2(ROOT / "docs" / "guides" / "offline.md", folder / "离线安装说明.txt")
    name, script = ("安装.bat", INSTALL_BAT.replace("\n", "\r\n")) if target == "windows" else ("安装.sh", INSTALL_SH)
    (folder / name).write_text(script, encoding="utf-8", newline="")
    (folder / name).chmod(0o755)
    packed = out / f"离线安装_{target}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # wheels are compressed already
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(out).as_posix())
    return packed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    parser.add_argument("--out", type=Path, default=ROOT / "wheelhouse")
    parser.add_argument("--python", default=sys.executable, help="a Python whose pip does the downloading")
    given = parser.parse_args()
    for wanted in given.targets:
        print(f"已生成 {make(wanted, given.out, given.python)}")
