"""The relations behind the union-building figures: what one row is, and the columns that ``building_sums.csv`` asks it for.

``unit`` an eligible unit, ``union`` a counted union on the ladder, ``union_pair`` a union of this quarter beside itself a quarter ago,
``matter`` the deciding meeting of an enterprise and matter, ``matter_unit`` an enterprise of those, ``contract`` a collective contract.
Definitions: contract §3; domain §4–§7.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from analysis import tables
from analysis.intake.rules import LABOUR_DISPATCH
from analysis.measures.blanks.associations import graded_unions, latest_matters, months_before
from analysis.settings import Settings

RELATIONS = ("unit", "union", "union_pair", "matter", "matter_unit", "contract")
HAVES = ("has_elected_chair", "has_sound_org", "has_activity_carrier", "has_systems", "has_own_funds", "has_satisfied_performance")
HOMES = {"合格": 1, "先进": 2, "模范": 3}
TYPES = {"comprehensive": "综合", "wage": "工资专项", "female": "女职工", "safety": "安全卫生"}
LEVELS = {"enterprise": "企业", "regional": "区域", "industry": "行业"}
EARLIER_COLUMNS = ["union_id", "union_name", "district_code", "level", "home_level"]
_UNION_RELATION = "building_union"


def graded_frame(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return ``EARLIER_COLUMNS`` of a quarter's counted unions, for the quarter after it to compare with."""
    return connection.execute(f"SELECT {', '.join(EARLIER_COLUMNS)} FROM ({graded_unions(as_of)}) ORDER BY union_id").df()


def make_relations(connection: duckdb.DuckDBPyConnection, as_of: date, settings: Settings, unions_before: pd.DataFrame | None = None) -> None:
    """Make the tables ``building_<relation>``; ``unit_state`` (``tally.judge_units``) must stand in the connection.

    Parameters
    ----------
    unions_before : of ``graded_frame`` a quarter ago; None where there is none (then ``union_pair`` is empty)
    """
    day = f"DATE '{as_of.isoformat()}'"
    before = unions_before if unions_before is not None else pd.DataFrame({c: pd.Series(dtype="int32" if c == "level" else object) for c in EARLIER_COLUMNS})
    modes = tables.load("required_modes")
    connection.register("unions_before", before)
    connection.register("required_modes", modes[modes["rule"] == settings.local_rule])
    queries = {"union": _unions(as_of), "unit": _units(day), "union_pair": _pairs(unions_before is not None), "matter": _matters(as_of),
               "matter_unit": _matter_units(), "contract": _contracts(day)}  # fmt: skip
    for relation, query in queries.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE building_{relation} AS {query}")


def _unions(as_of: date) -> str:
    """The ladder's unions with what each still lacks for the standard: ten shortfalls, none of them exactly where level ≥ 5."""
    missing = [f"(NOT coalesce({c}, FALSE))::INT" for c in HAVES]
    expired = f"coalesce(term_ends_on < DATE '{months_before(as_of, 6).isoformat()}', FALSE)"
    shortfalls = [*missing, f"({expired})::INT", "(coalesce(system_count, 0) < 3)::INT",
                  "(coalesce(activity_count, 0) = 0 AND coalesce(assembly_count, 0) = 0)::INT", "(score < 80)::INT"]  # fmt: skip
    return f"""
    SELECT graded.*, {expired} AS short_term, {" + ".join(missing)} AS haves_missing, {" + ".join(shortfalls)} AS shortfalls,
      {as_of.year} - year(established_on) AS cohort
    FROM ({graded_unions(as_of)}) graded"""


def _units(day: str) -> str:
    """Eligible units with the union they belong to, the form of their congress and the contracts that bind them.

    A unit under several basic-level unions belongs to one: a union of its own first, then the one that covers it longest (domain §1.7).
    """
    haves = ", ".join(f"coalesce({c}, FALSE) AS union_{c}" for c in HAVES)
    kinds = [f"bool_or(alive AND coalesce(contract_type, '') = '{name}') AS type_{code}" for code, name in TYPES.items()]
    kinds += [f"bool_or(alive AND coalesce(contract_level, '') = '{name}') AS level_{code}" for code, name in LEVELS.items()]
    bound = [*(f"type_{c}" for c in TYPES), *(f"level_{c}" for c in LEVELS), "contract_unstamped", "contract_lapsed", "contract_expiring"]
    return f"""
    WITH led AS (
      SELECT c.uscc, g.union_id AS led_by, g.level AS union_level, g.six AS union_six, {haves}
      FROM covers c JOIN {_UNION_RELATION} g USING (union_id)
      WHERE c.valid_from <= {day} AND (c.valid_to IS NULL OR c.valid_to >= {day}) AND coalesce(c.cover_type, '直接') = '直接'
      QUALIFY row_number() OVER (PARTITION BY c.uscc ORDER BY g.union_type = '单独' DESC, c.valid_from, g.union_id) = 1),
    held AS (
      SELECT uscc, bool_or(held_on >= {day} - 365 AND coalesce(congress_form, '') IN ('职代会', '职工大会')) AS congress_own,
        bool_or(held_on >= {day} - 365 AND coalesce(congress_form, '') IN ('区域', '行业')) AS congress_wide
      FROM congresses WHERE held_on <= {day} GROUP BY uscc),
    signed AS (
      SELECT cc.uscc, coalesce(cc.is_stamped, TRUE) AS stamped, effective_on <= {day} AND ends_on >= {day} AS in_force, stamped AND in_force AS alive, e.*
      FROM contract_covers cc JOIN contracts e USING (contract_id)),
    bound AS (
      SELECT uscc, {", ".join(kinds)}, bool_or(in_force AND NOT stamped) AS contract_unstamped,
        bool_or(stamped AND effective_on <= {day} AND ends_on < {day}) AS contract_lapsed, bool_or(alive AND ends_on <= {day} + 90) AS contract_expiring
      FROM signed GROUP BY uscc)
    SELECT s.*, led.* EXCLUDE (uscc), held.uscc IS NOT NULL AS congress_ever, coalesce(congress_own, FALSE) AS congress_own,
      coalesce(congress_wide, FALSE) AS congress_wide, {", ".join(f"coalesce({b}, FALSE) AS {b}" for b in bound)},
      (SELECT u.has_party_org IS NOT NULL FROM units u WHERE u.uscc = s.uscc) AS party_reported, year({day}) - s.above_scale_year AS list_age,
      s.industry LIKE '{LABOUR_DISPATCH}%' AS is_agency
    FROM unit_state s LEFT JOIN led ON led.uscc = s.uscc AND s.covered LEFT JOIN held ON held.uscc = s.uscc LEFT JOIN bound ON bound.uscc = s.uscc
    WHERE s.eligible"""


def _pairs(has_before: bool) -> str:
    rank = "CASE {} " + " ".join(f"WHEN '{name}' THEN {n}" for name, n in HOMES.items()) + " ELSE 0 END"
    return f"""
    SELECT coalesce(n.union_id, b.union_id) AS union_id, coalesce(n.district_code, b.district_code) AS district_code,
      coalesce(n.union_name, b.union_name) AS union_name, n.level AS now_level, b.level AS before_level, {rank.format("n.home_level")} AS now_home, {rank.format("b.home_level")} AS before_home
    FROM {_UNION_RELATION} n FULL JOIN unions_before b USING (union_id) WHERE {"TRUE" if has_before else "FALSE"}"""


def _matters(as_of: date) -> str:
    """Meetings that decide, with the owner of the enterprise and whether the rule in force asks for a vote ('vote', 'deliberate', '' = not known)."""
    return f"""
    WITH owned AS (
      SELECT latest.*, CASE WHEN s.seg_state_collective THEN 'state_collective' WHEN s.seg_non_public THEN 'non_public' ELSE '' END AS ownership
      FROM ({latest_matters(as_of)}) latest JOIN unit_state s USING (uscc))
    SELECT owned.*, coalesce(r.mode, '') AS mode FROM owned LEFT JOIN required_modes r ON r.matter = owned.matter AND r.ownership = owned.ownership"""


def _matter_units() -> str:
    return """
    SELECT uscc, any_value(district_code) AS district_code, any_value(unit_name) AS unit_name, bool_or(mode = 'vote' AND yes_count IS NULL) AS only_deliberated,
      string_agg(matter, '、' ORDER BY matter) FILTER (mode = 'vote' AND yes_count IS NULL) AS matters
    FROM building_matter GROUP BY uscc"""


def _contracts(day: str) -> str:
    """Contracts with the districts that they reach into (``a;b``, "" for none) and the signals of mere formality that the ledger can show."""
    return f"""
    WITH reach AS (
      SELECT contract_id, count(*) AS cover_rows, coalesce(string_agg(DISTINCT u.district_code, ';' ORDER BY u.district_code), '') AS districts
      FROM contract_covers LEFT JOIN units u USING (uscc) GROUP BY contract_id)
    SELECT e.*, coalesce(reach.districts, '') AS districts, coalesce(cover_rows, 0) AS cover_rows, effective_on <= {day} AND ends_on >= {day} AS in_force,
      in_force AND ends_on <= {day} + 90 AS expiring, effective_on <= {day} AND ends_on < {day} AS expired, effective_on > {day} AS effective_later,
      ends_on > effective_on + INTERVAL 3 YEAR AS long_term,
      (coalesce(session_count, 0) = 0)::INT + (NOT coalesce(is_passed, FALSE))::INT + (NOT coalesce(is_filed, FALSE))::INT AS signals
    FROM contracts e LEFT JOIN reach USING (contract_id)"""
