"""A city where every district is in another situation: no two of their briefs may read like one filled form."""

import difflib
import re
from itertools import combinations

import pytest
from story_world import text_of
from ten_districts import DISTRICTS, ten

from analysis.briefings import district_brief
from analysis.briefings.findings import aspects
from analysis.wording.situations import KINDS, situation, spread


@pytest.fixture(scope="module")
def briefs():
    return {code: district_brief.write(ten(code)) for code in DISTRICTS}


def body(document):
    pairs = zip(document.blocks, text_of(document.blocks), strict=True)
    return "\n".join(text for b, text in pairs if b["type"] == "heading" or (b["type"] == "paragraph" and b["style"] == "body"))


def bare(code, document):
    """The text without names, figures and the date: what is left is the form."""
    return re.sub(r"[\d.]+", "0", body(document)).replace(DISTRICTS[code][0], "本地").replace("截至0年0月0日，", "")


@pytest.mark.parametrize("code", DISTRICTS)
def test_every_situation_is_told_apart(code):
    found = situation(ten(code).register, code)
    assert found == DISTRICTS[code][1] and found in KINDS


def test_no_two_briefs_read_like_one_form(briefs):
    texts = {code: bare(code, document) for code, document in briefs.items()}
    alike = {(a, b): difflib.SequenceMatcher(None, texts[a], texts[b], autojunk=False).ratio() for a, b in combinations(texts, 2)}
    assert max(alike.values()) < 0.78, max(alike, key=alike.get)
    assert sum(alike.values()) / len(alike) < 0.5
    sentences = {code: set(re.split("[。！？\n]", text)) - {""} for code, text in texts.items()}
    shared = {(a, b): len(sentences[a] & sentences[b]) / min(len(sentences[a]), len(sentences[b])) for a, b in combinations(texts, 2)}
    assert max(shared.values()) <= 0.56, max(shared, key=shared.get)


def test_first_headings_differ(briefs):
    heads = [text_of(document.part(1))[0] for document in briefs.values()]
    assert len(set(heads)) == len(heads)


@pytest.mark.parametrize(("code", "said"), [
    ("970102", "截至2021年9月30日，乙区单位覆盖率为60.0%，较上季度末明显下降5.8个百分点，要守住先进，先止住回落。同期已覆盖单位较上季度末减少5家，"
               "是撤并、注销还是覆盖到期，要逐户查明。"),
    ("970106", "截至2021年9月30日，己区单位覆盖率为25.0%，较上季度末明显提高6.0个百分点，快于全市。但基数低，目前仍低于全市"),
    ("970110", "截至2021年9月30日，癸县的单位覆盖率无法计算，原因是没有报送“覆盖关系”表。请尽快补报，补报以前不作评价，也不参加排名。"),
    ("970111", "截至2021年9月30日，子县40家应建会单位已全部覆盖，单位覆盖率为100.0%。"),
    ("970112", "截至2021年9月30日，丑县应建会单位40家，还没有一家得到工会直接覆盖，涉及职工400人。"),
    ("970113", "截至2021年9月30日，寅县单位覆盖率为41.0%，较上季度末提高1.0个百分点，慢于全市。与全市的差距拉开了一些，目前低于全市"),
])  # fmt: skip
def test_opening_sentences(briefs, code, said):
    assert text_of(briefs[code].part(1))[1].startswith(said)


def test_the_biggest_gap_comes_first():
    made = ten("970106")
    order = [(item["类"], item["态"]) for item in aspects(made.register, "970106")]
    assert order == [("党工共建", "差"), ("集体合同", "差"), ("规范化", "差"), ("职代会", "差")]
    part = text_of(district_brief.write(made).part(3))
    assert part[0] == "三、短板首先在党工共建"
    assert part[1] == "截至2021年9月30日，有党组织的应建会单位中建立工会的占20.0%，低于全市36.0个百分点，还有40家没有建。"


def test_advice_follows_the_findings(briefs):
    said = text_of(briefs["970106"].part(4))[1]
    assert said == ("一是列出盲区名单，专班包联，逐户销号。二是对40家有党组织而没有工会组织的单位，争取党委支持，最先突破。"
                    "三是对55家没有有效集体合同的已覆盖企业逐家推动协商，先易后难。")  # fmt: skip


def test_small_denominators_are_counted_not_compared(briefs):
    said = text_of(briefs["970109"].part(3))
    assert said[0] == "三、工会质量和民主管理" and "百分点" not in "".join(said) and "6家已覆盖企业中，近一年开过职代会的有2家。" in said[1]


def test_at_most_three_figures_a_sentence_and_every_digit_known(briefs):
    for document in briefs.values():
        for block in document.blocks:
            if block["type"] == "paragraph" and block["style"] == "body":
                joined = "".join("\ue000" if "fact" in r else r["text"] for r in block["runs"])
                assert all(sentence.count("\ue000") <= 3 for sentence in re.split("[。！？]", joined)), joined
                assert not [r for r in block["runs"] if re.search(r"\d", r["text"]) and not ({"fact", "mark"} & set(r))]


def test_what_the_city_leaves_out_is_said_once_a_paragraph(briefs):
    said = text_of(briefs["970101"].part(1))[1]
    assert said.count("癸县") == 1 and said.endswith("（全市数字未含癸县）。")


def test_three_of_six_places_are_no_concentration():
    register = ten("970101").register
    everything = register.share(register.fact("blind_unit_count"), register.fact("blind_unit_count"), "of_blind", "比重", "盲区单位")
    assert [spread(places, everything) for places in (3, 6, 7)] == ["少地", "相当", "集中"]
