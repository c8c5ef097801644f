"""What a template's cell accepts and says, from the column's line in ``tables/columns.csv``."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.intake.schema import Column
from analysis.intake.values import LARGEST_COUNT

_TEXT_TYPES = ("uscc", "union_code", "district", "district_name", "registration", "industry", "region", "text")
_KINDS = {
    "uscc": "单位的统一社会信用代码，单元格为文本格式", "union_code": "工会自己的代码（81开头，18位），单元格为文本格式", "district": "六位区县代码或区县全称", "district_name": "区县全称",
    "registration": "三位登记注册类型代码，见“填表选项”", "industry": "国民经济行业代码", "region": "六位地区代码", "text": "文字",
    "degree": "度数，例如 112.123456", "amount": "数，可带小数", "count": "大于或等于0的整数", "score": "0至100的分数", "flag": "选“是”或“否”",
    "date": "年月日，例如 2021-9-30", "year": "四位年份",
}  # fmt: skip


def header_text(column: Column) -> str:
    """The header as sent out: the contract's name, a unit where it has one, a star where it must be filled."""
    unit = "（万元）" if column.type == "amount" else ""
    return f"{column.header}{unit}{'*' if is_starred(column) else ''}"


def is_starred(column: Column) -> bool:
    """True where the cell must be filled; of 区县代码 and 区县 one is enough, and the star stands on the first."""
    return column.need != "optional" and column.code != "member_count"


def note_of(column: Column) -> str:
    """The comment on a header: what to write, whether it must be filled, the contract's note."""
    kind = f"从下拉选项中选：{'、'.join(dict.fromkeys(column.choices.values()))}" if column.choices else _KINDS[column.type]
    return "。".join(filter(None, (f"{'必填' if is_starred(column) else '选填'}：{kind}", column.note))) + "。"


def number_format(column: Column) -> str:
    """Codes and texts as text, so that leading zeros and 18 digits survive; dates as dates."""
    if column.type in _TEXT_TYPES:
        return "@"
    return {"date": "yyyy-mm-dd", "count": "0", "year": "0"}.get(column.type, "General")


def validation_of(column: Column, lists: dict[str, str]) -> dict[str, Any] | None:
    """Return the data validation of a column for xlsxwriter, None where anything may be written.

    ``lists`` names the range of the sheet 填表选项 for ``district``, ``district_name`` and ``registration``.
    """
    rule = _rule(column, lists)
    if rule is None:
        return None
    words = {"error_title": f"{column.header}填写有误"[:32], "error_message": _error(column)[:255]}
    if column.note:
        words |= {"input_title": column.header[:32], "input_message": f"{column.note}。"[:255]}
    return rule | words


def _rule(column: Column, lists: dict[str, str]) -> dict[str, Any] | None:
    low, high = column.minimum, column.maximum
    if column.type in ("district", "district_name", "registration"):
        return {"validate": "list", "source": lists[column.type]} if lists.get(column.type) else None
    if column.type == "choice":
        return {"validate": "list", "source": list(dict.fromkeys(column.choices.values()))}
    if column.type == "flag":
        return {"validate": "list", "source": ["是", "否"]}
    if column.type in ("count", "year"):
        return {"validate": "integer", "criteria": "between", "minimum": int(low or 0), "maximum": int(high or LARGEST_COUNT)}
    if column.type in ("degree", "score", "amount"):
        return {"validate": "decimal", "criteria": "between", "minimum": -1e12 if low is None else low, "maximum": 1e12 if high is None else high}
    if column.type == "date":
        return {"validate": "date", "criteria": "between", "minimum": date(1900, 3, 1), "maximum": date(2199, 12, 31)}
    if column.type in ("uscc", "union_code"):
        return {"validate": "length", "criteria": "==", "value": 18}
    if column.type == "industry":
        return {"validate": "length", "criteria": "between", "minimum": 2, "maximum": 5}
    if column.type == "region":
        return {"validate": "length", "criteria": "==", "value": 6}
    return None


def _error(column: Column) -> str:
    if column.type in ("district", "district_name"):
        return f"“{column.header}”应为本市的区县，请从下拉选项中选择。"
    if column.type in ("count", "year") and column.maximum is not None:
        return f"“{column.header}”应为 {column.minimum or 0:g} 至 {column.maximum:g} 之间的整数。请查实后填写。"
    if column.type == "count":
        return f"“{column.header}”应为大于或等于0的整数，不写“约”“余”和单位。请查实后填写准确数字。"
    if column.type == "date":
        return f"“{column.header}”应为真实存在的年月日，例如 2021-9-30。请重新填写。"
    if column.type in ("uscc", "union_code"):
        return f"“{column.header}”应为18位统一社会信用代码。请对照证照填写。"
    return f"“{column.header}”应为{column.expected.replace(' 之一', '之一')}。请重新填写。"
