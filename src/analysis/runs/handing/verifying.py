"""``workbench verify``: a bundle made again here from its own inputs, and held against the results that it carries."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import ParameterError, WorkbenchError
from analysis.runs.handing.opening import is_odd, open_bundle, tampered
from analysis.runs.outputs import read_manifest, versions
from analysis.runs.plan import notebooks
from analysis.runs.quarter import run_quarter
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import seal_folder
from analysis.runs.sources import choose_settings
from analysis.settings import Settings

Say = Callable[[str], None]
_MOST = 5
# what the manifest says of the run beside its files; the rest is about the machine and the moment
_TOLD = ("quarter", "city", "districts", "failed_files", "inputs", "changed_settings", "incomplete", "missing_columns", "class_breaks", "notes")
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
    record, files = open_bundle(path)
    verdict = Verdict(differing=tampered(record, files, {name: fingerprint.bytes_hash(data) for name, data in files.items()}))
    if verdict.differing:
        return verdict
    verdict.remarks = _remarks(record)
    with tempfile.TemporaryDirectory(prefix="workbench-verify-") as folder:
        home = Path(folder)
        _unpack(path, files, home)
        then = home / "then" / record["quarter"]
        manifest = _manifest(path, then)
        with _settings_file(home / "settings.toml"):
            settings = _own_settings(path, home)
            for seal in sorted((home / "sealed").glob("*")) if (home / "sealed").is_dir() else []:
                shutil.move(seal, seal_folder(settings, seal.name))  # a vault is named for its ledgers' folder, which is another one here
            try:
                made = _made_again(settings, record["quarter"], manifest, verdict, say)
            except WorkbenchError as error:  # what cannot be made of it proves nothing of what it says
                verdict.differing.append(f"重算没有做成：{error.sentence}")
                return verdict
        _compare(then, made, manifest, verdict)
    return verdict


def _unpack(path: Path, files: dict[str, bytes], home: Path) -> None:
    try:
        for name, data in files.items():
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        (home / "out").rename(home / "then")
    except (FileExistsError, NotADirectoryError, IsADirectoryError, ValueError) as error:  # a name that is a file and a folder at once
        raise ParameterError(f"{path.name} 里的文件名互相冲突，不是 workbench bundle 生成的存证文件。请向出具人核实这个文件。") from error


def _manifest(path: Path, then: Path) -> dict[str, Any]:
    """Return the manifest that the bundle carries."""
    try:
        manifest = read_manifest(then)
        jobs = [(job["document"], job["scope"], [Path(name).suffix for name in job["files"]]) for job in manifest["jobs"]]
        odd = [name for name in [*manifest["outputs"], *(scope for _, scope, _ in jobs)] if is_odd(name)]
    except (ValueError, KeyError, TypeError, AttributeError):
        jobs, odd = [], ["?"]
    if odd:
        raise ParameterError(f"{path.name} 里的 manifest.json 不是 workbench run 写的。请重新取得这个文件，或向出具人核实。")
    return manifest


def _own_settings(path: Path, home: Path) -> Settings:
    """Return the bundle's settings for this machine; a path that leads out of it is refused: a run would read or write there."""
    settings = choose_settings(home / "settings.toml")
    for field_ in fields(settings):
        value = getattr(settings, field_.name)
        if isinstance(value, Path) and not value.resolve().is_relative_to(home.resolve()):
            raise ParameterError(f"{path.name} 的设置 {field_.name} 指向包外（{value}），不予重算。请向出具人核实这个文件。")
    return replace(settings, jobs=0, scheduler="")


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


def _made_again(settings: Settings, quarter: str, manifest: dict[str, Any], verdict: Verdict, say: Say) -> Path:
    """Make the documents that the bundle holds, scope by scope, and return their folder."""
    known = {notebook.document for notebook in notebooks()}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for job in manifest["jobs"]:
        forms = tuple(dict.fromkeys(Path(name).suffix[1:] for name in job["files"] if not name.endswith(".ipynb")))  # in the index page's order
        if job["document"] != "index" and job["document"] not in known:
            verdict.differing.append(f"{job['scope']}/{job['document']} 没有重算：这台电脑上没有做它的笔记本")
        elif job["document"] != "index":
            wanted.setdefault((job["scope"], *forms), []).append(job["document"])
    runs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (scope, *forms), documents in wanted.items():
        runs.setdefault((tuple(documents), tuple(forms)), []).append(scope)
    for (documents, forms), scopes in runs.items():
        run_quarter(replace(settings, formats=forms), quarter, ",".join(scopes), ",".join(documents), False, say)
    return settings.out / quarter


def _compare(then: Path, now: Path, before: dict[str, Any], verdict: Verdict) -> None:
    after = read_manifest(now)
    verdict.differing += [f"manifest.json 的 {key} 与重算的不同" for key in _TOLD if before.get(key) != after.get(key)]
    unnamed = sorted({p.relative_to(then).as_posix() for p in then.rglob("*") if p.is_file()} - {*before["outputs"], "manifest.json"})
    verdict.differing += [f"{name} 不在 manifest.json 的成果里，没有核对" for name in unnamed]
    for job in after.get("jobs", []):
        if job["status"] == "failed":
            verdict.differing.append(f"{job['scope']}/{job['document']} 这次没有做成：{job['reason']}")
    for name in before["outputs"]:
        old, new = then / name, now / name
        if not old.is_file():
            verdict.differing.append(f"{name} 在 manifest.json 里有，包里没有")
        elif not new.is_file():
            verdict.differing.append(f"{name} 这次没有生成")
        elif _says(old) == _says(new):
            verdict.same += 1
        else:
            verdict.differing.append(f"{name} 与存证的不同" + (_figures(old, new) if name == "indicators.csv" else ""))


def _says(path: Path) -> str:
    """Return a digest of a file; of an executed notebook that of what it displays, since it also tells when it ran."""
    if path.suffix != ".ipynb":
        return fingerprint.file_hash(path)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = [out.get("data", {}).get(_BLOCKS) for cell in cells for out in cell.get("outputs", [])]
    except (ValueError, KeyError, TypeError, AttributeError):  # no notebook any more: equal only where the other is the same
        return fingerprint.file_hash(path)
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _figures(old: Path, new: Path) -> str:
    """Say which figures differ: the first few, and how many."""
    key = ["quarter", "region_code", "segment", "indicator"]
    try:
        frames = [pd.read_csv(BytesIO(p.read_bytes()), encoding="utf-8-sig", dtype=str, keep_default_na=False).set_index(key) for p in (old, new)]
    except (ValueError, KeyError):
        return "（存证的这张表已经读不出来）"
    both = frames[0].add_suffix("_then").join(frames[1].add_suffix("_now"), how="outer").fillna("")
    moved = both[(both["value_then"] != both["value_now"]) | (both["status_then"] != both["status_now"])]
    told = [
        f"{'/'.join(at)} 存证为 {row.value_then or row.status_then or '无'}，现为 {row.value_now or row.status_now or '无'}"
        for at, row in zip(moved.index, moved.itertuples(), strict=True)
    ]
    return f"（{len(moved)} 个数不同：{'；'.join(told[:_MOST])}{'等' if len(told) > _MOST else ''}）" if told else ""
