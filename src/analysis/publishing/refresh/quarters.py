"""How ids and dates of one quarter read in another."""

from __future__ import annotations

from analysis.periods import Quarter
from analysis.publishing.number_check.allowed import quarter_words


def shifted(fact: str, quarters: int) -> str:
    """Return an id of another quarter.

    >>> shifted("2021Q3/990100/all/unit_coverage_rate", 1)
    '2021Q4/990100/all/unit_coverage_rate'
    """
    quarter, slash, rest = fact.partition("/")
    return f"{Quarter(quarter).shifted(quarters)}{slash}{rest}"


def dates(old: Quarter, new: Quarter) -> dict[str, str]:
    """Return how the quarter, the one before and that of a year ago are written, and how those of the new quarter are."""
    made: dict[str, str] = {}
    for a, b in ((old, new), (old.previous, new.previous), (old.year_ago, new.year_ago)):
        for before, after in zip(_written(a), _written(b), strict=True):
            made.setdefault(before, after)
    return made


def _written(quarter: Quarter) -> list[str]:
    """Return the ways in which documents write a quarter: its own, ``三季度末``, its days from first to last, and the number of an issue that goes by quarters."""
    spoken = f"{'一二三四'[quarter.number - 1]}季度"
    whole = f"{quarter.year}年{3 * quarter.number - 2}月1日至{quarter.as_of_label}"
    return [*quarter_words(quarter.key), f"{quarter.label}末", f"{spoken}末", spoken, whole, f"{quarter.year}年第{quarter.number}期"]
