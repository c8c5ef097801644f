"""The package that notebooks read: codes and paths go in, everything a document may say comes out."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from analysis.charts.geometry import as_printed
from analysis.charts.pinning import Breaks
from analysis.errors import ParameterError
from analysis.facts import Register
from analysis.facts.fact import RESIDUAL
from analysis.intake.store import read_table, write_reports, write_tables
from analysis.measures.campaign import suppress_campaign
from analysis.measures.indicators import needed_items
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.publishing.placing import put_in_place
from analysis.runs.breaks import breaks_file, city_for, districts_key, has_breaks, keep_breaks, read_breaks
from analysis.runs.building import Building, measure_building, read_building, write_building
from analysis.runs.campaign import Campaign, measure_campaign, read_campaign, write_campaign
from analysis.runs.errata import Errata, find_errata, read_errata, write_errata
from analysis.runs.executor import Executor
from analysis.runs.fingerprint import data_settings, ledgers_key
from analysis.runs.holding import STORE_NOTE, held
from analysis.runs.incomplete import without_files
from analysis.runs.opened import once
from analysis.runs.outputs import ready_folder
from analysis.runs.prepare import (
    Ledger,
    Say,
    Workshop,
    count_quarter,
    dominance,
    drawn_regions,
    open_workshop,
    run_fingerprint,
    tile_table,
    totals_of,
    township_parents,
    unit_flows,
)
from analysis.runs.protected import Protected, protected
from analysis.runs.provenance import source_rows, sources_of
from analysis.runs.quality import Quality, read_quality, reconcile, write_quality
from analysis.runs.seals import made_of, put_back, seal_of
from analysis.runs.slices import write_digests
from analysis.runs.sources import check_geography_files, choose_settings
from analysis.runs.versions import identity
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
        return replace(found, figures=self._protected.quality, lists=found.lists.iloc[0:0], declared=found.declared.iloc[0:0])

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
        return _protected(self.folder, self.settings)

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

    @cached_property
    def errata(self) -> Errata:
        """What earlier sealed quarters have to be corrected in; for other readers than internal the city's whole only, and no rows."""
        found = read_errata(self.folder)
        if self.audience == "internal":
            return found
        whole = found.figures[(found.figures["region_level"] == "city") & (found.figures["segment"] == "all")]
        return Errata(whole.assign(why=""), found.rows.iloc[0:0])

    def with_campaign(self) -> Package:
        """Return the package with a register that holds the campaign's, the union-building and the quality figures beside the indicators."""
        other = self.with_building()
        register = other.register.extended(self.quality.figures).extended(self.campaign.figures)
        return replace(other, register=register, incomplete=[*other.incomplete, *other._incomplete_of(self.campaign.missing)])

    def _incomplete_of(self, missing: pd.DataFrame) -> list[dict[str, str]]:
        """Return what the figures of a part lack besides; what every district lacks is said once for all of them."""
        names, known = dict(self.register.regions("district")), {(row["region"], row["table"], row["column"]) for row in self.incomplete}
        found = [r for r in missing.itertuples() if (r.region, r.table, r.column) not in known]
        everywhere = {key for key, count in Counter((r.table, r.column) for r in found).items() if count == len(names) > 1 and self.scope == "city"}
        made = {}
        for r in found:
            region, name = ("", "各区县") if (r.table, r.column) in everywhere else (r.region, names.get(r.region, r.region))
            made[region, r.table, r.column] = {"region": region, "region_name": name, "table": r.table, "column": r.column, "reason": r.reason}
        return list(made.values())


def package_folder(settings: Settings, quarter: str) -> Path:
    """Return where the quarter's package is, or will be; of a sealed quarter always the sealed one."""
    check_geography_files(settings)
    sealed = seal_of(settings, quarter)
    if sealed is not None:
        return (settings.store or DATA / "store") / sealed.name
    return (settings.store or DATA / "store") / f"{quarter}-{run_fingerprint(settings, quarter)}"


def build_package(settings: Settings, quarter: str, say: Say = lambda _: None, executor: Executor | None = None) -> Path:
    """Make the quarter's package, or find it made already; return its folder. One run at a time writes into the store, others wait for it.

    The workers of a cluster count its units, where ``executor`` is one.
    """
    folder = package_folder(settings, quarter)
    if seal_of(settings, quarter) is None and _is_ready(folder, settings):
        say(f"{quarter} 的台账没有变化，沿用已核对的数据")
        return folder
    store = ready_folder(folder.parent, "数据文件夹", "在 workbench.toml 的 store")
    with held(store / STORE_NOTE, f"数据文件夹 {store.name}", say, STORE_PATIENCE):
        return _build(settings, quarter, folder, say, executor)


def _is_ready(folder: Path, settings: Settings) -> bool:
    """Whether a package is there and its city has class breaks: then nothing is to be written."""
    if not (folder / "context.json").is_file():
        return False
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    cities = {city_for(context["city"][0], audience) for audience in ("internal", settings.audience)}
    return all(has_breaks(breaks_file(settings, folder.parent), city, context.get("districts", "")) for city in cities)


def _build(settings: Settings, quarter: str, folder: Path, say: Say, executor: Executor | None) -> Path:
    store, sealed = folder.parent, seal_of(settings, quarter)
    if sealed is not None:
        put_back(sealed, store)
        say(f"{quarter} 已封存（{sealed.record['sealed_at'][:10]}），数字沿用封存时的")
        _pin(folder, settings)
        return folder
    if (folder / "context.json").is_file():
        say(f"{quarter} 的台账没有变化，沿用已核对的数据")
        _pin(folder, settings)
        return folder
    workshop = open_workshop(settings, say, executor)
    frame, city = count_quarter(workshop, quarter)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=store))
    try:
        _write(unfinished, workshop, frame, city, quarter)
        shutil.rmtree(folder, ignore_errors=True)  # there is one only where somebody took files out of it
        put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _pin(folder, settings, True)
    return folder


def _pin(folder: Path, settings: Settings, is_new: bool = False) -> None:
    """See that the city has class breaks, the same for all quarters; those it has stay."""
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    whose = (breaks_file(settings, folder.parent), context["city"][0], context.get("districts", ""))
    if is_new or not has_breaks(*whose):
        keep_breaks(*whose, pd.read_parquet(folder / "indicators.parquet"), context["quarter"])
    if settings.audience != "internal":  # classes that fit withheld figures would tell of them: a class on the legend and nowhere on the map
        others = (whose[0], city_for(whose[1], settings.audience), whose[2])
        if is_new or not has_breaks(*others):
            keep_breaks(*others, _protected(folder, settings).indicators, context["quarter"])


def _write(folder: Path, workshop: Workshop, frame: pd.DataFrame, city: tuple[str, str], quarter: str) -> None:
    ledger = workshop.ledgers[quarter]
    write_tables(ledger.intake, folder / "tables")
    write_reports(ledger.intake, folder / "intake")
    write_quality(reconcile(workshop, quarter, city, frame), folder)
    write_building(measure_building(workshop, quarter, city), folder)
    write_campaign(measure_campaign(workshop, quarter, city), folder)
    write_errata(find_errata(workshop, quarter), folder)
    frame.to_parquet(folder / "indicators.parquet", index=False)
    source_rows(ledger.intake).to_parquet(folder / "sources.parquet", index=False)
    if not ledger.is_totals:
        workshop.tally(quarter, True).states.to_parquet(folder / "states.parquet", index=False)
    for name, earlier in (("flows", Quarter(quarter).previous.key), ("flows_yoy", Quarter(quarter).year_ago.key)):
        moved = unit_flows(workshop, quarter, frame, city[0], earlier)
        if moved is not None:
            moved.to_parquet(folder / f"{name}.parquet", index=False)
    dominance(workshop, frame, city[0]).to_parquet(folder / "dominance.parquet", index=False)
    codes = set(frame["region_code"])
    regions = drawn_regions(workshop.geography.polygons, codes)
    if regions is not None:
        as_printed(regions).to_parquet(folder / "regions.parquet", index=False)
        if workshop.geography.townships is not None:
            as_printed(workshop.geography.townships).to_parquet(folder / "townships.parquet", index=False)
    tiles = tile_table(workshop.settings.tiles, _tiled_regions(workshop, frame, regions))
    if tiles is not None:
        tiles.to_parquet(folder / "tiles.parquet", index=False)
    (folder / "context.json").write_text(
        json.dumps(_context(workshop, ledger, city, quarter, frame), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    write_digests(folder, sorted(frame.loc[(frame["quarter"] == quarter) & (frame["region_level"] == "district"), "region_code"].unique()))


def _tiled_regions(workshop: Workshop, frame: pd.DataFrame, polygons: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return the districts to be given squares: by their polygons, else those counted."""
    if polygons is not None:
        return polygons
    counted = frame[frame["region_level"] == "district"][["region_code", "region_name"]].drop_duplicates("region_code")
    counted = counted[counted["region_code"] != RESIDUAL]
    return counted.set_axis(["code", "name"], axis=1).sort_values("code", ignore_index=True)


def _context(workshop: Workshop, ledger: Ledger, city: tuple[str, str], quarter: str, counted: pd.DataFrame) -> dict:
    names = dict(zip(workshop.geography.regions["code"], workshop.geography.regions["name"], strict=True))
    items = ledger.gaps["table"] + ledger.gaps["column"].map(lambda c: f".{c}" if c else "")
    gaps = ledger.gaps[items.isin(needed_items())]  # what no figure rests on is not incompleteness of a figure
    summary = ledger.intake.summary
    notes = [*workshop.geography.warnings, *ledger.intake.notes, *(totals_of(ledger).differences if ledger.is_totals else ())]
    failed = ledger.intake.files["status"].isin(["unreadable", "table_stopped"])
    return {
        "quarter": quarter,
        "made_at": datetime.now().astimezone().isoformat(timespec="microseconds"),
        "identity": identity(workshop.settings, quarter),
        "made_of": made_of(workshop.settings, quarter),
        "has_previous": not ledger.is_totals and workshop._covered(Quarter(quarter).previous.key) is not None,
        "city": list(city),
        "ledgers_key": ledgers_key(workshop.settings),
        "districts": districts_key(counted.loc[counted["region_level"] == "district", "region_name"]),
        "is_demo": workshop.settings.is_demo,
        "is_totals": ledger.is_totals,
        "notes": notes,
        "place_notes": list(workshop.geography.warnings),
        "township_parents": township_parents(workshop, counted, city),
        "incomplete": [
            {"region": r.region, "region_name": names.get(r.region, r.region), "table": r.table, "column": r.column, "reason": r.reason}
            for r in pd.concat([gaps[gaps["column"] == ""], gaps[gaps["column"] != ""]]).itertuples()
        ],
        "failed_files": int(failed.sum()),
        "settings": data_settings(workshop.settings),
        "intake": {"files": len(ledger.intake.files)} | {c: int(summary[c].sum()) for c in ("rows_read", "accepted", "flagged", "quarantined")},
    }


def say_places(folder: Path, say: Say) -> None:
    """Say what was noticed in the boundary files: shifted coordinates, repaired rings, overlaps, slivers."""
    for sentence in json.loads((folder / "context.json").read_text(encoding="utf-8")).get("place_notes", []):
        say(f"界线：{sentence}")


def demo_package(quarter: str) -> Path:
    """Return the package of the demo city, made now if need be."""
    return build_package(choose_settings(ledgers=str(DATA / "demo" / "ledgers")), quarter)


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
        frame = pd.read_parquet(folder / "indicators.parquet") if audience == "internal" else _protected(folder, settings).indicators
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


def _protected(folder: Path, settings: Settings) -> Protected:
    """Return the figures as readers other than internal may see them."""
    limits = (settings.suppress_below, settings.suppress_rate_below, settings.dominance_share)

    def read() -> Protected:
        return protected(folder, settings, json.loads((folder / "context.json").read_text(encoding="utf-8"))["township_parents"])

    return once(folder, read, "protected", *limits)


def _geo(path: Path) -> gpd.GeoDataFrame | None:
    return once(path.parent, lambda: gpd.read_parquet(path) if path.is_file() else None, path.name)
