"""A CSV whose quotes leave no doubt is kept column by column; it must read as the standard reader reads it."""

import csv
import io

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from analysis.errors import LedgerError
from analysis.intake import csv_text
from analysis.intake.csv_text import Columns, read_csv

_TEXTS = st.text(alphabet="甲a1 ,;\t\n\r\u2028\x85\x0c'", min_size=1, max_size=60)


def read(folder, text, most=10_000):
    path = folder / "甲区_单位.csv"
    path.write_bytes(text.encode("utf-8"))
    return read_csv(path, most)


@given(_TEXTS, st.sampled_from([",", ";", "\t"]))
@example("a,b\n,\n1,2", ",")
@example("a,b\n\n1,2,3\n", ",")
@example("a,b,c\n1\n2,3,4,5,6\n", ",")  # as many delimiters as of three whole lines
@example("a,NA\nnull,\n#N/A,NaN", ",")
@example("a\r1\r\n", ",")
def test_records_without_quotes_are_those_of_the_standard_reader(text, delimiter):
    assume(text.strip(" \t\r\n,"))
    ours = csv_text._plain_records(text, delimiter, 10_000)
    assert list(ours) == list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [ours[i] for i in range(len(ours))] == ours[:] == list(ours)


_QUOTED = st.lists(st.sampled_from(['"', '""', '","', '"\n"', ",", "\n", "\r\n", "\r", "甲", "a", " "]), min_size=1, max_size=24).map("".join)
_CELLS = st.text(alphabet='甲a,;\t\n" ', max_size=4)


@given(_QUOTED, st.sampled_from([",", ";"]))
@example('a,"b\n,"\n1,2', ",")
@example('"a","b"\n\n"1","2"', ",")
@example('"a","b"\n"1","2"x\n', ",")
@example('a"b,",\n","c,d', ",")
@example('"a","b\r\nc"\r\n', ",")
def test_whatever_is_read_by_column_the_standard_reader_reads_alike(text, delimiter):
    ours = csv_text._quoted_columns(text, delimiter, 10_000)
    assert ours is None or list(ours) == list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1, max_size=6)),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_the_standard_writer_quotes_is_read_by_column(rows, end, every):
    assume(not any("\n\n" in cell for row in rows for cell in row))
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL).writerows(rows)
    assert list(csv_text._quoted_columns(written.getvalue(), ",", 10_000) or []) == rows


def test_records_of_one_width_are_kept_by_column_and_others_by_row(tmp_path):
    assert isinstance(read(tmp_path, "区县,单位数\n甲区,3\n乙区,\n"), Columns)
    assert read(tmp_path, "区县,单位数\n甲区\n") == [["区县", "单位数"], ["甲区"]]
    assert isinstance(read(tmp_path, '区县,单位数\n"甲,区",3\n'), Columns)
    assert read(tmp_path, '区县,单位数\n"甲"区,3\n') == [["区县", "单位数"], ["甲区", "3"]]


def test_a_row_is_a_new_list_each_time():
    rows = Columns([["区县", "甲区"], ["单位数", "3"]])
    rows[1][0] = "乙区"
    assert rows[1] == ["甲区", "3"]


@pytest.mark.parametrize("text", ["a,b\n1,2\n", '"a",b\n1,2\n', "a,b\n1,2,3\n"])
def test_too_many_cells_are_refused_before_they_are_parted(tmp_path, text):
    assert len(read(tmp_path, text, most=5 if text.endswith("3\n") else 4)) == 2
    with pytest.raises(LedgerError, match=r"单元格超过 3 个的上限。请拆分后报送，或在 workbench.toml 中调高 max_cells。"):
        read(tmp_path, text, most=3)


def test_a_line_without_end_names_its_record(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_text, "_LONGEST", 2_000_000)
    with pytest.raises(LedgerError, match="CSV 第 2 条记录附近读不下去，多半是引号没有配对。"):
        read(tmp_path, f"a,b\n{'1' * 2_000_001},2\n")
