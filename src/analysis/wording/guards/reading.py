"""A rendered document as the guards read it: sentences in which every figure is one sign that knows its fact.

``单位覆盖率为45.9%`` becomes ``单位覆盖率为<率>``: a pattern can ask for a rate, a change in percentage points or a count wherever it stands, and the sign
answers with the fact behind it (value, sign, place, rank, denominator, status).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from analysis import tables
from analysis.facts import Fact, Register

_SIGNS = {"ratio": "率", "pp": "点", "count": "数", "rank": "次", "score": "分", "date": "期", "ordinal": "序", "threshold": "限", "law": "法", "name": "名"}
_FIRST = 0xE010
_CODES = {kind: chr(_FIRST + n) for n, kind in enumerate(_SIGNS)}
FACTS = "".join(_CODES[kind] for kind in ("ratio", "pp", "count", "rank", "score"))
_SENTENCES = re.compile(r"[^。！？]*(?:[。！？]+[”’）]*|$)")
_KINDS = {"heading": "heading", "title": "heading", "subtitle": "heading"}


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern in which ``<率> <点> <数> <次> <期> <限> <法>`` are figures, ``<实>`` any fact and ``<字>`` a number typed by hand."""
    for kind, word in _SIGNS.items():
        text = text.replace(f"<{word}>", _CODES[kind])
    text = re.sub(r"\[([^\[\]]*)<实>([^\[\]]*)\]", rf"[\1{FACTS}\2]", text)  # already inside a set of characters
    return re.compile(text.replace("<实>", f"[{FACTS}]").replace("<字>", r"(?:\d+(?:\.\d+)?)"))


@dataclass(frozen=True)
class Piece:
    """A figure in its place: the words shown, and its fact (None for a date, a threshold …)."""

    shown: str
    fact: Fact | None = None
    mark: str = ""


@dataclass
class Sentence:
    """``skeleton`` holds one sign a figure; ``pieces`` says which figure stands at which place."""

    skeleton: str
    pieces: dict[int, Piece]
    paragraph: Paragraph
    number: int
    start: int

    def find(self, text: str) -> Iterator[re.Match[str]]:
        return pattern(text).finditer(self.skeleton)

    def said(self, start: int, end: int) -> str:
        """Return the words from one place to another as a reader sees them."""
        return "".join(self.pieces[at].shown if at in self.pieces else c for at, c in enumerate(self.skeleton[start:end], start))

    @property
    def text(self) -> str:
        return self.said(0, len(self.skeleton))

    @property
    def figures(self) -> list[tuple[int, Fact]]:
        return [(at, piece.fact) for at, piece in self.pieces.items() if piece.fact is not None]

    def fact(self, at: int) -> Fact | None:
        return self.pieces[at].fact if at in self.pieces else None

    def clause(self, at: int) -> str:
        """Return the words between the last comma before a place and the place itself."""
        return re.split("[，。；：！？]", self.skeleton[:at])[-1]

    @property
    def earlier(self) -> list[Sentence]:
        return self.paragraph.sentences[: self.number]

    @property
    def later(self) -> list[Sentence]:
        return self.paragraph.sentences[self.number + 1 :]

    def nearest_before(self, at: int, wanted: Any) -> Fact | None:
        """Return the last fact before a place (in this sentence, else in those before it in the paragraph) that ``wanted`` accepts."""
        here = [fact for place, fact in self.figures if place < at and wanted(fact)]
        there = [fact for sentence in self.earlier for _, fact in sentence.figures if wanted(fact)]
        return (here or there or [None])[-1]

    def first_after(self, at: int, wanted: Any) -> Fact | None:
        """Return the first fact after a place (in this sentence, else in those after it in the paragraph) that ``wanted`` accepts."""
        here = [fact for place, fact in self.figures if place >= at and wanted(fact)]
        there = [fact for sentence in self.later for _, fact in sentence.figures if wanted(fact)]
        return (here or there or [None])[0]


@dataclass
class Paragraph:
    """``kind`` is body, notice, note, source, heading or caption; ``lines`` is where its words were written."""

    kind: str
    block: int
    section: int
    lines: list[list[Any]]
    document: Reading
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(sentence.text for sentence in self.sentences)

    @property
    def figures(self) -> list[Fact]:
        return [fact for sentence in self.sentences for _, fact in sentence.figures]

    def place_of(self, sentence: Sentence, inside: int = 0) -> tuple[str, int]:
        """Return template and line of a sentence ("" and 0 where no template wrote it)."""
        offset = sentence.start + inside
        written = [(template, line) for start, template, line in self.lines if start <= offset] or [tuple(self.lines[0][1:])] if self.lines else []
        return written[-1] if written else ("", 0)


@dataclass
class Reading:
    """A whole document: its kind, scope and paragraphs, and the register that its figures come from."""

    kind: str
    scope: str
    register: Register
    paragraphs: list[Paragraph] = field(default_factory=list)
    denominators: str = ""  # what tables declare in a column headed 分母

    @property
    def region(self) -> str:
        return self.register.city[0] if self.scope == "city" else self.scope

    @property
    def sentences(self) -> list[Sentence]:
        return [sentence for paragraph in self.paragraphs for sentence in paragraph.sentences]

    def text_of(self, *kinds: str) -> str:
        return "".join(p.text for p in self.paragraphs if p.kind in kinds)


def read(blocks: Iterable[dict[str, Any]], register: Register) -> Reading:
    """Return the sentences of a document's blocks; cells of tables are no sentences and are left to the number check."""
    made, section = Reading("", "city", register), 0
    for number, block in enumerate(blocks, 1):
        if block["type"] == "meta":
            made.kind, made.scope = block.get("document", ""), block.get("scope", "city")
        section += block["type"] == "heading" and block.get("level") == 1
        made.denominators += _declared(block) if block["type"] == "table" else ""
        for kind, runs in _texts(block):
            made.paragraphs.append(_paragraph(kind, runs, Paragraph(kind, number, section, block.get("lines", []), made)))
    return made


def _declared(table: dict[str, Any]) -> str:
    heads = ["".join(run["text"] for run in column["runs"]) for column in table["columns"]]
    return "".join(run["text"] for row in table["rows"] for head, cell in zip(heads, row, strict=True) if head == "分母" for run in cell["runs"])


def _texts(block: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    if block["type"] == "paragraph":
        return [(block.get("style", "body"), block["runs"])]
    if block["type"] in _KINDS:
        return [(_KINDS[block["type"]], block["runs"])]
    if block["type"] in ("table", "figure"):
        return [(kind, block[key]) for kind, key in (("caption", "caption"), ("note", "note")) if block.get(key)]
    return []


def _paragraph(kind: str, runs: list[dict[str, Any]], made: Paragraph) -> Paragraph:
    skeleton, pieces = "", {}
    for run in runs:
        fact = made.document.register.used.get(run.get("fact", ""))
        code = _CODES.get(fact.unit if fact is not None else run.get("mark", ""))
        if code is None:
            skeleton += run["text"]
            continue
        pieces[len(skeleton)] = Piece(run["text"], fact, run.get("mark", ""))
        skeleton += code
    offset = 0
    for number, found in enumerate(m for m in _SENTENCES.finditer(skeleton) if m.group()):
        own = {at - found.start(): piece for at, piece in pieces.items() if found.start() <= at < found.end()}
        sentence = Sentence(found.group(), own, made, number, offset)
        made.sentences.append(sentence)
        offset += len(sentence.text)
    return made


@lru_cache(maxsize=1)
def _indicators() -> dict[str, str]:
    defined = tables.load("indicators")
    return dict(zip(defined["indicator"], defined["unit"], strict=True))


def base_of(fact: Fact) -> str:
    """Return the indicator that a derived fact was worked out from: ``unit_coverage_rate_qoq_abs`` → ``unit_coverage_rate``."""
    name = fact.indicator
    while name and name not in _indicators():
        name = name.rpartition("_")[0]
    return name


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    defined = tables.load("indicators")
    return dict(sorted(zip(defined["name"], defined["indicator"], strict=True), key=lambda pair: -len(pair[0])))


def indicator_named(text: str) -> str:
    """Return the indicator whose name stands in a text, the longest name first; "" where none does."""
    return next((indicator for name, indicator in _names().items() if name in text), "")


def unit_of(fact: Fact) -> str:
    """Return the unit of what a fact was derived from: a rank of rates is about a rate."""
    return _indicators().get(base_of(fact), fact.unit)


def suffix_of(fact: Fact) -> str:
    """Return what a fact was derived by, without the sign: ``qoq``, ``yoy``, ``gap_to_city``, ``rank`` … or "" for a figure as counted."""
    return fact.indicator[len(base_of(fact)) + 1 :].removesuffix("abs").removesuffix("_")


def is_level(fact: Fact) -> bool:
    """Whether the fact is an indicator as counted, no change, gap or rank."""
    return fact.indicator in _indicators()


def is_rate(fact: Fact) -> bool:
    return fact.unit == "ratio" and fact.is_ok


def signed(fact: Fact, register: Register) -> Fact:
    """Return the fact with its sign, where only its magnitude is shown."""
    return register.used.get(fact.id.removesuffix("_abs"), fact)
