"""The package that notebooks read: codes and paths go in, everything a document may say comes out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from analysis.charts.pinning import Breaks
from analysis.errors import ParameterError
from analysis.facts import Register
from analysis.intake.store import read_table
from analysis.measures.assessment.campaign import suppress_campaign
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.runs.breaks import breaks_file, city_for, read_breaks
from analysis.runs.index.incomplete import without_files
from analysis.runs.kernels.opened import once
from analysis.runs.lists.building import Building, read_building
from analysis.runs.lists.campaign import Campaign, read_campaign
from analysis.runs.lists.quality import Quality, read_quality
from analysis.runs.packing import demo_package
from analysis.runs.protected import Protected, shown_to_others
from analysis.runs.provenance import sources_of
from analysis.runs.sealing.errata import Errata, read_errata
from analysis.runs.sealing.outside import shown_outside
from analysis.runs.sources import choose_settings
from analysis.settings import Settings

Made = TypeVar("Made")

# seconds that a run waits for another one that is taking a quarter in
STORE_PATIENCE = 3600.0


@dataclass(frozen=True)
class Package:
    """All that a document of one scope may draw on. ``register`` holds the facts; ``incomplete`` the districts that something lacks for."""

    folder: Path
    quarter: str
    scope: str
    city: tuple[str, str]
    is_demo: bool
    audience: str
    map_use: str
    register: Register
    regions: gpd.GeoDataFrame | None
    townships: gpd.GeoDataFrame | None
    tiles: pd.DataFrame | None
    incomplete: list[dict[str, str]]
    intake: dict[str, int]
    notes: tuple[str, ...]
    is_totals: bool
    settings: Settings
    breaks: Breaks = field(default_factory=dict)

    @property
    def region_code(self) -> str:
        return self.city[0] if self.scope == "city" else self.scope

    @cached_property
    def region_name(self) -> str:
        if self.scope == "city":
            return self.city[1]
        return dict(self.register.regions("district"))[self.scope]

    def units(self) -> pd.DataFrame:
        """Return the kept units, for lists only; none for audiences other than internal."""
        return self.table("units")

    def states(self) -> pd.DataFrame:
        """Return ``uscc, district_code, township_code, mask, covered`` of the eligible units, for lists and cross tables; none unless internal."""
        states = self._read("states")
        states = pd.DataFrame(columns=["uscc", "district_code", "township_code", "mask", "covered"]) if states is None else states
        return states if self.audience == "internal" else states.iloc[0:0]

    def table(self, name: str) -> pd.DataFrame:
        """Return a kept table whole; its rows only for internal readers."""
        rows = read_table(self.folder / "tables", name)
        return rows if self.audience == "internal" else rows.iloc[0:0]

    def sources(self) -> list[dict]:
        """Return the files and tables that this scope's figures were read from, with rows read and kept; for internal readers only."""
        rows = self._read("sources")
        return [] if self.audience != "internal" or rows is None else sources_of(rows, "" if self.scope == "city" else self.scope)

    @cached_property
    def flows(self) -> pd.DataFrame | None:
        """What became of the units since the quarter before (``measures.flows``); None where there is nothing to compare with."""
        return self._read("flows") if self.audience == "internal" else None

    @cached_property
    def flows_yoy(self) -> pd.DataFrame | None:
        """The same since the quarter a year ago."""
        return self._read("flows_yoy") if self.audience == "internal" else None

    @cached_property
    def sent_back(self) -> pd.DataFrame | None:
        """How many units appeared or closed since the quarter before only because a row was sent back; None where that is not known."""
        return self._read("sent_back") if self.audience == "internal" else None

    def once(self, make: Callable[[], Made], *key: object) -> Made:
        """Return what was worked out from this package for this audience, made once a process and changed by nobody."""
        return once(self.folder, make, "made", self.audience, *key)

    def _read(self, name: str) -> pd.DataFrame | None:
        """Return a part of the package, read once a process and changed by nobody; None where the package has none."""
        path = self.folder / f"{name}.parquet"
        return once(self.folder, lambda: pd.read_parquet(path) if path.is_file() else None, name)

    @cached_property
    def quality(self) -> Quality:
        """How the ledger came in and agrees with the quarter before; lists of units for internal readers only."""
        found = once(self.folder, lambda: read_quality(self.folder), "quality")
        if self.audience == "internal":
            return found
        return replace(found, figures=self._protected.quality, lists=found.lists.iloc[0:0], declared=found.declared.iloc[0:0], rows=found.rows.iloc[0:0])

    def with_quality(self) -> Package:
        """Return the package with a register that holds the quality figures beside the indicators."""
        return replace(self, register=self.register.extended(self.quality.figures))

    @cached_property
    def building(self) -> Building:
        """The union-building figures as the audience may see them; lists of units and unions for internal readers only."""
        found = once(self.folder, lambda: read_building(self.folder), "building")
        if self.audience == "internal":
            return found
        lacking = found.missing.assign(reason=found.missing["reason"].map(without_files))
        return replace(found, figures=self._protected.building, guard=found.guard.iloc[0:0], missing=lacking, lists=found.lists.iloc[0:0])

    @property
    def _protected(self) -> Protected:
        return shown_to_others(self.folder, self.settings)

    def with_building(self) -> Package:
        """Return the package with a register that holds the union-building figures beside the indicators, and names what they lack."""
        incomplete = [*self.incomplete, *self._incomplete_of(self.building.missing)]
        return replace(self, register=self.register.extended(self.building.figures), incomplete=incomplete)

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign's figures, lists and cells; for internal readers only."""
        found = once(self.folder, lambda: read_campaign(self.folder), "campaign")
        if self.audience == "internal":
            return found
        hidden = {name: getattr(found, name).iloc[0:0] for name in ("lists", "bodies", "forces", "cells", "year", "missing")}
        return replace(found, figures=suppress_campaign(found.figures, self.audience), **hidden)

    @property
    def errata(self) -> Errata:
        """What earlier sealed quarters have to be corrected in; for other readers than internal what they may see of it (``runs.sealing.outside``)."""
        return self._errata[0]

    @property
    def errata_untold(self) -> tuple[str, ...]:
        """The sealed quarters that have corrections which the audience may not see; none for internal readers."""
        return self._errata[1]

    @cached_property
    def _errata(self) -> tuple[Errata, tuple[str, ...]]:
        found = read_errata(self.folder)
        return (found, ()) if self.audience == "internal" else shown_outside(found, self._protected.indicators, self.settings)

    def with_campaign(self) -> Package:
        """Return the package with a register that holds the campaign's, the union-building and the quality figures beside the indicators."""
        other = self.with_building()
        register = other.register.extended(self.quality.figures).extended(self.campaign.figures)
        return replace(other, register=register, incomplete=[*other.incomplete, *other._incomplete_of(self.campaign.missing)])

    def _incomplete_of(self, missing: pd.DataFrame) -> list[dict[str, str]]:
        """Return what the figures of a part lack besides; what every district lacks is said once for all of them."""
        names, known = dict(self.register.regions("district")), {(row["region"], row["table"], row["column"]) for row in self.incomplete}
        found = [r for r in missing.itertuples() if (r.region, r.table, r.column) not in known]
        told = [r.reason.removeprefix(names.get(r.region, "")) for r in found]  # the same words for all of them, or each its own
        counts = Counter((r.table, r.column, words) for r, words in zip(found, told, strict=True))
        everywhere = {key for key, count in counts.items() if count == len(names) > 1 and self.scope == "city"}
        made = {}
        for r, words in zip(found, told, strict=True):
            is_common = (r.table, r.column, words) in everywhere
            region, name, reason = ("", "各区县", words) if is_common else (r.region, names.get(r.region, r.region), r.reason)
            made[region, r.table, r.column] = {"region": region, "region_name": name, "table": r.table, "column": r.column, "reason": reason}
        return list(made.values())


def open_package(package: str = "", quarter: str = "2021Q3", scope: str = "city", audience: str = "internal", map_use: str = "internal") -> Package:
    """Open a package for one document.

    Raises
    ------
    ParameterError
        For a quarter, scope, audience, use or folder that the package does not have; says which there are.
    """
    Quarter(quarter)
    folder = Path(package) if package else demo_package(quarter)
    if not (folder / "context.json").is_file():
        raise ParameterError(f"参数 package 指向 {folder}，那里没有准备好的数据。请用 workbench run 运行，或把 package 留空使用演示数据。")
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    if context["quarter"] != quarter:
        raise ParameterError(f"参数 quarter 为 {quarter}，而准备好的数据是 {context['quarter']} 的。请改成一致后重新运行。")
    settings = choose_settings(audience=audience, map_use=map_use)
    # whose ledgers these are is known to the package, not to the settings of this process
    settings = replace(settings, ledgers=DATA / "demo" / "ledgers" if context["is_demo"] else None)
    city = tuple(context["city"])
    limits = (settings.suppress_below, settings.suppress_rate_below, settings.dominance_share)

    def read_register() -> Register:
        frame = pd.read_parquet(folder / "indicators.parquet") if audience == "internal" else shown_to_others(folder, settings).indicators
        return Register(frame, quarter, city, settings.smallest_ranked, rate_decimals=2 if context["is_totals"] else None)

    register = once(folder, read_register, "register", audience, *limits, settings.smallest_ranked).fresh()
    scopes = ["city", *(code for code, _ in register.regions("district"))]
    if scope not in scopes:
        raise ParameterError(f"参数 scope 为“{scope}”，应为 city 或区县代码之一：{'、'.join(scopes[1:])}。请改正后重试。")
    return Package(
        folder=folder,
        quarter=quarter,
        scope=scope,
        city=city,
        is_demo=context["is_demo"],
        audience=audience,
        map_use=map_use,
        register=register,
        regions=_geo(folder / "regions.parquet"),
        townships=_geo(folder / "townships.parquet"),
        tiles=pd.read_parquet(folder / "tiles.parquet") if (folder / "tiles.parquet").is_file() else None,
        incomplete=context["incomplete"] if audience == "internal" else [row | {"reason": without_files(row["reason"])} for row in context["incomplete"]],
        intake=context["intake"],
        notes=tuple(context["notes"]),
        is_totals=context["is_totals"],
        settings=settings,
        breaks=read_breaks(breaks_file(settings, folder.parent), city_for(city[0], audience), context.get("districts", "")),
    )


def _geo(path: Path) -> gpd.GeoDataFrame | None:
    return once(path.parent, lambda: gpd.read_parquet(path) if path.is_file() else None, path.name)
