"""A few honest mistakes a quarter, each with the verdict it must get.

A row that will be quarantined is always one that no cover, congress or
contract refers to: one mistake, one verdict, and no district loses a table.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from .codes import make_code, spoil
from .kinds import BY_NAME, DECORATION, DISPATCH
from .places import DISTRICTS, QUARTERS
from .units import ENDS

SPARED = "980124"
BY_NAME_ONLY = ("980105",)
TYPED = ("980121",)
DISTRICT_BY_CODE = {district.code: district for district in DISTRICTS}
STAGED = {code for kind in (DECORATION, DISPATCH) for code in BY_NAME[kind].industries}


class Spoiler:
    """Knows the rows of one quarter and who is referred to."""

    def __init__(self, random: Random, quarter: int, book: dict):
        self.random, self.quarter, self.book = random, quarter, book
        self.used: set[str] = set()
        tables = ("covers", "congresses", "contract_covers")
        self.referred = {row["uscc"] for part in book.values() for table in tables for row in part[table]}
        self.lost: set[str] = set()

    def pick(self, code: str, test) -> dict:
        rows = [row for row in self.book[code]["units"] if row["uscc"] not in self.used and test(row)
                and row["industry_code"] not in STAGED and row["status"] == "存续"]  # fmt: skip
        row = self.random.choice(rows)
        self.used.add(row["uscc"])
        return row

    def loner(self, code: str) -> dict:
        row = self.pick(code, lambda row: row["uscc"] not in self.referred)
        self.lost.add(row["uscc"])
        return row

    def count_missing(self, code):
        row = self.loner(code)
        row["employee_count"] = None
        return [("units", row["uscc"], "count_missing")]

    def count_invalid(self, code):
        row = self.loner(code)
        row["employee_count"] = self.random.choice(("约30", "二十余人", "15.5"))
        return [("units", row["uscc"], "count_invalid")]

    def uscc_invalid(self, code):
        row = self.loner(code)
        row["uscc"] = spoil(row["uscc"])
        self.lost.add(row["uscc"])
        return [("units", row["uscc"], "uscc_invalid")]

    def uscc_is_union(self, code):
        row = dict(self.pick(code, lambda row: row["uscc"] not in self.referred))
        row["uscc"] = make_code("81", code, 900_000 + self.quarter * 100 + self.random.randrange(100))
        row["unit_name"] += "工会委员会"
        self.book[code]["units"].append(row)
        self.lost.add(row["uscc"])
        return [("units", row["uscc"], "uscc_is_union")]

    def duplicate(self, code):
        row = self.pick(code, lambda row: row["uscc"] in self.referred)
        self.book[code]["units"].append(dict(row))
        return [("units", row["uscc"], "uscc_duplicate"), ("units", row["uscc"], "identical_duplicate")]

    def district_unknown(self, code):
        row = self.loner(code)
        row["district_code"], row["district_name"] = "980199", "芷陵新城"
        rule = "district_unknown" if code in BY_NAME_ONLY else "boundary_unmatched"
        return [("units", row["uscc"], rule)]

    def value_unknown(self, code):
        row = self.loner(code)
        row["status"] = "待核实"
        return [("units", row["uscc"], "value_unknown")]

    def members_exceed(self, code):
        """People left, the register did not follow."""
        row = self.pick(code, lambda row: row["member_count"] >= 20 and row["member_count"] > row["employee_count"] * 0.82)
        row["employee_count"] = row["member_count"] - max(1, row["member_count"] // 40)
        for key in ("migrant_worker_count", "dispatched_worker_count", "new_form_worker_count"):
            row[key] = min(row[key], row["employee_count"])
        return [("units", row["uscc"], "members_exceed_employees")]

    def headcount_jump(self, code):
        """Up by four fifths: the way back next quarter stays under a half."""
        row = self.pick(code, lambda row: 20 <= row["employee_count"] <= 200)
        row["employee_count"] = row["employee_count"] * 9 // 5
        # The first ledger has no quarter before it to jump from.
        return [("units", row["uscc"], "headcount_jump")] if self.quarter > 1 else []

    def swapped(self, code):
        row = self.pick(code, lambda row: row["lon"])
        row["lon"], row["lat"] = row["lat"], row["lon"]
        return [("units", row["uscc"], "coordinates_swapped")]

    def outside(self, code):
        row = self.pick(code, lambda row: row["lon"])
        row["lon"] = round(row["lon"] + 1.5, 6)
        return [("units", row["uscc"], "outside_boundary")]

    def late_union(self, code):
        model = self.random.choice(self.book[code]["unions"])
        key = make_code("81", code, 800_000 + self.quarter * 100 + self.random.randrange(100))
        name = f"{DISTRICT_BY_CODE[code].name}楼宇联合工会委员会（筹）"
        row = model | {"union_id": key, "union_name": name, "union_type": "联合",
                       "established_on": ENDS[self.quarter] + timedelta(days=12),
                       "term_ends_on": ENDS[self.quarter] + timedelta(days=5 * 365)}  # fmt: skip
        self.book[code]["unions"].append(row)
        return [("unions", key, "established_after_quarter")]

    def stray_cover(self, code):
        row = dict(self.random.choice(self.book[code]["covers"]))
        row["uscc"] = make_code("91", code, 950_000 + self.quarter * 100 + self.random.randrange(100))
        row["valid_to"] = None
        self.book[code]["covers"].append(row)
        return [("covers", row["uscc"], "reference_unknown")]

    def odd_matter(self, code):
        row = dict(self.random.choice(self.book[code]["congresses"]))
        row["matter"] = "评先评优"
        self.book[code]["congresses"].append(row)
        return [("congresses", row["uscc"], "value_unknown")]

    def vague_end(self, code):
        row = dict(self.random.choice(self.book[code]["contracts"]))
        row["contract_id"] += "补"
        row["ends_on"] = "三年"
        self.book[code]["contracts"].append(row)
        return [("contracts", row["contract_id"], "date_invalid")]


KINDS = ("count_missing", "swapped", "duplicate", "stray_cover", "count_invalid", "headcount_jump", "uscc_invalid",
         "odd_matter", "members_exceed", "uscc_is_union", "outside", "district_unknown", "vague_end", "value_unknown",
         "late_union")  # fmt: skip
# A typed Parquet column cannot hold a word: what a typed district can still get wrong.
KINDS_TYPED = ("swapped", "duplicate", "count_missing", "stray_cover", "uscc_invalid", "members_exceed")


def apply(seed: int, quarter: int, book: dict) -> tuple[list[dict], set[str]]:
    """Spoil about a dozen rows of the quarter in place."""
    random = Random(f"{seed} mess {quarter}")
    spoiler = Spoiler(random, quarter, book)
    codes = [district.code for district in DISTRICTS if district.code != SPARED]
    chosen = sorted(random.sample(codes, 7))
    expected = []
    for place, code in enumerate(chosen):
        pool = KINDS_TYPED if code in TYPED else KINDS
        start = (quarter * 4 + place * 2) % len(pool)
        for kind in (pool[start], pool[(start + 1) % len(pool)]):
            for table, key, rule in getattr(spoiler, kind)(code):
                expected.append({"quarter": QUARTERS[quarter - 1], "district_code": code, "table": table,
                                 "key": key, "rule": rule})  # fmt: skip
    return expected, spoiler.lost
