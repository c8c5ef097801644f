"""Which files a quarter was read from, for the record that every document carries: rows read and kept, by file and table."""

from __future__ import annotations

import pandas as pd

from analysis.intake import Intake
from analysis.intake.completeness import table_name

COLUMNS = ["file", "table", "table_name", "sheet", "read", "kept", "districts"]


def source_rows(intake: Intake) -> pd.DataFrame:
    """Return one row a file and table: rows read, rows kept (accepted or flagged), and the districts that its submission's rows belong to."""
    submissions = intake.sources.drop_duplicates("file").set_index("file")["submission"].to_dict()
    reach: dict[str, set[str]] = {}
    for name in ("units", "unions"):
        rows = intake.tables.get(name)
        if rows is not None and len(rows):
            for file, code in rows[["source_file", "district_code"]].drop_duplicates().itertuples(index=False, name=None):
                reach.setdefault(submissions.get(file, file), set()).add(str(code))
    made = intake.summary.groupby(["file", "table", "sheet"], sort=True, as_index=False)[["rows_read", "accepted", "flagged"]].sum()
    made = made.assign(
        table_name=made["table"].map(table_name),
        read=made["rows_read"].astype(int),
        kept=(made["accepted"] + made["flagged"]).astype(int),
        districts=[";".join(sorted(reach.get(submissions.get(f, f), ()))) for f in made["file"]],
    )
    return made[COLUMNS]


def sources_of(rows: pd.DataFrame, region: str = "") -> list[dict]:
    """Return the rows as plain records; with ``region`` only the files that hold rows of that district."""
    mine = rows[[region in districts.split(";") for districts in rows["districts"]]] if region else rows
    return mine[["file", "table", "table_name", "read", "kept"]].to_dict("records")
