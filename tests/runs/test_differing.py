"""What differs between two runs or quarters, in Chinese, with its cause."""

import shutil
from dataclasses import replace

import pytest
from test_freezing import world  # noqa: F401 — the fixture
from test_versions import write

from analysis.errors import ParameterError
from analysis.runs.packing import build_package
from analysis.runs.sealing.differing import difference, lines, write_difference
from analysis.runs.sealing.freezing import freeze


def test_two_runs_of_one_quarter_that_differ_by_the_ledger(world):  # noqa: F811
    folder, settings = world
    first = build_package(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2", covered=5)
    second = build_package(settings, "2021Q2")
    made = difference(settings, str(first), str(second))
    said = lines(made)
    assert "　台账：改动 2 个文件（2021Q2/甲区_工会.csv、2021Q2/甲区_覆盖关系.csv）。" in said
    assert said[4:7] == ["　程序：相同。", "　设置：相同。", "　界线：相同。"]
    assert "　全市单位覆盖率：40.0% → 50.0%（+10.0个百分点）　原因：台账" in said
    assert not made.is_same and set(made.frame.loc[made.frame["differs"], "cause"]) == {"台账"}
    table = write_difference(made, folder / "diff.csv").read_text(encoding="utf-8-sig")
    assert "甲区,all,unit_coverage_rate,单位覆盖率,40.0%,50.0%,台账" in table


def test_the_same_twice_is_the_same(world):  # noqa: F811
    _, settings = world
    build_package(settings, "2021Q2")
    made = difference(settings, "2021Q2", "2021Q2")
    assert made.is_same and lines(made)[-1] == "　数字没有不同。用的东西也完全相同。"


def test_a_changed_setting_is_named_with_both_values(world):  # noqa: F811
    _, settings = world
    first = build_package(settings, "2021Q2")
    second = build_package(replace(settings, mandatory_minimum=5), "2021Q2")
    said = lines(difference(settings, str(first), str(second)))
    assert "　设置：mandatory_minimum 由 25 改为 5。" in said and "　设置：" in "".join(said[said.index("三、原因") :])


def test_two_quarters_under_changed_rules_are_told_apart(world):  # noqa: F811
    _, settings = world
    freeze(settings, "2021Q2")
    other = replace(settings, mandatory_minimum=5)
    build_package(other, "2021Q3")
    frame = difference(other, "2021Q2", "2021Q3").frame
    city = frame[(frame["region_level"] == "city") & (frame["segment"] == "all")].set_index("indicator")
    assert (city.at["mandatory_unit_count", "cause"], city.at["unit_coverage_rate", "cause"]) == ("设置", "台账")
    assert city.loc["mandatory_covered_unit_count", ["by_settings", "by_ledger"]].tolist() == [4, 2]


def test_what_is_not_there_is_said(world):  # noqa: F811
    folder, settings = world
    with pytest.raises(ParameterError, match="里没有 2021Q2 的数据。请先运行 workbench run --quarter 2021Q2"):
        difference(settings, "2021Q2", "2021Q3")
    with pytest.raises(ParameterError, match=r"“去年”不是季度（如 2021Q3），也不是一个文件夹。"):
        difference(settings, "去年", "2021Q3")
    (folder / "空").mkdir()
    with pytest.raises(ParameterError, match=r"没有 manifest.json，也没有 context.json"):
        difference(settings, str(folder / "空"), "2021Q3")
    shutil.rmtree(folder / "空")
