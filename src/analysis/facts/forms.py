"""Every way in which a fact may be shown: the closed list that the number check holds finished files against.

One fact has one text. Whoever needs another form of it (a table whose head names the unit, a speech that counts by 万) adds it here;
a figure of a document that is none of these is a mistake, even where it is only rounded otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analysis.facts.fact import BLANKS, round_half_up
from analysis.facts.spoken import numeral, spoken

TEN_THOUSAND = 10_000
_NUMERIC = re.compile(r"-?\d{1,16}(\.\d+)?")


def by_ten_thousand(value: int | Fraction, decimals: int = 1) -> str:
    """Return a count as ``12.3万``, rounded once from the count itself.

    Examples
    --------
    >>> by_ten_thousand(123456)
    '12.3万'
    """
    return f"{round_half_up(Fraction(value) / TEN_THOUSAND, decimals):f}万"


def forms(record: Mapping[str, Any]) -> dict[str, str]:
    """Return form → text of a fact's record (``Fact.as_record()``).

    ``text`` as registered; ``figure`` without its unit and ``signed`` with a plus, for tables whose head names the unit; ``wan`` by ten
    thousands; ``share`` as numerator and denominator; ``spoken`` as read aloud, ``spoken_two`` 两 before a measure word, ``spoken_wan`` by
    ten thousands. A blank has its text, and its parts where they are known.

    Examples
    --------
    >>> forms({"text": "45.9%", "figure": "45.9", "status": "ok", "unit": "ratio", "numerator": 611, "denominator": 1332})["share"]
    '611/1332'
    """
    text = str(record.get("text", ""))
    if record.get("status", "ok") != "ok" or text in BLANKS.values():
        # a rate without a value still has its parts (0/0), unless they are withheld
        is_open = record.get("status") == "no_data" and record.get("denominator") is not None and record.get("numerator") is not None
        return {"text": text} | ({"share": f"{record['numerator']}/{record['denominator']}"} if is_open else {})
    figure = str(record.get("figure") or text)
    made = {"text": text, "figure": figure}
    if _is_positive(figure) and record.get("unit") in ("pp", "count", "score", "mean"):
        made["signed"] = f"+{figure}"
    value = record.get("value")
    if record.get("unit") == "count" and value is not None and abs(value) >= TEN_THOUSAND:
        made["wan"] = by_ten_thousand(int(value))
        made["spoken_wan"] = f"{numeral(made['wan'][:-1])}万"
    if record.get("denominator") is not None and record.get("numerator") is not None:
        made["share"] = f"{record['numerator']}/{record['denominator']}"
    if record.get("unit") in ("ratio", "pp", "count", "score", "rank") and _NUMERIC.fullmatch(figure):
        made["spoken"] = spoken(dict(record) | {"figure": figure})
        made |= {"spoken_two": "两"} if figure == "2" and record["unit"] == "count" else {}
    return made


def _is_positive(figure: str) -> bool:
    digits = figure.replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and Decimal(figure) > 0


def recomputed(record: Mapping[str, Any]) -> str | None:
    """Return the text worked out anew from numerator and denominator (or the count), None where the record does not hold enough for that."""
    decimals = record.get("decimals")
    if record.get("status") != "ok" or decimals is None:
        return None
    if record.get("unit") == "ratio" and record.get("denominator") and record.get("numerator") is not None:
        return f"{round_half_up(Fraction(100 * int(record['numerator']), int(record['denominator'])), int(decimals)):f}%"
    if record.get("unit") == "count" and record.get("value") is not None and float(record["value"]).is_integer():
        return f"{int(record['value'])}"
    return None
