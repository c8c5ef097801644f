"""Units that appeared or closed only because a row was sent back."""

import pandas as pd

from analysis.measures.blanks.flows import sent_back


def side(*rows):
    return pd.DataFrame(rows, columns=["uscc", "district_code", "unit_name"])


def test_rows_sent_back_are_told_from_units_that_left():
    then = side(("stays", "1", "甲"), ("gone", "1", "乙"), ("code", "1", "丙"), ("name", "2", "丁（东）店"))
    now = side(("stays", "1", "甲"), ("new", "1", "戊"), ("mended", "3", "己"), ("again", "2", "庚"))
    was = pd.DataFrame({"uscc": ["mended", None, "stays"], "unit_name": ["己", "庚", "甲"]})
    this = pd.DataFrame({"uscc": ["code", None, None, "gone too"], "unit_name": ["丙", "丁(东)店", None, "壬"]})
    made = sent_back(then, now, (was, this), "0", ["1", "2"])
    assert made.values.tolist() == [
        ["0", "appeared", 1], ["2", "appeared", 1], ["3", "appeared", 1], ["0", "closed", 2], ["1", "closed", 1], ["2", "closed", 1]
    ]  # fmt: skip


def test_nothing_sent_back():
    none = pd.DataFrame({"uscc": pd.Series(dtype=object), "unit_name": pd.Series(dtype=object)})
    assert sent_back(side(("a", "1", "甲")), side(("b", "1", "乙")), (none, none), "0", ["1"]).empty
