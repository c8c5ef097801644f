"""A fact: one figure with its id, its status and its reason, formatted in one place.

A fact is an indicator of a region, segment and quarter, or derived from such facts (a rank, a gap to the city). Nothing else may
print a figure. ``status`` travels with its reason, so that a blank is never read as a zero.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

RESIDUAL = "999999"  # the code of a remainder (national less those listed): counted and listed, but no region to be ranked
BLANKS = {"no_data": "—", "suppressed": "…"}
CHANGES = {"qoq": "较上季度末", "yoy": "较上年同期"}
_SUFFIX = {"ratio": "%", "pp": "个百分点", "score": "分", "count": "", "rank": "", "mean": ""}


def round_half_up(value: Fraction | int | float, decimals: int) -> Decimal:
    """Round once, half up (away from zero), from the exact value.

    Examples
    --------
    >>> str(round_half_up(Fraction(2675, 1000), 2)), str(round_half_up(Fraction(-5, 2), 0))
    ('2.68', '-3')
    """
    exact = Fraction(value)
    scaled = abs(exact) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    digits = Decimal(whole).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return -digits if exact < 0 and whole else digits


@dataclass(frozen=True)
class Fact:
    """One figure. ``value`` is unrounded: a ratio in 0–1, a change of a ratio in percentage points, a count as it is."""

    quarter: str
    region_level: str
    region_code: str
    region_name: str
    segment: str
    indicator: str
    value: int | float | Fraction | None
    unit: str
    status: str = "ok"
    numerator: int | None = None
    denominator: int | None = None
    reason: str = ""
    denominator_name: str = ""
    as_of: date | None = None
    left_out: tuple[str, ...] = ()
    decimals: int = 0
    name: str = ""

    @property
    def id(self) -> str:
        return f"{self.quarter}/{self.region_code}/{self.segment}/{self.indicator}"

    @property
    def is_ok(self) -> bool:
        return self.status == "ok" and self.value is not None

    @property
    def rounded(self) -> Decimal | None:
        """The figure as shown: percent for a ratio, otherwise in its own unit; None where blank."""
        if not self.is_ok:
            return None
        scale = 100 if self.unit == "ratio" else 1
        return round_half_up(Fraction(self.value) * scale, self.decimals)

    @property
    def figure(self) -> str:
        shown = self.rounded
        return BLANKS.get(self.status, "—") if shown is None else f"{shown:f}"

    @property
    def suffix(self) -> str:
        return _SUFFIX[self.unit] if self.is_ok else ""

    @property
    def text(self) -> str:
        return self.figure + self.suffix

    @property
    def magnitude(self) -> Fact:
        """The same fact without its sign, for sentences whose verb carries the direction."""
        return replace(self, value=abs(self.value), indicator=f"{self.indicator}_abs") if self.is_ok else self

    def as_record(self) -> dict:
        """Return the fact as plain data, to be saved with the document that shows it."""
        record = {name: getattr(self, name) for name in _FIELDS}
        record.update(
            id=self.id,
            text=self.text,
            figure=self.figure,
            value=None if self.value is None else float(self.value),
            as_of=self.as_of.isoformat() if self.as_of else "",
            left_out=list(self.left_out),
        )
        return record


_FIELDS = tuple(f.name for f in fields(Fact))
