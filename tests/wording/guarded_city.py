"""A city whose figures sit on the edges that the wording guards watch: thresholds, ties, zeroes, blanks, 99.95 % and small denominators."""

from __future__ import annotations

from figures import CITY, register, row

from analysis.wording.numbers import mark
from analysis.wording.story import Place

NAMES = {"970101": "甲区", "970102": "乙区", "970103": "丙县", "970104": "丁区", "970105": "戊区"}
COVERED = {"970101": (60, 100), "970102": (30, 100), "970103": (5, 20), "970104": (50, 100), "970105": (40, 100)}
THEN = {"970101": (55, 100), "970102": (31, 100), "970103": (4, 20), "970104": (50, 100), "970105": (40, 100)}


def at(code, indicator, value, **more):
    return row(code, indicator, value, name=NAMES.get(code, ""), **more)


def _coverage(pairs, quarter, segment="all"):
    rows = []
    for code, pair in pairs.items():
        options = {"quarter": quarter, "segment": segment}
        rows += [at(code, "unit_coverage_rate", pair, **options)]
        rows += [at(code, "eligible_unit_count", pair and pair[1], **options), at(code, "covered_unit_count", pair and pair[0], **options)]
        rows += [at(code, "blind_unit_count", pair and pair[1] - pair[0], **options)]
    return rows


_NOW = {
    "unit_coverage_rate": (1500, 3000), "eligible_unit_count": 3000, "covered_unit_count": 1500, "blind_unit_count": 1500, "blind_unit_rate": (1500, 3000),
    "employee_coverage_rate": (6010, 10000), "membership_rate_all": (500, 1000), "member_count": 12345, "employee_count": 50000,
    "mandatory_unit_union_rate": (50, 50), "standard_met_rate": (1999, 2000), "shell_rate": (150, 2000), "shell_union_count": 150, "union_org_count": 2000,
    "union_level_1_count": 70, "union_level_2_count": 50, "union_level_3_count": 30, "newly_covered_unit_count": 0, "migrant_worker_count": 500,
    "dispatched_worker_count": 80, "contract_expiring_90d_count": 0, "worker_congress_rate": (40, 1000), "contract_unit_coverage": (6, 20),
    "migrant_member_count": None, "nominal_unit_count": 120, "party_union_sync_rate": (500, 1000), "six_haves_all_rate": (300, 1000),
}  # fmt: skip
_THEN = {"unit_coverage_rate": (1400, 2900), "covered_unit_count": 1400, "eligible_unit_count": 2900, "employee_coverage_rate": (6000, 10000),
         "membership_rate_all": (506, 1000), "member_count": 12000, "union_org_count": 1500, "shell_rate": (150, 2000), "nominal_unit_count": 90,
         "six_haves_all_rate": (240, 1000), "contract_unit_coverage": (4, 20)}  # fmt: skip
_YEAR_AGO = {"unit_coverage_rate": (1000, 2800), "covered_unit_count": 500, "six_haves_all_rate": (300, 1000)}
_SEGMENTS = {
    "small_micro": {"970101": (50, 100), "970102": (50, 100), "970103": (5, 40), "970104": (40, 100), "970105": (10, 100), CITY[0]: (155, 440)},
    "two_new": {"970101": (80, 100), "970102": (70, 100), "970103": None, "970104": (1, 100), "970105": (2, 100), CITY[0]: (153, 400)},
    "small_micro_or_two_new": {CITY[0]: (200, 400)},
    "law_firm": {"970101": (3, 9), CITY[0]: (12, 30)},
    "express_delivery": {"970101": (3, 10), CITY[0]: (35, 90)},
}
REVERSED = "building_decoration"


def city():
    """Return the register and the names that templates of the tests may use."""
    now = [*_coverage(COVERED, "2021Q3"), *(at(CITY[0], name, value) for name, value in _NOW.items())]
    for segment, pairs in _SEGMENTS.items():
        now += _coverage(pairs, "2021Q3", segment)
    now += [at(CITY[0], "covered_employee_count", 900, left_out="970103"), at("970101", "shell_union_count", 0), at("970102", "shell_union_count", None)]
    then = [*_coverage(THEN, "2021Q2"), *(at(CITY[0], name, value, quarter="2021Q2") for name, value in _THEN.items())]
    ago = [at(CITY[0], name, value, quarter="2020Q3") for name, value in _YEAR_AGO.items()]
    now += _coverage({"970101": (9, 10), "970102": (40, 120), CITY[0]: (49, 130)}, "2021Q3", REVERSED)
    then += _coverage({"970101": (9, 10), "970102": (10, 40), CITY[0]: (19, 50)}, "2021Q2", REVERSED)
    made = register(now, then, ago)
    words = {name: Place(made, code) for code, name in NAMES.items()} | {"全市": Place(made)}
    return made, words | {"时点": mark("2021年9月30日", "date"), "上季末": mark("2021年6月30日", "date"), "三十家": mark("30家", "threshold")}
