"""Figures as they are read aloud (domain §8.3): 百分之六十八点一, 一点二个百分点, 一万二千零三十五, 两家, 二〇二一年九月三十日."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cn2an

_YEAR = re.compile(r"(?<!\d)(\d{4})年")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)[%％]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TWO = re.compile(r"(?<![\d.第])2(?=[家人个份名户次项条件天年倍])")
_FRACTION = re.compile(r"(\d+)/(\d+)")
MEASURES = "家人个份名户次项条件"


@lru_cache(maxsize=1 << 12)
def numeral(figure: str) -> str:
    """Return a figure in Chinese numerals.

    Examples
    --------
    >>> numeral("68.1"), numeral("12035"), numeral("10"), numeral("-0.3"), numeral("10.05")
    ('六十八点一', '一万二千零三十五', '十', '负零点三', '十点零五')
    """
    return str(cn2an.an2cn(figure, "low"))


def spoken(record: Mapping[str, Any]) -> str:
    """Return a fact that is no blank as it is read aloud.

    Examples
    --------
    >>> spoken({"figure": "68.1", "unit": "ratio"}), spoken({"figure": "1.2", "unit": "pp"}), spoken({"figure": "100.0", "unit": "ratio", "value": 1.0})
    ('百分之六十八点一', '一点二个百分点', '百分之百')
    """
    figure, unit = str(record["figure"]), record.get("unit")
    if unit == "ratio":
        return "百分之百" if record.get("value") == 1 else f"百分之{numeral(figure)}"
    return numeral(figure) + {"pp": "个百分点", "score": "分"}.get(str(unit), "")


def spoken_words(text: str) -> str:
    """Return a date, a threshold or a time limit as it is read aloud.

    Examples
    --------
    >>> spoken_words("2021年9月30日"), spoken_words("2020年第三季度"), spoken_words("25人"), spoken_words("2人"), spoken_words("0.3个百分点")
    ('二〇二一年九月三十日', '二〇二〇年第三季度', '二十五人', '两人', '零点三个百分点')
    >>> spoken_words("2021年2月2日"), spoken_words("2个月"), spoken_words("2/3"), spoken_words("35.5%～38.2%"), spoken_words("2倍")
    ('二〇二一年二月二日', '两个月', '三分之二', '百分之三十五点五到百分之三十八点二', '两倍')
    """
    text = _YEAR.sub(lambda m: "".join("〇一二三四五六七八九"[int(d)] for d in m[1]) + "年", text)
    text = _PERCENT.sub(lambda m: f"百分之{numeral(m[1])}", text)
    text = _FRACTION.sub(lambda m: f"{numeral(m[2])}分之{numeral(m[1])}", text)
    return _NUMBER.sub(lambda m: numeral(m[0]), _TWO.sub("两", text)).replace("～", "到")
