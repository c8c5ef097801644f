"""What a removed sentence leaves behind: paragraphs cut and joined, headings that head nothing any more, numbers that skip."""

from __future__ import annotations

import re
from typing import Any

from analysis.wording.numbers import runs

GONE = "gone"
_NUMERALS = "一二三四五六七八九十"
_NUMBERED = {1: re.compile(f"([{_NUMERALS}]+)、"), 2: re.compile(f"（([{_NUMERALS}]+)）")}


def gone() -> dict[str, Any]:
    """What stands where a block went: it keeps the places of the others."""
    return {"type": GONE}


def kept_of(block: dict[str, Any], stretches: list[tuple[int, int, str, int]]) -> dict[str, Any]:
    """Return a paragraph of ``(start, end, note, width of the stop)``: each stretch with its note before its stop."""
    made, lines, length = [], [], 0
    for start, end, note, stop in stretches:
        before = [line for line in block.get("lines", []) if line[0] <= start][-1:]
        inside = [line for line in block.get("lines", []) if start < line[0] < end]
        lines += [[length, *line[1:]] for line in before] + [[length + line[0] - start, *line[1:]] for line in inside]
        piece = [*_between(block["runs"], start, end - stop), *runs(note), *_between(block["runs"], end - stop, end)]
        made += piece
        length += sum(len(run["text"]) for run in piece)
    return block | {"runs": made} | ({"lines": lines} if "lines" in block else {})


def _between(whole: list[dict[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    """Return the runs between two places of the text; a figure is never cut."""
    found, at = [], 0
    for run in whole:
        here, at = at, at + len(run["text"])
        text = run["text"][max(0, start - here) : max(0, end - here)]
        if text:
            found.append(run | {"text": text})
    return found


def tidy(blocks: list[dict[str, Any]]) -> None:
    """Take away what was left empty by blocks that went: an opening that ends in a colon, then headings with nothing under them."""
    for at, block in enumerate(blocks):
        if block["type"] != GONE:
            continue
        before, after = _neighbour(blocks, at, -1), _neighbour(blocks, at, 1)
        if before is not None and _opens(blocks[before]) and (after is None or blocks[after]["type"] != "paragraph"):
            blocks[before] = gone()
            before = _neighbour(blocks, at, -1)
        while before is not None and blocks[before]["type"] == "heading" and _is_empty(blocks[before], None if after is None else blocks[after]):
            _renumber(blocks, before)
            blocks[before] = gone()
            before = _neighbour(blocks, at, -1)


def _neighbour(blocks: list[dict[str, Any]], at: int, step: int) -> int | None:
    places = range(at + step, len(blocks) if step > 0 else -1, step)
    return next((n for n in places if blocks[n]["type"] != GONE), None)


def _opens(block: dict[str, Any]) -> bool:
    return block["type"] == "paragraph" and "".join(run["text"] for run in block["runs"]).rstrip().endswith("：")


def _is_empty(heading: dict[str, Any], after: dict[str, Any] | None) -> bool:
    return after is None or after["type"] in ("facts", "page_break") or (after["type"] == "heading" and after["level"] <= heading["level"])


def _renumber(blocks: list[dict[str, Any]], at: int) -> None:
    """Let the headings after one that goes move up: 三、 becomes 二、."""
    level = blocks[at]["level"]
    number = _number_of(blocks[at])
    for place in range(at + 1, len(blocks)):
        block = blocks[place]
        if block["type"] != "heading" or block["level"] > level:
            continue
        if block["level"] < level or number is None or _number_of(block) != number + 1:
            return
        first, *others = block["runs"]
        found = _NUMBERED[level].match(first["text"])
        text = f"{first['text'][: found.start(1)]}{_numeral(number)}{first['text'][found.end(1) :]}"
        blocks[place] = block | {"runs": [first | {"text": text}, *others]}
        number += 1


def _number_of(heading: dict[str, Any]) -> int | None:
    found = _NUMBERED[heading["level"]].match(heading["runs"][0]["text"]) if heading["level"] in _NUMBERED and heading["runs"] else None
    return next((n for n in range(1, 20) if _numeral(n) == found[1]), None) if found else None


def _numeral(number: int) -> str:
    return _NUMERALS[number - 1] if number <= 10 else f"十{_NUMERALS[number - 11]}"
