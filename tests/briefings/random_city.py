"""Cities at random, counted by the real definitions: ties, zeroes, everything covered, few units, tables and columns that some districts lack."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
from story_world import package

from analysis import tables
from analysis.facts import Register
from analysis.measures.change import changes
from analysis.measures.indicators import Places, indicators, needed_items
from analysis.measures.tally import segment_bits

CITY = ("970100", "测试市")
MATTERS = [f"{m}_{w}" for m in ("wage", "welfare", "safety") for w in ("submitted", "voted", "rejected", "deliberated")]
UNIONS = ["unions", *(f"level_{n}" for n in range(1, 7)), "shell", "standard_met", "six_haves_all"]
INDUSTRIES = ["", "", "trade_logistics", "property_management", "building_decoration", "law_firm", "private_hospital"]
COLUMNS = ["region", "region_name", "table", "column", "reason"]


def _units(random: np.random.Generator, codes: list[str], kind: str, size: int) -> pd.DataFrame:
    """One row a unit with its mask and base sums; ``kind`` of city: mixed, full (all covered), empty (none), alike (every district the same)."""
    share = {"full": 1.0, "empty": 0.0}.get(kind, random.choice([0.1, 0.5, 0.9, 0.97]))
    one = random.integers(0, 10**6)
    made = []
    for code in codes:
        own = np.random.default_rng(one) if kind == "alike" else random
        count = int(own.integers(0, size + 1))
        small, new, firm = own.random(count) < 0.7, own.random(count) < 0.6, own.random(count) < 0.85
        covered, staff = own.random(count) < share, np.maximum(1, own.lognormal(2.3, 1.2, count)).astype(int)
        trade = own.choice(INDUSTRIES, count)
        sets = {"all": np.full(count, True), "enterprise": firm, "non_public": firm & new, "state_collective": firm & ~new, "small_micro": small & firm,
                "size_unknown": own.random(count) < 0.05, "two_new": new, "small_micro_and_two_new": small & firm & new, "small_micro_or_two_new": (small & firm) | new,
                "above_scale": firm & (staff > 60), "sme": firm & (staff < 200), "self_employed": own.random(count) < 0.05,
                **{name: trade == name for name in INDUSTRIES if name}}  # fmt: skip
        mask = sum((sets[name].astype("int64") << bit for name, bit in segment_bits().items() if name in sets), np.zeros(count, dtype="int64"))
        flags = {"blind": ~covered, "nominal": ~covered & (own.random(count) < 0.1), "newly": covered & (own.random(count) < 0.1), "mandatory": staff >= 25,
                 "congress": own.random(count) < 0.4, "contract": own.random(count) < 0.5, "party_org": own.random(count) < 0.2}  # fmt: skip
        members = np.where(covered, staff * 8 // 10, staff // 20)
        sums = {"eligible": 1, "covered": covered, "nominal": flags["nominal"], "blind": flags["blind"], "newly": flags["newly"], "employees": staff,
                "covered_employees": staff * covered, "blind_employees": staff * ~covered, "members": members, "covered_members": members * covered,
                "mandatory": flags["mandatory"], "mandatory_covered": flags["mandatory"] & covered, "migrant_workers": staff // 3, "migrant_members": staff // 4 * covered,
                "dispatched_workers": staff // 9, "dispatched_members": staff // 12, "dispatched_out": 0, "dispatched_elsewhere": 0, "new_form_workers": staff // 15,
                "new_form_members": staff // 20, "new_members": staff // 30, "enterprises": firm, "covered_enterprises": firm & covered,
                "congress_enterprises": firm & covered & flags["congress"], "covered_enterprise_employees": staff * (firm & covered),
                "contract_enterprises": firm & covered & flags["contract"], "contract_enterprise_employees": staff * (firm & covered & flags["contract"]),
                "party": flags["party_org"], "party_covered": flags["party_org"] & covered}  # fmt: skip
        sums |= {base: 0 for base in tables.load("base_sums")["base"] if base not in sums}
        made.append(
            pd.DataFrame(
                {"district_code": code, "township_code": f"{code}001", "mask": mask} | {k: np.broadcast_to(v, count).astype("int64") for k, v in sums.items()}
            )
        )
    return pd.concat(made, ignore_index=True)


def _associations(random: np.random.Generator, codes: list[str], kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    unions, matters = [], []
    for code in codes:
        levels = random.integers(0, 6 if kind != "empty" else 1, 6)
        total = int(levels.sum())
        met = int(random.integers(0, total + 1))
        unions.append([code, total, *levels, int(levels[:3].sum()), met, int(random.integers(0, met + 1))])
        matters.append([code, *random.integers(0, 5, len(MATTERS))])
    return pd.DataFrame(unions, columns=["district_code", *UNIONS]), pd.DataFrame(matters, columns=["district_code", *MATTERS])


def _gaps(random: np.random.Generator, places: dict[str, str], often: float) -> pd.DataFrame:
    items = [(t, "") for t in ("unions", "covers", "congresses", "contracts", "contract_covers", "units")] + [
        tuple(i.split(".")) for i in sorted(needed_items()) if "." in i
    ]
    found = [(code, name, table, column, f"没有报送“{column or table}”") for code, name in places.items() for table, column in items if random.random() < often]
    return pd.DataFrame(found, columns=COLUMNS)


def random_package(seed: int):
    """Return ``at(scope)``, which gives the stand-in of a package of a city drawn from the seed, and the scopes."""
    random = np.random.default_rng(seed)
    number = int(random.choice([1, 2, 3, 5, 14]))
    kind, size = random.choice(["mixed", "mixed", "full", "empty", "alike"]), int(random.choice([0, 3, 29, 60, 150]))
    often = float(random.choice([0, 0, 0.02, 0.15]))
    places = {
        f"9701{n + 1:02d}": name for n, name in zip(range(number), ["和平区", "甲县", "第3区", *(f"{c}区" for c in "乙丙丁戊己庚辛壬癸子丑")], strict=False)
    }
    districts = pd.DataFrame(places.items(), columns=["code", "name"])
    townships = pd.DataFrame({"code": [f"{c}001" for c in places], "name": [f"{n}中街道" for n in places.values()], "district_code": list(places)})
    frames, gaps = {}, {}
    for quarter in ("2020Q3", "2021Q2", "2021Q3"):
        if quarter != "2021Q3" and random.random() < 0.3:
            continue
        unions, matters = _associations(random, list(places), kind)
        gaps[quarter] = gaps.get("2021Q2", _gaps(random, places, often)) if random.random() < 0.7 else _gaps(random, places, often)
        expiring = pd.DataFrame({"contract_id": [str(n) for n in range(3)], "districts": [random.choice(list(places)) for _ in range(3)]})
        units = _units(random, list(places), kind, size)
        tally = SimpleNamespace(
            units=units.groupby(["district_code", "township_code", "mask"], as_index=False).sum(), unions=unions, matters=matters, expiring=expiring
        )
        earlier = gaps.get("2021Q2") if quarter == "2021Q3" else None
        frames[quarter] = indicators(tally, Places(CITY, districts, townships), gaps[quarter], quarter, earlier_gaps=earlier, has_earlier=earlier is not None)
    now = frames["2021Q3"]
    moved = [changes(now, frames.get(then), suffix, "2021Q3") for suffix, then in (("qoq", "2021Q2"), ("yoy", "2020Q3"))]
    frame = pd.concat([now, *moved, *(f for q, f in frames.items() if q != "2021Q3")], ignore_index=True)
    lacking = gaps["2021Q3"].to_dict("records")

    def at(scope: str):
        made = package(city=CITY, register=Register(frame, "2021Q3", CITY, 30), incomplete=lacking)
        made.scope, made.region_code, made.region_name = scope, CITY[0] if scope == "city" else scope, ({"city": CITY[1]} | places)[scope]
        return made

    return at, ["city", *list(places)[:2]]
