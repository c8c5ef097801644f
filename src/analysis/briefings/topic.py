"""A document of one's own (专题): the text stands in the notebook, figures, table and method note come from the workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.briefings.areas import Areas, areas_of
from analysis.briefings.context import Blocks, Document, Draft, blank_note, figures, left_out_note, open_draft, signed
from analysis.charts.bars import ranked_bars
from analysis.charts.maps import choropleth
from analysis.charts.tilegrid import tile_grid
from analysis.publishing import blocks
from analysis.wording.story import Place, segment_name

if TYPE_CHECKING:
    from analysis.runs.package import Package

BY_SIZE = "数量随地区大小而变，比较水平请看率。"


def write(package: Package, document: str, title: str, text: str, indicator: str = "unit_coverage_rate", segment: str = "all") -> Document:
    """Write the document.

    Parameters
    ----------
    document, title : the notebook's name without its number, and what stands at the head
    text : template text as in ``docs/guides/templates.md``; ``【图：地图】`` ``【图：排序】`` ``【表：分地区】`` keep the places of figures and table
    indicator, segment : codes of what the map, the bars and the table show; ``本地`` in the text is the region of the scope

    Raises
    ------
    TemplateError, StoryError
        One Chinese sentence for a mistake in the text, an unknown indicator or segment.
    """
    draft = open_draft(package, document, title)
    areas = areas_of(package)
    slots = {
        "地图": indicator_map(draft, areas, indicator, segment),
        "排序": indicator_bars(draft, areas, indicator, segment),
        "分地区": indicator_table(areas, indicator, segment),
    }
    made = draft.engine.with_text(f"{document}.j2", text)
    draft.engine = made
    return Document(draft, draft.parts(f"{document}.j2", slots, 本地=Place(package.register, package.region_code, name=package.region_name)))


def named(areas: Areas, indicator: str, segment: str) -> str:
    """Return e.g. ``苇津市各区县小微企业单位覆盖率``."""
    part = "" if segment == "all" else segment_name(segment)
    return f"{areas.package.region_name}各{areas.word}{part}{areas.package.register.fact(indicator, areas.package.region_code, segment).name}"


def indicator_map(draft: Draft, areas: Areas, indicator: str, segment: str = "all") -> Blocks:
    """Return the map of any indicator: polygons where there are any, else squares, else nothing."""
    facts, package = areas.facts(indicator, segment), areas.package
    if not any(f.is_ok for f in facts):
        return []
    notes = [BY_SIZE] if facts[0].unit == "count" else []
    if areas.shapes is not None:
        drawn = choropleth(areas.shapes, facts, draft.imprint(), extra_notes=notes)
    elif package.tiles is not None and package.scope == "city":
        drawn = tile_grid(package.tiles, facts, draft.imprint(), extra_notes=notes)
    else:
        return []
    return figures(drawn, named(areas, indicator, segment))


def indicator_bars(draft: Draft, areas: Areas, indicator: str, segment: str = "all") -> Blocks:
    facts = areas.facts(indicator, segment)
    if len(facts) < 2 or not any(f.is_ok for f in facts):
        return []
    city = draft.register.fact(indicator, areas.package.region_code, segment) if facts[0].unit == "ratio" else None
    return figures(ranked_bars(facts, draft.imprint(), city=city), named(areas, indicator, segment) + "排序")


def indicator_table(areas: Areas, indicator: str, segment: str = "all") -> list[dict[str, Any]]:
    """Return the table of the areas with the total last: what a rate was divided by, the figure, its change."""
    register, package = areas.package.register, areas.package
    if not areas.names:
        return []
    codes = [*areas.names, package.region_code]
    own = {code: register.fact(indicator, code, segment) for code in codes}
    moved = {code: register.fact(f"{indicator}_qoq", code, segment) for code in codes}
    is_rate = own[package.region_code].unit == "ratio"
    with_change = any(f.is_ok for f in moved.values())
    change = "较上季度末（百分点）" if is_rate else "较上季度末"
    head = own[package.region_code]
    columns = [areas.word, *([(head.denominator_name, "right")] if is_rate else []), (head.name, "right"), *([(change, "right")] if with_change else [])]
    rows = []
    for code in codes:
        name = f"{package.region_name}合计" if code == package.region_code else areas.names[code]
        rows.append([name, *([register.denominator(own[code])] if is_rate else []), own[code], *([signed(moved[code])] if with_change else [])])
    note = blank_note([*own.values(), *(moved.values() if with_change else ())]) + left_out_note(register, [own[package.region_code]])
    return [blocks.table(columns, rows, caption=named(areas, indicator, segment), note=note)]
