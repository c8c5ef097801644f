import pytest
from figures import register, row

from analysis.errors import TemplateError
from analysis.wording.engine import SHIPPED, Engine
from analysis.wording.numbers import mark
from analysis.wording.story import Place


@pytest.fixture
def made():
    return register([row("970100", "eligible_unit_count", 1332), row("970100", "unit_coverage_rate", (459, 1000), left_out="970102"), row("970100", "member_count", None),
                     row("970102", "eligible_unit_count", 5, name="乙县"), row("970100", "covered_unit_count", 0)])  # fmt: skip


@pytest.fixture
def render(made, tmp_path):
    def write(text, name="one.j2", **context):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return Engine(made, tmp_path).render(name, 全市=Place(made), **context)

    return write


def texts(text):
    return ["".join(r["text"] for r in block["runs"]) for block in text.blocks]


def test_mark_up(render):
    text = render("{# 说明 #}\n标题：讲话\n称谓：同志们：\n\n# 一、形势\n## （一）问题\n第一句。\n第二句。\n\n注：小字。\n提示：当心。\n\n【图：地图】\n")
    kinds = [(b["type"], b.get("level"), b.get("style")) for b in text.blocks]
    assert kinds == [
        ("title", None, None),
        ("salutation", None, None),
        ("heading", 1, None),
        ("heading", 2, None),
        ("paragraph", None, "body"),
        ("paragraph", None, "note"),
        ("slot", None, None),
    ]
    assert texts(render("第一句。\n第二句。\n\n第三句。")) == ["第一句。第二句。", "第三句。"]


def test_facts_become_runs(render):
    block = render("全市有{{ 全市.应建会单位 }}家，时点{{ 时点 }}。", 时点=mark("2021年9月30日", "date")).blocks[0]
    assert block["runs"] == [
        {"text": "全市有"},
        {"text": "1332", "fact": "2021Q3/970100/all/eligible_unit_count"},
        {"text": "家，时点"},
        {"text": "2021年9月30日", "mark": "date"},
        {"text": "。"},
    ]


def test_a_sentence_with_a_blank_vanishes_as_a_whole_and_is_recorded(render):
    text = render("甲。{% sentence %}会员{{ 全市.会员 }}人，单位{{ 全市.应建会单位 }}家。{% endsentence %}乙。")
    assert texts(text) == ["甲。乙。"]
    assert text.unsaid == [
        {"template": "one.j2", "line": 1, "text": "会员—人，单位1332家。", "reason": "会员：没有报送工会表", "facts": ["2021Q3/970100/all/member_count"]}
    ]


def test_a_bare_sentence_with_a_blank_vanishes_too(render):
    text = render("单位{{ 全市.应建会单位 }}家。会员{{ 全市.会员 }}人。完。\n\n只有会员{{ 全市.会员 }}人。")
    assert texts(text) == ["单位1332家。完。"]
    assert len(text.unsaid) == 2


def test_every_sentence_can_be_traced_to_its_line(render):
    text = render(
        "{# 说明\n两行 #}\n# 一、形势\n\n{% if 1 %}\n第一句。\n第二句，\n还没完。{% endif %}{% sentence %}会员{{ 全市.会员 }}人。{% endsentence %}\n\n注：小字。"
    )
    assert [block["lines"] for block in text.blocks] == [[[0, "one.j2", 3]], [[0, "one.j2", 6], [4, "one.j2", 7], [8, "one.j2", 8]], [[0, "one.j2", 10]]]
    text = render("甲。\n乙。会员{{ 全市.会员 }}人。\n会员还是{{ 全市.会员 }}人。")
    assert [record["line"] for record in text.unsaid] == [2, 3]


def test_zero_is_said(render):
    assert texts(render("{% sentence %}已覆盖{{ 全市.已覆盖单位 }}家。{% endsentence %}{% if 全市.已覆盖单位 %}有{% else %}无{% endif %}")) == ["已覆盖0家。无"]


def test_left_out_districts_are_named(render):
    assert texts(render("单位覆盖率为{{ 全市.单位覆盖率 }}。")) == ["单位覆盖率为45.9%（未含乙县）。"]
    assert texts(render("单位覆盖率为{{ 全市.单位覆盖率 }}。要抓紧。")) == ["单位覆盖率为45.9%（未含乙县）。要抓紧。"]
    assert texts(render("单位{{ 全市.应建会单位 }}家。覆盖率为{{ 全市.单位覆盖率 }}。")) == ["单位1332家。覆盖率为45.9%（未含乙县）。"]
    assert texts(render("单位{{ 全市.应建会单位 }}家，覆盖率为{{ 全市.单位覆盖率 }}。")) == ["单位1332家，覆盖率为45.9%（单位覆盖率未含乙县）。"]


@pytest.mark.parametrize(("text", "said"), [
    ("一\n{{ 全市.单位盖率 }}", "模板 one.j2 第 2 行：没有名为“单位盖率”的指标或分组，是不是“单位覆盖率”。"),
    ("{{ 本市 }}", "模板 one.j2 第 1 行：用到了没有的名字“本市”。"),
    ("{% if 全市 %}", "模板 one.j2 第 1 行：写法有误（缺少结束标记"),
    ("{% sentense %}", "模板 one.j2 第 1 行：写法有误（不认识的标记“sentense”"),
    ("{{ 全市.会员 | 环比率 }}", "模板 one.j2 第 1 行：写法有误（不认识的过滤器“环比率”"),
    ("\n\n{{ 45.9 }}", "模板 one.j2 第 3 行：直接写出了“45.9”，它不是登记过的数字"),
    ("{{ 全市.register.used.clear() }}", "模板 one.j2 第 1 行"),
    ("{{ ''.__class__.__mro__ }}", "模板 one.j2 第 1 行"),
    ("{{ '25人' | mark('数') }}", "模板 one.j2 第 1 行：标注的种类“数”不认识"),
])  # fmt: skip
def test_mistakes_are_one_chinese_sentence_with_file_and_line(render, text, said):
    with pytest.raises(TemplateError) as caught:
        render(text)
    assert caught.value.sentence.startswith(said)


def test_a_missing_template_and_a_wrong_encoding_are_named(made, tmp_path):
    with pytest.raises(TemplateError, match=r"没有找到模板 nothing\.j2"):
        Engine(made).render("nothing.j2")
    (tmp_path / "gb.j2").write_bytes("同志们".encode("gb18030"))
    with pytest.raises(TemplateError, match="不是 UTF-8 编码"):
        Engine(made, tmp_path).render("gb.j2")


def test_a_folder_of_ones_own_overrides_file_by_file(made, tmp_path):
    (tmp_path / "speech.j2").write_text("标题：自己的稿子", encoding="utf-8-sig")
    own = Engine(made, tmp_path)
    assert texts(own.render("speech.j2")) == ["自己的稿子"]
    assert own.environment.get_template("method.j2").filename == str(SHIPPED / "method.j2")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.j2")), ids=lambda p: p.stem)
def test_shipped_templates_hold_no_figures_of_their_own(path):
    import re

    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"\d+|[０-９]", words)
