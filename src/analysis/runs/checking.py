"""Intake only: verdicts and reports, nothing else of an earlier run touched."""

from __future__ import annotations

from collections.abc import Callable

from analysis.paths import REPORTS
from analysis.runs.handing.export_log import log_files
from analysis.runs.holding import QUARTER_NOTE, held
from analysis.runs.lists.returning import doubled, write_returns
from analysis.runs.outputs import copy_intake, ready_folder
from analysis.runs.packing import build_package, say_places
from analysis.runs.quarter import intake_outcome
from analysis.runs.sources import ledger_folder
from analysis.settings import Settings

CHECK_PATIENCE = 600.0  # seconds that a check waits for a run in the same folder


def check_quarter(settings: Settings, quarter: str, say: Callable[[str], None]) -> int:
    """Return 0 where every row was accepted or flagged, 1 where rows were quarantined or a file failed; usage mistakes raise (2)."""
    ledger_folder(settings, quarter)
    target = ready_folder(settings.out or REPORTS) / quarter
    folder = build_package(settings, quarter, say)
    say_places(folder, say)
    target.mkdir(exist_ok=True)
    with held(target / QUARTER_NOTE, f"{quarter} 的成果文件夹", say, CHECK_PATIENCE):
        reports = copy_intake(folder, target, is_internal=True)
        returns = write_returns(settings, quarter, folder, target, is_internal=True)
    log_files(target.parent, "check", quarter, "internal", target, [*reports, *returns])
    summary, files = intake_outcome(folder)
    for row in files[files["status"].isin(["unreadable", "table_stopped", "unknown_table"])].itertuples():
        say(f"  {row.file}：{row.reason}")
    for name, group in summary.groupby("file", sort=True):
        say(
            f"  {name}　读入 {int(group['rows_read'].sum())} 行，接收 {int(group['accepted'].sum())}，提示 {int(group['flagged'].sum())}，退回 {int(group['quarantined'].sum())}"
        )
    for sentence in doubled(settings, quarter):
        say(sentence)
    failed = files["status"].isin(["unreadable", "table_stopped"]).any()
    back = int(summary["quarantined"].sum())
    say(f"共退回 {back} 行、提示 {int(summary['flagged'].sum())} 行，逐行原因见 {target / 'intake' / 'rows.csv'}。" if back else "没有退回的行。")
    if returns:
        say(f"有 {len(returns)} 份文件要发还区县，已标出问题和改法：{target / 'intake'} 下的“…_退回.xlsx”。")
    return 1 if failed or back else 0
