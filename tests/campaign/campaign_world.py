"""A small city drawn by hand for the campaign: three districts, two quarters, one district without the tables of tasks and inspections."""

from dataclasses import replace
from pathlib import Path

from analysis.runs.sources import choose_settings
from analysis.settings import Settings

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NAMES = {"970101": "甲区", "970102": "乙区", "970103": "丙县"}
HEADS = {
    "单位": "统一社会信用代码,单位名称,区县代码,职工数,会员数,登记注册类型代码,农民工数", "工会": "工会代码,工会名称,工会形式,区县代码,成立日期,届满日期,主席选举,组织机构,建制项数,近四季活动次数,近一年开会次数",
    "覆盖关系": "工会代码,统一社会信用代码,起始日期", "职代会": "统一社会信用代码,形式,召开日期", "集体合同": "合同编号,生效日期,期满日期", "合同覆盖": "合同编号,统一社会信用代码",
    "任务": "区县代码,任务,责任单位,时限,完成日期", "督察": "区县代码,督察日期,问题,整改时限,整改日期,工会代码", "专班": "区县代码,专班名称,牵头职务,成员数,包联单位数,成立日期",
    "培训": "区县代码,培训日期,班次,人次,人数,合格人数",
}  # fmt: skip
COVERED = {"2021Q2": {"970101": 4, "970102": 3, "970103": 2}, "2021Q3": {"970101": 6, "970102": 4, "970103": 2}}
UNITS = 10


def code(prefix: str, district: str, number: int) -> str:
    text = f"{prefix}{district}{number:09d}"
    rest = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(text)) % 31
    return text + ALPHABET[(31 - rest) % 31]


def tables_of(district: str, quarter: str) -> dict[str, list[str]]:
    """Return table → lines of one district; the first ``COVERED`` units have a union of their own, every other union works."""
    covered = COVERED[quarter][district]
    made = {
        "单位": [f"{code('91', district, n)},单位{n},{district},{20 + n},{10 if n < covered else 0},112," for n in range(UNITS)],
        "工会": [f"{code('81', district, n)},工会{n},单独,{district},{'2021-05-20' if n == 0 else '2015-01-01'},,是,是,{3 if n % 2 else 0},2,1" for n in range(covered)],
        "覆盖关系": [f"{code('81', district, n)},{code('91', district, n)},{'2021-05-20' if n == 0 else '2015-01-01'}" for n in range(covered)],
        "职代会": [f"{code('91', district, 0)},职代会,2021-03-01"], "集体合同": [f"HT{district},2021-01-01,2022-12-31"], "合同覆盖": [f"HT{district},{code('91', district, 0)}"],
    }  # fmt: skip
    if district != "970103":
        late = "2021-09-05" if district == "970101" else ""
        made |= {
            "任务": [f"{district},扩面,基层部,2021-08-31,2021-08-31", f"{district},换届,基层部,2021-08-31,{late}", f"{district},轮训,组织部,2021-10-15,", f"{district},年终,组织部,2021-12-31,"],
            "督察": [f"{district},2021-06-10,没有活动,2021-07-01,2021-06-20,{code('81', district, 0)}", f"{district},2021-08-01,没有活动,2021-09-01,,{code('81', district, 0)}",
                   f"{district},2021-09-10,账目不清,2021-10-10,2021-10-08,"],
        }  # fmt: skip
    made |= {
        "专班": [f"{district},{NAMES[district]}专班,副主席,4,{6 if district == '970101' else 5},2021-01-01"],
        "培训": [f"{district},2021-03-01,上岗班,30,20,15", f"{district},2020-12-31,旧班,9,9,9"],
    }
    return made


def send(folder: Path, quarters=("2021Q2", "2021Q3"), order=tuple(NAMES)) -> None:
    """Write the ledgers as CSV, the districts' files named so that ``order`` is theirs in the folder."""
    for quarter in quarters:
        home = folder / "ledgers" / quarter
        home.mkdir(parents=True, exist_ok=True)
        for number, district in enumerate(order):
            for table, lines in tables_of(district, quarter).items():
                (home / f"{number}{NAMES[district]}_{table}.csv").write_text("\n".join([HEADS[table], *lines]), encoding="utf-8")
    (folder / "crosswalk.csv").write_text("代码,名称,并入代码\n" + "".join(f"{c},{n},\n" for c, n in NAMES.items()), encoding="utf-8")


SHEET = """
smallest = 5
peer_edges = []
[[district.item]]
name = "覆盖率"
group = "扩面"
weight = 60
indicator = "unit_coverage_rate"
full = 1
zero = 0
[[district.item]]
name = "挂牌空壳"
group = "质量"
weight = 40
indicator = "shell_rate"
full = 0
zero = 1
[[district.deduction]]
name = "逾期任务"
indicator = "task_overdue_count"
each = 2
most = 4
[[body.item]]
name = "按时办结率"
weight = 100
indicator = "ontime_rate"
full = 1
zero = 0
[[force.item]]
name = "人均包联"
weight = 100
indicator = "assigned_per_member"
full = 2
zero = 0
"""


def settings_of(folder: Path, sheet: str = SHEET, **more) -> Settings:
    (folder / "score.toml").write_text(sheet, encoding="utf-8")
    made = choose_settings(ledgers=str(folder / "ledgers"), store=str(folder / "store"), sealed=str(folder / "sealed"), out=str(folder / "out"), crosswalk=str(folder / "crosswalk.csv"),
                           city_name="九七市")  # fmt: skip
    return replace(made, score=folder / "score.toml", targets=None, received=None, boundaries=None, townships=None, **more)
