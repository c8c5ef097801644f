"""CSV in the encodings districts use, kept column by column where its records are of one width."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from analysis.errors import LedgerError

_BEGINNING = 1 << 16  # characters
_LONGEST = 10_000_000  # characters of a line or cell: beyond that a quote was never closed
_BATCH = 1024  # records read at a time
_LOOKED_AT = 10_000  # cells of a column: do they repeat?


class Columns(Sequence[list[Any]]):
    """Records of one width, kept by column: a million rows are then eleven lists, not a million. A row is a new list each time.

    Examples
    --------
    >>> rows = Columns([["区县", "甲区"], ["单位数", "3"]])
    >>> len(rows), rows[1], rows[:1]
    (2, ['甲区', '3'], [['区县', '单位数']])
    """

    def __init__(self, columns: list[list[Any]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @overload
    def __getitem__(self, where: int) -> list[Any]: ...
    @overload
    def __getitem__(self, where: slice) -> list[list[Any]]: ...
    def __getitem__(self, where: int | slice) -> list[Any]:
        if isinstance(where, slice):
            return list(map(list, zip(*(column[where] for column in self.columns), strict=True)))
        return [column[where] for column in self.columns]

    def __iter__(self) -> Iterator[list[Any]]:
        return map(list, zip(*self.columns, strict=True))


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


def read_csv(path: Path, max_cells: int) -> Sequence[list[Any]]:
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
    if '"' in text:
        return _quoted_columns(text, delimiter, max_cells) or _quoted_records(text, delimiter, max_cells)
    return _plain_records(text, delimiter, max_cells)


def _plain_records(text: str, delimiter: str, max_cells: int) -> Sequence[list[Any]]:
    """Return the records of a text without quotes: its lines, parted at each delimiter.

    Examples
    --------
    >>> list(_plain_records("a,b\\r\\n\\r\\n1,\\r\\n", ",", 9)), list(_plain_records("a,b\\n1,2", ",", 9))
    ([['a', 'b'], [], ['1', '']], [['a', 'b'], ['1', '2']])
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removesuffix("\n")
    between, lines = text.count(delimiter), text.count("\n") + 1
    width = text.partition("\n")[0].count(delimiter) + 1
    if width > 1 and between == (width - 1) * lines <= max_cells - lines and (columns := _columns(text, delimiter, width)) is not None:
        return columns
    records = text.split("\n")
    longest = max(range(lines), key=lambda number: len(records[number]))
    if len(records[longest]) > _LONGEST:
        raise _unreadable(longest + 1)
    if between + sum(map(bool, records)) > max_cells:
        raise _too_many(max_cells)
    return [record.split(delimiter) if record else [] for record in records]


def _columns(text: str, delimiter: str, width: int, quoted: bool = False) -> Columns | None:
    """Return the columns of records that all have ``width`` cells; None where some have not, or where a quote stands within a cell."""
    try:
        data = text.encode()
        if quoted and not _leaves_no_doubt(data, delimiter):
            return None
        table = arrow_csv.read_csv(
            pa.py_buffer(data),
            arrow_csv.ReadOptions(column_names=[str(place) for place in range(width)]),
            arrow_csv.ParseOptions(delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types={str(place): pa.string() for place in range(width)}, check_utf8=False, strings_can_be_null=False),
        )
        if any(pc.max(pc.binary_length(column)).as_py() > _LONGEST for column in table.columns):
            return None
        return Columns([_cells(column) for column in table.columns])
    except (pa.ArrowException, UnicodeEncodeError):
        return None


def _cells(column: pa.ChunkedArray) -> list[str]:
    """Return a column's cells; cells that repeat are one and the same text, which takes less room and is told alike sooner."""
    first = column.slice(0, _LOOKED_AT)
    if 2 * pc.count_distinct(first).as_py() > len(first):
        return column.to_pylist()
    coded = column.combine_chunks().dictionary_encode()
    return np.array([*coded.dictionary.to_pylist(), None], dtype=object)[coded.indices.to_numpy()].tolist()


def _quoted_columns(text: str, delimiter: str, max_cells: int) -> Columns | None:
    """Return the columns of a text whose quotes leave no doubt; None where only :mod:`csv`, record by record, can say what is meant.

    Examples
    --------
    >>> list(_quoted_columns('"a","b"\\n"1,2","say ""3"" now"', ",", 9))
    [['a', 'b'], ['1,2', 'say "3" now']]
    >>> _quoted_columns('"a","b"\\n"1" ,"2"', ",", 9) is None
    True
    """
    if text.count(delimiter) + text.count("\n") + text.count("\r") >= max_cells:  # perhaps too many: counted as they are read
        return None
    try:
        width = len(next(csv.reader(io.StringIO(text[:_BEGINNING], newline=""), delimiter=delimiter), []))
    except csv.Error:
        return None
    return _columns(text, delimiter, width, quoted=True) if width > 1 else None


def _leaves_no_doubt(data: bytes, delimiter: str) -> bool:
    """Tell whether quotes only open a cell, close it, or stand doubled within, and no line is empty: then every reader of CSV reads the same.

    Examples
    --------
    >>> [_leaves_no_doubt(text, ",") for text in (b'"a","b""c"', b'5" pipe,"b"', b'"a" ,b', b'"a', b'"a"\\n\\n"b"')]
    [True, False, False, False, False]
    """
    letters = np.frombuffer(b"\n" + data + delimiter.encode(), np.uint8)
    ends = np.flatnonzero((letters == ord("\n")) | (letters == ord("\r")))
    doubled = ends[:-1][np.diff(ends) == 1]
    if not ((letters[doubled] == ord("\r")) & (letters[doubled + 1] == ord("\n"))).all():
        return False
    quotes = np.flatnonzero(letters == ord('"'))
    edge = np.zeros(256, bool)
    edge[[*b'\r\n"', ord(delimiter)]] = True
    return len(quotes) % 2 == 0 and bool(edge[letters[quotes[::2] - 1]].all() and edge[letters[quotes[1::2] + 1]].all())


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
        raise _unreadable(len(rows) + 1) from error
    return rows


def _unreadable(record: int) -> LedgerError:
    return LedgerError(f"CSV 第 {record} 条记录附近读不下去，多半是引号没有配对。请用 Excel 打开检查后另存。")


def _too_many(max_cells: int) -> LedgerError:
    return LedgerError(f"单元格超过 {max_cells} 个的上限。请拆分后报送，或在 workbench.toml 中调高 max_cells。")


def _first_line(text: str) -> str:
    """Return the first line with anything in it; most often a look at the beginning is enough."""
    for beginning in (text[:_BEGINNING], text):
        lines = [line for line in beginning.splitlines() if line.strip(" ,;\t")]
        if len(lines) > 1:
            break
    return lines[0] if lines else ""
