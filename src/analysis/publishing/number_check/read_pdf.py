"""A finished PDF read back by its tags: every paragraph, cell and figure of the structure tree with the text that its pages really show."""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from analysis.errors import ExportError
from analysis.publishing.number_check.places import Finished, Piece, Place, named
from analysis.publishing.pdf_tags import is_row_header

_HEADING = re.compile(r"/H\d")
_BUFFER = 1 << 16


def _texts(data: bytes) -> tuple[dict[tuple[int, int], str], list[str]]:
    """Return (page, marked content id) → text, and the running text of each page (what no tag holds)."""
    found: dict[tuple[int, int], list[str]] = {}
    buffer = ctypes.create_string_buffer(2 * _BUFFER)
    target = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    with pypdfium2.PdfDocument(data) as file:
        running = [""] * len(file)
        for number in range(len(file)):
            page = file[number]
            words = page.get_textpage()
            for index in range(pdfium.FPDFPage_CountObjects(page)):
                item = pdfium.FPDFPage_GetObject(page, index)
                if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_TEXT:
                    continue
                length = pdfium.FPDFTextObj_GetText(item, words, target, _BUFFER)
                text = ctypes.string_at(buffer, max(length - 2, 0)).decode("utf-16-le", "replace")
                mark = pdfium.FPDFPageObj_GetMarkedContentID(item)
                if mark < 0:
                    running[number] += text
                else:
                    found.setdefault((number, mark), []).append(text)
            words.close()
            page.close()
    return {key: "".join(parts) for key, parts in found.items()}, running


class _Structure:
    """Walks the structure tree in reading order."""

    def __init__(self, texts: dict[tuple[int, int], str], pages: dict[tuple[int, int], int]) -> None:
        self.texts, self.pages = texts, pages
        self.flow: list[Place] = []
        self.alts: list[str] = []
        self.row = self.column = 0

    def page_of(self, element: Any, page: int) -> int:
        return self.pages.get(element.Pg.objgen, page) if "/Pg" in element else page

    def words(self, element: Any, page: int) -> str:
        if isinstance(element, int):
            return self.texts.get((page, element), "")
        if isinstance(element, pikepdf.Array):
            return "".join(self.words(child, page) for child in element)
        page = self.page_of(element, page)
        if "/MCID" in element:
            return self.texts.get((page, int(element.MCID)), "")
        return self.words(element.K, page) if "/K" in element else ""

    def walk(self, element: Any, page: int = 0) -> None:
        if isinstance(element, pikepdf.Array):
            for child in element:
                if not isinstance(child, int):
                    self.walk(child, page)
            return
        if isinstance(element, int) or "/K" not in element:
            return
        page, kind = self.page_of(element, page), str(element.get("/S", ""))
        if kind in ("/P", "/Span", "/Title", "/Caption") or _HEADING.fullmatch(kind):
            name = {"/Title": "title", "/Caption": "caption"}.get(kind, "heading" if _HEADING.fullmatch(kind) else "text")
            self.flow.append(Place(name, (Piece(self.words(element.K, page)),)))
        elif kind in ("/TH", "/TD"):
            self.column += 1
            head = kind == "/TH" and not is_row_header(element)
            self.flow.append(Place("head" if head else "cell", (Piece(self.words(element.K, page)),), (0 if head else self.row, self.column)))
        elif kind == "/Figure":
            self.alts.append(str(element.get("/Alt", "")))
            self.flow.append(Place("drawing", (Piece(self.words(element.K, page)),), (1,)))
        else:
            if kind in ("/THead", "/Table"):
                self.row = 0
            if kind == "/TR":
                self.column, self.row = 0, self.row + 1
            if kind == "/TBody":
                self.row = 0
            self.walk(element.K, page)


def _folio(words: str, page: int) -> tuple[Piece, ...]:
    """Part the page's own number from the rest of its running lines."""
    before, folio, after = words.partition(f"— {page} —")
    return tuple(piece for piece in (Piece(before), Piece(str(page) if folio else "", mark="ordinal"), Piece(after)) if piece.text)


def _repeated_heads(flow: Sequence[Place]) -> list[str]:
    """Return the words of each table's head row, longest first: where a table goes on overleaf they stand there again, outside the structure."""
    rows = ["".join(place.text for place in places) for is_head, places in groupby(flow, lambda place: place.kind == "head") if is_head]
    return sorted({row for row in rows if row}, key=len, reverse=True)


def _without_heads(words: str, heads: Sequence[str]) -> str:
    """Return the running text of a page without the table heads repeated on it; a head that differs by one sign stays, and is checked."""
    for head in heads:
        words = words.replace(head, "")
    return words


def read_pdf(data: bytes) -> Finished:
    """Return what a PDF holds; its pieces carry no ids (a PDF has no place for them), these come from the record attached to it.

    Raises
    ------
    ExportError
        For a file that is no PDF of ours.
    """
    try:
        texts, running = _texts(data)
        with pikepdf.open(BytesIO(data)) as file:
            pages = {page.obj.objgen: number for number, page in enumerate(file.pages)}
            structure = _Structure(texts, pages)
            if "/StructTreeRoot" not in file.Root or "/K" not in file.Root.StructTreeRoot:
                raise ExportError("这个 PDF 没有结构标记，不是工作台生成的原件（可能被转存或打印过），无法逐处核对。请核对工作台生成的那一份。")
            structure.walk(file.Root.StructTreeRoot.K)
            saved = {name: json.loads(item.get_file().read_bytes()) for name, item in file.attachments.items() if name.endswith(".json")}
            title = str(file.docinfo.get("/Title", ""))
    except (pikepdf.PdfError, pikepdf.PasswordError, pypdfium2.PdfiumError) as error:
        raise ExportError("这个文件不是完好的 PDF。请重新生成后再核对。") from error
    record = saved.get("facts.json", {})
    beside = [Place("alt", (Piece(alt),), (n,), where=f"第{n}幅图的替代文字") for n, alt in enumerate(structure.alts, 1)]
    heads = _repeated_heads(structure.flow)
    beside += [Place("running", _folio(_without_heads(words, heads), n), (n,), where=f"第{n}页的页眉页脚") for n, words in enumerate(running, 1)]
    beside.append(Place("title", (Piece(title),), where="文件属性“标题”"))
    facts = {item["id"]: item for item in record.get("facts", [])}
    return Finished("pdf", named(structure.flow), beside, facts, record.get("about", {}), record.get("flow"))
