"""Return workbooks of a quarter, one for every file that has something to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analysis.intake.returns import SUFFIX, read_reports, return_names, write_return
from analysis.runs.outputs import write_whole
from analysis.runs.rerun.fingerprint import file_hash
from analysis.runs.sources import ledger_files, ledger_folder
from analysis.settings import Settings


def write_returns(settings: Settings, quarter: str, package: Path, folder: Path, is_internal: bool, manifest: dict[str, Any] | None = None) -> list[Path]:
    """Write ``intake/<file>_退回.xlsx`` below the quarter's folder and return the paths.

    The rows name units: for other readers than internal none is written, and those of an earlier run are taken away.
    ``manifest`` is the earlier run's record: what it wrote from the same package and nobody has touched since is not written again.
    """
    made: list[Path] = []
    written = manifest.get("outputs", {}) if manifest and manifest.get("package") == package.name else {}
    if is_internal:
        sources = {p.name: p for p in ledger_files(ledger_folder(settings, quarter))}
        reports = [r for r in read_reports(package / "intake", list(sources)) if r.needs_return]
        names = return_names([r.file for r in reports])
        for report in reports:
            target = folder / "intake" / names[report.file]
            made.append(target)
            if target.is_file() and written.get(target.relative_to(folder).as_posix()) == file_hash(target):
                continue
            write_whole(target, lambda p, r=report: write_return(sources[r.file], p, r, quarter, settings))
    for stale in (folder / "intake").glob(f"*{SUFFIX}.xlsx"):
        if stale not in made:
            stale.unlink()
    return made


def doubled(settings: Settings, quarter: str) -> list[str]:
    """Return a sentence for every mended return that lies beside the file it replaces: its rows would be taken for repetitions."""
    files = [p.name for p in ledger_files(ledger_folder(settings, quarter))]
    sentences = []
    for file in files:
        stem = Path(file).stem.removesuffix(SUFFIX)
        older = [f for f in files if f != file and stem in (f, Path(f).stem)] if Path(file).stem.endswith(SUFFIX) else []
        if older:
            sentences.append(f"{file} 和原来的 {'、'.join(older)} 同在一个文件夹里，相同的行会当作重复退回。请只留改好的一份，再重新运行。")
    return sentences
