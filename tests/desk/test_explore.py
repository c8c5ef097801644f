"""The explorer: questions that cannot leave the quarter, pictures that carry their facts."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from analysis.desk.explore import ask, columns_of, indicator_choices, latest_package, quarters_stored, save, save_answer, segment_choices, view, views
from analysis.errors import ParameterError, StoryError
from analysis.publishing.number_check import check_file
from analysis.runs.packing import build_package


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The drawn city with one quarter's package, made once."""
    from drawn_city import drawn_world, settings_of

    folder = tmp_path_factory.mktemp("explored")
    settings = settings_of(folder, drawn_world().send(folder))
    build_package(settings, "2021Q4")
    return settings


@pytest.fixture
def stored(built, tmp_path):
    """The same with a reports' folder of the test's own."""
    return replace(built, out=tmp_path / "reports")


@pytest.fixture
def asked_of(built):
    return latest_package(built, "2021Q4")


def test_a_question_is_answered_from_the_kept_rows(stored):
    package = latest_package(stored, "2021Q4")
    answer = ask(package, "SELECT district_code, count(*) AS n FROM units GROUP BY ALL ORDER BY ALL")
    assert answer["n"].sum() == len(package.units())
    assert {"units", "indicators"} <= set(columns_of(package)["表"]) and quarters_stored(stored) == ["2021Q4"]


@pytest.mark.parametrize("query", [
    "SELECT * FROM read_csv('{file}')", "SELECT * FROM '{file}'", "COPY units TO '{file}'", "DROP TABLE units", "SELECT 1; SELECT 2", "ATTACH '{file}'",
    "SET enable_external_access = true", "INSTALL httpfs", "CREATE TABLE t AS SELECT 1", "SELECT getenv('HOME')", "SELEKT 1", "PRAGMA version",
])  # fmt: skip
def test_nothing_outside_can_be_reached(asked_of, tmp_path, query):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(StoryError, match=r"请改写后重试。"):
        ask(asked_of, query.format(file=file))
    assert file.read_text(encoding="utf-8") == "a\n1\n"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT valu FROM indicators", "没有“valu”这一列（文字要加单引号），是不是“value”"),
        ("SELECT i.valu FROM indicators i", "“i”没有“valu”这一列"),
        ("SELECT x.value FROM indicators", "没有“x”这张表"),
        ("SELECT * FROM indicator", "没有“indicator”这张表，是不是“indicators”"),
        ("SELECT * FORM indicators", "“indicators”附近写法有误"),
        ("SELECT", "没有写完"),
        ("SELECT 'a", "引号没有成对"),
        ("SELECT add_up(value) FROM indicators", "没有“add_up”这个函数，是不是“add”"),
        ("SELECT region_name, sum(value) FROM indicators", "“region_name”既没有写进 GROUP BY，也没有合计（例如 sum、count）"),
        ("SELECT sum(region_name) FROM indicators", "函数“sum”不能用在这种列上（VARCHAR）"),
        ("SELECT CAST(region_name AS INT) FROM indicators WHERE region_level = 'city'", "“九七市”不能当作数"),
        ("SELECT * FROM read_csv('/a.csv')", "这里不能读写文件"),
    ],
)
def test_a_slip_of_the_pen_is_told_in_chinese(asked_of, query, said):
    with pytest.raises(StoryError) as told:
        ask(asked_of, query)
    assert told.value.sentence.startswith(f"查询没有成功：{said}。可查的表有 indicators、units、")


def test_other_readers_ask_of_the_shown_figures_only(stored):
    package = latest_package(stored, "2021Q4", audience="shared")
    assert list(views(package)) == ["indicators"]
    with pytest.raises(StoryError):
        ask(package, "SELECT * FROM units")
    assert "suppressed" in set(ask(package, "SELECT DISTINCT status FROM indicators")["status"])


def test_a_quarter_never_prepared_is_said(drawn):
    with pytest.raises(ParameterError, match="2022Q1 还没有整理过数据。请先在首页按“生成”，或运行 workbench run --quarter 2022Q1。"):
        latest_package(drawn, "2022Q1")


def test_a_picture_is_saved_with_its_facts_and_written_down(stored):
    made = view(latest_package(stored, "2021Q4"), "blind_unit_count", "small_micro")
    assert made.title == "九七市各区县小微企业盲区单位"
    page, *images = save(made, stored)
    finished, departures = check_file(page.read_bytes(), "html")
    assert departures == [] and "2021Q4/970101/small_micro/blind_unit_count" in finished.facts
    assert {p.suffix for p in images} == {".svg", ".png"} and all(p.stat().st_size > 1000 for p in images)
    with open(stored.out / "exports.csv", encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["做法"], line["范围"], line["读者"]) for line in lines] == [("explore", "city", "internal")] * (1 + len(images))


def test_an_answer_is_saved_with_its_question_and_rows(stored):
    package = latest_package(stored, "2021Q4")
    answer = ask(package, "SELECT '=1+1' AS a UNION ALL SELECT 'b' ORDER BY 1")
    path = save_answer(package, answer, "SELECT\n1", stored)
    assert path.read_text(encoding="utf-8-sig").split() == ["a", "'=1+1", "b"]
    with open(stored.out / "exports.csv", encoding="utf-8-sig", newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert line["行数"] == "2" and line["内容"].endswith("：SELECT 1")


def test_every_indicator_and_segment_can_be_picked(stored):
    package = latest_package(stored, "2021Q4")
    assert len(indicator_choices()) > 40 and segment_choices()[0] == ("全部单位", "all")
    for _, code in indicator_choices():
        assert view(package, code).blocks[1]["type"] == "title"


def test_nothing_that_goes_wrong_on_the_page_stays_silent(stored, monkeypatch):
    from analysis.desk import explore_page

    page = explore_page.Explorer(stored)
    page.query.value = "SELECT region_name FROM indicators WHERE region_name = '没有这里'"
    page.run.click()
    assert page.result.value.startswith("<p>查询成功，没有符合条件的行。") and page.trouble_asking.value == ""
    page.query.value = " "
    page.run.click()
    assert "没有写查询。请写一个" in page.trouble_asking.value and page.result.value == ""

    def broken(*_):
        raise KeyError("<甲>")

    monkeypatch.setattr(explore_page, "ask", broken)
    page.run.click()
    assert (
        page.trouble_asking.value
        == "<p class='workbench-trouble' role='alert'>程序出错（KeyError：&#x27;&lt;甲&gt;&#x27;）。已有的文稿不受影响；请记下这句话，联系维护人。</p>"
    )


def test_a_complaint_that_we_do_not_know_is_chinese_first(asked_of):
    with pytest.raises(StoryError, match=r"^查询没有成功：数据库没有接受这个写法。可查的表有 .*（数据库的原话：Invalid Input Error: boom）$"):
        ask(asked_of, "SELECT error('boom')")
