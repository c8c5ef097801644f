"""Reads a published folder as a stranger would: every file, every record, every figure that stands beside the name of a fact."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pandas as pd
from lxml import etree

from analysis.publishing.number_check import read_back
from analysis.publishing.number_check.export import own_departures
from analysis.publishing.number_check.tokens import figures

FORMS = (".html", ".docx", ".pdf")
_FACT = re.compile(r"^\d{4}Q\d/[^/]+/[^/]+/[^/]+$")


@dataclass
class Found:
    """``records``: fact id → the different records found for it; ``said``: fact id → texts with figures that stand for it; ``strange``: figures of no fact."""

    records: dict[str, list[dict]] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)
    strange: list[tuple[str, str]] = field(default_factory=list)
    rows: list[pd.DataFrame] = field(default_factory=list)

    def add_record(self, fact: str, record: dict) -> None:
        kept = {key: record.get(key) for key in ("numerator", "denominator", "value", "text", "status")}
        if kept not in self.records.setdefault(fact, []):
            self.records[fact].append(kept)

    def say(self, fact: str, text: str) -> None:
        if figures(text):
            self.said.setdefault(fact, set()).add(text)


def read_folder(folder: Path) -> Found:
    """Return all that the files of a quarter tell."""
    found = Found()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix in FORMS:
            _document(path, found)
        elif path.name == "indicators.csv":
            found.rows.append(pd.read_csv(path, encoding="utf-8-sig", dtype={"region_code": str}))
        elif path.name == "indicators.parquet":
            found.rows.append(pd.read_parquet(path))
        elif path.name == "manifest.json":
            _manifest(json.loads(path.read_text(encoding="utf-8")), found, path.name)
    return found


def _document(path: Path, found: Found) -> None:
    data, form = path.read_bytes(), path.suffix[1:]
    finished = read_back(data, form)
    for fact, record in finished.facts.items():
        found.add_record(fact, record)
    for place in (*finished.flow, *finished.beside):
        for piece in place.pieces:
            if piece.fact:
                found.say(piece.fact, piece.text)
    for finding in own_departures(finished) if path.name != "index.html" else []:
        found.strange.append((path.name, finding.sentence))
    for fact, text in _beside_names(data, form):
        found.say(fact, text)


def _beside_names(data: bytes, form: str) -> Iterator[tuple[str, str]]:
    """Yield (fact id, text) for every attribute and text of an element that bears a fact's id, wherever the file keeps it."""
    if form == "html":
        roots = [etree.fromstring(data, etree.HTMLParser(huge_tree=True))]
    elif form == "docx":
        book = zipfile.ZipFile(BytesIO(data))
        roots = [etree.fromstring(book.read(name)) for name in book.namelist() if name.endswith((".xml", ".rels", ".svg"))]
    else:
        return
    for root in roots:
        for element in root.iter(etree.Element):
            fact = next((v for k, v in element.attrib.items() if k.endswith(("data-fact", "}val")) and _FACT.match(v)), "")
            if fact:
                owner = element if form == "html" else element.getparent().getparent()
                own = [v for k, v in owner.attrib.items() if k in ("title", "alt", "aria-label", "value", "data-value") and v]
                for text in (*own, "".join(owner.itertext())):
                    yield fact, text


def _manifest(content: dict, found: Found, name: str) -> None:
    for job in content["jobs"]:
        for left in job["record"].get("unsaid", []):
            if "fact" in left:
                found.say(left["fact"], left.get("text", ""))
