"""What a user can get wrong before a quarter starts: a sentence, and nothing of an earlier run touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.errors import BoundaryError, ExportError, LedgerError, SettingsError, WorkbenchError
from analysis.runs.checking import check_quarter
from analysis.runs.packing import build_package
from analysis.runs.sources import choose_settings, read_geography
from analysis.settings import load_settings

HEADER = "统一社会信用代码,区县代码,职工数,会员数\n"


def boundaries(folder: Path, *regions: tuple[str, str], name: str = "boundaries.geojson") -> Path:
    squares = [[[[110 + i, 30], [111 + i, 30], [111 + i, 31], [110 + i, 31], [110 + i, 30]]] for i in range(len(regions))]
    features = [{"type": "Feature", "properties": {"adcode": c, "name": n}, "geometry": {"type": "Polygon", "coordinates": s}}
                for (c, n), s in zip(regions, squares, strict=True)]  # fmt: skip
    (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return folder / name


@pytest.fixture
def city(tmp_path):
    """Return settings of a made-up city with one unit; options may replace what they say."""
    ledgers = tmp_path / "ledgers" / "2021Q3"
    ledgers.mkdir(parents=True)
    (ledgers / "东明区_单位.csv").write_text(HEADER + "91000000123456788T,990101,30,20\n", encoding="utf-8")
    own = boundaries(tmp_path, ("990101", "东明区"), ("990102", "西坝县"))

    def settings(text: str = "", **options):
        (tmp_path / "w.toml").write_text(text or "[paths]\n", encoding="utf-8")
        return choose_settings(
            tmp_path / "w.toml",
            **{"ledgers": str(tmp_path / "ledgers"), "boundaries": str(own), "out": str(tmp_path / "out"), "store": str(tmp_path / "store")} | options,
        )

    return settings


def mistake(kind: type[WorkbenchError], doing, *arguments, **options) -> str:
    with pytest.raises(kind) as caught:
        doing(*arguments, **options)
    return caught.value.sentence


def quiet(_: str) -> None:
    pass


def test_an_out_folder_that_is_a_file_is_said_before_anything_is_read(city, tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    said: list[str] = []
    sentence = mistake(ExportError, check_quarter, city(), "2021Q3", said.append)
    assert (sentence, said) == (f"成果文件夹 {tmp_path / 'out'} 建不起来或写不进去（可能是一个同名文件，或没有写入权限）。请用 --out 换一个文件夹后重试。", [])


def test_boundaries_of_another_city_stop_the_run_and_leave_the_report(city, tmp_path):
    assert check_quarter(city(), "2021Q3", quiet) == 0
    report = tmp_path / "out" / "2021Q3" / "intake" / "rows.csv"
    before = report.read_bytes()
    other = boundaries(tmp_path, ("420601", "某甲区"), ("420602", "某乙区"), name="other.geojson")
    sentence = mistake(BoundaryError, check_quarter, city(boundaries=str(other)), "2021Q3", quiet)
    assert sentence == (
        "“单位”表的 1 行没有一行的区县（如 990101）在界线文件 other.geojson 里，那里是 某甲区 420601、某乙区 420602 等。请核对 --boundaries 是不是本市的界线。"
    )
    assert report.read_bytes() == before


def test_a_townships_file_that_is_not_there_is_not_hidden_by_an_earlier_package(city, tmp_path):
    build_package(city(), "2021Q3")
    sentence = mistake(BoundaryError, build_package, city(townships=str(tmp_path / "none.geojson")), "2021Q3")
    assert sentence == f"没有找到乡镇街道界线文件 {tmp_path / 'none.geojson'}。请用 --townships 指明，或修改 workbench.toml 的 townships。"


def test_a_quarter_without_a_readable_unit_table_cannot_be_started(city, tmp_path):
    (tmp_path / "ledgers" / "2021Q3" / "东明区_单位.csv").write_text("单位名称\n甲\n", encoding="utf-8")
    sentence = mistake(LedgerError, check_quarter, city(), "2021Q3", quiet)
    assert sentence.startswith(f"台账文件夹 {tmp_path / 'ledgers' / '2021Q3'} 里没有读成一张“单位”表或“汇总表”（东明区_单位.csv：单位表缺少必需的列：")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("代码,名称,并入代码\n990171,高新区,990199\n".encode(), "把高新区（990171）并入 990199，而本市没有这个区县。"),
        ("代码,名称,并入代码\n9901,高新区,990101\n".encode(), "的“9901，高新区，990101”一行有误：代码应为六位数字"),
        (b"\xff\x80\xff", "读不懂，应为 UTF-8 编码、逗号分隔的 CSV。"),
        (b"", "读不懂，应为 UTF-8 编码、逗号分隔的 CSV。"),
    ],
)
def test_mistakes_in_the_crosswalk(city, tmp_path, content, found):
    (tmp_path / "zones.csv").write_bytes(content)
    assert found in mistake(SettingsError, read_geography, city('[paths]\ncrosswalk = "zones.csv"\n'))


def test_a_crosswalk_as_excel_saves_it_is_read_and_a_zone_of_another_city_left_out(city, tmp_path):
    (tmp_path / "zones.csv").write_bytes("代码,名称,并入代码\n990171,高新区,990101\n420671,远处开发区,420602\n990172,空港区,\n".encode("gb18030"))
    regions = read_geography(city('[paths]\ncrosswalk = "zones.csv"\n')).regions
    assert regions[["code", "host_code"]].values.tolist() == [["990101", ""], ["990102", ""], ["990171", "990101"], ["990172", ""]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"[paths]\nledgers = 5\n", "w.toml 的设置“ledgers”写作 5，应为带引号的路径。请改正后重试。"),
        (
            b'[rules]\nexcluded_prefixes = "11"\n',
            "w.toml 的设置“excluded_prefixes”写作 '11'，应为方括号里带引号的几项，例如 excluded_prefixes = ['11', '13']。请改正后重试。",
        ),
        (b"\xff\xfe\x00", "w.toml 不是 UTF-8 编码的文本。请用记事本另存为 UTF-8 后重试。"),
    ],
)
def test_mistakes_in_the_settings_file(tmp_path, text, sentence):
    (tmp_path / "w.toml").write_bytes(text)
    assert mistake(SettingsError, load_settings, tmp_path / "w.toml") == sentence
