"""How wide a table's columns are, how large its letters, whether its page is turned, and where a title breaks its lines."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

PORTRAIT_MM, LANDSCAPE_MM = 156.0, 225.0
# width, letters in points, longest Chinese text kept whole in em: tried in this order, the last one stands
_TRIALS = (
    (PORTRAIT_MM, 10.5, 10.0), (PORTRAIT_MM, 9.0, 10.0), (PORTRAIT_MM, 10.5, 5.0), (PORTRAIT_MM, 9.0, 5.0), (PORTRAIT_MM, 7.5, 5.0),
    (LANDSCAPE_MM, 10.5, 8.0), (LANDSCAPE_MM, 9.0, 5.0), (LANDSCAPE_MM, 7.5, 4.0),
)  # fmt: skip
_SMALL = ((PORTRAIT_MM, 7.5, 10.0), (PORTRAIT_MM, 7.5, 5.0), (LANDSCAPE_MM, 7.5, 4.0))  # an annex
_INSET_MM = 2.8
_MM_PER_PT = 25.4 / 72
_TITLE_CHARACTERS = 20
_BREAK_AFTER = set("的、，：—》”上暨和")
_NO_START = set("、，。：；！？）》”〉％%的了")


@dataclass(frozen=True)
class TablePlan:
    """Letter size, column widths (they fill the text width) and whether the table stands on a turned page."""

    size_pt: float
    widths_mm: tuple[float, ...]
    is_turned: bool


@lru_cache(maxsize=1 << 14)  # a table is tried at several sizes
def em(text: str) -> float:
    """Return the width of a text in full-width characters.

    >>> em("率45.9%")
    3.75
    """
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)


SEAL_EM = 4.0  # what stays free right of the date of a document that is sealed (GB/T 9704)


def signature_indents(lines: list[str]) -> list[float]:
    """Return how far each line of a signature stays from the right edge, in characters: the date, last, by four, the names above it centred upon it.

    >>> signature_indents(["某市总工会", "2021年10月20日"])
    [5.2, 4.0]
    >>> signature_indents(["某某某某某某某某某某某某某某自治区总工会", "2021年10月20日"])
    [0.0, 4.0]
    """
    date = em(lines[-1])
    return [round(max(SEAL_EM + (date - em(line)) / 2, 0.0), 2) for line in lines]


@lru_cache(maxsize=1 << 14)
def _cell_em(text: str) -> float:
    """Like ``em``, with the quarter space that some programs put between Chinese and figures, and the wide % of some fonts."""
    borders = sum(1 for left, right in pairwise(text) if left.isascii() != right.isascii())
    return em(text) + 0.25 * borders + 0.35 * text.count("%")


def words(runs: list[dict]) -> str:
    return "".join(run["text"] for run in runs)


def _needs(block: dict, column: int, longest_whole: float) -> tuple[float, float]:
    """Return (least, natural) width in em: figures and text up to ``longest_whole`` stay on one line, longer Chinese text may wrap."""
    header = em(words(block["columns"][column]["runs"]))
    cells = [words(row[column]["runs"]) for row in block["rows"]]
    firm = max((_cell_em(c) if em(c) <= longest_whole or not any("一" <= ch <= "鿿" for ch in c) else longest_whole for c in cells), default=1.0)
    natural = max((_cell_em(c) for c in cells), default=1.0)
    return max(min(firm, 14.0), min(header, 3.0), 1.5), max(min(natural, 24.0), min(header, 6.0), 2.0)


def _choose(block: dict) -> tuple[float, float, bool, list[tuple[float, float]]]:
    count = len(block["columns"])
    for width, size, longest_whole in _SMALL if block.get("small") else _TRIALS:
        needs = [_needs(block, i, longest_whole) for i in range(count)]
        if sum(least for least, _ in needs) * size * _MM_PER_PT + count * _INSET_MM <= width:
            break
    return size, width, width == LANDSCAPE_MM, needs


def plan_table(block: dict) -> TablePlan:
    """Choose the largest letters at which every column gets its least width, upright if that can be."""
    size, width, is_turned, needs = _choose(block)
    given = [column.get("width") for column in block["columns"]]
    if all(given):
        return TablePlan(size, tuple(round(width * float(g) / sum(map(float, given)), 2) for g in given), is_turned)
    least = [low * size * _MM_PER_PT + _INSET_MM for low, _ in needs]
    wish = [high * size * _MM_PER_PT + _INSET_MM for _, high in needs]
    spare, growth = width - sum(least), sum(wish) - sum(least)
    share = min(1.0, spare / growth) if growth > 0 and spare > 0 else 0.0
    widths = [low + (high - low) * share for low, high in zip(least, wish, strict=True)]
    factor = width / sum(widths)
    return TablePlan(size, tuple(round(w * factor, 2) for w in widths), is_turned)


def title_lines(text: str) -> list[str]:
    """Break a long title into lines of like length, after a particle or mark rather than inside a word.

    >>> title_lines("在全市工会重点工作推进会上的讲话")
    ['在全市工会重点工作推进会上的讲话']
    """
    count = ceil(em(text) / _TITLE_CHARACTERS)
    if count < 2:
        return [text]
    target = len(text) / count
    low, high = int(target * 0.6), int(target * 1.4)
    best, best_cost = 0, float("inf")
    for at in range(max(low, 1), min(high, len(text) - 1) + 1):
        inside = (text[at - 1].isascii() and text[at].isascii()) or text[:at].count("“") > text[:at].count("”")  # no name is broken inside its quotes
        if inside or text[at] in _NO_START or em(text[:at]) > _TITLE_CHARACTERS:
            continue
        starts_dash = text[at] == "—" and text[at - 1] != "—"
        cost = abs(at - target) + (0 if text[at - 1] in _BREAK_AFTER or starts_dash else 4)
        if cost < best_cost and not (text[at] == "—" and text[at - 1] == "—"):
            best, best_cost = at, cost
    if not best:
        return [text]
    return [text[:best], *title_lines(text[best:])]
