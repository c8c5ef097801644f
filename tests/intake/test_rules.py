"""Every rule of the contract, once broken; every row in exactly one verdict."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from ledger_world import HEADERS, code, found, unit

UNIONS = ["工会代码", "工会名称", "工会形式", "区县代码", "成立日期", "届满日期"]


def advice(result, rule: str) -> str:
    return result.rows.set_index("rule")["advice"][rule]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"统一社会信用代码": None}, "key_missing"),
        ({"统一社会信用代码": code(1)[:17]}, "uscc_invalid"),
        ({"统一社会信用代码": code(1)[:17] + ("0" if code(1)[17] != "0" else "1")}, "uscc_invalid"),
        ({"统一社会信用代码": 910000000000000000.0}, "uscc_invalid"),
        ({"统一社会信用代码": code(1, "81")}, "uscc_is_union"),
        ({"统一社会信用代码": "#N/A"}, "value_unknown"),
        ({"职工数": None}, "count_missing"),
        *[({"职工数": v}, "count_invalid") for v in ("约50", -3, 12.5, "#REF!", "若干", 1e18, "1e400", "inf", "nan", True, datetime(2021, 1, 1), "12人")],
        ({"区县代码": None}, "district_unknown"),
        ({"区县代码": "880203"}, "district_unknown"),
        ({"区县代码": "990100"}, "boundary_unmatched"),
        ({"区县代码": "#N/A"}, "value_unknown"),
        ({"区县代码": "990109"}, "boundary_unmatched"),
        ({"存续状态": "待核实"}, "value_unknown"),
        ({"行业代码": "98"}, "value_unknown"),
        ({"行业代码": "制造"}, "value_unknown"),
        ({"登记注册类型代码": "110"}, "value_unknown"),
        ({"规模以上": "待定"}, "value_unknown"),
        ({"乡镇街道": "#VALUE!"}, "value_unknown"),
        ({"经度": "东边", "纬度": 30}, "value_unknown"),
        ({"经度": 181, "纬度": 30}, "value_unknown"),
        ({"党组织成立日期": "2021-02-30"}, "date_invalid"),
        ({"入库年份": "二一"}, "value_unknown"),
    ],
)
def test_a_unit_row_that_breaks_a_rule_is_out(take, workbook, changes, rule):
    row = dict(zip(HEADERS, unit(1), strict=True)) | changes
    workbook({"单位": [list(row), list(row.values()), [*unit(2), *[None] * (len(row) - 5)]]})
    result = take()
    assert found(result) == [(2, rule)]
    assert result.summary[["rows_read", "accepted", "flagged", "quarantined"]].values.tolist() == [[2, 1, 0, 1]]


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"职工数": "１，２００", "会员数": None}, "employee_count", 1200),
        ({"职工数": "12.0"}, "employee_count", 12),
        ({"统一社会信用代码": " " + code(1).lower().replace("9", "９") + "\u200b"}, "uscc", code(1)),
        ({"统一社会信用代码": code(7, "N2")}, "uscc", code(7, "N2")),
        ({"区县代码": 990102.0}, "district_code", "990102"),
        ({"区县代码": "990102000000"}, "district_code", "990102"),
        ({"区县代码": "某某市西坝县"}, "district_code", "990102"),
        ({"区县代码": "西坝"}, "district_code", "990102"),
        ({"区县代码": "高新区"}, "district_code", "990101"),
        ({"区县代码": "990171"}, "declared_district_code", "990171"),
        ({"行业代码": "g602"}, "industry_code", "602"),
        ({"行业代码": 7020.0}, "industry_code", "7020"),
        ({"登记注册类型代码": 112}, "registration_type", "112"),
        ({"有无党组织": "√"}, "has_party_org", True),
        ({"有无党组织": False}, "has_party_org", False),
        ({"有无党组织": 1}, "has_party_org", True),
        ({"划型": "小型"}, "size_class", "小"),
        ({"控股类型": "国有控股"}, "holding_type", "国有"),
        *[
            ({"党组织成立日期": v}, "party_org_established_on", pd.Timestamp(2021, 9, 30))
            for v in (
                "2021-9-30",
                "2021.9.30",
                "2021/9/30",
                "2021年9月30日",
                "２０２１年 9 月 30 日",
                "20210930",
                20210930,
                20210930.0,
                44469,
                datetime(2021, 9, 30, 8, 0),
                date(2021, 9, 30),
                "2021-09-30 00:00:00",
            )
        ],
        ({"入库年份": "2020年"}, "above_scale_year", 2020),
    ],
)
def test_other_ways_of_writing_are_read(take, workbook, changes, column, value):
    row = dict(zip(HEADERS, unit(1), strict=True)) | changes
    workbook({"单位": [list(row), list(row.values())]})
    result = take()
    assert found(result) == []
    assert result.tables["units"][column].tolist() == [value]


def test_error_cells_written_by_excel_are_seen(take, workbook):
    def spoil(book):
        sheet = book["单位"]
        for place in ("D2", "B3"):
            sheet[place].value, sheet[place].data_type = "#N/A", "e"

    workbook({"单位": [HEADERS, unit(1), unit(2), unit(3)]}, change=spoil)
    assert found(take()) == [(2, "count_invalid"), (3, "value_unknown")]


def test_advice_is_plain_chinese(take, workbook):
    workbook({"单位": [HEADERS, unit(1, 职工数="约50"), unit(2, 会员数=20), unit(3, 区县代码=None)]})
    result = take()
    assert advice(result, "count_invalid") == "“职工数”填的是“约50”，应为大于或等于0的整数。请查实后填写准确数字，不写“约”“余”和单位。"
    assert advice(result, "members_exceed_employees") == "会员数 20 大于职工数 10。请核对两个数；退休、调离的会员请转出。"
    assert advice(result, "district_unknown") == "“区县代码”没有填，应为本市区县的六位代码或全称。请更正。"


def test_repeats_follow_file_names_and_skip_rows_thrown_out(take, workbook):
    workbook({"单位": [HEADERS, unit(1, 职工数="约9"), unit(2), unit(3)]}, name="A.xlsx")
    workbook({"单位": [HEADERS, unit(1), unit(2, 单位名称=" 单位2\u3000"), unit(3, 职工数=11)]}, name="B.xlsx")
    result = take()
    lines = result.rows[["file", "row", "rule", "verdict"]].values.tolist()
    assert lines == [
        ["A.xlsx", 2, "count_invalid", "quarantined"],
        ["A.xlsx", 3, "identical_duplicate", "flagged"],
        ["B.xlsx", 3, "uscc_duplicate", "quarantined"],
        ["B.xlsx", 4, "uscc_duplicate", "quarantined"],
    ]
    assert f"“{code(2)}”在本季前面已经报过（A.xlsx “单位”表第 3 行），只保留最先的一行。" in result.rows["advice"][2]
    assert result.tables["units"][["uscc", "employee_count"]].values.tolist() == [[code(2), 10], [code(3), 10], [code(1), 10]]


def test_unions_covers_and_zombies(take, workbook):
    workbook(
        {
            "单位": [[*HEADERS, "存续状态"], [*unit(1), "注销"], [*unit(2), None]],
            "工会": [
                UNIONS,
                [code(1, "81"), "一", "单独", "990101", "2020-1-1", "2021-9-29"],
                [code(2, "81"), "二", "单独", "东明区", "2021-10-1", None],
                [code(2, "81"), "二", "单独", "东明区", "2021-10-1", None],
                [code(3), "三", "单独", "990101", "2020-1-1", None],
                [code(4, "81"), "四", None, "990101", "2020-1-1", None],
                [code(5, "81"), "五", "单独", "990101", None, None],
            ],
            "覆盖关系": [
                ["工会代码", "统一社会信用代码", "起始日期", "终止日期"],
                [code(1, "81"), code(1), "2020-1-1", None],
                [code(1, "81"), code(9), "2020-1-1", None],
                [code(9, "81"), code(2), "2020-1-1", None],
                ["81", code(2), "2020-1-1", None],
                [code(1, "81"), code(2), None, None],
                [code(1, "81"), None, "2020-1-1", None],
                [code(1, "81"), "9100", "2020-1-1", "2999-12-31"],
            ],
        }
    )
    result = take()
    assert found(result) == [(2, "status_inactive_with_union")]
    assert found(result, "unions") == [
        (2, "term_expired"),
        (3, "established_after_quarter"),
        (3, "identical_duplicate"),
        (4, "key_duplicate"),
        (5, "uscc_invalid"),
        (6, "value_unknown"),
        (7, "date_invalid"),
    ]
    assert found(result, "covers") == [
        (3, "reference_unknown"),
        (4, "reference_unknown"),
        (5, "reference_unknown"),
        (6, "date_invalid"),
        (7, "key_missing"),
        (8, "reference_unknown"),
    ]
    assert len(result.tables["covers"]) == 1


def test_points_outside_swapped_and_not_drawn(take, workbook):
    def locate(lon, lat):
        return np.where((lon > 100) & (lon < 101) & (lat > 30) & (lat < 31), "990101", np.where((lon > 101) & (lat > 30) & (lat < 31), "990102", ""))

    points = [(100.5, 30.5), (30.5, 100.5), (101.5, 30.5), (None, 30.5), (0, 0)]
    workbook({"单位": [[*HEADERS, "经度", "纬度"], *([*unit(i), *p] for i, p in enumerate(points))]})
    result = take(locate=locate)
    assert found(result) == [(3, "coordinates_swapped"), (4, "outside_boundary"), (6, "outside_boundary")]
    kept = result.tables["units"]
    assert kept["is_point_drawn"].tolist() == [True, True, False, False, False]
    assert kept[["lon", "lat"]].iloc[1].tolist() == [100.5, 30.5]


def test_headcount_jump_against_the_quarter_before(take, workbook):
    workbook({"单位": [HEADERS, unit(1, 职工数=15), unit(2, 职工数=14), unit(3, 职工数=5), unit(4), unit(5)]})
    previous = pd.Series({code(1): 10, code(2): 10, code(3): 10, code(4): 0})
    assert found(take(previous_headcounts=previous)) == [(2, "headcount_jump"), (4, "headcount_jump")]


def test_name_and_code_that_disagree(take, workbook):
    workbook({"单位": [[*HEADERS, "区县"], [*unit(1), "西坝县"], [*unit(2), "高新区"], [*unit(3), "东明"], [*unit(4, 区县代码=None), "西坝县"]]})
    result = take()
    assert found(result) == [(2, "district_name_mismatch")]
    assert result.tables["units"]["district_code"].tolist() == ["990101", "990101", "990101", "990102"]


def test_labour_dispatch_may_have_more_members(take, workbook):
    workbook({"单位": [[*HEADERS, "行业代码"], [*unit(1, 会员数=99), "L7263"], [*unit(2, 会员数=99), "7262"]]})
    assert found(take()) == [(3, "members_exceed_employees")]


def test_scores_and_systems_have_their_ranges(take, workbook):
    rows = [[*UNIONS[:5], "自评分", "建制项数"]]
    rows += [[code(i, "81"), "某", "单独", "990101", "2020-1-1", score, systems] for i, (score, systems) in enumerate([(100, 5), (100.5, 5), (9, 6), (9, 1.5)])]
    workbook({"单位": [HEADERS, unit(1)], "工会": rows})
    assert found(take(), "unions") == [(3, "value_unknown"), (4, "value_unknown"), (5, "count_invalid")]


def test_totals_stand_alone_and_are_multiplied(tmp_path, take):
    text = "地区代码,地区,单位数,建会单位数,职工数（万人）,会员数\n"
    text += "100000,全国,10,4,21261.66,3\n110000,北京,6,4,697.02,2.5\n999999,其余,4,0,,1\n110000,北京,1,1,1,1\n"
    (tmp_path / "普查_汇总表.csv").write_text(text, encoding="utf-8")
    from analysis.settings import Settings

    result = take(regions=None, settings=Settings(totals_multipliers={"member_count": 10000}))
    assert result.is_usable
    assert found(result, "totals") == [(5, "key_duplicate")]
    assert result.tables["totals"]["employee_count"].tolist() == [212_616_600, 6_970_200, pd.NA]
    assert result.tables["totals"]["member_count"].tolist() == [30_000, 25_000, 10_000]
