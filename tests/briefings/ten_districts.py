"""A city whose districts are each in another situation, as a package; rows are drawn by hand and the city is their sum."""

from __future__ import annotations

from story_world import CITY, package, row

# code: name, situation, covered and eligible now, then (None: no earlier figure)
DISTRICTS = {
    "970101": ("甲区", "领先", (160, 200), (150, 200)),
    "970102": ("乙区", "高而回落", (120, 200), (125, 190)),
    "970103": ("丙区", "较高", (110, 200), (100, 200)),
    "970104": ("丁区", "持平", (94, 200), (90, 200)),
    "970105": ("戊区", "追赶", (80, 200), (70, 200)),
    "970106": ("己区", "低而提高", (50, 200), (38, 200)),
    "970107": ("庚县", "停滞", (85, 200), (85, 200)),
    "970108": ("辛县", "下滑", (70, 200), (80, 200)),
    "970109": ("壬县", "太少", (8, 20), (7, 20)),
    "970110": ("癸县", "无数据", None, None),
    "970111": ("子县", "全覆盖", (40, 40), (38, 40)),
    "970112": ("丑县", "零覆盖", (0, 40), (0, 40)),
    "970113": ("寅县", "慢进", (82, 200), (80, 200)),
}  # fmt: skip
# rates of each district: standard, shell, congress, contract, party; None where the table was not sent
QUALITY = {
    "970101": ((60, 100), (10, 100), (55, 120), (70, 120), (45, 50)), "970102": ((30, 90), (30, 90), (50, 110), (20, 110), (30, 50)),
    "970103": ((41, 100), (20, 100), (40, 100), (36, 100), (33, 50)), "970104": ((20, 80), (32, 80), (20, 90), (50, 90), (35, 50)),
    "970105": ((40, 80), (18, 80), (10, 80), (30, 80), (30, 50)), "970106": ((10, 60), (30, 60), (15, 60), (5, 60), (10, 50)),
    "970107": ((30, 70), (16, 70), (40, 80), (30, 80), (20, 50)), "970108": ((30, 70), (15, 70), (32, 80), (60, 80), (8, 50)),
    "970109": ((3, 8), (1, 8), (2, 6), (1, 6), (4, 5)), "970110": (None, None, None, None, None),
    "970111": ((15, 35), (0, 35), (10, 35), (33, 35), (20, 20)), "970112": ((0, 0), (0, 0), (0, 0), (0, 0), (0, 9)),
    "970113": ((50, 80), (8, 80), (30, 80), (33, 80), (36, 50)),
}  # fmt: skip
RATES = ("standard_met_rate", "shell_rate", "worker_congress_rate", "contract_unit_coverage", "party_union_sync_rate")
COUNTS = {"union_org_count": 0, "shell_union_count": 1, "covered_enterprise_count": 2}
EMPLOYEES_A_UNIT = {"970101": (30, 10), "970105": (60, 10)}  # of covered and of blank units; elsewhere (10, 10)


def _units(code, name, covered, eligible, quarter, left_out=""):
    inside, outside = EMPLOYEES_A_UNIT.get(code, (10, 10))
    blind, employees, reached = eligible - covered, inside * covered + outside * (eligible - covered), inside * covered
    values = {"eligible_unit_count": eligible, "covered_unit_count": covered, "unit_coverage_rate": (covered, eligible), "blind_unit_count": blind,
              "blind_unit_rate": (blind, eligible), "employee_count": employees, "covered_employee_count": reached, "blind_employee_count": employees - reached,
              "employee_coverage_rate": (reached, employees), "blind_employee_share": (employees - reached, employees), "member_count": reached // 2,
              "membership_rate_all": (reached // 2, employees), "mandatory_unit_union_rate": (covered // 4, eligible // 4),
              "newly_covered_unit_count": 5}  # fmt: skip
    return [row(code, key, value, name=name, quarter=quarter, left_out=left_out) for key, value in values.items()]


def _quarter(column, quarter):
    rows, total = [], [0, 0]
    for code, (name, *_), pair in ((c, d, d[column]) for c, d in DISTRICTS.items()):
        if pair is None:
            keys = ("unit_coverage_rate", "covered_unit_count", "blind_unit_count", "blind_unit_rate", "employee_coverage_rate", "blind_employee_count")
            rows += [row(code, key, None, name=name, quarter=quarter, reason="没有报送“覆盖关系”表") for key in keys]
            rows += [row(code, key, value, name=name, quarter=quarter) for key, value in (("eligible_unit_count", 90), ("employee_count", 900))]
            continue
        rows += _units(code, name, *pair, quarter)
        total = [total[0] + pair[0], total[1] + pair[1]]
    return rows + _units(CITY[0], CITY[1], *total, quarter, left_out="970110")


def _quality():
    rows = []
    for number, rate in enumerate(RATES):
        pairs = {code: pairs[number] for code, pairs in QUALITY.items()}
        known = [pair for pair in pairs.values() if pair]
        rows += [row(code, rate, pair, name=DISTRICTS[code][0], reason="没有报送“工会”表") for code, pair in pairs.items()]
        rows.append(row(CITY[0], rate, (sum(a for a, _ in known), sum(b for _, b in known))))
    for key, number in COUNTS.items():
        at = 0 if key == "shell_union_count" else 1
        for code, pairs in QUALITY.items():
            pair = pairs[number]
            rows.append(row(code, key, pair[at] if pair else None, name=DISTRICTS[code][0], reason="没有报送“工会”表"))
    for code, pairs in QUALITY.items():
        shell = pairs[1]
        parts = (shell[0] // 2, shell[0] // 3, shell[0] - shell[0] // 2 - shell[0] // 3) if shell else (None,) * 3
        rows += [row(code, f"union_level_{n}_count", part, name=DISTRICTS[code][0]) for n, part in enumerate(parts, start=1)]
        rows.append(row(code, "standard_met_count", pairs[0][0] if pairs[0] else None, name=DISTRICTS[code][0]))
        rows.append(row(code, "contract_enterprise_count", pairs[3][0] if pairs[3] else None, name=DISTRICTS[code][0]))
        rows.append(row(code, "congress_enterprise_count", pairs[2][0] if pairs[2] else None, name=DISTRICTS[code][0]))
    return rows


def ten(scope):
    """Return the package of one district of the city."""
    made = package("city", earlier=None)
    from figures import register

    made.register = register([*_quarter(2, "2021Q3"), *_quality()], _quarter(3, "2021Q2"))
    made.scope = scope
    made.region_code, made.region_name = (CITY[0], CITY[1]) if scope == "city" else (scope, DISTRICTS[scope][0])
    return made
