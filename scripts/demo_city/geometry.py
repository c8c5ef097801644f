"""Townships as Voronoi cells with roughened borders, districts as their sums.

Each border is made once and used by both sides, so there is neither gap nor
overlap. Plain arithmetic in a fixed order: the same bytes on every machine.
"""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

from .places import DISTRICTS, ORIGIN

KM_LAT = 1 / 110.9
KM_LON = 1 / (111.3 * math.cos(math.radians(ORIGIN[1])))


def _distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])


def _seeds(random: Random):
    """Township seats by district, then a belt of outside points that shapes the outline."""
    seats, owner = [], []
    for district in DISTRICTS:
        centre = (district.x, district.y)
        mine = [centre]
        while len(mine) < len(district.townships):
            best, best_gap = None, -1.0
            for _ in range(40):
                angle, radius = random.random() * math.tau, district.spread * random.random() ** 0.5
                spot = (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
                home = min(DISTRICTS, key=lambda d: _distance(spot, (d.x, d.y)) / d.spread)
                gap = min(_distance(spot, seat) for seat in seats + mine)
                if home is district and gap > best_gap:
                    best, best_gap = spot, gap
            mine.append(best)
        seats += mine
        owner += [(district.code, place) for place in range(len(mine))]
    for step_x in range(-8, 10):
        for step_y in range(-8, 9):
            spot = (step_x * 10 + random.uniform(-3, 3), step_y * 10 + random.uniform(-3, 3))
            if all(_distance(spot, seat) > 10.5 for seat in seats[: len(owner)]):
                seats.append(spot)
    return seats, owner


def _circumcentre(a, b, c):
    d = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    aa, bb, cc = (p[0] ** 2 + p[1] ** 2 for p in (a, b, c))
    x = (aa * (b[1] - c[1]) + bb * (c[1] - a[1]) + cc * (a[1] - b[1])) / d
    y = (aa * (c[0] - b[0]) + bb * (a[0] - c[0]) + cc * (b[0] - a[0])) / d
    return x, y


def _cell(index, seats):
    """Neighbours of one seat in counter-clockwise order: the square, cut by each bisector."""
    here = seats[index]
    ring = [((-300, -300), -1), ((300, -300), -2), ((300, 300), -3), ((-300, 300), -4)]
    order = sorted(range(len(seats)), key=lambda other: _distance(here, seats[other]))
    for other in order[1:]:
        there = seats[other]
        mid = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
        normal = (there[0] - here[0], there[1] - here[1])

        def side(point, mid=mid, normal=normal):
            return (point[0] - mid[0]) * normal[0] + (point[1] - mid[1]) * normal[1]

        cut = []
        for place, (point, edge) in enumerate(ring):
            following = ring[(place + 1) % len(ring)][0]
            now, then = side(point), side(following)
            if now <= 0:
                cut.append((point, edge))
            if (now <= 0) != (then <= 0):
                share = now / (now - then)
                crossing = tuple(p + share * (q - p) for p, q in zip(point, following, strict=True))
                # Leaving: the new bisector begins. Entering: the old edge goes on.
                cut.append((crossing, other if now <= 0 else edge))
        ring = cut
    return [edge for _, edge in ring]


def _rough(random: Random, start, end, depth=3):
    """A line bent at its middle, then each half again, less and less."""
    length = _distance(start, end)
    if depth == 0 or length < 1.0:
        return [start, end]
    bend = random.uniform(-0.13, 0.13) * length
    middle = (
        (start[0] + end[0]) / 2 - bend * (end[1] - start[1]) / length,
        (start[1] + end[1]) / 2 + bend * (end[0] - start[0]) / length,
    )
    return _rough(random, start, middle, depth - 1)[:-1] + _rough(random, middle, end, depth - 1)


def _degrees(point):
    return round(ORIGIN[0] + point[0] * KM_LON, 5), round(ORIGIN[1] + point[1] * KM_LAT, 5)


def _chain(pieces):
    """Rings from directed pieces, longest first."""
    after = {piece[0]: piece for piece in pieces}
    rings = []
    while after:
        _, piece = after.popitem()
        ring = list(piece)
        while ring[-1] != ring[0]:
            ring += after.pop(ring[-1])[1:]
        rings.append(ring)
    return sorted(rings, key=len, reverse=True)


def draw(seed: int):
    """Townships and districts: dictionaries of code -> ring of (lon, lat)."""
    random = Random(f"{seed} shape")
    seats, owner = _seeds(random)
    borders, cells = {}, {}
    for index in range(len(owner)):
        around = _cell(index, seats)
        cells[index] = []
        for place, other in enumerate(around):
            left, right = around[place - 1], around[(place + 1) % len(around)]
            corners = [tuple(sorted((index, other, third))) for third in (left, right)]
            key = tuple(sorted(corners))
            if key not in borders:
                ends = [_circumcentre(*(seats[seat] for seat in corner)) for corner in key]
                borders[key] = [_degrees(p) for p in _rough(Random(f"{seed} {key}"), *ends)]
            line = borders[key] if corners[0] == key[0] else borders[key][::-1]
            cells[index].append((other, line))
    townships, districts = {}, {}
    for index, (code, place) in enumerate(owner):
        (ring,) = _chain([line for _, line in cells[index]])
        townships[f"{code}{place + 1:03d}"] = ring
    for district in DISTRICTS:
        mine = {index for index, (code, _) in enumerate(owner) if code == district.code}
        pieces = [line for index in sorted(mine) for other, line in cells[index] if other not in mine]
        rings = _chain(pieces)
        if len(rings) != 1:
            raise ValueError(f"{district.name} falls into {len(rings)} rings: move a centre")
        districts[district.code] = rings[0]
    return townships, districts


def is_inside(point, ring) -> bool:
    """Even-odd rule."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > point[1]) != (y2 > point[1]):
            inside ^= point[0] < x1 + (point[1] - y1) * (x2 - x1) / (y2 - y1)
    return inside


def spot_in(random: Random, ring):
    """A point well within the ring: the rounded point must be inside as well."""
    lons, lats = zip(*ring, strict=True)
    while True:
        point = (round(random.uniform(min(lons), max(lons)), 6), round(random.uniform(min(lats), max(lats)), 6))
        near = [(point[0] + dx, point[1] + dy) for dx in (-0.0004, 0.0004) for dy in (-0.0004, 0.0004)]
        if all(is_inside(p, ring) for p in near):
            return point
