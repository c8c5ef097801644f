"""Where figures stand: a document, or a file read back from its bytes, as a row of places, each with its pieces of text.

The same places come out of the blocks (what should stand there) and of every reader (what does stand there), in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``fact`` is the id it carries, ``mark`` the kind of a figure that is no fact."""

    text: str
    fact: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Place:
    """One place of a document.

    kind : text heading caption head cell note drawing said (inside the flow; said: a speaker's notes), alt title property running (beside it)
    at : for a table cell (row, column) from 1; for the rest ()
    where : the place in words, given by :func:`named`
    """

    kind: str
    pieces: tuple[Piece, ...]
    at: tuple[int, ...] = ()
    where: str = ""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass
class Finished:
    """What a finished file holds: ``flow`` in reading order, ``beside`` (titles, properties, alternative texts, running lines),
    the fact records it carries, the order of facts it was made with, its pictures (sha256 of the bytes; texts drawn in them)."""

    form: str
    flow: list[Place]
    beside: list[Place]
    facts: dict[str, dict[str, Any]]
    meta: dict[str, Any] = field(default_factory=dict)
    made_with: list[list[Any]] | None = None
    pictures: list[str] = field(default_factory=list)


def pieces(runs: Iterable[dict]) -> tuple[Piece, ...]:
    """Return the runs of a block as pieces."""
    return tuple(Piece(r["text"], r.get("fact") or "", r.get("mark") or "") for r in runs)


_WORDS = {"caption": "题", "note": "注", "drawing": "图中文字"}


def named(places: Iterable[Place]) -> list[Place]:
    """Give every place of the flow its name: heading and paragraph, or table, row and column."""
    made, heading, paragraph, tables, figures, inside = [], "", 0, 0, 0, ""
    for place in places:
        kind = place.kind
        if kind in ("heading", "title"):
            heading, paragraph, inside = place.text.strip()[:18], 0, ""
            where = f"标题“{heading}”"
        elif kind == "text":
            paragraph, inside = paragraph + 1, ""
            where = (f"“{heading}”之下" if heading else "开头") + f"第{paragraph}段"
        elif kind == "head":
            if place.at == (0, 1):
                tables += 1
                inside = f"第{tables}个表"
            where = f"{inside}表头第{place.at[1]}列"
        elif kind == "cell":
            where = f"{inside}第{place.at[0]}行第{place.at[1]}列"
        elif kind == "drawing":
            if place.at == (1,):
                figures += 1
                inside = f"第{figures}幅图"
            where = f"{inside}图中文字"
        else:
            where = {"caption": "图表题", "note": f"{inside}注", "said": "备注"}.get(kind, kind) + f"“{place.text.strip()[:12]}”"
        made.append(replace(place, where=where))
    return made
