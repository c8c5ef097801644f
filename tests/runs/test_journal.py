"""An unfinished run's documents are known to the next one; a torn line or a changed file is not trusted."""

from __future__ import annotations

from analysis.runs.journal import FILE, close_journal, note_made, with_journal
from analysis.runs.plan import Job
from analysis.runs.rerun.dependencies import Scales

JOB = Job(None, "speech", "讲话稿", "city", "某市")


def record(key: str = "k1") -> dict:
    return {"document": "speech", "scope": "city", "status": "made", "files": ["city/speech.html"], "key": key, "record": {}}


def test_a_finished_document_of_an_unfinished_run_is_not_made_again(tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "speech.html").write_text("new")
    old = {"jobs": [record("k0"), record() | {"document": "map"}], "outputs": {"city/speech.html": "old", "city/map.html": "x"}}
    assert with_journal(old, tmp_path) is old
    note_made(tmp_path, record())
    with open(tmp_path / FILE, "a") as stream:
        stream.write('{"document": "map", "sco')
    known = with_journal(old, tmp_path)
    assert [(j["document"], j["key"]) for j in known["jobs"]] == [("speech", "k1"), ("map", "k1")]
    scales = Scales(None, None, known, tmp_path)
    assert scales.record_of(JOB)["key"] == "k1" and scales._is_intact("city/speech.html")
    (tmp_path / "city" / "speech.html").write_text("touched")
    assert not Scales(None, None, known, tmp_path)._is_intact("city/speech.html")
    close_journal(tmp_path)
    assert not (tmp_path / FILE).exists() and with_journal({}, tmp_path) == {}
