"""One speech in three formats: facts, words, geometry, safety, repeatability."""

from __future__ import annotations

import io
import json
import re
import zipfile

import docx as python_docx
import nbformat
import pypdfium2
import pytest
from finished import story
from lxml import etree
from sample import DISTRICTS, HOSTILE, LONG, speech

from analysis.errors import SettingsError
from analysis.publishing import blocks as b
from analysis.publishing.conformance.pdf_pages import read_paper
from analysis.publishing.document import prepare
from analysis.publishing.docx import FACTS_NAMESPACE, render_docx
from analysis.publishing.html import render_html
from analysis.publishing.pdf import render_pdf
from analysis.publishing.schema import MIME

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LITERAL = [text.replace("\x01", "〔U+0001〕").replace("\u202e", "〔U+202E〕") for text in HOSTILE]


def opened(data: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(data)


def pages_of(data: bytes) -> list[str]:
    with opened(data) as file:
        texts = []
        for number in range(len(file)):
            words = file[number].get_textpage()
            texts.append(words.get_text_range())
            words.close()
        return texts


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def body_of(word: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(word)) as file:
        return etree.fromstring(file.read("word/document.xml"))


def test_every_fact_id_is_in_every_format(document, page, pdf, word):
    assert len(document.shown) == 2 + 12 + 8
    assert all(f'data-fact="{fact}"' in page for fact in document.shown)
    with opened(pdf[0]) as file:
        attached = json.loads(bytes(file.get_attachment(0).get_data()))
    assert attached["shown"] == list(document.shown)
    tags = {tag.get(f"{W}val") for tag in body_of(word).iter(f"{W}tag")}
    in_text = {run["fact"] for block in document.body for run in _runs(block) if run.get("fact")}
    assert tags == in_text
    with zipfile.ZipFile(io.BytesIO(word)) as file:
        saved = etree.fromstring(file.read("customXml/facts.xml"))
    assert set(document.shown) <= {fact.get("id") for fact in saved.iter(f"{{{FACTS_NAMESPACE}}}fact")}


def _runs(block):
    from analysis.publishing.document import all_runs

    return all_runs(block)


def test_the_sentences_can_be_read_back(page, pdf, word):
    text = re.sub(r"—\d+—", "", squeeze("".join(pages_of(pdf[0]))).replace("内部资料注意保存演示数据", ""))
    paragraphs = squeeze("".join(body_of(word).itertext()))
    for sentence in ("同志们：", LONG, "盲区单位仍有1332家", "全市单位覆盖率为45.9%", "经开区台账缺报，本文不作推测。", *DISTRICTS):
        assert squeeze(sentence) in text
        assert squeeze(sentence) in paragraphs
    assert "同志们：" in page and '<data class="fact" value="1332" data-fact="2021Q3/990000/all/blind_unit_count"' in page


def test_hostile_names_come_out_as_they_are(page, pdf, word):
    seen = {"pdf": squeeze("".join(pages_of(pdf[0]))), "docx": squeeze("".join(body_of(word).itertext()))}
    tree = etree.HTML(page)
    seen["html"] = squeeze("".join(tree.find("body").itertext()))
    for name in LITERAL:
        for kind, text in seen.items():
            assert squeeze(name) in text, kind
    assert not tree.findall(".//script")


def test_a_character_no_font_has_is_named_and_recorded(pdf):
    assert "〔U+20BB7〕田公司" in squeeze("".join(pages_of(pdf[0])))
    assert pdf[1]["missing"] == [{"character": "𠮷", "code": "U+20BB7", "count": 1}]
    assert {font["role"]: font["family"] for font in pdf[1]["fonts"]} | {"hei": "Noto Sans SC"} == {
        "title": "Noto Serif SC", "body": "Noto Serif SC", "hei": "Noto Sans SC", "kai": "Noto Serif SC", "song": "Noto Serif SC"}  # fmt: skip


def test_demo_and_label_stand_on_every_page(pdf, word, page):
    for text in pages_of(pdf[0]):
        assert "演示数据" in text and "内部资料 注意保存" in text
    section = python_docx.Document(io.BytesIO(word)).sections[0]
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text == "内部资料 注意保存\t演示数据"
    assert 'class="banner demo"' in page and 'class="banner incomplete"' in page


def test_real_documents_carry_no_demo_mark():
    document = prepare([b.meta("brief", "简报", "2021Q3"), b.title("简报"), b.paragraph("正文")])
    assert "演示数据" not in render_html(document)[0]
    assert "演示数据" not in "".join(pages_of(render_pdf(document)[0]))


def test_page_holds_22_lines_of_28_characters():
    data, _record = render_pdf(prepare([b.meta("grid", "网格", "2021Q3"), b.paragraph("永" * 28 * 60)]))
    with opened(data) as file:
        assert [round(side * 25.4 / 72) for side in file[0].get_size()] == [210, 297]
        words = file[0].get_textpage()
        boxes = [words.get_charbox(i) for i in range(words.count_chars()) if words.get_text_range(i, 1) == "永"]
        words.close()
    rows: dict[int, list[float]] = {}
    for left, bottom, _right, _top in boxes:
        rows.setdefault(round(bottom), []).append(left)
    bottoms = sorted(rows, reverse=True)
    assert len(bottoms) == 22
    assert [len(rows[y]) for y in bottoms] == [26] + [28] * 21
    assert (bottoms[0] - bottoms[-1]) / 21 == pytest.approx(28.99, abs=0.06)
    lefts = sorted(rows[bottoms[1]])
    assert (lefts[-1] - lefts[0]) / 27 == pytest.approx(156 / 28 * 72 / 25.4, abs=0.02)
    assert lefts[0] * 25.4 / 72 == pytest.approx(28, abs=0.7)


def test_folios_stand_outside_on_odd_and_even_pages(pdf):
    with opened(pdf[0]) as file:
        for number, expected in ((0, "right"), (1, "left")):
            words = file[number].get_textpage()
            finder = words.search(f"— {number + 1} —")
            at, _count = finder.get_next()
            left = words.get_charbox(at)[0] * 25.4 / 72
            finder.close()
            words.close()
            assert (left > 150) == (expected == "right")


def test_a_long_table_repeats_its_header_and_a_heading_never_ends_a_page():
    table = b.table(["区县", "单位数"], [[f"第{i}街道", str(i)] for i in range(90)], caption="街道情况")
    filler = [b.paragraph("永" * 26) for _ in range(21)]
    texts = pages_of(render_pdf(prepare([b.meta("t", "表", "2021Q3"), *filler, b.heading(1, "一、街道"), b.paragraph("如下。"), table]))[0])
    assert "一、街道" not in texts[0] and "一、街道" in texts[1]
    assert len(texts) > 3 and all("单位数" in text for text in texts[1:])


def test_wide_table_stands_on_a_turned_page():
    table = b.table([f"指标{i}" for i in range(18)], [["12345.67"] * 18], caption="宽表")
    document = prepare([b.meta("t", "表", "2021Q3"), b.paragraph("前文"), table, b.paragraph("后文")])
    with opened(render_pdf(document)[0]) as file:
        sizes = [file[number].get_size() for number in range(len(file))]
    assert [width > height for width, height in sizes] == [False, True, False]
    assert len(python_docx.Document(io.BytesIO(render_docx(document)[0])).sections) == 3


def test_page_fetches_nothing(page):
    assert set(re.findall(r"https?://[^\"'\s<>]+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in page and '<html lang="zh-CN">' in page and "default-src 'none'" in page
    tree = etree.HTML(page)
    assert not tree.xpath("//@onclick|//link|//iframe|//@src[not(starts-with(., 'data:'))]")
    assert len(tree.xpath("//figure/figcaption")) == 2 and len(tree.xpath("//thead//th[@scope='col']")) == 8


def test_same_blocks_give_the_same_bytes(page, pdf, word):
    again = prepare(speech())
    assert render_html(again)[0] == page
    assert render_pdf(again)[0] == pdf[0]
    assert render_docx(again)[0] == word


def test_word_file_is_set_as_the_rules_ask(word):
    file = python_docx.Document(io.BytesIO(word))
    section = file.sections[0]
    sides = (section.page_width, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [210, 37, 35, 28, 26]
    grid = section._sectPr.find(f"{W}docGrid")
    assert (grid.get(f"{W}type"), grid.get(f"{W}linePitch")) == ("lines", "579")
    styles = [paragraph.style.name for paragraph in file.paragraphs]
    assert {"Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Caption"} <= set(styles)
    root = body_of(word)
    assert len(root.findall(f".//{W}tblHeader")) == 2 and len(root.findall(f".//{W}cantSplit")) == 13 + 3  # the annex has a row for each of its two indicators
    assert [inline.docPr.get("descr") for inline in file.inline_shapes._inline_lst] == ["各区县单位覆盖率条形图，临江区最高", "盲区分布示意图"]
    assert file.core_properties.modified.isoformat().startswith("2021-09-30")


def test_fact_tags_fit_word():
    long_id = "2021Q3/990101001002/above_scale_enterprise/matter_wage_deliberated_count_qoq_abs"
    document = prepare([b.paragraph("有", b.run("3", fact=long_id), "家")])
    tags = [tag.get(f"{W}val") for tag in body_of(render_docx(document)[0]).iter(f"{W}tag")]
    assert len(tags) == 1 and len(tags[0]) == 64 and tags[0].startswith("2021Q3/990101001002/")


@pytest.mark.parametrize("kind", ["html", "pdf", "docx", "pptx"])
def test_exporters_are_registered(kind):
    from nbconvert.exporters import get_exporter

    output = nbformat.v4.new_output("display_data", data={MIME: {"version": 1, "blocks": story()}})
    cell = nbformat.v4.new_code_cell("show()", outputs=[output])
    made, resources = get_exporter(f"workbench-{kind}")().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert resources["output_extension"] == f".{kind}"
    assert resources["workbench"]["format"] == kind and resources["workbench"]["facts"] == list(prepare(story()).shown)
    assert made[:4] == {"html": "<!DO", "pdf": b"%PDF", "docx": b"PK\x03\x04", "pptx": b"PK\x03\x04"}[kind]


@pytest.fixture
def own_fonts(tmp_path):
    """A folder with a 仿宋_GB2312 of one character, cut from a packaged font."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    from analysis.fonts import packaged_fonts

    with TTFont(packaged_fonts()[0]) as font:
        cutter = subset.Subsetter()
        cutter.populate(text="永")
        cutter.subset(font)
        for number in (1, 4, 6, 16):
            font["name"].setName("FangSong_GB2312", number, 3, 1, 0x409)
        font["CFF "].cff.fontNames[0] = "FangSong_GB2312"
        font.save(tmp_path / "fangsong.otf")
    return tmp_path


def test_the_users_fonts_come_first_and_the_packaged_ones_fill_in(own_fonts):
    data, record = render_pdf(prepare([b.meta("f", "字体", "2021Q3"), b.paragraph("永和")]), own_fonts)
    body = next(font for font in record["fonts"] if font["role"] == "body")
    assert body["family"] == "FangSong_GB2312" and record["missing"] == []
    assert "FangSong_GB2312" in str([line.font for line in read_paper(data).lines]) and "永和" in "".join(pages_of(data))


def test_a_broken_font_file_is_named(tmp_path):
    (tmp_path / "坏.ttf").write_bytes(b"no font")
    with pytest.raises(SettingsError, match=r"坏\.ttf 读不懂"):
        render_pdf(prepare([b.paragraph("永")]), tmp_path)
