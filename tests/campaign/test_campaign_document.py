"""The campaign document of the drawn city: what it says, what it leaves unsaid, and that readers outside get a notice alone."""

from dataclasses import replace

import pytest

from analysis.briefings import bulletin, campaign
from analysis.errors import ParameterError
from analysis.publishing import annex
from analysis.publishing.document import prepare
from analysis.runs.lists.scoring import wishes
from analysis.runs.tracing.address import read_address


def text(document):
    return "\n".join("".join(r["text"] for r in block.get("runs", [])) for block in document.blocks if "runs" in block)


def tables_of(document):
    return {
        "".join(r["text"] for r in b["caption"]): [["".join(r["text"] for r in cell["runs"]) for cell in row] for row in b["rows"]]
        for b in document.blocks
        if b["type"] == "table"
    }


def test_the_city_s_document_says_what_was_counted(opened):
    made = campaign.write(opened())
    said = text(made)
    assert made.broken == []
    assert "任务表里有任务8项，到期4项，其中按时办结2项，逾期办结1项，逾期未办结1项，按时办结率为50.0%（分母为到期任务）" in said
    assert "未含丙县" in said
    assert "成立满90天的新建工会3个" in said and "没有设定今年的年度目标" in said
    found = tables_of(made)["九七市各区县考核得分和名次"]
    assert [row[:3] for row in found] == [["1", "甲区", "56.00分"], ["2", "乙区", "42.00分"], ["—", "丙县", "32.00分"]]


def test_only_ranks_that_no_weight_moves_are_praised(opened):
    assert "权重怎样变动都在前1名的是甲区（56.00分，第1名），值得肯定" in text(campaign.write(opened()))


def test_a_district_s_document_names_its_own_reasons(opened):
    made = campaign.write(opened("970103"))
    said = text(made)
    assert made.broken == []
    assert "任务没有数据，原因是丙县没有报送“任务”表" in said and "督察没有数据，原因是丙县没有报送“督察”表" in said
    assert "不参加排名（“逾期任务”没有数据" in said and "甲区" not in said


def test_readers_outside_get_a_notice_and_no_figure(opened):
    for audience in ("shared", "public"):
        for scope in ("city", "970101"):
            made = campaign.write(opened(scope, audience))
            assert "本文稿只供内部。" in text(made)
            assert not [b for b in made.blocks if b["type"] in ("table", "figure")]
            assert not [r for b in made.blocks for r in b.get("runs", []) if "fact" in r]


def test_scores_have_codes_and_sources_of_their_own(opened):
    document = prepare(campaign.write(opened()).blocks)
    told = {record["id"]: (record["name"], record["text"]) for record in document.facts.values() if "/assessment_" in record["id"]}
    assert told["2021Q3/970101/all/assessment_total"] == ("考核总分", "56.00分")
    assert told["2021Q3/970102/all/assessment_rank"] == ("考核名次", "2")
    assert told["2021Q3/970102/all/assessment_item_lost_most"] == ("覆盖率失分", "36.0分")
    assert told["2021Q3/970100/all/assessment_ranked_count"] == ("参加考核排名的区县", "2")
    assert not [name for name in document.facts if "eligible_unit_count_" in name]
    rows = {row[0]: row[3] for row in ([["".join(run["text"] for run in cell["runs"]) for cell in row] for row in annex.figures_table(document)["rows"]])}
    assert (rows["考核总分"], rows["考核名次"]) == ("assessment_total", "assessment_rank")
    assert annex.tables_of({"indicator": "assessment_total_body3"})[:3] == ["units", "unions", "covers"] and annex.tables_of(
        {"indicator": "ontime_rate_body1"}
    ) == ["tasks"]


def test_a_document_s_own_figure_is_told_where_to_look_up():
    said = "“考核总分”（assessment_total）是行动推进情况文稿自己的数，不在 indicators.csv 里，不能用 trace 追到行。请看文稿旁边的 campaign_evidence.xlsx：每一分失在哪个文件、哪一行，逐家的类型。"
    with pytest.raises(ParameterError, match=said):
        read_address("2021Q3/970100/all/assessment_total_body3")
    with pytest.raises(ParameterError, match="“按时办结率”（ontime_rate）是行动推进情况文稿自己的数"):
        read_address("2021Q3/970100/all/ontime_rate")


def test_where_nobody_is_ranked_a_sentence_says_so_and_no_table(opened):
    made = campaign.write(opened())
    said, found = text(made), tables_of(made)
    assert "接受考核的责任单位2个，都只计分、不排名：到期任务不足5项；“按时办结率”没有数据（没有到期任务）。各家得分见考核依据表。" in said
    assert "接受考核的专班3个，都参加排名。" in said and "责任单位考核得分和名次" not in found
    assert [row[:4] for row in found["专班考核得分和名次"]] == [
        ["1", "甲区专班", "6", "75.00分"],
        ["2", "乙区专班", "5", "62.50分"],
        ["2", "丙县专班", "5", "62.50分"],
    ]


def test_readers_are_told_what_is_missing_and_operators_what_to_do(opened, tmp_path):
    plain = campaign.write(opened(quarter="2021Q2"))
    heads = [
        ["".join(r["text"] for r in c["runs"]) for c in b["columns"]] for b in plain.blocks if b["type"] == "table" and "考核得分和名次" in str(b["caption"])
    ]
    assert heads[0] == ["名次", "区县", "总分", "扣分", "权重变动时的名次", "失分最多的一项"]
    assert "没有2021年第一季度可比的数据，名次不作升降比较。" in text(plain)
    without = campaign.write(opened(score=None))
    assert "没有制定评分表，本期不打分、不排名。" in text(without) and "没有设定今年的年度目标，不作进度比较。" in text(without)
    assert "考核依据表“分类指导”页" in text(plain) and "考核依据表是本文稿旁边的 campaign_evidence.xlsx" in text(plain)
    assert "campaign_evidence.xlsx" not in text(without) and "考核依据表" not in text(without) and "考核的总分" not in text(without)
    for made in (plain, without, campaign.write(opened()), campaign.write(opened("970103"))):
        assert not [word for word in ("workbench", "设置文件", ".toml", "运行") if word in text(made)]
    assert wishes(opened(), True) == ["行动推进情况没有年度目标可比：在 workbench.toml 的 targets 写明目标表，就有完成率和序时进度。"]
    assert wishes(opened(quarter="2021Q2"), True)[1:] == ["考核名次没有与2021年第一季度比较：先运行 workbench run --quarter 2021Q1，再运行本季度，就有升降。"]
    assert len(wishes(opened(quarter="2021Q2"), False)) == 1
    assert wishes(opened(score=None), True)[1:] == ["行动推进情况没有打分：在 workbench.toml 的 score 写明评分表，就有得分和名次。"]


def test_targets_stand_in_text_table_and_chart(opened, built, tmp_path):
    from analysis.runs.packing import build_package

    settings, _ = built
    (tmp_path / "targets.csv").write_text("地区代码,指标,年份,口径,目标值\n,已覆盖单位,2021,净增,10\n", encoding="utf-8")
    from analysis.runs.package import open_package

    other = replace(settings, targets=tmp_path / "targets.csv")
    package = replace(open_package(str(build_package(other, "2021Q3")), "2021Q3"), settings=other)
    made = campaign.write(package)
    # the year's start, 2020Q4, is not there: the completion is a blank with its reason, not a nought
    [row] = tables_of(made)["九七市年度目标完成情况"]
    assert row == ["九七市", "已覆盖单位", "净增", "10", "—", "—", "75%", "—"]
    assert "2020年第四季度末没有数据" in "".join(r["text"] for b in made.blocks if b["type"] == "table" for r in b["note"])


def test_the_bulletin_names_its_issue_and_who_is_late(opened, tmp_path):
    (tmp_path / "received.csv").write_text("季度,区县代码,收到日期\n2021Q3,970101,2021-10-15\n2021Q3,970102,2021.10.18\n", encoding="utf-8")
    made = bulletin.write(opened(received=tmp_path / "received.csv", distribution=("各区县总工会",)))
    said = text(made)
    assert made.broken == []
    assert "2021年第3期" in said and "通报期间为2021年7月1日至2021年9月30日" in said
    assert "报送时限为2021年10月15日。" in said and "迟报的是乙区（2021年10月18日收到）" in said and "丙县没有收到日期的登记，不判断是否迟报" in said
    assert "对以前各期通报没有需要更正的数字" in said and "发送范围：各区县总工会。" in said


def test_without_a_book_nobody_is_called_late(opened):
    assert "没有收件登记，本期不通报迟报情况" in text(bulletin.write(opened()))


def test_the_bulletin_is_signed_where_the_issuer_is_known(opened):
    made = bulletin.write(opened(issuer="九七市总工会"))
    signed = [block for block in prepare(made.blocks).body if block["type"] == "signature"]
    assert ["".join(run["text"] for run in block["runs"]) for block in signed] == ["九七市总工会", "　　　　年　　月　　日"]
    assert [(block["right"], block["first"], block["last"]) for block in signed] == [(6.5, True, False), (4.0, False, True)]
    assert "成文日期和印章由印发单位填写、加盖。" in text(made)
    unsigned = bulletin.write(opened())
    assert not [b for b in unsigned.blocks if b["type"] == "signature"] and "落款、印章和成文日期由印发单位填写。" in text(unsigned)
