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

import pandas as pd

from analysis.facts import Register
from analysis.fonts import font_files
from analysis.periods import Quarter
from analysis.runs.breaks import as_texts
from analysis.runs.inputs import geography_files, known_quarters, ledger_files, needed_quarters
from analysis.runs.lists.scoring import sealed_sheet, stored_before
from analysis.runs.package import Package
from analysis.runs.plan import Job
from analysis.runs.rerun import fingerprint, imports
from analysis.runs.rerun.reasons import NAMES, TEXTS, said
from analysis.runs.rerun.slices import read_digests
from analysis.settings import Settings
from analysis.wording.engine import SHIPPED

KEEP, EXPORT, MAKE = "keep", "export", "make"
# decide how things are done, not what a document says; paths neither: what stands in their files is looked at
_NOT_SAID = frozenset(("formats", "jobs", "scheduler", "forked_kernels", "timeout_seconds", "export_timeout_seconds", "max_unpacked_mb", "max_cells"))
_DRAWS = (
    "cn2an",
    "esda",
    "geopandas",
    "jinja2",
    "libpysal",
    "mapclassify",
    "matplotlib",
    "nbclient",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "scipy",
    "shapely",
)
_WRITES = ("jinja2", "nbconvert", "nbformat", "pikepdf", "pypdfium2", "python-docx", "python-pptx", "typst")
_EXECUTED = ("notebook", "code", "rules", "templates", "settings", "libraries", "breaks", "data", "elsewhere", "beside")
_WITH_TABLES = ("campaign", "bulletin")


@dataclass(frozen=True)
class Decision:
    """What is to be done for a job (``keep``, ``export``, ``make``) and why, in Chinese.

    ``is_stale``: what lies there is not what would be made now; ``is_other``: its notebook would say something else now.
    """

    action: str
    why: str
    is_stale: bool = False
    is_other: bool = False


@dataclass
class Scales:
    """Weighs every job of a run against its record of the run before (``manifest``, {} where all is to be made)."""

    package: Package
    settings: Settings
    manifest: Mapping[str, Any]
    target: Path
    _hashes: dict[str, str] = field(default_factory=dict)
    _code_of: dict[Path, dict[str, str]] = field(default_factory=dict)
    _notebooks: dict[Path, str] = field(default_factory=dict)

    def look(self, jobs: Iterable[Job]) -> None:
        """Take down now what everything is made of: what is edited while the run goes on is news to the next run."""
        for job in jobs:
            self.parts(job, None)

    @property
    def kept_quiet(self) -> frozenset[str]:
        """The settings that no document speaks of."""
        return _NOT_SAID | {key for key, value in asdict(self.settings).items() if isinstance(value, Path)}

    @staticmethod
    def libraries_of(part: str) -> tuple[str, ...]:
        return _DRAWS if part == "libraries" else _WRITES

    @cached_property
    def inputs(self) -> dict[str, str]:
        return inputs_now(self.settings, self.package.quarter, self.package.audience == "internal")

    def files_of(self, district: str) -> set[str]:
        """Return the ledgers of the quarter that hold rows of a district, as ``quarter/file``."""
        path = self.package.folder / "sources.parquet"
        rows = pd.read_parquet(path, columns=["file", "districts"]) if path.is_file() else pd.DataFrame(columns=["file", "districts"])
        return {f"{self.package.quarter}/{row.file}" for row in rows.itertuples() if district in row.districts.split(";")}

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
        own = {key: value for key, value in asdict(self.settings).items() if key not in self.kept_quiet}
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
            "notebook": self._notebook(job.notebook),
            "code": fingerprint.of(self.code(job.notebook)),
            "templates": fingerprint.of(self.templates(rests_on)),
            "data": self.digests[job.scope] if sliced else self.package.folder.name,
            "elsewhere": fingerprint.of(self.elsewhere(rests_on)) if sliced else "",
            "beside": fingerprint.of(self._beside) if job.document in _WITH_TABLES else "",
        }

    @cached_property
    def _beside(self) -> list[object]:
        """Return what the campaign and the bulletin rest on beside the package: the user's small tables, the stored quarter before."""
        s = self.settings
        score = sealed_sheet(s, self.package.folder) or s.score
        files = [p for p in (score, s.guidance_units, s.guidance_districts, s.received, s.targets) if p is not None and p.is_file()]
        before = stored_before(self.package.folder, Quarter(self.package.quarter).previous.key)
        return [[(p.name, fingerprint.file_hash(p)) for p in files], before.name if before else ""]

    def _notebook(self, path: Path) -> str:
        if path not in self._notebooks:
            self._notebooks[path] = fingerprint.file_hash(path)
        return self._notebooks[path]

    def code(self, notebook: Path) -> dict[str, str]:
        if notebook not in self._code_of:
            self._code_of[notebook] = imports.code_of_notebook(notebook)
        return self._code_of[notebook]

    def templates(self, rests_on: Mapping[str, Any] | None) -> dict[str, str]:
        """Return name → sha256 of the texts that the document was written from; all of the user's where one of them uses another."""
        texts, joined = self.texts
        names = set(texts) if rests_on is None else (set(rests_on["templates"]) | joined) & set(texts)
        return {name: texts[name] for name in sorted(names)}

    @cached_property
    def texts(self) -> tuple[dict[str, str], set[str]]:
        """Name → sha256 of every text; the names of the user's own where one of them uses another."""
        folder = self.settings.templates if self.settings.templates and self.settings.templates.is_dir() else None
        own = {path.name: path for path in sorted(folder.glob("*.j2"))} if folder else {}
        known = {path.name: path for path in sorted(SHIPPED.glob("*.j2"))} | own
        joined = any(word in path.read_text(encoding="utf-8-sig", errors="replace") for path in own.values() for word in ("include", "import", "extends"))
        return {name: fingerprint.file_hash(path) for name, path in known.items()}, set(own) if joined else set()

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
            lies = any((self.target / job.scope / f"{job.document}.{form}").is_file() for form in job.formats(self.settings.formats))
            return Decision(MAKE, "成果在，但没有它的运行记录（manifest.json）" if lies else "还没有做过", lies, lies)
        if record["status"] == "failed" or "parts" not in record:
            return Decision(MAKE, "上次没有做成" if record["status"] == "failed" else "上次的记录没有写明用了什么", True, True)
        if is_forced:
            return Decision(MAKE, "要求全部重做（--force）")
        if record.get("audience") != self.package.audience or record.get("map_use") != self.package.map_use:
            return Decision(MAKE, "读者范围或地图用途与上次不同", True, True)
        now = self.parts(job, record.get("rests_on"))
        changed = [part for part in NAMES if now.get(part) != record["parts"].get(part)]
        if any(part in _EXECUTED for part in changed):
            return Decision(MAKE, "；".join(said(self, part, job, record) for part in changed if part in _EXECUTED), True, True)
        return self._of_files(job, record, [said(self, part, job, record) for part in changed])

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


def inputs_now(settings: Settings, quarter: str, is_internal: bool) -> dict[str, str]:
    """Return name → sha256 of the ledgers and the geography that a run of this quarter reads."""
    ledgers = {  # file names may name persons: other readers get numbers in their place
        f"ledgers/{q}/{path.name if is_internal else number}": fingerprint.file_hash(path)
        for q in needed_quarters(quarter)
        if q in known_quarters(settings)
        for number, path in enumerate(ledger_files(settings.ledgers / q), start=1)
    }
    return ledgers | fingerprint.of_named(geography_files(settings))


def code_now(notebooks: Iterable[Path], texts: Mapping[str, str]) -> dict[str, str]:
    """Return file → short sha256 of all code, rules and texts that any document rests on, for the record of a run."""
    made = {**imports.rule_tables(), **imports.code_of_writers(), **imports.code_of_package(), **{f"{TEXTS}{name}": sha for name, sha in texts.items()}}
    for notebook in notebooks:
        made |= imports.code_of_notebook(notebook)
    return {name: sha[:16] for name, sha in sorted(made.items())}
