from fractions import Fraction

import pandas as pd
import pytest

from analysis.errors import StoryError
from analysis.facts import Register, round_half_up
from analysis.measures.change import changes
from analysis.measures.indicators import typed


def rate(code, covered, eligible, quarter="2021Q3", name=None, level="district", left_out=""):
    ok = eligible > 0
    return {
        "quarter": quarter,
        "region_level": level,
        "region_code": code,
        "region_name": name or code,
        "segment": "all",
        "indicator": "unit_coverage_rate",
        "numerator": covered,
        "denominator": eligible,
        "value": covered / eligible if ok else None,
        "unit": "ratio",
        "status": "ok" if ok else "no_data",
        "reason": "" if ok else "分母为零",
        "left_out": left_out,
    }


def register(rows, **options):
    return Register(typed(pd.DataFrame(rows)), "2021Q3", ("970100", "全市"), **options)


def test_text_is_rounded_half_up_from_the_exact_quotient():
    made = register([rate("970101", 1, 16)]).fact("unit_coverage_rate", "970101")
    assert (made.text, made.id, made.denominator_name) == ("6.3%", "2021Q3/970101/all/unit_coverage_rate", "应建会单位")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction("2.675"), 2, "2.68"),
        (Fraction("0.05"), 1, "0.1"),
        (Fraction("-0.05"), 1, "-0.1"),
        (Fraction("-0.04"), 1, "0.0"),
        (0, 1, "0.0"),
        (1, 0, "1"),
        (Fraction("99.95"), 1, "100.0"),
    ],
)
def test_round_half_up(value, decimals, shown):
    assert str(round_half_up(value, decimals)) == shown


def test_change_of_a_rate_is_taken_before_rounding():
    now, then = rate("970101", 6704, 10000), rate("970101", 6495, 10000, "2021Q2")
    made = register([now, then, *changes(typed(pd.DataFrame([now])), typed(pd.DataFrame([then])), "qoq", "2021Q3").to_dict("records")])
    assert made.fact("unit_coverage_rate_qoq", "970101").text == "2.1个百分点"
    assert made.fact("unit_coverage_rate_qoq", "970101").value == Fraction(209, 100)


def test_a_blank_is_a_dash_with_its_reason_never_a_zero():
    made = register([rate("970101", 0, 0), rate("970102", 0, 50)])
    assert (made.fact("unit_coverage_rate", "970101").text, made.fact("unit_coverage_rate", "970101").reason) == ("—", "分母为零")
    assert made.fact("unit_coverage_rate", "970102").text == "0.0%"
    assert made.fact("member_count", "970102").status == "no_data"


def test_ranks_share_ties_and_leave_small_districts_out():
    made = register([rate("970101", 20, 40), rate("970102", 30, 60), rate("970103", 10, 40), rate("970104", 9, 9), rate("970100", 69, 149, level="city")])
    assert [made.rank("unit_coverage_rate", c).value for c in ("970101", "970102", "970103")] == [1, 1, 3]
    small = made.rank("unit_coverage_rate", "970104")
    assert (small.status, small.reason) == ("no_data", "应建会单位不足30家，不参加排名")


def test_gap_to_the_city_uses_the_merged_rate():
    made = register([rate("970101", 90, 100), rate("970102", 300, 1000), rate("970100", 390, 1100, level="city")])
    assert made.fact("unit_coverage_rate").text == "35.5%"
    assert made.gap_to_city("unit_coverage_rate", "970102").text == "-5.5个百分点"


def test_unknown_names_are_refused():
    made = register([rate("970101", 1, 2)])
    with pytest.raises(StoryError, match="没有名为“coverage”的指标"):
        made.fact("coverage")
    with pytest.raises(StoryError, match="没有名为“small”的分组"):
        made.fact("unit_coverage_rate", segment="small")


def test_every_fact_handed_out_is_remembered():
    made = register([rate("970101", 20, 40), rate("970100", 20, 40, level="city")])
    made.rank("unit_coverage_rate", "970101")
    assert {"2021Q3/970101/all/unit_coverage_rate", "2021Q3/970101/all/unit_coverage_rate_rank"} <= set(made.used)


def test_the_denominator_of_a_rate_has_the_scope_of_the_rate():
    made = register([rate("970100", 20, 40, level="city", left_out="970102")])
    below = made.denominator(made.fact("unit_coverage_rate"))
    assert (below.text, below.name, below.left_out, below.id) == ("40", "应建会单位", ("970102",), "2021Q3/970100/all/unit_coverage_rate_denominator")


def test_unlike_scopes_are_neither_subtracted_nor_divided():
    rows = [rate("970100", 20, 40, level="city", left_out="970102"), rate("970100", 30, 60, level="city") | {"indicator": "blind_unit_rate"}]
    made = register(rows)
    covered, blind = made.fact("unit_coverage_rate"), made.fact("blind_unit_rate")
    assert made.difference(covered, blind, "x", "差").reason == "两个数缺报的区县不同，不能相减或相除"
    assert made.share(covered, blind, "y", "比", "分母").reason == "两个数缺报的区县不同，不能相减或相除"


def test_what_is_left_of_a_rate_has_its_scope():
    made = register([rate("970100", 15, 40, level="city", left_out="970102")])
    left = made.remainder(made.fact("unit_coverage_rate"), "uncovered", "没有工会的单位")
    assert (left.text, left.left_out) == ("25", ("970102",))


def test_asking_quietly_leaves_no_trace():
    made = register([rate("970100", 1, 4, level="city"), rate("970101", 1, 16)])
    with made.quietly():
        assert made.gap_to_city("unit_coverage_rate", "970101").rounded == round_half_up(Fraction("-18.75"), 1)
    assert made.used == {}
