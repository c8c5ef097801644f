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
    """``parent`` (a cell, or -1 for a figure that is always shown) is the sum of ``children``; ``city`` = (segment, base) of a city sum."""

    parent: int
    children: np.ndarray
    city: tuple[str, str] | None = None


class Cells:
    """The cells of one quarter's districts and townships, flattened; NaN where the run has no number.

    Parameters
    ----------
    levels : DataFrame
        The quarter's rows without changes, all levels.
    parents : mapping township code → district code
    """

    def __init__(self, levels: pd.DataFrame, parents: dict[str, str]) -> None:
        below = levels[levels["region_level"] != "city"]
        self.regions = list(dict.fromkeys(below["region_code"]))
        self.segments = list(dict.fromkeys(levels["segment"]))
        self.bases = list(counted_by())
        self._at = {"r": _positions(self.regions), "s": _positions(self.segments), "b": _positions(self.bases)}
        self.districts = list(dict.fromkeys(below.loc[below["region_level"] == "district", "region_code"]))
        self.townships: dict[str, list[str]] = {}
        for code in dict.fromkeys(below.loc[below["region_level"] == "township", "region_code"]):
            self.townships.setdefault(parents.get(code, code[:6]), []).append(code)
        self._city = levels[levels["region_level"] == "city"]
        self.values = np.full(len(self.regions) * len(self.segments) * len(self.bases), np.nan)
        self._fill(below)

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.regions), len(self.segments), len(self.bases)

    def cell(self, region: str, segment: str, base: str) -> int:
        """Return the cell's number, one for all names of the same figure; -1 where there is none."""
        r, s, b = self._at["r"].get(region, -1), self._at["s"].get(segment, -1), self._at["b"].get(base, -1)
        return -1 if min(r, s, b) < 0 else int(self.canonical[(r * self.shape[1] + s) * self.shape[2] + b])

    def is_district(self, cell: int) -> bool:
        return self.regions[cell // (self.shape[1] * self.shape[2])] in set(self.districts)

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

    def rows(self, frame: pd.DataFrame, base: pd.Series) -> np.ndarray:
        """Return the cell of every row of a frame for the base named beside it; -1 where there is none."""
        r, s, b = (
            column.map(self._at[k]).fillna(-1).to_numpy(dtype=np.int64) for k, column in (("r", frame["region_code"]), ("s", frame["segment"]), ("b", base))
        )
        plain = (r * self.shape[1] + s) * self.shape[2] + b
        known = (r >= 0) & (s >= 0) & (b >= 0)
        return np.where(known, self.canonical[np.where(known, plain, 0)], -1)

    def _fill(self, frame: pd.DataFrame) -> None:
        numerators, denominators = (frame["indicator"].map({k: v[i] for k, v in bases_of().items()}) for i in (0, 1))
        for bases, values in (
            (numerators, frame["numerator"]),
            (denominators, frame["denominator"]),
            (numerators, frame["value"].where(frame["unit"] == "count")),
        ):
            given = pd.to_numeric(values, errors="coerce").astype("float64").to_numpy()
            at = self.rows(frame, bases)
            use = (at >= 0) & ~np.isnan(given)
            self.values[at[use]] = given[use]

    def equations(self) -> Iterator[Equation]:
        """Yield the sums that a reader can check: the city over its districts, parts within a region, districts over their townships."""
        for (segment, base), groups in self._city_groups().items():
            for group in groups:
                yield Equation(-1, self._known(self.cell(d, segment, base) for d in group), (segment, base))
        for total, parts in identities("sum"):
            for region in self.regions:
                for segment in self.segments:
                    children = self._known(self.cell(region, segment, part) for part in parts)
                    parent = self.cell(region, segment, total)
                    if len(children) == len(parts) and not np.isnan(self.values[parent]):
                        yield Equation(parent, children)
        for district, places in self.townships.items():
            for segment in self.segments:
                for base in self.bases:
                    parent = self.cell(district, segment, base)
                    children = self._known(self.cell(place, segment, base) for place in places)
                    if parent >= 0 and not np.isnan(self.values[parent]) and len(children):
                        yield Equation(parent, children)

    def _known(self, cells: Iterator[int]) -> np.ndarray:
        return np.array([c for c in cells if c >= 0 and not np.isnan(self.values[c])], dtype=np.int64)

    def _city_groups(self) -> dict[tuple[str, str], list[list[str]]]:
        """Return, by segment and base, the groups of districts whose sum the city's figures give away.

        Figures that leave out different districts (a rate without those that sent no cover table beside a plain count of all) give away the
        difference too.
        """
        scopes: dict[tuple[str, str], set[str]] = {}
        for row in self._city.itertuples():
            for base in filter(None, bases_of().get(row.indicator, ("", ""))):
                if row.status == "ok" or pd.notna(row.numerator):
                    scopes.setdefault((row.segment, base), set()).add(row.left_out)
        groups = {}
        for key, left_out in scopes.items():
            sets = [set(out.split(";")) for out in sorted(left_out)]
            found: dict[tuple[bool, ...], list[str]] = {}
            for district in self.districts:
                found.setdefault(tuple(district in out for out in sets), []).append(district)
            groups[key] = [group for member, group in found.items() if not all(member)]
        return groups


def _positions(names: list[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}
