"""分类指导: the editable tables read, and every unit with its type and what is advised."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.errors import SettingsError
from analysis.measures.assessment.guidance import NEEDS, OTHER, checked_districts, checked_units, type_of, typed_units
from analysis.measures.tally import judge_units
from analysis.measures.unions.building import all_needs, missing
from analysis.measures.unions.relations import make_relations
from analysis.periods import Quarter
from analysis.runs.package import Package
from analysis.runs.sources import read_small_table
from analysis.runs.store import connect
from analysis.settings import Settings

_UNIT_COLUMNS = ["区县代码", "类型", "统一社会信用代码", "单位名称", "单位性质", "规模", "成熟度", "对策"]
_COUNTED = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings")


def unit_table(settings: Settings) -> pd.DataFrame:
    """Return the types of units and what is advised: the user's own table, else the shipped one."""
    return checked_units(*_read(settings.guidance_units, "guidance_units"))


def district_table(settings: Settings) -> pd.DataFrame:
    return checked_districts(*_read(settings.guidance_districts, "guidance_districts"))


def _read(path: Path | None, shipped: str) -> tuple[pd.DataFrame, str]:
    if path is None:
        return tables.load(shipped), f"{shipped}.csv"
    if not path.is_file():
        raise SettingsError(f"没有找到分类指导表 {path}。请核对 workbench.toml 的 {shipped}，或留空用随程序的表。")
    return read_small_table(path, "分类指导表").apply(lambda column: column.str.strip()), f"分类指导表 {path.name}"


def unit_types(package: Package) -> pd.DataFrame:
    """Return every eligible unit with its type and the measure for it, by district and type; empty for readers other than internal."""
    if package.audience != "internal" or package.is_totals:
        return pd.DataFrame(columns=_UNIT_COLUMNS)
    table = unit_table(package.settings)
    as_of = Quarter(package.quarter).as_of
    with connect({name: package.table(name) for name in _COUNTED}) as connection:
        judge_units(connection, as_of, package.settings)
        make_relations(connection, as_of, package.settings)
        query = f"SELECT district_code, uscc, coalesce(unit_name, '') AS unit_name, kind, size, maturity FROM ({typed_units(connection)}) ORDER BY district_code, uscc"
        found = connection.execute(query).df()
    codes = sorted(found["district_code"].unique())
    gaps = pd.DataFrame(package.incomplete, columns=["region", "table", "column", "reason"])
    found = found[~found["district_code"].isin(missing(NEEDS, all_needs(gaps, None, package.quarter), codes))]
    cells = found[["kind", "size", "maturity"]].drop_duplicates()
    keys = cells.set_axis(["单位性质", "规模", "成熟度"], axis=1).to_dict("records")
    cells = cells.assign(type=[type_of(key, table, ["单位性质", "规模", "成熟度"]) for key in keys])
    advice = dict(table.drop_duplicates("类型")[["类型", "对策"]].itertuples(index=False)) | {OTHER: "不在类型表里，按实际情况处理"}
    order = {name: n for n, name in enumerate([*advice])}
    found = found.merge(cells, on=["kind", "size", "maturity"], how="left", validate="many_to_one")
    found = found.assign(advice=found["type"].map(advice), _order=found["type"].map(order)).sort_values(["district_code", "_order", "uscc"], kind="stable")
    return found[["district_code", "type", "uscc", "unit_name", "kind", "size", "maturity", "advice"]].set_axis(_UNIT_COLUMNS, axis=1).reset_index(drop=True)
