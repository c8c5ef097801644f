"""A finished or edited PPTX read back: figures by the extension of their run, everything else as plain text; notes too."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from posixpath import join, normpath
from typing import Any

from lxml import etree

from analysis.errors import ExportError
from analysis.publishing.number_check.places import Finished, Piece, Place, named
from analysis.publishing.number_check.read_docx import FACTS_NAMESPACE, saved_properties, saved_record

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FIGURE = f"{{{FACTS_NAMESPACE}}}figure"
_KINDS = {"表题": "caption", "图题": "caption", "表注": "note", "图注": "note"}
_RUNNING = ("页脚", "页码")


def _relations(file: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return relation id → (type, target part)."""
    folder, _, name = part.rpartition("/")
    known = f"{folder}/_rels/{name}.rels"
    if known not in file.namelist():
        return {}
    found = etree.fromstring(file.read(known))
    return {r.get("Id"): (r.get("Type", ""), normpath(join("/", folder, r.get("Target", ""))).lstrip("/")) for r in found if r.get("TargetMode") != "External"}


def _pieces(body: Any) -> tuple[Piece, ...]:
    """Return the words of one paragraph; a field (the page number) is an ordinal."""
    made: list[Piece] = []
    for child in body:
        words = "".join(t.text or "" for t in child.iter(f"{A}t"))
        if child.tag not in (f"{A}r", f"{A}fld") or not words:
            continue
        told = next(child.iter(_FIGURE), None)
        fact, mark = ("", "") if told is None else (told.get("fact", ""), told.get("mark", ""))
        mark = mark or ("ordinal" if child.tag == f"{A}fld" else "")
        if made and (made[-1].fact, made[-1].mark) == (fact, mark):
            made[-1] = Piece(made[-1].text + words, fact, mark)
        else:
            made.append(Piece(words, fact, mark))
    return tuple(made)


class _Slide:
    """The places of one slide in the order of its shapes, its pictures, and its notes."""

    def __init__(self, file: zipfile.ZipFile, part: str, number: int) -> None:
        self.number, self.flow, self.beside, self.alts, self.pictures = number, [], [], [], []
        relations = _relations(file, part)
        self._targets = {key: target for key, (_, target) in relations.items()}
        self._walk(etree.fromstring(file.read(part)).find(f"{P}cSld/{P}spTree"))
        notes = next((target for kind, target in relations.values() if kind.endswith("/notesSlide")), "")
        if notes in file.namelist():
            self._notes(etree.fromstring(file.read(notes)))

    def _walk(self, shapes: Any) -> None:
        for shape in shapes:
            name = next((about.get("name", "") for about in shape.iter(f"{P}cNvPr")), "")
            if shape.tag == f"{P}sp":
                self._text(shape, name)
            elif shape.tag == f"{P}graphicFrame":
                self._table(shape)
            elif shape.tag == f"{P}pic":
                self.alts.append(next(shape.iter(f"{P}cNvPr")).get("descr", ""))
                self.pictures.append(self._targets.get(next(shape.iter(f"{A}blip")).get(f"{R}embed", ""), ""))
            elif shape.tag == f"{P}grpSp":
                self._walk(shape)

    def _text(self, shape: Any, name: str) -> None:
        place = next(shape.iter(f"{P}ph"), None)
        role = "" if place is None else place.get("type", "")
        paragraphs = [words for p in shape.iter(f"{A}p") if (words := _pieces(p))]
        if name in _RUNNING or role in ("sldNum", "ftr", "dt"):
            self.beside += [Place("running", words, where=f"第{self.number}张幻灯片页脚") for words in paragraphs]
        elif role in ("title", "ctrTitle"):
            whole = tuple(piece for words in paragraphs for piece in words)
            self.flow += [Place("title" if self.number == 1 else "heading", whole)] if whole else []
        else:
            self.flow += [Place(_KINDS.get(name, "text"), words) for words in paragraphs]

    def _table(self, frame: Any) -> None:
        for row, line in enumerate(frame.iter(f"{A}tr")):
            for column, cell in enumerate(line.iter(f"{A}tc"), 1):
                words = tuple(piece for p in cell.iter(f"{A}p") for piece in _pieces(p))
                self.flow.append(Place("cell" if row else "head", words, (row, column)))

    def _notes(self, root: Any) -> None:
        for shape in root.iter(f"{P}sp"):
            place = next(shape.iter(f"{P}ph"), None)
            if place is not None and place.get("type") == "body":
                self.flow += [Place("said", words) for p in shape.iter(f"{A}p") if (words := _pieces(p))]


def read_pptx(data: bytes) -> Finished:
    """Return what a PPTX holds.

    Raises
    ------
    ExportError
        For a file that is no PPTX.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            records, _, about = saved_record(file)
            relations = _relations(file, "ppt/presentation.xml")
            order = etree.fromstring(file.read("ppt/presentation.xml")).iter(f"{P}sldId")
            slides = [_Slide(file, relations[item.get(f"{R}id")][1], number) for number, item in enumerate(order, 1)]
            pictures = [hashlib.sha256(file.read(name)).hexdigest() if name in file.namelist() else "" for slide in slides for name in slide.pictures]
            alts = [alt for slide in slides for alt in slide.alts]
            beside = [Place("alt", (Piece(alt),), (n,), where=f"第{n}幅图的替代文字") for n, alt in enumerate(alts, 1)]
            beside += [place for slide in slides for place in slide.beside] + saved_properties(file)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise ExportError("这个文件不是完好的演示文稿（.pptx）。请用 PowerPoint 或 WPS 打开后另存为 .pptx 再核对。") from error
    order = about.get("order")
    made_with = None if order is None else [list(records)[n] for n in order]
    return Finished("pptx", named([place for slide in slides for place in slide.flow]), beside, records, about, made_with, pictures)
