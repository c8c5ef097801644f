"""Campaign figures (强补增机制, domain §7): tasks, inspections, follow-up after founding, task forces, trainings. Same shape as the indicators, kept apart.

Definitions stand in ``campaign.csv`` and ``campaign_sums.csv``, counted by the same machinery as the union-building figures.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import duckdb
import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.assessment.relations import FOLLOW_DAYS, RELATIONS, SOURCE
from analysis.measures.indicators import Places
from analysis.measures.unions.building import bases, building_frame

WITHHELD = "只供内部，非内部版不列任务、督察、专班、培训和考核"
SOURCES = ["source_file", "source_sheet", "source_row"]
LIST_COLUMNS = ["list", "district_code", "code", "name", "detail", "amount", *SOURCES]
BODY_COLUMNS = ["body", "district_code", "total", "due", "on_time", "late", "overdue", "due_soon"]
FORCE_COLUMNS = ["district_code", "task_force", "lead_post", "member_total", "assigned_unit_count", "formed_on", *SOURCES]
NO_BODY = "没有写责任单位"
# names are the same where they differ by spaces only
BODY = f"coalesce(nullif(regexp_replace(responsible_body, '[\\s　]', '', 'g'), ''), '{NO_BODY}')"


@lru_cache(maxsize=1)
def definitions() -> dict[str, dict[str, str]]:
    """Return indicator → definition, with the columns of ``building.csv``."""
    return {row["indicator"]: row for row in tables.load("campaign").to_dict("records")}


def campaign_needs() -> set[str]:
    """Return every table and ``table.column`` that some figure rests on."""
    return {need for d in definitions().values() for word in d["needs"].split() for need in word.split("|") if not need.startswith("columns.")}


def campaign_frame(connection: duckdb.DuckDBPyConnection | None, lacking: dict[str, dict[str, str]], places: Places, quarter: str) -> pd.DataFrame:
    """Return the figures of the city and its districts; ``connection`` None for a run on totals alone."""
    sums = None if connection is None else bases(connection, "campaign", RELATIONS)
    return building_frame(sums, None if sums is None else pd.DataFrame({"districts": []}), lacking, places, quarter, definitions())


def bodies(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return ``BODY_COLUMNS``: the tasks of every responsible body in every district."""
    query = f"""
    SELECT {BODY} AS body, district_code, count(*) AS total,
      count(*) FILTER (due) AS due, count(*) FILTER (due AND on_time) AS on_time, count(*) FILTER (due AND late) AS late,
      count(*) FILTER (overdue) AS overdue, count(*) FILTER (due_soon) AS due_soon
    FROM campaign_task GROUP BY 1, 2 ORDER BY 1, 2"""
    return connection.execute(query).df()[BODY_COLUMNS]


def forces(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return ``FORCE_COLUMNS`` of every task force, in the order of its source."""
    query = f"SELECT {', '.join(FORCE_COLUMNS)} FROM campaign_task_force ORDER BY district_code, {SOURCE}"
    return connection.execute(query).df()


def lists(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return all lists of ``campaign_lists.csv`` as one frame of ``LIST_COLUMNS``, each entry with the row it stands in.

    Most urgent first: ``due_in`` are the days to the date that an entry hangs on, so that the longest overdue leads one list and the first due another;
    entries without such a date stand last, by district.
    """
    queries = _queries(f"DATE '{as_of.isoformat()}'")
    parts = [connection.execute(f"SELECT '{name}' AS list, * FROM ({query})").df() for name, query in queries.items()]
    made = pd.concat([p for p in parts if len(p)] or [pd.DataFrame(columns=[*LIST_COLUMNS, "due_in"])], ignore_index=True)
    order = {name: n for n, name in enumerate(tables.load("campaign_lists")["list"])}
    keys = ["_order", "due_in", "district_code", "name", *SOURCES]
    made = made.assign(_order=made["list"].map(order), due_in=pd.to_numeric(made["due_in"])).sort_values(keys, kind="stable", na_position="last")
    made = made[LIST_COLUMNS].reset_index(drop=True)
    texts = ["list", "district_code", "code", "name", "detail", "source_file", "source_sheet"]
    made[texts] = made[texts].astype(object).where(made[texts].notna(), "")
    return made.assign(amount=made["amount"].fillna(0).astype("int64"), source_row=made["source_row"].astype("int64"))


def _queries(day: str) -> dict[str, str]:
    """Return list → query of its ``LIST_COLUMNS`` but ``list``, and ``due_in``."""
    task = (
        "district_code, coalesce(responsible_body, '') AS code, coalesce(task, '') AS name, strftime(due_on, '%Y-%m-%d') AS detail,"
        f" {{}} AS amount, {SOURCE}, due_on - {day} AS due_in FROM campaign_task"
    )
    problem = (
        f"district_code, coalesce(union_id, '') AS code, problem AS name, {{}} AS detail, {{}} AS amount, {SOURCE}, {{}} - {day} AS due_in"
        " FROM campaign_inspection"
    )
    found = "strftime(inspected_on, '%Y-%m-%d') || coalesce('，时限' || strftime(rectify_due_on, '%Y-%m-%d'), '，没有写时限')"
    union = (
        "district_code, union_id AS code, coalesce(union_name, '') AS name, strftime({}, '%Y-%m-%d') AS detail,"
        f" {{}} AS amount, {SOURCE}, follow_by - {day} AS due_in FROM campaign_founded"
    )
    own = "campaign_inspection"
    same = f"a.district_code = {own}.district_code AND a.alike = {own}.alike AND a.union_id IS NOT DISTINCT FROM {own}.union_id"
    later = f"(SELECT min(a.inspected_on) FROM campaign_inspection a WHERE {same} AND a.inspected_on > {own}.rectified_on)"
    again = f"strftime(rectified_on, '%Y-%m-%d') || '整改，' || strftime({later}, '%Y-%m-%d') || '又发现'"
    late_task = "district_code, coalesce(responsible_body, '') AS code, coalesce(task, '') AS name, '完成日期' || strftime(done_on, '%Y-%m-%d') AS detail"
    late_problem = "district_code, coalesce(union_id, ''), problem, '整改日期' || strftime(rectified_on, '%Y-%m-%d')"
    return {
        "task_overdue": f"SELECT {task.format(f'{day} - due_on')} WHERE overdue",
        "task_soon": f"SELECT {task.format(f'due_on - {day}')} WHERE due_soon",
        "problem_overdue": f"SELECT {problem.format(found, f'{day} - rectify_due_on', 'rectify_due_on')} WHERE overdue",
        "problem_open": f"SELECT {problem.format(found, '0', 'rectify_due_on')} WHERE has_problem AND NOT rectified AND NOT overdue",
        "problem_recurred": f"SELECT {problem.format(again, '0', later)} WHERE recurred",
        "unfollowed": f"SELECT {union.format('established_on', f'{day} - follow_by')} WHERE reached AND NOT followed",
        "follow_soon": f"SELECT {union.format('follow_by', f'follow_by - {day}')} WHERE NOT reached AND NOT followed AND follow_by <= {day} + {FOLLOW_DAYS}",
        "dated_later": f"SELECT {late_task}, 0 AS amount, {SOURCE}, NULL AS due_in FROM campaign_task WHERE dated_later"
        f" UNION ALL SELECT {late_problem}, 0, {SOURCE}, NULL FROM campaign_inspection WHERE has_problem AND dated_later",
    }


def suppress_campaign(frame: pd.DataFrame, audience: str) -> pd.DataFrame:
    """Return the frame for an audience: outside, none of it is shown. Most cells count a handful, and a score tells what it was made of."""
    if audience == "internal":
        return frame
    made = frame.copy()
    hidden = (made["status"] == "ok") | made["numerator"].notna()
    made.loc[hidden, ["numerator", "denominator"]] = pd.NA
    made.loc[hidden, "value"] = np.nan
    made.loc[hidden, ["status", "reason"]] = ["suppressed", WITHHELD]
    return made
