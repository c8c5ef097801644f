"""One district's package: every file of it is opened and searched for every other district's units."""

from __future__ import annotations

import io
import json
import zipfile

import pandas as pd
import pytest
from small_run import QUARTER, finish, small_city

from analysis.errors import ExportError, ParameterError
from analysis.intake.store import read_tables
from analysis.runs.handing.searching import Forbidden, texts_of
from analysis.runs.handing.sharing import share
from analysis.runs.rerun.fingerprint import bytes_hash
from analysis.settings import load_settings

OWN, OTHER = "970101", "970102"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    file = small_city(tmp_path_factory.mktemp("share") / "city", quarters=(QUARTER,))
    code, said = finish(file, "--scope", f"{OWN},{OTHER}", "--documents", "blank_areas,union_building,district_brief", "--formats", "html,pdf,docx")
    assert code == 0, said
    return load_settings(file)


def other_units(settings) -> pd.DataFrame:
    manifest = json.loads((settings.out / QUARTER / "manifest.json").read_text(encoding="utf-8"))
    units = read_tables(settings.store / manifest["package"] / "tables")["units"]
    return units[units["district_code"] != OWN]


def test_the_package_holds_the_districts_files_and_no_other_districts_unit(settings):
    made = share(settings, QUARTER, OWN)
    assert made.path.name == f"{QUARTER}_{OWN}_东山区.zip"
    assert {f"{OWN}/blank_areas.html", f"{OWN}/district_brief.docx", f"{OWN}/union_building.pdf", f"{OWN}/visits.xlsx", "indicators.csv", "index.html"} <= set(
        made.files
    )
    with zipfile.ZipFile(made.path) as package:
        said = "\n".join(text for name in package.namelist() for text in [name, *texts_of(name, package.read(name))])
        rates = pd.read_csv(io.BytesIO(package.read("indicators.csv")), encoding="utf-8-sig", dtype=str)
        page = package.read("index.html").decode()
    others = other_units(settings)
    assert len(others) > 15 and [code for code in others["uscc"] if code in said] == []
    assert [name for name in others["unit_name"].dropna() if name in said] == []
    assert set(rates.loc[rates["region_level"] != "township", "region_code"]) == {OWN}
    assert "东山区" in said and f'href="{OWN}/district_brief.pdf"' in page and OTHER not in page
    assert made.path.read_bytes() == share(settings, QUARTER, OWN, made.path.with_name("again.zip")).path.read_bytes()


def test_a_return_that_names_another_districts_unit_stays_out(settings):
    made = share(settings, QUARTER, OTHER)
    assert made.left_out == ["西河区_单位_退回.xlsx：退回的行里有别的区县的单位，请单独核对后发送"]
    assert "退回/西河区_单位_退回.xlsx" not in made.files and "退回/西河区_工会_退回.xlsx" in made.files


@pytest.mark.parametrize("way", ["csv", "html", "docx"])
def test_a_planted_unit_stops_the_package(settings, way):
    folder = settings.out / QUARTER
    path = folder / OWN / {"csv": "union_building.csv", "html": "district_brief.html", "docx": "district_brief.docx"}[way]
    record, whole, unit = folder / "manifest.json", path.read_bytes(), other_units(settings).iloc[0]
    manifest = record.read_text(encoding="utf-8")
    if way == "docx":
        made = io.BytesIO(whole)
        with zipfile.ZipFile(made, "a") as target:
            target.writestr("word/comments.xml", f"<w:t>{unit['unit_name'][:3]}</w:t><w:t>{unit['unit_name'][3:]}</w:t>")
        spoilt = made.getvalue()
    else:
        spoilt = whole + (unit["uscc"] if way == "csv" else unit["unit_name"]).encode()
    changed = json.loads(manifest)
    changed["outputs"][path.relative_to(folder).as_posix()] = bytes_hash(spoilt)
    try:
        path.write_bytes(spoilt)
        with pytest.raises(ExportError, match="在生成以后被改过或移走，和记录不同"):
            share(settings, QUARTER, OWN)
        record.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
        with pytest.raises(ExportError) as caught:
            share(settings, QUARTER, OWN, settings.out / "none.zip")
    finally:
        path.write_bytes(whole)
        record.write_text(manifest, encoding="utf-8")
    named = unit["uscc"] if way == "csv" else unit["unit_name"]
    assert caught.value.sentence.startswith(f"{OWN}/{path.name} 里出现了东山区以外的单位“{named}”，没有打包。")
    assert not (settings.out / "none.zip").exists()


def test_mistakes_are_answered(settings):
    with pytest.raises(ParameterError, match=r"还没有 2020Q1 的成果（.*）。请先运行 workbench run --quarter 2020Q1。"):
        share(settings, "2020Q1", OWN)
    with pytest.raises(ParameterError, match="没有代码为“990000”的区县，有的是 970101 东山区、970102 西河区、"):
        share(settings, QUARTER, "990000")
    with pytest.raises(ParameterError, match=rf"{QUARTER} 还没有南原县的文稿。请先运行 workbench run --quarter {QUARTER} --scope 970103。"):
        share(settings, QUARTER, "970103")


def test_containers_and_notebooks_are_opened():
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as target:
        target.writestr("a.ipynb", json.dumps({"cells": ["乙地机械厂"]}))
    with zipfile.ZipFile(outer, "w") as target:
        target.writestr("b.zip", inner.getvalue())
    units = pd.DataFrame({"uscc": ["91370100000000001A", "91370100000000002B"], "unit_name": ["甲地机械厂分厂", "乙地机械厂"]})
    forbidden = Forbidden(units.iloc[1:], units.iloc[:1])
    assert [forbidden.found_in(text) for text in texts_of("c.zip", outer.getvalue())] == ["", "", "乙地机械厂"]


def test_a_name_inside_an_own_name_is_no_finding():
    units = pd.DataFrame({"uscc": ["91370100000000001A", "91370100000000002B", "91370100000000003C"], "unit_name": ["新乙地机械厂", "乙地机械厂", "超市"]})
    forbidden = Forbidden(units.iloc[1:], units.iloc[:1])
    assert forbidden.found_in("有新乙地机械厂和超市") == "" and forbidden.found_in("有 乙地\n机械厂") == "乙地机械厂"


def named(*pairs: tuple[str, bool], **more) -> Forbidden:
    """Forbidden of units with these names; True: one's own."""
    units = pd.DataFrame({"uscc": [f"9137010000000000{n:02d}" for n in range(len(pairs))], "unit_name": [name for name, _ in pairs]})
    own = pd.Series([is_own for _, is_own in pairs])
    return Forbidden(units[~own], units[own], **more)


def test_names_inside_one_another_are_told_apart():
    forbidden = named(("乙地机械厂", True), ("新乙地机械厂", False), ("乙地机械总厂", False), ("老乙地机械总厂分厂", True))
    assert forbidden.found_in("有乙地机械厂和老乙地机械总厂分厂") == ""
    assert forbidden.found_in("有新乙地机械厂") == "新乙地机械厂"
    assert forbidden.found_in("有乙地机械总厂") == "乙地机械总厂"


def test_names_with_spaces_quotes_and_marks_are_found_as_every_format_writes_them():
    name, other = '甲 乙（中国）"丙"机械 厂', "丁戊&己<庚>公司"
    forbidden = named((name, False), (other, False), ("辛壬 癸子公司", True), ("辛壬癸子公司", False))
    page = "<script type='application/json'>" + json.dumps({"a": [name]}) + "</script>"
    for file, said in (
        ("a.csv", '"甲 乙（中国）""丙""机械 厂",1'),
        ("a.ipynb", json.dumps({"cells": [{"text/html": "<p>甲 乙（中国）&quot;丙&quot;机械<b> 厂</b></p>"}]})),
        ("a.html", page),
        ("a.xml", "<t>甲 乙(中国)“丙”</t><t>机械\u200b厂</t>"),
        ("a.json", json.dumps({name: 1})),
    ):
        assert [found for text in texts_of(file, said.encode()) if (found := forbidden.found_in(text))][:1] == [name], file
    assert other in {forbidden.found_in(text) for text in texts_of("a.html", "<td>丁戊&amp;己&lt;庚&gt;公司</td>".encode())}
    assert forbidden.found_in("辛壬癸子 公司") == "", "the same name in two districts is one's own, too"


def test_words_of_documents_places_and_own_texts_are_no_findings():
    forbidden = named(("单位覆盖率", False), ("青石街道办", False), ("市人社服务局", False), allowed=["青石街道办"], texts=["请市人社服务局督办"])
    assert forbidden.found_in("单位覆盖率；青石街道办；责任单位请市人社服务局督办") == ""
    assert forbidden.found_in("市人社服务局") == "市人社服务局"
