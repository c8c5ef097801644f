"""The signature of a bulletin (GB/T 9704): four characters free right of the date, the issuer centred upon it, in page, PDF and DOCX alike."""

import io
import zipfile

import pypdfium2
import pytest
from finished import story
from lxml import etree, html

from analysis.publishing import blocks as b
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.html import preview, render_html
from analysis.publishing.number_check import check_export
from analysis.publishing.pdf import render_pdf

EM_PT = 15.78
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def document():
    *body, facts = story()
    return prepare([*body, b.signature("临州市总工会"), b.signature(b.mark("2021年10月20日", "date")), facts])


def right_edges(pdf: bytes, *texts: str) -> list[float]:
    """Return where each text ends, in points from the right edge of the text area."""
    found = []
    for page in (pages := pypdfium2.PdfDocument(pdf)):
        layer = page.get_textpage()
        whole = layer.get_text_range()
        found += [(text, page.get_width() - 26 / 25.4 * 72 - layer.get_charbox(whole.rindex(text) + len(text) - 1)[2]) for text in texts if text in whole]
        layer.close()
        page.close()
    pages.close()
    return [dict(found)[text] for text in texts]


def test_the_pdf_leaves_four_characters_after_the_date(document):
    name, date = right_edges(render_pdf(document)[0], "临州市总工会", "2021年10月20日")
    assert date == pytest.approx(4 * EM_PT, abs=4) and name == pytest.approx(4.7 * EM_PT, abs=4)


def test_the_docx_and_the_page_indent_as_much(document):
    written = render_docx(document)[0]
    body = etree.fromstring(zipfile.ZipFile(io.BytesIO(written)).read("word/document.xml"))
    ends = [p.find(f"{W}pPr/{W}ind").get(f"{W}rightChars") for p in body.iter(f"{W}p") if p.find(f"{W}pPr/{W}pStyle").get(f"{W}val") == "Signature1"]
    page = html.document_fromstring(render_html(document)[0])
    assert ends == ["470", "400"]
    assert [p.get("style") for p in page.xpath("//p[contains(@class, 'signature')]")] == ["margin-right:4.7em", "margin-right:4.0em"]


def test_the_notebook_s_preview_shows_it_too():
    assert "临州市总工会</p>" in preview([b.signature("临州市总工会"), b.signature("　　年　　月　　日")])


@pytest.mark.parametrize(("form", "render"), [("html", render_html), ("pdf", render_pdf), ("docx", render_docx)])
def test_a_signed_document_passes_the_number_check(document, form, render):
    made = render(document)[0]
    data = made.encode() if isinstance(made, str) else made
    assert check_export(data, form, document) == []
