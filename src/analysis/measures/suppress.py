"""Small-cell suppression for audiences other than internal (domain §9.2): what could point at a single unit is withheld, and its neighbours
too where it could be worked out by subtraction. City totals stay visible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.change import KEYS

REASON = "单位数过少，按小格抑制规则不显示"
_COVER = ("covered_unit_count", "blind_unit_count", "unit_coverage_rate", "blind_unit_rate", "covered_employee_count", "blind_employee_count",
          "employee_coverage_rate", "blind_employee_share", "membership_rate_in_covered")  # fmt: skip
_MANDATORY = ("mandatory_unit_count", "mandatory_covered_unit_count", "mandatory_unit_union_rate")
_PARTY = ("party_unit_count", "party_covered_unit_count", "party_union_sync_rate")
_CONGRESS = ("congress_enterprise_count", "worker_congress_rate", "worker_congress_rate_all")
_CONTRACT = ("contract_enterprise_count", "contract_employee_count", "contract_unit_coverage", "contract_employee_coverage")
# figures that give each other away: where one of a family is withheld, all of it is
FAMILIES = (_COVER, _MANDATORY, _PARTY, _CONGRESS, _CONTRACT)
_UNIT_COUNTS = ("covered_unit_count", "blind_unit_count", "nominal_unit_count", "newly_covered_unit_count", "mandatory_unit_count",
                "mandatory_covered_unit_count", "party_unit_count", "party_covered_unit_count", "congress_enterprise_count", "contract_enterprise_count",
                "covered_enterprise_count")  # fmt: skip


def suppress(frame: pd.DataFrame, audience: str, below: int = 5, rate_below: int = 10) -> pd.DataFrame:
    """Return the frame with small cells withheld (status ``suppressed``, figures empty); unchanged for ``internal``.

    Withheld are: every figure of a region and segment with fewer than ``below`` eligible units; a count of 1 to ``below`` − 1 units with its
    family; a rate whose denominator is under ``rate_below``; where exactly one district of a sum is withheld, the next smallest too; every
    change of what is withheld.
    """
    if audience == "internal":
        return frame
    base = frame["indicator"].str.replace(r"_(?:qoq|yoy)$", "", regex=True)
    family = base.map({name: f"family {i}" for i, names in enumerate(FAMILIES) for name in names}).fillna(base)
    below_city = (frame["region_level"] != "city").to_numpy()
    hidden = below_city & (_small_cells(frame, below) | _small_figures(frame, below, rate_below))
    hidden = _spread(frame, family, hidden)
    hidden = _spread(frame, family, hidden | _second(frame, hidden))
    hidden &= (frame["status"] == "ok").to_numpy()
    made = frame.copy()
    made.loc[hidden, ["numerator", "denominator"]] = pd.NA
    made.loc[hidden, "value"] = np.nan
    made.loc[hidden, "status"], made.loc[hidden, "reason"] = "suppressed", REASON
    return made


def _small_cells(frame: pd.DataFrame, below: int) -> np.ndarray:
    eligible = frame[frame["indicator"] == "eligible_unit_count"].set_index(["quarter", "region_code", "segment"])["value"]
    size = eligible.reindex(pd.MultiIndex.from_frame(frame[["quarter", "region_code", "segment"]])).to_numpy()
    return (size > 0) & (size < below)


def _small_figures(frame: pd.DataFrame, below: int, rate_below: int) -> np.ndarray:
    value = frame["value"].to_numpy()
    small_count = frame["indicator"].isin(_UNIT_COUNTS).to_numpy() & (value > 0) & (value < below)
    small_rate = (frame["unit"] == "ratio").to_numpy() & (frame["denominator"] < rate_below).fillna(False).to_numpy(dtype=bool)
    return small_count | small_rate


def _spread(frame: pd.DataFrame, family: pd.Series, hidden: np.ndarray) -> np.ndarray:
    """Hide a family's figures together, and the changes of a hidden figure in every quarter that shows them."""
    keys = pd.MultiIndex.from_arrays([frame["region_code"], frame["segment"], family])
    return keys.isin(keys[hidden]) & (frame["region_level"] != "city").to_numpy()


def _second(frame: pd.DataFrame, hidden: np.ndarray) -> np.ndarray:
    """Where exactly one part of a sum is hidden (districts of the city, townships of a district), hide the next smallest: subtraction would show it."""
    extra = np.zeros(len(frame), dtype=bool)
    shown = ((frame["region_level"] != "city") & (frame["unit"] == "count") & (frame["status"] == "ok")).to_numpy()
    places = pd.Series(np.flatnonzero(shown))
    above = frame["region_code"].astype(str).str[:6].where(frame["region_level"] == "township", "")  # townships add up to their district
    groups = [column.to_numpy()[shown] for column in (above, *(frame[name] for name in ("quarter", *KEYS[1:])))]
    for _, rows in places.groupby(groups, sort=False):
        mine = hidden[rows.to_numpy()]
        if mine.sum() == 1 and len(rows) > 1:
            rest = rows.to_numpy()[~mine]
            extra[rest[np.argmin(frame["value"].to_numpy()[rest])]] = True
    return extra
