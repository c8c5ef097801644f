"""What only shows when tables of several districts meet; each case was first seen in a city of random ledgers."""

from __future__ import annotations

from ledger_world import HEADERS, code, found, unit

from analysis.intake.completeness import find_homes

UNIONS = ["工会代码", "工会形式", "区县代码", "成立日期"]
COVERS = ["工会代码", "统一社会信用代码", "起始日期"]


def test_a_union_founded_after_the_quarter_keeps_no_ceased_unit_alive(take, workbook):
    workbook(
        {
            "单位": [[*HEADERS, "存续状态"], [*unit(1), "注销"], [*unit(2), "注销"]],
            "工会": [UNIONS, [code(1, "81"), "单独", "990101", "2021-10-1"], [code(2, "81"), "单独", "990101", "2021-9-30"]],
            "覆盖关系": [COVERS, [code(1, "81"), code(1), "2020-1-1"], [code(2, "81"), code(2), "2020-1-1"]],
        }
    )
    assert found(take()) == [(3, "status_inactive_with_union")]


def test_one_stray_unit_does_not_take_a_workbook_from_the_district_that_it_names(take, workbook, regions):
    workbook({"单位": [HEADERS, unit(1, 区县代码="990101")], "工会": [UNIONS, [code(1, "81"), "单独", "990102", "2020-1-1"]]}, name="西坝县.xlsx")
    result = take()
    assert find_homes(result.sources, result.tables, regions) == {"西坝县.xlsx": {"990102"}}


def test_a_code_under_the_header_of_names_is_read_as_a_code(take, workbook):
    header = ["区县" if h == "区县代码" else h for h in HEADERS]
    workbook(
        {
            "单位": [
                header,
                unit(1, 区县代码="990102"),
                unit(2, 区县代码=990102),
                unit(3, 区县代码="990109"),
                unit(4, 区县代码="880203"),
                unit(5, 区县代码="西坝县"),
            ]
        }
    )
    result = take()
    assert found(result) == [(4, "boundary_unmatched"), (5, "district_unknown")]
    assert result.tables["units"]["district_code"].tolist() == ["990102"] * 3


def test_a_group_that_is_itself_an_alias_still_has_its_leaf_line(take, workbook):
    def merge(book):
        for letter in "ABCDE":
            book["单位"].merge_cells(f"{letter}1:{letter}2")

    workbook({"单位": [[*HEADERS, "新就业形态"], [*[None] * 5, "人数"], [*unit(1), 7], [*unit(2), None]]}, change=merge)
    result = take()
    assert found(result) == []
    assert result.tables["units"]["new_form_worker_count"].fillna(0).tolist() == [7, 0]


def test_a_leaf_line_without_merged_cells_is_no_row_of_data(take, tmp_path):
    lines = [",".join(HEADERS) + ",新就业形态", ",,,,,人数", f"{code(1)},甲,990101,10,5,7"]
    (tmp_path / "东明区_单位.csv").write_text("\n".join(lines), encoding="utf-8")
    result = take()
    assert (found(result), result.summary["rows_read"].tolist()) == ([], [1])


def test_strays_do_not_stand_for_a_ledger_that_was_stopped(take, workbook, regions):
    workbook({"单位": [HEADERS, *(unit(i) for i in range(1, 11)), unit(11, 区县代码="990102")]}, name="附件1.xlsx")
    stopped = [h for h in HEADERS if h != "会员数"]
    workbook({"单位": [stopped, unit(12, 区县代码="990102")[:4]], "工会": [UNIONS, [code(1, "81"), "单独", "990102", "2020-1-1"]]}, name="附件2.xlsx")
    result = take()
    assert find_homes(result.sources, result.tables, regions) == {"附件1.xlsx": {"990101"}, "附件2.xlsx": {"990102"}}


def test_one_workbook_may_speak_for_two_districts(take, workbook, regions):
    workbook({"单位": [HEADERS, *(unit(i) for i in range(1, 5)), *(unit(i, 区县代码="990102") for i in range(5, 7))]}, name="附件1.xlsx")
    result = take()
    assert find_homes(result.sources, result.tables, regions) == {"附件1.xlsx": {"990101", "990102"}}
