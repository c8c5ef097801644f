"""Sealed quarters (封存): a copy of the package that was published, which later ledgers, settings or programs do not change.

A seal is a folder ``<sealed>/<quarter>-<ledgers>/`` with ``seal.json`` and the package as it was. The store may be deleted at any time: a sealed package is put
back from here. What differs from today's data, code, settings or boundaries becomes an erratum (``runs.errata``), never another figure.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import LedgerError
from analysis.paths import DATA
from analysis.publishing.placing import put_in_place
from analysis.runs.rerun import fingerprint
from analysis.runs.rerun.fingerprint import ledgers_key
from analysis.runs.sources import geography_files, known_quarters, ledger_files
from analysis.settings import Settings

SHEET, SCORES = "score.toml", "scores.parquet"  # beside the package: the score sheet, and the totals and ranks that it gave
PARTS = {"ledger": "台账", "code": "程序", "settings": "设置", "places": "界线"}


@dataclass(frozen=True)
class Seal:
    """A sealed quarter: ``folder`` the vault, ``record`` what ``seal.json`` says."""

    folder: Path
    record: dict[str, Any]

    @property
    def quarter(self) -> str:
        return self.record["quarter"]

    @property
    def name(self) -> str:
        """The name of the package, as it had in the store."""
        return self.record["package"]

    @property
    def package(self) -> Path:
        return self.folder / "package"

    @property
    def sheet(self) -> Path | None:
        """The score sheet that was sealed, None where there was none."""
        return self.folder / SHEET if (self.folder / SHEET).is_file() else None

    @cached_property
    def scores(self) -> pd.DataFrame | None:
        """The sealed totals and ranks (``sealing.scores``), None where there was no score sheet."""
        return pd.read_parquet(self.folder / SCORES) if (self.folder / SCORES).is_file() else None

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The sealed indicators of the quarter, its changes among them."""
        frame = pd.read_parquet(self.package / "indicators.parquet")
        return frame[frame["quarter"] == self.quarter].reset_index(drop=True)

    @property
    def levels(self) -> pd.DataFrame:
        """The sealed indicators without changes: what later quarters compare with."""
        return self.figures[~self.figures["indicator"].str.contains(r"_(?:qoq|yoy)$")].reset_index(drop=True)

    def covered(self) -> pd.DataFrame:
        """Return the ``uscc`` of the units that counted as covered."""
        states = pd.read_parquet(self.package / "states.parquet")
        return states.loc[states["covered"], ["uscc"]].reset_index(drop=True)


def sealed_root(settings: Settings) -> Path:
    return settings.sealed or DATA / "sealed"


def seal_folder(settings: Settings, quarter: str) -> Path:
    return sealed_root(settings) / f"{quarter}-{ledgers_key(settings)}"


def seal_of(settings: Settings, quarter: str) -> Seal | None:
    """Return the seal of a quarter of these ledgers, or None.

    Raises
    ------
    LedgerError
        Where a seal is there but damaged: sealed figures are never quietly replaced.
    """
    folder = seal_folder(settings, quarter)
    file = folder / "seal.json"
    if not folder.is_dir():
        return None
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        whole = fingerprint.file_hash(folder / "package" / "indicators.parquet") == record["figures"]
    except (OSError, ValueError, KeyError) as error:
        raise LedgerError(f"封存的 {quarter}（{folder}）缺文件或读不懂。请从备份恢复这个文件夹；确实不要封存的，由负责人删去后重新运行。") from error
    if not whole:
        raise LedgerError(f"封存的 {quarter}（{folder}）的数字与封存时不同，可能被改动过。请从备份恢复这个文件夹后重试。")
    return Seal(folder, record)


def made_of(settings: Settings, quarter: str) -> dict[str, Any]:
    """Return what a quarter's figures are made of today: files of its ledger and of the one before, code, settings, boundaries.

    The quarter before counts because it decides who is newly covered and what changes are measured from.
    """
    from analysis.periods import Quarter

    known = known_quarters(settings)
    ledger = {f"{q}/{name}": digest for q in (quarter, Quarter(quarter).previous.key) if q in known
              for name, digest in fingerprint.of_files(ledger_files(settings.ledgers / q), settings.ledgers / q).items()}  # fmt: skip
    own = json.loads(json.dumps(fingerprint.data_settings(settings)))
    return {"ledger": ledger, "code": fingerprint.data_code(), "settings": own, "places": fingerprint.of_named(geography_files(settings))}


def parts_changed(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return which of data, code, settings and boundaries differ between two records of ``made_of``, in that order."""
    return [part for part in PARTS if then.get(part) != now.get(part)]


def put_back(seal: Seal, store: Path) -> Path:
    """See that the sealed package lies in the store, as it was sealed, and return its folder there."""
    folder = store / seal.name
    there = folder / "indicators.parquet"
    if there.is_file() and (folder / "context.json").is_file() and fingerprint.file_hash(there) == seal.record["figures"]:
        return folder
    _copy(seal.package, folder)
    return folder


def write_seal(settings: Settings, package: Path, record: dict[str, Any], beside: Mapping[str, bytes]) -> Seal:
    """Copy a package into the vault, with files ``beside`` it, whole or not at all."""
    folder = seal_folder(settings, record["quarter"])
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    try:
        shutil.copytree(package, unfinished / "package")
        record = record | {"figures": fingerprint.file_hash(unfinished / "package" / "indicators.parquet")}
        (unfinished / "seal.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        for name, data in beside.items():
            (unfinished / name).write_bytes(data)
        os.chmod(unfinished, 0o755)
        put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Seal(folder, record)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=target.parent))
    try:
        shutil.copytree(source, unfinished, dirs_exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        put_in_place(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
