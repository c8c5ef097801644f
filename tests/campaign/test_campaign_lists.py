"""The lists for those who urge others on: the most urgent entry leads, and what counts as found again, on four tables drawn by hand."""

from datetime import date

import duckdb
import pytest

from analysis.measures.assessment.campaign import lists
from analysis.measures.assessment.relations import make_campaign_relations
from analysis.periods import Quarter

SOURCES = "source_file VARCHAR DEFAULT 'a.csv', source_sheet VARCHAR DEFAULT '', source_row BIGINT DEFAULT 2"
MADE = f"""
CREATE TABLE building_unit (uscc VARCHAR);
CREATE TABLE task_forces (district_code VARCHAR, formed_on DATE);
CREATE TABLE trainings (trained_on DATE);
CREATE TABLE tasks (district_code VARCHAR, task VARCHAR, responsible_body VARCHAR, due_on DATE, done_on DATE, {SOURCES});
CREATE TABLE inspections (district_code VARCHAR, inspected_on DATE, problem VARCHAR, rectify_due_on DATE, rectified_on DATE, union_id VARCHAR, {SOURCES});
CREATE TABLE unions (district_code VARCHAR, union_id VARCHAR, union_name VARCHAR, union_type VARCHAR, established_on DATE, {SOURCES});
"""


@pytest.fixture
def found():
    """Return a function: tasks, inspections, unions as tuples of their first columns → list → its names in order, at the end of 2021Q2."""
    connection = duckdb.connect()
    connection.execute(MADE)

    def make(**rows):
        for table, lines in rows.items():
            names = {"tasks": "district_code, task, due_on, done_on", "unions": "district_code, union_id, union_name, union_type, established_on",
                     "inspections": "district_code, inspected_on, problem, rectify_due_on, rectified_on, union_id"}[table]  # fmt: skip
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * (names.count(',') + 1))})", lines)
        make_campaign_relations(connection, Quarter("2021Q2"), ["01", "02"])
        return {name: part["name"].tolist() for name, part in lists(connection, date(2021, 6, 30)).groupby("list")}

    return make


def test_the_longest_overdue_and_the_first_due_lead_their_lists(found):
    made = found(
        tasks=[("01", "拖一月", "2021-05-31", None), ("02", "拖一年", "2020-06-30", None), ("01", "还有三周", "2021-07-21", None), ("02", "还有三天", "2021-07-03", None)],
        inspections=[("01", "2021-05-01", "没有写时限", None, None, None), ("01", "2021-05-01", "还有一年", "2022-06-30", None, None),
                     ("02", "2021-05-01", "还有一天", "2021-07-01", None, None), ("01", "2021-05-01", "拖一天", "2021-06-29", None, None),
                     ("02", "2021-05-01", "拖十天", "2021-06-20", None, None)],
        unions=[("01", "a", "还有84天", "单独", "2021-06-24"), ("02", "b", "还有5天", "单独", "2021-04-06"), ("01", "c", "超过一周", "联合", "2021-03-25"),
                ("02", "d", "超过三月", "联合", "2021-01-01")],
    )  # fmt: skip
    assert made == {
        "task_overdue": ["拖一年", "拖一月"],
        "task_soon": ["还有三天", "还有三周"],
        "problem_overdue": ["拖十天", "拖一天"],
        "problem_open": ["还有一天", "还有一年", "没有写时限"],
        "unfollowed": ["超过三月", "超过一周"],
        "follow_soon": ["还有5天", "还有84天"],
    }


def test_a_problem_recurs_in_the_same_union_or_where_neither_row_names_one(found):
    def pair(problem, first, second, district="01"):
        return [("01", "2021-01-05", problem, "2021-03-31", "2021-04-30", first), (district, "2021-06-03", problem, None, "2021-06-20", second)]

    made = found(
        inspections=[*pair("同一工会", "a", "a"), *pair("两家工会", "a", "b"), *pair("先没有写", None, "a"), *pair("后没有写", "a", None), *pair("都没有写", None, None),
                     *pair("另一区县", None, None, "02")]
    )  # fmt: skip
    assert sorted(made["problem_recurred"]) == ["同一工会", "都没有写"]
