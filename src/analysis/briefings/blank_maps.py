"""The maps of blank areas: 小微 and 两新 side by side, both together with their numbers as circles, and the heat table of industries."""

from __future__ import annotations

from analysis.briefings.areas import Areas
from analysis.briefings.blank_kinds import EITHER, NEW, SMALL
from analysis.briefings.context import Blocks, Draft, figures, industries, segment_name
from analysis.charts.heat import Column, heat_table
from analysis.charts.maps import choropleth, pair_map, symbol_map
from analysis.charts.mapsheet import MANY
from analysis.charts.panels import MOST_REGIONS, Panel, industry_panels
from analysis.charts.tilegrid import tile_grid
from analysis.facts import Fact

RATE = "blind_unit_rate"
COVERAGE = "unit_coverage_rate"


def pair(draft: Draft, areas: Areas) -> Blocks:
    """Return both groups side by side on the same breaks and colours; squares where there are no polygons."""
    facts, caption = [areas.facts(RATE, segment) for segment in (SMALL, NEW)], f"{areas.package.region_name}小微企业与两新组织盲区率对照"
    if areas.shapes is not None:
        return figures(pair_map(areas.shapes, *facts, draft.imprint()), caption)
    return [block for segment, part in zip((SMALL, NEW), facts, strict=True)
            for block in _squares(draft, areas, part, f"{areas.package.region_name}{segment_name(segment)}盲区率")]  # fmt: skip


def combined(draft: Draft, areas: Areas) -> Blocks:
    """Return units that are 小微 or 两新, counted once: the rate as colour, on few regions the number of blank units as circles."""
    rates, blind = areas.facts(RATE, EITHER), areas.facts("blind_unit_count", EITHER)
    caption = f"{areas.package.region_name}小微企业和两新组织合并盲区率（重叠只计一次）"
    if areas.shapes is None:
        return _squares(draft, areas, rates, caption)
    if len(areas.shapes) > MANY:
        return figures(choropleth(areas.shapes, rates, draft.imprint(), counts=areas.facts("eligible_unit_count", EITHER)), caption)
    return figures(symbol_map(areas.shapes, rates, blind, draft.imprint(), unit="家"), caption)


def _squares(draft: Draft, areas: Areas, facts: list[Fact], caption: str) -> Blocks:
    package = areas.package
    if package.tiles is None or package.scope != "city" or not facts:
        return []
    return figures(tile_grid(package.tiles, facts, draft.imprint()), caption)


def heat(draft: Draft, areas: Areas) -> Blocks:
    """Return the blank rate of every industry in every area; nothing where no area has a figure for any industry."""
    columns = [Column(segment_name(s), areas.facts(RATE, s), areas.facts("eligible_unit_count", s)) for s in industries()]
    if not any(fact.is_ok or fact.status == "suppressed" for column in columns for fact in column.rates):
        return []
    drawn = heat_table(list(areas.names.values()), columns, draft.imprint(), extra_notes=["行业互有交叉，不相加。"])
    return figures(drawn, f"{areas.package.region_name}各{areas.word}分行业盲区率")


def multiples(draft: Draft, areas: Areas) -> Blocks:
    """Return the coverage of every industry by area, a panel an industry; a heat table where the areas are too many for panels."""
    register, code = draft.register, areas.package.region_code
    wholes = [(s, register.fact(COVERAGE, code, s)) for s in industries()]
    wholes = sorted((pair for pair in wholes if pair[1].is_ok), key=lambda pair: (-pair[1].value, pair[0]))
    if not wholes or not areas.names:
        return []
    caption, extra = f"{areas.package.region_name}各{areas.word}分行业单位覆盖率", ["行业互有交叉，不相加。"]
    if len(areas.names) > MOST_REGIONS:
        columns = [Column(segment_name(s), areas.facts(COVERAGE, s), areas.facts("eligible_unit_count", s)) for s, _ in wholes]
        return figures(heat_table(list(areas.names.values()), columns, draft.imprint(), extra_notes=extra), caption)
    panels = [Panel(segment_name(s), areas.facts(COVERAGE, s), whole) for s, whole in wholes]
    return figures(industry_panels(list(areas.names.values()), panels, draft.imprint(), extra_notes=extra), caption)
