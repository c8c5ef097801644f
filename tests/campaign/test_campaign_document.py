"""The campaign document of the drawn city: what it says, what it leaves unsaid, and that readers outside get a notice alone."""

from analysis.briefings import bulletin, campaign


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
    assert "成立满90天的新建工会3个" in said and "没有设定年度目标" in said
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


def test_targets_stand_in_text_table_and_chart(opened, built, tmp_path):
    from analysis.runs.packing import build_package

    settings, _ = built
    (tmp_path / "targets.csv").write_text("地区代码,指标,年份,口径,目标值\n,已覆盖单位,2021,净增,10\n", encoding="utf-8")
    from dataclasses import replace

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
    assert "没有收件登记，不判断谁迟报" in text(bulletin.write(opened()))
