"""A DOCX held against GB/T 9704, as its styles and direct settings make it: the page of the machine that opens it may still depart."""

from __future__ import annotations

import re
from collections import Counter

from analysis.publishing.conformance.docx_read import Looks, Para, Section, Word, read_word
from analysis.publishing.conformance.rules import READING, ROLES, Layout, capacity, heading_gaps, is_a4, role_fonts, squeezed

_WORDS = {"title": "标题", "text": "正文", "head": "表头", "cell": "表格", "caption": "图表题", "note": "注释", "figure": "插图"}
_SIZES = {"title": "title_size", "caption": "caption_size", "head": "table_size", "cell": "table_size", "note": "note_size"}
_FOLIO = re.compile(r"—\s*\d+\s*—")


def check_docx(data: bytes) -> Layout:
    """Measure a DOCX and say what departs."""
    word, made = read_word(data), Layout()
    is_reading = word.document == READING
    upright = [s for s in word.sections if s.width <= s.height]
    for number, section in enumerate(word.sections, 1):
        _section(section, made, f"第{number}节" if len(word.sections) > 1 else "页面")
    if upright:
        _grid(word, upright[-1], made, is_reading)
    if not word.settings["mirrorMargins"]:
        made.depart("页面", "对称页边距", "没有设置", "双面印刷时订口在内侧")
    _letters(word, made, is_reading)
    _footers(word, upright[-1] if upright else word.sections[-1], made)
    _flow(word, made, is_reading)
    _structure(word, made)
    return made


def _section(section: Section, made: Layout, where: str) -> None:
    if not is_a4(section.width, section.height):
        made.depart(where, "纸张", f"{section.width:.0f}×{section.height:.0f}毫米", "A4（210×297毫米）")
    if section.width > section.height:
        return  # a wide table on a turned page has the text area turned with it
    is_first = not made.measures
    for code, value in (("margin_top", section.top), ("margin_bottom", section.bottom), ("margin_inner", section.left), ("margin_outer", section.right)):
        made.hold(code, value, where, is_told=is_first)


def _usual(paragraphs: list[Para], part: str) -> tuple[Looks, Para] | None:
    """Return the looks that most text of a part wears, and the first paragraph of it."""
    counted: Counter[Looks] = Counter()
    own = [p for p in paragraphs if p.part == part and p.looks]
    for p in own:
        counted.update(p.looks)
    return (counted.most_common(1)[0][0], own[0]) if counted else None


def _grid(word: Word, section: Section, made: Layout, is_reading: bool) -> None:
    body = _usual(word.paragraphs, "text") or _usual(word.paragraphs, "heading1")
    if body is None:
        return
    looks, first = body
    step = first.line if first.rule != "auto" else looks.size * 1.3 * first.line / 12
    if is_reading:
        made.hold("reading_pitch", step)
        return
    made.hold("lines", capacity(section.height - section.top - section.bottom, step), f"行距{step:g}磅")
    made.hold("characters", capacity(section.width - section.left - section.right, looks.size + looks.spacing), f"字距{looks.size + looks.spacing:g}磅")
    for p in word.paragraphs:
        if p.part == "text" and p.text.strip() and (p.rule == "auto" or abs(p.line - step) > 0.3):
            made.depart(f"段落“{p.text.strip()[:12]}”", "行距", f"{p.line / 12:.2g}倍" if p.rule == "auto" else f"{p.line:g}磅", f"固定{step:g}磅")


def _letters(word: Word, made: Layout, is_reading: bool) -> None:
    """Hold size and font of each paragraph by the part it plays; fonts are named here, the reader's machine has them or puts another in their place."""
    told: set[str] = set()
    for p in word.paragraphs:
        if not p.looks or not p.text.strip() or p.part == "figure":
            continue
        words = _WORDS.get(p.part) or f"{'一二三四五六七八九'[int(p.part[-1]) - 1]}级标题"
        where = f"{words}“{p.text.strip()[:12]}”"
        size = p.looks.most_common(1)[0][0].size
        code = _SIZES.get(p.part) or ("reading_size" if is_reading else "heading_size" if p.part.startswith("heading") else "body_size")
        made.hold(code, size, where, is_told=code not in told)
        told.add(code)
        role = ROLES.get(p.part)
        if role is None:
            continue
        known = role_fonts(role) | (role_fonts("hei") if p.part in ("head", "cell", "text") else {})
        known |= role_fonts("kai") if p.part == "text" else {}  # the lines under the title
        for looks, count in p.looks.items():
            if squeezed(looks.font) not in known and count >= 2:
                made.depart(where, "字体", looks.font or "没有指定", next(iter(role_fonts(role).values())))
    for part, role in ROLES.items():
        usual = _usual(word.paragraphs, part)
        if usual:
            words = _WORDS.get(part) or f"{'一二三四'[int(part[-1]) - 1]}级标题"
            made.measures.append((f"{words}字体", usual[0].font, next(iter(role_fonts(role).values()))))


def _footers(word: Word, section: Section, made: Layout) -> None:
    if not word.settings["evenAndOddHeaders"]:
        made.depart("页码", "单双页", "没有区分", "单页居右、双页居左")
    for kind, page, side in (("default", "单页", "right"), ("even", "双页", "left")):
        footer = word.footers.get(kind)
        if kind == "even" and not word.settings["evenAndOddHeaders"]:
            continue
        if footer is None or not footer["field"] or not _FOLIO.search(footer["text"]):
            made.depart(page, "页码", "没有，或两侧没有一字线", "“— 1 —”样式的页码")
            continue
        if footer["side"] != side:
            made.depart(page, "页码位置", {"left": "居左", "right": "居右"}.get(footer["side"], "居中"), "居右" if side == "right" else "居左")
        made.hold("folio_size", footer["size"], page, is_told=kind == "default")
        made.hold("folio_indent", footer["indent"], page, is_told=kind == "default")
        if squeezed(footer["font"]) not in role_fonts("song"):
            made.depart(page, "页码字体", footer["font"] or "没有指定", "宋体")
        # Word puts the foot of the line that far above the edge; the dash stands in the middle of the line
        made.hold("folio_gap", section.bottom - section.footer - footer["size"] * 25.4 / 72 / 2, page, is_told=kind == "default")


def _flow(word: Word, made: Layout, is_reading: bool) -> None:
    """Headings and captions keep to what follows, table headers repeat, rows stay whole."""
    shown = [p for p in word.paragraphs if p.text.strip() or p.alts]
    for p, after in zip(shown, [*shown, None][1:], strict=True):
        name = f"“{p.text.strip()[:14]}”"
        if (p.part.startswith("heading") or p.part == "title") and not p.keeps_next:
            made.depart(f"标题{name}", "与下段同页", "没有设置", "与下文同页")
        if p.part == "caption" and after is not None and after.part in ("head", "cell") and not p.keeps_next:
            made.depart(f"表题{name}", "与下段同页", "没有设置", "与表同页")
        if p.part == "figure" and after is not None and after.part == "caption" and not p.keeps_next:
            made.depart(f"图“{after.text.strip()[:14]}”", "与下段同页", "没有设置", "与图题同页")
        if is_reading and p.part == "text" and p.first_line and not p.keeps_lines:
            made.depart(f"段落{name}", "段中不分页", "没有设置", "朗读稿每段不跨页")
    for table in word.tables:
        where = f"表“{table['words']}”"
        if not table["head"]:
            made.depart(where, "表头", "没有标作标题行", "每页重复表头")
        if not table["unbroken"]:
            made.depart(where, "行", "跨页断开", "每行不跨页")
        widest = max(s.width - s.left - s.right for s in word.sections)
        if table["width"] > widest + 1.5:
            made.depart(where, "宽", f"{table['width']:.0f}毫米", f"不超过版心{widest:.0f}毫米")


def _structure(word: Word, made: Layout) -> None:
    headings = [p for p in word.paragraphs if p.part.startswith("heading")]
    gaps = heading_gaps([p.depth for p in headings])
    for at in gaps:
        made.depart(f"标题“{headings[at].text.strip()[:14]}”", "层次", f"{headings[at].depth}级，跳过了上一级", "逐级")
    made.measures.append(("标题层次", f"{len(headings)}个标题，{'跳级' if gaps else '逐级'}", "逐级"))
    alts = [(p, alt) for p in word.paragraphs for alt in p.alts]
    for number, (_, alt) in enumerate(alts, 1):
        if not alt.strip():
            made.depart(f"第{number}幅图", "替代文字", "没有", "一句话说明图中内容")
    made.measures.append(("替代文字", f"{sum(1 for _, alt in alts if alt.strip())}/{len(alts)}幅", "每幅图都有"))
    if not any(p.part == "title" for p in word.paragraphs):
        made.depart("全文", "标题", "没有", "有题目")
    if not word.title.strip():
        made.depart("文件属性", "标题", "没有", "有题目")
