"""Workbooks, guarded: ``archive`` looks inside before calamine lays out a dense grid."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import python_calamine as calamine

from analysis.errors import LedgerError
from analysis.intake.archive import BROKEN, PASSWORD, examine
from analysis.intake.personal import covered
from analysis.intake.schema import OWN_SHEETS

Merge = tuple[tuple[int, int], tuple[int, int]]


def _reason_if_no_zip(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK"):
            return None
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            body = head + file.read(50_000_000)
            if "EncryptedPackage".encode("utf-16-le") in body:
                return PASSWORD
            return "扩展名是 .xlsx，内容却是旧版 .xls 格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style")):
        return "扩展名是 .xlsx，内容却是网页（系统导出的假 Excel）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新报送。"
    return BROKEN


def read(
    path: Path, max_unpacked_mb: int, max_cells: int, wanted: Callable[[str], bool]
) -> tuple[list[tuple[str, list[list[Any]], list[Merge]]], list[str], bool]:
    """Return (name, rows, merged ranges) of the visible wanted sheets, notes on hidden and unknown ones, and whether days count from 1904.

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
        errors, is_1904 = examine(path, max_unpacked_mb, max_cells, wanted)
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
        raise LedgerError(BROKEN) from error
    except BaseException as error:  # a panic inside calamine is no Exception; anything else goes on
        if type(error).__name__ != "PanicException":
            raise
        raise LedgerError(BROKEN) from error
    if hidden:
        notes.append("隐藏的工作表没有读取：" + "、".join(map(covered, hidden)))
    if others:
        notes.append("不认识的工作表没有读取：" + "、".join(map(covered, others)))
    return grids, notes, is_1904


def _put(rows: list[list[Any]], row: int, column: int, value: str) -> None:
    width = max((len(r) for r in rows[:1]), default=0)
    while len(rows) <= row:
        rows.append([""] * width)
    if column >= len(rows[row]):
        rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = value
