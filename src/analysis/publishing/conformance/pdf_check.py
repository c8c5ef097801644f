"""A PDF held against GB/T 9704 and the marks of an accessible archive file, by what its pages show."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from statistics import median

from analysis.publishing.conformance.pdf_flow import check_flow, check_structure
from analysis.publishing.conformance.pdf_pages import Line, Paper, read_paper
from analysis.publishing.conformance.rules import MM, READING, ROLES, Layout, capacity, is_a4, page_words, role_fonts, squeezed

_FOLIO = re.compile(r"—\s*(\d+)\s*—")
_NAMED = re.compile(r"〔U\+[0-9A-F]{4,6}〕")
_ASCENT, _DEPTH = 0.88, 0.12  # of a hanzi's box above and below the line it stands on
_OVER_MM = 1.5
_NOTE = 12.6  # points: up to here it is a note
_HANZI = re.compile(r"[一-鿿]")


def check_pdf(data: bytes) -> Layout:
    """Measure a PDF and say what departs."""
    paper, made = read_paper(data), Layout()
    if not any(paper.lines):
        made.depart("全文", "文字", "没有", "可读取的文字")
        return made
    is_reading = paper.about.get("document") == READING
    _paper_size(paper, made)
    sides = _margins(paper, made)
    _grid(paper, made, sides, is_reading)
    _letters(paper, made, is_reading)
    _fonts(paper, made)
    _folios(paper, made)
    check_flow(paper, made, is_reading)
    check_structure(paper, made)
    _marks(paper, made)
    missing = Counter(code for line in paper.lines for code in _NAMED.findall(line.text))
    made.remarks += [f"字体里没有的字印作 {code}，{count} 处" for code, count in sorted(missing.items())]
    return made


def _is_turned(paper: Paper, page: int) -> bool:
    width, height = paper.sizes[page]
    return width > height


def _flowing(paper: Paper) -> list[Line]:
    """Return the lines of headings and body text on upright pages."""
    return [line for line in paper.lines if line.part == "text" or line.part.startswith(("heading", "title")) if not _is_turned(paper, line.page)]


def _body_size(paper: Paper) -> float:
    """Return the letter size of the body text: the most used one above that of notes."""
    sizes = Counter()
    for line in paper.lines:
        if line.part.startswith("heading") or (line.part == "text" and line.size > _NOTE):
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 16.0


def _paper_size(paper: Paper, made: Layout) -> None:
    for page, size in enumerate(paper.sizes):
        if not is_a4(size[0] * MM, size[1] * MM):
            made.depart(page_words(page), "纸张", f"{size[0] * MM:.0f}×{size[1] * MM:.0f}毫米", "A4（210×297毫米）")


def _margins(paper: Paper, made: Layout) -> dict[str, float]:
    """Measure the four margins: the outermost lines of the text, odd and even pages apart."""
    size = _body_size(paper)
    body = [line for line in _flowing(paper) if abs(line.size - size) < 0.3 and line.text.strip()]
    by_parity: dict[int, list[Line]] = defaultdict(list)
    for line in body:
        by_parity[line.page % 2].append(line)
    going_on, sides = _going_on(body), {}
    for parity, lines in sorted(by_parity.items()):
        where = "单页" if parity == 0 else "双页"
        started = [line.x for line in lines if _HANZI.match(line.text) and line in going_on]  # an opening bracket is drawn in half its box
        left = min(started, default=0.0) * MM
        right = (paper.sizes[lines[0].page][0] - max((line.right for line in lines if not line.text.endswith(" ")), default=0.0)) * MM
        inner, outer = (left, right) if parity == 0 else (right, left)
        for code, value in (("margin_inner", inner), ("margin_outer", outer)):
            is_left = (code == "margin_inner") == (parity == 0)
            if started if is_left else len(going_on & set(lines)) >= 3:  # one line may end early
                made.hold(code, value, where, is_told=code not in sides)
                sides.setdefault(code, value)
    _top_and_bottom(paper, made, size, sides)
    _overflow(paper, made)
    return sides


def _going_on(lines: list[Line]) -> set[Line]:
    """Return the lines that go on with a paragraph: the first one of each is indented."""
    first: dict[int, Line] = {}
    for line in lines:
        if line.element not in first or (line.page, -line.y) < (first[line.element].page, -first[line.element].y):
            first[line.element] = line
    return {line for line in lines if round(line.y) != round(first[line.element].y) or line.page != first[line.element].page}


def _top_and_bottom(paper: Paper, made: Layout, size: float, sides: dict[str, float]) -> None:
    tops, bottoms = {}, {}
    pitch = _pitch(paper, size) or size * 1.81
    broken = _broken_after(paper)
    for page in range(len(paper.sizes)):
        lines = [line for line in paper.lines if line.page == page and line.part not in ("running", "figure") and line.text.strip()]
        if not lines or _is_turned(paper, page):
            continue
        first, last = max(lines, key=lambda line: line.y), min(lines, key=lambda line: line.y)
        is_plain = first.part == "title" or first.part.startswith("heading") or (first.part == "text" and abs(first.size - size) < 0.3)
        drawn = [line for line in paper.lines if line.page == page and line.part == "figure" and line.y > first.y]
        if is_plain and not drawn:
            tops[page] = (paper.sizes[page][1] - first.y - _ASCENT * first.size) * MM
        if page in broken:
            is_grid = all(abs(line.size - size) < 0.3 for line in lines) and not drawn
            bottoms[page] = (last.y - _DEPTH * last.size - (pitch - size if is_grid else 0)) * MM, is_grid
    for page, top in tops.items():
        made.hold("margin_top", top, page_words(page), is_told="margin_top" not in sides)
        sides.setdefault("margin_top", top)
    for page, (bottom, is_grid) in bottoms.items():
        if is_grid or bottom < 34 or bottom > 36 + pitch * MM:  # below other things than lines of text less than a line may be left
            made.hold("margin_bottom", bottom, page_words(page), is_told="margin_bottom" not in sides)
            sides.setdefault("margin_bottom", bottom)


def _broken_after(paper: Paper) -> set[int]:
    """Return the pages that end inside a paragraph of body text: they are full."""
    spans: dict[int, set[int]] = defaultdict(set)
    for line in paper.lines:
        if line.part == "text" and line.element >= 0:
            spans[line.element].add(line.page)
    return {page for pages in spans.values() for page in pages if page + 1 in pages}


def _overflow(paper: Paper, made: Layout) -> None:
    """Nothing stands outside the text area, tables and their words included."""
    for line in paper.lines:
        if line.part in ("running", "figure") or not line.text.strip():
            continue
        width, height = paper.sizes[line.page]
        if _is_turned(paper, line.page):
            left, right, bottom = 35.0, 35.0, 26.0
        else:
            left, right, bottom = (28.0, 26.0, 35.0) if line.page % 2 == 0 else (26.0, 28.0, 35.0)
        end = line.right - (0.6 * line.size if line.text.endswith(" ") else 0.0)  # a space at a line's end is not seen
        over = max(left - line.left * MM, end * MM - (width * MM - right), bottom - line.y * MM)
        if over > _OVER_MM and line.top <= height:
            made.depart(page_words(line.page), f"“{line.text.strip()[:14]}”", f"伸出版心{over:.1f}毫米", "在版心以内")


def _pitch(paper: Paper, size: float) -> float | None:
    """Return the usual distance between lines of one paragraph."""
    rows: dict[tuple[int, int], set[float]] = defaultdict(set)
    for line in paper.lines:
        if line.part == "text" and abs(line.size - size) < 0.3:
            rows[(line.page, line.element)].add(round(line.y, 1))
    steps = [a - b for ys in rows.values() for a, b in zip(sorted(ys, reverse=True), sorted(ys, reverse=True)[1:], strict=False) if 2 < a - b < 3 * size]
    return median(steps) if steps else None


def _grid(paper: Paper, made: Layout, sides: dict[str, float], is_reading: bool) -> None:
    size = _body_size(paper)
    pitch = _pitch(paper, size)
    if is_reading:
        made.hold("reading_pitch", pitch)
        return
    advance = next((step for found, step in paper.advances.items() if abs(found - size) < 0.3), None)
    if pitch:
        made.hold("lines", capacity(225.0, pitch), f"行距{pitch:.2f}磅")
    if advance:
        made.hold("characters", capacity(156.0, advance), f"字距{advance:.2f}磅")


def _letters(paper: Paper, made: Layout, is_reading: bool) -> None:
    """Hold letter sizes, by the part a line plays; one departure a part and page."""
    body = "reading_size" if is_reading else "body_size"
    codes = {"title": "title_size", "caption": "caption_size", "head": "table_size", "cell": "table_size"}
    seen: dict[tuple[str, int], Counter[float]] = defaultdict(Counter)
    for line in paper.lines:
        if line.part not in ("running", "figure") and line.text.strip():
            seen[(line.part, line.element if line.part == "text" else line.page)][line.size] += len(line.text)
    told: set[str] = set()
    for (part, _), sizes in seen.items():
        size = sizes.most_common(1)[0][0]
        page = next(line.page for line in paper.lines if line.part == part and line.size == size)
        code = codes.get(part) or (("reading_size" if is_reading else "heading_size") if part.startswith("heading") else "note_size" if size <= _NOTE else body)
        made.hold(code, size, page_words(page), is_told=code not in told)
        told.add(code)


def _fonts(paper: Paper, made: Layout) -> None:
    """Hold the font of each part against the role's list; a stand-in is told, a font of no list departs."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for line in paper.lines:
        if line.part in ROLES and line.text.strip() and not (line.part == "text" and line.size <= _NOTE):
            used[line.part][squeezed(line.font)] += len(line.text)
    running = Counter(squeezed(line.font) for line in paper.lines if line.part == "running" and _FOLIO.search(line.text))
    if running:
        used["folio"] = running
    stand_ins: list[str] = []
    for part, counted in used.items():
        role = ROLES.get(part, "song")
        known, (font, _) = role_fonts(role), counted.most_common(1)[0]
        words = {"title": "标题", "text": "正文", "head": "表头", "caption": "图表题", "cell": "表格", "folio": "页码"}.get(
            part
        ) or f"{'一二三四'[int(part[-1]) - 1]}级标题"
        wanted = list(dict.fromkeys(known.values()))
        if font not in known:
            made.depart("全文", f"{words}字体", font, wanted[0])
        elif known[font] == wanted[-1] and len(wanted) > 1:
            stand_ins.append(f"{words}用{known[font]}代替{wanted[0]}")
        made.measures.append((f"{words}字体", known.get(font, font), wanted[0]))
    if stand_ins:
        made.remarks.append(f"字体：{'，'.join(stand_ins)}；有授权的字体放进 font_folder 即优先使用")


def _folios(paper: Paper, made: Layout) -> None:
    """Each page bears its number between dashes: odd pages right, even pages left, one character in, the dash 7 mm below the text."""
    for page, (width, _height) in enumerate(paper.sizes):
        found = [line for line in _whole_running(paper, page) if _FOLIO.search(line.text)]
        if not found:
            made.depart(page_words(page), "页码", "没有", f"“— {page + 1} —”")
            continue
        folio = found[-1]
        if _FOLIO.search(folio.text)[1] != str(page + 1):
            made.depart(page_words(page), "页码", folio.text.strip(), f"“— {page + 1} —”")
        if _is_turned(paper, page):
            continue
        made.hold("folio_size", folio.size, page_words(page), is_told=page == 0)
        is_odd = page % 2 == 0
        right = width - folio.right
        if (folio.x + folio.right > width) != is_odd:
            made.depart(page_words(page), "页码位置", "居左" if is_odd else "居右", "单页居右、双页居左")
            continue
        gap = (right * MM - 26) if is_odd else (folio.x * MM - 26)
        made.hold("folio_indent", gap, page_words(page), is_told=page == 0)
        made.hold("folio_gap", 35 - (folio.y + 0.38 * folio.size) * MM, page_words(page), is_told=page == 0)


def _whole_running(paper: Paper, page: int) -> list[Line]:
    """Return the lines at the head and foot of a page; other programs draw a folio in several pieces."""
    pieces: dict[int, list[Line]] = defaultdict(list)
    for line in paper.lines:
        if line.page == page and line.part == "running":
            pieces[round(line.y)].append(line)
    rows = (sorted(row, key=lambda line: line.x) for row in pieces.values())
    return [line for row in pieces.values() for line in row] + [
        replace(row[0], text="".join(line.text for line in row), right=row[-1].right, size=max(line.size for line in row)) for row in rows if len(row) > 1
    ]


def _marks(paper: Paper, made: Layout) -> None:
    """PDF/A level a (2, or 3 where data are attached, which 2 does not allow) and PDF/UA-1."""
    marks = paper.marks
    allowed = ("3a",) if marks["attached"] else ("2a", "3a")
    why = "A-3a（带数据附件，A-2a 不许带）" if marks["attached"] else "A-2a 或 A-3a"
    made.measures.append(("PDF/A", f"A-{marks['pdfa']}" if marks["pdfa"] else "没有标记", why))
    made.measures.append(("PDF/UA", f"UA-{marks['ua']}" if marks["ua"] else "没有标记", "UA-1"))
    checks = (
        (marks["pdfa"] in allowed, "PDF/A 标记", marks["pdfa"] or "没有", why), (marks["ua"] == "1", "PDF/UA 标记", marks["ua"] or "没有", "UA-1"),
        (marks["tagged"], "结构标记", "没有", "有结构树（Marked）"), (marks["lang"].lower().startswith("zh"), "语言", marks["lang"] or "没有", "zh-CN"),
        (bool(marks["title"].strip()) and marks["shows_title"], "窗口标题", "没有显示文稿题目", "显示题目"),
        (not marks["loose_fonts"], "字体", f"没有嵌入 {'、'.join(marks['loose_fonts'][:3])}", "全部嵌入"),
        (marks["intent"], "输出意图", "没有", "有（PDF/A 要求）"), (not marks["attached"] or marks["related"], "附件关系", "没有写明", "AF（PDF/A-3 要求）"),
    )  # fmt: skip
    for is_right, name, found, wanted in checks:
        if not is_right:
            made.depart("文件属性", name, found, wanted)
