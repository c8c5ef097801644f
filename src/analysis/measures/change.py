"""Change against the previous quarter and the same quarter a year earlier: rates in percentage points, counts as differences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.indicators import typed
from analysis.periods import Quarter

KEYS = ["region_code", "segment", "indicator"]


def changes(now: pd.DataFrame, earlier: pd.DataFrame | None, suffix: str, quarter: str) -> pd.DataFrame:
    """Return ``<indicator>_<suffix>`` for every row of ``now``.

    Where either figure is blank, where there is no earlier ledger, or where the two leave different districts out (they would compare
    different cities), the change is ``no_data`` with the reason.
    """
    then_name = (Quarter(quarter).previous if suffix == "qoq" else Quarter(quarter).year_ago).label
    made = now.copy()
    made["unit"] = np.where(now["unit"] == "ratio", "pp", now["unit"])
    made["indicator"] = now["indicator"] + f"_{suffix}"
    made["numerator"] = made["denominator"] = None
    if earlier is None:
        return typed(made.assign(value=np.nan, status="no_data", reason=f"没有{then_name}的台账，无可比数据"))
    then = now[KEYS].merge(earlier[[*KEYS, "value", "status", "reason", "left_out"]], on=KEYS, how="left", validate="one_to_one")
    scale = np.where(now["unit"] == "ratio", 100.0, 1.0)
    now_ok, then_ok = (now["status"] == "ok").to_numpy(), (then["status"] == "ok").to_numpy()
    same_scope = now["left_out"].to_numpy() == then["left_out"].fillna("").to_numpy()
    ok = now_ok & then_ok & same_scope
    made["value"] = np.where(ok, scale * (now["value"].to_numpy() - then["value"].to_numpy()), np.nan)
    made["status"] = np.where(ok, "ok", "no_data")
    then_reason = then_name + "：" + then["reason"].fillna("没有这一范围的数据").replace("", "没有这一范围的数据")
    made["reason"] = np.select([ok, ~now_ok, ~then_ok], ["", now["reason"], then_reason], f"两个季度缺报的区县不同，与{then_name}不可比")
    return typed(made)
