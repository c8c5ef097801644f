"""What an unfinished run has made so far: a line a document, so that the next run goes on where it broke off instead of beginning again.

The manifest is written once, at the end; until then this journal vouches for finished documents. It goes when the manifest is there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from analysis.runs.rerun import fingerprint

FILE = ".made.jsonl"


def note_made(folder: Path, record: dict[str, Any]) -> None:
    """Add a finished job (the manifest's fields ``document scope status files key record``) with its files' hashes."""
    line = record | {"outputs": {name: fingerprint.file_hash(folder / name) for name in record["files"]}}
    with open(folder / FILE, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def with_journal(manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a manifest that also knows what an unfinished run made after it; a line that broke off in the middle counts for nothing."""
    made = {}
    for line in _lines(folder):
        try:
            record = json.loads(line)
            made[record["document"], record["scope"]] = record
        except (ValueError, KeyError, TypeError):
            continue
    if not made:
        return manifest
    older = [job for job in manifest.get("jobs", []) if (job["document"], job["scope"]) not in made]
    outputs = dict(manifest.get("outputs", {}))
    for record in made.values():
        outputs |= record.pop("outputs", {})
    return manifest | {"jobs": [*made.values(), *older], "outputs": outputs}


def _lines(folder: Path) -> list[str]:
    path = folder / FILE
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []


def close_journal(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)
