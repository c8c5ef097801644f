"""The whole quarter: package, jobs on a small pool, index and manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import ExportError
from analysis.paths import DATA, NOTEBOOKS, REPORTS
from analysis.periods import Quarter
from analysis.runs.assumed import changed_settings
from analysis.runs.edited import lists_of, put_aside
from analysis.runs.executor import Executor, LocalPool
from analysis.runs.handing.export_log import log_files
from analysis.runs.holding import QUARTER_NOTE, held
from analysis.runs.index.door import write_door
from analysis.runs.inputs import known_quarters, ledger_folder
from analysis.runs.jobs import Work, lying_there
from analysis.runs.journal import close_journal, note_made, with_journal
from analysis.runs.lists.building import DOCUMENT as BUILDING
from analysis.runs.lists.building import write_building_lists
from analysis.runs.lists.campaign import DOCUMENT as CAMPAIGN
from analysis.runs.lists.campaign import write_campaign_lists
from analysis.runs.lists.evidence_book import write_evidence
from analysis.runs.lists.quality import DOCUMENT as QUALITY
from analysis.runs.lists.quality import write_lists
from analysis.runs.lists.returning import doubled, write_returns
from analysis.runs.lists.scoring import wishes
from analysis.runs.lists.visiting import refresh_visit_workbooks, visit_rows
from analysis.runs.notebook import Outcome
from analysis.runs.outputs import copy_intake, drop_empty_folders, read_manifest, ready_folder, take_away_records, write_indicators
from analysis.runs.package import Package, open_package
from analysis.runs.packing import build_package, package_folder, say_places
from analysis.runs.plan import Job, plan, with_formats
from analysis.runs.record import Record
from analysis.runs.rerun.dependencies import Scales
from analysis.runs.rerun.unchanged import stamp
from analysis.runs.sealing.freezing import write_own_errata
from analysis.settings import Settings

Say = Callable[[str], None]

INDEX = "index.html"
RUN_PATIENCE = 10.0  # seconds that a run waits for another one in its folder before it gives up


@dataclass(frozen=True)
class Result:
    """What a run made; ``exit_code`` as contract §5 has it."""

    folder: Path
    index: Path
    outcomes: list[Outcome]
    failed_files: int

    @property
    def exit_code(self) -> int:
        return 1 if self.failed_files or any(o.status == "failed" for o in self.outcomes) else 0


@dataclass(frozen=True)
class Wanted:
    """What of a quarter is to be made, as the command line names it."""

    scope: str
    documents: str
    force: bool
    explain: bool


def run_quarter(settings: Settings, quarter: str, scope: str = "all", documents: str = "", force: bool = False, say: Say = lambda _: None,
                explain: bool = False) -> Result:  # fmt: skip
    """Take a quarter's ledgers to documents; with ``explain`` say of every document why it is made or not.

    Raises
    ------
    WorkbenchError
        Before anything of an earlier run is touched, where nothing could be started.
    """
    if settings.map_use == "public" and not settings.map_approval_no:
        raise ExportError("--map-use public 要公开地图，但没有审图号。请在 workbench.toml 的 map_approval_no 填写审图号，或改用 internal、meeting。")
    ledger_folder(settings, quarter)
    target = ready_folder(settings.out or REPORTS) / quarter
    target.mkdir(exist_ok=True)
    try:
        with held(target / QUARTER_NOTE, f"{quarter} 的成果文件夹", say, RUN_PATIENCE), open_executor(settings) as executor:
            return _run(settings, quarter, Wanted(scope, documents, force, explain), say, executor)
    finally:
        with suppress(OSError):  # empty only where nothing could be started
            target.rmdir()


def _run(settings: Settings, quarter: str, wanted: Wanted, say: Say, executor: Executor) -> Result:
    if not package_folder(settings, quarter).is_dir():
        executor.warm()  # while the ledgers are read
    folder = build_package(settings, quarter, say, executor)
    say_places(folder, say)
    package = open_package(str(folder), quarter, "city", settings.audience, settings.map_use)
    jobs = _jobs(package, settings, wanted, say)
    target = (settings.out or REPORTS) / quarter
    if wanted.force:
        close_journal(target)
    manifest = with_journal(read_manifest(target), target)
    scales = Scales(package, settings, manifest, target)
    work = Work(jobs, scales, say, wanted.force)
    for line in work.explain() if wanted.explain else ():
        say(line)
    is_at_rest = package_folder(settings, quarter) == folder  # else a ledger was saved after it was read: the next run must look again
    record = Record(scales, settings, stamp(settings, quarter) if is_at_rest else "")
    earlier = _make_room(work, scales, record, say)
    if work.waiting:
        _read_ahead(package, jobs)
        executor.share()
    running = work.start(executor)  # goes on while the tables are written here
    tables = _write_tables(settings, quarter, package, jobs, target, {} if wanted.force else manifest, say)
    studied = [job.scope for job in jobs if job.document == "blank_areas" and job.scope != "city"]
    tables += refresh_visit_workbooks(package, studied, target, manifest)
    record.files += tables
    outcomes = _gather(work, running, record)
    outcomes += _write_index(target / INDEX, package, [*outcomes, *earlier], record, say)
    _take_away_orphans(target, manifest, record.files, say)
    fresh = [target / name for o in outcomes if o.status == "made" for name in o.files]
    # before the manifest: once that is there nothing is to be done any more, and a run killed in between would never be logged
    log_files(target.parent, "run", quarter, settings.audience, target, [*tables, *fresh, target / INDEX])
    record.write()
    close_journal(target)
    drop_empty_folders(target)
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    return Result(target, target / INDEX, outcomes, int(context["failed_files"]))


def _jobs(package: Package, settings: Settings, wanted: Wanted, say: Say) -> list[Job]:
    """The documents that are wanted; says which formats some of them have not, and which settings are not the usual ones."""
    jobs, missing = with_formats(
        plan(wanted.scope, wanted.documents, package.city, package.register.regions("district"), audience=settings.audience), settings.formats
    )
    if missing:
        say(missing)
    for row in changed_settings(settings, settings.audience):
        say(f"设置不是默认值：{row['said']}为{row['value']}（默认{row['usual']}）")
    return jobs


def _make_room(work: Work, scales: Scales, record: Record, say: Say) -> list[Outcome]:
    """Take away what would be stale beside the new documents, and put aside what people have edited; return the earlier documents that stay."""
    jobs, target, manifest = work.jobs, scales.target, scales.manifest
    districts = scales.package.register.regions("district")
    earlier = _still_valid(scales, {(job.document, job.scope) for job in jobs}, districts, record, say)
    put_aside(target, [*work.touched(), *lists_of(target, {job.scope for job in jobs})], manifest, say)
    work.withdraw()
    known = {"city", "notebooks", "intake", *(code for code, _ in districts)}
    _take_away_orphans(target, {"outputs": {n: sha for n, sha in manifest.get("outputs", {}).items() if "/" in n and n.split("/")[0] not in known}}, [], say)
    return earlier


def _gather(work: Work, running: Iterator[tuple[int, Any]], record: Record) -> list[Outcome]:
    """Record every document as it is made, kept or given up; return them in the order of the jobs."""
    job_of = {(job.document, job.scope): job for job in work.jobs}
    outcomes = []
    for outcome in work.outcomes(running):
        entry = record.add(job_of[outcome.document, outcome.scope], outcome)
        if outcome.status == "made":
            note_made(work.scales.target, entry)
        outcomes.append(outcome)
    order = {name: number for number, name in enumerate(job_of)}
    return sorted(outcomes, key=lambda o: order[o.document, o.scope])


def _write_index(index: Path, package: Package, outcomes: list[Outcome], record: Record, say: Say) -> list[Outcome]:
    """Write the page that leads to the documents; return what went wrong with it."""
    record.files.append(index)
    try:
        write_door(index.parent, package, outcomes, say)
    except ExportError as error:  # a page with a wrong figure is no reason to lose the record of the documents
        say(f"目录页没有做成：{error.sentence}")
        index.unlink(missing_ok=True)
        failed = Outcome("index", "city", "failed", reason=error.sentence)
        record.add(None, failed)
        return [failed]
    return []


def open_executor(settings: Settings) -> Executor:
    """Return where the work is to be done: the cluster that the settings name, else processes of this machine."""
    if settings.scheduler:
        from analysis.runs.cluster import Cluster  # dask is an extra

        own = [settings.templates, settings.font_folder, settings.score, settings.guidance_units, settings.guidance_districts, settings.received]
        needed = [NOTEBOOKS, *(path for path in own if path is not None and path.exists())]
        return Cluster(settings.scheduler, [settings.out or REPORTS, settings.store or DATA / "store"], needed, settings.forked_kernels)
    return LocalPool(settings.jobs, settings.forked_kernels)


def _read_ahead(package: Package, jobs: list[Job]) -> None:
    """Read and work out once what several notebooks will ask of the package; kernels start from it."""
    documents = {job.document for job in jobs}
    package.sources()
    if documents & {"blank_areas", "research_report", "bulletin"}:
        package.states(), package.flows, package.flows_yoy
        visit_rows(package)
    for document, read in ((QUALITY, package.with_quality), (BUILDING, package.with_building), (CAMPAIGN, package.with_campaign)):
        if document in documents:
            read()


def _write_tables(settings: Settings, quarter: str, package: Package, jobs: list[Job], target: Path, manifest: dict, say: Say) -> list[Path]:
    """Write what stands beside the documents: indicators, intake reports, lists, errata, returns."""
    is_internal, folder = package.audience == "internal", package.folder
    files = write_indicators(package.register.frame.query("quarter == @quarter"), target)
    if not is_internal:
        take_away_records(target)
    files += copy_intake(folder, target, is_internal)
    for document, write in ((QUALITY, write_lists), (BUILDING, write_building_lists), (CAMPAIGN, write_campaign_lists)):
        files += write(folder, target, [job.scope for job in jobs if job.document == document], is_internal)
    files += write_evidence(package, target, [job.scope for job in jobs if job.document == CAMPAIGN], is_internal)
    if any(job.document == CAMPAIGN for job in jobs):
        for sentence in wishes(package, Quarter(quarter).previous.key in known_quarters(settings)):
            say(sentence)
    files += write_own_errata(settings, quarter, folder, target, is_internal, say)
    for sentence in doubled(settings, quarter):
        say(sentence)
    return files + write_returns(settings, quarter, folder, target, is_internal, manifest)


def _still_valid(scales: Scales, mine: set[tuple[str, str]], districts: list[tuple[str, str]], record: Record, say: Say) -> list[Outcome]:
    """Documents of earlier runs of this quarter that this run does not touch and that would say the same today; others are taken away, and it is said."""
    package, manifest, target = scales.package, scales.manifest, scales.target
    known = {(job.document, job.scope): job for job in plan("all", "", package.city, districts)}
    entries = {(entry["document"], entry["scope"]): entry for entry in manifest.get("jobs", [])}
    kept, gone = [], 0
    lying = {name: files for name, files in lying_there(target).items() if name not in entries}
    for name in [*entries, *lying]:
        if name in mine:
            continue
        entry = entries.get(name, {"files": lying.get(name)})
        files = [f for f in entry["files"] if (target / f).is_file()]
        if files and name in entries and name in known and not scales.decide(known[name]).is_other:
            record.keep(entry | {"files": files})
            kept.append(Outcome(*name, entry["status"], entry["seconds"], entry["reason"], files, entry.get("record", {})))
        elif files:
            gone += 1
            put_aside(target, files, manifest, say)
            for file in files:  # made from other figures: it would pass for fresh beside the new ones
                (target / file).unlink(missing_ok=True)
    if gone:
        say(f"另有 {gone} 份文稿是用以前的数据、程序、设置或读者范围做的，已移除，以免与新数字混用；需要时请不带 --documents、--scope 重新运行。")
    return kept


def _take_away_orphans(target: Path, manifest: dict, files: list[Path], say: Say) -> None:
    """Take away what the run before made and this one neither made nor vouches for: of a district that is gone, of a document that failed."""
    orphans = [name for name in manifest.get("outputs", {}) if target / name not in files]
    put_aside(target, orphans, manifest, say)
    for name in orphans:
        (target / name).unlink(missing_ok=True)


def intake_outcome(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``summary`` and ``files`` of a package's intake."""
    return (pd.read_csv(folder / "intake" / "summary.csv", encoding="utf-8-sig"), pd.read_csv(folder / "intake" / "files.csv", encoding="utf-8-sig"))
