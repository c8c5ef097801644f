"""What is incomplete, said shortly: one sentence a district, like faults of its tables and columns taken together."""

from __future__ import annotations

import re

from analysis.intake.completeness import table_name

_COUNTED = ("units", "unions", "covers", "congresses", "contracts", "contract_covers")


def without_files(reason: str) -> str:
    """Return a reason without the names of files in it, which may name senders.

    Examples
    --------
    >>> without_files("乙区的“工会”表没有读成（乙区（张三）.xlsx、乙区补.csv）")
    '乙区的“工会”表没有读成'
    """
    return re.sub(r"（.*\.(?:xlsx|csv|parquet)）", "", reason)


def sentences(incomplete: list[dict[str, str]], region: str = "", together: bool = False) -> list[str]:
    """Return e.g. ``["甲区没有报送“工会”“覆盖关系”表", "乙区各表没有读成（乙区.xlsx）"]``; only the region's own where one is named.

    Parameters
    ----------
    incomplete : rows ``region, region_name, table, column, reason`` as the package has them
    together : whether regions that lack the same share a sentence: ``甲区、乙区没有报送“工会”表``
    """
    regions: dict[str, dict[str, list[str]]] = {}
    tables: dict[tuple[str, str], set[str]] = {}
    for row in incomplete:
        if region and row["region"] != region:
            continue
        shape, item = _shape(row)
        regions.setdefault(row["region_name"], {}).setdefault(shape, []).append(item)
        tables.setdefault((row["region_name"], shape), set()).add(row["table"])
    clauses = {name: "；".join(_said(shape, items, tables[name, shape]) for shape, items in found.items()) for name, found in regions.items()}
    if not together:
        return [name + said for name, said in clauses.items()]
    alike: dict[str, list[str]] = {}
    for name, said in clauses.items():
        alike.setdefault(said, []).append(name)
    return ["、".join(names) + said for said, names in alike.items()]


def _shape(row: dict[str, str]) -> tuple[str, str]:
    """Part a reason into its shape and the thing it is about, so that things of one shape can be listed together."""
    reason = row["reason"].removeprefix(row["region_name"]).removeprefix("的")
    if row["column"]:
        column = re.search(r"没有“([^”]*)”一列", reason)
        return ("报送的“" + table_name(row["table"]) + "”表没有…列", column.group(1)) if column else (reason, "")
    return reason.replace(f"“{table_name(row['table'])}”表", "…表"), table_name(row["table"])


def _said(shape: str, items: list[str], tables: set[str]) -> str:
    if "…" not in shape:
        return shape
    if shape.count("…表") and set(_COUNTED) <= tables:
        return shape.replace("…表", "各表")
    return shape.replace("…", "".join(f"“{item}”" for item in dict.fromkeys(items)))
