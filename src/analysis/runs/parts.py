"""A part of a package: a dataclass of frames kept in a folder of its own, with lists of units and unions that internal readers get as a CSV beside the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.intake.store import write_table_csv
from analysis.runs.outputs import write_whole

Part = TypeVar("Part")
FIGURE_HEADERS = {"quarter": "季度", "region_code": "地区代码", "region_name": "地区", "name": "指标", "indicator": "代码", "numerator": "分子", "denominator": "分母", "value": "数",
            "unit": "单位", "status": "状态", "reason": "原因"}  # fmt: skip
Missing = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Listing:
    """How a document's lists are written: ``kind`` the column that tells lists apart, ``names`` its Chinese names, ``headers`` column → head."""

    document: str
    kind: str
    names: Mapping[str, str]
    headers: Mapping[str, str]


def write_part(part: Any, folder: Path) -> None:
    """Write every frame of a part into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for frame in fields(part):
        getattr(part, frame.name).to_parquet(folder / f"{frame.name}.parquet", index=False)


def read_part(kind: type[Part], folder: Path) -> Part:
    """Return a part of a package; a frame that an earlier program did not write yet, as in quarters sealed long ago, is empty."""
    paths = [folder / f"{frame.name}.parquet" for frame in fields(kind)]
    return kind(*(pd.read_parquet(path) if path.is_file() else pd.DataFrame() for path in paths))


def missing_of(package: Path, context: Mapping[str, Any]) -> pd.DataFrame:
    """Return ``region, table, column, reason`` of all tables and columns that some figure of a package rests on and that were not handed in."""
    columns = ["region", "table", "column", "reason"]
    files = [package / part / "missing.parquet" for part in ("building", "campaign", "quality")]
    frames = [pd.DataFrame(context["incomplete"], columns=[*columns, "region_name"]), *(pd.read_parquet(file) for file in files if file.is_file())]
    return pd.concat([frame[columns] for frame in frames if len(frame)] or [pd.DataFrame(columns=columns)], ignore_index=True).drop_duplicates(columns[:3])


def without_blanks(lists: pd.DataFrame, kind: str, needs: Mapping[str, str], missing: Missing) -> pd.DataFrame:
    """Drop from lists the districts that lack what the list rests on: a table not handed in makes no entry.

    Parameters
    ----------
    needs : list → its needs
    missing : needs → codes of the districts that lack one of them
    """
    blank = {(name, code) for name in lists[kind].unique() for code in missing(needs[name])}
    kept = [pair not in blank for pair in zip(lists[kind], lists["district_code"], strict=True)]
    return lists.loc[np.array(kept, dtype=bool)].reset_index(drop=True)


def write_beside(lists: pd.DataFrame, listing: Listing, folder: Path, scopes: Iterable[str], is_internal: bool) -> list[Path]:
    """Write the whole lists as a CSV beside each scope's document and over earlier ones; for other readers none, and earlier ones are taken away."""
    named = lists.assign(**{listing.kind: lists[listing.kind].map(dict(listing.names))})
    return write_tables(named, "district_code", f"{listing.document}.csv", listing.headers, folder, scopes if is_internal else (), is_internal)


def write_lists(part: Any, listing: Listing, figure_names: Mapping[str, str], folder: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write a part's whole lists, and all its figures with their parts, beside each scope's document; internal readers only."""
    made = write_beside(part.lists, listing, folder, scopes, is_internal)
    figures = part.figures.assign(name=part.figures["indicator"].map(dict(figure_names)))[list(FIGURE_HEADERS)]
    return made + write_tables(figures, "region_code", f"{listing.document}_figures.csv", FIGURE_HEADERS, folder, scopes if is_internal else (), is_internal)


def write_tables(table: pd.DataFrame, region: str, name: str, headers: Mapping[str, str], folder: Path, scopes: Iterable[str], is_internal: bool) -> list[Path]:
    """Write a table as ``<scope>/name``: whole for the city, a district's own rows (by column ``region``) for a district; outside the house none is left."""
    made = []
    for scope in sorted({*scopes, *(path.parent.name for path in folder.glob(f"*/{name}"))}):
        path = folder / scope / name
        if not is_internal:
            path.unlink(missing_ok=True)
            continue
        shown = (table if scope == "city" else table[table[region] == scope]).rename(columns=dict(headers))
        write_whole(path, lambda p, shown=shown: write_table_csv(shown, p))
        made.append(path)
    return made
