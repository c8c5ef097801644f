"""Quality figures: how the ledger came in and how it agrees with the quarter before. Same shape as the indicators, kept apart from them.

They have a frame and definitions of their own (``quality.csv``, ``rules.csv``, ``signals.csv``): contract §4 decides what stands in
``indicators.csv``, and no signal changes a verdict or a count there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.indicators import Places, blank_with, figure_of, reason_of_all, typed, withhold
from analysis.periods import Quarter

OTHER = ("other", "未能归到单个区县的报送")
COUNTED = ("units", "unions", "covers", "congresses", "contracts", "contract_covers")
SHARED_REASON = "非内部版不列区县明细"
SMALL_REASON = "数目过少，按小格抑制规则不显示"
VERDICTS = ("read", "accepted", "flagged", "quarantined")
_VERDICT_NAMES = dict(zip(VERDICTS, ("读入", "接收", "提示", "退回"), strict=True))
_OPEN = ("handed_file_count", "failed_file_count", "missing_table_count")  # of files and tables: they point at no unit, also below the city
# of rows and columns: they point at no unit as long as they stand for the whole city, whose rows by table are in ``intake/summary.csv`` for all readers
_OPEN_GROUPS = ("handed", "by_table", "fill", "declared")


def rule_indicator(rule: str) -> str:
    return f"rule_{rule}_count"


def signal_indicator(signal: str) -> str:
    return f"signal_{signal}_count"


def table_indicator(table: str, verdict: str) -> str:
    return f"table_{table}_{verdict}_count"


@lru_cache(maxsize=1)
def definitions() -> dict[str, dict[str, str]]:
    """Return indicator → definition, with the columns of ``indicators.csv``."""
    made = {row["indicator"]: row for row in tables.load("quality").to_dict("records")}

    def count(indicator: str, name: str, group: str, needs: str, definition: str) -> None:
        made[indicator] = {"indicator": indicator, "name": name, "unit": "count", "numerator": indicator, "denominator": "", "denominator_name": "",
                           "group": group, "needs": needs, "decimals": "0", "definition": definition, "source": ""}  # fmt: skip

    for rule in tables.load("rules").itertuples():
        count(rule_indicator(rule.rule), rule.meaning, "rule", "", rule.meaning)
    for signal in tables.load("signals").itertuples():
        count(signal_indicator(signal.signal), signal.name, "signal", signal.needs, signal.meaning)
    for table in dict.fromkeys(tables.load("columns")["table"]):
        for verdict in VERDICTS:
            count(table_indicator(table, verdict), f"{_VERDICT_NAMES[verdict]}的行", "by_table", "", "")
    return made


def quality_frame(bases: pd.DataFrame, lacking: Mapping[str, Mapping[str, str]], places: Places, quarter: str) -> pd.DataFrame:
    """Return the quality figures of the city, its districts and the submissions that belong to no single district.

    Parameters
    ----------
    bases : one row a region code (``OTHER`` included), one column a numerator or denominator; absent means that nothing can be said
    lacking : need → district → why the district lacks it (``all_needs`` of the run)
    """
    codes = places.districts["code"].tolist()
    names = dict(zip(codes, places.districts["name"], strict=True)) | {OTHER[0]: OTHER[1]}
    sums = bases.reindex([*codes, OTHER[0]]).fillna(0).astype("int64").to_dict()
    rows: list[dict] = []
    for indicator, definition in definitions().items():
        why = missing(definition["needs"], lacking, codes)
        shown = [*codes, OTHER[0]] if not definition["needs"] else codes
        counted = [code for code in shown if code not in why]
        head = {"segment": "all", "indicator": indicator, "unit": definition["unit"]}
        is_known = definition["numerator"] in sums and bool(counted)
        city = _figure(definition, sums, counted) if is_known else blank_with(reason_of_all(why) or "没有单位台账")
        rows.append({"region_level": "city", "region_code": places.city[0], "region_name": places.city[1],
                     "left_out": ";".join(why) if is_known else "", **head, **city})  # fmt: skip
        for code in shown:
            made = blank_with(why[code]) if code in why else _figure(definition, sums, [code]) if is_known else blank_with("没有单位台账")
            level = "other" if code == OTHER[0] else "district"
            rows.append({"region_level": level, "region_code": code, "region_name": names[code], "left_out": "", **head, **made})
    return typed(pd.DataFrame(rows).assign(quarter=quarter))


def _figure(definition: dict[str, str], sums: dict[str, dict[str, int]], codes: list[str]) -> dict:
    top, bottom = definition["numerator"], definition["denominator"]
    return figure_of(definition, sum(sums[top][c] for c in codes), sum(sums[bottom][c] for c in codes) if bottom else None)


def missing(needs: str, lacking: Mapping[str, Mapping[str, str]], codes: Iterable[str]) -> dict[str, str]:
    """Return district → reason, the first need that it lacks; a need under ``*`` is lacked by all."""
    found: dict[str, str] = {}
    for need in needs.split():
        why = lacking.get(need, {})
        for code in codes:
            reason = why.get(code) or why.get("*")
            if reason:
                found.setdefault(code, reason)
    return dict(sorted(found.items()))


def all_needs(gaps: pd.DataFrame, earlier: Mapping[int, pd.DataFrame | None], quarter: str) -> dict[str, dict[str, str]]:
    """Return need → district (``*`` = all) → reason.

    A need is a table, ``table.column``, ``before.<table>`` (the quarter before), ``back.<n>`` (the unit table n quarters before) or
    ``columns.<header>`` (a column that the ledgers do not have).

    Parameters
    ----------
    gaps : of ``find_gaps`` for this quarter
    earlier : n → gaps of the quarter n before this one, None where there is no ledger
    """
    lacking: dict[str, dict[str, str]] = {}
    for row in gaps.itertuples():
        lacking.setdefault(f"{row.table}.{row.column}" if row.column else row.table, {})[row.region] = row.reason
    for back, there in earlier.items():
        label = Quarter(quarter).shifted(-back).label
        prefixes = {f"back.{back}": ("units",)} | ({f"before.{table}": (table,) for table in COUNTED} if back == 1 else {})
        for need, of in prefixes.items():
            if there is None:
                lacking[need] = {"*": f"没有{label}的台账，无可比数据"}
            else:
                hits = there[(there["column"] == "") & there["table"].isin(of)]
                lacking[need] = {row.region: f"{label}：{row.reason}" for row in hits.itertuples()}
    for signal in tables.load("signals")["needs"]:
        for need in signal.split():
            if need.startswith("columns."):
                lacking[need] = {"*": f"台账没有“{need.removeprefix('columns.')}”一列，不作检查"}
    return lacking


def suppress_quality(frame: pd.DataFrame, audience: str, below: int = 5) -> pd.DataFrame:
    """Return the frame for an audience: outside, all but files and tables stands for the city only, and small counts of units and unions not at all.

    The rows of one district's unit table are its units. The terms of an identity give each other away, so where one of a family is small the family is
    withheld; a rule that few rows broke takes the next fewest with it, or the rest of all rows would tell.
    """
    if audience == "internal":
        return frame
    group = frame["indicator"].map({name: d["group"] for name, d in definitions().items()})
    city = (frame["region_level"] == "city").to_numpy()
    value = frame["value"].to_numpy()
    closed = ~group.isin(_OPEN_GROUPS)
    small = (closed & (value != 0) & (np.abs(value) < below)).to_numpy()
    families = set(group[small & group.str.endswith("_flow") & city])
    rules = city & (group == "rule").to_numpy()
    if (rules & small).sum() == 1 and (rules & ~small & (value > 0)).any():
        small[min(np.flatnonzero(rules & ~small & (value > 0)), key=lambda row: (value[row], row))] = True
    beyond = ~city & ~frame["indicator"].isin(_OPEN).to_numpy()
    hidden = (beyond | (closed & city & (small | group.isin(families))).to_numpy()) & ((frame["status"] == "ok") | frame["numerator"].notna()).to_numpy()
    return withhold(frame, hidden, np.where(city, SMALL_REASON, SHARED_REASON))
