"""The embedded engine over kept rows: a DuckDB connection with one view a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

COUNTED = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings")


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return this process's engine: a package is counted in twenty connections, and starting one anew costs as much as a small city's queries."""
    return duckdb.connect()


@contextmanager
def connect(tables: dict[str, pd.DataFrame], township_codes: pd.Series | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection in which every kept table is a view of its own name; ``units`` carries ``township_code``."""
    connection = _engine().cursor()  # a connection of its own: what it registers and makes, no other sees
    try:
        connection.execute("SET enable_progress_bar = false")
        for name in COUNTED:
            frame = tables[name]
            if name == "units":
                frame = frame.assign(township_code="" if township_codes is None else township_codes)
            connection.register(name, frame)
        yield connection
    finally:
        connection.close()


@contextmanager
def connect_files(files: dict[str, Path], memory_mb: int = 1024, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose tables are Parquet files, read column by column when they are asked for: a ledger need not fit in memory.

    ``threads`` : of the engine; None = as many as the machine has
    """
    connection = duckdb.connect(config={"memory_limit": f"{memory_mb}MB"} | ({} if threads is None else {"threads": threads}))
    try:
        connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        # a unit's segments are worked out before it is joined: carried above the joins, all that they are made of would pass through each
        connection.execute("SET disabled_optimizers = 'projection_pullup'")
        for name, path in files.items():
            connection.read_parquet(str(path)).create_view(name)
        yield connection
    finally:
        connection.close()
