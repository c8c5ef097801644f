"""A package's name tells what is in it, also where a ledger is saved while it is read."""

from __future__ import annotations

import pytest

from analysis.errors import LedgerError
from analysis.runs import inputs, packing
from analysis.runs.rerun import fingerprint, whole
from analysis.settings import Settings


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "open_workshop", lambda *_: None)
    monkeypatch.setattr(packing, "count_quarter", lambda *_: (None, None))
    monkeypatch.setattr(packing, "_write", lambda folder, *_: (folder / "context.json").write_text("{}"))
    return tmp_path


def saved(monkeypatch, names):
    left = iter(names)
    monkeypatch.setattr(packing, "package_folder", lambda *_: next(left))


def test_a_ledger_that_is_saved_meanwhile_is_read_again(store, monkeypatch):
    said = []
    saved(monkeypatch, [store / "second", store / "second"])
    assert packing._count(Settings(), "2021Q3", store / "first", said.append, None) == store / "second"
    assert [p.name for p in store.iterdir()] == ["second"] and said == ["读取 2021Q3 期间有台账或设置文件被改动，重新读取"]


def test_files_that_do_not_come_to_rest_are_told_in_a_sentence(store, monkeypatch):
    saved(monkeypatch, [store / str(number) for number in range(9)])
    with pytest.raises(LedgerError, match=r"读取 2021Q3 的台账期间，文件一再被改动，没有入库。请等各份报表都保存好、关闭后重新运行。"):
        packing._count(Settings(), "2021Q3", store / "first", print, None)
    assert list(store.iterdir()) == []


def test_a_package_that_something_was_taken_from_is_no_package(tmp_path):
    for name in ("context.json", "indicators.parquet"):
        (tmp_path / name).write_text(name)
    assert whole.is_whole(tmp_path)  # of an earlier program
    whole.note_files(tmp_path)
    assert whole.is_whole(tmp_path)
    (tmp_path / "shown").mkdir()  # worked out later
    (tmp_path / "indicators.parquet").write_text("torn")
    assert not whole.is_whole(tmp_path)
    (tmp_path / "indicators.parquet").unlink()
    assert not whole.is_whole(tmp_path)
    (tmp_path / whole.FILE).write_text("{")
    assert not whole.is_whole(tmp_path) and not whole.is_whole(tmp_path / "nowhere")


def test_two_files_of_one_name_and_the_parts_of_an_oddly_named_shapefile_are_all_looked_at(tmp_path):
    places = [tmp_path / folder / "界线[1].shp" for folder in ("区县", "乡镇")]
    for place in places:
        place.parent.mkdir()
        for suffix in (".shp", ".dbf"):
            place.with_suffix(suffix).write_text(place.parent.name + suffix)
    found = inputs.geography_files(Settings(boundaries=places[0], townships=places[1]))
    assert [p.suffix for p in found] == [".shp", ".shp", ".dbf", ".dbf"]
    assert list(fingerprint.of_named(found)) == ["界线[1].shp", "界线[1].shp (2)", "界线[1].dbf", "界线[1].dbf (2)"]
    assert len(set(fingerprint.of_named(found).values())) == 4
