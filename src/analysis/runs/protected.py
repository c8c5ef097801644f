"""What readers other than internal may see of a package: worked out once, kept beside it, and all that their documents are made from.

Documents, index, tables and map classes of such readers read these figures and never the ones they were made of, so nothing published can
depend on a withheld figure: what holds for these three tables holds for every file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.measures.quality import suppress_quality
from analysis.measures.suppression.city import protect_city
from analysis.measures.suppression.families import suppress
from analysis.measures.unions.building import suppress_building
from analysis.runs.index.incomplete import without_files
from analysis.runs.kernels.opened import once
from analysis.runs.lists.building import read_building
from analysis.runs.lists.quality import read_quality
from analysis.runs.outputs import write_whole
from analysis.settings import Settings

FOLDER = "shown"
_NAMES = ("indicators", "quality", "building")


@dataclass(frozen=True)
class Protected:
    """The indicators, quality and union-building figures as readers other than internal see them."""

    indicators: pd.DataFrame
    quality: pd.DataFrame
    building: pd.DataFrame


def protected(package: Path, settings: Settings, parents: dict[str, str]) -> Protected:
    """Return the protected figures of a package, made now where these limits are asked for the first time.

    Parameters
    ----------
    parents : township code → district code
    """
    folder = package / FOLDER / f"{settings.suppress_below}-{settings.suppress_rate_below}-{settings.dominance_share:g}"
    if not all((folder / f"{name}.parquet").is_file() for name in _NAMES):
        made = _protect(package, settings, parents)
        for name in _NAMES:
            frame: pd.DataFrame = getattr(made, name)
            write_whole(folder / f"{name}.parquet", partial(frame.to_parquet, index=False))
    return Protected(*(pd.read_parquet(folder / f"{name}.parquet") for name in _NAMES))


def _protect(package: Path, settings: Settings, parents: dict[str, str]) -> Protected:
    indicators = pd.read_parquet(package / "indicators.parquet")
    shown = suppress(indicators, "public", settings, parents, pd.read_parquet(package / "dominance.parquet"))
    quarter = json.loads((package / "context.json").read_text(encoding="utf-8"))["quarter"]
    building = read_building(package)
    figures = building.figures[building.figures["quarter"] == quarter].reset_index(drop=True)  # earlier quarters have no guard of their own
    quality = suppress_quality(read_quality(package).figures, "public", settings.suppress_below)
    union_building = suppress_building(figures, building.guard, "public", settings.suppress_below, settings.suppress_rate_below, settings.dominance_share)
    true, made = (pd.concat(pair, ignore_index=True) for pair in ((read_quality(package).figures, figures), (quality, union_building)))
    held = protect_city(true, made, shown, settings.suppress_below)
    parts = (shown, held.iloc[: len(quality)], held.iloc[len(quality) :])
    return Protected(*(frame.assign(reason=frame["reason"].map(without_files)).reset_index(drop=True) for frame in parts))


def shown_to_others(folder: Path, settings: Settings) -> Protected:
    """Return the figures as readers other than internal may see them, read or worked out once a process."""
    limits = (settings.suppress_below, settings.suppress_rate_below, settings.dominance_share)

    def read() -> Protected:
        return protected(folder, settings, json.loads((folder / "context.json").read_text(encoding="utf-8"))["township_parents"])

    return once(folder, read, "protected", *limits)
