"""``workbench bundle``: a quarter's inputs, settings, lock and results in one file, from which it can be made again elsewhere."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

from analysis.errors import ExportError, ParameterError
from analysis.paths import DATA, REPORTS, ROOT
from analysis.periods import Quarter
from analysis.publishing.zipped import dated_alike
from analysis.runs.breaks import COLUMNS
from analysis.runs.holding import QUARTER_NOTE, held
from analysis.runs.inputs import known_quarters, ledger_files, needed_quarters
from analysis.runs.lists.scoring import stored_before
from analysis.runs.outputs import read_manifest, write_whole
from analysis.runs.prepare import run_fingerprint
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import seal_of
from analysis.runs.versions import earlier_version
from analysis.settings import Settings

Say = Callable[[str], None]
RECORD = "bundle.json"
PATIENCE = 10.0  # seconds to wait for a run in the quarter's folder
_FOLDERS = ("ledgers", "out", "store", "sealed")  # packed in a way of their own
_MACHINES_OWN = ("jobs", "scheduler")  # how this machine works, which is not how another one does


def bundle(settings: Settings, quarter: str, path: Path | None = None, say: Say = lambda _: None) -> Path:
    """Pack a finished quarter; the same quarter gives the same bytes.

    Raises
    ------
    BusyError
        Where a run works in the quarter's folder and does not end.
    ParameterError
        Where there is no run of the quarter.
    ExportError
        Where its results or inputs are no longer those of the record: then there is nothing that could be proved.
    """
    out = settings.out or REPORTS
    folder = out / quarter
    if not read_manifest(folder):
        raise ParameterError(f"还没有 {quarter} 的成果（{folder}）。请先运行 workbench run --quarter {quarter}。")
    with held(folder / QUARTER_NOTE, f"{quarter} 的成果文件夹", say, PATIENCE, is_finishing=False):  # a run would exchange the files while they are read
        return _bundle(settings, quarter, path or out / f"{quarter}_存证.zip", folder)


def _bundle(settings: Settings, quarter: str, target: Path, folder: Path) -> Path:
    manifest = read_manifest(folder)
    _check(settings, quarter, folder, manifest)
    files: dict[str, bytes] = {f"out/{quarter}/{name}": (folder / name).read_bytes() for name in [*manifest["outputs"], "manifest.json"]}
    shown, inputs = _inputs(settings, quarter)
    files |= inputs | _kept(settings, quarter, (settings.store or DATA / "store") / manifest["package"])
    files["inputs/breaks.csv"] = _breaks(manifest).encode("utf-8-sig")
    shown |= {"breaks": "inputs/breaks.csv", "audience": manifest["settings"]["audience"], "map_use": manifest["settings"]["map_use"]}
    shown["map_approval_no"] = manifest["settings"].get("map_approval_no", "")
    files["settings.toml"] = _toml(shown).encode()
    lock = ROOT / "requirements.lock"
    files |= {"requirements.lock": lock.read_bytes()} if lock.is_file() else {}
    record = {
        "quarter": quarter,
        "versions": manifest["versions"],
        "code": fingerprint.all_code(),
        "package": manifest["package"],
        "files": {name: fingerprint.bytes_hash(data) for name, data in sorted(files.items())},
    }
    files[RECORD] = json.dumps(record, ensure_ascii=False, indent=1, default=str).encode()
    write_whole(target, lambda p: p.write_bytes(_packed(files)))
    return target


def _check(settings: Settings, quarter: str, folder: Path, manifest: dict[str, Any]) -> None:
    for name, digest in manifest["outputs"].items():
        if not (folder / name).is_file() or fingerprint.file_hash(folder / name) != digest:
            raise ExportError(f"{folder / name} 在生成以后被改过或移走，和记录不同，不能存证。请重新运行 workbench run --quarter {quarter}。")
    sealed = seal_of(settings, quarter)
    now = sealed.name if sealed else f"{quarter}-{run_fingerprint(settings, quarter)}"
    if now != manifest["package"]:
        raise ExportError(
            f"{quarter} 的台账、界线、设置或程序在生成以后变过，现有成果不是用现在的输入做的。请重新运行 workbench run --quarter {quarter} 后再存证。"
        )
    if any(job["status"] == "failed" for job in manifest["jobs"]):
        raise ExportError(f"{quarter} 有文稿没有做成，成果不完整。请先改正并重新运行 workbench run --quarter {quarter}。")


def _inputs(settings: Settings, quarter: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the settings with their paths inside the bundle, and the files they name."""
    shown, files = {}, {}
    for name, value in asdict(settings).items():
        if name in _MACHINES_OWN:
            continue
        if not isinstance(value, Path):
            shown[name] = list(value) if isinstance(value, tuple) else value
        elif name not in _FOLDERS:
            members = list(_members(value))
            shown[name] = f"inputs/{name}/{value.name}" if members else ""
            files |= {f"inputs/{name}/{inside}": data for inside, data in members}
    for needed in (q for q in needed_quarters(quarter) if q in known_quarters(settings)):
        home = settings.ledgers / needed
        files |= {f"inputs/ledgers/{needed}/{p.relative_to(home).as_posix()}": p.read_bytes() for p in ledger_files(home)}
    if settings.is_demo:
        files["inputs/ledgers/DEMO"] = b""
    return shown | {"ledgers": "inputs/ledgers", "store": "store", "out": "out", "sealed": "sealed"}, files


def _members(path: Path) -> Iterable[tuple[str, bytes]]:
    """Yield a file, or a folder's files, as (name below the folder that holds it, bytes); a shapefile with its companions."""
    if path.is_dir():
        yield from ((f"{path.name}/{p.relative_to(path).as_posix()}", p.read_bytes()) for p in sorted(path.rglob("*")) if p.is_file())
    elif path.is_file():
        together = sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else [path]
        yield from ((p.name, p.read_bytes()) for p in together)


def _kept(settings: Settings, quarter: str, package: Path) -> dict[str, bytes]:
    """Return what the quarter took from the store and the vault: earlier versions of restated ledgers, the quarter before, sealed quarters."""
    store, files = settings.store or DATA / "store", {}
    for other in (Quarter(quarter).previous.key, Quarter(quarter).year_ago.key):
        version = earlier_version(settings, other)
        if version is not None:
            kept = [version / "context.json", *sorted((version / "tables").glob("*.parquet"))]
            files |= {f"store/{p.relative_to(store).as_posix()}": p.read_bytes() for p in kept}
    compared = stored_before(package, Quarter(quarter).previous.key)  # the assessment's ranks are held against those of the quarter before
    if compared is not None:
        files |= {f"store/{p.relative_to(store).as_posix()}": p.read_bytes() for p in sorted(compared.rglob("*")) if p.is_file()}
    for needed in needed_quarters(quarter):
        sealed = seal_of(settings, needed)
        if sealed is not None:
            home = sealed.folder
            files |= {f"sealed/{needed}/{p.relative_to(home).as_posix()}": p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file()}
    return files


def _breaks(manifest: dict[str, Any]) -> str:
    """Return the class breaks as a table that holds for every city and folder: those of this run, wherever it is made again."""
    rows = [",".join(COLUMNS)]
    for said, bounds in manifest.get("class_breaks", {}).items():
        level, indicator = said.split(" ", 1)
        rows.append(f",,{level},{indicator},,{bounds},{manifest['quarter']}")
    return "\n".join(rows) + "\n"


def _toml(settings: dict[str, Any]) -> str:
    """Return settings as a file that ``load_settings`` reads."""
    return "[bundle]\n" + "".join(f"{name} = {_value(value)}\n" for name, value in sorted(settings.items()) if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_value(v) for v in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _packed(files: dict[str, bytes]) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as target:
        for name, data in sorted(files.items()):
            target.writestr(name, data)
    return dated_alike(raw)
