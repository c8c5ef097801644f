"""A finished or edited DOCX read back: content controls by their tags, marked runs by their style, everything else as plain text."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree

from analysis import tables
from analysis.errors import ExportError
from analysis.publishing.number_check.places import Finished, Piece, Place, named

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
FACTS_NAMESPACE = "urn:workbench:facts"
MARK_STYLE, MARK_NAME = "Mark", "数字标注 "
ALIAS_NUMBER = re.compile(r"·(\d+)$")
_PASSED = {f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}sdtPr", f"{W}instrText", f"{W}delText"}


def mark_styles(styles: bytes) -> dict[str, str]:
    """Return style id → kind of marked figure; LibreOffice keeps the styles' names but gives them other ids."""
    kinds = {f"{MARK_NAME}{word}": kind for kind, word in tables.load("marks")[["kind", "word"]].itertuples(index=False)}
    made = {f"{MARK_STYLE}{kind.capitalize()}": kind for kind in kinds.values()}
    for style in etree.fromstring(styles).iter(f"{W}style") if styles else ():
        name = style.find(f"{W}name")
        if name is not None and name.get(f"{W}val") in kinds:
            made[style.get(f"{W}styleId")] = kinds[name.get(f"{W}val")]
    return made


def fact_of(tag: str, alias: str, ids: dict[str, str]) -> str:
    """Return the fact of a content control: by its tag, else by the number that its title ends with (LibreOffice drops tags)."""
    if tag:
        return ids.get(tag, tag)
    number = ALIAS_NUMBER.search(alias)
    return list(ids.values())[int(number[1]) - 1] if number and 0 < int(number[1]) <= len(ids) else ""


class _Words:
    """Collects the pieces of one paragraph; a field's result is an ordinal (a page or caption number)."""

    def __init__(self, ids: dict[str, str], marks: dict[str, str]) -> None:
        self.ids, self.marks, self.pieces, self.field = ids, marks, [], ""
        self.alts: list[str] = []
        self.blips: list[str] = []

    def walk(self, element: Any, fact: str = "", mark: str = "") -> None:
        for child in element:
            tag = child.tag
            if tag in _PASSED:
                self.field += (child.text or "") if tag == f"{W}instrText" else ""
            elif tag == f"{W}sdt":
                names = (child.find(f"{W}sdtPr/{W}{key}") for key in ("tag", "alias"))
                tag_name, alias = ("" if name is None else name.get(f"{W}val", "") for name in names)
                self.walk(child.find(f"{W}sdtContent") if child.find(f"{W}sdtContent") is not None else [], fact_of(tag_name, alias, self.ids), mark)
            elif tag == f"{W}r":
                style = child.find(f"{W}rPr/{W}rStyle")
                kind = style.get(f"{W}val", "") if style is not None else ""
                own = self.marks.get(kind, mark)
                self.walk(child, fact, own or ("ordinal" if self.field else ""))
            elif tag == f"{W}fldSimple":
                self.walk(child, fact, "ordinal")
            elif tag == f"{W}fldChar":
                self.field = "" if child.get(f"{W}fldCharType") == "end" else self.field
            elif tag == f"{W}t":
                self.add(child.text or "", fact, mark)
            elif tag == f"{W}drawing":
                self.alts += [about.get("descr", "") for about in child.iter(_DRAWING)]
                self.blips += [blip.get(_EMBED, "") for blip in child.iter(_BLIP)]
            elif isinstance(tag, str):
                self.walk(child, fact, mark)

    def add(self, text: str, fact: str, mark: str) -> None:
        last = self.pieces[-1] if self.pieces else None
        if last is not None and (last.fact, last.mark) == (fact, mark):
            self.pieces[-1] = Piece(last.text + text, fact, mark)
        else:
            self.pieces.append(Piece(text, fact, mark))


class _Body:
    def __init__(self, ids: dict[str, str], marks: dict[str, str]) -> None:
        self.ids, self.marks = ids, marks
        self.flow: list[Place] = []
        self.alts: list[str] = []
        self.blips: list[str] = []

    def paragraph(self, element: Any) -> tuple[Piece, ...]:
        words = _Words(self.ids, self.marks)
        words.walk(element)
        self.alts += words.alts
        self.blips += words.blips
        return tuple(words.pieces)

    def walk(self, element: Any) -> None:
        for child in element:
            if child.tag == f"{W}p":
                style = child.find(f"{W}pPr/{W}pStyle")
                name = "" if style is None else style.get(f"{W}val", "")
                words = self.paragraph(child)
                kind = "title" if name == "Title" else "heading" if name.startswith("Heading") else "caption" if "Caption" in name else "text"
                if words:
                    self.flow.append(Place(kind, words))
            elif child.tag == f"{W}tbl":
                self.table(child)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
                self.walk(child)

    def table(self, table: Any) -> None:
        for row, element in enumerate(table.iter(f"{W}tr")):
            for column, cell in enumerate(element.iter(f"{W}tc"), 1):
                words = tuple(piece for p in cell.iter(f"{W}p") for piece in self.paragraph(p))
                self.flow.append(Place("cell" if row else "head", words, (row, column)))


def saved_record(file: zipfile.ZipFile) -> tuple[dict[str, dict], dict[str, str], dict]:
    """Return records by id, tag → id, and what the document was made with; Word may have renamed the part."""
    for name in file.namelist():
        if name.startswith("customXml/") and name.endswith(".xml"):
            root = etree.fromstring(file.read(name))
            if root.tag == f"{{{FACTS_NAMESPACE}}}facts":
                rows = root.findall(f"{{{FACTS_NAMESPACE}}}fact")
                about = json.loads(root.get("about") or "{}")
                return {r.get("id"): json.loads(r.get("record")) for r in rows}, {r.get("tag"): r.get("id") for r in rows}, about
    return {}, {}, {}


def _running(file: zipfile.ZipFile, ids: dict[str, str], marks: dict[str, str]) -> list[Place]:
    made = []
    for name in sorted(file.namelist()):
        if name.startswith(("word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")) and name.endswith(".xml"):
            where = "页眉" if "header" in name else "页脚" if "footer" in name else "脚注或批注"
            root = etree.fromstring(file.read(name))
            for element in root.iter(f"{W}p"):
                words = _Words(ids, marks)
                words.walk(element)
                made += [Place("running", tuple(words.pieces), where=where)] if words.pieces else []
    return made


def saved_properties(file: zipfile.ZipFile) -> list[Place]:
    if "docProps/core.xml" not in file.namelist():
        return []
    names = {"title": "标题", "subject": "主题", "keywords": "关键词", "creator": "作者", "description": "备注"}
    root = etree.fromstring(file.read("docProps/core.xml"))
    found = [(names.get(etree.QName(e).localname), e.text) for e in root]
    return [Place("property", (Piece(text),), where=f"文件属性“{name}”") for name, text in found if name and text]


def read_docx(data: bytes) -> Finished:
    """Return what a DOCX holds.

    Raises
    ------
    ExportError
        For a file that is no DOCX.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            records, ids, about = saved_record(file)
            root = etree.fromstring(file.read("word/document.xml"))
            marks = mark_styles(file.read("word/styles.xml") if "word/styles.xml" in file.namelist() else b"")
            body = _Body(ids, marks)
            body.walk(root.find(f"{W}body"))
            targets = {r.get("Id"): r.get("Target", "") for r in etree.fromstring(file.read("word/_rels/document.xml.rels"))}
            images = [targets.get(b, "").lstrip("/") for b in body.blips]
            images = [name if name.startswith("word/") else f"word/{name}" for name in images]
            pictures = [hashlib.sha256(file.read(n)).hexdigest() if n in file.namelist() else "" for n in images]
            beside = [Place("alt", (Piece(alt),), (n,), where=f"第{n}幅图的替代文字") for n, alt in enumerate(body.alts, 1)]
            beside += [*_running(file, ids, marks), *saved_properties(file)]
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise ExportError("这个文件不是完好的 Word 文档（.docx）。请用 Word 或 WPS 打开后另存为 .docx 再核对。") from error
    order = about.get("order")
    made_with = None if order is None else [list(records)[n] for n in order]
    return Finished("docx", named(body.flow), beside, records, about, made_with, pictures)
