"""A ledger tallied by parts is the ledger tallied whole, table by table."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest

from analysis.errors import LedgerError
from analysis.measures.tally import tally
from analysis.paths import DATA
from analysis.runs.executor import Lost
from analysis.runs.inputs import choose_settings
from analysis.runs.partitions import tally_in_parts
from analysis.runs.prepare import open_workshop
from analysis.runs.store import connect

AS_OF = date(2021, 9, 30)


class Here:
    """An executor that does its tasks at once, or loses all of them."""

    is_shared, workers = True, 2

    def __init__(self, is_lossy=False):
        self.is_lossy = is_lossy

    def each(self, tasks):
        return iter([(place, Lost("工作进程都没了。") if self.is_lossy else function(*given)) for place, (function, given) in enumerate(tasks)])


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    settings = choose_settings(ledgers=str(DATA / "demo" / "ledgers"), store=str(tmp_path_factory.mktemp("store")))
    tables = open_workshop(settings, lambda _: None).ledger("2021Q3").intake.tables  # read only: a package would count five quarters
    return settings, tables, tables["units"]["township_name"].fillna("").astype(str)


def test_parts_add_up_to_the_whole(demo, tmp_path):
    settings, tables, codes = demo
    before = tables["units"][["uscc"]].iloc[::3]
    with connect(tables, codes) as connection:
        whole = tally(connection, AS_OF, settings, before)
    parts = tally_in_parts(Here(), tables, codes, AS_OF, settings, before, tmp_path, least=100)
    assert len(whole.units) > 100 and whole.covered.shape[0] > 100
    for name in ("units", "unions", "matters", "covered", "states", "largest"):
        pd.testing.assert_frame_equal(getattr(parts, name), getattr(whole, name), obj=name)
    districts = [{c: set(d.split(";")) for c, d in t.expiring[["contract_id", "districts"]].itertuples(index=False)} for t in (whole, parts)]
    assert districts[0] == districts[1] and len(districts[0])
    assert list(tmp_path.iterdir()) == []


def test_a_lost_part_is_an_error_and_never_a_smaller_sum(demo, tmp_path):
    settings, tables, codes = demo
    with pytest.raises(LedgerError, match="统计没有做完：工作进程都没了。"):
        tally_in_parts(Here(is_lossy=True), tables, codes, AS_OF, settings, None, tmp_path)


def test_without_states_only_sums_are_kept(demo):
    settings, tables, codes = demo
    with connect(tables, codes) as connection:
        whole, sums = tally(connection, AS_OF, settings), tally(connection, AS_OF, settings, with_states=False)
    pd.testing.assert_frame_equal(sums.units, whole.units)
    assert isinstance(connection, duckdb.DuckDBPyConnection) and len(sums.states) == len(sums.covered) == 0
