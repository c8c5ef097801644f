"""The quarter's door: ``index.html``, one click from every document, map and table of the quarter."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analysis.errors import ExportError
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.publishing.characters import visible
from analysis.publishing.document import Document, prepare
from analysis.publishing.html import render
from analysis.publishing.notices import incomplete_sentence
from analysis.publishing.number_check import check_file, refuse
from analysis.publishing.number_check.export import saved_about

_ABSOLUTE = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|/|\\)")
_FORMAT_NAMES = {"html": "网页", "pdf": "PDF", "docx": "Word", "ipynb": "笔记本", "xlsx": "走访清单"}


def _link(target: str) -> str:
    """Return a relative path ready for ``href``."""
    if _ABSOLUTE.match(target) or ".." in Path(target).parts:
        raise ExportError(f"目录页的链接“{target}”不是季度文件夹内的相对路径。请改为相对路径，例如 city/speech.html。")
    return quote(target)


def _visible(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if key in ("svg", "png") else _visible(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(item) for item in value]
    return visible(value) if isinstance(value, str) else value


def _groups(documents: list[dict]) -> list[dict]:
    groups = []
    for group in documents:
        rows = []
        for row in group["documents"]:
            links = [{"name": _FORMAT_NAMES.get(kind, kind), "kind": kind, "href": _link(path)} for kind, path in row.get("formats", {}).items()]
            rows.append({"title": row["title"], "links": links, "status": row.get("status", "ok"), "reason": row.get("reason", "")})
        groups.append({"scope": group.get("scope", ""), "scope_name": group["scope_name"], "documents": rows})
    return groups


def _document(model: dict) -> Document:
    pieces = [block for block in (model.get("map"), model.get("ranking")) if block]
    meta = blocks.meta(
        "index", f"{model['city_name']}工会覆盖工作台", model["quarter"], city_name=model["city_name"], demo=bool(model.get("demo")),
        label=model.get("label", blocks.LABEL), incomplete=model.get("incomplete", []), as_of=model.get("as_of", "") or "",
    )  # fmt: skip
    return prepare([meta, *pieces, {"type": "facts", "facts": list(model.get("facts", []))}])


def render_index(model: dict) -> str:
    """Return the page as text; see ``write_index`` for the model."""
    model = _visible(model)
    document = _document(model)
    by_type = {block["type"]: block for block in document.body}
    return render(
        "index.html.j2", document.facts, prefix="i", meta=document.meta, demo=document.meta["demo"], incomplete_text=incomplete_sentence(document),
        page_title=f"{document.meta['title']}｜{Quarter(document.meta['quarter']).label}", quarter_label=Quarter(document.meta["quarter"]).label,
        headline=model.get("headline", []), map=by_type.get("figure"), ranking=by_type.get("table"), groups=_groups(model.get("documents", [])),
        tables=[row | {"href": _link(row["href"])} for row in model.get("tables", [])], intake=model.get("intake", []),
        about=saved_about(document), map_note=model.get("map_note", ""), records=document.fact_records(),
    )  # fmt: skip


def write_index(path: str | Path, model: dict, is_checked: bool = False) -> Path:
    """Write the quarter's index page and return its path. The file appears whole or not at all; with ``is_checked`` only where its figures are right.

    Parameters
    ----------
    path : where to write ``index.html``
    model : dict, all links relative to the page's folder
        Needed: ``city_name`` (str), ``quarter`` ("2021Q3").
        Optional: ``as_of`` ("2021-09-30"), ``demo`` (bool), ``label`` (str), ``incomplete`` (list of str),
        ``headline``: [{"label": str, "runs": [run], "change": [run]}], the key facts with their change,
        ``map``: a figure block, ``ranking``: a table block,
        ``documents``: [{"scope": "city", "scope_name": "全市", "documents": [{"title", "formats": {"html": path, "pdf": …, "docx": …},
        "status": "ok" | "failed" | …, "reason": str}]}],
        ``tables``: [{"title", "href", "note"}] (indicators.csv, intake/*.csv, 退回单),
        ``intake``: [{"label": "读入行数", "value": "1234"}], ``facts``: fact records (``Fact.as_record()``) of the facts shown.

    Raises
    ------
    ExportError
        For a link that is not relative, or a block that is none.
    """
    path = Path(path)
    waiting = path.with_name(f".{path.name}.{os.getpid()}.part")
    waiting.write_text(render_index(model), encoding="utf-8")
    try:
        if is_checked:
            refuse(check_file(waiting.read_bytes(), "html")[1], path.name)
        os.replace(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)
    return path
