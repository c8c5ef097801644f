"""What each district did not hand in: the blanks of our own making, which must never be read as zeros.

A *submission* is one workbook, or the CSV/Parquet files that share their name up to the last ``_``. Its home is the district it speaks for:
the one its file name names, else those that hold a fair share of its rows (a handful of stray rows makes no home).
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis import tables

HOME_SHARE = 0.05
OWN_SHARE = 0.5  # of the largest district's rows, for a district that has a submission of its own besides
TABLES_OF_NOTE = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings")


def _short(name: str) -> str:
    for ending in ("自治县", "自治旗", "新区", "区", "县", "市", "旗"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)]
    return name


def named_districts(file: str, regions: pd.DataFrame) -> list[str]:
    """Return the codes of the districts that a file name names, by full name, else by short name."""
    for form in (lambda n: n, _short):
        hits = [r.code for r in regions.itertuples() if form(r.name) in file]
        if hits:
            return hits
    return []


def _shares(counts: dict[str, dict[str, int]], files: set[str]) -> dict[str, float]:
    """Return district -> its rows in these files as a share of the largest district's (``counts``: file -> district -> rows)."""
    found: Counter[str] = Counter()
    for file in files:
        found.update(counts.get(file, {}))
    return {code: rows / max(found.values()) for code, rows in found.items()}


def _rows_by_file(placed: pd.DataFrame) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (file, code), rows in Counter(zip(placed["source_file"], placed["district_code"], strict=True)).items():
        if not pd.isna(code):
            counts.setdefault(file, {})[code] = rows
    return counts


def row_districts(tables_kept: dict[str, pd.DataFrame], table: str) -> pd.DataFrame:
    """Return (source_file, district_code) of a table's rows, through the union or the unit where the table has no district of its own."""
    frame = tables_kept.get(table)
    if frame is None or frame.empty:
        return pd.DataFrame({"source_file": [], "district_code": []})
    if "district_code" in frame:
        return frame[["source_file", "district_code"]]
    units = tables_kept["units"].drop_duplicates("uscc").set_index("uscc")["district_code"]
    if "uscc" in frame:
        return pd.DataFrame({"source_file": frame["source_file"], "district_code": frame["uscc"].map(units)})
    covers = tables_kept.get("contract_covers")
    if "contract_id" in frame and covers is not None and len(covers):
        first = covers.drop_duplicates("contract_id").set_index("contract_id")["uscc"].map(units)
        return pd.DataFrame({"source_file": frame["source_file"], "district_code": frame["contract_id"].map(first)})
    return pd.DataFrame({"source_file": frame["source_file"], "district_code": None})


def find_homes(sources: pd.DataFrame, kept: dict[str, pd.DataFrame], regions: pd.DataFrame) -> dict[str, set[str]]:
    """Return submission → codes of the districts it speaks for."""
    placed = {table: _rows_by_file(row_districts(kept, table)) for table in TABLES_OF_NOTE}
    own = regions[regions["host_code"].fillna("") == ""] if "host_code" in regions else regions
    homes: dict[str, set[str]] = {}
    sharing: dict[str, dict[str, float]] = {}
    for submission, group in sources.groupby("submission", sort=True):
        files = set(group["file"])
        named = sorted({code for file in files for code in named_districts(file, own)})
        by_table = [_shares(placed[table], files) for table in TABLES_OF_NOTE]
        shares = next(filter(None, by_table), {})
        by_share = {code for code, share in shares.items() if share >= HOME_SHARE}
        # a name in the file name counts where any table bears it out: the only unit may be a stray while the unions are the district's own
        borne_out = {code for table in by_table for code, share in table.items() if share >= HOME_SHARE} & set(named)
        if named and (not shares or borne_out):
            homes[submission] = set(named) if len(named) == 1 else set(named) & (by_share or set(named)) or borne_out
        else:
            homes[submission] = by_share
            sharing[submission] = shares
    return _without_strays(homes, sharing)


def _without_strays(homes: dict[str, set[str]], sharing: dict[str, dict[str, float]]) -> dict[str, set[str]]:
    """Drop a district from a submission that is mainly another's where it has one of its own: its few rows there must not stand for its ledger."""
    mainly = {s: {d for d in found if s not in sharing or sharing[s][d] == 1} for s, found in homes.items()}
    has_own = set().union(*mainly.values())
    return {s: {d for d in found if d in mainly[s] or d not in has_own or sharing[s][d] >= OWN_SHARE} for s, found in homes.items()}


def _gap(region: str, table: str, column: str, reason: str) -> dict[str, str]:
    return {"region": region, "table": table, "column": column, "reason": reason}


def _column_gaps(region: str, table: str, serving: list[dict], names: dict[str, str]) -> list[dict[str, str]]:
    lacking = [set(row["missing_columns"]) for row in serving]
    return [_gap(region, table, c, f"报送的“{names['(table)']}”表没有“{names.get(c, c)}”一列") for c in sorted(set.intersection(*lacking))] if lacking else []


def find_gaps(sources: pd.DataFrame, kept: dict[str, pd.DataFrame], regions: pd.DataFrame) -> pd.DataFrame:
    """Return what is missing: ``region, table, column, reason``; a blank column means that the whole table is missing.

    Parameters
    ----------
    sources : DataFrame ``file, submission, table, sheet, state (read|table_stopped|unreadable), missing_columns (tuple), reason``
    kept : the kept tables
    regions : DataFrame ``code, name, host_code`` of the city's districts
    """
    homes = find_homes(sources, kept, regions)
    schema = tables.load("columns")
    headers = {t: dict(zip(g["code"], g["header"], strict=True)) | {"(table)": table_name(t)} for t, g in schema.groupby("table")}
    own = regions[regions["host_code"].fillna("") == ""] if "host_code" in regions else regions
    gaps: list[dict[str, str]] = []
    rows = sources.to_dict("records")
    for region in own.itertuples():
        mine = [row for row in rows if region.code in homes.get(row["submission"], ())]
        for table in TABLES_OF_NOTE:
            of_table = [row for row in mine if row["table"] == table]
            serving = [row for row in of_table if row["state"] == "read"]
            if serving:
                gaps += _column_gaps(region.code, table, serving, headers.get(table, {"(table)": table_name(table)}))
                continue
            broken = of_table + [row for row in mine if row["state"] == "unreadable" and row["table"] in ("", table)]
            if broken:
                files = "、".join(sorted({row["file"] for row in broken}))
                gaps.append(_gap(region.code, table, "", f"{region.name}的“{table_name(table)}”表没有读成（{files}）"))
            else:
                gaps.append(_gap(region.code, table, "", f"{region.name}没有报送“{table_name(table)}”表"))
    return pd.DataFrame(gaps, columns=["region", "table", "column", "reason"])


def table_name(table: str) -> str:
    names = {
        "units": "单位",
        "unions": "工会",
        "covers": "覆盖关系",
        "congresses": "职代会",
        "contracts": "集体合同",
        "contract_covers": "合同覆盖",
        "tasks": "任务",
        "inspections": "督察",
        "task_forces": "专班",
        "trainings": "培训",
        "totals": "汇总表",
    }
    return names[table]
