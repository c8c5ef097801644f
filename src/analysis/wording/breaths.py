"""Paragraphs that are heard, not read: few figures each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from analysis.wording.guards.tidy import kept_of

MOST = 3  # figures that a listener takes in at a time (domain §8.2, 讲话稿)


def in_breaths(block: dict[str, Any], most: int = MOST) -> list[dict[str, Any]]:
    """Part a body paragraph that holds more figures where lines of its template begin; what holds few enough stays one.

    Examples
    --------
    >>> runs = [{"text": "甲区"}, {"text": "3", "fact": "a"}, {"text": "家。乙区"}, {"text": "4", "fact": "b"}, {"text": "家。"}]
    >>> block = {"type": "paragraph", "style": "body", "runs": runs, "lines": [[0, "speech.j2", 1], [5, "speech.j2", 2]]}
    >>> ["".join(run["text"] for run in part["runs"]) for part in in_breaths(block, 1)]
    ['甲区3家。', '乙区4家。']
    """
    if block["type"] != "paragraph" or block["style"] != "body" or _figures(block) <= most:
        return [block]
    text = "".join(run["text"] for run in block["runs"])
    begins = [at for at, *_ in block.get("lines", []) if at and text[at - 1] in "。！？；"]
    made: list[tuple[int, int]] = []
    for start, end in pairwise([0, *begins, len(text)]):
        wider = (made[-1][0], end) if made else (start, end)
        if made and (_figures(_cut(block, wider)) <= most or not _figures(_cut(block, made[-1]))):  # what only leads in does not stand alone
            made[-1] = wider
        else:
            made.append((start, end))
    return [_cut(block, stretch) for stretch in made]


def _cut(block: dict[str, Any], stretch: tuple[int, int]) -> dict[str, Any]:
    return kept_of(block, [(*stretch, "", 0)])


def _figures(block: dict[str, Any]) -> int:
    return sum("fact" in run for run in block["runs"])
