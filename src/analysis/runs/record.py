"""The manifest of a run: what was made, of what, and from which inputs. Until it is written the journal vouches for finished documents."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.runs.assumed import changed_settings
from analysis.runs.breaks import as_texts
from analysis.runs.index.door import UNTOLD
from analysis.runs.notebook import Outcome
from analysis.runs.outputs import versions, write_manifest
from analysis.runs.plan import Job, notebooks
from analysis.runs.rerun import fingerprint
from analysis.runs.rerun.dependencies import Scales, code_now
from analysis.settings import Settings


class Record:
    """What is known of a run so far: entries of jobs and the files made."""

    def __init__(self, scales: Scales, settings: Settings, stamp: str) -> None:
        self._scales, self._settings, self._stamp = scales, settings, stamp
        self._entries: dict[tuple[str, str], dict[str, Any]] = {}
        self.files: list[Path] = []
        self._content = self._about()

    def keep(self, entry: dict[str, Any]) -> None:
        """Take over the entry of an earlier run as it stands, with the stamp of that run."""
        self._entries[entry["document"], entry["scope"]] = entry
        self.files += [self._scales.target / name for name in entry["files"]]

    def add(self, job: Job | None, outcome: Outcome) -> dict[str, Any]:
        """Note how a job ended and return its entry; an unchanged one keeps what its record says it was made of."""
        is_internal = self._scales.package.audience == "internal"
        before = (self._scales.record_of(job) or {}) if job else {}
        rested = outcome.record.pop("asked", None) if outcome.status == "made" else None
        rests_on = self._scales.rests_on(job, rested) if job and is_internal else None
        entry = {
            "document": outcome.document, "scope": outcome.scope, "status": outcome.status, "seconds": round(outcome.seconds, 2),
            "reason": outcome.reason if is_internal else UNTOLD * bool(outcome.reason),
            "files": outcome.files, "record": outcome.record, "stamp": self._stamp,
        }  # fmt: skip
        if job and outcome.status == "unchanged":
            entry |= {key: before[key] for key in ("audience", "map_use", "rests_on", "parts", "key") if key in before}
        elif job and outcome.status == "made":
            parts = self._scales.parts(job, rests_on)
            package = self._scales.package
            entry |= {"audience": package.audience, "map_use": package.map_use, "rests_on": rests_on, "parts": parts, "key": fingerprint.of(parts)}
        self._entries[outcome.document, outcome.scope] = entry
        self.files += [self._scales.target / name for name in outcome.files]
        return entry

    def write(self) -> None:
        """Write the manifest; by the stamps of its entries the next run knows that nothing is to be done."""
        write_manifest(self._scales.target, self._content | {"jobs": self._in_order()}, self.files)

    def _in_order(self) -> list[dict[str, Any]]:
        """Return the entries city first, then by region and document: which of them ended first is chance, and no run may say it differently."""
        return sorted(self._entries.values(), key=lambda entry: (entry["scope"] != "city", entry["scope"], entry["document"]))

    def _about(self) -> dict[str, Any]:
        package, settings = self._scales.package, self._settings
        is_internal = package.audience == "internal"
        context = json.loads((package.folder / "context.json").read_text(encoding="utf-8"))
        return {
            "quarter": package.quarter,
            "made_at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "package": package.folder.name,
            "city": list(package.city),
            "districts": [list(pair) for pair in package.register.regions("district")],
            "failed_files": int(context["failed_files"]),
            "inputs": self._scales.inputs,
            "settings": {k: (v.name if isinstance(v, Path) else v) for k, v in asdict(settings).items()},
            "changed_settings": changed_settings(settings, package.audience),
            "versions": versions(),
            "code": code_now((n.path for n in notebooks()), self._scales.texts[0]),
            "made_of": context["made_of"] if is_internal else {},
            "incomplete": self._incomplete(True),
            "missing_columns": self._incomplete(False),
            "notes": list(package.notes) if is_internal else [],
            "class_breaks": as_texts(package.breaks),
        }

    def _incomplete(self, whole_tables: bool) -> list[dict[str, str]]:
        """Whole tables that a district lacks (the contract's ``incomplete``), or single optional columns."""
        return [dict(row) for row in self._scales.package.incomplete if bool(row["column"]) != whole_tables]
