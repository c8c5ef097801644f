"""A finished page read back: the places of its flow, and the titles, labels and descriptions beside it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from lxml import etree, html

from analysis.publishing.number_check.expected import drawn_texts
from analysis.publishing.number_check.places import Finished, Piece, Place, named
from analysis.publishing.schema import whole_record

_TEXT = {"p", "li", "dt", "dd", "summary", "figcaption", "caption", "span", "a", "div", "section", "main", "strong", "ul", "nav"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _pieces(element: Any, fact: str = "", mark: str = "") -> list[Piece]:
    """Return all text below an element, each stretch with the fact or mark it stands in."""
    fact = element.get("data-fact") or fact
    mark = element.get("data-mark") or mark
    made = [Piece(element.text, fact, mark)] if element.text else []
    for child in element:
        if isinstance(child.tag, str):
            made += _pieces(child, fact, mark)
        if child.tail:
            made.append(Piece(child.tail, fact, mark))
    return made


def _joined(items: list[Piece]) -> tuple[Piece, ...]:
    """Join neighbours of one fact or mark: a figure torn into several elements is still one figure."""
    made: list[Piece] = []
    for item in items:
        if made and (made[-1].fact, made[-1].mark) == (item.fact, item.mark):
            made[-1] = Piece(made[-1].text + item.text, item.fact, item.mark)
        else:
            made.append(item)
    return tuple(made)


class _Page:
    def __init__(self) -> None:
        self.flow: list[Place] = []
        self.beside: list[Place] = []
        self.pictures: list[str] = []
        self.orders: list[str] = []

    def add(self, kind: str, element: Any, at: tuple[int, ...] = ()) -> None:
        self.flow.append(Place(kind, _joined(_pieces(element)), at))

    def walk(self, element: Any) -> None:
        """Go through the children of a container."""
        for child in element:
            if not isinstance(child.tag, str) or child.get("hidden") is not None or "fact-records" in (child.get("class") or ""):
                continue
            name = _local(child)
            self.descriptions(child, name)
            if name == "section" and "origins" in (child.get("class") or ""):
                self.origins(child)
            elif name == "h1":
                self.add("title", child)
            elif name in _HEADINGS:
                self.add("heading", child)
            elif name == "table":
                self.table(child)
            elif name == "figure":
                self.figure(child)
            elif name == "p" or (name in ("li", "span", "div") and (child.text or "").strip()):
                self.add("note" if "note" in (child.get("class") or "") else "text", child)
            else:
                self.walk(child)

    def descriptions(self, element: Any, name: str) -> None:
        label = element.get("aria-label")
        if label and name not in ("svg", "figure"):
            self.beside.append(Place("label", (Piece(label),), where=f"读屏说明“{label[:12]}”"))

    def table(self, table: Any) -> None:
        row = 0
        for element in table.iter("caption", "tr"):
            if element.tag == "caption":
                self.add("caption", element)
                continue
            head = element.getparent().tag == "thead"
            row += not head
            for column, cell in enumerate(element.iterchildren("td", "th"), 1):
                self.add("head" if head else "cell", cell, (0 if head else row, column))

    def figure(self, figure: Any) -> None:
        number = len(self.orders) + 1
        facts = figure.get("data-facts", "")
        self.orders.append(facts)
        at = 0
        for element in figure.iter():
            name = _local(element)
            if name == "svg":
                self.alt(element.get("aria-label", ""), number, facts)
                for at, piece in enumerate(drawn_texts(element), 1):
                    self.flow.append(Place("drawing", (piece,), (at,)))
            elif name == "title" and element.getparent() is not None and _local(element.getparent()) != "svg":
                self.beside.append(Place("hover", (Piece(element.text or ""),), (number,), where=f"第{number}幅图的浮动说明"))
            elif name == "title":
                self.alt(element.text or "", number, facts)
            elif name == "img":
                self.alt(element.get("alt", ""), number, facts)
                self.pictures.append(hashlib.sha256(base64.b64decode(element.get("src", "").partition(",")[2])).hexdigest())
            elif name == "figcaption":
                self.add("caption", element)
            elif name == "p":
                self.add("note", element)

    def alt(self, text: str, number: int, facts: str) -> None:
        self.beside.append(Place("alt", (Piece(text),), (number,), where=f"第{number}幅图的替代文字"))

    def origins(self, section: Any) -> None:
        """The record of where figures come from, at the page's end: each entry a place beside the flow."""
        for entry in section.iter("p", "li", "td", "th", "h2", "h3", "caption"):
            words = _joined(_pieces(entry))
            said = "".join(p.text for p in words).strip()
            self.beside.append(Place("origin", words, where=f"数据出处“{said[:16]}”"))


def read_html(data: bytes) -> Finished:
    """Return what a finished page holds."""
    root = html.document_fromstring(data.decode("utf-8"))
    page = _Page()
    title = root.findtext("head/title") or ""
    page.beside.append(Place("title", (Piece(title),), where="网页标题 <title>"))
    for element in root.iter("div"):
        names = (element.get("class") or "").split()
        if "banner" in names or "label" in names:
            page.beside.append(Place("running", _joined(_pieces(element)), where="页首提示"))
    main = root.find(".//main")
    if main is not None:
        page.walk(main)
    for element in root.iter("data"):
        tip = element.get("title")
        if tip and element.get("data-fact"):
            page.beside.append(Place("tip", (Piece(tip, element.get("data-fact")),), where=f"“{(element.text or '')[:10]}”的浮动说明"))
    records = {
        e.get("data-record"): whole_record(e.get("data-record"), json.loads(e.get("data-json") or "{}")) for e in root.iter("data") if e.get("data-record")
    }
    meta = {} if main is None else {"quarter": main.get("data-quarter") or "", "document": main.get("data-document") or ""}
    meta |= json.loads(main.get("data-meta") or "{}") if main is not None else {}
    order = None if main is None else main.get("data-order")
    made_with = None if order is None else [list(records)[int(n)] for n in order.split()]
    return Finished("html", named(page.flow), page.beside, records, meta, made_with, page.pictures)
