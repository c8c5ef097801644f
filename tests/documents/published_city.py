"""A made-up city whose ledgers are sent in for two quarters: places and groups of very unequal size, many of them small."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

QUARTERS = ("2021Q2", "2021Q3")
DISTRICTS = {"970101": "甲区", "970102": "乙县", "970103": "丙区", "970104": "丁市"}
TOWNSHIPS = ("东街道", "西镇", "南乡")
_SIZE = {"970101": 90, "970102": 60, "970103": 38, "970104": 9}
_ENDS = {"2021Q2": "2021-06-30", "2021Q3": "2021-09-30"}
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_TRADES = ("5111", "5211", "6020", "7020", "5011", "7030", "7231", "7241", "3599", "3599", "6110", "8010")
_HEADS = {
    "单位": ("统一社会信用代码", "单位名称", "区县代码", "乡镇街道", "登记注册类型代码", "控股类型", "行业代码", "存续状态", "职工数", "营业收入", "资产总额", "会员数", "农民工数", "农民工会员数",
           "派遣工数", "派遣工会员数", "新就业形态人数", "新就业形态会员数", "有无党组织", "规模以上", "入库年份"),
    "工会": ("工会代码", "工会名称", "工会形式", "区县代码", "成立日期", "届满日期", "挂牌", "主席选举", "组织机构", "活动载体", "制度机制", "自主经费", "会员满意", "建制项数", "近四季活动次数",
           "近一年开会次数", "自评分", "初审分", "核定分", "职工之家等级", "民主之家", "党工共建"),
    "覆盖关系": ("工会代码", "统一社会信用代码", "起始日期", "终止日期", "覆盖方式"),
    "职代会": ("统一社会信用代码", "形式", "召开日期", "事项", "代表总数", "到会人数", "赞成票"),
    "集体合同": ("合同编号", "合同类型", "层级", "生效日期", "期满日期", "协商次数", "职代会通过", "报送人社"),
    "合同覆盖": ("合同编号", "统一社会信用代码", "盖章"),
}  # fmt: skip


def _code(prefix: str, number: int) -> str:
    body = f"{prefix}000000{number:09d}"
    left = 31 - sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 31
    return body + _ALPHABET[left % 31]


def write_city(folder: Path, seed: int = 7) -> dict[str, str]:
    """Write ledgers, boundaries and townships into the folder; return the settings to run it with."""
    _write_places(folder)
    rng = random.Random(seed)
    units = [_unit(rng, district, number) for district in DISTRICTS for number in range(_SIZE[district])]
    unions = [_union(rng, district, number) for district in DISTRICTS for number in range(max(2, _SIZE[district] // 4))]
    for quarter in QUARTERS:
        if quarter != QUARTERS[0]:
            units = [_moved(rng, unit) for unit in units if rng.random() > 0.04]
            units += [_unit(rng, rng.choice(list(DISTRICTS)), 900 + number) for number in range(7)]
        for district, name in DISTRICTS.items():
            _send(folder / "ledgers" / quarter, name, quarter, [u for u in units if u["district"] == district], [u for u in unions if u[3] == district], rng)
    return {"ledgers": str(folder / "ledgers"), "boundaries": str(folder / "boundaries.geojson"), "townships": str(folder / "townships.geojson"),
            "city_code": "970100", "city_name": "九七市"}  # fmt: skip


def _unit(rng: random.Random, district: str, number: int) -> dict:
    prefix = rng.choice(["91"] * 8 + ["92", "52", "12"])
    staff = rng.choice([1, 2, 3, 4, 6, 8, 12, 18, 24, 25, 30, 48, 70, 130, 420])
    kind = {"91": rng.choice(["112", "112", "111", "119", "230"]), "92": "500"}.get(prefix, "")
    return {"code": _code(prefix, 1000 * list(DISTRICTS).index(district) + number + 1), "district": district, "town": rng.choice(TOWNSHIPS), "kind": kind,
            "trade": rng.choice(_TRADES), "staff": staff, "covered": rng.random() < (0.25 if staff < 25 else 0.7), "party": rng.random() < 0.2, "nominal": rng.random() < 0.1,
            "met": rng.random() < 0.4, "bound": rng.random() < 0.4, "union": rng.random(), "share": rng.random()}  # fmt: skip


def _moved(rng: random.Random, unit: dict) -> dict:
    return unit | {"covered": unit["covered"] != (rng.random() < 0.07), "staff": max(1, unit["staff"] + rng.choice([0, 0, 0, 1, -1, 3]))}


def _union(rng: random.Random, district: str, number: int) -> tuple:
    def yes(share: float) -> str:
        return "是" if rng.random() < share else "否"

    score = rng.choice([55, 70, 78, 82, 88, 93])
    return (_code("81", 1000 * list(DISTRICTS).index(district) + number + 1), f"第{number}工会", rng.choice(["单独", "单独", "联合"]), district, rng.choice(["2015-05-01", "2019-03-02", "2020-04-03", "2021-02-05"]),
            rng.choice(["2024-01-01", "2023-05-06", "2020-01-01"]), yes(0.9), yes(0.9), yes(0.9), yes(0.8), yes(0.8), yes(0.8), yes(0.8), rng.choice([1, 3, 4, 5]), rng.choice([0, 1, 4]), rng.choice([0, 1, 2]),
            score, score - 2, score - 5, rng.choice(["", "合格", "先进", "模范"]), yes(0.3), yes(0.3))  # fmt: skip


def _send(folder: Path, name: str, quarter: str, units: list[dict], unions: list[tuple], rng: random.Random) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[tuple]] = {table: [] for table in _HEADS}
    rows["工会"] = unions
    for n, u in enumerate(units):
        members = int(u["staff"] * 0.8) if u["covered"] else 0
        rows["单位"].append((u["code"], f"{name}第{n}家", u["district"], u["town"], u["kind"], "私人" if u["kind"] == "119" else "", u["trade"], "存续", u["staff"], int(u["staff"] * 60 * u["share"]) + 20, 300,
                            members, u["staff"] // 3, members // 3, u["staff"] // 9, members // 9, u["staff"] // 12, members // 12, "是" if u["party"] else "否",
                            "是" if u["staff"] > 60 else "否", rng.choice([2018, 2020, 2021]) if u["staff"] > 60 else ""))  # fmt: skip
        union = unions[int(u["union"] * len(unions))][0]
        if u["covered"] or u["nominal"]:
            rows["覆盖关系"].append((union, u["code"], "2021-01-02", "", "直接" if u["covered"] else "兜底"))
        if u["covered"] and u["met"] and u["code"].startswith("91"):
            rows["职代会"].append(
                (
                    u["code"],
                    rng.choice(["职代会", "职工大会", "区域"]),
                    "2021-03-04",
                    rng.choice(["工资分配", "福利待遇", "安全生产"]),
                    30,
                    28,
                    rng.choice([20, 10, ""]),
                )
            )
        if u["covered"] and u["bound"] and u["code"].startswith("91"):
            rows["集体合同"].append(
                (
                    f"HT{u['code'][8:17]}",
                    rng.choice(["综合", "综合", "工资专项", "女职工"]),
                    rng.choice(["企业", "企业", "区域"]),
                    "2021-01-01",
                    rng.choice(["2021-11-30", "2022-12-31"]),
                    rng.choice([0, 2]),
                    "是",
                    "是",
                )
            )
            rows["合同覆盖"].append((f"HT{u['code'][8:17]}", u["code"], "是"))
    for table, lines in rows.items():
        with open(folder / f"{name}_{table}.csv", "w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([_HEADS[table], *lines])


def _write_places(folder: Path) -> None:
    squares = {"boundaries": [], "townships": []}
    for column, (code, name) in enumerate(DISTRICTS.items()):
        squares["boundaries"].append((110 + column, 30, 1.0, {"code": code, "name": name}))
        squares["townships"] += [
            (110 + column, 30 + row / 3, 1 / 3, {"code": f"{code}{row + 1:03d}", "name": town, "district_code": code}) for row, town in enumerate(TOWNSHIPS)
        ]
    for layer, found in squares.items():
        features = [
            {"type": "Feature", "properties": p, "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y + h], [x, y + h], [x, y]]]}}
            for x, y, h, p in found
        ]
        (folder / f"{layer}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
