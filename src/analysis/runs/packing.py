"""Making the package of a quarter: counted once, written whole, never changed; class breaks pinned beside it."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analysis.charts.geometry import as_printed
from analysis.errors import LedgerError
from analysis.facts.fact import RESIDUAL
from analysis.intake.store import write_reports, write_tables
from analysis.measures.indicators import needed_items
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.publishing.placing import put_in_place
from analysis.runs.breaks import breaks_file, city_for, districts_key, has_breaks, keep_breaks
from analysis.runs.executor import Executor
from analysis.runs.holding import STORE_NOTE, held
from analysis.runs.lists.building import measure_building, write_building
from analysis.runs.lists.campaign import measure_campaign, write_campaign
from analysis.runs.lists.quality import reconcile, write_quality
from analysis.runs.outputs import ready_folder
from analysis.runs.prepare import (
    count_quarter,
    dominance,
    drawn_regions,
    open_workshop,
    run_fingerprint,
    tile_table,
    totals_of,
    township_parents,
    unit_flows,
    units_sent_back,
)
from analysis.runs.protected import shown_to_others
from analysis.runs.provenance import source_rows
from analysis.runs.rerun.fingerprint import data_settings, ledgers_key
from analysis.runs.rerun.slices import write_digests
from analysis.runs.rerun.whole import is_whole, note_files
from analysis.runs.sealing.errata import find_errata, write_errata
from analysis.runs.sealing.seals import made_of, put_back, seal_of
from analysis.runs.sources import check_geography_files, choose_settings
from analysis.runs.versions import identity
from analysis.runs.workshop import Ledger, Say, Workshop
from analysis.settings import Settings

# seconds that a run waits for another one that is taking a quarter in
STORE_PATIENCE = 3600.0
_READINGS = 3  # of ledgers that are saved while they are read


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
    if not is_whole(folder):
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
    if is_whole(folder):
        say(f"{quarter} 的台账没有变化，沿用已核对的数据")
        _pin(folder, settings)
        return folder
    folder = _count(settings, quarter, folder, say, executor)
    _pin(folder, settings, True)
    return folder


def _count(settings: Settings, quarter: str, folder: Path, say: Say, executor: Executor | None) -> Path:
    """Read, count and write a package whole; again where a file was saved meanwhile, for its name must tell what is in it.

    Raises
    ------
    LedgerError
        Where the files do not come to rest.
    """
    for _ in range(_READINGS):
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
        try:
            workshop = open_workshop(settings, say, executor)
            frame, city = count_quarter(workshop, quarter)
            _write(unfinished, workshop, frame, city, quarter)
            now = package_folder(settings, quarter)
            if now == folder:
                shutil.rmtree(folder, ignore_errors=True)  # one is there only where somebody took files out of it
                put_in_place(unfinished, folder)
                return folder
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        say(f"读取 {quarter} 期间有台账或设置文件被改动，重新读取")
        folder = now
    raise LedgerError(f"读取 {quarter} 的台账期间，文件一再被改动，没有入库。请等各份报表都保存好、关闭后重新运行。")


def _pin(folder: Path, settings: Settings, is_new: bool = False) -> None:
    """See that the city has class breaks, the same for all quarters; those it has stay."""
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    whose = (breaks_file(settings, folder.parent), context["city"][0], context.get("districts", ""))
    if is_new or not has_breaks(*whose):
        keep_breaks(*whose, pd.read_parquet(folder / "indicators.parquet"), context["quarter"])
    if settings.audience != "internal":  # classes that fit withheld figures would tell of them: a class on the legend and nowhere on the map
        others = (whose[0], city_for(whose[1], settings.audience), whose[2])
        if is_new or not has_breaks(*others):
            keep_breaks(*others, shown_to_others(folder, settings).indicators, context["quarter"])


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
    returned = units_sent_back(workshop, quarter, frame, city[0], Quarter(quarter).previous.key)
    if returned is not None:
        returned.to_parquet(folder / "sent_back.parquet", index=False)
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
    (folder / "context.json").write_text(json.dumps(_context(workshop, ledger, city, quarter, frame), ensure_ascii=False, indent=1), encoding="utf-8")
    write_digests(folder, sorted(frame.loc[(frame["quarter"] == quarter) & (frame["region_level"] == "district"), "region_code"].unique()))
    note_files(folder)


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
