"""The union-building document of a city worked out by hand (``building_world``): every part 1 to 8, lists, targets, what is missing, other readers."""

import csv
from dataclasses import replace

import pandas as pd
import pytest
from building_world import A5, B1, A, B, c, packed, send
from story_world import cells, text_of

from analysis.briefings import union_building
from analysis.runs.lists.building import write_building_lists
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.sources import choose_settings


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return send(tmp_path_factory.mktemp("building"))


@pytest.fixture(scope="module")
def city(world):
    return union_building.write(packed(world))


def table(document, caption):
    return next(cells(b) for b in document.blocks if b["type"] == "table" and caption in "".join(r["text"] for r in b["caption"]))


def captions(document):
    return ["".join(r["text"] for r in b["caption"]) for b in document.blocks if b["type"] == "table"]


def said(document, part):
    return "".join(text_of(b for b in document.part(part) if b["type"] == "paragraph"))


def test_1_ladder_haves_scores_and_clues(city):
    assert said(city, 1) == (
        "截至2021年9月30日，苇津市有工会组织6个，其中挂牌、空壳工会3个，占工会组织的50.0%；挂牌工会（有牌子无机构）1个，空壳工会（有机构无制度、有制度无活动）2个。"
        "归挂牌、空壳工会的单位的职工占由基层工会覆盖的职工的35.5%。规范化达标（含示范）的工会2个，占工会组织的33.3%；覆盖的职工占由基层工会覆盖的职工的45.2%。"
        "“六有”全有的工会占工会组织的33.3%，缺三项以上的有3个（工会组织6个）。缺得最多的是“有自主管理的经费”。"
        "自评、初审、核定的平均分依次为88.3分、90.0分、82.0分，三者打分的工会不同，不直接相减。在自评和核定都有的工会里，核定平均比自评低5.5分，低10分以上的有1个。"
    )
    assert table(city, "工会状态") == [["有牌子无机构", "1", "16.7%", "20", "6.5%"], ["有机构无制度", "1", "16.7%", "40", "12.9%"], ["有制度无活动", "1", "16.7%", "50", "16.1%"],
                                   ["正常运转", "1", "16.7%", "60", "19.4%"], ["规范化达标", "1", "16.7%", "30", "9.7%"], ["示范", "1", "16.7%", "110", "35.5%"], ["合计", "6", "", "310", ""]]  # fmt: skip
    assert [row[1:] for row in table(city, "“六有”逐项")] == [["83.3%", "1", "75.0%"], ["100.0%", "0", "75.0%"], ["66.7%", "2", "75.0%"], ["66.7%", "2", "75.0%"],
                                                        ["33.3%", "4", "50.0%"], ["50.0%", "3", "75.0%"]]  # fmt: skip
    assert table(city, "规范化打分") == [
        ["自评", "3", "88.3分", "100.0%", "", ""],
        ["初审", "1", "90.0分", "100.0%", "-2.0", ""],
        ["核定", "3", "82.0分", "66.7%", "-5.5", "+1.0"],
    ]
    assert [row[1] for row in table(city, "核查线索")] == ["1", "1", "1", "1", "1"]
    assert table(city, "各区县工会质量") == [["甲区", "3", "33.3%", "10.5%", "33.3%", "33.3%", "0"], ["乙县", "3", "66.7%", "75.0%", "33.3%", "33.3%", "0"],
                                      ["苇津市合计", "6", "50.0%", "35.5%", "33.3%", "33.3%", "0"]]  # fmt: skip


def test_2_batches_progress_and_shortfalls(city):
    assert said(city, 2) == ("与2021年第二季度末相比，新达标的工会1个，保持达标的1个，不再达标的1个。未达标的工会还有4个，都不止差一项。"
                             "短板最多的依次是缺“有自主管理的经费”的4个、缺“有会员满意的工作绩效”的3个和不满80分的3个。")  # fmt: skip
    assert table(city, "分批") == [
        ["当年成立", "2", "50.0%"],
        ["上年成立", "1", "0.0%"],
        ["前年成立", "2", "50.0%"],
        ["更早成立", "1", "0.0%"],
        ["全部", "6", "33.3%"],
    ]
    assert table(city, "逐季进展") == [["2021年第二季度末", "28.6%", "—", "—", "—", "50.0%"], ["2021年第三季度末", "33.3%", "1", "1", "1", "50.0%"]]
    assert table(city, "短板")[0] == ["缺“有自主管理的经费”", "4", "近四季无活动且近一年未开会", "2"]


def test_3_homes(city):
    assert said(city, 3) == ("建成职工之家的工会占工会组织的50.0%，其中模范职工之家1个、先进1个、合格1个（工会组织6个）。"
                             "与2021年第二季度末相比，新命名1个，升级0个，降级1个，撤牌（含不再在册）1个。")  # fmt: skip
    assert table(city, "五个家") == [["合格职工之家", "1", "16.7%", "和谐之家", "1", "16.7%"], ["先进职工之家", "1", "16.7%", "文明之家", "0", "0.0%"],
                                  ["模范职工之家", "1", "16.7%", "安全之家", "0", "0.0%"], ["发展之家", "1", "16.7%", "民主之家", "1", "16.7%"]]  # fmt: skip


def test_4_congresses_and_matters_and_no_lawful_deliberation_blamed(city):
    assert said(city, 4) == (
        "职代会建制率按已覆盖企业计为71.4%，按全部应建会企业计为55.6%（已覆盖企业7家，应建会企业9家）。按已覆盖企业计，单独建制率为57.1%，只由区域（行业）职代会覆盖的为14.3%，两者分列；"
        "按全部应建会企业计，依次为44.4%、11.1%（已覆盖企业7家，应建会企业9家）。中小企业的建制率，按中小企业已覆盖企业计为66.7%，按中小企业应建会企业计为50.0%"
        "（中小企业已覆盖企业6家，中小企业应建会企业8家）。有职代会记录的已覆盖企业中，近一年开过的占83.3%（有职代会记录的已覆盖企业6家）。厂务公开率没有数据，原因是台账没有“厂务公开”一列。"
        "按适用的规定应当表决而只议未审的企业有1家（三类事项中至少一类，一家只计一次）。按规定讨论、听取意见即可的，“议”是合规的，不算问题。"
    )
    assert table(city, "三类事项") == [["工资分配", "2", "1", "0", "2", "1", "1", "0", "0", "50.0%"], ["福利待遇", "1", "0", "0", "0", "0", "0", "1", "0", "—"],
                                   ["安全生产", "2", "0", "1", "1", "1", "0", "0", "1", "100.0%"]]  # fmt: skip
    assert table(city, "该议还是该审：") == [["工资分配、福利待遇、安全生产", "审（须表决）", "议（讨论、听取意见）", "国有、集体企业多须审议通过；劳动合同法第四条"],
                                      ["集体合同草案", "审（须表决）", "审（须表决）", "劳动合同法第五十一条、工会法第二十一条"],
                                      ["工资等专项集体合同草案", "审（须表决）", "审（须表决）", "各类企业都须审议通过"]]  # fmt: skip


def test_4_a_stricter_local_rule_asks_the_private_enterprise_too(world):
    settings = choose_settings(ledgers=str(world / "ledgers"), boundaries=str(world / "boundaries.geojson"), store=str(world / "henan"), out=str(world / "out"),
                               city_code="970100", city_name="苇津市", local_rule="henan")  # fmt: skip
    package = open_package(str(build_package(settings, "2021Q3")), "2021Q3")
    figures = package.with_building().register
    assert figures.fact("matter_welfare_due_unvoted_enterprise_count").value == 1 and figures.fact("matter_welfare_lawful_enterprise_count").value == 0
    assert figures.fact("matter_safety_unclear_enterprise_count").value == 1, "whose owner is not known is not judged"


def test_5_contracts(city):
    assert said(city, 5).startswith(
        "有效的集体合同2份，已到期1份，90天内到期1份。企业覆盖率按已覆盖企业计为42.9%，按全部应建会企业计为33.3%；职工覆盖率按已覆盖企业职工计为65.6%，按应建会企业职工计为57.1%"
        "（已覆盖企业7家，应建会企业9家）。合同到期未续的企业有1家，有合同90天内到期的有1家，名册上有而没有盖章的1家（不算覆盖）。"
        "有效合同中，没有协商记录的1份，没有职代会通过记录的1份，没有报送人社的1份；三项都有、列入待抽查的1份，只作线索，不定性。"
    )
    rows = {row[0]: row[1:] for row in table(city, "按类型和层级")}
    assert (
        rows["工资专项"] == ["1", "2", "28.6%", "32.8%"]
        and rows["区域级"] == ["1", "2", "28.6%", "32.8%"]
        and rows["全部有效合同"] == ["2", "3", "42.9%", "65.6%"]
    )
    assert table(city, "各区县集体合同") == [["甲区", "50.0%", "40.0%", "84.2%", "72.7%", "1", "1"], ["乙县", "33.3%", "25.0%", "34.8%", "30.8%", "0", "0"],
                                      ["苇津市合计", "42.9%", "33.3%", "65.6%", "57.1%", "1", "1"]]  # fmt: skip


def test_5_a_contract_of_two_districts_is_one_for_the_city(world):
    register = packed(world).with_building().register
    assert [register.fact("contract_in_force_count", code).value for code in (None, A, B)] == [2, 2, 1]


def test_6_cultivation_by_year_of_listing(city):
    assert said(city, 6) == ("应建会的规上企业4家，由基层工会覆盖的占75.0%，六有全有的2家，占50.0%（分母都是应建会的规上企业）。"
                             "没有设定分年目标，不作进度比较。")  # fmt: skip
    assert table(city, "三年培育") == [["当年入库", "1", "100.0%", "0.0%"], ["上年入库", "1", "100.0%", "100.0%"], ["前年入库", "1", "100.0%", "100.0%"],
                                  ["更早入库", "0", "—", "—"], ["没有填年份", "1", "0.0%", "0.0%"], ["全部规上企业", "4", "75.0%", "50.0%"]]  # fmt: skip
    assert not [b for b in city.blocks if b["type"] == "figure"]


def with_targets(world, targets, quarter="2021Q3"):
    package = packed(world, quarter)
    return union_building.write(replace(package, settings=replace(package.settings, cultivation_targets=targets)))


def test_6_the_path_against_yearly_targets(world):
    made = with_targets(world, {"2020": 0.4, "2021": 0.6, "2022": 0.9})
    assert said(made, 6).endswith(
        "培育期为2020年至2022年，今年是第二年，分年目标为2020年末40%、2021年末60%和2022年末90%。今年末的目标是60%，现在的规上企业六有全有率为50.0%，低于年末目标10.0个百分点。"
        "由上年末的目标按季度平均推进，三季度末应达到55%，现在低于按季应达水平5.0个百分点。"
    )
    assert table(made, "分年目标") == [
        ["2020年末", "40%", "", "没有台账", "—"],
        ["2021年末", "60%", "2021年第三季度末", "50.0%", "-10.0"],
        ["2022年末", "90%", "", "未到", "—"],
    ]
    figure = next(b for b in made.part(6) if b["type"] == "figure")
    assert figure["alt"] == "折线图：规上企业六有全有率，2021年第二季度末50.0%，2021年第三季度末50.0%；另有各年末的目标，由红色虚线连接。"
    assert figure["facts"] == ["2021Q2/970100/all/scale_six_rate", "2021Q3/970100/all/scale_six_rate"] and "目标60%" in figure["svg"]


@pytest.mark.parametrize(("targets", "words"), [
    ({"2021": 0.5}, "培育期为2021年，今年是第一年，分年目标为2021年末50%。今年末的目标是50%，现在的规上企业六有全有率为50.0%，与年末目标持平。今年是培育期的头一年，起点没有设定，不算按季应达的水平。"),
    ({"2023": 0.5}, "分年目标为2023年末50%，没有2021年的目标，不作进度比较。"),
])  # fmt: skip
def test_6_targets_of_the_first_year_and_of_other_years(world, targets, words):
    assert said(with_targets(world, targets), 6).endswith(words)


def test_7_party_and_8_groups(city):
    assert said(city, 7) == ("有党组织的应建会单位3家，其中已覆盖的占66.7%，有党无会的1家，宜作最先突破的对象。有会无党的单位4家，另有2家已覆盖单位没有填有无党组织，不作判断。"
                             "开展党工共建的工会1个，占工会组织的16.7%。")  # fmt: skip
    assert said(city, 8).startswith("农民工会员15人，劳务派遣工会员9人，新就业形态会员1人，三类互有交叉，不相加。净增情况是：农民工会员较上季度末增加3人，")
    assert table(city, "三类职工") == [["农民工", "30", "15", "+3", "50.0%"], ["劳务派遣工", "12", "9", "0", "25.0%"], ["新就业形态劳动者", "5", "1", "0", ""]]


def test_8_net_growth_counts_who_moved_in_once(world):
    register = packed(world).with_building().register
    assert [register.fact(f"member_flow_{kind}_count").value for kind in ("in", "out", "left", "net")] == [1, 1, 1, 4]


def test_8_more_newly_recruited_than_net_growth_is_said(city):
    assert "工会报送的会员变动是：新发展5人、转入1人，转出1人、退会1人，相抵净增4人。" in said(city, 8)
    assert city.broken == []


def test_lists_name_the_cases_for_internal_readers_only(world, city, tmp_path):
    rows = table(city, "各份名单")
    assert ["存在只议不审的企业", "乙县", c(B1), "单位201", "工资分配"] in rows and ["有党无会的单位", "甲区", c(A5), "单位105", "职工30人"] in rows
    assert ["有合同90天内到期的企业", "甲区", c((101, "91")), "单位101", "C1，2021-12-29期满，职工100人"] in rows
    folder = packed(world).folder
    made = write_building_lists(folder, tmp_path, ["city", B], True)
    assert [p.relative_to(tmp_path).as_posix() for p in made] == [f"{B}/union_building.csv", "city/union_building.csv", f"{B}/union_building_figures.csv",
                                                                  "city/union_building_figures.csv"]  # fmt: skip
    own = pd.read_csv(tmp_path / B / "union_building_figures.csv", encoding="utf-8-sig", dtype=str)
    assert set(own["地区"]) == {"乙县"} and set(own["季度"]) == {"2021Q2", "2021Q3"}
    row = own[(own["季度"] == "2021Q3") & (own["代码"] == "union_level_2_rate")].iloc[0]
    assert (row["指标"], row["分子"], row["分母"]) == ("有机构无制度的工会占比", "1", "3")
    assert write_building_lists(folder, tmp_path, [], False) == [] and not list(tmp_path.rglob("*.csv"))


def test_a_district_reads_its_own(world):
    own = union_building.write(packed(world, scope=B))
    assert table(own, "工会状态")[-1] == ["合计", "3", "", "120", ""] and c(A5) not in str(own.blocks)
    assert not [name for name in captions(own) if "各区县" in name] and "撤牌" not in str([row[0] for row in table(own, "名单")])


def test_outside_the_house_no_unit_and_no_district_is_told(world):
    shared = union_building.write(packed(world, audience="shared"))
    text = "".join(text_of(shared.blocks))
    assert c(B1) not in str(shared.blocks) and "九、名单" not in text and not [name for name in captions(shared) if "各区县" in name or "逐季" in name]
    assert "这一部分的数字不予显示。" in text and "不是零" not in said(shared, 3)


def changed(tmp_path, change, quarters=("2021Q2", "2021Q3")):
    def at(quarter, district, sheets):
        if quarter == "2021Q3":
            change(district, sheets)

    return send(tmp_path, at, quarters)


def test_a_missing_table_leaves_its_district_out_and_says_so(tmp_path):
    made = union_building.write(packed(changed(tmp_path, lambda district, sheets: sheets.pop("工会") if district == B else None)))
    assert "截至2021年9月30日，苇津市有工会组织3个，其中挂牌、空壳工会1个，占工会组织的33.3%；" in said(made, 1) and "未含乙县" in said(made, 1)
    assert table(made, "各区县工会质量")[1] == ["乙县", *["—"] * 6]
    assert "乙县没有报送“工会”表" in str(made.opening[0]["incomplete"]) and "工会6" not in str(made.blocks)


def test_a_missing_column_everywhere_is_a_reason_not_a_zero(tmp_path):
    def without(sheets, title, header):
        at = sheets[title][0].index(header)
        sheets[title] = [row[:at] + row[at + 1 :] for row in sheets[title]]

    def change(district, sheets):
        without(sheets, "工会", "职工之家等级")
        without(sheets, "单位", "规模以上")

    made = union_building.write(packed(changed(tmp_path, change)))
    assert said(made, 3).startswith("职工之家没有数据，原因是报送的“工会”表没有“职工之家等级”一列，不是零。")
    assert said(made, 6).startswith("规上企业的六有情况没有数据，原因是报送的“单位”表没有“规模以上”一列，不是零。")
    assert "0个" not in said(made, 3) and "三年培育（按入库年份）" not in "".join(captions(made))


def test_without_unions_congresses_and_contracts_every_part_says_why(tmp_path):
    def change(district, sheets):
        for title in ("工会", "覆盖关系", "职代会", "集体合同", "合同覆盖"):
            sheets.pop(title)

    made = union_building.write(packed(changed(tmp_path, change, quarters=("2021Q3",))))
    for part, words in ((1, "工会状态没有数据，原因是各区县没有报送“工会”表，不是零。"), (2, "达标情况没有数据，原因是"), (3, "职工之家没有数据，原因是"), (4, "职代会建制没有数据，原因是"),
                        (5, "集体合同覆盖没有数据，原因是"), (6, "规上企业的六有情况没有数据，原因是"), (7, "党工同建没有数据，原因是")):  # fmt: skip
        assert said(made, part).startswith(words), said(made, part)
    assert not [b for b in made.blocks if b["type"] == "figure"]
    of_units = ("三年培育", "三类职工", "各区县党工共建")  # the unit table is there: these may count
    shown = [cell for b in made.blocks if b["type"] == "table" for row in cells(b) for cell in row[1:] if not any(w in str(b["caption"]) for w in of_units)]
    assert shown and "0" not in shown and "0.0%" not in shown


def test_one_district_and_nobody_in_the_union(tmp_path):
    def change(quarter, district, sheets):
        if district == B:
            sheets.clear()
            return
        sheets["工会"], sheets["覆盖关系"] = sheets["工会"][:1], sheets["覆盖关系"][:1]
        members = sheets["单位"][0].index("会员数")
        for row in sheets["单位"][1:]:
            row[members] = 0

    made = union_building.write(packed(send(tmp_path, change), scope=A))
    assert said(made, 1).startswith("台账中没有已成立的基层工会，各级占比不计算。")
    assert said(made, 4).startswith("还没有已覆盖的企业，建制率不计算。") and said(made, 5).startswith("还没有已覆盖的企业，覆盖率不计算。")


def test_totals_alone_say_that_nothing_can_be_said(tmp_path):
    home = tmp_path / "ledgers" / "2021Q3"
    home.mkdir(parents=True)
    with open(home / "全市_汇总表.csv", "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["地区代码", "地区", "单位数", "建会单位数", "职工数", "会员数"], ["970101", "甲区", 100, 40, 1000, 500], ["970102", "乙县", 50, 10, 400, 90]]
        )
    settings = choose_settings(
        ledgers=str(tmp_path / "ledgers"), store=str(tmp_path / "store"), out=str(tmp_path / "out"), city_code="970100", city_name="苇津市"
    )
    made = union_building.write(open_package(str(build_package(settings, "2021Q3")), "2021Q3"))
    text = "".join(text_of(made.blocks))
    assert "苇津市这一季度只有汇总表，没有工会、职代会和集体合同台账，本文各项都没有数据，不是零。请报送相应的表后重新运行。" in text
    assert not [b for b in made.blocks if b["type"] in ("table", "figure")] and "0个" not in text
