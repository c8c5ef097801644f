"""Unions, whom they cover and since when, and how well they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .codes import make_code
from .kinds import DECORATION
from .places import DISTRICTS, REVERSAL_DISTRICT, District
from .units import ENDS, LAST, Unit, day_in

ORDINALS = "一二三四五六七八九十"


@dataclass
class Union:
    """A union; `tiers` holds good, fair or shell for each quarter."""

    code: str
    name: str
    form: str
    district: District
    established: date
    years: int
    delay: int
    tiers: list[str]
    flaw: str
    salt: str

    def term_end(self, as_of: date) -> date:
        """End of the committee's term: renewed on time, late, or (delay beyond reach) not at all."""
        end = self.established
        while True:
            end = end.replace(year=end.year + self.years, day=min(end.day, 28))
            if end + timedelta(days=self.delay) >= as_of:
                return end


@dataclass
class Cover:
    union: Union
    unit: Unit
    start: date
    end: date | None = None
    is_nominal: bool = False

    def is_alive(self, as_of: date) -> bool:
        return self.start <= as_of and (self.end is None or self.end >= as_of)


class Founding:
    """Plays the quarters through: founds unions until each district's share is reached."""

    def __init__(self, seed: int, units: list[Unit]):
        self.random = Random(f"{seed} unions")
        self.units = units
        self.unions: list[Union] = []
        self.covers: list[Cover] = []
        self.covered: dict[str, Cover] = {}
        self.joint: dict[tuple, list] = {}
        for quarter in range(LAST + 1):
            self._bury(quarter)
            for district in DISTRICTS:
                self._reach(district, quarter)
            if quarter == 0:
                self._federations()

    def _union(self, name: str, form: str, district: District, established: date) -> Union:
        random = self.random
        number = len(self.unions) + 1
        code = make_code("81", district.code, 500_000 + number)
        tier = random.choices(("good", "fair", "shell"), (district.good, 1 - district.good - district.shell, district.shell))[0]
        tiers = [tier]
        for _ in range(LAST):
            if random.random() < abs(district.drift) * 1.4:
                order = ("shell", "fair", "good")
                place = order.index(tiers[-1]) + (1 if district.drift > 0 else -1)
                tiers.append(order[min(2, max(0, place))])
            else:
                tiers.append(tiers[-1])
        delay = 0 if tier == "good" else random.choice((0, 0, 0, 40, 120)) if tier == "fair" else random.choice((0, 90, 700))
        flaw = random.choices(("sign", "system", "activity"), (36, 34, 30))[0]
        union = Union(code, name, form, district, established, random.choice((3, 5, 5)), delay, tiers, flaw, f"{code}")
        self.unions.append(union)
        return union

    def _bury(self, quarter: int) -> None:
        """Covers end with their unit, save a few that nobody closed (僵尸)."""
        for unit in self.units:
            if unit.dies == quarter and unit.code in self.covered:
                cover = self.covered.pop(unit.code)
                if self.random.random() > 0.25:
                    cover.end = ENDS[quarter - 1] + timedelta(days=30)

    def _target(self, district: District, quarter: int) -> float:
        return district.rates[quarter - 1] if quarter else district.rates[0] * 2 - district.rates[1]

    def _decoration(self, district: District, group: list[Unit], quarter: int) -> int:
        """Covered decoration firms: no district falls from one quarter to the next."""
        if district.code == REVERSAL_DISTRICT:
            return 6 if quarter == LAST else 1
        return min(len(group), round(len(group) * 0.55) + (district.is_urban and quarter == LAST))

    def _reach(self, district: District, quarter: int) -> None:
        mine = [unit for unit in self.units if unit.district is district and unit.is_eligible(quarter)]
        wanted = round(self._target(district, quarter) * len(mine))
        decoration = [unit for unit in mine if unit.kind.name == DECORATION]
        rest = [unit for unit in mine if unit.kind.name != DECORATION]
        for_decoration = self._decoration(district, decoration, quarter)
        self._fill(decoration, for_decoration, quarter)
        self._fill(rest, wanted - for_decoration, quarter)

    def _fill(self, group: list[Unit], wanted: int, quarter: int) -> None:
        have = sorted((u for u in group if u.code in self.covered), key=lambda u: u.readiness)
        free = sorted((u for u in group if u.code not in self.covered), key=lambda u: -u.readiness)
        for unit in free[: max(0, wanted - len(have))]:
            self._cover(unit, quarter)
        for unit in have[: max(0, len(have) - wanted)]:
            cover = self.covered.pop(unit.code)
            # The quarter's own date: the union then counts as gone at this quarter's end.
            cover.end = max(cover.start, day_in(self.random, quarter) - timedelta(days=1)) if quarter else ENDS[0]

    def _cover(self, unit: Unit, quarter: int) -> None:
        random = self.random
        if quarter:
            day = max(day_in(random, quarter), ENDS[quarter - 1] + timedelta(days=1))
        else:
            day = date(random.randint(2010, 2019), random.randint(1, 12), random.randint(1, 28))
        is_single = unit.heads[quarter] >= 25 or unit.kind.prefix == "12" or random.random() < 0.15
        if is_single:
            union = self._union(f"{unit.name}工会委员会", "单独", unit.district, day)
        else:
            union = self._joint(unit, day)
        cover = Cover(union, unit, max(day, union.established))
        self.covers.append(cover)
        self.covered[unit.code] = cover

    def _joint(self, unit: Unit, day: date) -> Union:
        rows = self.joint.setdefault((unit.district.code, unit.township), [])
        if not rows or rows[-1][1] >= 7 + len(rows) % 4:
            number = f"（第{ORDINALS[len(rows) % 10]}）" if rows else ""
            name = f"{unit.district.name}{unit.township}{number}联合工会委员会"
            rows.append([self._union(name, "联合", unit.district, day), 0])
        rows[-1][1] += 1
        return rows[-1][0]

    def _federations(self) -> None:
        """Federations that claim whole townships: 兜底 covers, which do not count."""
        random = self.random
        for district in DISTRICTS:
            for township in district.townships[: 2 if district.is_urban else 1]:
                name = f"{district.name}{township}工会联合会"
                union = self._union(name, "区域联合会", district, date(random.randint(2012, 2018), 5, 8))
                for unit in self.units:
                    is_here = unit.district is district and unit.township == township and unit.born == 0
                    is_free = unit.code not in self.covered and unit.is_eligible(0)
                    if is_here and is_free and unit.is_small and random.random() < 0.3:
                        self.covers.append(Cover(union, unit, date(2019, random.randint(1, 12), 1), None, True))
        self._union("芷陵市物流行业工会联合会", "行业联合会", DISTRICTS[3], date(2018, 4, 26))


def union_row(union: Union, quarter: int) -> dict:
    """One row of 工会 as the district reports it for this quarter."""
    as_of, tier = ENDS[quarter], union.tiers[quarter]
    random = Random(f"{union.salt} {tier}")
    is_good, is_shell = tier == "good", tier == "shell"
    sign_only = is_shell and union.flaw == "sign"
    haves = {
        "has_elected_chair": not (sign_only and random.random() < 0.8),
        "has_sound_org": not (sign_only and random.random() < 0.6),
        "has_activity_carrier": is_good or (not is_shell and random.random() < 0.7),
        "has_systems": is_good or (not is_shell and random.random() < 0.75),
        "has_own_funds": is_good or random.random() < (0.25 if is_shell else 0.6),
        "has_satisfied_performance": is_good or (not is_shell and random.random() < 0.55),
    }
    systems, activities, assemblies = random.randint(3, 5), random.randint(1, 5), random.randint(0, 2)
    score = random.randint(52, 79)
    if is_good:
        systems, activities, assemblies = random.randint(4, 5), random.randint(4, 12), random.randint(1, 3)
        score = random.choices((random.randint(80, 89), random.randint(90, 97)), (7, 3))[0]
    elif is_shell:
        score = random.randint(22, 55)
        systems = random.randint(0, 2) if union.flaw != "activity" else random.randint(3, 4)
        if union.flaw != "system":
            activities, assemblies = 0, 0
    level = random.choices(("合格", "先进", "模范", None), (30, 30, 10, 30))[0] if is_good else None
    if tier == "fair" and random.random() < 0.3:
        level = "合格"
    row = {
        "union_id": union.code, "union_name": union.name, "union_type": union.form,
        "district_code": union.district.code, "established_on": union.established,
        "term_ends_on": union.term_end(as_of), "has_sign": random.random() < 0.93, **haves,
        "system_count": systems, "activity_count": activities, "assembly_count": assemblies,
        "self_score": min(100, score + random.randint(1, 6)), "district_score": min(100, score + random.randint(0, 2)),
        "city_score": score if random.random() < 0.75 else None, "home_level": level,
    }  # fmt: skip
    for home in ("development", "harmony", "civility", "safety", "democracy"):
        row[f"home_{home}"] = random.random() < (0.7 if is_good else 0.15 if is_shell else 0.4)
    row["is_party_joint"] = random.random() < (0.65 if is_good else 0.25)
    # What a district does not have it often leaves blank: 否 by the contract.
    for key, value in haves.items():
        if value is False and random.random() < 0.3:
            row[key] = None
    return row
