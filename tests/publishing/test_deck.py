"""The deck: one finding a slide with its exhibit and its notes, nothing past the slide's edge, every planted error caught."""

from __future__ import annotations

import io
import re

import pptx
import pytest
from finished import CITY, EAST, ZONE, count, in_word, rate, story
from pptx.util import Cm, Emu

from analysis.errors import ExportError
from analysis.publishing import blocks as b
from analysis.publishing import deck_pages as room
from analysis.publishing.deck import deck_of, sentences
from analysis.publishing.document import prepare
from analysis.publishing.layout import words
from analysis.publishing.number_check import check_export, check_file
from analysis.publishing.pptx import render_pptx


@pytest.fixture(scope="module")
def document():
    return prepare(story())


@pytest.fixture(scope="module")
def deck(document):
    return render_pptx(document)[0]


def told(data: bytes, document) -> tuple[list[str], list[str]]:
    return [f.sentence for f in check_export(data, "pptx", document)], [f.sentence for f in check_file(data, "pptx")[1]]


def part_with(data: bytes, text: str, folder: str = "ppt/slides/") -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return next(n for n in sorted(file.namelist()) if n.startswith(folder) and n.endswith(".xml") and text in file.read(n).decode())


def opened(data: bytes):
    return pptx.Presentation(io.BytesIO(data))


def test_each_finding_has_its_slide_its_exhibit_and_its_notes(document):
    slides = deck_of(document)
    assert [s.kind for s in slides] == ["cover", "points", "exhibit", "exhibit"]
    cover, whole, table, chart = slides
    assert words(cover.finding) == "工会覆盖情况" and "数据不完整：北岭县没有报送2021年第三季度的台账。" in [words(p) for p in cover.points]
    assert words(whole.finding) == "截至2021年9月30日，全市单位覆盖率为68.1%，盲区单位还有866家，职工12.3万人。"
    assert [words(r[0]["runs"]) for r in whole.exhibit["rows"]] == ["全市单位覆盖率", "全市盲区单位", "全市职工"]
    assert [words(r[1]["runs"]) for r in whole.exhibit["rows"]] == ["68.1%", "866家", "12.3万人"]
    assert words(whole.exhibit["rows"][0][2]["runs"]) == "1852/2718"
    assert table.exhibit["type"] == "table" and chart.exhibit["type"] == "figure"
    assert words(table.said[0]).startswith("25人以上单位建会率另行通报")


def test_an_exhibit_without_text_of_its_own_takes_the_sentence_that_speaks_of_it():
    rows = [[f.region_name, f] for f in (EAST, ZONE)]
    blocks = [b.meta("brief", "通报", "2021Q3", scope_name="全市", city_name="临州市"), b.title("通报"), b.heading(1, "一、排名"), b.paragraph("全市单位覆盖率为", CITY, "。"),
              b.table(["区县", "率"], [["全市", CITY]], caption="全市"), b.table(["区县", "率"], rows, caption="各区县"),
              b.heading(1, "二、差距"), b.paragraph("东山区单位覆盖率为", EAST, "，居前。其中，", ZONE, "的要整改。"), b.facts([CITY, EAST, ZONE])]  # fmt: skip
    slides = deck_of(prepare(blocks))
    assert [words(s.finding) for s in slides[1:3]] == ["全市单位覆盖率为68.1%。", "东山区单位覆盖率为74.7%，居前。"]
    assert words(slides[2].said[0]) == "东山区单位覆盖率为74.7%，居前。"


def test_no_headline_is_borrowed_twice_while_another_sentence_speaks_of_the_table():
    table = lambda caption: b.table(["区县", "率"], [["全市", CITY], ["东山区", EAST]], caption=caption)  # noqa: E731
    blocks = [b.meta("brief", "通报", "2021Q3", scope_name="全市", city_name="临州市"), b.title("通报"), b.heading(1, "一、排名"),
              b.paragraph("全市单位覆盖率为", CITY, "，东山区为", EAST, "。"), table("甲"), table("乙"), table("丙"), b.heading(1, "二、别处"), b.paragraph("东山区", EAST, "居前。"),
              b.heading(1, "三、要求"), b.paragraph("本期不点名。"), b.facts([CITY, EAST])]  # fmt: skip
    slides = deck_of(prepare(blocks))
    assert [words(s.finding) for s in slides[1:4]] == ["全市单位覆盖率为68.1%，东山区为74.7%。", "东山区74.7%居前。", "全市单位覆盖率为68.1%，东山区为74.7%。"]
    assert (words(slides[-1].finding), slides[-1].place, [words(p) for p in slides[-1].points]) == ("三、要求", [], ["本期不点名。"])


def test_a_true_deck_passes_and_is_made_of_text_and_tables(document, deck):
    assert told(deck, document) == ([], [])
    slides = opened(deck).slides
    assert [bool(slide.has_notes_slide and slide.notes_slide.notes_text_frame.text) for slide in slides] == [True] * 4
    assert [slide.shapes.title.text_frame.text for slide in slides][1].startswith("截至2021年9月30日")
    assert [len([s for s in slide.shapes if s.has_table]) for slide in slides] == [0, 1, 1, 0]
    pictures = [s for slide in slides for s in slide.shapes if s.shape_type == 13]
    assert len(pictures) == 1 and "最高为东山区" in pictures[0]._element.nvPicPr.cNvPr.get("descr")
    feet = [[s.text_frame.text for s in slide.shapes if s.name == "页脚"] for slide in slides]
    assert feet == [["来源：市总工会季度工会台账　时点：2021年9月30日　数据不完整，见封面　内部资料 注意保存"]] * 4
    numbers = [s for slide in slides for s in slide.shapes if s.name == "页码"]
    assert all('type="slidenum"' in s._element.xml for s in numbers) and len(numbers) == 4


@pytest.mark.parametrize("wrong", ["68.2%", "68.14%", "６８.1%", "六成八"])
def test_a_changed_figure_is_caught_on_the_slide_and_in_the_notes(document, deck, wrong):
    for folder, where in (("ppt/slides/", "标题“"), ("ppt/notesSlides/", "备注“")):
        data = in_word(deck, ">68.1%<", f">{wrong}<", part_with(deck, ">68.1%<", folder))
        for sentences_ in told(data, document):
            assert any(s.startswith(where) and f"写的是“{wrong}”，登记的是“68.1%”" in s for s in sentences_), (folder, sentences_)


def test_two_cells_swapped_are_caught(document, deck):
    part = part_with(deck, ">第3工业园<")
    east, zone = f">{EAST.text}<", f">{ZONE.text}<"
    data = in_word(in_word(in_word(deck, east, ">@<", part), zone, east, part), ">@<", zone, part)
    for found in told(data, document):
        assert any(f"写的是“{ZONE.text}”，登记的是“{EAST.text}”（东山区单位覆盖率 {EAST.id}）" in s for s in found), found


def test_a_typed_number_a_changed_picture_text_and_a_lost_record_are_told(document, deck):
    changed = opened(deck)
    changed.slides[1].shapes.add_textbox(Cm(1), Cm(1), Cm(5), Cm(1)).text_frame.text = "盲区还有900家"
    made = io.BytesIO()
    changed.save(made)
    assert any("“900”没有登记" in s for s in told(made.getvalue(), document)[1])
    alt = in_word(deck, "最高为东山区 74.7%", "最高为东山区 75.7%", part_with(deck, "最高为东山区 74.7%"))
    assert all(any("75.7%" in s for s in found) for found in told(alt, document))
    with pytest.raises(ExportError, match="没有工作台的数据记录"):
        check_file(in_word(deck, "urn:workbench:facts", "urn:other", "customXml/facts.xml", 9), "pptx")
    with pytest.raises(ExportError, match=r"不是完好的演示文稿（\.pptx）"):
        check_file(b"PK", "pptx")


def test_a_deck_edited_around_its_figures_still_agrees(deck):
    changed = opened(deck)
    run = next(
        r for s in changed.slides[1].shapes if s.has_text_frame for p in s.text_frame.paragraphs for r in p.runs if r.text.startswith("，全市单位覆盖率为")
    )
    run.text = "，同志们，我市单位覆盖率达到"
    made = io.BytesIO()
    changed.save(made)
    assert check_file(made.getvalue(), "pptx")[1] == []


def many(names: list[str]) -> list[dict]:
    facts = [rate(f"9901{n:02d}", name, 7 * n + 1, 9 * n + 30) for n, name in enumerate(names, 1)]
    counts = [count(f.region_code, f.region_name, 1234567, "employee_count", "职工") for f in facts]
    rows = [[n, f.region_name, f, c, f, c, f, c] for n, (f, c) in enumerate(zip(facts, counts, strict=True), 1)]
    rows = [[b.mark(f"第{row[0]}位", "ordinal"), *row[1:]] for row in rows]
    said = [part for f in facts[:9] for part in (f.region_name, "单位覆盖率为", f, "，职工覆盖率另行通报；")]
    heads = ["名次", "区县", *("单位覆盖率（较上季度末）", "职工") * 3]
    return [b.meta("brief", "通报", "2021Q3", scope_name="全市", city_name="临州市", demo=True, incomplete=["北岭县没有报送" * 12]), b.title("关于" + "工会组织建设和规范化工作" * 6 + "的通报"),
            b.heading(1, "一、各地"), b.paragraph(*said, "以上。"), b.paragraph(*said, "以上。"), b.table(heads, rows, caption="各地单位覆盖率", note="率的分母为应建会单位。" * 9),
            b.heading(1, "二、要求"), *(b.paragraph(f"{n}要{'把工会组织建起来、把职工吸收进来' * 2}。") for n in "一二三四五六七八九" * 3), b.facts([*facts, *counts])]  # fmt: skip


@pytest.mark.parametrize("names", [["甲区"], [f"很长很长的区县名称第{'一二三四五六七八九'[n % 9]}开发区" for n in range(60)]])
def test_a_long_table_goes_on_and_nothing_passes_the_edge(names):
    document = prepare(many(names))
    data = render_pptx(document)[0]
    assert told(data, document) == ([], [])
    shown = opened(data)
    tables = [s.table for slide in shown.slides for s in slide.shapes if s.has_table and s.name == "表" and len(s.table.columns) == 8]
    assert sum(len(t.rows) - 1 for t in tables) == len(names) and all(t.cell(0, 1).text == "区县" for t in tables)
    for slide in shown.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= shown.slide_width, shape.name
            assert shape.top + shape.height <= Cm(room.FOOT_TOP_CM) or shape.name in ("页脚", "页码"), (shape.name, Emu(shape.top + shape.height).cm)
            if shape.has_text_frame and shape.name not in ("页脚", "页码"):
                assert needed_cm(shape) <= Emu(shape.height).cm + 0.02, (shape.name, shape.text_frame.text[:40])


def needed_cm(shape) -> float:
    """Return how high a box's text stands, from the sizes written into it."""
    total = 0.0
    for p in shape.text_frame._txBody.iterchildren("{*}p"):
        size = int(re.search(r'sz="(\d+)"', pptx.oxml.xmlchemy.serialize_for_reading(p))[1]) / 100
        indent = int(p.find("{*}pPr").get("marL"))
        after = int(p.find("{*}pPr/{*}spcAft/{*}spcPts").get("val")) / 100 * 2.54 / 72
        total += room.lines_of("".join(t.text for t in p.iter("{*}t")), size, Emu(shape.width - indent).cm) * room.line_cm(size) + after
    return total


def test_sentences_keep_figures_whole():
    runs = [{"text": "甲（见“附件。”）。乙为"}, {"text": "1.5%", "fact": "f"}, {"text": "。丙"}]
    assert [words(s) for s in sentences(runs)] == ["甲（见“附件。”）。", "乙为1.5%。", "丙"]


def test_other_readers_get_no_internal_label():
    blocks = story()
    blocks[0] = blocks[0] | {"label": "", "incomplete": []}
    slides = opened(render_pptx(prepare(blocks))[0]).slides
    assert all("内部资料" not in shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)


def test_fonts_are_named_once_in_the_theme(deck):
    theme = next(r.target_part for r in opened(deck).slide_master.part.rels.values() if r.reltype.endswith("/theme")).blob.decode()
    assert re.findall(r'<a:(?:latin|ea) typeface="([^"]*)"', theme)[:4] == ["微软雅黑"] * 4
    assert "<a:latin" not in opened(deck).slides[1]._element.xml if hasattr(opened(deck).slides[1]._element, "xml") else True
