"""Against the quarter before: what happened to every unit, and the identities that its opening and closing counts must obey (domain §1.2).

opening + appeared + resumed − gone − ceased + moved in − moved out = closing, for eligible units; likewise for covered units and members.
The terms are counted unit by unit; opening and closing are held against the published indicators, and what is left over is shown. Within the
units that stay, the change of members = new + in − out − left + what no report explains.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

FLOWS = ("new_member_count", "member_in_count", "member_out_count", "member_left_count")
_KEPT = ("uscc", "district_code", "unit_name", "employee_count", "member_count", "status", *FLOWS)
IDENTITIES = {  # family: (published indicator, terms that add, terms that take away)
    "units": ("eligible_unit_count", ("units_appeared", "units_resumed", "units_moved_in"), ("units_gone", "units_ceased", "units_moved_out")),
    "covered": ("covered_unit_count", ("covered_with_new_unit", "covered_newly", "covered_moved_in"), ("covered_lost", "covered_left", "covered_moved_out")),
    "members": ("member_count", ("members_by_units", "members_moved", "members_within"), ()),
}


def with_states(units: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Return the kept units with ``eligible`` and ``covered`` (``states`` of the tally: its eligible units), blank counts as 0 with ``has_<count>``."""
    kept = units[list(_KEPT)].merge(states[["uscc", "covered"]].assign(eligible=True), on="uscc", how="left", validate="one_to_one")
    for state in ("eligible", "covered"):
        kept[state] = kept[state].eq(True)
    for column in ("employee_count", "member_count", *FLOWS):
        kept[f"has_{column}"] = kept[column].notna()
        kept[column] = kept[column].fillna(0).astype("int64")
    return kept


def movement(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return one row a unit of either quarter, with what became of it.

    Parameters
    ----------
    then, now : of ``with_states``

    Returns
    -------
    DataFrame ``uscc, <column>_then, <column>_now`` and the flags ``is_gone is_ceased is_appeared is_resumed stays is_moved is_lost is_newly``
    """
    both = then.merge(now, on="uscc", how="outer", suffixes=("_then", "_now"), indicator="found", validate="one_to_one")
    for side in ("then", "now"):
        for state in ("eligible", "covered", *(f"has_{c}" for c in ("employee_count", "member_count", *FLOWS))):
            both[f"{state}_{side}"] = both[f"{state}_{side}"].eq(True)
        for count in ("employee_count", "member_count", *FLOWS):
            both[f"{count}_{side}"] = both[f"{count}_{side}"].fillna(0).astype("int64")
    was, now_is = both["eligible_then"], both["eligible_now"]
    both["is_gone"] = was & (both["found"] == "left_only")
    both["is_ceased"] = was & ~now_is & (both["found"] == "both")
    both["is_appeared"] = now_is & (both["found"] == "right_only")
    both["is_resumed"] = now_is & ~was & (both["found"] == "both")
    both["stays"] = was & now_is
    both["is_moved"] = both["stays"] & (both["district_code_then"] != both["district_code_now"])
    both["is_lost"] = both["stays"] & both["covered_then"] & ~both["covered_now"]
    both["is_newly"] = both["stays"] & ~both["covered_then"] & both["covered_now"]
    return both.drop(columns="found")


def was_refused(moved: pd.DataFrame, refused: pd.DataFrame) -> pd.Series:
    """Return whether the row of this quarter was refused of each unit of ``movement`` (``is_refused``)."""
    return is_refused(moved["uscc"], moved["unit_name_then"], refused)


def is_refused(codes: pd.Series, names: pd.Series, refused: pd.DataFrame) -> pd.Series:
    """Return whether a unit's row was refused: its code stands there, or its name where the code could not be read.

    Parameters
    ----------
    codes, names : of the units, with one index
    refused : the refused rows of the unit table, ``uscc, unit_name``
    """
    unread = set(refused.loc[refused["uscc"].isna(), "unit_name"].map(same_name)) - {""}
    return codes.isin(set(refused["uscc"].dropna())) | names.map(same_name).isin(unread)


def same_name(name: object) -> str:
    """Return a name without what typing changes: width, case, spaces and brackets.

    >>> same_name("甲 公司（东）") == same_name("甲公司(东)")
    True
    """
    text = unicodedata.normalize("NFKC", "" if name is None or name is pd.NA or name != name else str(name))
    return re.sub(r"[\s()\[\]【】〔〕《》“”\"'·.,，。、-]", "", text).casefold()


def flows(moved: pd.DataFrame, refused: pd.Series) -> pd.DataFrame:
    """Return every term of the three identities: one row a district, one column a term (residuals excepted).

    Parameters
    ----------
    moved : of ``movement``
    refused : of ``was_refused``
    """
    then, now = moved["district_code_then"], moved["district_code_now"]
    before, after = moved["member_count_then"], moved["member_count_now"]
    m = moved
    left, came = m["is_gone"] | m["is_ceased"], m["is_appeared"] | m["is_resumed"]
    both_covered = m["covered_then"] & m["covered_now"] & m["is_moved"]
    one = pd.Series(1, index=moved.index)
    terms = {
        "units_opening": (m["eligible_then"], then, one), "units_closing": (m["eligible_now"], now, one),
        "units_appeared": (m["is_appeared"], now, one), "units_resumed": (m["is_resumed"], now, one),
        "units_gone": (m["is_gone"], then, one), "units_gone_refused": (m["is_gone"] & refused, then, one),
        "units_ceased": (m["is_ceased"], then, one), "units_moved_in": (m["is_moved"], now, one), "units_moved_out": (m["is_moved"], then, one),
        "covered_opening": (m["covered_then"], then, one), "covered_closing": (m["covered_now"], now, one),
        "covered_with_new_unit": (came & m["covered_now"], now, one), "covered_newly": (m["is_newly"], now, one),
        "covered_lost": (m["is_lost"], then, one), "covered_left": (left & m["covered_then"], then, one),
        "covered_moved_in": (both_covered, now, one), "covered_moved_out": (both_covered, then, one),
        "members_opening": (m["eligible_then"], then, before), "members_closing": (m["eligible_now"], now, after),
        "members_new": (m["stays"], now, m["new_member_count_now"]), "members_in": (m["stays"], now, m["member_in_count_now"]),
        "members_out": (m["stays"], now, m["member_out_count_now"]), "members_left": (m["stays"], now, m["member_left_count_now"]),
    }  # fmt: skip
    made = pd.DataFrame({name: _by_district(*term) for name, term in terms.items()}).fillna(0).astype("int64")

    def side(mask: pd.Series, place: pd.Series, amount: pd.Series) -> pd.Series:
        return _by_district(mask, place, amount).reindex(made.index).fillna(0).astype("int64")

    made["members_by_units"] = side(came, now, after) - side(left, then, before)
    made["members_moved"] = side(m["is_moved"], now, before) - side(m["is_moved"], then, before)
    made["members_within"] = side(m["stays"], now, after - before)
    reported = made["members_new"] + made["members_in"] - made["members_out"] - made["members_left"]
    made["members_unexplained"] = made["members_within"] - reported  # domain §1.2: 口径调整, or a mistake
    return made


def _by_district(mask: pd.Series, place: pd.Series, amount: pd.Series) -> pd.Series:
    return amount[mask].groupby(place[mask]).sum()


def residuals(terms: pd.DataFrame, published: pd.DataFrame, quarter: str, earlier: str) -> pd.DataFrame:
    """Return the terms with ``<family>_residual``: published closing − (published opening + terms), zero where all agrees.

    Parameters
    ----------
    published : indicator frame of both quarters; where a district's figure is not ``ok`` there, the unit rows' own count stands for it
    """
    made = terms.copy()
    rows = published[(published["segment"] == "all") & (published["region_level"] == "district") & (published["status"] == "ok")]
    figures = rows.set_index(["quarter", "indicator", "region_code"])["value"].sort_index()
    for family, (indicator, plus, minus) in IDENTITIES.items():
        ends = []
        for when, own in ((earlier, "opening"), (quarter, "closing")):
            known = figures.xs((when, indicator)) if (when, indicator) in figures.index else pd.Series(dtype=float)
            ends.append(known.reindex(made.index).fillna(made[f"{family}_{own}"]).astype("int64"))
        opening, closing = ends
        made[f"{family}_residual"] = closing - opening - made[list(plus)].sum(axis=1) + made[list(minus)].sum(axis=1)
    return made


def holds(terms: pd.DataFrame) -> np.ndarray:
    """Return, a row a district, whether the terms of all three identities add up exactly."""
    good = np.ones(len(terms), dtype=bool)
    for family, (_, plus, minus) in IDENTITIES.items():
        made = terms[f"{family}_opening"] + terms[list(plus)].sum(axis=1) - terms[list(minus)].sum(axis=1)
        good &= (made == terms[f"{family}_closing"]).to_numpy()
    return good
