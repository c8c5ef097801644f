"""Names that are code in some language come out as the literal text everywhere, and nothing of them is executed or fetched."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from hostile_city import CITY_NAME, DISTRICTS, FILES, TOWNSHIPS, UNITS, hostile_world, sent, settings_of
from lxml import etree, html

from analysis.runs.quarter import run_quarter

SCOPE = "970103"
OWN = DISTRICTS["南原县"]
LOCKED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
FORBIDDEN = ("script", "iframe", "object", "embed", "link", "base", "form", "audio", "video")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        ledgers = sent(folder, hostile_world("2021Q3", "2021Q4"))
        settings = settings_of(folder, ledgers, patch.setattr, jobs=2)
        return run_quarter(settings, "2021Q4", scope=f"city,{SCOPE}", documents="coverage_map,blank_areas,district_brief")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def of_kind(made, ending: str) -> list[Path]:
    found = sorted(made.folder.rglob(f"*.{ending}"))
    assert found
    return found


def test_every_document_is_made(made):
    assert [(o.document, o.scope, o.status, o.reason) for o in made.outcomes if o.status == "failed"] == []
    assert {p.name for p in made.folder.iterdir()} >= {"index.html", "city", SCOPE, "intake", "notebooks", "manifest.json"}


def own_policy(root, path: Path) -> str:
    """Return the policy that a page must have: the index runs one script of ours, named by its hash, and no other."""
    scripts = root.findall(".//script") if path.name == "index.html" else []
    digests = [base64.b64encode(hashlib.sha256(s.text.encode()).digest()).decode() for s in scripts if not s.attrib]
    for script in scripts:
        script.getparent().remove(script)
    return LOCKED.replace("base-uri", f"script-src 'sha256-{digests[0]}'; base-uri") if len(digests) == 1 else LOCKED


def assert_harmless(root) -> None:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag.rpartition("}")[2].lower() not in FORBIDDEN, element.tag
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), name
            if name.rpartition("}")[2].lower() in ("src", "href", "action", "formaction"):
                assert value.startswith(("data:image/", "#")) or re.fullmatch(r"(?:[\w/.%-]|[^\x00-\x7f])+", value), value


def test_pages_hold_the_literal_names_and_run_nothing(made):
    for path in of_kind(made, "html"):
        page = path.read_text(encoding="utf-8")
        root = html.fromstring(page.encode())
        policy = own_policy(root, path)
        assert_harmless(root)
        assert root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [policy], path.name
        assert OWN in root.text_content() or path.parent.name == "city", path.name
    index = html.fromstring((made.folder / "index.html").read_bytes()).text_content()
    assert CITY_NAME in index and OWN in index
    city = html.fromstring((made.folder / "city" / "coverage_map.html").read_bytes()).text_content()
    for name in DISTRICTS.values():
        assert squeezed(name) in squeezed(city), name


def test_pdf_pages_hold_the_literal_names(made):
    for path in of_kind(made, "pdf"):
        book = pypdfium2.PdfDocument(path)
        text = squeezed("".join(book[i].get_textpage().get_text_range() for i in range(len(book))))
        for name in [OWN] if path.parent.name == SCOPE else DISTRICTS.values():
            assert squeezed(name) in text, (path.name, name)
        assert "root:x:" not in text
        book.close()


def test_word_documents_hold_text_and_no_fields_of_theirs(made):
    for path in of_kind(made, "docx"):
        with zipfile.ZipFile(path) as parts:
            body = etree.fromstring(parts.read("word/document.xml"))
            links = [
                r.get("Target") for n in parts.namelist() if n.endswith(".rels") for r in etree.fromstring(parts.read(n)) if r.get("TargetMode") == "External"
            ]
        text = "".join(body.itertext("{*}t"))
        assert OWN in text if path.parent.name == SCOPE else all(name in text for name in DISTRICTS.values())
        assert links == [] and not any("HYPERLINK" in (i.text or "") or "cmd" in (i.text or "") for i in body.iter("{*}instrText"))


def test_notebooks_hold_text_in_their_previews(made):
    for path in of_kind(made, "ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        previews = [o["data"]["text/html"] for c in notebook["cells"] for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
        assert previews
        for preview in previews:
            assert_harmless(html.fromstring("<div>" + "".join(preview) + "</div>"))
        assert not any("application/javascript" in o.get("data", {}) for c in notebook["cells"] for o in c.get("outputs", []))
        assert any(squeezed(OWN) in squeezed(html.fromstring("<div>" + "".join(p) + "</div>").text_content()) for p in previews) or path.parent.name == "city"


def test_spreadsheets_hold_strings_and_no_formula_of_theirs(made):
    seen = ""
    for path in of_kind(made, "xlsx"):
        for sheet in openpyxl.load_workbook(path):
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                assert cell.data_type != "f", (path.name, cell.coordinate, cell.value)
                assert cell.hyperlink is None or not cell.hyperlink.target, cell.hyperlink
                seen += f"{cell.value}\n" if cell.value is not None else ""
    assert all(name in seen for name in (UNITS[0], UNITS[1], UNITS[2], TOWNSHIPS["戊镇"]))


def test_csv_cells_start_no_formula(made):
    for path in of_kind(made, "csv"):
        with open(path, encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(stream):
                assert not any(cell.startswith(("=", "+", "@", "-")) and not re.fullmatch(r"[-+]?\d[\d.e+-]*", cell) for cell in row), row
    with open(made.folder / "intake" / "files.csv", encoding="utf-8-sig", newline="") as stream:
        assert f"'{FILES['东山区']}.xlsx" in {row["file"] for row in csv.DictReader(stream)}


def test_nothing_is_written_outside_the_quarters_folder(made):
    out = made.folder.parent
    assert [p.name for p in out.iterdir() if p.is_dir() and not p.name.startswith(".")] == ["2021Q4"]
    for path in made.folder.rglob("*"):
        assert not set(path.name) & set('<>"|?*:'), path.name


def test_the_declared_townships_count_under_their_literal_names(made):
    with open(made.folder / "indicators.csv", encoding="utf-8-sig", newline="") as stream:
        names = {row["region_name"] for row in csv.DictReader(stream)}
    assert {re.sub("^'", "", n) for n in names} >= {*DISTRICTS.values(), *TOWNSHIPS.values()}
