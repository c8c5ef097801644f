"""A document as PDF/A-3a and PDF/UA-1 by Typst, in the layout of GB/T 9704: 22 lines of 28 characters.

The text goes to ``templates/document.typ`` as a JSON file. The facts travel as an attachment ``facts.json`` (which is why the standard
is A-3a: A-2a allows no such attachment); ``attached_facts`` reads them back.
"""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.errors import ExportError
from analysis.publishing.characters import Coverage
from analysis.publishing.document import DEMO_NOTICE, Document
from analysis.publishing.layout import title_lines, words
from analysis.publishing.notices import printed_blocks
from analysis.publishing.number_check.export import flow_for, saved_about, saved_flow
from analysis.publishing.page_flow import TALLEST_MM, WIDEST_MM, has_tall_rows, is_parted, rows_together
from analysis.publishing.pdf_tags import with_row_headers
from analysis.publishing.pictures import decode_png, png_ratio
from analysis.publishing.svg import clean_svg
from analysis.publishing.typefaces import Faces, load_faces

STANDARDS = ["a-3a", "ua-1"]


def _printable(value: Any, coverage: Coverage) -> Any:
    if isinstance(value, str):
        return coverage.printable(value)
    if isinstance(value, list):
        return [_printable(item, coverage) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "alt" else _printable(item, coverage) for key, item in value.items()}  # a description is read out, not printed
    return value


def _caption(block: dict) -> list[dict]:
    number = [{"text": f"{block['kind']}{block['number']}　"}] if "number" in block else []
    return number + block.get("caption", [])


def _figure(block: dict, number: int, folder: Path, coverage: Coverage) -> dict:
    where = f"第 {number} 幅图"
    if block.get("svg"):
        svg, ratio = clean_svg(block["svg"], f"f{number}", where=where, redraw=coverage.printable)
        name = f"figure-{number}.svg"
        (folder / name).write_text(svg, encoding="utf-8")
    else:
        data = decode_png(block["png"], where)
        ratio, name = png_ratio(data), f"figure-{number}.png"
        (folder / name).write_bytes(data)
    width = min(float(block.get("width_mm") or 150), WIDEST_MM, TALLEST_MM / ratio)
    return {"type": "figure", "file": name, "width": round(width, 2), "alt": block["alt"], "caption": _caption(block), "note": block.get("note", [])}


def _table(block: dict) -> dict:
    plan = block["plan"]
    return {"type": "table", "columns": [{"runs": c["runs"], "align": c.get("align", "left")} for c in block["columns"]], "rows": block["rows"],
            "caption": _caption(block), "note": block.get("note", []), "size": plan.size_pt, "widths": plan.widths_mm, "turned": plan.is_turned,
            "breakable": is_parted(block), "together": rows_together(block), "cut": has_tall_rows(block), "small": bool(block.get("small"))}  # fmt: skip


def _title(block: dict) -> dict:
    if not any(run.get("fact") for run in block["runs"]):
        return {"type": "title", "lines": [[{"text": line}] for line in title_lines(words(block["runs"]))]}
    return {"type": "title", "lines": [block["runs"]]}


def _body(document: Document, folder: Path, coverage: Coverage) -> list[dict]:
    body, figures = [], 0
    for block in printed_blocks(document):
        if block["type"] == "figure":
            figures += 1
            block = _figure(block, figures, folder, coverage)
        elif block["type"] == "table":
            block = _table(block)
        elif block["type"] == "title":
            block = _title(block)
        elif block["type"] == "paragraph":
            block = block | {"style": block.get("style", "body"), "keep": bool(block.get("keep"))}
        body.append(_printable(block, coverage))
    return body


def _data(document: Document, faces: Faces, body: list[dict], coverage: Coverage) -> dict:
    meta, stamp = document.meta, document.stamp
    return {
        "title": coverage.printable(meta["title"]), "author": meta["city_name"], "subject": document.subject, "body": body,
        "keywords": [word for word in (meta["quarter"], meta["scope_name"]) if word], "date": [stamp.year, stamp.month, stamp.day],
        "label": coverage.printable(meta["label"]), "demo": DEMO_NOTICE if meta["demo"] else "", "faces": faces.families,
        "stand_ins": [role for role in faces.families if faces.is_stand_in(role)], "facts": len(document.fact_records()) or None,
        "size": meta.get("reading_pt") or 16, "pitch": round(meta["reading_pt"] * 1.8, 2) if meta.get("reading_pt") else 28.99, "whole": bool(meta.get("reading_pt")),
    }  # fmt: skip


def _compile(folder: Path, faces: Faces, stamp: datetime) -> bytes:
    import typst

    try:
        compiler = typst.Compiler(str(folder / "main.typ"), root=str(folder), font_paths=faces.loaded, ignore_system_fonts=True)
        made, _warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=STANDARDS, timestamp=stamp)
    except typst.TypstError as error:
        raise ExportError(f"PDF 排版没有成功：{error.message}。请把这份笔记本和这句话一起交给维护人员。") from error
    return made


def render_pdf(document: Document, font_folder: str | Path | None = None) -> tuple[bytes, dict]:
    """Return the PDF and its record.

    The record holds ``fonts`` (role, family, wanted, source, licence), ``missing`` (characters printed as 〔U+XXXX〕, with counts) and
    ``standards``. The user's fonts of ``font_folder`` come before the packaged ones; system fonts are never used.

    Raises
    ------
    ExportError
        For a figure that cannot be read.
    """
    faces = load_faces(font_folder)
    coverage = Coverage(list(faces.files))
    template = (files("analysis.publishing") / "templates" / "document.typ").read_bytes()
    with TemporaryDirectory(prefix="workbench-pdf-") as name:
        folder = Path(name)
        body = _body(document, folder, coverage)
        data = _data(document, faces, body, coverage)
        facts = {"document": document.meta["document"], "quarter": document.meta["quarter"], "shown": list(document.shown), "facts": document.fact_records(),
                 "about": saved_about(document), "flow": saved_flow(flow_for(document, "pdf", faces))}  # fmt: skip
        (folder / "main.typ").write_bytes(template)
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (folder / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        made = _compile(folder, faces, document.stamp)
    return with_row_headers(made), {"format": "pdf", "fonts": list(faces.record), "missing": coverage.record(), "standards": STANDARDS}
