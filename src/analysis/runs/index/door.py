"""The quarter's index page: what a leader opens first."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from analysis.charts.imprint import Imprint
from analysis.charts.maps import choropleth
from analysis.charts.tilegrid import tile_grid
from analysis.facts import Fact
from analysis.measures.suppression.families import REASON
from analysis.publishing import blocks
from analysis.publishing.index import write_index
from analysis.runs.index.changes import change_blocks
from analysis.runs.index.incomplete import sentences
from analysis.runs.lists.visiting import FILE as VISITS
from analysis.runs.notebook import Outcome
from analysis.runs.package import Package
from analysis.runs.plan import notebooks

_HEADLINES = ("eligible_unit_count", "unit_coverage_rate", "blind_unit_count", "employee_coverage_rate", "membership_rate_all")
UNTOLD = "没有做成，原因见内部版"  # a failure's own words may hold names and figures
_TABLES = (
    ("indicators.csv", "全部指标（Excel 可打开）", ""),
    ("indicators.parquet", "全部指标（Parquet）", ""),
    ("intake/summary.csv", "各文件读入、接收、提示、退回行数", ""),
    ("intake/rows.csv", "逐行核对结果与处理办法", "只供内部"),
    ("city/union_building.csv", "工会建设各名单：到期合同、待抽查合同、有党无会等", "只供内部"),
    ("city/campaign.csv", "督办名单：逾期任务、逾期整改、没有回访的新建工会等", "只供内部"),
    ("city/campaign_evidence.xlsx", "考核得分、每一分失在哪几行、单位分类", "只供内部"),
    ("errata.csv", "更正：封存的季度现在会不同的数和原因", "只供内部"),
    ("city/ledger_quality.csv", "与上季度核对及各种信号的名单", "只供内部"),
    ("intake/files.csv", "各文件读取情况", ""),
    ("manifest.json", "本次运行的记录", ""),
)


def _signed(fact: Fact, word: str) -> list:
    """Say a change: its direction in words, its size as the fact; nothing where there is none to compare with."""
    if not fact.is_ok:
        return [f"较{word}：—（{fact.reason}）"] if fact.reason else []
    if not fact.rounded:
        return [f"与{word}持平"]
    is_rate = fact.unit == "pp"
    verb = ("提高" if fact.value > 0 else "下降") if is_rate else ("增加" if fact.value > 0 else "减少")
    return [f"较{word}{verb}", fact.magnitude, "" if is_rate else "家"]


def _headline(package: Package) -> list[dict]:
    rows = []
    for indicator in _HEADLINES:
        fact = package.register.fact(indicator)
        below = f"分母：{fact.denominator_name}" if fact.denominator_name else "单位：家"
        changes = [_change(package, fact, against, word) for against, word in (("qoq", "上季度末"), ("yoy", "上年同期"))]
        rows.append({"label": fact.name, "below": below, "runs": blocks.as_runs(fact), "changes": [runs for runs in changes if runs]})
    return rows


def _change(package: Package, fact: Fact, against: str, word: str) -> list[dict]:
    change = package.register.fact(f"{fact.indicator}_{against}", fact.region_code)
    if change.is_ok:
        package.register.used[change.magnitude.id] = change.magnitude
    return blocks.as_runs(*_signed(change, word))


def _map(package: Package) -> dict | None:
    facts = package.register.district_facts("unit_coverage_rate")
    imprint = Imprint.from_settings(
        package.settings, is_demo=package.is_demo, breaks=package.breaks, **({"source": "汇总表（公布数或申报数）"} if package.is_totals else {})
    )
    if package.regions is not None:
        drawn = choropleth(package.regions, facts, imprint)
    elif package.tiles is not None:
        drawn = tile_grid(package.tiles, facts, imprint)
    else:
        return None
    return blocks.figure(drawn.alt, svg=drawn.svg, png=base64.b64encode(drawn.png).decode(), caption="各地单位覆盖率", facts=drawn.facts)


def _ranking(package: Package) -> dict:
    register = package.register
    facts = sorted(register.district_facts("unit_coverage_rate"), key=lambda f: (not f.is_ok, -(f.value or 0), f.region_code))
    rows = [
        [
            f.region_name,
            register.fact("eligible_unit_count", f.region_code),
            register.fact("covered_unit_count", f.region_code),
            f,
            register.fact("unit_coverage_rate_qoq", f.region_code),
            register.rank("unit_coverage_rate", f.region_code),
        ]
        for f in facts
    ]
    city = register.city[0]
    rows.append(
        [
            register.city[1],
            register.fact("eligible_unit_count"),
            register.fact("covered_unit_count"),
            register.fact("unit_coverage_rate"),
            register.fact("unit_coverage_rate_qoq", city),
            "—",
        ]
    )
    columns = ["地区", ("应建会单位", "right"), ("已覆盖", "right"), ("单位覆盖率", "right"), ("较上季度末", "right"), ("名次", "right")]
    hidden = f"，“…”为不予显示（{REASON}）" if any(f.status == "suppressed" for f in facts) else ""
    smallest = blocks.mark(f"{register.smallest_ranked}家", "threshold")
    note = ["率的分母为应建会单位；应建会单位不足", smallest, f"的不排名；“—”为无数据或不参加排名{hidden}。"]
    return blocks.table(columns, rows, caption="各地单位覆盖率", note=note)


def _documents(package: Package, outcomes: list[Outcome], folder: Path) -> list[dict]:
    names = {n.document: n.name for n in notebooks()}
    places = dict(package.register.regions("district")) | {"city": package.city[1]}
    groups: dict[str, list[dict]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.scope != "city", o.scope, list(names).index(o.document) if o.document in names else 99)):
        formats = {Path(f).suffix[1:]: f for f in outcome.files if not f.startswith("notebooks/")}
        record = [f for f in outcome.files if f.startswith("notebooks/")]
        row = {
            "title": names.get(outcome.document, outcome.document),
            "formats": formats,
            "status": "failed" if outcome.status == "failed" else "ok",
            "reason": outcome.reason if package.audience == "internal" else UNTOLD * bool(outcome.reason),
        }
        if record and package.audience == "internal":
            row["formats"] = formats | {"ipynb": record[0]}
        visits = f"{outcome.scope}/{VISITS}"
        if outcome.document == "blank_areas" and (folder / visits).is_file():
            row["formats"] = row["formats"] | {"xlsx": visits}
        groups.setdefault(outcome.scope, []).append(row)
    return [{"scope": scope, "scope_name": places.get(scope, scope), "documents": rows, "figures": _figures(package, scope)} for scope, rows in groups.items()]


def _figures(package: Package, scope: str) -> list[dict]:
    """Return a district's own figures in one line: coverage with its change, blank units."""
    if scope == "city":
        return []
    rate, blind = (package.register.fact(name, scope) for name in ("unit_coverage_rate", "blind_unit_count"))
    if rate.status == "no_data":
        return blocks.as_runs(f"单位覆盖率无数据：{rate.reason}")
    moved = _change(package, rate, "qoq", "上季度末") if rate.is_ok else []
    return blocks.as_runs("单位覆盖率", rate, *(["，", moved] if moved else []), "；盲区单位", blind, "家" if blind.is_ok else "")


def _together(package: Package, rows: list[dict]) -> list[str]:
    """Say what districts lack; districts that lack the same are named together, all of them as 各区县."""
    names = dict(package.register.regions("district"))
    shared: dict[str, list[str]] = {}
    for code in dict.fromkeys(row["region"] for row in rows):
        name = next(row["region_name"] for row in rows if row["region"] == code)
        for said in sentences(rows, code):
            shared.setdefault(said.removeprefix(name), []).append(name)
    return [("各区县" if len(who) == len(names) > 1 else "、".join(who)) + said for said, who in shared.items()]


def write_door(folder: Path, package: Package, outcomes: list[Outcome], say: Callable[[str], None]) -> Path:
    """Write ``index.html`` and return its path."""
    say("编写目录页")
    intake = package.intake
    model = {
        "city_name": package.city[1],
        "quarter": package.quarter,
        "as_of": package.register.fact("eligible_unit_count").as_of.isoformat(),
        "demo": package.is_demo,
        "label": "内部资料 注意保存" if package.audience == "internal" else "",
        "incomplete": sentences([row for row in package.incomplete if not row["column"]]),
        "headline": _headline(package),
        "missing_columns": _together(package, [row for row in package.incomplete if row["column"]]),
        "ranking": _ranking(package),
        "changes": change_blocks(package),
        "documents": _documents(package, outcomes, folder),
        "tables": [{"href": href, "title": title, "note": note} for href, title, note in _TABLES if (folder / href).is_file() or href == "manifest.json"],
        "intake": [
            {"label": label, "value": str(intake[key])}
            for key, label in (("files", "文件"), ("rows_read", "读入行"), ("accepted", "接收"), ("flagged", "提示"), ("quarantined", "退回"))
        ],
    }
    drawn = _map(package)
    if drawn:
        model["map"] = drawn
    model["facts"] = [f.as_record() for f in package.register.used.values()]
    return write_index(folder / "index.html", model, is_checked=True)
