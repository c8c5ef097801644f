"""The rows behind the points lost: as many as the figure says, in the file and at the row where they stand; another weight moves the points without a new count."""

from fractions import Fraction as F

import pytest
from campaign_world import SHEET, code

from analysis.errors import SettingsError
from analysis.runs.lists.evidence import evidence, write_evidence
from analysis.runs.lists.scoring import assessment


def test_the_scores_of_the_drawn_city_by_hand(opened):
    made = assessment(opened())
    found = {s.subject.name: (s.total, s.rank, s.why) for s in made.cards["district"].standings}
    # 甲 60·6/10 + 40·(1-3/6); 乙 60·4/10 + 40·(1-2/4) less 2 for the task overdue; 丙 has no tasks: it is not known whether points go off
    assert found == {"甲区": (56, 1, ""), "乙区": (42, 2, ""), "丙县": (32, None, "“逾期任务”没有数据（丙县没有报送“任务”表），不知应否扣分")}
    assert {s.subject.name: s.total for s in made.cards["body"].standings} == {"基层部": 50, "组织部": 0}


def test_ranks_are_compared_with_the_stored_quarter_under_the_same_sheet(opened):
    made = assessment(opened())
    assert made.before_said == "2021年第二季度"
    assert {s.subject.name: (s.rank, s.total) for s in made.before["district"].ranked} == {"甲区": (1, 44), "乙区": (2, F(94, 3))}


def test_the_rows_behind_a_lost_point_are_those_that_the_rate_lacks(opened):
    package = opened().with_campaign()
    made = assessment(package)
    rows = evidence(package, made.cards["district"], ["970101", "970102"])
    blind = rows[(rows["item"] == "覆盖率") & (rows["district_code"] == "970101")]
    assert blind[["code", "file", "row"]].values.tolist() == [[code("91", "970101", n), "0甲区_单位.csv", n + 2] for n in range(6, 10)]
    assert set(blind["lost"]) == {24.0}
    shell = rows[(rows["item"] == "挂牌空壳") & (rows["district_code"] == "970102")]
    assert shell[["code", "file", "row", "note"]].values.tolist() == [
        [code("81", "970102", n), "1乙区_工会.csv", n + 2, "计入“挂牌、空壳工会占比”"] for n in (0, 2)
    ]
    late = rows[rows["item"] == "逾期任务"]
    assert late[["code", "name", "file", "row", "lost"]].values.tolist() == [["基层部", "换届", "1乙区_任务.csv", 3, 2.0]]


def test_another_weight_needs_no_new_package(opened, tmp_path):
    (tmp_path / "other.toml").write_text(SHEET.replace("weight = 60", "weight = 10").replace("weight = 40", "weight = 90"), encoding="utf-8")
    made = assessment(opened(score=tmp_path / "other.toml"))
    assert {s.subject.name: s.total for s in made.cards["district"].standings} == {"甲区": 51, "乙区": 47, "丙县": 47}


def test_a_district_gets_its_own_rows_and_others_none(opened, tmp_path):
    import openpyxl

    write_evidence(opened(), tmp_path, ["city", "970101"], True)
    own = openpyxl.load_workbook(tmp_path / "970101" / "campaign_evidence.xlsx")
    assert own.sheetnames == ["得分", "失分明细", "分类指导"]
    assert {row[2].value for row in own["失分明细"].iter_rows(min_row=2)} == {"970101"} == {row[0].value for row in own["分类指导"].iter_rows(min_row=2)}
    own.close()
    assert write_evidence(opened(audience="shared"), tmp_path, ["city"], False) == []
    assert not list(tmp_path.glob("*/campaign_evidence.xlsx"))


def test_a_sheet_that_is_not_there_or_no_toml_is_said(opened, tmp_path):
    with pytest.raises(SettingsError, match=r"没有找到评分表 .*none.toml。请核对 workbench.toml 的 score，或留空不打分。"):
        assessment(opened(score=tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("[[district.item]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"评分表 bad.toml 读不懂：.*请检查引号、等号和方括号后重试。"):
        assessment(opened(score=tmp_path / "bad.toml"))
    assert assessment(opened(score=None)) is None
