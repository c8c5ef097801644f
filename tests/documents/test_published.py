"""What leaves the house: every file of a made-up city's public and shared quarters, read as a stranger reads it and attacked as one who reckons."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parents[1] / "measures"))

from attack import Attack, Campaign
from attack_city import CityAttack
from published import read_folder
from published_city import QUARTERS, write_city

from analysis.briefings import blank_areas, bulletin, campaign, coverage_map, district_brief, ledger_quality, research_report, speech, union_building
from analysis.measures import quality
from analysis.measures.suppression import families
from analysis.measures.unions import building
from analysis.publishing.number_check.tokens import figures
from analysis.runs import protected as protected_module
from analysis.runs.kernels import opened
from analysis.runs.package import open_package
from analysis.runs.quarter import run_quarter
from analysis.runs.sources import choose_settings

NOW = QUARTERS[-1]
SCOPES = "city,970104"
COLUMNS = ["quarter", "region_code", "segment", "indicator"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The folder of the city, with ``out/<audience>/<quarter>`` for each run made."""
    base = tmp_path_factory.mktemp("city")
    places = write_city(base)
    for audience, scope, formats in (("public", SCOPES, "html,pdf,docx"), ("shared", "city", "html,docx")):
        for quarter in QUARTERS:
            made = formats if quarter == NOW else "html"  # what was handed out earlier is read as figures only
            result = run_quarter(settings_of(base, places, audience, made), quarter, scope=scope)
            assert [(o.document, o.reason) for o in result.outcomes if o.status != "made"] == []
    return base


def settings_of(base, places, audience, formats="html,pdf,docx", out=""):
    return choose_settings(**places, store=str(base / "store"), out=str(base / "out" / (out or audience)), audience=audience, map_use="meeting", jobs=2,
                           formats=tuple(formats.split(",")))  # fmt: skip


def places_of(base):
    return {
        "ledgers": str(base / "ledgers"),
        "boundaries": str(base / "boundaries.geojson"),
        "townships": str(base / "townships.geojson"),
        "city_code": "970100",
        "city_name": "九七市",
    }


def package_of(base, quarter=NOW):
    return next(p for p in (base / "store").glob(f"{quarter}-*") if (p / "context.json").is_file())


@pytest.fixture(scope="module")
def found(city):
    return {(audience, quarter): read_folder(city / "out" / audience / quarter) for audience in ("public", "shared") for quarter in QUARTERS}


def withheld_in(rows):
    return set(rows.loc[rows["status"] == "suppressed", COLUMNS].agg("/".join, axis=1))


def figures_beside(found, withheld):
    """Return what stands beside the name of a withheld figure and is a figure, dates and names aside."""
    told = {}
    for fact in withheld & set(found.said):
        plain = [re.sub(r"\d{4}-\d\d-\d\d|第\d+\S|\d{4}Q\d", "", text) for text in found.said[fact]]
        told |= {fact: left} if (left := [f for text in plain for f in figures(text)]) else {}
    for fact in withheld & set(found.records):
        told |= (
            {fact: left}
            if (left := [r for r in found.records[fact] if r["value"] is not None or r["numerator"] is not None or figures(str(r["text"]))])
            else {}
        )
    return told


def test_beside_no_withheld_figure_stands_one(found):
    for where, read in found.items():
        withheld = withheld_in(read.rows[0])
        assert len(withheld & set(read.said)) > 20 and len(withheld & set(read.records)) > 20, where  # their names do occur
        assert figures_beside(read, withheld) == {}, where
        assert read.strange == [], where


def test_a_figure_in_one_tooltip_is_found(city, tmp_path):
    shutil.copytree(city / "out" / "public" / NOW, tmp_path / "copy")
    page = tmp_path / "copy" / "city" / "bulletin.html"
    before = page.read_text(encoding="utf-8")
    leak = re.sub(r'(data-fact="2021Q3/970104/all/unit_coverage_rate"[^>]* title=")', r"\g<1>分子3，分母9；", before, count=1)
    assert leak != before
    page.write_text(leak, encoding="utf-8")
    read = read_folder(tmp_path / "copy")
    assert list(figures_beside(read, withheld_in(read.rows[0]))) == ["2021Q3/970104/all/unit_coverage_rate"]


def test_records_say_what_the_table_says(found):
    for where, read in found.items():
        table = read.rows[0].set_index(COLUMNS)
        compared = 0
        for fact, records in read.records.items():
            key = tuple(fact.split("/"))
            if key not in table.index:
                continue
            row = table.loc[key]
            for record in records:
                pair = [None if pd.isna(row[c]) else int(row[c]) for c in ("numerator", "denominator")]
                assert record["status"] == row["status"] and [record["numerator"], record["denominator"]] == pair, (where, fact)
                compared += 1
        assert compared > 200, where


def attacked(frame, parents):
    return Attack(frame.assign(left_out=frame.get("left_out", "")), parents)


def parents_in(frame):
    return {code: code[:6] for code in frame.loc[frame["region_level"] == "township", "region_code"].unique()}


def test_nothing_withheld_follows_within_a_quarter_nor_between_two(city, found):
    for audience in ("public", "shared"):
        tables = []
        for quarter in QUARTERS:
            rows = found[audience, quarter].rows[0].assign(left_out="")
            assert attacked(rows, parents_in(rows)).determined() == [], (audience, quarter)
            tables.append(rows)
        together = Campaign([attacked(rows, parents_in(rows)) for rows in tables], pd.concat(tables))
        assert together.determined() == [], audience


HANDBOOK = {name: (d["numerator"], d["denominator"]) for name, d in (quality.definitions() | building.definitions()).items()}


def of_city(city, quarter):
    """Return the city's rows of all three protected tables: more than any document of other readers says."""
    shown = protected_module.shown_to_others(package_of(city, quarter), settings_of(city, places_of(city), "public"))
    rows = pd.concat([shown.indicators[shown.indicators["quarter"] == quarter], shown.quality, shown.building], ignore_index=True)
    return rows[rows["region_level"] == "city"]


def test_quality_and_union_building_figures_give_nothing_away_with_the_indicators_and_the_last_report(city, found):
    then, now = (of_city(city, quarter) for quarter in QUARTERS)
    attack = CityAttack(now, then, HANDBOOK)
    assert len(attack.equal) > 60 and len(attack.targets) > 30
    assert attack.gained(truth_of(city)) == []
    told = now.set_index("indicator")
    said = {fact: records for fact, records in found["public", NOW].records.items() if fact.startswith(f"{NOW}/970100/all/") and fact.split("/")[3] in HANDBOOK}
    assert len(said) > 50
    for fact, records in said.items():
        assert {r["status"] for r in records} == {told.at[fact.split("/")[3], "status"]}, fact


def test_what_their_own_rules_leave_open_is_found(city, monkeypatch):
    monkeypatch.setattr(protected_module, "protect_city", lambda true, made, indicators, below: made)
    made = protected_module._protect(package_of(city), settings_of(city, places_of(city), "public"), {})
    rows = pd.concat([of_city(city, NOW).iloc[:0], made.indicators[made.indicators["quarter"] == NOW], made.quality, made.building], ignore_index=True)
    assert CityAttack(rows, of_city(city, QUARTERS[0]), HANDBOOK).gained(truth_of(city)) != []


def truth_of(city):
    """Return indicator → the city's true count."""
    package = package_of(city)
    parts = [pd.read_parquet(package / name) for name in ("quality/figures.parquet", "building/figures.parquet", "indicators.parquet")]
    rows = pd.concat(parts, ignore_index=True)
    return rows[(rows["region_level"] == "city") & (rows["quarter"] == NOW) & (rows["segment"] == "all")].set_index("indicator")


def test_without_the_second_step_the_folder_gives_itself_away(city, tmp_path, monkeypatch):
    """Only what is small itself is withheld in a copy of the package; a document and the tables are published from it and read back."""

    class OnlySmall:
        def __init__(self, cells, primary, below):
            self.primary = primary

        def find(self):
            return self.primary

    store = shutil.copytree(city / "store", tmp_path / "store")
    rules = choose_settings(**places_of(city), store=str(store), out=str(tmp_path / "out"), audience="public", map_use="meeting", formats=("html",))
    package = package_of(tmp_path)
    shutil.rmtree(package / "shown")
    monkeypatch.setattr(families, "Protection", OnlySmall)
    protected_module.protected(package, rules, json.loads((package / "context.json").read_text(encoding="utf-8"))["township_parents"])
    monkeypatch.undo()
    run_quarter(rules, NOW, scope="city", documents="bulletin")
    read = read_folder(tmp_path / "out" / NOW)
    rows = read.rows[0].assign(left_out="")
    assert figures_beside(read, withheld_in(rows)) == {}
    assert len(attacked(rows, parents_in(rows)).determined()) > 10


def test_no_report_shows_what_that_of_another_quarter_withholds(found):
    for audience in ("public", "shared"):
        withheld = withheld_in(found[audience, QUARTERS[0]].rows[0])
        for fact, records in found[audience, NOW].records.items():
            if fact in withheld:
                assert {record["status"] for record in records} <= {"suppressed"}, fact


def test_no_small_figure_has_one_possible_value(city, found):
    rows = found["public", NOW].rows[0].assign(left_out="")
    truth = pd.read_parquet(package_of(city) / "indicators.parquet")
    truth = truth[truth["quarter"] == NOW].set_index(COLUMNS)["value"]
    withheld = rows[(rows["status"] == "suppressed") & (rows["unit"] == "count") & ~rows["indicator"].str.endswith(("_qoq", "_yoy"))]
    own = truth.reindex(pd.MultiIndex.from_frame(withheld[COLUMNS])).to_numpy()
    wanted = withheld.loc[(own > 0) & (own < 5), COLUMNS[1:]].agg("/".join, axis=1)
    assert len(wanted) > 100
    assert attacked(rows, parents_in(rows)).pinned(wanted) == {}


WRITERS = {
    "city": (blank_areas, bulletin, campaign, coverage_map, ledger_quality, research_report, speech, union_building),
    "970104": (blank_areas, coverage_map, district_brief),
}


@pytest.mark.parametrize("audience", ["public", "shared"])
def test_documents_are_made_of_nothing_withheld(city, tmp_path, audience):
    """Everything that readers may not see is falsified in a copy of the package: all documents must come out the same, drawings and all."""
    true, false = (tmp_path / name / package_of(city).name for name in ("true", "false"))
    for folder in (true, false):
        shutil.copytree(package_of(city), folder)
        shutil.copy(city / "store" / "breaks.csv", folder.parent / "breaks.csv")
    assert (false / "shown").is_dir()
    spoil(false)
    differing = []
    for scope, writers in WRITERS.items():
        for writer in writers:
            made = []
            for folder in (true, false):
                opened._READ.clear()
                blocks = writer.write(open_package(str(folder), NOW, scope, audience, "meeting")).blocks
                made.append(json.dumps(blocks, ensure_ascii=False, sort_keys=True, default=str))
            differing += [f"{scope}/{writer.__name__}"] if made[0] != made[1] else []
    opened._READ.clear()
    assert differing == []


def test_internal_documents_do_differ(city, tmp_path):
    """The falsified package is false: what internal readers get of it is not the same."""
    made = []
    for name in ("true", "false"):
        folder = shutil.copytree(package_of(city), tmp_path / name / package_of(city).name)
        spoil(folder) if name == "false" else None
        opened._READ.clear()
        made.append(str(bulletin.write(open_package(str(folder), NOW, "city", "internal")).blocks))
    opened._READ.clear()
    assert made[0] != made[1]


def spoil(package):
    """Empty or falsify all that only internal readers see."""
    for path in [*package.glob("tables/*.parquet"), *package.glob("*/lists.parquet"), package / "quality" / "declared.parquet", package / "states.parquet",
                 package / "sources.parquet", package / "dominance.parquet", package / "building" / "guard.parquet"]:  # fmt: skip
        pd.read_parquet(path).iloc[0:0].to_parquet(path, index=False)
    for path in (package / "indicators.parquet", *(package / part / "figures.parquet" for part in ("quality", "building", "campaign"))):
        frame = pd.read_parquet(path)
        for column in ("numerator", "denominator", "value"):
            frame[column] = frame[column] + 7
        frame.to_parquet(path, index=False)
    for path in package.glob("flows*.parquet"):
        frame = pd.read_parquet(path)
        numbers = frame.select_dtypes(np.number).columns
        frame[numbers] = frame[numbers] + 7
        frame.to_parquet(path, index=False)
    for path in package.glob("intake/rows.csv"):
        path.write_text("\ufeff", encoding="utf-8")


ALLOWED = re.compile(r"(index\.html|indicators\.(csv|parquet)|manifest\.json|intake/summary\.csv|(city|\d{6})/[a-z_]+\.(html|pdf|docx))")


def test_the_folder_holds_nothing_else(city):
    for audience in ("public", "shared"):
        there = [p.relative_to(city / "out" / audience).as_posix() for p in (city / "out" / audience).rglob("*") if p.is_file()]
        assert [name for name in there if name != "exports.csv" and not ALLOWED.fullmatch(name.partition("/")[2])] == []  # that log lies beside the quarters
        assert not list((city / "out" / audience).rglob(".*"))


def test_what_an_internal_run_left_there_is_taken_away(city):
    places = places_of(city)
    internal = settings_of(city, places, "internal", "html", "mixed")
    run_quarter(internal, NOW, scope="city,970101", documents="blank_areas,ledger_quality,union_building")
    target = city / "out" / "mixed" / NOW
    left = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert {"intake/rows.csv", "970101/ledger_quality.csv", "notebooks/city/blank_areas.ipynb"} < left and any(n.endswith(".xlsx") for n in left)
    said = []
    run_quarter(settings_of(city, places, "public", "html", "mixed"), NOW, scope="city", documents="blank_areas", say=said.append)
    assert [n for n in sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()) if not ALLOWED.fullmatch(n)] == []
    assert not [p for p in target.rglob("*") if p.is_dir() and not any(p.iterdir())]
