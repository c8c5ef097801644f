"""The small functions that notebooks call: they make blocks, and ``show`` hands them to the notebook.

Wherever text is wanted, several parts may be given: plain strings, facts, runs (``run(...)``, ``mark(...)``) or lists of these.

>>> paragraph("覆盖率为", run("45.9%", fact="2021Q3/990100/all/unit_coverage_rate"), "。")["runs"][1]["fact"]
'2021Q3/990100/all/unit_coverage_rate'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.errors import ExportError
from analysis.facts import Fact
from analysis.publishing.reading import read_blocks
from analysis.publishing.schema import MIME, TEXT_TYPES, VERSION, check_block

__all__ = [
    "as_runs", "byline", "dateline", "facts", "figure", "heading", "mark", "meta", "page_break", "paragraph", "read_blocks", "run",
    "salutation", "show", "signature", "subtitle", "table", "title",
]  # fmt: skip

LABEL = "内部资料 注意保存"
Text = str | Fact | dict | Iterable[Any]


def run(text: str, fact: str | None = None, mark: str | None = None, bold: bool = False) -> dict:
    """One stretch of text; ``fact`` is the id of a registered figure, ``mark`` the kind of a figure that is no fact."""
    made: dict[str, Any] = {"text": text}
    made.update({key: value for key, value in (("fact", fact), ("mark", mark), ("bold", bold)) if value})
    return made


def mark(text: str, kind: str) -> dict:
    """A figure that is no fact: the kind is one of ``tables/marks.csv``: date, ordinal, threshold, law, name, rows or scale."""
    return run(text, mark=kind)


def as_runs(*parts: Text) -> list[dict]:
    """Flatten strings, facts, runs and lists of these into runs."""
    runs: list[dict] = []
    for part in parts:
        if isinstance(part, str):
            runs += [run(part)] if part else []
        elif isinstance(part, Fact):
            runs.append(run(part.text, fact=part.id))
        elif isinstance(part, dict):
            runs += part.get("runs", [part])
        elif isinstance(part, Iterable):
            runs += as_runs(*part)
        else:
            raise ExportError(f"文字里出现了 {type(part).__name__} {part!r}。数字须先登记为 Fact，或用 mark() 注明它不是事实数据。")
    return runs


def meta(document: str, title: str, quarter: str, **fields: Any) -> dict:
    """What the document is: ``scope scope_name as_of label demo map_use city_name incomplete absent`` (names of the districts that lack something, by code) as in docs/architecture.md."""
    as_of = fields.pop("as_of", "")
    made = {"type": "meta", "document": document, "title": title, "quarter": str(quarter), "scope": "city", "scope_name": "", "as_of": str(as_of),
            "label": LABEL, "demo": False, "map_use": "internal", "city_name": "", "incomplete": [], "absent": {}, "sources": []}  # fmt: skip
    unknown = set(fields) - set(made)
    if unknown:
        raise ExportError(f"meta 块里有不认识的字段 {'、'.join(sorted(unknown))}。可用的字段见 docs/architecture.md 的 Block model。")
    return made | fields | {"incomplete": list(fields.get("incomplete", [])), "sources": list(fields.get("sources", []))}


def _text_block(kind: str):
    def make(*parts: Text) -> dict:
        return check_block({"type": kind, "runs": as_runs(*parts)})

    make.__name__, make.__doc__ = kind, f"The {kind} of a document."
    return make


title, subtitle, dateline, byline, salutation, signature = (_text_block(kind) for kind in TEXT_TYPES)


def heading(level: int, *parts: Text) -> dict:
    """A heading; its number (一、 （一） 1. （1）) is part of the text."""
    return check_block({"type": "heading", "level": level, "runs": as_runs(*parts)})


def paragraph(*parts: Text, style: str = "body") -> dict:
    """A paragraph; style is body, note, source or notice."""
    return check_block({"type": "paragraph", "runs": as_runs(*parts), "style": style})


def table(columns: Sequence[Any], rows: Sequence[Sequence[Text]], caption: Text = "", note: Text = "") -> dict:
    """A table. A column is its header text, or ``(text, align)``, or ``(text, align, width)``; a cell is any text. 「表N」 is added on export."""

    def column(item: Any) -> dict:
        parts = item if isinstance(item, tuple) else (item,)
        made = {"runs": as_runs(parts[0]), "align": parts[1] if len(parts) > 1 else "left"}
        return made | ({"width": parts[2]} if len(parts) > 2 else {})

    cells = [[{"runs": as_runs(cell)} for cell in row] for row in rows]
    return check_block({"type": "table", "caption": as_runs(caption), "columns": [column(c) for c in columns], "rows": cells, "note": as_runs(note)})


def figure(alt: str, svg: str = "", png: str = "", caption: Text = "", note: Text = "", width_mm: float = 150, facts: Iterable[Any] = ()) -> dict:
    """A figure: SVG text, PNG in base64, or both; ``facts`` are the facts (or ids) it shows. 「图N」 is added on export."""
    ids = [item.id if isinstance(item, Fact) else str(item) for item in facts]
    return check_block({"type": "figure", "svg": svg, "png": png, "alt": alt, "caption": as_runs(caption), "note": as_runs(note),
                        "width_mm": width_mm, "facts": ids})  # fmt: skip


def facts(used: Iterable[Fact | dict]) -> dict:
    """The facts that the document used (``register.used.values()``), saved with it and drawn nowhere."""
    return {"type": "facts", "facts": [item.as_record() if isinstance(item, Fact) else item for item in used]}


def page_break() -> dict:
    return {"type": "page_break"}


def show(*blocks: dict | Iterable[dict]) -> None:
    """Display blocks in the notebook: the bundle that the exporters read, and a preview for the reader."""
    from IPython.display import display

    from analysis.publishing.html import preview

    flat = [b for item in blocks for b in ([item] if isinstance(item, dict) else item)]
    checked = [check_block(block, f"第 {number} 块") for number, block in enumerate(flat, 1)]
    words = "\n".join("".join(r["text"] for r in b.get("runs", [])) for b in checked if b.get("runs"))
    display({MIME: {"version": VERSION, "blocks": checked}, "text/html": preview(checked), "text/plain": words}, raw=True)
