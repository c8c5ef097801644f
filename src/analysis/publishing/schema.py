"""What a block may be: one table of types and one check, so that a mistake is named before any writer meets it."""

from __future__ import annotations

from typing import Any

from analysis import tables
from analysis.errors import ExportError

VERSION = 1
MIME = "application/vnd.workbench.blocks+json"
TEXT_TYPES = ("title", "subtitle", "dateline", "byline", "salutation", "signature")
STYLES = ("body", "note", "source", "notice")
MARK_KINDS = tuple(tables.load("marks")["kind"])
ALIGNMENTS = ("left", "right", "center")
ID_PARTS = ("quarter", "region_code", "segment", "indicator")  # in this order a fact's id
NEEDED: dict[str, tuple[str, ...]] = {
    "meta": ("document", "title", "quarter"),
    **dict.fromkeys(TEXT_TYPES, ("runs",)),
    "heading": ("level", "runs"),
    "paragraph": ("runs",),
    "table": ("columns", "rows"),
    "figure": ("alt",),
    "facts": ("facts",),
    "page_break": (),
}


def whole_record(fact: str, saved: dict) -> dict:
    """Return a fact's record as it was before it was saved under its id without what the id says.

    >>> whole_record("2021Q3/990100/all/unit_coverage_rate", {"text": "45.9%"})["segment"]
    'all'
    """
    parts = fact.split("/")
    named = dict(zip(ID_PARTS, parts, strict=True)) if len(parts) == len(ID_PARTS) else {}
    return {"id": fact} | named | saved


def _refuse(what: str, where: str, advice: str) -> ExportError:
    return ExportError(f"{where}：{what}。{advice}")


def check_runs(runs: Any, where: str) -> None:
    """Raise ExportError unless ``runs`` is a list of ``{"text": str, "fact"?, "mark"?, "bold"?}``."""
    if not isinstance(runs, list):
        raise _refuse(f"文字应为片段列表，却是 {type(runs).__name__}", where, "请用 publishing.blocks 中的函数生成内容块")
    for run in runs:
        if not isinstance(run, dict) or not isinstance(run.get("text"), str):
            raise _refuse(f"片段 {str(run)[:60]!r} 没有文字 text", where, "请用 publishing.blocks 中的函数生成内容块")
        unknown = set(run) - {"text", "fact", "mark", "bold"}
        if unknown:
            raise _refuse(f"片段里有不认识的字段 {'、'.join(sorted(unknown))}", where, "可用的字段是 text、fact、mark、bold")
        if run.get("mark") and run["mark"] not in MARK_KINDS:
            raise _refuse(f"数字标注的种类“{run['mark']}”不认识", where, f"应为 {'、'.join(MARK_KINDS)} 之一")


def _check_table(block: dict, where: str) -> None:
    columns, rows = block["columns"], block["rows"]
    if not columns:
        raise _refuse("表格没有列", where, "请至少给出一列")
    for column in columns:
        check_runs(column.get("runs"), f"{where}的表头")
        if column.get("align", "left") not in ALIGNMENTS:
            raise _refuse(f"列的对齐方式“{column['align']}”不认识", where, "应为 left、right、center 之一")
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise _refuse(f"表格有 {len(columns)} 列，第 {number} 行却有 {len(row)} 格", where, "请补齐或删去多余的格")
        for cell in row:
            check_runs(cell.get("runs"), f"{where}第 {number} 行")
    check_runs(block.get("caption", []), f"{where}的表题")
    check_runs(block.get("note", []), f"{where}的表注")


def _check_figure(block: dict, where: str) -> None:
    if not (block.get("svg") or block.get("png")):
        raise _refuse("插图既没有 svg 也没有 png", where, "请至少给出一种")
    if not str(block["alt"]).strip():
        raise _refuse("插图没有替代文字 alt", where, "请用一句话说明图中内容，供读屏软件朗读")
    check_runs(block.get("caption", []), f"{where}的图题")
    check_runs(block.get("note", []), f"{where}的图注")


def check_block(block: Any, where: str = "内容块") -> dict:
    """Return the block, or raise ExportError saying what is wrong with it and where.

    Examples
    --------
    >>> check_block({"type": "page_break"})
    {'type': 'page_break'}
    """
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in NEEDED:
        raise _refuse(f"不认识的内容块类型“{kind}”", where, f"可用的类型是 {'、'.join(NEEDED)}")
    where = f"{where}（{kind}）"
    missing = [name for name in NEEDED[kind] if name not in block]
    if missing:
        raise _refuse(f"缺少字段 {'、'.join(missing)}", where, "请用 publishing.blocks 中的函数生成内容块")
    if "runs" in block:
        check_runs(block["runs"], where)
    if kind == "heading" and block["level"] not in (1, 2, 3, 4):
        raise _refuse(f"标题层次为 {block['level']!r}", where, "应为 1 至 4")
    if kind == "paragraph" and block.get("style", "body") not in STYLES:
        raise _refuse(f"段落样式“{block['style']}”不认识", where, f"应为 {'、'.join(STYLES)} 之一")
    if kind == "table":
        _check_table(block, where)
    if kind == "figure":
        _check_figure(block, where)
    return block
