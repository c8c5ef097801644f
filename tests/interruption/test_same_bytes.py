"""The same inputs give the same bytes of every document, table and list: in another folder, process, time zone, language and order of hashing."""

from __future__ import annotations

import json

from small_run import QUARTER, finish, small_city

from analysis.paths import ROOT
from analysis.runs.plan import notebooks

KINDS = {".html", ".pdf", ".docx", ".pptx", ".csv", ".parquet", ".xlsx"}
OPTIONS = ("--formats", "html,pdf,docx,pptx", "--scope", "city,970101")


def test_two_runs_give_the_same_bytes(tmp_path):
    first, second = small_city(tmp_path / "first"), small_city(tmp_path / "another" / "place" / "second", tmp_path / "first")
    for settings in (first, second):  # the assessment and its evidence, too
        said = settings.read_text(encoding="utf-8")
        settings.write_text(said.replace("[city]", f'score = "{(ROOT / "score.toml").as_posix()}"\n\n[city]'), encoding="utf-8")
    for settings, options, variables in (
        (first, ("--jobs", "2"), {"PYTHONHASHSEED": "1"}),
        (second, ("--jobs", "1"), {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
    ):
        code, said = finish(settings, *OPTIONS, *options, **variables)
        assert code == 0, said
    trees = [{p.relative_to(s.parent).as_posix(): p for p in (s.parent / "out" / QUARTER).rglob("*") if p.suffix in KINDS} for s in (first, second)]
    assert trees[0].keys() == trees[1].keys()
    assert {p.suffix for p in trees[0].values()} == KINDS and f"out/{QUARTER}/city/campaign_evidence.xlsx" in trees[0]
    jobs = json.loads((first.parent / "out" / QUARTER / "manifest.json").read_text(encoding="utf-8"))["jobs"]
    known = {job for scope, level in (("city", "city"), ("970101", "district")) for job in ((n.document, scope) for n in notebooks() if level in n.scopes)}
    assert {(job["document"], job["scope"]) for job in jobs} == known
    assert {name for job in jobs for name in job["files"] if not name.endswith(".ipynb")} <= {name.removeprefix(f"out/{QUARTER}/") for name in trees[0]}
    assert all({name.rpartition(".")[2] for name in job["files"]} >= {"html", "pdf", "docx"} for job in jobs)
    assert [name for name, path in trees[0].items() if path.read_bytes() != trees[1][name].read_bytes()] == []
