"""One quarter's tables by district, and the numbers that must come out of them."""

from __future__ import annotations

from collections import defaultdict

from . import dealings, members, mess
from .places import DISTRICTS, QUARTERS
from .unions import Founding, union_row
from .units import ENDS, Unit

BEFORE = 400
NOT_COUNTED = ("11", "13", "81")


class Book:
    """Everything that happened, ready to be told as of any quarter."""

    def __init__(self, seed: int, units: list[Unit]):
        self.seed = seed
        self.units = units
        self.founding = Founding(seed, units)
        members.fill(seed, units, self.founding.covers)
        self.congresses = dealings.congresses(seed, self.founding.covers)
        self.contracts = dealings.contracts(seed, self.founding.covers)

    def tables(self, quarter: int) -> dict[str, dict[str, list[dict]]]:
        """district code -> table -> rows, before any mess."""
        as_of = ENDS[quarter]
        book = {district.code: defaultdict(list) for district in DISTRICTS}
        for unit in self.units:
            if unit.born <= quarter:
                book[unit.district.code]["units"].append(members.unit_row(unit, quarter))
        busy = set()
        for cover in self.founding.covers:
            if cover.start > as_of:
                continue
            end = cover.end if cover.end and cover.end <= as_of else None
            if end is None:
                busy.add(cover.union.code)
            book[cover.unit.district.code]["covers"].append({
                "union_id": cover.union.code, "uscc": cover.unit.code, "valid_from": cover.start, "valid_to": end,
                "cover_type": "兜底" if cover.is_nominal else "直接"})  # fmt: skip
        for union in self.founding.unions:
            if union.established > as_of:
                continue
            row = union_row(union, quarter)
            if union.code not in busy and union.form in ("单独", "联合"):
                # The last unit is gone, the sign still hangs.
                row |= {"has_elected_chair": False, "activity_count": 0, "assembly_count": 0, "city_score": None}
            book[union.district.code]["unions"].append(row)
        for unit, row in self.congresses:
            if row["held_on"] <= as_of and (as_of - row["held_on"]).days <= BEFORE:
                book[unit.district.code]["congresses"].append(dict(row))
        for district, row, stamped in self.contracts:
            if row["effective_on"] <= as_of and (as_of - row["ends_on"]).days <= BEFORE:
                book[district.code]["contracts"].append(dict(row))
                book[district.code]["contract_covers"] += [dict(line) for line in stamped]
        for table, rows in dealings.campaign(self.seed, quarter, self.founding.unions).items():
            for row in rows:
                book[row["district_code"]][table].append(row)
        return book

    def quarter(self, quarter: int):
        """(tables with their mess, what is expected of it, the numbers)."""
        book = self.tables(quarter)
        expected, lost = mess.apply(self.seed, quarter, book)
        return book, expected, numbers(quarter, book, lost)


def numbers(quarter: int, book: dict, lost: set[str]) -> list[dict]:
    """Key numbers by district and for the city, from the rows as they were meant."""
    as_of = ENDS[quarter]
    unions = {row["union_id"] for tables in book.values() for row in tables["unions"]
              if row["established_on"] <= as_of}  # fmt: skip
    direct, nominal = set(), set()
    for tables in book.values():
        for row in tables["covers"]:
            is_alive = row["union_id"] in unions and (row["valid_to"] is None or row["valid_to"] >= as_of)
            if is_alive:
                (nominal if row["cover_type"] == "兜底" else direct).add(row["uscc"])
    lines = []
    for district in DISTRICTS:
        line = {"quarter": QUARTERS[quarter - 1], "region_code": district.code, "region_name": district.name,
                "eligible_unit_count": 0, "covered_unit_count": 0, "nominal_unit_count": 0,
                "employee_count": 0, "covered_employee_count": 0, "member_count": 0}  # fmt: skip
        seen = set()
        for row in book[district.code]["units"]:
            key = row["uscc"]
            if key in lost or key in seen or key[:2] in NOT_COUNTED:
                continue
            seen.add(key)
            if row["status"] != "存续" or row["unit_level"] != "法人" or not row["employee_count"]:
                continue
            line["eligible_unit_count"] += 1
            line["employee_count"] += row["employee_count"]
            line["member_count"] += row["member_count"]
            if key in direct:
                line["covered_unit_count"] += 1
                line["covered_employee_count"] += row["employee_count"]
            elif key in nominal:
                line["nominal_unit_count"] += 1
        lines.append(line)
    city = {"quarter": QUARTERS[quarter - 1], "region_code": "980100", "region_name": "芷陵市"}
    city |= {key: sum(line[key] for line in lines) for key in lines[0] if key.endswith("_count")}
    return [*lines, city]
