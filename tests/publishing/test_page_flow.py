"""Text moves up before a figure that would leave a page half empty; nothing else moves, and the numbers of figures keep their order."""

from __future__ import annotations

import io
import re

import docx
import pypdfium2
import pytest
from sample import bar_svg, fact_id, png, record

from analysis.publishing import blocks as b
from analysis.publishing.conformance.pdf_pages import read_paper
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.notices import printed_blocks
from analysis.publishing.page_flow import settled
from analysis.publishing.pdf import render_pdf

TALL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="#8a1c1c"/></svg>'
# reckoned at three lines; takes four
LONGER_THAN_RECKONED = (
    "截至2021年6月30日，盲区单位最多的是甲乙区货栈街道43家、甲乙区新埠头街道41家和丙丁区丙丁街道29家。"
    "按盲区率和盲区单位数两个条件分级，31个乡镇街道为红色，9个为橙色。"
)


def document(*blocks):
    return prepare([b.meta("brief", "题目", "2021Q3"), b.title("题目"), *blocks])


def order(made) -> list[str]:
    kinds = {"paragraph": "p", "heading": "h", "figure": "F", "table": "T", "title": "t"}
    return [kinds[block["type"]] + "".join(r["text"] for r in block.get("runs", []))[:2] for block in settled(made.body)]


def figure(caption: str = "地图", svg: str = TALL, width: float = 140) -> dict:
    return b.figure("一幅方的图", svg=svg, caption=caption, width_mm=width)


def lines(count: int, word: str) -> dict:
    return b.paragraph(word * (28 * count - 2))


def test_text_that_follows_fills_the_page_before_a_tall_figure():
    made = document(lines(10, "甲"), figure(), lines(4, "乙"), b.heading(1, "一、丙"), lines(9, "丁"), lines(9, "戊"))
    assert order(made) == ["t题目", "p甲甲", "p乙乙", "h一、", "p丁丁", "F", "p戊戊"]
    pages = read_paper(render_pdf(made)[0])
    ends = [min(line.y for line in pages.lines if line.page == page and line.part != "running") * 25.4 / 72 for page in (0, 1)]
    assert ends[0] < 35 + 2 * 10.3
    words = "".join(p.text for p in docx.Document(io.BytesIO(render_docx(made)[0])).paragraphs)
    assert words.index("丁丁") < words.index("地图") < words.index("戊戊")


def test_a_figure_that_fits_stays_where_it_is():
    made = document(lines(4, "甲"), figure(), lines(4, "乙"))
    assert order(made) == ["t题目", "p甲甲", "F", "p乙乙"]


def test_no_heading_is_left_before_the_figure_and_figures_keep_their_order():
    made = document(lines(12, "甲"), figure("一图"), lines(3, "乙"), b.heading(1, "一、丙"), figure("二图"), lines(9, "丁"))
    assert order(made) == ["t题目", "p甲甲", "p乙乙", "F", "h一、", "F", "p丁丁"]
    numbers = re.findall(r"图(\d)", "".join(_words(render_pdf(made)[0])))
    assert numbers == ["1", "2"]


def _words(data: bytes):
    with pypdfium2.PdfDocument(data) as file:
        for number in range(len(file)):
            page = file[number].get_textpage()
            yield page.get_text_range()
            page.close()


@pytest.mark.parametrize("word", ["如下", "见下图", "下表"])
def test_text_that_says_it_follows_is_followed_by_it(word):
    made = document(lines(10, "甲"), b.paragraph(f"情况{word}。"), figure(), lines(6, "乙"))
    assert order(made)[2:4] == ["p情况", "F"]


def test_a_note_stays_with_its_figure():
    made = document(lines(10, "甲"), figure(), b.paragraph("注：方的。", style="note"), lines(11, "乙"), lines(9, "丙"))
    assert order(made) == ["t题目", "p甲甲", "p乙乙", "F", "p注：", "p丙丙"]


def test_a_figure_that_lacks_a_little_is_drawn_smaller():
    made = document(lines(9, "甲"), figure(width=125), b.heading(1, "一、乙"))
    shrunk = next(block for block in settled(made.body) if block["type"] == "figure")
    assert 102 < shrunk["width_mm"] < 125
    assert {line.page for line in read_paper(render_pdf(made)[0]).lines if "图1" in line.text} == {0}


def test_a_figure_is_made_smaller_by_more_than_it_lacks_where_a_line_more_than_reckoned_would_throw_it_overleaf():
    for width in (103, 106, 109, 112):
        made = document(lines(6, "甲"), b.paragraph(LONGER_THAN_RECKONED), figure(width=width), b.heading(1, "一、乙"))
        assert {line.page for line in read_paper(render_pdf(made)[0]).lines if "图1" in line.text} == {0}, width


def test_a_table_for_which_a_figure_is_made_smaller_is_not_thrown_overleaf_by_a_line_more_than_reckoned():
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(11)], caption="各区县", note="说明在表下。")
    for width in (63, 66, 69, 72):
        first = next(_words(render_pdf(document(lines(1, "甲"), b.paragraph(LONGER_THAN_RECKONED), figure(width=width), table))[0]))
        assert len(re.findall(r"\d区", first)) >= 8, width


def test_text_passes_figures_that_share_a_page_but_not_more():
    small = figure("二图", width=50)
    made = document(lines(10, "甲"), figure("一图"), small, lines(10, "乙"), lines(9, "丙"))
    assert order(made) == ["t题目", "p甲甲", "p乙乙", "F", "F", "p丙丙"]
    made = document(lines(10, "甲"), figure("一图"), figure("二图"), lines(9, "乙"))
    assert order(made) == ["t题目", "p甲甲", "F", "p乙乙", "F"]


def test_a_little_text_does_not_come_before_a_figure_that_a_smaller_drawing_would_hold():
    made = document(lines(6, "甲"), figure(width=150), b.heading(1, "一、乙"), lines(3, "乙"), b.table(["区县"], [["甲区"]], caption="表"))
    assert order(made)[:4] == ["t题目", "p甲甲", "F", "h一、"]


def test_a_table_without_text_to_fill_the_page_is_parted_with_its_head():
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(12)], caption="各区县")
    made = document(lines(14, "甲"), table)
    assert next(block for block in settled(made.body) if block["type"] == "table")["parted"] is True
    assert all("单位数" in page for page in list(_words(render_pdf(made)[0]))[:2])


def test_a_table_stays_in_its_section_and_no_part_has_less_than_three_rows():
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(8)], caption="各区县")
    made = document(lines(13, "甲"), table, b.heading(1, "一、乙"), lines(9, "丙"))
    assert order(made)[:4] == ["t题目", "p甲甲", "T", "h一、"]
    for above in range(9, 16):
        made = document(lines(above, "甲"), table)
        rows = [len(re.findall(r"\d区", page)) for page in _words(render_pdf(made)[0])]
        assert [n for n in rows if 0 < n < 3] == [], (above, rows)


@pytest.mark.parametrize("count", [6, 8, 14])
def test_the_last_three_rows_of_a_table_stay_together_with_its_note(count):
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(count)], caption="各区县", note="说明在表下。")
    for above in range(4, 20, 2):
        words = list(_words(render_pdf(document(lines(above, "甲"), table))[0]))
        rows = [len(re.findall(r"\d区", page)) for page in words]
        assert sum(rows) == count and [n for n in rows if 0 < n < 3] == [], (above, rows)
        assert all(n and "单位数" in page for n, page in zip(rows, words, strict=True) if "说明在表下" in page), above


def test_the_rows_kept_together_are_rows_like_any_other_to_a_screen_reader():
    table = b.table(["区县", "单位数"], [[f"{n}区" if n else "", str(n)] for n in range(14)], caption="各区县", note="说明在表下。")
    kinds = [e.kind for e in read_paper(render_pdf(document(table))[0]).elements if e.kind.startswith("/T") and e.kind != "/Title"]
    row = ["/TR", "/TH row", "/TD"]
    assert kinds == ["/Table", "/THead", "/TR", "/TH", "/TH", "/TBody", "/TR", "/TD", "/TD", *row * 13]


def test_a_table_of_which_no_row_stands_between_the_kept_ones_is_tagged_like_any_other():
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(6)], caption="各区县", note="说明在表下。")
    row = ["/TR", "/TH row", "/TD"]
    parted = 0
    for above in range(12, 20):
        made = document(lines(above, "甲"), table)
        parted += any(block.get("parted", False) for block in settled(made.body))
        kinds = [e.kind for e in read_paper(render_pdf(made)[0]).elements if e.kind.startswith("/T") and e.kind != "/Title"]
        assert kinds == ["/Table", "/THead", "/TR", "/TH", "/TH", "/TBody", *row * 6], above
    assert parted


def test_a_word_file_keeps_the_same_rows_on_one_page():
    table = b.table(["区县", "单位数"], [[f"{n}区", str(n)] for n in range(14)], caption="各区县", note="说明在表下。")
    rows = docx.Document(io.BytesIO(render_docx(document(table))[0])).tables[0].rows
    kept = [n for n, row in enumerate(rows) if row.cells[0].paragraphs[0].paragraph_format.keep_with_next]
    assert kept == [0, 1, 2, 12, 13, 14]


def test_a_notice_in_its_box_stands_whole_on_a_page():
    box = b.paragraph("盒" * 150, style="notice")
    for above in range(15, 20):
        counts = [page.count("盒") for page in _words(render_pdf(document(lines(above, "甲"), box))[0])]
        assert [n for n in counts if n] == [150], above


def test_a_speech_to_be_read_keeps_its_order():
    made = prepare([b.meta("speech_read", "题目", "2021Q3") | {"reading_pt": 20.0}, b.title("题目"), lines(12, "甲"), figure(), lines(9, "乙")])
    assert [block["type"] for block in printed_blocks(made)][1:] == ["paragraph", "figure", "paragraph"]


def test_figures_of_both_kinds_are_measured():
    made = document(b.figure("图", png=png(60, 30), caption="甲"), b.figure("图", svg=bar_svg(), caption="乙"))
    assert order(made) == ["t题目", "F", "F"]


@pytest.mark.parametrize("each", [600, 2400])
def test_few_rows_taller_than_a_page_go_on_overleaf_and_nothing_is_lost_below_the_page(each):
    table = b.table(["区县", "说明"], [[f"{n}区", "说" * each] for n in range(4)], caption="各区县")
    paper = read_paper(render_pdf(document(table))[0])
    cells = [line for line in paper.lines if line.part == "cell"]
    assert sum(line.text.count("说") for line in cells) == 4 * each and min(line.y for line in cells) * 25.4 / 72 > 34


def test_a_figure_that_only_just_fits_is_drawn_a_little_smaller():
    made = document(lines(5, "甲"), figure(width=140))
    assert next(block for block in settled(made.body) if block["type"] == "figure")["width_mm"] < 140


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_lead_in_stays_on_the_page_of_its_table(is_kept):
    lead = b.paragraph("下表列出本文所用的数。", style="note") | {"keep": is_kept}
    table = b.table(["区县", "情况"], [[f"{n}区", "好"] for n in ("一", "二", "三", "四", "五")])
    made = document(lines(16, "甲"), b.heading(1, "附：数据来源"), lead, table)
    paper = read_paper(render_pdf(made)[0])
    where = {word: next(line.page for line in paper.lines if word in line.text) for word in ("附：", "下表列出", "情况")}
    assert where == ({"附：": 1, "下表列出": 1, "情况": 1} if is_kept else {"附：": 0, "下表列出": 0, "情况": 1})
    [said] = [p for p in docx.Document(io.BytesIO(render_docx(made)[0])).paragraphs if p.text.startswith("下表列出")]
    assert bool(said.paragraph_format.keep_with_next) is is_kept


def test_the_annex_of_a_brief_begins_a_page_unless_a_few_lines_have_run_over_onto_the_last():
    fact, begun = fact_id("990000", "unit_coverage_rate"), {}
    for count in (16, 18, 20, 22, 26, 27, 40):  # lines of the grid; a page holds twenty-two, the title takes two
        told = b.paragraph("全市单位覆盖率为", b.run("45.9%", fact=fact), "。")
        used = b.facts([record("990000", "临州市", "unit_coverage_rate", "45.9%", 611 / 1332)])
        made = prepare([b.meta("district_brief", "题目", "2021Q3", as_of="2021-09-30"), b.title("题目"), told, lines(count - 1, "甲"), used])
        pages = list(_words(render_pdf(made)[0]))
        body, begins = (next(n for n, page in reversed(list(enumerate(pages))) if word in page) for word in ("甲甲", "附：数据来源与口径"))
        begun[count] = body, begins
    assert begun == {16: (0, 1), 18: (0, 1), 20: (0, 1), 22: (1, 1), 26: (1, 1), 27: (1, 2), 40: (1, 2)}
