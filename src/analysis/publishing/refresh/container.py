"""The DOCX as a zip file: which parts hold text, which hold the record, and how it is put together again with the rest untouched."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from analysis.errors import ExportError
from analysis.publishing.docx_parts import fact_tag
from analysis.publishing.number_check.read_docx import FACTS_NAMESPACE, mark_styles

BODY = "word/document.xml"
_TEXT_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass
class WordFile:
    """The members of a DOCX in their order, and the record found among them (``name`` "" where an editor dropped it)."""

    members: list[tuple[zipfile.ZipInfo, bytes]]

    @cached_property
    def parts(self) -> dict[str, bytes]:
        return {info.filename: data for info, data in self.members}

    @property
    def text_parts(self) -> list[str]:
        """The parts that hold words: the body first, then the running lines and notes."""
        return sorted((n for n in self.parts if _TEXT_PARTS.fullmatch(n)), key=lambda n: (n != BODY, n))

    @cached_property
    def marks(self) -> dict[str, str]:
        """Style id → kind of marked figure."""
        return mark_styles(self.parts.get("word/styles.xml", b""))

    @cached_property
    def record_name(self) -> str:
        for name, data in self.parts.items():
            if name.startswith("customXml/") and name.endswith(".xml") and FACTS_NAMESPACE.encode() in data:
                return name
        return ""

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the record in order: ``id, tag, kept, shown, record``."""
        if not self.record_name:
            return []
        root = etree.fromstring(self.parts[self.record_name], etree.XMLParser(resolve_entities=False))
        return [{"id": r.get("id"), "tag": r.get("tag"), "kept": r.get("kept") or "", "shown": r.get("shown") == "true",
                 "record": json.loads(r.get("record") or "{}")} for r in root.findall(f"{{{FACTS_NAMESPACE}}}fact")]  # fmt: skip

    @cached_property
    def about(self) -> dict[str, Any]:
        if not self.record_name:
            return {}
        return json.loads(etree.fromstring(self.parts[self.record_name], etree.XMLParser(resolve_entities=False)).get("about") or "{}")

    def image_of(self, relation: str) -> str:
        """Return the part of a picture that the body shows; "" where there is none (a linked picture)."""
        root = etree.fromstring(self.parts.get("word/_rels/document.xml.rels", b"<x/>"), etree.XMLParser(resolve_entities=False))
        target = next((r.get("Target", "") for r in root if r.get("Id") == relation), "")
        name = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("word") / target)
        return name if target and name in self.parts else ""

    def rewritten(self, changed: dict[str, bytes]) -> bytes:
        """Return the file with some parts exchanged; every other member keeps its bytes, date and place."""
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            for info, data in self.members:
                copy = zipfile.ZipInfo(info.filename, info.date_time)
                copy.compress_type, copy.external_attr, copy.create_system = info.compress_type, info.external_attr, info.create_system
                target.writestr(copy, changed.get(info.filename, data))
        return made.getvalue()


def record_part(about: dict[str, Any], rows: list[dict[str, Any]]) -> bytes:
    """Return the record as it is saved with a document (``publishing.docx`` writes the same)."""
    made = []
    for row in rows:
        kept = f" kept={quoteattr(row['kept'])}" if row.get("kept") else ""
        record = json.dumps(row["record"], ensure_ascii=False, sort_keys=True)
        made.append(f"<fact id={quoteattr(row['id'])} tag={quoteattr(fact_tag(row['id']))} text={quoteattr(str(row['record'].get('text', '')))}"
                    f" shown={quoteattr(str(row['shown']).lower())}{kept} record={quoteattr(record)}/>")  # fmt: skip
    text = quoteattr(json.dumps(about, ensure_ascii=False, sort_keys=True))
    document = quoteattr(str(about.get("document", "")))
    return f'<?xml version="1.0" encoding="UTF-8"?><facts xmlns="{FACTS_NAMESPACE}" document={document} about={text}>{"".join(made)}</facts>'.encode()


def open_word(data: bytes, name: str) -> WordFile:
    """Open a DOCX.

    Raises
    ------
    ExportError
        For an old .doc, a locked file, or no Word document at all; says what to do.
    """
    if data.startswith(_OLE):
        raise ExportError(f"{name} 是旧格式（.doc）的文档，或者加了打开密码，改不了里面的数字。请用 Word 或 WPS 打开，另存为不加密的 .docx 后重试。")
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            members = [(info, file.read(info)) for info in file.infolist()]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ExportError(f"{name} 不是完好的 Word 文档（.docx）。请用 Word 或 WPS 打开后另存为 .docx 再试。") from error
    made = WordFile(members)
    if BODY not in made.parts:
        raise ExportError(f"{name} 不是 Word 文档（.docx），里面没有正文。请换成工作台生成的讲话稿、通报等文稿。")
    return made
