import pandas as pd

from analysis.measures.change import changes
from analysis.measures.indicators import typed


def frame(value, status="ok", unit="count", left_out="", quarter="2021Q3", reason=""):
    return typed(
        pd.DataFrame(
            [
                {
                    "quarter": quarter,
                    "region_level": "city",
                    "region_code": "970100",
                    "region_name": "全市",
                    "segment": "all",
                    "indicator": "member_count",
                    "numerator": None,
                    "denominator": None,
                    "value": value,
                    "unit": unit,
                    "status": status,
                    "reason": reason,
                    "left_out": left_out,
                }
            ]
        )
    )


def only(made):
    row = made.iloc[0]
    return row["indicator"], row["unit"], row["status"], None if pd.isna(row["value"]) else row["value"], row["reason"]


def test_counts_change_by_difference_and_rates_in_percentage_points():
    assert only(changes(frame(120), frame(100, quarter="2021Q2"), "qoq", "2021Q3")) == ("member_count_qoq", "count", "ok", 20.0, "")
    assert only(changes(frame(0.5, unit="ratio"), frame(0.25, unit="ratio"), "yoy", "2021Q3")) == ("member_count_yoy", "pp", "ok", 25.0, "")


def test_no_earlier_ledger_is_no_data():
    assert only(changes(frame(120), None, "yoy", "2021Q3")) == ("member_count_yoy", "count", "no_data", None, "没有2020年第三季度的台账，无可比数据")


def test_different_scopes_are_not_compared():
    made = changes(frame(120, left_out="970101"), frame(100), "qoq", "2021Q3")
    assert only(made) == ("member_count_qoq", "count", "no_data", None, "两个季度缺报的区县不同，与2021年第二季度不可比")


def test_a_blank_on_either_side_carries_its_reason():
    blank = frame(None, "no_data", reason="没有报送")
    assert only(changes(blank, frame(100), "qoq", "2021Q3"))[2:] == ("no_data", None, "没有报送")
    assert only(changes(frame(120), blank, "qoq", "2021Q3"))[2:] == ("no_data", None, "2021年第二季度：没有报送")
