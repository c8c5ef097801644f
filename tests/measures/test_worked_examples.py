"""The worked examples of the domain paper (marked 〔算〕, sections 1 to 6), through our own functions.

Left aside, as the contract has no rule or indicator for them: the member balance of §1.2, targets and schedule of §1.4, Simpson's standardised rate as a figure of
the product (§1.9; the rates themselves are here), the extended denominator of dispatch agencies (§3), the scores of §4.3.
"""

from fractions import Fraction

import pandas as pd
import pytest

from analysis.facts import Fact, Register, round_half_up
from analysis.intake import take_in
from analysis.intake.sizes import add_sizes, size_group
from analysis.intake.values import uscc_is_valid
from analysis.measures.change import changes
from analysis.measures.indicators import Places, indicators
from analysis.measures.tally import tally
from analysis.measures.totals import separate, totals_indicators
from analysis.periods import Quarter
from analysis.runs.store import connect
from analysis.settings import load_settings

CITY = ("970100", "全市")
REGIONS = pd.DataFrame({"code": ["970101", "970102"], "name": ["甲区", "乙区"], "host_code": ["", ""]})
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(prefix: str, number: int) -> str:
    """A made-up code with its check digit after §2.1, written here a second time on purpose."""
    text = f"{prefix}000000{number:09d}"
    rest = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(text)) % 31
    return text + ALPHABET[(31 - rest) % 31]


class Ledger:
    """A ledger of one quarter, written as groups of like units; ``counted`` takes it in and counts it."""

    def __init__(self) -> None:
        self.units, self.unions, self.covers, self.contracts, self.contract_covers = [], [], [], [], []

    def add(
        self,
        count: int,
        district: str = "970101",
        employees: int = 1,
        members: int = 0,
        covered: int = 0,
        per_union: int = 1,
        contract: bool = False,
        industry: str = "",
        prefix: str = "91",
    ) -> None:
        """Add ``count`` units of whom the first ``covered`` stand under unions of ``per_union`` units each."""
        for i in range(count):
            uscc = code(prefix, len(self.units) + 1)
            self.units.append((uscc, district, employees, members, industry))
            if i < covered:
                if i % per_union == 0:
                    self.unions.append((code("81", len(self.unions) + 1), "单独" if per_union == 1 else "联合", district, "2015-01-01"))
                self.covers.append((self.unions[-1][0], uscc, "2015-01-01"))
            if contract:
                self.contract_covers.append(("HT-1", uscc))

    def counted(self, folder, quarter: str = "2021Q3") -> pd.DataFrame:
        home = folder / quarter
        home.mkdir()
        for name, header, rows in (
            ("单位", "统一社会信用代码 区县代码 职工数 会员数 行业代码", self.units),
            ("工会", "工会代码 工会形式 区县代码 成立日期", self.unions),
            ("覆盖关系", "工会代码 统一社会信用代码 起始日期", self.covers),
            ("合同覆盖", "合同编号 统一社会信用代码", self.contract_covers),
            ("集体合同", "合同编号 生效日期 期满日期", [("HT-1", "2021-01-01", "2023-12-31")]),
        ):
            pd.DataFrame(rows, columns=header.split()).to_csv(home / f"全市_{name}.csv", index=False)
        settings = load_settings()
        taken = take_in(home, quarter, REGIONS, settings)
        assert not len(taken.rows[taken.rows["verdict"] == "quarantined"]), taken.rows
        with connect(taken.tables) as connection:
            counts = tally(connection, Quarter(quarter).as_of, settings)
        places = Places(CITY, REGIONS[["code", "name"]], pd.DataFrame({"code": [], "name": [], "district_code": []}, dtype=str))
        return indicators(counts, places, pd.DataFrame(columns=["region", "table", "column", "reason"]), quarter)


def register(*frames: pd.DataFrame, quarter: str = "2021Q3") -> Register:
    return Register(pd.concat(frames, ignore_index=True), quarter, CITY)


# §1.3


def test_members_of_all_are_coverage_times_members_in_covered(tmp_path):
    """职工60000、覆盖48000、会员43200：80%×90%=72%。"""
    ledger = Ledger()
    ledger.add(48, employees=1000, members=900, covered=48)
    ledger.add(12, employees=1000)
    facts = register(ledger.counted(tmp_path))
    employee, within, whole = (facts.fact(name) for name in ("employee_coverage_rate", "membership_rate_in_covered", "membership_rate_all"))
    assert (employee.text, within.text, whole.text) == ("80.0%", "90.0%", "72.0%")
    assert whole.value == employee.value * within.value
    assert facts.fact("blind_employee_share").value == 1 - employee.value


def test_the_denominator_decides(tmp_path):
    """会员27189.8万：÷建会单位职工28291.1万=96.1%，÷全国职工4.02亿=67.6%，差28.5个百分点。"""
    totals = pd.DataFrame(
        [("110000", "全国", None, None, 402_000_000, 271_898_000)],
        columns=["region_code", "region_name", "eligible_unit_count", "covered_unit_count", "employee_count", "member_count"],
    )
    whole = register(totals_indicators(separate(totals), ("110000", "全国"), "2021Q3")).fact("membership_rate_all", "110000")
    within = Fact("2021Q3", "city", "110000", "全国", "all", "membership_rate_in_covered", Fraction(271_898_000, 282_911_000), "ratio", decimals=1)
    assert (within.text, whole.text) == ("96.1%", "67.6%")
    assert str(round_half_up(100 * (within.value - whole.value), 1)) == "28.5"


# §1.5


def quarter_with(rate: str, quarter: str) -> pd.DataFrame:
    """A quarter whose city has ``rate`` percent of 10 000 units covered."""
    numerator = int(Fraction(rate) * 100)
    row = {
        "quarter": quarter,
        "region_level": "city",
        "region_code": CITY[0],
        "region_name": CITY[1],
        "segment": "all",
        "indicator": "unit_coverage_rate",
        "numerator": numerator,
        "denominator": 10_000,
        "value": numerator / 10_000,
        "unit": "ratio",
        "status": "ok",
        "reason": "",
        "left_out": "",
    }
    return pd.DataFrame([row])


@pytest.mark.parametrize(("then", "now", "shown"), [("62.4", "68.1", "5.7个百分点"), ("64.95", "67.04", "2.1个百分点")])
def test_points_are_the_difference_of_unrounded_rates(then, now, shown):
    """62.4%→68.1% 提高5.7个百分点；64.95%→67.04% 是2.1，不是67.0−65.0=2.0。"""
    before, after = quarter_with(then, "2021Q2"), quarter_with(now, "2021Q3")
    facts = register(before, after, changes(after, before, "qoq", "2021Q3"))
    assert facts.fact("unit_coverage_rate_qoq").text == shown


def test_growth_is_not_points():
    """62.4%→68.1%的增幅是9.1%。"""
    assert str(round_half_up(100 * (Fraction("68.1") / Fraction("62.4") - 1), 1)) == "9.1"


def test_rounded_rates_would_differ():
    facts = register(quarter_with("64.95", "2021Q2"), quarter_with("67.04", "2021Q3"))
    assert (facts.fact("unit_coverage_rate", quarter="2021Q2").text, facts.fact("unit_coverage_rate").text) == ("65.0%", "67.0%")


def test_half_is_rounded_up():
    """2.675→2.68；Python 的 round(2.675, 2) 是 2.67。"""
    assert str(round_half_up(Fraction("2.675"), 2)) == "2.68"
    assert round(2.675, 2) == 2.67


# §1.7


def test_unions_are_not_units(tmp_path):
    """应建400家，工会60个（单独50、联合10个覆盖120家）：170/400=42.5%，盲区230家、57.5%；60/400=15%是错的。"""
    ledger = Ledger()
    ledger.add(50, covered=50)
    ledger.add(120, covered=120, per_union=12)
    ledger.add(230)
    facts = register(ledger.counted(tmp_path))
    assert facts.fact("union_org_count").value == 60
    rate = facts.fact("unit_coverage_rate")
    assert (rate.numerator, rate.denominator, rate.text) == (170, 400, "42.5%")
    assert (facts.fact("blind_unit_count").text, facts.fact("blind_unit_rate").text) == ("230", "57.5%")


@pytest.mark.parametrize(("units", "unions", "each"), [(155_679, 59_163, "2.63"), (132_511, 54_548, "2.43"), (3_556_000, 1_702_000, "2.09")])
def test_units_a_union(units, unions, each):
    assert str(round_half_up(Fraction(units, unions), 2)) == each


# §1.9


def test_rates_of_districts_are_not_averaged(tmp_path):
    """A区90/100，B区300/1000：全市390/1100=35.5%，不是60%。"""
    ledger = Ledger()
    ledger.add(100, "970101", covered=90)
    ledger.add(1000, "970102", covered=300)
    facts = register(ledger.counted(tmp_path))
    assert [f.text for f in facts.district_facts("unit_coverage_rate")] == ["90.0%", "30.0%"]
    assert facts.fact("unit_coverage_rate").text == "35.5%"


def test_simpson_both_districts_rise_and_the_city_falls(tmp_path):
    """A 720/800→728/800，B 60/200→280/800：两区都升，全市78.0%→63.0%；按上期结构加权79.8%，率效应+1.8、结构效应−16.8。"""
    frames = []
    for quarter, a, b in (("2021Q2", (800, 720), (200, 60)), ("2021Q3", (800, 728), (800, 280))):
        ledger = Ledger()
        ledger.add(a[0], "970101", covered=a[1], per_union=8)
        ledger.add(b[0], "970102", covered=b[1], per_union=8)
        frames.append(ledger.counted(tmp_path, quarter))
    facts = register(*frames, changes(frames[1], frames[0], "qoq", "2021Q3"))
    assert (facts.fact("unit_coverage_rate", quarter="2021Q2").text, facts.fact("unit_coverage_rate").text) == ("78.0%", "63.0%")
    assert [f.text for f in facts.district_facts("unit_coverage_rate_qoq")] == ["1.0个百分点", "5.0个百分点"]
    assert facts.fact("unit_coverage_rate_qoq").text == "-15.0个百分点"
    then = [facts.fact("eligible_unit_count", d, quarter="2021Q2").value for d in ("970101", "970102")]
    now = [facts.fact("unit_coverage_rate", d).value for d in ("970101", "970102")]
    standard = sum(n * rate for n, rate in zip(then, now, strict=True)) / sum(then)
    old, new = (facts.fact("unit_coverage_rate", quarter=q).value for q in ("2021Q2", "2021Q3"))
    assert [str(round_half_up(100 * v, 1)) for v in (standard, standard - old, new - standard)] == ["79.8", "1.8", "-16.8"]


# §2.1


def test_check_digits():
    assert code("91", 123456788) == "91000000123456788T" and uscc_is_valid("91000000123456788T")
    assert code("81", 123456788) == "81000000123456788U" and uscc_is_valid("81000000123456788U")
    wrong = [last for last in ALPHABET if uscc_is_valid("91000000123456788" + last)]
    assert wrong == ["T"], "one check digit and no other is right"
    assert not any(uscc_is_valid(text) for text in ("91000000123456788", "91000000123456788TT", "9100000012345678IT", "91000000123456788t"))


# §2.4


def sized(industry: str, employees: int, revenue: float | None = None, assets: float | None = None) -> pd.Series:
    units = pd.DataFrame(
        {
            "industry_code": [industry],
            "size_class": pd.Series([None], dtype=object),
            "employee_count": pd.array([employees], dtype="Int64"),
            "revenue_wan_yuan": pd.array([revenue], dtype="Float64"),
            "assets_wan_yuan": pd.array([assets], dtype="Float64"),
        }
    )
    return add_sizes(units).iloc[0]


@pytest.mark.parametrize(
    ("who", "industry", "employees", "revenue", "assets", "size"),
    [
        ("制造", "3311", 260, 45000, None, "小"),
        ("快递", "6020", 310, 1800, None, "小"),
        ("物业", "7020", 95, 6000, None, "微"),
        ("装饰", "5011", 9, 5000, 6000, "小"),
        ("律所", "7231", 120, None, 90, "微"),
        ("软件", "6513", 15, 45, None, "微"),
        ("批发", "5112", 18, 6000, None, "小"),
    ],
)
def test_sizes_worked_out(who, industry, employees, revenue, assets, size):
    got = sized(industry, employees, revenue, assets)
    assert (got["size_class"], got["is_small_micro"]) == (size, True)


@pytest.mark.parametrize(
    ("industry", "employees", "size", "is_small_micro"),
    [
        ("3311", 299, None, True),  # below the floor of 中: small or micro for certain
        ("3311", 300, None, None),  # revenue decides, and is not known
        ("3311", 19, "微", True),  # below the floor of 小: micro for certain
        ("5011", 5, None, None),
        ("0311", 5, None, None),
        ("7010", 5, None, None),  # building, farming, estates: headcount says nothing
        ("8040", 100, "中", False),
        ("8040", 99, "小", True),  # headcount is the only measure
        ("8411", 5, "不适用", False),
        ("6610", 5, "不适用", False),
        ("5310", 5, "不适用", False),
    ],
)
def test_what_headcount_alone_can_tell(industry, employees, size, is_small_micro):
    got = sized(industry, employees)
    assert (got["size_class"] or None) == size
    assert (None if pd.isna(got["is_small_micro"]) else bool(got["is_small_micro"])) is is_small_micro


@pytest.mark.parametrize(
    ("industry", "group"),
    [
        ("5910", "transport"),
        ("5920", "warehousing"),
        ("5990", "warehousing"),
        ("59", None),
        ("70", None),
        ("7040", "not_applicable"),
        ("7030", "other"),
        ("8510", "other"),
        ("84", "not_applicable"),
        ("0111", "agri"),
    ],
)
def test_industries_that_are_often_mistaken(industry, group):
    assert size_group(industry) == group


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "size"),
    [
        ("5920", 100, 1000, "中"),
        ("5920", 200, 30000, "大"),
        ("5920", 200, 29999, "中"),  # 仓储的“中”是100，不是200–300
        ("6319", 100, 99999, "中"),
        ("6319", 2000, 100000, "大"),
        ("6319", 100, 1000, "中"),  # 收入中间没有空档
        ("7020", 100, 500, "小"),
        ("7020", 99, 500, "微"),
        ("7020", 100, 499, "微"),
    ],
)  # “以下”不含本数
def test_floors_are_included(industry, employees, revenue, size):
    assert sized(industry, employees, revenue)["size_class"] == size


# §3, §6


def test_members_of_a_dispatch_agency(tmp_path):
    """派遣公司自有40人、会员3040人：率算成7600%，不提示会员多于职工。"""
    ledger = Ledger()
    ledger.add(1, employees=40, members=3040, covered=1, industry="7263")
    assert register(ledger.counted(tmp_path)).fact("membership_rate_all").text == "7600.0%"


def test_contracts_by_enterprises_and_by_employees(tmp_path):
    """320/500=64.0%（企业），48000/60000=80.0%（职工）。"""
    ledger = Ledger()
    ledger.add(320, employees=150, covered=320, per_union=10, contract=True)
    ledger.add(120, employees=67, covered=120, per_union=10)
    ledger.add(60, employees=66, covered=60, per_union=10)
    facts = register(ledger.counted(tmp_path))
    by_units, by_employees = facts.fact("contract_unit_coverage"), facts.fact("contract_employee_coverage")
    assert (by_units.numerator, by_units.denominator, by_units.text) == (320, 500, "64.0%")
    assert (by_employees.numerator, by_employees.denominator, by_employees.text) == (48_000, 60_000, "80.0%")
