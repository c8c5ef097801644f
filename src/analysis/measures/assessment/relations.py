"""The relations behind the campaign's figures: tasks, inspections, unions just founded, task forces, trainings, as they stand at quarter end.

Nothing that is dated after the quarter end has happened yet: a task reported as done in October is open on 30 September. Definitions: domain §1.4, §7.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from analysis.periods import Quarter

RELATIONS = ("district", "unit", "task", "inspection", "founded", "task_force", "training")
SOURCE = "source_file, source_sheet, source_row"
SOON_DAYS, FOLLOW_DAYS = 30, 90


def stat_year_start(quarter: Quarter, end_month: int = 12) -> date:
    """Return the first day of the statistical year that the quarter belongs to; ``end_month`` is the month the year ends with (12, or 9, 6, 3).

    Examples
    --------
    >>> stat_year_start(Quarter("2021Q3")).isoformat(), stat_year_start(Quarter("2020Q4"), 9).isoformat()
    ('2021-01-01', '2020-10-01')
    """
    first = end_month % 12 + 1
    last = quarter.as_of
    return date(last.year if last.month >= first else last.year - 1, first, 1)


def make_campaign_relations(connection: duckdb.DuckDBPyConnection, quarter: Quarter, districts: list[str], end_month: int = 12) -> None:
    """Make the tables ``campaign_<relation>``; ``building_unit`` (``building_relations.make_relations``) must stand in the connection."""
    day = f"DATE '{quarter.as_of.isoformat()}'"
    year = f"DATE '{stat_year_start(quarter, end_month).isoformat()}'"
    begin = f"DATE '{date(quarter.as_of.year, quarter.as_of.month - 2, 1).isoformat()}'"
    connection.register("campaign_codes", pd.DataFrame({"district_code": pd.Series(districts, dtype=object)}))
    queries = {"task": _tasks(day, begin), "inspection": _inspections(day, begin), "founded": _founded(day),
               "task_force": f"SELECT * FROM task_forces WHERE formed_on IS NULL OR formed_on <= {day}",
               "training": f"SELECT *, trained_on >= {begin} AS this_quarter, trained_on >= {year} AS this_year FROM trainings WHERE trained_on <= {day}",
               "district": "SELECT c.district_code, c.district_code IN (SELECT district_code FROM campaign_task_force) AS has_force FROM campaign_codes c",
               "unit": "SELECT * FROM building_unit"}  # fmt: skip
    for relation, query in queries.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE campaign_{relation} AS {query}")


def _tasks(day: str, begin: str) -> str:
    """Tasks: ``done`` by the day, ``due``; red = due and not done, amber = due within 30 days and not done, green = the rest."""
    return f"""
    SELECT * REPLACE (due_on::DATE AS due_on, done_on::DATE AS done_on), coalesce(done_on <= {day}, FALSE) AS done, due_on <= {day} AS due,
      due AND due_on >= {begin} AS due_quarter, done AND done_on <= due_on AS on_time, done AND done_on > due_on AS late, due AND NOT done AS overdue, NOT done AND NOT due AND due_on <= {day} + {SOON_DAYS} AS due_soon,
      coalesce(done_on > {day}, FALSE) AS dated_later, CASE WHEN overdue THEN 'red' WHEN due_soon THEN 'amber' ELSE 'green' END AS light
    FROM tasks"""


def same_problem(column: str = "problem") -> str:
    """Two problems are the same where they read the same but for spaces and signs."""
    return f"regexp_replace(coalesce({column}, ''), '[\\s[:punct:]，。、；：（）“”]', '', 'g')"


def _inspections(day: str, begin: str) -> str:
    """Inspections up to the day; a row without a problem found none. A problem recurs where it is found again after it had been rectified: in the same union
    where both rows name one, in the same district where neither does."""
    return f"""
    WITH known AS (
      SELECT * REPLACE (inspected_on::DATE AS inspected_on, rectify_due_on::DATE AS rectify_due_on, rectified_on::DATE AS rectified_on),
        {same_problem()} AS alike, alike <> '' AS has_problem, coalesce(rectified_on <= {day}, FALSE) AS rectified,
        coalesce(rectify_due_on <= {day}, FALSE) AS due, coalesce(rectified_on > {day}, FALSE) AS dated_later
      FROM inspections WHERE inspected_on <= {day})
    SELECT k.*, has_problem AND due AND rectified AND rectified_on <= rectify_due_on AS on_time, has_problem AND due AND NOT rectified AS overdue,
      has_problem AND inspected_on >= {begin} AS found_quarter,
      has_problem AND rectified AND EXISTS (
        SELECT 1 FROM known again WHERE again.district_code = k.district_code AND again.alike = k.alike AND again.union_id IS NOT DISTINCT FROM k.union_id
          AND again.inspected_on > k.rectified_on) AS recurred
    FROM known k"""


def _founded(day: str) -> str:
    """Counted unions whose ninety days after founding end within the year up to the day, or have not ended; ``followed`` = inspected within the ninety days."""
    return f"""
    SELECT u.* REPLACE (established_on::DATE AS established_on), u.established_on::DATE + {FOLLOW_DAYS} AS follow_by, follow_by <= {day} AS reached, EXISTS (
        SELECT 1 FROM inspections i WHERE i.union_id = u.union_id
          AND i.inspected_on BETWEEN u.established_on::DATE AND least(u.established_on::DATE + {FOLLOW_DAYS}, {day})) AS followed
    FROM unions u
    WHERE u.union_type IN ('单独', '联合') AND u.established_on <= {day} AND follow_by > {day} - 365"""
