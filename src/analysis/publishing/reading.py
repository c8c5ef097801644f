"""From an executed notebook to its blocks: displayed bundles first, Markdown cells as headings and paragraphs."""

from __future__ import annotations

import json
import re
from typing import Any

from analysis.errors import ExportError
from analysis.publishing.schema import MIME, VERSION, check_block

HIDDEN_TAGS = {"remove-cell", "remove_cell", "parameters", "injected-parameters"}
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def _inline(text: str) -> list[dict]:
    text = _LINK.sub(r"\1", text).replace("`", "")
    parts = re.split(r"\*\*(.+?)\*\*", text)
    return [{"text": part} | ({"bold": True} if number % 2 else {}) for number, part in enumerate(parts) if part]


def markdown_blocks(source: str) -> list[dict]:
    """Return ``#`` as the title, ``##`` … as headings 1 …, list items and paragraphs as paragraphs; anything else stays literal text.

    Examples
    --------
    >>> [block["type"] for block in markdown_blocks("## 一、情况\\n全市**总体**平稳。")]
    ['heading', 'paragraph']
    """
    blocks: list[dict] = []
    waiting: list[str] = []

    def close() -> None:
        if waiting:
            blocks.append({"type": "paragraph", "style": "body", "runs": _inline("".join(waiting))})
            waiting.clear()

    for line in _COMMENT.sub("", source).splitlines():
        head = _HEADING.match(line.strip())
        if head or not line.strip() or _ITEM.match(line):
            close()
        if head:
            depth = len(head[1])
            blocks.append({"type": "title" if depth == 1 else "heading", "runs": _inline(head[2])} | ({"level": min(depth - 1, 4)} if depth > 1 else {}))
        elif line.strip():
            waiting.append(_ITEM.sub("", line, count=1).strip())
    close()
    return [block for block in blocks if block["runs"]]


def _bundle(output: Any, where: str) -> list[dict]:
    data = output.get("data", {}).get(MIME)
    if data is None:
        return []
    data = json.loads(data) if isinstance(data, str) else data
    if data.get("version") != VERSION:
        raise ExportError(f"{where}：内容块版本为 {data.get('version')}，本程序只认识版本 {VERSION}。请用当前版本重新运行笔记本。")
    return [check_block(block, f"{where}第 {number} 块") for number, block in enumerate(data.get("blocks", []), 1)]


def read_blocks(notebook: Any) -> list[dict]:
    """Return all blocks of an executed notebook in order.

    Cells tagged ``remove-cell`` or ``parameters`` are passed over, as are outputs of cells tagged ``remove-output``. A document has one title:
    where a code cell shows one, the ``#`` line of a Markdown cell stays in the notebook only.

    Raises
    ------
    ExportError
        For a block of unknown type or shape, another version, or a notebook that shows nothing.
    """
    shown: list[tuple[str, dict]] = []
    for number, cell in enumerate(notebook["cells"], 1):
        tags = set(cell.get("metadata", {}).get("tags", []))
        if tags & HIDDEN_TAGS:
            continue
        if cell["cell_type"] == "markdown":
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            shown += [("markdown", block) for block in markdown_blocks(source)]
        elif cell["cell_type"] == "code" and "remove-output" not in tags:
            for output in cell.get("outputs", []):
                shown += [("code", block) for block in _bundle(output, f"第 {number} 个单元格")]
    if not shown:
        raise ExportError("笔记本里没有可以导出的内容。请先运行笔记本，并用 publishing.blocks.show(...) 展示内容块。")
    has_title = any(origin == "code" and block["type"] == "title" for origin, block in shown)
    return [block for origin, block in shown if not (has_title and origin == "markdown" and block["type"] == "title")]
