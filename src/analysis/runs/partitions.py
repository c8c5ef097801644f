"""A quarter tallied by parts on the workers of a cluster: each part is a folder of Parquet files on the shared disk, its tally travels back."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import LedgerError
from analysis.measures.partitions import add, part_of
from analysis.measures.tally import Tally, tally
from analysis.runs.executor import Executor, Lost
from analysis.runs.store import COUNTED, connect_files
from analysis.settings import Settings

_SPLIT = ("units", "covers", "congresses", "contract_covers")  # with their units; the other tables go whole with every part
LEAST = 50_000  # units of a part: smaller ones cost more to send than to count
_GROUP = 122_880  # rows of a Parquet group, as the engine hands them to its threads
_A_WORKER = 1  # thread: a worker is one core, and its neighbours have theirs


def tally_in_parts(executor: Executor, tables: dict[str, pd.DataFrame], codes: pd.Series, as_of: date, settings: Settings, before: pd.DataFrame | None, store: Path,
                   least: int = LEAST) -> Tally:  # fmt: skip
    """Return ``measures.tally.tally`` of the tables, counted by the executor's workers."""
    units = tables["units"].assign(township_code=codes)
    parts = max(1, min(4 * executor.workers, len(units) // least + 1, max(1, units["district_code"].nunique())))
    store.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".parts-", dir=store))
    try:
        _write(folder, {**{name: tables[name] for name in COUNTED}, "units": units, **({} if before is None else {"before": before})}, parts)
        tasks = [(tally_part, (str(folder), part, as_of, settings, True, _A_WORKER)) for part in range(parts)]
        found = dict(executor.each(tasks))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lost = next((answer for answer in found.values() if isinstance(answer, Lost)), None)
    if lost is not None:
        raise LedgerError(f"统计没有做完：{lost.reason}")
    return add([found[part] for part in range(parts)])


def _write(folder: Path, tables: dict[str, pd.DataFrame], parts: int) -> None:
    homes = part_of(tables["units"], parts)
    for name, rows in tables.items():
        if name not in (*_SPLIT, "before"):
            rows.to_parquet(folder / f"{name}.parquet", index=False, row_group_size=_GROUP)
            continue
        where = rows["uscc"].map(homes).fillna(0).to_numpy()  # of what is no unit nothing is counted
        for part in range(parts):
            rows[where == part].to_parquet(folder / f"{name}-{part}.parquet", index=False, row_group_size=_GROUP)


def tally_part(folder: str, part: int, as_of: date, settings: Settings, with_states: bool = True, threads: int | None = None) -> Tally:
    """Count one part of a folder of Parquet files; runs in a worker."""

    def file(name: str) -> Path | None:
        return next((p for p in (Path(folder) / f"{name}-{part}.parquet", Path(folder) / f"{name}.parquet") if p.is_file()), None)

    before = file("before")
    with connect_files({name: path for name in COUNTED if (path := file(name)) is not None}, threads=threads) as connection:
        return tally(connection, as_of, settings, None if before is None else pd.read_parquet(before), with_states, with_unions=part == 0)
