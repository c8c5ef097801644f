"""One speech, written once in each format for all tests of the folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sample import speech

from analysis.publishing.document import Document, prepare


@pytest.fixture(scope="session")
def document() -> Document:
    return prepare(speech())


@pytest.fixture(scope="session")
def page(document: Document) -> str:
    from analysis.publishing.html import render_html

    return render_html(document)[0]


@pytest.fixture(scope="session")
def pdf(document: Document) -> tuple[bytes, dict]:
    from analysis.publishing.pdf import render_pdf

    return render_pdf(document)


@pytest.fixture(scope="session")
def word(document: Document) -> bytes:
    from analysis.publishing.docx import render_docx

    return render_docx(document)[0]
