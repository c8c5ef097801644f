"""Fonts of the user, of Debian and of pip; characters that none of them has, in every format and in figures."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from analysis import fonts, tables
from analysis.charts.fonts import drawable, use_fonts
from analysis.charts.sheet import Sheet
from analysis.fonts import packaged_fonts
from analysis.publishing import blocks as b
from analysis.publishing.conformance import check_layout
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.html import render_html
from analysis.publishing.pdf import render_pdf
from analysis.publishing.schema import MIME

ODD = ["𠮷", "\ue000", "😀", "👨‍👩‍👧", "क्षि", "🇨🇳", "葛\U000e0100", "\U000f0001", "e\u0301", "مرحبا", "\u2028", "ᄒ\u1161ᆫ", "\U0010fffd"]


def font(path: Path, family: str, characters: dict[int, int]) -> None:
    """Write a font that draws each code of ``characters`` (code → code of the packaged glyph)."""
    with TTFont(packaged_fonts()[0]) as made:
        cutter = subset.Subsetter()
        cutter.populate(unicodes=characters.values())
        cutter.subset(made)
        own = made.getBestCmap()
        for table in made["cmap"].tables:
            table.cmap = {code: own[glyph] for code, glyph in characters.items() if code < 0x10000 or table.format == 12}
        for number in (1, 4, 6, 16):
            made["name"].setName(family, number, 3, 1, 0x409)
        made["CFF "].cff.fontNames[0] = family
        made.save(path)


def document(text: str, svg: str = ""):
    figure = [b.figure("图", svg=svg, caption="图")] if svg else []
    return prepare(
        [
            b.meta("brief", f"题{text}", "2021Q3"),
            b.title(f"题{text}"),
            b.heading(1, f"一、{text}"),
            b.paragraph(text),
            b.table([text], [[text]], caption=text),
            *figure,
        ]
    )


@pytest.mark.parametrize("text", ODD, ids=[f"U+{ord(t[0]):04X}" for t in ODD])
def test_no_character_costs_a_document(text):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><text x="5" y="20">{text}公司</text></svg>'
    made = document(text, svg)
    pdf, record = render_pdf(made)
    assert check_layout(pdf, "pdf").departures == []
    assert all(item["code"].startswith("U+") and item["count"] >= 1 for item in record["missing"])
    assert render_docx(made)[0] and render_html(made)[0]


def test_a_private_character_is_named_even_where_a_font_draws_it(tmp_path):
    font(tmp_path / "own.otf", "FangSong_GB2312", {0xE000: 0x6C38, 0x6C38: 0x6C38})
    _, record = render_pdf(document("永\ue000"), tmp_path)
    assert [item["code"] for item in record["missing"]] == ["U+E000"]
    assert drawable("永\ue000\u200b区", use_fonts()) == "永〔U+E000〕区"


def test_any_font_of_the_users_folder_serves_for_a_rare_character(tmp_path):
    font(tmp_path / "rare.otf", "Rare Names", {0x627: 0x6C38})
    _, record = render_pdf(document("ا田"), tmp_path)
    assert record["missing"] == []


def test_debians_fonts_serve_where_installed_and_the_record_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_INSTALLED_FONTS")
    (tmp_path / "debian").mkdir()
    font(tmp_path / "debian" / "FandolFang-Regular.otf", "FandolFang R", {0x6C38: 0x6C38})
    rows = tables.load("fonts").assign(installed=lambda t: t["family"].map({"FandolFang R": str(tmp_path / "debian/FandolFang-Regular.otf")}).fillna(""))
    load = tables.load
    monkeypatch.setattr(fonts.tables, "load", lambda name: rows if name == "fonts" else load(name))
    _, record = render_pdf(document("永"))
    assert next(f for f in record["fonts"] if f["role"] == "body") == {
        "role": "body", "family": "FandolFang R", "wanted": "仿宋_GB2312", "source": "用户字体文件夹或 Debian texlive-lang-chinese", "licence": "GPL 加字体例外"}  # fmt: skip
    monkeypatch.setenv("WORKBENCH_INSTALLED_FONTS", "0")
    assert fonts.installed_fonts() == []


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_the_record_has_a_line_for_every_such_character(form):
    from nbconvert.exporters import get_exporter

    sheet = Sheet(20)
    sheet.text(5, 10, "𠮷田区")
    assert sheet.texts[0]["text"] == "〔U+20BB7〕田区"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><text x="5" y="20" data-mark="name">〔U+20BB7〕田区</text></svg>'
    shown = [b.meta("brief", "题", "2021Q3"), b.title("题"), b.paragraph("😀公司"), b.figure("图", svg=svg, caption="图")]
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data={MIME: {"version": 1, "blocks": shown}})])
    _, resources = get_exporter(f"workbench-{form}")().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    missing = {(item["code"], item.get("where", "")) for item in resources["workbench"]["missing"]}
    assert ("U+20BB7", "图中写作编号") in missing
    assert ("U+1F600", "" if form == "pdf" else "文字中照写，由阅读者的字体显示") in missing
