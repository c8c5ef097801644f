"""Two quarters of a two-district city, drawn with one case each: gone, appeared, moved, jump, refused, union orphan, a total one off."""

import json
import random
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from story_world import cells, paragraph, text_of

from analysis.briefings import ledger_quality
from analysis.briefings.quality_tables import declared_table
from analysis.measures.reconcile import IDENTITIES, flows, holds, movement, was_refused
from analysis.runs.lists.quality import write_lists
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.sources import choose_settings

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
UNITS = ["统一社会信用代码", "单位名称", "区县代码", "职工数", "会员数", "新发展会员", "转入", "转出", "退会", "存续状态"]
UNIONS = ["工会代码", "工会名称", "工会形式", "区县代码", "成立日期", "届满日期"]
COVERS = ["工会代码", "统一社会信用代码", "起始日期"]


def code(number, prefix="91"):
    body = f"{prefix}000000{number:09d}"
    return body + ALPHABET[-sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def unit(number, district="970101", staff=10, members=5, flow=(0, 0, 0, 0), status="存续", name=""):
    return [code(number), name or f"企业{number}", district, staff, members, *flow, status]


def union(number, district="970101", name=""):
    return [code(number, "81"), name or f"工会{number}", "单独", district, "2019-01-01", "2024-01-01"]


def cover(number):
    return [code(number, "81"), code(number), "2019-02-01"]


def send(folder, quarter, books):
    home = folder / "ledgers" / quarter
    home.mkdir(parents=True)
    for name, (units, unions, covers) in books.items():
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, head, rows in (("单位", UNITS, units), ("工会", UNIONS, unions), ("覆盖关系", COVERS, covers)):
            sheet = book.create_sheet(title)
            for row in [head, *rows]:
                sheet.append(row)
        book.save(home / f"{name}.xlsx")


def places(folder):
    squares = [(("970101", "甲区"), 0), (("970102", "乙县"), 1)]
    features = [{"type": "Feature", "properties": {"code": c, "name": n},
                 "geometry": {"type": "Polygon", "coordinates": [[[x, 30], [x + 1, 30], [x + 1, 31], [x, 31], [x, 30]]]}} for (c, n), x in squares]  # fmt: skip
    (folder / "boundaries.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def packed(folder, quarter="2021Q3", scope="city", audience="internal"):
    settings = choose_settings(ledgers=str(folder / "ledgers"), boundaries=str(folder / "boundaries.geojson"), store=str(folder / "store"), out=str(folder / "out"),
                             city_code="970100", city_name="苇津市")  # fmt: skip
    return open_package(str(build_package(settings, quarter)), quarter, scope, audience)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """甲区 1–6, 乙县 11–13 a quarter ago; what becomes of each is said beside it."""
    folder = tmp_path_factory.mktemp("two_quarters")
    places(folder)
    b = "970102"
    send(folder, "2021Q2", {
        "甲区": ([unit(n) for n in range(1, 7)], [union(1), union(2), union(3)], [cover(1), cover(2), cover(3)]),
        "乙县": ([unit(n, b) for n in (11, 12, 13)], [union(11, b)], [cover(11)])})  # fmt: skip
    now = [unit(1, members=8, flow=(4, 0, 1, 0)),  # 5 + 4 − 1 = 8: even
           unit(2, members=9, flow=(1, 0, 0, 0)),  # 5 + 1 ≠ 9: uneven by 3
           unit(3, status="注销"),  # ceased; its union 3 is still in office
           unit(4, staff=20),  # headcount doubled
           unit(5, staff="约50"),  # refused: seems gone
           # 6 is gone without a word
           unit(7),  # appeared
           ["合计", "", "", 61, "", "", "", "", "", ""]]  # its rows that can be read give 10+10+10+20+10 = 60, one cell cannot  # fmt: skip
    send(folder, "2021Q3", {
        "甲区": (now, [union(1), union(3)], [cover(1), cover(3)]),  # union 2 is gone while unit 2 stays
        "乙县": ([unit(11, b), unit(12), unit(13, b), ["合计", "", "", 31, 15, "", "", "", "", ""]], [union(11, b)], [cover(11), [code(99, "81"), code(13), "2021-08-01"]])})  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def city(world):
    return ledger_quality.write(packed(world))


def table(document, caption):
    return next(cells(b) for b in document.blocks if b["type"] == "table" and caption in "".join(r["text"] for r in b["caption"]))


def test_the_first_paragraph_says_what_came_in(city):
    said = ("截至2021年9月30日，本季报来台账文件2个，读入各表数据16行，其中接收12行，提示2行，退回2行，退回率为12.5%（分母为读入的行）。"
            "退回的行里有1行是单位表的，这些单位改正以前不在任何数字里。缺报的表：甲区没有报送“职代会”“集体合同”“合同覆盖”表；"
            "乙县没有报送“职代会”“集体合同”“合同覆盖”表。有关的数字为空，不是零。")  # fmt: skip
    assert paragraph(city.part(1), "截至") == said
    assert paragraph(city.part(1), "请先联系") == ("请先联系甲区（缺3张表，退回1行，单位表占1行）、乙县（缺3张表，退回1行）。"
                                               "次序按先补文件、再补表、后改行排列，只说明手头要改的多少，不是对工作的评价。")  # fmt: skip
    assert [row[0] for row in table(city, "报送情况")] == ["甲区", "乙县", "苇津市合计"]


def test_units_opening_and_closing_are_told_as_an_identity(city):
    said = ("2021年第二季度末应建会单位9家，加上新出现1家、恢复应建会0家、迁入1家，减去台账里不见了2家、不再应建会1家、迁出1家，等于本季末7家。"
            "不见了的单位中，有1家本季其实报了，只是那一行被退回，改正以后就会回来。")  # fmt: skip
    assert paragraph(city.part(5), "2021年第二季度末") == said
    assert table(city, "应建会单位的增减") == [["甲区", "6", "1", "0", "1", "2", "1", "0", "5", "0"], ["乙县", "3", "0", "0", "0", "0", "0", "1", "2", "0"],
                                       ["苇津市合计", "9", "1", "0", "1", "2", "1", "1", "7", "0"]]  # fmt: skip
    assert paragraph(city.part(5), "已覆盖单位") == "已覆盖单位上季末4家，加上新单位带来0家、原有单位新覆盖0家，减去失去覆盖1家、随单位减少1家，等于本季末2家。"
    assert paragraph(city.part(5), "以上等式") == "以上等式逐区县与指标表核对，差额都为零。"


def test_members_are_held_against_what_was_reported(city):
    assert paragraph(city.part(5), "会员上季末") == "会员上季末45人，本季末42人：单位增减使会员减少10人，两季都应建会的单位里会员增加7人。"
    assert paragraph(city.part(5), "两季都应建会") == "两季都应建会的单位里，所报新发展5人、转入0人、转出1人、退会0人，会员的增减比所报多出3人，没有说明。"


def test_totals_are_held_against_their_rows(city):
    said = "各表的合计行、小计行中，有2个数与明细作了核对，其中1个不符。另有1个数与读得出的明细不等，而明细里有读不成数的格，改正以后才能核对。合计行只作核对，从不计入数字。"
    assert paragraph(city.part(4), "各表的合计行") == said
    assert table(city, "与明细不符") == [["乙县.xlsx", "单位第5行", "职工数", "31", "30", "+1"]]


def test_more_totals_than_are_shown_are_told_and_the_number_is_a_marked_one(world):
    package = packed(world).with_quality()
    wrong = package.quality.declared.query("declared != summed and unreadable == 0")
    package.__dict__["quality"] = replace(package.quality, declared=pd.concat([wrong] * 11, ignore_index=True))
    (made,) = declared_table(package)
    assert (len(made["rows"]), "".join(run["text"] for run in made["note"])) == (10, "只列前10处，其余请看各区县的文件。")
    assert [run["mark"] for run in made["note"] if "10" in run["text"]] == ["threshold"]


def test_signals_name_each_case_once(city):
    found = {row[0]: row[2:4] for row in table(city, "各种信号")}
    assert found == {
        "单位不见了": ["2家", "甲区2"], "单位换了区县": ["1家", "甲区1"], "职工数大起大落": ["1家", "甲区1"], "失去工会覆盖": ["1家", "甲区1"],
        "会员增减对不上": ["1家", "甲区1"], "在届工会的单位已不存续": ["1个", "甲区1"], "工会不见了而单位还在": ["1个", "甲区1"], "覆盖关系写了册外工会": ["1个", "乙县1"],
    }  # fmt: skip
    meant = {row[0]: row[1] for row in table(city, "各种信号")}
    assert meant["职工数大起大落"] == "职工数比上季变动达到50%（上季为零的不算）"
    assert table(city, "各种信号的名单") == [
        ["单位不见了", "甲区", code(5), "企业5", "上季职工10，本季报送的行被退回"],
        ["单位不见了", "甲区", code(6), "企业6", "上季职工10，本季没有报送"],
        ["单位换了区县", "甲区", code(12), "企业12", "上季区县：乙县，本季区县：甲区"],
        ["职工数大起大落", "甲区", code(4), "企业4", "上季职工10，本季职工20"],
        ["失去工会覆盖", "甲区", code(2), "企业2", "原来的工会不在本季工会表里"],
        ["会员增减对不上", "甲区", code(2), "企业2", "上季会员5，本季会员9，按所报增减应为6人"],
        ["在届工会的单位已不存续", "甲区", code(3, "81"), "工会3", "覆盖过的1家单位都已不存续或不在台账里"],
        ["工会不见了而单位还在", "甲区", code(2, "81"), "工会2", "涉及单位1"],
        ["覆盖关系写了册外工会", "乙县", code(99, "81"), "", "—"],
    ]


def test_a_district_reads_its_own(world):
    own = ledger_quality.write(packed(world, scope="970102"))
    assert paragraph(own.part(1), "截至").startswith("截至2021年9月30日，本季乙县报来台账文件1个，读入各表数据6行，")
    said = "2021年第二季度末应建会单位3家，加上新出现0家、恢复应建会0家，减去台账里不见了0家、不再应建会0家、迁出1家，等于本季末2家。"
    assert paragraph(own.part(5), "2021年第二季度末") == said
    assert paragraph(own.part(5), "以上等式") == "以上等式与指标表核对，差额都为零。"
    assert [b for b in own.part(5) if b["type"] == "table"] == []
    assert code(6) not in str(own.blocks)


def test_without_the_quarter_before_the_reason_stands_in_its_place(world):
    alone = ledger_quality.write(packed(world, "2021Q2"))
    assert paragraph(alone.part(5), "与2021年第一季度") == "与2021年第一季度的核对没有做，原因是没有2021年第一季度的台账，无可比数据。"
    assert not [b for b in alone.part(5) if b["type"] == "table"]


def test_outside_the_house_no_unit_is_named(world, tmp_path):
    package = packed(world, audience="shared")
    shared = ledger_quality.write(package)
    assert not any(code(n, prefix) in str(shared.blocks) for n in range(1, 14) for prefix in ("91", "81"))
    assert "名单" not in "".join(text_of(shared.part(6) + shared.part(7)))
    assert write_lists(package.folder, tmp_path, ["city", "970101"], False) == []
    assert [p.relative_to(tmp_path).as_posix() for p in write_lists(package.folder, tmp_path, ["city", "970101"], True)] == [
        "970101/ledger_quality.csv",
        "city/ledger_quality.csv",
    ]
    assert code(6) in (tmp_path / "970101" / "ledger_quality.csv").read_text(encoding="utf-8-sig")
    assert write_lists(package.folder, tmp_path, [], False) == [] and not list(tmp_path.rglob("*.csv"))


def test_a_missing_cover_table_is_no_signal_of_lost_unions(world, tmp_path):
    places(tmp_path)
    for quarter in ("2021Q2", "2021Q3"):
        (tmp_path / "ledgers" / quarter).mkdir(parents=True)
        for path in (world / "ledgers" / quarter).iterdir():
            book = openpyxl.load_workbook(path)
            if quarter == "2021Q3" and path.stem == "甲区":
                del book["覆盖关系"]
            book.save(tmp_path / "ledgers" / quarter / path.name)
    made = ledger_quality.write(packed(tmp_path))
    assert "缺报的表：甲区没有报送“覆盖关系”“职代会”“集体合同”“合同覆盖”表" in paragraph(made.part(1), "截至") + "".join(text_of(made.part(1)))
    assert "失去工会覆盖" not in {row[0] for row in table(made, "各种信号")}
    assert table(made, "已覆盖单位的增减")[0] == ["甲区", *["—"] * 9]


def units_frame(rng, codes):
    rows = [
        (c, rng.choice(["970101", "970102", "970103"]), f"企业{c}", rng.randrange(40), rng.randrange(30), *(rng.randrange(3) for _ in range(4))) for c in codes
    ]
    frame = pd.DataFrame(rows, columns=["uscc", "district_code", "unit_name", "employee_count", "member_count", "new_member_count", "member_in_count",
                                        "member_out_count", "member_left_count"])  # fmt: skip
    for column in frame.columns[3:]:
        frame[f"has_{column}"] = True
    frame["eligible"] = [rng.random() < 0.7 for _ in codes]
    frame["covered"] = [e and rng.random() < 0.5 for e in frame["eligible"]]
    return frame.assign(status="存续")


@pytest.mark.parametrize("seed", range(25))
def test_the_identities_hold_whatever_happens_to_the_units(seed):
    rng = random.Random(seed)
    everyone = [str(n) for n in range(60)]
    then, now = (units_frame(rng, rng.sample(everyone, rng.randrange(1, 60))) for _ in range(2))
    moved = movement(then, now)
    terms = flows(moved, was_refused(moved, pd.DataFrame({"uscc": ["1"], "unit_name": ["企业1"]})))
    assert holds(terms).all()
    assert terms["units_closing"].sum() == now["eligible"].sum() and terms["covered_opening"].sum() == then["covered"].sum()
    assert terms["members_closing"].sum() == now.loc[now["eligible"], "member_count"].sum()
    assert terms["units_moved_in"].sum() == terms["units_moved_out"].sum() and terms["members_moved"].sum() == 0
    broken = terms.assign(units_gone=terms["units_gone"] + 1)
    assert not holds(broken).any() and set(IDENTITIES) == {"units", "covered", "members"}
