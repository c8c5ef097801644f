"""Where figures and tables stand on paper: text that follows is drawn up before one that would leave a page half empty, in PDF and DOCX alike.

Pages are reckoned from the grid (22 lines of 28 characters), near enough to tell a gap of some lines from none. What cannot be filled with text
is filled by a figure drawn a little smaller, or by the first rows of a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from analysis.publishing.layout import em, title_lines, words
from analysis.publishing.pictures import decode_png, png_ratio
from analysis.publishing.svg import drawn_ratio

PAGE_MM, LINE_MM = 225.0, 10.227
TALLEST_MM, WIDEST_MM = 185.0, 156.0
WHOLE_ROWS = 12  # a table of up to so many rows stays on one page
_LEAST_ROWS, _LEAST_SMALL_ROWS = 3, 2  # a part of a table has at least so many; an annex has tall ones
_WORTH_MM = 3 * LINE_MM  # a smaller gap is left
_TALLEST_END_MM = 110.0  # the rows kept together at an end of a table
_HALF_EMPTY_MM = 50.0  # rather than leave so much, a table too short to be parted comes after the next section's first words, and a figure is made smaller
_SURE_MM = 11.0  # a figure that fits by less is drawn that much smaller: a paragraph may take a line more than reckoned
_UNSURE_MM = 45.0  # what seems to fit with no more to spare than this may not
_LEAST_SCALE = 0.82
_CHARACTERS, _SMALL_CHARACTERS = 28, 37
_SMALL_MM, _NOTE_AROUND_MM, _BOX_AROUND_MM = 6.7, 2.0, 7.0
_ABOVE_MM, _BELOW_MM, _SPARE_MM = 1.8, 6.4, 2.0  # of a figure or table
_MM_PER_PT = 25.4 / 72
_POINTING = ("下表", "下图", "如下")
Block = dict[str, Any]


def figure_ratio(block: Block) -> float:
    """Return height ÷ width of a figure block."""
    return drawn_ratio(block["svg"]) if block.get("svg") else png_ratio(decode_png(block["png"], "插图"))


def figure_width(block: Block) -> float:
    """Return how wide a figure is printed, in millimetres."""
    return min(float(block.get("width_mm") or 150), WIDEST_MM, TALLEST_MM / figure_ratio(block))


def is_parted(block: Block) -> bool:
    """Return whether a table may go on overleaf: one of many rows, one that found too little room, one of few rows too tall for a page (of an annex: for half a page)."""
    return len(block["rows"]) > WHOLE_ROWS or bool(block.get("parted")) or _table(block) > (PAGE_MM / 2 if block.get("small") else TALLEST_MM)


def has_tall_rows(block: Block) -> bool:
    """Return whether a row may need more than most of a page, so that it must be cut."""
    return any(_table(block | {"rows": [row], "columns": [], "caption": [], "note": []}) > TALLEST_MM * 0.8 for row in block["rows"])


def rows_together(block: Block) -> int:
    """Return how many first rows stay with the head of a table that may go on overleaf, and how many last rows with one another and the note.

    Fewer where rows are so tall that they would take much of a page.
    """
    if not is_parted(block):
        return 0
    least = _LEAST_SMALL_ROWS if block.get("small") else _LEAST_ROWS
    for count in range(least, 0, -1):
        ends = (block | {"rows": block["rows"][:count], "note": []}, block | {"rows": block["rows"][-count:]})
        if len(block["rows"]) >= 2 * count and all(_table(end) < _TALLEST_END_MM for end in ends):
            return count
    return 0


def settled(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks in the order in which paper shows them; only body text and headings move, and only forward over one table, or figures that share a page."""
    waiting, page = list(blocks), _Page()
    while waiting:
        block = waiting.pop(0)
        if not _is_whole(block):
            page.add(block, _first_part(waiting[0]) if waiting and block["type"] == "heading" else 0.0)
            continue
        if page.lacks(block) and page.left > _WORTH_MM and not page.is_pointing:
            staying = _staying(block, waiting)
            may_pass_heading = block["type"] == "figure" or (len(block["rows"]) < 2 * _LEAST_ROWS and page.left > _HALF_EMPTY_MM)
            drawn_up = _drawn_up(waiting[staying:], page.left, may_pass_heading)
            gap = page.left - sum(map(height, waiting[staying : staying + drawn_up]))
            if block["type"] == "figure" and gap > _HALF_EMPTY_MM and _smaller(block, page.lacks(block) + _SURE_MM):
                drawn_up = 0  # the figure itself, a little smaller, fills the page better
            for moved in waiting[staying : staying + drawn_up]:
                page.add(moved, LINE_MM)
            del waiting[staying : staying + drawn_up]
        page.add(_fitted(block, page))
    return page.made


class _Page:
    """The blocks so far, and how far down the page they reach."""

    def __init__(self) -> None:
        self.made: list[Block] = []
        self.at, self.first, self._is_after_text = 0.0, 0, False

    @property
    def left(self) -> float:
        return PAGE_MM - self.at

    @property
    def is_pointing(self) -> bool:
        """Whether the text just before says that what follows it is shown next."""
        before = words(self.made[-1].get("runs", [])) if self.made else ""
        return any(word in before for word in _POINTING)

    def needs(self, block: Block) -> float:
        """Return the room that a figure or table takes here; the space below it may hang over the edge."""
        return height(block) - _BELOW_MM + (_ABOVE_MM if self._is_after_text and self.at else 0.0)

    def lacks(self, block: Block) -> float:
        """Return how much room a figure or table lacks on this page."""
        return max(0.0, self.needs(block) - self.left)

    def add(self, block: Block, following: float = 0.0) -> None:
        """Put a block on the page; ``following`` is what must stand with it."""
        tall = height(block)
        is_whole = _is_whole(block)
        if block["type"] == "page_break" or (self.lacks(block) if is_whole else block["type"] == "heading" and self.at + tall + following > PAGE_MM):
            self.at, self.first = 0.0, len(self.made)
        self.made.append(block)
        if block["type"] != "page_break":
            self.at += tall + (_ABOVE_MM if is_whole and self._is_after_text and self.at else 0.0)
        again = _again(block) if block["type"] == "table" else 0.0
        while self.at > PAGE_MM + (_BELOW_MM if is_whole else 0.5):
            self.at, self.first = self.at - PAGE_MM + again, len(self.made)
        self._is_after_text = block["type"] not in ("figure", "table", "page_break")


def _is_whole(block: Block) -> bool:
    return block["type"] == "figure" or (block["type"] == "table" and not block["plan"].is_turned and not is_parted(block))


def _own_notes(waiting: Sequence[Block]) -> int:
    """Return how many notes come right after a figure or table: they stay with it."""
    return next((n for n, block in enumerate(waiting) if block["type"] != "paragraph" or block.get("style", "body") not in ("note", "source")), len(waiting))


def _staying(block: Block, waiting: Sequence[Block]) -> int:
    """Return how many of the following blocks stay behind with a figure or table: its notes, and further figures that share its page."""
    count, tall = _own_notes(waiting), height(block)
    while block["type"] == "figure" and count < len(waiting) and waiting[count]["type"] == "figure":
        tall += height(waiting[count])
        if tall > PAGE_MM:
            break
        count += 1 + _own_notes(waiting[count + 1 :])
    return count


def _drawn_up(waiting: Sequence[Block], gap: float, may_pass_heading: bool) -> int:
    """Return how many of the following blocks fill the gap: paragraphs and headings, never ending with a heading, never a note that belongs to what is shown.

    A table that can be parted stays in its section.
    """
    count, filled = 0, 0.0
    for block in waiting:
        if block["type"] == "heading" and not may_pass_heading:
            break
        if filled >= gap - LINE_MM / 2 or block["type"] not in ("paragraph", "heading") or block.get("style", "body") not in ("body", "notice"):
            break
        count += 1
        filled += height(block)
    while count and waiting[count - 1]["type"] == "heading":
        count -= 1
    if filled < _WORTH_MM or (count and waiting[0]["type"] == "paragraph" and waiting[0].get("style", "body") == "notice"):
        return 0
    return count


def _fitted(block: Block, page: _Page) -> Block:
    """Return a figure made small enough for what is left of the page, or a table that may be parted.

    A table that fits so narrowly that it may not, may be parted too. Where one lacks a few millimetres the page's figure above it is drawn that much smaller.
    """
    lacking = page.lacks(block)
    if block["type"] == "table" and not lacking and page.needs(block) > page.left - _UNSURE_MM:
        return _parted(block)
    if block["type"] == "figure" and not lacking and page.at and page.needs(block) > page.left - _SURE_MM:
        return _smaller(block, page.needs(block) - page.left + _SURE_MM) or block
    if not lacking or page.left <= _WORTH_MM:
        return block
    if block["type"] == "figure":
        return _smaller(block, lacking + _SURE_MM) or _smaller(block, lacking) or block
    above = next((n for n in range(len(page.made) - 1, page.first - 1, -1) if page.made[n]["type"] == "figure"), None)
    smaller = (_smaller(page.made[above], lacking + _SURE_MM) or _smaller(page.made[above], lacking)) if above is not None else None
    if smaller:
        page.at -= height(page.made[above]) - height(smaller)
        page.made[above] = smaller
        return _parted(block)  # it may yet lack a line: rather its last rows overleaf than all of it
    first_part = height(block | {"rows": block["rows"][:_LEAST_ROWS], "note": []}) - _BELOW_MM + _ABOVE_MM
    return _parted(block) if page.left > first_part else block


def _parted(table: Block) -> Block:
    """Return a table that may go on overleaf, where both parts then have rows enough."""
    return table | {"parted": True} if len(table["rows"]) >= 2 * _LEAST_ROWS else table


def _smaller(figure: Block, lacking: float) -> Block | None:
    """Return a figure drawn so much lower, None where its words would become too small to read."""
    drawn = figure_width(figure) * figure_ratio(figure)
    scale = (drawn - lacking - _SPARE_MM) / drawn
    return figure | {"width_mm": round(figure_width(figure) * scale, 1)} if scale >= _LEAST_SCALE else None


def _first_part(block: Block) -> float:
    """Return what of a block must stand with the heading before it."""
    return height(block) if _is_whole(block) else min(height(block), LINE_MM)


def height(block: Block) -> float:
    """Return the height of a block on paper in millimetres, nearly.

    >>> height({"type": "paragraph", "runs": [{"text": "字" * 27}]})
    20.454
    """
    kind, text = block["type"], words(block.get("runs", []))
    if kind == "figure":
        note = ceil(em(words(block.get("note", []))) / 42) * 5.4 if block.get("note") else 0.0
        return figure_width(block) * figure_ratio(block) + (7.0 if block.get("caption") else 0.0) + note + _BELOW_MM
    if kind == "table":
        return _table(block)
    if kind == "title":
        return LINE_MM * (0.4 + 1.25 * len(title_lines(text)))
    if kind == "page_break":
        return 0.0
    if kind == "signature":
        return LINE_MM * (1 + bool(block.get("first")))
    if kind == "incomplete" or (kind == "paragraph" and block.get("style", "body") != "body"):
        around = _NOTE_AROUND_MM if block.get("style") in ("note", "source") else _BOX_AROUND_MM
        return around + _SMALL_MM * ceil(em(text) / _SMALL_CHARACTERS)
    return round(LINE_MM * ceil((em(text) + (2 if kind in ("heading", "paragraph") else 0)) / _CHARACTERS), 3)


def _again(table: Block) -> float:
    """Return what a table that goes on overleaf takes more: the head once again, and half a row left below the last one that fitted."""
    head = _table(table | {"rows": [], "caption": [], "note": []}) - _BELOW_MM
    return 1.5 * head


def _table(block: Block) -> float:
    plan = block["plan"]
    per_line = [max(1.0, (width - 2.6) / (plan.size_pt * _MM_PER_PT)) for width in plan.widths_mm]
    inset = 1.1 if block.get("small") else 2.6
    heads = [[column["runs"] for column in block["columns"]]] if block["columns"] else []
    texts = [*heads, *([cell["runs"] for cell in row] for row in block["rows"])]
    rows = sum(
        inset + plan.size_pt * _MM_PER_PT * (1.4 * max(1, *(ceil(em(words(cell)) / room) for cell, room in zip(row, per_line, strict=True))) - 0.4)
        for row in texts
    )
    note = words(block.get("note", []))
    return rows + _BELOW_MM + (7.0 if block.get("caption") else 0.0) + (2.5 + 5.4 * ceil(em(note) / 42) if note else 0.0)
