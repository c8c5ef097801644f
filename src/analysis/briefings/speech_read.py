"""The speech to be read aloud (朗读稿): the same sentences and facts, figures in words, pauses marked, minutes told, paragraphs short enough for a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.briefings import speech
from analysis.briefings.context import Blocks, Document
from analysis.facts import round_half_up
from analysis.facts.forms import forms
from analysis.facts.spoken import MEASURES, spoken_words
from analysis.publishing import blocks as made_of
from analysis.wording.guards.tidy import GONE

if TYPE_CHECKING:
    from analysis.runs.package import Package

NAME = "speech_read"
LONGEST = 160  # characters of a paragraph: with its pauses well within a page of 15 lines of 20
_SPOKEN_MARKS = ("date", "threshold")
_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’）]*|$)")
_PAUSE = re.compile(r"([，；：])(?=.)")
_STOP = re.compile(r"([。！？]+[”’）]*)")
_SAID = re.compile(r"[一-鿿〇]")
Run = dict[str, Any]


class Spoken(Document):
    """The speech's document under its own name; it ends with the facts, for nothing behind them is read out."""

    def _ending(self) -> Blocks:
        return [self.draft.facts()]

    @property
    def opening(self) -> Blocks:
        return [
            self.draft.meta() | {"reading_pt": self.draft.package.settings.reading_size, "reading_rate": self.draft.package.settings.speech_rate},
            *self.parts[0],
        ]


def write(package: Package) -> Spoken:
    """Write the speech as it is read out.

    Raises
    ------
    ParameterError
        For a district: the speech is the city's.
    """
    written = speech.write(package)
    records = {key: fact.as_record() for key, fact in written.draft.register.used.items()}
    made = Spoken.__new__(Spoken)  # the text has passed the guards as it is printed; spelled out they could not read it
    made.draft, made.note = written.draft, []
    made.draft.document = NAME
    rate = package.settings.speech_rate
    parts = [[block for given in part if given["type"] != GONE for block in _spoken(given, records)] for part in written.parts]
    made.parts = [_timed(part, rate, number == 0, sum(map(count, parts))) for number, part in enumerate(parts)]
    return made


def count(blocks: Blocks) -> int:
    """Return how many characters are said, figures as spoken, punctuation not counted."""
    return sum(len(_SAID.findall("".join(run["text"] for run in block.get("runs", [])))) for block in blocks)


def _timed(part: Blocks, rate: int, is_opening: bool, whole: int) -> Blocks:
    """Tell the minutes: of the whole speech after its title lines, of a part after its heading."""
    said = whole if is_opening else count(part)
    minutes = round_half_up(said / rate, 1)
    note = made_of.paragraph("【全文" if is_opening else "【本部分", made_of.mark(f"{said}字，约{minutes}分钟", "timing"), "】", style="note")
    heads = ("title", "subtitle", "dateline", "byline")
    at = sum(1 for block in part if block["type"] in heads) if is_opening else 1
    return [*part[:at], note, *part[at:]]


def _spoken(block: Run, records: dict[str, Run]) -> Blocks:
    if "runs" not in block:
        return [block]
    following = [run["text"] for run in block["runs"][1:]] + [""]
    runs = [_said(run, after, records) for run, after in zip(block["runs"], following, strict=True)]
    own = {key: value for key, value in block.items() if key != "lines"}
    if block["type"] != "paragraph" or block.get("style", "body") != "body":
        return [own | {"runs": runs}]
    return [own | {"runs": _with_pauses(group)} for group in paragraphs(runs)]


def _said(run: Run, after: str, records: dict[str, Run]) -> Run:
    if run.get("fact") in records:
        known = forms(records[run["fact"]])
        form = next((name for name, text in known.items() if text == run["text"]), "text")
        if form == "wan":
            return run | {"text": known["spoken_wan"]}
        if "spoken_two" in known and after[:1] in MEASURES and after:
            return run | {"text": known["spoken_two"]}
        return run | {"text": known.get("spoken", run["text"])}
    return run | {"text": spoken_words(run["text"])} if run.get("mark") in _SPOKEN_MARKS else run


def paragraphs(runs: list[Run]) -> list[list[Run]]:
    """Part a paragraph between sentences, so that each stays on one page."""
    made: list[list[Run]] = [[]]
    for sentence in _sentences(runs):
        length = sum(len(run["text"]) for run in made[-1])
        if made[-1] and length + sum(len(run["text"]) for run in sentence) > LONGEST:
            made.append([])
        made[-1] += sentence
    return [group for group in made if group]


def _sentences(runs: list[Run]) -> list[list[Run]]:
    made: list[list[Run]] = [[]]
    for run in runs:
        if run.get("fact") or run.get("mark"):
            made[-1].append(run)
            continue
        for piece in (m.group() for m in _SENTENCE.finditer(run["text"]) if m.group()):
            made[-1].append(run | {"text": piece})
            if re.search(r"[。！？][”’）]*$", piece):
                made.append([])
    return [sentence for sentence in made if sentence]


def _with_pauses(runs: list[Run]) -> list[Run]:
    """Mark pauses (an ASCII slash never begins a line): / within a sentence, // after it; commas before a figure begin its run and count too."""
    made = []
    for number, run in enumerate(runs):
        if run.get("fact") or run.get("mark"):
            made.append(run)
            continue
        text = _PAUSE.sub(r"\1/", run["text"])
        text += "/" if text[-1:] in "，；：" and number + 1 < len(runs) else ""
        made.append(run | {"text": _STOP.sub(r"\1//", text)})
    return made
