"""What a page must be (``tables/page_rules.csv``), and what was measured on one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from analysis import tables

MM = 25.4 / 72
_A4 = (210.0, 297.0)
_CUT = 0.6  # millimetres a sheet may be off
READING = "speech_read"  # the speech to be read aloud: larger letters, paragraphs whole on a page
_INSIDE = {"fzxbsjwgb10": "方正小标宋简体", "fzxbskgbk10": "方正小标宋_GBK"}  # what these fonts are called within a PDF
ROLES = {  # what a line is → the role of its font (``fonts``)
    "title": "title",
    "heading1": "hei",
    "heading2": "kai",
    "heading3": "body",
    "heading4": "body",
    "text": "body",
    "head": "hei",
    "caption": "hei",
    "cell": "song",
}
_PLAIN = re.compile(r"[\dA-Za-z“—]")  # a measured value, not a verb


def is_a4(width: float, height: float) -> bool:
    """Whether a sheet of these millimetres is A4, upright or turned.

    >>> is_a4(297.0, 210.2), is_a4(215.9, 279.4)
    (True, False)
    """
    return all(abs(side - wanted) <= _CUT for side, wanted in zip(sorted((width, height)), _A4, strict=True))


@dataclass(frozen=True)
class Departure:
    """One thing that departs from the rules: where, what was measured, what was expected."""

    where: str
    name: str
    found: str
    wanted: str

    @property
    def sentence(self) -> str:
        return f"{self.where}：{self.name}{'为' if _PLAIN.match(self.found) else ''}{self.found}，应{'' if self.wanted[:1] in '在与每逐全有同显' else '为'}{self.wanted}"


@dataclass
class Layout:
    """``measures`` (name, measured, expected) as they were found, ``departures`` from the rules, ``remarks`` that are no mistakes (a stand-in font)."""

    measures: list[tuple[str, str, str]] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def hold(self, code: str, value: float | None, where: str = "全文", is_told: bool = True) -> None:
        """Hold a measured value against its rule; None is nothing to measure."""
        rule = rules()[code]
        if value is None:
            return
        found = f"{value:g}{rule.unit}" if rule.unit in ("行", "字") else f"{value:.1f}{rule.unit}"
        if is_told:
            self.measures.append((rule.name, found, rule.wanted))
        if not rule.low <= value <= rule.high:
            self.depart(where, rule.name, found, rule.wanted)

    def depart(self, where: str, name: str, found: str, wanted: str) -> None:
        made = Departure(where, name, found, wanted)
        if made not in self.departures:
            self.departures.append(made)


@dataclass(frozen=True)
class Rule:
    name: str
    low: float
    high: float
    unit: str
    wanted: str


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """Return the rules by code."""
    return {r.code: Rule(r.name, float(r.low), float(r.high), r.unit, r.wanted) for r in tables.load("page_rules").itertuples()}


def squeezed(family: str) -> str:
    """Return a font's name as different programs write it: no subset prefix, spaces, hyphens or style.

    >>> squeezed("ABCDEF+NotoSerifSC-Regular"), squeezed("Noto Serif SC")
    ('notoserifsc', 'notoserifsc')
    """
    name = family.rpartition("+")[2].lower().removesuffix("-regular").removesuffix("-identity-h")
    return "".join(c for c in name if c.isalnum())


@lru_cache(maxsize=8)
def role_fonts(role: str) -> dict[str, str]:
    """Return squeezed name → name of every font that may play a role, best first."""
    rows = tables.load("fonts").query("role == @role")
    rows = rows.sort_values("order", key=lambda order: order.astype(int))
    known = {squeezed(name): row.docx_name for row in rows.itertuples() for name in (row.family, row.family.removesuffix(" R"), row.docx_name)}
    return known | {inside: name for inside, name in _INSIDE.items() if name in known.values()}


def page_words(page: int) -> str:
    """Return a page counted from 0 as readers count it.

    >>> page_words(0)
    '第1页'
    """
    return f"第{page + 1}页"


def capacity(extent_mm: float, step_pt: float) -> int:
    """Return how many lines or characters of a step fit, with the hair's breadth that setting allows."""
    return int(extent_mm / MM / step_pt + 0.06)


def heading_gaps(levels: list[int]) -> list[int]:
    """Return the positions of headings that skip a level.

    >>> heading_gaps([1, 2, 2, 3, 1, 3])
    [5]
    """
    return [n for n, level in enumerate(levels) if level > (levels[n - 1] if n else 0) + 1]
