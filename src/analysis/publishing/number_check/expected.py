"""What should stand in a finished file, place by place, told from the document's blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lxml import etree

from analysis.publishing.number_check.places import Piece, Place, named, pieces
from analysis.publishing.svg import SVG, clean_svg

if TYPE_CHECKING:
    from analysis.publishing.document import Document


def drawn_texts(root: etree._Element) -> list[Piece]:
    """Return every visible text of a drawing in its order, with the fact or mark of the element it stands in."""
    made = []
    for element in root.iter(f"{{{SVG}}}text", "text"):
        words = "".join(element.itertext()).strip()
        holder = next((e for e in (element, *element.iterancestors()) if e.get("data-fact") or e.get("data-mark")), None)
        if words:
            made.append(Piece(words, "" if holder is None else holder.get("data-fact", ""), "" if holder is None else holder.get("data-mark", "")))
    return made


def _figure(block: dict, with_drawing: bool) -> Iterable[Place]:
    number = [Piece(f"{block['kind']}{block['number']}", mark="ordinal")] if "number" in block else []
    if with_drawing and block.get("svg"):
        svg, _ratio = clean_svg(block["svg"], "x", block.get("facts", []))
        for at, piece in enumerate(drawn_texts(etree.fromstring(svg)), 1):
            yield Place("drawing", (piece,), (at,))
    if block.get("caption"):
        yield Place("caption", (*number, *pieces(block["caption"])))


def _table(block: dict) -> Iterable[Place]:
    number = [Piece(f"{block['kind']}{block['number']}", mark="ordinal")] if "number" in block else []
    if block.get("caption"):
        yield Place("caption", (*number, *pieces(block["caption"])))
    for column, head in enumerate(block["columns"], 1):
        yield Place("head", pieces(head["runs"]), (0, column))
    for row, cells in enumerate(block["rows"], 1):
        for column, cell in enumerate(cells, 1):
            yield Place("cell", pieces(cell["runs"]), (row, column))


def _note(block: dict) -> Iterable[Place]:
    if block.get("note"):
        yield Place("note", pieces(block["note"]))


def flow_of(blocks: Iterable[dict], form: str) -> list[Place]:
    """Return the places of the flow; ``form`` is html, pdf or docx (only the first two hold the texts of drawings as text)."""
    made: list[Place] = []
    for block in blocks:
        kind = block["type"]
        if kind == "table":
            made += [*_table(block), *_note(block)]
        elif kind == "figure":
            drawn = list(_figure(block, form != "docx"))
            if form == "html" and not block.get("caption"):
                drawn.append(Place("caption", (Piece(block["alt"]),)))
            made += _ordered(drawn, form) + list(_note(block))
        elif kind != "page_break":
            made.append(Place({"title": "title", "heading": "heading"}.get(kind, "text"), pieces(block["runs"])))
    return named(made)


def _ordered(drawn: list[Place], form: str) -> list[Place]:
    """In a PDF the caption is read before its figure."""
    return sorted(drawn, key=lambda place: place.kind != "caption") if form == "pdf" else drawn


def alternatives(document: Document) -> list[str]:
    """Return the alternative texts of the document's figures in order."""
    return [block["alt"] for block in document.body if block["type"] == "figure"]


def printed(places: list[Place], printable: Callable[[str], str]) -> list[Place]:
    """Return the places as a format prints them (characters that no font has are named)."""
    return [Place(p.kind, tuple(Piece(printable(q.text), q.fact, q.mark) for q in p.pieces), p.at, p.where) for p in places]
