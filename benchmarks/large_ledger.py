"""Millions of units, made up: ``python benchmarks/large_ledger.py FOLDER --units 10000000`` writes them as the parts that a province's store holds.

Codes are of the right form but drawn from a seed, districts are numbered; nothing in it is of a real place. A part holds whole districts, as
``analysis.measures.partitions`` splits them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

UNITS_A_PART = 625_000
_GROUP = 122_880  # rows of a Parquet group, as a store's parts have them
_PREFIXES = np.array(["91", "92", "52", "51", "53", "31", "12", "11"])
_SHARES = [0.55, 0.3, 0.05, 0.03, 0.01, 0.01, 0.03, 0.02]
_INDUSTRIES = np.array(["5110", "5211", "5431", "6020", "7020", "5011", "7030", "7231", "7241", "8411", "2611", "4710", "8310"])
_COUNTS = ("migrant_worker_count", "migrant_member_count", "dispatched_worker_count", "dispatched_member_count", "dispatched_out_count",
           "dispatched_member_elsewhere_count", "new_form_worker_count", "new_form_member_count", "new_member_count")  # fmt: skip


def write_ledger(folder: Path, units: int, districts: int = 100, seed: int = 20210930) -> int:
    """Write the parts and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    parts = max(1, -(-units // UNITS_A_PART))
    codes = np.array([f"{990000 + 100 * (i // 99) + i % 99 + 1:06d}" for i in range(districts)])
    unions = _unions(random, max(10, units // 20), codes)
    pq.write_table(unions, folder / "unions.parquet", row_group_size=_GROUP)
    contracts = max(10, units // 100)
    pq.write_table(_contracts(random, contracts), folder / "contracts.parquet", row_group_size=_GROUP)
    for part in range(parts):
        count = units // parts + (part < units % parts)
        for name, table in _part(random, part, parts, count, codes[part::parts], unions.num_rows, contracts).items():
            pq.write_table(table, folder / f"{name}-{part}.parquet", row_group_size=_GROUP)
    return parts


def _part(random: np.random.Generator, part: int, parts: int, count: int, codes: np.ndarray, unions: int, contracts: int) -> dict[str, pa.Table]:
    prefix = random.choice(_PREFIXES, count, p=_SHARES)
    serial = np.arange(count, dtype=np.int64) * parts + part
    uscc = pa.array(np.char.add(prefix, np.char.zfill(serial.astype("U10"), 16)))
    where = np.sort(random.integers(0, len(codes), count))  # a workbook a district: its rows stand together, as intake keeps them
    staff = np.minimum(random.lognormal(2.2, 1.2, count).astype(np.int64), 20_000)
    members = (staff * random.random(count)).astype(np.int64)
    township = np.char.add(np.char.add(codes[where], "-"), random.integers(1, 11, count).astype("U2"))
    small = random.random(count)
    units = {
        "uscc": uscc, "unit_name": pa.array(np.char.add("单位", serial.astype("U10"))), "district_code": pa.array(codes[where]), "township_code": pa.array(township),
        "registration_type": pa.array(random.choice(["111", "112", "130", "150", "190"], count)), "holding_type": pa.nulls(count, pa.string()),
        "industry_code": pa.array(random.choice(_INDUSTRIES, count)), "status": pa.array(np.where(random.random(count) < 0.95, "存续", "注销")),
        "unit_level": pa.array(np.where(random.random(count) < 0.97, "法人", "分支机构")), "employee_count": pa.array(staff), "member_count": pa.array(members),
        "size_class": pa.array(np.where(small < 0.6, "微", np.where(small < 0.9, "小", "中"))), "is_above_scale": pa.array(random.random(count) < 0.05),
        "has_party_org": pa.array(random.random(count) < 0.1), "is_small_micro": pa.array(small < 0.9), "is_sme": pa.array(np.ones(count, bool)),
        "is_size_applicable": pa.array(np.ones(count, bool)),
    } | {name: pa.array((staff * 0.1 * random.random(count)).astype(np.int64)) for name in _COUNTS}  # fmt: skip
    covered = np.flatnonzero(random.random(count) < 0.5)
    first = np.datetime64("2012-01-01") + random.integers(0, 3600, len(covered)).astype("timedelta64[D]")
    covers = {"union_id": pa.array(_union_ids(random.integers(0, unions, len(covered)))), "uscc": uscc.take(pa.array(covered)), "valid_from": pa.array(first, pa.date32()),
              "valid_to": pa.nulls(len(covered), pa.date32()), "cover_type": pa.array(np.where(random.random(len(covered)) < 0.9, "直接", "兜底"))}  # fmt: skip
    met = covered[random.random(len(covered)) < 0.2]
    congresses = {"uscc": uscc.take(pa.array(met)), "held_on": pa.array(np.datetime64("2020-07-01") + random.integers(0, 456, len(met)).astype("timedelta64[D]"), pa.date32()),
                  "matter": pa.array(random.choice(["工资分配", "福利待遇", "安全生产"], len(met))), "delegate_total": pa.array(np.full(len(met), 30)),
                  "attend_count": pa.array(random.integers(15, 31, len(met))), "yes_count": pa.array(random.integers(5, 31, len(met))),
                  "source_file": pa.array(np.full(len(met), "f")), "source_row": pa.array(np.arange(len(met)))}  # fmt: skip
    bound = covered[random.random(len(covered)) < 0.3]
    contract_covers = {"contract_id": pa.array(np.char.add("C", random.integers(0, contracts, len(bound)).astype("U9"))), "uscc": uscc.take(pa.array(bound)),
                       "is_stamped": pa.array(random.random(len(bound)) < 0.95)}  # fmt: skip
    return {"units": pa.table(units), "covers": pa.table(covers), "congresses": pa.table(congresses), "contract_covers": pa.table(contract_covers)}


def _union_ids(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("81", np.char.zfill(numbers.astype("U10"), 16))


def _unions(random: np.random.Generator, count: int, codes: np.ndarray) -> pa.Table:
    flags = ("has_sign", "has_elected_chair", "has_sound_org", "has_activity_carrier", "has_systems", "has_own_funds", "has_satisfied_performance")
    made = {"union_id": _union_ids(np.arange(count)), "union_type": random.choice(["单独", "联合"], count), "district_code": random.choice(codes, count),
            "established_on": np.datetime64("2010-01-01") + random.integers(0, 4300, count).astype("timedelta64[D]"),
            "term_ends_on": np.datetime64("2020-01-01") + random.integers(0, 1500, count).astype("timedelta64[D]"), "home_level": random.choice(["合格", "先进", "模范"], count)}  # fmt: skip
    made |= {name: random.random(count) < 0.8 for name in flags}
    made |= {name: random.integers(0, 6, count) for name in ("system_count", "activity_count", "assembly_count")}
    made |= {name: random.integers(50, 101, count).astype(float) for name in ("self_score", "district_score", "city_score")}
    return pa.Table.from_pandas(pd.DataFrame(made), preserve_index=False)


def _contracts(random: np.random.Generator, count: int) -> pa.Table:
    start = np.datetime64("2019-01-01") + random.integers(0, 900, count).astype("timedelta64[D]")
    return pa.table({"contract_id": pa.array(np.char.add("C", np.arange(count).astype("U9"))), "contract_type": pa.array(np.full(count, "综合")),
                     "effective_on": pa.array(start, pa.date32()), "ends_on": pa.array(start + np.timedelta64(1095, "D"), pa.date32())})  # fmt: skip


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--units", type=int, default=10_000_000)
    options.add_argument("--districts", type=int, default=100)
    chosen = options.parse_args()
    print(write_ledger(chosen.folder, chosen.units, chosen.districts), "parts")
