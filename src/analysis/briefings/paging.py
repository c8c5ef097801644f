"""How many lines a document takes on paper, near enough to keep a brief within its two pages (22 lines of 28 characters a page)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from analysis.publishing.layout import em, plan_table, title_lines, words

LINES, CHARACTERS, SMALL_CHARACTERS = 22, 28, 37
_SMALL = 0.67  # a line of small print, in lines of the text
_EM_MM = 0.3528


def lines_of(blocks: Sequence[dict[str, Any]]) -> float:
    """Return the estimated height of blocks in lines of the text; figures are not estimated.

    >>> lines_of([{"type": "heading", "level": 1, "runs": [{"text": "一、总体情况"}]}, {"type": "paragraph", "style": "body", "runs": [{"text": "字" * 27}]}])
    3.0
    """
    return sum(_height(block) for block in blocks)


def _height(block: dict[str, Any]) -> float:
    kind, text = block["type"], words(block.get("runs", []))
    if kind == "title":
        return 0.4 + 1.25 * len(title_lines(text))
    if kind == "meta":
        said = "；".join(block.get("incomplete", []))
        return 1.3 + _SMALL * ceil((em(said) + 6) / (SMALL_CHARACTERS - 1)) if said else 0.0
    if kind == "table":
        return _table(block)
    if kind == "paragraph" and block["style"] != "body":
        return 0.7 + _SMALL * ceil(em(text) / SMALL_CHARACTERS)
    if kind in ("heading", "paragraph"):
        return float(ceil((em(text) + 2) / CHARACTERS))
    return 1.0 if text else 0.0


def _table(block: dict[str, Any]) -> float:
    plan = plan_table(block)
    per_line = [max(1.0, (width - 2.6) / (plan.size_pt * _EM_MM)) for width in plan.widths_mm]
    texts = [[column["runs"] for column in block["columns"]], *([cell["runs"] for cell in row] for row in block["rows"])]
    rows = sum(0.27 + plan.size_pt * 1.1 / 28.99 * max(ceil(em(words(cell)) / room) for cell, room in zip(row, per_line, strict=True)) for row in texts)
    note = words(block.get("note", []))
    return 1.4 + rows + (0.6 + 0.5 * ceil(em(note) / 42) if note else 0.0)
