"""The demonstration is reproducible, made up through and through, and whole; the census adds up."""

import json
import os
import re
import sys
import zipfile
import zlib
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "demo"
CENSUS = ROOT / "data" / "census2004" / "ledgers" / "2004Q4" / "全国_汇总表.csv"
QUARTERS = ("2020Q3", "2020Q4", "2021Q1", "2021Q2", "2021Q3")
TABLES = ("单位", "工会", "覆盖关系", "职代会", "集体合同", "合同覆盖", "任务", "督察", "专班", "培训")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The contract's column of weights, typed out: the generator computes its own.
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def _is_right(code: str) -> bool:
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(code, WEIGHTS, strict=False))
    return ALPHABET[(31 - total % 31) % 31] == code[17]


def _grids(quarter: str):
    """(file, table, rows of cells) of every table of a quarter, hidden sheets left out."""
    for path in sorted((DEMO / "ledgers" / quarter).iterdir()):
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(path)
            for sheet in book.sheets_metadata:
                if sheet.name in TABLES:
                    yield path.name, sheet.name, book.get_sheet_by_name(sheet.name).to_python()
        elif path.suffix == ".csv":
            frame = pd.read_csv(path, encoding="gb18030", dtype=str, header=None, keep_default_na=False)
            yield path.name, path.stem.split("_")[-1], frame.to_numpy().tolist()
        else:
            table = pq.read_table(path)
            rows = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
            yield path.name, path.stem.split("_")[-1], rows


def _records(quarter: str, table: str):
    """(file, record) of every data row, found under its header."""
    for file, name, grid in _grids(quarter):
        if name != table:
            continue
        at = next(place for place, row in enumerate(grid) if sum(cell not in ("", None) for cell in row) > 2)
        for row in grid[at + 1 :]:
            filled = [cell for cell in row if cell not in ("", None)]
            if len(filled) > 1 and row[0] != "合计":
                yield file, dict(zip(grid[at], row, strict=True))


@pytest.fixture(scope="module")
def units():
    return {quarter: list(_records(quarter, "单位")) for quarter in QUARTERS}


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(DEMO / "expected.csv", dtype=str)


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {entry.filename: book.read(entry) for entry in book.infolist()}


def _packs_alike(path: Path) -> bool:
    """Whether this machine would pack the workbook to the same bytes (zlib-ng and Windows do not)."""
    with zipfile.ZipFile(path) as book:
        for entry in book.infolist():
            packer = zlib.compressobj(-1, zlib.DEFLATED, -15)
            if len(packer.compress(book.read(entry)) + packer.flush()) != entry.compress_size:
                return False
    return os.name == "posix"


def test_regenerating_gives_the_same_bytes(tmp_path):
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from demo_city.make import make
    finally:
        sys.path.pop(0)
    make(tmp_path)
    made, kept = _files(tmp_path), _files(DEMO)
    assert sorted(made) == sorted(kept)
    for name, path in kept.items():
        if made[name].read_bytes() != path.read_bytes():
            # Where a workbook packs otherwise, its parts must still be the same to the byte.
            assert path.suffix == ".xlsx", f"{name} differs: make demo"
            assert not _packs_alike(path), f"{name} differs: make demo"
            assert _parts(made[name]) == _parts(path), f"{name} differs: make demo"


def test_demo_is_small_and_marked():
    assert sum(path.stat().st_size for path in _files(DEMO).values()) < 3_000_000
    assert (DEMO / "DEMO").read_text(encoding="utf-8").strip() == "演示数据"
    assert "演示数据" in (DEMO / "README.md").read_text(encoding="utf-8")


def test_ten_districts_five_quarters_all_tables(units):
    features = json.loads((DEMO / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    names = {feature["properties"]["adcode"]: feature["properties"]["name"] for feature in features}
    assert len(names) == 10
    assert all(code.startswith("9801") for code in names)
    assert {name[-1] for name in names.values()} == {"区", "县", "市"}
    assert sorted(path.name for path in (DEMO / "ledgers").iterdir()) == list(QUARTERS)
    for quarter in QUARTERS:
        seen = defaultdict(set)
        for file, table, rows in _grids(quarter):
            assert len(rows) > 1, f"{quarter} {file} {table} is empty"
            seen[file[:3]].add(table)
        assert seen == {name: set(TABLES) for name in names.values()}
        assert 1200 <= len(units[quarter]) <= 1600


def test_codes_are_right_and_nobodys(units, expected):
    spoiled = set(expected.loc[expected["rule"] == "uscc_invalid", "key"])
    seen = 0
    for quarter in QUARTERS:
        for table in ("单位", "工会", "覆盖关系", "职代会", "合同覆盖", "督察"):
            for file, record in units[quarter] if table == "单位" else _records(quarter, table):
                for column in ("统一社会信用代码", "工会代码"):
                    code = record.get(column)
                    if not code:
                        continue
                    seen += 1
                    assert re.fullmatch(r"[0-9A-Z]{18}", code), (quarter, file, code)
                    assert code[2:5] == "980" or code[2:8] == "000000", (quarter, file, code)
                    assert _is_right(code) != (code in spoiled), (quarter, file, code)
                    assert column != "工会代码" or code.startswith("81")
    assert seen > 5000


def test_members_follow_from_their_flows(units):
    """Last quarter + new + in - out - left, wherever a unit stands once in both quarters."""
    checked = 0
    for before, after in pairwise(QUARTERS):
        once = Counter(record["统一社会信用代码"] for _, record in units[after])
        old = {record["统一社会信用代码"]: record for _, record in units[before]}
        for file, record in units[after]:
            code = record["统一社会信用代码"]
            if once[code] > 1 or code not in old:
                continue
            new, came, went, left, now, was = (
                int(str(cell).replace(",", "").split(".")[0])
                for cell in (*(record[key] for key in ("新发展会员", "转入", "转出", "退会", "会员数")), old[code]["会员数"])
            )
            assert was + new + came - went - left == now, (after, file, code)
            checked += 1
    assert checked > 5000


def test_every_mistake_stands_in_the_files(units, expected):
    for quarter, part in expected.groupby("quarter"):
        for row in part.itertuples():
            if row.table == "units":
                times = sum(record["统一社会信用代码"] == row.key for _, record in units[quarter])
                assert times == (2 if "duplicate" in row.rule else 1), row
    assert expected.groupby("quarter")["rule"].count().between(8, 24).all()
    assert expected["rule"].nunique() >= 12


def test_no_member_is_in_a_unit_without_union(units, expected):
    for quarter in QUARTERS:
        covered = {record["统一社会信用代码"] for _, record in _records(quarter, "覆盖关系")}
        for file, record in units[quarter]:
            if record["会员数"] not in (0, "0", 0.0, "", None):
                known = record["统一社会信用代码"] in covered
                assert known or record["统一社会信用代码"][:2] == "81", (quarter, file, record["单位名称"])


def _numbers() -> pd.DataFrame:
    frame = pd.read_csv(DEMO / "numbers.csv", dtype={"region_code": str})
    return frame.assign(rate=frame["covered_unit_count"] / frame["eligible_unit_count"])


def test_the_story_is_in_the_numbers():
    rates = _numbers().pivot(index="quarter", columns="region_name", values="rate")
    city = rates["芷陵市"]
    assert city.is_monotonic_increasing
    assert 0.36 < city.iloc[0] < 0.40
    assert 0.44 < city.iloc[-1] < 0.48
    assert rates.iloc[-1].idxmax() == "枫渡区"
    assert rates["竹阜县"].is_monotonic_decreasing
    tiny = _numbers().query("region_name == '雁坪县'")["eligible_unit_count"]
    assert tiny.max() < 30


def test_the_numbers_are_in_the_files(units, expected):
    """Counted again from the files, apart from the model: prefix, status, level, headcount, cover."""
    quarantine = {"count_missing", "count_invalid", "uscc_invalid", "uscc_is_union", "boundary_unmatched",
                  "district_unknown", "value_unknown"}  # fmt: skip
    for quarter in QUARTERS:
        part = expected[(expected["quarter"] == quarter) & (expected["table"] == "units")]
        lost = set(part.loc[part["rule"].isin(quarantine), "key"])
        as_of = date(int(quarter[:4]), int(quarter[-1]) * 3, 30 if quarter[-1] in "23" else 31)
        covered = set()
        for _, record in _records(quarter, "覆盖关系"):
            # A closed cover is written with its end only where that has come; ends on the day still count.
            digits = re.findall(r"\d+", str(record["终止日期"] or ""))
            if len(digits) == 1:
                digits = [digits[0][:4], digits[0][4:6], digits[0][6:8]]
            is_alive = not digits or date(*(int(part) for part in digits[:3])) >= as_of
            if record["覆盖方式"] == "直接" and is_alive:
                covered.add(record["统一社会信用代码"])
        eligible = {
            record["统一社会信用代码"]
            for _, record in units[quarter]
            if record["统一社会信用代码"] not in lost
            and record["统一社会信用代码"][:2] not in ("11", "13", "81")
            and record["存续状态"] == "存续"
            and record["单位级别"] == "法人"
            and str(record["职工数"]) not in ("0", "0.0")
        }
        row = _numbers().query("quarter == @quarter and region_name == '芷陵市'").iloc[0]
        assert len(eligible) == row["eligible_unit_count"]
        assert len(eligible & covered) == row["covered_unit_count"]


def test_decoration_is_reversed():
    """2021Q3 on 2021Q2: no district falls, the city does."""
    rates = {}
    for quarter in ("2021Q2", "2021Q3"):
        covered = {r["统一社会信用代码"] for _, r in _records(quarter, "覆盖关系") if r["覆盖方式"] == "直接"}
        firms = defaultdict(list)
        for file, record in _records(quarter, "单位"):
            if str(record["行业代码"]).startswith("E501") and record["存续状态"] == "存续":
                for place in (file[:3], "全市"):
                    firms[place].append(record["统一社会信用代码"] in covered)
        rates[quarter] = {place: sum(flags) / len(flags) for place, flags in firms.items()}
        assert len(firms["全市"]) >= 30
    before, after = rates["2021Q2"], rates["2021Q3"]
    assert all(after[place] >= before[place] for place in before if place != "全市")
    assert after["全市"] < before["全市"] - 0.01


def test_map_has_neither_gap_nor_overlap():
    def polygons(name):
        features = json.loads((DEMO / name).read_text(encoding="utf-8"))["features"]
        return {f["properties"].get("adcode") or f["properties"]["code"]: shape(f["geometry"]) for f in features}

    districts, townships = polygons("boundaries.geojson"), polygons("townships.geojson")
    assert 50 <= len(townships) <= 60
    assert all(polygon.is_valid for polygon in (*districts.values(), *townships.values()))
    whole = unary_union(list(districts.values()))
    assert isinstance(whole, Polygon)
    assert not whole.interiors
    for parts in (districts, townships):
        assert abs(sum(polygon.area for polygon in parts.values()) - whole.area) < 1e-9
    for code, district in districts.items():
        inner = [polygon for key, polygon in townships.items() if key.startswith(code)]
        assert unary_union(inner).symmetric_difference(district).area < 1e-9


@pytest.fixture(scope="module")
def census():
    frame = pd.read_csv(CENSUS, dtype=str)
    numeric = frame.columns[2:]
    frame[numeric] = frame[numeric].map(Decimal)
    return frame.set_index("地区代码")


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_census_rates(census):
    nation, hubei = census.loc["100000"], census.loc["420000"]
    assert (nation["建会单位数"], nation["单位数"]) == (1_166_154, 5_168_303)
    assert _percent(nation["建会单位数"], nation["单位数"]) == Decimal("22.56")
    assert (hubei["建会单位数"], hubei["单位数"]) == (53_821, 158_411)
    assert _percent(hubei["建会单位数"], hubei["单位数"]) == Decimal("33.98")
    assert _percent(nation["会员数（万人）"], nation["职工数（万人）"]) == Decimal("57.81")


def test_census_residual_closes_the_sum(census):
    listed = census.drop(index=["100000", "999999"])
    assert len(listed) == 26
    for column in census.columns[1:]:
        assert census.loc["100000", column] - listed[column].sum() == census.loc["999999", column], column
