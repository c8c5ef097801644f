"""The layout of finished files, measured: ours pass, and a copy spoiled in any one respect is caught for that and named."""

from __future__ import annotations

import io

import docx
import pikepdf
import pytest
from finished import CITY, FACTS, in_word, story, written
from sample import LONG, bar_svg, speech

from analysis.errors import ExportError
from analysis.publishing import blocks as b
from analysis.publishing import pdf as pdf_writer
from analysis.publishing.conformance import check_layout
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.pdf import render_pdf

CODE = "contract_type_comprehensive_employee_coverage_91990101100618465H_employees"


def full(document: str = "brief") -> list[dict]:
    """A document with every kind of part, its pages filled."""
    rows = [[f"第{n}街道", str(n), CODE] for n in range(60)]
    return [
        b.meta(document, "工会覆盖情况", "2021Q3", city_name="临州市"), b.title("工会覆盖情况"), b.subtitle("2021年第三季度"),
        b.heading(1, "一、总体情况"), *[b.paragraph(LONG + LONG) for _ in range(8)], b.heading(2, "（一）各区县"), b.paragraph(LONG),
        b.heading(3, "1.街道"), b.paragraph(LONG), b.heading(4, "（1）名单"), b.paragraph(LONG),
        b.figure("条形图", svg=bar_svg(), caption="各区县单位覆盖率", width_mm=140), b.paragraph(LONG),
        b.table([("街道", "left", 30), ("单位数", "right", 60), ("代码", "left", 66)], rows, caption="街道情况"), *[b.paragraph(LONG) for _ in range(12)],
        b.paragraph("全市单位覆盖率为", CITY, "。"), b.facts(FACTS),
    ]  # fmt: skip


def reading() -> list[dict]:
    made = full("speech_read")
    return [made[0] | {"reading_pt": 20.0}, *made[1:]]


def said(data: bytes, form: str = "pdf") -> str:
    return "\n".join(d.sentence for d in check_layout(data, form).departures)


def spoilt_pdf(monkeypatch, old: str, new: str, blocks: list[dict], times: int = -1) -> bytes:
    """Print the document by a template with one thing changed."""
    compile_ = pdf_writer._compile

    def other(folder, faces, stamp):
        main = folder / "main.typ"
        text = main.read_text(encoding="utf-8")
        assert old in text, old
        main.write_text(text.replace(old, new, times), encoding="utf-8")
        return compile_(folder, faces, stamp)

    monkeypatch.setattr(pdf_writer, "_compile", other)
    return render_pdf(prepare(blocks))[0]


@pytest.mark.parametrize("blocks", [full(), reading(), story(), speech()], ids=["full", "reading", "story", "speech"])
@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_ours_pass(blocks, form):
    document = prepare(blocks)
    data = (render_pdf if form == "pdf" else render_docx)(document)[0]
    made = check_layout(data, form)
    assert [d.sentence for d in made.departures] == []
    names = {name for name, _, _ in made.measures}
    assert {"上边距（天头）", "标题字体", "一级标题字体", "页码字号", "页码一字线到版心下边缘", "标题层次", "替代文字"} <= names


def test_what_is_measured_of_a_full_document():
    made = check_layout(render_pdf(prepare(full()))[0], "pdf")
    found = {name: value for name, value, _ in made.measures}
    assert (found["每面行数"], found["每行字数"], found["上边距（天头）"], found["订口"], found["切口"]) == ("22行", "28字", "37.0毫米", "28.0毫米", "26.1毫米")
    assert found["PDF/A"] == "A-3a" and found["PDF/UA"] == "UA-1" and found["替代文字"] == "1/1幅"
    assert made.remarks[0].startswith("字体：标题用思源宋体代替方正小标宋简体，正文用思源宋体代替仿宋_GB2312")


@pytest.mark.parametrize(("old", "new", "wanted"), [
    ('paper: "a4"', 'paper: "us-letter"', "第1页：纸张为216×279毫米，应为A4（210×297毫米）"),
    ("top: 37mm", "top: 30mm", "第1页：上边距（天头）为30."),
    ("(top: 37mm, bottom: 35mm", "(top: 37mm, bottom: 52mm", "：下边距为"),
    ("inside: 28mm", "inside: 20mm", "单页：订口为20.0毫米，应为28±1毫米"),
    ("outside: 26mm", "outside: 18mm", "切口为1"),
    ("#let pitch = doc.pitch * 1pt", "#let pitch = 26pt", "行距26.00磅：每面行数为24行，应为22行"),
    ("tracking: -0.22pt", "tracking: 0.4pt", "每行字数为26字，应为28字"),
    ("#let base = doc.size * 1pt", "#let base = 14pt", "正文字号为14.0磅，应为3号（16磅）"),
    ("size: 22pt", "size: 18pt", "第1页：标题字号为18.0磅，应为2号（22磅）"),
    ("heading-faces = (faces.hei, faces.kai, ", "heading-faces = (faces.song, faces.kai, ", "一级标题字体为notoserifsc，应为黑体"),
    ("heading-faces = (faces.hei, faces.kai, ", "heading-faces = (faces.hei, faces.hei, ", "二级标题字体为notosanssc，应为楷体_GB2312"),
    ("#set text(font: faces.body,", "#set text(font: faces.hei,", "正文字体为notosanssc，应为仿宋_GB2312"),
    ("size: 14pt", "size: 10.5pt", "第1页：页码字号为10.5磅，应为4号（14磅）"),
    ("{ right } else { left }", "{ left } else { right }", "第1页：页码位置居左，应为单页居右、双页居左"),
    ("footer-descent: 4.5mm", "footer-descent: 12mm", "第1页：页码一字线到版心下边缘为14.5毫米，应为7毫米"),
    ("pad(x: 1em)", "pad(x: 3em)", "第1页：页码到版心侧边为"),
    ("footer: folio", "footer: none", "第1页：页码没有，应为“— 1 —”"),
    ("table.header(repeat: true", "table.header(repeat: false", "续表没有表头，应每页重复表头"),
    ('show "_": it => it + box(); ', "", "伸出版心"),
    ('#show regex("[0-9A-Za-z]{24,}")', '#show regex("[0-9]{99}")', ""),
])  # fmt: skip
def test_a_page_set_otherwise_is_caught(monkeypatch, old, new, wanted):
    found = said(spoilt_pdf(monkeypatch, old, new, full()))
    assert wanted in found if wanted else found == ""


def test_a_heading_at_the_foot_of_a_page_is_caught(monkeypatch):
    blocks = [b.meta("brief", "题目", "2021Q3"), *[b.paragraph("永" * 26) for _ in range(21)], b.heading(1, "一、街道"), b.paragraph(LONG)]
    own = "全文：标题没有，应有题目"  # the pages alone are looked at
    assert said(render_pdf(prepare(blocks))[0]) == own
    found = said(spoilt_pdf(monkeypatch, "show heading: it => block(width: 100%, sticky: true", "show heading: it => block(width: 100%, sticky: false", blocks))
    assert found == f"第1页：标题“一、街道”在页末，应与下文同页\n{own}"


def test_a_figure_without_its_caption_beside_it_is_caught(monkeypatch):
    data = spoilt_pdf(monkeypatch, "if note.len() > 0 { note-of(note) }\n    })\n}", "colbreak()\n    })\n}\n#show figure: set block(breakable: true)", full())
    assert "图表题“图1　各区县单位覆盖率”与图表不在同一页，应同页" in said(data)


def test_a_paragraph_broken_in_a_speech_to_be_read_is_caught(monkeypatch):
    assert "跨页，应为朗读稿每段不跨页" in said(spoilt_pdf(monkeypatch, "breakable: false, above: pitch", "breakable: true, above: pitch", reading()))
    monkeypatch.undo()
    found = said(render_pdf(prepare([reading()[0] | {"reading_pt": 14.0}, *reading()[1:]]))[0])
    assert "朗读稿字号为14.0磅，应为小2号至2号（18～22磅）" in found


@pytest.mark.parametrize(
    ("standards", "wanted"), [([], "文件属性：PDF/A 标记没有"), (["a-3a"], "文件属性：PDF/UA 标记没有"), (["a-3b", "ua-1"], "文件属性：PDF/A 标记为3b")]
)
def test_a_file_of_another_standard_is_caught(monkeypatch, standards, wanted):
    monkeypatch.setattr(pdf_writer, "STANDARDS", standards)
    assert wanted in said(render_pdf(prepare(full()))[0])


def changed(data: bytes, change) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as file:
        change(file)
        made = io.BytesIO()
        file.save(made)
    return made.getvalue()


def structure(file, kind, change):
    for item in file.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == kind:
            change(item)


@pytest.mark.parametrize(("change", "wanted"), [
    (lambda f: structure(f, "/Figure", lambda e: e.__delitem__("/Alt")), "插图的替代文字没有"),
    (lambda f: structure(f, "/H2", lambda e: e.__setitem__("/S", pikepdf.Name("/H3"))), "标题“（一）各区县”为3级，跳过了上一级，应逐级"),
    (lambda f: structure(f, "/TH", lambda e: e.__setitem__("/S", pikepdf.Name("/TD"))), "表格的表头标记没有"),
    (lambda f: structure(f, "/TH", lambda e: "/Row" in str(e.get("/A")) and e.__setitem__("/S", pikepdf.Name("/TD"))), "第4页：表格的行首标记缺60行，应每行第一格标作 TH"),
    (lambda f: f.Root.__delitem__("/MarkInfo"), "文件属性：结构标记没有，应有结构树"),
    (lambda f: f.Root.__delitem__("/Lang"), "文件属性：语言没有，应为zh-CN"),
    (lambda f: f.Root.__delitem__("/ViewerPreferences"), "文件属性：窗口标题没有显示文稿题目"),
    (lambda f: f.Root.__delitem__("/AF"), "文件属性：附件关系没有写明"),
    (lambda f: f.Root.__delitem__("/OutputIntents"), "文件属性：输出意图没有"),
    (lambda f: [e.__delitem__("/FontFile3") for e in f.objects if isinstance(e, pikepdf.Dictionary) and "/FontFile3" in e], "文件属性：字体没有嵌入"),
])  # fmt: skip
def test_a_file_that_lost_its_marks_is_caught(change, wanted):
    assert wanted in said(changed(render_pdf(prepare(full()))[0], change))


@pytest.mark.parametrize(("old", "new", "member", "wanted"), [
    ('w:w="11906"', 'w:w="12240"', "word/document.xml", "页面：纸张为216×297毫米，应为A4（210×297毫米）"),
    ('w:top="2098"', 'w:top="1440"', "word/document.xml", "页面：上边距（天头）为25.4毫米，应为37±1毫米"),
    ('w:bottom="1984"', 'w:bottom="1440"', "word/document.xml", "页面：下边距为25.4毫米"),
    ('w:left="1587"', 'w:left="1800"', "word/document.xml", "页面：订口为31.8毫米"),
    ('w:right="1474"', 'w:right="1800"', "word/document.xml", "页面：切口为31.8毫米"),
    ('w:line="579"', 'w:line="500"', "word/styles.xml", "行距25磅：每面行数为25行，应为22行"),
    ('<w:spacing w:val="-5"/>', '<w:spacing w:val="20"/>', "word/styles.xml", "每行字数为26字，应为28字"),
    ("<w:mirrorMargins/>", "", "word/settings.xml", "对称页边距没有设置"),
    ("<w:evenAndOddHeaders/>", "", "word/settings.xml", "页码：单双页没有区分"),
    ('w:val="right"', 'w:val="center"', "word/footer1.xml", "单页：页码位置居中，应为居右"),
    ('w:val="left"', 'w:val="right"', "word/footer2.xml", "双页：页码位置居右，应为居左"),
    ("PAGE", "DATE", "word/footer1.xml", "单页：页码没有"),
    ("— ", "", "word/footer1.xml", "单页：页码没有，或两侧没有一字线"),
    ("<w:cantSplit/>", "", "word/document.xml", "行跨页断开"),
    ("<w:tblHeader/>", "", "word/document.xml", "表头没有标作标题行，应每页重复表头"),
    ('descr="条形图"', 'descr=""', "word/document.xml", "第1幅图：替代文字没有"),
    ('<w:pStyle w:val="Heading2"/>', '<w:pStyle w:val="Heading3"/>', "word/document.xml", "标题“（一）各区县”：层次为3级，跳过了上一级，应逐级"),
    ('<w:pStyle w:val="Title"/>', '<w:pStyle w:val="BodyText"/>', "word/document.xml", "全文：标题没有"),
    ("<dc:title>工会覆盖情况</dc:title>", "<dc:title></dc:title>", "docProps/core.xml", "文件属性：标题没有"),
    ('<w:pStyle w:val="Heading1"/>', '<w:pStyle w:val="Heading1"/><w:keepNext w:val="0"/>', "word/document.xml", "与下段同页没有设置，应与下文同页"),
    ('<w:pStyle w:val="Caption"/>', '<w:pStyle w:val="Caption"/><w:keepNext w:val="0"/>', "word/document.xml", "应与表同页"),
    ('<w:pStyle w:val="FigureLine"/>', '<w:pStyle w:val="FigureLine"/><w:keepNext w:val="0"/>', "word/document.xml", "应与图题同页"),
])  # fmt: skip
def test_a_word_file_set_otherwise_is_caught(old, new, member, wanted):
    data = render_docx(prepare(full()))[0]
    assert wanted in said(in_word(data, old, new, member, 99), "docx")


def style(data: bytes, key: str, old: str, new: str) -> bytes:
    import zipfile

    styles = zipfile.ZipFile(io.BytesIO(data)).read("word/styles.xml").decode()
    start = styles.index(f'w:styleId="{key}"')
    whole = styles[start : styles.index("</w:style>", start)]
    assert old in whole, whole
    return in_word(data, whole, whole.replace(old, new), "word/styles.xml")


@pytest.mark.parametrize(("key", "old", "new", "wanted"), [
    ("Title", '<w:sz w:val="44"/>', '<w:sz w:val="36"/>', "标题“工会覆盖情况”：标题字号为18.0磅"),
    ("BodyText", '<w:sz w:val="32"/>', '<w:sz w:val="28"/>', "正文字号为14.0磅，应为3号（16磅）"),
    ("BodyText", 'w:eastAsia="仿宋_GB2312"', 'w:eastAsia="微软雅黑"', "字体微软雅黑，应为仿宋_GB2312"),
    ("Heading1", 'w:eastAsia="黑体"', 'w:eastAsia="宋体"', "一级标题“一、总体情况”：字体宋体，应为黑体"),
    ("Heading2", 'w:eastAsia="楷体_GB2312"', 'w:eastAsia="宋体"', "二级标题“（一）各区县”：字体宋体，应为楷体_GB2312"),
    ("Title", 'w:eastAsia="方正小标宋简体"', 'w:eastAsia="隶书"', "字体隶书，应为方正小标宋简体"),
    ("Footer", '<w:sz w:val="28"/>', '<w:sz w:val="21"/>', "单页：页码字号为10.5磅，应为4号（14磅）"),
])  # fmt: skip
def test_a_style_changed_by_hand_is_caught(key, old, new, wanted):
    assert wanted in said(style(render_docx(prepare(full()))[0], key, old, new), "docx")


def test_a_paragraph_formatted_by_hand_is_named():
    import docx

    file = docx.Document(io.BytesIO(render_docx(prepare(full()))[0]))
    body = next(p for p in file.paragraphs if p.text.startswith("要深刻认识到"))
    body.runs[0].font.size = docx.shared.Pt(12)
    body.paragraph_format.line_spacing = 1.5
    made = io.BytesIO()
    file.save(made)
    found = said(made.getvalue(), "docx")
    assert "段落“要深刻认识到，工会组织是”：行距为1.5倍，应为固定28.95磅" in found
    assert "正文“要深刻认识到，工会组织是”：正文字号为12.0磅，应为3号（16磅）" in found


def test_a_reading_copy_must_keep_its_paragraphs():
    data = render_docx(prepare(reading()))[0]
    assert "段中不分页没有设置，应为朗读稿每段不跨页" in said(style(data, "BodyText", "<w:keepLines/>", ""), "docx")


def test_a_turned_table_and_a_document_of_facts_pass():
    wide = b.table([f"指标{i}" for i in range(18)], [["12345.67"] * 18], caption="宽表")
    document = prepare([b.meta("t", "表", "2021Q3"), b.title("表"), b.paragraph(LONG), wide, b.paragraph(LONG)])
    assert said(render_pdf(document)[0]) == "" and said(render_docx(document)[0], "docx") == ""
    assert said(written("pdf")[1]) == ""


def test_files_of_other_programs_get_an_answer():
    empty = io.BytesIO()
    docx.Document().save(empty)
    assert "标题没有" in said(empty.getvalue(), "docx")
    locked = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(locked, encryption=pikepdf.Encryption(owner="甲", user="乙"))
    with pytest.raises(ExportError, match="打开密码"):
        check_layout(locked.getvalue(), "pdf")
