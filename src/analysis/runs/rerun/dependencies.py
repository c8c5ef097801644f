"""What a document was made of, part by part, and with it why it is made again or kept.

Two stages: the notebook is run on data, rules, code, texts and settings; documents are written from the executed notebook by the writers and their
templates. A document is current where every part is as it was and its files are as they were written; where only the writers changed, the executed
notebook is kept and exported anew.

A district's document rests on its own rows (:mod:`analysis.runs.rerun.slices`) and on the figures of other regions that it asked for, each held by its
row: a ledger changed elsewhere remakes it where such a figure moved, for it would contradict the city's document, and else leaves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.facts import Register
from analysis.fonts import font_files
from analysis.periods import Quarter
from analysis.runs.breaks import as_texts
from analysis.runs.lists.scoring import sealed_sheet, stored_before
from analysis.runs.package import Package
from analysis.runs.plan import Job
from analysis.runs.rerun import fingerprint, imports
from analysis.runs.rerun.slices import read_digests
from analysis.settings import Settings
from analysis.wording.engine import SHIPPED

KEEP, EXPORT, MAKE = "keep", "export", "make"
# decide how things are done, not what a document says; paths neither: what stands in their files is looked at
_NOT_SAID = frozenset(("formats", "jobs", "scheduler", "forked_kernels", "timeout_seconds", "export_timeout_seconds", "max_unpacked_mb", "max_cells"))
_DRAWS = ("matplotlib", "pandas", "jinja2", "geopandas", "shapely", "esda", "papermill")
_WRITES = ("typst", "python-docx", "python-pptx", "nbconvert", "jinja2")
NAMES = {"notebook": "笔记本", "code": "程序", "rules": "规则表", "templates": "文稿模板", "settings": "设置", "libraries": "程序库版本", "breaks": "地图分级断点",
         "data": "台账数据", "elsewhere": "引用的其他地区数字", "beside": "考核、指导、收文等小表或上季度的入库数据", "writers": "版式程序或版式模板", "writing_libraries": "导出用的程序库版本", "fonts": "字体"}  # fmt: skip
_EXECUTED = ("notebook", "code", "rules", "templates", "settings", "libraries", "breaks", "data", "elsewhere", "beside")
_WITH_TABLES = ("campaign", "bulletin")


@dataclass(frozen=True)
class Decision:
    """What is to be done for a job (``keep``, ``export``, ``make``) and why, in Chinese; ``is_stale``: what lies there says something outdated."""

    action: str
    why: str
    is_stale: bool = False


@dataclass
class Scales:
    """Weighs every job of a run against its record of the run before (``manifest``, {} where all is to be made)."""

    package: Package
    settings: Settings
    manifest: Mapping[str, Any]
    target: Path
    _hashes: dict[str, str] = field(default_factory=dict)
    _code_of: dict[Path, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def digests(self) -> dict[str, str]:
        return read_digests(self.package.folder)

    @cached_property
    def register(self) -> Register:
        """All figures that any document can ask for."""
        p = self.package
        return p.register.extended(p.building.figures).extended(p.quality.figures).extended(p.campaign.figures)

    @cached_property
    def _parents(self) -> dict[str, str]:
        return json.loads((self.package.folder / "context.json").read_text(encoding="utf-8"))["township_parents"]

    def rests_on(self, job: Job, asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return what the record of a job keeps of what its notebook asked for: figures of other regions with their rows' digests, texts."""
        if asked is None:
            return None
        regions = {name: name.split("/")[1] for name in asked["facts"] if name.count("/") == 3 and job.scope != "city"}
        others = [name for name, region in regions.items() if self._parents.get(region, region) != job.scope]
        return {"elsewhere": self.elsewhere({"elsewhere": others}), "templates": asked["templates"]}

    @cached_property
    def _shared(self) -> dict[str, str]:
        """The parts that all jobs of a run have alike."""
        own = {key: value for key, value in asdict(self.settings).items() if key not in _NOT_SAID and not isinstance(value, Path)}
        fonts = {path.name: fingerprint.file_hash(path) for path in font_files(self.settings.font_folder or "")}
        return {
            "rules": fingerprint.of(imports.rule_tables()),
            "settings": fingerprint.of(own),
            "libraries": fingerprint.of([version(name) for name in _DRAWS]),
            "breaks": fingerprint.of(as_texts(self.package.breaks)),
            "writers": fingerprint.of(imports.code_of_writers()),
            "writing_libraries": fingerprint.of([version(name) for name in _WRITES]),
            "fonts": fingerprint.of(fonts),
        }

    def parts(self, job: Job, rests_on: Mapping[str, Any] | None) -> dict[str, str]:
        """Return part → fingerprint; ``rests_on`` is what the executed notebook asked for, None where it does not tell."""
        sliced = rests_on is not None and self.package.audience == "internal" and job.scope in self.digests
        return self._shared | {
            "notebook": fingerprint.file_hash(job.notebook),
            "code": fingerprint.of(self._code(job.notebook)),
            "templates": fingerprint.of(self.templates(rests_on)),
            "data": self.digests[job.scope] if sliced else self.package.folder.name,
            "elsewhere": fingerprint.of(self.elsewhere(rests_on)) if sliced else "",
            "beside": fingerprint.of(self._beside()) if job.document in _WITH_TABLES else "",
        }

    def _beside(self) -> list[object]:
        """Return what the campaign and the bulletin rest on beside the package: the user's small tables, the stored quarter before."""
        s = self.settings
        score = sealed_sheet(s, self.package.folder) or s.score
        files = [p for p in (score, s.guidance_units, s.guidance_districts, s.received, s.targets) if p is not None and p.is_file()]
        before = stored_before(self.package.folder, Quarter(self.package.quarter).previous.key)
        return [[(p.name, fingerprint.file_hash(p)) for p in files], before.name if before else ""]

    def _code(self, notebook: Path) -> dict[str, str]:
        if notebook not in self._code_of:
            self._code_of[notebook] = imports.code_of_notebook(notebook)
        return self._code_of[notebook]

    def templates(self, rests_on: Mapping[str, Any] | None) -> dict[str, str]:
        """Return name → sha256 of the texts that the document was written from; all of the user's where one of them uses another."""
        folder = self.settings.templates if self.settings.templates and self.settings.templates.is_dir() else None
        own = {path.name: path for path in sorted(folder.glob("*.j2"))} if folder else {}
        known = {path.name: path for path in sorted(SHIPPED.glob("*.j2"))} | own
        names = set(known) if rests_on is None else set(rests_on["templates"]) & set(known)
        if any(word in path.read_text(encoding="utf-8-sig", errors="replace") for path in own.values() for word in ("include", "import", "extends")):
            names |= set(own)
        return {name: fingerprint.file_hash(known[name]) for name in sorted(names)}

    def elsewhere(self, rests_on: Mapping[str, Any] | None) -> dict[str, str]:
        """Return fact id → digest of its row now ("" where there is none), for the figures of other regions that the document asked for."""
        made = {}
        for fact in (rests_on or {}).get("elsewhere", ()):
            row = self._row(fact)
            if row is not None:
                made[fact] = row
        return made

    def _row(self, fact: str) -> str | None:
        if fact not in self._hashes:
            quarter, region, segment, indicator = fact.split("/")
            row = self.register.row(quarter, region, segment, indicator)
            self._hashes[fact] = fingerprint.of(row)[:16] if row is not None else "" if self.register.is_plain(indicator) else "derived"
        return None if self._hashes[fact] == "derived" else self._hashes[fact]

    def record_of(self, job: Job) -> dict[str, Any] | None:
        found = (r for r in self.manifest.get("jobs", []) if (r["document"], r["scope"]) == (job.document, job.scope))
        return next(found, None)

    def decide(self, job: Job, is_forced: bool = False) -> Decision:
        """Weigh one job."""
        record = self.record_of(job)
        if record is None:
            return Decision(MAKE, "还没有做过")
        if record["status"] == "failed" or "parts" not in record:
            return Decision(MAKE, "上次没有做成" if record["status"] == "failed" else "上次的记录没有写明用了什么", True)
        if is_forced:
            return Decision(MAKE, "要求全部重做（--force）")
        if record.get("audience") != self.package.audience or record.get("map_use") != self.package.map_use:
            return Decision(MAKE, "读者范围或地图用途与上次不同", True)
        now = self.parts(job, record.get("rests_on"))
        changed = [part for part in NAMES if now.get(part) != record["parts"].get(part)]
        if any(part in _EXECUTED for part in changed):
            return Decision(MAKE, "；".join(self._said(part, job, record) for part in changed if part in _EXECUTED), True)
        return self._of_files(job, record, [self._said(part, job, record) for part in changed])

    def _of_files(self, job: Job, record: Mapping[str, Any], changed: list[str]) -> Decision:
        """Weigh a job whose notebook would say the same: by the writers, and by the files that are there."""
        spoiled = [name for name in record["files"] if not self._is_intact(name)]
        wanted = [f"{job.scope}/{job.document}.{form}" for form in job.formats(self.settings.formats)]
        lacking = [name for name in wanted if name not in record["files"]]
        why = [*changed]
        why += [f"成果文件不见了或被改动（{'、'.join(spoiled[:3])}）"] if spoiled else []
        why += [f"还没有 {'、'.join(Path(name).suffix[1:] for name in lacking)} 格式"] if lacking else []
        if not why:
            return Decision(KEEP, "没有变化")
        executed = next((name for name in record["files"] if name.endswith(".ipynb")), None)
        if executed is None or executed in spoiled:
            return Decision(MAKE, "；".join([*why, "没有可用的运行记录，笔记本重新运行"]), bool(changed or spoiled))
        return Decision(EXPORT, "；".join([*why, "只重新导出，不运行笔记本"]), bool(changed or spoiled))

    def _is_intact(self, name: str) -> bool:
        path = self.target / name
        return path.is_file() and fingerprint.file_hash(path) == self.manifest.get("outputs", {}).get(name)

    def _said(self, part: str, job: Job, record: Mapping[str, Any]) -> str:
        """Say what changed in a part, by name where the record tells."""
        if part == "data":
            return "台账数据变了" if job.scope == "city" else "本区县的台账数据变了"
        if part == "elsewhere":
            before, now = record["rests_on"]["elsewhere"], self.elsewhere(record["rests_on"])
            facts = [self.register.fact(i, r, s, q) for q, r, s, i in (name.split("/") for name in now if now[name] != before.get(name))]
            return f"引用的其他地区数字变了（{_listed(f'{f.region_name}{f.name}' for f in facts)}）"
        if part == "code":
            before = self.manifest.get("code", {})
            return f"程序改了（{_listed(name for name, sha in self._code(job.notebook).items() if before.get(name) != sha[:16])}）"
        if part == "rules":
            before = self.manifest.get("code", {})
            return f"规则表改了（{_listed(Path(name).name for name, sha in imports.rule_tables().items() if before.get(name) != sha[:16])}）"
        return f"{NAMES[part]}改了"


def _listed(names: Iterable[str], most: int = 3) -> str:
    known = list(dict.fromkeys(names))
    return "、".join(known[:most]) + (f"等{len(known)}处" if len(known) > most else "") if known else "不止一处"


def code_now(notebooks: Iterable[Path]) -> dict[str, str]:
    """Return file → short sha256 of all code and rules that any document rests on, for the record of a run."""
    made = {**imports.rule_tables(), **imports.code_of_writers()}
    for notebook in notebooks:
        made |= imports.code_of_notebook(notebook)
    return {name: sha[:16] for name, sha in sorted(made.items())}
