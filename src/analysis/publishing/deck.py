"""A document as a deck: one finding a slide, with its map, chart or table and the sentences to say. Pure: the document's blocks in, slides out.

Every word of a slide stands in the document; nothing is worded anew. What a slide has no room for is in its notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from analysis.publishing.annex import day
from analysis.publishing.deck_pages import NARROW_CM, NOTE_SIZES, POINT_SIZES, WIDE_CM, figure_place, finding_size, pages, points_size, table_pages
from analysis.publishing.document import DEMO_NOTICE, Document
from analysis.publishing.layout import em, plan_table, words
from analysis.publishing.notices import incomplete_sentence
from analysis.publishing.number_check.places import Piece, Place, named, pieces
from analysis.publishing.origins import title_of
from analysis.publishing.pictures import decode_png, png_ratio
from analysis.publishing.svg import clean_svg

Runs = list[dict]
_ORDINAL = re.compile(r"^(?:（[一二三四五六七八九十]+）|[一二三四五六七八九十]+[是要])")
# a sentence that leans on the one before it makes no headline
_LEANING = re.compile(r"^(?:其中|这|该|上述|以上|前者|后者|两者|它|同期|对此|因此|但|从构成看|按上季度末的结构|分别|各类)")
_MEASURE = re.compile(r"^(?:万人|家|人|个|份|次|户|条|行)")
_LEAD_EM, _LIST_EM, _FIGURES = 18, 80, 8


@dataclass(frozen=True)
class Slide:
    """``kind`` is cover, exhibit, points or method; ``place`` the section it comes from, ``finding`` the headline, ``said`` the speaker's notes.

    ``exhibit`` is a figure or table block; ``is_first`` is False for the further pages of a long table or list.
    """

    kind: str
    finding: Runs
    place: Runs = field(default_factory=list)
    points: tuple[Runs, ...] = ()
    exhibit: dict | None = None
    said: tuple[Runs, ...] = ()
    is_first: bool = True


def deck_of(document: Document) -> list[Slide]:
    """Return the slides of a document: cover, findings in the document's order, method."""
    return _Telling(document).slides()


def sentences(runs: Runs, ends: str = "。！？") -> list[Runs]:
    """Part runs into sentences; a figure's run is never cut.

    >>> [words(s) for s in sentences([{"text": "甲。乙有"}, {"text": "3", "fact": "f"}, {"text": "家。"}])]
    ['甲。', '乙有3家。']
    """
    made: list[Runs] = [[]]
    for run in runs:
        parts = [run["text"]] if run.get("fact") or run.get("mark") else [p for p in re.split(f"(?<=[{ends}])(?!”|）)", run["text"]) if p]
        for part in parts:
            made[-1].append(run | {"text": part})
            if part.endswith(tuple(ends)):
                made.append([])
    return [sentence for sentence in made if words(sentence).strip()]


def facts_in(runs: Runs) -> list[str]:
    return [run["fact"] for run in runs if run.get("fact")]


def _shown_by(exhibit: dict) -> set[str]:
    cells = [cell["runs"] for row in exhibit.get("rows", []) for cell in row]
    return {fact.removesuffix("_abs") for fact in [*exhibit.get("facts", []), *(f for runs in cells for f in facts_in(runs))]}


def _shared(sentence: Runs, shown: set[str]) -> int:
    return len({fact.removesuffix("_abs").removesuffix("_denominator") for fact in facts_in(sentence)} & shown)


def _cover_lines(document: Document) -> list[list[dict]]:
    meta = document.meta
    named = dict.fromkeys(name for name in (meta["city_name"], meta["scope_name"]) if name)
    lines = [[{"text": "　".join(named), "mark": "name"}]] if named else []
    return lines + ([[{"text": "数据时点　"}, {"text": day(meta["as_of"]), "mark": "date"}]] if meta["as_of"] else [])


def _ratio(block: dict) -> float:
    return png_ratio(decode_png(block["png"], "图")) if block.get("png") else clean_svg(block["svg"], "d")[1]


class _Telling:
    """Walks the blocks: paragraphs wait for the figure or table they speak of, or become slides of their own."""

    def __init__(self, document: Document) -> None:
        self.document, self.made = document, []
        self.headings: list[Runs] = []
        self.waiting: list[Runs] = []
        self.asides: list[Runs] = []
        self.opening: list[dict] = []
        self.used: set[str] = set()
        body = [b for b in document.body if b["type"] == "paragraph" and b.get("style", "body") == "body"]
        self.all_sentences = [s for block in body for s in sentences(block["runs"]) if not _LEANING.match(words(s))]

    def slides(self) -> list[Slide]:
        for block in self.document.body:
            self._take(block)
        self._flush()
        return [self._cover(), *self.made]

    def _take(self, block: dict) -> None:
        kind = block["type"]
        if kind == "heading":
            self._flush()
            self.headings = [*self.headings[: block["level"] - 1], block["runs"]]
        elif kind in ("figure", "table"):
            self._exhibit(block)
        elif kind == "paragraph" and block.get("style", "body") in ("note", "source"):
            self.asides.append(block["runs"])
        elif kind == "paragraph" and self.headings:
            self.waiting.append(block["runs"])
        elif kind != "page_break":
            self.opening.append(block)

    @property
    def _place(self) -> Runs:
        made: Runs = []
        for heading in self.headings:
            made += ([{"text": "　"}] if made else []) + heading
        return made

    def _cover(self) -> Slide:
        meta = self.document.meta
        title = next((b["runs"] for b in self.opening if b["type"] == "title"), [{"text": meta["title"]}])
        lines = [b["runs"] for b in self.opening if b["type"] in ("subtitle", "byline")]
        notices = [[{"text": text}] for text in (incomplete_sentence(self.document), DEMO_NOTICE if meta["demo"] else "") if text]
        said = [b["runs"] for b in self.opening if b["type"] in ("salutation", "paragraph")]
        return Slide("cover", title, points=(*lines, *_cover_lines(self.document), *notices), said=tuple([*said, *notices] or [title]))

    def _exhibit(self, block: dict) -> None:
        own, self.waiting = self.waiting, []
        shown = _shown_by(block)
        mine = [s for paragraph in own for s in sentences(paragraph)]
        heads = [s for s in mine if facts_in(s) and not _LEANING.match(words(s))] or mine[:1]
        if not heads:  # a second exhibit after one text: the sentence elsewhere that speaks of what it shows
            said_of_it = [s for s in self.all_sentences if _shared(s, shown)]
            heads = [s for s in said_of_it if words(s) not in self.used] or said_of_it
            own = [max(heads, key=lambda s: _shared(s, shown))] if heads else []
        finding = max(heads, key=lambda s: _shared(s, shown)) if heads else (block.get("caption") or self._place)
        self.used.add(words(finding))
        place = self._place
        if finding_size(words(finding)) is None:
            finding = block.get("caption") or place
        rest = tuple(s for s in mine if s is not finding) if block["type"] == "figure" else ()
        said = tuple(own or [finding])
        if block["type"] == "figure":
            at = figure_place(block, rest, _ratio(block))  # what finds no room beside or below the figure is said, not shown
            shown_points = rest if points_size(rest, at.points_width, at.points_height) else ()
            self.made.append(Slide("exhibit", finding, place, shown_points, block, said))
            return
        for number, part in enumerate(table_pages(block)):
            self.made.append(Slide("exhibit", finding, place, (), part, said, number == 0))

    def _flush(self) -> None:
        paragraphs, self.waiting = self.waiting, []
        items: list[Runs] = []
        for paragraph in paragraphs:
            if _ORDINAL.match(words(paragraph)) and em(words(paragraph)) <= _LIST_EM:
                items.append(paragraph)
                continue
            self._list(items)
            items = []
            if paragraph is paragraphs[0] and not facts_in(paragraph) and len(paragraphs) > 1 and _ORDINAL.match(words(paragraphs[1])):
                items.append(paragraph)  # the words that lead a list stand above it
            else:
                self._single(paragraph)
        self._list(items)
        self._aside(bool(paragraphs))

    def _aside(self, has_text: bool) -> None:
        asides, self.asides = self.asides, []
        if asides and not has_text and self.headings:
            points = [s for paragraph in asides for s in sentences(paragraph)]
            for number, part in enumerate(pages(points, WIDE_CM, NOTE_SIZES)):
                self.made.append(Slide("method", self.headings[-1], [], part, None, part, number == 0))
        elif asides and self.made:
            self.made[-1] = replace(self.made[-1], said=(*self.made[-1].said, *asides))

    def _list(self, items: list[Runs]) -> None:
        for number, part in enumerate(pages(items, WIDE_CM, POINT_SIZES)) if items else ():
            self.made.append(Slide("points", self.headings[-1], self._place if len(self.headings) > 1 else [], part, None, part, number == 0))

    def _single(self, paragraph: Runs) -> None:
        finding, rest = _headline(paragraph)
        if finding_size(words(finding)) is None:
            finding, rest = self.headings[-1], sentences(paragraph)
        if not rest and not facts_in(finding):
            finding, rest = self.headings[-1], [paragraph]
        place = [] if finding is self.headings[-1] and len(self.headings) == 1 else self._place
        exhibit = self._figures(paragraph)
        points = [p for s in rest for p in (sentences(s, "；") if em(words(s)) > 40 else [s])]
        for number, part in enumerate(pages(points, NARROW_CM if exhibit else WIDE_CM, POINT_SIZES)):
            self.made.append(Slide("points", finding, place, part, exhibit, (paragraph,), number == 0))

    def _figures(self, paragraph: Runs) -> dict | None:
        """Return the figures of a paragraph as a table: what it is, the figure, its parts; None where it has fewer than two."""
        rows, seen = [], set()
        for run, measure in _with_measures(paragraph):
            record = self.document.facts.get(run["fact"], {})
            if run["fact"] in seen or "text" not in record:
                continue
            seen.add(run["fact"])
            parts = f"{record['numerator']}/{record['denominator']}" if record.get("numerator") is not None and record.get("denominator") is not None else ""
            about = f"{record.get('region_name', '')}{title_of(record)}"
            share = [{"text": parts, "fact": run["fact"]}] if parts and record.get("status") == "ok" else [{"text": "—"}]
            rows.append([{"runs": [{"text": about, "mark": "name"}]}, {"runs": [{k: run[k] for k in ("text", "fact")}, {"text": measure}]}, {"runs": share}])
        heads = (("指标", "left", 48), ("数", "right", 27), ("分子/分母", "right", 25))
        columns = [{"runs": [{"text": text}], "align": align, "width": width} for text, align, width in heads]
        table = {"type": "table", "caption": [], "note": [], "columns": columns, "rows": rows[:_FIGURES], "is_narrow": True}
        return table | {"plan": plan_table(table)} if len(rows) > 1 else None


def _with_measures(runs: Runs) -> Iterator[tuple[dict, str]]:
    for run, following in zip(runs, [*runs[1:], {"text": ""}], strict=True):
        if run.get("fact"):
            found = _MEASURE.match(following["text"])
            yield run, found[0] if found else ""


def _headline(paragraph: Runs) -> tuple[Runs, list[Runs]]:
    """Return a paragraph's headline and the sentences below it: its first sentence, with the second where the first is only a lead."""
    parts = sentences(paragraph)
    first = words(parts[0])
    before, colon, _ = first.partition("：")
    if colon and em(before) <= _LEAD_EM and not facts_in(parts[0][:1]) and parts[0][0]["text"].startswith(before):
        run = parts[0][0]
        rest = [run | {"text": run["text"][len(before) + 1 :]}, *parts[0][1:]]
        return [run | {"text": before}], [s for s in ([r for r in rest if r["text"]], *parts[1:]) if s]
    if em(first) <= _LEAD_EM and not facts_in(parts[0]) and len(parts) > 1:
        return parts[0] + parts[1], parts[2:]
    return parts[0], parts[1:]


def flow_of_deck(slides: Iterable[Slide]) -> list[Place]:
    """Return the places of a deck in reading order, slide by slide: headline, section, points, exhibit, notes."""
    made: list[Place] = []
    for slide in slides:
        is_cover = slide.kind == "cover"
        made.append(Place("title" if is_cover else "heading", pieces(slide.finding)))
        place = slide.place + ([] if slide.is_first else [{"text": "（续）"}])
        made += [Place("text", pieces(place))] if place else []
        made += [Place("text", pieces(point)) for point in slide.points] if slide.kind != "exhibit" else []
        made += list(_exhibit_places(slide))
        made += [Place("said", pieces(said)) for said in slide.said]
    return named(made)


def _exhibit_places(slide: Slide) -> Iterator[Place]:
    block = slide.exhibit
    if block is None:
        return
    if block.get("caption"):
        number = [Piece(f"{block['kind']}{block['number']}", mark="ordinal"), Piece("　")] if "number" in block else []
        yield Place("caption", (*number, *pieces(block["caption"])))
    for row, cells in enumerate([block["columns"], *block["rows"]] if block["type"] == "table" else ()):
        for column, cell in enumerate(cells, 1):
            yield Place("cell" if row else "head", pieces(cell["runs"]), (row, column))
    if block.get("note"):
        yield Place("note", pieces(block["note"]))
    if slide.kind == "exhibit":
        yield from (Place("text", pieces(point)) for point in slide.points)
