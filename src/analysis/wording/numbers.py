"""Figures inside text: a fact becomes a stretch between private-use characters, and such text is parsed back into runs.

Templates and phrases work on plain strings; the id of every figure travels inside the string and comes out again as ``{"text", "fact"}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from analysis import tables
from analysis.facts import Fact, Register, round_half_up

OPEN, BLANK, MARK, MIDDLE, CLOSE, BREAK, LINE, LINE_END = (chr(0xE000 + n) for n in range(8))
MARKS = dict(tables.load("marks")[["kind", "word"]].itertuples(index=False, name=None))
_PIECE = re.compile(f"([{OPEN}{BLANK}{MARK}])([^{MIDDLE}]*){MIDDLE}([^{CLOSE}]*){CLOSE}")
_RESERVED = re.compile("[\ue000-\ue007]")
_LINE = re.compile(f"{LINE}([^{LINE_END}]*):(\\d+){LINE_END}")


def clean(text: str) -> str:
    """Return text from outside (names in a ledger) without the characters that we use as signs."""
    return _RESERVED.sub("", str(text))


def say(fact: Fact, text: str | None = None) -> str:
    """Return a fact as it stands in a sentence; a blank one is marked, so that its sentence can vanish."""
    return f"{OPEN if fact.is_ok else BLANK}{fact.id}{MIDDLE}{fact.text if text is None or not fact.is_ok else text}{CLOSE}"


def mark(text: object, kind: str = "name") -> str:
    """Return a figure that is no fact: kind is date, ordinal, threshold, law or name (or its Chinese word)."""
    kinds = {word: code for code, word in MARKS.items()} | {code: code for code in MARKS}
    if kind not in kinds:
        raise ValueError(f"标注的种类“{kind}”不认识，应为{'、'.join(MARKS.values())}之一")
    return f"{MARK}{kinds[kind]}{MIDDLE}{clean(str(text))}{CLOSE}"


def named(text: str) -> str:
    """Return a name from outside as it may stand in a sentence: marked where it holds digits, which are then no figures of ours."""
    return mark(text, "name") if re.search(r"\d", str(text)) else clean(text)


def in_ten_thousands(fact: Fact, decimals: int = 1) -> str:
    """Return a count from 10 000 upwards as ``12.3万``, rounded once from the count itself; smaller ones as they are.

    Examples
    --------
    >>> in_ten_thousands(Fact("2021Q3", "city", "990100", "全市", "all", "employee_count", 123456, "count")).split(MIDDLE)[1].strip(CLOSE)
    '12.3万'
    """
    if not fact.is_ok or fact.unit != "count" or abs(fact.value) < 10_000:
        return say(fact)
    return say(fact, f"{round_half_up(Fraction(fact.value, 10_000), decimals):f}万")


def has_blank(text: str) -> bool:
    return BLANK in text


def blank_ids(text: str) -> list[str]:
    return [m[2] for m in _PIECE.finditer(text) if m[1] == BLANK]


def fact_ids(text: str) -> list[str]:
    return [m[2] for m in _PIECE.finditer(text) if m[1] == OPEN]


def plain(text: str) -> str:
    """Return the text as a reader sees it."""
    return without_lines(_PIECE.sub(lambda m: m[3], text).replace(BREAK, ""))


def line_sign(template: str, number: int) -> str:
    """Return the sign that a line of a template begins with, so that what is said can be traced to where it was written."""
    return f"{LINE}{template}:{number}{LINE_END}"


def without_lines(text: str) -> str:
    return _LINE.sub("", text)


def lines(text: str) -> list[list[Any]]:
    """Return where the signed lines begin, as ``[offset in the plain text, template, line]``.

    Examples
    --------
    >>> lines(line_sign("speech.j2", 3) + "甲。" + line_sign("speech.j2", 4) + "乙。")
    [[0, 'speech.j2', 3], [2, 'speech.j2', 4]]
    """
    return [[len(plain(text[: found.start()])), found[1], int(found[2])] for found in _LINE.finditer(text)]


def runs(text: str) -> list[dict[str, Any]]:
    """Parse text with signs into the runs of the block model.

    Examples
    --------
    >>> runs("截至" + mark("2021年9月30日", "date") + "。")
    [{'text': '截至'}, {'text': '2021年9月30日', 'mark': 'date'}, {'text': '。'}]
    """
    text = without_lines(text)
    made: list[dict[str, Any]] = []
    at = 0
    for piece in _PIECE.finditer(text):
        if piece.start() > at:
            made.append({"text": text[at : piece.start()]})
        made.append({"text": piece[3], "mark" if piece[1] == MARK else "fact": piece[2]})
        at = piece.end()
    return [*made, {"text": text[at:]}] if at < len(text) else made


class Figure:
    """A fact inside a template: written, it is its text; compared, its unrounded value; blank, it is never true."""

    answers = ("有数", "不显示", "为零", "满百", "环比", "同比", "名次", "参排", "与全市之差", "绝对值", "原因", "分母名", "分母数")

    def __init__(self, register: Register, fact: Fact) -> None:
        self.register, self.fact = register, fact

    def __str__(self) -> str:
        return say(self.fact)

    def __bool__(self) -> bool:
        return self.fact.is_ok and self.fact.value != 0

    def _compared(self, other: Any, test: Callable[[Fraction, Fraction], bool]) -> bool:
        fact = other.fact if isinstance(other, Figure) else None
        if not self.fact.is_ok or (fact is not None and not fact.is_ok):
            return False
        return test(Fraction(self.fact.value), Fraction(fact.value if fact else other))

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, lambda a, b: a >= b)

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> bool:
        return self._compared(other, lambda a, b: a <= b)

    def _same_elsewhere(self, indicator: str) -> Figure:
        f = self.fact
        return Figure(self.register, self.register.fact(indicator, f.region_code, f.segment, f.quarter))

    def __getitem__(self, name: str) -> Any:
        """Answer the Chinese names that templates use: 环比 同比 名次 与全市之差 绝对值 分母数 有数 不显示 为零 满百."""
        f, register = self.fact, self.register
        answers: dict[str, Callable[[], Any]] = {
            "有数": lambda: f.is_ok,
            "不显示": lambda: f.status == "suppressed",
            "为零": lambda: f.is_ok and f.value == 0,
            "满百": lambda: f.is_ok and f.unit == "ratio" and f.value == 1,
            "环比": lambda: self._same_elsewhere(f"{f.indicator}_qoq"),
            "同比": lambda: self._same_elsewhere(f"{f.indicator}_yoy"),
            "名次": lambda: Figure(register, register.rank(f.indicator, f.region_code, f.segment)),
            "参排": lambda: Figure(register, register.ranked_count(f.indicator, f.segment)),
            "与全市之差": lambda: Figure(register, register.gap_to_city(f.indicator, f.region_code, f.segment)),
            "绝对值": lambda: Figure(register, magnitude(register, f)),
            "原因": lambda: named(f.reason),
            "分母名": lambda: f.denominator_name,
            "分母数": lambda: Figure(register, register.denominator(f)),
        }
        return answers[name]()


def magnitude(register: Register, fact: Fact) -> Fact:
    """Return the fact without its sign, registered beside the fact itself, for sentences whose verb carries the direction."""
    if not fact.is_ok:
        return fact
    register.used.setdefault(fact.id, fact)  # where figures come from, the sign is told
    return register.derived(fact, "abs", abs(fact.value), fact.unit, fact.name)
