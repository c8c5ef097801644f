"""A notebook of one's own: written once, known to the run, checked like the shipped ones."""

from __future__ import annotations

import ast

import nbformat
import pytest

from analysis.desk.new_notebook import new_notebook
from analysis.errors import ParameterError, TemplateError
from analysis.runs.notebook import Order, run_job
from analysis.runs.packing import build_package
from analysis.runs.plan import notebooks, plan


def test_it_runs_exports_and_stands_in_the_plan(drawn, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    path = new_notebook("45_topic.ipynb", "物业行业工会覆盖专题", "blind_unit_rate", folder=folder)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [(n.document, n.name, n.scopes) for n in notebooks(folder)] == [("topic", "物业行业工会覆盖专题", ("city", "district"))]
    assert [job.label for job in plan("city", "topic", ("970100", "九七市"), [], folder)] == ["九七市物业行业工会覆盖专题"]
    assert not any(
        isinstance(node, ast.For | ast.FunctionDef) for cell in notebook.cells if cell.cell_type == "code" for node in ast.walk(ast.parse(cell.source))
    )
    package = build_package(drawn, "2021Q4")
    parameters = {"quarter": "2021Q4", "package": str(package), "audience": "internal", "map_use": "internal"}
    for scope, name in (("city", "九七市"), ("970101", "东山区")):
        made = run_job(Order(path, "topic", scope, parameters | {"scope": scope}, ("html", "docx"), tmp_path, 300))
        assert (made.status, made.reason) == ("made", "")
        page = (tmp_path / scope / "topic.html").read_text(encoding="utf-8")
        assert f"{name}物业行业工会覆盖专题" in page and "盲区率为" in page and 'data-fact="2021Q4/' in page and made.record["unsaid"] == []


@pytest.mark.parametrize(("name", "title", "indicator", "said"), [
    ("topic", "专题", "unit_coverage_rate", "笔记本名写作“topic”，应为两位数字加下划线加英文名，例如 45_topic。"),
    ("45_../x", "专题", "unit_coverage_rate", "应为两位数字加下划线加英文名"),
    ("99_speech", "专题", "unit_coverage_rate", "名为“speech”的笔记本已经有了，没有覆盖。"),
    ("45_topic", "专题", "coverage", "没有名为“coverage”的指标。请在 docs/indicators.md 中查指标代码"),
    ("45_topic", "{{ x }}", "unit_coverage_rate", "应为四十字以内的中文，不带数字和符号"),
    ("45_topic", " ", "unit_coverage_rate", "应为四十字以内的中文"),
    ("45_topic", '说"好"', "unit_coverage_rate", "应为四十字以内的中文"),
    ("45_topic", "三\'\'\'引", "unit_coverage_rate", "应为四十字以内的中文"),
    ("45_topic", "反\\斜", "unit_coverage_rate", "应为四十字以内的中文"),
    ("45_topic", "【图：地图】", "unit_coverage_rate", "应为四十字以内的中文"),
    ("45_topic", "\u200b\u202e题", "unit_coverage_rate", "应为四十字以内的中文"),
])  # fmt: skip
def test_mistakes_are_said(name, title, indicator, said, tmp_path):
    nbformat.write(nbformat.v4.new_notebook(metadata={"workbench": {"document": "speech", "name": "讲话稿", "scopes": ["city"]}}), tmp_path / "70_speech.ipynb")
    with pytest.raises(ParameterError) as error:
        new_notebook(name, title, indicator, folder=tmp_path)
    assert said in error.value.sentence and [p.name for p in tmp_path.iterdir()] == ["70_speech.ipynb"]


def test_a_mistake_in_the_text_names_document_and_line(drawn):
    from analysis.briefings import topic
    from analysis.runs.package import open_package

    package = open_package(str(build_package(drawn, "2021Q4")), "2021Q4")
    with pytest.raises(TemplateError, match=r"模板 own.j2 第 3 行：没有名为“单位覆盖律”的指标或分组，是不是“单位覆盖率”"):
        topic.write(package, "own", "专题", "标题：专题\n\n覆盖率为{{ 本地.单位覆盖律 }}。")
    with pytest.raises(TemplateError, match="“热图”不是这份文稿的图表。可用的是：地图、排序、分地区"):
        topic.write(package, "own", "专题", "标题：专题\n\n【图：热图】")
