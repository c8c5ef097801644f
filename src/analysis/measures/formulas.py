"""What every indicator is worked out of, in the small language of the handbook: ``count(unit; covered)``, ``sum(unit; employee_count; covered)``.

The same conditions are what the tally runs, so a card cannot say another thing than is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from analysis import tables
from analysis.measures.blanks.associations import MATTER_CONDITIONS, UNION_CONDITIONS


@dataclass(frozen=True)
class Formula:
    """A sum over the rows of a relation (``relations.csv``) where a condition holds; ``amount`` "" counts the rows."""

    relation: str
    condition: str
    amount: str = ""

    def __str__(self) -> str:
        return f"sum({self.relation}; {self.amount}; {self.condition})" if self.amount else f"count({self.relation}; {self.condition})"


@dataclass(frozen=True)
class Card:
    """A metric card (口径卡): the definition of an indicator with both of its formulas (the second None for a count)."""

    definition: dict[str, str]
    numerator: Formula
    denominator: Formula | None


def cards() -> list[Card]:
    """Return the card of every indicator of ``indicators.csv``, ``building.csv`` and ``campaign.csv``."""
    made = []
    for row in (r for name in ("indicators", "building", "campaign") for r in tables.load(name).to_dict("records")):
        bottom = formula_of(row, row["denominator"]) if row["denominator"] else None
        made.append(Card(row, formula_of(row, row["numerator"]), bottom))
    return made


def formula_of(definition: dict[str, str], base: str) -> Formula:
    """Return the formula of a base sum of an indicator."""
    own = {"union": ("union", UNION_CONDITIONS), "matter": ("matter", MATTER_CONDITIONS), "contracts": ("contract", {"expiring": "expiring"})}
    if "measure" not in definition and definition["group"] in own:
        relation, conditions = own[definition["group"]]
        return Formula(relation, conditions[base])
    found = _sums()[base]
    return Formula(found.get("relation", "unit"), found["condition"], found["amount"])


@lru_cache(maxsize=1)
def _sums() -> dict[str, dict[str, str]]:
    return {row["base"]: row for name in ("base_sums", "building_sums", "campaign_sums") for row in tables.load(name).to_dict("records")}
