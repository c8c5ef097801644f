"""Which files a quarter was read from, for the record that every document carries: rows read and kept, by file and table."""

from __future__ import annotations

import pandas as pd

from analysis.intake import Intake
from analysis.intake.completeness import table_name
from analysis.intake.schema import table_codes

COLUMNS = ["submission", "file", "table", "table_name", "sheet", "read", "kept", "districts"]


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
        submission=[submissions.get(f, f) for f in made["file"]],
        table_name=made["table"].map(table_name),
        read=made["rows_read"].astype(int),
        kept=(made["accepted"] + made["flagged"]).astype(int),
        districts=[";".join(sorted(reach.get(submissions.get(f, f), ()))) for f in made["file"]],
    )
    return made[COLUMNS]


def sources_of(rows: pd.DataFrame, region: str = "") -> list[dict]:
    """Return the rows as plain records, the files of one submission taken together; with ``region`` only those that hold rows of that district."""
    mine = rows[[region in districts.split(";") for districts in rows["districts"]]] if region else rows
    files = mine.groupby("submission")["file"].unique().to_dict()
    made = mine.groupby(["submission", "table", "table_name"], sort=True, as_index=False)[["read", "kept"]].sum()
    made["file"] = [_together(submission, list(files[submission])) for submission in made["submission"]]
    order = {table: number for number, table in enumerate(table_codes())}
    made = made.sort_values(["submission", "table"], key=lambda column: column.map(order) if column.name == "table" else column, kind="stable")
    return made[["file", "table", "table_name", "read", "kept"]].to_dict("records")


def _together(submission: str, files: list[str]) -> str:
    """Name the files of a submission: the workbook itself, or ``甲区_….csv（9个文件）``."""
    if len(files) == 1:
        return files[0]
    endings = "、".join(sorted({file.rpartition(".")[2] for file in files}))
    return f"{submission}_….{endings}（{len(files)}个文件）"
