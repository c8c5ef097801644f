"""The same inputs give the same bytes of every document, table and list: in another folder, time zone, language and order of hashing, and on a cluster."""

from __future__ import annotations

import importlib.util
import json
from contextlib import nullcontext

from machines import Machines
from small_run import QUARTER, finish, small_city

from analysis.paths import ROOT
from analysis.runs.plan import notebooks

KINDS = {".html", ".pdf", ".docx", ".pptx", ".csv", ".parquet", ".xlsx"}
OPTIONS = ("--formats", "html,pdf,docx,pptx", "--scope", "city,970101")
ELSEWHERE = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
HAS_DASK = importlib.util.find_spec("distributed") is not None  # an extra; without it the second run is one process of this machine


def test_two_runs_give_the_same_bytes(tmp_path):
    first, second = small_city(tmp_path / "first"), small_city(tmp_path / "another" / "place" / "second", tmp_path / "first")
    for settings in (first, second):  # the assessment and its evidence, too
        said = settings.read_text(encoding="utf-8")
        settings.write_text(said.replace("[city]", f'score = "{(ROOT / "score.toml").as_posix()}"\n\n[city]'), encoding="utf-8")
    code, said = finish(first, *OPTIONS, "--jobs", "2", PYTHONHASHSEED="1")
    assert code == 0, said
    with Machines(tmp_path, **ELSEWHERE) if HAS_DASK else nullcontext() as machines:
        where = ("--scheduler", machines.address) if machines else ("--jobs", "1")
        code, said = finish(second, *OPTIONS, *where, **ELSEWHERE)
        assert code == 0, said
    assert [path.name for path in (second.parent / "store").iterdir() if path.name.startswith(".")] == []
    trees = [{p.relative_to(s.parent).as_posix(): p for p in (s.parent / "out" / QUARTER).rglob("*") if p.suffix in KINDS} for s in (first, second)]
    assert trees[0].keys() == trees[1].keys()
    assert {p.suffix for p in trees[0].values()} == KINDS and f"out/{QUARTER}/city/campaign_evidence.xlsx" in trees[0]
    jobs = json.loads((first.parent / "out" / QUARTER / "manifest.json").read_text(encoding="utf-8"))["jobs"]
    known = {job for scope, level in (("city", "city"), ("970101", "district")) for job in ((n.document, scope) for n in notebooks() if level in n.scopes)}
    assert {(job["document"], job["scope"]) for job in jobs} == known
    assert {name for job in jobs for name in job["files"] if not name.endswith(".ipynb")} <= {name.removeprefix(f"out/{QUARTER}/") for name in trees[0]}
    assert all({name.rpartition(".")[2] for name in job["files"]} >= {"html", "pdf", "docx"} for job in jobs)
    assert [name for name, path in trees[0].items() if path.read_bytes() != trees[1][name].read_bytes()] == []
