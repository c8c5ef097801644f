"""The same inputs give the same bytes of every document, table and list: in another folder, process, time zone, language and order of hashing."""

from __future__ import annotations

from small_run import QUARTER, finish, small_city

KINDS = {".html", ".pdf", ".docx", ".pptx", ".csv", ".parquet", ".xlsx"}
OPTIONS = ("--formats", "html,pdf,docx,pptx", "--scope", "city,970101")


def test_two_runs_give_the_same_bytes(tmp_path):
    first, second = small_city(tmp_path / "first"), small_city(tmp_path / "another" / "place" / "second", tmp_path / "first")
    for settings, options, variables in (
        (first, ("--jobs", "2"), {"PYTHONHASHSEED": "1"}),
        (second, ("--jobs", "1"), {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
    ):
        code, said = finish(settings, *OPTIONS, *options, **variables)
        assert code == 0, said
    trees = [{p.relative_to(s.parent).as_posix(): p for p in (s.parent / "out" / QUARTER).rglob("*") if p.suffix in KINDS} for s in (first, second)]
    assert trees[0].keys() == trees[1].keys()
    assert {p.suffix for p in trees[0].values()} == KINDS
    assert len([name for name in trees[0] if name.endswith((".html", ".pdf", ".docx", ".pptx"))]) == 3 * 13 + 2 + 1  # 13 documents, two decks, the index
    assert [name for name, path in trees[0].items() if path.read_bytes() != trees[1][name].read_bytes()] == []
