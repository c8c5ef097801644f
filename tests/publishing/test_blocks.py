"""Blocks: what the makers make, what is refused, what a notebook gives back."""

from __future__ import annotations

import nbformat
import pytest
from sample import png, table_block

from analysis.errors import ExportError
from analysis.facts import Fact
from analysis.publishing import blocks as b
from analysis.publishing.document import prepare
from analysis.publishing.layout import em, plan_table, title_lines
from analysis.publishing.schema import MIME, check_block
from analysis.publishing.svg import clean_svg


def made_fact() -> Fact:
    return Fact("2021Q3", "city", "990000", "临州市", "all", "blind_unit_count", 1332, "count")


def notebook(*cells) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def shown(*blocks, tags=()) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("display_data", data={MIME: {"version": 1, "blocks": list(blocks)}})
    return nbformat.v4.new_code_cell("show()", outputs=[output], metadata={"tags": list(tags)})


def test_text_is_made_of_strings_facts_and_marks():
    got = b.paragraph("盲区", made_fact(), "家，", b.mark("25人", "threshold"))["runs"]
    assert got == [{"text": "盲区"}, {"text": "1332", "fact": "2021Q3/990000/all/blind_unit_count"}, {"text": "家，"}, {"text": "25人", "mark": "threshold"}]


def test_a_bare_number_is_refused():
    with pytest.raises(ExportError, match="须先登记为 Fact"):
        b.paragraph("盲区", 1332)


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"type": "chart"}, "不认识的内容块类型“chart”"),
        ({"type": "paragraph"}, "缺少字段 runs"),
        ({"type": "heading", "level": 5, "runs": []}, "应为 1 至 4"),
        ({"type": "paragraph", "runs": [{"text": "a", "href": "x"}]}, "不认识的字段 href"),
        ({"type": "table", "columns": [{"runs": []}], "rows": [[]]}, "第 1 行却有 0 格"),
        ({"type": "figure", "svg": "<svg/>", "alt": " "}, "没有替代文字"),
    ],
)
def test_a_wrong_block_is_named(block, sentence):
    with pytest.raises(ExportError, match=sentence):
        check_block(block)


def test_notebook_gives_its_blocks_without_hidden_cells():
    got = b.read_blocks(notebook(
        nbformat.v4.new_markdown_cell("# 笔记本标题\n\n## 一、情况\n总体**平稳**，\n有进展。\n\n- 甲\n- 乙"),
        nbformat.v4.new_markdown_cell("给维护者的话", metadata={"tags": ["remove-cell"]}),
        shown(b.title("不该出现"), tags=["parameters"]),
        shown(b.title("讲话标题"), b.paragraph("正文")),
    ))  # fmt: skip
    assert [block["type"] for block in got] == ["heading", "paragraph", "paragraph", "paragraph", "title", "paragraph"]
    assert got[1]["runs"] == [{"text": "总体"}, {"text": "平稳", "bold": True}, {"text": "，有进展。"}]


def test_markdown_title_serves_where_no_code_shows_one():
    assert b.read_blocks(notebook(nbformat.v4.new_markdown_cell("# 标题")))[0]["type"] == "title"


def test_an_unrun_notebook_is_refused():
    with pytest.raises(ExportError, match="没有可以导出的内容"):
        b.read_blocks(notebook(nbformat.v4.new_code_cell("1")))


def test_show_displays_bundle_and_preview(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
    b.show(b.paragraph("<b>甲</b>", made_fact()), [b.page_break()])
    (data,) = displayed
    assert data[MIME] == {"version": 1, "blocks": [b.paragraph("<b>甲</b>", made_fact()), {"type": "page_break"}]}
    assert "&lt;b&gt;甲&lt;/b&gt;" in data["text/html"]
    assert 'data-fact="2021Q3/990000/all/blind_unit_count"' in data["text/html"]


def test_captions_are_numbered_unless_they_are():
    figure = b.figure("图", png=png(), caption="分布")
    document = prepare([table_block(), figure, b.figure("图", png=png(), caption="图9 另有编号"), figure])
    assert [block.get("number") for block in document.body] == [1, 1, None, 2]


def test_skipped_heading_levels_are_drawn_as_asked_and_counted_without_the_gap():
    document = prepare([b.heading(2, "（一）甲"), b.heading(4, "（1）乙"), b.heading(1, "一、丙")])
    assert [(block["level"], block["depth"]) for block in document.body] == [(2, 1), (4, 2), (1, 1)]


def test_wide_tables_shrink_then_turn():
    def plan(count):
        return plan_table(b.table([f"指标名称{i}" for i in range(count)], [["123456.78"] * count]))

    assert (plan(5).size_pt, plan(5).is_turned) == (10.5, False)
    assert (plan(9).size_pt < 10.5, plan(9).is_turned) == (True, False)
    assert plan(13).is_turned
    assert sum(plan(13).widths_mm) == pytest.approx(225, abs=0.2)


def test_long_titles_break_after_a_particle():
    lines = title_lines("在全市工会“强补增”重点工作推进会暨第三季度工作调度会议上的讲话")
    assert len(lines) == 2 and all(em(line) <= 20 for line in lines)
    assert "".join(lines) == "在全市工会“强补增”重点工作推进会暨第三季度工作调度会议上的讲话"


def test_svg_loses_scripts_and_outside_addresses_and_keeps_drawing():
    svg = ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="10" height="5"><image x:href="http://a/b.png"/>'
           '<a x:href="javascript:1"><text id="k" onclick="1">甲&amp;乙</text></a><use x:href="#k"/>'
           '<rect style="fill:url(#k)"/><script>1</script></svg>')  # fmt: skip
    got, ratio = clean_svg(svg, "f1", ["k"])
    assert ratio == 0.5
    assert "http://a" not in got and "javascript" not in got and "onclick" not in got and "script" not in got
    assert 'id="f1-k"' in got and 'data-fact="k"' in got and 'href="#f1-k"' in got and "url(#f1-k)" in got and "甲&amp;乙" in got


def test_a_broken_svg_is_named():
    with pytest.raises(ExportError, match="SVG 读不懂"):
        clean_svg("<svg", "f")
