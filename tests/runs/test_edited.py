"""What people changed by hand is put aside before it is made again; what nobody changed is not."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from docx import Document

from analysis.publishing.zipped import dated_alike, is_as_written
from analysis.runs.edited import lists_of, put_aside
from analysis.runs.rerun.fingerprint import file_hash

NAME = "city/speech.docx"


def ours() -> bytes:
    raw = BytesIO()
    Document().save(raw)
    return dated_alike(raw)


def saved_by_word(data: bytes) -> bytes:
    """Word dates members as we do, but marks them as of version 4.5 and says how hard it compressed."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
            info.create_version, info.compress_type = 45, zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(member.filename))
    return made.getvalue()


def saved_by_libreoffice(data: bytes) -> bytes:
    made = BytesIO()
    Document(BytesIO(data)).save(made)  # it dates members by the clock, as LibreOffice and WPS do
    return made.getvalue()


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "out" / "2021Q3"
    (folder / "city").mkdir(parents=True)
    (folder / NAME).write_bytes(ours())
    return folder


@pytest.mark.parametrize("save", [saved_by_word, saved_by_libreoffice])
def test_an_edited_document_is_moved_beside_the_quarters_and_it_is_said(target, save):
    record, said = {"outputs": {NAME: file_hash(target / NAME)}}, []
    for number in ("", "（2）"):
        edited = save(ours())
        (target / NAME).write_bytes(edited)
        [place] = put_aside(target, [NAME, "city/speech.html"], record, said.append)
        assert place == target.parent / "改动稿" / "2021Q3" / "city" / f"speech{number}.docx" and place.read_bytes() == edited
        assert not (target / NAME).exists() and said[-1] == f"{NAME} 生成以后有人改过，改动的那份已移到 {place}，原处换成新做的。"


def test_what_this_program_wrote_or_what_is_torn_is_nobodys_work(target):
    assert is_as_written(target / NAME) and put_aside(target, [NAME], {}) == []  # of a run that was killed before it took note
    (target / NAME).write_bytes(ours()[:900])
    assert put_aside(target, [NAME], {}) == [] and (target / NAME).is_file()
    (target / NAME).write_bytes(saved_by_word(ours()))
    assert put_aside(target, [NAME], {"outputs": {NAME: file_hash(target / NAME)}}) == []
    assert put_aside(target, ["city/none.docx"], {}) == []


def test_the_workbooks_beside_the_documents_and_those_that_go_back_are_looked_at(target):
    for name in ("intake/甲_退回.xlsx", "970101/visits.xlsx", "970102/visits.xlsx"):
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_bytes(b"")
    assert lists_of(target, {"city", "970101"}) == ["intake/甲_退回.xlsx", "970101/visits.xlsx"]
