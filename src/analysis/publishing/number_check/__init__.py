"""The number check: a finished file is read back from its bytes, and every figure compared, by place, with the fact it carries.

``check_export`` is the gate of an export: the file must say, place by place, what the document's blocks say, and every figure in it must be a
declared form of its fact (``facts/forms.py``) or a marked figure of the closed list (``tables/marks.csv``). ``check_file`` holds a delivered,
perhaps edited file against the record it carries. A new format needs a reader (bytes → ``Finished``) in ``READERS`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ExportError
from analysis.publishing.number_check.compare import Finding
from analysis.publishing.number_check.places import Finished

if TYPE_CHECKING:
    from analysis.publishing.document import Document

__all__ = ["Finding", "Finished", "check_export", "check_file", "read_back", "refuse"]


def _html() -> Callable[[bytes], Finished]:
    from analysis.publishing.number_check.read_html import read_html

    return read_html


def _docx() -> Callable[[bytes], Finished]:
    from analysis.publishing.number_check.read_docx import read_docx

    return read_docx


def _pdf() -> Callable[[bytes], Finished]:
    from analysis.publishing.number_check.read_pdf import read_pdf

    return read_pdf


def _pptx() -> Callable[[bytes], Finished]:
    from analysis.publishing.number_check.read_pptx import read_pptx

    return read_pptx


READERS: dict[str, Callable[[], Callable[[bytes], Finished]]] = {"html": _html, "pdf": _pdf, "docx": _docx, "pptx": _pptx}


def read_back(data: bytes, form: str) -> Finished:
    """Return what a finished file holds; ``form`` is its ending."""
    if form not in READERS:
        raise ExportError(f"不会核对 .{form} 文件，会核对的是 {'、'.join(READERS)}。请换成工作台生成的文稿。")
    return READERS[form]()(data)


def check_export(data: bytes, form: str, document: Document, font_folder: str = "") -> list[Finding]:
    """Return every departure of a finished file from the document it was made of."""
    from analysis.publishing.number_check.export import departures

    return departures(read_back(data, form), document, font_folder)


def check_file(data: bytes, form: str) -> tuple[Finished, list[Finding]]:
    """Return what a delivered file holds, and its departures from the record it carries.

    Raises
    ------
    ExportError
        For a file that carries no record.
    """
    from analysis.publishing.number_check.export import own_departures

    finished = read_back(data, form)
    if not finished.facts:
        raise ExportError("这个文件里没有工作台的数据记录，不是工作台生成的文稿（或者另存时丢了记录），无法核对。请核对原件。")
    return finished, own_departures(finished)


def refuse(findings: list[Finding], name: str) -> None:
    """Raise ExportError where there are findings; the first three are told in full."""
    if findings:
        told = "；".join(finding.sentence for finding in findings[:3])
        rest = f"；另有{len(findings) - 3}处" if len(findings) > 3 else ""
        raise ExportError(
            f"{Path(name).name} 的数字核对没有通过（{len(findings)}处）：{told}{rest}。这份文件没有放进成果文件夹；请改正模板或笔记本，数字一律用登记过的数据。"
        )
