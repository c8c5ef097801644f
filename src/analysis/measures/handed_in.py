"""What was handed in, by the district that sent it: files, tables, rows and verdicts, declared totals, how far the columns are filled."""

from __future__ import annotations

import pandas as pd

from analysis.intake import Intake
from analysis.intake.completeness import find_homes, named_districts, row_districts
from analysis.measures.quality import COUNTED, OTHER, definitions, rule_indicator, table_indicator

_ROW = ["file", "sheet", "row"]


def senders(intake: Intake, regions: pd.DataFrame) -> dict[str, str]:
    """Return file → the one district that it speaks for; ``OTHER`` where it is none or several."""
    own = regions[regions["host_code"].fillna("") == ""]
    homes = find_homes(intake.sources, intake.tables, regions)
    by_file = {file: homes.get(submission, set()) for file, submission in zip(intake.sources["file"], intake.sources["submission"], strict=True)}
    for file in intake.files["file"]:
        by_file.setdefault(file, set(named_districts(file, own)))
    return {file: next(iter(found)) if len(found) == 1 else OTHER[0] for file, found in by_file.items()}


def placed_rows(intake: Intake, sender: dict[str, str], districts: list[str]) -> pd.DataFrame:
    """Return every data row: ``table, file, sheet, row, verdict, district``.

    A row belongs to the district that sent its file, for that is whom to call; in a file of several districts, to the district it names.
    """
    flagged = intake.rows.loc[intake.rows["verdict"] == "flagged", ["table", *_ROW]].drop_duplicates().assign(verdict="flagged")
    parts = []
    for table, kept in intake.tables.items():
        for frame, own, verdict in ((kept, row_districts(intake.tables, table)["district_code"], "accepted"), (intake.refused.get(table), None, "quarantined")):
            if frame is None or frame.empty:
                continue
            named = own if own is not None else frame["district_code"] if "district_code" in frame else pd.Series([None] * len(frame))
            part = frame[["source_file", "source_sheet", "source_row"]].set_axis(_ROW, axis=1).assign(table=table, verdict=verdict, named=named.to_numpy())
            parts.append(part)
    if not parts:
        return pd.DataFrame(columns=["table", *_ROW, "verdict", "district"])
    rows = pd.concat(parts, ignore_index=True).merge(flagged, on=["table", *_ROW], how="left", suffixes=("", "_found"))
    rows["verdict"] = rows["verdict_found"].where(rows["verdict_found"].notna(), rows["verdict"])
    by_sender = rows["file"].map(sender).astype(object).fillna(OTHER[0])  # no sender known: a column of numbers
    rows["district"] = by_sender.where(by_sender != OTHER[0], rows["named"].where(rows["named"].isin(districts), OTHER[0]))
    return rows[["table", *_ROW, "verdict", "district"]]


def handed_in(intake: Intake, gaps: pd.DataFrame, sender: dict[str, str], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the bases of files, tables, rows and verdicts: one row a region, one column a base."""
    columns: dict[str, pd.Series] = {}
    files = intake.files[intake.files["status"] != "ignored"]
    home = files["file"].map(sender).astype(object).fillna(OTHER[0])
    columns["handed_file_count"] = home.value_counts()
    columns["failed_file_count"] = home[files["status"] != "read"].value_counts()
    missing = gaps[(gaps["column"] == "") & gaps["table"].isin(COUNTED)]
    columns["missing_table_count"] = missing["region"].value_counts()
    columns["row_read_count"] = rows["district"].value_counts()
    for verdict in ("accepted", "flagged", "quarantined"):
        columns[f"row_{verdict}_count"] = rows.loc[rows["verdict"] == verdict, "district"].value_counts()
    columns["unit_quarantined_count"] = rows.loc[(rows["table"] == "units") & (rows["verdict"] == "quarantined"), "district"].value_counts()
    for table, part in rows.groupby("table"):
        columns[table_indicator(table, "read")] = part["district"].value_counts()
        for verdict in ("accepted", "flagged", "quarantined"):
            columns[table_indicator(table, verdict)] = part.loc[part["verdict"] == verdict, "district"].value_counts()
    lines = intake.rows.merge(rows[["table", *_ROW, "district"]], on=["table", *_ROW], how="left")
    lines["district"] = lines["district"].fillna(OTHER[0])
    for rule, part in lines.groupby("rule"):
        columns[rule_indicator(rule)] = part["district"].value_counts()
    known = [name for name, d in definitions().items() if d["group"] in ("handed", "by_table", "rule") and d["unit"] == "count"]
    return pd.DataFrame(columns).reindex(columns=known).fillna(0)


def declared_counts(declared: pd.DataFrame, sender: dict[str, str]) -> pd.DataFrame:
    """Return the bases of declared totals: checked, differing, and those that unreadable cells keep from being checked."""
    home = declared["file"].map(sender).fillna(OTHER[0]).astype(object)
    differs = declared["declared"] != declared["summed"]
    unclear = differs & (declared["unreadable"] > 0)
    parts = {"declared_checked_count": ~unclear, "declared_differing_count": differs & ~unclear, "declared_unchecked_count": unclear}
    return pd.DataFrame({name: home[mask.astype(bool)].value_counts() for name, mask in parts.items()}).fillna(0)


def filled(units: pd.DataFrame) -> pd.DataFrame:
    """Return the bases of the fill rates: kept units, filled cells by column and in all."""
    known = [d["numerator"] for d in definitions().values() if d["group"] == "fill" and d["numerator"] != "filled_all"]
    codes = [name.removeprefix("filled_") for name in known]
    made = units[codes].notna().set_axis(known, axis=1).groupby(units["district_code"].to_numpy()).sum()
    made["kept_units"] = units["district_code"].value_counts()
    made["filled_all"], made["cells_all"] = made[known].sum(axis=1), made["kept_units"] * len(known)
    return made
