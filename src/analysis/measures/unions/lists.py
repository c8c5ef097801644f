"""The units, unions and contracts behind the union-building figures, for internal readers. Each list is named in ``building_lists.csv``."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from analysis import tables
from analysis.measures.unions.relations import HAVES

LIST_COLUMNS = ["list", "district_code", "code", "name", "detail", "amount"]
_HAVE_NAMES = ("主席", "机构", "载体", "制度", "经费", "满意")


def lists(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return all lists as one frame of ``LIST_COLUMNS``, in the order of the table; ``amount`` (employees, points) orders a list, the largest first."""
    parts = [
        connection.execute(f"SELECT '{name}' AS list, district_code, code, name, detail, amount FROM ({query})").df() for name, query in _queries(as_of).items()
    ]
    made = pd.concat([p for p in parts if len(p)] or [pd.DataFrame(columns=LIST_COLUMNS)], ignore_index=True)[LIST_COLUMNS]
    order = {name: n for n, name in enumerate(tables.load("building_lists")["list"])}
    made = made.assign(_order=made["list"].map(order)).sort_values(
        ["_order", "amount", "district_code", "code"], ascending=[True, False, True, True], kind="stable"
    )
    made = made.drop(columns="_order").reset_index(drop=True)
    texts = made[LIST_COLUMNS[:-1]].astype(object)
    return texts.where(texts.notna(), "").assign(amount=made["amount"].fillna(0).astype("int64"))


def _queries(as_of: date) -> dict[str, str]:
    enterprise = "s.covered AND s.seg_enterprise"
    lacking = " || ".join(f"CASE WHEN coalesce(union_{c}, FALSE) THEN '' ELSE '、{n}' END" for c, n in zip(HAVES, _HAVE_NAMES, strict=True))
    short = " || ".join([*(f"CASE WHEN coalesce({c}, FALSE) THEN '' ELSE '缺{n}' END" for c, n in zip(HAVES, _HAVE_NAMES, strict=True)),
                         "CASE WHEN short_term THEN '届满超过六个月' ELSE '' END", "CASE WHEN coalesce(system_count, 0) < 3 THEN '建制不足三项' ELSE '' END",
                         "CASE WHEN coalesce(activity_count, 0) = 0 AND coalesce(assembly_count, 0) = 0 THEN '没有活动' ELSE '' END",
                         "CASE WHEN score < 80 THEN '不满80分' ELSE '' END"])  # fmt: skip
    unit = "s.district_code, s.uscc AS code, s.unit_name AS name"
    union = "district_code, union_id AS code, union_name AS name"
    contract = "e.contract_id || '，' || strftime(e.ends_on, '%Y-%m-%d') || '期满'"
    signed = "FROM contract_covers cc JOIN building_contract e USING (contract_id) JOIN building_unit s ON s.uscc = cc.uscc WHERE coalesce(cc.is_stamped, TRUE)"
    return {
        "one_short": f"SELECT {union}, {short} AS detail, 0 AS amount FROM building_union WHERE shortfalls = 1",
        "score_drop": f"SELECT {union}, '自评' || self_score::VARCHAR || '分，核定' || city_score::VARCHAR || '分' AS detail, round(self_score - city_score) AS amount"
                      " FROM building_union WHERE self_score - city_score >= 10",
        "home_withdrawn": f"SELECT {union}, '原为' || CASE before_home WHEN 1 THEN '合格' WHEN 2 THEN '先进' ELSE '模范' END || '职工之家' AS detail, 0 AS amount"
                          " FROM building_union_pair WHERE now_home = 0 AND before_home > 0",
        "deliberate_only": "SELECT district_code, uscc AS code, unit_name AS name, matters AS detail, 0 AS amount FROM building_matter_unit WHERE only_deliberated",
        "contract_expiring": f"SELECT {unit}, {contract} AS detail, s.employee_count AS amount {signed} AND {enterprise} AND in_force AND s.contract_expiring"
                             f" AND e.ends_on <= DATE '{as_of.isoformat()}' + 90",
        "contract_lapsed": f"SELECT {unit}, '' AS detail, employee_count AS amount FROM building_unit s WHERE {enterprise} AND NOT has_contract AND contract_lapsed",
        "contract_to_inspect": "SELECT split_part(districts, ';', 1) AS district_code, contract_id AS code, contract_type AS name,"
                               " '没有协商记录、没有职代会通过记录、没有报送人社' AS detail, 0 AS amount FROM building_contract WHERE in_force AND signals >= 3",
        "scale_short": f"SELECT {unit}, CASE WHEN union_level IS NULL THEN '没有基层工会' ELSE '缺' || substr({lacking}, 2) END AS detail, employee_count AS amount"
                       " FROM building_unit s WHERE seg_above_scale AND seg_enterprise AND NOT coalesce(union_six, FALSE)",
        "party_without_union": f"SELECT {unit}, '' AS detail, employee_count AS amount FROM building_unit s WHERE has_party_org AND NOT covered",
        "union_without_party": f"SELECT {unit}, '' AS detail, employee_count AS amount FROM building_unit s WHERE covered AND party_reported AND NOT has_party_org",
    }  # fmt: skip
