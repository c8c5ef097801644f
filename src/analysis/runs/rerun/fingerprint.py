"""Fingerprints: what a result was made of, so that nothing stale is taken for fresh and nothing is made twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from analysis.paths import NOTEBOOKS
from analysis.settings import Settings

SOURCE = Path(__file__).resolve().parents[2]
_DATA_FLOORS = ("tables", "intake", "places", "measures")
_DATA_MODULES = (
    "periods.py",
    "settings.py",
    "runs/prepare.py",
    "runs/rerun/slices.py",
    "runs/lists/building.py",
    "runs/lists/campaign.py",
    "runs/sealing/causes.py",
    "runs/sealing/errata.py",
    "runs/sealing/published.py",
    "runs/sealing/scores.py",
    "runs/lists/scoring.py",
    "runs/sealing/seals.py",
    "runs/parts.py",
    "runs/lists/quality.py",
    "runs/sources.py",
    "runs/store.py",
    "runs/partitions.py",
    "runs/packing.py",
    "runs/versions.py",
    "runs/provenance.py",
    "runs/protected.py",
)
_DATA_SETTINGS = (
    "city_code",
    "city_name",
    "point_crs",
    "boundary_crs",
    "boundary_layer",
    "township_layer",
    "repair_boundaries",
    "excluded_prefixes",
    "mandatory_rule",
    "mandatory_minimum",
    "two_new_self_employed",
    "local_rule",
    "stat_year_end_month",
    "max_unpacked_mb",
    "max_cells",
    "totals_multipliers",
)


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def bytes_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def of(*parts: object) -> str:
    """Return one fingerprint of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def ledgers_key(settings: Settings) -> str:
    """Return a short sign for the folder of ledgers: what two folders of one city's ledgers made is not taken for one another."""
    return of(str(settings.ledgers))[:8] if settings.ledgers else ""


def of_files(paths: list[Path], base: Path) -> dict[str, str]:
    """Return relative path → sha256, in order."""
    return {path.relative_to(base).as_posix(): file_hash(path) for path in sorted(paths)}


@lru_cache(maxsize=1)
def data_code() -> str:
    """The code that decides numbers and verdicts."""
    files = [p for floor in _DATA_FLOORS for p in (SOURCE / floor).rglob("*") if p.suffix in (".py", ".csv")] + [SOURCE / m for m in _DATA_MODULES]
    return of(of_files([p for p in files if p.is_file()], SOURCE))


@lru_cache(maxsize=1)
def all_code() -> str:
    """All code, tables and templates: what a document depends on."""
    files = [p for p in SOURCE.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return of(of_files(files, SOURCE), of_files(sorted(NOTEBOOKS.glob("*.ipynb")), NOTEBOOKS))


def data_settings(settings: Settings) -> dict:
    known = asdict(settings)
    return {name: known[name] for name in _DATA_SETTINGS}
