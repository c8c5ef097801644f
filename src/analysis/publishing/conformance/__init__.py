"""Whether a finished PDF or DOCX is set as GB/T 9704 asks (``tables/page_rules.csv``), measured from the file itself."""

from __future__ import annotations

import zipfile

from analysis.errors import ExportError
from analysis.publishing.conformance.rules import Departure, Layout

__all__ = ["Departure", "Layout", "check_layout"]


def check_layout(data: bytes, form: str) -> Layout | None:
    """Return what was measured in a file and what departs; None for a format without pages of its own.

    Raises
    ------
    ExportError
        For a file that is no PDF or Word document.
    """
    if form == "pdf":
        return _pdf(data)
    return _docx(data) if form == "docx" else None


def _pdf(data: bytes) -> Layout:
    import pikepdf
    import pypdfium2

    from analysis.publishing.conformance.pdf_check import check_pdf

    try:
        return check_pdf(data)
    except (pikepdf.PdfError, pikepdf.PasswordError, pypdfium2.PdfiumError) as error:
        raise ExportError("这个文件不是完好的 PDF（或者加了打开密码），无法测量版式。请换成完好的文件。") from error


def _docx(data: bytes) -> Layout:
    from lxml.etree import XMLSyntaxError

    from analysis.publishing.conformance.docx_check import check_docx

    try:
        return check_docx(data)
    except (zipfile.BadZipFile, KeyError, XMLSyntaxError) as error:
        raise ExportError("这个文件不是完好的 Word 文档（.docx），无法测量版式。请用 Word 或 WPS 打开后另存为 .docx 再试。") from error
