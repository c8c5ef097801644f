import pytest

from analysis.errors import ParameterError
from analysis.runs.plan import plan, with_formats

CITY, DISTRICTS = ("970100", "某市"), [("970101", "东区"), ("970102", "西区")]


@pytest.fixture
def folder(notebook, tmp_path):
    notebook("x = 1", name="70_speech.ipynb", about={"document": "speech", "name": "讲话稿", "scopes": ["city"]})
    notebook("x = 1", name="20_map.ipynb", about={"document": "map", "name": "地图", "scopes": ["city", "district"]})
    notebook("x = 1", name="00_home.ipynb")
    return tmp_path


def labels(jobs):
    return [(j.document, j.scope) for j in jobs]


def test_city_first_then_each_district_by_number(folder):
    assert labels(plan("all", "", CITY, DISTRICTS, folder)) == [("map", "city"), ("speech", "city"), ("map", "970101"), ("map", "970102")]


def test_scope_and_documents_choose(folder):
    assert labels(plan("970102,city", "map", CITY, DISTRICTS, folder)) == [("map", "970102"), ("map", "city")]


@pytest.mark.parametrize(
    ("scope", "documents", "sentence"),
    [
        ("all", "speach", "没有名为“speach”的文稿，可用的是 map、speech。请用 workbench list 查看后重试。"),
        ("970109", "", "范围“970109”不是本市的区县代码，可用的是 all、city 或 970101、970102。请改正 --scope 后重试。"),
        ("970101", "speech", "文稿 speech 没有范围“970101”的版本。请用 workbench list 查看各文稿的范围。"),
    ],
)
def test_mistakes_name_what_there_is(folder, scope, documents, sentence):
    with pytest.raises(ParameterError) as caught:
        plan(scope, documents, CITY, DISTRICTS, folder)
    assert caught.value.sentence == sentence


def test_only_some_documents_are_slides_too(notebook, tmp_path):
    notebook("x = 1", name="60_news.ipynb", about={"document": "news", "name": "通报", "scopes": ["city"], "deck": True})
    notebook("x = 1", name="70_speech.ipynb", about={"document": "speech", "name": "讲话稿", "scopes": ["city"]})
    jobs = plan("all", "", CITY, DISTRICTS, tmp_path)
    assert with_formats(jobs, ("html", "docx"), tmp_path) == (jobs, "")
    kept, said = with_formats(jobs, ("pptx",), tmp_path)
    assert labels(kept) == [("news", "city")]
    assert said == "讲话稿没有幻灯片（pptx）形式，这次不做，已有的文件不动；有的是 news（通报，全市）。"
    kept, said = with_formats(jobs, ("html", "pptx"), tmp_path)
    assert [job.formats(("html", "pptx")) for job in kept] == [("html", "pptx"), ("html",)]
    assert said == "讲话稿没有幻灯片（pptx）形式，只做其余格式；有的是 news（通报，全市）。"
    with pytest.raises(ParameterError) as caught:
        with_formats(plan("all", "speech", CITY, DISTRICTS, tmp_path), ("pptx",), tmp_path)
    assert caught.value.sentence == ("所要的文稿没有幻灯片（pptx）形式，有的是 news（通报，全市）。请改 --documents、--scope，或换 --formats html,pdf,docx。")


def test_what_is_internal_is_not_made_for_others():
    jobs = labels(plan("all", "", CITY, DISTRICTS, audience="public"))
    assert not [job for job in jobs if job[0] == "campaign" or (job[0] in ("union_building", "ledger_quality") and job[1] != "city")]
    assert ("union_building", "city") in jobs and ("speech", "city") in jobs
    with pytest.raises(ParameterError) as caught:
        plan("all", "campaign", CITY, DISTRICTS, audience="shared")
    assert caught.value.sentence == "文稿 campaign 只供内部使用，没有非内部版。请加 --audience internal，或改做别的文稿。"
