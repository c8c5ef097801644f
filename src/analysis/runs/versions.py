"""The earlier stored version of a quarter: what its figures were made of when it was last reported, before its ledger was restated.

Packages are never changed, so a quarter whose ledger was sent again has two. The earlier version is the newest stored package of that quarter
that was made of another ledger, under the same rules and of the same regions; where there is none, nothing was restated.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import LedgerError
from analysis.intake.store import read_tables
from analysis.paths import DATA
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import put_back, seal_of
from analysis.runs.sources import geography_files, known_quarters, ledger_files
from analysis.settings import Settings

# of two versions of one quarter at least this share of the units must be the same, otherwise it is another city's ledger
LEAST_SHARED = 0.5


def identity(settings: Settings, quarter: str) -> dict[str, Any]:
    """Return what tells two versions of one quarter apart (``ledger``) and what they must have in common (``rules``, ``places``, ``is_demo``)."""
    places = [fingerprint.file_hash(path) for path in geography_files(settings)]
    ledger = fingerprint.of_files(ledger_files(settings.ledgers / quarter), settings.ledgers) if quarter in known_quarters(settings) else {}
    rules = fingerprint.of(fingerprint.data_settings(settings))
    return {"ledger": fingerprint.of(ledger), "rules": rules, "places": fingerprint.of(places), "is_demo": settings.is_demo}


def earlier_version(settings: Settings, quarter: str) -> Path | None:
    """Return the folder of the earlier stored version of a quarter, or None."""
    own = identity(settings, quarter)
    store = settings.store or DATA / "store"
    sealed = seal_of(settings, quarter)
    if sealed is not None:  # what was published is what a change is measured from
        return None if sealed.record["identity"]["ledger"] == own["ledger"] else put_back(sealed, store)
    found = []
    for file in store.glob(f"{quarter}-*/context.json"):
        try:
            context = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a package that cannot be read is no version to compare with; it is made again when asked for
        other = context.get("identity", {})
        if other and other["ledger"] != own["ledger"] and all(other[key] == own[key] for key in ("rules", "places", "is_demo")):
            found.append((context.get("made_at", ""), file.parent.name, file.parent))
    return max(found)[2] if found else None


def stored_tables(folder: Path, present: dict[str, pd.DataFrame], gaps: pd.DataFrame) -> dict[str, pd.DataFrame] | None:
    """Return the kept tables of an earlier version; None where they cannot be read any more, are not of the same units, or lack other tables.

    ``gaps`` are those of the present reading: a table that one version lacks would pass for units without a union.
    """
    try:
        tables = read_tables(folder / "tables")
    except LedgerError:
        return None
    units = present["units"]
    is_same = tables["units"]["uscc"].isin(set(units["uscc"])).sum() >= LEAST_SHARED * max(len(tables["units"]), len(units), 1)
    lacked = {(row["region"], row["table"]) for row in json.loads((folder / "context.json").read_text(encoding="utf-8"))["incomplete"] if not row["column"]}
    whole = gaps[gaps["column"] == ""]
    lacking = set(zip(whole["region"], whole["table"], strict=True))
    return tables if is_same and _of_cover(lacked) == _of_cover(lacking) else None


def _of_cover(gaps: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {gap for gap in gaps if gap[1] in ("units", "covers", "unions")}
