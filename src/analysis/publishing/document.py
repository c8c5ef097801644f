"""What all three writers share: one document made of the blocks, cleaned, numbered and with its facts gathered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from analysis.errors import ExportError
from analysis.periods import Quarter
from analysis.publishing.characters import visible
from analysis.publishing.layout import plan_table, signature_indents, words
from analysis.publishing.number_check.allowed import Allowed
from analysis.publishing.schema import check_block

DEMO_NOTICE = "演示数据"
DEMO_EXPLANATION = "演示数据：城市、单位和数字均为虚构，不作决策依据。"
_NUMBERED = re.compile(r"\s*[图表]\s*\d")
_KINDS = {"table": "表", "figure": "图"}


@dataclass(frozen=True)
class Document:
    """``meta`` with every field filled, ``body`` blocks in order, ``facts`` records by id, ``shown`` fact ids in order of first use."""

    meta: dict
    body: list[dict]
    facts: dict[str, dict]
    shown: tuple[str, ...]
    worked_out: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # from the others, once

    @property
    def stamp(self) -> datetime:
        """The date that stands in the files: the as-of day, so that the same inputs give the same bytes."""
        day = date.fromisoformat(self.meta["as_of"]) if self.meta["as_of"] else date(2000, 1, 1)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    @property
    def subject(self) -> str:
        """One line on scope and time."""
        parts = [self.meta["city_name"], self.meta["scope_name"], _quarter_label(self.meta["quarter"])]
        return " ".join(dict.fromkeys(part for part in parts if part))

    def fact_records(self) -> list[dict]:
        """Every fact that is shown or was registered, shown ones first."""
        shown = set(self.shown)
        order = [*self.shown, *(key for key in self.facts if key not in shown)]
        return [self.facts.get(key, {"id": key}) for key in order]

    def with_sign(self, fact: str) -> str:
        """Return the fact that one shown without its sign (``…_abs``, as in 下降1.6个百分点) is the size of, any other as it is."""
        whole = fact.removesuffix("_abs")
        return whole if whole in self.facts else fact

    def shown_records(self) -> list[dict]:
        """The facts that are shown, and those they are the sizes of: what a page carries; those only registered stay in the notebook's own record."""
        signed = (self.with_sign(key) for key in self.shown)
        return [self.facts.get(key, {"id": key}) for key in dict.fromkeys([*self.shown, *signed])]


def _quarter_label(quarter: str) -> str:
    return Quarter(quarter).label if quarter else ""


def _clean(value):
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {key: item if key in ("svg", "png") else _clean(item) for key, item in value.items()}
    return value


def _number(blocks: list[dict]) -> list[dict]:
    counts = dict.fromkeys(_KINDS, 0)
    numbered = []
    for block in blocks:
        kind = _KINDS.get(block["type"])
        caption = block.get("caption") or []
        if kind and caption and not _NUMBERED.match(words(caption)):
            counts[block["type"]] += 1
            block = block | {"number": counts[block["type"]], "kind": kind}
        numbered.append(block)
    return numbered


def _step_headings(blocks: list[dict]) -> list[dict]:
    """Give each heading the depth it has for a screen reader: a level that skips one is drawn as asked and counted without the gap."""
    depth, stepped = 0, []
    for block in blocks:
        if block["type"] == "heading":
            depth = min(block["level"], depth + 1)
            block = block | {"depth": depth}
        stepped.append(block)
    return stepped


def _sign(blocks: list[dict]) -> list[dict]:
    """Give every line of a signature its distance from the right edge, and whether it is the first or last."""
    made: list[dict] = []
    for is_signed, group in groupby(blocks, key=lambda block: block["type"] == "signature"):
        part = list(group)
        ends = signature_indents([words(block["runs"]) for block in part]) if is_signed else []
        made += (
            [block | {"right": right, "first": n == 0, "last": n == len(part) - 1} for n, (block, right) in enumerate(zip(part, ends, strict=True))]
            if is_signed
            else part
        )
    return made


def all_runs(block: dict) -> list[dict]:
    """Return every run of a block, table cells and captions included."""
    runs = [*block.get("runs", []), *block.get("caption", [])]
    for column in block.get("columns", []):
        runs += column["runs"]
    for row in block.get("rows", []):
        for cell in row:
            runs += cell["runs"]
    return runs + block.get("note", [])


def _mark_known(runs: list[dict], allowed: Allowed, is_heading: bool = False) -> list[dict]:
    """Mark what is no figure of ours in plain text: names with digits, the document's own dates, references to its tables."""
    made = []
    for run in runs:
        if run.get("fact") or run.get("mark"):
            made.append(run)
        else:
            made += [run | {"text": p.text} | ({"mark": p.mark} if p.mark else {}) for p in allowed.split(run["text"], is_heading)] or [run]
    return made


def _marked(block: dict, allowed: Allowed) -> dict:
    made = {key: _mark_known(block[key], allowed, block["type"] == "heading") for key in ("runs", "caption", "note") if block.get(key)}
    if block["type"] == "table":
        made["columns"] = [column | {"runs": _mark_known(column["runs"], allowed)} for column in block["columns"]]
        made["rows"] = [[cell | {"runs": _mark_known(cell["runs"], allowed)} for cell in row] for row in block["rows"]]
    return block | made


def _shown(blocks: list[dict]) -> tuple[str, ...]:
    ids: list[str] = []
    for block in blocks:
        ids += [run["fact"] for run in all_runs(block) if run.get("fact")]
        ids += block.get("facts", [])
    return tuple(dict.fromkeys(ids))


def prepare(blocks: list[dict], title: str = "") -> Document:
    """Return the document that the blocks describe.

    Parameters
    ----------
    blocks : list of blocks (docs/architecture.md)
        Several ``meta`` blocks are laid over each other, the later one on top. Captions without a number get one (表1, 图1 …).
    title : str
        The title of a document whose blocks name none.
    """
    blocks = [check_block(_clean(block), f"第 {number} 块") for number, block in enumerate(blocks, 1)]
    meta = {"document": "", "title": "", "quarter": "", "scope": "", "scope_name": "", "as_of": "", "label": "内部资料 注意保存", "demo": False,
            "map_use": "internal", "city_name": "", "incomplete": [], "sources": []}  # fmt: skip
    facts: dict[str, dict] = {}
    for block in blocks:
        if block["type"] == "meta":
            meta |= {key: value for key, value in block.items() if key != "type"}
        elif block["type"] == "facts":
            facts |= {record["id"]: record for record in block["facts"]}
    body = [block for block in blocks if block["type"] not in ("meta", "facts")]
    heading = next((words(block["runs"]) for block in body if block["type"] == "title"), "")
    meta["title"] = meta["title"] or heading or title or "未命名文稿"
    meta["as_of"] = meta["as_of"] or (Quarter(meta["quarter"]).as_of.isoformat() if meta["quarter"] else "")
    if meta["as_of"] and not re.fullmatch(r"\d{4}-\d\d-\d\d", meta["as_of"]):
        raise ExportError(f"meta 块的截止日期 as_of 为“{meta['as_of']}”，应写作 2021-09-30 的样子。请改正笔记本的 meta 块。")
    allowed = Allowed(facts, meta)
    body = [_marked(block, allowed) for block in body]
    body = [block | {"plan": plan_table(block)} if block["type"] == "table" else block for block in _sign(_step_headings(_number(body)))]
    return Document(meta, body, facts, _shown(body))
