"""What every notebook will need, done once in the warm parent: imports, and the fonts found and measured. Starts no thread and reads no data."""

from __future__ import annotations

import importlib
import pkgutil

# what a kernel imports on its own while it starts (the debugger alone costs more than all the rest), and what reading and drawing import late
_LATE = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "matplotlib_inline.backend_inline",
    "IPython.core.completerlib",
    "IPython.core.debugger_backport",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "faulthandler",
    "jinja2.ext",
    "geopandas.io.arrow",
    "pandas.io.parquet",
    "pyarrow.parquet",
    "analysis.runs.package",
    "analysis.publishing.blocks",
    "matplotlib.backends.backend_svg",
)


def warm() -> None:
    """Import all floors and draw a little of each kind that costs much the first time."""
    for name in _LATE:
        importlib.import_module(name)
    from analysis import briefings, charts

    for floor in (charts, briefings):
        for module in pkgutil.iter_modules(floor.__path__):
            importlib.import_module(f"{floor.__name__}.{module.name}")
    from analysis.charts.sheet import Sheet

    sheet = Sheet(20)
    sheet.text(5, 5, "市总工会 0123456789.%")
    sheet.rectangle((1, 1, 2, 2), fill="#ffffff", hatch="lines")
    sheet.finish("", (), {})
