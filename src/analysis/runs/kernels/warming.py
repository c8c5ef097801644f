"""What every notebook will need, done once in the warm parent: imports, and the fonts found and measured. Starts no thread and reads no data."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import pkgutil
from pathlib import Path

from analysis import charts
from analysis.charts.sheet import Sheet
from analysis.paths import NOTEBOOKS
from analysis.publishing import html
from analysis.wording import engine

# what a kernel imports on its own while it starts (the debugger alone costs more than all the rest), and what reading and drawing import late
_LATE = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "matplotlib_inline.backend_inline",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.debugger_backport",
    "IPython.core.oinspect",
    "psutil",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "faulthandler",
    "jinja2.ext",
    "geopandas.io.arrow",
    "pandas.io.parquet",
    "pyarrow.parquet",
    "analysis.runs.package",
    "analysis.publishing.blocks",
)


def warm() -> None:
    """Import what kernels, charts and the notebooks' own cells import, and draw a little of what costs much the first time."""
    for name in (*_LATE, *imported_by_notebooks()):
        importlib.import_module(name)
    for module in pkgutil.iter_modules(charts.__path__):
        importlib.import_module(f"{charts.__name__}.{module.name}")
    sheet = Sheet(20)
    sheet.text(5, 5, "市总工会 0123456789.%")
    sheet.rectangle((1, 1, 2, 2), fill="#ffffff", hatch="lines")
    sheet.finish("", (), {})
    for made in (html.environment(), engine.environment(str(engine.SHIPPED))):
        for name in made.list_templates(extensions=("j2",)):
            made.get_template(name)


def imported_by_notebooks(folder: Path = NOTEBOOKS) -> list[str]:
    """Return the modules of this package that the notebooks' cells import, a user's own notebooks included; a cell that is no Python is passed over.

    Examples
    --------
    >>> "analysis.briefings.speech" in imported_by_notebooks()
    True
    """
    found: set[str] = set()
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8")).get("cells", []):
            if cell.get("cell_type") == "code":
                found |= _modules("".join(cell["source"]))
    return sorted(found)


def _modules(source: str) -> set[str]:
    try:
        statements = ast.walk(ast.parse(source))
    except SyntaxError:  # the notebook itself will say so when it runs
        return set()
    names = {f"{s.module}.{a.name}" for s in statements if isinstance(s, ast.ImportFrom) and s.module and s.module.startswith("analysis") for a in s.names}
    return {name if _is_module(name) else name.rpartition(".")[0] for name in names}


def _is_module(name: str) -> bool:
    package = importlib.import_module(name.rpartition(".")[0])
    return hasattr(package, "__path__") and importlib.util.find_spec(name) is not None
