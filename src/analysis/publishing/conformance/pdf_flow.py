"""What a PDF's pages do to headings, figures, tables and paragraphs, and whether its tags tell a screen reader the same."""

from __future__ import annotations

import re
from collections import Counter

from analysis.publishing.conformance.pdf_pages import Element, Line, Paper
from analysis.publishing.conformance.rules import Layout, heading_gaps, page_words


def _place(line: Line) -> tuple[int, float]:
    return line.page, -line.y


def check_flow(paper: Paper, made: Layout, is_reading: bool) -> None:
    """No heading ends a page, no figure leaves its caption, a table over pages repeats its header; no paragraph of a speech to be read is broken."""
    ends = {page: max((_place(line) for line in paper.lines if line.page == page and line.part != "running"), default=None) for page in range(len(paper.sizes))}
    last = len(paper.sizes) - 1
    for line in paper.lines:
        if line.part.startswith("heading") and line.page != last and ends[line.page] == _place(line):
            made.depart(page_words(line.page), f"标题“{line.text.strip()[:16]}”", "在页末", "与下文同页")
    for number, element in enumerate(paper.elements):
        if element.kind == "/Caption":
            _caption(paper, made, number, element)
        if element.kind == "/Table" and len(element.pages) > 1:
            _repeated(paper, made, number, element)
    if is_reading:
        for number, element in enumerate(paper.elements):
            if element.kind == "/P" and len(element.pages) > 1 and not _inside(paper.elements, number, ("/TD", "/TH", "/TH row")):
                text = "".join(line.text for line in paper.lines if line.element == number)
                made.depart(page_words(min(element.pages)), f"段落“{text[:12]}”", "跨页", "朗读稿每段不跨页")


def _inside(elements: list[Element], number: int, kinds: tuple[str, ...]) -> bool:
    while number >= 0:
        if elements[number].kind in kinds:
            return True
        number = elements[number].parent
    return False


def _caption(paper: Paper, made: Layout, number: int, caption: Element) -> None:
    things = [e for n, e in enumerate(paper.elements) if e.kind in ("/Figure", "/Table") and n != number and _inside_of(paper.elements, n, caption.parent)]
    if things and things[0].pages and caption.pages:
        page = max(caption.pages) if things[0].kind == "/Table" else min(caption.pages)
        beside = min(things[0].pages) if things[0].kind == "/Table" else max(things[0].pages)
        if page != beside:
            text = "".join(line.text for line in paper.lines if line.element == number)
            made.depart(page_words(page), f"图表题“{text[:14]}”", "与图表不在同一页", "同页")


def _inside_of(elements: list[Element], number: int, holder: int) -> bool:
    number = elements[number].parent
    while number >= 0:
        if number == holder:
            return True
        number = elements[number].parent
    return False


def _repeated(paper: Paper, made: Layout, number: int, table: Element) -> None:
    heads = [line.text.strip() for line in paper.lines if line.part == "head" and _inside_of(paper.elements, line.element, number) and line.text.strip()]
    if not heads:
        return
    for page in sorted(table.pages)[1:]:
        running = "".join(line.text for line in paper.lines if line.page == page and line.part == "running")
        if not all(head in running for head in heads):
            made.depart(page_words(page), "续表", "没有表头", "每页重复表头")


def _check_headers(paper: Paper, made: Layout) -> None:
    """A table's first row is its head, and where its rows begin with words these are the rows' headers."""
    table_of: list[int] = []  # of each element; a parent comes before its children
    for number, element in enumerate(paper.elements):
        table_of.append(number if element.kind == "/Table" else table_of[element.parent] if element.parent >= 0 else -1)
    with_head = {table_of[n] for n, e in enumerate(paper.elements) if e.kind == "/TH"}
    firsts: dict[int, int] = {}
    for number, element in enumerate(paper.elements):
        if element.kind in ("/TH", "/TH row", "/TD") and element.parent >= 0:
            firsts.setdefault(element.parent, number)
    worded = {line.element for line in paper.lines if line.text.strip()}
    bare = Counter(table_of[n] for n in firsts.values() if paper.elements[n].kind == "/TD" and n in worded)
    for number, element in enumerate(paper.elements):
        if element.kind != "/Table":
            continue
        where = page_words(min(element.pages)) if element.pages else "全文"
        if number not in with_head:
            made.depart(where, "表格的表头标记", "没有", "表头行标作 TH")
        if bare[number]:
            made.depart(where, "表格的行首标记", f"缺{bare[number]}行", "每行第一格标作 TH（Scope=Row）")


def check_structure(paper: Paper, made: Layout) -> None:
    levels, words = [], []
    for number, element in enumerate(paper.elements):
        if re.fullmatch(r"/H\d", element.kind):
            levels.append(int(element.kind[2]))
            words.append("".join(line.text for line in paper.lines if line.element == number)[:16])
        if element.kind == "/Figure" and not element.alt.strip():
            where = page_words(min(element.pages)) if element.pages else "全文"
            made.depart(where, "插图的替代文字", "没有", "一句话说明图中内容")
    _check_headers(paper, made)
    for at in heading_gaps(levels):
        made.depart("全文", f"标题“{words[at]}”", f"{levels[at]}级，跳过了上一级", "逐级")
    if any(line.part == "title" for line in paper.lines):
        made.measures.append(("标题层次", f"{len(levels)}个标题，逐级" if not heading_gaps(levels) else "跳级", "逐级"))
    elif paper.marks["tagged"]:
        made.depart("全文", "标题", "没有", "有题目")
    alts = [e for e in paper.elements if e.kind == "/Figure"]
    made.measures.append(("替代文字", f"{sum(1 for e in alts if e.alt.strip())}/{len(alts)}幅", "每幅图都有"))
