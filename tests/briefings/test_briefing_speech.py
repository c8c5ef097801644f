import re

import pytest
from story_world import package, paragraph, passage, row, text_of, whole

from analysis.briefings import speech, speech_read
from analysis.errors import ParameterError
from analysis.settings import Settings
from analysis.wording.engine import SHIPPED

UNIONS = [row("970100", name, value) for name, value in {
    "union_org_count": 90, "shell_union_count": 27, "shell_rate": (27, 90), "standard_met_rate": (30, 90), "six_haves_all_rate": (45, 90),
    "union_level_1_count": 10, "union_level_2_count": 0, "union_level_3_count": 17}.items()]  # fmt: skip
GROUPS = [row("970100", name, value, left_out=left) for name, value, left in (
    ("migrant_worker_count", 500, ""), ("migrant_member_count", 200, ""), ("new_form_worker_count", 80, "970103"), ("new_form_member_count", 0, "970103"))]  # fmt: skip


def test_opening_says_conclusion_numbers_and_date():
    document = speech.write(package())
    opening = passage(document.blocks, "行动开展以来")
    assert (
        "组织覆盖面有了新的扩大。截至2021年9月30日，全市220家应建会单位中，已有95家建立或者加入了工会组织，单位覆盖率为43.2%。\n这个覆盖率较上季度末提高2.7个百分点。"
        in opening
    )
    assert text_of(document.parts[0])[-1].endswith("下面，我谈三点看法，同大家商量。")


def test_first_quarter_has_no_change_to_tell():
    document = speech.write(package(earlier=None))
    assert "较上季度末" not in "".join(text_of(document.parts[0]))
    assert any(record["reason"].endswith("没有2021年第二季度的台账，无可比数据") for record in document.draft.unsaid)


def test_leader_and_last_are_named_with_their_distance():
    said = passage(speech.write(package()).blocks, "从区县看")
    assert said == ("从区县看，按应建会单位计算，各地的进度有先有后。甲区单位覆盖率为60.0%，在2个参排区县中名列第一，经验值得各地学习。\n"
                    "乙区单位覆盖率为30.0%，低于全市13.2个百分点，要对照台账查一查差在哪里。从全市看，问题集中在四个方面。")  # fmt: skip


def test_ties_name_nobody():
    said = text_of(speech.write(package(covered={"970101": (50, 100), "970102": (50, 100)})).blocks)
    assert "从全市看，问题集中在四个方面。" in said


def test_shell_unions_past_thirty_percent_are_abundant_and_zero_levels_are_not_said():
    said = passage(speech.write(package(more=UNIONS)).blocks, "二是规范化建设还有差距")
    assert said == ("二是规范化建设还有差距。有的挂了牌子没有机构，有的立了机构没有制度，有的定了制度没有活动，这类现象大量存在。截至三季度末，全市90个工会组织中，这样的“挂牌工会”“空壳工会”有27个，"
                    "占工会组织总数的30.0%。\n分开来看，有牌子无机构的10个，有制度无活动的17个。\n规范化达标的工会占工会组织的33.3%，“六有”全部具备的占50.0%。"
                    "牌子挂上了，工作没有跟上，职工就感受不到工会的存在。")  # fmt: skip


def test_missing_figures_leave_whole_sentences():
    document = speech.write(package())
    said = paragraph(document.blocks, "三是民主管理")
    assert said == "三是民主管理还需大力推进。这方面的数据还没有报齐，各区县要尽快把底数补上来，先弄清开没开会、议了什么、审了没有。"
    assert all("—" not in text and "  " not in text for text in text_of(document.blocks))
    assert "挂牌、空壳工会占比" in paragraph(document.blocks, "因缺少数据未写的内容：")


def test_left_out_district_is_named_where_it_matters():
    said = passage(speech.write(package(more=GROUPS)).blocks, "三是重点服务农民工")
    assert "农民工有500人，其中加入工会的200人。\n新就业形态劳动者80人，其中会员0人（未含丙县）。" in said


def test_reversal_is_told_with_its_cause():
    now, then = ({"970101": (9, 10), "970102": (10, 30)}, {"970101": (9, 10), "970102": (3, 10)})
    more = whole(now, segment="building_decoration")
    earlier = whole(then, segment="building_decoration", quarter="2021Q2")
    said = passage(speech.write(package(more=more, more_then=earlier)).blocks, "这里要说明")
    assert said.startswith("这里要说明一个数字上的现象。建筑装饰的单位覆盖率，各区县都没有下降，全市却由上季度末的60.0%降到47.5%，下降了12.5个百分点（2021年第二季度末建筑装饰应建会单位20家）。\n"
                           "原因在于结构：乙区的建筑装饰应建会单位由上季度末的10家增至30家，全市的率被摊薄了。")  # fmt: skip


def test_everything_covered():
    full = {"970101": (100, 100), "970102": (100, 100)}
    said = "".join(text_of(speech.write(package(covered=full)).blocks))
    assert "单位覆盖率为100.0%" in said and "还有0家" not in said and "全市200家应建会单位已全部覆盖。" in said


@pytest.fixture(scope="module")
def blocks():
    return speech.write(package(more=[*UNIONS, *GROUPS])).blocks


def test_no_spoken_sentence_holds_more_than_three_figures(blocks):
    for block in blocks:
        if block["type"] == "paragraph" and block["style"] == "body":
            joined = "".join("\ue000" if "fact" in r else r["text"] for r in block["runs"])
            assert all(sentence.count("\ue000") <= 3 for sentence in re.split("[。！？]", joined)), joined


def test_every_digit_is_a_fact_or_marked(blocks):
    assert not [r for b in blocks for r in b.get("runs", []) if re.search(r"\d", r["text"]) and not ({"fact", "mark"} & set(r))]


def test_every_figure_is_saved_with_the_document(blocks):
    saved = {f["id"]: f for f in blocks[-1]["facts"]}
    shown = [r for b in blocks for r in b.get("runs", []) if "fact" in r]
    assert shown and all(saved[r["fact"]]["text"].startswith(r["text"].rstrip("%个百分点")) for r in shown)


def test_first_part_holds_no_figures_and_no_leader_is_quoted(blocks):
    part = speech.write(package()).part(1)
    assert not [r for b in part for r in b["runs"] if "fact" in r]
    assert "总书记" not in "".join(text_of(blocks))


def test_length_and_frame(blocks):
    said = text_of([b for b in blocks if b["type"] != "paragraph" or b["style"] == "body"])
    assert 2400 <= len(re.findall("[一-鿿]", "".join(said))) <= 3600
    assert [b["type"] for b in blocks[:4]] == ["meta", "title", "dateline", "salutation"]
    assert [t for b, t in zip(blocks, text_of(blocks), strict=True) if b["type"] == "heading" and b["level"] == 1] == [
        "一、统一思想，把推进“强补增”行动的责任扛起来", "二、看清差距，抓准重点，让“强补增”行动落到实处", "三、扛起责任，沉下身子，确保“强补增”行动见到实效", "口径说明"]  # fmt: skip
    assert paragraph(blocks, "同志们，").endswith("！")


def test_a_district_has_no_speech():
    with pytest.raises(ParameterError, match="讲话稿只有全市的"):
        speech.write(package("970101"))


def test_the_blank_is_told_in_spoken_paragraphs_and_each_trade_once():
    covered = {"law_firm": (4, 40), "express_delivery": (10, 60)}
    more = [r for s, pair in covered.items() for r in whole({"970101": pair}, segment=s)]
    document = speech.write(package(more=more))
    said = paragraph(document.blocks, "从行业看")
    assert said.startswith("从行业看，律师事务所和快递等行业的工会组建还比较薄弱。按应建会单位计算，单位覆盖率分别为10.0%和16.7%，都低于全市10个百分点以上。")
    assert "".join(text_of(document.blocks)).count("律师事务所") == 1
    for block in document.blocks:
        if block["type"] == "paragraph" and block["style"] == "body":
            assert sum("fact" in r for r in block["runs"]) <= 3, text_of([block])


def test_a_section_added_to_a_template_is_not_lost(tmp_path):
    shipped = (SHIPPED / "speech.j2").read_text(encoding="utf-8")
    (tmp_path / "speech.j2").write_text(f"{shipped}\n# 四、几点要求\n\n请各区县认真落实。\n", encoding="utf-8")
    own = Settings(templates=tmp_path)
    for write in (speech.write, speech_read.write):
        document = write(package(settings=own))
        whole = document.blocks
        shown = [*document.opening, *(block for number in (1, 2, 3) for block in document.part(number)), *document.closing]  # as the notebooks' cells do
        assert text_of(shown) == text_of(whole) and "四、几点要求" in text_of(shown), "what the notebook has no cell for stands before the method note"
        assert len(text_of(document.closing)) < len(text_of(document.part(2)))
