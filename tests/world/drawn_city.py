"""Sends the tables of this folder in, as districts would, and reads what was expected of them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import pandas as pd
import xlsxwriter

from analysis.runs.packing import build_package
from analysis.settings import Settings, load_settings

HERE = Path(__file__).parent
CITY = "970100"
QUARTERS = ("2020Q4", "2021Q3", "2021Q4")
SENT_AS_CSV = "西河区"
_NUMBERS = {"经度", "纬度", "职工数", "营业收入", "资产总额", "会员数", "农民工数", "代表总数", "到会人数", "赞成票", "建制项数", "自评分", "核定分"}


def rows_of(name: str) -> list[dict[str, str]]:
    with open(HERE / name, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass
class World:
    """The tables as ``quarter, district, table -> rows`` (header first), to be changed by a test before they are sent."""

    tables: dict[tuple[str, str, str], list[list[str]]] = field(default_factory=dict)

    def drop_column(self, quarter: str, district: str, table: str, header: str) -> None:
        rows = self.tables[quarter, district, table]
        at = rows[0].index(header)
        self.tables[quarter, district, table] = [row[:at] + row[at + 1 :] for row in rows]

    def keep_quarters(self, *quarters: str) -> None:
        self.tables = {key: rows for key, rows in self.tables.items() if key[0] in quarters}

    def send(self, folder: Path) -> Path:
        """Write the ledgers; return their folder."""
        books: dict[Path, dict[str, list[list[str]]]] = {}
        for (quarter, district, table), rows in self.tables.items():
            home = folder / "ledgers" / quarter
            home.mkdir(parents=True, exist_ok=True)
            if district == SENT_AS_CSV:
                with open(home / f"{district}_{table}.csv", "w", encoding="utf-8", newline="") as stream:
                    csv.writer(stream).writerows(rows)
            else:
                books.setdefault(home / f"{district}.xlsx", {})[table] = rows
        for path, sheets in books.items():
            with xlsxwriter.Workbook(path) as book:
                for name, rows in sheets.items():
                    sheet = book.add_worksheet(name)
                    for r, row in enumerate(rows):
                        for c, cell in enumerate(row):
                            if r and rows[0][c] in _NUMBERS and cell.replace(".", "", 1).isdecimal():
                                sheet.write_number(r, c, float(cell))
                            elif cell:
                                sheet.write_string(r, c, cell)
        return folder / "ledgers"


def drawn_world() -> World:
    """Return the tables as they stand in this folder."""
    world = World()
    for quarter in QUARTERS:
        for path in sorted((HERE / quarter).glob("*/*.csv")):
            with open(path, encoding="utf-8", newline="") as stream:
                world.tables[quarter, path.parent.name, path.stem] = list(csv.reader(stream))
    return world


def write_places(folder: Path) -> None:
    """Write the squares as two GeoJSON files."""
    for name, wanted in (("boundaries", ""), ("townships", "township")):
        features = []
        for r in rows_of("regions.csv"):
            if bool(r["district_code"]) != bool(wanted):
                continue
            west, south, east, north = (float(r[side]) for side in ("west", "south", "east", "north"))
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            properties = {"code": r["code"], "name": r["name"]} | ({"district_code": r["district_code"]} if wanted else {})
            features.append({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
        (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")


def settings_of(folder: Path, ledgers: Path, **options) -> Settings:
    write_places(folder)
    return load_settings(
        ledgers=str(ledgers),
        boundaries=str(folder / "boundaries.geojson"),
        townships=str(folder / "townships.geojson"),
        crosswalk=str(HERE / "crosswalk.csv"),
        store=str(folder / "store"),
        out=str(folder / "out"),
        city_code=CITY,
        city_name="九七市",
        **options,
    )


@dataclass(frozen=True)
class Outcome:
    """A package made, with its frames as the tests ask for them."""

    folder: Path
    quarter: str
    settings: Settings

    @cached_property
    def context(self) -> dict:
        return json.loads((self.folder / "context.json").read_text(encoding="utf-8"))

    def report(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / "intake" / f"{name}.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)

    @cached_property
    def figures(self) -> dict[tuple[str, str, str], dict]:
        frame = pd.read_parquet(self.folder / "indicators.parquet")
        frame = frame[frame["quarter"] == self.quarter]
        made = {("city" if r["region_level"] == "city" else r["region_code"], r["segment"], r["indicator"]): r for r in frame.to_dict("records")}
        assert len(made) == len(frame), "an indicator stands there twice"
        return made


def build(world: World, folder: Path, quarter: str = "2021Q4", spoil=None, **options) -> Outcome:
    """Send a world, let ``spoil(ledgers)`` damage files, and build the quarter."""
    ledgers = world.send(folder)
    if spoil:
        spoil(ledgers)
    settings = settings_of(folder, ledgers, **options)
    return Outcome(build_package(settings, quarter), quarter, settings)


def is_as_expected(figure: dict, expected: str) -> bool:
    """Compare a figure with ``12``, ``6/9``, ``6/9-2/3`` (a change in percentage points), ``0/0`` or ``no_data``."""
    if expected == "no_data":
        return figure["status"] == "no_data" and pd.isna(figure["value"]) and figure["reason"] != ""
    if "-" in expected[1:]:
        now, then = (Fraction(part) for part in expected.split("-"))
        return figure["status"] == "ok" and figure["unit"] == "pp" and abs(figure["value"] - float(100 * (now - then))) < 1e-9 and pd.isna(figure["numerator"])
    if "/" in expected:
        top, bottom = map(int, expected.split("/"))
        if (figure["numerator"], figure["denominator"], figure["unit"]) != (top, bottom, "ratio"):
            return False
        return figure["value"] == top / bottom if bottom else figure["status"] == "no_data" and pd.isna(figure["value"])
    return figure["status"] == "ok" and figure["unit"] == "count" and figure["value"] == int(expected) and pd.isna(figure["numerator"])


def assert_equal(figures: dict, expected: dict[tuple[str, str, str], str]) -> None:
    """Fail with one line for every expected figure that is not there or is another."""
    assert expected
    found = []
    for key, value in expected.items():
        figure = figures.get(key)
        if figure is None:
            found.append(f"{'/'.join(key)}: missing, expected {value}")
        elif not is_as_expected(figure, value):
            got = figure["value"] if figure["unit"] == "count" else f"{figure['numerator']}/{figure['denominator']} = {figure['value']}"
            found.append(f"{'/'.join(key)}: {got} ({figure['status']} {figure['reason']}), expected {value}")
    assert not found, "\n" + "\n".join(found)
