"""From raw ledgers to the split: cities in which one thing only happened between two quarters; every other cause is exactly zero."""

from fractions import Fraction

import pytest

from analysis.briefings.blank_changes import why
from analysis.measures.blanks.decompose import CAUSES
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.sources import choose_settings

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEADS = {
    "单位": "统一社会信用代码,区县代码,行业代码,划型,职工数,会员数",
    "工会": "工会代码,工会形式,区县代码,成立日期",
    "覆盖关系": "工会代码,统一社会信用代码,起始日期",
}
THEN = {n: ("970101" if n < 8 else "970102", "小型", n in (0, 1, 2, 8)) for n in range(12)}  # number → district, size, covered: 3 of 8 and 1 of 4


def code(prefix, number):
    text = f"{prefix}000000{number:09d}"
    rest = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(text)) % 31
    return text + ALPHABET[(31 - rest) % 31]


def write(folder, units):
    folder.mkdir(parents=True, exist_ok=True)
    rows = {"单位": [f"{code('91', n)},{district},3011,{size},5,0" for n, (district, size, _) in units.items()],
            "工会": [f"{code('81', n)},单独,{district},2015-01-01" for n, (district, _, covered) in units.items() if covered],
            "覆盖关系": [f"{code('81', n)},{code('91', n)},2015-01-01" for n, (_, _, covered) in units.items() if covered]}  # fmt: skip
    for name, lines in rows.items():
        (folder / f"全市_{name}.csv").write_text("\n".join([HEADS[name], *lines]), encoding="utf-8")


def split(tmp_path, now, then=THEN, then_as_stored=None):
    """Return a function (region, segment) → the parts that are not zero, in 0–1, and the change."""
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text("代码,名称,并入代码\n970101,甲区,\n970102,乙区,\n", encoding="utf-8")
    settings = choose_settings(ledgers=str(tmp_path / "ledgers"), store=str(tmp_path / "store"), crosswalk=str(crosswalk))
    if then_as_stored is not None:
        write(tmp_path / "ledgers" / "2021Q2", then_as_stored)
        build_package(settings, "2021Q2")
    write(tmp_path / "ledgers" / "2021Q2", then)
    write(tmp_path / "ledgers" / "2021Q3", now)
    package = open_package(str(build_package(settings, "2021Q3")), "2021Q3")

    def of(region, segment="all"):
        made = why(package, region, segment)
        assert made.reason == "" and abs(sum(float(made.parts[c].value) for c in CAUSES) - float(made.change.value)) < 1e-9
        return {c: Fraction(made.parts[c].value) / 100 for c in CAUSES if made.parts[c].value != 0}

    return of


F = Fraction
HAPPENED = {
    "units appeared and closed": ({n: u for n, u in THEN.items() if n != 7} | {20: ("970102", "小型", False)}, "all",
                                  {"970101": {"units": F(3, 7) - F(3, 8)}, "970102": {"units": F(1, 5) - F(1, 4)}, "970100": {}}),
    "newly covered and lost": (THEN | {3: ("970101", "小型", True), 4: ("970101", "小型", True), 8: ("970102", "小型", False)}, "all",
                               {"970101": {"covered": F(2, 8)}, "970102": {"covered": F(-1, 4)}, "970100": {"covered": F(1, 12)}}),
    "moved district": (THEN | {7: ("970102", "小型", False)}, "all",
                       {"970101": {"moved": F(3, 7) - F(3, 8)}, "970102": {"moved": F(1, 5) - F(1, 4)}, "970100": {}}),
    "moved class": (THEN | {6: ("970101", "大型", False), 7: ("970101", "大型", False)}, "small_micro",
                    {"970101": {"moved": F(3, 6) - F(3, 8)}, "970102": {}, "970100": {"moved": F(4, 10) - F(4, 12)}}),
    "nothing": (THEN, "all", {"970101": {}, "970102": {}, "970100": {}}),
}  # fmt: skip


@pytest.mark.parametrize("name", HAPPENED)
def test_one_cause_alone(tmp_path, name):
    now, segment, expected = HAPPENED[name]
    of = split(tmp_path, now)
    assert {region: of(region, segment) for region in expected} == expected


def test_restated_alone(tmp_path):
    """When it was reported, three more units of 甲区 had no union and one that is in 乙区 now was missing: nothing else happened since."""
    stored = {n: u for n, u in THEN.items() if n != 11} | dict.fromkeys((0, 1, 2), ("970101", "小型", False))
    of = split(tmp_path, THEN, then_as_stored=stored)
    assert {region: of(region) for region in ("970101", "970102", "970100")} == {
        "970101": {"restated": F(3, 8)}, "970102": {"restated": F(1, 4) - F(1, 3)}, "970100": {"restated": F(4, 12) - F(1, 11)}}  # fmt: skip
