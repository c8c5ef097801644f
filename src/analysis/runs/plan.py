"""What a run makes: one job a notebook and scope, read from the notebooks themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ParameterError
from analysis.paths import NOTEBOOKS

DECK = "pptx"  # the one format that not every document has

# what others than internal readers get for the whole city only: below it, none of the figures may be shown
_CITY_ONLY = ("ledger_quality", "union_building")
# what they do not get at all: it speaks of offices and of rows
_INTERNAL_ONLY = ("campaign",)


@dataclass(frozen=True)
class Notebook:
    """A shipped notebook: ``document`` is its name without the number, ``scopes`` a subset of ("city", "district"), ``has_deck``: it can be slides too."""

    path: Path
    document: str
    name: str
    scopes: tuple[str, ...]
    has_deck: bool = False


@dataclass(frozen=True)
class Job:
    """One notebook for one scope ("city" or a six-digit code)."""

    notebook: Path
    document: str
    name: str
    scope: str
    scope_name: str
    has_deck: bool = False

    def formats(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Return the wanted formats that this document has."""
        return tuple(form for form in wanted if form != DECK or self.has_deck)

    @property
    def label(self) -> str:
        return f"{self.scope_name}{self.name}"


def notebooks(folder: Path = NOTEBOOKS) -> list[Notebook]:
    """Return the notebooks that make documents (those with ``metadata.workbench``), in order of their numbers."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("workbench")  # nbformat would take 1.5 s to load
        if about:
            found.append(Notebook(path, about["document"], about["name"], tuple(about["scopes"]), bool(about.get("deck"))))
    return found


def plan(
    scope: str, documents: str, city: tuple[str, str], districts: list[tuple[str, str]], folder: Path = NOTEBOOKS, audience: str = "internal"
) -> list[Job]:
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
        jobs += [Job(n.path, n.document, n.name, place, name, n.has_deck) for n in known if n.document in wanted and level in n.scopes]
    if jobs and audience != "internal":
        jobs = [job for job in jobs if job.document not in _INTERNAL_ONLY]
        if not jobs:
            raise ParameterError(f"文稿 {'、'.join(wanted)} 只供内部使用，没有非内部版。请加 --audience internal，或改做别的文稿。")
        jobs = [job for job in jobs if job.scope == "city" or job.document not in _CITY_ONLY]
        if not jobs:
            raise ParameterError(f"文稿 {'、'.join(wanted)} 分区县的版本只供内部使用，非内部版只做全市的。请改用 --scope city，或加 --audience internal。")
    if not jobs:
        raise ParameterError(f"文稿 {'、'.join(wanted)} 没有范围“{scope}”的版本。请用 workbench list 查看各文稿的范围。")
    return jobs


def with_formats(jobs: list[Job], formats: tuple[str, ...], folder: Path = NOTEBOOKS) -> tuple[list[Job], str]:
    """Return the jobs that have any of the wanted formats, and a sentence on what has no slides ("" where all have).

    Raises
    ------
    ParameterError
        Where none has.
    """
    kept = [job for job in jobs if job.formats(formats)]
    having = "、".join(f"{n.document}（{n.name}，{'、'.join('全市' if s == 'city' else '各区县' for s in n.scopes)}）" for n in notebooks(folder) if n.has_deck)
    if not kept:
        raise ParameterError(f"所要的文稿没有幻灯片（pptx）形式，有的是 {having}。请改 --documents、--scope，或换 --formats html,pdf,docx。")
    names = list(dict.fromkeys(job.name for job in jobs if not job.has_deck)) if DECK in formats else []
    told = "只做其余格式" if len(formats) > 1 else "这次不做，已有的文件不动"
    return kept, f"{'、'.join(names)}没有幻灯片（pptx）形式，{told}；有的是 {having}。" if names else ""
