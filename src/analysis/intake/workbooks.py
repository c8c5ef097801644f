"""Workbooks, guarded: sizes are measured while unpacking, before calamine lays out a dense grid."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine as calamine

from analysis.errors import LedgerError
from analysis.intake.schema import OWN_SHEETS

Merge = tuple[tuple[int, int], tuple[int, int]]
_FILLED = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>/]*>\s*<(?:v|f|is)[ />]')
_ERROR = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL)
_REF = re.compile(rb'r="([A-Z]+)(\d+)"')
_BROKEN = "工作簿已损坏或没有传完整，打不开。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新报送。"


def column_number(letters: bytes) -> int:
    """Return 0 for ``A``, 26 for ``AA``."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _reason_if_no_zip(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK"):
            return None
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            body = head + file.read(50_000_000)
            if "EncryptedPackage".encode("utf-16-le") in body:
                return "工作簿设有打开密码。请取消密码后重新报送。"
            return "扩展名是 .xlsx，内容却是旧版 .xls 格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style")):
        return "扩展名是 .xlsx，内容却是网页（系统导出的假 Excel）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"
    return _BROKEN


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> path of its XML inside the archive."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return {}
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    parts = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None), "")
            parts[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return parts


def _extent(data: bytes) -> tuple[int, int]:
    """Rows and columns a dense grid would need: cheaply from each row's last cell, exactly only where that looks wild."""
    rows = columns = 0
    end = data.find(b"</row>")
    while end >= 0:
        found = _REF.match(data, data.rfind(b'r="', 0, end))
        if found:
            rows, columns = max(rows, int(found[2])), max(columns, column_number(found[1]) + 1)
        end = data.find(b"</row>", end + 6)
    return rows, columns


def _grid_cells(data: bytes, limit: int) -> int:
    rows, columns = _extent(data)
    if rows * columns <= limit:
        return rows * columns
    filled = [(int(m[2]), column_number(m[1]) + 1) for m in _FILLED.finditer(data)]
    return max((r for r, _ in filled), default=0) * max((c for _, c in filled), default=0)


def _measure(path: Path, max_unpacked_mb: int, max_cells: int, wanted: Callable[[str], bool]) -> dict[str, dict[tuple[int, int], str]]:
    """Check the unpacked size and the grid size; return the Excel error cells of every wanted sheet (calamine shows them as blanks)."""
    too_big = f"解压后超过 {max_unpacked_mb} 兆字节的上限。请删去多余的格式和工作表后重新报送，或在 workbench.toml 中调高 max_unpacked_mb。"
    errors: dict[str, dict[tuple[int, int], str]] = {}
    with zipfile.ZipFile(path) as archive:
        limit = max_unpacked_mb * 1024 * 1024
        if sum(info.file_size for info in archive.infolist()) > limit:
            raise LedgerError(too_big)
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise LedgerError("工作簿设有打开密码。请取消密码后重新报送。")
        cells = 0
        for name, part in _sheet_parts(archive).items():
            if not wanted(name) or part not in archive.namelist():
                continue
            data = archive.read(part)  # reading checks length and checksum, so a header cannot lie about the size
            cells += _grid_cells(data, max_cells)
            if cells > max_cells:
                raise LedgerError(f"工作表“{name}”铺开后超过 {max_cells} 个单元格的上限，多半是极远处有零星内容。请删去表格以外的行和列后重新报送。")
            if b't="e"' in data:
                errors[name] = {(int(m[2]) - 1, column_number(m[1])): m[3].decode("utf-8", "replace") for m in _ERROR.finditer(data)}
    return errors


def read(path: Path, max_unpacked_mb: int, max_cells: int, wanted: Callable[[str], bool]) -> tuple[list[tuple[str, list[list[Any]], list[Merge]]], list[str]]:
    """Return (name, rows, merged ranges) of the visible wanted sheets, and notes on hidden and unknown ones.

    Raises
    ------
    LedgerError
        With the reason in Chinese, for anything that is no sound workbook or too large once unpacked.
    """
    reason = _reason_if_no_zip(path)
    if reason:
        raise LedgerError(reason)
    grids, notes = [], []
    try:
        errors = _measure(path, max_unpacked_mb, max_cells, wanted)
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets = [s for s in book.sheets_metadata if s.name not in OWN_SHEETS]
            hidden = [s.name for s in sheets if s.visible != calamine.SheetVisibleEnum.Visible]
            others = [s.name for s in sheets if s.name not in hidden and (s.typ != calamine.SheetTypeEnum.WorkSheet or not wanted(s.name))]
            for meta in sheets:
                if meta.name in hidden or meta.name in others:
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                rows = sheet.to_python(skip_empty_area=False)
                for (row, column), text in errors.get(meta.name, {}).items():
                    _put(rows, row, column, text)
                grids.append((meta.name, rows, list(sheet.merged_cell_ranges or [])))
    except (calamine.CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, KeyError, RuntimeError) as error:
        raise LedgerError(_BROKEN) from error
    except BaseException as error:  # a panic inside calamine is no Exception; anything else goes on
        if type(error).__name__ != "PanicException":
            raise
        raise LedgerError(_BROKEN) from error
    if hidden:
        notes.append("隐藏的工作表没有读取：" + "、".join(hidden))
    if others:
        notes.append("不认识的工作表没有读取：" + "、".join(others))
    return grids, notes


def _put(rows: list[list[Any]], row: int, column: int, value: str) -> None:
    width = max((len(r) for r in rows[:1]), default=0)
    while len(rows) <= row:
        rows.append([""] * width)
    if column >= len(rows[row]):
        rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = value
