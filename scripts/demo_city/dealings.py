"""Congresses, collective contracts, and the campaign's own tables."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .places import DISTRICTS
from .units import ENDS, LAST, Unit

MATTERS = ("工资分配", "福利待遇", "安全生产")


def congresses(seed: int, covers: list) -> list[tuple[Unit, dict]]:
    """Meetings of covered enterprises: about half hold one a year."""
    rows = []
    for cover in covers:
        unit = cover.unit
        random = Random(f"{seed} congress {unit.code} {cover.start}")
        if cover.is_nominal or unit.kind.prefix != "91":
            continue
        chance = 0.72 if "state" in unit.kind.traits else 0.30 if unit.is_small else 0.52
        if random.random() > chance + (0.12 if unit.district.code == "980103" else 0):
            continue
        total = unit.heads[0] if unit.heads[0] < 100 else random.randint(31, 90)
        form = "职工大会" if unit.heads[0] < 100 else "职代会"
        if cover.union.form == "联合":
            form = random.choice(("区域", "行业", "职工大会"))
        month, day = random.randint(1, 12), random.randint(1, 28)
        for year in (2019, 2020, 2021):
            held = date(year, month, day)
            if held < cover.start or (cover.end and held > cover.end) or random.random() < 0.12:
                continue
            for matter in random.sample(MATTERS, random.choice((1, 1, 2))) if random.random() > 0.06 else (None,):
                attend = round(total * random.choices((random.uniform(0.75, 1), random.uniform(0.5, 0.64)), (95, 5))[0])
                yes = round(attend * random.choices((random.uniform(0.78, 1), random.uniform(0.25, 0.45)), (93, 7))[0])
                is_vote = matter is not None and random.random() < (0.8 if "state" in unit.kind.traits else 0.6)
                rows.append((unit, {"uscc": unit.code, "congress_form": form, "held_on": held, "matter": matter,
                                    "delegate_total": total, "attend_count": attend,
                                    "yes_count": yes if is_vote else None}))  # fmt: skip
    return rows


def contracts(seed: int, covers: list) -> list[tuple[object, dict, list[dict]]]:
    """(district, contract, its covers). A joint union signs one for its area; one firm, its own."""
    made, joint = [], {}
    for cover in covers:
        if not cover.is_nominal and cover.unit.kind.prefix == "91":
            joint.setdefault(cover.union.code, []).append(cover)
    for group in joint.values():
        union = group[0].union
        random = Random(f"{seed} contract {union.code}")
        chance = {"good": 0.85, "fair": 0.55, "shell": 0.12}[union.tiers[LAST]]
        if random.random() > chance:
            continue
        level = "企业" if union.form == "单独" else random.choice(("区域", "区域", "行业"))
        kind = random.choices(("综合", "工资专项", "女职工", "安全卫生"), (45, 35, 12, 8))[0]
        years = 1 if kind == "工资专项" else random.choice((2, 3))
        start = date(random.choice((2017, 2018)), random.randint(1, 12), random.randint(1, 28))
        while start <= ENDS[LAST]:
            end = start.replace(year=start.year + years) - timedelta(days=1)
            signers = [c for c in group if c.start <= start and (c.end is None or c.end >= start)]
            if signers and end >= date(2019, 7, 1):
                number = f"集合{union.district.code[2:]}-{start:%Y%m}-{union.code[8:16]}"
                row = {"contract_id": number, "contract_type": kind, "contract_level": level, "effective_on": start,
                       "ends_on": end, "session_count": random.choice((0, 1, 2, 2, 3)),
                       "is_passed": random.random() < 0.85, "is_filed": random.random() < 0.8}  # fmt: skip
                stamped = [{"contract_id": number, "uscc": c.unit.code,
                            "is_stamped": level == "企业" or random.random() < 0.85} for c in signers]  # fmt: skip
                made.append((union.district, row, stamped))
            # Renewal comes at once, late, or not at all.
            gap = random.choices((1, random.randint(20, 150), 2000), (76, 14, 10))[0]
            start = end + timedelta(days=gap)
            start = start.replace(day=min(start.day, 28))
    return made


def campaign(seed: int, quarter: int, unions: list) -> dict[str, list[dict]]:
    """任务 督察 专班 培训 of all districts, as known at the quarter's end."""
    as_of = ENDS[quarter]
    tables = {"tasks": [], "inspections": [], "task_forces": [], "trainings": []}
    plan = (("两新组织建会", "基层工作部", "新覆盖单位数"), ("规上企业六有补缺", "基层工作部", "达标企业数"),
            ("小微企业联合建会", "乡镇街道总工会", "新建联合工会数"), ("集体合同续签", "权益保障部", "续签份数"),
            ("工会干部轮训", "组织部", "培训人数"))  # fmt: skip
    problems = ("建会后未跟踪指导，活动台账空白", "届满未换届", "职代会只议不审，未见表决记录", "集体合同到期未续",
                "会员名册与职工名册不符", "工会经费未独立核算")  # fmt: skip
    for number, district in enumerate(DISTRICTS):
        random = Random(f"{seed} campaign {district.code}")
        pace = 0.85 if district.drift > 0.05 else 0.35 if district.drift < 0 or district.good < 0.21 else 0.6
        own = [u for u in unions if u.district is district and u.established <= ENDS[0]]
        tables["task_forces"].append({
            "district_code": district.code, "task_force": f"{district.name}强补增工作专班",
            "lead_post": random.choice(("区委副书记", "人大副主任兼工会主席", "常务副主席")).replace(
                "区委", "区委" if district.name.endswith("区") else "县委" if district.name.endswith("县") else "市委"),
            "member_total": random.randint(5, 15), "assigned_unit_count": round(district.units * random.uniform(0.1, 0.3)),
            "formed_on": date(2020, random.randint(3, 7), random.randint(1, 28))})  # fmt: skip
        for step in range(1, LAST + 1):
            task, body, indicator = plan[(step + number) % len(plan)]
            due, done = ENDS[step], random.random()
            finished = due + timedelta(days=round((done - pace) * 120))
            target = random.choice((5, 8, 10, 12, 20))
            seen = random.randint(8, 80)
            inspected = ENDS[step] - timedelta(days=seen)
            rectified = inspected + timedelta(days=random.randint(12, 75)) if random.random() < pace + 0.1 else None
            followed = random.choice(own).code if own and random.random() < 0.6 else None
            problem = random.choice(problems)
            people = random.randint(15, 60) + district.units // 10
            course = random.choice(("工会主席上岗培训班", "社会化工会工作者培训班", "集体协商指导员培训班", "台账填报培训班"))
            if step <= quarter + 1:
                tables["tasks"].append({"district_code": district.code, "task": task, "responsible_body": body,
                                        "indicator": indicator, "target": target, "due_on": due,
                                        "done_on": finished if finished <= as_of else None})  # fmt: skip
            if step <= quarter:
                tables["inspections"].append({
                    "district_code": district.code, "inspected_on": inspected, "problem": problem,
                    "rectify_due_on": inspected + timedelta(days=30),
                    "rectified_on": rectified if rectified and rectified <= as_of else None, "union_id": followed})  # fmt: skip
                tables["trainings"].append({
                    "district_code": district.code, "trained_on": ENDS[step] - timedelta(days=seen // 2 + 5),
                    "course": course, "attendance_count": people + people // 5, "trainee_count": people,
                    "passed_count": round(people * random.uniform(0.85, 1))})  # fmt: skip
    return tables
