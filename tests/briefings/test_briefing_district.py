import pytest
from story_world import COVERED, EARLIER, cells, package, paragraph, row, text_of

from analysis.briefings import district_brief
from analysis.errors import ParameterError


def first(scope, **options):
    return text_of(district_brief.write(package(scope, **options)).part(1))[1]


@pytest.mark.parametrize(("scope", "said"), [
    ("970101", "截至2021年9月30日，甲区单位覆盖率为60.0%，在2个参排区县中名列第一。100家应建会单位已覆盖60家，单位覆盖率高于全市16.8个百分点。"
               "较上季度末明显提高5.0个百分点。按职工计算也站得住，职工覆盖率为60.0%，高于全市16.8个百分点。"),
    ("970102", "截至2021年9月30日，乙区应建会单位100家，已覆盖30家，单位覆盖率为30.0%。单位覆盖率与上季度末持平，低于全市13.2个百分点。"
               "单位覆盖率在2个参排区县中列第2位。职工覆盖率也落后，为30.0%，低于全市13.2个百分点。"),
    ("970103", "截至2021年9月30日，丙县应建会单位20家，已覆盖5家，还差15家。丙县应建会单位较少，一两家的变化就会使率大起大落，单位覆盖率（25.0%）不参加排名，"
               "也不与其他区县比高低。已覆盖单位较上季度末增加1家。"),
])  # fmt: skip
def test_situation_decides_the_sentences(scope, said):
    assert first(scope) == said


def test_catching_up():
    part = district_brief.write(package("970102", covered=COVERED | {"970102": (40, 100)}, earlier=EARLIER | {"970102": (30, 100)})).part(1)
    assert text_of(part)[0] == "一、覆盖低于全市，差距正在缩小"
    assert text_of(part)[1].startswith(
        "截至2021年9月30日，乙区单位覆盖率为40.0%，较上季度末明显提高10.0个百分点，快于全市。差距还有，目前低于全市7.7个百分点，"
    )


def test_without_an_earlier_quarter_nothing_is_said_of_movement():
    part = text_of(district_brief.write(package("970102", earlier=None)).part(1))
    assert part[0] == "一、覆盖低于全市，需要加快" and "季度末" not in "".join(part)


def test_a_city_of_one_district_is_compared_with_nobody():
    document = district_brief.write(package("970101", covered={"970101": (60, 100)}, earlier={"970101": (55, 100)}))
    said = text_of(document.part(1))
    assert said[1] == ("截至2021年9月30日，甲区应建会单位100家，已覆盖60家，单位覆盖率为60.0%。单位覆盖率较上季度末明显提高5.0个百分点。"
                       "没有可以对照的全市数字，只与自己的过去比。")  # fmt: skip
    table = next(b for b in document.blocks if b["type"] == "table")
    assert cells(table)[0] == ["单位覆盖率", "应建会单位", "60.0%", "+5.0"] and len(table["columns"]) == 4


def test_the_table_tells_on_how_few_a_rate_rests():
    table = next(b for b in district_brief.write(package("970103")).blocks if b["type"] == "table")
    assert [line[:3] for line in cells(table)][:2] == [["单位覆盖率", "应建会单位20家", "25.0%"], ["职工覆盖率", "全口径职工", "25.0%"]]


def test_no_data_asks_for_the_report_and_judges_nothing():
    made = package("970102")
    frame = made.register.frame
    made.register.__init__(frame[~((frame["region_code"] == "970102") & frame["indicator"].str.contains("cover|blind"))], "2021Q3", made.city)
    document = district_brief.write(made)
    assert text_of(document.part(1))[1] == ("截至2021年9月30日，乙区的单位覆盖率无法计算，原因是没有这一季度或这一范围的数据。请尽快补报，补报以前不作评价，也不参加排名。"
                                            "现有台账中，应建会单位100家，职工1000人。其他能够计算的指标见下表。")  # fmt: skip
    assert cells(next(b for b in document.blocks if b["type"] == "table"))[0] == ["单位覆盖率", "应建会单位", "—", "43.2%", "—"]


def test_a_suppressed_district_is_neither_judged_nor_asked_to_report():
    made = package("970103")
    made.register.__init__(made.register.frame.assign(status="suppressed", reason="单位数过少"), "2021Q3", made.city)
    document = district_brief.write(made)
    assert text_of(document.parts[0])[-1] == "丙县的数字按小格抑制规则（单位过少、一家占比过大，或者为防止推算）在本版不予显示，也不作比较。"
    assert len(document.parts) == 1


def test_full_coverage_has_no_blank_and_no_advice_to_fill_it():
    document = district_brief.write(package("970101", covered=COVERED | {"970101": (100, 100)}))
    said = text_of(document.part(1))
    assert said[0] == "一、应建会单位已全部覆盖" and said[1].startswith("截至2021年9月30日，甲区100家应建会单位已全部覆盖，单位覆盖率为100.0%。")
    assert text_of(document.part(3))[1] == "总结做法，在全市交流，把重点转到规范化达标和作用发挥上来。"


def test_a_district_without_unions_or_enterprises():
    more = [row("970103", name, 0, name="丙县") for name in ("union_org_count", "covered_enterprise_count")]
    said = text_of(district_brief.write(package("970103", more=more)).part(3))
    assert said[1:] == ["台账中没有已成立的基层工会，当务之急是把组织建起来。还没有已覆盖的企业，职代会建制率和集体合同覆盖率不计算。"]


def test_method_note_names_the_rule_and_what_is_lacking():
    gaps = [{"region": "970102", "region_name": "乙区", "table": "unions", "column": "system_count", "reason": "报送的“工会”表没有“建制项数”一列"}]
    said = paragraph(district_brief.write(package("970102", incomplete=gaps)).blocks, "口径：")
    assert "职工25人以上（含25人）为工作口径，工会法数的是会员。" in said and "乙区报送的“工会”表没有“建制项数”列" in said


def test_the_city_has_no_district_brief():
    with pytest.raises(ParameterError, match="六位区县代码"):
        district_brief.write(package())
