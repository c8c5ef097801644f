"""The file of a deck: its master, fonts, properties, the record of its facts, and bytes that repeat."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import pptx
from lxml import etree
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.util import Cm

from analysis import tables
from analysis.publishing import deck_pages as room
from analysis.publishing.deck import Slide, flow_of_deck
from analysis.publishing.document import Document
from analysis.publishing.number_check.export import saved_about
from analysis.publishing.pptx_parts import FACTS_NAMESPACE
from analysis.publishing.zipped import dated_alike

_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_LAYOUTS = ("标题页", "标题和内容", "节标题", "两栏内容", "比较", "仅标题", "空白", "内容与说明", "图片与说明", "标题和竖排文字", "竖排标题和文字")


def slide_fonts() -> list[dict[str, str]]:
    """Return the fonts of a deck in order of preference; the reader's machine substitutes."""
    return tables.load("fonts").query("role == 'slide'").sort_values("order").to_dict("records")


def open_deck() -> Any:
    """Return an empty deck of our size, fonts and layout names."""
    deck = pptx.Presentation()
    _widen(deck)
    _name_fonts(deck)
    return deck


def _name_fonts(deck: Any) -> None:
    """Name the deck's fonts once, in its theme: whoever changes the theme's fonts changes every slide."""
    name = slide_fonts()[0]["docx_name"]
    master = deck.slide_master
    theme = next(r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme"))
    root = pptx.oxml.parse_xml(theme.blob)
    for kind in ("majorFont", "minorFont"):
        for script in ("latin", "ea"):
            root.find(f".//{qn(f'a:{kind}')}/{qn(f'a:{script}')}").set("typeface", name)
    theme._blob = etree.tostring(root, encoding="UTF-8", standalone=True)


def _widen(deck: Any) -> None:
    """Stretch the template's master and layouts from 4:3 to the slide's width, and give the layouts Chinese names."""
    before = deck.slide_width
    deck.slide_width, deck.slide_height = Cm(room.SLIDE_CM[0]), Cm(room.SLIDE_CM[1])
    for place in (deck.slide_master, *deck.slide_layouts):
        for shape in place.placeholders:
            if shape._element.spPr.find(qn("a:xfrm")) is not None:
                shape.left, shape.width = round(shape.left * deck.slide_width / before), round(shape.width * deck.slide_width / before)
    for layout, name in zip(deck.slide_layouts, _LAYOUTS, strict=True):
        layout._element.cSld.set("name", name)


def add_properties(deck: Any, document: Document) -> None:
    properties, meta = deck.core_properties, document.meta
    properties.title, properties.author, properties.subject = meta["title"][:255], meta["city_name"][:255], document.subject[:255]
    properties.last_modified_by, properties.comments, properties.keywords = meta["city_name"][:255], "", meta["quarter"]
    properties.created = properties.modified = document.stamp.replace(tzinfo=None)
    properties.revision, properties.language = 1, "zh-CN"


def add_facts(deck: Any, document: Document, slides: list[Slide], pictures: list[bytes]) -> None:
    """Save the facts as a custom XML part, as the DOCX does: their records, in which order they stand, the pictures."""
    shown = [p.fact for place in flow_of_deck(slides) for p in place.pieces if p.fact]
    order = {fact: number for number, fact in enumerate(r["id"] for r in document.fact_records())}
    about = saved_about(document) | {"order": [order[fact] for fact in shown], "pictures": [hashlib.sha256(data).hexdigest() for data in pictures]}
    rows = "".join(
        f"<fact id={quoteattr(r['id'])} tag={quoteattr(r['id'])} record={quoteattr(json.dumps(r, ensure_ascii=False, sort_keys=True))}/>"
        for r in document.fact_records()
    )
    saved = quoteattr(json.dumps(about, ensure_ascii=False, sort_keys=True))
    blob = (
        f'<?xml version="1.0" encoding="UTF-8"?><facts xmlns="{FACTS_NAMESPACE}" document={quoteattr(document.meta["document"])} about={saved}>{rows}</facts>'
    )
    deck.part.relate_to(Part(PackURI("/customXml/facts.xml"), "application/xml", deck.part.package, blob.encode("utf-8")), _CUSTOM_XML)


def fixed_bytes(deck: Any) -> bytes:
    """Return the file, every zip member dated alike, without the template's thumbnail and printer settings."""
    for holder in (deck.part.package, deck.part):
        for key, relation in list(holder._rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/printerSettings")):
                holder._rels.pop(key)
    raw = BytesIO()
    deck.save(raw)
    return dated_alike(raw)
