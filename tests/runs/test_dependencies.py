"""What is made again after what changed, by what the run decides for each document; only the tests that say so run anything again."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_city import CITY, HERE, drawn_world, write_places

from analysis.runs.inputs import choose_settings
from analysis.runs.jobs import Work
from analysis.runs.outputs import read_manifest
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.plan import plan, with_formats
from analysis.runs.quarter import _still_valid, _take_away_orphans, run_quarter
from analysis.runs.record import Record
from analysis.runs.rerun import dependencies, imports
from analysis.runs.rerun.dependencies import EXPORT, KEEP, MAKE, Scales
from analysis.runs.rerun.records import read_manifest as record_in
from analysis.runs.rerun.unchanged import nothing_to_do, stamp

QUARTER = "2021Q4"
DOCUMENTS = "coverage_map,district_brief"


def settings_of(folder: Path):
    return choose_settings(ledgers=str(folder / "ledgers"), boundaries=str(folder / "boundaries.geojson"), townships=str(folder / "townships.geojson"),
                           crosswalk=str(HERE / "crosswalk.csv"), store=str(folder / "store"), out=str(folder / "out"), city_code=CITY, city_name="九七市",
                           formats=("html",), jobs=2)  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The drawn city, run once."""
    folder = tmp_path_factory.mktemp("first")
    world = drawn_world()
    world.keep_quarters("2021Q3", QUARTER)
    world.send(folder)
    write_places(folder)
    made = run_quarter(settings_of(folder), QUARTER, documents=DOCUMENTS)
    assert [(o.document, o.scope, o.reason) for o in made.outcomes if o.status != "made"] == []
    return folder


@pytest.fixture
def city(first, tmp_path):
    """A copy of it, to be changed; the world to change it by."""
    folder = tmp_path / "city"
    shutil.copytree(first, folder)
    world = drawn_world()
    world.keep_quarters("2021Q3", QUARTER)
    return folder, world


def decided(folder: Path, **settings):
    """Return what would be run, exported, kept, as sets of (document, scope), and the lines of ``--explain``."""
    own = replace(settings_of(folder), **settings)
    package = open_package(str(build_package(own, QUARTER)), QUARTER)
    package = replace(package, settings=replace(package.settings, **settings))
    jobs, _ = with_formats(plan("all", DOCUMENTS, package.city, package.register.regions("district")), own.formats)
    target = own.out / QUARTER
    work = Work(jobs, Scales(package, own, read_manifest(target), target), print)
    names = {action: {(job.document, job.scope) for job, d in work.decisions.items() if d.action == action} for action in (MAKE, EXPORT, KEEP)}
    return names, work.explain()


def send_again(folder: Path, world) -> None:
    shutil.rmtree(folder / "ledgers")
    world.send(folder)


def own_units(world) -> tuple[list[str], list[str]]:
    """Return header and first row of the units of a district that sends a workbook."""
    rows = next(rows for (quarter, district, table), rows in world.tables.items() if quarter == QUARTER and table == "单位" and district == "东山区")
    return rows[0], rows[1]


def scopes(names) -> set[str]:
    return {scope for _, scope in names}


def test_nothing_changed_nothing_is_done_wherever_the_folder_was_moved(first, city):
    folder, _ = city
    assert len(nothing_to_do(settings_of(first), QUARTER, "all", DOCUMENTS)["asked"]) > 5
    for place in (first, folder):
        names, said = decided(place)
        assert names[MAKE] | names[EXPORT] == set() and len(names[KEEP]) > 5, said
        assert all(line.startswith("不做　") and line.endswith("：没有变化") for line in said)


@pytest.mark.parametrize("spoil", [lambda p: p.write_text("改过", encoding="utf-8"), lambda p: p.unlink()], ids=["edited", "gone"])
def test_a_spoiled_document_is_exported_anew_without_running_its_notebook(city, spoil):
    folder, _ = city
    page = folder / "out" / QUARTER / "city" / "coverage_map.html"
    before = page.read_bytes()
    spoil(page)
    assert nothing_to_do(settings_of(folder), QUARTER, "all", DOCUMENTS) is None
    names, said = decided(folder)
    assert (names[MAKE], names[EXPORT]) == (set(), {("coverage_map", "city")})
    assert "重新导出　九七市覆盖图：成果文件不见了或被改动（city/coverage_map.html）；只重新导出，不运行笔记本" in said
    if page.is_file():  # a run that does what was decided, once
        made = run_quarter(settings_of(folder), QUARTER, documents="coverage_map", scope="city")
        assert [(o.status, o.is_executed) for o in made.outcomes] == [("made", False)] and page.read_bytes() == before


def test_a_record_that_was_changed_by_hand_is_no_source_of_documents(city):
    folder, _ = city
    (folder / "out" / QUARTER / "notebooks" / "city" / "coverage_map.ipynb").write_text("{}", encoding="utf-8")
    names, said = decided(folder)
    assert (names[MAKE], names[EXPORT]) == ({("coverage_map", "city")}, set())
    assert any("没有可用的运行记录，笔记本重新运行" in line for line in said)


def test_changed_writers_export_everything_and_run_nothing(first, monkeypatch):
    there = imports.code_of_writers()
    monkeypatch.setattr(imports, "code_of_writers", lambda: there | {"publishing/templates/page.css": "0" * 64})
    names, said = decided(first)
    assert names[MAKE] == names[KEEP] == set() and len(names[EXPORT]) > 5
    assert all("版式程序或版式模板改了（page.css）；只重新导出，不运行笔记本" in line for line in said)


def test_a_changed_font_exports_everything_and_runs_nothing(first, monkeypatch):
    there = dependencies.fingerprint.file_hash
    monkeypatch.setattr(dependencies.fingerprint, "file_hash", lambda path: "0" * 64 if path.suffix in (".ttf", ".otf", ".ttc") else there(path))
    names, said = decided(first)
    assert names[MAKE] == names[KEEP] == set() and all("：字体改了；只重新导出，不运行笔记本" in line for line in said)


@pytest.mark.parametrize("changed", ["analysis.briefings.coverage_map", "analysis.charts.labels"])
def test_a_changed_function_remakes_what_imports_it(first, monkeypatch, changed):
    there = imports.code_of_notebook
    monkeypatch.setattr(imports, "code_of_notebook", lambda path: {name: "0" * 64 if name == changed else sha for name, sha in there(path).items()})
    names, said = decided(first)
    assert {document for document, _ in names[KEEP]} == ({"district_brief"} if "briefings" in changed else set())
    assert f"运行　九七市覆盖图：程序改了（{changed}）" in said


def test_a_changed_rule_table_runs_everything(first, monkeypatch):
    there, counted = imports.rule_tables(), dependencies.fingerprint.data_code()
    monkeypatch.setattr(dependencies.fingerprint, "data_code", lambda: counted)  # a recount comes to the same, and takes its time
    monkeypatch.setattr(imports, "rule_tables", lambda: there | {"tables/wording_thresholds.csv": "0" * 64})
    names, said = decided(first)
    assert names[KEEP] == names[EXPORT] == set() and all("：规则表改了（wording_thresholds.csv）" in line for line in said)


def test_a_changed_text_remakes_the_documents_that_were_written_from_it(first, monkeypatch):
    there = dependencies.fingerprint.file_hash
    monkeypatch.setattr(dependencies.fingerprint, "file_hash", lambda path: "0" * 64 if path.name == "district_brief.j2" else there(path))
    names, said = decided(first)
    assert {document for document, _ in names[MAKE]} == {"district_brief"} and {document for document, _ in names[KEEP]} == {"coverage_map"}
    assert any(line.endswith("：文稿模板改了（district_brief.j2）") for line in said)


def test_a_setting_that_a_document_may_speak_of_remakes_it(first):
    names, said = decided(first, smallest_ranked=31)
    assert names[KEEP] == names[EXPORT] == set() and any(line.endswith("：设置改了（smallest_ranked）") for line in said)


def test_a_ledger_change_that_moves_no_quoted_figure_remakes_its_district_and_the_city(city):
    folder, world = city
    header, row = own_units(world)
    row[header.index("单位名称")] = "改了名的单位"
    send_again(folder, world)
    names, said = decided(folder)
    assert len(scopes(names[MAKE])) == 2 and "city" in scopes(names[MAKE]), said
    assert scopes(names[KEEP]) and not scopes(names[KEEP]) & scopes(names[MAKE])
    assert f"运行　东山区覆盖图：本区县的台账数据变了（{QUARTER}/东山区.xlsx）" in said
    assert any(line.startswith(f"运行　九七市覆盖图：台账数据变了（{QUARTER}/") for line in said)


def test_a_ledger_change_that_moves_the_citys_figures_remakes_those_that_quote_them(city):
    folder, world = city
    header, row = own_units(world)
    row[header.index("职工数")] = str(int(row[header.index("职工数")] or 0) + 7)
    send_again(folder, world)
    names, said = decided(folder)
    own = next(scope for document, scope in names[MAKE] if document == "coverage_map" and scope != "city")
    assert {document for document, scope in names[MAKE] if scope not in ("city", own)} == {"district_brief"}, said  # the maps quote nobody
    assert {document for document, _ in names[KEEP]} == {"coverage_map"}
    assert "运行　西河区区县简报：引用的其他地区数字变了（九七市职工覆盖率、九七市全口径入会率）" in said


def test_where_no_kernel_can_be_forked_an_ordinary_one_makes_the_same_document(city, monkeypatch):
    folder, _ = city
    page = folder / "out" / QUARTER / "970101" / "coverage_map.html"
    before = page.read_bytes()
    monkeypatch.delattr(os, "fork", raising=False)
    made = run_quarter(settings_of(folder), QUARTER, documents="coverage_map", scope="970101", force=True)
    assert [(o.status, o.is_executed, o.reason) for o in made.outcomes] == [("made", True, "")]
    assert page.read_bytes() == before


def scales_of(folder: Path, **settings) -> Scales:
    own = replace(settings_of(folder), **settings)
    package = open_package(str(build_package(own, QUARTER)), QUARTER)
    return Scales(replace(package, settings=replace(package.settings, **settings)), own, read_manifest(own.out / QUARTER), own.out / QUARTER)


def test_a_run_of_some_documents_does_not_vouch_for_the_others(city):
    folder, _ = city
    path = folder / "out" / QUARTER / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    settings = settings_of(folder)
    for job in record["jobs"]:
        job["stamp"] = stamp(settings, QUARTER) if job["scope"] == "city" else "of an earlier run"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert nothing_to_do(settings, QUARTER, "city", "coverage_map")["asked"] == ["九七市覆盖图"]
    assert nothing_to_do(settings, QUARTER, "all", DOCUMENTS) is None


@pytest.mark.parametrize(("settings", "is_left"), [({}, True), ({"smallest_ranked": 31}, False)], ids=["same", "changed"])
def test_what_a_run_of_some_documents_leaves_is_what_would_be_said_today(city, settings, is_left):
    folder, _ = city
    scales, said = scales_of(folder, **settings), []
    page = scales.target / "970101" / "coverage_map.html"
    record = Record(scales, scales.settings, "now")
    kept = _still_valid(scales, {("coverage_map", "city")}, scales.package.register.regions("district"), record, said.append)
    assert page.is_file() is is_left and (len(kept) > 5) is is_left
    assert is_left or said[-1].endswith(
        "份文稿是用以前的数据、程序、设置或读者范围做的，已移除，以免与新数字混用；需要时请不带 --documents、--scope 重新运行。"
    )


@pytest.mark.parametrize("damage", ['{"jobs": [', "[1]", '{"jobs": [{"document": "speech"}]}', '{"jobs": {}, "outputs": []}'])
def test_a_record_that_cannot_be_read_vouches_for_nothing(city, damage):
    folder, _ = city
    target = folder / "out" / QUARTER
    (target / "manifest.json").write_text(damage, encoding="utf-8")
    assert record_in(target) == {} and nothing_to_do(settings_of(folder), QUARTER, "all", DOCUMENTS) is None
    names, said = decided(folder)
    assert names[KEEP] == names[EXPORT] == set()
    assert "运行　九七市覆盖图：成果在，但没有它的运行记录（manifest.json）" in said
    told: list[str] = []
    scales = scales_of(folder)
    assert _still_valid(scales, {("coverage_map", "city")}, scales.package.register.regions("district"), Record(scales, scales.settings, ""), told.append) == []
    assert [p.name for p in target.glob("97*/*.html")] == [] and told[-1].startswith("另有 ")


def test_what_is_edited_while_the_run_goes_on_is_news_to_the_next_one(city):
    folder, _ = city
    own = folder / "own"
    own.mkdir()
    (own / "coverage_map.j2").write_text("标题：旧", encoding="utf-8")
    scales = scales_of(folder, templates=own)
    [job] = plan("city", "coverage_map", scales.package.city, [])
    scales.look([job])
    before = scales.parts(job, None)
    (own / "coverage_map.j2").write_text("标题：新", encoding="utf-8")
    assert scales.parts(job, None) == before
    assert scales_of(folder, templates=own).parts(job, None)["templates"] != before["templates"]


def test_files_of_a_district_that_is_gone_go_too_and_edited_ones_are_put_aside(city):
    folder, _ = city
    target, said = folder / "out" / QUARTER, []
    record = read_manifest(target)
    gone = [name for name in record["outputs"] if name.startswith("970101/")]
    assert len(gone) > 1
    _take_away_orphans(target, record, [target / name for name in record["outputs"] if name not in gone], said.append)
    assert not any((target / name).exists() for name in gone) and (target / "index.html").is_file() and said == []


def test_the_program_that_counts_is_what_the_package_imports():
    counted = imports.code_of_package()
    assert {"analysis.runs.workshop", "analysis.runs.inputs", "analysis.charts.geometry", "analysis.measures.tally", "analysis.intake.rows"} <= counted.keys()
    assert not {"analysis.charts.svg", "analysis.publishing.html", "analysis.briefings.speech", "analysis.runs.executor"} & counted.keys()
