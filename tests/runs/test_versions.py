"""Two stored versions of one quarter: which one the change is split with."""

import json

import pandas as pd
import pytest

from analysis.runs.packing import build_package
from analysis.runs.sources import choose_settings
from analysis.runs.versions import earlier_version

HEADS = {"单位": "统一社会信用代码,区县代码,职工数,会员数", "工会": "工会代码,工会形式,区县代码,成立日期", "覆盖关系": "工会代码,统一社会信用代码,起始日期"}
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(prefix, number):
    text = f"{prefix}000000{number:09d}"
    rest = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(text)) % 31
    return text + ALPHABET[(31 - rest) % 31]


def write(folder, units=10, covered=4):
    folder.mkdir(parents=True, exist_ok=True)
    rows = {"单位": [f"{code('91', n)},970101,5,0" for n in range(units)], "工会": [f"{code('81', n)},单独,970101,2015-01-01" for n in range(covered)],
            "覆盖关系": [f"{code('81', n)},{code('91', n)},2015-01-01" for n in range(covered)]}  # fmt: skip
    for name, lines in rows.items():
        (folder / f"甲区_{name}.csv").write_text("\n".join([HEADS[name], *lines]), encoding="utf-8")


@pytest.fixture
def world(tmp_path):
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text("代码,名称,并入代码\n970101,甲区,\n", encoding="utf-8")
    write(tmp_path / "ledgers" / "2021Q2")
    write(tmp_path / "ledgers" / "2021Q3", covered=6)
    return tmp_path, choose_settings(ledgers=str(tmp_path / "ledgers"), store=str(tmp_path / "store"), crosswalk=str(crosswalk))


def patterns(folder):
    flows = pd.read_parquet(folder / "flows.parquet")
    return flows[(flows["region_code"] == "970101") & (flows["segment"] == "all")].set_index("pattern")["units"].to_dict()


THERE = 0b111111  # eligible and of the region in all three readings


def test_a_restated_quarter_is_compared_with_what_was_stored(world):
    folder, settings = world
    reported = build_package(settings, "2021Q2")
    assert earlier_version(settings, "2021Q2") is None
    before = build_package(settings, "2021Q3")
    assert patterns(before) == {THERE | 0b111 << 6: 4, THERE | 0b100 << 6: 2, THERE: 4}
    write(folder / "ledgers" / "2021Q2", covered=5)
    assert earlier_version(settings, "2021Q2") == reported
    after = build_package(settings, "2021Q3")
    assert after != before
    assert patterns(after) == {THERE | 0b111 << 6: 4, THERE | 0b110 << 6: 1, THERE | 0b100 << 6: 1, THERE: 4}


def test_a_version_under_other_rules_or_of_other_units_is_none(world):
    folder, settings = world
    reported = build_package(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2", covered=5)
    context = json.loads((reported / "context.json").read_text(encoding="utf-8"))
    other = context | {"identity": context["identity"] | {"rules": "others"}}
    (reported / "context.json").write_text(json.dumps(other), encoding="utf-8")
    assert earlier_version(settings, "2021Q2") is None
    (reported / "context.json").write_text(json.dumps(context), encoding="utf-8")
    write(folder / "ledgers" / "2021Q2", units=30, covered=5)  # ten of thirty are the same units: another ledger
    assert patterns(build_package(settings, "2021Q3"))[0b111011] == 20  # there in both earlier readings, gone now


def test_a_version_that_lacks_a_table_is_not_taken_for_units_without_a_union(world):
    folder, settings = world
    (folder / "ledgers" / "2021Q2" / "甲区_覆盖关系.csv").unlink()
    build_package(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2")
    assert earlier_version(settings, "2021Q2") is not None
    assert patterns(build_package(settings, "2021Q3")) == {THERE | 0b111 << 6: 4, THERE | 0b100 << 6: 2, THERE: 4}
