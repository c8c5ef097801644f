"""The inside of a workbook, measured before calamine lays it out: true sizes, far cells, Excel's error cells.

calamine fills a dense grid from the first to the last cell and trusts every number in the file, so a workbook of a few kilobytes can
ask it for more memory than there is, which ends the whole process. Everything it will read is therefore unpacked here once, within
the bounds of the settings and whatever the archive's own headers claim.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import LedgerError

BROKEN = "工作簿已损坏或没有传完整，打不开。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新报送。"
PASSWORD = "工作簿设有打开密码。请取消密码后重新报送。"
ErrorCells = dict[tuple[int, int], str]
_LAST_ROW = re.compile(rb'.*<c r="[A-Z]+(\d{1,7})"', re.DOTALL)
_CELL_REF = re.compile(rb'<c r="([A-Z]+)(\d+)"')
_ANNOUNCED = re.compile(rb"""\bunique[Cc]ount\s*=\s*["']([^"']*)["']""")
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_MOST_COLUMNS = 16_384
_BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
# Excel, WPS and the usual libraries write every cell as <c r="A1" …>. Anything else that an XML reader would also take for a cell, and
# an error cell written another way, sends the sheet to the slow and exact count.
_ODD = r""":c[\s/>]|<c(?:[\t\r\n/>]| [^r]| r[^=]| r=[^"]| r="(?:[^A-Z]|[A-Z]+(?:[^A-Z0-9]|[0-9]+[^0-9"])))|\st(?:\s*=\s*'e'|\s+=\s*"e"|=\s+"e")"""


def column_number(letters: str | bytes) -> int:
    """Return 0 for ``A``, 26 for ``AA``."""
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return ``A`` for 0, ``AA`` for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _beyond(text: str, digits: str) -> str:
    """A pattern for every run of ``digits`` that stands behind ``text``: longer, or the same length and greater.

    Examples
    --------
    >>> _beyond("199", "0123456789")
    '[0-9]{4,}|[2-9][0-9]{2}'
    """
    low, high = digits[0], digits[-1]
    parts = [f"[{low}-{high}]{{{len(text) + 1},}}"]
    for i, letter in enumerate(text):
        if letter != high:
            rest = len(text) - i - 1
            parts.append(f"{text[:i]}[{digits[digits.index(letter) + 1]}-{high}]" + (f"[{low}-{high}]{{{rest}}}" if rest else ""))
    return "|".join(parts)


def _matches(data: bytes, pattern: str) -> bool:
    # RE2, by way of Arrow without a copy: one pass over the bytes, however long the pattern
    text = pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, pa.py_buffer(bytes(8) + len(data).to_bytes(8, "little")), pa.py_buffer(data)])
    return bool(pc.match_substring_regex(text, pattern)[0].as_py())


def _unpacked(raw: bytes, info: zipfile.ZipInfo) -> bytes:
    """Return one member; its real length must be the declared one, which the caller has held against the limit."""
    if info.flag_bits & 1:
        raise LedgerError(PASSWORD)
    start = info.header_offset
    if raw[start : start + 4] != b"PK\x03\x04":
        raise LedgerError(BROKEN)
    start += 30 + int.from_bytes(raw[start + 26 : start + 28], "little") + int.from_bytes(raw[start + 28 : start + 30], "little")
    packed = memoryview(raw)[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        data, is_whole = bytes(packed), True
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-15)
        data = unpacker.decompress(packed, info.file_size + 1)
        is_whole = unpacker.eof or not info.file_size
    else:
        raise LedgerError(BROKEN)
    if not is_whole or len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise LedgerError(BROKEN)
    return data


def _check_promises(data: bytes) -> None:
    """calamine makes room for as many shared strings as the file announces; no string is shorter than ``<si/>``."""
    for announced in _ANNOUNCED.findall(data, max(0, data.find(b"unique") - 1)) if b"unique" in data else ():
        if not announced.isdigit() or int(announced) * 5 > len(data):
            raise LedgerError(BROKEN)


def _sheet_parts(members: dict[str, bytes]) -> dict[str, str]:
    """Sheet name -> its part of the archive."""
    try:
        book = ElementTree.fromstring(members[_BOOK[0]])
        relations = ElementTree.fromstring(members[_BOOK[1]])
    except (KeyError, ElementTree.ParseError):
        return {}
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    parts = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None), "")
            parts[sheet.get("name", "")] = _part(target if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target)))
    return parts


def _plain_errors(data: bytes) -> ErrorCells:
    """The error cells of a sheet whose cells are all written the usual way."""
    errors: ErrorCells = {}
    at = data.find(b' t="e"')
    while at >= 0:
        cell = _CELL_REF.match(data, data.rfind(b"<c ", 0, at))
        end = data.find(b"</c>", at)
        value = _VALUE.search(data, at, end if end >= 0 else len(data))
        if cell and value:
            errors[int(cell[2]) - 1, column_number(cell[1])] = value[1].decode("utf-8", "replace")
        at = data.find(b' t="e"', at + 6)
    return errors


def _look(data: bytes, room: int) -> tuple[int, ErrorCells]:
    """Return how many cells a dense grid of this sheet would have, or an upper bound that leaves ``room``, and its error cells."""
    last = _LAST_ROW.match(data[-200_000:])
    rows = int(last[1]) if last else 1
    head = max((column_number(m[1]) + 1 for m in _CELL_REF.finditer(data[:100_000])), default=1)
    if data[:1] == b"<" and b"\0" not in data[:200]:
        for columns in (head, min(room // max(rows, 1), _MOST_COLUMNS)):
            if columns and rows * columns <= room and not _matches(data, f'{_ODD}|<c r="(?:{_beyond_columns(columns)}|{_beyond_rows(rows)})"'):
                return rows * columns, _plain_errors(data) if _matches(data, ' t="e"') else {}
    return _counted(data)


def _beyond_columns(columns: int) -> str:
    return f"(?:{_beyond(column_letters(columns - 1), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')})[0-9]+"


def _beyond_rows(rows: int) -> str:
    return f"[A-Z]+(?:{_beyond(str(rows), '0123456789')})"


def _counted(data: bytes) -> tuple[int, ErrorCells]:
    """The exact count, cell by cell: only filled cells make the grid larger."""
    at, state, errors = [0, -1], {"filled": False, "error": False, "text": ""}, {}
    most = [0, 0]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        reference = attributes.get("r", "")
        if tag == "row":
            at[:] = [int(reference) - 1 if reference.isdecimal() else at[0], -1]
        elif tag == "c":
            found = re.fullmatch(r"([A-Za-z]{1,9})(\d{1,18})", reference)
            at[:] = [int(found[2]) - 1, column_number(found[1].upper())] if found else [at[0], at[1] + 1]
            state.update(filled=False, error=attributes.get("t") == "e", text="")
        elif tag in ("v", "f", "is"):
            state.update(filled=True, text="")

    def text(words: str) -> None:
        state["text"] = str(state["text"]) + words if state["error"] else ""

    def end(name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            at[:] = [at[0] + 1, -1]
        elif tag == "c" and state["filled"]:
            most[:] = [max(most[0], at[0] + 1), max(most[1], at[1] + 1)]
            if state["error"]:
                errors[at[0], at[1]] = str(state["text"])

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise LedgerError(BROKEN) from error
    return most[0] * most[1], errors


def examine(path: Path, max_unpacked_mb: int, max_cells: int, wanted: Callable[[str], bool]) -> tuple[dict[str, ErrorCells], bool]:
    """Check that a workbook is sound and within the bounds; return the error cells of every wanted sheet, which calamine shows as blanks.

    The second value is true where the workbook counts its days from 1904.

    Raises
    ------
    LedgerError
        With the reason in Chinese: damaged, protected by a password, or too large once unpacked.
    """
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if sum(info.file_size for info in infos) > max_unpacked_mb * 1024 * 1024:
        raise LedgerError(f"解压后超过 {max_unpacked_mb} 兆字节的上限。请删去多余的格式和工作表后重新报送，或在 workbench.toml 中调高 max_unpacked_mb。")
    names = {_part(info.filename): info for info in infos}
    book = {part: _unpacked(raw, names[part]) for part in _BOOK if part in names}
    titles = {part: title for title, part in _sheet_parts(book).items()}
    errors: dict[str, ErrorCells] = {}
    cells = 0
    for info in infos:
        part = _part(info.filename)
        title = titles.get(part, "")
        if not part.endswith((".xml", ".rels")) or (part in titles and not wanted(title)):
            continue  # calamine does not open it
        data = _unpacked(raw, info)
        if part not in titles or "sharedstrings" in part:
            _check_promises(data)
        if b"worksheet" not in data[:2000]:
            continue
        size, errors[title] = _look(data, max_cells - cells)
        cells += size
        if cells > max_cells:
            raise LedgerError(f"工作表“{title}”铺开后超过 {max_cells} 个单元格的上限，多半是极远处有零星内容。请删去表格以外的行和列后重新报送。")
    return errors, bool(re.search(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["\'](?:1|true|on)["\']', book.get(_BOOK[0], b"")))


def _part(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
