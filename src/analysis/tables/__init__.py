"""The rules as small tables: one fact, one place. Every cell is text; a blank is ``""``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analysis.errors import SettingsError
from analysis.paths import TABLES

if TYPE_CHECKING:
    import pandas as pd


@cache
def _read(name: str) -> pd.DataFrame:
    path = TABLES / f"{name}.csv"
    if not path.is_file():
        raise SettingsError(f"程序自带的规则表 {name}.csv 不见了。请重新安装工作台，或从安装包中恢复该文件。")
    import pandas as pd  # a run that has nothing to do ends before it is needed

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", comment=None)


def load(name: str) -> pd.DataFrame:
    """Return a rule table as text, a fresh copy each time.

    Examples
    --------
    >>> load("segments")["segment"].iloc[0]
    'all'
    """
    return _read(name).copy()
