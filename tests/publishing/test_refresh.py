"""Another quarter's figures in documents that people edited: in Word's ways (python-docx) and saved by LibreOffice."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import zipfile
from dataclasses import replace
from fractions import Fraction

import docx
import pytest
from docx.oxml.ns import qn
from finished import BLANK, BLIND, CITY, EAST, WORKERS, ZONE, written

from analysis.charts.bars import ranked_bars
from analysis.charts.imprint import Imprint
from analysis.errors import ExportError
from analysis.publishing import blocks as b
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.number_check import check_file
from analysis.publishing.pictures import png_ratio
from analysis.publishing.refresh import Change, open_word, renew
from analysis.publishing.refresh.pictures import NewPicture

LATER = {
    "2021Q4/" + f.id.partition("/")[2]: f
    for f in (
        replace(CITY, quarter="2021Q4", value=Fraction(1900, 2700), numerator=1900, denominator=2700),
        replace(EAST, quarter="2021Q4", value=Fraction(1250, 1600), numerator=1250, denominator=1600),
        replace(ZONE, quarter="2021Q4", value=None, status="no_data", numerator=None, denominator=None, reason="没有报送工会表"),
        replace(BLIND, quarter="2021Q4", value=800),
        replace(WORKERS, quarter="2021Q4", value=123999),
        BLANK,
    )
}

_drawn = ranked_bars(
    [f for key, f in LATER.items() if key.endswith("rate") and "990100" not in key],
    Imprint(source="季度台账"),
    city=LATER[f"2021Q4/{CITY.id.partition('/')[2]}"],
)
NEW_CHART = {"png": base64.b64encode(_drawn.png).decode(), "alt": _drawn.alt}


def find(fact):
    return LATER[fact].as_record() if fact in LATER else None


@pytest.fixture(scope="module")
def fresh():
    return written("docx")[1]


def again(data):
    return renew(open_word(data, "x.docx"), "2021Q3", "2021Q4", find)


def edited(data, change):
    opened = docx.Document(io.BytesIO(data))
    change(opened)
    made = io.BytesIO()
    opened.save(made)
    return made.getvalue()


def saved_by_libreoffice(data, folder):
    (folder / "x.docx").write_bytes(data)
    for attempt in (1, 2):  # now and then it hangs at its start, and its own children with it
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile{attempt}", "--headless", "--norestore", "--convert-to", "docx:MS Word 2007 XML",
                   "--outdir", str(folder / "out"), str(folder / "x.docx")]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            assert process.wait(timeout=90) == 0
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return (folder / "out" / "x.docx").read_bytes()


def with_new_chart(data):
    new = NewPicture(base64.b64decode(NEW_CHART["png"]), NEW_CHART["alt"])
    return renew(open_word(data, "x.docx"), "2021Q3", "2021Q4", find, [new])


def half_as_wide(opened):
    shape = opened.inline_shapes[0]
    shape.height = round(shape.height * 2_700_000 / shape.width)
    shape.width = 2_700_000
    opened.paragraphs[3].insert_paragraph_before("工作人员加的一段。")


def media(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist() if name.startswith("word/media/")]


def texts(data):
    """Every paragraph's words, controls included."""
    body = docx.Document(io.BytesIO(data)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


def paragraph(data, start):
    return next(t for t in texts(data) if t.startswith(start))


def control(opened, fact):
    return next(s for s in opened.element.body.iter(qn("w:sdt")) if s.find(qn("w:sdtPr")).find(qn("w:tag")).get(qn("w:val")) == fact.id)


def test_the_sentence_has_the_new_figures_in_the_form_of_the_old(fresh):
    assert paragraph(again(fresh).data, "截至") == "截至2021年12月31日，全市单位覆盖率为70.4%，盲区单位还有800家，职工12.4万人。"


def test_every_other_byte_of_every_part_stays(fresh):
    before, after = (zipfile.ZipFile(io.BytesIO(d)) for d in (fresh, again(fresh).data))
    assert before.namelist() == after.namelist()
    changed = [n for n in before.namelist() if before.read(n) != after.read(n)]
    assert sorted(changed) == ["customXml/facts.xml", "docProps/core.xml", "word/document.xml"]
    left, right = (re.sub(rb"<w:t[ >][^<]*|<w:tag [^>]*>|<w:highlight [^>]*>", b"", z.read("word/document.xml")) for z in (before, after))
    assert left.replace(b"<w:rPr></w:rPr>", b"") == right.replace(b"<w:rPr></w:rPr>", b"")


def test_a_figure_without_data_keeps_its_old_text_in_yellow_and_is_told(fresh):
    made = again(fresh)
    told = [c for c in made.changes if c.kind == "没有更新"]
    why = "第3工业园单位覆盖率：2021年第四季度没有数据：没有报送工会表"
    annex = "“附：数据来源与口径”之下的表格"
    assert told == [Change("没有更新", place, old, old, why) for place, old in (("“1.各地情况”之下的表格", "58.6%"), (annex, "58.6%"), (annex, "649/1108"))]
    body = zipfile.ZipFile(io.BytesIO(made.data)).read("word/document.xml").decode()
    assert body.count("<w:highlight ") == 3 and re.search(r'<w:highlight w:val="yellow"/></w:rPr><w:t xml:space="preserve">58\.6%', body)
    _, findings = check_file(made.data, "docx")
    assert [f.problem for f in findings if "写的是“58.6%”" in f.problem] == 2 * [
        "写的是“58.6%”，登记的是“—”（第3工业园单位覆盖率 2021Q4/990102/all/unit_coverage_rate）"
    ]


def test_a_figure_left_before_is_renewed_once_there_is_data_and_loses_the_yellow(fresh):
    kept = again(fresh).data
    back = {f.id: f for f in (CITY, EAST, ZONE, BLIND, WORKERS, BLANK)}
    made = renew(open_word(kept, "x.docx"), "2021Q4", "2021Q3", lambda fact: back[fact].as_record() if fact in back else None)
    assert texts(made.data) == texts(fresh)
    assert b"highlight" not in zipfile.ZipFile(io.BytesIO(made.data)).read("word/document.xml")
    assert check_file(made.data, "docx")[1] == []


def test_bold_split_moved_copied_deleted_and_added(fresh):
    def change(opened):
        sdt = control(opened, CITY)
        run = sdt.find(qn("w:sdtContent")).find(qn("w:r"))
        second = copy.deepcopy(run)
        run.find(qn("w:t")).text, second.find(qn("w:t")).text = "68", ".1%"
        run.addnext(second)
        run.insert(0, docx.oxml.parse_xml(f'<w:rPr {docx.oxml.ns.nsdecls("w")}><w:b/><w:u w:val="single"/></w:rPr>'))
        first = next(p for p in opened.element.body.iter(qn("w:p")) if "".join(t.text or "" for t in p.iter(qn("w:t"))).startswith("截至"))
        first.addnext(copy.deepcopy(first))
        opened.element.body.insert(0, first)
        sdt = next(s for s in first.iter(qn("w:sdt")) if s.find(qn("w:sdtPr")).find(qn("w:tag")).get(qn("w:val")) == BLIND.id)
        sdt.getparent().remove(sdt)
        opened.paragraphs[-1].insert_paragraph_before("另据摸底，截至9月30日还有37家待核实。")

    made = again(edited(fresh, change))
    said = texts(made.data)
    assert said[0] == "截至2021年12月31日，全市单位覆盖率为70.4%，盲区单位还有家，职工12.4万人。"
    assert said.count("截至2021年12月31日，全市单位覆盖率为70.4%，盲区单位还有800家，职工12.4万人。") == 1
    assert "另据摸底，截至9月30日还有37家待核实。" in said
    told = [(c.before, c.note) for c in made.changes if c.kind == "没有控件的数字"]
    assert told == [("9月30日", "手工写的日期，没有改；2021年第四季度应为“12月31日”"), ("37", "手工写的数字，没有核对、没有改（…还有37家待核实。…）")]
    bold = next(r for r in docx.Document(io.BytesIO(made.data)).element.body.iter(qn("w:r")) if r.findtext(qn("w:t")) == "70.4%")
    assert [e.tag for e in bold.find(qn("w:rPr"))] == [qn("w:b"), qn("w:u")]


def test_a_figure_typed_over_inside_its_control_is_left_and_told(fresh):
    def change(opened):
        control(opened, CITY).find(qn("w:sdtContent")).find(qn("w:r")).find(qn("w:t")).text = "近七成"

    made = again(edited(fresh, change))
    assert "单位覆盖率为近七成，" in paragraph(made.data, "截至")
    assert [c.note for c in made.changes if c.before == "近七成"] == ["全市单位覆盖率：控件里的数字被改过（登记的是“68.1%”），没有动"]


def test_a_thousands_separator_is_no_other_figure(fresh):
    def change(opened):
        control(opened, EAST).find(qn("w:sdtContent")).find(qn("w:r")).find(qn("w:t")).text = "７４.7%"

    assert any(c.before == "７４.7%" and c.after == "78.1%" for c in again(edited(fresh, change)).changes)


def test_a_picture_that_the_new_document_does_not_have_is_told(fresh):
    assert [c.kind for c in again(fresh).changes if "图" in c.kind] == ["图未更新"]


def test_the_pictures_become_the_new_quarters_in_the_size_that_staff_gave_them(fresh):
    made = with_new_chart(edited(fresh, half_as_wide))
    assert media(made.data) == [hashlib.sha256(base64.b64decode(NEW_CHART["png"])).hexdigest()]
    about = docx.Document(io.BytesIO(made.data)).inline_shapes[0]._inline
    ratio = png_ratio(base64.b64decode(NEW_CHART["png"]))
    assert about.docPr.get("descr") == NEW_CHART["alt"] and about.extent.cx == 2_700_000 and about.extent.cy == pytest.approx(2_700_000 * ratio, rel=0.02)
    assert [(c.kind, c.where) for c in made.changes if "图" in c.kind] == [("图已更新", "第1幅图")]
    assert [f.sentence for f in check_file(made.data, "docx")[1] if "图" in f.sentence] == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有安装 LibreOffice")
def test_pictures_saved_by_libreoffice_are_known_again(fresh, tmp_path):
    made = with_new_chart(saved_by_libreoffice(fresh, tmp_path))
    assert media(made.data) == [hashlib.sha256(base64.b64decode(NEW_CHART["png"])).hexdigest()]
    assert [c.kind for c in made.changes if "图" in c.kind] == ["图已更新"]


@pytest.mark.parametrize(("data", "said"), [(b"\xd0\xcf\x11\xe0old", "旧格式（.doc）的文档，或者加了打开密码"), (b"PK nothing", "不是完好的 Word 文档")])
def test_files_that_cannot_be_opened_are_refused(data, said):
    with pytest.raises(ExportError, match=re.escape(said)):
        open_word(data, "讲话稿.docx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有安装 LibreOffice")
def test_saved_by_libreoffice_every_figure_is_found_again(fresh, tmp_path):
    made = again(saved_by_libreoffice(fresh, tmp_path))
    assert paragraph(made.data, "截至") == "截至2021年12月31日，全市单位覆盖率为70.4%，盲区单位还有800家，职工12.4万人。"
    assert [c.before for c in made.changes if c.kind == "没有更新"] == ["58.6%", "58.6%", "649/1108"]


def test_dates_of_every_kind_move_on_and_one_that_no_quarter_gives_is_told():
    dated = [("三季度末", "date"), ("2021年第3期", "date"), ("2021年7月1日至2021年9月30日", "date"), ("2021年第二季度末", "date"), ("2021年10月15日", "date")]
    blocks = [b.meta("speech", "讲话", "2021Q3"), b.title("讲话"), b.paragraph(*(part for word, kind in dated for part in (b.mark(word, kind), "，")), "完。")]
    rows = b.table(["文件", "单位"], [["甲.xlsx", b.mark("3/4", "rows")], ["乙.xlsx", b.mark("5/5", "rows")]])
    made = again(render_docx(prepare([*blocks, rows, b.facts([CITY])]))[0])
    assert "四季度末，2021年第4期，2021年10月1日至2021年12月31日，2021年第三季度末，2021年10月15日，完。" in texts(made.data)
    kept = {c.before: c.note for c in made.changes if c.kind == "没有更新"}
    assert list(kept) == ["2021年10月15日", "来源文件和行数"]
    assert kept["2021年10月15日"] == "这个日期不能由季度推出（时限、会期等），没有更新，请核对；文稿里的数字已是2021年第四季度的"
    assert kept["来源文件和行数"] == "是2021年第三季度的，没有更新；请换成2021年第四季度文稿里的，或者删去"
