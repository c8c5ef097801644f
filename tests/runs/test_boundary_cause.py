"""Boundaries that changed after a quarter was sealed: told from a late correction, figure by figure, in the erratum and by diff."""

import json
from dataclasses import replace

import pytest
from test_freezing import RATE, corrected
from test_versions import HEADS, code, write

from analysis.runs.packing import build_package
from analysis.runs.sealing.differing import difference, lines
from analysis.runs.sealing.errata import read_errata
from analysis.runs.sealing.freezing import freeze, own_errata
from analysis.runs.sources import choose_settings

SOUTH, NORTH = "970101", "970102"


def draw(path, *codes):
    """Squares of a tenth of a degree, one beside the other."""
    squares = []
    for number, own in enumerate(codes):
        west = 112 + number / 10
        ring = [[west, 32], [west + 0.1, 32], [west + 0.1, 32.1], [west, 32.1], [west, 32]]
        squares.append(
            {
                "type": "Feature",
                "properties": {"adcode": own, "name": {SOUTH: "甲区", NORTH: "乙区"}[own]},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": squares}, ensure_ascii=False), encoding="utf-8")


def north(folder, units=10, covered=2):
    rows = {"单位": [f"{code('91', 100 + n)},{NORTH},5,0" for n in range(units)], "工会": [f"{code('81', 100 + n)},单独,{NORTH},2015-01-01" for n in range(covered)],
            "覆盖关系": [f"{code('81', 100 + n)},{code('91', 100 + n)},2015-01-01" for n in range(covered)]}  # fmt: skip
    for name, made in rows.items():
        (folder / f"乙区_{name}.csv").write_text("\n".join([HEADS[name], *made]), encoding="utf-8")


@pytest.fixture
def city(tmp_path):
    for quarter in ("2021Q2", "2021Q3"):
        write(tmp_path / "ledgers" / quarter)
        north(tmp_path / "ledgers" / quarter)
    draw(tmp_path / "界线.geojson", SOUTH, NORTH)
    settings = choose_settings(ledgers=str(tmp_path / "ledgers"), store=str(tmp_path / "store"), sealed=str(tmp_path / "sealed"), out=str(tmp_path / "out"),
                               boundaries=str(tmp_path / "界线.geojson"), townships="", crosswalk="")  # fmt: skip
    return tmp_path, settings


def test_a_district_that_the_boundaries_lost_is_no_fault_of_the_ledger(city):
    folder, settings = city
    freeze(settings, "2021Q2")
    draw(folder / "界线.geojson", SOUTH)
    errata = own_errata(settings, "2021Q2")
    [whole] = corrected(errata, "eligible_unit_count", "970100")
    assert (whole["value_before"], whole["value_after"], whole["cause"]) == (20, 10, "界线")
    assert set(errata.figures["cause"]) == {"界线"} and corrected(errata, "eligible_unit_count", SOUTH) == []


def test_boundaries_and_a_late_correction_are_told_apart(city):
    folder, settings = city
    freeze(settings, "2021Q2")
    draw(folder / "界线.geojson", SOUTH)
    write(folder / "ledgers" / "2021Q2", covered=5)
    errata = read_errata(build_package(settings, "2021Q3"))
    [own] = corrected(errata, RATE, SOUTH)
    assert (own["value_before"], own["value_after"], own["cause"]) == (0.4, 0.5, "台账")
    [lost] = corrected(errata, "eligible_unit_count", "970100")
    assert (lost["value_before"], lost["value_after"], lost["cause"]) == (20, 10, "界线")
    [both] = corrected(errata, "covered_unit_count", "970100")
    assert (both["value_before"], both["value_after"], both["cause"]) == (6, 5, "台账、界线")


def test_a_border_drawn_elsewhere_moves_no_figure_of_units_that_name_their_district(city):
    folder, settings = city
    freeze(settings, "2021Q2")
    draw(folder / "界线.geojson", NORTH, SOUTH)  # the two have changed places on the map
    assert own_errata(settings, "2021Q2").figures.empty


def test_diff_names_boundaries_and_settings_where_both_changed(city):
    folder, settings = city
    first = build_package(settings, "2021Q2")
    draw(folder / "界线.geojson", SOUTH)
    second = build_package(replace(settings, mandatory_minimum=5), "2021Q2")
    made = difference(settings, str(first), str(second))
    frame = made.frame[(made.frame["segment"] == "all") & (made.frame["region_code"] == SOUTH)].set_index("indicator")
    assert frame.at["mandatory_unit_count", "cause"] == "设置"
    said = "\n".join(lines(made))
    assert "　台账：相同。" in said and "　界线：" in said and "　界线：相同。" not in said
