import nbformat
import pytest

from analysis.errors import ParameterError, TemplateError, WorkbenchError
from analysis.runs.jobs import broken_sentences
from analysis.runs.notebook import Order, check_parameters, execute, run_job
from analysis.wording.engine import Engine

STORY = """
from analysis.publishing import blocks
blocks.show(blocks.meta("small", "小文稿", quarter, scope="city", scope_name="全市", as_of="2021-09-30", label="内部资料 注意保存", demo=True, map_use="internal",
                        city_name="全市", incomplete=[]), blocks.paragraph("一段话。"))
"""


def test_unknown_parameters_stop_the_run(notebook):
    with pytest.raises(ParameterError, match=r"^传入了参数 yaer；笔记本 70_small.ipynb 只接受 quarter。请核对参数名。$"):
        check_parameters(notebook("x = 1"), {"yaer": "2021"})


def test_mistyped_parameters_stop_the_run(notebook):
    path = notebook("x = 1", parameters='scope: str = "010101"')
    with pytest.raises(ParameterError, match=r"^笔记本 70_small.ipynb 的参数 scope 应为 str，传入的是 10101。"):
        check_parameters(path, {"scope": 10101})


def test_a_notebook_without_parameters_cell_is_refused(notebook):
    with pytest.raises(ParameterError, match="没有标为 parameters 的单元格"):
        check_parameters(notebook("x = 1", parameters=None), {"quarter": "2021Q3"})


def test_codes_stay_text(notebook, tmp_path):
    path = notebook("print(repr(scope))", parameters='scope: str = ""')
    execute(path, {"scope": "010101"}, tmp_path / "done.ipynb")
    assert nbformat.read(tmp_path / "done.ipynb", 4).cells[-1].outputs[0].text == "'010101'\n"


def test_a_failing_notebook_says_where_and_keeps_its_evidence(notebook, tmp_path):
    path = notebook("from analysis.errors import StoryError", 'raise StoryError("没有名为“x”的指标。")')
    with pytest.raises(WorkbenchError, match=r"^笔记本 70_small.ipynb 在第 .* 个代码单元格出错：没有名为“x”的指标。"):
        execute(path, {}, tmp_path / "failed.ipynb")
    assert (tmp_path / "failed.ipynb").is_file()


def test_a_job_leaves_whole_files_or_none(notebook, tmp_path):
    base = tmp_path / "2021Q3"
    base.mkdir()
    done = run_job(Order(notebook(STORY), "small", "city", {"quarter": "2021Q3"}, ("html", "pdf", "docx"), base, 120))
    assert (done.status, done.reason) == ("made", "")
    assert sorted(done.files) == ["city/small.docx", "city/small.html", "city/small.pdf", "notebooks/city/small.ipynb"]
    assert sorted(p.name for p in base.iterdir()) == ["city", "notebooks"]


def test_what_was_left_unsaid_is_recorded_and_said(notebook, tmp_path):
    base = tmp_path / "2021Q3"
    base.mkdir()
    blank = {"template": "speech.j2", "line": 9, "text": "甲…家。", "reason": "甲：无数据", "facts": []}
    broken = {"template": "speech.j2", "line": 45, "text": "乙。", "reason": "…", "facts": [], "rule": "superlative"}
    story = STORY.replace('blocks.paragraph("一段话。")', f'blocks.paragraph("一段话。"), blocks.facts([]) | {{"unsaid": {[blank, broken]}}}')
    done = run_job(Order(notebook(story), "small", "city", {"quarter": "2021Q3"}, ("html",), base, 120))
    assert done.record["unsaid"] == [blank, broken], done.reason
    assert broken_sentences("全市讲话稿", done) == ["全市讲话稿：有 1 句话与数字不符，没有写入（模板 speech.j2 第 45 行：最高最多须属实），请改模板后重跑。"]
    done.record["unsaid"] = [blank]
    assert broken_sentences("全市讲话稿", done) == []


def test_a_failed_job_costs_only_itself(notebook, tmp_path):
    base = tmp_path / "2021Q3"
    base.mkdir()
    done = run_job(Order(notebook("1 / 0"), "small", "city", {"quarter": "2021Q3"}, ("html",), base, 120))
    assert (done.status, done.files) == ("failed", [])
    assert done.reason.endswith("出错：division by zero")
    assert [p.relative_to(base).as_posix() for p in base.rglob("*") if p.is_file()] == ["notebooks/city/small.failed.ipynb"]


def test_a_number_typed_into_a_document_fails_its_job_and_leaves_no_file(notebook, tmp_path):
    base = tmp_path / "2021Q3"
    base.mkdir()
    typed = 'from analysis.publishing import blocks as b\nb.show(b.title("通报"), b.paragraph("本季新建工会99家。"))'
    done = run_job(Order(notebook(typed), "small", "city", {"quarter": "2021Q3"}, ("html", "docx"), base, 120))
    assert (done.status, done.files) == ("failed", [])
    assert done.reason.startswith("small.html 的数字核对没有通过（1处）：“通报”之下第1段：“99”没有登记（“…本季新建工会99家。…”）")
    assert [p.relative_to(base).as_posix() for p in base.rglob("*") if p.is_file()] == ["notebooks/city/small.failed.ipynb"]


def test_a_spoiled_template_tells_file_and_line_through_the_notebook(notebook, tmp_path):
    (tmp_path / "spoiled.j2").write_text("各地情况。\n\n{% sentence %}覆盖率为{{ 全市.单位复盖率 }}。{% endsentence %}\n", encoding="utf-8")
    path = notebook(f"from analysis.wording.engine import Engine\nEngine(None, {str(tmp_path)!r}).render('spoiled.j2')")
    with pytest.raises(WorkbenchError, match=r"出错：模板 spoiled.j2 第 3 行：用到了没有的名字“全市”。请改正后重试。$"):
        execute(path, {}, tmp_path / "failed.ipynb")
    with pytest.raises(TemplateError) as refused:
        Engine(None, tmp_path).render("spoiled.j2")
    assert refused.value.__cause__ is None and refused.value.__suppress_context__, "IPython breaks off over frames of a template and shows nothing"


def test_a_kernel_that_ends_before_its_first_word_is_started_once_more():
    from analysis.runs.notebook import NO_FIRST_WORD, _with_a_second_start

    said = []

    def execute(word):
        said.append(word)
        if len(said) == 1:
            raise RuntimeError(NO_FIRST_WORD)

    _with_a_second_start(execute, "once")
    assert said == ["once", "once"]
    with pytest.raises(RuntimeError, match="something else"):
        _with_a_second_start(lambda: (_ for _ in ()).throw(RuntimeError("something else")))
