"""``workbench verify``: a bundle made again here from its own inputs, and held against the results that it carries."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from analysis.errors import ParameterError
from analysis.runs.handing.bundling import RECORD
from analysis.runs.outputs import read_manifest, versions
from analysis.runs.quarter import run_quarter
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import seal_folder
from analysis.runs.sources import choose_settings

Say = Callable[[str], None]
_MOST = 5
_BLOCKS = "application/vnd.workbench.blocks+json"


@dataclass
class Verdict:
    """What came out: files that are the same, what differs (empty: equal), and how this machine is not the one it was made on."""

    same: int = 0
    differing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not self.differing


def verify(path: Path, say: Say = lambda _: None) -> Verdict:
    """Check a bundle's own hashes, make the quarter again in a folder of its own, compare.

    Raises
    ------
    ParameterError
        Where the file is no bundle.
    """
    record, files = _opened(path)
    verdict = Verdict()
    verdict.differing += [
        f"{name} 和存证时不同，包被改动过" for name, digest in record["files"].items() if fingerprint.bytes_hash(files.get(name, b"")) != digest
    ]
    verdict.differing += [f"{name} 不在存证的记录里，是后来放进去的" for name in files if name not in record["files"] and name != RECORD]
    if verdict.differing:
        return verdict
    verdict.remarks = _remarks(record)
    with tempfile.TemporaryDirectory(prefix="workbench-verify-") as folder:
        home = Path(folder)
        for name, data in files.items():
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        then = home / "out"
        then.rename(home / "then")
        with _settings_file(home / "settings.toml"):
            settings = choose_settings(home / "settings.toml")
            for seal in sorted((home / "sealed").glob("*")) if (home / "sealed").is_dir() else []:
                shutil.move(seal, seal_folder(settings, seal.name))  # a vault is named for its ledgers' folder, which is another one here
            made = _made_again(settings, record["quarter"], read_manifest(home / "then" / record["quarter"]), say)
        _compare(home / "then" / record["quarter"], made, verdict)
    return verdict


def _opened(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    if not path.is_file():
        raise ParameterError(f"没有找到文件 {path}。请核对路径；存证文件由 workbench bundle 生成。")
    try:
        with zipfile.ZipFile(path) as packed:
            files = {name: packed.read(name) for name in packed.namelist() if not name.endswith("/")}
        record = json.loads(files[RECORD])
        record["files"], record["quarter"]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ParameterError(f"{path.name} 不是完好的存证文件，应为 workbench bundle 生成的 .zip。请重新取得这个文件。") from error
    odd = [name for name in files if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name]
    if odd:
        raise ParameterError(f"{path.name} 里的文件名“{odd[0]}”指向包外，不予打开。请向出具人核实这个文件。")
    return record, files


def _remarks(record: dict[str, Any]) -> list[str]:
    """Say how program and libraries differ from those it was made with; they are the likely reason where results differ."""
    here = versions()
    other = [f"{name} 存证时 {was}，现在 {here.get(name, '没有')}" for name, was in record["versions"].items() if here.get(name) != was]
    code = [] if record["code"] == fingerprint.all_code() else ["工作台程序与存证时不同"]
    return code + other


@contextmanager
def _settings_file(path: Path) -> Iterator[None]:
    """Let every process of the run read the bundle's settings."""
    before = os.environ.get("WORKBENCH_SETTINGS")
    os.environ["WORKBENCH_SETTINGS"] = str(path)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("WORKBENCH_SETTINGS", None)
        else:
            os.environ["WORKBENCH_SETTINGS"] = before


def _made_again(settings: Any, quarter: str, manifest: dict[str, Any], say: Say) -> Path:
    """Make the documents that the bundle holds, scope by scope, and return their folder."""
    wanted: dict[tuple[str, ...], list[str]] = {}
    for job in manifest["jobs"]:
        forms = tuple(dict.fromkeys(Path(name).suffix[1:] for name in job["files"] if not name.endswith(".ipynb")))  # in the index page's order
        if job["document"] != "index":
            wanted.setdefault((job["scope"], *forms), []).append(job["document"])
    runs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (scope, *forms), documents in wanted.items():
        runs.setdefault((tuple(documents), tuple(forms)), []).append(scope)
    for (documents, forms), scopes in runs.items():
        run_quarter(replace(settings, formats=forms), quarter, ",".join(scopes), ",".join(documents), False, say)
    return settings.out / quarter


def _compare(then: Path, now: Path, verdict: Verdict) -> None:
    before, after = read_manifest(then), read_manifest(now)
    for job in after.get("jobs", []):
        if job["status"] == "failed":
            verdict.differing.append(f"{job['scope']}/{job['document']} 这次没有做成：{job['reason']}")
    for name in before["outputs"]:
        old, new = then / name, now / name
        if not new.is_file():
            verdict.differing.append(f"{name} 这次没有生成")
        elif _says(old) == _says(new):
            verdict.same += 1
        else:
            verdict.differing.append(f"{name} 与存证的不同" + (_figures(old, new) if name == "indicators.csv" else ""))


def _says(path: Path) -> str:
    """Return a digest of a file; of an executed notebook that of what it displays, since it also tells when it ran."""
    if path.suffix != ".ipynb":
        return fingerprint.file_hash(path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    shown = [out.get("data", {}).get(_BLOCKS) for cell in cells for out in cell.get("outputs", [])]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _figures(old: Path, new: Path) -> str:
    """Say which figures differ: the first few, and how many."""
    key = ["quarter", "region_code", "segment", "indicator"]
    frames = [pd.read_csv(BytesIO(p.read_bytes()), encoding="utf-8-sig", dtype=str, keep_default_na=False).set_index(key) for p in (old, new)]
    both = frames[0].add_suffix("_then").join(frames[1].add_suffix("_now"), how="outer").fillna("")
    moved = both[(both["value_then"] != both["value_now"]) | (both["status_then"] != both["status_now"])]
    told = [
        f"{'/'.join(at)} 存证为 {row.value_then or row.status_then or '无'}，现为 {row.value_now or row.status_now or '无'}"
        for at, row in zip(moved.index, moved.itertuples(), strict=True)
    ]
    return f"（{len(moved)} 个数不同：{'；'.join(told[:_MOST])}{'等' if len(told) > _MOST else ''}）" if told else ""
