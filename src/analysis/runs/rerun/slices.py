"""What of a package belongs to one district: a digest a scope, made with the package, so that a ledger changed elsewhere does not remake its documents.

A district's digest is of its own rows in every frame, of its townships', and of what no district owns (boundaries, settings, texts). The figures of
other regions that its documents quote are not in it: those are held one by one (:mod:`analysis.runs.rerun.dependencies`). The city's digest is of everything.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.runs.rerun.fingerprint import file_hash, of

FILE = "digests.json"
_OWNERS = ("district_code", "region_code", "region")  # columns that name whose a row is
_UNTOLD = ("made_at", "identity", "made_of", "ledgers_key")  # of the context: when, where and of which files, nothing that a document says
_SHARED = ("incomplete", "township_parents", "intake", "notes")  # of the context: the city's, or told by district
_QUIET = ("dominance.parquet", "building/guard.parquet")  # decide what other readers may see; those documents rest on the whole package


def write_digests(folder: Path, districts: list[str]) -> None:
    """Write ``digests.json``: scope → digest."""
    (folder / FILE).write_text(json.dumps(digests(folder, districts), indent=1), encoding="utf-8")


def read_digests(folder: Path) -> dict[str, str]:
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def digests(folder: Path, districts: list[str]) -> dict[str, str]:
    """Return scope → digest for ``city`` and every district."""
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    told = {key: value for key, value in context.items() if key not in _UNTOLD}
    files = {path.relative_to(folder).as_posix(): file_hash(path) for path in sorted(folder.rglob("*.parquet"))}
    made = {"city": of(told, files)}
    parents = context["township_parents"]
    common: list[object] = [{key: value for key, value in told.items() if key not in _SHARED}, sorted(districts)]
    own: dict[str, list[object]] = {
        code: [[r for r in told["incomplete"] if r["region"] == code], sorted(t for t, d in parents.items() if d == code)] for code in districts
    }
    relatives = _relatives(folder)
    for name in files:
        if name in _QUIET:
            continue
        frame = pq.read_table(folder / name).to_pandas(ignore_metadata=True)
        rows, owner = _row_hashes(frame), _owner(frame, parents, relatives)
        if owner is None:
            common.append([name, _digest(rows)])
            continue
        for code in districts:
            own[code].append([name, _digest(rows[owner(code)])])
    return made | {code: of(common, own[code]) for code in districts}


def _digest(rows: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(rows).tobytes()).hexdigest()


def _row_hashes(frame: pd.DataFrame) -> np.ndarray:
    plain = {}
    for name in frame.columns:
        column = frame[name]
        plain[name] = column.map(repr) if column.dtype == object and column.map(lambda v: isinstance(v, (list, np.ndarray, dict, bytes))).any() else column
    return pd.util.hash_pandas_object(pd.DataFrame(plain), index=False).to_numpy() if len(frame) else np.zeros(0, dtype="uint64")


def _relatives(folder: Path) -> dict[str, dict[str, str]]:
    """Return whose each unit and each union is."""
    made = {}
    for table, key in (("units", "uscc"), ("unions", "union_id")):
        path = folder / "tables" / f"{table}.parquet"
        rows = pq.read_table(path, columns=[key, "district_code"]).to_pandas() if path.is_file() else pd.DataFrame(columns=[key, "district_code"])
        made[key] = dict(zip(rows[key], rows["district_code"], strict=True))
    return made


def _owner(frame: pd.DataFrame, parents: dict[str, str], relatives: dict[str, dict[str, str]]):
    """Return district → which rows are its own; None where no column tells."""
    if "districts" in frame:  # several, joined by ";"
        return lambda code: np.array([code in str(d).split(";") for d in frame["districts"]], dtype=bool)
    column = next((name for name in _OWNERS if name in frame), None)
    if column is not None:
        whose = frame[column].astype(str).map(lambda c: parents.get(c, c)).to_numpy()
        return lambda code: whose == code
    keys = [frame[key].map(known).to_numpy() for key, known in relatives.items() if key in frame]
    if keys:
        return lambda code: np.logical_or.reduce([key == code for key in keys])
    return None
