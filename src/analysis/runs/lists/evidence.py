"""The rows behind every point lost, of districts, responsible bodies and task forces.

Item by item the rows that a full score would not have, with file, sheet and row.

Every list is held against what the figure counted (``Evidence.checks``): where the two differ it is said in the workbook, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from analysis.measures.assessment.formula import directions
from analysis.measures.assessment.score_sheet import KINDS, Deduction, Item
from analysis.measures.assessment.scorecard import Standing
from analysis.runs.lists import behind_points
from analysis.runs.lists.behind_points import PLACE, Behind, expected
from analysis.runs.lists.scoring import Assessment, body_figure, force_rows
from analysis.runs.package import Package

COLUMNS = ["kind", "subject", "home", "item", "lost", *behind_points.COLUMNS]
CHECKS = ["kind", "subject", "item", "counted", "listed"]
NO_ROWS = "由几个数算出，没有单独的行"


@dataclass(frozen=True)
class Evidence:
    """``rows`` (``COLUMNS``; ``subject`` a code, ``home`` its district, "" for a body of several, ``lost`` the item's points, NaN for a veto) and ``checks``:
    what an item's figure counted, what its rows add up to."""

    rows: pd.DataFrame
    checks: pd.DataFrame


def evidence(package: Package, made: Assessment, kinds: tuple[str, ...] = tuple(KINDS), only: set[str] | None = None) -> Evidence:
    """Return the rows behind every point that is lost, as the score sheet orders them; an item without rows of its own has one line that says so.

    Parameters
    ----------
    package : with its campaign part
    only : the districts whose subjects are wanted; None for all. A responsible body belongs to a district where all its tasks are in it.
    """
    rows, checks = [], []
    homes = _homes(package)
    with behind_points.opened(package) as behind:
        for kind in (k for k in kinds if k in made.cards):
            for standing in made.cards[kind].standings:
                home = homes[standing.subject.code] if kind == "body" else standing.subject.region
                if only is not None and home not in only:
                    continue
                for entry in _of_subject(behind, made, kind, standing):
                    head = {"kind": kind, "subject": standing.subject.code, "item": entry.item}
                    rows.append(entry.rows.assign(**head, home=home, lost=entry.lost)[COLUMNS])
                    if entry.counted is not None:
                        checks.append([*head.values(), entry.counted, Fraction(int(entry.rows["amount"].sum()))])
    found = pd.concat([r for r in rows if len(r)], ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)
    texts = [c for c in COLUMNS if c not in ("lost", "amount", "row")]
    found[texts] = found[texts].astype(object).where(found[texts].notna(), "")
    return Evidence(found, pd.DataFrame(checks, columns=CHECKS))


@dataclass(frozen=True)
class _Entry:
    """One item of a subject: its rows and, where the figure is a count of rows, how many it ``counted``."""

    item: str
    lost: float
    rows: pd.DataFrame
    counted: Fraction | None = None


def _homes(package: Package) -> dict[str, str]:
    """Return body → the one district that all its tasks are in, else ""."""
    bodies = package.campaign.bodies
    return {body: part.iloc[0] if part.nunique() == 1 else "" for body, part in bodies.groupby("body")["district_code"]}


def _of_subject(behind: Behind, made: Assessment, kind: str, standing: Standing) -> Iterator[_Entry]:
    for line in standing.lines:
        if line.lost:
            yield _entry(behind, kind, standing, line.item, line.item.name, round(float(line.lost), 2), line.item.segment, line.item.is_rising)
    for loss in standing.losses:
        if loss.deduction is None:
            yield _Entry(loss.name, round(float(loss.points), 2), _said(f"依据：{loss.evidence}"))
        elif loss.points:
            yield _entry(behind, kind, standing, loss.deduction, loss.name, round(float(loss.points), 2), "all", False)
    for veto in made.sheet.vetoes[kind]:
        if veto.name in standing.vetoes:
            yield _entry(behind, kind, standing, veto, f"一票否决：{veto.name}", float("nan"), "all", False)


def _entry(behind: Behind, kind: str, standing: Standing, item: Item | Deduction, name: str, lost: float, segment: str, is_rising: bool) -> _Entry:
    grows = directions(item.formula)
    parts = [_rows(behind, kind, standing, figure, segment, is_rising is grows[figure]) for figure in item.names if grows[figure] is not None]
    own = pd.concat([p for p in parts if len(p)] or [behind_points.empty()], ignore_index=True)
    # how a ledger came in has no rows the other way round: what was accepted is all the rest
    is_known = kind == "body" or not own.empty or item.formula in behind.known
    counted = _counted(behind, kind, standing, item, segment, is_rising) if is_known else None
    if len(item.names) > 1:
        own = own.drop_duplicates(["district_code", "code", *PLACE])
    return _Entry(name, lost, _said(NO_ROWS) if own.empty else own, None if own.empty and not counted else counted)


def _rows(behind: Behind, kind: str, standing: Standing, figure: str, segment: str, is_rising: bool) -> pd.DataFrame:
    subject = standing.subject
    if kind == "body":
        return behind.of_body(figure, is_rising, subject.code)
    if kind == "force":
        row = force_rows(behind.package)[subject.code]
        return behind.of_force(figure, segment, is_rising, (row.source_file, row.source_sheet, int(row.source_row)), subject.region)
    return behind.of_district(figure, segment, is_rising, subject.region)


def _counted(behind: Behind, kind: str, standing: Standing, item: Item | Deduction, segment: str, is_rising: bool) -> Fraction | None:
    """Return how many rows the item's figure counted, taken from the stored figures and not from the rows."""
    package, name = behind.package, item.formula
    if item.names != (name,):
        return None
    if kind == "body":
        return body_figure(package, standing.subject.code, name, is_rising)
    if kind == "force" and name in behind_points.FORCE_FIGURES:
        return None
    with package.register.quietly():
        return expected(package.register.fact(name, standing.subject.region, segment), is_rising)


def _said(note: str) -> pd.DataFrame:
    return pd.DataFrame([["", "", "", 0, note, "", "", 0]], columns=behind_points.COLUMNS)
