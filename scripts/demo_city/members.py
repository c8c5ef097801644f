"""Members and their flows: last quarter + new + in - out - left is this quarter, always."""

from __future__ import annotations

from random import Random

from .kinds import DISPATCH
from .places import QUARTERS
from .units import ENDS, LAST, Unit


def base(unit: Unit, quarter: int) -> int:
    """People who can be members: a dispatch agency's are mostly elsewhere."""
    return unit.heads[quarter] + (unit.out_people[quarter] if unit.out_people else 0)


def fill(seed: int, units: list[Unit], covers: list) -> None:
    """Write members and flows into the units."""
    direct: dict[str, list] = {}
    for cover in covers:
        if not cover.is_nominal:
            direct.setdefault(cover.unit.code, []).append(cover)
    for unit in units:
        random = Random(f"{seed} members {unit.code}")
        rate = unit.eagerness
        for quarter in range(LAST + 1):
            is_covered = any(cover.is_alive(ENDS[quarter]) for cover in direct.get(unit.code, ()))
            before = unit.members[-1] if unit.members else 0
            count = 0
            if is_covered and unit.is_alive(quarter):
                share = rate - (0.18 if before == 0 and quarter else 0)
                count = min(base(unit, quarter), max(2, round(base(unit, quarter) * share)))
                rate = min(0.98, rate + 0.008)
            unit.members.append(count)
            small = round(before * random.uniform(0, 0.03))
            came, went = (small if count else 0), round(small * random.random())
            left = round(before * random.uniform(0, 0.015))
            new = count - before - came + went + left
            if new < 0:
                left, new = left - new, 0
            unit.flows.append((new, came, went, left))


def unit_row(unit: Unit, quarter: int) -> dict:
    """One row of 单位 as the district reports it for this quarter."""
    heads, count = unit.heads[quarter], unit.members[quarter]
    is_alive = unit.is_alive(quarter)
    new, came, went, left = unit.flows[quarter]
    migrants = round(heads * unit.migrant)
    dispatched = round(heads * unit.dispatched)
    riders = round(heads * unit.new_form)
    share = min(1.0, count / heads) if heads else 0.0
    is_branch = unit.kind.name == "branch"
    year = int(QUARTERS[quarter - 1][:4])
    is_above = unit.above_year is not None
    row = {
        "uscc": unit.code, "unit_name": unit.name,
        "district_code": unit.district.code, "district_name": unit.district.name,
        "township_name": unit.township,
        "lon": unit.spot[0] if unit.spot else None, "lat": unit.spot[1] if unit.spot else None,
        "registration_type": unit.registration or None, "holding_type": unit.holding or None,
        "industry_code": unit.industry, "status": "存续" if is_alive else "注销",
        "unit_level": "分支机构" if is_branch else "法人", "employee_count": heads,
        "revenue_wan_yuan": unit.revenue if unit.kind.prefix in ("91", "92", "93") else None,
        "assets_wan_yuan": unit.assets if unit.kind.prefix in ("91", "92", "93") else None,
        "size_class": unit.size if unit.is_size_given else None, "is_above_scale": is_above,
        "above_scale_year": min(unit.above_year, year) if is_above else None, "member_count": count,
        "migrant_worker_count": migrants, "migrant_member_count": int(migrants * share * 0.85),
        "dispatched_worker_count": dispatched, "dispatched_member_count": int(dispatched * share * 0.4),
        "new_form_worker_count": riders, "new_form_member_count": int(riders * share * 0.75),
        "has_party_org": unit.party, "party_org_established_on": unit.party_on if unit.party else None,
        "dispatched_out_count": unit.out_people[quarter] if unit.out_people else 0,
        "dispatched_member_elsewhere_count": round(heads * unit.elsewhere) if unit.kind.name != DISPATCH else 0,
        "new_member_count": new, "member_in_count": came, "member_out_count": went, "member_left_count": left,
    }  # fmt: skip
    if not is_alive:
        for key in row:
            if key.endswith("_count"):
                row[key] = 0
        # The last headcount stays in the ledger: a zero would read as a jump.
        row["employee_count"] = unit.heads[unit.dies - 1]
        row["member_left_count"] = unit.members[quarter - 1]
    return row
