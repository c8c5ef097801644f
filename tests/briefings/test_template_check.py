"""Mistakes as a staff member makes them, in copies of the shipped templates: each is named with its line, and none hides another."""

import pytest

from analysis.briefings.template_check import mistakes, name_mistake
from analysis.briefings.template_names import shipped_names
from analysis.desk.template_folder import check_folder
from analysis.errors import ParameterError
from analysis.wording.engine import SHIPPED

SPEECH = """标题：讲话

称谓：同志们：

{% sentence %}全市有{{ 全市.应建会单位 }}家。{% endsentence %}
{% if 全市.盲区单位.为零 %}没有盲区。{% else %}还有盲区。{% endif %}
"""


def said(text, file="speech.j2"):
    return [m.sentence for m in mistakes(file, text.encode())]


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_templates_are_clean(name):
    assert said((SHIPPED / name).read_text(encoding="utf-8"), name) == []


def test_a_right_template_is_right():
    assert said(SPEECH) == []


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("为零 %}", "为零 ", "模板 speech.j2 第 6 行：有标记没有结束，缺少“%}”。"),
    ("{{ 全市.应建会单位 }}", "｛｛ 全市.应建会单位 ｝｝", "模板 speech.j2 第 5 行：标记用了全角的括号或百分号“｛｛”。"),
    ("{{ 全市.应建会单位 }}", "{｛ 全市.应建会单位 }}", "模板 speech.j2 第 5 行：标记用了全角的括号或百分号“{｛”。"),
    ("{{ 全市.应建会单位 }}", "{{ 全市。应建会单位 }}", "模板 speech.j2 第 5 行：标记 {{ 全市。应建会单位 }} 里有全角或弯的符号 。 ，应为半角的 . 。"),
    ("{{ 全市.应建会单位 }}", "{{ 全市[“25人以上单位”] }}", "模板 speech.j2 第 5 行：标记 {{ 全市[“25人以上单位”] }} 里有全角或弯的符号 “ ” ，应为半角的 \" 。"),
    ("应建会单位", "应建会单味", "模板 speech.j2 第 5 行：没有名为“应建会单味”的指标或分组，是不是“应建会单位”？"),
    ("应建会单位 }}", "应建会单位.环必 }}", "模板 speech.j2 第 5 行：“环必”不能跟在指标后面，是不是“环比”？"),
    ("{{ 全市.应建会单位 }}", "1332", "模板 speech.j2 第 5 行：直接写了数字“1332”。"),
    ("{{ 全市.应建会单位 }}", "{{ 全市.应建会单位 | 以万记 }}", "模板 speech.j2 第 5 行：不认识的过滤器“以万记”，是不是“以万计”？"),
    ("{% endsentence %}", "", "模板 speech.j2 第 5 行：这里的 sentence 没有结束。请在它管的文字后面补上 {% endsentence %}。"),
    ("{% endif %}", "", "模板 speech.j2 第 6 行：这里的 if 没有结束。"),
    ("{% sentence %}", "{% sentense %}", "模板 speech.j2 第 5 行：“endsentence”没有对应的开头。"),
    ("全市.盲区单位", "本市.盲区单位", "模板 speech.j2 第 6 行：用到了没有的名字“本市”"),
    ("同志们：\n", "同志们：\n【图：地图】\n", "模板 speech.j2 第 4 行：这份文稿没有名为“地图”的图表。"),
    ("标题：", "标题:", "模板 speech.j2 第 1 行：“标题”后面是半角冒号，应为全角的“：”。"),
])  # fmt: skip
def test_mistakes_of_staff(old, new, sentence):
    found = said(SPEECH.replace(old, new, 1))
    assert any(one.startswith(sentence) for one in found), found


def test_every_mistake_is_listed_not_only_the_first():
    text = SPEECH.replace("应建会单位", "应建会单味").replace("{% endif %}", "") + "\n全市覆盖率45.9%。\n{{ 全市.职工 | 万 }}\n"
    assert [m.line for m in mistakes("speech.j2", text.encode())] == [5, 6, 8, 9]


def test_branches_that_no_run_takes_are_read_too():
    assert any("盲区单味" in one for one in said(SPEECH + "{% if 全市.盲区单位 < 0 %}{{ 全市.盲区单味 }}{% endif %}\n"))


def test_slots_of_each_document_and_their_shape():
    text = "标题：通报\n\n【图:覆盖率】\n\n【表：排名】\n\n【图：覆盖率】\n"
    assert [m.line for m in mistakes("bulletin.j2", text.encode())] == [3, 5]


def test_encoding_empty_file_and_names(tmp_path):
    assert "不是 UTF-8 编码" in mistakes("speech.j2", "同志们：现在开会".encode("gbk"))[0].said
    assert "文件是空的" in mistakes("speech.j2", b"\n")[0].said
    assert name_mistake("speech.j2") == []
    assert name_mistake("speach.j2")[0].said.endswith("请改名为 speech.j2。")
    assert name_mistake("speech - 副本.j2")[0].said.endswith("请改名为 speech.j2。")
    assert "可用的名字是" in name_mistake("讲话稿.docx")[0].said


def test_a_folder_is_checked_with_the_shipped_ones(tmp_path):
    (tmp_path / "speech.j2").write_text(SPEECH.replace("应建会单位", "应建会单味"), encoding="utf-8")
    (tmp_path / "speach.j2").write_text(SPEECH, encoding="utf-8")
    count, found = check_folder(tmp_path)
    assert count == 2 + len(shipped_names()) and [m.file for m in found] == ["speach.j2", "speech.j2"]
    with pytest.raises(ParameterError, match="没有模板文件夹"):
        check_folder(tmp_path / "nothing")
