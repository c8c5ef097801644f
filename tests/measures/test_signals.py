"""Signals drawn by hand: for each, cases that give it and cases that just do not."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.measures import signals
from analysis.measures.reconcile import movement

AS_OF = date(2021, 9, 30)
COUNTS = ("employee_count", "member_count", "new_member_count", "member_in_count", "member_out_count", "member_left_count")


def side(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Units as ``reconcile.with_states`` gives them, of (code, name, district)."""
    frame = pd.DataFrame(rows, columns=["uscc", "unit_name", "district_code"]).assign(status="存续", eligible=True, covered=False)
    for count in COUNTS:
        frame[count], frame[f"has_{count}"] = 10, count in ("employee_count", "member_count")
    return frame


def compared(then: pd.DataFrame, now: pd.DataFrame) -> dict[str, list[list[object]]]:
    moved = movement(then, now)
    found = signals.joined(signals.of_units(moved, pd.Series(False, index=moved.index)))
    return {name: rows[["code", "before", "now"]].values.tolist() for name, rows in found.groupby("signal")}


def test_a_code_gone_and_a_code_new_under_one_name_may_be_one_unit():
    then = side(("A1", "苇津 机械（厂）", "01"), ("A2", "同名店", "01"), ("A3", "同名店", "01"), ("A4", "换区厂", "01"), ("A5", "走了", "01"))
    now = side(("B1", "苇津机械(厂)", "01"), ("B2", "同名店", "01"), ("B4", "换区厂", "02"), ("B5", "来了", "01"))
    assert compared(then, now)["unit_recoded"] == [["B1", "A1", "B1"]]


def test_a_new_name_is_told_but_not_new_brackets_or_a_blank():
    then = side(("A1", "旧厂", "01"), ("A2", "东厂（一）", "01"), ("A3", "西厂", "01"))
    now = side(("A1", "新厂", "01"), ("A2", "东厂 (一)", "01"), ("A3", "", "01"))
    assert compared(then, now)["unit_renamed"] == [["A1", "旧厂", "新厂"]]


def test_a_headcount_jumps_at_half_and_not_below():
    then, now = side(("A1", "甲", "01"), ("A2", "乙", "01"), ("A3", "丙", "01")), side(("A1", "甲", "01"), ("A2", "乙", "01"), ("A3", "丙", "01"))
    then["employee_count"], now["employee_count"] = [100, 100, 0], [50, 149, 80]
    assert compared(then, now)["headcount_jump"] == [["A1", "100", "50"]]


def test_members_are_frozen_after_four_quarters_without_any_change():
    def quarter(**members: int | None) -> pd.DataFrame:
        return pd.DataFrame({"uscc": list(members), "unit_name": "厂", "district_code": "01", "member_count": pd.array(list(members.values()), dtype="Int64")})

    steady = [quarter(A=5, B=5, C=0, D=5, E=None) for _ in range(4)]
    steady[2] = quarter(A=5, B=6, C=0, E=None)  # B moved once, D was not there, C and E have no members
    assert signals.frozen(steady)[["code", "now"]].values.tolist() == [["A", 5]]


def union(code: str, founded: str = "2015-01-01", ends: str | None = "2024-01-01", kind: str = "单独") -> dict[str, object]:
    return {
        "union_id": code,
        "union_name": code,
        "district_code": "01",
        "union_type": kind,
        "established_on": pd.Timestamp(founded),
        "term_ends_on": pd.Timestamp(ends) if ends else pd.NaT,
    }


def of_unions(unions: list[dict[str, object]], covers: list[tuple[str, str, str, str | None]], refused: pd.DataFrame | None = None) -> dict[str, list[str]]:
    units = pd.DataFrame({"uscc": ["U1", "U2"], "status": ["存续", "注销"]})
    rows = pd.DataFrame(covers, columns=["union_id", "uscc", "valid_from", "valid_to"])
    for column in ("valid_from", "valid_to"):
        rows[column] = pd.to_datetime(rows[column]).astype("datetime64[s]")
    frame = pd.DataFrame(unions).astype({"established_on": "datetime64[s]", "term_ends_on": "datetime64[s]"})
    more = {} if refused is None else {"refused_covers": refused}
    found = signals.joined(signals.of_unions(signals.Side(units, frame, rows, AS_OF, **more), None))
    return {name: group["code"].tolist() for name, group in found.groupby("signal")}


def test_a_union_in_office_without_a_cover_is_idle():
    unions = [union("idle"), union("ended_cover"), union("busy"), union("over", ends="2021-09-29"), union("area", kind="区域联合会"), union("refused")]
    covers = [("busy", "U1", "2016-01-01", None), ("ended_cover", "U1", "2016-01-01", "2021-09-29")]
    found = of_unions(unions, covers, pd.DataFrame({"union_id": ["refused"], "uscc": ["U1"]}))
    assert found == {"idle_union": ["ended_cover", "idle"]}


def test_a_union_whose_units_are_all_gone_is_a_zombie_and_not_idle():
    found = of_unions(
        [union("dead"), union("half")], [("dead", "U2", "2016-01-01", None), ("half", "U1", "2016-01-01", None), ("half", "U2", "2016-01-01", None)]
    )
    assert found == {"zombie_union": ["dead"]}


def test_terms_are_overdue_or_undated_after_five_years_and_not_on_the_day():
    unions = [union("over", ends="2016-09-29"), union("just", ends="2016-09-30"), union("blank", "2016-09-29", None), union("young", "2016-09-30", None)]
    found = of_unions(unions, [(u["union_id"], "U1", "2016-10-01", None) for u in unions])
    assert found == {"term_overdue": ["over"], "term_undated": ["blank"]}


def test_a_cover_may_begin_on_the_day_of_founding_and_not_before():
    found = of_unions([union("early"), union("same")], [("early", "U1", "2014-12-31", None), ("same", "U1", "2015-01-01", None)])
    assert found == {"cover_before_union": ["early"]}


def test_covers_may_name_as_many_units_as_the_table_has_rows_and_no_more():
    covers = pd.DataFrame({"source_file": ["a", "a", "a", "b", "c"], "uscc": ["U1", "U2", "U2", "U3", "U4"]})
    lines = pd.DataFrame({"table": ["covers"], "rule": ["reference_unknown"], "column": ["统一社会信用代码"], "file": ["a"], "value": ["U9"]})
    sender = {"a": "01", "b": "02", "c": "03"}
    made = signals.excess(pd.Series({"01": 2, "02": 3}), covers, lines, sender)
    assert made.to_dict() == {"01": 1.0, "02": 0.0, "03": 1.0}
