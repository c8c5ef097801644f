"""What all documents share: the meta block, the words templates may use, the method note, and the choice of what to name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.facts import Fact, Register
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.wording.engine import Engine, Text
from analysis.wording.numbers import Figure, clean, magnitude, mark, say
from analysis.wording.phrases import is_weak, rule_of_25, segment_against_city
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

Blocks = list[dict[str, Any]]
TABLE_NAMES = {"units": "单位", "unions": "工会", "covers": "覆盖关系", "congresses": "职代会", "contracts": "集体合同", "contract_covers": "合同覆盖"}


@dataclass
class Draft:
    """A document in the making: the package, its template engine and what has been left unsaid so far."""

    package: Package
    document: str
    title: str
    engine: Engine
    unsaid: list[dict[str, Any]] = field(default_factory=list)

    @property
    def register(self) -> Register:
        return self.package.register

    def meta(self) -> dict[str, Any]:
        p = self.package
        return blocks.meta(self.document, self.title, p.quarter, scope=p.scope, scope_name=p.region_name, as_of=Quarter(p.quarter).as_of, demo=p.is_demo,
                           map_use=p.map_use, city_name=p.city[1], incomplete=incomplete_sentences(p))  # fmt: skip

    def render(self, template: str, **context: Any) -> Text:
        text = self.engine.render(template, **common_words(self.package), **{name: as_figures(self.register, value) for name, value in context.items()})
        self.unsaid += text.unsaid
        return text

    def method(self) -> Blocks:
        """Return the method note: denominators, dates, definitions, what is incomplete and what was left unsaid."""
        settings, p = self.package.settings, self.package
        text = self.engine.render("method.j2", **common_words(p), 仅汇总=p.is_totals, 含个体=settings.two_new_self_employed,
                                  排名下限=mark(f"{settings.smallest_ranked}家", "threshold"), 缺报=incomplete_sentences(p), 未写=unsaid_reasons(self.unsaid))  # fmt: skip
        return text.blocks

    def facts(self) -> dict[str, Any]:
        return blocks.facts(self.register.used.values())


def as_figures(register: Register, value: Any) -> Any:
    """Return facts, also inside lists and dicts, as the figures that templates compare and write."""
    if isinstance(value, Fact):
        return Figure(register, value)
    if isinstance(value, dict):
        return {key: as_figures(register, item) for key, item in value.items()}
    return [as_figures(register, item) for item in value] if isinstance(value, list) else value


def open_draft(package: Package, document: str, title: str) -> Draft:
    return Draft(package, document, title, Engine(package.register, getattr(package.settings, "templates", None)))


def common_words(package: Package) -> dict[str, Any]:
    """Return the names that every template may use."""
    quarter = Quarter(package.quarter)
    return {"全市": Place(package.register), "时点": mark(quarter.as_of_label, "date"), "季度": mark(quarter.label, "date"),
            "九十天": mark("90天", "threshold"), "二十五人": rule_of_25(package.settings)}  # fmt: skip


def incomplete_sentences(package: Package) -> list[str]:
    """Return one clause a district and reason: ``甲区缺工会表（未报送）``; lacking columns are named with their table."""
    said: dict[tuple[str, str], list[str]] = {}
    for row in package.incomplete:
        said.setdefault((clean(row.get("region_name") or row["region"]), clean(row["reason"]).rstrip("。")), []).append(what_is_missing(row))
    return [f"{name}{'、'.join(dict.fromkeys(what))}（{reason}）" for (name, reason), what in said.items()]


def what_is_missing(row: dict[str, str]) -> str:
    table = TABLE_NAMES.get(row["table"], row["table"])
    column = row.get("column") or ""
    if not column:
        return f"{table}表"
    columns = tables.load("columns")
    hits = columns.loc[(columns["table"] == row["table"]) & (columns["code"] == column), "header"]
    return f"{table}表{hits.iloc[0] if len(hits) else column}"


def unsaid_reasons(unsaid: Iterable[dict[str, Any]]) -> list[str]:
    """Return the reasons of left-out sentences, each once, grouped: ``甲指标、乙指标（原因）``."""
    grouped: dict[str, list[str]] = {}
    for record in unsaid:
        for clause in filter(None, record["reason"].split("；")):
            name, _, reason = clause.partition("：")
            grouped.setdefault(reason, []).append(name)
    return [clean(f"{'、'.join(dict.fromkeys(names))}（{reason}）") for reason, names in grouped.items()]


def industries() -> list[str]:
    """Return the segments that are industry bundles, in the order of the table."""
    segments = tables.load("segments")
    own = segments["condition"].str.contains("in_bundle")
    return segments.loc[own, "segment"].tolist()


def segment_name(segment: str) -> str:
    names = tables.load("segments").set_index("segment")["name"]
    return str(names[segment])


def weak_industries(register: Register, most: int = 3, region: str | None = None) -> list[dict[str, Any]]:
    """Return the industries that may be called 薄弱, the furthest below first."""
    found = []
    for segment in industries():
        gap, words = segment_against_city(register, "unit_coverage_rate", segment, region)
        if is_weak(gap, register.fact("eligible_unit_count", region, segment)):
            found.append((gap, {"名称": segment_name(segment), "单位覆盖率": register.fact("unit_coverage_rate", region, segment), "差距": words}))
    return [words for _, words in sorted(found, key=lambda pair: (pair[0].value, pair[0].segment))[:most]]


def most_blank(register: Register, most: int = 3, within: str = "", segment: str = "all", smallest: int = 1) -> list[Fact]:
    """Return the townships (or, without townships, districts) with most blank units, largest first; ties by code."""
    facts = register.township_facts("blind_unit_count", segment, within) or ([] if within else register.district_facts("blind_unit_count", segment))
    known = [f for f in facts if f.is_ok and f.value >= smallest]
    return sorted(known, key=lambda f: (-f.value, f.region_code))[:most]


def township_owner(package: Package) -> dict[str, str]:
    """Return township code → name of its district."""
    if package.townships is None:
        return {}
    names = dict(package.register.regions("district"))
    return {code: names.get(owner, "") for code, owner in zip(package.townships["code"], package.townships["district_code"], strict=True)}


def reversals(register: Register, segments: Iterable[str] = ("all",)) -> list[dict[str, Any]]:
    """Return the segments where no district fell, one rose at least, and the city fell (Simpson), with the district that grew most."""
    found = []
    for segment in segments:
        city = register.fact("unit_coverage_rate_qoq", None, segment)
        moves = [f for f in register.district_facts("unit_coverage_rate_qoq", segment) if f.is_ok]
        if not city.is_ok or city.value >= 0 or len(moves) < 2 or any(f.value < 0 for f in moves) or not any(f.value > 0 for f in moves) or city.rounded == 0:
            continue
        growth = [f for f in register.district_facts("eligible_unit_count_qoq", segment) if f.is_ok and f.value > 0]
        if not growth:
            continue
        grown = max(growth, key=lambda f: (f.value, f.region_code))
        earlier = Quarter(register.quarter).previous.key
        found.append({"分组": segment_name(segment), "变化": f"下降了{_size(register, city)}", "区县": clean(grown.region_name),
                      "原有": register.fact("eligible_unit_count", grown.region_code, segment, earlier),
                      "现有": register.fact("eligible_unit_count", grown.region_code, segment)})  # fmt: skip
    return found


def _size(register: Register, fact: Fact) -> str:
    return say(magnitude(register, fact))
