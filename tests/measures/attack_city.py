"""The attacker on the city's quality and union-building figures: what they, the city's indicators and the quarter before's report tell together.

Written from the definitions of the handbook, apart from the code that protects. ``@`` is the same figure a quarter earlier, which the earlier report shows.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from attack import COUNTS, RATES, Attack
from scipy.optimize import linprog

TABLES = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings", "totals")
KINDS = ("accepted", "flagged", "quarantined")
HAVES = ("chair", "org", "carrier", "systems", "funds", "satisfied")
AGES = ("y0", "y1", "y2", "older")
MATTERS = ("wage", "welfare", "safety")
SIGNED = ("residual", "by_units", "members_moved", "members_within", "unexplained", "flow_net", "_diff", "_sum")


def _total(name: str, parts) -> str:
    return f"{name} = {' + '.join(parts)}"


EQUAL = [
    # every row that was read is accepted, flagged or sent back; the tables' rows add up to all rows (contract §2)
    _total("row_read_count", (f"row_{k}_count" for k in KINDS)),
    *(_total(f"table_{t}_read_count", (f"table_{t}_{k}_count" for k in KINDS)) for t in TABLES),
    *(_total(f"row_{k}_count", (f"table_{t}_{k}_count" for t in TABLES)) for k in ("read", *KINDS)),
    "unit_quarantined_count = table_units_quarantined_count",
    "kept_units = table_units_accepted_count + table_units_flagged_count",
    # what became of units, coverage and members since the quarter before
    "units_closing = units_opening + units_appeared + units_resumed + units_moved_in - units_gone - units_ceased - units_moved_out + units_residual",
    "units_closing = eligible", "units_opening = eligible@", "units_moved_in = units_moved_out", "signal_unit_gone_count = units_gone",
    "signal_unit_moved_count = units_moved_in",
    "covered_closing = covered_opening + covered_with_new_unit + covered_newly + covered_moved_in - covered_lost - covered_left - covered_moved_out + covered_residual",
    "covered_closing = covered", "covered_opening = covered@", "covered_moved_in = covered_moved_out", "newly = covered_newly + covered_with_new_unit",
    "signal_unit_uncovered_count = covered_lost",
    "members_closing = members_opening + members_by_units + members_moved + members_within + members_residual",
    "members_within = members_new + members_in - members_out - members_left + members_unexplained",
    "members_closing = members", "members_opening = members@",
    # unions: each on one rung of the ladder, of one year, with or without each of the six
    "b_unions = unions", *(f"b_level_{n} = level_{n}" for n in range(1, 7)), _total("b_unions", (f"b_level_{n}" for n in range(1, 7))),
    "b_hollow = b_level_2 + b_level_3", _total("b_led_employees", (f"b_level_{n}_employees" for n in range(1, 7))),
    "b_shell_employees = b_level_1_employees + b_level_2_employees + b_level_3_employees", "b_met_employees = b_level_5_employees + b_level_6_employees",
    *(f"b_unions = b_{h} + b_no_{h}" for h in HAVES), "b_unions = met_standard + b_not_met", "met_standard = b_standard_gained + b_standard_kept",
    "met_standard@ = b_standard_kept + b_standard_lost", _total("b_unions", (f"b_cohort_{a}" for a in AGES)),
    _total("met_standard", (f"b_cohort_{a}_met" for a in AGES)), "b_home_any = b_home_qualified + b_home_advanced + b_home_model",
    "b_home_any = b_home_any@ + b_home_awarded - b_home_withdrawn",
    # congresses and contracts
    "b_covered_enterprises = covered_firms", "b_enterprises = firms", "b_held = met", "b_held = b_standalone + b_wide + b_form_blank",
    "b_covered_enterprises = b_held + b_without",
    *(f"b_{m}_submitted = {m}_submitted" for m in MATTERS), *(f"b_{m}_due = b_{m}_due_voted + b_{m}_due_unvoted" for m in MATTERS),
    *(f"{m}_deliberated = b_{m}_due_unvoted + b_{m}_lawful + b_{m}_unclear" for m in MATTERS),
    _total("b_contract_in_force", (f"b_contract_type_{t}" for t in ("comprehensive", "wage", "female", "safety", "blank"))),
    _total("b_contract_in_force", (f"b_contract_level_{t}" for t in ("enterprise", "regional", "industry", "blank"))),
    "b_contract_enterprises = bound", "b_contract_employees = bound_staff", "b_covered_enterprise_employees = covered_firm_staff",
    # enterprises above scale by year, party, groups, flows
    *(_total(f"b_scale{end}", (f"b_scale_{a}{end}" for a in (*AGES, "blank"))) for end in ("", "_led", "_six")),
    "party = party_covered + b_party_only", "b_migrant_workers = migrant_worker", "b_migrant_members = migrant_member", "b_dispatched_members = dispatched_member",
    "b_flow_net = new_member + b_flow_in - b_flow_out - b_flow_left",
]  # fmt: skip
INSIDE = [("b_sign", "b_unions"), ("b_six_none", "b_unions"), ("b_near", "b_not_met"), ("units_gone_refused", "units_gone"), ("b_union_only", "covered"),
          ("b_party_only", "blind"), ("b_sme_without", "b_without"), ("b_sme_without", "b_sme_covered"), ("b_scale", "b_enterprises"), ("b_scale_six", "b_scale_led"),
          ("expiring", "b_contract_in_force"), ("b_ever", "b_covered_enterprises"), ("b_held", "b_ever"), ("b_home_any", "b_unions"), ("b_joint", "b_unions"),
          *((f"b_cohort_{a}_met", f"b_cohort_{a}") for a in AGES), *((f"b_scale_{a}_led", f"b_scale_{a}") for a in (*AGES, "blank")),
          *((f"b_contract_{c}", "b_contract_in_force") for c in ("no_session", "not_passed", "not_filed", "to_inspect", "long")), ("b_no_roster", "b_contract_in_force"),
          *((f"b_{m}_due", f"b_{m}_submitted") for m in MATTERS), ("unit_quarantined_count", "row_quarantined_count")]  # fmt: skip


class CityAttack(Attack):
    """``shown``: the city's rows of quality, union building and indicators of the quarter; ``before``: those of the quarter before.

    Parameters
    ----------
    handbook : indicator → (base counted, base divided by or "")
    """

    def __init__(self, shown: pd.DataFrame, before: pd.DataFrame, handbook: dict[str, tuple[str, str]]) -> None:
        self.names, self.known, self.equal, self.at_most, self.targets, self.rates = {}, {}, [], [], {}, []
        self.handbook = handbook | {name: (base, "") for name, base in COUNTS.items()} | RATES
        self._read_rows(before, "@")
        self._read_rows(shown, "")
        self._bind()

    def _read_rows(self, rows: pd.DataFrame, mark: str) -> None:
        for row in rows[(rows["region_level"] == "city") & (rows["segment"] == "all")].itertuples():
            bases = [base for base in self.handbook.get(row.indicator, ()) if base]
            if not bases or row.status == "no_data" or row.unit == "score":
                continue
            cells = [self._cell(row.left_out, "all", base + mark) for base in bases]
            name = f"{row.indicator}{mark}"
            if row.status == "suppressed":
                self.targets.setdefault(cells[0], []).append(name) if len(cells) == 1 else self.rates.append((name, *cells))
                continue
            for cell, value in zip(cells, [row.value] if len(cells) == 1 else [row.numerator, row.denominator], strict=True):
                self.known[cell] = float(value)

    def _bind(self) -> None:
        for scope in sorted({scope for scope, _, _ in self.names}):
            for line in EQUAL:
                terms = re.findall(r"(^|[-+=]) ?(\w+@?)", line)
                cells = [self.of(scope, "all", name) for _, name in terms]
                if None not in cells:
                    signs = [1.0 if sign in ("=", "+") else -1.0 for sign, _ in terms]
                    self.equal.append((dict(zip(cells, signs, strict=True)), 0.0))
            for part, whole in INSIDE:
                self._below(self.of(scope, "all", part), self.of(scope, "all", whole))

    def gained(self, truth: pd.DataFrame) -> list[str]:
        """Return what is pinned and is not zero; a zero points at nobody.

        Parameters
        ----------
        truth : rows of true figures by indicator
        """
        return [name for name in self.all_pinned() if name.endswith("@") or truth.at[name, "value"] != 0]

    def all_pinned(self) -> list[str]:
        """Return the withheld counts, and rates whose both counts are so, that have one possible value only."""
        at = {c: i for i, c in enumerate(c for c in self.names.values() if c not in self.known)}
        if not at:
            return []
        signed = {c for (_, _, base), c in self.names.items() if any(word in base for word in SIGNED)}
        limits = [(-1e7 if c in signed else 0, 1e7) for c in at]
        equal, right = self._system(self.equal, at, True)
        below, top = self._system(self.at_most, at, False)
        fixed = set(self.known)
        for cell, column in at.items():
            goal = np.zeros(len(at))
            goal[column] = 1.0
            ends = [linprog(s * goal, A_ub=below if len(top) else None, b_ub=top if len(top) else None, A_eq=equal if len(right) else None,
                            b_eq=right if len(right) else None, bounds=limits, method="highs") for s in (1, -1)]  # fmt: skip
            assert all(e.status == 0 for e in ends), "the published figures contradict each other"
            if abs(ends[0].fun + ends[1].fun) < 0.5:
                fixed.add(cell)
        found = [name for cell, names in self.targets.items() if cell in fixed for name in names]
        return sorted(found + [name for name, top_, bottom in self.rates if {top_, bottom} <= fixed])
