"""Write where the program lies as a path relative to the environment, in plain letters.

An editable installation keeps the program's folder in a ``.pth`` file, written as UTF-8; Python 3.11 on a Chinese Windows reads it as GBK and does not find
a folder with a Chinese name. From ``.venv`` inside the program's own folder the way there needs no name at all.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src"


def anchor(packages: Path, sources: Path = SOURCES) -> list[Path]:
    """Exchange the path in every ``.pth`` file of ours; return the files."""
    way = os.path.relpath(sources, packages)
    if not way.isascii():
        raise SystemExit(f"虚拟环境 {packages} 不在程序文件夹 {sources.parent} 之内，没有改写。请按安装脚本的做法把 .venv 放在程序文件夹里。")
    made = sorted(packages.glob("_*union_coverage_workbench.pth"))
    for path in made:
        path.write_text(way + "\n", encoding="ascii")
    return made


if __name__ == "__main__":
    if not anchor(Path(sysconfig.get_paths()["purelib"])):
        raise SystemExit("没有找到程序的安装记录。请重新执行安装脚本。")
