import ast
import inspect
import re
from itertools import pairwise

import nbformat
import pytest

from analysis.paths import NOTEBOOKS
from analysis.runs.package import open_package
from analysis.wording.engine import SHIPPED

PATHS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
HOMELESS = (ast.FunctionDef, ast.ClassDef, ast.Try, ast.For, ast.While)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_notebook_is_thin_and_clean(path):
    for cell in code_cells(path):
        assert not cell.outputs and cell.execution_count is None, f"{path}: strip outputs before committing"
        found = [type(n).__name__ for n in ast.walk(ast.parse(cell.source)) if isinstance(n, HOMELESS)]
        assert not found, f"{path}: move {found} into src/analysis/\n{cell.source}"
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", [p for p in PATHS if "workbench" in nbformat.read(p, as_version=4).metadata], ids=lambda p: p.stem)
def test_parameters_are_typed_explained_and_accepted_by_the_package(path):
    cell = code_cells(path)[0]
    assert cell.metadata.tags == ["parameters"]
    lines = cell.source.splitlines()
    assert all(re.fullmatch(r'\w+: str = "[^"]*"  # .+', line) for line in lines), cell.source
    names = [line.split(":")[0] for line in lines]
    assert set(names) == set(inspect.signature(open_package).parameters)


@pytest.mark.parametrize("path", [p for p in PATHS if "workbench" in nbformat.read(p, as_version=4).metadata], ids=lambda p: p.stem)
def test_every_call_has_its_paragraph(path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    for before, cell in pairwise(cells):
        if cell.cell_type == "code" and cell.source.startswith("show("):
            assert re.fullmatch(r"## .+\n\n.+", before.source), f"{path}: {cell.source} has no heading and paragraph before it"


@pytest.mark.parametrize("path", [p for p in PATHS if "workbench" in nbformat.read(p, as_version=4).metadata], ids=lambda p: p.stem)
def test_every_section_of_the_template_has_its_cell(path):
    document = "speech" if path.stem == "72_speech_read" else path.stem[3:]
    heads = re.findall(r"^# (.+?)、", (SHIPPED / f"{document}.j2").read_text(encoding="utf-8"), flags=re.MULTILINE)
    numerals = {numeral for head in heads for numeral in re.findall(r"[一二三四五六七八九十]+", re.sub(r'"[^"]*"', "", head))}
    cells = nbformat.read(path, as_version=4).cells
    shown = [re.match(r"## (\S+?)、", before.source)[1] for before, cell in pairwise(cells) if cell.source.startswith("show(document.part(")]
    assert len(set(shown)) == len(shown) and set(shown) == numerals
    assert [cell.source for cell in cells if "part(" in cell.source] == [f"show(document.part({n}))" for n in range(1, len(shown) + 1)]
