"""The placement of squares as a small table that the user may edit."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import BoundaryError, SettingsError
from analysis.places.tiles import tiles_of
from analysis.runs.outputs import write_whole
from analysis.runs.sources import read_geography
from analysis.settings import Settings


def save_tiles(settings: Settings, target: Path) -> int:
    """Work the placement out from the districts' polygons and write it; return how many squares there are. A table that is there stays.

    Raises
    ------
    SettingsError
        Where the table is there already.
    BoundaryError
        Without districts to place.
    """
    if target.exists():
        raise SettingsError(f"{target} 已经有了，为免盖掉您改过的位置，没有重写。请换一个 --save，或先把它移走。")
    geography = read_geography(settings)
    own = geography.regions[geography.regions["host_code"] == ""]
    regions = geography.polygons if geography.polygons is not None else own
    if regions.empty:
        raise BoundaryError("没有界线文件，也没有区县对照表，不知道有哪些区县。请用 --boundaries 指明界线文件。")
    made = tiles_of(regions)
    write_whole(target, lambda path: made.to_csv(path, index=False, encoding="utf-8-sig"))
    return len(made)
