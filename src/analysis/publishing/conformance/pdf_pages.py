"""A finished PDF as its pages really are: every printed line with its place, letters and the part it plays in the structure tree."""

from __future__ import annotations

import ctypes
import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from analysis.publishing.pdf_tags import is_row_header

_HEADING = re.compile(r"/H(\d)")
_PARTS = {
    "/Title": "title",
    "/P": "text",
    "/Span": "text",
    "/Caption": "caption",
    "/TH": "head",
    "/TH row": "cell",
    "/TD": "cell",
    "/Figure": "figure",
    "/Lbl": "text",
    "/LBody": "text",
}
_BUFFER = 1 << 16


@dataclass(frozen=True)
class Line:
    """A stretch of text in one font on one line.

    Points from the page's lower left corner: ``x`` where the first character's box begins, ``left right top`` of what is drawn, ``y`` the baseline.
    """

    page: int
    part: str  # title heading1… text caption head cell figure running
    element: int
    x: float
    left: float
    y: float
    right: float
    top: float
    size: float
    font: str
    text: str


@dataclass
class Element:
    """A part of the structure tree: its kind (``/TH row`` is the header of a row), the pages it stands on, the figure's description, what holds it."""

    kind: str
    pages: set[int] = field(default_factory=set)
    alt: str = ""
    parent: int = -1


@dataclass
class Paper:
    """A PDF read: page sizes in points, lines in page order, the structure tree, and what the file says it is."""

    sizes: list[tuple[float, float]]
    lines: list[Line]
    elements: list[Element]
    advances: dict[float, float]
    about: dict[str, Any]
    marks: dict[str, Any]


def read_paper(data: bytes) -> Paper:
    """Read a PDF; one without tags has running lines only."""
    with pikepdf.open(BytesIO(data)) as file:
        pages = {page.obj.objgen: number for number, page in enumerate(file.pages)}
        tree = _Tree(pages)
        if "/StructTreeRoot" in file.Root and "/K" in file.Root.StructTreeRoot:
            tree.walk(file.Root.StructTreeRoot.K, -1, 0)
        about = _record(file)
        marks = _marks(file)
    with pypdfium2.PdfDocument(data) as opened:
        sizes = [opened[number].get_size() for number in range(len(opened))]
        lines = [line for number in range(len(opened)) for line in _lines(opened[number], number, tree)]
        advances = _advances(opened)
    for line in lines:
        if line.element >= 0:
            _stands(tree.elements, line.element, line.page)
    return Paper(sizes, lines, tree.elements, advances, about, marks)


def _stands(elements: list[Element], number: int, page: int) -> None:
    while number >= 0:
        elements[number].pages.add(page)
        number = elements[number].parent


class _Tree:
    def __init__(self, pages: dict[tuple[int, int], int]) -> None:
        self.pages, self.elements = pages, []
        self.owner: dict[tuple[int, int], int] = {}

    def walk(self, item: Any, parent: int, page: int) -> None:
        if isinstance(item, pikepdf.Array):
            for child in item:
                self.walk(child, parent, page)
        elif isinstance(item, int):
            self.owner[(page, item)] = parent
        elif isinstance(item, pikepdf.Dictionary):
            page = self.pages.get(item.Pg.objgen, page) if "/Pg" in item else page
            if "/S" not in item:
                if "/MCID" in item:
                    self.owner[(page, int(item.MCID))] = parent
                return
            kind = "/TH row" if item.S == "/TH" and is_row_header(item) else str(item.S)
            self.elements.append(Element(kind, set(), str(item.get("/Alt", "")), parent))
            if "/K" in item:
                self.walk(item.K, len(self.elements) - 1, page)

    def part(self, number: int) -> tuple[str, int]:
        """Return the part and the element that decides it: the outermost figure, else the innermost named one."""
        at, found = number, ("running", -1)
        while at >= 0:
            kind = self.elements[at].kind
            heading = _HEADING.fullmatch(kind)
            if kind in ("/Figure", "/Caption", "/TH", "/TH row", "/TD", "/Title") or heading:
                return (f"heading{heading[1]}" if heading else _PARTS[kind]), at
            if found[1] < 0 and kind in _PARTS:
                found = (_PARTS[kind], at)
            at = self.elements[at].parent
        return found


def _lines(page: Any, number: int, tree: _Tree) -> list[Line]:
    buffer = ctypes.create_string_buffer(2 * _BUFFER)
    target = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    words, made = page.get_textpage(), []
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        item = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        length = pdfium.FPDFTextObj_GetText(item, words, target, _BUFFER)
        text = buffer.raw[: max(length - 2, 0)].decode("utf-16-le", "replace")
        mark = pdfium.FPDFPageObj_GetMarkedContentID(item)
        part, element = tree.part(tree.owner.get((number, mark), -1)) if mark >= 0 else ("running", -1)
        made.append(_line(item, number, part, element, text))
    words.close()
    return made


def _line(item: Any, number: int, part: str, element: int, text: str) -> Line:
    matrix, size = pdfium.FS_MATRIX(), ctypes.c_float()
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    pdfium.FPDFTextObj_GetFontSize(item, size)
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFFont_GetBaseFontName(pdfium.FPDFTextObj_GetFont(item), name, 256)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    scale = (matrix.a**2 + matrix.b**2) ** 0.5
    return Line(number, part, element, matrix.e, left.value, matrix.f, right.value, top.value, round(size.value * scale, 2), name.value.decode("latin-1"), text)


def _advances(opened: Any) -> dict[float, float]:
    """Return size → the distance from one hanzi to the next on a line that is not stretched to the margin (the lowest tenth)."""
    steps: dict[float, list[float]] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    for number in range(min(len(opened), 40)):
        words = opened[number].get_textpage()
        before = (0.0, 0.0, 0.0, False)
        for index in range(pdfium.FPDFText_CountChars(words)):
            pdfium.FPDFText_GetCharOrigin(words, index, x, y)
            size = round(pdfium.FPDFText_GetFontSize(words, index), 2)
            is_hanzi = 0x4E00 <= pdfium.FPDFText_GetUnicode(words, index) <= 0x9FFF
            step = x.value - before[0]
            if is_hanzi and before[3] and before[2] == size and abs(y.value - before[1]) < 0.5 and 0.7 * size < step < 1.4 * size:
                steps.setdefault(size, []).append(step)
            before = (x.value, y.value, size, is_hanzi)
        words.close()
    return {size: sorted(found)[len(found) // 10] for size, found in steps.items() if len(found) >= 20}


def _record(file: pikepdf.Pdf) -> dict[str, Any]:
    for name, item in file.attachments.items():
        if name == "facts.json":
            try:
                return dict(json.loads(item.get_file().read_bytes()).get("about", {}))
            except ValueError:
                return {}
    return {}


def _marks(file: pikepdf.Pdf) -> dict[str, Any]:
    """Return what the file says it is: PDF/A part and level, PDF/UA, tags, language, title shown, attachments, fonts inside."""
    metadata = file.Root.Metadata.read_bytes().decode("utf-8", "replace") if "/Metadata" in file.Root else ""

    def said(name: str) -> str:
        found = re.search(rf"<{name}>([^<]*)</{name}>|{name}=[\"']([^\"']*)", metadata)
        return (found[1] or found[2] or "") if found else ""

    return {
        "pdfa": (said("pdfaid:part") + said("pdfaid:conformance").lower()), "ua": said("pdfuaid:part"),
        "tagged": bool(file.Root.get("/MarkInfo", {}).get("/Marked", False)) and "/StructTreeRoot" in file.Root,
        "lang": str(file.Root.get("/Lang", "")), "title": str(file.docinfo.get("/Title", "")),
        "shows_title": bool(file.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)),
        "attached": len(file.attachments), "related": "/AF" in file.Root, "loose_fonts": _loose_fonts(file), "intent": "/OutputIntents" in file.Root,
    }  # fmt: skip


def _loose_fonts(file: pikepdf.Pdf) -> list[str]:
    """Return the fonts that the file names without holding them."""
    found = set()
    for item in file.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor" and not any(f"/FontFile{n}" in item for n in ("", "2", "3")):
            found.add(str(item.get("/FontName", "")).lstrip("/"))
    return sorted(found)
