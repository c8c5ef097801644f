"""Union-building figures (工会建设): every weakness that the unions, congress and contract tables can show. Same shape as the indicators, kept apart.

They have a frame and definitions of their own (``building.csv``, ``building_sums.csv``): contract §4 decides what stands in ``indicators.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import duckdb
import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.indicators import Places, blank_with, figure_of, reason_of_all, typed, withhold
from analysis.measures.unions.relations import RELATIONS
from analysis.periods import Quarter

WITHHELD_BELOW = "非内部版不列区县明细"
WITHHELD_SMALL = "单位数过少、一家占比过大，或为防止由其他数字推算出这样的数字，不予显示"
NO_LEDGER = "本期只有汇总表，没有单位台账"
NO_EARLIER = "没有上一季度的台账，无可比数据"
GUARD_COLUMNS = ["base", "counted", "value", "largest"]


@lru_cache(maxsize=1)
def definitions() -> dict[str, dict[str, str]]:
    """Return indicator → definition, with the columns of ``indicators.csv`` and ``measure``, the word to count by."""
    return {row["indicator"]: row for row in tables.load("building").to_dict("records")}


def building_needs() -> set[str]:
    """Return every table and ``table.column`` of this quarter that some figure rests on."""
    needs = (need for d in definitions().values() for word in d["needs"].split() for need in word.split("|"))
    return {need for need in needs if not need.startswith(("before.", "columns."))}


def bases(connection: duckdb.DuckDBPyConnection, family: str = "building", relations: Iterable[str] = RELATIONS) -> pd.DataFrame:
    """Return the sums of ``<family>_sums.csv`` by district: one row a district, one column a base; contracts apart (``contract_bases``)."""
    parts = [_by_district(connection, family, relation) for relation in relations if relation != "contract"]
    return pd.concat(parts, axis=1).fillna(0).astype("int64")


def _by_district(connection: duckdb.DuckDBPyConnection, family: str, relation: str) -> pd.DataFrame:
    sums = tables.load(f"{family}_sums")
    columns = [_sum(r) for r in sums[sums["relation"] == relation].itertuples()]
    query = f"SELECT coalesce(district_code, '') AS district_code, {', '.join(columns)} FROM {family}_{relation} GROUP BY ALL ORDER BY 1"
    return connection.execute(query).df().set_index("district_code")


def _sum(row) -> str:
    amount = f"sum({row.amount})" if row.amount else "count(*)"
    return f"coalesce({amount} FILTER ({row.condition}), 0) AS {row.base}"


def contract_bases(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return, a row a contract, its ``districts`` (``a;b``) and a boolean a base: a contract counts once for the city, and in each district it reaches into."""
    sums = tables.load("building_sums")
    columns = [f"coalesce({r.condition}, FALSE) AS {r.base}" for r in sums[sums["relation"] == "contract"].itertuples()]
    return connection.execute(f"SELECT districts, {', '.join(columns)} FROM building_contract ORDER BY contract_id").df()


def guards(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return, a row a base of units, how many units stand behind it in the city and the share of the largest: what suppression asks."""
    sums = tables.load("building_sums")
    units = sums[(sums["relation"] == "unit") & (sums["amount"] != "")]
    if units.empty:
        return pd.DataFrame(columns=GUARD_COLUMNS)
    parts = [f"SELECT '{r.base}' AS base, count(*) FILTER ({r.condition} AND ({r.amount}) > 0) AS counted, coalesce(sum({r.amount}) FILTER ({r.condition}), 0) AS value,"
             f" coalesce(max({r.amount}) FILTER ({r.condition}), 0) AS largest FROM building_unit" for r in units.itertuples()]  # fmt: skip
    return connection.execute(" UNION ALL ".join(parts)).df()


def all_needs(
    gaps: pd.DataFrame, earlier: pd.DataFrame | None, quarter: str, known: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, dict[str, str]]:
    """Return need → district (``*`` = all) → reason; needs of the quarter before begin with ``before.``, columns that no ledger has with ``columns.``"""
    lacking: dict[str, dict[str, str]] = {}
    then = Quarter(quarter).previous.label
    for prefix, found, said in (("", gaps, ""), ("before.", earlier, f"{then}：")):
        for row in () if found is None else found.itertuples():
            need = prefix + (f"{row.table}.{row.column}" if row.column else row.table)
            lacking.setdefault(need, {})[row.region] = said + row.reason
    for word in (w for d in (known or definitions()).values() for need in d["needs"].split() for w in need.split("|")):
        if word.startswith("columns."):
            lacking[word] = {"*": f"台账没有“{word.removeprefix('columns.')}”一列，无法统计"}
        elif word.startswith("before.") and earlier is None:
            lacking[word] = {"*": NO_EARLIER}
    return lacking


def missing(needs: str, lacking: Mapping[str, Mapping[str, str]], codes: Iterable[str]) -> dict[str, str]:
    """Return district → reason, the first need that it lacks; ``a|b`` is met by either."""
    found: dict[str, str] = {}
    for need in needs.split():
        options = [lacking.get(option, {}) for option in need.split("|")]
        for code in codes:
            reasons = [why.get(code) or why.get("*") for why in options]
            if all(reasons):
                found.setdefault(code, reasons[0])
    return found


def building_frame(sums: pd.DataFrame | None, contracts: pd.DataFrame | None, lacking: Mapping[str, Mapping[str, str]], places: Places, quarter: str,
                   known: Mapping[str, Mapping[str, str]] | None = None) -> pd.DataFrame:  # fmt: skip
    """Return the figures of the city and its districts, segment ``all``.

    Parameters
    ----------
    sums, contracts : of ``bases`` and ``contract_bases``; None for a run on totals alone, of which nothing can be said
    lacking : of ``all_needs``
    known : definitions to make figures of; those of ``building.csv`` where none are given
    """
    codes = places.districts["code"].tolist()
    counter = None if sums is None or contracts is None else _Counter(sums.reindex(codes).fillna(0).astype("int64"), contracts)
    rows: list[dict] = []
    for definition in (known or definitions()).values():
        why = missing(definition["needs"], lacking, codes) if counter else dict.fromkeys(codes, NO_LEDGER)
        counted = [code for code in codes if code not in why]
        head = {"segment": "all", "indicator": definition["indicator"], "unit": definition["unit"]}
        city = counter.figure(definition, counted, is_city=True) if counter and counted else blank_with(reason_of_all(why) or NO_LEDGER)
        rows.append(
            {"region_level": "city", "region_code": places.city[0], "region_name": places.city[1], "left_out": ";".join(why) if counted else "", **head, **city}
        )
        for code, name in zip(codes, places.districts["name"], strict=True):
            made = blank_with(why[code]) if code in why or counter is None else counter.figure(definition, [code])
            rows.append({"region_level": "district", "region_code": code, "region_name": name, "left_out": "", **head, **made})
    return typed(pd.DataFrame(rows).assign(quarter=quarter))


class _Counter:
    """Adds bases over districts; contracts are counted, not added: one that reaches into two districts is one for the city."""

    def __init__(self, sums: pd.DataFrame, contracts: pd.DataFrame) -> None:
        self._sums = sums.to_dict()
        self._contracts = contracts
        self._reach = [frozenset(filter(None, d.split(";"))) for d in contracts["districts"]]

    def total(self, base: str, codes: list[str], is_city: bool) -> int:
        if base in self._sums:
            return sum(self._sums[base][code] for code in codes)
        wanted = set(codes)
        return sum(1 for hit, reach in zip(self._contracts[base], self._reach, strict=True) if hit and (reach & wanted or (is_city and not reach)))

    def figure(self, definition: dict[str, str], codes: list[str], is_city: bool = False) -> dict:
        top = self.total(definition["numerator"], codes, is_city)
        bottom = self.total(definition["denominator"], codes, is_city) if definition["denominator"] else None
        return figure_of(definition, top, bottom)


def suppress_building(frame: pd.DataFrame, guard: pd.DataFrame, audience: str, below: int = 5, rate_below: int = 10, dominance: float = 0.8) -> pd.DataFrame:
    """Return the frame for an audience: outside, figures stand for the city only, and small ones not at all.

    A family (``group``) adds up or leaves rests, so where one figure of it is small the whole family is withheld: no difference of what
    is shown then points at fewer than ``below`` units or unions, no rate rests on fewer than ``rate_below``, no sum of persons on one unit's ``dominance`` share.
    """
    if audience == "internal":
        return frame
    known = definitions()
    group = frame["indicator"].map({name: d["group"] for name, d in known.items()})
    city = frame["region_level"] == "city"
    bases_at_risk = set(guard.loc[(guard["counted"] > 0) & ((guard["counted"] < below) | (guard["largest"] > dominance * guard["value"])), "base"])
    risky = {name for name, d in known.items() if {d["numerator"], d["denominator"]} & bases_at_risk}
    value, top, bottom = (pd.to_numeric(frame[c], errors="coerce").astype("float64").to_numpy() for c in ("value", "numerator", "denominator"))
    scored = (frame["unit"] == "score").to_numpy()
    bottom = np.where(scored, bottom / 100, bottom)  # a union counts a hundred in the denominator of a mean score
    rest = np.where(scored, np.nan, bottom - top)
    small = ((frame["unit"] == "count").to_numpy() & _few(value, below)) | _few(bottom, rate_below) | (~scored & _few(top, below)) | _few(rest, below)
    small |= frame["indicator"].isin(risky).to_numpy()
    families = set(group[city & small & (frame["status"] == "ok")])
    hidden = ((~city) | group.isin(families)) & ((frame["status"] == "ok") | frame["numerator"].notna())
    return withhold(frame, hidden.to_numpy(), np.where(city, WITHHELD_SMALL, WITHHELD_BELOW))


def _few(number: np.ndarray, below: int) -> np.ndarray:
    return (number > 0) & (number < below)
