"""The sentences that a document says about itself: made-up data, incomplete data."""

from __future__ import annotations

from analysis.publishing.annex import with_annex
from analysis.publishing.document import Document
from analysis.publishing.page_flow import settled

_HEADINGS = ("title", "subtitle", "dateline", "byline")


def incomplete_sentence(document: Document) -> str:
    """Return what is incomplete as one sentence, "" where nothing is.

    >>> incomplete_sentence(Document({"incomplete": ["丙区未报送"]}, [], {}, ()))
    '数据不完整：丙区未报送。'
    """
    items = [str(item).rstrip("。；") for item in document.meta["incomplete"]]
    return f"数据不完整：{'；'.join(items)}。" if items else ""


def printed_blocks(document: Document) -> list[dict]:
    """Return what the PDF and the DOCX print: the body with its notice, its figures and tables where pages have room, and the annex."""
    if "printed" not in document.worked_out:
        body = with_incomplete(document)
        document.worked_out["printed"] = with_annex(document, body if document.meta.get("reading_pt") else settled(body))
    return document.worked_out["printed"]


def with_incomplete(document: Document) -> list[dict]:
    """Return the body with the notice on incomplete data after the title lines."""
    sentence = incomplete_sentence(document)
    if not sentence or any(block["type"] == "salutation" for block in document.body[:8]):
        return document.body  # a speech is read aloud: there the sentences and the method note say it
    at = 0
    for number, block in enumerate(document.body[:8]):
        if block["type"] in _HEADINGS:
            at = number + 1
    notice = {"type": "incomplete", "runs": [{"text": sentence}]}
    return [*document.body[:at], notice, *document.body[at:]]
