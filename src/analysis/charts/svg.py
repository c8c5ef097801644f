"""What matplotlib's SVG still needs: hover titles, fact ids, fonts of the reader's machine, short numbers, no machine-made ids."""

from __future__ import annotations

import hashlib
import re
from xml.sax.saxutils import escape, quoteattr, unescape

from analysis.charts.fonts import READER_FAMILIES

_FAMILIES = ", ".join(f"'{name}'" if " " in name else name for name in READER_FAMILIES)


def finish_svg(svg: str, notes: dict[str, dict[str, str]], alt: str) -> str:
    """Return an SVG to be put into a page as it is.

    ``notes`` maps the group ids given while drawing to attributes; ``title`` among them becomes the hover title. All of it, and ``alt``,
    is data and escaped here.
    """
    start = svg.index("<svg")
    svg = re.sub(r"<!--.*?-->\s*", "", svg[start:], flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="([^"]*)">', lambda match: _group(match.group(1), notes), svg)
    svg = re.sub(r' (d|x|y|transform|points)="([^"]*)"', _shorten, svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", svg)
    svg = re.sub(r"\n\s*", "\n", svg)
    return re.sub(
        r"<svg([^>]*)>",
        lambda m: f'<svg{m.group(1)} role="img" style="font-family: {_FAMILIES}" aria-label={quoteattr(alt)}>\n<title>{escape(alt)}</title>',
        svg,
        count=1,
    )


def texts_digest(svg: str) -> str:
    """Return the sha256 of all texts of a drawing in order; the PNG drawn with it carries the same, so that both can be known for one drawing."""
    texts = [unescape(re.sub(r"<[^>]*>", "", text)) for text in re.findall(r"<text\b[^>]*>(.*?)</text>", svg, flags=re.DOTALL)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _group(name: str, notes: dict[str, dict[str, str]]) -> str:
    if name not in notes:
        return "<g>"
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in notes[name].items() if key != "title")
    title = f"<title>{escape(notes[name]['title'])}</title>" if "title" in notes[name] else ""
    return f"<g{attributes}>{title}"


def _shorten(match: re.Match[str]) -> str:
    if "scale" in match.group(2):
        return match.group(0)
    numbers = re.sub(r"-?\d+\.\d{3,}", lambda number: _two_places(float(number.group())), match.group(2))
    return f' {match.group(1)}="{" ".join(numbers.split())}"'


def _two_places(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
