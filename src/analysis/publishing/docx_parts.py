"""The pieces of WordprocessingML that python-docx has no call for. Text always enters as element text, never as markup."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from analysis.publishing.docx_styles import fonts_xml, mark_style, table_style
from analysis.publishing.layout import words
from analysis.publishing.page_flow import is_parted, rows_together

_TAG_LENGTH = 64
_HEI = dict(re.findall(r'w:(\w+)="([^"]*)"', fonts_xml("hei")))


def element(name: str, children: list[Any] | tuple[Any, ...] = (), /, text: str | None = None, **attributes: Any) -> Any:
    """Return ``<w:name …>`` with attributes in the w namespace."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    made.extend(children)
    if text is not None:
        made.text = text
    return made


def text_run(text: str, bold: bool = False, mark: str = "") -> Any:
    """Return a run; emphasis is 黑体, as in print; a marked figure (``mark``: its kind) wears the style of its kind."""
    made = element("r")
    properties = element("rPr", [element("rStyle", val=mark_style(mark))] if mark else [])
    if bold:
        properties.append(element("rFonts", **_HEI))
    if len(properties):
        made.append(properties)
    content = element("t", text=text)
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made.append(content)
    return made


def fact_tag(fact: str) -> str:
    """Return the tag of a fact's content control: its id, shortened where Word's 64 characters do not hold it.

    >>> fact_tag("2021Q3/990100/all/unit_coverage_rate")
    '2021Q3/990100/all/unit_coverage_rate'
    """
    return fact if len(fact) <= _TAG_LENGTH else f"{fact[:51]}~{hashlib.sha256(fact.encode()).hexdigest()[:12]}"


class Numbers:
    """Ids for content controls, bookmarks and pictures, counted from 1 so that the bytes repeat."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


def fact_control(run: dict, name: str, number: int) -> Any:
    """Return an inline content control whose tag is the fact's id."""
    naming = [element("alias", val=name), element("tag", val=fact_tag(run["fact"])), element("id", val=number)]
    properties = element("sdtPr", [*naming, element("text")])
    return element("sdt", [properties, element("sdtContent", [text_run(run["text"], bool(run.get("bold")))])])


def _title(fact: str, facts: dict[str, dict]) -> str:
    """Return what Word shows over the control: the fact's name and its number in the saved record, which LibreOffice keeps where it drops the tag."""
    record = facts.get(fact, {})
    return f"{(record.get('name') or '数据')[: _TAG_LENGTH - 6]}" + (f"·{record['number']}" if "number" in record else "")


def runs(items: list[dict], facts: dict[str, dict], numbers: Numbers) -> list[Any]:
    """Return the elements of a list of runs."""
    made = []
    for item in items:
        if item.get("fact"):
            made.append(fact_control(item, _title(item["fact"], facts), numbers.next()))
        else:
            made.append(text_run(item["text"], bool(item.get("bold")), item.get("mark") or ""))
    return made


def paragraph(style: str, content: list[Any], *properties: Any) -> Any:
    """Return ``w:p``; further paragraph properties must come in schema order."""
    return element("p", [element("pPr", [element("pStyle", val=style), *properties]), *content])


def caption(block: dict, style: str, facts: dict[str, dict], numbers: Numbers) -> Any:
    """Return the caption with its number as a bookmarked SEQ field, so that Word can refer to it and count again."""
    content: list[Any] = []
    if "number" in block:
        mark, kind = numbers.next(), block["kind"]
        name = f"_Ref_{block['type']}_{block['number']}"
        field = element("fldSimple", [text_run(str(block["number"]))], instr=f" SEQ {kind} \\* ARABIC ")
        content = [element("bookmarkStart", id=mark, name=name), text_run(kind), field, element("bookmarkEnd", id=mark), text_run("　")]
    return paragraph(style, content + runs(block["caption"], facts, numbers))


def _cell(content: list[Any], size_pt: float, width: int, align: str, is_kept: bool, shade: bool) -> Any:
    shading = [element("shd", val="clear", color="auto", fill="F2F2F2")] if shade else []
    properties = element("tcPr", [element("tcW", w=width, type="dxa"), *shading, element("vAlign", val="center")])
    keep = [element("keepNext")] if is_kept else []
    return element("tc", [properties, paragraph(table_style("TableHead" if shade else "TableText", size_pt), content, *keep, element("jc", val=align))])


def _kept_rows(block: dict) -> set[int]:
    """Return the rows, counted from 1, that stay on the page of what follows.

    All of a short table; of one that goes on overleaf the first and the last few, its note included.
    """
    rows, together = len(block["rows"]), rows_together(block)
    followed = {rows} if block.get("note") else set()
    if not is_parted(block):
        return set(range(1, rows)) | followed
    return (set(range(1, together)) | set(range(rows - together + 1, rows)) | followed) if together else set()


def table(block: dict, facts: dict[str, dict], numbers: Numbers) -> Any:
    """Return ``w:tbl``: header row repeated, rows unbroken, a short table kept on one page."""
    plan = block["plan"]
    twips = [round(width * 56.6929) for width in plan.widths_mm]
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = element("tblBorders", [element(side, val="single", sz=4, space=0, color="000000") for side in sides])
    margins = element("tblCellMar", [element("left", w=74, type="dxa"), element("right", w=74, type="dxa")])
    about = [element("tblCaption", val=words(block["caption"]))] if block.get("caption") else []
    made = element("tbl", [
        element("tblPr", [element("tblW", w=sum(twips), type="dxa"), element("jc", val="center"), borders, element("tblLayout", type="fixed"), margins,
                          element("tblLook", val="06A0", firstRow=1, lastRow=0, firstColumn=1, lastColumn=0, noHBand=1, noVBand=1), *about]),
        element("tblGrid", [element("gridCol", w=width) for width in twips]),
    ])  # fmt: skip
    kept = _kept_rows(block)
    heads = [_cell(runs(c["runs"], facts, numbers), plan.size_pt, w, "center", True, True) for c, w in zip(block["columns"], twips, strict=True)]
    made.append(element("tr", [element("trPr", [element("cantSplit"), element("tblHeader")]), *heads]))
    aligns = [column.get("align", "left") for column in block["columns"]]
    for number, row in enumerate(block["rows"], 1):
        cells = [_cell(runs(c["runs"], facts, numbers), plan.size_pt, w, a, number in kept, False) for c, w, a in zip(row, twips, aligns, strict=True)]
        made.append(element("tr", [element("trPr", [element("cantSplit")]), *cells]))
    return made
