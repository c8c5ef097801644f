"""A document as DOCX: built-in heading styles, real captions, every figure of the register a content control named after its fact."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.shared import Mm

from analysis.publishing import docx_parts as parts
from analysis.publishing.document import DEMO_NOTICE, Document
from analysis.publishing.docx_styles import apply_page, apply_reading, apply_styles, font_name
from analysis.publishing.layout import title_lines, words
from analysis.publishing.notices import printed_blocks
from analysis.publishing.number_check.allowed import Allowed
from analysis.publishing.number_check.export import flow_for, saved_about
from analysis.publishing.page_flow import TALLEST_MM, WIDEST_MM
from analysis.publishing.pictures import figure_png, png_ratio
from analysis.publishing.typefaces import load_faces
from analysis.publishing.zipped import dated_alike

FACTS_NAMESPACE = "urn:workbench:facts"
_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_PARAGRAPH_STYLES = {
    "subtitle": "Subtitle",
    "dateline": "Subtitle",
    "byline": "Subtitle",
    "salutation": "Salutation1",
    "signature": "Signature1",
    "incomplete": "Notice",
}
_BODY_STYLES = {"body": "BodyText", "note": "SmallNote", "source": "SmallNote", "notice": "Notice"}


class _Writer:
    """Turns blocks into the children of ``w:body``; holds what they share: the facts, the counter, the package."""

    def __init__(self, document: Document, package: Any, font_folder: str | Path | None) -> None:
        self.facts = {r["id"]: r | {"number": n} for n, r in enumerate(document.fact_records(), 1)}
        self.package, self.font_folder = package, font_folder
        self.numbers, self.figures = parts.Numbers(), 0
        self.allowed, self.pictures = Allowed(document.facts, document.meta), []
        self.upright = package.sections[0]._sectPr

    def elements(self, block: dict) -> list[Any]:
        kind = block["type"]
        if kind == "title":
            return [self._title(block)]
        if kind == "heading":
            # a level that skips one is drawn as asked and counted without the gap, as in the other formats
            outline = [parts.element("outlineLvl", val=block["depth"] - 1)] if block.get("depth", block["level"]) != block["level"] else []
            return [parts.paragraph(f"Heading{block['level']}", self._runs(block), *outline)]
        if kind == "paragraph":
            kept = [parts.element("keepNext")] if block.get("keep") else []
            return [parts.paragraph(_BODY_STYLES[block.get("style", "body")], self._runs(block), *kept)]
        if kind == "table":
            return self._table(block)
        if kind == "figure":
            return self._figure(block)
        if kind == "page_break":
            return [parts.paragraph("BodyText", [parts.element("r", [parts.element("br", type="page")])])]
        if kind == "signature":
            before = [parts.element("spacing", before=579)] if block["first"] else []
            end = {"rightChars": round(block["right"] * 100), "right": round(block["right"] * 316)}
            return [parts.paragraph("Signature1", self._runs(block), *before, parts.element("ind", **end, firstLineChars=0, firstLine=0))]
        return [parts.paragraph(_PARAGRAPH_STYLES[kind], self._runs(block))]

    def _runs(self, block: dict) -> list[Any]:
        return parts.runs(block["runs"], self.facts, self.numbers)

    def _note(self, block: dict) -> list[Any]:
        return [parts.paragraph("SmallNote", parts.runs(block["note"], self.facts, self.numbers))] if block.get("note") else []

    def _title(self, block: dict) -> Any:
        if any(run.get("fact") for run in block["runs"]):
            return parts.paragraph("Title", self._runs(block))
        content: list[Any] = []
        for line in title_lines(words(block["runs"])):
            content += [parts.element("r", [parts.element("br")])] if content else []
            content += parts.runs([{"text": p.text, "mark": p.mark} for p in self.allowed.split(line)], self.facts, self.numbers)
        return parts.paragraph("Title", content)

    def _table(self, block: dict) -> list[Any]:
        head = [parts.caption(block, "Caption", self.facts, self.numbers)] if block.get("caption") else []
        made = [*head, parts.table(block, self.facts, self.numbers), *(self._note(block) or [parts.paragraph("SmallNote", [])])]
        if not block["plan"].is_turned:
            return made
        return [self._section_end(False), *made, self._section_end(True)]

    def _section_end(self, is_turned: bool) -> Any:
        section = deepcopy(self.upright)
        if is_turned:
            size = section.find(qn("w:pgSz"))
            width, height = size.get(qn("w:w")), size.get(qn("w:h"))
            for key, value in (("w", height), ("h", width), ("orient", "landscape")):
                size.set(qn(f"w:{key}"), value)
            margins = section.find(qn("w:pgMar"))
            for key, value in (("left", 36), ("right", 36), ("top", 28), ("bottom", 26)):
                margins.set(qn(f"w:{key}"), str(round(value * 56.6929)))
        return parts.paragraph("SmallNote", [], section)

    def _figure(self, block: dict) -> list[Any]:
        self.figures += 1
        width = min(float(block.get("width_mm") or 150), WIDEST_MM)
        data = figure_png(block, f"第 {self.figures} 幅图", width, load_faces(self.font_folder))
        self.pictures.append(hashlib.sha256(data).hexdigest())
        width = min(width, TALLEST_MM / png_ratio(data))
        inline = self.package.part.new_pic_inline(BytesIO(data), Mm(width), Mm(width * png_ratio(data)))
        about = inline.docPr
        about.set("id", str(self.numbers.next()))
        about.set("name", f"插图{self.figures}")
        about.set("descr", block["alt"])
        line = parts.paragraph("FigureLine", [parts.element("r", [parts.element("drawing", [inline])])])
        caption = [parts.caption(block, "FigureCaption", self.facts, self.numbers)] if block.get("caption") else []
        return [line, *caption, *self._note(block)]


def _add_running_lines(section: Any, document: Document) -> None:
    """Write the label and 「演示数据」 at the head, the folio at the foot: odd pages right, even pages left, one character in."""
    demo = DEMO_NOTICE if document.meta["demo"] else ""
    for header in (section.header, section.even_page_header):
        line = [parts.text_run(document.meta["label"]), parts.element("r", [parts.element("tab")]), parts.text_run(demo)]
        header._element.replace(header._element[0], parts.paragraph("Header", line))
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        folio = [parts.text_run("— "), parts.element("fldSimple", [parts.text_run("1")], instr=" PAGE "), parts.text_run(" —")]
        indent = parts.element("ind", **{f"{side}Chars": 100, side: 280, "firstLineChars": 0, "firstLine": 0})
        footer._element.replace(footer._element[0], parts.paragraph("Footer", folio, indent, parts.element("jc", val=side)))


def _add_properties(package: Any, document: Document) -> None:
    properties, meta = package.core_properties, document.meta
    properties.title, properties.author, properties.subject = meta["title"][:255], meta["city_name"][:255], document.subject[:255]
    properties.last_modified_by, properties.comments, properties.keywords = meta["city_name"][:255], "", meta["quarter"]
    properties.created = properties.modified = document.stamp.replace(tzinfo=None)
    properties.revision, properties.language = 1, "zh-CN"


def _add_facts(package: Any, document: Document, pictures: list[str]) -> None:
    """Save the facts as a custom XML part: what the content controls stand for, in which order, the facts that only figures show, the pictures."""
    places = {fact: number for number, fact in enumerate(r["id"] for r in document.fact_records())}
    order = [places[p.fact] for place in flow_for(document, "docx") for p in place.pieces if p.fact]
    about = json.dumps(saved_about(document) | {"order": order, "pictures": pictures}, ensure_ascii=False, sort_keys=True)
    shown = set(document.shown)
    rows = "".join(
        f"<fact id={quoteattr(r['id'])} tag={quoteattr(parts.fact_tag(r['id']))} text={quoteattr(str(r.get('text', '')))}"
        f" shown={quoteattr(str(r['id'] in shown).lower())} record={quoteattr(json.dumps(r, ensure_ascii=False, sort_keys=True))}/>"
        for r in document.fact_records()
    )
    blob = f'<?xml version="1.0" encoding="UTF-8"?><facts xmlns="{FACTS_NAMESPACE}" document={quoteattr(document.meta["document"])} about={quoteattr(about)}>{rows}</facts>'
    part = Part(PackURI("/customXml/facts.xml"), "application/xml", blob.encode("utf-8"), package.part.package)
    package.part.relate_to(part, _CUSTOM_XML)


def _fixed_bytes(package: Any) -> bytes:
    """Return the file with every zip member dated alike."""
    for key, relation in list(package.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.part.package.rels[key]
    raw = BytesIO()
    package.save(raw)
    return dated_alike(raw)


def render_docx(document: Document, font_folder: str | Path | None = None) -> tuple[bytes, dict]:
    """Return the DOCX and its record. ``font_folder`` serves only to draw figures that came without a PNG."""
    package = docx.Document()
    apply_styles(package)
    if document.meta.get("reading_pt"):
        apply_reading(package, float(document.meta["reading_pt"]))
    section = apply_page(package)
    if document.meta.get("reading_pt"):  # LibreOffice holds lines to the page's grid
        section._sectPr.find(qn("w:docGrid")).set(qn("w:linePitch"), str(round(float(document.meta["reading_pt"]) * 36)))
    _add_running_lines(section, document)
    writer = _Writer(document, package, font_folder)
    end = package.element.body.find(qn("w:sectPr"))
    for block in printed_blocks(document):
        for made in writer.elements(block):
            end.addprevious(made)
    _add_properties(package, document)
    _add_facts(package, document, writer.pictures)
    fonts = [{"role": role, "family": font_name(role), "source": "由阅读者的电脑提供"} for role in ("title", "body", "hei", "kai", "song")]
    return _fixed_bytes(package), {"format": "docx", "fonts": fonts, "missing": []}
