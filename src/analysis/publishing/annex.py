"""Where a document's figures come from: the annex of the PDF and the DOCX, and the entries that figures of the page open to.

Both are made of the facts that the document shows and of ``meta["sources"]`` (rows read and kept by file and table), told once a document.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from analysis import tables
from analysis.publishing.document import Document
from analysis.publishing.origins import code_of, name_of, tables_of, title_of

HEADING = "附：数据来源与口径"
OWN_PAGE = ("district_brief",)
IN_FILE = {
    "union_building": "union_building_figures.csv",
    "campaign": "campaign_figures.csv",
}  # documents whose figures, with their parts, stand in a file beside them too
_CODES_MM, _SIGN_MM = 28, 1.75  # the column of codes, and a sign in it: a code breaks at its underscores only, and may hold a unified code


def day(text: str) -> str:
    """Return an ISO day in words.

    >>> day("2021-09-30")
    '2021年9月30日'
    """
    made = date.fromisoformat(text)
    return f"{made.year}年{made.month}月{made.day}日"


def shown_records(document: Document) -> list[dict]:
    """Return the records of the facts that the document shows, those without a record left out; a size is told as the signed fact, once."""
    return [document.facts[fact] for fact in dict.fromkeys(map(document.with_sign, document.shown)) if fact in document.facts]


def region_names(document: Document) -> dict[str, str]:
    """Return code → name of every region that the document knows: those of its facts, and those that its figures may leave out."""
    return dict(document.meta.get("absent") or {}) | {
        r["region_code"]: r["region_name"] for r in document.facts.values() if r.get("region_code") and r.get("region_name")
    }


def _plain(text: str, mark: str = "") -> dict:
    return {"text": text} | ({"mark": mark} if mark else {})


def _figure(record: dict, own_day: str, names: dict[str, str], label: str = "") -> list[dict]:
    """Return one figure of a group: region (or ``label`` in its place), figure, numerator and denominator, another day, who is left out or why it is blank."""
    runs = [_plain(f"{label or record.get('region_name', '')} ", "name"), {"text": record["text"], "fact": record["id"]}]
    if record.get("denominator") is not None and record.get("numerator") is not None and record.get("status", "ok") == "ok":
        runs += [_plain("（"), {"text": f"{record['numerator']}/{record['denominator']}", "fact": record["id"]}, _plain("）")]
    if record.get("as_of") and record["as_of"] != own_day:
        runs += [_plain("〔"), _plain(day(record["as_of"]), "date"), _plain("〕")]
    if record.get("left_out"):
        runs.append(_plain(f"〔未含{'、'.join(names.get(c, f'代码{c}的区县') for c in record['left_out'])}〕", "name"))
    if record.get("reason"):
        runs.append(_plain(f"〔{record['reason']}〕", "name"))
    return runs


def _each_once(records: list[dict], own_day: str, names: dict[str, str]) -> list[list[dict]]:
    """Return the figures of a row: those that read alike once, the best and worst place of a region as one range."""
    seen = {(r.get("region_code"), r["text"], r.get("as_of"), tuple(r.get("left_out") or ())): r for r in reversed(records)}
    made: list[list[dict]] = []
    for record in reversed(seen.values()):
        ends = range_of(record, records)
        if record["id"] == ends[0]["id"]:
            made.append(_figure(record, own_day, names) + [run for end in ends[1:] for run in (_plain("—"), {"text": end["text"], "fact": end["id"]})])
    return made


def range_of(record: dict, among: Iterable[dict]) -> list[dict]:
    """Return the records that are read as one range (``…_best`` to ``…_worst``), or the record alone."""
    start, is_end, _ = record["id"].rpartition("_worst") if record["id"].endswith("_worst") else record["id"].rpartition("_best")
    pair = {r["id"]: r for r in among if is_end and r["id"] in (f"{start}_best", f"{start}_worst")}
    ends = [pair[key] for key in sorted(pair)] or [record]
    return ends[: len({end["text"] for end in ends})]


Key = tuple[str, str, str, str]  # segment, name, denominator, code


def _own_kind(segment: str, below: str) -> str:
    """Return a denominator as said of each of several kinds: 快递应建会单位 → 该类应建会单位."""
    return f"该类{below.removeprefix(segment)}" if below.startswith(segment) else below


def _shared(groups: dict[Key, list[dict]], least: int = 3) -> dict[Key, list[Key]]:
    """Return group → the groups that share its row: one figure each, of the same name, region, code and kind of denominator."""
    alike: dict[tuple, list[Key]] = {}
    for key, records in groups.items():
        segment, name, below, code = key
        if segment and len(records) == 1:
            alike.setdefault((name, records[0].get("region_code"), _own_kind(segment, below), code), []).append(key)
    return {key: keys for keys in alike.values() if len(keys) >= least for key in keys}


def _file_beside(document: Document) -> str:
    """Return the file that holds the document's figures too, "" where none: it goes to internal readers, as the sources do."""
    return IN_FILE.get(document.meta["document"], "") if document.meta["sources"] else ""


def _told_here(document: Document) -> list[dict]:
    """Return the records that the annex prints: all, or where a file beside the document holds them those of its sentences."""
    if not _file_beside(document):
        return shown_records(document)
    said = {document.with_sign(run["fact"]) for block in document.body if block["type"] in ("paragraph", "heading") for run in block["runs"] if "fact" in run}
    return [record for record in shown_records(document) if record["id"] in said]


def figures_table(document: Document) -> dict:
    """Return one row an indicator and segment, with the code it has in ``indicators.csv`` and all its figures that the document shows.

    Segments with one figure each share a row.
    """
    groups: dict[Key, list[dict]] = {}
    for record in _told_here(document):
        below = "" if record.get("unit") == "count" else str(record.get("denominator_name") or "")
        groups.setdefault((*name_of(record), below, code_of(record)), []).append(record)
    names, own_day, shared, rows = region_names(document), document.meta["as_of"], _shared(groups), []
    for key, records in groups.items():
        segment, name, below, code = key
        together = shared.get(key, [])
        if together and together[0] != key:
            continue  # stands in the row of the first
        if together:
            parts = [_figure(groups[other][0], own_day, names, other[0]) for other in together]
            title, below = f"{names.get(records[0].get('region_code'), '')}{name}（分类别）", _own_kind(segment, below)
        else:
            parts = _each_once(records, own_day, names)
            title = f"{segment}{name}"
        cell = [run for n, part in enumerate(parts) for run in ([_plain("；")] * bool(n) + part)]
        rows.append([{"runs": [_plain(title, "name")]}, {"runs": cell}, {"runs": [_plain(below or "—", "name")]}, {"runs": [_plain(code or "—", "name")]}])
    codes = max([_CODES_MM, *(math.ceil(_SIGN_MM * (len(part) + 1)) for row in rows for part in row[-1]["runs"][0]["text"].split("_"))])
    heads = (("指标", "left", 28), ("数（分子/分母）", "left", 82 + _CODES_MM - codes), ("分母", "left", 18), ("代码", "left", codes))
    if _file_beside(document):  # one figure a row, and long codes
        heads = (("指标", "left", 40), ("数（分子/分母）", "left", 36), ("分母", "left", 24), ("代码", "left", 56))
    return {"type": "table", "small": True, "caption": [], "note": [], "rows": rows,
            "columns": [{"runs": [_plain(text)], "align": align, "width": width} for text, align, width in heads]}  # fmt: skip


def sources_table(document: Document) -> dict | None:
    """Return the files and tables read: kept and read rows in each cell, the sum at the foot; None where nothing is known of them."""
    needed = {code for record in shown_records(document) for code in tables_of(record)} | {"totals"}
    sources = [source for source in document.meta["sources"] if source["table"] in needed]
    if not sources:
        return None
    order = list(tables.load("columns")["table"].unique())
    files, codes = list(dict.fromkeys(s["file"] for s in sources)), sorted({s["table"] for s in sources}, key=order.index)
    heads = {s["table"]: s["table_name"] for s in sources}
    cells: dict[tuple[str, str], list[int]] = {}
    for source in sources:
        for key in ((source["file"], source["table"]), ("", source["table"])):
            sums = cells.setdefault(key, [0, 0])
            sums[0], sums[1] = sums[0] + source["kept"], sums[1] + source["read"]
    rows = [[{"runs": [_plain(file or "合计", "name")]}, *({"runs": [_rows(cells.get((file, code)))]} for code in codes)] for file in [*files, ""]]
    columns = [{"runs": [_plain("文件")], "align": "left"}, *({"runs": [_plain(heads[code])], "align": "right"} for code in codes)]
    return {"type": "table", "small": True, "caption": [_plain("来源文件和行数")], "columns": columns, "rows": rows,
            "note": [_plain("每格为接收行数/读入行数，接收含有提示的行，其余退回；“—”为该文件没有这张表。")]}  # fmt: skip


def _rows(sums: list[int] | None) -> dict:
    return _plain("—") if sums is None else _plain(f"{sums[0]}/{sums[1]}", "rows")


def annex(document: Document) -> list[dict]:
    """Return the annex as blocks; nothing for a document without facts.

    After the pages of a brief it begins a new one, unless (in the PDF) just a few lines have run over onto the last; elsewhere it follows the method note, which would else run over onto an empty page.
    """
    if not shown_records(document):
        return []
    from analysis.publishing.layout import plan_table

    said = (
        [_plain("下表列出本文所用的数及其分子、分母；除另注的以外，时点为"), _plain(day(document.meta["as_of"]), "date"), _plain("。")]
        if document.meta["as_of"]
        else []
    )
    if said and (file := _file_beside(document)):
        said += [_plain("表格里的数及其分子、分母见 "), _plain(file, "name"), _plain("。")]
    figures, sources = figures_table(document), sources_table(document)
    if said and any(row[-1]["runs"][0]["text"] == "—" for row in figures["rows"]):
        said += [_plain("代码见《指标口径》，由其他数推算、没有代码的写“—”。")]
    made: list[dict[str, Any]] = [{"type": "page_break", "if_used": True}] if document.meta["document"] in OWN_PAGE else []
    made.append({"type": "heading", "level": 1, "depth": 1, "runs": [_plain(HEADING)]})
    made += [{"type": "paragraph", "style": "note", "keep": True, "runs": said}] if said else []
    made.append(figures)
    if sources:
        made.append(sources)
    return [block | {"plan": plan_table(block)} if block["type"] == "table" else block for block in made]


def entries(document: Document) -> list[dict]:
    """Return, for the page, one entry a shown fact: ``id number title code told region share below as_of left_out reason sources``.

    ``told`` holds the facts that the entry prints, as (id, text): for a size the signed one, for the end of a range both ends.
    """
    names, records, made = region_names(document), shown_records(document), []
    sums: dict[str, list] = {}
    for source in document.meta["sources"]:
        row = sums.setdefault(source["table"], [source["table_name"], 0, 0])
        row[1], row[2] = row[1] + source["kept"], row[2] + source["read"]
    for number, shown in enumerate(fact for fact in document.shown if fact in document.facts):
        record = document.facts[document.with_sign(shown)]
        is_rate = record.get("denominator") is not None and record.get("numerator") is not None
        made.append({
            "id": shown, "number": number, "title": title_of(record), "code": code_of(record),
            "told": [(end["id"], end["text"]) for end in range_of(record, records)],
            "region": record.get("region_name", ""), "share": f"{record['numerator']}/{record['denominator']}" if is_rate else "",
            "below": record.get("denominator_name") or "", "as_of": day(record["as_of"]) if record.get("as_of") else "",
            "left_out": "、".join(names.get(c, f"代码{c}的区县") for c in record.get("left_out") or []), "reason": record.get("reason") or "",
            "sources": [sums[code] for code in tables_of(record) if code in sums],
        })  # fmt: skip
    return made


def with_annex(document: Document, blocks: list[dict]) -> list[dict]:
    """Return the blocks with the document's annex at the end."""
    return [*blocks, *annex(document)]
