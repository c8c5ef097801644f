"""The areas a document compares: the districts of the city, or the townships of a district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from analysis.briefings.context import Draft, figures
from analysis.charts.grades import blind_grade, grade_map
from analysis.charts.maps import choropleth
from analysis.charts.sheet import Drawn
from analysis.charts.tilegrid import tile_grid
from analysis.facts import Fact
from analysis.wording.numbers import clean, named, say
from analysis.wording.phrases import listed

if TYPE_CHECKING:
    from analysis.runs.package import Package

COVERAGE = "unit_coverage_rate"


@dataclass(frozen=True)
class Areas:
    """``codes`` and display names of the areas, what they are called, and their polygons (None: no map)."""

    package: Package
    names: dict[str, str]
    word: str
    shapes: gpd.GeoDataFrame | None

    def facts(self, indicator: str, segment: str = "all") -> list[Fact]:
        return [self.package.register.fact(indicator, code, segment) for code in self.names]

    def name(self, fact: Fact) -> str:
        return self.names.get(fact.region_code, clean(fact.region_name))

    def spoken(self, fact: Fact) -> str:
        return named(self.name(fact))


def areas_of(package: Package) -> Areas:
    """Return the areas of the document's scope."""
    return districts_of(package) if package.scope == "city" else townships_of(package, package.scope)


def districts_of(package: Package) -> Areas:
    names = {code: clean(name) for code, name in package.register.regions("district")}
    return Areas(package, names, "地区" if package.is_totals else "区县", package.regions)


def townships_of(package: Package, district: str = "") -> Areas:
    """Return the townships of a district, or all of the city's, named with their district."""
    shapes = package.townships
    if shapes is None:
        return Areas(package, {}, "乡镇街道", None)
    known = dict(package.register.regions("township"))
    shapes = shapes[shapes["code"].isin(list(known)) & ((shapes["district_code"] == district) | (district == ""))]
    owners = {} if district else dict(package.register.regions("district"))
    names = {code: clean(owners.get(owner, "") + name) for code, name, owner in zip(shapes["code"], shapes["name"], shapes["district_code"], strict=True)}
    return Areas(package, names, "乡镇街道", shapes.reset_index(drop=True) if len(shapes) else None)


def coverage_figure(draft: Draft, areas: Areas, caption: str, segment: str = "all") -> list[dict[str, Any]]:
    """Return the map of the coverage rate, a tile grid where there are no polygons but tiles, nothing where there is neither."""
    rates, package = areas.facts(COVERAGE, segment), areas.package
    scheme = f"{COVERAGE}_province" if package.is_totals else ""
    drawn: Drawn | None = None
    if areas.shapes is not None:
        drawn = choropleth(areas.shapes, rates, draft.imprint(), scheme=scheme, counts=areas.facts("eligible_unit_count", segment))
    elif package.tiles is not None and package.scope == "city":
        drawn = tile_grid(package.tiles, rates, draft.imprint(), scheme=scheme)
    return figures(drawn, caption) if drawn else []


def grade_figure(draft: Draft, areas: Areas, caption: str) -> list[dict[str, Any]]:
    if areas.shapes is None:
        return []
    facts = (areas.facts(name) for name in ("blind_unit_rate", "blind_unit_count", "eligible_unit_count"))
    return figures(grade_map(areas.shapes, *facts, draft.imprint()), caption)


def grades(areas: Areas) -> dict[str, str]:
    """Return code → 红 橙 黄 绿 灰 or "" (blank)."""
    facts = zip(areas.facts("blind_unit_rate"), areas.facts("blind_unit_count"), areas.facts("eligible_unit_count"), strict=True)
    return {rate.region_code: blind_grade(rate, blind, eligible) for rate, blind, eligible in facts}


def most_blank(areas: Areas, most: int = 3, segment: str = "all") -> list[Fact]:
    """Return the areas with most blank units, the most first; ties by code."""
    everywhere = areas.facts("blind_unit_count", segment)
    if any(f.status == "suppressed" for f in everywhere):
        return []  # the most of those shown need not be the most
    known = [f for f in everywhere if f.is_ok and f.value > 0]
    return sorted(known, key=lambda f: (-f.value, f.region_code))[:most]


def ends(areas: Areas, ranked: list[Fact], most: int = 3) -> list[dict[str, Any] | None]:
    """Return the first and the last of a ranking for templates, each with all that tie with it; None where the ranking parts nobody."""
    if len(ranked) < 2 or ranked[0].value == ranked[-1].value:
        return [None, None]
    found: list[dict[str, Any] | None] = []
    for fact in (ranked[0], ranked[-1]):
        names = [areas.spoken(f) for f in ranked if f.value == fact.value]
        told = listed(names) if len(names) <= most else f"{'、'.join(names[:most])}等{areas.word}"
        found.append({"名称": told, "率": fact, "并列": len(names) > 1})
    return found


def said(areas: Areas, facts: list[Fact], unit: str = "家") -> list[dict[str, Any]]:
    """Return names and clauses for templates: ``货栈街道59家``."""
    return [{"名称": areas.spoken(f), "数": f, "说法": f"{areas.spoken(f)}{say(f)}{unit}"} for f in facts]
