"""A city of three districts drawn by hand, as a package: 甲区 leads, 乙区 lags, 丙县 is too small to rank."""

from __future__ import annotations

from itertools import takewhile
from types import SimpleNamespace

import pandas as pd
from figures import CITY, register, row

from analysis.runs.sealing.errata import none
from analysis.settings import Settings

NAMES = {"970101": "甲区", "970102": "乙区", "970103": "丙县"}
COVERED = {"970101": (60, 100), "970102": (30, 100), "970103": (5, 20)}
EARLIER = {"970101": (55, 100), "970102": (30, 100), "970103": (4, 20)}


NO_STATES = pd.DataFrame(columns=["uscc", "district_code", "township_code", "mask", "covered"])


def of_units(code, covered, eligible, segment="all", quarter="2021Q3", left_out=""):
    """Rows of one place that follow from its units: ten employees a unit."""
    common = {"name": NAMES.get(code, code), "segment": segment, "quarter": quarter, "left_out": left_out}
    blind = eligible - covered
    made = {
        "eligible_unit_count": eligible, "covered_unit_count": covered, "unit_coverage_rate": (covered, eligible), "blind_unit_count": blind,
        "blind_unit_rate": (blind, eligible), "employee_count": 10 * eligible, "covered_employee_count": 10 * covered, "blind_employee_count": 10 * blind,
        "employee_coverage_rate": (10 * covered, 10 * eligible), "blind_employee_share": (10 * blind, 10 * eligible),
    }  # fmt: skip
    return [row(code, indicator, value, **common) for indicator, value in made.items()]


def whole(pairs, **options):
    """Rows of all districts and of the city as their sum."""
    rows = [r for code, (covered, eligible) in pairs.items() for r in of_units(code, covered, eligible, **options)]
    return rows + of_units(CITY[0], sum(c for c, _ in pairs.values()), sum(e for _, e in pairs.values()), **options)


def package(scope="city", covered=COVERED, earlier=EARLIER, more=(), more_then=(), year_ago=(), **changes):
    """Return a stand-in for runs.package.Package; ``more`` rows are added to this quarter's."""
    now, then = [*whole(covered), *more], [*whole(earlier, quarter="2021Q2"), *more_then] if earlier else []
    made = SimpleNamespace(quarter="2021Q3", sources=list, once=lambda make, *_: make(), scope=scope, city=CITY, region_code=CITY[0] if scope == "city" else scope,
                           region_name=CITY[1] if scope == "city" else NAMES[scope], is_demo=True, audience="internal", map_use="internal", regions=None,
                           townships=None, tiles=None, incomplete=[], intake={}, notes=(), breaks={}, is_totals=False, settings=Settings(), register=register(now, then, year_ago), flows=None, flows_yoy=None, sent_back=None,
                           states=lambda: NO_STATES, errata=none(), errata_untold=())  # fmt: skip
    made.with_building = lambda: made
    vars(made).update(changes)
    return made


def text_of(blocks):
    return ["".join(r["text"] for r in b.get("runs", [])) for b in blocks]


def cells(table):
    return [["".join(r["text"] for r in cell["runs"]) for cell in line] for line in table["rows"]]


_OPENERS = ("一是", "二是", "三是", "四是", "从单位看", "从行业看", "从规模看", "这里要说明", "成绩来之不易")


def passage(blocks, start):
    """Return the paragraph that begins so with those that go on with it, a line each: a speech takes breath after a few figures."""
    texts = [(text, block["type"] == "paragraph") for block, text in zip(blocks, text_of(blocks), strict=True)]
    first = texts.index(next(pair for pair in texts if pair[0].startswith(start)))
    goes_on = takewhile(lambda pair: pair[1] and not pair[0].startswith(_OPENERS), texts[first + 1 :])
    return "\n".join([texts[first][0], *(text for text, _ in goes_on)])


def paragraph(blocks, start):
    """Return the one paragraph that begins so."""
    found = [text for text in text_of(blocks) if text.startswith(start)]
    assert len(found) == 1, (start, found)
    return found[0]
