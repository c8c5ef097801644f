"""What happens to a sentence that breaks a rule: it goes, with those that lean on it and the headings it leaves empty; the document stays."""

import pytest
from guarded_city import city

from analysis.errors import TemplateError
from analysis.publishing import blocks as made_blocks
from analysis.wording import guards
from analysis.wording.engine import Engine
from analysis.wording.guards.tidy import GONE

WRONG = "入会率（分母为全口径职工）提高{{ 全市.全口径入会率.环比.绝对值 }}。"
RIGHT = "截至{{ 时点 }}，会员{{ 全市.会员 }}人。"


@pytest.fixture(scope="module")
def world():
    return city()


@pytest.fixture
def mended(world, tmp_path):
    """Render a text as a template, mend it and return its texts and the records of what went."""
    register, words = world

    def mend(text, extra=()):
        register.used.clear()
        (tmp_path / "own.j2").write_text(text, encoding="utf-8")
        rendered = Engine(register, tmp_path).render("own.j2", **words).blocks
        return held([*rendered, *extra])

    def held(blocks):
        made = guards.mend([made_blocks.meta("speech", "试", "2021Q3"), *blocks], register)
        assert len(made.blocks) == len(blocks) + 1
        assert guards.check(made.blocks, register) == []
        kept = [b for b in made.blocks if b["type"] != GONE]
        return ["".join(run["text"] for run in b["runs"]) for b in kept[1:] if "runs" in b], made.removed

    mend.blocks = held
    return mend


def test_a_document_without_violations_is_left_as_it_is(world, mended):
    assert mended(f"# 一、会员\n\n{RIGHT}") == (["一、会员", "截至2021年9月30日，会员12345人。"], [])


def test_the_sentence_goes_and_is_recorded_with_its_line(mended):
    texts, removed = mended(f"{RIGHT}\n好句子。\n{WRONG}\n“又”一句。")
    assert texts == ["截至2021年9月30日，会员12345人。好句子。“又”一句。"]
    assert removed == [{"template": "own.j2", "line": 3, "text": "入会率（分母为全口径职工）提高0.6个百分点。", "rule": "direction_against_sign",
                        "reason": "方向与正负相符：“提高0.6个百分点”的方向反了，按台账应为下降或减少。请改用“较上季度末”“较上年同期”过滤器",
                        "facts": ["2021Q3/970100/all/membership_rate_all_qoq_abs"]}]  # fmt: skip


@pytest.mark.parametrize(("after", "kept"), [
    ("其中女会员不少。", ""), ("这说明还有差距。", ""), ("分别是两类。", ""), ("其中一半。这是难点。", ""), ("其中一半。要抓紧。", "要抓紧。"), ("要抓紧。其中一半。", "要抓紧。其中一半。")])  # fmt: skip
def test_sentences_that_lean_on_it_go_with_it(mended, after, kept):
    texts, removed = mended(f"{RIGHT}{WRONG}{after}")
    assert texts == [f"截至2021年9月30日，会员12345人。{kept}"]
    assert [record["rule"] for record in removed] == ["direction_against_sign"] * len(removed)
    gone = after.replace(kept, "") if kept else after
    assert "".join(record["text"] for record in removed[1:]) == gone
    assert all(record["reason"].endswith("没有写入，这一句接不上") for record in removed[1:])


def test_an_emptied_paragraph_takes_its_heading_and_the_numbers_move_up(mended):
    texts, removed = mended(f"# 一、会员\n\n{RIGHT}\n\n# 二、入会\n\n## （一）入会率\n\n{WRONG}\n\n# 三、其他\n\n另说。\n\n# 四、结尾\n\n完。")
    assert texts == ["一、会员", "截至2021年9月30日，会员12345人。", "二、其他", "另说。", "三、结尾", "完。"] and len(removed) == 1


def test_an_opening_that_ends_in_a_colon_goes_with_its_only_item(mended):
    assert mended(f"{RIGHT}\n\n变化如下：\n\n{WRONG}\n\n# 二、其他\n\n另说。")[0] == ["截至2021年9月30日，会员12345人。", "二、其他", "另说。"]
    assert mended(f"{RIGHT}\n\n变化如下：\n\n{WRONG}\n\n另说。")[0] == ["截至2021年9月30日，会员12345人。", "变化如下：", "另说。"]


def test_a_heading_over_a_table_stays(mended):
    table = made_blocks.table(["项目"], [["甲"]])
    assert mended(f"{RIGHT}\n\n# 二、表\n\n{WRONG}", [table])[0] == ["截至2021年9月30日，会员12345人。", "二、表"]


def test_a_title_heading_or_caption_cannot_go(world, mended):
    register, _ = world
    for text in (f"标题：{WRONG}\n\n{RIGHT}", f"# {WRONG}\n\n{RIGHT}"):
        with pytest.raises(TemplateError, match=r"own\.j2 第 1 行.*文稿没有输出"):
            mended(text)
    change = register.fact("membership_rate_all_qoq")
    caption = ["入会率提高", made_blocks.run(change.figure.lstrip("-") + "个百分点", fact=change.id)]
    with pytest.raises(TemplateError):
        mended.blocks([made_blocks.table(["项目"], [["甲"]], caption=caption)])


def body(*parts):
    return {"type": "paragraph", "style": "body", "runs": made_blocks.as_runs(*parts)}


def test_what_can_be_said_is_added_instead(world, mended):
    register, _ = world
    date = made_blocks.mark("2021年9月30日", "date")
    members, rate, small = register.fact("member_count"), register.fact("standard_met_rate"), register.fact("contract_unit_coverage")
    covered = register.fact("covered_employee_count")
    assert mended.blocks([body("会员", members, "人。")]) == (["会员12345人（截至2021年9月30日）。"], [])
    assert mended.blocks([body("截至", date, "，达标率为", rate, "！")]) == (["截至2021年9月30日，达标率为100.0%（分母为工会组织）！"], [])
    assert mended.blocks([body("截至", date, "，已覆盖企业的合同覆盖率为", small, "。")]) == (
        ["截至2021年9月30日，已覆盖企业的合同覆盖率为30.0%（已覆盖企业20家）。"],
        [],
    )
    assert mended.blocks([body("截至", date, "，会员", members, "人，已覆盖单位职工", covered, "人。")]) == (
        ["截至2021年9月30日，会员12345人，已覆盖单位职工900人（已覆盖单位职工未含丙县）。"], [])  # fmt: skip


def test_figures_stay_with_their_facts_and_lines(world, tmp_path):
    register, words = world
    (tmp_path / "own.j2").write_text(f"{RIGHT}\n{WRONG}\n入会率（分母为全口径职工）为{{{{ 全市.全口径入会率 }}}}。", encoding="utf-8")
    blocks = Engine(register, tmp_path).render("own.j2", **words).blocks
    made = guards.mend(blocks, register).blocks
    assert [run["fact"] for run in made[0]["runs"] if "fact" in run] == ["2021Q3/970100/all/member_count", "2021Q3/970100/all/membership_rate_all"]
    assert made[0]["lines"] == [[0, "own.j2", 1], [len("截至2021年9月30日，会员12345人。"), "own.j2", 3]]


def test_an_unexplained_fall_of_the_city_is_not_told(mended):
    texts, removed = mended(f"{RIGHT}建筑装饰单位覆盖率（分母为应建会单位）{{{{ 全市.建筑装饰.单位覆盖率 | 较上季度末 }}}}。")
    assert texts == ["截至2021年9月30日，会员12345人。"] and [record["rule"] for record in removed] == ["reversal_not_said"]
