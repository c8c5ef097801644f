"""Return workbooks beside the intake reports: for internal readers only, and never one of an earlier run."""

import pandas as pd
import pytest

from analysis.intake import take_in
from analysis.intake.store import write_reports
from analysis.runs.lists.returning import doubled, write_returns
from analysis.runs.rerun.fingerprint import file_hash
from analysis.settings import Settings

REGIONS = pd.DataFrame({"code": ["990101"], "name": ["东明区"], "host_code": [""]})
ROW = "910000000000000011,990101,{},5\n"


@pytest.fixture
def quarter(tmp_path):
    folder = tmp_path / "ledgers" / "2021Q3"
    folder.mkdir(parents=True)

    def make(count: str):
        (folder / "东明区_单位.csv").write_text("统一社会信用代码,区县代码,职工数,会员数\n" + ROW.format(count), encoding="utf-8")
        settings = Settings(ledgers=tmp_path / "ledgers")
        write_reports(take_in(folder, "2021Q3", REGIONS, settings), tmp_path / "package" / "intake")
        return settings, "2021Q3", tmp_path / "package", tmp_path / "out" / "2021Q3"

    return make


def test_a_file_with_something_to_mend_gets_its_return(quarter):
    made = write_returns(*quarter("约50"), is_internal=True)
    assert [p.relative_to(p.parents[2]).as_posix() for p in made] == ["2021Q3/intake/东明区_单位_退回.xlsx"]
    assert made[0].is_file()


def test_a_mended_file_loses_its_return(quarter):
    made = write_returns(*quarter("约50"), is_internal=True)
    arguments = quarter("50")
    (arguments[0].ledgers / "2021Q3" / "东明区_单位.csv").write_text("统一社会信用代码,区县代码,职工数,会员数\n", encoding="utf-8")
    write_reports(take_in(arguments[0].ledgers / "2021Q3", "2021Q3", REGIONS, arguments[0]), arguments[2] / "intake")
    assert write_returns(*arguments, is_internal=True) == []
    assert not made[0].exists()


def test_other_readers_get_none_and_lose_those_of_an_earlier_run(quarter):
    arguments = quarter("约50")
    made = write_returns(*arguments, is_internal=True)
    assert write_returns(*arguments, is_internal=False) == []
    assert not made[0].exists()


def test_what_the_same_package_gave_and_nobody_touched_is_not_written_again(quarter):
    arguments = quarter("约50")
    (made,) = write_returns(*arguments, is_internal=True)
    record = {"package": "package", "outputs": {"intake/东明区_单位_退回.xlsx": file_hash(made)}}
    before = made.stat().st_ino
    assert write_returns(*arguments, is_internal=True, manifest=record) == [made]
    assert made.stat().st_ino == before
    whole = made.read_bytes()
    made.write_bytes(b"touched")
    write_returns(*arguments, is_internal=True, manifest=record)
    assert made.read_bytes() == whole
    before = made.stat().st_ino
    write_returns(*arguments, is_internal=True, manifest=record | {"package": "another"})
    assert made.stat().st_ino != before


def test_a_mended_return_beside_the_file_it_replaces_is_told(quarter):
    settings, *_ = quarter("50")
    assert doubled(settings, "2021Q3") == []
    for name in ("东明区_单位_退回.xlsx", "西坝县.xlsx_退回.xlsx", "西坝县.xlsx", "南山县_退回.xlsx"):
        (settings.ledgers / "2021Q3" / name).write_bytes(b"")
    assert doubled(settings, "2021Q3") == [
        "东明区_单位_退回.xlsx 和原来的 东明区_单位.csv 同在一个文件夹里，相同的行会当作重复退回。请只留改好的一份，再重新运行。",
        "西坝县.xlsx_退回.xlsx 和原来的 西坝县.xlsx 同在一个文件夹里，相同的行会当作重复退回。请只留改好的一份，再重新运行。",
    ]
