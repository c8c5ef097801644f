"""What speech, bulletin and brief say of union building: by situation, whole sentences, never a lawful 议 as a fault."""

from dataclasses import replace

import pandas as pd
import pytest
from figures import typed
from story_world import NAMES, package, paragraph, passage, row, text_of
from ten_districts import ten

from analysis.briefings import bulletin, district_brief, speech
from analysis.briefings.building_story import moves, weighted, worth
from analysis.briefings.paging import lines_of
from analysis.facts import Register
from analysis.settings import Settings

CITY = "970100"


def made(audience="internal", scope="city", settings=None, **values):
    """A package whose city (or district) has these union-building figures, given by indicator."""
    code = CITY if scope == "city" else scope
    known = package(scope, more=[row(code, indicator, value, name=NAMES.get(code, "")) for indicator, value in values.items()], audience=audience)
    known.settings = settings or Settings()
    return known


UNIONS = {"union_org_count": 90, "shell_union_count": 27, "shell_rate": (27, 90), "standard_met_rate": (30, 90), "six_haves_all_rate": (45, 90),
          "union_level_1_count": 27, "union_level_2_count": 0, "union_level_3_count": 0}  # fmt: skip
CONGRESS = {"worker_congress_rate": (20, 100), "worker_congress_rate_all": (20, 300)}
DUE = {f"matter_{m}_due_enterprise_count": n for m, n in (("wage", 4), ("welfare", 0), ("safety", 0))}
CONTRACTS = {"contract_enterprise_count": 36, "contract_unit_coverage": (36, 100), "contract_employee_coverage": (400, 1000)}


def said(start, **values):
    return passage(speech.write(made(**values)).blocks, start)


@pytest.mark.parametrize(("share", "words"), [
    ((330, 1000), "这些工会覆盖的职工还不少，按由基层工会覆盖的职工计算，占到33.0%。"),
    ((270, 1000), "这些工会覆盖的职工相对较少，按由基层工会覆盖的职工计算，占27.0%。"),
    ((329, 1000), ""),
    ((0, 0), ""),
])  # fmt: skip
def test_shell_unions_by_employees_are_told_where_they_differ(share, words):
    text = said("二是规范化建设", **UNIONS, shell_employee_share=share)
    assert (words in text) if words else "由基层工会覆盖" not in text
    assert text.endswith("牌子挂上了，工作没有跟上，职工就感受不到工会的存在。")


def test_only_those_who_had_to_vote_are_blamed():
    text = said("三是民主管理", **CONGRESS, **DUE, deliberate_only_enterprise_count=3, matter_wage_deliberated_count=50)
    assert ("开了会的，也有只“议”不“审”的情况。工资分配、福利待遇和安全生产三类事项，依规应当表决而没有表决的企业有3家，要补上这一课。"
            "按规定听取意见、平等协商即可的，“议”也是民主，不当作问题。") in text  # fmt: skip
    assert "50" not in text


@pytest.mark.parametrize(("values", "words"), [
    ({**DUE, "deliberate_only_enterprise_count": 0}, "依规应当由职代会表决的事项，提交了的都表决了，要坚持下去。"),
    ({**DUE, "matter_wage_due_enterprise_count": 0, "deliberate_only_enterprise_count": 0}, ""),
    ({**DUE, "deliberate_only_enterprise_count": None}, ""),
    ({"matter_wage_deliberated_count": 50, "matter_welfare_deliberated_count": 40}, ""),
])  # fmt: skip
def test_a_lawful_deliberation_is_never_called_a_fault(values, words):
    text = said("三是民主管理", **CONGRESS, **values)
    assert words in text and "不“审”" not in text and "没有表决" not in text and "只议" not in text
    assert words or text.endswith("这一比例为6.7%。")


def test_lapsed_contracts_take_the_place_of_general_words():
    told = said("四是集体合同", **CONTRACTS, contract_lapsed_enterprise_count=5, contract_to_inspect_count=6)
    assert told == ("四是集体合同的覆盖面还不够宽。截至三季度末，有效集体合同覆盖的企业有36家，占已覆盖企业的36.0%。按职工计算，占已覆盖企业职工的40.0%。\n"
                    "合同已经到期、还没有续上的企业有5家。还有6份有效合同，协商记录、职代会通过记录、报送人社一样都没有，要先抽查核实，再下结论。"
                    "这些问题不解决，工会说话就缺少分量，职工就缺少获得感。")  # fmt: skip
    few = said("四是集体合同", **CONTRACTS, contract_lapsed_enterprise_count=4)
    assert "续上" not in few and "有的合同签完就锁进柜子。" in few


@pytest.mark.parametrize(("gained", "lost", "words"), [
    (28, 10, "与上季度末相比，新达标的工会有28个，不再达标的有10个，进的比退的多。"),
    (3, 4, "与上季度末相比，新达标的工会有3个，不再达标的有4个，退的比进的多，达了标也不能松劲。"),
    (4, 4, "与上季度末相比，新达标的工会有4个，不再达标的有4个，有进有退。"),
    (0, 0, ""), (3, None, ""),
])  # fmt: skip
def test_standard_gained_and_lost(gained, lost, words):
    text = said("二是抓好规范化达标", union_standard_gained_count=gained, union_standard_lost_count=lost)
    assert (words in text) if words else "与上季度末相比" not in text


def test_few_are_not_told_in_passing():
    text = said("二是抓好规范化达标", union_one_short_count=5)
    assert "还有5个只差一项，先把这一批补上来。" in text
    assert "只差一项" not in said("二是抓好规范化达标", union_one_short_count=4)


@pytest.mark.parametrize(("targets", "words"), [
    ({}, "应建会的规上企业中，“六有”全有的占48.0%。"),
    ({"2021": 0.4}, "应建会的规上企业中，“六有”全有的占48.0%，今年末的目标是40%，已经达到。"),
    ({"2021": 0.5}, "应建会的规上企业中，“六有”全有的占48.0%，今年末的目标是50%，还要加把劲。"),
    ({"2022": 0.9}, "应建会的规上企业中，“六有”全有的占48.0%。"),
])  # fmt: skip
def test_cultivation_is_held_against_this_years_target(targets, words):
    text = said("一是重点培育规上", scale_six_rate=(48, 100), settings=replace(Settings(), cultivation_targets=targets))
    assert words in text


def test_homes_and_joint_work():
    home = said("三是建好职工之家", union_home_rate=(40, 90), union_home_model_count=6, union_home_withdrawn_count=5)
    assert "目前，有职工之家等级的工会占工会组织的44.4%，其中模范职工之家6个。本季度撤牌或者不再在册的有5个，牌子挂得上也摘得下。" in home
    assert "已经建会的也要共建，开展党工共建的工会占工会组织的30.0%。" in said("一是做实“党工共建”", union_party_joint_rate=(27, 90))


def test_blank_figures_leave_their_sentences_and_the_reason_is_kept():
    document = speech.write(made(**dict.fromkeys(("scale_six_rate", "union_home_rate", "union_party_joint_rate"))))
    text = "".join(text_of(document.blocks))
    assert "“六有”全有的占" not in text and "有职工之家等级" not in text and "已经建会的也要共建" not in text
    assert "规上企业六有全有率" in paragraph(document.blocks, "因缺少数据未写的内容：")


def test_the_bulletin_tells_what_is_left_to_mend():
    values = {**UNIONS, **CONGRESS, **CONTRACTS, "shell_employee_share": (200, 1000), "union_standard_gained_count": 2, "union_standard_lost_count": 3,
              "union_one_short_count": 2, "deliberate_only_enterprise_count": 1, "contract_lapsed_enterprise_count": 1, "contract_to_inspect_count": 1,
              "scale_six_rate": (48, 100), "union_party_joint_rate": (27, 90), "union_home_rate": (40, 90), "union_home_withdrawn_count": 1}  # fmt: skip
    blocks = bulletin.write(made(**values, settings=replace(Settings(), cultivation_targets={"2021": 0.5}))).blocks
    second, third, fourth = (paragraph(blocks, f"（{n}）") for n in "二三四")
    assert second.endswith(
        "按由基层工会覆盖的职工计算，归这些工会的占20.0%，比按工会个数计算的低。与上季度末相比，新达标的工会2个，不再达标的3个。未达标的工会中，2个只差一项。"
    )
    assert ("工资分配、福利待遇、安全生产三类事项中，依规应当表决而没有表决的企业有1家。按规定讨论、听取意见即可的不在其内，不作问题通报。"
            "合同到期没有续签的企业有1家。有效合同中，协商记录、职代会通过记录、报送人社都没有的1份，列为待抽查，只作线索。") in third  # fmt: skip
    assert fourth == ("（四）培育和共建还要加力。截至2021年9月30日，应建会的规上企业中“六有”全有的占48.0%，今年末的目标是50%，低于年末目标2.0个百分点。"
                      "开展党工共建的工会占工会组织的30.0%。有职工之家等级的工会占工会组织的44.4%，与上季度末相比，撤牌或者不再在册的1个。")  # fmt: skip


def test_the_bulletins_items_are_numbered_without_a_gap():
    alone = text_of(bulletin.write(made(scale_six_rate=(48, 100))).blocks)
    assert [t[:3] for t in alone if t.startswith("（")] == ["（一）", "（二）"] and any(t.startswith("（二）培育和共建还要加力。") for t in alone)


def test_districts_are_listed_for_internal_readers_only():
    more = [row(code, "scale_six_rate", pair, name=NAMES.get(code, "")) for code, pair in ((CITY, (30, 60)), ("970101", (20, 30)), ("970102", (10, 30)))]
    captions = {audience: ["".join(r["text"] for r in b["caption"]) for b in bulletin.write(package(more=more, audience=audience)).blocks if b["type"] == "table"]
                for audience in ("internal", "shared")}  # fmt: skip
    assert "苇津市各区县待补的短板" in captions["internal"] and "苇津市各区县待补的短板" not in captions["shared"]


LEFT = {"union_one_short_count": 6, "contract_lapsed_enterprise_count": 7, "deliberate_only_enterprise_count": 2}


def brief(code):
    district = ten(code)
    more = typed(pd.DataFrame([row(code, name, value, name=district.region_name) for name, value in LEFT.items()]))
    district.register = Register(pd.concat([district.register.frame, more], ignore_index=True), "2021Q3", (CITY, "苇津市"))
    return district_brief.write(district)


def test_a_brief_tells_what_is_left_where_there_is_room():
    text = "".join(text_of(brief("970104").part(3)))
    assert "只差一项就达标的有6个。" in text and "合同到期没有续签的企业有7家。" in text
    assert "依规应当表决而没有表决的企业有2家（合规的“议”不计）。" in text


def test_a_brief_without_room_keeps_to_its_two_pages():
    document = brief("970106")
    assert "只差一项" not in "".join(text_of(document.part(3))) and lines_of(document.blocks) <= district_brief.MOST_LINES


def test_situations_at_their_edges():
    register = package(more=[row(CITY, "shell_rate", (30, 100)), row(CITY, "shell_employee_share", (330, 1000))]).register
    assert weighted(register, CITY) == "重"
    register = package(more=[row(CITY, "shell_rate", (6, 29)), row(CITY, "shell_employee_share", (900, 1000))]).register
    assert weighted(register, CITY) == "", "too few unions to compare"
    register = package(more=[row(CITY, "shell_rate", (30, 100), left_out="970103"), row(CITY, "shell_employee_share", (900, 1000))]).register
    assert weighted(register, CITY) == "", "the two leave different districts out"
    gained, lost = (package(more=[row(CITY, "union_standard_gained_count", n)]).register.fact("union_standard_gained_count") for n in (0, 0))
    assert moves(gained, lost) == "无" and worth(gained) == ""
