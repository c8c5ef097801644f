"""Which files of this program a notebook, or the writers of documents, rest on: the import graph of modules, functions' own imports included."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path

from analysis.runs.rerun import fingerprint

SOURCE = fingerprint.SOURCE
PREVIEW = ("preview.html.j2", "macros.html.j2")  # the templates of what a notebook shows; the others are of finished documents
_SPEED = (
    "analysis.runs.kernels.forked",
    "analysis.runs.kernels.nursery",
    "analysis.runs.kernels.warming",
)  # decide how soon a document is there, not what it says
_APART = (
    "analysis.charts.fonts",
    "analysis.charts.sheet",
    "analysis.charts.strokes",
    "analysis.charts.svg",
    "analysis.fonts",
    "analysis.publishing.placing",
    "analysis.runs.executor",
    "analysis.runs.holding",
    "analysis.runs.kernels.opened",
)  # draw, lock and carry: whatever they do, a package holds the same
_FROM = re.compile(r"^[ \t]*from[ \t]+(analysis(?:\.\w+)*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+([^\n]*\banalysis\b[^\n]*)", re.MULTILINE)
_PACKAGE = "analysis.runs.packing"
_WRITERS = ("analysis.publishing.exporters", "analysis.runs.notebook")


def code_of_notebook(notebook: Path) -> dict[str, str]:
    """Return module → sha256 of all that a notebook's cells import, directly or not."""
    found: set[str] = set()
    for cell in json.loads(notebook.read_text(encoding="utf-8")).get("cells", []):
        if cell.get("cell_type") == "code":
            found |= _imports("".join(cell["source"]))
    made = _hashes(_closure(found))
    return made | _files([SOURCE / "publishing" / "templates" / name for name in PREVIEW]) if "analysis.publishing.html" in made else made


@lru_cache(maxsize=1)
def code_of_writers() -> dict[str, str]:
    """Return module → sha256 of what makes a finished document of an executed notebook, the templates of documents included."""
    return _hashes(_closure(set(_WRITERS))) | _files(sorted((SOURCE / "publishing" / "templates").glob("*")))


@lru_cache(maxsize=1)
def code_of_package() -> dict[str, str]:
    """Return module → sha256 of what makes a package of ledgers: what it imports, not a list that somebody has to keep."""
    return _hashes(_closure({_PACKAGE}) - {*_APART})


@lru_cache(maxsize=1)
def rule_tables() -> dict[str, str]:
    return _files(sorted((SOURCE / "tables").glob("*.csv")))


def _closure(start: set[str]) -> set[str]:
    known: set[str] = set()
    waiting = {"analysis"} | {name for name in start if _file(name)}
    while waiting:
        name = waiting.pop()
        known.add(name)
        waiting |= {found for found in _graph(name) if found not in known}
    return known


@cache
def _graph(name: str) -> frozenset[str]:
    """Return the modules of this program that a module imports, the packages above them included (their ``__init__`` runs too)."""
    found = _imports(_file(name).read_text(encoding="utf-8"))
    return frozenset(part for module in found for part in _with_parents(module) if _file(part) and part not in _SPEED)


def _imports(source: str) -> set[str]:
    """Return the modules named by import statements; also by those in a docstring, which makes a document too often, never too seldom."""
    found: set[str] = set()
    for module, names in _FROM.findall(source):
        plain = re.sub(r"#[^\n]*|[()\\\s]", " ", names)
        found |= {module, *(full for name in plain.split(",") if name.split() and _file(full := f"{module}.{name.split()[0]}"))}
    return found | {name for line in _PLAIN.findall(source) for name in re.findall(r"analysis[\w.]*", line)}


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


@cache
def _file(name: str) -> Path | None:
    parts = name.split(".")
    if parts[0] != "analysis":
        return None
    path = SOURCE.joinpath(*parts[1:])
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file() and (len(parts) > 1 or p.name == "__init__.py")), None)


def _hashes(names: set[str]) -> dict[str, str]:
    return {name: fingerprint.file_hash(_file(name)) for name in sorted(names)}


def _files(paths: list[Path]) -> dict[str, str]:
    return {path.relative_to(SOURCE).as_posix(): fingerprint.file_hash(path) for path in paths if path.is_file()}
