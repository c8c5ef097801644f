"""Take in one quarter's ledgers: every file, every table, every row, one verdict each."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import LedgerError
from analysis.intake import crossrules, rules
from analysis.intake.aliases import Aliases, read_aliases
from analysis.intake.cells import typed
from analysis.intake.declared import DECLARED_COLUMNS
from analysis.intake.districts import Districts
from analysis.intake.findings import ROWS_COLUMNS, SUMMARY_COLUMNS, Findings
from analysis.intake.headers import HeaderProblem, find_header
from analysis.intake.personal import cover_keys
from analysis.intake.readers import OTHERS, is_ignored, read_sheets
from analysis.intake.schema import columns_of, table_codes
from analysis.intake.sheets import SheetRows, read_rows, stored_columns
from analysis.intake.sizes import add_sizes
from analysis.periods import Quarter
from analysis.settings import Settings

FILES_COLUMNS = ["file", "status", "reason"]
SOURCES_COLUMNS = ["file", "submission", "table", "sheet", "state", "missing_columns", "reason"]


@dataclass
class Intake:
    """One quarter's checked ledgers; the frames' columns stand in docs/architecture.md."""

    quarter: str
    tables: dict[str, pd.DataFrame]
    rows: pd.DataFrame
    summary: pd.DataFrame
    files: pd.DataFrame
    sources: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    refused: dict[str, pd.DataFrame] = field(default_factory=dict)
    declared: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=DECLARED_COLUMNS))

    @property
    def is_usable(self) -> bool:
        """True where at least one 单位 or 汇总表 table could be read."""
        read = self.sources[self.sources["state"] == "read"]
        return bool(read["table"].isin(["units", "totals"]).any())


@dataclass
class _Reading:
    """What the files gave before any rule looked across them."""

    sheets: dict[str, list[tuple[str, str, SheetRows]]] = field(default_factory=dict)
    files: list[tuple[str, str, str]] = field(default_factory=list)
    sources: list[tuple[Any, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def take_in(
    folder: Path | str,
    quarter: str | Quarter,
    regions: pd.DataFrame | None,
    settings: Settings,
    previous_headcounts: pd.Series | None = None,
    locate: crossrules.Locate | None = None,
) -> Intake:
    """Read and check every file of a quarter's folder.

    Parameters
    ----------
    folder : the quarter's folder; files are taken in code-point order of their names.
    regions : ``code, name, host_code`` ("" for a district of its own); None for a run on totals alone.
    previous_headcounts : uscc -> employee_count of the quarter directly before, for ``headcount_jump``.
    locate : ``(lon, lat) -> district codes`` ("" = none), coordinates as declared; None = no point rules.

    Returns
    -------
    Intake
        ``rows_read = accepted + flagged + quarantined`` for every file and table.

    Raises
    ------
    LedgerError
        Where the folder is missing or holds no file at all; a bad file never raises, it is reported in ``files``.
    """
    folder, as_of = Path(folder), Quarter(str(quarter)).as_of
    aliases = read_aliases(settings.aliases)
    with _collector_at_rest():
        reading = _read_folder(folder, settings, aliases)
    frames, findings = _checked_tables(reading, Districts(regions, settings.city_code), as_of)
    districts = Districts(regions, settings.city_code)
    kept_keys = {t: frames[t].loc[findings[t].kept, k] for t, k in (("units", "uscc"), ("unions", "union_id"), ("contracts", "contract_id"))}
    for table in crossrules.REFERENCES:
        crossrules.check_references(findings[table], frames[table], kept_keys)
    kept_covers, kept_unions = (frames[t][findings[t].kept] for t in ("covers", "unions"))
    crossrules.flag_inactive_with_union(findings["units"], frames["units"], kept_covers, kept_unions, as_of)
    crossrules.flag_headcount_jump(findings["units"], frames["units"], previous_headcounts)
    frames["units"] = add_sizes(crossrules.place_points(findings["units"], frames["units"], districts, locate))
    kept = {table: _kept(table, frames[table], findings[table]) for table in table_codes()}
    refused = {t: frames[t].loc[findings[t].quarantined].reset_index(drop=True) for t in table_codes()}
    lines = [findings[t].lines(frames[t]) for t in table_codes()]
    summaries = [findings[t].summary(frames[t], [(file, sheet) for file, sheet, _ in reading.sheets.get(t, [])]) for t in table_codes()]
    return Intake(
        str(quarter),
        kept,
        _joined(lines, ROWS_COLUMNS),
        _joined(summaries, SUMMARY_COLUMNS),
        pd.DataFrame(reading.files, columns=FILES_COLUMNS),
        pd.DataFrame(reading.sources, columns=SOURCES_COLUMNS),
        reading.notes,
        refused,
        _declared(reading),
    )


def with_headcount_jumps(intake: Intake, previous_headcounts: pd.Series | None) -> Intake:
    """Return a reading with the rows flagged that a reading with these headcounts would flag; its summary stays.

    A quarter that is read beside another one is read without them.
    """
    units = intake.tables["units"]
    findings = Findings("units", len(units))
    crossrules.flag_headcount_jump(findings, units, previous_headcounts)
    others = intake.rows[intake.rows["rule"] != "headcount_jump"]
    return replace(intake, rows=_joined([others, findings.lines(units)], ROWS_COLUMNS))


def _declared(reading: _Reading) -> pd.DataFrame:
    """What the 合计 rows of all sheets declare, beside the sums of their rows."""
    lines = [(file, table, sheet, *line) for table, parts in reading.sheets.items() for file, sheet, part in parts for line in part.declared]
    return pd.DataFrame(lines, columns=DECLARED_COLUMNS)


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [p for p in parts if len(p)]
    if not filled:
        return pd.DataFrame(columns=columns)
    return pd.concat(filled, ignore_index=True).sort_values(["file", "table"], kind="stable", ignore_index=True)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Millions of new cells would send the collector of cycles round and round, and cells hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_folder(folder: Path, settings: Settings, aliases: Aliases) -> _Reading:
    if not folder.is_dir():
        raise LedgerError(f"没有找到台账文件夹 {folder}。请检查季度和路径，或把各区县报送的文件放进这个文件夹。")
    paths = sorted((p for p in folder.iterdir() if p.is_file()), key=lambda p: p.name)
    if all(is_ignored(p) for p in paths):
        raise LedgerError(f"台账文件夹 {folder} 里没有 .xlsx、.csv 或 .parquet 文件。请把各区县报送的文件放进去后重新运行。")
    reading = _Reading()
    folders = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    reading.notes.extend(f"{name}：子文件夹没有读取，请把文件直接放在季度文件夹里" for name in folders)
    for path in paths:
        _read_file(path, settings, aliases, reading)
    return reading


def _read_file(path: Path, settings: Settings, aliases: Aliases, reading: _Reading) -> None:
    name = path.name
    if is_ignored(path):
        reading.files.append((name, "ignored", "" if name.startswith(("~$", ".")) else "不是台账文件，没有读取。"))
        return
    is_single = path.suffix.lower() in OTHERS
    table_by_name = aliases.table_of(path.stem.rsplit("_", 1)[-1]) if is_single else None
    submission = path.stem.rsplit("_", 1)[0] if is_single and "_" in path.stem else name
    if is_single and table_by_name is None:
        part = path.stem.rsplit("_", 1)[-1]
        reason = f"文件名里的“{part}”不是台账的表名。请改名为“区县_单位{path.suffix}”这样的名字（表名在最后一个下划线之后）后重新报送。"
        reading.files.append((name, "unknown_table", reason))
        return
    try:
        sheets, notes = read_sheets(path, settings, lambda sheet: aliases.table_of(sheet) is not None)
    except LedgerError as error:
        reading.files.append((name, "unreadable", error.sentence))
        reading.sources.append((name, submission, table_by_name or "", "", "unreadable", (), error.sentence))
        return
    stopped = []
    for sheet in sheets:
        table = table_by_name or aliases.table_of(sheet.name) or ""
        where = f"工作表“{sheet.name}”：" if sheet.name else ""
        try:
            header = find_header(sheet, table, aliases)
        except HeaderProblem as problem:
            stopped.append(f"{where}{problem}")
            reading.sources.append((name, submission, table, sheet.name, "table_stopped", (), str(problem)))
            continue
        found = read_rows(sheet, header, table, name, settings.totals_multipliers)
        reading.sheets.setdefault(table, []).append((name, sheet.name, found))
        absent = tuple(c.code for c in columns_of(table) if c.code not in header.columns)
        reading.sources.append((name, submission, table, sheet.name, "read", absent, ""))
        notes.extend(where + note for note in (*header.notes, *found.notes))
    if not sheets:
        reason = "工作簿里没有一张认识的工作表。请按模板给工作表命名（单位、工会、覆盖关系等），或在别名表 aliases.csv 中补充对应关系。"
        reading.files.append((name, "unknown_table", "；".join([reason.removesuffix("。"), *notes])))
    else:
        reading.files.append((name, "table_stopped" if stopped else "read", "；".join([*(s.removesuffix("。") if notes else s for s in stopped), *notes])))
    reading.notes.extend(f"{name}：{note}" for note in notes)


def _checked_tables(reading: _Reading, districts: Districts, as_of: Any) -> tuple[dict[str, pd.DataFrame], dict[str, Findings]]:
    """Join the sheets of every table and apply the rules that stay inside it."""
    _cover_contract_numbers(reading)
    frames: dict[str, pd.DataFrame] = {}
    findings: dict[str, Findings] = {}
    for table in table_codes():
        parts = reading.sheets.get(table, [])
        frame = (parts[0][2].frame if len(parts) == 1 else pd.concat([p.frame for _, _, p in parts], ignore_index=True)) if parts else _empty(table)
        found = Findings(table, len(frame))
        offset = 0
        for _, _, part in parts:
            rules.report_faults(found, [(offset + i, rule, column, raw) for i, rule, column, raw in part.faults])
            offset += len(part.frame)
        if "district_code" in frame:
            frame = rules.resolve_districts(found, frame, districts)
        if table == "units":
            rules.check_units(found, frame)
        if table == "unions":
            rules.check_unions(found, frame, as_of)
        key = next((c.code for c in columns_of(table) if c.need == "key"), None)
        if key:
            rules.quarantine_repeated(found, frame, key, "uscc_duplicate" if table == "units" else "key_duplicate")
        frames[table], findings[table] = frame, found
    return frames, findings


def _cover_contract_numbers(reading: _Reading) -> None:
    """A contract's number is the one key of free text; where it is a person's number, it is replaced, alike in both tables."""
    parts = [(file, sheet, part) for table in ("contracts", "contract_covers") for file, sheet, part in reading.sheets.get(table, [])]
    keys, are_covered = cover_keys([part.frame["contract_id"] for _, _, part in parts])
    for (file, sheet, part), key, is_covered in zip(parts, keys, are_covered, strict=True):
        if is_covered:
            part.frame["contract_id"] = key
            where = f"工作表“{sheet}”：" if sheet else ""
            reading.notes.append(f"{file}：{where}有的合同编号是身份证号，没有收下，以顺序号代替，请今后不要用作编号")


def _empty(table: str) -> pd.DataFrame:
    frame = pd.DataFrame({c.code: typed([], c.type) for c in stored_columns(table)})
    return frame.assign(source_file=typed([], "text"), source_sheet=typed([], "text"), source_row=pd.Series([], dtype="int64"))


def _kept(table: str, frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    from analysis.intake.kept import check_kept, kept_columns  # pandera is slow to import and only needed here

    columns = kept_columns(table)
    kept = (frame.loc[findings.kept, columns] if findings.quarantined.any() else frame[columns]).reset_index(drop=True)
    return kept if kept.empty else check_kept(table, kept)  # an empty table has its dtypes by construction
