"""分类指导 (domain §7): units typed by kind, size and maturity, districts by coverage, quality and size; what is advised for each type is a table that users edit.

The package keeps only the cells (kind × size × maturity by district): the editable tables say which cells make a type, so editing them needs no new count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
import pandas as pd

from analysis.errors import SettingsError

CELL_COLUMNS = ["district_code", "kind", "size", "maturity", "units", "employees"]
NEEDS = "units covers unions unions.term_ends_on unions.has_elected_chair unions.has_sound_org unions.system_count unions.activity_count unions.assembly_count"
# the first that holds; the words are those of the editable tables
KINDS = {
    "规上企业": "seg_enterprise AND seg_above_scale",
    "国有集体企业": "seg_state_collective",
    "非公有制企业": "seg_non_public AND seg_enterprise",
    "其他企业": "seg_enterprise",
    "社会组织": "prefix IN ('51', '52', '53', '31', '33')",
    "个体工商户": "prefix = '92'",
    "其他单位": "TRUE",
}
SIZES = {"不足25人": "employee_count < 25", "25至199人": "employee_count < 200", "200人以上": "TRUE"}
MATURITIES = {
    "没有建会": "NOT covered AND NOT nominal",
    "只有兜底": "NOT covered",
    "只由联合会覆盖": "union_level IS NULL",
    "挂牌空壳": "union_level <= 3",
    "正常运转": "union_level = 4",
    "达标示范": "TRUE",
}
UNIT_HEADERS = ["类型", "单位性质", "规模", "成熟度", "对策"]
DISTRICT_HEADERS = ["类型", "覆盖", "质量", "规模", "对策"]
STANDINGS = {"覆盖": ("高", "低"), "质量": ("高", "低"), "规模": ("大", "小")}
OTHER = "其他"


def _case(rules: Mapping[str, str]) -> str:
    return "CASE " + " ".join(f"WHEN {test} THEN '{word}'" for word, test in rules.items()) + " END"


def typed_units(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the query of all eligible units with kind, size and maturity (of ``building_unit``)."""
    return f"SELECT *, {_case(KINDS)} AS kind, {_case(SIZES)} AS size, {_case(MATURITIES)} AS maturity FROM building_unit"


def cells(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return ``CELL_COLUMNS``: eligible units and their employees by district, kind, size and maturity."""
    query = f"""SELECT district_code, kind, size, maturity, count(*) AS units, sum(employee_count)::BIGINT AS employees
      FROM ({typed_units(connection)}) GROUP BY ALL ORDER BY ALL"""
    return connection.execute(query).df()[CELL_COLUMNS]


def checked(table: pd.DataFrame, headers: list[str], choices: Mapping[str, Iterable[str]], where: str) -> pd.DataFrame:
    """Return the editable table, checked: the columns, unique types, known words.

    Raises
    ------
    SettingsError
        Naming the row, the word and what may stand there.
    """
    lacking = [name for name in headers if name not in table.columns]
    if lacking:
        raise SettingsError(f"{where} 缺少“{'、'.join(lacking)}”列，应有 {'、'.join(headers)}。请补齐表头后重试。")
    for number, row in enumerate(table.to_dict("records"), start=2):
        if not row["类型"] or not row["对策"]:
            raise SettingsError(f"{where} 第 {number} 行的“类型”或“对策”是空的。请填写后重试。")
        for column, known in choices.items():
            for word in row[column].split():
                if word not in known:
                    raise SettingsError(
                        f"{where} 第 {number} 行的“{column}”写作“{word}”，应为{'、'.join(known)}中的一个或几个（用空格隔开），空白为不限。请改正后重试。"
                    )
    return table[headers]


def checked_units(table: pd.DataFrame, where: str) -> pd.DataFrame:
    return checked(table, UNIT_HEADERS, {"单位性质": KINDS, "规模": SIZES, "成熟度": MATURITIES}, where)


def checked_districts(table: pd.DataFrame, where: str) -> pd.DataFrame:
    return checked(table, DISTRICT_HEADERS, STANDINGS, where)


def type_of(found: Mapping[str, str], table: pd.DataFrame, columns: list[str]) -> str:
    """Return the first type of the table that holds for what was found; ``OTHER`` where none does.

    Examples
    --------
    >>> rules = pd.DataFrame([["甲", "大", ""], ["乙", "", "低 中"]], columns=["类型", "规模", "覆盖"])
    >>> type_of({"规模": "小", "覆盖": "低"}, rules, ["规模", "覆盖"])
    '乙'
    """
    for row in table.to_dict("records"):
        if all(not row[column] or found[column] in row[column].split() for column in columns):
            return row["类型"]
    return OTHER


def by_type(counted: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return, a row a type in the order of the table, its ``units`` and ``employees``; types without a unit too, ``OTHER`` only where it has one."""
    keys = counted[["kind", "size", "maturity"]].set_axis(["单位性质", "规模", "成熟度"], axis=1).to_dict("records")
    typed = counted.assign(type=[type_of(key, table, ["单位性质", "规模", "成熟度"]) for key in keys])
    sums = typed.groupby("type")[["units", "employees"]].sum()
    order = list(dict.fromkeys(table["类型"])) + [OTHER] * (OTHER in sums.index and OTHER not in set(table["类型"]))
    return sums.reindex(order).fillna(0).astype("int64").rename_axis("type").reset_index()
