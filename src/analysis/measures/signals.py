"""Signals (domain §1.10): things worth a call. They change no verdict and no count. Definitions, thresholds and advice: ``tables/signals.csv``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analysis import tables
from analysis.measures.blanks.associations import months_before
from analysis.measures.quality import OTHER, signal_indicator
from analysis.measures.reconcile import same_name

LIST_COLUMNS = ["signal", "district_code", "code", "name", "before", "now", "detail"]
_BASIC = ("单独", "联合")


@dataclass(frozen=True)
class Side:
    """One quarter's kept tables as the signals need them, its last day, and the keys of rows refused, of which nothing must be concluded."""

    units: pd.DataFrame
    unions: pd.DataFrame
    covers: pd.DataFrame
    as_of: date
    refused_units: frozenset[str] = frozenset()
    refused_unions: frozenset[str] = frozenset()
    refused_covers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"union_id": [], "uscc": []}, dtype=object))

    @property
    def end(self) -> np.datetime64:
        return np.datetime64(self.as_of, "s")

    def alive(self) -> pd.DataFrame:
        """Return the cover rows in force at the end of the quarter, of unions founded by then."""
        founded = set(self.unions.loc[self.unions["established_on"] <= self.end, "union_id"])
        c = self.covers
        return c[c["union_id"].isin(founded) & (c["valid_from"] <= self.end) & (c["valid_to"].isna() | (c["valid_to"] >= self.end))]

    def in_office(self) -> pd.DataFrame:
        """Return the unions founded by the end of the quarter whose term has not run out (a blank end counts as running)."""
        u = self.unions
        return u[(u["established_on"] <= self.end) & (u["term_ends_on"].isna() | (u["term_ends_on"] >= self.end))]


def threshold(signal: str) -> int:
    return int(tables.load("signals").set_index("signal")["threshold"][signal])


def of_units(moved: pd.DataFrame, refused: pd.Series) -> list[pd.DataFrame]:
    """Return the lists that compare units with the quarter before (of ``reconcile.movement`` and ``was_refused``)."""
    m, made = moved, []
    gone = m[m["is_gone"]]
    why = np.where(refused[m["is_gone"]], "本季报送的行被退回", "本季没有报送")
    made.append(_listed("unit_gone", gone, "then", gone["employee_count_then"], None, why))
    shifted = m[m["is_moved"]]
    made.append(_listed("unit_moved", shifted, "now", shifted["district_code_then"], shifted["district_code_now"], ""))
    made.append(_recoded(m))
    kept = m[m["district_code_then"].notna() & m["district_code_now"].notna()]
    old, new = (kept[f"unit_name_{side}"].map(same_name) for side in ("then", "now"))
    renamed = kept[(old != new) & (old != "") & (new != "")]
    made.append(_listed("unit_renamed", renamed, "now", renamed["unit_name_then"], renamed["unit_name_now"], ""))
    before, after = kept["employee_count_then"], kept["employee_count_now"]
    jumped = kept[(before > 0) & (100 * (after - before).abs() >= threshold("headcount_jump") * before)]
    made.append(_listed("headcount_jump", jumped, "now", jumped["employee_count_then"], jumped["employee_count_now"], ""))
    given = kept[[f"has_{c}_now" for c in ("new_member_count", "member_in_count", "member_out_count", "member_left_count")]].any(axis=1)
    net = kept["new_member_count_now"] + kept["member_in_count_now"] - kept["member_out_count_now"] - kept["member_left_count_now"]
    uneven = given & (kept["member_count_now"] - kept["member_count_then"] != net)
    off = kept[uneven]
    detail = [f"按所报增减应为{a + b}人" for a, b in zip(off["member_count_then"], net[uneven], strict=True)]
    made.append(_listed("member_flow_uneven", off, "now", off["member_count_then"], off["member_count_now"], detail))
    return made


def _recoded(m: pd.DataFrame) -> pd.DataFrame:
    """Pairs of a code gone and a code new under one name in one district; a name that stands several times on a side pairs with nothing."""
    sides = []
    for flag, side in (("is_gone", "then"), ("is_appeared", "now")):
        part = m.loc[m[flag], ["uscc", f"unit_name_{side}", f"district_code_{side}"]].set_axis(["uscc", "unit_name", "district_code"], axis=1)
        part["key"] = part["unit_name"].map(same_name)
        sides.append(part[part["key"] != ""].drop_duplicates(["key", "district_code"], keep=False))
    pairs = sides[0].merge(sides[1], on=["key", "district_code"], suffixes=("_then", "_now"))
    rows = pairs.rename(columns={"district_code": "district_code_now"}).assign(uscc=pairs["uscc_now"])
    return _listed("unit_recoded", rows, "now", rows["uscc_then"], rows["uscc_now"], "")


def of_covers(moved: pd.DataFrame, now: Side, then: Side) -> list[pd.DataFrame]:
    """Return units that lost their union, with the likely cause, and unions gone whose units remain."""
    lost = moved[moved["is_lost"]]
    known, alive_then = set(now.unions["union_id"]), then.alive()
    made = [_listed("unit_uncovered", lost, "now", None, None, _causes_of_loss(lost["uscc"], now, alive_then))]
    staying = moved.loc[moved["eligible_now"]].set_index("uscc")["district_code_now"]
    without = alive_then[alive_then["union_id"].isin(set(then.unions["union_id"]) - known) & alive_then["uscc"].isin(staying.index)]
    units = without.groupby("union_id")["uscc"].nunique()
    unions = then.unions[then.unions["union_id"].isin(units.index)]
    left = unions["union_id"].map(units)
    made.append(_of_unions("union_gone", unions, left, None, np.where(unions["union_id"].isin(now.refused_unions), "本季报送的行被退回", "")))
    return made


def _causes_of_loss(lost: Iterable[str], now: Side, alive_then: pd.DataFrame) -> list[str]:
    """Return the likely cause for every unit that lost its union, the surest first."""
    known, held = set(now.unions["union_id"]), alive_then.groupby("uscc")["union_id"].agg(set).to_dict()
    rows_now, refused = set(now.covers["uscc"]), set(now.refused_covers["uscc"])

    def cause(uscc: str) -> str:
        gone = held.get(uscc, set()) - known
        if gone:
            return "原来的工会本季被退回" if gone & now.refused_unions else "原来的工会不在本季工会表里"
        if uscc in refused:
            return "本季覆盖关系的行被退回"
        return "覆盖关系已终止或只剩兜底" if uscc in rows_now else "本季没有这家单位的覆盖关系"

    return [cause(uscc) for uscc in lost]


def of_unions(now: Side, then: Side | None) -> list[pd.DataFrame]:
    """Return the lists that look at the unions of this quarter."""
    office = now.in_office()
    basic = office[office["union_type"].isin(_BASIC)]
    active = set(now.units.loc[now.units["status"].fillna("存续") == "存续", "uscc"]) | now.refused_units
    mine = now.alive().groupby("union_id")["uscc"].agg(set).to_dict()
    earlier = then.alive().groupby("union_id")["uscc"].agg(set).to_dict() if then is not None else {}
    reach = {union: mine.get(union) or earlier.get(union, set()) for union in basic["union_id"]}
    dead = {union for union, units in reach.items() if units and not units & active}
    zombies = basic[basic["union_id"].isin(dead)]
    detail = [f"覆盖过的{len(reach[u])}家单位都已不存续或不在台账里" for u in zombies["union_id"]]
    made = [_of_unions("zombie_union", zombies, None, None, detail)]
    idle = basic[~basic["union_id"].isin(dead) & ~basic["union_id"].isin(set(mine) | set(now.refused_covers["union_id"]))]
    made.append(_of_unions("idle_union", idle, None, None, ""))
    founded = now.unions[now.unions["established_on"] <= now.end]
    overdue = founded[founded["term_ends_on"] < _years_before(now.as_of, threshold("term_overdue"))]
    made.append(_of_unions("term_overdue", overdue, None, overdue["term_ends_on"].dt.strftime("%Y-%m-%d"), "届满日期"))
    undated = founded[founded["term_ends_on"].isna() & (founded["established_on"] < _years_before(now.as_of, threshold("term_undated")))]
    made.append(_of_unions("term_undated", undated, None, undated["established_on"].dt.strftime("%Y-%m-%d"), "成立日期"))
    first = pd.to_datetime(now.unions["union_id"].map(now.covers.groupby("union_id")["valid_from"].min().to_dict()))
    early, starts = (part[first < now.unions["established_on"]] for part in (now.unions, first.dt.strftime("%Y-%m-%d")))
    made.append(_of_unions("cover_before_union", early, starts, early["established_on"].dt.strftime("%Y-%m-%d"), "最早的覆盖起始日期、工会成立日期"))
    return made


def _years_before(day: date, years: int) -> np.datetime64:
    return np.datetime64(months_before(day, 12 * years), "s")


def unknown_references(lines: pd.DataFrame, sender: dict[str, str], refused: frozenset[str] = frozenset()) -> list[pd.DataFrame]:
    """Return unions and units that cover rows name and the ledgers do not know, each once a district.

    Parameters
    ----------
    lines : ``Intake.rows``
    refused : codes of unions and units whose own row was refused this quarter
    """
    made = []
    for signal, header in (("cover_unknown_union", "工会代码"), ("cover_unknown_unit", "统一社会信用代码")):
        hits = lines[(lines["table"] == "covers") & (lines["rule"] == "reference_unknown") & (lines["column"] == header)]
        found = pd.DataFrame({"district_code": hits["file"].map(sender).fillna(OTHER[0]).astype(object), "code": hits["value"]}).drop_duplicates()
        made.append(
            found.assign(signal=signal, name="", before=None, now=None, detail=np.where(found["code"].isin(refused), "它自己的行本季被退回", ""))
            .reindex(columns=LIST_COLUMNS)
            .astype(object)
        )
    return made


def frozen(quarters: list[pd.DataFrame]) -> pd.DataFrame:
    """Return units whose members have not changed over the quarters (kept units, this quarter first), zero excepted."""
    same = quarters[0].set_index("uscc")
    counts = same["member_count"].fillna(0)
    steady = counts > 0
    for earlier in quarters[1:]:
        steady &= earlier.set_index("uscc")["member_count"].reindex(same.index).fillna(-1) == counts
    rows = same[steady.astype(bool)].reset_index()
    rows = rows.rename(columns={"unit_name": "unit_name_now", "district_code": "district_code_now"})
    return _listed("members_frozen", rows, "now", rows["member_count"], rows["member_count"], "")


def counts(lists: pd.DataFrame) -> pd.DataFrame:
    """Return the bases: one row a district, one column a signal, from the lists."""
    known = tables.load("signals")["signal"]
    made = lists.groupby(["district_code", "signal"]).size().unstack(fill_value=0).reindex(columns=known, fill_value=0)
    return made.rename(columns=signal_indicator)


def excess(units_read: pd.Series, covers: pd.DataFrame, lines: pd.DataFrame, sender: dict[str, str]) -> pd.Series:
    """Return, a row a district, by how many the units that its covers name exceed the rows of its unit table."""
    unknown = unknown_references(lines, sender)[1]
    named = pd.DataFrame({"district_code": covers["source_file"].map(sender).fillna(OTHER[0]).astype(object), "code": covers["uscc"]})
    claimed = pd.concat([named, unknown[["district_code", "code"]]]).drop_duplicates()["district_code"].value_counts()
    return (claimed - units_read.reindex(claimed.index).fillna(0)).clip(lower=0)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the lists as one, the weightiest first within each signal."""
    filled = [p for p in parts if len(p)]
    if not filled:
        return pd.DataFrame(columns=LIST_COLUMNS)
    made = pd.concat(filled, ignore_index=True)
    order = {signal: i for i, signal in enumerate(tables.load("signals")["signal"])}
    sizes = [pd.to_numeric(made[c], errors="coerce").fillna(0) for c in ("before", "now")]
    made["_order"], made["_weight"] = made["signal"].map(order), -(sizes[1] - sizes[0]).abs()
    made = made.sort_values(["_order", "_weight", "district_code", "code"], kind="stable", ignore_index=True)[LIST_COLUMNS]
    return made.astype(object).where(made.notna(), "").astype(str)


def _listed(signal: str, rows: pd.DataFrame, side: str, before: object, now: object, detail: object) -> pd.DataFrame:
    values = {"signal": signal, "district_code": rows[f"district_code_{side}"].to_numpy(), "code": rows["uscc"].to_numpy(),
              "name": (rows[f"unit_name_{side}"] if f"unit_name_{side}" in rows else rows["unit_name_now"]).to_numpy(),
              "before": None if before is None else np.asarray(before, dtype=object), "now": None if now is None else np.asarray(now, dtype=object),
              "detail": detail}  # fmt: skip
    return pd.DataFrame(values, index=range(len(rows)), columns=LIST_COLUMNS).astype(object)


def _of_unions(signal: str, unions: pd.DataFrame, before: object, now: object, detail: object) -> pd.DataFrame:
    rows = unions.rename(columns={"union_id": "uscc", "union_name": "unit_name_now", "district_code": "district_code_now"})
    return _listed(signal, rows, "now", before, now, detail)
