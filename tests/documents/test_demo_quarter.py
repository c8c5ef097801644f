"""The demo quarter end to end, as ``make report`` runs it, and the census example: what lands must agree with itself."""

import base64
import csv
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import cn2an
import pypdfium2
import pytest
from lxml import etree
from nbconvert.exporters import get_exporter

from analysis.facts import round_half_up
from analysis.paths import DATA, NOTEBOOKS
from analysis.publishing.conformance import check_layout
from analysis.runs.quarter import run_quarter
from analysis.runs.sources import choose_settings

sys.path.insert(0, str(Path(__file__).parents[1] / "publishing"))

from browser import axe_script, browser, violations

QUARTER = "2021Q3"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DISTRICTS = ["980102", "980103", "980104", "980105", "980106", "980121", "980122", "980123", "980124", "980181"]
DOCUMENTS = {"city": ["blank_areas", "bulletin", "campaign", "coverage_map", "ledger_quality", "research_report", "speech", "speech_read", "union_building"]}
DOCUMENTS |= {d: ["blank_areas", "campaign", "coverage_map", "district_brief", "ledger_quality", "union_building"] for d in DISTRICTS}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    settings = choose_settings(out=str(out), store=str(out / "store"), jobs=2)
    return run_quarter(settings, QUARTER), settings


@pytest.fixture(scope="module")
def indicators(made):
    with open(made[0].folder / "indicators.csv", encoding="utf-8-sig", newline="") as stream:
        return {(r["quarter"], r["region_code"], r["segment"], r["indicator"]): r for r in csv.DictReader(stream)}


class Facts(HTMLParser):
    """Collects (fact id, text) of every <data class="fact"> of a page."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open, self.links = [], None, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "data" and values.get("class", "").split()[:1] == ["fact"]:
            self.open = [values["data-fact"], ""]
        if tag == "a":
            self.links.append(values.get("href", ""))

    def handle_data(self, data):
        if self.open:
            self.open[1] += data

    def handle_endtag(self, tag):
        if tag == "data" and self.open:
            self.found.append(tuple(self.open))
            self.open = None


def page(folder, scope, document):
    return (folder / scope / f"{document}.html").read_text(encoding="utf-8")


def facts_of_docx(path):
    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    return [
        ("".join(s.find(f"{WORD}sdtPr/{WORD}tag").get(f"{WORD}val")), "".join(s.find(f"{WORD}sdtContent").itertext()))
        for s in root.iter(f"{WORD}sdt")
        if s.find(f"{WORD}sdtPr/{WORD}tag") is not None
    ]


def text_of_pdf(path):
    document = pypdfium2.PdfDocument(path)
    pages = [p.get_textpage().get_text_range() for p in document]
    document.close()
    return pages


def test_every_document_is_there_in_three_formats(made):
    result, _ = made
    assert [(o.document, o.scope, o.reason) for o in result.outcomes if o.status != "made"] == []
    wanted = {f"{scope}/{d}.{f}" for scope, documents in DOCUMENTS.items() for d in documents for f in ("html", "pdf", "docx")}
    there = {p.relative_to(result.folder).as_posix() for p in result.folder.rglob("*") if p.suffix in (".html", ".pdf", ".docx")} - {"index.html"}
    assert there == wanted
    assert result.exit_code == 0


@pytest.mark.parametrize(("notebook", "scope"), [("30_blank_areas", "980102"), ("70_speech", "city")])
def test_forked_kernels_and_warm_exports_change_no_byte(made, tmp_path, notebook, scope):
    """The fast path's documents are those of plain papermill (its command line, an ordinary kernel) and our exporters."""
    result, settings = made
    package, executed, document = next(settings.store.glob(f"{QUARTER}-*")), tmp_path / f"{notebook}.ipynb", notebook[3:]
    given = {"quarter": QUARTER, "scope": scope, "package": str(package), "audience": "internal", "map_use": "internal"}
    parameters = [part for pair in given.items() for part in ("-r", *pair)]
    command = [Path(sys.executable).parent / "papermill", NOTEBOOKS / f"{notebook}.ipynb", executed, *parameters, "--no-progress-bar"]
    subprocess.run(command, check=True, capture_output=True)
    for form in ("html", "pdf", "docx"):
        body, _ = get_exporter(f"workbench-{form}")().from_filename(str(executed), {"metadata": {"name": document}})
        plain = body.encode("utf-8") if isinstance(body, str) else body
        assert plain == (result.folder / scope / f"{document}.{form}").read_bytes(), form


def test_every_figure_of_every_page_is_the_number_of_indicators_csv(made, indicators):
    result, _ = made
    wrong, compared = [], 0
    for scope, documents in DOCUMENTS.items():
        for document in documents:
            for fact, text in Facts(page(result.folder, scope, document)).found:
                row = indicators.get(tuple(fact.split("/")))
                if row is None or row["status"] != "ok":
                    continue  # derived facts (ranks, gaps, shares) are not rows of the table
                compared += 1
                shown = text.strip().rstrip("%").removesuffix("个百分点").lstrip("+")
                scale, places = (100, 1) if row["unit"] == "ratio" else (1, 1 if row["unit"] == "pp" else 0)
                exact = round_half_up(float(row["value"]) * scale, places)
                if row["unit"] == "ratio":
                    exact = round_half_up(100 * round_quotient(row), places)
                if shown != f"{exact:f}" and not (document == "speech_read" and heard(shown) == float(exact)):
                    wrong.append((scope, document, fact, text, row["value"]))
    assert wrong == []
    assert compared > 2000


def heard(text):
    """The number that a listener writes down: 百分之四十五点六 is 45.6, 两 is 2, 三点五万 is 35000."""
    words = text.removeprefix("百分之").replace("两", "二")
    try:
        return float(cn2an.cn2an(words, "smart"))
    except ValueError:
        return None


def round_quotient(row):
    from fractions import Fraction

    return Fraction(int(row["numerator"]), int(row["denominator"]))


def test_one_number_is_the_same_in_speech_table_map_and_csv(made, indicators):
    result, _ = made
    row = indicators[(QUARTER, "980100", "all", "unit_coverage_rate")]
    shown = f"{round_half_up(100 * round_quotient(row), 1)}%"
    fact = f"{QUARTER}/980100/all/unit_coverage_rate"
    written = [d for d in DOCUMENTS["city"] if d != "speech_read"]
    in_html = {text for d in written for f, text in Facts(page(result.folder, "city", d)).found if f == fact}
    in_word = {text for d in written for f, text in facts_of_docx(result.folder / "city" / f"{d}.docx") if f == fact}
    aloud = {text for f, text in Facts(page(result.folder, "city", "speech_read")).found if f == fact and "%" not in text}
    assert {heard(text) for text in aloud} == {float(shown.rstrip("%"))}
    parts = f"{row['numerator']}/{row['denominator']}"  # the annex shows what was divided
    assert (in_html, in_word - {parts}) == ({shown}, {shown})
    assert shown in "".join(text_of_pdf(result.folder / "city" / "speech.pdf")).replace("\r\n", "")
    assert shown in (result.folder / "index.html").read_text(encoding="utf-8")


def test_word_carries_the_facts_of_the_page(made):
    result, _ = made
    for scope, documents in DOCUMENTS.items():
        for document in documents:
            on_page = [text for _, text in Facts(page(result.folder, scope, document)).found]
            in_word = [text for _, text in facts_of_docx(result.folder / scope / f"{document}.docx")]
            body = in_word[: len(on_page)]  # the annex follows; on paper text may move up before a figure that does not fit
            assert Counter(body) == Counter(on_page) and len(in_word) > len(on_page), (scope, document)


def test_every_page_and_map_says_that_it_is_a_demonstration(made):
    result, _ = made
    for path in sorted(result.folder.rglob("*.pdf")):
        assert [i for i, text in enumerate(text_of_pdf(path), 1) if "演示数据" not in text] == [], path.name
    for path in sorted(result.folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        maps = re.findall(r"<svg.*?</svg>", text, flags=re.S)
        assert "演示数据" in text.split("<svg")[0] and all("演示数据" in m for m in maps), path


def test_pages_ask_nothing_of_a_network_and_index_links_are_alive(made):
    result, _ = made
    for path in sorted(result.folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r'https?://[^"\'\s<>]+', text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, path
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, flags=re.S)
        hashes = re.findall(r"script-src ([^;\"]+)", text)
        if path.name in ("speech_read.html", "index.html"):  # teleprompter and search are scripts of ours, which the policy names by their hash and no other
            assert hashes == ["'sha256-" + base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode() + "'"] and len(scripts) == 1
        else:
            assert scripts == [] and hashes == [], path
    from urllib.parse import unquote

    links = [unquote(link) for link in Facts((result.folder / "index.html").read_text(encoding="utf-8")).links if not link.startswith("#")]
    assert len(links) >= 3 * 35
    assert [link for link in links if not (result.folder / link).is_file()] == []


def test_no_template_speech_leaks_and_no_tofu(made):
    result, _ = made
    for path in sorted(result.folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{\{|\{%|\bnan\b|None|NaN|[\ue000-\uf8ff]|\ufffd", re.sub(r"<style.*?</style>", "", text, flags=re.S)), path
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    missing = [(j["document"], j["scope"], j["record"]["pdf"]["missing"]) for j in manifest["jobs"] if j["record"]["pdf"]["missing"]]
    assert missing == []


def test_manifest_records_inputs_settings_versions_jobs_and_outputs(made):
    result, _ = made
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"inputs", "settings", "versions", "jobs", "outputs", "incomplete"} <= set(manifest)
    assert all(len(value) == 64 for value in manifest["inputs"].values())
    on_disk = {p.relative_to(result.folder).as_posix() for p in result.folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert on_disk == set(manifest["outputs"])
    assert all(job["seconds"] > 0 for job in manifest["jobs"])


def test_an_unchanged_rerun_makes_nothing_anew(made):
    result, settings = made
    before = {p: p.stat().st_mtime_ns for p in result.folder.rglob("*.docx")}
    again = run_quarter(settings, QUARTER)
    assert {o.status for o in again.outcomes} == {"unchanged"}
    assert {p: p.stat().st_mtime_ns for p in result.folder.rglob("*.docx")} == before


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("scope", ["city", "980102", "980121"])
def test_every_document_is_set_as_the_rules_ask(made, scope, form):
    found = {path.name: [d.sentence for d in check_layout(path.read_bytes(), form).departures] for path in (made[0].folder / scope).glob(f"*.{form}")}
    assert len(found) == len(DOCUMENTS[scope]) and {name: said for name, said in found.items() if said} == {}


PAGES = [*(f"city/{name}" for name in DOCUMENTS["city"]), "980102/district_brief", "980102/coverage_map", "index"]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_at_phone_and_desktop_widths(made, name):
    if not (browser() and axe_script()):
        pytest.skip("没有 chromium 或 axe-core，没有做无障碍检查")
    assert violations((made[0].folder / f"{name}.html").read_text(encoding="utf-8"), axe_script()) == []


def test_the_census_example(tmp_path):
    settings = choose_settings(ledgers=str(DATA / "census2004" / "ledgers"), out=str(tmp_path), store=str(tmp_path / "store"))
    result = run_quarter(settings, "2004Q4", scope="city", documents="coverage_map")
    assert [o.reason for o in result.outcomes if o.status != "made"] == []
    found = dict(Facts(page(result.folder, "city", "coverage_map")).found)
    assert found["2004Q4/100000/all/unit_coverage_rate"] == "22.56%"
    assert found["2004Q4/420000/all/unit_coverage_rate"] == "33.98%"
    assert found["2004Q4/100000/all/membership_rate_all"] == "57.81%"
    assert found["2004Q4/999999/all/eligible_unit_count"] == "346128"
    text = page(result.folder, "city", "coverage_map")
    assert "演示数据" not in text
    assert "其余5省" in text
