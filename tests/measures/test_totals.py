import pandas as pd

from analysis.measures.totals import separate, totals_indicators


def rows(*lines):
    names = ["region_code", "region_name", "eligible_unit_count", "covered_unit_count", "employee_count", "member_count"]
    return pd.DataFrame(lines, columns=names)


def value(frame, indicator, code):
    row = frame[(frame["indicator"] == indicator) & (frame["region_code"] == code)].iloc[0]
    return row["value"] if row["status"] == "ok" else row["reason"]


def test_the_declared_total_is_checked_and_not_summed():
    totals = separate(rows(("100000", "全国", 100, 30, 900, 400), ("110000", "甲", 40, 10, 300, 200), ("999999", "其余", 50, 20, 600, 200)))
    made = totals_indicators(totals, ("100000", "全国"), "2004Q4")
    assert value(made, "eligible_unit_count", "100000") == 90
    assert value(made, "unit_coverage_rate", "999999") == 0.4
    assert totals.differences == ("全国行申报的应建会单位为100，各地区合计为90，相差10；数字按合计，请核对。",)


def test_what_the_numbers_do_not_define_is_no_data():
    made = totals_indicators(separate(rows(("110000", "甲", 40, 10, 300, None))), ("110000", "甲市"), "2004Q4")
    assert value(made, "blind_unit_rate", "110000") == 0.75
    assert value(made, "membership_rate_all", "110000") == "汇总表中这一项为空"
    assert value(made, "employee_coverage_rate", "110000") == "只有汇总数，没有单位台账，算不出这一项"


def test_provinces_are_not_above_each_other():
    assert separate(rows(("110000", "甲", 1, 1, 1, 1), ("120000", "乙", 1, 1, 1, 1))).declared is None
