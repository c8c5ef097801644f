"""Made-up cities of units, counted here by the contract's definitions into published tables, for the attacker to work on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.indicators import typed

CITY = "970100"
TRADES = ("trade_logistics", "express_delivery", "law_firm")
SEGMENTS = ("all", "enterprise", "non_public", "state_collective", "small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new", *TRADES)
UNITS = {  # contract §4 name -> which units, and what is added up over them (blank: their number)
    "eligible_unit_count": ("here", ""), "covered_unit_count": ("covered", ""), "blind_unit_count": ("blind", ""), "nominal_unit_count": ("nominal", ""),
    "newly_covered_unit_count": ("newly", ""), "employee_count": ("here", "staff"), "covered_employee_count": ("covered", "staff"),
    "blind_employee_count": ("blind", "staff"), "member_count": ("here", "members"), "mandatory_unit_count": ("large", ""),
    "mandatory_covered_unit_count": ("large_covered", ""), "migrant_worker_count": ("here", "migrants"), "covered_enterprise_count": ("covered_firm", ""),
}  # fmt: skip
RATES = {"unit_coverage_rate": ("covered", "here", ""), "blind_unit_rate": ("blind", "here", ""), "employee_coverage_rate": ("covered", "here", "staff"),
         "mandatory_unit_union_rate": ("large_covered", "large", "")}  # fmt: skip
ABOVE = {"congress_enterprise_count": ("met", ""), "party_unit_count": ("party", ""), "party_covered_unit_count": ("party_covered", "")}
ABOVE_RATES = {"worker_congress_rate": ("met", "covered_firm", ""), "worker_congress_rate_all": ("met", "firm", ""),
               "party_union_sync_rate": ("party_covered", "party", "")}  # fmt: skip


def units(seed: int, districts: int = 4, townships: int = 3, count: int = 300, busy: float = 0.6) -> pd.DataFrame:
    """Return units at random: places of very unequal size, groups that overlap, some units far larger than the rest."""
    random = np.random.default_rng(seed)
    weight = random.dirichlet(np.full(districts, busy))
    home = random.choice(districts, count, p=weight)
    made = pd.DataFrame(
        {
            "district": [f"9701{d + 1:02d}" for d in home],
            "township": [f"9701{d + 1:02d}{t + 1:03d}" for d, t in zip(home, random.integers(0, townships, count), strict=True)],
        }
    )

    def some(share):
        return random.random(count) < share

    made["firm"] = some(0.8)
    made["non_public"] = made["firm"] & some(0.7)
    made["state"] = made["firm"] & ~made["non_public"] & some(0.3)
    made["small"], made["new"] = some(0.7), made["non_public"] | (~made["firm"] & some(0.5))
    made["trade"] = random.choice(["", "trade_logistics", "express_delivery", "law_firm"], count, p=[0.5, 0.3, 0.12, 0.08])
    made["here"] = True
    made["covered"] = some(random.uniform(0.2, 0.9))
    made["blind"] = ~made["covered"]
    made["nominal"], made["newly"] = made["blind"] & some(0.1), made["covered"] & some(0.1)
    made["staff"] = np.maximum(1, random.lognormal(2.5, 1.4, count)).astype(int)
    made["large"] = made["staff"] >= 25
    made["large_covered"] = made["large"] & made["covered"]
    made["members"] = np.where(made["covered"], (made["staff"] * 0.8).astype(int), 0)
    made["migrants"] = np.where(some(0.3), made["staff"] // 3, 0)
    made["covered_firm"] = made["covered"] & made["firm"]
    made["met"] = made["covered_firm"] & some(0.4)
    made["party"] = some(0.15)
    made["party_covered"] = made["party"] & made["covered"]
    return made


def inside(city: pd.DataFrame, segment: str) -> np.ndarray:
    small, new = city["small"].to_numpy(), city["new"].to_numpy()
    own = {"all": city["here"], "enterprise": city["firm"], "non_public": city["non_public"], "state_collective": city["state"], "small_micro": small, "two_new": new,
           "small_micro_and_two_new": small & new, "small_micro_or_two_new": small | new, "trade_logistics": city["trade"].isin(TRADES[:2])}  # fmt: skip
    return np.asarray(own[segment] if segment in own else city["trade"] == segment)


def published(city: pd.DataFrame, quarter: str = "2021Q3", districts: int = 0) -> pd.DataFrame:
    """Return the city's table, nothing withheld; ``districts``: how many there are, also those without a unit."""
    codes = sorted(set(city["district"]) | {f"9701{d + 1:02d}" for d in range(districts)})
    places = [("city", CITY, city["here"])] + [("district", d, city["district"] == d) for d in codes]
    places += [("township", t, city["township"] == t) for t in sorted(set(city["township"]))]
    rows = []
    for level, code, here in places:
        for segment in SEGMENTS:
            part = city[np.asarray(here) & inside(city, segment)]
            head = {"quarter": quarter, "region_level": level, "region_code": code, "region_name": code, "segment": segment, "reason": "", "left_out": ""}
            counts, rates = (UNITS, RATES) if level == "township" else (UNITS | ABOVE, RATES | ABOVE_RATES)
            for name, (who, what) in counts.items():
                rows.append(head | {"indicator": name, "value": float(_sum(part, who, what)), "unit": "count", "status": "ok"})
            for name, (top, bottom, what) in rates.items():
                above, below = _sum(part, top, what), _sum(part, bottom, what)
                rows.append(head | {"indicator": name, "numerator": above, "denominator": below, "value": above / below if below else None, "unit": "ratio",
                                    "status": "ok" if below else "no_data"})  # fmt: skip
    return typed(pd.DataFrame(rows))


def _sum(part: pd.DataFrame, who: str, what: str) -> int:
    chosen = part[part[who].to_numpy()]
    return int(chosen[what].sum()) if what else len(chosen)


def parents_of(frame: pd.DataFrame) -> dict[str, str]:
    return {code: code[:6] for code in frame.loc[frame["region_level"] == "township", "region_code"].unique()}


def shares_of(city: pd.DataFrame, quarter: str = "2021Q3") -> pd.DataFrame:
    """Return how much of the employees of a place and segment its largest unit holds."""
    rows = []
    for column in ("district", "township"):
        for code in sorted(set(city[column])):
            for segment in SEGMENTS:
                for who, base in (("here", "employees"), ("covered", "covered_employees"), ("blind", "blind_employees")):
                    staff = city.loc[np.asarray(city[column] == code) & inside(city, segment) & city[who].to_numpy(), "staff"]
                    if len(staff):
                        rows.append({"quarter": quarter, "region_code": code, "segment": segment, "base": base, "share": staff.max() / staff.sum()})
    return pd.DataFrame(rows)
