"""From a figure back to the rows it was counted from: ``workbench trace 2021Q3/990100/all/unit_coverage_rate``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.errors import ParameterError
from analysis.facts import Fact, Register
from analysis.intake.store import read_tables
from analysis.measures import behind
from analysis.measures.tally import judge_units
from analysis.measures.totals import separate, supplied_sums
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.runs.store import connect
from analysis.runs.tracing.address import Address, nearest, read_address
from analysis.runs.tracing.parts import LEFT_OVER, worked_out
from analysis.settings import Settings


@dataclass
class Trace:
    """Where a figure comes from: ``rows`` that were counted, or the ``parts`` (id, text, name) that it was worked out from."""

    fact: Fact
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: list[tuple[str, str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    agrees: bool = True
    package: str = ""
    asked: str = ""
    is_worked_out: bool = True


class Stored:
    """A stored package opened for tracing: its figures, kept rows and what was decided about them."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
        self.quarter, self.city = self.context["quarter"], tuple(self.context["city"])
        own = {k: tuple(v) if isinstance(v, list) else v for k, v in self.context.get("settings", {}).items() if k != "totals_multipliers"}
        self.settings = replace(settings, **own)

    @cached_property
    def frame(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "indicators.parquet")

    @cached_property
    def register(self) -> Register:
        return Register(self.frame, self.quarter, self.city, self.settings.smallest_ranked, rate_decimals=2 if self.context["is_totals"] else None)

    @cached_property
    def kept(self) -> dict[str, pd.DataFrame]:
        return read_tables(self.folder / "tables")

    @cached_property
    def places(self) -> dict[str, str]:
        """Region code → name, of every level."""
        return dict(self.frame[["region_code", "region_name"]].drop_duplicates().itertuples(index=False, name=None))

    @cached_property
    def districts(self) -> list[str]:
        own = self.frame[(self.frame["quarter"] == self.quarter) & (self.frame["region_level"] == "district")]
        return sorted(own["region_code"].unique())

    def supplied(self) -> dict[str, dict[str, int]]:
        """Return the districts that a 汇总表 speaks for, as the indicators took them."""
        without = [row["region"] for row in self.context["incomplete"] if row["table"] == "units" and not row["column"]]
        return {c: v for c, v in supplied_sums(self.kept["totals"], without).items() if c in self.districts}


def stored_package(settings: Settings, address: Address) -> Stored:
    """Return the newest stored package of the id's quarter that knows its region.

    Raises
    ------
    ParameterError
        Where nothing is stored of that quarter, or no such region.
    """
    store = settings.store or DATA / "store"
    found = sorted(store.glob(f"{address.quarter}-*/context.json"), key=lambda p: (p.stat().st_mtime_ns, p.parent.name), reverse=True)
    if not found:
        there = sorted({p.parent.name.partition("-")[0] for p in store.glob("*/context.json")})
        raise ParameterError(
            f"{store} 里没有 {address.quarter} 的数据，已有的季度：{'、'.join(there) or '一个也没有'}。请先运行 workbench run --quarter {address.quarter}。"
        )
    packages = [package for package in (Stored(path.parent, settings) for path in found) if "settings" in package.context]
    for package in packages:
        if address.region in package.places:
            return package
    if not packages:
        raise ParameterError(
            f"{store} 里 {address.quarter} 的数据是以前版本的程序整理的，没有追溯所需的记录。请重新运行 workbench run --quarter {address.quarter}。"
        )
    known = packages[0].places
    names = "、".join(f"{code} {name}" for code, name in list(known.items())[:4])
    raise ParameterError(f"{address.quarter} 的数据里没有地区 {address.region}{nearest(address.region, list(known))}。例如 {names}。请核对地区代码。")


def trace(settings: Settings, text: str) -> Trace:
    """Return where a figure comes from.

    Raises
    ------
    ParameterError
        For an id that does not exist, or an audience that may not see single units.
    """
    if settings.audience != "internal":
        raise ParameterError(f"读者范围是 {settings.audience}，不能列出单位明细。追溯只供内部使用，请在内部环境（audience = internal）下运行。")
    address = read_address(text)
    package = stored_package(settings, address)
    made = _derived(package, address) if address.steps else _counted(package, address)
    made.package, made.asked = package.folder.name, text.strip()
    return made


def _definition(indicator: str) -> dict[str, str]:
    rows = tables.load("indicators")
    return rows[rows["indicator"] == indicator].to_dict("records")[0]


def _counted(package: Stored, address: Address) -> Trace:
    """List the rows of a figure that was counted, and hold their count against it."""
    fact = package.register.fact(address.indicator, address.region, address.segment, address.quarter)
    made = Trace(fact)
    if not fact.is_ok:
        made.said.append(f"这个数是空的（{fact.text}）：{fact.reason}。")
        if fact.numerator is None:
            return made
    definition = _definition(address.indicator)
    made.rows = _rows(package, address, fact, definition)
    wanted = {"numerator": fact.value if fact.unit == "count" else fact.numerator}
    if fact.unit == "ratio":
        wanted["denominator"] = fact.denominator
    _compare(made, wanted)
    if fact.left_out:
        made.said.append("没有计入（缺报）：" + "、".join(package.places.get(c, c) for c in fact.left_out) + "。")
    return made


def _compare(made: Trace, wanted: dict[str, int]) -> None:
    names = {"numerator": "分子" if "denominator" in wanted else "数量", "denominator": "分母"}
    for part, value in wanted.items():
        counted, total = int(made.rows[f"in_{part}"].sum()) if len(made.rows) else 0, int(made.rows[part].sum()) if len(made.rows) else 0
        if total == value:
            made.said.append(f"{names[part]} {int(value)}：由 {counted} 行相加得到，核对一致。")
        else:
            made.agrees = False
            made.said.append(
                f"{names[part]}应为 {int(value)}，追溯到的 {counted} 行合计 {total}，对不上。请把这一行和数据文件夹 {made.package} 一起交给维护人员。"
            )


def _rows(package: Stored, address: Address, fact: Fact, definition: dict[str, str]) -> pd.DataFrame:
    districts = [c for c in package.districts if c not in fact.left_out]
    codes = districts if fact.region_level == "city" else [address.region]
    if package.context["is_totals"]:
        regions = separate(package.kept["totals"]).regions["region_code"]
        return _with_units(behind.supplied_rows(package.kept["totals"], definition, [c for c in codes if c in set(regions)]))
    spoken = package.supplied() if address.segment == "all" and definition["group"] == "unit" and fact.region_level != "township" else {}
    needed = {definition["numerator"], definition["denominator"]} - {""}
    by_totals = [c for c in codes if c in spoken and needed <= set(spoken[c])]
    rows = _ledger_rows(package, address, fact, definition, tuple(c for c in districts if c not in spoken))
    if fact.region_level == "district" and address.region in spoken:
        rows = rows.iloc[0:0]
    extra = behind.supplied_rows(package.kept["totals"], definition, by_totals) if by_totals else None
    return rows if extra is None else pd.concat([rows, _with_units(extra)], ignore_index=True) if len(rows) else _with_units(extra)


def _with_units(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"region_code": "district_code", "region_name": "unit_name"})


def _ledger_rows(package: Stored, address: Address, fact: Fact, definition: dict[str, str], districts: tuple[str, ...]) -> pd.DataFrame:
    as_of = Quarter(address.quarter).as_of
    region = behind.Region(fact.region_level, address.region, districts)
    states = pd.read_parquet(package.folder / "states.parquet").set_index("uscc")
    townships = package.kept["units"]["uscc"].map(states["township_code"]).fillna("")
    before = pd.DataFrame({"uscc": states.index[states["was_covered"]]})
    with connect(package.kept, townships) as connection:
        judge_units(connection, as_of, package.settings, before)
        if definition["group"] == "union":
            return behind.union_rows(connection, definition, region, as_of)
        if definition["group"] == "matter":
            return behind.matter_rows(connection, definition, region, as_of)
        if definition["group"] == "contracts":
            return behind.contract_rows(connection, region, as_of)
        return behind.unit_rows(connection, definition, address.segment, region)


def _derived(package: Stored, address: Address) -> Trace:
    """A figure worked out from others: its parts, or the rows of the rate that it is part of."""
    *before, step = address.steps
    inner = replace(address, steps=tuple(before))
    if step == "abs":
        made = trace_of(package, inner)
        made.said.insert(0, "这是去掉正负号的写法，方向由文字说明。")
        return made
    if step == "denominator" and not before:
        made = _counted(package, inner)
        made.rows = made.rows[made.rows["in_denominator"]] if len(made.rows) else made.rows
        made.said.insert(0, f"这是{made.fact.name}的分母（{made.fact.denominator_name}）。")
        made.fact = worked_out(package.register, address).fact
        return made
    if step in LEFT_OVER and not before:
        made = _counted(package, inner)
        made.rows = made.rows[made.rows["in_denominator"] & ~made.rows["in_numerator"]] if len(made.rows) else made.rows
        made.said.append(f"这个数是{made.fact.name}的分母减去分子：只计入分母的 {len(made.rows)} 行。")
        made.fact = worked_out(package.register, address).fact
        return made
    return _from_parts(package, address)


def trace_of(package: Stored, address: Address) -> Trace:
    return _derived(package, address) if address.steps else _counted(package, address)


def _from_parts(package: Stored, address: Address) -> Trace:
    """A figure worked out again from the figures it rests on; where it cannot be, the figure it starts from, and said to be so."""
    found = worked_out(package.register, address)
    made = Trace(found.fact, is_worked_out=found.is_again)
    made.parts = [(f.id, f.text, f"{f.region_name}{segment_of(f)}{f.name}") for f in found.parts]
    if not found.is_again:
        made.said = ["这个数是写文稿时由下列数进一步推算的，这里不重新推算，推算办法见手册；下列数可再用它的编号追溯。"]
        return made
    made.said = [f"这个数由下列数{found.said}得到（用未舍入的数计算）；各数的明细可再用它的编号追溯。"]
    if not found.fact.is_ok:
        made.said.append(f"这个数是空的（{found.fact.text}）：{found.fact.reason}。")
    return made


def segment_of(fact: Fact) -> str:
    """Return the name of a figure's segment, "" for all units."""
    name = "" if fact.segment == "all" else tables.load("segments").set_index("segment").at[fact.segment, "name"]
    return f"（{name}）" if name and not fact.name.startswith(name) else ""
