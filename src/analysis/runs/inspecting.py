"""``workbench inspect FILE``: a delivered or edited document against the record it carries, the quarter's indicators beside it, and the rules of layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import ExportError, ParameterError
from analysis.publishing.conformance import Layout, check_layout
from analysis.publishing.number_check import READERS, Finished, check_file
from analysis.publishing.number_check.compare import Finding


@dataclass(frozen=True)
class Inspection:
    """What was found in a file; ``table`` is the indicators file it was also held against (None where there is none).

    ``layout`` is what was measured of its pages (None for a page of the web); ``unread`` says why its figures could not be checked.
    """

    findings: list[Finding]
    figures: int
    table: Path | None
    layout: Layout | None = None
    unread: str = ""

    @property
    def exit_code(self) -> int:
        return 1 if self.findings or self.unread or (self.layout and self.layout.departures) else 0


def inspect_file(path: Path, out: Path | None = None) -> Inspection:
    """Check a document.

    Parameters
    ----------
    out : the folder of results; looked into where the file no longer lies beside its quarter's ``indicators.csv``

    Raises
    ------
    ParameterError
        Where there is no such file, or of no format we can read.
    """
    if not path.is_file():
        raise ParameterError(f"没有找到文件 {path}。请核对路径；成果在 <成果文件夹>/<季度>/<范围>/ 下。")
    form = path.suffix.lower().lstrip(".")
    if form not in READERS:
        raise ParameterError(f"不会核对 {path.name}，会核对的是 {'、'.join(READERS)} 文件。请换成工作台生成的文稿。")
    data = path.read_bytes()
    layout = check_layout(data, form)
    try:
        finished, findings = check_file(data, form)
    except ExportError as error:
        if layout is None:
            raise
        return Inspection([], 0, None, layout, error.sentence)
    table = _table(path, finished, out)
    findings = findings + (_against(finished, table) if table else [])
    return Inspection(findings, _count(finished), table, layout)


def lines_of(made: Inspection, name: str) -> list[str]:
    """Return what the terminal says: figures first, then the layout with what was measured."""
    against = f"，并与 {made.table.name} 核对" if made.table else "；旁边没有 indicators.csv，没有与指标表核对"
    said = [f"  {finding.sentence}" for finding in made.findings]
    if made.unread:
        said.append(f"{name}：{made.unread}")
    elif made.findings:
        said.append(f"{name}：有 {len(made.findings)} 处不符（共核对 {made.figures} 处数字{against}）。请改回登记的数字，或重新生成文稿。")
    else:
        said.append(f"{name}：{made.figures} 处数字全部相符{against}。")
    if made.layout is None:
        return said
    measures = "，".join(f"{what} {found}" for what, found, _ in made.layout.measures)
    said += [f"版式：{measures}。", *(f"  注：{remark}" for remark in made.layout.remarks)]
    if not made.layout.departures:
        return [*said, f"{name}：版式量到的各项都合规定（GB/T 9704-2012）。"]
    return [*said, *(f"  {d.sentence}" for d in made.layout.departures), f"{name}：版式有 {len(made.layout.departures)} 处不合，逐处见上。"]


def _count(finished: Finished) -> int:
    if finished.form == "pdf":
        return sum(1 for _, _, parts in finished.made_with or [] for _, fact, _ in parts if fact)
    return sum(1 for place in finished.flow for piece in place.pieces if piece.fact)


def _table(path: Path, finished: Finished, out: Path | None) -> Path | None:
    quarter = str(finished.meta.get("quarter") or next(iter(finished.facts)).partition("/")[0])
    folders = [path.resolve().parent, path.resolve().parent.parent, *([out / quarter] if out else [])]
    for folder in folders:
        for name in ("indicators.parquet", "indicators.csv"):
            if folder.name == quarter and (folder / name).is_file():
                return folder / name
    return None


def _rows(table: Path) -> pd.DataFrame:
    wanted = ["quarter", "region_code", "segment", "indicator", "numerator", "denominator", "value", "status"]
    if table.suffix == ".parquet":
        return pd.read_parquet(table, columns=wanted)
    return pd.read_csv(table, encoding="utf-8-sig", dtype={"region_code": str}, usecols=wanted)


def _against(finished: Finished, table: Path) -> list[Finding]:
    """Compare each record with its row of the quarter's indicators; derived figures have none."""
    rows = _rows(table)
    ids = [str(fact).split("/") for fact in finished.facts]
    rows = rows[rows["region_code"].isin({i[1] for i in ids}) & rows["indicator"].isin({i[-1] for i in ids})]
    known = {f"{r.quarter}/{r.region_code}/{r.segment}/{r.indicator}": r for r in rows.itertuples()}
    made = []
    for fact, record in finished.facts.items():
        row = known.get(fact)
        if row is None:
            continue
        for key, word in (("status", "状态"), ("value", "数值"), ("numerator", "分子"), ("denominator", "分母")):
            have, now = record.get(key), getattr(row, key)
            if not _same(have, now):
                said = f"{record.get('region_name', '')}{record.get('name', '')} {fact} 的{word}是 {have}，{table.name} 里现在是 {now}，数据可能已经更新。请重新生成文稿"
                made.append(Finding("数据记录", str(have), str(now), said))
                break
    return made


def _same(have: Any, now: Any) -> bool:
    if have is None or now is None or pd.isna(now):
        return have is None and (now is None or pd.isna(now))
    return have == now if isinstance(have, str) else abs(float(have) - float(now)) < 1e-9
