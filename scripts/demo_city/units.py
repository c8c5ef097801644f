"""Units: who they are, how large each quarter. Quarter 0 is the unseen one before the first ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from . import geometry
from .codes import make_code
from .kinds import BY_NAME, DECORATION, DISPATCH, FIRST, KINDS, SECOND, Kind, size_of
from .places import BLANK_DISTRICT, BLANK_TOWNSHIPS, DISTRICTS, QUARTERS, REVERSAL_DISTRICT, District

LAST = len(QUARTERS)
ENDS = (date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31), date(2021, 3, 31), date(2021, 6, 30),
        date(2021, 9, 30))  # fmt: skip


@dataclass
class Unit:
    """One unit over all quarters."""

    code: str
    name: str
    kind: Kind
    district: District
    township: str
    spot: tuple[float, float] | None
    registration: str
    holding: str
    industry: str
    born: int
    dies: int
    heads: list[int]
    revenue: int
    assets: int
    size: str
    is_size_given: bool
    above_year: int | None
    party_on: date | None
    party: bool
    readiness: float = 0.0
    out_people: list[int] = field(default_factory=list)
    migrant: float = 0.0
    dispatched: float = 0.0
    new_form: float = 0.0
    elsewhere: float = 0.0
    eagerness: float = 0.8
    members: list[int] = field(default_factory=list)
    flows: list[tuple[int, int, int, int]] = field(default_factory=list)

    def is_alive(self, quarter: int) -> bool:
        return self.born <= quarter < self.dies

    def is_eligible(self, quarter: int) -> bool:
        is_counted = self.kind.prefix != "11" and self.kind.name != "branch"
        return is_counted and self.is_alive(quarter) and self.heads[quarter] > 0

    @property
    def is_small(self) -> bool:
        return self.size in "小微"


def day_in(random: Random, quarter: int) -> date:
    """Any day of the quarter."""
    start = ENDS[quarter - 1] + timedelta(days=1)
    return start + timedelta(days=random.randrange((ENDS[quarter] - start).days))


def _heads(random: Random, first: int) -> list[int]:
    """Small steps: no step may look like a jump (half of the last quarter's number) by accident."""
    path = [first]
    trend = random.gauss(0.006, 0.02)
    for _ in range(LAST):
        step = round(path[-1] * (trend + random.gauss(0, 0.015)))
        path.append(path[-1] + (step if 3 * abs(step) < path[-1] else 0))
    return path


class Maker:
    """Makes the units of all districts from one seed."""

    def __init__(self, seed: int, townships: dict):
        self.random = Random(f"{seed} units")
        self.townships = townships
        self.serial = 0
        self.names: set[str] = set()

    def name(self, kind: Kind, district: District, township: str) -> str:
        random = self.random
        while True:
            word = random.choice(kind.words)
            style = random.choice(FIRST) + random.choice(SECOND)
            if kind.prefix in ("11",):
                name = district.name + word
            elif kind.prefix == "12":
                name = f"{district.name}{township}{word}"
            elif kind.name == "branch":
                name = f"芷陵{style}{random.choice(('商业银行', '连锁超市'))}{district.name[:-1]}{word}"
            elif kind.prefix == "92":
                name = f"{district.name}{style}{word}"
            else:
                name = f"芷陵{style}{word}{kind.form}"
            if name in self.names and kind.prefix in ("11", "12"):
                name = f"{name}（{random.choice('东西南北')}片）"
            if name not in self.names:
                self.names.add(name)
                return name

    def unit(self, kind: Kind, district: District, born: int, place: int | None = None) -> Unit:
        random = self.random
        self.serial += 1
        if place is None:
            place = min(int(random.random() ** 1.25 * len(district.townships)), len(district.townships) - 1)
        township = district.townships[place]
        ring = self.townships[f"{district.code}{place + 1:03d}"]
        heads = max(2, min(1800, round(math.exp(random.gauss(math.log(kind.median), kind.sigma)))))
        revenue = round(heads * math.exp(random.gauss(math.log(38), 0.7)))
        assets = round(revenue * math.exp(random.gauss(-0.1, 0.6)))
        registration = random.choice(kind.registrations)
        is_state, is_collective = "state" in kind.traits, "collective" in kind.traits
        holding = "国有" if is_state else "集体" if is_collective else ""
        if not holding and kind.prefix == "91":
            holding = "外商" if registration[0] == "3" else "港澳台" if registration[0] == "2" else "私人"
        size = size_of(kind, heads, revenue, assets)
        is_above = kind.is_sized and kind.prefix == "91" and revenue >= 2000
        party = random.random() < (0.85 if is_state or kind.prefix in ("11", "12") else min(0.5, heads / 260))
        unit = Unit(
            code=make_code(kind.prefix, random.choice((district.code, district.code, "980100", "000000")), self.serial),
            name=self.name(kind, district, township), kind=kind, district=district, township=township,
            spot=geometry.spot_in(random, ring) if random.random() < 0.86 else None,
            registration=registration, holding=holding, industry=random.choice(kind.industries),
            born=born, dies=LAST + 1, heads=_heads(random, heads), revenue=revenue, assets=assets,
            size=size, is_size_given=random.random() < 0.55,
            above_year=random.randint(2012, 2020) if is_above else None,
            party=party, party_on=date(random.randint(2006, 2019), random.randint(1, 12), random.randint(1, 28)),
        )  # fmt: skip
        self._workforce(unit)
        unit.readiness = self._readiness(unit)
        return unit

    def _workforce(self, unit: Unit) -> None:
        random, name = self.random, unit.kind.name
        is_manual = name in ("factory", "builder", "express", "road freight", "property", DECORATION, "catering")
        unit.migrant = random.uniform(0.25, 0.75) if is_manual else random.uniform(0, 0.15)
        if unit.heads[0] >= 80 and random.random() < 0.4:
            unit.dispatched = random.uniform(0.04, 0.18)
            unit.elsewhere = unit.dispatched * random.choice((0, 0.5, 0.8))
        if "new form" in unit.kind.traits:
            unit.new_form = random.uniform(0.35, 0.8)
        unit.eagerness = random.uniform(0.68, 0.93)
        if name == DISPATCH:
            base = random.randint(60, 260)
            unit.out_people = [round(base * (1 + 0.02 * quarter)) for quarter in range(LAST + 1)]

    def _readiness(self, unit: Unit) -> float:
        """Higher is earlier: a weighted draw without replacement, drawn once, so unions last."""
        weight = unit.kind.ease
        weight *= 0.32 if unit.is_small else 1.3
        weight *= 2.2 if unit.party else 1
        weight *= 2.0 if unit.above_year else 1
        weight *= 1 + min(unit.heads[0], 400) / 160
        if unit.district.code == BLANK_DISTRICT and unit.township in BLANK_TOWNSHIPS and unit.is_small:
            weight *= 0.02
        return self.random.random() ** (1 / weight)

    def all(self) -> list[Unit]:
        random = self.random
        units = []
        for district in DISTRICTS:
            weights = [kind.share * (kind.urban if district.is_urban else 2 - kind.urban) for kind in KINDS]
            for number in range(district.units + district.growth):
                kind = random.choices(KINDS, weights)[0]
                is_new = number >= district.units
                units.append(self.unit(kind, district, random.randint(2, LAST) if is_new else 0))
            if district.code == BLANK_DISTRICT:
                # Two dozen small shops around the freight yard: where the blank is.
                for number in range(34):
                    kind = BY_NAME[random.choice(("wholesale", "retail", "warehouse", "road freight", "catering"))]
                    units.append(self.unit(kind, district, 0 if number < 24 else random.randint(2, LAST), 1 + number % 2))
            for _ in range(6 if district.is_urban else 4 if district.units > 60 else 1):
                units.append(self.unit(BY_NAME[DECORATION], district, 0))
            if district.code == REVERSAL_DISTRICT:
                units += [self.unit(BY_NAME[DECORATION], district, LAST, 2) for _ in range(24)]
        for unit in units:
            is_common = unit.kind.prefix == "91" and unit.kind.name not in (DECORATION, DISPATCH)
            if is_common and unit.born == 0 and unit.heads[0] < 120 and random.random() < 0.035:
                unit.dies = random.randint(2, LAST)
        return units
