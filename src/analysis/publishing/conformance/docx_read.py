"""A DOCX as its XML sets it: sections, and every paragraph with the letters, lines and keeps it really has, styles and direct settings taken together."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lxml import etree

from analysis.publishing.number_check.read_docx import FACTS_NAMESPACE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_HEADING = re.compile(r"heading (\d)|标题 (\d)", re.I)
_TWIPS_MM = 25.4 / 1440
_HANZI = re.compile(r"[一-鿿〇]")


@dataclass(frozen=True)
class Looks:
    """What counts for a run of text: size in points, letter spacing in points, the font of its hanzi."""

    size: float
    spacing: float
    font: str


@dataclass
class Para:
    """A paragraph: its part (title heading1… text note caption cell head figure), words, how much text wears which looks, line step, keeps."""

    part: str
    text: str
    looks: Counter[Looks]
    line: float
    rule: str
    keeps_next: bool
    keeps_lines: bool
    first_line: int
    depth: int  # of a heading in the outline
    alts: tuple[str, ...] = ()


@dataclass
class Section:
    """One section, its page and margins in millimetres."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    footer: float


@dataclass
class Word:
    sections: list[Section]
    paragraphs: list[Para]
    tables: list[dict[str, Any]]
    footers: dict[str, dict[str, Any]]
    settings: dict[str, bool]
    title: str
    document: str


def _value(element: Any, path: str, name: str = "val") -> str | None:
    found = None if element is None else element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{W}{name}")


def _is_on(element: Any, name: str) -> bool | None:
    found = None if element is None else element.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val") not in ("0", "false", "off")


class Styles:
    """The styles of a document, each laid over what it is based on."""

    def __init__(self, data: bytes | None) -> None:
        root = etree.fromstring(data) if data else etree.Element("none")
        self.by_id = {s.get(f"{W}styleId"): s for s in root.iter(f"{W}style")}
        self.default = next((s.get(f"{W}styleId") for s in root.iter(f"{W}style") if s.get(f"{W}type") == "paragraph" and s.get(f"{W}default") == "1"), "")
        self.defaults = root.find(f"{W}docDefaults")

    def chain(self, key: str) -> list[Any]:
        """Return the style and what it is based on, nearest first."""
        made, seen = [], set()
        while key in self.by_id and key not in seen:
            seen.add(key)
            made.append(self.by_id[key])
            key = _value(self.by_id[key], "basedOn") or ""
        return made

    def name(self, key: str) -> str:
        return _value(self.by_id.get(key), "name") or ""

    def layers(self, key: str, kind: str) -> list[Any]:
        """Return the ``pPr`` or ``rPr`` elements that apply to a paragraph style, nearest first, the document's defaults last."""
        made = [e for style in self.chain(key or self.default) for e in (style.find(f"{W}{kind}"),) if e is not None]
        own = None if self.defaults is None else self.defaults.find(f"{W}{kind}Default/{W}{kind}")
        return made + ([own] if own is not None else [])

    def named(self, key: str, words: str) -> bool:
        return any(words.lower() == (_value(style, "name") or "").lower() for style in self.chain(key))

    def level(self, key: str) -> int:
        """Return the heading level of a style, 0 for none."""
        for style in self.chain(key):
            found = _HEADING.fullmatch(_value(style, "name") or "")
            if found:
                return int(found[1] or found[2])
        return 0


def _first(layers: list[Any], path: str, name: str = "val") -> str | None:
    return next((found for layer in layers if (found := _value(layer, path, name)) is not None), None)


def _looks(layers: list[Any]) -> Looks:
    font = _first(layers, "rFonts", "eastAsia") or ""
    return Looks(float(_first(layers, "sz") or 20) / 2, float(_first(layers, "spacing") or 0) / 20, font)


def _words(run: Any) -> str:
    return "".join(t.text or "" for t in run.iter(f"{W}t"))


def _paragraph(element: Any, styles: Styles, place: str) -> Para:
    own = element.find(f"{W}pPr")
    key = _value(own, "pStyle") or styles.default
    layers = ([own] if own is not None else []) + styles.layers(key, "pPr")
    looks: Counter[Looks] = Counter()
    letters = styles.layers(key, "rPr")
    for run in element.iter(f"{W}r"):
        direct = run.find(f"{W}rPr")
        text = _words(run)
        if text and next(run.iterancestors(f"{W}del"), None) is None:
            looks[_looks(([direct] if direct is not None else []) + letters)] += len(_HANZI.findall(text)) or 1

    def on(name: str) -> bool:
        return bool(next((found for layer in layers if (found := _is_on(layer, name)) is not None), False))

    alts = tuple(about.get("descr", "") for about in element.iter(_DRAWING))
    return Para(_part(key, styles, place, bool(alts)), _words(element), looks, float(_first(layers, "spacing", "line") or 240) / 20,
                _first(layers, "spacing", "lineRule") or "auto", on("keepNext"), on("keepLines"),
                int(_first(layers, "ind", "firstLineChars") or 0), int(_first(layers, "outlineLvl") or 0) + 1, alts)  # fmt: skip


def _part(key: str, styles: Styles, place: str, is_figure: bool) -> str:
    level = styles.level(key)
    if place:
        return place
    if is_figure:
        return "figure"
    if level:
        return f"heading{level}"
    if styles.named(key, "Title"):
        return "title"
    if styles.named(key, "caption"):
        return "caption"
    return "note" if any(styles.named(key, name) for name in ("注释", "提示")) else "text"


def _table(element: Any, styles: Styles) -> tuple[dict[str, Any], list[Para]]:
    rows = element.findall(f"{W}tr")
    head = [bool(_is_on(row.find(f"{W}trPr"), "tblHeader")) for row in rows]
    unbroken = [bool(_is_on(row.find(f"{W}trPr"), "cantSplit")) for row in rows]
    width = sum(int(column.get(f"{W}w", 0)) for column in element.iterfind(f"{W}tblGrid/{W}gridCol")) * _TWIPS_MM
    cells = [_paragraph(p, styles, "head" if is_head else "cell") for row, is_head in zip(rows, head, strict=True) for p in row.iter(f"{W}p")]
    words = "".join(_words(p) for p in rows[0].iter(f"{W}p")) if rows else ""
    return {"head": bool(head and head[0]), "unbroken": all(unbroken), "width": width, "rows": len(rows), "words": words[:14]}, cells


def _section(element: Any) -> Section:
    def get(name: str, key: str) -> float:
        return float(_value(element, name, key) or 0) * _TWIPS_MM

    return Section(get("pgSz", "w"), get("pgSz", "h"), get("pgMar", "top"), get("pgMar", "bottom"), get("pgMar", "left") + get("pgMar", "gutter"),
                   get("pgMar", "right"), get("pgMar", "footer"))  # fmt: skip


def _footers(root: Any, parts: dict[str, bytes], styles: Styles) -> dict[str, dict[str, Any]]:
    """Return kind of page (default = odd, even) → what its footer holds."""
    relations = {r.get("Id"): r.get("Target") for r in etree.fromstring(parts["word/_rels/document.xml.rels"])}
    made: dict[str, dict[str, Any]] = {}
    for reference in root.iter(f"{W}footerReference"):
        kind = reference.get(f"{W}type", "default")
        name = relations.get(reference.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"), "")
        data = parts.get(f"word/{name.lstrip('/').removeprefix('word/')}")
        if data and kind not in made:
            made[kind] = _footer(etree.fromstring(data), styles)
    return made


def _footer(root: Any, styles: Styles) -> dict[str, Any]:
    made = {"field": False, "text": "", "side": "", "size": 0.0, "font": "", "indent": 0}
    for p in root.iter(f"{W}p"):
        fields = "".join(f.get(f"{W}instr", "") for f in p.iter(f"{W}fldSimple")) + "".join(i.text or "" for i in p.iter(f"{W}instrText"))
        if "PAGE" not in fields:
            continue
        own = p.find(f"{W}pPr")
        layers = ([own] if own is not None else []) + styles.layers(_value(own, "pStyle") or "", "pPr")
        run = next(iter(p.iter(f"{W}r")), None)
        direct = None if run is None else run.find(f"{W}rPr")
        looks = _looks(([direct] if direct is not None else []) + styles.layers(_value(own, "pStyle") or "", "rPr"))
        side = {"end": "right", "start": "left"}.get(found := _first(layers, "jc") or "left", found)
        indent = _first(layers, "ind", side) or _first(layers, "ind", {"right": "end", "left": "start"}.get(side, "left")) or "0"
        made = {"field": True, "text": _words(p), "side": side, "size": looks.size, "font": looks.font, "indent": int(indent) * _TWIPS_MM}
    return made


def _document(parts: dict[str, bytes]) -> str:
    """Return which of our documents the record says it is, "" for a file without one."""
    for name, data in parts.items():
        if name.startswith("customXml/") and FACTS_NAMESPACE.encode() in data:
            return etree.fromstring(data).get("document") or ""
    return ""


def read_word(data: bytes) -> Word:
    """Read a DOCX."""
    with zipfile.ZipFile(BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    root, styles = etree.fromstring(parts["word/document.xml"]), Styles(parts.get("word/styles.xml"))
    body = root.find(f"{W}body")
    paragraphs, tables = [], []
    for child in body.iter(f"{W}p", f"{W}tbl"):
        if child.tag == f"{W}tbl" and next(child.iterancestors(f"{W}tbl"), None) is None:
            table, cells = _table(child, styles)
            tables.append(table)
            paragraphs += cells
        elif child.tag == f"{W}p" and next(child.iterancestors(f"{W}tbl"), None) is None:
            paragraphs.append(_paragraph(child, styles, ""))
    settings = etree.fromstring(parts["word/settings.xml"]) if "word/settings.xml" in parts else None
    told = {name: bool(_is_on(settings, name)) for name in ("evenAndOddHeaders", "mirrorMargins")}
    core = etree.fromstring(parts["docProps/core.xml"]) if "docProps/core.xml" in parts else etree.Element("none")
    title = "".join(core.findtext("{http://purl.org/dc/elements/1.1/}title") or "")
    return Word([_section(s) for s in body.iter(f"{W}sectPr")], paragraphs, tables, _footers(root, parts, styles), told, title, _document(parts))
