"""Files into grids of cells: workbooks, CSV in the encodings districts use, Parquet. One failure, one Chinese reason."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import LedgerError
from analysis.intake import workbooks
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

_BEGINNING = 1 << 16  # characters
_LONGEST = 10_000_000  # characters of a line or cell of a CSV: beyond that a quote was never closed
_BATCH = 1024  # rows of a file unpacked at a time


@dataclass
class Sheet:
    """A grid of cells. Row ``i`` of ``rows`` is row ``i + 1`` as the user counts. ``merges`` are ((top, left), (bottom, right)), from 0."""

    name: str
    rows: list[list[Any]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    header_is_codes: bool = False
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
    return [Sheet("", rows, header_is_codes=suffix == ".parquet")], []


def decode(data: bytes) -> str:
    """Return the text of a CSV in UTF-8 (BOM or not), UTF-16 or GB18030.

    Examples
    --------
    >>> decode("区县".encode("gb18030")), decode("区县".encode("utf-16"))
    ('区县', '区县')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data[:200:2].count(0) > len(data[:200]) // 8:  # ASCII letters, commas and line ends show their zero byte
        encodings = ("utf-16-be",)
    elif data[1:200:2].count(0) > len(data[:200]) // 8:
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LedgerError("文字编码认不出来，既不是 UTF-8、UTF-16，也不是 GB18030，文件可能已损坏。请重新导出为 UTF-8 编码的 CSV，或改报 .xlsx。")


def read_csv(path: Path, max_cells: int) -> list[list[Any]]:
    """Return the records of a CSV; record numbers count from 1, an empty line counts, a quoted line break does not."""
    data = path.read_bytes()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"%PDF")):
        raise LedgerError("文件名是 .csv，内容却不是文本。请用 Excel 或 WPS 打开后另存为 CSV，或改回原来的扩展名。")
    text = decode(data)
    head = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if head.startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise LedgerError("文件名是 .csv，内容却是网页。请在网页中重新导出，或用 Excel 打开后另存为 .xlsx。")
    if not text.strip("\ufeff \t\r\n,\0"):
        raise LedgerError("文件里没有内容。请重新导出后报送。")
    if text.count("\0") > 0:
        text = text.replace("\0", "")
    first = _first_line(text)
    delimiter = max(",;\t", key=first.count) if "," not in first else ","
    text = text.removeprefix("\ufeff")
    return _plain_records(text, delimiter, max_cells) or _quoted_records(text, delimiter, max_cells)


def _plain_records(text: str, delimiter: str, max_cells: int) -> list[list[str]]:
    """Return the records of a text without quotes: its lines parted at each delimiter, in half the time of ``csv``. Of other texts nothing.

    Examples
    --------
    >>> _plain_records("a,b\\r\\n\\r\\n1,\\r\\n", ",", 9), _plain_records('"a",b', ",", 9)
    ([['a', 'b'], [], ['1', '']], [])
    """
    if '"' in text:
        return []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if max(map(len, lines)) > _LONGEST:
        return []
    if text.count(delimiter) + sum(map(bool, lines)) > max_cells:
        raise _too_many(max_cells)
    return [line.split(delimiter) if line else [] for line in lines]


def _quoted_records(text: str, delimiter: str, max_cells: int) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = read = 0
    csv.field_size_limit(_LONGEST)
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        while rows.extend(islice(records, _BATCH)) or len(rows) > read:  # what came before a broken record stays
            cells += sum(map(len, rows[read:]))
            read = len(rows)
            if cells > max_cells:
                raise _too_many(max_cells)
    except csv.Error as error:
        raise LedgerError(f"CSV 第 {len(rows) + 1} 条记录附近读不下去，多半是引号没有配对。请用 Excel 打开检查后另存。") from error
    return rows


def _too_many(max_cells: int) -> LedgerError:
    return LedgerError(f"单元格超过 {max_cells} 个的上限。请拆分后报送，或在 workbench.toml 中调高 max_cells。")


def _first_line(text: str) -> str:
    """Return the first line with anything in it; most often a look at the beginning is enough."""
    for beginning in (text[:_BEGINNING], text):
        lines = [line for line in beginning.splitlines() if line.strip(" ,;\t")]
        if len(lines) > 1:
            break
    return lines[0] if lines else ""


def read_parquet(path: Path, settings: Settings) -> list[list[Any]]:
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
    return [[str(name) for name in table.column_names], *map(list, zip(*columns, strict=True))]


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Some writers leave text as bare bytes."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type) or pa.types.is_fixed_size_binary(column.type)):
        return column
    try:
        return column.cast(pa.binary()).cast(pa.string())
    except pa.ArrowException:
        return column
