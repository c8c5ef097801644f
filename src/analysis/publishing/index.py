"""The quarter's door: ``index.html``, one click from every document, map and table of the quarter."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from analysis.errors import ExportError
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.publishing.characters import visible
from analysis.publishing.document import Document, prepare
from analysis.publishing.html import render
from analysis.publishing.notices import incomplete_sentence
from analysis.publishing.number_check import check_file, refuse
from analysis.publishing.number_check.export import saved_about
from analysis.publishing.placing import put_in_place

_ABSOLUTE = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|/|\\)")
_FORMAT_NAMES = {"html": "网页", "pdf": "PDF", "docx": "Word", "pptx": "幻灯片", "ipynb": "笔记本", "xlsx": "走访清单"}


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
        rows: list[dict] = []
        for row in group["documents"]:
            links = [{"name": _FORMAT_NAMES.get(kind, kind), "kind": kind, "href": _link(path)} for kind, path in row.get("formats", {}).items()]
            rows.append({"title": row["title"], "links": links, "status": row.get("status", "ok"), "reason": row.get("reason", "")})
        groups.append({"scope": group.get("scope", ""), "scope_name": group["scope_name"], "documents": rows, "figures": group.get("figures", [])})
    return groups


def _document(model: dict) -> Document:
    pieces = [block for block in (model.get("map"), model.get("ranking"), *model.get("changes", [])) if block]
    meta = blocks.meta(
        "index", f"{model['city_name']}工会覆盖工作台", model["quarter"], city_name=model["city_name"], demo=bool(model.get("demo")),
        label=model.get("label", blocks.LABEL), incomplete=model.get("incomplete", []), as_of=model.get("as_of", "") or "",
    )  # fmt: skip
    return prepare([meta, *pieces, {"type": "facts", "facts": list(model.get("facts", []))}])


def render_index(model: dict) -> str:
    """Return the page as text; see ``write_index`` for the model."""
    model = _visible(model)
    document = _document(model)
    figures, tables = ([block for block in document.body if block["type"] == kind] for kind in ("figure", "table"))
    ranking = tables[0] if model.get("ranking") else None
    changes = [block for block in document.body if block["type"] == "paragraph" or (block["type"] == "table" and block is not ranking)]
    groups = _groups(model.get("documents", []))
    failed = [f"{group['scope_name']}{row['title']}没有做成" for group in groups for row in group["documents"] if row["status"] not in ("ok", "done")]
    missing = model.get("missing_columns", [])
    ways = [("全市一览", "whole", figures or tables), ("与上季度相比", "changes", changes), ("不完整之处", "gaps", document.meta["incomplete"] or failed or missing),
            ("文稿", "documents", groups), ("数据表", "tables", model.get("tables"))]  # fmt: skip
    return render(
        "index.html.j2", document.facts, prefix="i", meta=document.meta, demo=document.meta["demo"], incomplete_text=incomplete_sentence(document), own=_own(),
        page_title=f"{document.meta['title']}｜{Quarter(document.meta['quarter']).label}", quarter_label=Quarter(document.meta["quarter"]).label,
        headline=model.get("headline", []), map=figures[0] if figures else None, ranking=ranking, changes=changes, groups=groups, failed=failed,
        gaps=document.meta["incomplete"], missing=missing, ways=[(name, target) for name, target, there in ways if there],
        tables=[row | {"href": _link(row["href"])} for row in model.get("tables", [])], intake=model.get("intake", []),
        about=saved_about(document), records=document.fact_records(),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _own() -> dict[str, Any]:
    """Return the page's style and script, with the digest by which its policy lets this script run and no other."""
    script, css = ((files("analysis.publishing") / "templates" / f"index.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return {"script": Markup(script), "css": Markup(css), "digest": Markup(digest)}


def write_index(path: str | Path, model: dict, is_checked: bool = False) -> Path:
    """Write the quarter's index page and return its path. The file appears whole or not at all; with ``is_checked`` only where its figures are right.

    Parameters
    ----------
    path : where to write ``index.html``
    model : dict, all links relative to the page's folder
        Needed: ``city_name`` (str), ``quarter`` ("2021Q3").
        Optional: ``as_of`` ("2021-09-30"), ``demo`` (bool), ``label`` (str), ``incomplete`` (list of str),
        ``headline``: [{"label": str, "runs": [run], "changes": [[run], …]}], the key facts with their changes,
        ``map``: a figure block, ``ranking``: a table block, ``changes``: paragraphs and a table on the quarter before, ``missing_columns`` (list of str),
        ``documents``: [{"scope": "city", "scope_name": "全市", "figures": [run], "documents": [{"title", "formats": {"html": path, "pdf": …, "docx": …},
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
        put_in_place(waiting, path)
    finally:
        waiting.unlink(missing_ok=True)
    return path
