"""Floors: a lower one never imports a higher one, and only the floors named in docs/architecture.md touch files."""

import ast
from pathlib import Path

import pytest

import analysis

SOURCE = Path(analysis.__file__).parent
# docs/architecture.md; charts and wording stand side by side and do not know each other
FLOORS = (
    ("paths", "errors", "periods", "spreadsheets", "settings", "tables", "fonts"),
    ("intake",),
    ("places",),
    ("measures",),
    ("facts",),
    ("charts", "wording"),
    ("publishing",),
    ("runs",),
    ("briefings",),
    ("desk", "cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
APART = {("charts", "wording"), ("wording", "charts")}
MAY_OPEN = ("settings.py", "tables/", "fonts.py", "intake/", "places/boundary_files.py", "publishing/", "runs/", "desk/")
OPENING_CALLS = {
    "open",
    "read_csv",
    "read_excel",
    "read_parquet",
    "read_file",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "to_csv",
    "to_excel",
    "to_parquet",
    "to_file",
    "mkdir",
    "unlink",
    "rmtree",
    "copyfile",
    "copytree",
    "mkdtemp",
    "mkstemp",
    "read_table",
    "write_table",
}
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if path.name != "__init__.py" or path.parent != SOURCE)


def floor_of(module: str) -> str:
    return module.split("/")[0].removesuffix(".py")


def imported_floors(module: str, text: str) -> set[str]:
    """Return the floors of ours that a module imports, anywhere in it, relative imports too."""
    package = ["analysis", *module.split("/")[:-1]]
    found = set()
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            stem = ".".join(filter(None, [base, node.module]))
            names = [f"{stem}.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("analysis.")}
    return found & set(LEVEL)


def breaches(module: str, text: str) -> list[str]:
    own = floor_of(module)
    return [f"{module} ({own}) imports {other}" for other in sorted(imported_floors(module, text)) if LEVEL[other] > LEVEL[own] or (own, other) in APART]


def file_calls(text: str) -> list[str]:
    """Return the names of the calls that open, write or remove files."""
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    names = [call.id if isinstance(call, ast.Name) else call.attr for call in calls if isinstance(call, (ast.Name, ast.Attribute))]
    return sorted(set(names) & OPENING_CALLS)


def test_every_module_stands_on_a_floor():
    homeless = sorted({floor_of(m) for m in MODULES} - set(LEVEL))
    assert not homeless, f"name their floor in docs/architecture.md and in this test: {homeless}"


@pytest.mark.parametrize("module", MODULES)
def test_no_lower_floor_imports_a_higher_one(module):
    assert not breaches(module, (SOURCE / module).read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", [m for m in MODULES if not m.startswith(MAY_OPEN)])
def test_only_the_outer_floors_touch_files(module):
    calls = file_calls((SOURCE / module).read_text(encoding="utf-8"))
    assert not calls, f"{module} calls {calls}: files are read and written in {', '.join(MAY_OPEN)} only"


@pytest.mark.parametrize(
    ("module", "text", "expected"),
    [
        ("measures/tally.py", "from analysis.runs.store import connect", ["measures/tally.py (measures) imports runs"]),
        ("measures/tally.py", "from ..runs import store", ["measures/tally.py (measures) imports runs"]),
        ("intake/ledger.py", "def f():\n    import analysis.places.crs", ["intake/ledger.py (intake) imports places"]),
        ("facts.py", "from analysis import cli", ["facts.py (facts) imports cli"]),
        ("wording/engine.py", "from analysis.charts.grades import grade", ["wording/engine.py (wording) imports charts"]),
        ("charts/maps.py", "from analysis.facts import Fact\nimport pandas", []),
    ],
)
def test_the_check_sees_a_wrong_import(module, text, expected):
    assert breaches(module, text) == expected


def test_the_check_sees_a_file_opened():
    assert file_calls("import pandas as pd\npd.read_csv('a')\nopen('b')\npath.write_text('c')") == ["open", "read_csv", "write_text"]
