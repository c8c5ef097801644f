"""Counts that do not add over units: unions on the ladder, democratic matters, contracts about to end. Formulas: contract §3."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import duckdb
import pandas as pd

MATTERS = {"wage": "工资分配", "welfare": "福利待遇", "safety": "安全生产"}
OUTCOMES = ("submitted", "voted", "rejected", "deliberated")


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


def union_counts(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return, a row a district and ``""`` for the city, unions by ladder level (domain §4.2, first failing step from below)."""
    day, expired = f"DATE '{as_of.isoformat()}'", f"DATE '{months_before(as_of, 6).isoformat()}'"
    haves = [
        f"coalesce({c}, FALSE)"
        for c in ("has_elected_chair", "has_sound_org", "has_activity_carrier", "has_systems", "has_own_funds", "has_satisfied_performance")
    ]
    query = f"""
    WITH graded AS (
      SELECT district_code, {" AND ".join(haves)} AS six, coalesce(city_score, district_score, self_score, 0) AS score,
        CASE WHEN term_ends_on < {expired} OR NOT {haves[0]} OR NOT {haves[1]} THEN 1
             WHEN coalesce(system_count, 0) < 3 THEN 2
             WHEN coalesce(activity_count, 0) = 0 AND coalesce(assembly_count, 0) = 0 THEN 3
             WHEN NOT (six AND score >= 80) THEN 4
             WHEN score >= 90 OR coalesce(home_level, '') = '模范' THEN 6 ELSE 5 END AS level
      FROM unions WHERE union_type IN ('单独', '联合') AND established_on <= {day})
    SELECT coalesce(district_code, '') AS district_code, count(*) AS unions, count(*) FILTER (six) AS six_haves_all,
      {", ".join(f"count(*) FILTER (level = {n}) AS level_{n}" for n in range(1, 7))},
      count(*) FILTER (level <= 3) AS shell, count(*) FILTER (level >= 5) AS standard_met
    FROM graded GROUP BY GROUPING SETS ((district_code), ()) ORDER BY 1"""
    return connection.execute(query).df()


def matter_counts(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return, a row a district, distinct covered enterprises by matter and outcome; the latest row per unit and matter within 365 days decides.

    ``unit_state`` (of the tally) must stand in the connection. Voted: at least two thirds present and more than half of *all* delegates in favour.
    """
    day = f"DATE '{as_of.isoformat()}'"
    counts = []
    for code, name in MATTERS.items():
        one = f"matter = '{name}'"
        counts += [
            f"count(*) FILTER ({one}) AS {code}_submitted",
            f"count(*) FILTER ({one} AND passed) AS {code}_voted",
            f"count(*) FILTER ({one} AND yes_count IS NOT NULL AND NOT passed) AS {code}_rejected",
            f"count(*) FILTER ({one} AND yes_count IS NULL) AS {code}_deliberated",
        ]
    query = f"""
    WITH latest AS (
      SELECT s.district_code, c.matter, c.yes_count,
        coalesce(c.delegate_total > 0 AND 3 * coalesce(c.attend_count, 0) >= 2 * c.delegate_total AND 2 * c.yes_count > c.delegate_total, FALSE) AS passed
      FROM congresses c JOIN unit_state s USING (uscc)
      WHERE s.covered AND s.seg_enterprise AND c.matter IS NOT NULL AND c.held_on <= {day} AND c.held_on >= {day} - 365
      QUALIFY row_number() OVER (PARTITION BY c.uscc, c.matter ORDER BY c.held_on DESC, c.source_file DESC, c.source_row DESC) = 1)
    SELECT coalesce(district_code, '') AS district_code, {", ".join(counts)} FROM latest GROUP BY district_code ORDER BY 1"""
    return connection.execute(query).df()


def contracts_expiring(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the contracts in force that end within 90 days: ``contract_id``, ``districts`` (codes of its kept cover rows joined by ``;``, or "")."""
    day = f"DATE '{as_of.isoformat()}'"
    query = f"""
    SELECT e.contract_id, coalesce(string_agg(DISTINCT u.district_code, ';'), '') AS districts
    FROM contracts e LEFT JOIN contract_covers cc USING (contract_id) LEFT JOIN units u ON u.uscc = cc.uscc
    WHERE effective_on <= {day} AND ends_on >= {day} AND ends_on <= {day} + 90
    GROUP BY e.contract_id ORDER BY 1"""
    return connection.execute(query).df()
