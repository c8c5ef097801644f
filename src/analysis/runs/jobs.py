"""The jobs of a run: which are made, which exported anew, which kept; done by an executor, recorded as they end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.errors import ExportError
from analysis.runs.executor import Executor, Lost, Task
from analysis.runs.notebook import EXPORTERS, Order, Outcome, run_job, took_too_long
from analysis.runs.plan import Job, notebooks
from analysis.runs.rerun.dependencies import EXPORT, KEEP, MAKE, Decision, Scales
from analysis.wording.guards import rules

Say = Callable[[str], None]


@dataclass
class Work:
    """The jobs of one run with what was decided for each; ``start`` sets the executor going, ``outcomes`` waits for it."""

    jobs: list[Job]
    scales: Scales
    say: Say
    is_forced: bool = False
    decisions: dict[Job, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scales.look(self.jobs)
        self.decisions = {job: self.scales.decide(job, self.is_forced) for job in self.jobs}

    @property
    def waiting(self) -> list[Job]:
        return [job for job in self.jobs if self.decisions[job].action != KEEP]

    def explain(self) -> list[str]:
        """Return one line a job: what will be done and why."""
        words = {KEEP: "不做", EXPORT: "重新导出", MAKE: "运行"}
        return [f"{words[d.action]}　{job.label}：{d.why}" for job, d in self.decisions.items()]

    def withdraw(self) -> None:
        """Take away what is about to be made anew and says something outdated: a run that breaks off must not leave it beside new figures.

        Raises
        ------
        ExportError
            Where such a file is open in another program.
        """
        for job in self.waiting:
            if self.decisions[job].is_stale:
                withdraw(job, self.scales.target, [])

    def touched(self) -> list[str]:
        """Return the files of documents that will be written or taken away."""
        return [name for job in self.waiting for name in files_of(job.document, job.scope)]

    def start(self, executor: Executor) -> Iterator[tuple[int, Any]]:
        """Set all waiting jobs going."""
        return executor.each([self._task(job) for job in self.waiting]) if self.waiting else iter(())

    def _task(self, job: Job) -> Task:
        return run_job, (self._order(job),)

    def _order(self, job: Job) -> Order:
        package, settings = self.scales.package, self.scales.settings
        given = {"quarter": package.quarter, "scope": job.scope, "package": str(package.folder), "audience": package.audience, "map_use": package.map_use}
        return Order(
            job.notebook,
            job.document,
            job.scope,
            given,
            self._formats(job),
            self.scales.target,
            settings.timeout_seconds,
            settings.export_timeout_seconds,
            is_internal=package.audience == "internal",
            has_run=self.decisions[job].action == EXPORT,
        )

    def _formats(self, job: Job) -> tuple[str, ...]:
        """Return the formats to be written: all that are wanted, or, where nothing else is amiss, those that are lacking."""
        wanted, decision = job.formats(self.scales.settings.formats), self.decisions[job]
        there = self._kept_formats(job) if decision.action == EXPORT and not decision.is_stale else ()
        return tuple(form for form in wanted if f"{job.scope}/{job.document}.{form}" not in there)

    def _kept_formats(self, job: Job) -> list[str]:
        record = self.scales.record_of(job)
        return [name for name in record["files"] if not name.endswith(".ipynb")] if record else []

    def outcomes(self, running: Iterator[tuple[int, Any]]) -> Iterator[Outcome]:
        """Yield how every job ended, those that nothing was done for first."""
        kept = [(job, self.scales.record_of(job)) for job in self.jobs if self.decisions[job].action == KEEP]
        if kept:
            self.say(f"{len(kept)} 份文稿没有变化，沿用已有的文件")
        for job, record in kept:
            outcome = Outcome(job.document, job.scope, "unchanged", files=record["files"], record=record["record"])
            for line in broken_sentences(job.label, outcome):
                self.say(line)
            yield outcome
        waiting = self.waiting
        for done, (place, answer) in enumerate(running, start=1):
            job = waiting[place]
            outcome = self._lost(job, answer) if isinstance(answer, Lost) else self._with_others(job, answer)
            ending = f"用时 {outcome.seconds:.1f} 秒" if outcome.status == "made" else f"没有做成：{outcome.reason}"
            self.say(f"[{done}/{len(waiting)}] {job.label}　{ending}")
            gone = withdraw(job, self.scales.target, outcome.files)
            if gone and outcome.status == "made":
                self.say(f"{job.label}：以前做的 {'、'.join(gone)} 所用的数据、程序或设置与这次不同，已移除；需要时请用 --formats 重做。")
            for line in broken_sentences(job.label, outcome):
                self.say(line)
            yield outcome

    def _lost(self, job: Job, answer: Lost) -> Outcome:
        return Outcome(job.document, job.scope, "failed", reason=took_too_long(self._order(job)) or answer.reason)

    def _with_others(self, job: Job, outcome: Outcome) -> Outcome:
        """Return what was made together with the document's other formats, made earlier of the very same things."""
        decision, record = self.decisions[job], self.scales.record_of(job)
        if outcome.status != "made" or record is None or decision.is_stale or decision.action != EXPORT:
            return outcome
        order = [*EXPORTERS, "ipynb"]
        files = sorted({*outcome.files, *record["files"]}, key=lambda name: order.index(Path(name).suffix[1:]))
        return replace(outcome, files=files, record=record["record"] | outcome.record)


def broken_sentences(label: str, outcome: Outcome, most: int = 3) -> list[str]:
    """Return the line on sentences that broke a wording rule and were not written; none where there were none."""
    broken = [record for record in outcome.record.get("unsaid", []) if record.get("rule")]
    places = dict.fromkeys((f"模板 {r['template']} 第 {r['line']} 行" if r["template"] else "正文") + f"：{rules()[r['rule']].name}" for r in broken)
    shown = "；".join(list(places)[:most]) + ("等" if len(places) > most else "")
    return [f"{label}：有 {len(broken)} 句话与数字不符，没有写入（{shown}），请改模板后重跑。"] if broken else []


def files_of(document: str, scope: str) -> list[str]:
    return [f"{scope}/{document}.{suffix}" for suffix in EXPORTERS]


def lying_there(target: Path) -> dict[tuple[str, str], list[str]]:
    """Return (document, scope) → files of it that lie in a quarter's folder, whoever left them."""
    scopes = [path.name for path in sorted(target.iterdir()) if path.is_dir() and re.fullmatch(r"city|\d{6}", path.name)]
    found = {(n.document, scope): [*files_of(n.document, scope), f"notebooks/{scope}/{n.document}.ipynb"] for scope in scopes for n in notebooks()}
    there = {name: [file for file in files if (target / file).is_file()] for name, files in found.items()}
    return {name: files for name, files in there.items() if files}


def withdraw(job: Job, target: Path, kept: list[str]) -> list[str]:
    """Take away what an earlier run made of this document and this one did not, and return the names: beside new figures, old ones would pass for fresh."""
    gone = [name for name in files_of(job.document, job.scope) if name not in kept and (target / name).is_file()]
    for name in gone:
        try:
            (target / name).unlink()
        except PermissionError as error:
            raise ExportError(f"以前的 {target / name} 已经过时，却拿不走，它可能正在 Word、WPS 或浏览器中打开。请关闭它后重试。") from error
    return gone
