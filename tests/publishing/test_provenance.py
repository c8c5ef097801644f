"""Where figures come from: the entries that a page's figures open to, the annex that PDF and DOCX print, the files named once."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from finished import BLANK, CITY, FORMATS, story, written
from lxml import html

from analysis.publishing import annex
from analysis.publishing import blocks as b
from analysis.publishing.document import prepare
from analysis.publishing.number_check import check_export, check_file

SOURCES = [
    {"file": "东山区.xlsx", "table": "units", "table_name": "单位", "read": 1700, "kept": 1650},
    {"file": "东山区.xlsx", "table": "covers", "table_name": "覆盖关系", "read": 1300, "kept": 1290},
    {"file": "东山区.xlsx", "table": "trainings", "table_name": "培训", "read": 9, "kept": 9},
    {"file": "园区_….csv（3个文件）", "table": "units", "table_name": "单位", "read": 1200, "kept": 1180},
]


WHOLE = replace(CITY, value=14, unit="count", decimals=0, numerator=None, denominator=None, denominator_name="")  # a figure that is no rate


@pytest.fixture(scope="module")
def blocks():
    made = story()
    made[0]["sources"] = SOURCES
    return made


def words(block):
    return [["".join(run["text"] for run in cell["runs"]) for cell in row] for row in block["rows"]]


def test_the_annex_tells_every_figure_with_its_parts_once_an_indicator(blocks):
    document = prepare(blocks)
    rows = {row[0]: row[1:] for row in words(annex.figures_table(document))}
    assert rows["单位覆盖率"] == [
        "全市 68.1%（1852/2718）；东山区 74.7%（1203/1610）；第3工业园 58.6%（649/1108）；北岭县 —〔没有报送2021年第三季度的台账〕",
        "应建会单位",
        "unit_coverage_rate",
    ]
    assert rows["盲区单位"] == ["全市 866", "—", "blind_unit_count"]


def test_sources_are_those_that_the_figures_rest_on(blocks):
    table = annex.sources_table(prepare(blocks))
    assert ["".join(run["text"] for run in column["runs"]) for column in table["columns"]] == ["文件", "单位", "覆盖关系"]
    assert words(table) == [["东山区.xlsx", "1650/1700", "1290/1300"], ["园区_….csv（3个文件）", "1180/1200", "—"], ["合计", "2830/2900", "1290/1300"]]
    assert annex.sources_table(prepare(story())) is None


def test_every_figure_of_a_page_opens_to_its_entry_without_a_script(blocks):
    page = written("html", blocks)[1].decode()
    root = html.document_fromstring(page)
    links = root.xpath("//a[@class='opens']")
    assert len(links) >= 6 and "<script" not in page
    for link in links:
        fact = link.find("data").get("data-fact")
        entry = root.get_element_by_id(link.get("href")[1:])
        assert entry.find("data").get("data-fact") == fact
    told = root.get_element_by_id(next(a.get("href")[1:] for a in links if a.find("data").get("data-fact") == CITY.id)).text_content()
    assert told == (
        "单位覆盖率 unit_coverage_rate　全市 68.1%（1852/2718，分母：应建会单位）　时点：2021年9月30日"
        "　来源（接收/读入行数）：单位 2830/2900、覆盖关系 1290/1300，各文件关闭"
    )
    blank = root.xpath(f"//section//data[@data-fact='{BLANK.id}']/parent::li")[0].text_content()
    assert "原因：没有报送2021年第三季度的台账" in blank
    assert page.count("东山区.xlsx") == 1, "sources are listed once"


@pytest.mark.parametrize("form", FORMATS)
def test_the_annex_is_checked_like_the_text(blocks, form):
    document, data = written(form, blocks)
    assert check_export(data, form, document) == [] and check_file(data, form)[1] == []
    if form == "html":
        spoilt = data.decode().replace(">1203/1610<", ">1203/1619<").encode()
        assert any("1203/1619" in f.sentence and f.where.startswith("数据出处") for f in check_file(spoilt, form)[1])


def test_a_figure_left_out_is_named():
    part = replace(CITY, left_out=("990101",))
    made = story()
    made[-1]["facts"][0] = part.as_record()
    entry = next(e for e in annex.entries(prepare(made)) if e["id"] == CITY.id)
    assert entry["left_out"] == "东山区"


@pytest.mark.parametrize(("absent", "named"), [({"990107": "第7工业园"}, "第7工业园"), ({}, "代码990107的区县")])
def test_a_district_that_no_figure_is_of_is_named_where_it_is_left_out(absent, named):
    made = story()
    made[0]["absent"] = absent
    made[-1]["facts"][0] = replace(CITY, left_out=("990107",)).as_record()
    document, data = written("html", made)
    assert next(e for e in annex.entries(document) if e["id"] == CITY.id)["left_out"] == named
    assert check_export(data, "html", document) == []


def with_fall():
    """Return the story with a fall told by its size, and the same fall with its sign in the table of no district."""
    fall = replace(CITY, indicator=f"{CITY.indicator}_qoq", name="单位覆盖率较上季度末变化", value=Fraction(-8, 5), unit="pp", numerator=None, denominator=None)
    made = story()
    made[-2:-2] = [b.paragraph("较上季度末下降", fall.magnitude, "。")]
    made[-1]["facts"] += [fall.as_record(), fall.magnitude.as_record()]
    return made, fall


def test_a_fall_told_without_its_sign_stands_in_the_annex_with_it_and_once():
    made, fall = with_fall()
    rows = [row for row in words(annex.figures_table(prepare(made))) if row[0] == fall.name]
    assert [row[1] for row in rows] == ["全市 -1.6个百分点"]
    made[-2:-2] = [b.paragraph("变化为", fall, "。")]
    assert [row[1] for row in words(annex.figures_table(prepare(made))) if row[0] == fall.name] == ["全市 -1.6个百分点"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_fall_told_without_its_sign_is_checked_with_it(form):
    made, fall = with_fall()
    document, data = written(form, made)
    assert check_export(data, form, document) == [] and check_file(data, form)[1] == []
    if form == "html":
        link = html.document_fromstring(data.decode()).xpath(f"//a[@class='opens'][data/@data-fact='{fall.magnitude.id}']")[0]
        entry = html.document_fromstring(data.decode()).get_element_by_id(link.get("href")[1:])
        assert link.text_content() == "1.6个百分点" and "全市 -1.6个百分点　" in entry.text_content()


def annexed(*facts):
    """Return the rows of the annex of a document that shows these facts."""
    made = [b.meta("brief", "甲", "2021Q3"), b.paragraph(*(part for fact in facts for part in (fact, "，"))), b.facts(facts)]
    return words(annex.figures_table(prepare(made)))


def test_a_code_belongs_to_the_figure_beside_it():
    rank = replace(WHOLE, indicator=f"{CITY.indicator}_rank", name="单位覆盖率名次", value=2, unit="rank", denominator_name=CITY.denominator_name)
    below = replace(rank, indicator=f"{CITY.indicator}_denominator", name="应建会单位", value=2718, unit="count")
    eligible = replace(below, indicator="eligible_unit_count", region_code="990101", region_name="东山区", value=1610, denominator_name="")
    rows_read = replace(eligible, indicator="eligible_unit_count_rows_read", name="读入的台账行数", value=3725)
    change = replace(eligible, indicator="eligible_unit_count_qoq", name="应建会单位较上季度末变化", value=-3)
    large = replace(below, indicator="mandatory_unit_union_rate_denominator", name="25人以上应建会单位", value=765)
    assert annexed(rank, below, eligible, rows_read, change, large) == [
        ["单位覆盖率名次", "全市 2", "应建会单位", "unit_coverage_rate"],
        ["应建会单位", "全市 2718；东山区 1610", "—", "eligible_unit_count"],
        ["读入的台账行数", "东山区 3725", "—", "—"],
        ["应建会单位较上季度末变化", "东山区 -3", "—", "eligible_unit_count_qoq"],
        ["25人以上应建会单位", "全市 765", "—", "mandatory_unit_count"],
    ]


def test_a_name_says_its_segment_once():
    only = replace(WHOLE, segment="small_micro", indicator="blind_unit_count_only", name="只是小微企业的盲区单位")
    below = replace(only, indicator="blind_unit_rate_denominator", name="小微企业应建会单位", value=209)
    held = replace(only, segment="enterprise", indicator="congress_enterprise_count_qoq", name="近一年开过职代会的已覆盖企业较上季度末变化", value=2)
    assert [row[0] for row in annexed(only, below, held)] == ["只是小微企业的盲区单位", "小微企业应建会单位", "企业近一年开过职代会的已覆盖企业较上季度末变化"]


def test_the_places_a_region_may_take_are_one_range():
    best = replace(WHOLE, indicator=f"{CITY.indicator}_place_best", name="单位覆盖率名次范围", value=2, unit="rank")
    worst = replace(best, indicator=f"{CITY.indicator}_place_worst", value=10)
    assert annexed(best, worst) == [["单位覆盖率名次范围", "全市 2—10", "—", "unit_coverage_rate"]]
    made = [b.meta("brief", "甲", "2021Q3"), b.title("甲"), b.paragraph("名次为", best, "—", worst, "。"), b.facts([best, worst])]
    document, data = written("html", made)
    assert check_export(data, "html", document) == []
    assert [
        " ".join(e.text_content().split()).startswith("单位覆盖率名次范围 unit_coverage_rate 全市 2—10")
        for e in html.document_fromstring(data.decode()).xpath("//li[@id]")
    ] == [True, True]
