"""Figures that are no facts: the closed list of mark kinds (``marks.csv``), and the names, dates and references a document may hold as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from analysis import tables
from analysis.fonts import code_point, is_private
from analysis.periods import Quarter
from analysis.publishing.number_check.places import Piece
from analysis.publishing.number_check.tokens import find_figures

_REFERENCE = re.compile(r"(?:见|^)?(?:附?[表图])\s?\d+(?=[、，。）)）\s　和与至]|$)|(?:附?[表图])\d+")
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.．、]|[（(]\d+[）)])")
_LISTING = re.compile(r"\d+个地区有数据|等\d+个")


@lru_cache(maxsize=1)
def mark_patterns() -> dict[str, re.Pattern[str]]:
    """Return mark kind → what a figure of that kind must look like."""
    rows = tables.load("marks").to_dict("records")
    return {row["kind"]: re.compile(row["pattern"]) for row in rows}


@lru_cache(maxsize=1)
def _table_names() -> frozenset[str]:
    indicators, segments = tables.load("indicators"), tables.load("segments")
    return frozenset([*indicators["name"], *indicators["denominator_name"], *indicators["indicator"], *segments["name"]]) - {""}


def is_marked_rightly(piece: Piece) -> bool:
    """Whether a marked stretch is of a known kind and looks like it (a bare ``12.3%`` is no name)."""
    pattern = mark_patterns().get(piece.mark)
    return pattern is not None and (not find_figures(piece.text) or bool(pattern.search(piece.text)))


def _days(day: date) -> list[str]:
    return [f"{day.year}年{day.month}月{day.day}日", day.isoformat(), f"{day.month}月{day.day}日", f"{day.year}年{day.month}月", f"{day.year}年"]


def quarter_words(quarter: str) -> list[str]:
    q = Quarter(quarter)
    year = q.as_of.year
    return [q.label, q.key, q.label.replace("第", ""), f"{year}年", f"{year}年度", *_days(q.as_of)]


_RESERVED = re.compile("[\ue000-\ue007]")  # wording.numbers marks figures with these and takes them out of names


class Allowed:
    """What one document may say in figures without a mark: its names, its quarters and their last days, references to its own tables."""

    def __init__(self, facts: Mapping[str, Mapping[str, Any]], meta: Mapping[str, Any]) -> None:
        self._facts, self._meta = facts, meta

    @cached_property
    def _phrases(self) -> dict[str, str]:
        names: set[str] = set(_table_names())
        quarters = {self._meta.get("quarter") or ""}
        for record in self._facts.values():
            names.update(str(record.get(key) or "") for key in ("region_name", "name", "denominator_name", "reason"))
            quarters.add(record.get("quarter") or "")
        names.update(str(self._meta.get(key) or "") for key in ("city_name", "scope_name", "document"))
        names.update(str(item).rstrip("。；") for item in self._meta.get("incomplete") or [])
        made = {spelling: "name" for name in names if find_figures(name) for spelling in _spellings(name)}
        for quarter in quarters - {""}:
            q = Quarter(quarter)
            for other in (q, q.previous, q.year_ago):
                made |= dict.fromkeys(quarter_words(str(other)), "date")
        return made

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        phrases = sorted(self._phrases, key=lambda p: (-len(p), p))
        return re.compile("|".join(re.escape(p) for p in phrases)) if phrases else None

    def is_line_of_a_name(self, text: str) -> bool:
        """Whether a label in a drawing is one line of a known name that was too long for one."""
        line = text.strip()
        return is_marked_rightly(Piece(line, mark="name")) and any(line in name for name, kind in self._phrases.items() if kind == "name")

    def split(self, text: str, is_heading: bool = False, is_picture: bool = False) -> list[Piece]:
        """Part a plain text: known names and dates come out marked, the rest as it is.

        Parameters
        ----------
        is_heading : its own numbering (1. or （1）) is an ordinal
        is_picture : the description of a picture, which counts the regions it shows
        """
        if not find_figures(text):
            return [Piece(text)] if text else []
        patterns: list[tuple[re.Pattern[str], str]] = [(_NUMBERING, "ordinal")] if is_heading else []
        patterns += [(_REFERENCE, "ordinal")] + ([(_LISTING, "ordinal")] if is_picture else [])
        spans = [(*m.span(), self._phrases[m[0]]) for m in self._pattern.finditer(text)] if self._pattern else []
        for pattern, kind in patterns:
            spans += [(*m.span(), kind) for m in pattern.finditer(text)]
        return list(_parts(text, sorted(spans)))


def _spellings(name: str) -> set[str]:
    """Return how a name may stand in a finished file: as it is, without what the wording keeps for itself, with the codes of characters no font has.

    >>> sorted(_spellings("1区")), "1〔U+20BB7〕区" in _spellings("1𠮷区")
    (['1区'], True)
    """
    named = "".join(code_point(c) if is_private(c) or ord(c) > 0xFFFF else c for c in name)
    return {name, named, _RESERVED.sub("", name)}


def _parts(text: str, spans: list[tuple[int, int, str]]) -> Iterable[Piece]:
    figures, at = find_figures(text), 0
    for start, end, kind in spans:
        torn = any(a < start < b or a < end < b for a, b in figures)  # part of a longer figure is no name of ours
        if start < at or torn:
            continue
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], mark=kind)
        at = end
    if at < len(text):
        yield Piece(text[at:])
