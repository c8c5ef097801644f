"""The cells behind a quarter's figures: one number a region, segment and base sum, and the sums that bind them together.

A rate is shown with its numerator and denominator, so what a table gives away is always base sums. Small-cell suppression works on these
cells; whether a row is shown follows from the cells it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from analysis import tables

# a base over enterprises is, in these segments, the same number as another base or segment: hiding one name must hide the other
_WITHIN_ENTERPRISE = ("enterprise", "non_public", "state_collective")
_ENTERPRISE_NAMES = {"enterprises": "eligible", "covered_enterprises": "covered", "covered_enterprise_employees": "covered_employees"}
_ENTERPRISE_ONLY = ("congress_enterprises", "contract_enterprises", "contract_enterprise_employees")


@lru_cache(maxsize=1)
def bases_of() -> dict[str, tuple[str, str]]:
    """Return indicator → (numerator base, denominator base or "")."""
    rows = tables.load("indicators")
    return {r.indicator: (r.numerator, r.denominator) for r in rows.itertuples()}


@lru_cache(maxsize=1)
def counted_by() -> dict[str, str]:
    """Return base → the base that counts the units (or unions, contracts) behind it: employees of covered units → covered units."""
    sums = tables.load("base_sums")
    units = {r.condition: r.base for r in sums.itertuples() if not r.amount}
    amounts = {r.base: units[r.condition] for r in sums.itertuples() if r.amount}
    return {base: amounts.get(base, base) for pair in bases_of().values() for base in pair if base}


def is_amount(base: str) -> bool:
    """Whether a base adds up persons rather than counting units."""
    return counted_by()[base] != base


def identities(kind: str) -> list[tuple[str, list[str]]]:
    """Return (total, parts): ``sum``, the parts make up the total; ``rest``, what they leave of it is told in documents."""
    return [(r.total, r.parts.split()) for r in tables.load("base_identities").itertuples() if r.kind == kind]


@dataclass(frozen=True)
class Equation:
    """``parent`` is the sum of ``children``; -1 for a difference of two figures of the city, known for as long as the cell ``given_by`` is shown."""

    parent: int
    children: np.ndarray
    given_by: int = -1


class Cells:
    """The cells of one quarter's districts, townships and city, flattened; NaN where the run has no number.

    The city stands at the end, once for every set of districts that its figures leave out.

    Parameters
    ----------
    levels : DataFrame
        The quarter's rows without changes, all levels.
    parents : mapping township code → district code
    """

    def __init__(self, levels: pd.DataFrame, parents: dict[str, str]) -> None:
        below = levels[levels["region_level"] != "city"]
        self._city = levels[levels["region_level"] == "city"]
        self.cities = dict(zip(_places(self._city), self._city["left_out"].str.split(";"), strict=True))
        self.regions = [*dict.fromkeys(below["region_code"]), *self.cities]
        self.segments = list(dict.fromkeys(levels["segment"]))
        self.bases = list(counted_by())
        self._at = {"r": _positions(self.regions), "s": _positions(self.segments), "b": _positions(self.bases)}
        self.districts = list(dict.fromkeys(below.loc[below["region_level"] == "district", "region_code"]))
        self.townships: dict[str, list[str]] = {}
        for code in dict.fromkeys(below.loc[below["region_level"] == "township", "region_code"]):
            self.townships.setdefault(parents.get(code, code[:6]), []).append(code)
        self.of_rows: list[np.ndarray] = []  # the cell of every row's numerator, and of its denominator
        self.values = np.full(len(self.regions) * len(self.segments) * len(self.bases), np.nan)
        self._fill(levels)

    @property
    def city(self) -> str:
        """The city's code, "" where the run has no city row."""
        return next(iter(self._city["region_code"]), "")

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        return len(self.regions), len(self.segments), len(self.bases)

    @cached_property
    def named(self) -> np.ndarray:
        """Return the standing cells in the shape of region, segment and base."""
        return self.canonical.reshape(self.shape)

    @cached_property
    def known(self) -> np.ndarray:
        """Return, in the same shape, where the run has a number."""
        return ~np.isnan(self.values[self.named])

    def cell(self, region: str, segment: str, base: str) -> int:
        """Return the cell's number, one for all names of the same figure; -1 where there is none."""
        r, s, b = self._at["r"].get(region, -1), self._at["s"].get(segment, -1), self._at["b"].get(base, -1)
        return -1 if min(r, s, b) < 0 else int(self.canonical[(r * self.shape[1] + s) * self.shape[2] + b])

    def city_cells(self, segment: str, base: str) -> list[int]:
        """Return the city's cells of a segment and base, one for every set of districts left out."""
        cells = (self.cell(city, segment, base) for city in self.cities)
        return [cell for cell in cells if cell >= 0 and not np.isnan(self.values[cell])]

    @cached_property
    def together(self) -> dict[int, list[int]]:
        """Return city cell → the city's other cells of the same segment and base: they go together or stay together."""
        size = self.shape[1] * self.shape[2]
        found: dict[int, list[int]] = {}
        for city in self.cities if len(self.cities) > 1 else ():
            for cell in np.unique(self.canonical.reshape(self.shape)[self._at["r"][city]]).tolist():
                others = [self._at["r"][other] * size + cell % size for other in self.cities if other != city]
                found[cell] = [other for other in others if not np.isnan(self.values[other])]
        return found

    @cached_property
    def frozen(self) -> np.ndarray:
        """Return the cells that stay visible whatever they say: the city's whole, and a part that by itself is such a whole.

        A part is the whole by itself where no other place has a unit that could share in it.
        """
        same = self.canonical.reshape(self.shape)
        frozen = np.zeros(len(self.values), dtype=bool)
        every = self._at["s"]["all"]
        for city in self.cities:
            frozen[same[self._at["r"][city], every]] = True
        for equation in self.sums_over_places():
            if equation.parent >= 0 and frozen[equation.parent]:
                size = equation.children % (self.shape[1] * self.shape[2])
                eligible = equation.children - size + every * self.shape[2] + self._at["b"]["eligible"]
                could = equation.children[~(self.values[eligible] == 0)]
                if len(could) == 1:
                    frozen[could] = True
        return frozen

    @cached_property
    def canonical(self) -> np.ndarray:
        """Cell → the cell that stands for it."""
        count = int(np.prod(self.shape))
        same = np.arange(count).reshape(self.shape)
        s, b = self._at["s"], self._at["b"]
        if "enterprise" in s:
            for name in _ENTERPRISE_ONLY:
                same[:, s["all"], b[name]] = same[:, s["enterprise"], b[name]]
            for name, plain in _ENTERPRISE_NAMES.items():
                for segment in (x for x in _WITHIN_ENTERPRISE if x in s):
                    same[:, s[segment], b[name]] = same[:, s[segment], b[plain]]
                same[:, s["all"], b[name]] = same[:, s["enterprise"], b[plain]]
        return same.ravel()

    def rows(self, base: pd.Series) -> np.ndarray:
        """Return the cell of every row for the base named beside it; -1 where there is none."""
        column = base.map(self._at["b"]).fillna(-1).to_numpy(dtype=np.int64)
        known = (self._row >= 0) & (column >= 0)
        return np.where(known, self.canonical[np.where(known, self._row + column, 0)], -1)

    def _fill(self, frame: pd.DataFrame) -> None:
        places, segments = (column.map(self._at[k]).fillna(-1).to_numpy(dtype=np.int64) for k, column in (("r", _places(frame)), ("s", frame["segment"])))
        self._row = np.where((places >= 0) & (segments >= 0), (places * self.shape[1] + segments) * self.shape[2], -1)
        at = [self.rows(frame["indicator"].map({k: v[i] for k, v in bases_of().items()})) for i in (0, 1)]
        for cells, values in ((at[0], frame["numerator"]), (at[1], frame["denominator"]), (at[0], frame["value"].where(frame["unit"] == "count"))):
            given = pd.to_numeric(values, errors="coerce").astype("float64").to_numpy()
            use = (cells >= 0) & ~np.isnan(given)
            self.values[cells[use]] = given[use]
        self.of_rows = at

    def equations(self) -> Iterator[Equation]:
        """Yield the sums that a reader can check: the city over its districts, parts within a region, districts over their townships."""
        yield from self.sums_over_places()
        for total, parts in identities("sum"):
            columns = [self._at["b"][base] for base in (total, *parts)]
            whole = self.known[:, :, columns].all(axis=2)
            for cells in self.named[:, :, columns][whole]:
                yield Equation(int(cells[0]), cells[1:])

    def sums_over_places(self) -> Iterator[Equation]:
        """Yield the city over its districts, then districts over their townships."""
        rows = {city: [self._at["r"][d] for d in self.districts if d not in out] for city, out in self.cities.items()}
        for segment in range(self.shape[1]):
            for base in range(self.shape[2]):
                shown = [city for city in self.cities if self.known[self._at["r"][city], segment, base]]
                for city in shown:
                    children = self._known(rows[city], segment, base)
                    if len(children):
                        yield Equation(int(self.named[self._at["r"][city], segment, base]), children)
                for group in self._differences(shown):
                    children = self._known([self._at["r"][d] for d in group], segment, base)
                    if len(children):
                        yield Equation(-1, children, int(self.named[self._at["r"][shown[0]], segment, base]))
        for district, places in self.townships.items():
            own, below = self._at["r"].get(district, -1), [self._at["r"][place] for place in places]
            for segment, base in np.argwhere(self.known[own]).tolist() if own >= 0 else ():
                children = self._known(below, segment, base)
                if len(children):
                    yield Equation(int(self.named[own, segment, base]), children)

    def _known(self, regions: list[int], segment: int, base: int) -> np.ndarray:
        return self.named[regions, segment, base][self.known[regions, segment, base]].astype(np.int64)

    def _differences(self, shown: list[str]) -> list[list[str]]:
        """Return the groups of districts whose sum follows where the city's figures leave out different ones.

        A rate without those that sent no cover table, beside a plain count of all, gives away those between.
        """
        found: dict[tuple[bool, ...], list[str]] = {}
        for district in self.districts if len(shown) > 1 else ():
            found.setdefault(tuple(district in self.cities[city] for city in shown), []).append(district)
        return [group for member, group in found.items() if not all(member)]


def _places(frame: pd.DataFrame) -> pd.Series:
    """Return the region of every row; the city with the districts that its figure leaves out."""
    return frame["region_code"].where(frame["region_level"] != "city", frame["region_code"] + "|" + frame["left_out"])


def _positions(names: list[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}
