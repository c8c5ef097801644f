"""What speaks of a person: headers that ask for names and numbers of people, and numbers that look like theirs wherever they stand.

Domain §9.2: none of it is taken in, stored or written out. A column is refused by its header or, where the header says nothing, by what
its cells look like; a single number that strays into a column of ours is covered up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd
from stdnum.cn import ric

from analysis.intake.values import as_text, compact, uscc_is_valid

_ALWAYS = re.compile(
    r"身份证|证件号|护照|手机|电话|联系方式|通讯方式|通信地址|银行卡|卡号|银行账[号户]|微信|qq|邮箱|电子邮件|e-?mail|住址|家庭|户籍|籍贯|姓名|出生|生日|社保号|会员证号|政治面貌|花名册|名单"
)
_PERSON = re.compile(
    r"联系人|联络[人员]|经办人|负责人|法定代表人|法人代表|^法人$|经营者|业主|户主|本人|签[字名]|(?:主席|主任|书记|干部|协理员|指导员|委员|代表|组长|职工|会员|牵头人|填[报表]人|审核人)$"
    r"|^(?:性别|民族|年龄|学历)$"
)
_NO_PERSON = re.compile(r"(?:职务|数|数量|人数|家数|比例|率|情况|等级|次数)$|^(?:是否|有无|有没有|有)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])")
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|7[1-9]|8[12]"
# numbers given out before 1999: no century, no check digit
_OLD_IDENTITY = re.compile(rf"(?<![0-9A-Za-z])(?:{_PROVINCES})\d{{4}}\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
_LONG = re.compile(r"\d(?:[- ]?\d){10}")
IDENTITY_COVER, MOBILE_COVER = "（像身份证号，未写出）", "（像手机号，未写出）"
_SHORTEST = 11  # characters of such a number
LOOKED_AT = 200  # rows of a column whose header we do not know
_SHARE = 0.5


def is_personal(text: str) -> bool:
    """True for a header that asks for a person's data.

    Examples
    --------
    >>> [is_personal(t) for t in ("主席姓名", "法定代表人", "手机号码", "工会主席", "牵头人职务", "有无主席", "社区", "单位负责人人数")]
    [True, True, True, True, False, False, False, False]
    """
    key = re.sub(r"\([^()]*\)", "", compact(text).lower()).strip("*★※:")
    return bool(_ALWAYS.search(key)) or (bool(_PERSON.search(key)) and not _NO_PERSON.search(key))


def covered(value: Any) -> str:
    """Return a cell as text with identity and mobile numbers covered up; a valid unified code stays.

    Examples
    --------
    >>> covered("联系13800000000办理"), covered("91000000123456788T"), covered(1.10101199001011e17)
    ('联系（像手机号，未写出）办理', '91000000123456788T', '（像身份证号，未写出）')
    """
    if isinstance(value, float) and 1e17 <= value < 9e17:
        value = int(value)
    text = as_text(value)
    if len(text) < _SHORTEST:
        return text
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if not _LONG.search(plain) or uscc_is_valid(plain.strip().upper()):
        return text
    hidden = _MOBILE.sub(MOBILE_COVER, _OLD_IDENTITY.sub(IDENTITY_COVER, _IDENTITY.sub(IDENTITY_COVER, plain)))
    return text if hidden == plain else hidden


def speaks_of_a_person(cells: Iterable[Any]) -> bool:
    """True where half or more of the filled cells of a column hold such a number."""
    filled = [(cell, text) for cell in cells if (text := as_text(cell))]
    hits = sum(covered(cell) != text for cell, text in filled)
    return bool(hits) and hits >= len(filled) * _SHARE


def cover_column(column: pd.Series) -> tuple[pd.Series, bool]:
    """Return a stored text column with such numbers covered up, and whether there were any."""
    if not _LONG.search("\n".join([text for text in column.tolist() if text and len(text) >= _SHORTEST])):
        return column, False
    changed = column.map(lambda t: covered(t) if type(t) is str else t).astype(object)
    changed = changed.where(changed.notna(), None)
    return changed, not changed.equals(column)


def covered_key(value: Any) -> str:
    """Return a key of free text (a contract's number), covered up only where it is beyond doubt an identity number.

    Numbers of eleven or fifteen digits are what contracts are numbered by; covering those would make many contracts one.

    Examples
    --------
    >>> covered_key("110101199001011237"), covered_key("15020210001"), covered_key("420602210930001")
    ('（像身份证号，未写出）', '15020210001', '420602210930001')
    """
    text = as_text(value)
    return IDENTITY_COVER if len(text) >= 18 and ric.is_valid(compact(text)) else text


def cover_keys(columns: list[pd.Series]) -> tuple[list[pd.Series], list[bool]]:
    """Return text key columns with identity numbers replaced by numbered covers, and which columns had any.

    A contract that is numbered by somebody's identity number stays one contract, and its cover rows stay with it: equal numbers get
    equal covers over all columns, other numbers others.
    """
    covers: dict[str, str] = {}
    for column in columns:
        for text in filter(None, column.tolist()):
            if text not in covers and covered_key(text) != text:
                covers[text] = f"{IDENTITY_COVER}{len(covers) + 1}"
    hits = [bool(covers.keys() & set(column)) for column in columns]
    changed = [column.map(lambda text: covers.get(text, text)).astype(object) if hit else column for column, hit in zip(columns, hits, strict=True)]
    return [column.where(column.notna(), None) if hit else column for column, hit in zip(changed, hits, strict=True)], hits
