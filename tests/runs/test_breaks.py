"""The table of class breaks: written once, never changed by a later quarter, open to the user's pen."""

import re

import pandas as pd
import pytest

from analysis.errors import SettingsError
from analysis.runs.breaks import as_texts, districts_key, has_breaks, keep_breaks, read_breaks

CITY, KEY = "990100", "丙县、乙区、甲区"


def _frame(percents, quarter):
    return pd.DataFrame({"quarter": quarter, "region_level": "district", "region_code": [f"9901{i:02d}" for i in range(len(percents))],
                         "segment": "all", "indicator": "unit_coverage_rate", "numerator": percents, "denominator": 100, "unit": "ratio",
                         "status": "ok"})  # fmt: skip


def test_a_later_quarter_keeps_the_breaks_of_the_first(tmp_path):
    file = tmp_path / "breaks.csv"
    keep_breaks(file, CITY, KEY, _frame([5, 25, 45, 65, 85], "2021Q2"), "2021Q2")
    first = file.read_bytes()
    keep_breaks(file, CITY, KEY, _frame([80, 85, 90, 95, 99], "2021Q3"), "2021Q3")
    assert file.read_bytes() == first
    assert as_texts(read_breaks(file, CITY, KEY)) == {"区县 unit_coverage_rate": "10%;30%;50%;70%"}


def test_cities_do_not_share_breaks_though_trials_give_them_one_code(tmp_path):
    file, other = tmp_path / "breaks.csv", districts_key(["丁县", "戊县", "己市"])
    keep_breaks(file, CITY, KEY, _frame([5, 25, 45, 65, 85], "2021Q2"), "2021Q2")
    assert not has_breaks(file, "970100", KEY) and not has_breaks(file, CITY, other)
    keep_breaks(file, CITY, other, _frame([80, 85, 90, 95, 99], "2021Q2"), "2021Q2")
    assert read_breaks(file, CITY, KEY) != read_breaks(file, CITY, other)


def test_a_city_whose_divisions_change_keeps_its_breaks(tmp_path):
    """丙县 became 丙区, and a zone was added: the same city, the same colours."""
    file = tmp_path / "breaks.csv"
    keep_breaks(file, CITY, KEY, _frame([5, 25, 45, 65, 85], "2021Q2"), "2021Q2")
    assert has_breaks(file, CITY, districts_key(["甲区", "乙区", "丙区"]))
    assert "/" not in file.read_text(encoding="utf-8-sig") and "丙县、乙区、甲区" in file.read_text(encoding="utf-8-sig")


def test_the_users_own_rows_hold_without_a_city(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("层级,指标,断点\n区县,unit_coverage_rate,25%; 50％ ;75%\n", encoding="utf-8")
    assert as_texts(read_breaks(file, CITY, KEY)) == {"区县 unit_coverage_rate": "25%;50%;75%"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("区县,unit_coverage_rate,50%;25%", "的断点“50%;25%”应从小到大、各不相同且大于零。请改正后重试。"),
        ("区县,unit_coverage_rate,0.25;0.5", "的断点写作“0.25;0.5”，应为一至4个用分号隔开的百分数，例如 30%;40%;50%;60%。请改正后重试。"),
        ("村,unit_coverage_rate,25%", "的层级“村”不认识，应为 区县、乡镇街道 之一。请改正后重试。"),
    ],
)
def test_mistakes_in_the_table_are_named(tmp_path, row, message):
    file = tmp_path / "own.csv"
    file.write_text(f"层级,指标,断点\n{row}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(message)):
        read_breaks(file, CITY, KEY)


def test_a_table_without_its_columns_is_refused(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("指标,断点\nunit_coverage_rate,25%\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="缺少列：层级。"):
        read_breaks(file, CITY, KEY)
