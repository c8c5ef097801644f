"""Yearly targets and the schedule, worked out by hand (domain §1.4)."""

from fractions import Fraction as F

import pandas as pd
import pytest

from analysis.errors import SettingsError
from analysis.measures.assessment.targets import HEADERS, progress, read_targets, year_quarters
from analysis.periods import Quarter


def target(row):
    return read_targets(pd.DataFrame([row], columns=HEADERS), "targets.csv")[0]


def series(**values):
    return {q: (None, "没有台账") if v is None else (F(str(v)), "") for q, v in values.items()}


def test_the_worked_example_of_the_definition():
    # 完成420/目标600=70%，三季度末应达75%，落后5个百分点
    flow = target(["", "新覆盖单位", "2021", "累计", "600"])
    made = progress(flow, series(**{"2021Q1": 100, "2021Q2": 120, "2021Q3": 200}), Quarter("2021Q3"))
    assert (made.done, made.completion, made.schedule, made.gap) == (420, F(7, 10), F(3, 4), -5)


def test_a_net_growth_is_the_stock_now_less_that_at_the_year_s_start():
    made = progress(target(["", "已覆盖单位", "2021", "净增", "40"]), series(**{"2020Q4": 100, "2021Q1": 140, "2021Q2": 130}), Quarter("2021Q2"))
    assert (made.done, made.completion, made.gap) == (30, F(3, 4), 25)


def test_a_rate_is_measured_on_the_way_from_the_year_s_start():
    made = progress(target(["980105", "unit_coverage_rate", "2021", "水平", "60%"]), series(**{"2020Q4": 0.4, "2021Q3": 0.5}), Quarter("2021Q3"))
    assert (made.target.goal, made.done, made.completion, made.gap) == (F(3, 5), F(1, 2), F(1, 2), -25)


def test_a_quarter_that_lacks_leaves_a_blank_with_its_reason():
    made = progress(target(["", "新覆盖单位", "2021", "累计", "600"]), series(**{"2021Q1": None, "2021Q2": 120}), Quarter("2021Q2"))
    assert (made.completion, made.gap, made.reason) == (None, None, "2021年第一季度没有数据（没有台账）")


def test_a_statistical_year_that_ends_in_september():
    assert [q.key for q in year_quarters(Quarter("2021Q1"), 9)] == ["2020Q3", "2020Q4", "2021Q1"]
    made = progress(target(["", "新覆盖单位", "2021", "累计", "100"]), series(**{"2020Q4": 30, "2021Q1": 30}), Quarter("2021Q1"), 9)
    assert (made.completion, made.schedule) == (F(3, 5), F(1, 2))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["", "已覆盖单位", "2021", "累计", "9"], "目标表 targets.csv 第 2 行把“已覆盖单位”写成“累计”，它是时点数，不能各季相加。请改为“净增”或“水平”。"),
        (["", "单位覆盖率", "2021", "净增", "9%"], "目标表 targets.csv 第 2 行的口径写作“净增”，数应为累计、净增、水平之一，率只能是“水平”。请改正后重试。"),
        (["", "单位覆盖率", "2021", "水平", "60"], "目标表 targets.csv 第 2 行的目标值写作“60”，应为大于零的数，率写作 60% 或 0.6。请改正后重试。"),
        (
            ["", "覆盖", "2021", "水平", "60"],
            "目标表 targets.csv 第 2 行的指标“覆盖”不认识，应为 indicators.csv 里的指标名称或代码（规上企业六有全有率的分年目标写在 cultivation_targets）。请改正后重试。",
        ),
        (["98", "单位覆盖率", "21", "水平", "60%"], "目标表 targets.csv 第 2 行的年份“21”应为四位数，地区代码“98”应为六位数或空白（全市）。请改正后重试。"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(row, sentence):
    with pytest.raises(SettingsError) as caught:
        target(row)
    assert caught.value.sentence == sentence
