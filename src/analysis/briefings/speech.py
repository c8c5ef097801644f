"""The speech of the quarter (讲话稿), city only: one template, its facts chosen here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.briefings.context import Blocks, Draft, industries, most_blank, open_draft, reversals, segment_name, township_owner, weak_industries
from analysis.errors import ParameterError
from analysis.facts import Fact, Register
from analysis.wording.numbers import clean, say
from analysis.wording.phrases import prevalence, quantity
from analysis.wording.story import Place

if TYPE_CHECKING:
    from analysis.runs.package import Package

TITLE = "在“强基层、补短板、增活力”行动推进会上的讲话"
NEW_TRADES = ("law_firm", "private_hospital", "express_delivery", "realestate_agency")


@dataclass
class Speech:
    """The written speech in its parts; each part is a list of blocks."""

    draft: Draft
    parts: list[Blocks]

    @property
    def opening(self) -> Blocks:
        return [self.draft.meta(), *self.parts[0]]

    def part(self, number: int) -> Blocks:
        """Return part 1, 2 or 3 (一、二、三、), from its heading on."""
        return self.parts[number]

    @property
    def closing(self) -> Blocks:
        return [*self.draft.method(), self.draft.facts()]


def write(package: Package) -> Speech:
    """Write the speech.

    Raises
    ------
    ParameterError
        For a district: the speech is the city's.
    """
    if package.scope != "city":
        raise ParameterError(f"讲话稿只有全市的，参数 scope 为“{package.scope}”。请改为 city；区县请用区县简报 district_brief。")
    draft = open_draft(package, "speech", TITLE)
    return Speech(draft, by_heading(draft.render("speech.j2", **words(package)).blocks))


def blocks_of(package: Package) -> Blocks:
    """Return the whole document."""
    speech = write(package)
    return [*speech.opening, *(block for part in speech.parts[1:] for block in part), *speech.closing]


def by_heading(blocks: Blocks) -> list[Blocks]:
    """Split blocks before every heading of level 1."""
    parts: list[Blocks] = [[]]
    for block in blocks:
        if block["type"] == "heading" and block["level"] == 1:
            parts.append([])
        parts[-1].append(block)
    return parts


def words(package: Package) -> dict[str, Any]:
    """Return what the speech template names beyond the common words."""
    register = package.register
    ranked = register.ranked("unit_coverage_rate")
    without, share = without_congress(register)
    return {
        "领先区县": Place(register, ranked[0].region_code) if len(ranked) > 1 else Place(register),
        "落后区县": Place(register, ranked[-1].region_code) if len(ranked) > 1 else Place(register),
        "有先后": len(ranked) > 1 and ranked[0].value > ranked[-1].value,
        "薄弱行业": weak_industries(register),
        "小微两新占比": register.share(register.fact("blind_unit_count", segment="small_micro_or_two_new"), register.fact("blind_unit_count"), "of_blind", "小微或两新占盲区单位的比重", "盲区单位"),
        "只议未审": any(register.fact(f"matter_{m}_deliberated_count").value for m in ("wage", "welfare", "safety")),
        "盲区集中地": blank_places(package),
        "大户盲区": register.difference(register.fact("mandatory_unit_count"), register.fact("mandatory_covered_unit_count"), "uncovered", "25人以上盲区单位"),
        "反向": reversals(register, ("all", "small_micro", "two_new", *industries())),
        "空壳程度": prevalence(register.fact("shell_rate")),
        "中小未建制": without,
        "中小未建制率": share,
        "中小程度": quantity(share),
        "两新行业": new_trades(register),
        "有党无会": register.difference(register.fact("party_unit_count"), register.fact("party_covered_unit_count"), "uncovered", "有党组织无工会的单位"),
    }


def without_congress(register: Register) -> tuple[Fact, Fact]:
    """Return how many covered small and medium enterprises hold no congress, and their share of those covered."""
    rate = register.fact("worker_congress_rate", segment="sme")
    name = "没有建立职代会制度的中小企业"
    if not rate.is_ok:
        blank = register.derived(rate, "without", None, "count", name, status="no_data", reason=rate.reason, decimals=0)
        return blank, blank
    count = register.derived(rate, "without", rate.denominator - rate.numerator, "count", name, decimals=0)
    share = register.share(count, register.fact("covered_enterprise_count", segment="sme"), "share", f"{name}占比", "已覆盖中小企业")
    return count, share


def new_trades(register: Register, most: int = 3) -> list[dict[str, Any]]:
    """Return the trades of 两新 that the speech may name: at least ten units, the largest first."""
    known = [register.fact("eligible_unit_count", segment=s) for s in NEW_TRADES]
    large = sorted((f for f in known if f.is_ok and f.value >= 10), key=lambda f: (-f.value, f.segment))[:most]
    return [{"名称": segment_name(f.segment), "应建会单位": f, "单位覆盖率": register.fact("unit_coverage_rate", segment=f.segment)} for f in large]


def blank_places(package: Package) -> list[dict[str, Any]]:
    """Return the three places with most blank units: 甲区乙街道（12家）."""
    owners = township_owner(package)
    facts = most_blank(package.register)
    return [{"名称": clean(f.region_name), "说法": f"{clean(owners.get(f.region_code, ''))}{clean(f.region_name)}{say(f)}家"} for f in facts]
