"""合计 rows: what they declare is kept beside what their rows add up to; they are no data rows themselves."""

import pytest
from ledger_world import HEADERS, unit

TOTAL = ["合计", "", "", 30, 10]


@pytest.fixture
def take_in(workbook, take):
    def run(files):
        for name, sheets in files.items():
            workbook(sheets, name)
        return take()

    return run


def declared(result):
    return [(r.row, r.column, r.declared, r.summed, r.unreadable) for r in result.declared.itertuples()]


def test_a_total_that_is_one_off_is_kept_beside_the_sum(take_in):
    made = take_in({"东明区.xlsx": {"单位": [HEADERS, unit(1, 职工数=10), unit(2, 职工数=21), TOTAL]}})
    assert declared(made) == [(4, "employee_count", 30, 31, 0), (4, "member_count", 10, 10, 0)]
    assert made.summary["rows_read"].tolist() == [2]


def test_a_cell_that_is_no_number_is_left_out_of_the_sum_and_counted(take_in):
    made = take_in({"东明区.xlsx": {"单位": [HEADERS, unit(1, 职工数=-3), unit(2, 职工数=20), ["合计", "", "", 17, 10]]}})
    assert declared(made)[0] == (4, "employee_count", 17, 20, 1)


def test_subtotals_speak_of_their_section_and_the_total_of_all(take_in):
    rows = [HEADERS, unit(1), unit(2), ["小计", "", "", 20, 10], unit(3), ["小计", "", "", 11, 5], ["总计", "", "", 30, 15]]
    made = take_in({"东明区.xlsx": {"单位": rows}})
    employees = [line for line in declared(made) if line[1] == "employee_count"]
    assert employees == [(4, "employee_count", 20, 20, 0), (6, "employee_count", 11, 10, 0), (7, "employee_count", 30, 30, 0)]


@pytest.mark.parametrize("total", [["合计", "", "", "", ""], ["合计", "", "", "约30", ""]])
def test_a_total_without_a_number_declares_nothing(take_in, total):
    assert declared(take_in({"东明区.xlsx": {"单位": [HEADERS, unit(1), total]}})) == []


def test_a_total_above_its_rows_is_compared_with_all_of_them(take_in):
    made = take_in({"东明区.xlsx": {"单位": [HEADERS, ["合计", "", "", 20, 11], unit(1), unit(2)]}})
    assert declared(made) == [(2, "employee_count", 20, 20, 0), (2, "member_count", 11, 10, 0)]


def test_refused_rows_stay_at_hand_for_reconciliation(take_in):
    made = take_in({"东明区.xlsx": {"单位": [HEADERS, unit(1), unit(2, 职工数="约50")]}})
    assert made.refused["units"][["uscc", "source_row"]].to_numpy().tolist() == [[unit(2)[0], 3]]
    assert made.tables["units"]["uscc"].tolist() == [unit(1)[0]]
