"""A city of two districts and two quarters in which every part of the union-building document has a case, small enough to work out by hand.

Unions: U1 示范 (standard met since last quarter), U2 正常运转 (no funds, 75 points), U3 挂牌 (term over by a day more than six months, no chair),
U4 有机构无制度, U5 有制度无活动, U6 达标; U7 a federation and U8 founded after the quarter count nowhere; U9 met the standard a quarter ago and is gone.
"""

from __future__ import annotations

import openpyxl
from test_ledger_quality import code, packed, places

UNIONS = ["工会代码", "工会名称", "工会形式", "区县代码", "成立日期", "届满日期", "挂牌", "主席选举", "组织机构", "活动载体", "制度机制", "自主经费", "会员满意", "建制项数",
          "近四季活动次数", "近一年开会次数", "自评分", "初审分", "核定分", "职工之家等级", "发展之家", "和谐之家", "文明之家", "安全之家", "民主之家", "党工共建"]  # fmt: skip
UNITS = ["统一社会信用代码", "单位名称", "区县代码", "登记注册类型代码", "行业代码", "职工数", "会员数", "划型", "规模以上", "入库年份", "有无党组织", "农民工数", "农民工会员数",
         "派遣工数", "派遣工会员数", "派入中会籍在派出单位人数", "新就业形态人数", "新就业形态会员数", "新发展会员", "转入", "转出", "退会"]  # fmt: skip
COVERS = ["工会代码", "统一社会信用代码", "起始日期", "覆盖方式"]
CONGRESSES = ["统一社会信用代码", "形式", "召开日期", "事项", "代表总数", "到会人数", "赞成票"]
CONTRACTS = ["合同编号", "合同类型", "层级", "生效日期", "期满日期", "协商次数", "职代会通过", "报送人社"]
SIGNED = ["合同编号", "统一社会信用代码", "盖章"]
A, B = "970101", "970102"
SIX = ["是"] * 6


def u(number, kind, district, founded, ends, haves, counts, scores=("", "", ""), home="", five="", joint="否", sign="是"):
    homes = ["是" if letter in five else "否" for letter in "发和文安民"]
    return [code(number, "81"), f"工会{number}", kind, district, founded, ends, sign, *haves, *counts, *scores, home, *homes, joint]


def unit(key, district, registration, staff, size, scale="否", year="", party="", industry="", groups=("",) * 7, flow=("",) * 4):
    number, prefix = key
    return [code(number, prefix), f"单位{number}", district, registration, industry, staff, staff // 2, size, scale, year, party, *groups, *flow]


def c(key):
    return code(*key)


A1, A2, A3, A4, A5 = ((n, "91") for n in (101, 102, 103, 104, 105))
B1, B2, B3, B4 = ((n, "91") for n in (201, 202, 203, 204))
B5 = (205, "52")


def unions(is_now):
    first = u(1, "单独", A, "2019-03-01", "2024-01-01", SIX, (5, 4, 1), (92, 90, 91) if is_now else (92, 90, 79), "模范" if is_now else "", "发", "是")
    second = u(2, "单独", A, "2021-05-01", "2024-01-01", ["是", "是", "是", "是", "否", "是"], (3, 1, 0), (85, "", 75), "合格")
    third = u(3, "联合", A, "2020-01-01", "2021-03-29", ["否", "是", "否", "否", "", "否"], (5, 0, ""), (88, "", ""), sign="是")
    fourth = u(4, "单独", B, "2018-01-01", "2023-01-01", ["是", "是", "否", "是", "否", "否"], (2, 3, 1))
    fifth = u(5, "联合", B, "2019-01-01", "2023-01-01", ["是", "是", "是", "否", "否", ""], (3, 0, 0))
    sixth = u(6, "单独", B, "2021-02-01", "2024-01-01", SIX, (4, 1, 0), ("", "", 80 if is_now else 85), "先进" if is_now else "模范", "和民")
    others = [u(7, "区域联合会", B, "2019-01-01", "2024-01-01", SIX, (5, 5, 5)), u(8, "单独", B, "2021-10-05", "2024-10-05", SIX, (5, 5, 5))]
    gone = [u(9, "单独", A, "2019-01-01", "2024-01-01", SIX, (5, 5, 5), ("", "", 85), "合格")]
    return {A: [first, second, third, *(() if is_now else gone)], B: [fourth, fifth, sixth, *(others if is_now else [])]}


def units(is_now):
    members = 10 if is_now else 7
    return {
        A: [unit(A1, A, "111", 100, "大", "是", 2019, "有", groups=(20, members, "", "", "", "", ""), flow=(3, 1, 0, 1)),
            unit(A2, A, "112", 60, "中", "是", 2021, "无", "L7263", groups=("", "", "", 7, "", "", "")),
            unit(A3, A, "112", 10, "微"), unit(A4, A, "112", 20, "微", party="无"), unit(A5, A, "112", 30, "小", "是", "", "有")],
        B: [unit(B1, B, "131", 40, "小", party="有", groups=(10, 5, "", "", "", "", ""), flow=(2, 0, 1, 0)),
            unit(B2, B, "119", 50, "小", party="无", groups=("", "", 12, 2, 4, "", "")), unit(B3, B, "112", 25, "小", "是", 2020),
            unit(B4, B, "112", 15, "微"), unit(B5, B, "", 5, "不适用", party="无", groups=("", "", "", "", "", 5, 1))],
    }  # fmt: skip


def books(is_now):
    """Return district → sheet → rows, headers first; A3 belongs to U1, a union of its own, though U3 covers it longer."""
    covers = {
        A: [(1, A1, ""), (2, A2, ""), (3, A3, ""), (1, A3, "直接"), (3, A4, "直接")],
        B: [(4, B1, ""), (5, B2, ""), (6, B3, ""), (5, B4, "兜底"), (6, B5, "")],
    }
    congresses = {A: [[c(A1), "职代会", "2021-05-01", "工资分配", 100, 70, 60], [c(A2), "职工大会", "2020-09-30", "福利待遇", 60, 50, ""], [c(A3), "区域", "2021-01-01", "", "", "", ""]],
                  B: [[c(B1), "职代会", "2021-03-01", "工资分配", 30, 25, ""], [c(B1), "职代会", "2021-03-01", "安全生产", 30, 25, 10],
                      [c(B2), "职代会", "2021-03-01", "安全生产", 40, 30, ""], [c(B3), "职代会", "2020-09-29", "工资分配", 20, 20, 20]]}  # fmt: skip
    contracts = {A: [["C1", "综合", "企业", "2020-10-01", "2021-12-29", 2, "是", "是"], ["C2", "工资专项", "区域", "2021-01-01", "2022-12-31", 0, "否", ""],
                     ["C3", "综合", "企业", "2018-01-01", "2021-06-29", 1, "是", "是"], ["C4", "综合", "企业", "2021-10-01", "2023-09-30", 1, "是", "是"]], B: []}  # fmt: skip
    signed = {A: [["C1", c(A1), "是"], ["C2", c(A2), "是"], ["C3", c(A4), "是"]], B: [["C2", c(B1), ""], ["C2", c(B2), "否"]]}
    of_unions, of_units = unions(is_now), units(is_now)
    return {district: {
        "单位": [UNITS, *of_units[district]], "工会": [UNIONS, *of_unions[district]],
        "覆盖关系": [COVERS, *([code(n, "81"), c(key), "2021-06-01" if (n, key) == (1, A3) else "2020-02-01", how] for n, key, how in covers[district])],
        "职代会": [CONGRESSES, *congresses[district]], "集体合同": [CONTRACTS, *contracts[district]], "合同覆盖": [SIGNED, *signed[district]],
    } for district in (A, B)}  # fmt: skip


def send(folder, change=lambda quarter, district, sheets: None, quarters=("2021Q2", "2021Q3")):
    """Write the ledgers and boundaries; ``change`` may spoil a district's sheets before they are sent."""
    places(folder)
    for quarter in quarters:
        home = folder / "ledgers" / quarter
        home.mkdir(parents=True)
        for district, sheets in books(quarter == "2021Q3").items():
            change(quarter, district, sheets)
            if not sheets:
                continue
            book = openpyxl.Workbook()
            book.remove(book.active)
            for title, rows in sheets.items():
                sheet = book.create_sheet(title)
                for row in rows:
                    sheet.append([None if cell == "" else cell for cell in row])
            book.save(home / f"{ {A: '甲区', B: '乙县'}[district] }.xlsx")
    return folder


__all__ = ["A", "A1", "A2", "A4", "A5", "B", "B1", "B2", "B3", "code", "c", "packed", "send"]
