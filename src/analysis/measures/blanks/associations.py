"""Counts that do not add over units: unions on the ladder, democratic matters, contracts about to end. Formulas: contract §3."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import duckdb
import pandas as pd

MATTERS = {"wage": "工资分配", "welfare": "福利待遇", "safety": "安全生产"}
OUTCOMES = {
    "submitted": "TRUE",
    "voted": "passed",
    "rejected": "yes_count IS NOT NULL AND NOT passed",
    "deliberated": "yes_count IS NULL",
}
# what is counted of the graded unions, by the name of its column
UNION_CONDITIONS = {
    "unions": "TRUE",
    "six_haves_all": "six",
    **{f"level_{n}": f"level = {n}" for n in range(1, 7)},
    "shell": "level <= 3",
    "standard_met": "level >= 5",
}
MATTER_CONDITIONS = {f"{code}_{outcome}": f"matter = '{name}' AND {test}" for code, name in MATTERS.items() for outcome, test in OUTCOMES.items()}


def months_before(day: date, months: int) -> date:
    """Return the day ``months`` calendar months earlier, clamped to that month's last day.

    Examples
    --------
    >>> months_before(date(2021, 8, 31), 6).isoformat()
    '2021-02-28'
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def graded_unions(as_of: date) -> str:
    """Return the query of all counted unions with their rung on the ladder (domain §4.2, first failing step from below)."""
    day, expired = f"DATE '{as_of.isoformat()}'", f"DATE '{months_before(as_of, 6).isoformat()}'"
    haves = [
        f"coalesce({c}, FALSE)"
        for c in ("has_elected_chair", "has_sound_org", "has_activity_carrier", "has_systems", "has_own_funds", "has_satisfied_performance")
    ]
    return f"""
      SELECT unions.*, {" AND ".join(haves)} AS six, coalesce(city_score, district_score, self_score, 0) AS score,
        CASE WHEN term_ends_on < {expired} OR NOT {haves[0]} OR NOT {haves[1]} THEN 1
             WHEN coalesce(system_count, 0) < 3 THEN 2
             WHEN coalesce(activity_count, 0) = 0 AND coalesce(assembly_count, 0) = 0 THEN 3
             WHEN NOT (six AND score >= 80) THEN 4
             WHEN score >= 90 OR coalesce(home_level, '') = '模范' THEN 6 ELSE 5 END AS level
      FROM unions WHERE union_type IN ('单独', '联合') AND established_on <= {day}"""


def union_counts(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return, a row a district and ``""`` for the city, unions by ladder level."""
    counts = [f"count(*) FILTER ({test}) AS {name}" for name, test in UNION_CONDITIONS.items()]
    query = f"""
    WITH graded AS ({graded_unions(as_of)})
    SELECT coalesce(district_code, '') AS district_code, {", ".join(counts)}
    FROM graded GROUP BY GROUPING SETS ((district_code), ()) ORDER BY 1"""
    return connection.execute(query).df()


def latest_matters(as_of: date, of_unit: tuple[str, ...] = ("district_code", "unit_name")) -> str:
    """Return the query of the deciding rows: the latest per unit and matter within 365 days, of covered enterprises, with columns of the unit.

    ``unit_state`` (of the tally) must stand in the connection. Voted: at least two thirds present and more than half of *all* delegates in favour.
    """
    day = f"DATE '{as_of.isoformat()}'"
    return f"""
      SELECT c.*, {", ".join(f"s.{name}" for name in of_unit)},
        coalesce(c.delegate_total > 0 AND 3 * coalesce(c.attend_count, 0) >= 2 * c.delegate_total AND 2 * c.yes_count > c.delegate_total, FALSE) AS passed
      FROM congresses c JOIN unit_state s USING (uscc)
      WHERE s.covered AND s.seg_enterprise AND c.matter IS NOT NULL AND c.held_on <= {day} AND c.held_on >= {day} - 365
      QUALIFY row_number() OVER (PARTITION BY c.uscc, c.matter ORDER BY c.held_on DESC, c.source_file DESC, c.source_row DESC) = 1"""


def matter_counts(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return, a row a district, distinct covered enterprises by matter and outcome."""
    counts = [f"count(*) FILTER ({test}) AS {name}" for name, test in MATTER_CONDITIONS.items()]
    query = f"""
    WITH latest AS ({latest_matters(as_of, ("district_code",))})
    SELECT coalesce(district_code, '') AS district_code, {", ".join(counts)} FROM latest GROUP BY district_code ORDER BY 1"""
    return connection.execute(query).df()


def contracts_expiring(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the contracts in force that end within 90 days: ``contract_id``, ``districts`` (codes of its kept cover rows joined by ``;``, or "")."""
    return connection.execute(f"SELECT contract_id, districts FROM ({expiring_contracts(as_of)}) ORDER BY 1").df()


def expiring_contracts(as_of: date) -> str:
    """Return the query of the contracts in force that end within 90 days, with the districts they reach into."""
    day = f"DATE '{as_of.isoformat()}'"
    return f"""
    SELECT e.contract_id, any_value(COLUMNS(e.* EXCLUDE (contract_id))), coalesce(string_agg(DISTINCT u.district_code, ';'), '') AS districts
    FROM contracts e LEFT JOIN contract_covers cc USING (contract_id) LEFT JOIN units u ON u.uscc = cc.uscc
    WHERE effective_on <= {day} AND ends_on >= {day} AND ends_on <= {day} + 90
    GROUP BY e.contract_id"""
