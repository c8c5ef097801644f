"""Facts worked out from facts: ranks, gaps, shares, differences; blank, with the reason, wherever an operand is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from analysis import tables
from analysis.facts.fact import RESIDUAL, Fact
from analysis.periods import Quarter

NOT_RANKED = "有区县的数字不予显示，不排名"
UNLIKE = "两个数缺报的区县不同，不能相减或相除"


class Derivations:
    """What a register works out from its own facts; every result is a fact of its own, registered under ``<indicator>_<suffix>``.

    The register gives ``fact``, ``district_facts``, ``_region``, ``_remember``, ``quarter``, ``smallest_ranked`` and ``rate_decimals``.
    """

    def derived(self, base: Fact, suffix: str, value: int | Fraction | None, unit: str, name: str, **changes) -> Fact:
        """Register a fact worked out from another one, under ``<indicator>_<suffix>``."""
        made = replace(base, indicator=f"{base.indicator}_{suffix}", value=value, unit=unit, name=name, numerator=None, denominator=None, **changes)
        return self._remember(made)

    def assessed(self, indicator: str, region: str, value: int | Fraction | None, part: str = "", name: str = "", reason: str = "没有数据", **changes) -> Fact:
        """Register a figure of ``assessment.csv``, which the user's score sheet or guidance table decides and no single indicator; None is blank, with ``reason``.

        ``part`` says which of several (a responsible body, an item): its id is ``<indicator>_<part>``.
        """
        known = next(row for row in tables.load("assessment").to_dict("records") if row["indicator"] == indicator)
        level, region_name = self._region(region)
        blank = {"status": "no_data", "reason": reason} if value is None else {}
        known_of = {"quarter": self.quarter, "unit": known["unit"], "as_of": Quarter(self.quarter).as_of, "decimals": int(known["decimals"]),
                    "denominator_name": known["denominator_name"], "name": name or known["name"]}  # fmt: skip
        own = f"{indicator}_{part}" if part else indicator
        made = Fact(region_level=level, region_code=region, region_name=region_name, segment="all", indicator=own, value=value, **(known_of | blank | changes))
        return self._remember(made)

    def ranked(self, indicator: str, segment: str = "all", descending: bool = True) -> list[Fact]:
        """Return the districts that may be ranked, best first: figure ok and at least ``smallest_ranked`` eligible units of the segment."""
        everywhere = self.district_facts(indicator, segment)
        if any(f.status == "suppressed" for f in everywhere):
            return []  # the best of those shown need not be the best
        facts = [f for f in everywhere if f.is_ok and f.region_code != RESIDUAL and self._is_large(f, segment)]
        return sorted(facts, key=lambda f: (-f.value if descending else f.value, f.region_code))

    def _is_large(self, fact: Fact, segment: str) -> bool:
        size = fact.denominator if fact.unit == "ratio" else self.fact("eligible_unit_count", fact.region_code, segment).value
        return size is not None and size >= self.smallest_ranked

    def rank(self, indicator: str, region: str, segment: str = "all", descending: bool = True) -> Fact:
        """Return the place of a district (1 = best; ties share the better place), ``no_data`` with the reason where it is not ranked."""
        own, places = self.fact(indicator, region, segment), self.ranked(indicator, segment, descending)
        if not any(f.region_code == region for f in places):
            withheld = any(f.status == "suppressed" for f in self.district_facts(indicator, segment))
            reason = (
                own.reason
                or NOT_RANKED * withheld
                or "这是其余地区的合计，不参加排名" * (region == RESIDUAL)
                or f"{own.denominator_name or '应建会单位'}不足{self.smallest_ranked}家，不参加排名"
            )
            return self.derived(own, "rank", None, "rank", f"{own.name}名次", status="no_data", reason=reason, decimals=0)
        better = sum(1 for f in places if (f.value > own.value if descending else f.value < own.value))
        return self.derived(own, "rank", better + 1, "rank", f"{own.name}名次", decimals=0)

    def ranked_count(self, indicator: str, segment: str = "all") -> Fact:
        """Return how many districts take part in the ranking."""
        city = self.fact(indicator, segment=segment)
        return self.derived(city, "ranked_count", len(self.ranked(indicator, segment)), "count", "参排区县数", status="ok", reason="", decimals=0)

    def gap_to_city(self, indicator: str, region: str, segment: str = "all") -> Fact:
        """Return the region's rate less the city's merged rate (the region included), in percentage points."""
        own, city = self.fact(indicator, region, segment), self.fact(indicator, None, segment)
        name = f"{own.name}与全市之差"
        if not (own.is_ok and city.is_ok):
            return self.derived(own, "gap_to_city", None, "pp", name, **_why_blank(own, city))
        return self.derived(own, "gap_to_city", 100 * (Fraction(own.value) - Fraction(city.value)), "pp", name, left_out=city.left_out)

    def share(self, part: Fact, whole: Fact, suffix: str, name: str, denominator_name: str) -> Fact:
        """Return part ÷ whole as a fact of its own; blank where the two leave different districts out."""
        if part.is_ok and whole.is_ok and part.left_out != whole.left_out:
            return self.derived(part, suffix, None, "ratio", name, status="no_data", reason=UNLIKE, decimals=1)
        if not (part.is_ok and whole.is_ok and whole.value):
            return self.derived(part, suffix, None, "ratio", name, decimals=1, **_why_blank(part, whole, otherwise="分母为零"))
        made = replace(
            part,
            indicator=f"{part.indicator}_{suffix}",
            value=Fraction(int(part.value), int(whole.value)),
            unit="ratio",
            name=name,
            numerator=int(part.value),
            denominator=int(whole.value),
            denominator_name=denominator_name,
            decimals=self.rate_decimals or 1,
        )
        return self._remember(made)

    def denominator(self, rate: Fact) -> Fact:
        """Return what a rate was divided by, as a fact of its own: the same scope as the rate, where a plain count may cover more districts."""
        value = rate.denominator if rate.is_ok else None
        made = replace(rate, indicator=f"{rate.indicator}_denominator", value=value, unit="count", numerator=None, denominator=None, denominator_name="",
                       name=rate.denominator_name, decimals=0)  # fmt: skip
        return self._remember(made)

    def remainder(self, rate: Fact, suffix: str, name: str) -> Fact:
        """Return denominator − numerator of a rate (e.g. units without a union), with the scope of the rate."""
        value = rate.denominator - rate.numerator if rate.is_ok else None
        return self.derived(rate, suffix, value, "count", name, decimals=0, denominator_name="")

    def difference(self, left: Fact, right: Fact, suffix: str, name: str) -> Fact:
        """Return left − right of two counts as a fact of its own; blank where the two leave different districts out.

        Subtracting unlike scopes would count a district that sent no cover table as wholly without unions.
        """
        if left.is_ok and right.is_ok and left.left_out != right.left_out:
            return self.derived(left, suffix, None, left.unit, name, status="no_data", reason=UNLIKE)
        if not (left.is_ok and right.is_ok):
            return self.derived(left, suffix, None, left.unit, name, **_why_blank(left, right))
        return self.derived(left, suffix, left.value - right.value, left.unit, name)

    def count_of(self, facts: list[Fact], like: str, suffix: str, name: str) -> Fact:
        """Return how many facts a list holds, as a fact of the city."""
        return self.derived(self.fact(like), suffix, len(facts), "count", name, status="ok", reason="", decimals=0)


def _why_blank(*operands: Fact, otherwise: str = "") -> dict[str, str]:
    """Return status and reason of a fact that cannot be worked out: withheld where one of its operands is, else without data."""
    blank = sorted((f for f in operands if not f.is_ok), key=lambda f: f.status != "suppressed")
    return {"status": blank[0].status, "reason": blank[0].reason or otherwise} if blank else {"status": "no_data", "reason": otherwise}
