"""axe-core on finished pages at the widths of a phone and a desktop; done where a browser is there, else skipped."""

from __future__ import annotations

from itertools import pairwise

import pytest
from browser import axe_script, browser, violations

needs_axe = pytest.mark.skipif(not (browser() and axe_script()), reason="没有 chromium 或 axe-core（make setup 会装），没有做无障碍检查")


@needs_axe
def test_a_page_with_everything_in_it_has_no_violation(page):
    assert violations(page, axe_script()) == []


@needs_axe
@pytest.mark.parametrize(("old", "new", "rule"), [
    ('<html lang="zh-CN">', "<html>", "html-has-lang"),
    ('<div class="page-head">', '<div class="page-head"><img src="data:,">', "image-alt"),
    ("<h1>", "<h4>", "page-has-heading-one"),
    ('class="page-head"', 'class="page-head" style="width:2000px;max-width:none"', "scrolls-sideways"),
])  # fmt: skip
def test_a_spoiled_page_is_caught(page, old, new, rule):
    assert old in page
    assert rule in {found[1] for found in violations(page.replace(old, new), axe_script(), (390,))}


def test_headings_and_header_cells_without_a_browser(page):
    from lxml import html

    root = html.document_fromstring(page)
    depths = [int(e.tag[1]) for e in root.iter("h1", "h2", "h3", "h4", "h5")]
    assert depths[0] == 1 and all(b <= a + 1 for a, b in pairwise(depths))
    assert all(cell.text_content().strip() for cell in root.iter("th"))
    assert [e.tag for e in root.body if e.tag in ("header", "main")] == ["header", "main"]
