"""The one place that counts unit rows: DuckDB groups them by district, township and segments; all else works on that small cube.

Every unit carries a bit mask of the segments it belongs to, so that overlapping segments need one pass: rows are grouped by mask, and a
segment's sum is the sum over the masks that hold its bit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from analysis import tables
from analysis.measures.blanks.associations import contracts_expiring, matter_counts, union_counts
from analysis.settings import Settings

_COUNTS = (
    "employee_count",
    "member_count",
    "migrant_worker_count",
    "migrant_member_count",
    "dispatched_worker_count",
    "dispatched_member_count",
    "dispatched_out_count",
    "dispatched_member_elsewhere_count",
    "new_form_worker_count",
    "new_form_member_count",
    "new_member_count",
)
_FLAGS = ("eligible", "covered", "nominal", "mandatory", "newly", "was_covered", "has_congress", "has_contract", "has_party_org")


@dataclass(frozen=True)
class Tally:
    """The cube of one quarter.

    units : DataFrame, one row a (district_code, township_code, mask) with every base sum of ``base_sums.csv``
    unions, matters, expiring : DataFrame, one row a district_code with their counts; ``""`` = the whole city
    covered : DataFrame of ``uscc``, the covered set at quarter end
    states : DataFrame, one row an eligible unit: ``uscc, district_code, township_code, mask, covered, was_covered``
    largest : DataFrame, one row a (district_code, township_code, mask): the largest single unit behind every sum of persons
    """

    units: pd.DataFrame
    unions: pd.DataFrame
    matters: pd.DataFrame
    expiring: pd.DataFrame
    covered: pd.DataFrame
    states: pd.DataFrame
    largest: pd.DataFrame


def segment_bits() -> dict[str, int]:
    """Return the bit of every segment in the mask, in the order of ``segments.csv``."""
    return {name: bit for bit, name in enumerate(tables.load("segments")["segment"])}


def _quoted(values: list[str]) -> str:
    return ", ".join("'" + v.replace("'", "''") + "'" for v in values)


def _ownership() -> str:
    """By registration first, then by holding (domain §2.2); what neither decides stays NULL."""
    rules = tables.load("ownership")
    branches = [
        f"WHEN {field} IN ({_quoted(group['value'].tolist())}) THEN '{owner}'"
        for (field, owner), group in rules.sort_values("field", ascending=False).groupby(["field", "ownership"], sort=False)
    ]
    return f"CASE {' '.join(branches)} END"


def _lines() -> str:
    """One row an industry code that occurs: is it in a segment's bundle (``in_<segment>``)? Codes are few; units are many."""
    bundles = tables.load("industry_bundles").groupby("segment")["industry_prefix"].apply(list).to_dict()
    tests = [f"{' OR '.join(f'starts_with(industry, {_quoted([p])})' for p in prefixes)} AS in_{segment}" for segment, prefixes in bundles.items()]
    return f"""
      SELECT *, {", ".join(tests)}
      FROM (SELECT code, regexp_replace(code, '^[A-Z]', '') AS industry FROM (SELECT DISTINCT coalesce(industry_code, '') AS code FROM units))"""


def _segment_columns(settings: Settings) -> str:
    columns = []
    for row in tables.load("segments").itertuples():
        condition = row.condition.replace("in_bundle", f"in_{row.segment}").replace(
            "self_employed_counts", "TRUE" if settings.two_new_self_employed else "FALSE"
        )
        columns.append(f"coalesce(({condition}), FALSE) AS seg_{row.segment}")
    return ",\n  ".join(columns)


def _state_query(as_of: date, settings: Settings, is_whole: bool = True) -> str:
    """One row a kept unit: eligible, covered, nominal, its segments and their mask. Formulas: contract §3.

    Not ``is_whole``: only the eligible units, and of them only what is counted and summed.
    """
    day = f"DATE '{as_of.isoformat()}'"
    counts = ", ".join(f"coalesce({c}, 0) AS {c}" for c in _COUNTS)
    size = "employee_count" if settings.mandatory_rule == "employee_ge_25" else "member_count"
    kept = "*" if is_whole else ", ".join(("uscc", "district_code", "township", "mask", *_COUNTS, *_FLAGS, *_counted_segments()))
    return f"""
    WITH alive AS (
      SELECT c.uscc, bool_or(coalesce(c.cover_type, '直接') = '直接') AS direct
      FROM covers c JOIN unions u USING (union_id)
      WHERE c.valid_from <= {day} AND (c.valid_to IS NULL OR c.valid_to >= {day}) AND u.established_on <= {day}
      GROUP BY c.uscc),
    met AS (SELECT DISTINCT uscc FROM congresses WHERE held_on <= {day} AND held_on >= {day} - 365),
    bound AS (
      SELECT DISTINCT cc.uscc FROM contract_covers cc JOIN contracts USING (contract_id)
      WHERE coalesce(cc.is_stamped, TRUE) AND effective_on <= {day} AND ends_on >= {day}),
    lines AS ({_lines()}),
    named AS (
      SELECT units.* EXCLUDE ({", ".join(_COUNTS)}, is_above_scale, has_party_org), {counts}, lines.* EXCLUDE (code),
        substr(uscc, 1, 2) AS prefix, {_ownership()} AS ownership,
        coalesce(is_above_scale, FALSE) AS is_above_scale, coalesce(has_party_org, FALSE) AS has_party_org,
        coalesce(status, '存续') = '存续' AND coalesce(employee_count, 0) > 0 AND coalesce(unit_level, '法人') = '法人'
          AND prefix NOT IN ({_quoted(list(settings.excluded_prefixes)) or "''"}) AS eligible
      FROM units JOIN lines ON lines.code = coalesce(units.industry_code, '')),
    sorted AS (SELECT *, {_mask()} AS mask FROM (SELECT *, {_segment_columns(settings)} FROM named {"" if is_whole else "WHERE eligible"})),
    judged AS (
      SELECT sorted.*, coalesce(township_code, '') AS township,
        eligible AND coalesce(alive.direct, FALSE) AS covered,
        eligible AND alive.uscc IS NOT NULL AND NOT covered AS nominal,
        eligible AND {size} >= {int(settings.mandatory_minimum)} AS mandatory,
        met.uscc IS NOT NULL AS has_congress, bound.uscc IS NOT NULL AS has_contract,
        covered AND before.uscc IS NULL AS newly, before.uscc IS NOT NULL AS was_covered
      FROM sorted LEFT JOIN alive USING (uscc) LEFT JOIN met USING (uscc) LEFT JOIN bound USING (uscc) LEFT JOIN before USING (uscc))
    SELECT {kept} FROM judged"""


def _counted_segments() -> list[str]:
    """The segments that the base sums ask for by name; of the others the mask tells."""
    asked = set(re.findall(r"\bseg_\w+", " ".join(tables.load("base_sums")["condition"])))
    return sorted(asked | {"seg_enterprise"})  # matters are counted of enterprises


def _mask() -> str:
    return " + ".join(f"(seg_{name}::BIGINT << {bit})" for name, bit in segment_bits().items())


def _filter(condition: str) -> str:
    """Every unit that is counted is eligible: asking each again, sum by sum, was half the cost."""
    return "" if condition == "eligible" else f"FILTER ({condition})"


def _cells_query() -> str:
    """One row a cell: every base sum, and of every sum of persons, with the employees of the units behind it, the whole and the largest single unit."""
    columns = []
    for r in tables.load("base_sums").itertuples():
        if not r.amount:
            columns.append(f"count(*) {_filter(r.condition)} AS {r.base}")
            continue
        for name, suffix in ((r.amount, ""), ("employee_count", "_staff")):
            columns += [f"coalesce({what}({name}) {_filter(r.condition)}, 0) AS {r.base}_{what}{suffix}" for what in ("sum", "max")]
    return f"SELECT district_code, township AS township_code, mask, {', '.join(columns)} FROM unit_state WHERE eligible GROUP BY ALL ORDER BY ALL"


def _cells(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``Tally.units`` and ``Tally.largest``, counted in one pass."""
    cells, sums = connection.execute(_cells_query()).df(), tables.load("base_sums")
    key = ["district_code", "township_code", "mask"]
    units = cells[[*key, *(r.base if not r.amount else f"{r.base}_sum" for r in sums.itertuples())]].set_axis([*key, *sums["base"]], axis=1)
    largest = [f"{r.base}_{what}{suffix}" for r in sums.itertuples() if r.amount for suffix in ("", "_staff") for what in ("sum", "max")]
    units["mask"] = units["mask"].astype("int64")
    return units, cells[[*key, *largest]]


def _states(connection: duckdb.DuckDBPyConnection, listed: str = "") -> pd.DataFrame:
    query = f"SELECT uscc, district_code, township AS township_code, mask, covered, was_covered FROM unit_state WHERE eligible ORDER BY uscc{listed}"
    made = connection.execute(query).df()
    return made.assign(mask=made["mask"].astype("int64"), covered=made["covered"].astype(bool), was_covered=made["was_covered"].astype(bool))


def judge_units(
    connection: duckdb.DuckDBPyConnection, as_of: date, settings: Settings, covered_before: pd.DataFrame | None = None, is_whole: bool = True
) -> None:
    """Make the table ``unit_state``: every kept unit with what was decided about it; the tally counts it, a trace lists it (whole)."""
    before = pd.DataFrame({"uscc": pd.Series(dtype=str)}) if covered_before is None else covered_before[["uscc"]]
    connection.register("before", before)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE unit_state AS {_state_query(as_of, settings, is_whole)}")


def tally(connection: duckdb.DuckDBPyConnection, as_of: date, settings: Settings, covered_before: pd.DataFrame | None = None, with_states: bool = True,
          with_unions: bool = True) -> Tally:  # fmt: skip
    """Count one quarter.

    Parameters
    ----------
    connection : views ``units`` (with ``township_code``), ``unions``, ``covers``, ``congresses``, ``contracts``, ``contract_covers``
    as_of : the last day of the quarter
    covered_before : DataFrame of ``uscc``, the city's covered set of the quarter directly before; None where there is none
    with_unions : False leaves ``unions`` empty: they are counted with another part of the same ledger
    with_states : False leaves ``covered`` and ``states`` empty: of millions of units only sums are asked for
    """
    judge_units(connection, as_of, settings, covered_before, is_whole=False)
    units, largest = _cells(connection)
    listed = "" if with_states else " LIMIT 0"
    covered = connection.execute(f"SELECT uscc FROM unit_state WHERE covered ORDER BY uscc{listed}").df()
    return Tally(
        units=units,
        unions=union_counts(connection, as_of) if with_unions else pd.DataFrame(),
        matters=matter_counts(connection, as_of),
        expiring=contracts_expiring(connection, as_of),
        covered=covered,
        states=_states(connection, listed),
        largest=largest,
    )
