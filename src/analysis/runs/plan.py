"""What a run makes: one job a notebook and scope, read from the notebooks themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ParameterError
from analysis.paths import NOTEBOOKS


@dataclass(frozen=True)
class Notebook:
    """A shipped notebook: ``document`` is its name without the number, ``scopes`` a subset of ("city", "district")."""

    path: Path
    document: str
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """One notebook for one scope ("city" or a six-digit code)."""

    notebook: Path
    document: str
    name: str
    scope: str
    scope_name: str

    @property
    def label(self) -> str:
        return f"{self.scope_name}{self.name}"


def notebooks(folder: Path = NOTEBOOKS) -> list[Notebook]:
    """Return the notebooks that make documents (those with ``metadata.workbench``), in order of their numbers."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("workbench")  # nbformat would take 1.5 s to load
        if about:
            found.append(Notebook(path, about["document"], about["name"], tuple(about["scopes"])))
    return found


def plan(scope: str, documents: str, city: tuple[str, str], districts: list[tuple[str, str]], folder: Path = NOTEBOOKS) -> list[Job]:
    """Return the jobs of a run, city first.

    Raises
    ------
    ParameterError
        For a document or a scope that does not exist; names those that do.
    """
    known = notebooks(folder)
    wanted = [d.strip() for d in documents.split(",") if d.strip()] or [n.document for n in known]
    strange = [d for d in wanted if d not in {n.document for n in known}]
    if strange:
        raise ParameterError(f"没有名为“{strange[0]}”的文稿，可用的是 {'、'.join(n.document for n in known)}。请用 workbench list 查看后重试。")
    names = dict(districts)
    asked = ["city", *names] if scope == "all" else [s.strip() for s in scope.split(",") if s.strip()]
    odd = [s for s in asked if s != "city" and s not in names]
    if odd or not asked:
        raise ParameterError(f"范围“{odd[0] if odd else scope}”不是本市的区县代码，可用的是 all、city 或 {'、'.join(names)}。请改正 --scope 后重试。")
    jobs = []
    for place in asked:
        level, name = ("city", city[1]) if place == "city" else ("district", names[place])
        jobs += [Job(n.path, n.document, n.name, place, name) for n in known if n.document in wanted and level in n.scopes]
    if not jobs:
        raise ParameterError(f"文稿 {'、'.join(wanted)} 没有范围“{scope}”的版本。请用 workbench list 查看各文稿的范围。")
    return jobs
