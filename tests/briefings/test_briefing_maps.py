import geopandas as gpd
import pandas as pd
from shapely.geometry import box
from story_world import NAMES, cells, package, paragraph, row, text_of, whole

from analysis.briefings import blank_areas, coverage_map, research_report
from analysis.publishing.schema import check_block

SQUARES = gpd.GeoDataFrame({"code": list(NAMES), "name": list(NAMES.values())}, geometry=[box(n, 30, n + 1, 31) for n in range(3)], crs=4326)
SEGMENTS = {"small_micro": {"970101": (20, 50), "970102": (10, 60)}, "two_new": {"970101": (30, 60), "970102": (10, 70)},
            "small_micro_and_two_new": {"970101": (10, 30), "970102": (5, 50)}, "small_micro_or_two_new": {"970101": (40, 80), "970102": (15, 80)}}  # fmt: skip
PARTS = [r for segment, pairs in SEGMENTS.items() for r in whole(pairs, segment=segment)]


def table(blocks, number=0):
    return [b for b in blocks if b["type"] == "table"][number]


def test_coverage_table_ends_with_the_merged_city():
    blocks = coverage_map.write(package()).blocks
    assert cells(table(blocks)) == [
        ["甲区", "100", "60", "60.0%", "+5.0", "60.0%", "1"], ["乙区", "100", "30", "30.0%", "0.0", "30.0%", "2"],
        ["丙县", "20", "5", "25.0%", "+5.0", "25.0%", "—"], ["苇津市合计", "220", "95", "43.2%", "+2.7", "43.2%", ""]]  # fmt: skip
    assert paragraph(blocks, "按应建会单位计算") == "按应建会单位计算，甲区单位覆盖率最高，为60.0%；乙区最低，为30.0%。丙县应建会单位较少，不参加排名。"


def test_a_blank_district_is_a_dash_with_its_reason():
    rows = package().register.frame
    rows = rows[~((rows["region_code"] == "970102") & rows["indicator"].str.contains("cover"))]
    blank = [
        row("970102", name, None, name="乙区", reason="没有报送覆盖关系表") for name in ("covered_unit_count", "unit_coverage_rate", "employee_coverage_rate")
    ]
    made = package()
    made.register.__init__(pd.concat([rows, pd.DataFrame(blank)], ignore_index=True), "2021Q3", made.city)
    found = table(coverage_map.write(made).blocks)
    assert cells(found)[1] == ["乙区", "100", "—", "—", "—", "—", "—"]
    assert "乙区（没有报送覆盖关系表）" in "".join(r["text"] for r in found["note"])


def test_maps_are_drawn_where_there_are_polygons():
    blocks = coverage_map.write(package(regions=SQUARES)).blocks
    assert [b["caption"][0]["text"] for b in blocks if b["type"] == "figure"] == ["苇津市各区县单位覆盖率", "苇津市各区县单位覆盖率排序"]
    assert all(check_block(b) for b in blocks)


def test_a_district_without_townships_says_its_own_figures():
    blocks = coverage_map.write(package("970102")).blocks
    assert "单位覆盖率与上季度末持平。乙区单位覆盖率低于全市13.2个百分点，在2个参排区县中列第2位。" in paragraph(blocks, "截至")
    assert not [b for b in blocks if b["type"] in ("table", "figure")]


def test_totals_alone_say_what_totals_define():
    rows = [row(code, name, value, name=code) for code in ("970101", "970102", "970100") for name, value in
            (("eligible_unit_count", 100), ("covered_unit_count", 40), ("unit_coverage_rate", (40, 100)), ("member_count", 20000), ("membership_rate_all", (20000, 50000)))]  # fmt: skip
    made = package(is_totals=True)
    made.register.__init__(pd.DataFrame(rows), "2021Q3", made.city)
    blocks = coverage_map.write(made).blocks
    said = "截至2021年9月30日，苇津市法人单位100家，已覆盖40家，单位覆盖率为40.0%。会员2.0万人，会员占从业人员的比重为40.0%（分母为从业人员）。"
    assert paragraph(blocks, "截至") == said
    assert "".join(r["text"] for c in table(blocks)["columns"] for r in c["runs"]) == "地区法人单位已覆盖单位覆盖率会员占从业人员名次"
    assert "画不出盲区图" in paragraph(blank_areas.write(made).blocks, "苇津市这一季度")


def test_small_and_new_are_never_added_up():
    blocks = blank_areas.write(package(more=PARTS)).blocks
    assert paragraph(blocks, "截至2021年9月30日，苇津市有") == ("截至2021年9月30日，苇津市有盲区单位125家，占应建会单位的56.8%，涉及职工1250人。其中小微企业80家，占小微企业应建会单位的72.7%；"
                                       "两新组织90家，占两新组织应建会单位的69.2%。")  # fmt: skip
    assert paragraph(blocks, "这两个数") == ("这两个数有交叉，不能相加。既是小微企业又是两新组织的盲区单位有65家，只是小微企业的15家，只是两新组织的25家。"
                                         "把重叠部分只计一次，属于小微企业或者两新组织的盲区单位共105家，占全部盲区单位的84.0%。")  # fmt: skip
    assert cells(table(blocks)) == [["只是小微", "30", "15", "50.0%", "150"], ["只是两新", "50", "25", "50.0%", "250"], ["两者兼是", "80", "65", "81.3%", "650"],
                                    ["小微或两新（重叠只计一次）", "160", "105", "65.6%", "1050"]]  # fmt: skip
    assert cells(table(blocks, 1))[-1] == ["苇津市合计", "15", "25", "65", "105", "1050", "72.7%", "69.2%", "65.6%", "—"]
    assert "170" not in "".join(text_of(blocks))


def test_an_industry_with_few_units_shows_no_rate():
    more = PARTS + whole({"970101": (1, 9)}, segment="law_firm") + whole({"970101": (3, 10)}, segment="private_hospital")
    found = {line[0]: line[1:] for line in cells(table(blank_areas.write(package("970101", more=more)).blocks, 1))}
    assert found["律师事务所"] == ["9", "8", "80", "（单位少）", "（单位少）"]
    assert found["民办医院"] == ["10", "7", "70", "30.0%", "-30.0"]


def test_an_industry_without_units_is_without_data_and_the_note_says_why():
    none = [r | {"numerator": 0, "denominator": 0, "value": None, "status": "no_data", "reason": "分母（应建会单位）为零"} if r["unit"] == "ratio" else r
            for r in whole({"970101": (0, 0)}, segment="law_firm")]  # fmt: skip
    made = table(blank_areas.write(package("970101", more=PARTS + none)).blocks, 1)
    assert {line[0]: line[1:] for line in cells(made)}["律师事务所"] == ["0", "0", "0", "—", "—"]
    assert "部分行业（分母（应建会单位）为零）" in "".join(r["text"] for r in made["note"])


def test_no_blank_is_a_district_in_both():
    none = {"small_micro_and_two_new": {"970101": (10, 10)}}
    more = [r for r in PARTS if r["segment"] != "small_micro_and_two_new"] + [r for s, p in none.items() for r in whole(p, segment=s)]
    assert "本期没有既是小微企业又是两新组织的盲区单位。" in paragraph(blank_areas.write(package(more=more)).blocks, "这两个数")


def test_incomplete_submissions_are_named_only_where_the_document_rests_on_them():
    gaps = [{"region": "970103", "region_name": "丙县", "table": "units", "column": "has_party_org", "reason": "没有这一列"},
            {"region": "970103", "region_name": "丙县", "table": "covers", "column": "", "reason": "没有报送覆盖关系表"}]  # fmt: skip
    assert coverage_map.write(package(incomplete=gaps)).opening[0]["incomplete"] == ["丙县没有报送覆盖关系表"]
    assert coverage_map.write(package("970101", incomplete=gaps)).opening[0]["incomplete"] == []


def test_a_district_is_not_called_small_because_another_is_withheld():
    made = package()
    rows = made.register.frame.copy()
    hidden = (rows["region_code"] == "970102") & rows["indicator"].str.startswith("unit_coverage_rate")
    rows.loc[hidden, "status"], rows.loc[hidden, "reason"] = "suppressed", "按小格抑制规则不予显示"
    made.register.__init__(rows, "2021Q3", made.city)
    blocks = coverage_map.write(made).blocks
    said = "".join(text_of(blocks))
    assert "丙县应建会单位较少，不参加排名。" in said and "甲区应建会单位较少" not in said and "甲区和丙县应建会单位较少" not in said


def captions(blocks):
    return ["".join(r["text"] for r in b["caption"]) for b in blocks if b["type"] == "figure"]


MAPS = ["苇津市小微企业与两新组织盲区率对照", "苇津市小微企业和两新组织合并盲区率（重叠只计一次）"]


def test_the_combined_map_stands_beside_the_pair_and_where_polygons_lack_squares_do():
    squares = pd.DataFrame({"code": list(NAMES), "row": ["1"] * 3, "col": list("123"), "short_name": list(NAMES.values())})
    drawn = captions(blank_areas.write(package(more=PARTS, regions=SQUARES)).blocks)
    assert [c for c in drawn if "盲区率" in c and "区间" not in c] == MAPS
    drawn = captions(blank_areas.write(package(more=PARTS, tiles=squares)).blocks)
    assert [c for c in drawn if "盲区率" in c and "区间" not in c] == ["苇津市小微企业盲区率", "苇津市两新组织盲区率", MAPS[1]]
    assert [c for c in captions(blank_areas.write(package(more=PARTS)).blocks) if c in MAPS] == []
    assert [c for c in captions(blank_areas.write(package("970101", more=PARTS)).blocks) if "盲区率" in c] == []


def test_industries_by_area_are_a_heat_table_here_and_panels_in_the_report():
    more = PARTS + whole({"970101": (1, 9), "970102": (30, 60)}, segment="express_delivery") + whole({"970102": (3, 10)}, segment="law_firm")
    assert "苇津市各区县分行业盲区率" in captions(blank_areas.write(package(more=more)).blocks)
    found = [b for b in research_report.write(package(more=more)).blocks if b["type"] == "figure" and "分行业" in b["caption"][0]["text"]]
    assert [b["caption"][0]["text"] for b in found] == ["苇津市各区县分行业单位覆盖率"] and found[0]["alt"].startswith("分行业小图")
    assert "苇津市各区县分行业盲区率" not in captions(blank_areas.write(package(more=PARTS)).blocks)
