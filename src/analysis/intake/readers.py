"""Files into grids of cells: workbooks, CSV, Parquet. One failure, one Chinese reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import LedgerError
from analysis.intake import workbooks
from analysis.intake.csv_text import Columns, read_csv
from analysis.settings import Settings

WORKBOOKS, OTHERS = (".xlsx", ".xlsm"), (".csv", ".parquet")
_ADVICE = {
    ".xls": "请用 Excel 或 WPS 另存为 .xlsx",
    ".et": "请用 WPS 另存为 .xlsx",
    ".ods": "请另存为 .xlsx",
    ".xlsb": "请另存为 .xlsx",
    ".txt": "请另存为 .csv 或 .xlsx",
    ".tsv": "请另存为 .csv 或 .xlsx",
    ".zip": "请解压后放入",
    ".rar": "请解压后放入",
    ".7z": "请解压后放入",
}

_BATCH = 1024  # rows of a file unpacked at a time


@dataclass
class Sheet:
    """A grid of cells. Row ``i`` of ``rows`` is row ``i + 1`` as the user counts; rows of ``Columns`` are made when asked for. ``merges`` are ((top, left), (bottom, right)), from 0."""

    name: str
    rows: Sequence[list[Any]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    is_1904: bool = False


def is_ignored(path: Path) -> bool:
    """True for lock files, dot files and files that are no ledger at all (documents, pictures)."""
    return path.name.startswith(("~$", ".")) or path.suffix.lower() not in (*WORKBOOKS, *OTHERS, *_ADVICE)


def read_sheets(path: Path, settings: Settings, wanted: Any) -> tuple[list[Sheet], list[str]]:
    """Return the sheets for whose name ``wanted(name)`` is true, and notes on the sheets left out.

    Raises
    ------
    LedgerError
        Where the file cannot be read at all; the message is the reason, in Chinese.
    """
    suffix = path.suffix.lower()
    if suffix in _ADVICE:
        raise LedgerError(f"{suffix} 文件不能直接读取，{_ADVICE[suffix]}，再重新报送。")
    try:
        size = path.stat().st_size
        if size == 0:
            raise LedgerError("文件是空的（0 字节）。请重新导出后报送。")
        if size > settings.max_unpacked_mb * 1024 * 1024:
            raise LedgerError(f"文件超过 {settings.max_unpacked_mb} 兆字节的上限。请拆分后报送，或在 workbench.toml 中调高 max_unpacked_mb。")
        if suffix in WORKBOOKS:
            grids, notes, is_1904 = workbooks.read(path, settings.max_unpacked_mb, settings.max_cells, wanted)
            return [Sheet(name, rows, merges, is_1904=is_1904) for name, rows, merges in grids], notes
        rows = read_parquet(path, settings) if suffix == ".parquet" else read_csv(path, settings.max_cells)
    except OSError as error:
        raise LedgerError(f"文件打不开（{error.strerror or '系统错误'}）。请检查权限，或关闭正在使用它的程序后重试。") from error
    return [Sheet("", rows)], []


def read_parquet(path: Path, settings: Settings) -> Columns:
    """Return header and rows of a Parquet file; the header counts as row 1."""
    limit = settings.max_unpacked_mb * 1024 * 1024
    too_big = LedgerError(f"文件解开后超过上限（{settings.max_cells} 个单元格、{settings.max_unpacked_mb} 兆字节）。请拆分后报送。")
    try:
        file = pq.ParquetFile(path)
        meta = file.metadata
        if meta.num_rows * meta.num_columns > settings.max_cells or sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)) > limit:
            raise too_big
        batches, unpacked = [], 0
        for batch in file.iter_batches(batch_size=_BATCH):  # a text that repeats takes room only once it is read
            unpacked += batch.nbytes
            if unpacked > limit:
                raise too_big
            batches.append(batch)
        table = pa.Table.from_batches(batches, file.schema_arrow)
        columns = [_as_text(column).to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise LedgerError("不是完整的 Parquet 文件，可能传输中断或扩展名有误。请重新导出后报送。") from error
    return Columns([[str(name), *column] for name, column in zip(table.column_names, columns, strict=True)])


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Some writers leave text as bare bytes."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type) or pa.types.is_fixed_size_binary(column.type)):
        return column
    try:
        return column.cast(pa.binary()).cast(pa.string())
    except pa.ArrowException:
        return column
