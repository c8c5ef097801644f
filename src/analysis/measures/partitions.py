"""Tallies of parts of a ledger added up: every unit is in exactly one part, so that counts and sums add, and what was the largest stays it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.tally import Tally

_CELL = ["district_code", "township_code", "mask"]


def part_of(units: pd.DataFrame, parts: int) -> pd.Series:
    """Return uscc → part, 0 to ``parts`` - 1: whole districts together, the largest first to where there is most room.

    A district's cells lie in one part then, and are grouped once. Other tables follow their units.
    """
    sizes = units["district_code"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    filled, home = [0] * parts, {}
    for district, size in sizes.items():
        home[district] = filled.index(min(filled))
        filled[home[district]] += size
    return pd.Series(units["district_code"].map(home).to_numpy(dtype="int64"), index=units["uscc"].to_numpy(dtype=object))


def add(tallies: Sequence[Tally]) -> Tally:
    """Return the tally of the whole from those of its parts.

    Unions are counted whole with the first part (their table goes with each); a contract about to end may reach into several parts.
    """
    first = tallies[0]
    largest = pd.concat([t.largest for t in tallies], ignore_index=True)
    how = {name: "max" if name.endswith(("_max", "_max_staff")) else "sum" for name in largest.columns if name not in _CELL}
    matters = pd.concat([t.matters for t in tallies], ignore_index=True)
    return Tally(
        units=_grouped(pd.concat([t.units for t in tallies], ignore_index=True), _CELL, "sum"),
        unions=first.unions,
        matters=_grouped(matters, ["district_code"], "sum"),
        expiring=_reached([t.expiring for t in tallies]),
        covered=_sorted([t.covered for t in tallies]),
        states=_sorted([t.states for t in tallies]),
        largest=_grouped(largest, _CELL, how),
    )


def _grouped(rows: pd.DataFrame, keys: list[str], how: object) -> pd.DataFrame:
    return rows.groupby(keys, as_index=False, sort=True).agg(how)[list(rows.columns)]


def _sorted(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).sort_values("uscc", ignore_index=True)


def _reached(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return ``contract_id, districts``: all districts that a contract's units lie in, of whatever part."""
    rows = pd.concat(frames, ignore_index=True)
    together = rows.groupby("contract_id", sort=True)["districts"].agg(lambda codes: ";".join(sorted({c for code in codes for c in code.split(";") if c})))
    return together.reset_index()
