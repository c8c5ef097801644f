import re

import pytest
from figures import register, row
from story_world import EARLIER, cells, package, paragraph, text_of
from ten_districts import ten

from analysis.briefings import bulletin
from analysis.briefings.context import blank_note
from analysis.errors import ParameterError


@pytest.fixture(scope="module")
def document():
    return bulletin.write(ten("city"))


def tables(document):
    return [b for b in document.blocks if b["type"] == "table"]


def test_ranking_ties_small_and_blank_districts():
    made = package(covered={"970101": (50, 100), "970102": (50, 100), "970103": (5, 20)}, earlier=None)
    found = tables(bulletin.write(made))
    assert cells(found[0]) == [
        ["1", "甲区", "100", "50", "50.0%", "50", "50.0%"], ["1", "乙区", "100", "50", "50.0%", "50", "50.0%"],
        ["—", "丙县", "20", "5", "25.0%", "15", "75.0%"], ["", "苇津市合计", "220", "105", "47.7%", "115", "52.3%"]]  # fmt: skip
    assert "名次栏为“—”的，分母较小，不参加排名。" in "".join(r["text"] for r in found[0]["note"]) and len(found) == 1


def test_where_only_the_city_cannot_be_compared_its_reason_is_said_and_districts_are_named_by_a_stated_rule():
    made = package(earlier=EARLIER | {"970101": (50, 100)})
    frame, city = made.register.frame, "970100"
    is_moved = (frame["region_code"] == city) & frame["indicator"].str.endswith("_qoq")
    blank = frame.assign(
        status=frame["status"].where(~is_moved, "no_data"),
        value=frame["value"].where(~is_moved),
        reason=frame["reason"].where(~is_moved, "两个季度缺报的区县不同"),
    )
    made.register.__init__(blank, "2021Q3", made.city)
    said = text_of(bulletin.write(made).blocks)
    assert "单位覆盖率为43.2%。全市的单位覆盖率与上季度末不作比较，原因是两个季度缺报的区县不同。" in "".join(said)
    assert "没有上季度可以比较的台账" not in "".join(said)
    [rule] = [line for line in said if line.startswith("点名办法：")]
    [named] = [line for line in said if line.startswith("进步较大的区县：")]
    assert rule.startswith("点名办法：较上季度末提高1个百分点以上、居前三位") and named.startswith(
        "进步较大的区县：甲区单位覆盖率较上季度末明显提高10.0个百分点"
    )


def test_a_place_of_one_is_no_rank():
    [table] = tables(bulletin.write(package(covered={"970101": (50, 100), "970103": (5, 20)}, earlier=None)))
    assert [line[0] for line in cells(table)] == ["—", "—", ""]
    assert "".join(r["text"] for r in table["caption"]) == "各区县单位覆盖率（率的分母为应建会单位）"
    assert "分母够大、能够排名的区县不足两个，只列数、不排名。" in "".join(r["text"] for r in table["note"])


def test_the_note_on_dashes_stands_only_where_there_are_dashes():
    found = tables(bulletin.write(package(covered={"970101": (50, 100), "970102": (40, 100)}, earlier=None)))
    assert "“—”" not in "".join(r["text"] for r in found[0]["note"])


def test_progress_and_laggards_are_named_by_the_stated_rule(document):
    part = text_of(document.part(3))
    assert part[1] == ("点名办法：较上季度末提高1个百分点以上、居前三位，且应建会单位不少于50家的，为进步较大；下降0.3个百分点以上的，为回落；"
                       "名次在后四分之一、且低于全市1个百分点以上的，为靠后。")  # fmt: skip
    assert part[2].startswith("进步较大的区县：己区单位覆盖率较上季度末明显提高6.0个百分点，达到25.0%；")
    assert part[3] == ("回落的区县：乙区单位覆盖率较上季度末明显下降5.8个百分点，为60.0%；辛县单位覆盖率较上季度末明显下降5.0个百分点，为35.0%。")
    assert part[4].startswith("靠后的区县：丑县单位覆盖率为0.0%，")


def test_a_district_without_data_is_listed_and_not_ranked(document):
    said = "".join(text_of(document.part(2)))
    assert "壬县应建会单位较少，没有参加排名。癸县缺少数据，没有参加排名。" in said
    row = next(line for line in cells(tables(document)[0]) if line[1] == "癸县")
    assert row == ["—", "癸县", "90", "—", "—", "—", "—"]
    assert cells(tables(document)[0])[-1][1] == "苇津市合计"


def test_requirements_name_those_who_fell_or_lag(document):
    said = paragraph(document.blocks, "一要对照整改")
    assert said == "一要对照整改。乙区、辛县、丑县和己区要逐户查明原因，拿出措施和时限，报市总工会。"


def test_one_district_is_not_ranked():
    document = bulletin.write(package(covered={"970101": (60, 100)}, earlier={"970101": (55, 100)}))
    said = "".join(text_of(document.blocks))
    assert "能够参加排名的区县不足两个，本期只列数、不排名。" in said and "本期不排名，不点名。" in said and "位居" not in said


@pytest.mark.parametrize("covered", [{"970101": (100, 100), "970102": (100, 100)}, {"970101": (0, 100), "970102": (0, 100)}])
def test_all_and_nothing_covered(covered):
    said = "".join(text_of(bulletin.write(package(covered=covered, earlier=covered)).blocks))
    assert "各参排区县的单位覆盖率没有拉开距离。" in said and "本期没有达到“靠后”标准的区县。" in said
    assert ("已全部覆盖" in said) == (covered["970101"][0] == 100)


def test_every_digit_is_a_fact_or_marked(document):
    assert not [r for b in document.blocks for r in b.get("runs", []) if re.search(r"\d", r["text"]) and not ({"fact", "mark"} & set(r))]


def test_a_district_has_no_bulletin():
    with pytest.raises(ParameterError, match="情况通报只有全市的"):
        bulletin.write(package("970101"))


def test_what_all_districts_lack_is_said_once_and_a_name_not_twice():
    made = register([row(code, "shell_rate", None, reason="报送的“工会”表没有“届满日期”一列") for code in ("970101", "970102", "970103")], [])
    assert blank_note(made.district_facts("shell_rate")) == "“—”为无数据：各区县（报送的“工会”表没有“届满日期”一列）。"
    made = register([row("970101", "shell_rate", None, name="甲区", reason="甲区的“工会”表没有读成（甲区.xlsx）"), row("970102", "shell_rate", (1, 2))], [])
    assert blank_note(made.district_facts("shell_rate")) == "“—”为无数据：甲区（“工会”表没有读成（甲区.xlsx））。"
    lacking = [row(code, "shell_rate", None, name=name, reason=f"{name}没有报送“工会”表") for code, name in (("970101", "甲区"), ("970102", "乙区"))]
    made = register([*lacking, row("970103", "shell_rate", (1, 2))], [])
    assert blank_note(made.district_facts("shell_rate")) == "“—”为无数据：甲区、乙区（没有报送“工会”表）。"
