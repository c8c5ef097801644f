"""What all documents share: the meta block, the words templates may use, the method note, and the choice of what to name."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.charts.imprint import Imprint
from analysis.charts.sheet import Drawn
from analysis.errors import TemplateError
from analysis.facts import Fact, Register
from analysis.periods import Quarter
from analysis.publishing import blocks
from analysis.runs.assumed import changed_settings
from analysis.runs.index.incomplete import sentences
from analysis.wording.engine import Engine, Text
from analysis.wording.guards import mend, rules
from analysis.wording.guards.tidy import GONE
from analysis.wording.numbers import Figure, clean, mark
from analysis.wording.phrases import industries, is_weak, rule_of_25, segment_against_city
from analysis.wording.story import Place, segment_name

if TYPE_CHECKING:
    from analysis.runs.package import Package

METHODS = {"district_brief": "method_short.j2", "ledger_quality": "method_quality.j2", "union_building": "method_building.j2", "campaign": "method_campaign.j2"}
SPOKEN = ("speech",)
UNION_DOCUMENTS = ("speech", "district_brief", "bulletin", "research_report")
Blocks = list[dict[str, Any]]
_MANY = 3  # so many districts with the same blank are told as 各区县


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
                           map_use=p.map_use, label="内部资料 注意保存" if p.audience != "public" else "", city_name=p.city[1], incomplete=incomplete_sentences(p),
                           absent={row["region"]: row["region_name"] for row in p.incomplete}, sources=p.sources())  # fmt: skip

    def render(self, template: str, **context: Any) -> Text:
        text = self.engine.render(template, **common_words(self.package), **{name: as_figures(self.register, value) for name, value in context.items()})
        self.unsaid += text.unsaid
        return text

    def method(self) -> Blocks:
        """Return the method note: denominators, dates, definitions, what is incomplete and what was left unsaid."""
        settings, p = self.package.settings, self.package
        own = {"仅汇总": p.is_totals, "含个体": settings.two_new_self_employed, "排名下限": mark(f"{settings.smallest_ranked}家", "threshold"),
               "缺报": incomplete_sentences(p), "未写": unsaid_reasons(self.unsaid), "不符": broken_rules(self.unsaid), "含质量": self.document in UNION_DOCUMENTS,
               "有评分表": settings.score is not None}  # fmt: skip
        return [*self.engine.render(METHODS.get(self.document, "method.j2"), **common_words(p), **own).blocks, *self.changed()]

    def changed(self) -> Blocks:
        """Return the paragraph on settings that move a number and are not at their defaults; nothing where all are."""
        made = changed_settings(self.package.settings, self.package.audience)
        if not made:
            return []
        told = [
            part
            for n, row in enumerate(made)
            for part in ("；" * bool(n), _named(row["said"]), "为", _named(row["value"]), "（默认", _named(row["usual"]), "）")
        ]
        return [blocks.paragraph("本次改动了下列默认设置：", *told, "。", style="note")]

    def parts(self, template: str, slots: Mapping[str, Blocks], **context: Any) -> list[Blocks]:
        """Render a template, put figures and tables into their places, and split it before every heading of level 1."""
        filled: Blocks = []
        for block in self.render(template, **context).blocks:
            if block["type"] == "slot" and block["name"] not in slots:
                known = "、".join(slots) or "没有图表"
                raise TemplateError(f"模板 {block['template']} 中的“{block['name']}”不是这份文稿的图表。可用的是：{known}。")
            filled += slots[block["name"]] if block["type"] == "slot" else [block]
        return by_heading(filled)

    def imprint(self) -> Imprint:
        source = "公布的汇总表" if self.package.is_totals else "市总工会季度工会台账"
        own = {"map_use": self.package.map_use, "is_demo": self.package.is_demo, "source": source, "breaks": self.package.breaks}
        return Imprint.from_settings(self.package.settings, **own)

    def facts(self) -> dict[str, Any]:
        """Return the facts of the document, and with them what was left unsaid and what was asked for: they go into the run's record."""
        asked = sorted(self.register.asked - set(self.register.used))
        return blocks.facts(self.register.used.values()) | {"unsaid": self.unsaid, "asked": asked, "templates": sorted(self.engine.rendered)}


def _named(text: str) -> dict[str, Any] | str:
    """A setting's name or value: its figures are no statistics."""
    return blocks.mark(text, "threshold") if any(c.isdigit() for c in text) else text


def by_heading(blocks: Blocks) -> list[Blocks]:
    """Split blocks before every heading of level 1."""
    parts: list[Blocks] = [[]]
    for block in blocks:
        if block["type"] == "heading" and block["level"] == 1:
            parts.append([])
        parts[-1].append(block)
    return parts


def figure(drawn: Drawn, caption: str) -> dict[str, Any]:
    """Return a finished chart as a block; the notes stand inside the chart."""
    return blocks.figure(drawn.alt, svg=drawn.svg, png=base64.b64encode(drawn.png).decode("ascii"), caption=caption, facts=drawn.facts)


def figures(drawn: Drawn, caption: str) -> Blocks:
    """Return a chart and the sheets that belong to it, such as the list of a map's numbers where one page cannot hold both."""
    return [figure(sheet, caption + (f"（{sheet.part}）" if sheet.part else "")) for sheet in (drawn, *drawn.more)]


def signed(fact: Fact) -> dict[str, Any]:
    """Return a change for a table whose head names the unit: ``+1.9``, ``-0.4``, ``0.0``, ``—``."""
    return blocks.run(("+" if fact.is_ok and fact.rounded > 0 else "") + fact.figure, fact=fact.id)


def blank_note(facts: Sequence[Fact]) -> str:
    """Return why cells of a table are blank: ``“—”为无数据：雁坪县（没有报送工会表）。``; suppressed cells are told apart, and what all districts lack is said of all."""
    note, everywhere = "", {clean(f.region_name) for f in facts if f.region_level == "district"}
    for status, said in (("no_data", "“—”为无数据"), ("suppressed", "“…”为不予显示")):
        reasons: dict[str, list[str]] = {}
        for fact in facts:
            if fact.status == status:
                name = clean(fact.region_name)
                reasons.setdefault(_own(clean(fact.reason), name), []).append(name)
        clauses = []
        for reason, names in reasons.items():
            is_everywhere = len(everywhere) >= _MANY and everywhere <= set(names)
            named = "各区县" if is_everywhere else "、".join(dict.fromkeys(names))
            clauses.append(f"{named}（{reason}）" if reason else named)
        note += f"{said}：{'；'.join(clauses)}。" if clauses else ""
    return note


def _own(reason: str, name: str) -> str:
    """Return a reason without the name that stands before it: ``甲区没有报送“工会”表`` → ``没有报送“工会”表``."""
    return next(
        (reason.replace(said, said.removeprefix(name).removeprefix("的"), 1) for said in (f"{name}的", f"{name}没有", f"{name}报送") if said in reason), reason
    )


def left_out_note(register: Register, facts: Sequence[Fact]) -> str:
    """Return what the figures of a total leave out: ``合计中，已覆盖单位、单位覆盖率未含甲区。``; empty where nothing is left out."""
    names = dict(register.regions("district"))
    groups: dict[tuple[str, ...], list[str]] = {}
    for fact in facts:
        if fact.is_ok and fact.left_out:
            groups.setdefault(fact.left_out, []).append(fact.name)
    clauses = [f"{'、'.join(dict.fromkeys(said))}未含{'、'.join(clean(names.get(c, c)) for c in out)}" for out, said in groups.items()]
    return f"合计中，{'；'.join(clauses)}。" if clauses else ""


def as_figures(register: Register, value: Any) -> Any:
    """Return facts, also inside lists and dicts, as the figures that templates compare and write."""
    if isinstance(value, Fact):
        return Figure(register, value)
    if isinstance(value, dict):
        return {key: as_figures(register, item) for key, item in value.items()}
    return [as_figures(register, item) for item in value] if isinstance(value, list) else value


@dataclass
class Document:
    """A written document in its parts: ``opening`` to the first heading, ``part(n)`` the n-th section, ``closing`` what is left and the method note."""

    draft: Draft
    parts: list[Blocks]
    note: Blocks = field(init=False)
    last_shown: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Hold the whole text against the wording guards: a sentence that breaks one is taken out and recorded, a heading or caption refused."""
        draft = self.draft
        self.note = draft.method()
        if self._mend():
            self.note = draft.method()  # it tells what was taken out
            self._mend()

    def _mend(self) -> bool:
        """Mend body and method note together; whether a sentence was taken out."""
        written = [block for part in self.parts for block in part]
        made = mend([self.draft.meta(), *written, *self.note], self.draft.register)
        rest = iter(made.blocks[1:])
        self.parts = [[block for block in (next(rest) for _ in part) if block["type"] != GONE] for part in self.parts]
        self.note = [block for block in rest if block["type"] != GONE]
        self.draft.unsaid += made.removed
        return bool(made.removed)

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The records of the sentences that broke a wording rule; none is allowed in the shipped templates."""
        return [record for record in self.draft.unsaid if record.get("rule")]

    @property
    def opening(self) -> Blocks:
        return [self.draft.meta(), *self.parts[0]]

    def part(self, number: int) -> Blocks:
        """Return section 1, 2, 3 … from its heading on; empty where this run has nothing to say there."""
        self.last_shown = max(self.last_shown, number)
        return self.parts[number] if number < len(self.parts) else []

    @property
    def closing(self) -> Blocks:
        """Return the sections beyond the last that a cell has shown (a template may have more of them than its notebook), method note and facts."""
        return [*self._sections(self.last_shown + 1), *self._ending()]

    @property
    def blocks(self) -> Blocks:
        return [*self.opening, *self._sections(1), *self._ending()]

    def _sections(self, first: int) -> Blocks:
        return [block for part in self.parts[first:] for block in part]

    def _ending(self) -> Blocks:
        start = [blocks.page_break()] if self.draft.document in SPOKEN else []
        return [*start, *self.note, self.draft.facts()]


def open_draft(package: Package, document: str, title: str) -> Draft:
    return Draft(package, document, title, Engine(package.register, getattr(package.settings, "templates", None)))


def common_words(package: Package) -> dict[str, Any]:
    """Return the names that every template may use."""
    quarter = Quarter(package.quarter)
    return {"全市": Place(package.register), "时点": mark(quarter.as_of_label, "date"), "季度": mark(quarter.label, "date"),
            "季末": mark(f"{'一二三四'[quarter.number - 1]}季度末", "date"),
            "九十天": mark("90天", "threshold"), "二十五人": rule_of_25(package.settings)}  # fmt: skip


def incomplete_sentences(package: Package) -> list[str]:
    """Return one sentence for the districts whose submissions lack the same of what this document's figures rest on: ``甲区没有报送“工会”表``.

    Ask after the document is written: only indicators and segments that it used count. A district's document names its own gaps only.
    """
    wanted = needed(package.register)
    rows = [row for row in package.incomplete if (f"{row['table']}.{row['column']}" if row["column"] else row["table"]) in wanted]
    return [clean(said) for said in sentences(rows, "" if package.scope == "city" else package.scope, together=True)]


def needed(register: Register) -> set[str]:
    """Return the tables and ``table.column`` that the figures used so far rest on."""
    indicators, segments = _needs()
    names, parts = {f.indicator for f in register.used.values()}, {f.segment for f in register.used.values()}
    begun = {
        used[:end] for used in names for end in (len(used), *(at for at, sign in enumerate(used) if sign == "_"))
    }  # an indicator's own name and what is derived from it
    needs = [need for name, need in indicators.items() if name in begun]
    needs += [need for name, need in segments.items() if name in parts]
    return {option for need in needs for word in need.split() for option in word.split("|")}


@lru_cache(maxsize=1)
def _needs() -> tuple[dict[str, str], dict[str, str]]:
    """Return what every indicator, and what every segment, rests on."""
    assessment, campaign, building, indicators = (
        tables.load(n).set_index("indicator")["needs"].to_dict() for n in ("assessment", "campaign", "building", "indicators")
    )
    return assessment | campaign | building | indicators, tables.load("segments").set_index("segment")["needs"].to_dict()


def unsaid_reasons(unsaid: Iterable[dict[str, Any]]) -> list[str]:
    """Return the reasons of left-out sentences, each once, grouped: ``甲指标、乙指标（原因）``."""
    grouped: dict[str, list[str]] = {}
    for record in (r for r in unsaid if not r.get("rule")):
        for clause in filter(None, record["reason"].split("；")):
            name, _, reason = clause.partition("：")
            grouped.setdefault(reason, []).append(name)
    return [clean(f"{'、'.join(dict.fromkeys(names))}（{reason}）") for reason, names in grouped.items()]


def broken_rules(unsaid: Iterable[dict[str, Any]]) -> list[str]:
    """Return the names of the wording rules that sentences broke which were then left out, each once."""
    return list(dict.fromkeys(clean(rules()[record["rule"]].name) for record in unsaid if record.get("rule")))


def weak_industries(register: Register, most: int = 3, region: str | None = None) -> list[dict[str, Any]]:
    """Return the industries that may be called 薄弱, the furthest below first."""
    found = []
    for segment in industries():
        gap, words = segment_against_city(register, "unit_coverage_rate", segment, region)
        if is_weak(gap, register.fact("eligible_unit_count", region, segment)):
            found.append((gap, {"名称": segment_name(segment), "单位覆盖率": register.fact("unit_coverage_rate", region, segment), "差距": words}))
    return [words for _, words in sorted(found, key=lambda pair: (pair[0].value, pair[0].segment))[:most]]


def share_of_eligible(register: Register) -> Fact:
    """Return the share of the city's eligible units that are 小微 or 两新, in the scope of the blank rate: what a share of the blank is to be held against."""
    part, whole = (register.denominator(register.fact("blind_unit_rate", segment=segment)) for segment in ("small_micro_or_two_new", "all"))
    return register.share(part, whole, "of_eligible", "小微或两新占应建会单位的比重", "应建会单位")


def share_of_blind(register: Register, region: str | None = None) -> Fact:
    """Return the share of the blank units that are 小微 or 两新 (each counted once)."""
    part, whole = register.fact("blind_unit_count", region, "small_micro_or_two_new"), register.fact("blind_unit_count", region)
    return register.share(part, whole, "of_blind", "小微或两新占盲区单位的比重", "盲区单位")
