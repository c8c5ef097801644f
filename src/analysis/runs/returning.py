"""Return workbooks of a quarter, one for every file that has something to mend."""

from __future__ import annotations

from pathlib import Path

from analysis.intake.returns import SUFFIX, read_reports, return_names, write_return
from analysis.runs.outputs import write_whole
from analysis.runs.sources import ledger_files, ledger_folder
from analysis.settings import Settings


def write_returns(settings: Settings, quarter: str, package: Path, folder: Path, is_internal: bool) -> list[Path]:
    """Write ``intake/<file>_退回.xlsx`` below the quarter's folder and return the paths.

    The rows name units: for other readers than internal none is written, and those of an earlier run are taken away.
    """
    made: list[Path] = []
    if is_internal:
        sources = {p.name: p for p in ledger_files(ledger_folder(settings, quarter))}
        reports = [r for r in read_reports(package / "intake", list(sources)) if r.needs_return]
        names = return_names([r.file for r in reports])
        for report in reports:
            target = folder / "intake" / names[report.file]
            write_whole(target, lambda p, r=report: write_return(sources[r.file], p, r, quarter, settings))
            made.append(target)
    for stale in (folder / "intake").glob(f"*{SUFFIX}.xlsx"):
        if stale not in made:
            stale.unlink()
    return made
