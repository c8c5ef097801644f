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


def of_named(paths: list[Path]) -> dict[str, str]:
    """Return file name → sha256, in the order given; of two files of one name the second is told by its number."""
    made: dict[str, str] = {}
    for path in paths:
        name, number = path.name, 2
        while name in made:
            name, number = f"{path.name} ({number})", number + 1
        made[name] = file_hash(path)
    return made


def data_code() -> str:
    """The code and rules that decide numbers and verdicts: all that the making of a package imports."""
    from analysis.runs.rerun import imports  # it stands on this module

    return of(imports.code_of_package(), imports.rule_tables())


@lru_cache(maxsize=1)
def source_code() -> str:
    """All code, tables and templates of the program."""
    return of(of_files([p for p in SOURCE.rglob("*") if p.is_file() and "__pycache__" not in p.parts], SOURCE))


@lru_cache(maxsize=1)
def all_code() -> str:
    """The program and the notebooks: what a document depends on."""
    return of(source_code(), of_files(sorted(NOTEBOOKS.glob("*.ipynb")), NOTEBOOKS))


def data_settings(settings: Settings) -> dict:
    known = asdict(settings)
    return {name: known[name] for name in _DATA_SETTINGS}
