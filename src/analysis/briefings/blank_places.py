"""Where the blank is: rates with intervals and ranks that can be told apart, shrunk rates, concentration, spatial pattern."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from analysis.briefings.areas import Areas, grades, most_blank
from analysis.briefings.blank_kinds import EITHER, place_of
from analysis.briefings.context import Blocks, Draft, figure
from analysis.charts.concentration import concentration_curve
from analysis.charts.intervals import interval_dots
from analysis.facts import Fact, Register
from analysis.measures.blanks.concentration import fewest_holding
from analysis.measures.blanks.intervals import rank_ranges, wilson
from analysis.measures.blanks.shrink import shrink
from analysis.measures.blanks.spatial import HIGH, LOW, pattern
from analysis.measures.blanks.study import threshold, whole
from analysis.publishing import blocks

RATE = "blind_unit_rate"


def bounds(register: Register, rate: Fact) -> tuple[Fact, Fact]:
    """Return the ends of the rate's Wilson interval as facts; blank where the rate is blank or has too few units."""
    if rate.is_ok and rate.denominator >= whole("least_for_a_rate"):
        ends = [Fraction(bound) for bound in wilson(rate.numerator, rate.denominator, threshold("confidence"))]
        changes = {}
    else:
        ends, changes = [None, None], {"status": rate.status if not rate.is_ok else "no_data", "reason": rate.reason or "单位过少，不报率"}
    return tuple(register.derived(rate, f"interval_{side}", value, "ratio", f"{rate.name}区间{word}", **changes)
                 for side, word, value in (("low", "下限", ends[0]), ("high", "上限", ends[1])))  # fmt: skip


def ranges(areas: Areas, segment: str = EITHER) -> list[dict[str, Any]]:
    """Return a record an area: rate, low, high, best and worst place (facts), side of the merged rate: above, below, level or ""."""
    register = areas.package.register
    merged = register.fact(RATE, areas.package.region_code, segment)
    found = []
    for rate in areas.facts(RATE, segment):
        low, high = bounds(register, rate)
        side = "" if not (low.is_ok and merged.is_ok) else "above" if low.value > merged.value else "below" if high.value < merged.value else "level"
        found.append({"rate": rate, "low": low, "high": high, "side": side})
    known = [item for item in found if item["low"].is_ok]
    for item, (best, worst) in zip(known, rank_ranges([(i["low"].value, i["high"].value) for i in known]), strict=True):
        for name, value in (("best", best), ("worst", worst)):
            item[name] = register.derived(item["rate"], f"place_{name}", value, "rank", f"{item['rate'].name}名次范围", decimals=0, denominator_name="")
    return found


def range_table(areas: Areas, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the table of rates with intervals, the highest first; places as a range where they cannot be told apart."""
    register = areas.package.register
    words = {"above": "高于", "below": "低于", "level": "分不出", "": "—"}
    rows = []
    for item in sorted(found, key=lambda i: (not i["low"].is_ok, -(i["rate"].value or 0), i["rate"].region_code)):
        rate = item["rate"]
        size = register.denominator(rate) if rate.is_ok else register.fact("eligible_unit_count", rate.region_code, rate.segment)
        is_shown = item["low"].is_ok
        span = [item["low"], "～", item["high"]] if is_shown else "—"
        rows.append([areas.name(rate), size, rate if is_shown or not rate.is_ok else "—", span, place_of(item), words[item["side"]]])
    columns = [(areas.word, "left"), ("应建会（家）", "right"), ("盲区率", "right"), ("波动区间", "center"), ("名次范围", "center"), ("与合并率比", "center")]
    note = ["区间为", blocks.mark(f"{threshold('confidence'):.0%}", "threshold"), "威尔逊区间，单位越少越宽；区间互不重叠才算分得出高低，名次范围由此而来，数小的盲区率高。应建会单位不足",
            blocks.mark(f"{whole('least_for_a_rate')}家", "threshold"), "的不列率、不排名。"]  # fmt: skip
    return blocks.table(columns, rows, caption=f"{areas.package.region_name}各{areas.word}小微或两新盲区率与波动区间", note=note)


def range_figure(draft: Draft, areas: Areas, found: list[dict[str, Any]], most: int = 30) -> Blocks:
    known = [item for item in found if item["low"].is_ok]
    if len(known) < 2 or len(known) > most:  # with more the picture would be longer than a page; the table has them all
        return []
    merged = draft.register.fact(RATE, areas.package.region_code, EITHER)
    rows = [(item["rate"], item["low"], item["high"]) for item in found]
    drawn = interval_dots(
        rows,
        draft.imprint(),
        whole=merged,
        names=areas.names,
        extra_notes=[
            "横线为波动区间（威尔逊区间）：仅由偶然因素，率大致会在这个范围里摆动，单位越少越宽。",
            "橙色高于合并率，蓝色低于合并率，灰色与合并率分不出高低。",
        ],
    )
    return [figure(drawn, f"{areas.package.region_name}各{areas.word}小微或两新盲区率及波动区间")]


def sides(areas: Areas, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the text says of them: names above, below, and whether the highest stands alone."""
    known = sorted((i for i in found if i["low"].is_ok), key=lambda i: (-i["rate"].value, i["rate"].region_code))
    if any(i["rate"].status == "suppressed" for i in found):
        known = []  # the highest of those shown need not be the highest
    if len({i["rate"].value for i in known}) < 2:
        known = []  # all alike: none is first
    top = known[0] if known else None
    level = [areas.spoken(i["rate"]) for i in known[1:] if top and i["high"].value >= top["low"].value]
    return {"可比": bool(known), "高于": [areas.spoken(i["rate"]) for i in known if i["side"] == "above"],
            "低于": [areas.spoken(i["rate"]) for i in known if i["side"] == "below"], "最高": areas.spoken(top["rate"]) if top else "",
            "最高率": top["rate"] if top else None, "同列": level[:5], "同列很多": len(level) > 5}  # fmt: skip


def shrunk(areas: Areas, segment: str = EITHER) -> dict[str, Fact]:
    """Return code → empirical Bayes blank rate; drawn towards the merged rate of all areas, the more the fewer the units."""
    register = areas.package.register
    rates = [f for f in areas.facts(RATE, segment) if f.is_ok]
    made = shrink([f.numerator for f in rates], [f.denominator for f in rates]) if rates else None
    return {f.region_code: register.derived(f, "smoothed", Fraction(float(made.rates[i])), "ratio", "平滑盲区率") for i, f in enumerate(rates)}


def most_table(areas: Areas, near: dict[str, Any], most: int = 8) -> dict[str, Any]:
    """Return the areas with most blank units of either group: raw and smoothed rate side by side."""
    register, grade, smooth = areas.package.register, grades(areas), shrunk(areas)
    rows = []
    for fact in most_blank(areas, most, EITHER):
        code = fact.region_code
        rate, employees = (register.fact(name, code, EITHER) for name in (RATE, "blind_employee_count"))
        rows.append([areas.name(fact), register.fact("eligible_unit_count", code, EITHER), fact, employees, rate, smooth.get(code, "—"), grade[code] or "—"])
    heads = ("应建会（家）", "盲区单位（家）", "盲区职工（人）", "盲区率", "平滑盲区率")
    columns = [("乡镇街道", "left"), *((head, "right") for head in heads), ("全部单位分级", "center")]
    note = "率的分母为小微企业或两新组织应建会单位。单位少的地方率容易偏高偏低，平滑盲区率（经验贝叶斯）把它往各乡镇街道合并的率拉近，单位越少拉得越近，比较时看这一列更稳。分级按全部应建会单位。"
    tested = (
        []
        if near["原因"]
        else [
            "邻近检验：莫兰指数",
            near["指数"],
            "，偶然得到这样结果的可能（p值）",
            near["概率"],
            "。莫兰指数为正表示相邻地方高低相近，为负表示高低相间，接近零表示没有规律；p值大于",
            blocks.mark(f"{threshold('spatial_significance'):g}", "threshold"),
            "就不下结论。",
        ]
    )
    return blocks.table(columns, rows, caption="小微或两新盲区单位最多的乡镇街道", note=[note, *tested])


def concentration(areas: Areas) -> dict[str, Any]:
    """Return how many areas there are and how few hold half of the blank units, as facts; empty where it cannot be told."""
    register, counts = areas.package.register, areas.facts("blind_unit_count")
    known = [f for f in counts if f.is_ok]
    if len(known) < whole("least_for_concentration") or any(f.status == "suppressed" for f in counts) or not sum(f.value for f in known):
        return {}
    like = register.fact("blind_unit_count", areas.package.region_code)
    few = fewest_holding([int(f.value) for f in known], threshold("concentration_share"))
    common = {"status": "ok", "reason": "", "left_out": like.left_out}
    sizes = areas.facts("eligible_unit_count")
    base = fewest_holding([int(f.value) for f, blind in zip(sizes, counts, strict=True) if blind.is_ok and f.is_ok], threshold("concentration_share"))
    apart = (base - few) / len(known)  # blank units lie where units are: only what differs from that says anything of the blank
    least = threshold("clearly_apart")
    return {"少数": register.derived(like, "fewest_holding_half", few, "count", "占一半盲区的乡镇街道数", **common),
            "应建会少数": register.derived(like, "fewest_holding_half_of_units", base, "count", "占一半应建会单位的乡镇街道数", **common),
            "比较": "盲区比单位本身更集中" if apart >= least else "盲区比单位本身更分散" if apart <= -least else "盲区的集中程度与单位本身差不多",
            "全部": register.derived(like, "places", len(known), "count", "有数据的乡镇街道数", **common), "各地": known}  # fmt: skip


def concentration_figure(draft: Draft, areas: Areas, found: dict[str, Any]) -> Blocks:
    if not found:
        return []
    drawn = concentration_curve(found["各地"], found["少数"], found["全部"], draft.imprint(), share=threshold("concentration_share"), word=areas.word)
    return [figure(drawn, f"{areas.package.region_name}盲区单位的集中程度")]


def neighbourhood(areas: Areas) -> dict[str, Any]:
    """Return what Moran's I says of the areas' blank rates, for the text; ``原因`` where nothing was tested."""
    package, register = areas.package, areas.package.register
    rates = areas.facts(RATE)
    if any(f.status == "suppressed" for f in rates):
        return {"原因": "部分乡镇街道不予显示，不作空间检验"}
    counted = {f.region_code: f for f in rates if f.is_ok}
    made = pattern(areas.shapes, {c: f.numerator for c, f in counted.items()}, {c: f.denominator for c, f in counted.items()}, whole("least_for_spatial"),
                   whole("spatial_permutations"), whole("spatial_seed"), threshold("spatial_significance"))  # fmt: skip
    if made.reason:
        return {"原因": made.reason}
    like = register.fact(RATE, package.region_code)
    plain = {"status": "ok", "reason": "", "denominator_name": ""}
    named = {side: [areas.spoken(counted[code]) for code, kind in made.clusters.items() if kind == side] for side in (HIGH, LOW)}
    is_clear = made.p_value <= threshold("spatial_significance")
    return {"原因": "", "指数": register.derived(like, "moran_index", made.index, "count", "莫兰指数", decimals=2, **plain),
            "概率": register.derived(like, "moran_p_value", made.p_value, "count", "置换检验p值", decimals=3, **plain), "形态": _shape(made.index, is_clear),
            "高聚集": named[HIGH], "低聚集": named[LOW], "孤立": [areas.spoken(register.fact(RATE, code)) for code in made.islands]}  # fmt: skip


def _shape(index: float, is_clear: bool) -> str:
    return "看不出" if not is_clear else "集聚" if index > 0 else "相间"
