"""Write and read what intake kept, and its three reports. Files appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import LedgerError
from analysis.intake.kept import dtypes_of
from analysis.intake.ledger import Intake
from analysis.intake.schema import columns_of, table_codes
from analysis.spreadsheets import csv_frame


def write_tables(intake: Intake, folder: Path | str) -> list[Path]:
    """Write every kept table as ``<table>.parquet`` and return the paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table, frame in intake.tables.items():
        path = folder / f"{table}.parquet"
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            pq.write_table(pa.Table.from_pandas(frame, schema=_arrow_schema(table), preserve_index=False), partial)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        written.append(path)
    return written


def read_tables(folder: Path | str) -> dict[str, pd.DataFrame]:
    """Return the kept tables as ``Intake.tables`` held them.

    Raises
    ------
    LedgerError
        Where a table's file is missing or damaged.
    """
    return {table: read_table(folder, table) for table in table_codes()}


def read_table(folder: Path | str, table: str) -> pd.DataFrame:
    """Return one kept table as ``Intake.tables`` held it; errors as :func:`read_tables`."""
    path = Path(folder) / f"{table}.parquet"
    try:
        stored = pq.read_table(path, schema=_arrow_schema(table))
    except (OSError, pa.ArrowException) as error:
        raise LedgerError(f"校验后的数据 {path} 缺失或损坏。请删去 {path.parent} 后重新运行。") from error
    return pd.DataFrame({name: _as_kept(stored.column(name), dtype) for name, dtype in dtypes_of(table).items()})


def _as_kept(column: pa.ChunkedArray, dtype: object) -> pd.Series:
    if dtype is object:
        return pd.Series(column.to_pylist(), dtype=object)
    if dtype == "datetime64[s]":
        return pd.Series(column.cast(pa.timestamp("s")).to_numpy())
    nullable = {"Int64": pd.Int64Dtype(), "Float64": pd.Float64Dtype(), "boolean": pd.BooleanDtype()}.get(str(dtype))
    if nullable is None:
        return pd.Series(column.to_numpy())
    return pd.Series(nullable.__from_arrow__(column))


def _arrow_schema(table: str) -> pa.Schema:
    kinds = {"Int64": pa.int64(), "Float64": pa.float64(), "boolean": pa.bool_(), "int64": pa.int64(), "datetime64[s]": pa.date32()}
    dates = {c.code for c in columns_of(table) if c.type == "date"}
    fields = []
    for name, dtype in dtypes_of(table).items():
        kind = pa.date32() if name in dates else pa.bool_() if dtype is bool else pa.string() if dtype is object else kinds[str(dtype)]
        fields.append(pa.field(name, kind))
    return pa.schema(fields)


def write_reports(intake: Intake, folder: Path | str) -> list[Path]:
    """Write ``rows.csv``, ``summary.csv`` and ``files.csv`` (UTF-8 with BOM) and return the paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in (("rows", intake.rows), ("summary", intake.summary), ("files", intake.files)):
        written.append(write_table_csv(frame, folder / f"{name}.csv"))
    return written


def write_table_csv(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table of text for Excel (UTF-8 with BOM); cells that it would take for formulas get a leading apostrophe."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        csv_frame(frame).to_csv(partial, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path
