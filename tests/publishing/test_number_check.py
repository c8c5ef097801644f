"""The number check on finished files: a true one passes in every format, every planted error is caught where it stands."""

from __future__ import annotations

import time

import nbformat
import pytest
from finished import CITY, EAST, FORMATS, ZONE, in_page, in_pdf, in_word, story, written

from analysis.errors import ExportError
from analysis.facts.forms import forms
from analysis.publishing import blocks as b
from analysis.publishing.number_check import check_export, check_file, refuse
from analysis.publishing.number_check.tokens import figures
from analysis.publishing.schema import MIME

HTML_CITY = '">68.1%</data>'


@pytest.fixture(scope="module")
def files():
    return {form: written(form) for form in FORMATS}


@pytest.fixture(scope="module")
def told(files):
    """Return the sentences of both checks on a spoilt file: against the document, and against the record it carries."""

    def check(form: str, data: bytes) -> tuple[list[str], list[str]]:
        document, _ = files[form]
        return [f.sentence for f in check_export(data, form, document)], [f.sentence for f in check_file(data, form)[1]]

    return check


@pytest.mark.parametrize("form", FORMATS)
def test_a_true_file_passes_and_fast(files, told, form):
    assert told(form, files[form][1]) == ([], [])
    started = time.process_time()  # of the second time: the first loads libraries
    told(form, files[form][1])
    assert time.process_time() - started < 0.6, "two checks, 0.3 s each"


@pytest.mark.parametrize("wrong", ["68.2%", "68.14%", "68%", "６８.1%", "六成八", "百分之六十八"])
def test_a_changed_figure_of_a_page_is_caught_where_it_stands(files, told, wrong):
    data = in_page(files["html"][1], ">68.1%</data>", f">{wrong}</data>")
    said = f"“一、总体情况”之下第1段：写的是“{wrong}”，登记的是“68.1%”（全市单位覆盖率 2021Q3/990100/all/unit_coverage_rate）"
    for sentences in told("html", data):
        assert said in sentences


@pytest.mark.parametrize("wrong", ["68.2%", "68.14%", "６８.1%", "六成八"])
def test_a_changed_figure_of_a_word_file_is_caught(files, told, wrong):
    data = in_word(files["docx"][1], ">68.1%<", f">{wrong}<")
    said = f"“一、总体情况”之下第1段：写的是“{wrong}”，登记的是“68.1%”（全市单位覆盖率 2021Q3/990100/all/unit_coverage_rate）"
    for sentences in told("docx", data):
        assert said in sentences


@pytest.mark.parametrize("wrong", ["68.2%", "68.14%", "６８.1%", "六成八"])
def test_a_changed_figure_of_a_pdf_is_caught(files, told, wrong):
    def change(blocks):
        blocks[4] = b.paragraph(*(r | {"text": wrong} if r.get("fact") == CITY.id else r for r in blocks[4]["runs"]))
        return blocks

    for sentences in told("pdf", in_pdf(files["pdf"][1], change)):
        assert any(s.startswith("“一、总体情况”之下第1段：应为“68.1%”，现为") for s in sentences), sentences


def test_two_figures_swapped_are_caught_in_every_format(files, told):
    east, zone = EAST.text, ZONE.text

    def swap(blocks):
        rows = blocks[7]["rows"]
        rows[0][1], rows[1][1] = rows[1][1], rows[0][1]
        return blocks

    page = in_page(in_page(in_page(files["html"][1], f">{east}</data>", ">@</data>"), f">{zone}</data>", f">{east}</data>"), ">@</data>", f">{zone}</data>")
    word = in_word(in_word(in_word(files["docx"][1], f">{east}<", ">@<"), f">{zone}<", f">{east}<"), ">@<", f">{zone}<")
    for form, data in (("html", page), ("docx", word)):
        for sentences in told(form, data):
            assert f"第1个表第1行第2列：写的是“{zone}”，登记的是“{east}”（东山区单位覆盖率 {EAST.id}）" in sentences
            assert f"第1个表第2行第2列：写的是“{east}”，登记的是“{zone}”（第3工业园单位覆盖率 {ZONE.id}）" in sentences
    for sentences in told("pdf", in_pdf(files["pdf"][1], swap)):
        assert any(s.startswith("第1个表第1行第2列：应为“74.7%”，现为“58.6%”") for s in sentences), sentences


def test_figures_swapped_with_their_ids_are_still_in_each_others_place(files, told):
    swapped = story()
    rows = swapped[7]["rows"]
    rows[0][1], rows[1][1] = rows[1][1], rows[0][1]
    for form in ("html", "docx"):
        sentences = told(form, written(form, swapped)[1])[0]
        assert any(s.startswith("第1个表第") and "单位覆盖率" in s and "此处" in s for s in sentences), sentences


@pytest.mark.parametrize(
    "sentence", ["盲区单位866家。", "覆盖率达68.1%。", "约三成单位没有工会。", "有百分之六十八的单位。", "新建一百二十家。", "共８家。", "第①类"]
)
@pytest.mark.parametrize("form", FORMATS)
def test_a_number_typed_into_a_template_fails_the_export(form, sentence):
    document, data = written(form, story(sentence))
    with pytest.raises(ExportError, match="数字核对没有通过") as refused:
        refuse(check_export(data, form, document), f"brief.{form}")
    assert refused.value.sentence.startswith(f"brief.{form} 的数字核对没有通过（1处）：“1.各地情况”之下第2段：“{figures(sentence)[0]}”没有登记")
    assert check_file(data, form)[1], "the delivered file says so too"


def test_a_tag_taken_from_a_figure_leaves_a_stray_number(files, told):
    page = in_page(files["html"][1], f'data-fact="{CITY.id}"', "data-old", 1)
    word = in_word(files["docx"][1], f'w:tag w:val="{CITY.id}"', 'w:tag w:val="x"')
    said = "“一、总体情况”之下第1段：“68.1%”没有登记（“…全市单位覆盖率为68.1%，盲区单位还有…”），既不是事实数据，也没有标注为日期、序数、阈值、法规或名称"
    assert [s for s in told("html", page)[1] if "没有登记" in s] == [said]
    assert any(s.startswith("“一、总体情况”之下第1段：“68.1%”标的数据编号 x 不在本文件的数据记录里") for s in told("docx", word)[1])


def test_a_content_control_removed_in_word_is_found(files, told):
    import re

    text = re.search(r"<w:sdt>(?:(?!</w:sdt>).)*?" + re.escape(CITY.id) + r".*?<w:sdtContent>(.*?)</w:sdtContent></w:sdt>", _document(files), re.S)
    data = in_word(files["docx"][1], text[0], text[1])
    own = told("docx", data)[1]
    assert any(s.startswith("“一、总体情况”之下第1段：“68.1%”没有登记") for s in own)
    assert any("此处原有“68.1%”" in s for s in own)


def _document(files):
    import io
    import zipfile

    return zipfile.ZipFile(io.BytesIO(files["docx"][1])).read("word/document.xml").decode()


def test_a_label_inside_a_drawing_is_checked(files, told):
    page = files["html"][1].decode()
    at = page.index(">74.7%</text>")
    spoilt = (page[:at] + ">74.8%</text>" + page[at + len(">74.7%</text>") :]).encode()
    for sentences in told("html", spoilt):
        assert f"第1幅图图中文字：写的是“74.8%”，登记的是“74.7%”（东山区单位覆盖率 {EAST.id}）" in sentences


@pytest.mark.parametrize("form", ["html", "docx"])
def test_an_alternative_text_is_checked(files, told, form):
    old, new = "最高为东山区 74.7%", "最高为东山区 74.9%"
    data = in_page(files[form][1], old, new, 9) if form == "html" else in_word(files[form][1], old, new)
    against_document, own = told(form, data)
    assert "第1幅图的替代文字：应为“74.7%”，现为“74.9%”" in against_document
    assert any(s.startswith("第1幅图的替代文字：“74.9%”没有登记") for s in own)


def test_captions_notes_headers_and_properties_are_checked(files, told):
    word = files["docx"][1]
    for old, new, member, where in (
        (">各区县单位覆盖率<", ">各区县单位覆盖率12.5%<", "word/document.xml", "图表题"),
        ("<dc:title>工会覆盖情况", "<dc:title>工会覆盖情况99家", "docProps/core.xml", "文件属性“标题”"),
        (">内部资料 注意保存<", ">内部资料 77份<", "word/header1.xml", "页眉"),
    ):
        own = told("docx", in_word(word, old, new, member))[1]
        assert any(s.startswith(where) and "没有登记" in s for s in own), (where, own)
    page = in_page(files["html"][1], "<title>工会覆盖情况", "<title>工会覆盖情况99家")
    assert any(s.startswith("网页标题 <title>：“99”没有登记") for s in told("html", page)[1])


def test_another_picture_in_the_place_of_the_drawn_one_is_refused(files, told):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(files["docx"][1])) as file:
        name = next(n for n in file.namelist() if n.startswith("word/media/"))
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            for member in file.namelist():
                target.writestr(member, file.read(member) + (b"\x00" if member == name else b""))
    for sentences in told("docx", made.getvalue()):
        assert sentences == ["第1幅图：图片被换过，不是按登记数据画出的那一幅"]


def test_a_png_that_was_not_drawn_with_its_svg_is_refused():
    from sample import png

    blocks = story()
    blocks[8]["png"] = png()
    document, data = written("docx", blocks)
    assert [f.sentence for f in check_export(data, "docx", document)] == [
        "第1幅图：PNG 图片和 SVG 图不是同一次画出的，图中数字无从核对。请用同一个绘图结果生成两者"
    ]


def test_a_mark_cannot_hide_a_statistic():
    document, data = written("docx", [*story(), b.paragraph("还有", b.mark("1234家", "name"), "。")])
    assert [f.sentence[:40] for f in check_export(data, "docx", document)] == ["“1.各地情况”之下第3段：“1234家”标注为 name，但不是这一类的写法（种"[:40]]
    with pytest.raises(ExportError, match="数字标注的种类“guess”不认识"):
        b.paragraph(b.mark("12", "guess"))


def test_a_record_that_contradicts_its_own_parts_is_refused(files, told):
    data = in_page(files["html"][1], '"numerator":1852', '"numerator":1899', 1)
    assert any(
        s.startswith("数据记录：全市单位覆盖率 2021Q3/990100/all/unit_coverage_rate 记为“68.1%”，按分子、分母应为“69.9%”") for s in told("html", data)[1]
    )


def test_the_declared_forms_of_a_fact():
    from finished import BLANK, WORKERS

    assert forms(CITY.as_record()) == {"text": "68.1%", "figure": "68.1", "share": "1852/2718", "spoken": "百分之六十八点一"}
    said = {"spoken": "十二万三千四百五十六", "spoken_wan": "十二点三万"}
    assert forms(WORKERS.as_record()) == {"text": "123456", "figure": "123456", "signed": "+123456", "wan": "12.3万"} | said
    assert forms(BLANK.as_record()) == {"text": "—"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一家一策，三点意见，十分重要，千方百计，万众一心", []),
        ("二十五人以上、一百二十家、三百余户", ["二十五", "一百二十", "三百"]),
        ("三成、七成半、三分之二、百分之六十八点一、翻两番、两倍", ["三成", "七成半", "三分之二", "百分之六十八点一", "翻两番", "两倍"]),
        ("完成、一成不变、成立", []),
        ("１２家、①、½、1,234人、45.9％", ["１２", "①", "½", "1,234", "45.9％"]),
        ("二〇二一年", ["二〇二一年"]),
    ],
)
def test_what_counts_as_a_figure(text, found):
    assert figures(text) == found


def test_a_file_that_is_not_ours_is_told_so(tmp_path):
    with pytest.raises(ExportError, match="不是完好的 Word 文档"):
        check_file(b"no zip", "docx")
    with pytest.raises(ExportError, match="没有工作台的数据记录"):
        check_file(b"<html><body><main></main></body></html>", "html")
    with pytest.raises(ExportError, match="不是完好的 PDF"):
        check_file(b"%PDF-", "pdf")
    with pytest.raises(ExportError, match=r"不会核对 \.txt 文件"):
        check_file(b"", "txt")


@pytest.mark.parametrize("form", FORMATS)
def test_whoever_calls_the_exporter_gets_a_checked_file_or_none(form):
    from nbconvert.exporters import get_exporter

    def notebook(*extra):
        blocks = {"version": 1, "blocks": story(*extra)}
        output = nbformat.v4.new_output("display_data", {MIME: blocks, "text/html": ""})
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])

    made, _ = get_exporter(f"workbench-{form}")().from_notebook_node(notebook(), {"metadata": {"name": "brief"}})
    assert made
    with pytest.raises(ExportError, match=f"^brief.{form} 的数字核对没有通过（1处）"):
        get_exporter(f"workbench-{form}")().from_notebook_node(notebook("盲区单位866家。"), {"metadata": {"name": "brief"}})
