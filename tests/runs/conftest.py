import sys
from pathlib import Path

import nbformat
import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("briefings", "wording", "world")]


@pytest.fixture
def notebook(tmp_path):
    """Write a small notebook and return its path: ``notebook("x = 1", parameters="quarter: str = '2021Q3'")``."""

    def write(*cells: str, parameters: str | None = 'quarter: str = "2021Q3"  # 季度', name: str = "70_small.ipynb", about: dict | None = None):
        made = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
        if about:
            made.metadata["workbench"] = about
        if parameters is not None:
            made.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
        path = tmp_path / name
        nbformat.write(made, path)
        return path

    return write
