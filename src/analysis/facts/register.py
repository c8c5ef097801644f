"""The register: every fact of a run, and what a document has used of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from analysis import tables
from analysis.errors import StoryError
from analysis.facts.derived import Derivations
from analysis.facts.fact import CHANGES, Fact
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


@dataclass
class Register(Derivations):
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


def _whole(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
