"""Check the templates in folders: the shipped ones, and the user's own, which stand before them file by file."""

from __future__ import annotations

from pathlib import Path

from analysis.briefings.template_check import Mistake, mistakes, name_mistake
from analysis.errors import ParameterError
from analysis.wording.engine import SHIPPED


def check_folder(folder: Path | None = None) -> tuple[int, list[Mistake]]:
    """Return how many templates were read, and every mistake in them: of ``folder`` and of the shipped ones.

    Raises
    ------
    ParameterError
        If there is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise ParameterError(f"没有模板文件夹 {folder}。请核对 --folder，或在 workbench.toml 的 templates 中改正；留空则用随程序的模板。")
    count, found = 0, []
    for place in [p for p in (folder, SHIPPED) if p is not None]:
        for path in sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith((".", "~$"))):
            count += 1
            wrong = name_mistake(path.name)
            found += wrong or mistakes(path.name, path.read_bytes())
    return count, found
