"""An attacker on a published table: knows the contract's definitions, the figures shown and that no count is negative; nothing of how they were chosen.

Written from the contract alone, apart from the code that protects. Every withheld figure is an unknown; what is shown and what the definitions
say are equations and inequalities over them; a figure is lost where only one value is possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, identity
from scipy.sparse.linalg import splu

RATES = {  # contract §4 names -> what is divided by what (domain §1.3, contract §3)
    "unit_coverage_rate": ("covered", "eligible"), "employee_coverage_rate": ("covered_staff", "staff"), "membership_rate_all": ("members", "staff"),
    "membership_rate_in_covered": ("covered_members", "covered_staff"), "blind_unit_rate": ("blind", "eligible"),
    "blind_employee_share": ("blind_staff", "staff"), "mandatory_unit_union_rate": ("large_covered", "large"),
    "worker_congress_rate": ("met", "covered_firms"), "worker_congress_rate_all": ("met", "firms"), "contract_unit_coverage": ("bound", "covered_firms"),
    "contract_employee_coverage": ("bound_staff", "covered_firm_staff"), "party_union_sync_rate": ("party_covered", "party"),
    "shell_rate": ("shell", "unions"), "standard_met_rate": ("met_standard", "unions"), "six_haves_all_rate": ("six", "unions"),
}  # fmt: skip
COUNTS = {
    "eligible_unit_count": "eligible", "covered_unit_count": "covered", "blind_unit_count": "blind", "nominal_unit_count": "nominal",
    "newly_covered_unit_count": "newly", "employee_count": "staff", "covered_employee_count": "covered_staff", "blind_employee_count": "blind_staff",
    "member_count": "members", "mandatory_unit_count": "large", "mandatory_covered_unit_count": "large_covered", "party_unit_count": "party",
    "party_covered_unit_count": "party_covered", "covered_enterprise_count": "covered_firms", "congress_enterprise_count": "met",
    "contract_enterprise_count": "bound", "contract_employee_count": "bound_staff", "union_org_count": "unions", "shell_union_count": "shell",
    "standard_met_count": "met_standard", "contract_expiring_90d_count": "expiring",
    **{f"union_level_{n}_count": f"level_{n}" for n in range(1, 7)},
    **{f"matter_{m}_{o}_count": f"{m}_{o}" for m in ("wage", "welfare", "safety") for o in ("submitted", "voted", "rejected", "deliberated")},
    **{f"{g}_count": g for g in ("migrant_worker", "migrant_member", "dispatched_worker", "dispatched_member", "new_form_worker", "new_form_member", "new_member")},
}  # fmt: skip
SUMS = [("eligible", ["covered", "blind"]), ("staff", ["covered_staff", "blind_staff"]), ("unions", [f"level_{n}" for n in range(1, 7)]),
        ("shell", ["level_1", "level_2", "level_3"]), ("met_standard", ["level_5", "level_6"]),
        *((f"{m}_submitted", [f"{m}_{o}" for o in ("voted", "rejected", "deliberated")]) for m in ("wage", "welfare", "safety"))]  # fmt: skip
PART_OF = [("nominal", "blind"), ("newly", "covered"), ("large", "eligible"), ("large_covered", "large"), ("large_covered", "covered"), ("party", "eligible"),
           ("party_covered", "party"), ("party_covered", "covered"), ("firms", "eligible"), ("covered_firms", "firms"), ("covered_firms", "covered"),
           ("met", "covered_firms"), ("bound", "covered_firms"), ("bound_staff", "covered_firm_staff"), ("covered_firm_staff", "covered_staff"),
           ("shell", "unions"), ("met_standard", "six"), ("six", "unions"), ("covered_members", "members")]  # fmt: skip
INSIDE = [("small_micro_and_two_new", "small_micro"), ("small_micro_and_two_new", "two_new"), ("small_micro", "small_micro_or_two_new"),
          ("two_new", "small_micro_or_two_new"), ("non_public", "enterprise"), ("state_collective", "enterprise"), ("non_public", "two_new"),
          ("express_delivery", "trade_logistics"), ("self_employed", "two_new")]  # fmt: skip
SAME = {"firms": "eligible", "covered_firms": "covered", "covered_firm_staff": "covered_staff"}  # in the segment of enterprises


@dataclass
class Attack:
    """``shown``: the published rows of one quarter; ``parents``: township → district. ``outside``: what a district holds beyond its townships."""

    shown: pd.DataFrame
    parents: dict[str, str]
    outside: dict[tuple[str, str, str], float] = field(default_factory=dict)
    names: dict[tuple[str, str, str], int] = field(default_factory=dict)
    known: dict[int, float] = field(default_factory=dict)
    equal: list[tuple[dict[int, float], float]] = field(default_factory=list)
    at_most: list[tuple[dict[int, float], float]] = field(default_factory=list)
    targets: dict[int, list[str]] = field(default_factory=dict)
    rates: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.levels = self.shown.drop_duplicates("region_code").set_index("region_code")["region_level"].to_dict()
        self.city = next(code for code, level in self.levels.items() if level == "city")
        self.segments = list(dict.fromkeys(self.shown["segment"]))
        self._read()
        self._regions()
        self._inside_regions()
        self._segments()

    def of(self, region: str, segment: str, base: str) -> int | None:
        return self.names.get((region, segment, base))

    def _cell(self, region: str, segment: str, base: str) -> int:
        return self.names.setdefault((region, segment, base), len(self.names))

    def _read(self) -> None:
        self.whole: set[str] = set()  # the city, once for every set of districts left out
        for row in self.shown.itertuples():
            parts = [COUNTS[row.indicator]] if row.indicator in COUNTS else list(RATES.get(row.indicator, ()))
            if not parts or (row.status == "no_data" and pd.isna(row.numerator)):
                continue
            values = [row.value] if len(parts) == 1 else [row.numerator, row.denominator]
            place = row.region_code if row.region_level != "city" else f"{row.region_code}|{row.left_out}"
            self.whole |= {place} if row.region_level == "city" else set()
            cells = [self._cell(place, row.segment, base) for base in parts]
            if row.status == "suppressed":
                if len(cells) == 1:
                    self.targets.setdefault(cells[0], []).append(f"{row.region_code}/{row.segment}/{row.indicator}")
                else:
                    self.rates.append((f"{row.region_code}/{row.segment}/{row.indicator}", *cells))
                continue
            for cell, value in zip(cells, values, strict=True):
                self.known[cell] = float(value)

    def _regions(self) -> None:
        districts = [code for code, level in self.levels.items() if level == "district"]
        for place, segment, base in [name for name in self.names if name[0] in self.whole]:
            cells = [self.of(d, segment, base) for d in districts if d not in place.partition("|")[2].split(";")]
            if cells and None not in cells:
                self.equal.append(({self.of(place, segment, base): -1.0} | dict.fromkeys(cells, 1.0), 0.0))
        places: dict[str, list[str]] = {}
        for code, parent in self.parents.items():
            places.setdefault(parent, []).append(code)
        for region, segment, base in list(self.names):
            if self.levels.get(region) == "district" and region in places:
                below = [self.of(place, segment, base) for place in places[region]]
                if None not in below:
                    self.equal.append(({self.of(region, segment, base): -1.0} | dict.fromkeys(below, 1.0), -self.outside.get((region, segment, base), 0.0)))

    def _inside_regions(self) -> None:
        for region, segment in dict.fromkeys((r, s) for r, s, _ in list(self.names)):
            for total, parts in SUMS:
                cells = [self.of(region, segment, base) for base in (total, *parts)]
                if None not in cells:
                    self.equal.append(({cells[0]: -1.0} | dict.fromkeys(cells[1:], 1.0), 0.0))
            for part, whole in PART_OF:
                self._below(self.of(region, segment, part), self.of(region, segment, whole))

    def _below(self, part: int | None, whole: int | None) -> None:
        if part is not None and whole is not None:
            self.at_most.append(({part: 1.0, whole: -1.0}, 0.0))

    def _segments(self) -> None:
        for region, base in dict.fromkeys((r, b) for r, _, b in list(self.names)):
            for part, whole in [*INSIDE, *((s, "all") for s in self.segments if s != "all")]:
                self._below(self.of(region, part, base), self.of(region, whole, base))
            four = [self.of(region, s, base) for s in ("small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new")]
            if None not in four:
                self.equal.append(({four[0]: 1.0, four[1]: 1.0, four[2]: -1.0, four[3]: -1.0}, 0.0))
            one, two = (self.of(region, s, base) for s in ("all", "enterprise"))
            if base in ("met", "bound", "bound_staff") and None not in (one, two):
                self.equal.append(({one: 1.0, two: -1.0}, 0.0))
            pairs = [(s, s) for s in ("enterprise", "non_public", "state_collective")] + [("all", "enterprise")]
            for segment, other in pairs if base in SAME else []:
                same = (self.of(region, segment, base), self.of(region, other, SAME[base]))
                if None not in same:
                    self.equal.append(({same[0]: 1.0, same[1]: -1.0}, 0.0))

    def _system(self, rows: list[tuple[dict[int, float], float]], at: dict[int, int], is_equal: bool) -> tuple[coo_matrix, np.ndarray]:
        i, j, v, right = [], [], [], []
        for cells, value in rows:
            unknown = {c: w for c, w in cells.items() if c in at}
            rest = value - sum(w * self.known[c] for c, w in cells.items() if c not in at)
            if not unknown:
                assert abs(rest) < 1e-6 if is_equal else rest > -1e-6, "the published figures contradict each other"
                continue
            i += [len(right)] * len(unknown)
            j += [at[c] for c in unknown]
            v += list(unknown.values())
            right.append(rest)
        return coo_matrix((v, (i, j)), shape=(len(right), len(at))).tocsr(), np.array(right)

    def determined(self) -> list[str]:
        """Return the withheld figures that follow by subtraction alone: unknowns in which no two solutions of the equations differ."""
        at = {c: i for i, c in enumerate(c for c in self.names.values() if c not in self.known)}
        equal, _ = self._system(self.equal, at, True)
        alone = determined_columns(equal)
        fixed = {c for c, i in at.items() if i in alone} | set(self.known)
        found = [name for cell in self.targets if cell in fixed for name in self.targets[cell]]
        return sorted(found + [name for name, top, bottom in self.rates if {top, bottom} <= fixed])

    def pinned(self, wanted: Iterable[str], rounds: int = 4, seed: int = 0) -> dict[str, float]:
        """Return those of the wanted figures for which a linear programme finds one possible value only, with that value."""
        at = {c: i for i, c in enumerate(c for c in self.names.values() if c not in self.known)}
        goals = {name: cell for cell, names in self.targets.items() for name in names if name in set(wanted)}
        equal, right = self._system(self.equal, at, True)
        below, top = self._system(self.at_most, at, False)
        moved: set[int] = set()

        def ends(weights: dict[int, float]) -> None:
            goal = np.zeros(len(at))
            for cell, weight in weights.items():
                goal[at[cell]] = weight
            pair = []
            for sign in (1, -1):
                made = linprog(sign * goal, A_ub=below, b_ub=top, A_eq=equal, b_eq=right, bounds=(0, 1e7), method="highs")
                assert made.status == 0, made.message
                pair.append(made.x)
            moved.update(c for c in weights if abs(pair[0][at[c]] - pair[1][at[c]]) >= 0.5)

        random = np.random.default_rng(seed)
        for _ in range(rounds):
            still = [c for c in set(goals.values()) if c in at and c not in moved]
            if still:
                ends({c: float(w) for c, w in zip(still, random.normal(size=len(still)), strict=True)})
        for cell in [c for c in set(goals.values()) if c in at and c not in moved]:
            ends({cell: 1.0})
        return {name: self.known.get(cell, np.nan) for name, cell in goals.items() if cell not in moved}


def outside_of(truth: pd.DataFrame, parents: dict[str, str]) -> dict[tuple[str, str, str], float]:
    """Return what every district holds beyond its townships, which the attacker is granted."""
    open_book = Attack(truth.assign(status="ok").loc[truth["status"] == "ok"], {})
    sums: dict[tuple[str, str, str], float] = {}
    for (region, segment, base), cell in open_book.names.items():
        if region in parents:
            key = (parents[region], segment, base)
            sums[key] = sums.get(key, 0.0) + open_book.known[cell]
    return {key: open_book.known[open_book.names[key]] - below for key, below in sums.items() if key in open_book.names}


class Campaign:
    """Several quarters' tables together: an attacker who keeps the earlier reports, and reckons with every change that is shown."""

    def __init__(self, attacks: list[Attack], rows: pd.DataFrame) -> None:
        self.attacks, self.starts, count = attacks, [], 0
        for attack in attacks:
            self.starts.append(count)
            count += len(attack.names)
        self.count = count
        quarters = [attack.shown["quarter"].iloc[0] for attack in attacks]
        self.equal = [({c + start: w for c, w in cells.items()}, right) for start, a in self._each() for cells, right in a.equal]
        self.known = {c + start: value for start, a in self._each() for c, value in a.known.items()}
        changes = rows[rows["indicator"].str.endswith("_qoq") & (rows["status"] == "ok") & (rows["unit"] == "count")]
        for row in changes.itertuples():
            now, base = quarters.index(row.quarter), COUNTS.get(row.indicator.removesuffix("_qoq"))
            places = [row.region_code, f"{row.region_code}|"]
            cells = [next((s + a.names[p, row.segment, base] for p in places if (p, row.segment, base) in a.names), None) for s, a in self._each()]
            if now and base and None not in (cells[now], cells[now - 1]):
                self.equal.append(({cells[now]: 1.0, cells[now - 1]: -1.0}, float(row.value)))

    def _each(self):
        return zip(self.starts, self.attacks, strict=True)

    def determined(self) -> list[str]:
        """Return the withheld figures of any quarter that follow by subtraction alone."""
        at = {c: i for i, c in enumerate(c for c in range(self.count) if c not in self.known)}
        whole = Attack.__new__(Attack)
        whole.known = self.known
        equal, _ = whole._system(self.equal, at, True)
        alone = determined_columns(equal)
        fixed = set(self.known) | {c for c, i in at.items() if i in alone}
        found = [name for start, a in self._each() for cell, names in a.targets.items() if cell + start in fixed for name in names]
        return sorted(found + [name for start, a in self._each() for name, top, bottom in a.rates if {top + start, bottom + start} <= fixed])


def determined_columns(equal) -> set[int]:
    """Return the unknowns that are the same in every solution of the equations: those that no random solution of the homogeneous ones moves."""
    if not equal.shape[0]:
        return set()
    squared = (equal.T @ equal).tocsc()
    solver = splu(squared + 1e-9 * identity(equal.shape[1], format="csc"))
    random, still = np.random.default_rng(0), np.ones(equal.shape[1], dtype=bool)
    for _ in range(2):
        free = random.normal(size=equal.shape[1])
        for _ in range(3):  # each pass takes what the equations fix of it away, up to rounding
            free = free - solver.solve(squared @ free)
        assert np.abs(equal @ free).max(initial=0.0) < 1e-5, "the projection has not settled"
        still &= np.abs(free) < 1e-5
    return set(np.flatnonzero(still).tolist())
