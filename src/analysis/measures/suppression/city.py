"""Quality and union-building figures, which other readers get for the city only: what is withheld among them must not follow from the rest.

They are bound to each other and to the city's indicators, which stay visible, by the sums and parts of ``city_identities.csv`` (``@``: the quarter
before; ``-``: taken away). Where a withheld figure still has one possible value, what gives it away is withheld too; where it follows from the
city's indicators alone it cannot be withheld, and is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.quality import definitions as quality_definitions
from analysis.measures.suppression.cells import bases_of
from analysis.measures.suppression.check import Bounds
from analysis.measures.unions.building import WITHHELD_SMALL
from analysis.measures.unions.building import definitions as building_definitions
from analysis.periods import Quarter

_ROUNDS = 40
_SIGNED = ("members_by_units", "members_moved", "members_within", "members_unexplained", "units_residual", "covered_residual", "members_residual", "b_flow_net")
_AWAY = 1e6  # figures that may be negative are held this much higher: bounds take every figure for no less than zero
Name = tuple[str, str]  # base, districts left out


def protect_city(true: pd.DataFrame, made: pd.DataFrame, indicators: pd.DataFrame, below: int = 5) -> pd.DataFrame:
    """Return the protected quality and union-building figures with those of the city held together.

    Parameters
    ----------
    true, made : the same figures, before and after their own rules
    """
    city = (true["region_level"] == "city").to_numpy()
    own = city & (made["status"] == "suppressed").to_numpy()
    final = np.zeros(len(true), dtype=bool)
    final[city] = hold_together(true[city], own[city], indicators, below)
    kept = made.copy()
    back, gone = city & own & ~final, final & ~own
    for column in ("numerator", "denominator", "value", "status", "reason"):
        kept.loc[back, column] = true.loc[back, column]
    kept.loc[gone, ["numerator", "denominator"]] = pd.NA
    kept.loc[gone, "value"] = np.nan
    kept.loc[gone, "status"], kept.loc[gone, "reason"] = "suppressed", WITHHELD_SMALL
    return kept


def hold_together(true: pd.DataFrame, hidden: np.ndarray, indicators: pd.DataFrame, below: int = 5) -> np.ndarray:
    """Return, a row a figure of the city, whether it is withheld in the end.

    Parameters
    ----------
    true : the city's quality and union-building figures, nothing withheld
    hidden : those that their own rules withhold
    indicators : the protected indicators of all quarters, of which the city's whole is used
    """
    system = _System(true, indicators, below)
    hidden = hidden | system.narrow(~hidden)
    for _ in range(_ROUNDS):
        wider = hidden | system.telling(hidden)
        if (wider == hidden).all():
            break
        hidden = wider
    return hidden & ~system.follows(hidden)


class _System:
    """Every base of the city's figures as a cell, with the sums and parts that bind them."""

    def __init__(self, true: pd.DataFrame, indicators: pd.DataFrame, below: int) -> None:
        self.values: dict[Name, float] = {}
        self.below = below
        self.open = self._whole(indicators)
        known = quality_definitions() | building_definitions()
        rows = [(known[r.indicator], r) for r in true.itertuples()]
        self.bases = [self._bases(definition, row) for definition, row in rows]
        self.families = [
            d["group"] if d["indicator"].startswith(("units_", "covered_", "members_")) or d["indicator"] in building_definitions() else d["indicator"]
            for d, _ in rows
        ]
        self.names = list(self.values)
        self.at = {name: i for i, name in enumerate(self.names)}
        self.sums, nests = self._identities()
        amounts = np.array([self.values[name] + _AWAY * (name[0] in _SIGNED or self.values[name] < 0) for name in self.names], dtype=float)
        self.bounds = Bounds.of(amounts, self.sums, np.array(nests, dtype=np.int64).reshape(-1, 2))

    def _whole(self, indicators: pd.DataFrame) -> set[Name]:
        """Read the city's indicators; those of the quarter before under ``base@``."""
        rows = indicators[(indicators["region_level"] == "city") & (indicators["segment"] == "all") & indicators["indicator"].isin(list(bases_of()))]
        quarter, found = max(rows["quarter"], default=""), set()
        then = Quarter(quarter).previous.key if quarter else ""
        for row in rows[rows["quarter"].isin([quarter, then])].itertuples():
            mark = "" if row.quarter == quarter else "@"
            pair = (row.value, None) if row.unit == "count" else (row.numerator, row.denominator)
            for base, value in zip(bases_of()[row.indicator], pair, strict=True):
                if base and value is not None and not pd.isna(value):
                    self.values[base + mark, row.left_out] = float(value)
                    found.add((base + mark, row.left_out))
        return found

    def _bases(self, definition: dict[str, str], row) -> list[Name]:
        pair = (row.value, None) if definition["unit"] == "count" else (row.numerator, row.denominator)
        found = []
        for base, value in zip((definition["numerator"], definition["denominator"]), pair, strict=True):
            if base and value is not None and not pd.isna(value):
                self.values.setdefault((base, row.left_out), float(value))
                found.append((base, row.left_out))
        return found

    def _identities(self) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[tuple[int, int]]]:
        sums, nests = [], []
        scopes = sorted({scope for _, scope in self.names})
        for row in tables.load("city_identities").itertuples():
            parts = [(p.lstrip("-"), -1.0 if p.startswith("-") else 1.0) for p in row.parts.split()]
            for scope in scopes:
                cells = [self.at.get((base, scope)) for base in (row.total, *(p for p, _ in parts))]
                if None in cells:
                    continue
                signs = np.array([-1.0, *(sign for _, sign in parts)])
                if row.kind == "part":
                    if self.values[self.names[cells[1]]] <= self.values[self.names[cells[0]]]:
                        nests.append((cells[1], cells[0]))
                elif abs(sum(s * self.values[self.names[c]] for s, c in zip(signs, cells, strict=True))) < 0.5:
                    sums.append((np.array(cells), signs))
        return sums, nests

    def _withheld(self, hidden: np.ndarray) -> np.ndarray:
        """Return which cells no shown figure tells."""
        shown = set(self.open)
        for is_hidden, bases in zip(hidden, self.bases, strict=True):
            shown |= set() if is_hidden else set(bases)
        return np.array([name not in shown for name in self.names], dtype=bool)

    def narrow(self, shown: np.ndarray) -> np.ndarray:
        """Return the shown figures that, beside others of another scope, tell what few units the districts between hold."""
        scopes: dict[str, dict[str, float]] = {}
        for base, scope in self.open:
            scopes.setdefault(base, {})[scope] = self.values[base, scope]
        same = {r.total: r.parts for r in tables.load("city_identities").itertuples() if r.kind == "sum" and " " not in r.parts and not r.parts.startswith("-")}
        found = np.zeros(len(shown), dtype=bool)
        for i in np.flatnonzero(shown):
            for base, scope in self.bases[i]:
                others = scopes.setdefault(same.get(base, base), {})
                value = self.values[base, scope]
                found[i] |= any(0 < abs(value - other) < self.below for known, other in others.items() if known != scope)
            if not found[i]:
                for base, scope in self.bases[i]:
                    scopes[same.get(base, base)].setdefault(scope, self.values[base, scope])
        return found

    def _single(self, withheld: np.ndarray) -> list[int]:
        """Return the withheld cells that have one possible value only."""
        pinned = self.bounds.pinned(withheld)
        return sorted({*pinned.tolist(), *self.bounds.solved(withheld).tolist()})

    def telling(self, hidden: np.ndarray) -> np.ndarray:
        """Return the shown figures, with their families, that stand in a sum with a withheld cell of one possible value."""
        withheld = self._withheld(hidden)
        anyway = set(self._single(self._withheld(np.ones(len(hidden), dtype=bool))))
        wanted = {c for c in self._single(withheld) if c not in anyway}
        near = {self.names[c] for cells, _ in self.sums if wanted & set(cells.tolist()) for c in cells.tolist() if not withheld[c]} - self.open
        near |= {self.names[c] for c in self._around(wanted) if not withheld[c]} - self.open
        families = {self.families[i] for i, bases in enumerate(self.bases) if near & set(bases)}
        return np.array([family in families for family in self.families], dtype=bool)

    def _around(self, wanted: set[int]) -> Iterable[int]:
        for part, whole in self.bounds.nests.tolist():
            if part in wanted:
                yield whole
            if whole in wanted:
                yield part

    def follows(self, hidden: np.ndarray) -> np.ndarray:
        """Return the withheld figures whose every base is shown, or follows from what stays visible."""
        withheld = self._withheld(hidden)
        single = set(self._single(self._withheld(np.ones(len(hidden), dtype=bool))))
        told = {name for i, name in enumerate(self.names) if not withheld[i] or i in single}
        return np.array([bool(bases) and set(bases) <= told for bases in self.bases], dtype=bool) & hidden
