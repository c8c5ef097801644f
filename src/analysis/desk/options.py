"""What every command shares: the options' names and help, the settings they make, the screen."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis import __version__

QuarterOption = Annotated[str, typer.Option("--quarter", help="季度，例如 2021Q3")]
LedgersOption = Annotated[str | None, typer.Option("--ledgers", help="台账文件夹，下面按季度分文件夹")]
BoundariesOption = Annotated[str | None, typer.Option("--boundaries", help="区县界线文件（GeoJSON、GeoPackage、Shapefile）")]
OutOption = Annotated[str | None, typer.Option("--out", help="成果文件夹")]
SettingsOption = Annotated[str | None, typer.Option("--settings", help="设置文件，默认为根目录的 workbench.toml")]
JobsOption = Annotated[int | None, typer.Option("--jobs", help="同时运行的任务数", min=1, max=64)]


def console() -> Console:
    return Console(highlight=False, soft_wrap=True, emoji=False, markup=False)


def say_version(is_asked: bool) -> None:
    """Answer ``--version`` and end."""
    if is_asked:
        console().print(f"工会覆盖工作台 {__version__}（Python {platform.python_version()}，{platform.system()}）")
        raise typer.Exit


def choose(settings: str | None, **options):
    """Return the settings of a command; the file it names holds for everything that it starts too."""
    from analysis.runs.inputs import choose_settings

    if settings is not None:
        os.environ["WORKBENCH_SETTINGS"] = str(Path(settings).resolve())
    return choose_settings(Path(settings).resolve() if settings else None, **options)
