"""The tags of a PDF's tables: the first cell of a row is its header, and rows kept together on paper are rows like any other.

Typst tags the cells of ``table.header`` only (``pdf.header-cell`` waits behind a flag that its Python package cannot set), and what keeps the
first and the last rows of a long table together on a page (with its note) are a second header and a footer. Here a screen reader gets one head row and one body.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

_ROW_HEADER = {"/O": Name.Table, "/Scope": Name.Row}


def with_row_headers(data: bytes) -> bytes:
    """Return the PDF with every table as one ``THead`` of one row and one ``TBody`` whose rows begin with a ``TH`` of scope Row, its note behind it.

    A first cell without words stays a ``TD``. The same bytes come of the same PDF.
    """
    with pikepdf.open(BytesIO(data)) as file:
        for table in list(_tables(file.Root.StructTreeRoot.K)):
            _put_right(file, table)
        made = BytesIO()
        file.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, fix_metadata_version=False)
    return made.getvalue()


def is_row_header(element: Any) -> bool:
    """Return whether a TH of the structure tree stands for its row alone."""
    about = element.get("/A", Array())
    return any(item.get("/Scope") == Name.Row for item in (about if isinstance(about, Array) else [about]) if isinstance(item, Dictionary))


def _tables(item: Any) -> Iterator[Any]:
    if isinstance(item, Array):
        for child in item:
            yield from _tables(child)
    elif isinstance(item, Dictionary):
        if item.get("/S") == Name.Table:
            yield item
        elif "/K" in item:
            yield from _tables(item.K)


def _put_right(file: pikepdf.Pdf, table: Any) -> None:
    groups = [child for child in table.K if isinstance(child, Dictionary) and child.get("/S") in (Name.THead, Name.TBody, Name.TFoot)]
    head = next((group for group in groups if str(group.S) == "/THead"), None)
    rows = [row for group in groups for row in group.K]
    if not groups:  # where head, kept rows and foot meet, with no other row between, Typst groups none of them
        groups = [child for child in table.K if isinstance(child, Dictionary) and child.get("/S") == Name.TR]
        head = file.make_indirect(Dictionary(Type=Name.StructElem, S=Name.THead, P=table)) if groups else None
        rows = [*groups]
    if not rows:
        return
    if _is_note(rows[-1]):
        _move_behind(table, rows.pop().K[0])
    if head is None or len(rows) < 2:
        return
    body = next((group for group in groups if str(group.S) == "/TBody"), None)
    if body is None:
        body = file.make_indirect(Dictionary(Type=Name.StructElem, S=Name.TBody, P=table))
    head.K, body.K = Array(rows[:1]), Array(rows[1:])
    rows[0].P = head
    for row in rows[1:]:
        row.P = body
        for number, cell in enumerate(row.K):
            _as_body_cell(cell, is_first=number == 0)
    grouped = {group.objgen for group in groups}
    table.K = Array([*(child for child in table.K if not isinstance(child, Dictionary) or child.objgen not in grouped), head, body])


def _is_note(row: Any) -> bool:
    """Return whether a row is the table's note: one cell over all columns."""
    return len(row.K) == 1 and any("/ColSpan" in item for item in row.K[0].get("/A", Array()))


def _move_behind(table: Any, cell: Any) -> None:
    around = table.P
    at = next(number for number, child in enumerate(around.K) if isinstance(child, Dictionary) and child.objgen == table.objgen)
    cell.S = Name.Div if any(isinstance(child, Dictionary) and "/S" in child for child in cell.K) else Name.P
    cell.P = around
    del cell.A
    around.K.insert(at + 1, cell)


def _as_body_cell(cell: Any, is_first: bool) -> None:
    others = [item for item in cell.get("/A", Array()) if item.get("/O") != Name.Table]
    is_header = is_first and "/K" in cell and len(cell.K) > 0
    cell.S = Name.TH if is_header else Name.TD
    cell.A = Array([*([Dictionary(_ROW_HEADER)] if is_header else []), *others])
