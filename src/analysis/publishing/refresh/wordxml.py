"""A part of a DOCX read with the place of every text in its bytes, so that one figure can be replaced and nothing else moves.

An XML library would write the whole part anew (other quotes, other empty tags); here only the bytes of a figure are exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from analysis.errors import ExportError

Edit = tuple[int, int, bytes]
_WORD = (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main")
_TAG_END = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
# what stands behind w:highlight among the properties of a run (ECMA-376, CT_RPr)
_AFTER_HIGHLIGHT = {"u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange"}


@dataclass
class Control:
    """A content control: ``tag`` and ``alias`` as written, ``tag_at`` the bytes of its tag element (None: it has none)."""

    tag: str = ""
    alias: str = ""
    tag_at: tuple[int, int] | None = None
    is_placeholder: bool = False
    texts: list[Text] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(t.text for t in self.texts)


@dataclass
class Run:
    """A run: its character style and the place where a highlight goes."""

    style: str = ""
    start_end: int = 0
    properties: tuple[int, int] | None = None
    is_empty: bool = False
    highlight_at: int = 0
    highlight: tuple[int, int] | None = None


@dataclass
class Text:
    """The words of one ``w:t``: bytes from ``start`` to ``end``, the run, control and paragraph it stands in."""

    start: int
    end: int
    run: Run
    control: Control | None
    text: str = ""


@dataclass
class Paragraph:
    style: str = ""
    is_cell: bool = False
    texts: list[Text] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(t.text for t in self.texts)


@dataclass
class Picture:
    """A drawing: its bytes, the relation of its image and its description."""

    start: int
    end: int = 0
    relation: str = ""
    alt: str = ""


@dataclass
class Part:
    """What one XML part of the file holds, in its order."""

    data: bytes
    prefix: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


class _Reader:
    def __init__(self, data: bytes, prefix: str) -> None:
        self.part = Part(data, prefix)
        self.prefix = f"{prefix}:" if prefix else ""
        self.paragraphs: list[Paragraph] = []
        self.controls: list[Control] = []
        self.runs: list[Run] = []
        self.path: list[str] = []
        self.unread = 0
        self.cells = 0
        self.text: Text | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.words
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        raise ExportError("这个文件里有 Word 文档不该有的定义（DOCTYPE），没有打开。请用 Word 或 WPS 另存为 .docx 后重试。")

    def tag_end(self, at: int) -> int:
        found = _TAG_END.match(self.part.data, at)
        return found.end() if found else at

    def name(self, raw: str) -> str:
        return raw[len(self.prefix) :] if raw.startswith(self.prefix) else f"?{raw}"

    def start(self, raw: str, attributes: dict[str, str]) -> None:
        name, at = self.name(raw), self.parser.CurrentByteIndex
        parent = self.path[-1] if self.path else ""
        self.path.append(name)
        value = attributes.get(f"{self.prefix}val", "")
        if name in ("del", "moveFrom"):
            self.unread += 1
        elif name == "tc":
            self.cells += 1
        elif name == "p":
            self.paragraphs.append(Paragraph(is_cell=self.cells > 0))
            self.part.paragraphs.append(self.paragraphs[-1])
        elif name == "pStyle" and self.paragraphs:
            self.paragraphs[-1].style = value
        elif name == "sdt":
            self.controls.append(Control())
        elif parent == "sdtPr" and self.controls:
            self.property(name, value, at)
        elif name == "r":
            self.runs.append(Run(start_end=self.tag_end(at)))
        elif name == "rPr" and parent == "r":
            end = self.tag_end(at)
            run = self.runs[-1]
            run.properties, run.is_empty = (at, end), self.part.data[end - 2 : end] == b"/>"
        elif parent == "rPr" and len(self.path) > 2 and self.path[-3] == "r" and self.runs:
            self.run_property(self.runs[-1], name, value, at)
        elif name == "t" and self.runs and self.paragraphs:
            end = self.tag_end(at)
            if self.part.data[end - 2 : end] != b"/>":
                self.text = Text(end, end, self.runs[-1], self.controls[-1] if self.controls else None)
        elif name == "drawing":
            self.part.pictures.append(Picture(at))
        elif raw.endswith(":docPr") and self.part.pictures and not self.part.pictures[-1].end:
            self.part.pictures[-1].alt = attributes.get("descr", "")
        elif raw.endswith(":blip") and self.part.pictures and not self.part.pictures[-1].end:
            self.part.pictures[-1].relation = next((v for k, v in attributes.items() if k.endswith(":embed")), "")

    def property(self, name: str, value: str, at: int) -> None:
        control = self.controls[-1]
        if name == "tag":
            control.tag, control.tag_at = value, (at, self.tag_end(at))
        elif name == "alias":
            control.alias = value
        elif name == "showingPlcHdr":
            control.is_placeholder = True

    def run_property(self, run: Run, name: str, value: str, at: int) -> None:
        if name == "rStyle":
            run.style = value
        elif name == "highlight":
            run.highlight = (at, self.tag_end(at))
        elif name in _AFTER_HIGHLIGHT and not run.highlight_at:
            run.highlight_at = at

    def words(self, words: str) -> None:
        if self.text is not None:
            self.text.text += words

    def end(self, raw: str) -> None:
        name, at = self.name(raw), self.parser.CurrentByteIndex
        self.path.pop()
        if name in ("del", "moveFrom"):
            self.unread -= 1
        elif name == "tc":
            self.cells -= 1
        elif name == "p":
            self.paragraphs.pop()
        elif name == "sdt":
            self.part.controls.append(self.controls.pop())
        elif name == "r":
            self.runs.pop()
        elif name == "rPr" and self.runs and self.path and self.path[-1] == "r":
            run = self.runs[-1]
            run.highlight_at = run.highlight_at or (0 if run.is_empty else at)
        elif name == "t" and self.text is not None:
            text, self.text = self.text, None
            text.end = at
            if not self.unread:
                self.paragraphs[-1].texts.append(text)
                if text.control is not None:
                    text.control.texts.append(text)
        elif name == "drawing":
            self.part.pictures[-1].end = at


def _prefix(data: bytes) -> str:
    found = re.search(rb"xmlns(?::([\w.-]+))?\s*=\s*[\"'](?:" + b"|".join(re.escape(n) for n in _WORD) + rb")[\"']", data[:20_000])
    return "w" if found is None else (found[1] or b"").decode()


def read_part(data: bytes) -> Part:
    """Return what a part holds.

    Raises
    ------
    ExportError
        For what is no well-formed XML.
    """
    reader = _Reader(data, _prefix(data))
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ExportError("这个文件不是完好的 Word 文档（.docx）。请用 Word 或 WPS 打开后另存为 .docx 再试。") from error
    return reader.part


def set_text(texts: list[Text], new: str) -> list[Edit]:
    """Return the edits that put a new text into the first of some texts and empty the others; a text that says so already is let be."""
    wanted = [new, *[""] * (len(texts) - 1)]
    return [(t.start, t.end, escape(said).encode("utf-8")) for t, said in zip(texts, wanted, strict=True) if t.text != said]


def set_tag(control: Control, prefix: str, tag: str) -> list[Edit]:
    if control.tag_at is None or control.tag == tag:
        return []
    name = f"{prefix}:" if prefix else ""
    return [(*control.tag_at, f"<{name}tag {name}val={quoteattr(tag)}/>".encode())]


def set_highlight(runs: Iterable[Run], prefix: str) -> list[Edit]:
    """Return the edits that make runs yellow; each at most once, and none that has a colour already."""
    name, made = f"{prefix}:" if prefix else "", []
    sign = f'<{name}highlight {name}val="yellow"/>'
    for run in {id(r): r for r in runs}.values():
        if run.highlight is not None:
            continue
        if run.properties is None or run.is_empty:
            at = run.properties or (run.start_end, run.start_end)
            made.append((*at, f"<{name}rPr>{sign}</{name}rPr>".encode()))
        else:
            made.append((run.highlight_at, run.highlight_at, sign.encode()))
    return made


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the bytes with the edits made; they must not overlap."""
    made, at = [], 0
    for start, end, new in sorted(edits, key=lambda e: (e[0], e[1])):
        if start < at:
            raise ValueError(f"edits overlap at {start}")
        made += [data[at:start], new]
        at = end
    return b"".join([*made, data[at:]])
