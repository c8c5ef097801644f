"""More of what districts send: units of measure above the table, days from 1904, strokes for nothing, characters that cannot be seen."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from ledger_world import HEADERS, code, found, reason, status, unit

from analysis.intake.units_of_measure import title_units
from analysis.settings import Settings


@pytest.mark.parametrize(
    ("title", "employees", "size"),
    [
        ("单位：万元", 310, "小"),
        ("（单位：元）", 310, "微"),
        ("计量单位：人、千元", 310, "微"),
        ("金额单位:人民币万元", 310, "小"),
        ("单位：万人", 3_100_000, "小"),
        ("填报单位：东明区总工会", 310, "小"),
        ("单位：东明区", 310, "小"),
    ],
)
def test_a_unit_above_the_table_holds_for_columns_without_their_own(take, workbook, title, employees, size):
    # industry by revenue: 小 from 300, 中 from 2000 万元
    workbook({"单位": [["东明区单位台账"], [title], [*HEADERS, "行业代码", "营业收入"], [*unit(1, 职工数=310), "C1811", 1500]]})
    kept = take().tables["units"]
    assert kept[["employee_count", "size_class"]].values.tolist() == [[employees, size]]


def test_a_columns_own_unit_beats_the_one_above_the_table(take, workbook):
    workbook({"单位": [["单位：元"], [*HEADERS, "行业代码", "营业收入（万元）"], [*unit(1, 职工数=310), "C1811", 1500]]})
    assert take().tables["units"]["size_class"].tolist() == ["小"]


def test_persons_and_units_above_the_table_do_not_mix(tmp_path, take):
    text = "全国汇总,单位：万人、个,,\n地区代码,地区,单位数,职工数\n110000,北京,6,697.02\n"
    (tmp_path / "普查_汇总表.csv").write_text(text, encoding="utf-8")
    assert title_units([["单位：万人、个"]]) == ["万人", "个"]
    assert take(regions=None).tables["totals"][["eligible_unit_count", "employee_count"]].values.tolist() == [[6, 6_970_200]]


def test_days_counted_from_1904(take, workbook):
    def since_1904(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet = book["单位"]
        sheet["G2"], sheet["G3"] = datetime(2021, 9, 30), 44469 - 1462
        sheet["G3"].number_format = "General"

    rows = [
        [*HEADERS, "有无党组织", "党组织成立日期"],
        [*unit(1), "是", None],
        [*unit(2), "是", None],
        [*unit(3), "是", "2021-9-30"],
        [*unit(4), "是", 20210930],
    ]
    workbook({"单位": rows}, change=since_1904)
    result = take()
    assert found(result) == []
    assert result.tables["units"]["party_org_established_on"].tolist() == [pd.Timestamp(2021, 9, 30)] * 4


@pytest.mark.parametrize("stroke", ["-", "—", "——", "/", "／", "－"])
def test_a_stroke_in_an_optional_cell_says_nothing(take, workbook, stroke):
    header = [*HEADERS, "乡镇街道", "农民工数", "有无党组织", "党组织成立日期", "控股类型", "行业代码", "经度"]
    workbook(
        {
            "单位": [header, [*unit(1), *[stroke] * 7], unit(2, 职工数=stroke), unit(3, 会员数=stroke), unit(4, 区县代码=stroke)],
            "工会": [["工会代码", "工会形式", "区县", "成立日期", "届满日期", "挂牌"], [code(1, "81"), "单独", "东明区", "2020-1-1", stroke, stroke]],
        }
    )
    result = take()
    assert found(result) == [(3, "count_invalid"), (4, "count_invalid"), (5, "district_unknown")] and found(result, "unions") == []
    kept = result.tables["units"]
    assert (
        kept.loc[0, ["township_name", "migrant_worker_count", "has_party_org", "party_org_established_on", "holding_type", "industry_code", "lon"]].isna().all()
    )


def test_characters_that_cannot_be_seen_are_dropped_and_rare_ones_kept(tmp_path, take):
    names = ["𠮷䶮赟厂", "\u202e厂甲\u202c", "甲\u200b厂\ufeff", "甲\u0007厂\x1b", "甲\u3000厂\xa0", "长" * 2000]
    lines = "\n".join(f'{code(i)},"{name}",990101,10,5' for i, name in enumerate(names))
    (tmp_path / "东明区_单位.csv").write_text(",".join(HEADERS) + "\n" + lines, encoding="utf-16")
    result = take()
    assert result.tables["units"]["unit_name"].tolist() == ["𠮷䶮赟厂", "厂甲", "甲厂", "甲厂", "甲 厂", "长" * 2000]


def test_rare_hanzi_in_gb18030(tmp_path, take):
    (tmp_path / "东明区_单位.csv").write_bytes((",".join(HEADERS) + f"\n{code(1)},𠮷䶮赟厂,990101,10,5\n").encode("gb18030"))
    assert take().tables["units"]["unit_name"].tolist() == ["𠮷䶮赟厂"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "文件名是 .csv，内容却不是文本。请用 Excel 或 WPS 打开后另存为 CSV，或改回原来的扩展名。"),
        (b"PK\x03\x04" + b"\0" * 600, "文件名是 .csv，内容却不是文本。请用 Excel 或 WPS 打开后另存为 CSV，或改回原来的扩展名。"),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE html><html></html>", "文件名是 .csv，内容却是网页。请在网页中重新导出，或用 Excel 打开后另存为 .xlsx。"),
        (b"\xef\xbb\xbf\r\n,,,\r\n", "文件里没有内容。请重新导出后报送。"),
        (
            b"\x81\xff\xfe\x80,\xff\xff\n",
            "文字编码认不出来，既不是 UTF-8、UTF-16，也不是 GB18030，文件可能已损坏。请重新导出为 UTF-8 编码的 CSV，或改报 .xlsx。",
        ),
    ],
)
def test_a_csv_that_is_none_says_why(tmp_path, take, content, words):
    (tmp_path / "东明区_单位.csv").write_bytes(content)
    result = take()
    assert status(result) == {"东明区_单位.csv": "unreadable"} and reason(result, "东明区_单位.csv") == words


def test_a_parquet_file_beyond_the_bounds_is_refused_while_it_is_read(tmp_path, take):
    pd.DataFrame({"uscc": ["长" * 100_000] * 2000}).to_parquet(tmp_path / "东明区_单位.parquet")
    assert (tmp_path / "东明区_单位.parquet").stat().st_size < 1_000_000
    result = take(settings=Settings(max_unpacked_mb=10))
    assert reason(result, "东明区_单位.parquet") == "文件解开后超过上限（30000000 个单元格、10 兆字节）。请拆分后报送。"


def test_parquet_of_other_makers(tmp_path, take):
    frame = pd.DataFrame(
        {
            "uscc": [code(1).encode(), code(2).encode()],
            "district_code": [990101, 990102],
            "employee_count": [1.0, 2.5],
            "member_count": [True, None],
            "party_org_established_on": [date(2021, 9, 30), None],
        }
    )
    frame.to_parquet(tmp_path / "东明区_单位.parquet")
    assert found(take()) == [(2, "count_invalid"), (3, "count_invalid")]


def test_the_nearest_names_are_offered_and_an_alias_settles_it(tmp_path, take, workbook):
    workbook({"单位": [["统一社会信用代码", "单位名称", "区县代码", "在册职工总量", "会员数"], unit(1)]})
    assert reason(take(), "东明区.xlsx") == (
        "工作表“单位”：单位表缺少必需的列：“职工数”（最接近的是“在册职工总量”）。看到的表头：统一社会信用代码、单位名称、区县代码、在册职工总量、会员数。"
        "请改用标准列名，或在别名表 aliases.csv 中补充对应关系后重新运行。"
    )
    own = tmp_path / "own"
    own.mkdir()
    for text in ("表,列代码,别名\n单位,职工数,在册职工总量\n", "table,code,alias\nunits,employee_count,在册职工总量\n"):
        (own / "aliases.csv").write_text(text, encoding="utf-8-sig")
        assert take(settings=Settings(aliases=own / "aliases.csv")).tables["units"]["employee_count"].tolist() == [10]
