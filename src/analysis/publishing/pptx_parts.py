"""The pieces of PresentationML that python-pptx has no call for. Text always enters as element text, never as markup."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Cm

from analysis.publishing.deck_pages import LINE

FACTS_NAMESPACE = "urn:workbench:facts"
FACT_URI = "{7A0B6C62-52F7-4B0C-9E0A-0C1D6C1F0A51}"  # ours; programs keep extensions they do not know
INK, ACCENT, GREY, PALE = "222222", "9E1B1B", "5F6368", "F3ECEA"


def element(name: str, children: Any = (), /, text: str | None = None, **attributes: Any) -> Any:
    """Return ``<a:name …>`` (or with another prefix) with plain attributes."""
    made = etree.Element(qn(name if ":" in name else f"a:{name}"))
    for key, value in attributes.items():
        made.set(key, str(value))
    made.extend(children)
    if text is not None:
        made.text = text
    return made


def fill(colour: str) -> Any:
    return element("solidFill", [element("srgbClr", val=colour)])


def run(item: dict, size: float, colour: str = INK, bold: bool = False, figures: str | None = None) -> Any:
    """Return a run; one that carries a fact or a mark says so in an extension of its properties. ``figures``: the colour of facts."""
    fact, mark = item.get("fact"), item.get("mark")
    shown = figures if fact and figures else colour
    is_bold = bold or bool(item.get("bold")) or bool(fact and figures)
    properties = element("rPr", [fill(shown)], lang="zh-CN", sz=round(size * 100), b=int(is_bold))
    if fact or mark:
        told = etree.Element(f"{{{FACTS_NAMESPACE}}}figure", {"fact": fact} if fact else {"mark": mark}, nsmap={"wb": FACTS_NAMESPACE})
        properties.append(element("extLst", [element("ext", [told], uri=FACT_URI)]))
    return element("r", [properties, element("t", text=item["text"])])


def paragraph(runs: list[Any], size: float, align: str = "l", bullet: bool = False, after: float = 0.0) -> Any:
    """Return ``a:p`` with lines of a fixed height."""
    spacing = [element("lnSpc", [element("spcPts", val=round(size * LINE * 100))])]
    spacing.append(element("spcBef", [element("spcPts", val=0)]))
    spacing.append(element("spcAft", [element("spcPts", val=round(after * 100))]))
    marks = (
        [element("buClr", [element("srgbClr", val=ACCENT)]), element("buFont", typeface="Arial"), element("buChar", char="•")]
        if bullet
        else [element("buNone")]
    )
    indent = round(Cm(1.4 * size * 2.54 / 72)) if bullet else 0
    properties = element("pPr", [*spacing, *marks], marL=indent, indent=-indent, algn=align, eaLnBrk=1, hangingPunct=1)
    return element("p", [properties, *runs])


def set_text(frame: Any, paragraphs: list[Any], anchor: str = "t") -> None:
    """Put paragraphs into a text frame without insets; nothing shrinks or grows by itself."""
    body = frame._txBody
    for old in body.findall(qn("a:p")):
        body.remove(old)
    body.extend(paragraphs)
    about = body.find(qn("a:bodyPr"))
    for child in list(about):
        about.remove(child)
    about.append(element("noAutofit"))
    for key, value in {"wrap": "square", "lIns": 0, "tIns": 0, "rIns": 0, "bIns": 0, "anchor": anchor}.items():
        about.set(key, str(value))


def page_number(size: float) -> Any:
    """Return the field that prints the slide's number."""
    properties = element("rPr", [fill(GREY)], lang="zh-CN", sz=round(size * 100))
    return element("fld", [properties, element("t", text="‹#›")], id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}", type="slidenum")


def cell_borders(cell: Any, colour: str) -> None:
    """Draw a thin line under a table's cell, and none elsewhere."""
    properties = cell._tc.get_or_add_tcPr()
    lines = [element(side, [element("noFill")], w=0) for side in ("lnL", "lnR", "lnT")] + [element("lnB", [fill(colour)], w=9525)]
    for number, line in enumerate(lines):
        properties.insert(number, line)
