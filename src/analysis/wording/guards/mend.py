"""Take what breaks a rule out of a rendered document: the sentence goes, the document stays.

What can be repaired truthfully is repaired by a note before the stop (the date, the denominator, how many, what is left out); a sentence that breaks any
other rule is removed, with those after it that speak of it, and recorded. Titles, headings and captions cannot be removed: there the document is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from analysis.facts import Fact, Register
from analysis.wording import phrases
from analysis.wording.guards.reading import Reading, Sentence, is_rate, read
from analysis.wording.guards.tidy import GONE, gone, kept_of, tidy
from analysis.wording.guards.watch import Violation, examine, refuse
from analysis.wording.numbers import clean, mark, named, plain

_REMOVABLE = ("body", "notice", "note", "source")
_LEANING = re.compile("(?:其中|分别|这|该|上述|以上|前者|后者|两者|二者|合起来|它|同期|原因|对此|为此|因此|但|不过)")
_STOP = re.compile("[。！？；]+[”’）]*$")


@dataclass
class Mended:
    """``blocks`` as many as were given (``GONE`` where one went), and a record of every sentence that was taken out."""

    blocks: list[dict[str, Any]]
    removed: list[dict[str, Any]] = field(default_factory=list)


def mend(blocks: list[dict[str, Any]], register: Register) -> Mended:
    """Return the document without what breaks a rule.

    Raises
    ------
    TemplateError
        Where a title, heading or caption breaks one.
    """
    made = Mended(list(blocks))
    while True:
        with register.quietly():
            document = read(made.blocks, register)
            found = examine(document)
        if not found:
            return made
        refuse([v for v in found if v.kind not in _REMOVABLE or made.blocks[v.block - 1]["type"] != "paragraph"])
        for number in sorted({v.block for v in found}):
            _mend_block(made, number - 1, document, [v for v in found if v.block == number])
        tidy(made.blocks)


def _mend_block(made: Mended, at: int, document: Reading, found: list[Violation]) -> None:
    """Rebuild one paragraph: sentences with their notes, without those removed."""
    paragraph = next(p for p in document.paragraphs if p.block == at + 1)
    stretches, leant_on = [], None
    for sentence in paragraph.sentences:
        own = [v for v in found if v.number == sentence.number]
        notes = {v.rule.code: _NOTES[v.rule.code](sentence) for v in own if v.rule.code in _NOTES}
        broken = next((v for v in own if not notes.get(v.rule.code) or plain(notes[v.rule.code]) in sentence.text), None)
        if broken is None and leant_on is not None and _LEANING.match(sentence.text):
            broken = leant_on
        leant_on = broken
        if broken is None:
            stop = _STOP.search(sentence.text)
            stretches.append((sentence.start, sentence.start + len(sentence.text), "".join(notes.values()), len(stop[0]) if stop else 0))
        else:
            made.removed.append(_record(broken, sentence))
    made.blocks[at] = kept_of(made.blocks[at], stretches) if stretches else gone()


def _record(broken: Violation, sentence: Sentence) -> dict[str, Any]:
    """Return the record of a sentence left unsaid, in the shape that the engine gives those with blank figures; ``rule`` tells them apart."""
    template, line = sentence.paragraph.place_of(sentence)
    is_own = sentence.number == broken.number
    reason = f"{broken.rule.name}：{broken.message}" if is_own else f"{broken.rule.name}：前面的“{broken.said}”没有写入，这一句接不上"
    return {"template": template, "line": broken.line if is_own else line, "text": sentence.text, "reason": reason,
            "facts": [fact.id for _, fact in sentence.figures], "rule": broken.rule.code}  # fmt: skip


def _date(s: Sentence) -> str:
    days = {fact.as_of for _, fact in s.figures}
    day = days.pop() if len(days) == 1 else None
    return f"（截至{mark(f'{day.year}年{day.month}月{day.day}日', 'date')}）" if day else ""


def _denominators(s: Sentence) -> str:
    rates = [f for _, f in s.figures if is_rate(f) and f.denominator_name]
    if len({f.denominator_name for f in rates}) == 1:
        return f"（分母为{clean(rates[0].denominator_name)}）"
    return f"（{'，'.join(dict.fromkeys(f'{f.name}的分母为{clean(f.denominator_name)}' for f in rates))}）"


def _counts(s: Sentence) -> str:
    register = s.paragraph.document.register
    bare = phrases.bare_small_rates(s.paragraph.figures, register.smallest_ranked)
    own = [fact for _, fact in s.figures if fact in bare]
    return f"（{'，'.join(dict.fromkeys(phrases.counted_of(register, f) for f in own))}）"


def _left_out(s: Sentence) -> str:
    names = dict(s.paragraph.document.register.regions("district"))
    groups: dict[tuple[str, ...], list[Fact]] = {}
    counted = [f for _, f in s.figures if f.is_ok and f.unit != "rank"]
    for fact in counted:
        groups.setdefault(fact.left_out, []).append(fact)
    said = {out: phrases.listed([named(names.get(code, code)) for code in out]) for out in groups if out}
    if len(groups) == 1:
        return f"（未含{next(iter(said.values()))}）"
    clauses = ["、".join(dict.fromkeys(f.name for f in groups[out])) + f"未含{where}" for out, where in said.items()]
    return f"（{'；'.join(clauses)}）"


_NOTES: dict[str, Callable[[Sentence], str]] = {
    "as_of_missing": _date,
    "rate_without_denominator": _denominators,
    "small_n_without_counts": _counts,
    "incomplete_not_said": _left_out,
}

__all__ = ["GONE", "Mended", "mend"]
