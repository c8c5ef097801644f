"""The register: every fact of a run, and what a document has used of them; derived facts (a rank, a gap to the city) are made here too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pandas as pd

from analysis import tables
from analysis.errors import StoryError
from analysis.facts.fact import CHANGES, RESIDUAL, Fact
from analysis.measures.assessment.campaign import definitions as campaign_definitions
from analysis.measures.quality import definitions as quality_definitions
from analysis.measures.unions.building import definitions as building_definitions
from analysis.periods import Quarter


def _definitions() -> dict[str, dict[str, str]]:
    return (
        {row["indicator"]: row for row in tables.load("indicators").to_dict("records")}
        | quality_definitions()
        | building_definitions()
        | campaign_definitions()
    )


NOT_RANKED = "有区县的数字不予显示，不排名"
UNLIKE = "两个数缺报的区县不同，不能相减或相除"


@dataclass
class Register:
    """All facts of one run: the long indicator frames of its quarters, and what a document has used of them.

    Parameters
    ----------
    frame : DataFrame
        Contract §4 columns plus ``reason`` and ``left_out``, for every quarter known to the run.
    quarter : str
        The quarter of the run.
    city : (code, name)
    smallest_ranked : int
        Regions with fewer eligible units take no part in a ranking.
    rate_decimals : int, optional
        Places shown of every rate, where not those of ``indicators.csv`` (published national totals are shown with two).
    """

    frame: pd.DataFrame
    quarter: str
    city: tuple[str, str]
    smallest_ranked: int = 30
    rate_decimals: int | None = None
    used: dict[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asked: set[str] = set()  # every figure asked for, also by checks, which show nothing: what a document rests on
        self._defined = _definitions()
        segments = tables.load("segments")
        self._segments = dict(zip(segments["segment"], segments["name"], strict=True)) | {"all": ""}
        self._rows: dict[str, list] = {name: [] for name in self.frame.columns}
        self._index: dict[tuple[str, str, str, str], int] = {}
        self._places_of: dict[tuple[str, str], dict[str, str]] = {}
        self._level_of: dict[str, tuple[str, str]] = {}
        self._grown: list[tuple[pd.DataFrame, Register]] = []  # what it was extended to, shared with its fresh copies: every document asks for the same
        self._take(self.frame)

    def _take(self, frame: pd.DataFrame) -> None:
        """Add the rows of a frame to what can be asked for."""
        start, pool = len(self._rows["quarter"]), {}
        # the same few words in thousands of rows: one object each, so that a register is small, and soon handed to another process
        added = {
            name: [pool.setdefault(v, v) if type(v) is str else v for v in rows.tolist()] for name, rows in frame.reindex(columns=list(self._rows)).items()
        }
        self._rows = {name: rows + added[name] for name, rows in self._rows.items()}
        keys = zip(*(added[name] for name in ("quarter", "region_code", "segment", "indicator")), strict=True)
        self._index = self._index | {key: i for i, key in enumerate(keys, start)}
        named = frame[["quarter", "region_level", "region_code", "region_name"]].drop_duplicates().sort_values("region_code")
        places = {at: dict(names) for at, names in self._places_of.items()}
        levels = dict(self._level_of)
        for period, level, code, name in named.itertuples(index=False, name=None):
            places.setdefault((period, level), {}).setdefault(code, name)
            levels.setdefault(code, (level, name))
        self._places_of = {at: dict(sorted(names.items())) for at, names in places.items()}
        self._level_of = levels

    def extended(self, frame: pd.DataFrame) -> Register:
        """Return a fresh register that knows the rows of another frame too; its own rows are shared, not read again."""
        for known, grown in self._grown:
            if known is frame:
                return grown.fresh()
        other = self.fresh()
        other.__dict__.pop("frame", None)
        other._grown, other._grown_of = [], (self, frame)
        other._take(frame)
        self._grown[:] = [*self._grown[-3:], (frame, other)]
        return other.fresh()

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name != "frame" or "_grown_of" not in self.__dict__:
            raise AttributeError(name)
        base, more = self._grown_of  # few ask for the whole table of a register that was extended: it is put together then
        self.frame = pd.concat([base.frame, more], ignore_index=True)
        return self.frame

    def fresh(self) -> Register:
        """Return a register of the same facts for another document, of which nothing is used yet; the rows are shared, not read again."""
        other = copy(self)
        other.used, other.asked = {}, set()
        return other

    def _definition(self, indicator: str) -> tuple[dict[str, str], str]:
        base, change = indicator, ""
        for suffix in CHANGES:
            if indicator.endswith(f"_{suffix}"):
                base, change = indicator[: -len(suffix) - 1], suffix
        if base not in self._defined:
            raise StoryError(f"没有名为“{indicator}”的指标。请在 src/analysis/tables/indicators.csv 中核对指标代码。")
        return self._defined[base], change

    def fact(self, indicator: str, region: str | None = None, segment: str = "all", quarter: str | None = None) -> Fact:
        """Return one fact; where the run has no such row the fact says ``no_data`` and why."""
        definition, change = self._definition(indicator)
        if segment not in self._segments:
            raise StoryError(f"没有名为“{segment}”的分组。请在 src/analysis/tables/segments.csv 中核对分组代码。")
        code, period = region or self.city[0], quarter or self.quarter
        unit = definition["unit"] if not change else "pp" if definition["unit"] == "ratio" else "count"
        name = definition["name"] + ("" if not change else CHANGES[change] + "变化")
        common = {
            "quarter": period,
            "segment": segment,
            "indicator": indicator,
            "unit": unit,
            "name": name,
            "decimals": self._places(definition),
            "denominator_name": definition["denominator_name"] and self._segments[segment] + definition["denominator_name"],
            "as_of": Quarter(period).as_of,
        }
        at = self._index.get((period, code, segment, indicator))
        if at is None:
            level, region_name = self._region(code)
            made = Fact(
                region_level=level, region_code=code, region_name=region_name, value=None, status="no_data", reason="没有这一季度或这一范围的数据", **common
            )
            return self._remember(made)
        row = {k: values[at] for k, values in self._rows.items()}
        value = self._exact(row, indicator, change, code, segment, period) if row["status"] == "ok" else None
        made = Fact(
            region_level=row["region_level"],
            region_code=code,
            region_name=row["region_name"],
            value=value,
            status=row["status"],
            numerator=_whole(row["numerator"]),
            denominator=_whole(row["denominator"]),
            reason=row["reason"],
            left_out=tuple(c for c in str(row["left_out"]).split(";") if c),
            **common,
        )
        return self._remember(made)

    def _places(self, definition: dict[str, str]) -> int:
        own = int(definition["decimals"])
        return own if self.rate_decimals is None or definition["unit"] == "count" else self.rate_decimals

    def _exact(self, row: dict, indicator: str, change: str, code: str, segment: str, period: str) -> int | Fraction:
        if row["unit"] in ("ratio", "score", "mean"):
            return Fraction(_whole(row["numerator"]), _whole(row["denominator"]))
        if row["unit"] == "pp":
            earlier = Quarter(period).previous if change == "qoq" else Quarter(period).year_ago
            base = indicator[: -len(change) - 1]
            now, then = (self._index.get((q, code, segment, base)) for q in (period, earlier.key))
            if now is not None and then is not None:
                quotients = [Fraction(_whole(self._rows["numerator"][i]), _whole(self._rows["denominator"][i])) for i in (now, then)]
                return 100 * (quotients[0] - quotients[1])
            return Fraction(row["value"])
        return int(row["value"])

    def _region(self, code: str) -> tuple[str, str]:
        return self._level_of.get(code, ("district", code))

    def row(self, quarter: str, region: str, segment: str, indicator: str) -> list | None:
        """Return the row of a figure as it stands in the frames, None where there is none."""
        at = self._index.get((quarter, region, segment, indicator))
        return None if at is None else [values[at] for values in self._rows.values()]

    def is_plain(self, indicator: str) -> bool:
        """Tell whether rows can bear this name: a derived figure's name is none of ``indicators.csv``."""
        try:
            return bool(self._definition(indicator))
        except StoryError:
            return False

    def _remember(self, made: Fact) -> Fact:
        self.used[made.id] = made
        self.asked.add(made.id)
        return made

    @property
    def known(self) -> Iterable[tuple[str, str, str, str]]:
        """Return (quarter, region, segment, indicator) of every row."""
        return self._index.keys()

    @contextmanager
    def quietly(self) -> Iterator[Register]:
        """Ask without the answers counting as used: for checks, which show nothing."""
        used, self.used = self.used, dict(self.used)
        try:
            yield self
        finally:
            self.used = used

    def regions(self, level: str, quarter: str | None = None, within: str = "") -> list[tuple[str, str]]:
        """Return (code, name) of the city's districts or townships, by code; ``within`` keeps codes that start with it."""
        period = quarter or self.quarter
        return [(code, name) for code, name in self._places_of.get((period, level), {}).items() if code.startswith(within)]

    def district_facts(self, indicator: str, segment: str = "all", quarter: str | None = None) -> list[Fact]:
        return [self.fact(indicator, code, segment, quarter) for code, _ in self.regions("district", quarter)]

    def township_facts(self, indicator: str, segment: str = "all", within: str = "") -> list[Fact]:
        return [self.fact(indicator, code, segment) for code, _ in self.regions("township", within=within)]

    def derived(self, base: Fact, suffix: str, value: int | Fraction | None, unit: str, name: str, **changes) -> Fact:
        """Register a fact worked out from another one, under ``<indicator>_<suffix>``."""
        made = replace(base, indicator=f"{base.indicator}_{suffix}", value=value, unit=unit, name=name, numerator=None, denominator=None, **changes)
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


def _whole(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
