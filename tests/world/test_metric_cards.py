"""The printed metric cards, worked out a second time: the formulas are read from docs/indicators.md and evaluated with pandas over the kept rows.

What a relation and a column mean is written here from the words of the handbook's column table, not taken from our queries.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_city import build, drawn_world

from analysis import tables
from analysis.intake.store import read_tables
from analysis.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"
DAY, BEFORE = pd.Timestamp("2021-12-31"), pd.Timestamp("2021-09-30")
HAVES = ["has_elected_chair", "has_sound_org", "has_activity_carrier", "has_systems", "has_own_funds", "has_satisfied_performance"]
DISTRICTS = ["970101", "970102", "970103", "970104"]
CAMPAIGN = {
    ("东山区", "任务"): ["区县代码,任务,责任单位,时限,完成日期", "970101,甲,基层部,2021-09-30,2021-09-30", "970101,乙,基层部,2021-10-01,2021-10-02", "970101,丙,组织部,2021-12-31,",
                  "970101,丁,组织部,2021-12-31,2022-01-05", "970101,戊,,2022-01-30,", "970101,己,,2022-01-31,", "970101,庚,,2022-01-15,2021-12-01"],
    ("东山区", "督察"): ["区县代码,督察日期,问题,整改时限,整改日期,工会代码", "970101,2021-02-01,未换届,2021-03-01,2021-03-01,", "970101,2021-05-01,未换届,2021-06-01,2021-06-02,",
                  "970101,2021-12-20,未换届,2022-01-20,,", "970101,2021-11-01,账目不清,2021-12-01,2022-01-03,", "970101,2022-01-02,未换届,2022-02-01,,", "970101,2021-10-10,,,,"],
    ("东山区", "专班"): ["区县代码,专班名称,牵头职务,成员数,包联单位数,成立日期", "970101,一班,副主席,4,10,2021-01-01", "970101,二班,,0,5,2021-02-01", "970101,三班,主席,3,,", "970101,四班,主席,3,9,2022-01-01"],
    ("东山区", "培训"): ["区县代码,培训日期,班次,人次,人数,合格人数", "970101,2020-12-31,甲,50,40,40", "970101,2021-01-01,乙,30,20,18", "970101,2021-10-01,丙,25,20,", "970101,2022-01-01,丁,9,9,9"],
}  # fmt: skip


def printed_cards():
    """Return indicator → (numerator formula, denominator formula or None) as the page prints them."""
    lines = PAGE.read_text(encoding="utf-8").split("## 口径卡")[1].split("### ")[0].splitlines()
    cells = [[c.strip() for c in line.strip("| ").split(" | ")] for line in lines if line.startswith("| ") and "`" in line]
    return {c[1].strip("`"): (c[3].strip("`"), None if c[5] == "—" else c[5].strip("`")) for c in cells}


CARDS = printed_cards()


# --- the words of the column table, in pandas


def true(column):
    return column.fillna(False).astype(bool)


def rungs(unions, day):
    """The union relation of a quarter."""
    u = unions[unions["union_type"].isin(["单独", "联合"]) & (unions["established_on"] <= day)].copy()
    u["score"] = u["city_score"].fillna(u["district_score"]).fillna(u["self_score"]).fillna(0).astype(float)
    u["haves_missing"] = sum((~true(u[h])).astype(int) for h in HAVES)
    u["six"] = u["haves_missing"] == 0
    u["short_term"] = u["term_ends_on"] < day - pd.DateOffset(months=6)
    few = u["system_count"].fillna(0) < 3
    idle = (u["activity_count"].fillna(0) == 0) & (u["assembly_count"].fillna(0) == 0)
    first = u["short_term"] | ~true(u["has_elected_chair"]) | ~true(u["has_sound_org"])
    top = (u["score"] >= 90) | (u["home_level"] == "模范")
    u["level"] = np.select([first, few, idle, ~u["six"] | (u["score"] < 80), top], [1, 2, 3, 4, 6], 5)
    u["shortfalls"] = u["haves_missing"] + u["short_term"] + few.astype(int) + idle.astype(int) + (u["score"] < 80).astype(int)
    u["cohort"] = day.year - u["established_on"].dt.year
    return u


def covered_units(kept, day):
    """Return the codes of units under a direct cover alive on the day, and under any."""
    founded = kept["unions"].loc[kept["unions"]["established_on"] <= day, ["union_id"]]
    c = kept["covers"].merge(founded, on="union_id")
    c = c[(c["valid_from"] <= day) & ~(c["valid_to"] < day)]
    return c[c["cover_type"].fillna("直接") == "直接"], c


def eligible(units):
    prefix = units["uscc"].str[:2]
    return (
        (units["status"].fillna("存续") == "存续")
        & (units["employee_count"] > 0)
        & (units["unit_level"].fillna("法人") == "法人")
        & ~prefix.isin(Settings().excluded_prefixes)
    )


def unit_relation(kept, earlier, day):
    units = kept["units"][eligible(kept["units"])].copy()
    direct, alive = covered_units(kept, day)
    counts = tables.load("columns").query("table == 'units' and type == 'count'")["code"]
    units[[c for c in counts if c in units]] = units[[c for c in counts if c in units]].fillna(0)
    units["eligible"] = True
    units["covered"] = units["uscc"].isin(direct["uscc"])
    units["nominal"] = units["uscc"].isin(alive["uscc"]) & ~units["covered"]
    units["mandatory"] = units["employee_count"] >= 25
    then = earlier["units"][eligible(earlier["units"])]
    units["newly"] = units["covered"] & ~units["uscc"].isin(set(then["uscc"]) & set(covered_units(earlier, BEFORE)[0]["uscc"]))
    met = kept["congresses"][kept["congresses"]["held_on"] <= day]
    year = met[met["held_on"] >= day - pd.Timedelta(days=365)]
    units["has_congress"] = units["uscc"].isin(year["uscc"])
    units["congress_own"] = units["uscc"].isin(year.loc[year["congress_form"].isin(["职代会", "职工大会"]), "uscc"])
    units["congress_wide"] = units["uscc"].isin(year.loc[year["congress_form"].isin(["区域", "行业"]), "uscc"])
    units["congress_ever"] = units["uscc"].isin(met["uscc"])
    signed = kept["contract_covers"].merge(kept["contracts"], on="contract_id")
    stamped, in_force = signed["is_stamped"].fillna(True).astype(bool), (signed["effective_on"] <= day) & (signed["ends_on"] >= day)
    force = signed[stamped & in_force]
    units["has_contract"] = units["uscc"].isin(force["uscc"])
    for column, kinds in (("contract_type", {"comprehensive": "综合", "wage": "工资专项", "female": "女职工", "safety": "安全卫生"}),
                          ("contract_level", {"enterprise": "企业", "regional": "区域", "industry": "行业"})):  # fmt: skip
        for code, name in kinds.items():
            units[f"{column.removeprefix('contract_')}_{code}"] = units["uscc"].isin(force.loc[force[column] == name, "uscc"])
    units["contract_unstamped"] = units["uscc"].isin(signed.loc[~stamped & in_force, "uscc"])
    units["contract_lapsed"] = units["uscc"].isin(signed.loc[stamped & (signed["ends_on"] < day), "uscc"])
    units["contract_expiring"] = units["uscc"].isin(force.loc[force["ends_on"] <= day + pd.Timedelta(days=90), "uscc"])
    units["party_reported"] = units["has_party_org"].notna()
    units["list_age"] = day.year - units["above_scale_year"]
    units["is_agency"] = units["industry_code"].fillna("").str.replace(r"^[A-Z]", "", regex=True).str.startswith("7263")
    led = direct.merge(rungs(kept["unions"], day)[["union_id", "union_type", "level", "six", *HAVES]], on="union_id")
    led["own"] = led["union_type"] != "单独"
    led = led.sort_values(["own", "valid_from", "union_id"]).drop_duplicates("uscc").set_index("uscc")
    own = units["uscc"].where(units["covered"])
    units["union_level"] = own.map(led["level"])
    units["union_six"] = own.map(led["six"]).fillna(False).astype(bool)
    for have in HAVES:
        units[f"union_{have}"] = own.map(true(led[have])).fillna(False).astype(bool)
    return with_segments(units)


def with_segments(units):
    """The segments that the formulas name: enterprises, their owners, 规上, 中小."""
    owner = tables.load("ownership")
    by = {field: dict(zip(group["value"], group["ownership"], strict=True)) for field, group in owner.groupby("field")}
    ownership = units["registration_type"].map(by["registration_type"]).fillna(units["holding_type"].map(by["holding_type"]))
    units["seg_enterprise"] = units["uscc"].str[:2] == "91"
    units["seg_state_collective"] = units["seg_enterprise"] & (ownership == "state_collective")
    units["seg_non_public"] = units["seg_enterprise"] & (ownership == "non_public")
    units["seg_above_scale"], units["seg_sme"] = true(units["is_above_scale"]), true(units["is_sme"])
    return units


def matter_relation(kept, units, day):
    c = kept["congresses"]
    c = c[c["matter"].notna() & (c["held_on"] <= day) & (c["held_on"] >= day - pd.Timedelta(days=365))]
    c = c.merge(units[units["covered"] & units["seg_enterprise"]][["uscc", "district_code", "seg_state_collective", "seg_non_public"]], on="uscc")
    c = c.sort_values("held_on", kind="stable").drop_duplicates(["uscc", "matter"], keep="last")
    yes, attend, total = (c[n].fillna(0).astype("int64") for n in ("yes_count", "attend_count", "delegate_total"))
    c["passed"] = (total > 0) & (3 * attend >= 2 * total) & (2 * yes > total)
    c["mode"] = np.select([c["seg_state_collective"], c["seg_non_public"]], ["vote", "deliberate"], "")  # the national rule as the page prints it
    return c


def contract_relation(kept, day):
    e = kept["contracts"].copy()
    reach = kept["contract_covers"].merge(kept["units"][["uscc", "district_code"]], on="uscc")
    e["districts"] = e["contract_id"].map(reach.groupby("contract_id")["district_code"].agg(set)).map(lambda d: d if isinstance(d, set) else set())
    e["cover_rows"] = e["contract_id"].map(kept["contract_covers"]["contract_id"].value_counts()).fillna(0)
    e["in_force"] = (e["effective_on"] <= day) & (e["ends_on"] >= day)
    e["expiring"] = e["in_force"] & (e["ends_on"] <= day + pd.Timedelta(days=90))
    e["expired"] = (e["effective_on"] <= day) & (e["ends_on"] < day)
    e["effective_later"] = e["effective_on"] > day
    e["long_term"] = e["ends_on"] > e["effective_on"] + pd.DateOffset(years=3)
    e["signals"] = (e["session_count"].fillna(0) == 0).astype(int) + (~true(e["is_passed"])).astype(int) + (~true(e["is_filed"])).astype(int)
    return e


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The drawn city with the columns that its ledgers lack, filled in turn with yes, no, blank and small numbers."""
    world = drawn_world()
    more = {"工会": ["挂牌", "发展之家", "和谐之家", "文明之家", "安全之家", "民主之家", "党工共建"], "集体合同": ["职代会通过", "报送人社", "协商次数"],
            "单位": ["入库年份", "转入", "转出", "退会"]}  # fmt: skip
    for (_, _, table), rows in world.tables.items():
        for n, header in enumerate(more.get(table, [])):
            kind = (
                ["2019", "2021", "", "2020"]
                if header == "入库年份"
                else ["0", "3", "", "1"]
                if header in ("协商次数", "转入", "转出", "退会")
                else ["是", "否", "", "是"]
            )
            for r, row in enumerate(rows):
                row.append(header if r == 0 else kind[(r + n) % 4])
    for (district, table), rows in CAMPAIGN.items():
        world.tables["2021Q4", district, table] = [line.split(",") for line in rows]
    return build(world, tmp_path_factory.mktemp("cards"))


def campaign_relations(kept, day):
    """Tasks, inspections, unions just founded, task forces and trainings, as the page words them; the day and what is dated after it."""
    begin, year = pd.Timestamp("2021-10-01"), pd.Timestamp("2021-01-01")
    t = kept["tasks"].copy()
    t["done"], t["due"] = t["done_on"] <= day, t["due_on"] <= day
    t["due_quarter"], t["on_time"], t["late"] = (
        t["due"] & (t["due_on"] >= begin),
        t["done"] & (t["done_on"] <= t["due_on"]),
        t["done"] & (t["done_on"] > t["due_on"]),
    )
    t["overdue"], t["dated_later"] = t["due"] & ~t["done"], t["done_on"] > day
    t["light"] = np.select([t["overdue"], ~t["done"] & (t["due_on"] <= day + pd.Timedelta(days=30))], ["red", "amber"], "green")
    i = kept["inspections"]
    i = i[i["inspected_on"] <= day].copy()
    i["has_problem"], i["rectified"], i["due"] = i["problem"].notna(), i["rectified_on"] <= day, i["rectify_due_on"] <= day
    i["on_time"] = i["has_problem"] & i["due"] & i["rectified"] & (i["rectified_on"] <= i["rectify_due_on"])
    i["overdue"], i["found_quarter"] = i["has_problem"] & i["due"] & ~i["rectified"], i["has_problem"] & (i["inspected_on"] >= begin)
    i["dated_later"] = i["rectified_on"] > day
    i["recurred"] = [bool(r.has_problem and r.rectified and any(
        o.district_code == r.district_code and o.problem == r.problem and (o.union_id or "") == (r.union_id or "") and o.inspected_on > r.rectified_on
        for o in i.itertuples())) for r in i.itertuples()]  # fmt: skip
    u = kept["unions"]
    u = u[u["union_type"].isin(["单独", "联合"]) & (u["established_on"] <= day)].copy()
    u["last"] = u["established_on"] + pd.Timedelta(days=90)
    u = u[u["last"] > day - pd.Timedelta(days=365)].copy()
    u["reached"] = u["last"] <= day
    u["followed"] = [
        bool(((i["union_id"] == r.union_id) & (i["inspected_on"] >= r.established_on) & (i["inspected_on"] <= r.last)).any()) for r in u.itertuples()
    ]
    f = kept["task_forces"]
    f = f[f["formed_on"].isna() | (f["formed_on"] <= day)]
    c = kept["trainings"]
    c = c[c["trained_on"] <= day].assign(this_quarter=lambda c: c["trained_on"] >= begin, this_year=lambda c: c["trained_on"] >= year)
    d = pd.DataFrame({"district_code": DISTRICTS})
    d["has_force"] = d["district_code"].isin(f["district_code"])
    return {"task": t, "inspection": i, "founded": u, "task_force": f, "training": c, "district": d}


@pytest.fixture(scope="module")
def relations(city):
    kept = read_tables(city.folder / "tables")
    earlier = read_tables(build_earlier(city) / "tables")
    units = unit_relation(kept, earlier, DAY)
    now, then = rungs(kept["unions"], DAY), rungs(earlier["unions"], BEFORE)
    pair = now[["union_id", "district_code", "level", "home_level"]].merge(
        then[["union_id", "district_code", "level", "home_level"]], on="union_id", how="outer", suffixes=("", "_then")
    )
    home = {"合格": 1, "先进": 2, "模范": 3}
    pair = pair.assign(district_code=pair["district_code"].fillna(pair["district_code_then"]), now_level=pair["level"], before_level=pair["level_then"],
                       now_home=pair["home_level"].map(home).fillna(0), before_home=pair["home_level_then"].map(home).fillna(0))  # fmt: skip
    matter = matter_relation(kept, units, DAY)
    campaign = campaign_relations(kept, DAY)
    blamed = matter[(matter["mode"] == "vote") & matter["yes_count"].isna()]["uscc"]
    matter_unit = matter.drop_duplicates("uscc").assign(only_deliberated=lambda m: m["uscc"].isin(blamed))
    return {"unit": units, "union": now, "union_pair": pair, "matter": matter, "matter_unit": matter_unit, "contract": contract_relation(kept, DAY)} | campaign


def build_earlier(city):
    from analysis.runs.packing import build_package

    return build_package(city.settings, "2021Q3")


# --- the formula language


def evaluate(formula, frame):
    """Return the value of a printed formula over the rows of its relation: SQL's three-valued logic, a condition not known does not count."""
    kind, inside = re.fullmatch(r"(count|sum)\((.*)\)", formula).groups()
    parts = inside.split("; ")
    mask = condition(parts[-1], frame)
    if kind == "count":
        return int(mask.sum())
    return int(pd.to_numeric(expression(parts[1], frame)[mask], errors="coerce").fillna(0).sum())


def python_of(text):
    text = re.sub(r"\s+AND\s+", " & ", text)
    text = re.sub(r"\s+OR\s+", " | ", text)
    text = re.sub(r"(\w+) IS NOT NULL", r"known(\1)", text)
    text = re.sub(r"(\w+) IS NULL", r"unknown(\1)", text)
    text = re.sub(r"\bNOT\s+", "~", text)
    text = re.sub(r"(?<![<>=!])=(?!=)", "==", text)
    text = text.replace("TRUE", "yes").replace("FALSE", "no").replace("CAST(", "(").replace(" AS BIGINT", "")
    parts = re.split(r"( [&|] )", text)  # comparisons bind weaker than & in Python
    return "".join(p if p in (" & ", " | ") else wrapped(p) for p in parts)


def wrapped(part):
    """Put a comparison into brackets, inside those that it opens or closes for others."""
    lead = part.count("(") - part.count(")")
    return "(" * lead + f"({part[lead:]})" if lead > 0 else f"({part[:lead]})" + ")" * -lead if lead < 0 else f"({part})"


def names_of(frame):
    """Return the columns as nullable series, with the few functions that the formulas use."""
    known = {name: frame[name].convert_dtypes() if name != "districts" else frame[name] for name in frame.columns}
    everywhere = pd.Series(True, index=frame.index, dtype="boolean")

    def coalesce(column, other):
        return column.fillna(bool(other.iloc[0]) if isinstance(other, pd.Series) and str(other.dtype) == "boolean" else other)

    return known | {"yes": everywhere, "no": ~everywhere, "coalesce": coalesce, "known": lambda c: c.notna(), "unknown": lambda c: c.isna(),
                    "round": lambda c: c.astype("Float64").round(), "greatest": lambda c, least: c.where(c.isna() | (c > least), least)}  # fmt: skip


def condition(text, frame):
    made = eval(python_of(text), {"__builtins__": {}}, names_of(frame))
    return made.astype("boolean").fillna(False).astype(bool)


def expression(text, frame):
    made = eval(python_of(text), {"__builtins__": {}}, names_of(frame))
    return made if isinstance(made, pd.Series) else pd.Series(made, index=frame.index)


def recomputed(formula, relations, district):
    relation = re.match(r"\w+\((\w+);", formula)[1]
    frame = relations[relation]
    own = frame["districts"].map(lambda d: district in d) if relation == "contract" else frame["district_code"] == district
    return evaluate(formula, frame[own])


# --- the tests


@pytest.fixture(scope="module")
def published(city):
    frames = [pd.read_parquet(city.folder / name) for name in ("indicators.parquet", "building/figures.parquet", "campaign/figures.parquet")]
    frame = pd.concat(frames)
    frame = frame[(frame["quarter"] == city.quarter) & (frame["segment"] == "all") & frame["region_code"].isin(DISTRICTS)]
    return {(r.region_code, r.indicator): r for r in frame.itertuples()}


def test_every_indicator_has_a_card_and_no_card_lacks_an_indicator():
    defined = [*tables.load("indicators")["indicator"], *tables.load("building")["indicator"], *tables.load("campaign")["indicator"]]
    assert sorted(CARDS) == sorted(defined) and len(defined) == len(set(defined))


def test_every_word_of_a_formula_is_explained():
    known = set(tables.load("columns")["code"]) | set(tables.load("relations")["column"]) | {f"seg_{s}" for s in tables.load("segments")["segment"]}
    grammar = {
        "count",
        "sum",
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "coalesce",
        "greatest",
        "round",
        "CAST",
        "AS",
        "BIGINT",
        *tables.load("relations")["relation"],
    }
    for formula in (f for pair in CARDS.values() for f in pair if f):
        words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", formula)))
        assert words <= known | grammar, (formula, words - known - grammar)


@pytest.mark.parametrize("indicator", CARDS)
def test_a_card_gives_the_published_figure(indicator, relations, published):
    top, bottom = CARDS[indicator]
    compared = 0
    for district in DISTRICTS:
        row = published[district, indicator]
        if row.status != "ok" and not row.reason.startswith("分母"):
            assert row.reason
            continue
        compared += 1
        if bottom is None:
            assert recomputed(top, relations, district) == row.value, district
        else:
            assert (recomputed(top, relations, district), recomputed(bottom, relations, district)) == (row.numerator, row.denominator), district
    assert compared or indicator in BLANK_EVERYWHERE


BLANK_EVERYWHERE = {name for table in ("building", "campaign") for name, row in tables.load(table).set_index("indicator")["needs"].items() if "columns." in row}
