"""The rows behind the points lost: as many as the figure says, in the file and at the row where they stand; another weight moves the points without a new count."""

from fractions import Fraction as F

import pytest
from campaign_world import SHEET, code

from analysis.errors import SettingsError
from analysis.runs.lists.evidence import NO_ROWS, evidence
from analysis.runs.lists.evidence_book import write_evidence
from analysis.runs.lists.scoring import assessment


def test_the_scores_of_the_drawn_city_by_hand(opened):
    made = assessment(opened())
    found = {s.subject.name: (s.total, s.rank, s.why) for s in made.cards["district"].standings}
    # 甲 60·6/10 + 40·(1-3/6); 乙 60·4/10 + 40·(1-2/4) less 2 for the task overdue; 丙 has no tasks: it is not known whether points go off
    assert found == {"甲区": (56, 1, ""), "乙区": (42, 2, ""), "丙县": (32, None, "“逾期任务”没有数据（丙县没有报送“任务”表），不知应否扣分")}
    assert {s.subject.name: s.total for s in made.cards["body"].standings} == {"基层部": 50, "组织部": 0}


def test_ranks_are_compared_with_the_stored_quarter_under_the_same_sheet(opened):
    made = assessment(opened())
    assert made.before_label == "2021年第二季度"
    assert {s.subject.name: (s.rank, s.total) for s in made.before["district"].ranked} == {"甲区": (1, 44), "乙区": (2, F(94, 3))}


def test_the_rows_behind_a_lost_point_are_those_that_the_rate_lacks(opened):
    package = opened().with_campaign()
    made = assessment(package)
    rows = evidence(package, made, ("district",), {"970101", "970102"}).rows
    assert set(rows["subject"]) == {"970101", "970102"} and set(rows["kind"]) == {"district"}
    blind = rows[(rows["item"] == "覆盖率") & (rows["subject"] == "970101")]
    assert blind[["code", "file", "row"]].values.tolist() == [[code("91", "970101", n), "0甲区_单位.csv", n + 2] for n in range(6, 10)]
    assert set(blind["lost"]) == {24.0}
    shell = rows[(rows["item"] == "挂牌空壳") & (rows["subject"] == "970102")]
    assert shell[["code", "file", "row", "note"]].values.tolist() == [
        [code("81", "970102", n), "1乙区_工会.csv", n + 2, "计入“挂牌、空壳工会占比”"] for n in (0, 2)
    ]
    late = rows[rows["item"] == "逾期任务"]
    assert late[["code", "name", "file", "row", "lost"]].values.tolist() == [["基层部", "换届", "1乙区_任务.csv", 3, 2.0]]


ROW = ["subject", "home", "item", "lost", "district_code", "code", "name", "amount", "note", "file", "sheet", "row"]


def test_a_responsible_body_gets_the_tasks_it_did_not_do_in_time(opened):
    package = opened().with_campaign()
    found = evidence(package, assessment(package), ("body",))
    told = "没有计入“按时办结率”"
    assert found.rows[ROW].values.tolist() == [
        ["基层部", "", "按时办结率", 50.0, "970101", "基层部", "换届", 1, told, "0甲区_任务.csv", "", 3],
        ["基层部", "", "按时办结率", 50.0, "970102", "基层部", "换届", 1, told, "1乙区_任务.csv", "", 3],
    ]
    assert found.checks.values.tolist() == [["body", "基层部", "按时办结率", 2, 2]]


def test_a_task_force_gets_its_own_row_and_its_district_s(opened, tmp_path):
    shares = 'weight = 50\nindicator = "assigned_per_member"\nfull = 2\nzero = 0\n[[force.item]]\nname = "盲区"\nweight = 50\n' \
             'formula = "covered_unit_count_qoq / blind_unit_count"\nfull = 1\nzero = 0\n'  # fmt: skip
    sheet = SHEET.replace('weight = 100\nindicator = "assigned_per_member"\nfull = 2\nzero = 0\n', shares)
    (tmp_path / "score.toml").write_text(sheet, encoding="utf-8")
    package = opened(score=tmp_path / "score.toml").with_campaign()
    rows = evidence(package, assessment(package), ("force",), {"970101"}).rows
    own = ["970101/甲区专班", "970101"]
    # 6 firms for 4 members are 1.5 of 2; 2 more covered for 4 that are not are 0.5 of 1: both names of the formula point at the same four units
    assert rows[ROW].values.tolist() == [
        [*own, "人均包联", 12.5, "970101", "", "甲区专班", 1, "成员4人，包联6家", "0甲区_专班.csv", "", 2],
        *([*own, "盲区", 25.0, "970101", code("91", "970101", n), f"单位{n}", 1, "没有计入“已覆盖单位”", "0甲区_单位.csv", "", n + 2] for n in range(6, 10)),
    ]


MANY = ["unit_coverage_rate", "membership_rate_all", "membership_rate_in_covered", "shell_rate", "contract_unit_coverage", "contract_employee_coverage", "worker_congress_rate",
        "blind_employee_share", "fill_all_rate", "rectify_rate", "rectify_ontime_rate", "recur_rate", "ontime_rate", "training_pass_rate", "followup_90d_rate",
        "assigned_per_member", "row_quarantined_rate"]  # fmt: skip


def test_the_rows_add_up_to_what_the_figure_counted(opened, tmp_path):
    """Of every kind of figure, with the direction turned round too: then the rows are those that count."""
    last = 100 - 2 * (2 * len(MANY) - 1)
    items = "".join(
        f'[[district.item]]\nname = "{name}{n}"\nweight = {last if (name, n) == (MANY[-1], 1) else 2}\nindicator = "{name}"\nfull = {n}\nzero = {1 - n}\n'
        for name in MANY
        for n in (0, 1)
    )
    (tmp_path / "score.toml").write_text("smallest = 5\n" + items, encoding="utf-8")
    package = opened(score=tmp_path / "score.toml").with_campaign()
    found = evidence(package, assessment(package))
    checks = found.checks[(found.checks["counted"] != 0)]
    assert checks["counted"].tolist() == checks["listed"].tolist()
    told = set(checks["item"].str[:-1])
    assert told == set(MANY) - {"assigned_per_member", "row_quarantined_rate"}
    staff = found.rows[(found.rows["item"] == "contract_employee_coverage1") & (found.rows["subject"] == "970101")]
    assert staff[["code", "amount", "note"]].values.tolist() == [
        [code("91", "970101", n), 20 + n, "没有计入“集体合同职工覆盖率”"] for n in range(1, 6)
    ]  # the covered without a contract, by their staff
    # turned round, how a ledger came in has no list: it would be every row accepted, every cell filled
    assert set(found.rows.loc[found.rows["note"] == NO_ROWS, "item"]) == {"fill_all_rate0", "row_quarantined_rate1"}


def test_a_veto_names_the_rows_behind_it(opened, tmp_path):
    sheet = SHEET + '[[district.veto]]\nname = "反复"\nindicator = "problem_recurred_count"\nabove = 0\n'
    (tmp_path / "score.toml").write_text(sheet, encoding="utf-8")
    package = opened(score=tmp_path / "score.toml").with_campaign()
    made = assessment(package)
    rows = evidence(package, made, ("district",), {"970101"}).rows
    veto = rows[rows["item"] == "一票否决：反复"]
    assert veto[["code", "name", "note", "file", "row"]].values.tolist() == [[code("81", "970101", 0), "没有活动", "计入“整改后又发现”", "0甲区_督察.csv", 2]]
    assert veto["lost"].isna().all() and made.cards["district"].of("970101").why == "否决：反复"


def test_a_decision_that_fits_nobody_is_said(opened, tmp_path):
    from analysis.briefings import campaign

    sheet = SHEET + '[[manual]]\nkind = "body"\nsubject = "基层處"\nname = "错报倒扣"\npoints = 2\nevidence = "通报1号"\n'
    (tmp_path / "score.toml").write_text(sheet, encoding="utf-8")
    made = campaign.write(opened(score=tmp_path / "score.toml"))
    said = "".join(r["text"] for b in made.blocks for r in b.get("runs", []))
    assert "评分表里人工认定的责任单位“基层處”的“错报倒扣”没有对上任何考核对象，没有扣分，请核对代码或名称。" in said and made.broken == []


def test_another_weight_needs_no_new_package(opened, tmp_path):
    (tmp_path / "other.toml").write_text(SHEET.replace("weight = 60", "weight = 10").replace("weight = 40", "weight = 90"), encoding="utf-8")
    made = assessment(opened(score=tmp_path / "other.toml"))
    assert {s.subject.name: s.total for s in made.cards["district"].standings} == {"甲区": 51, "乙区": 47, "丙县": 47}


def test_a_district_gets_its_own_rows_and_others_none(opened, tmp_path):
    import openpyxl

    write_evidence(opened(), tmp_path, ["city", "970101"], True)
    own = openpyxl.load_workbook(tmp_path / "970101" / "campaign_evidence.xlsx")
    assert own.sheetnames == ["得分", "失分明细", "分类指导", "说明"]
    assert {row[4].value for row in own["失分明细"].iter_rows(min_row=2)} == {"甲区"} and [c.value for c in own["分类指导"][1]][:2] == ["区县", "类型"]
    assert {r[0].value for r in own["分类指导"].iter_rows(min_row=2)} == {"甲区"}
    lines = [[cell.value for cell in row] for row in own["得分"].iter_rows(min_row=2)]
    assert lines == [
        ["区县", "甲区", "扩面", "覆盖率", 60, 0.6, 36, 24, 4, None], ["区县", "甲区", "质量", "挂牌空壳", 40, 0.5, 20, 20, 3, None],
        ["区县", "甲区", "扣分", "逾期任务", None, 0, 0, 0, None, None], ["区县", "甲区", "合计", "总分", 100, None, 56, None, None, "第1名，权重变动时不变"],
        ["专班", "甲区专班", None, "人均包联", 100, 1.5, 75, 25, None, None], ["专班", "甲区专班", "合计", "总分", 100, None, 75, None, None, "第1名，权重变动时不变"],
    ]  # fmt: skip
    formats = {row[3].value: (row[5].number_format, row[6].number_format) for row in own["得分"].iter_rows(min_row=2)}
    assert formats["覆盖率"] == ("0.00%", "0.00") and formats["逾期任务"] == ("#,##0", "0.00") and formats["人均包联"] == ("0.00", "0.00")
    own.close()
    whole = openpyxl.load_workbook(tmp_path / "city" / "campaign_evidence.xlsx")
    assert {(row[0].value, row[1].value) for row in whole["失分明细"].iter_rows(min_row=2)} >= {("区县", "乙区"), ("责任单位", "基层部"), ("专班", "乙区专班")}
    whole.close()
    assert write_evidence(opened(audience="shared"), tmp_path, ["city"], False) == []
    assert not list(tmp_path.glob("*/campaign_evidence.xlsx"))


def test_a_sheet_that_is_not_there_or_no_toml_is_said(opened, tmp_path):
    with pytest.raises(SettingsError, match=r"没有找到评分表 .*none.toml。请核对 workbench.toml 的 score，或留空不打分。"):
        assessment(opened(score=tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("[[district.item]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"评分表 bad.toml 读不懂：.*请检查引号、等号和方括号后重试。"):
        assessment(opened(score=tmp_path / "bad.toml"))
    assert assessment(opened(score=None)) is None
