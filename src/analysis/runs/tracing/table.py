"""A trace as people read it: Chinese heads, a few rows on the screen, all of them in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import xlsxwriter

from analysis import tables
from analysis.errors import ParameterError
from analysis.runs.outputs import write_whole
from analysis.runs.tracing.trace import Trace, segment_of
from analysis.spreadsheets import csv_frame

_HEADS = {
    "source_file": "文件", "source_sheet": "工作表", "source_row": "行", "district_code": "区县代码", "in_numerator": "计入分子", "numerator": "分子数",
    "in_denominator": "计入分母", "denominator": "分母数", "level": "分级", "score": "得分", "six_haves": "六有全有", "districts": "涉及区县代码",
}  # fmt: skip


def readable(trace: Trace) -> pd.DataFrame:
    """Return the rows with Chinese heads; yes and no as 是 and 否, dates as days, whole numbers whole."""
    if trace.parts:
        return pd.DataFrame(trace.parts, columns=["数据编号", "数", "名称"])
    columns = tables.load("columns").drop_duplicates("code").set_index("code")["header"].to_dict()
    is_count = trace.fact.unit == "count" and "in_denominator" in trace.rows and not trace.rows["in_denominator"].any()
    made = trace.rows.drop(columns=["in_denominator", "denominator", "in_numerator"]) if is_count else trace.rows
    made = made.rename(columns={"numerator": "计数"} if is_count else {}).rename(columns=_HEADS | {k: v for k, v in columns.items() if k not in _HEADS})
    return made.apply(_shown).astype(object).where(made.notna(), "")


def _shown(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "是", False: "否"})
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_float_dtype(column) and column.dropna().mod(1).eq(0).all():
        return column.astype("Int64")
    return column


def write_trace(trace: Trace, path: Path) -> Path:
    """Write all rows as xlsx or csv, by the file's ending.

    Raises
    ------
    ParameterError
        For another ending.
    """
    rows = readable(trace)
    if path.suffix.lower() == ".csv":
        safe = csv_frame(rows)
        write_whole(path, lambda p: safe.to_csv(p, index=False, encoding="utf-8-sig", lineterminator="\n"))
    elif path.suffix.lower() == ".xlsx":
        write_whole(path, lambda p: _write_book(rows, trace, p))
    else:
        raise ParameterError(f"--out {path.name} 的扩展名不认识，应为 .xlsx 或 .csv。请改正后重试。")
    return path


def _write_book(rows: pd.DataFrame, trace: Trace, path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet("明细"), book.add_format({"bold": True, "bottom": 1})
        for column, head in enumerate(rows.columns):
            sheet.write_string(0, column, str(head), bold)
            sheet.set_column(column, column, 28 if head in ("文件", "单位名称", "工会名称", "名称", "数据编号") else 12)
        for number, row in enumerate(rows.itertuples(index=False), 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write_number(number, column, int(cell))
        sheet.freeze_panes(1, 0)
        about = book.add_worksheet("说明")
        for number, line in enumerate(lines_of(replace(trace, rows=trace.rows.iloc[0:0], parts=[]), 0)):
            about.write_string(number, 0, line)


def lines_of(trace: Trace, limit: int) -> list[str]:
    """Return what the screen shows: the figure, how it was checked, and the first rows."""
    fact = trace.fact
    over = f"（{fact.numerator}÷{fact.denominator}，分母：{fact.denominator_name}）" if fact.denominator is not None else ""
    title = f"{fact.region_name}　{fact.name}{segment_of(fact)}　{fact.text}{over}"
    if not trace.is_worked_out:  # the figure asked for is not this one: its number must not be read for it
        title = f"由{fact.region_name}{fact.name}{segment_of(fact)}等推算的数"
    made = [title, f"编号 {trace.asked or fact.id}　时点 {fact.as_of}　数据文件夹 {trace.package}", *trace.said]
    rows = readable(trace)
    if len(rows):
        made.append("　".join(str(head) for head in rows.columns))
        made += ["　".join(str(cell) for cell in row) for row in rows.head(limit).itertuples(index=False)]
    if len(rows) > limit:
        made.append(f"以上是前 {limit} 行，共 {len(rows)} 行；用 --out 明细.xlsx 导出全部，或用 --limit 多看几行。")
    return made
