"""The whole quarter: package, jobs on a small pool, index and manifest."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import pandas as pd

from analysis.errors import ExportError
from analysis.paths import REPORTS
from analysis.periods import Quarter
from analysis.runs import fingerprint
from analysis.runs.breaks import as_texts
from analysis.runs.building import DOCUMENT as BUILDING
from analysis.runs.building import write_building_lists
from analysis.runs.campaign import DOCUMENT as CAMPAIGN
from analysis.runs.campaign import write_campaign_lists
from analysis.runs.door import UNTOLD, write_door
from analysis.runs.evidence import write_evidence
from analysis.runs.export_log import log_files
from analysis.runs.freezing import write_own_errata
from analysis.runs.holding import QUARTER_NOTE, held
from analysis.runs.journal import close_journal, note_made, with_journal
from analysis.runs.notebook import EXPORTERS, Outcome, run_job
from analysis.runs.nursery import Nursery
from analysis.runs.outputs import copy_intake, read_manifest, ready_folder, take_away_records, versions, write_indicators, write_manifest
from analysis.runs.package import Package, build_package, open_package, package_folder
from analysis.runs.plan import Job, plan, with_formats
from analysis.runs.prepare import needed_quarters
from analysis.runs.quality import DOCUMENT as QUALITY
from analysis.runs.quality import write_lists
from analysis.runs.returning import doubled, write_returns
from analysis.runs.scoring import stored_before
from analysis.runs.sources import geography_files, known_quarters, ledger_files, ledger_folder
from analysis.runs.visiting import refresh_visit_workbooks
from analysis.settings import Settings
from analysis.wording.guards import rules

Say = Callable[[str], None]

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


def run_quarter(settings: Settings, quarter: str, scope: str = "all", documents: str = "", force: bool = False, say: Say = lambda _: None) -> Result:
    """Take a quarter's ledgers to documents.

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
        with held(target / QUARTER_NOTE, f"{quarter} 的成果文件夹", say, RUN_PATIENCE), Nursery(settings.forked_kernels) as nursery:
            return _run(settings, quarter, scope, documents, force, say, nursery)
    finally:
        with suppress(OSError):  # empty only where nothing could be started
            target.rmdir()


def _run(settings: Settings, quarter: str, scope: str, documents: str, force: bool, say: Say, nursery: Nursery) -> Result:
    if not package_folder(settings, quarter).is_dir():
        nursery.start()  # warms up while the ledgers are read
    folder = build_package(settings, quarter, say)
    package = open_package(str(folder), quarter, "city", settings.audience, settings.map_use)
    jobs, missing = with_formats(plan(scope, documents, package.city, package.register.regions("district")), settings.formats)
    if missing:
        say(missing)
    target = (settings.out or REPORTS) / quarter
    files = write_indicators(package.register.frame.query("quarter == @quarter"), target)
    if settings.audience != "internal":
        take_away_records(target)
    files += copy_intake(folder, target, settings.audience == "internal")
    files += write_lists(folder, target, [j.scope for j in jobs if j.document == QUALITY], settings.audience == "internal")
    files += write_building_lists(folder, target, [j.scope for j in jobs if j.document == BUILDING], settings.audience == "internal")
    files += write_campaign_lists(folder, target, [j.scope for j in jobs if j.document == CAMPAIGN], settings.audience == "internal")
    files += write_evidence(package, target, [j.scope for j in jobs if j.document == CAMPAIGN], settings.audience == "internal")
    files += write_own_errata(settings, quarter, folder, target, settings.audience == "internal", say)
    for sentence in doubled(settings, quarter):
        say(sentence)
    files += write_returns(settings, quarter, folder, target, settings.audience == "internal", {} if force else read_manifest(target))
    outcomes = _run_jobs(jobs, package, settings, target, force, say, nursery)
    earlier = _still_valid(read_manifest(target), package, settings, outcomes, target, say)
    studied = [job.scope for job in jobs if job.document == "blank_areas" and job.scope != "city"]
    files += refresh_visit_workbooks(package, studied, target, read_manifest(target))
    index = target / "index.html"
    try:
        write_door(target, package, [*outcomes, *earlier], say)
    except ExportError as error:  # a page with a wrong figure is no reason to lose the record of the documents
        say(f"目录页没有做成：{error.sentence}")
        index.unlink(missing_ok=True)
        outcomes.append(Outcome("index", "city", "failed", reason=error.sentence))
    made = [target / name for o in [*outcomes, *earlier] for name in o.files]
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    _record(target, settings, quarter, package, [*outcomes, *earlier], [*files, *made, index], folder)
    close_journal(target)
    fresh = [target / name for o in outcomes if o.status == "made" for name in o.files]
    log_files(target.parent, "run", quarter, settings.audience, target, [*files, *fresh, index])
    return Result(target, index, outcomes, int(context["failed_files"]))


def job_key(job: Job, package: Package, settings: Settings) -> str:
    """Return the fingerprint of all that a document depends on, whatever its formats."""
    return fingerprint.of(
        package.folder.name,
        fingerprint.file_hash(job.notebook),
        fingerprint.all_code(),
        job.scope,
        settings.audience,
        settings.map_use,
        settings.map_approval_no,
        [settings.speech_rate, settings.reading_size],
        as_texts(package.breaks),
        _templates(settings),
        _campaign_inputs(settings, package) if job.document in (CAMPAIGN, "bulletin") else "",
    )


def _campaign_inputs(settings: Settings, package: Package) -> list[object]:
    """Return what the campaign and the bulletin rest on beside the package: the user's small tables, the cycle's settings, the stored quarter before."""
    files = [p for p in (settings.score, settings.guidance_units, settings.guidance_districts, settings.received, settings.targets) if p is not None and p.is_file()]
    before = stored_before(package.folder, Quarter(package.quarter).previous.key)
    own = [settings.bulletin_issue, list(settings.distribution), settings.deadline_days]
    return [[(p.name, fingerprint.file_hash(p)) for p in files], own, before.name if before else ""]


def _templates(settings: Settings) -> dict[str, str]:
    return (
        fingerprint.of_files([p for p in settings.templates.rglob("*") if p.is_file()], settings.templates)
        if settings.templates and settings.templates.is_dir()
        else {}
    )


def _same(job: Job, key: str, manifest: dict, target: Path) -> dict | None:
    """Return the record of a job that says that it was made of the very same things and whose files are as they were written."""
    for record in manifest.get("jobs", []):
        if (record["document"], record["scope"]) == (job.document, job.scope) and record.get("key") == key and record["status"] != "failed":
            intact = all((target / f).is_file() and fingerprint.file_hash(target / f) == manifest.get("outputs", {}).get(f) for f in record["files"])
            return record if intact and record["files"] else None
    return None


def _is_current(job: Job, same: dict | None, formats: Iterable[str]) -> bool:
    return same is not None and {f"{job.scope}/{job.document}.{form}" for form in job.formats(formats)} <= set(same["files"])


def _with_others(outcome: Outcome, same: dict | None) -> Outcome:
    """Return what was made together with the document's other formats, made earlier of the very same things."""
    if same is None or outcome.status != "made":
        return outcome
    order = [*EXPORTERS, "ipynb"]
    files = sorted({*outcome.files, *same["files"]}, key=lambda name: order.index(Path(name).suffix[1:]))
    return replace(outcome, files=files, record=same["record"] | outcome.record)


def _run_jobs(jobs: list[Job], package: Package, settings: Settings, target: Path, force: bool, say: Say, nursery: Nursery) -> list[Outcome]:
    if force:
        close_journal(target)
    manifest = {} if force else with_journal(read_manifest(target), target)
    outcomes: list[Outcome] = []
    waiting: list[Job] = []
    told: list[str] = []
    same = {job: _same(job, job_key(job, package, settings), manifest, target) for job in jobs}
    for job, made in same.items():
        if made is None or not _is_current(job, made, settings.formats):
            waiting.append(job)
        else:
            outcomes.append(Outcome(job.document, job.scope, "unchanged", files=made["files"], record=made["record"]))
            told += broken_sentences(job.label, outcomes[-1])
    if outcomes:
        say(f"{len(outcomes)} 份文稿没有变化，沿用已有的文件")
    for line in told:
        say(line)
    for done, (job, outcome) in enumerate(_pool(waiting, package, settings, target, nursery), start=1):
        outcomes.append(_with_others(outcome, same[job]))
        if outcome.status == "made":
            note_made(target, _job_record(outcomes[-1], job_key(job, package, settings), package.audience == "internal"))
        ending = f"用时 {outcome.seconds:.1f} 秒" if outcome.status == "made" else f"没有做成：{outcome.reason}"
        say(f"[{done}/{len(waiting)}] {job.label}　{ending}")
        gone = _withdraw(job, target, outcomes[-1].files)
        if gone and outcome.status == "made":
            say(f"{job.label}：以前做的 {'、'.join(gone)} 所用的数据、程序或设置与这次不同，已移除；需要时请用 --formats 重做。")
        for line in broken_sentences(job.label, outcome):
            say(line)
    order = {(j.document, j.scope): i for i, j in enumerate(jobs)}
    return sorted(outcomes, key=lambda o: order[(o.document, o.scope)])


def broken_sentences(label: str, outcome: Outcome, most: int = 3) -> list[str]:
    """Return the line on sentences that broke a wording rule and were not written; none where there were none."""
    broken = [record for record in outcome.record.get("unsaid", []) if record.get("rule")]
    places = dict.fromkeys((f"模板 {r['template']} 第 {r['line']} 行" if r["template"] else "正文") + f"：{rules()[r['rule']].name}" for r in broken)
    shown = "；".join(list(places)[:most]) + ("等" if len(places) > most else "")
    return [f"{label}：有 {len(broken)} 句话与数字不符，没有写入（{shown}），请改模板后重跑。"] if broken else []


def _withdraw(job: Job, target: Path, kept: list[str]) -> list[str]:
    """Take away what an earlier run made of this document and this one did not, and return the names: beside new figures, old ones would pass for fresh."""
    names = [f"{job.scope}/{job.document}.{suffix}" for suffix in EXPORTERS]
    gone = [name for name in names if name not in kept and (target / name).is_file()]
    for name in gone:
        (target / name).unlink()
    return gone


def _pool(jobs: list[Job], package: Package, settings: Settings, target: Path, nursery: Nursery) -> Iterable[tuple[Job, Outcome]]:
    if not jobs:
        return
    if nursery.start():
        nursery.hand_over()
    workers = min(len(jobs), settings.jobs or max(1, min(4, os.cpu_count() or 1)))
    torn: list[Job] = []
    for job, outcome in _round(jobs, workers, package, settings, target):
        if outcome is None:
            torn.append(job)
        else:
            yield job, outcome
    for job in torn:  # a process that was killed took its neighbours with it: each once more, on its own
        again = None if _is_unguarded() else next(iter(_round([job], 1, package, settings, target)))[1]
        yield job, again or Outcome(job.document, job.scope, "failed", reason=_why_ended())


def _round(jobs: list[Job], workers: int, package: Package, settings: Settings, target: Path) -> Iterable[tuple[Job, Outcome | None]]:
    """Run jobs on a pool of processes; None where the pool ended before the job did."""
    # spawn everywhere: the same behaviour on Windows, and no fork of a process that has used threads
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker) as pool:
        futures = {
            pool.submit(
                run_job,
                str(job.notebook),
                job.document,
                job.scope,
                _parameters(job, package),
                job.formats(settings.formats),
                str(target),
                settings.timeout_seconds,
                package.audience == "internal",
            ): job
            for job in jobs
        }
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None


def _why_ended() -> str:
    """Say why a process of the pool ended: where the run was started by a script without a main guard, every one ends at once."""
    if _is_unguarded():
        script = Path(sys.modules["__main__"].__file__)
        return f"运行进程没有启动：脚本 {script.name} 没有主程序保护。请把调用写在 if __name__ == \"__main__\": 之下后重试。"
    return "运行进程意外结束（可能是内存不足）。请关闭其他程序，或用 --jobs 1 重试。"


def _is_unguarded() -> bool:
    """Whether the run was started by a script whose processes would start it again."""
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or "")
    return script.suffix == ".py" and script.is_file() and "__name__" not in script.read_text(encoding="utf-8", errors="replace")


def _begin_worker() -> None:
    """Keep the kernels' start-up remarks off the user's screen (what goes wrong travels as an exception), and end with the run, whatever way it ends."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    # a worker that outlived its run would put files into a folder that the next run already works in
    parent_process().join()
    os._exit(1)


def _parameters(job: Job, package: Package) -> dict[str, object]:
    return {"quarter": package.quarter, "scope": job.scope, "package": str(package.folder), "audience": package.audience, "map_use": package.map_use}


def _still_valid(manifest: dict, package: Package, settings: Settings, outcomes: list[Outcome], target: Path, say: Say) -> list[Outcome]:
    """Documents of earlier runs of this quarter that this run did not touch and that rest on the same data; others are taken away, and it is said."""
    mine = {(o.document, o.scope) for o in outcomes}
    same = manifest.get("package") == package.folder.name and manifest.get("settings", {}).get("audience") == settings.audience
    kept, gone = [], 0
    for record in manifest.get("jobs", []):
        if (record["document"], record["scope"]) in mine:
            continue
        files = [f for f in record["files"] if (target / f).is_file()]
        if same and files:
            kept.append(
                Outcome(record["document"], record["scope"], record["status"], record["seconds"], record["reason"], files, record.get("record", {}) | {"key": record.get("key", "")})
            )
        elif files:
            gone += 1
            for name in files:  # made from other figures: it would pass for fresh beside the new ones
                (target / name).unlink()
    if gone:
        say(f"另有 {gone} 份文稿是用以前的数据或读者范围做的，已移除，以免与新数字混用；需要时请不带 --documents、--scope 重新运行。")
    return kept


def _job_record(outcome: Outcome, key: str, is_internal: bool) -> dict[str, object]:
    """Return a job as the manifest has it."""
    return {
        "document": outcome.document,
        "scope": outcome.scope,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 2),
        "reason": outcome.reason if is_internal else UNTOLD * bool(outcome.reason),
        "files": outcome.files,
        "key": key,
        "record": outcome.record,
    }


def _record(target: Path, settings: Settings, quarter: str, package: Package, outcomes: list[Outcome], files: list[Path], folder: Path) -> None:
    is_internal = package.audience == "internal"
    inputs = {  # file names may name persons: other readers get numbers in their place
        f"ledgers/{q}/{p.name if is_internal else number}": fingerprint.file_hash(p)
        for q in needed_quarters(quarter)
        if q in known_quarters(settings)
        for number, p in enumerate(ledger_files(settings.ledgers / q), start=1)
    }
    inputs |= {p.name: fingerprint.file_hash(p) for p in geography_files(settings)}
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    shown = {k: (v.name if isinstance(v, Path) else v) for k, v in asdict(settings).items()}
    jobs = []
    for o in outcomes:
        job = next((j for j in plan("all", "", package.city, package.register.regions("district")) if (j.document, j.scope) == (o.document, o.scope)), None)
        key = o.record.pop("key", "") or (job_key(job, package, settings) if job else "")
        jobs.append(_job_record(o, key, is_internal))
    content = {
        "quarter": quarter,
        "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "package": folder.name,
        "city": list(package.city),
        "inputs": inputs,
        "settings": shown,
        "versions": versions(),
        "made_of": context["made_of"] if is_internal else {},
        "incomplete": _incomplete(package, True),
        "missing_columns": _incomplete(package, False),
        "notes": list(package.notes) if is_internal else [],
        "class_breaks": as_texts(package.breaks),
        "jobs": jobs,
    }
    write_manifest(target, content, files)


def _incomplete(package: Package, whole_tables: bool) -> list[dict[str, str]]:
    """Whole tables that a district lacks (the contract's ``incomplete``), or single optional columns."""
    return [dict(row) for row in package.incomplete if bool(row["column"]) != whole_tables]


def intake_outcome(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``summary`` and ``files`` of a package's intake."""
    return (pd.read_csv(folder / "intake" / "summary.csv", encoding="utf-8-sig"), pd.read_csv(folder / "intake" / "files.csv", encoding="utf-8-sig"))
