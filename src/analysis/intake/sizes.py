"""Size of a unit (大 中 小 微) by GB/T 4754 industry, headcount, revenue and assets, and what can be told without all three."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import tables

SIZES = ("大", "中", "小", "微")
NOT_APPLICABLE = "not_applicable"
_MEASURES = (("employees", "employee_count"), ("revenue", "revenue_wan_yuan"), ("assets", "assets_wan_yuan"))


@lru_cache(maxsize=1)
def _groups() -> tuple[dict[str, str], pd.DataFrame]:
    thresholds = tables.load("size_thresholds")
    prefixes = {code: row.group for row in thresholds.itertuples(index=False) for code in row.codes.split()}
    return prefixes, thresholds.set_index("group")


def size_group(industry_code: str | None) -> str | None:
    """Return the group of thresholds of an industry; None where the code is blank or too short to decide.

    Examples
    --------
    >>> size_group("5911"), size_group("592"), size_group("59"), size_group("8311")
    ('transport', 'warehousing', None, 'not_applicable')
    """
    prefixes, _ = _groups()
    code = industry_code or ""
    return next((prefixes[code[:n]] for n in (3, 2) if len(code) >= n and code[:n] in prefixes), None)


def add_sizes(units: pd.DataFrame) -> pd.DataFrame:
    """Return the units with ``size_class`` (given, else computed), ``is_small_micro``, ``is_sme`` and ``is_size_applicable``.

    Parameters
    ----------
    units : DataFrame
        ``industry_code``, ``size_class``, ``employee_count``, ``revenue_wan_yuan``, ``assets_wan_yuan``.

    Returns
    -------
    DataFrame
        ``is_small_micro`` and ``is_sme`` are null where what is known cannot decide, False for 不适用.

    Notes
    -----
    国统字〔2017〕213号: a unit is 大, 中 or 小 where every measure of its group reaches that floor, so its tier is the worst of its
    measures; one known measure below the floor of 中 already makes it 小 or 微.
    """
    _, thresholds = _groups()
    which, industries = pd.factorize(units["industry_code"])  # -1 = blank, which picks the None put last
    # a list, not Series.map: that turns the undecided (None) into NaN, which would pass for a group
    distinct: list[str | None] = [*map(size_group, industries), None]
    worst = np.full(len(units), -1)
    is_complete = np.array([g is not None and g != NOT_APPLICABLE for g in distinct], dtype=bool)[which]
    for name, column in _MEASURES:
        floors = {
            g: [float(thresholds.at[g, f"{name}_{size}"]) for size in ("large", "medium", "small")]
            for g in thresholds.index
            if thresholds.at[g, f"{name}_large"]
        }
        counted = np.array([g in floors for g in distinct], dtype=bool)[which]
        value = units[column].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
        is_known = counted & ~np.isnan(value)
        is_complete &= is_known | ~counted
        at = np.flatnonzero(is_known)
        table = np.array([floors.get(g or "", [np.nan] * 3) for g in distinct], dtype="float64")[which[at]]
        worst[at] = np.maximum(worst[at], (value[at, None] < table).sum(axis=1))
    computed = np.array([*SIZES, None], dtype=object)[np.where((is_complete & (worst >= 0)) | (worst == 3), worst, len(SIZES))]
    computed[np.array([g == NOT_APPLICABLE for g in distinct], dtype=bool)[which]] = "不适用"
    given = units["size_class"].to_numpy(dtype=object)
    has_given = units["size_class"].notna().to_numpy(dtype=bool)
    size = np.where(has_given, given, computed)
    has_size = ~pd.isna(size)
    out = units.copy(deep=False)
    out["size_class"] = pd.Series(size, dtype=object, index=units.index)
    out["is_small_micro"] = _decided(has_size, (size == "小") | (size == "微"), worst >= 2, is_complete, units.index)
    out["is_sme"] = _decided(has_size, (size == "中") | (size == "小") | (size == "微"), worst >= 1, is_complete, units.index)
    out["is_size_applicable"] = size != "不适用"
    return out


def _decided(has_size: np.ndarray, by_size: np.ndarray, by_worst: np.ndarray, is_complete: np.ndarray, index: pd.Index) -> pd.Series:
    is_true = np.where(has_size, by_size, by_worst)
    is_decided = has_size | by_worst | is_complete
    return pd.Series(pd.arrays.BooleanArray(is_true.astype(bool), ~is_decided), index=index)
