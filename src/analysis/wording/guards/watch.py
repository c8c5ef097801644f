"""Hold a rendered document against the rule book, before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.errors import TemplateError
from analysis.facts import Register
from analysis.wording.guards.book import CHECKS, WHOLE, Rule, rules
from analysis.wording.guards.reading import Reading, Sentence, read

_MOST = 3


@dataclass(frozen=True)
class Violation:
    """What breaks which rule, in which sentence, and where that was written."""

    rule: Rule
    found: str
    detail: str
    said: str
    template: str
    line: int
    block: int
    kind: str = "body"
    number: int = 0  # of the sentence in its paragraph

    @property
    def place(self) -> str:
        return f"模板 {self.template} 第 {self.line} 行" if self.template else f"第 {self.block} 块"

    @property
    def message(self) -> str:
        return self.rule.message.format(found=self.found, detail=self.detail)

    @property
    def sentence(self) -> str:
        """What was found, where, what was expected, what to do, in Chinese."""
        said = self.said if len(self.said) <= 60 else f"{self.said[:57]}……"
        return f"{self.place}：{self.message}（{self.rule.name}，依据{self.rule.source}；原句：{said}）"


def check(blocks: Iterable[dict[str, Any]], register: Register) -> list[Violation]:
    """Return every place of a rendered document that breaks a rule, in the order of the text; the register is left as it was."""
    with register.quietly():
        return examine(read(blocks, register))


def examine(document: Reading) -> list[Violation]:
    found = [*_by_sentence(document), *_by_document(document)]
    return sorted(dict.fromkeys(found), key=lambda v: (v.block, v.line))


def enforce(blocks: Iterable[dict[str, Any]], register: Register) -> None:
    """Let nothing pass that breaks a rule.

    Raises
    ------
    TemplateError
        One sentence a violation, at most three, with template and line.
    """
    refuse(check(blocks, register))


def refuse(found: list[Violation]) -> None:
    """Raise TemplateError where there is a violation."""
    if found:
        more = f"另有 {len(found) - _MOST} 处。" if len(found) > _MOST else ""
        raise TemplateError("；".join(v.sentence for v in found[:_MOST]) + f"。{more}文稿没有输出，请改正后重试。规则见 docs/wording.md。")


def _by_sentence(document: Reading) -> Iterator[Violation]:
    for code, look in CHECKS.items():
        rule = rules()[code]
        for sentence in document.sentences:
            if sentence.paragraph.kind in rule.kinds:
                for start, end, *detail in look(sentence):
                    yield _violation(rule, sentence, sentence.said(start, end), detail[0] if detail else "", len(sentence.said(0, start)))


def _by_document(document: Reading) -> Iterator[Violation]:
    for code, look in WHOLE.items():
        for sentence, detail in look(document):
            if sentence.paragraph.kind in rules()[code].kinds:
                yield _violation(rules()[code], sentence, "", detail, 0)


def _violation(rule: Rule, sentence: Sentence, found: str, detail: str, inside: int) -> Violation:
    template, line = sentence.paragraph.place_of(sentence, inside)
    paragraph = sentence.paragraph
    return Violation(rule, found, detail, sentence.text, template, line, paragraph.block, paragraph.kind, sentence.number)
