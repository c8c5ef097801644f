"""``workbench template``: the workbook to send out, with this city's districts in its drop-downs."""

from __future__ import annotations

from pathlib import Path

from analysis.errors import ExportError, ParameterError
from analysis.intake.template import Outline, write_template
from analysis.periods import Quarter
from analysis.runs.outputs import write_whole
from analysis.runs.sources import read_geography
from analysis.settings import Settings


def make_template(settings: Settings, file: str, quarter: str, district: str) -> Path:
    """Write the template and return its path.

    Parameters
    ----------
    file : path ending in ``.xlsx``; blank for a name made of district and quarter in the working folder.
    quarter, district : may be blank; a district is named by its code.

    Raises
    ------
    ParameterError
        For an unknown district or another ending.
    ExportError
        Where the file exists already: it may be one that somebody has filled.
    """
    chosen = Quarter(quarter) if quarter else None
    regions = read_geography(settings).regions
    own = regions[regions["host_code"] == ""]
    districts = tuple(zip(own["code"], own["name"], strict=True))
    at = next(((c, n) for c, n in districts if c == district), None)
    if district and at is None:
        there = "、".join(f"{c} {n}" for c, n in districts) or "没有（请用 --boundaries 指明界线文件）"
        raise ParameterError(f"选项 --district 为“{district}”，本市没有这个区县代码，现有的是：{there}。请改正后重试。")
    path = Path(file) if file else Path("_".join(filter(None, (at[1] if at else "", quarter, "台账模板"))) + ".xlsx")
    if path.suffix.lower() != ".xlsx":
        raise ParameterError(f"模板文件写作“{path.name}”，应以 .xlsx 结尾，例如 台账模板.xlsx。请改正后重试。")
    if path.exists():
        raise ExportError(f"{path} 已经存在，里面可能有填好的内容，没有覆盖。请换一个文件名，或先把它移走。")
    zones = tuple(zip(regions["code"], regions["name"], strict=True))
    write_whole(path.absolute(), lambda p: write_template(p, Outline(chosen, zones, at)))
    return path
