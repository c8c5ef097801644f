"""The rows behind a figure: the same conditions that the tally counts by, listed instead of summed.

Nothing is defined here. Which units count and what they add comes from ``base_sums.csv`` and ``segments.csv`` by way of ``unit_state``; unions,
matters and contracts come from the queries of ``associations``. The caller compares count and sum with the figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from analysis import tables
from analysis.measures.blanks.associations import MATTER_CONDITIONS, UNION_CONDITIONS, expiring_contracts, graded_unions, latest_matters
from analysis.measures.totals import BASES

_SOURCE = "source_file, source_sheet, source_row"


@dataclass(frozen=True)
class Region:
    """Which rows belong to a figure: ``level`` and ``code`` of its region; ``districts`` are those that a city figure counts."""

    level: str
    code: str
    districts: tuple[str, ...]

    def condition(self, township: str = "township") -> str:
        if self.level == "township":
            return f"{township} = {_text(self.code)}"
        codes = self.districts if self.level == "city" else (self.code,)
        return f"district_code IN ({', '.join(map(_text, codes)) or 'NULL'})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def unit_rows(connection: duckdb.DuckDBPyConnection, definition: dict, segment: str, region: Region) -> pd.DataFrame:
    """Return the units counted: source, uscc, name, place, and what each adds to ``numerator`` and ``denominator`` (0 = not counted there).

    ``unit_state`` must stand in the connection (``tally.judge_units``).
    """
    bases = tables.load("base_sums").set_index("base").to_dict("index")
    columns = []
    for part in ("numerator", "denominator"):
        base = bases.get(definition[part])
        if base is None:
            columns.append(f"FALSE AS in_{part}, 0 AS {part}")
        else:
            condition = f"coalesce(({base['condition']}), FALSE)"
            columns.append(f"{condition} AS in_{part}, CASE WHEN {condition} THEN {base['amount'] or '1'} ELSE 0 END AS {part}")
    query = f"""
    SELECT {_SOURCE}, uscc, unit_name, district_code, township_name, {", ".join(columns)}
    FROM unit_state WHERE eligible AND seg_{segment} AND {region.condition()}"""
    return connection.execute(f"SELECT * FROM ({query}) WHERE in_numerator OR in_denominator ORDER BY {_SOURCE}").df()


def union_rows(connection: duckdb.DuckDBPyConnection, definition: dict, region: Region, as_of: date) -> pd.DataFrame:
    """Return the unions counted, with their rung on the ladder."""
    top, bottom = (UNION_CONDITIONS.get(definition[part], "FALSE") for part in ("numerator", "denominator"))
    query = f"""
    SELECT {_SOURCE}, union_id, union_name, district_code, level, score, six AS six_haves,
      coalesce({top}, FALSE) AS in_numerator, coalesce({top}, FALSE)::INT AS numerator,
      coalesce({bottom}, FALSE) AS in_denominator, coalesce({bottom}, FALSE)::INT AS denominator
    FROM ({graded_unions(as_of)}) WHERE {region.condition()}"""
    return connection.execute(f"SELECT * FROM ({query}) WHERE in_numerator OR in_denominator ORDER BY {_SOURCE}").df()


def matter_rows(connection: duckdb.DuckDBPyConnection, definition: dict, region: Region, as_of: date) -> pd.DataFrame:
    """Return the deciding congress rows counted; ``unit_state`` must stand in the connection."""
    condition = MATTER_CONDITIONS[definition["numerator"]]
    query = f"""
    SELECT {_SOURCE}, uscc, unit_name, district_code, matter, held_on, delegate_total, attend_count, yes_count,
      TRUE AS in_numerator, 1 AS numerator, FALSE AS in_denominator, 0 AS denominator
    FROM ({latest_matters(as_of)}) WHERE {condition} AND {region.condition()} ORDER BY {_SOURCE}"""
    return connection.execute(query).df()


def contract_rows(connection: duckdb.DuckDBPyConnection, region: Region, as_of: date) -> pd.DataFrame:
    """Return the contracts about to end: the city's are those that reach no district, or one that is counted."""
    rows = connection.execute(f"SELECT * FROM ({expiring_contracts(as_of)}) ORDER BY {_SOURCE}").df()
    reach = [set(filter(None, codes.split(";"))) for codes in rows["districts"]]
    counted = [not where or bool(where & set(region.districts)) if region.level == "city" else region.code in where for where in reach]
    kept = ["source_file", "source_sheet", "source_row", "contract_id", "contract_type", "effective_on", "ends_on", "districts"]
    return rows.loc[counted, kept].assign(in_numerator=True, numerator=1, in_denominator=False, denominator=0).reset_index(drop=True)


def supplied_rows(totals: pd.DataFrame, definition: dict, codes: list[str]) -> pd.DataFrame:
    """Return the rows of 汇总表 counted for the regions ``codes``, with what each adds; a blank number adds nothing and is not counted."""
    rows = totals[totals["region_code"].isin(codes)].copy()
    rows["blind"] = rows[BASES["eligible"]] - rows[BASES["covered"]]
    for part in ("numerator", "denominator"):
        column = BASES.get(definition[part], "blind" if definition[part] == "blind" else "")
        amount = rows[column] if column else pd.Series(pd.NA, index=rows.index, dtype="Int64")
        rows[f"in_{part}"], rows[part] = amount.notna(), amount.fillna(0).astype("int64")
    kept = [
        "source_file",
        "source_sheet",
        "source_row",
        "region_code",
        "region_name",
        *BASES.values(),
        "in_numerator",
        "numerator",
        "in_denominator",
        "denominator",
    ]
    return rows.loc[rows["in_numerator"] | rows["in_denominator"], kept].reset_index(drop=True)
