"""Figures as safe SVG: no script, no outside address, ids of their own, every fact's text marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree

from analysis.errors import ExportError
from analysis.publishing.characters import visible

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_DROPPED = {"script", "foreignObject", "metadata", "iframe", "animate", "set", "handler"}
_LOCAL_URL = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_ANY_URL = re.compile(r"url\(\s*['\"]?(?!#|data:image/)|@import|expression\(|javascript:", re.I)
_MATPLOTLIB_STYLE = re.compile(r"\s*\*\s*\{([^{}]*)\}\s*")


def _parse(text: str, where: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(visible(text, keep_breaks=True).strip().encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise ExportError(f"{where}的 SVG 读不懂：{error.msg}。请检查生成这幅图的单元格。") from error
    if root.tag != f"{{{SVG}}}svg":
        raise ExportError(f"{where}的图不是 SVG（根元素为 {root.tag}）。请检查生成这幅图的单元格。")
    return root


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _clean_attributes(element: etree._Element, prefix: str, facts: set[str]) -> None:
    for name, value in list(element.attrib.items()):
        local = etree.QName(name).localname
        outside = local == "href" and not value.startswith(("#", "data:image/"))
        if local.lower().startswith("on") or outside or _ANY_URL.search(value):
            del element.attrib[name]
        elif local == "id":
            if value in facts:
                element.set("data-fact", value)
            element.set(name, f"{prefix}-{value}")
        elif local == "href" and value.startswith("#"):
            element.set(name, f"#{prefix}-{value[1:]}")
        elif "url(" in value:
            element.set(name, _LOCAL_URL.sub(rf"url(#{prefix}-\1)", value))


def _clean_style(style: etree._Element, root: etree._Element) -> None:
    rules = style.text or ""
    general = _MATPLOTLIB_STYLE.fullmatch(rules)
    if general:  # "*{…}" would reach the whole page: the same, inherited from the root
        root.set("style", ";".join(part for part in (root.get("style"), general[1].strip()) if part))
    if general or _ANY_URL.search(rules):
        _drop(style)


def _size(root: Any) -> tuple[float, float]:
    box = [float(n) for n in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if n]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        return box[2], box[3]
    numbers = [re.match(r"[\d.]+", root.get(name, "")) for name in ("width", "height")]
    width, height = (float(n[0]) if n else 0.0 for n in numbers)
    return (width, height) if width and height else (400.0, 300.0)


def drawn_ratio(text: str) -> float:
    """Return height ÷ width of an SVG, read from its first element only.

    >>> drawn_ratio('<svg viewBox="0 0 360 205" xmlns="http://www.w3.org/2000/svg"><g/></svg>')
    0.5694444444444444
    """
    start = text.find("<svg")
    tag = text[start : text.find(">", start)]
    attributes = dict(re.findall(r"""\b(viewBox|width|height)=["']([^"']*)""", tag))
    width, height = _size(attributes)
    return height / width


def clean_svg(text: str, prefix: str, facts: Iterable[str] = (), where: str = "插图", redraw: Callable[[str], str] | None = None) -> tuple[str, float]:
    """Return the SVG ready to stand inside a page, and its height ÷ width.

    Parameters
    ----------
    prefix : str
        Put before every id, so that two figures of a page never share one.
    facts : ids
        An element whose id is a fact's id gets ``data-fact``.
    redraw : callable, optional
        Applied to every visible text (the PDF names characters that no font has).

    Raises
    ------
    ExportError
        For text that is no SVG.
    """
    root = _parse(text, where)
    known = set(facts)
    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if element is not root and (not name or not element.tag.startswith(f"{{{SVG}}}") or name in _DROPPED):
            if element.getparent() is not None:
                _drop(element)
        elif name == "style":
            _clean_style(element, root)
    for element in root.iter():
        _clean_attributes(element, prefix, known)
        if redraw is not None:
            element.text = redraw(element.text) if element.text else element.text
            element.tail = redraw(element.tail) if element.tail else element.tail
    width, height = _size(root)
    root.set("viewBox", root.get("viewBox") or f"0 0 {width:g} {height:g}")
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    etree.cleanup_namespaces(root, top_nsmap={None: SVG, "xlink": XLINK}, keep_ns_prefixes=["xlink"])
    return etree.tostring(root, encoding="unicode"), height / width
