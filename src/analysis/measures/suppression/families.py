"""Small-cell suppression for audiences other than internal (domain §9.2).

Primary: a cell of fewer than ``below`` units, a sum of which one unit holds more than ``dominance_share``, a rate on fewer than ``rate_below``.
Secondary: what would give a primary cell away by subtraction. The city's whole (segment ``all``) stays visible, its groups are cells like others. A change is withheld where either quarter's figure is;
each quarter's pattern depends on that quarter alone, so that what one quarter's report withholds the next one does not give away.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.measures.suppression.cells import Cells, bases_of, counted_by, identities
from analysis.measures.suppression.second import Protection
from analysis.settings import Settings

# one wording for all: to say which cells are small themselves and which only guard them would narrow the guess
REASON = "单位数过少、一家占比过大，或为防止由其他数字推算出这样的数字，不予显示"
KINDS = ("", "primary", "secondary")
_OVERLAP = ("small_micro", "two_new")


def suppress(frame: pd.DataFrame, audience: str, settings: Settings | None = None, parents: Mapping[str, str] | None = None,
             shares: pd.DataFrame | None = None) -> pd.DataFrame:  # fmt: skip
    """Return the frame with small cells withheld (status ``suppressed``, figures empty); unchanged for ``internal``.

    Parameters
    ----------
    frame : indicators of one or more quarters, with changes
    parents : township code → district code; without it a township belongs to the district its code begins with
    shares : DataFrame ``quarter, region_code, segment, base, share``: how much of a sum the largest unit holds (``measures.largest``)
    """
    if audience == "internal" or frame.empty:
        return frame
    hidden = kinds(frame, settings or Settings(), parents, shares) != ""
    made = frame.copy()
    made.loc[hidden, ["numerator", "denominator"]] = pd.NA
    made.loc[hidden, "value"] = np.nan
    made.loc[hidden, "status"], made.loc[hidden, "reason"] = "suppressed", REASON
    return made


def kinds(frame: pd.DataFrame, settings: Settings, parents: Mapping[str, str] | None = None, shares: pd.DataFrame | None = None) -> np.ndarray:
    """Return for every row ``primary`` (small itself), ``secondary`` (withheld to guard others) or "" (shown). For our own count only."""
    base = frame["indicator"].str.replace(r"_(?:qoq|yoy)$", "", regex=True)
    is_level = (base == frame["indicator"]).to_numpy()
    found = np.full(len(frame), "", dtype=object)
    for quarter in frame["quarter"].unique():
        at = np.flatnonzero(is_level & (frame["quarter"] == quarter).to_numpy())
        levels = frame.iloc[at]
        own = shares[shares["quarter"] == quarter] if shares is not None else None
        found[at] = _levels(levels, settings, dict(parents or {}), own)
    keys = pd.MultiIndex.from_arrays([frame["quarter"], frame["region_code"], frame["segment"], base])
    known = pd.Series(found[is_level], index=keys[is_level])
    for suffix in ("qoq", "yoy"):
        at = np.flatnonzero(frame["indicator"].str.endswith(f"_{suffix}").to_numpy())
        if len(at):
            found[at] = _changes(frame.iloc[at], base.iloc[at], known, suffix)
    return found


def _changes(rows: pd.DataFrame, base: pd.Series, known: pd.Series, suffix: str) -> np.ndarray:
    """A change is withheld where the figure of either quarter is; a change that could not be made stays blank for its own reason."""
    from analysis.periods import Quarter

    then = {q: (Quarter(q).previous if suffix == "qoq" else Quarter(q).year_ago).key for q in rows["quarter"].unique()}
    pair = [known.reindex(pd.MultiIndex.from_arrays([quarters, rows["region_code"], rows["segment"], base])).fillna("").to_numpy()
            for quarters in (rows["quarter"], rows["quarter"].map(then))]  # fmt: skip
    worse = np.where((pair[0] == "primary") | (pair[1] == "primary"), "primary", np.where((pair[0] != "") | (pair[1] != ""), "secondary", ""))
    return np.where((rows["status"] == "ok").to_numpy() | (pair[0] != ""), worse, "")


def _levels(levels: pd.DataFrame, settings: Settings, parents: dict[str, str], shares: pd.DataFrame | None) -> np.ndarray:
    cells = Cells(levels, parents)
    primary = primary_cells(cells, settings, shares)
    withheld = Protection(cells, primary, settings.suppress_below).find()
    small, hidden = np.zeros(len(levels), dtype=bool), np.zeros(len(levels), dtype=bool)
    for at in cells.of_rows:
        small |= (at >= 0) & primary[at]
        hidden |= (at >= 0) & withheld[at]
    has_figure = (levels["status"] == "ok").to_numpy() | levels["numerator"].notna().to_numpy()
    return np.where(~has_figure | ~hidden, "", np.where(small, "primary", "secondary"))


def primary_cells(cells: Cells, settings: Settings, shares: pd.DataFrame | None = None) -> np.ndarray:
    """Return a boolean array over the cells: those that could point at single units by themselves."""
    below, shape = settings.suppress_below, cells.shape
    value = cells.values[cells.canonical].reshape(shape)
    at = {base: i for i, base in enumerate(cells.bases)}
    primary = np.zeros(shape, dtype=bool)

    def small(number: np.ndarray) -> np.ndarray:
        return (number > 0) & (number < below)

    for base, units in counted_by().items():
        primary[:, :, at[base]] |= small(value[:, :, at[units]]) & (value[:, :, at[base]] > 0)
    for numerator, denominator in bases_of().values():
        if denominator:
            under = value[:, :, at[denominator]]
            primary[:, :, at[numerator]] |= (under > 0) & (under < settings.suppress_rate_below)
    for total, parts in identities("rest"):
        primary[:, :, at[parts[0]]] |= small(value[:, :, at[total]] - value[:, :, at[parts[0]]])
    _only_one_group(cells, value, primary, small, at["blind"])
    primary |= small(value[:, :, at["eligible"]])[:, :, None] & (value > 0)  # whatever is said of so few units is withheld; a zero points at none
    for row in () if shares is None else shares[shares["share"] > settings.dominance_share].itertuples():
        cell = cells.cell(row.region_code, row.segment, row.base)
        for own in [cell] if cell >= 0 else cells.city_cells(row.segment, row.base) if row.region_code == cells.city else []:
            primary.ravel()[own] = True
    made = np.zeros(primary.size, dtype=bool)
    made[cells.canonical[primary.ravel()]] = True
    return made & ~np.isnan(cells.values) & ~cells.frozen


def _only_one_group(cells: Cells, value: np.ndarray, primary: np.ndarray, small, blind: int) -> None:
    """Documents say how many blank units are 小微 only and 两新 only: such a rest of few units must not follow from what is shown."""
    if "small_micro_and_two_new" not in cells.segments:
        return
    both = cells.segments.index("small_micro_and_two_new")
    for segment in _OVERLAP:
        rest = value[:, cells.segments.index(segment), blind] - value[:, both, blind]
        primary[:, both, blind] |= small(rest) & (value[:, both, blind] > 0)  # where none is both, the rest is the group itself
