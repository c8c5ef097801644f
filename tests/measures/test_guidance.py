"""分类指导: the first row of the editable table that holds, every unit in one type."""

import itertools

import pandas as pd
import pytest

from analysis import tables
from analysis.errors import SettingsError
from analysis.measures.assessment.guidance import (
    DISTRICT_HEADERS,
    KINDS,
    MATURITIES,
    OTHER,
    SIZES,
    STANDINGS,
    UNIT_HEADERS,
    by_type,
    checked_districts,
    checked_units,
    type_of,
)

COLUMNS = ["单位性质", "规模", "成熟度"]


def test_the_shipped_tables_leave_no_unit_and_no_district_without_a_type():
    units = checked_units(tables.load("guidance_units"), "guidance_units.csv")
    for cell in itertools.product(KINDS, SIZES, MATURITIES):
        assert type_of(dict(zip(COLUMNS, cell, strict=True)), units, COLUMNS) != OTHER, cell
    districts = checked_districts(tables.load("guidance_districts"), "guidance_districts.csv")
    for cell in itertools.product(*STANDINGS.values()):
        assert type_of(dict(zip(STANDINGS, cell, strict=True)), districts, list(STANDINGS)) != OTHER, cell


def test_what_is_said_of_a_type_of_districts_is_what_its_rule_looked_at():
    """A type by coverage, quality and size knows nothing of where the blanks lie or how many there are."""
    for row in tables.load("guidance_districts").to_dict("records"):
        said = row["对策"].rpartition("：")[0]
        rule = {"覆盖低": "低", "覆盖好": "高"}
        assert all((word in said) <= (row["覆盖"] == value) for word, value in rule.items()), row
        assert ("质量好" in said) <= (row["质量"] == "高") and ("质量差" in said) <= (row["质量"] == "低"), row
        assert ("单位多" in said) <= (row["规模"] == "大") and ("单位少" in said) <= (row["规模"] == "小"), row
        assert not any(word in said for word in ("盲区", "集中", "分散")), row


def test_units_are_added_up_by_type_and_all_of_them_are_there():
    cells = pd.DataFrame([["规上企业", "25至199人", "没有建会", 3, 300], ["规上企业", "不足25人", "只有兜底", 1, 10], ["个体工商户", "不足25人", "没有建会", 5, 20],
                          ["其他单位", "200人以上", "达标示范", 2, 900]], columns=["kind", "size", "maturity", "units", "employees"])  # fmt: skip
    table = pd.DataFrame([["甲", "规上企业", "", "没有建会 只有兜底", "上门"], ["乙", "", "不足25人", "", "联合"]], columns=UNIT_HEADERS)
    made = by_type(cells, checked_units(table, "表"))
    assert made.to_dict("records") == [
        {"type": "甲", "units": 4, "employees": 310},
        {"type": "乙", "units": 5, "employees": 20},
        {"type": OTHER, "units": 2, "employees": 900},
    ]


def test_a_word_that_is_not_known_is_answered_with_those_that_are():
    table = pd.DataFrame([["甲", "大企业", "", "", "上门"]], columns=UNIT_HEADERS)
    with pytest.raises(SettingsError, match=r"表 第 2 行的“单位性质”写作“大企业”，应为规上企业、国有集体企业、"):
        checked_units(table, "表")
    with pytest.raises(SettingsError, match="表 缺少“对策”列"):
        checked_districts(pd.DataFrame(columns=DISTRICT_HEADERS[:-1]), "表")
