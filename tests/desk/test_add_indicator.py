"""The worked example of docs/guides/add_indicator.md, done step by step on a copy of the tables."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.paths import ROOT, TABLES

GUIDE = ROOT / "docs" / "guides" / "add_indicator.md"
SCRIPT = """
import json, sys
from pathlib import Path
import analysis.paths
analysis.paths.TABLES = Path(sys.argv[1])
sys.path.insert(0, sys.argv[3])
from drawn_city import build, drawn_world
from analysis.desk.explore import view
from analysis.runs.package import open_package

made = build(drawn_world(), Path(sys.argv[2]))
package = open_package(str(made.folder), "2021Q4")
facts = {name: package.register.fact(name) for name in ("migrant_membership_rate", "hundred_union_rate")}
shared = open_package(str(made.folder), "2021Q4", "city", "shared").register.fact("migrant_membership_rate", "970101")
drawn = view(package, "hundred_union_rate")
print(json.dumps({
    "facts": {name: [f.status, f.numerator, f.denominator, f.name, f.reason] for name, f in facts.items()},
    "change": package.register.fact("migrant_membership_rate_qoq").status, "shared": shared.status,
    "blocks": [b["type"] for b in drawn.blocks], "title": drawn.title,
    "units": [int(package.units().query("employee_count >= 100").shape[0])],
}))
"""


def rows_of(guide: str) -> list[list[str]]:
    return [row for block in re.findall(r"```csv\n(.*?)```", guide, flags=re.S) for row in csv.reader(block.splitlines())]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The tables with the guide's rows added, and what the workbench then says."""
    folder = tmp_path_factory.mktemp("added")
    shutil.copytree(TABLES, folder / "tables")
    for row in rows_of(GUIDE.read_text(encoding="utf-8")):
        name = "indicators" if len(row) == 11 else "base_sums"
        with open(folder / "tables" / f"{name}.csv", "a", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerow(row)
    world = str(Path(__file__).parents[1] / "world")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder / "tables"), str(folder), world], capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_example_is_one_row_for_a_rate_of_known_parts():
    rows = rows_of(GUIDE.read_text(encoding="utf-8"))
    assert [len(row) for row in rows] == [11, 4, 4, 11]
    head = (TABLES / "indicators.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert dict(zip(head, rows[0], strict=True))["numerator"] == "migrant_members"


def test_the_new_rate_is_counted_for_the_city(example):
    status, numerator, denominator, name, _ = example["facts"]["migrant_membership_rate"]
    assert (status, name) == ("ok", "农民工入会率") and 0 < numerator <= denominator
    status, numerator, denominator, _, _ = example["facts"]["hundred_union_rate"]
    assert status == "ok" and 0 < denominator <= example["units"][0] and numerator <= denominator


def test_changes_suppression_and_a_picture_come_with_it(example):
    assert example["change"] in ("ok", "no_data") and example["shared"] in ("ok", "suppressed", "no_data")
    assert example["title"] == "九七市各区县百人以上单位建会率" and example["blocks"].count("figure") == 2 and "table" in example["blocks"]
