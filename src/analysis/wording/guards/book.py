"""The rule book: ``tables/wording_guards.csv`` names every rule; a check of the same code looks for what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from analysis import tables
from analysis.wording.guards.reading import Reading, Sentence

Found = tuple[int, int] | tuple[int, int, str]
Check = Callable[[Sentence], Iterator[Found]]
CHECKS: dict[str, Check] = {}
WHOLE: dict[str, Callable[[Reading], Iterator[tuple[Sentence, str]]]] = {}


@dataclass(frozen=True)
class Rule:
    """One row of the table; ``kinds`` are the paragraphs it is checked in."""

    code: str
    name: str
    demand: str
    message: str
    source: str
    made_by: str
    kinds: tuple[str, ...]
    allowed: str


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    rows = tables.load("wording_guards").to_dict("records")
    return {r["code"]: Rule(r["code"], r["name"], r["demand"], r["message"], r["source"], r["made_by"], tuple(r["kinds"].split()), r["allowed"]) for r in rows}


def check(code: str) -> Callable[[Check], Check]:
    """Register the check of a rule. It is given a sentence and yields (start, end) of what breaks the rule, and what was expected where that differs."""

    def keep(function: Check) -> Check:
        CHECKS[code] = function
        return function

    return keep


def check_whole(code: str) -> Callable:
    """Register a check that needs the whole document; it yields (sentence, what was expected)."""

    def keep(function: Callable) -> Callable:
        WHOLE[code] = function
        return function

    return keep
