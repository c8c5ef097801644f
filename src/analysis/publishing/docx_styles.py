"""The page and the styles of the DOCX: GB/T 9704 by Chinese font names, 22 lines of 28 characters (recipe measured in Word and LibreOffice)."""

from __future__ import annotations

from functools import cache
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from analysis import tables

LINE = 579  # twentieths of a point: 28.95 pt
_NS = nsdecls("w")
_SYSTEM_NAMES = {"方正小标宋简体": "宋体", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}
# id, name, based on, role, half-points, paragraph properties in schema order
_KEEP = "<w:keepNext/><w:keepLines/>"
_INDENT = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'
_NO_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_LOOSE = '<w:snapToGrid w:val="0"/><w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


def _loose(before: int, after: int, line: int, rule: str = "exact") -> str:
    return _LOOSE.format(before=before, after=after, line=line, rule=rule)


_BORDER = "".join(f'<w:{side} w:val="single" w:sz="6" w:space="4" w:color="000000"/>' for side in ("top", "left", "bottom", "right"))
_BOXED = '<w:ind w:left="113" w:right="113" w:firstLineChars="0" w:firstLine="0"/>'
STYLES = (
    ("Title", "Title", "Normal", "title", 44, _KEEP + _loose(0, 400, 720) + _NO_INDENT + '<w:jc w:val="center"/>'),
    ("Subtitle", "Subtitle", "Normal", "kai", 32, _KEEP + _NO_INDENT + '<w:jc w:val="center"/>'),
    ("Salutation1", "称谓", "Normal", "body", 32, '<w:spacing w:before="290"/>' + _NO_INDENT),
    ("Signature1", "落款", "Normal", "body", 32, _NO_INDENT + '<w:jc w:val="right"/>'),
    ("BodyText", "Body Text", "Normal", "body", 32, _INDENT),
    ("Heading1", "heading 1", "Normal", "hei", 32, _KEEP + _INDENT + '<w:outlineLvl w:val="0"/>'),
    ("Heading2", "heading 2", "Normal", "kai", 32, _KEEP + _INDENT + '<w:outlineLvl w:val="1"/>'),
    ("Heading3", "heading 3", "Normal", "body", 32, _KEEP + _INDENT + '<w:outlineLvl w:val="2"/>'),
    ("Heading4", "heading 4", "Normal", "body", 32, _KEEP + _INDENT + '<w:outlineLvl w:val="3"/>'),
    ("Caption", "caption", "Normal", "hei", 24, _KEEP + _loose(120, 60, 340) + _NO_INDENT + '<w:jc w:val="center"/>'),
    ("FigureCaption", "图题", "Caption", "hei", 24, '<w:keepNext w:val="0"/>' + _loose(60, 200, 340) + _NO_INDENT + '<w:jc w:val="center"/>'),
    ("TableText", "表格文字", "Normal", "song", 21, _loose(20, 20, 240, "auto") + _NO_INDENT + '<w:jc w:val="left"/>'),
    ("TableHead", "表头文字", "TableText", "hei", 21, '<w:jc w:val="center"/>'),
    ("FigureLine", "插图", "Normal", "body", 32, "<w:keepNext/>" + _loose(120, 60, 240, "auto") + _NO_INDENT + '<w:jc w:val="center"/>'),
    ("SmallNote", "注释", "Normal", "body", 21, _loose(60, 160, 320) + _NO_INDENT + '<w:jc w:val="left"/>'),
    ("Notice", "提示", "Normal", "hei", 24, f"<w:keepLines/><w:pBdr>{_BORDER}</w:pBdr>" + _loose(120, 200, 380) + _BOXED),
    ("Header", "header", "Normal", "hei", 24, '<w:tabs><w:tab w:val="right" w:pos="8844"/></w:tabs>' + _loose(0, 0, 280) + _NO_INDENT + '<w:jc w:val="left"/>'),
    ("Footer", "footer", "Normal", "song", 28, _loose(0, 0, 280) + _NO_INDENT),
)  # fmt: skip


TABLE_SIZES = (10.5, 9.0, 7.5)  # layout.plan_table chooses among them


def table_style(name: str, size_pt: float) -> str:
    """Return the id of the style of a table's words in letters of a size (LibreOffice overlooks a run's own size within a content control)."""
    return name if size_pt == TABLE_SIZES[0] else f"{name}{round(size_pt * 10)}"


def _smaller_table_xml(name: str, word: str, size_pt: float) -> str:
    half = round(size_pt * 2)
    return (f'<w:style {_NS} w:type="paragraph" w:customStyle="1" w:styleId="{table_style(name, size_pt)}"><w:name w:val="{word} {size_pt:g}磅"/>'
            f'<w:basedOn w:val="{name}"/><w:rPr><w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr></w:style>')  # fmt: skip


@cache
def font_name(role: str) -> str:
    """Return the Chinese font name that a role binds to; the reader's machine substitutes where it lacks it."""
    rows = tables.load("fonts").query("role == @role")
    return rows.sort_values("order", key=lambda order: order.astype(int)).iloc[0]["docx_name"]


def fonts_xml(role: str) -> str:
    name = font_name(role)
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="Times New Roman"/>'


def _style_xml(style: tuple) -> str:
    key, name, base, role, size, paragraph = style
    tight = "" if size == 32 else '<w:spacing w:val="0"/>'
    return (f'<w:style {_NS} w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/><w:qFormat/>'
            f'<w:pPr>{paragraph}</w:pPr><w:rPr>{fonts_xml(role)}<w:b w:val="0"/><w:i w:val="0"/><w:color w:val="000000"/>{tight}'
            f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>')  # fmt: skip


def _normal_xml() -> str:
    return (f'<w:style {_NS} w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
            f'<w:pPr><w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
            f'<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/><w:jc w:val="both"/></w:pPr>'
            f'<w:rPr>{fonts_xml("body")}<w:spacing w:val="-5"/><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style>')  # fmt: skip


def _style_name(style: Any) -> str:
    return style.find(qn("w:name")).get(qn("w:val")).lower()


def apply_styles(document: Any) -> None:
    """Replace the template's defaults by ours."""
    styles = document.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    defaults.getparent().replace(defaults, parse_xml(
        f'<w:docDefaults {_NS}><w:rPrDefault><w:rPr>{fonts_xml("body")}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>'))  # fmt: skip
    smaller = [_smaller_table_xml(name, word, size) for name, word in (("TableText", "表格文字"), ("TableHead", "表头文字")) for size in TABLE_SIZES[1:]]
    ours = [parse_xml(xml) for xml in (_normal_xml(), *(_style_xml(style) for style in STYLES), *smaller)]
    keys, names = {made.get(qn("w:styleId")) for made in ours}, {_style_name(made) for made in ours}
    for old in styles.findall(qn("w:style")):
        if old.get(qn("w:styleId")) in keys or _style_name(old) in names:
            styles.remove(old)
    styles.extend(ours)
    for kind, word in tables.load("marks")[["kind", "word"]].itertuples(index=False):
        styles.append(parse_xml(_mark_xml(kind, word)))
    _apply_font_table(document)


def apply_reading(document: Any, size_pt: float) -> None:
    """Give a speech that is read out its larger letters and lines, and keep each paragraph on one page."""
    line, half = str(round(size_pt * 1.8 * 20)), str(round(size_pt * 2))
    for style in document.styles.element.findall(qn("w:style")):
        key = style.get(qn("w:styleId"))
        if key == "SmallNote":  # the minutes of a part stay with it
            style.find(qn("w:pPr")).insert(0, parse_xml(f"<w:keepNext {_NS}/>"))
        if key not in ("BodyText", "Salutation1", "Subtitle", "Heading1", "Heading2", "Heading3", "Heading4"):
            continue
        for name in ("w:sz", "w:szCs"):
            style.find(f"{qn('w:rPr')}/{qn(name)}").set(qn("w:val"), half)
        properties = style.find(qn("w:pPr"))
        spacing, indent = properties.find(qn("w:spacing")), properties.find(qn("w:ind"))
        if spacing is None:
            spacing = parse_xml(f"<w:spacing {_NS}/>")
            indent.addprevious(spacing)
        spacing.set(qn("w:line"), line)
        spacing.set(qn("w:lineRule"), "exact")
        if indent.get(qn("w:firstLineChars")) not in (None, "0"):
            indent.set(qn("w:firstLine"), str(round(size_pt * 40)))
        if key == "BodyText":
            properties.insert(0, parse_xml(f"<w:keepLines {_NS}/>"))


def mark_style(kind: str) -> str:
    """Return the id of the character style that a marked figure wears; it looks like nothing and survives editing."""
    return f"Mark{kind.capitalize()}"


def _mark_xml(kind: str, word: str) -> str:
    return (f'<w:style {_NS} w:type="character" w:customStyle="1" w:styleId="{mark_style(kind)}"><w:name w:val="数字标注 {word}"/>'
            f'<w:uiPriority w:val="99"/><w:semiHidden/></w:style>')  # fmt: skip


def _apply_font_table(document: Any) -> None:
    fonts = "".join(
        f'<w:font w:name="{name}">' + (f'<w:altName w:val="{_SYSTEM_NAMES[name]}"/>' if name in _SYSTEM_NAMES else "") + '<w:charset w:val="86"/></w:font>'
        for name in dict.fromkeys(font_name(role) for role in ("title", "body", "hei", "kai", "song"))
    )
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            relation.target_part._blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {_NS}>{fonts}</w:fonts>'.encode()


def apply_page(document: Any) -> Any:
    """Set A4, margins, the line grid, mirrored margins and different odd and even pages; return the section."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(22), Mm(35 - 7) - Pt(7)  # the dashes stand in the middle of a line of 14 pt, 7 mm below the text
    section.gutter = 0
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(parse_xml(f'<w:docGrid {_NS} w:type="lines" w:linePitch="{LINE}"/>'))
    settings = document.settings
    settings.odd_and_even_pages_header_footer = True
    zoom = settings.element.find(qn("w:zoom"))
    mirror = parse_xml(f"<w:mirrorMargins {_NS}/>")
    if zoom is not None:
        zoom.addnext(mirror)
    else:
        settings.element.insert(0, mirror)
    return section
