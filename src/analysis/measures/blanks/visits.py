"""Whom to visit first: units without a union in order, the joint union near enough to take each in, and the form that suits its size."""

from __future__ import annotations

import numpy as np
import pandas as pd

EARTH_KM = 6371.0088
OWN, JOIN, WIDEN, NEW_JOINT, ANY = "单独建会", "并入联合工会", "扩大本地联合工会", "新建联合工会", "单独建会或选组织员"
COLUMNS = ["uscc", "unit_name", "district_code", "township_code", "township_name", "employee_count", "has_party_org", "form", "union_id", "union_name",
           "distance_km", "is_compared", "township_union", "why"]  # fmt: skip
LOCAL = ["township_code", "union_id", "union_name", "members"]


def visit_list(units: pd.DataFrame, joint: pd.DataFrame, radius_km: float, joint_below: int = 25, least_for_joint: int = 2,
               local: pd.DataFrame | None = None) -> pd.DataFrame:  # fmt: skip
    """Rank the uncovered units of a city.

    Parameters
    ----------
    units : DataFrame, uncovered eligible units
        ``uscc, unit_name, district_code, township_code, township_name, employee_count, has_party_org, lon, lat, is_point_drawn``
    joint : DataFrame of ``joint_unions``
    radius_km : how far a joint union may be from a unit that it takes in
    local : DataFrame of ``local_unions``; None: none is known

    Returns
    -------
    DataFrame with ``COLUMNS``, district by district: units with a party organisation first, then the most employees, then by code. ``is_compared`` is
    False for a small unit whose distance to the joint unions of its district could not be worked out: nothing may be said of what stands near it.
    ``township_union`` names the joint union that its township has already, "" for none.
    """
    made = units.assign(has_party_org=units["has_party_org"].fillna(False).astype(bool), employee_count=units["employee_count"].fillna(0).astype("int64"))
    made = made.sort_values(["district_code", "has_party_org", "employee_count", "uscc"], ascending=[True, False, False, True], ignore_index=True)
    is_small = (made["employee_count"] < joint_below).to_numpy()
    nearest, distance = _nearest(made, joint)
    made["distance_km"] = distance
    near = is_small & (distance <= radius_km)
    there = {} if local is None else dict(zip(local["township_code"], local["union_id"], strict=True))
    own = np.array([there.get(code, "") for code in made["township_code"]], dtype=object)
    names = {code: name for code, name in zip(joint["union_id"], joint["union_name"], strict=True) if isinstance(name, str)}
    made["is_compared"] = ~is_small | np.isfinite(distance) | ~made["district_code"].isin(joint["district_code"]).to_numpy()
    made["township_union"] = [names.get(code, code) for code in own]
    widen = is_small & ~near & (own != "")
    made["union_id"] = np.select([near, widen], [nearest, own], "")
    made["union_name"] = [names.get(code, "") for code in made["union_id"]]
    fellows = made[is_small & (made["township_code"] != "")].groupby("township_code")["uscc"].count()
    enough = made["township_code"].map(fellows).fillna(0).to_numpy() >= least_for_joint
    made["form"] = np.select([~is_small, near, widen, enough], [OWN, JOIN, WIDEN, NEW_JOINT], ANY)
    can_be_placed = made.index.isin(drawn(made).index)
    made["why"] = [_why(*row, radius_km, joint_below) for row in zip(made["has_party_org"], made["form"], made["is_compared"], can_be_placed, strict=True)]
    made["distance_km"] = made["distance_km"].where(near)
    return made[COLUMNS]


def joint_unions(unions: pd.DataFrame, covers: pd.DataFrame, units: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the joint unions (联合) alive at ``as_of``: ``union_id, union_name, district_code, lon, lat, members``; no place where none can be told.

    The ledger gives a union no coordinates: its place is the middle (median) of the drawn points of the units that it directly covers. Federations
    (区域联合会, 行业联合会) are no basic unions and take no unit in by themselves (domain §1.7).
    """
    alive = unions[(unions["union_type"] == "联合") & (unions["established_on"] <= as_of)][["union_id", "union_name", "district_code"]]
    alive = alive.drop_duplicates("union_id")
    members = _direct(covers, as_of).merge(drawn(units)[["uscc", "lon", "lat"]], on="uscc")
    places = members.groupby("union_id", as_index=False).agg(lon=("lon", "median"), lat=("lat", "median"), members=("uscc", "count"))
    return alive.merge(places, on="union_id", how="left").sort_values("union_id", ignore_index=True)


def local_unions(joint: pd.DataFrame, covers: pd.DataFrame, states: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the joint union that each township has already (``LOCAL``): of its own district, and covering units of the township directly.

    Of several the one with most units there, of equal ones the lower code. ``joint``: of ``joint_unions``; ``states``: eligible units with ``township_code``.
    """
    placed = states.loc[states["township_code"] != "", ["uscc", "district_code", "township_code"]]
    found = _direct(covers, as_of).merge(joint[["union_id", "union_name", "district_code"]], on="union_id").merge(placed, on=["uscc", "district_code"])
    counted = found.groupby(["township_code", "union_id"], as_index=False).agg(union_name=("union_name", "first"), members=("uscc", "nunique"))
    ranked = counted.sort_values(["township_code", "members", "union_id"], ascending=[True, False, True])
    return ranked.drop_duplicates("township_code")[LOCAL].reset_index(drop=True)


def _direct(covers: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return ``union_id, uscc`` of the direct covers open at ``as_of``."""
    direct = covers["cover_type"].fillna("直接") == "直接"
    open_now = (covers["valid_from"] <= as_of) & (covers["valid_to"].isna() | (covers["valid_to"] >= as_of))
    return covers.loc[direct & open_now, ["union_id", "uscc"]].drop_duplicates()


def drawn(units: pd.DataFrame) -> pd.DataFrame:
    """Return the units whose point can be relied on."""
    return units[units["is_point_drawn"].fillna(False).astype(bool) & units["lon"].notna() & units["lat"].notna()]


def _nearest(units: pd.DataFrame, joint: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest joint union of the same district and its distance (inf where none has a place or the unit has no point)."""
    from scipy.spatial import cKDTree  # needed by this list only

    found, distance = np.full(len(units), "", dtype=object), np.full(len(units), np.inf)
    located = units.index.isin(drawn(units).index)
    for district, own in joint[joint["lon"].notna()].groupby("district_code"):
        at = np.flatnonzero(located & (units["district_code"] == district).to_numpy())
        if len(at):
            chord, which = cKDTree(_on_sphere(own["lon"], own["lat"])).query(_on_sphere(units["lon"].iloc[at], units["lat"].iloc[at]))
            found[at] = own["union_id"].to_numpy()[which]
            distance[at] = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return found, distance


def _on_sphere(lon: pd.Series, lat: pd.Series) -> np.ndarray:
    """Return unit vectors: straight-line distance between them orders as distance on the ground, anywhere."""
    x, y = np.radians(lon.to_numpy(dtype=float)), np.radians(lat.to_numpy(dtype=float))
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _why(has_party: bool, form: str, is_compared: bool, has_point: bool, radius_km: float, joint_below: int) -> str:
    """Return why a unit stands where it does and why this form, in Chinese."""
    order = "有党组织而无工会，排在前面" if has_party else "按职工数排列"
    if form == OWN:
        return f"{order}；职工{joint_below}人以上（含{joint_below}人）"
    small, away = f"职工不足{joint_below}人", f"{radius_km:g}公里内没有查到联合工会"
    if form == JOIN:
        return f"{order}；{small}，{radius_km:g}公里内有联合工会"
    if not is_compared:
        away = ("本区县的联合工会没有可用的位置" if has_point else "没有可用的坐标") + "，未比较与联合工会的距离"
    reasons = {
        WIDEN: f"{small}，{away}；本乡镇街道已有联合工会，可由它扩大覆盖",
        NEW_JOINT: f"{small}，{away}；同一乡镇街道还有未建会的小单位",
        ANY: f"{small}，{away}；没有可以联合的小单位",
    }
    return f"{order}；{reasons[form]}"
