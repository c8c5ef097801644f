"""The kept rows of a package, asked for those that stand between a figure and its best.

Which rows those are follows from the figure's metric card: where more is better, what the denominator has and the numerator has not; where less is better, what
the numerator has. Every row carries how much of the lost amount it is (``amount``), so that the rows of a figure add up to what it counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

import duckdb
import pandas as pd

from analysis import tables
from analysis.facts import Fact
from analysis.intake.schema import columns_of
from analysis.measures.assessment.campaign import BODY
from analysis.measures.assessment.relations import make_campaign_relations
from analysis.measures.formulas import Card, Formula, cards
from analysis.measures.tally import judge_units
from analysis.measures.unions.relations import make_relations
from analysis.periods import Quarter
from analysis.runs.lists.scoring import BODY_CARDS, FORCE_FIGURES
from analysis.runs.package import Package
from analysis.runs.store import connect

COLUMNS = ["district_code", "code", "name", "amount", "note", "file", "sheet", "row"]
PLACE = ["file", "sheet", "row"]
_TABLES = ("units", "unions", "covers", "congresses", "contracts", "contract_covers", "tasks", "inspections", "task_forces", "trainings")
_CAMPAIGN = ("district", "task", "inspection", "founded", "task_force", "training")
_NAMED = {"unit": ("uscc", "unit_name"), "union": ("union_id", "union_name"), "matter": ("uscc", "unit_name"), "contract": ("contract_id", "contract_type"),
          "task": ("coalesce(responsible_body, '')", "coalesce(task, '')"), "inspection": ("coalesce(union_id, '')", "coalesce(problem, '')"),
          "founded": ("union_id", "union_name"), "task_force": ("''", "coalesce(task_force, '')"), "training": ("''", "coalesce(course, '')")}  # fmt: skip
_VERDICTS = {"row_quarantined_rate": "quarantined", "row_quarantined_count": "quarantined", "row_flagged_count": "flagged"}
_CHANGE = re.compile(r"_(?:qoq|yoy)$")


@dataclass
class Behind:
    """A package's kept rows in a connection."""

    package: Package
    connection: duckdb.DuckDBPyConnection
    known: dict[str, Card]

    def of_district(self, name: str, segment: str, is_rising: bool, district: str) -> pd.DataFrame:
        """Return ``COLUMNS``: the rows between a figure of a district and its best."""
        base = _CHANGE.sub("", name)
        if base in self.known:
            card = self.known[base]
            reach = "list_contains(string_split(districts, ';'), $1)" if card.numerator.relation == "contract" else "district_code = $1"
            inside = f" AND seg_{segment}" if card.numerator.relation == "unit" and segment != "all" else ""
            rows = self._counted(card, is_rising, reach + inside, [district])
            return self._with_losses(rows) if name != base and is_rising and card.numerator == Formula("unit", "covered") else rows
        return self._of_quality(base, is_rising, district)

    def of_body(self, name: str, is_rising: bool, body: str) -> pd.DataFrame:
        """Return the rows of a responsible body's tasks, in the districts that it is counted in."""
        bodies = self.package.campaign.bodies
        counted = bodies.loc[bodies["body"] == body, "district_code"].tolist()
        return self._counted(BODY_CARDS[name], is_rising, f"{BODY} = $1 AND list_contains($2, district_code)", [body, counted])

    def of_force(self, name: str, segment: str, is_rising: bool, force: tuple[str, str, int], district: str) -> pd.DataFrame:
        """Return the rows behind a task force's figure: its own row (``force`` = file, sheet, row), or those of its district for a district's figure."""
        if name not in FORCE_FIGURES:
            return self.of_district(name, segment, is_rising, district)
        said = (
            "'成员' || coalesce(member_total::VARCHAR || '人', '数没有填') || '，包联' || coalesce(assigned_unit_count::VARCHAR || '家', '单位数没有填')"
            " || CASE WHEN lead_post IS NULL THEN '，没有写牵头职务' ELSE '' END"
        )
        query = f"SELECT district_code, '' AS code, coalesce(task_force, '') AS name, 1 AS amount, {said} AS note, source_file AS file, source_sheet AS sheet, source_row AS row" \
                " FROM campaign_task_force WHERE source_file = $1 AND source_sheet IS NOT DISTINCT FROM $2 AND source_row = $3"  # fmt: skip
        return self.connection.execute(query, list(force)).df()[COLUMNS]

    def _counted(self, card: Card, is_rising: bool, where: str, given: list) -> pd.DataFrame:
        top, bottom = card.numerator, card.denominator
        relation = top.relation
        if relation not in _NAMED or (bottom is not None and bottom.relation != relation):
            return empty()
        amount = _amount(top, bottom, is_rising, card.definition.get("unit") == "mean")
        code, called = _NAMED[relation]
        family = "campaign" if relation in _CAMPAIGN else "building"
        district = "$1" if relation == "contract" else "district_code"
        word = "计入" if not is_rising else "拉低" if bottom is not None and bottom.amount != top.amount else "没有计入"
        query = f"SELECT * FROM (SELECT {district} AS district_code, {code} AS code, {called} AS name, {amount} AS amount, '' AS note, source_file AS file, source_sheet AS sheet," \
                f" source_row AS row FROM {family}_{relation} WHERE {where}) WHERE amount <> 0 ORDER BY file, sheet, row"  # fmt: skip
        return self.connection.execute(query, given).df().assign(note=f"{word}“{card.definition['name']}”")[COLUMNS]

    def _with_losses(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Say of which units the quarter before still covered: they pull the net growth down."""
        states = self.package.states()
        gone = set(states.loc[states["was_covered"] & ~states["covered"], "uscc"]) if "was_covered" in states else set()
        return rows.assign(note=[f"上季度末已覆盖，现在没有；{note}" if code in gone else note for code, note in zip(rows["code"], rows["note"], strict=True)])

    def _of_quality(self, name: str, is_rising: bool, district: str) -> pd.DataFrame:
        if name in _VERDICTS and not is_rising:
            return self._remarked(_VERDICTS[name], district)
        if name.startswith("fill_") and is_rising:
            return self._unfilled(name, district)
        if name == "missing_table_count":
            gone = self.package.quality.missing
            told = gone.loc[gone["region"] == district, "reason"].tolist()
            return pd.DataFrame(
                {"district_code": district, "code": "", "name": told, "amount": 1, "note": "没有报送或没有读成的表", "file": "", "sheet": "", "row": 0}
            )
        return empty()

    def _remarked(self, verdict: str, district: str) -> pd.DataFrame:
        """Return the rows of a verdict, one line a row, with every rule that it broke and what to do."""
        rows = self.package.quality.rows
        if rows.empty:
            return empty()
        rows = rows[(rows["verdict"] == verdict) & (rows["district_code"] == district)].assign(sheet=rows["sheet"].fillna(""))
        lines = pd.read_csv(self.package.folder / "intake" / "rows.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False).astype({"row": "int64"})
        lines = lines[lines["verdict"] == verdict]
        told = lines.groupby(["table", *PLACE])[["rule", "value", "advice"]].agg(lambda texts: "；".join(dict.fromkeys(t for t in texts if t))).reset_index()
        found = rows.drop(columns="verdict").astype({"row": "int64"}).merge(told, on=["table", *PLACE], how="left")
        return found.rename(columns={"rule": "code", "value": "name", "advice": "note"}).assign(amount=1)[COLUMNS]

    def _unfilled(self, name: str, district: str) -> pd.DataFrame:
        wanted = [
            r.numerator.removeprefix("filled_")
            for r in tables.load("quality").itertuples()
            if r.group == "fill" and r.numerator != "filled_all" and name in (r.indicator, "fill_all_rate")
        ]
        units = self.package.table("units")
        units = units[units["district_code"] == district]
        headers = {c.code: c.header for c in columns_of("units")}
        blank = units[wanted].isna()
        note = ["没有填：" + "、".join(headers.get(c, c) for c, is_gone in zip(wanted, row, strict=True) if is_gone) for row in blank.to_numpy()]
        made = units.rename(columns={"uscc": "code", "unit_name": "name", "source_file": "file", "source_sheet": "sheet", "source_row": "row"})
        return made.assign(amount=blank.sum(axis=1), note=note)[blank.any(axis=1)][COLUMNS]


def _amount(top: Formula, bottom: Formula | None, is_rising: bool, is_mean: bool) -> str:
    """Return how much of what is lost a row is, in SQL: 1 a row for counts, its persons for sums of persons."""

    def part(formula: Formula) -> str:
        return f"CASE WHEN coalesce({formula.condition}, FALSE) THEN {f'coalesce({formula.amount}, 0)' if formula.amount else 1} ELSE 0 END"

    if not is_rising:
        return part(top)
    if is_mean:
        return f"CASE WHEN coalesce({bottom.condition}, FALSE) THEN 1 ELSE 0 END"
    if bottom is None:
        return f"CASE WHEN {part(top)} = 0 THEN 1 ELSE 0 END"
    return f"{part(bottom)} - {part(top)}"


def expected(fact: Fact, is_rising: bool) -> Fraction | None:
    """Return what the rows behind a figure add up to, as the figure itself counted them; None where it is no count or rate of rows."""
    if not fact.is_ok or _CHANGE.search(fact.indicator):
        return None
    if fact.unit == "ratio" and fact.numerator is not None and fact.denominator is not None:
        return Fraction(fact.denominator - fact.numerator if is_rising else fact.numerator)
    return Fraction(fact.value) if fact.unit == "count" and not is_rising else None


def empty() -> pd.DataFrame:
    return pd.DataFrame(columns=COLUMNS)


@contextmanager
def opened(package: Package) -> Iterator[Behind]:
    """Open a package's rows; ``package`` with its campaign part (``Package.with_campaign``)."""
    quarter = Quarter(package.quarter)
    with connect({name: package.table(name) for name in _TABLES}) as connection:
        judge_units(connection, quarter.as_of, package.settings)
        make_relations(connection, quarter.as_of, package.settings)
        make_campaign_relations(connection, quarter, [c for c, _ in package.register.regions("district")], package.settings.stat_year_end_month)
        yield Behind(package, connection, {card.definition["indicator"]: card for card in cards()})
