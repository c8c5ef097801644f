"""Is there anything to do at all? Answered from hashes alone, before anything heavy is loaded: a rerun of an unchanged quarter ends here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.errors import WorkbenchError
from analysis.fonts import installed_fonts, packaged_fonts
from analysis.paths import DATA, REPORTS
from analysis.periods import Quarter
from analysis.runs.holding import QUARTER_NOTE
from analysis.runs.inputs import check_geography_files, geography_files, known_quarters, ledger_files, ledger_folder, needed_quarters
from analysis.runs.journal import FILE as JOURNAL
from analysis.runs.plan import plan, with_formats
from analysis.runs.rerun import fingerprint
from analysis.runs.rerun.records import read_manifest, versions
from analysis.settings import Settings


def stamp(settings: Settings, quarter: str) -> str:
    """Return one fingerprint of everything that a run of this quarter could depend on."""
    ledger_folder(settings, quarter)
    check_geography_files(settings)
    store = settings.store or DATA / "store"
    sealed, values = settings.sealed or DATA / "sealed", asdict(settings)
    named = {"breaks": settings.breaks or store / "breaks.csv"} | {key: value for key, value in values.items() if isinstance(value, Path)}
    folders = [folder for folder in (settings.templates, settings.font_folder) if folder and folder.is_dir()]
    return fingerprint.of(
        quarter,
        {q: fingerprint.of_files(ledger_files(settings.ledgers / q), settings.ledgers) for q in needed_quarters(quarter) if q in known_quarters(settings)},
        [fingerprint.file_hash(path) for path in geography_files(settings)],
        {key: fingerprint.file_hash(path) for key, path in named.items() if path.is_file()},
        [fingerprint.of_files([p for p in folder.rglob("*") if p.is_file()], folder) for folder in folders],
        [_sign(path) for path in (*installed_fonts(), *packaged_fonts())],
        settings.is_demo,
        # packages and seals of this and earlier quarters: what changes are split with, and what was sealed
        sorted(path.name for q in needed_quarters(quarter) for path in store.glob(f"{q}-*")),
        {path.parent.name: fingerprint.file_hash(path) for path in sorted(sealed.glob("*/seal.json"))},
        {key: value.name if isinstance(value, Path) else value for key, value in values.items() if key not in ("out", "jobs", "scheduler", "formats")},
        fingerprint.all_code(),
        versions(),
    )


def _sign(path: Path) -> tuple[str, int, int]:
    """Return what a large file of the system is known by: another date alone makes the run look closer, and then it reads the file."""
    about = path.stat()
    return path.name, about.st_size, about.st_mtime_ns


def nothing_to_do(settings: Settings, quarter: str, scope: str, documents: str) -> dict[str, Any] | None:
    """Return the manifest where everything asked for is there, made of the very same things, each file as it was written; else None.

    Where another run works in the folder, or was killed in its last moments, it is not for us to say that nothing is to be done. Each job carries the
    stamp of the run that last weighed it: a later run of other documents says nothing of this one.
    """
    folder = (settings.out or REPORTS) / Quarter(quarter).key
    if (folder / QUARTER_NOTE).exists() or (folder / JOURNAL).exists():
        return None
    manifest = read_manifest(folder)
    if not manifest.get("jobs") or any(manifest["settings"].get(name) != getattr(settings, name) for name in ("audience", "map_use")):
        return None
    try:
        districts = [tuple(pair) for pair in manifest["districts"]]
        asked, _ = with_formats(plan(scope, documents, tuple(manifest["city"]), districts, audience=settings.audience), settings.formats)
    except WorkbenchError:
        return None  # the run itself says what is amiss
    made = {(entry["document"], entry["scope"]): entry for entry in manifest["jobs"] if entry["status"] in ("made", "unchanged")}
    wanted = {f"{job.scope}/{job.document}.{form}" for job in asked for form in job.formats(settings.formats)}
    is_there = all((job.document, job.scope) in made for job in asked) and wanted <= {name for entry in made.values() for name in entry["files"]}
    if not is_there or any(entry["status"] == "failed" for entry in manifest["jobs"]):
        return None
    stamps = {made[job.document, job.scope].get("stamp") for job in asked}
    if stamps != {stamp(settings, quarter)} or not all(_is_intact(folder / name, sha) for name, sha in manifest["outputs"].items()):
        return None
    return manifest | {"asked": [job.label for job in asked], "folder": folder}


def _is_intact(path: Path, sha: str) -> bool:
    return path.is_file() and fingerprint.file_hash(path) == sha
