"""Approximations, multiples, bounds, digits and measure words (domain §8.3)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from analysis.wording import phrases
from analysis.wording.guards.book import Found, check
from analysis.wording.guards.percent import DOWN, MOVED, UP
from analysis.wording.guards.reading import Sentence, is_level, is_rate

_ABOUT = "(?:约|大约|近|将近|接近|大概)"
_CHINESE = "一二三四五六七八九十百千"
_NEGATIVE = ("blind_", "shell_", "uncovered", "without")
MEASURES = "家人个份名户项件条行所处类位次期场批支对万亿成列张册篇"


@check("approximation_twice")
def approximation_twice(s: Sentence) -> Iterator[Found]:
    number = rf"(?:<实>|<限>|[\d.{_CHINESE}两几半万亿])+[家人个份名户％%]?"
    pairs = (rf"{_ABOUT}{number}(?:余|多|左右|上下|以上)", rf"(?:至少|超过|超|不少于|多于|逾){number}(?:个|家|人)?(?:以上|余|多|左右)",
             rf"(?:不到|不足|至多|最多|未满){number}(?:以下|左右|以上|以内|余|多)", rf"{number}(?:余|多)[家人个份]?(?:左右|上下)")  # fmt: skip
    for pair in pairs:
        for found in s.find(pair):
            yield found.span()


@check("exact_said_as_about")
def exact_said_as_about(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"{_ABOUT}(<实>)|(<实>)[家人个份名户]?(?:余(?!额)|多(?=[家人个份])|左右|上下(?!级))"):
        at = found.start(1) if found[1] else found.start(2)
        if not s.pieces[at].shown.endswith(("万", "亿")):
            yield found.span()


@check("decimals_with_more")
def decimals_with_more(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"\d\.\d+[万亿]?[余多]"):
        yield found.span()
    for found in s.find("(<实>)[余多]"):
        if "." in s.pieces[found.start()].shown:
            yield found.span()


@check("fall_by_times")
def fall_by_times(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"(?:{DOWN}|缩小|缩短)(?:了|到|至|为)?[^，。；]{{0,8}}倍"):
        yield found.span()


@check("times_without_growth")
def times_without_growth(s: Sentence) -> Iterator[Found]:
    """增长N倍 and 翻N番 need a figure in the sentence that has in fact grown so far since last year or last quarter."""
    many = "([一两二三四五六七八九十]|<字>|<实>)"
    for found in s.find(rf"{UP}了?(?:近|约)?{many}倍|翻了?(?:近)?{many}番"):
        wanted = _factor(found[1], found[2])
        grown = [_growth(s, fact) for _, fact in s.figures if is_level(fact) and fact.unit == "count" and fact.is_ok]
        if not grown or wanted is None or max(grown) < wanted:
            yield *found.span(), f"{float(max(grown)):.2f}倍" if grown else "无从核对"


def _factor(times: str | None, doublings: str | None) -> Fraction | None:
    numbers = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
    word = times or doublings or ""
    if word not in numbers and not word.replace(".", "").isdecimal():
        return None
    amount = Fraction(numbers.get(word, 0)) if word in numbers else Fraction(word)
    return amount + 1 if times else Fraction(2) ** int(amount)


def _growth(s: Sentence, fact) -> Fraction:
    register = s.paragraph.document.register
    ratios = [Fraction(0)]
    for by in ("qoq", "yoy"):
        change = register.fact(f"{fact.indicator}_{by}", fact.region_code, fact.segment, fact.quarter)
        if change.is_ok and fact.value - change.value > 0:
            ratios.append(Fraction(fact.value, fact.value - change.value))
    return max(ratios)


@check("discount_words")
def discount_words(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"{MOVED}(?:了|到|至)?[{_CHINESE}两\d.<实>]+折"):
        yield found.span()


@check("inclusive_bounds")
def inclusive_bounds(s: Sentence) -> Iterator[Found]:
    for found in s.find(
        "(?:以上|以下|以内|以前)（不含|(?:不满|不足|超过|以外|多于|少于|未满)[^，。；（）]{0,10}（含|及以上（含|(?:<限>|<实>|<字>[家人]?)(?:（含）)?及以上"
    ):
        yield found.span()


@check("digits_mixed")
def digits_mixed(s: Sentence) -> Iterator[Found]:
    for found in s.find(rf"\d[十百千](?!分)|<实>[十百千](?!分)|(?<![统唯其之第])[{_CHINESE}](?:\d|<实>)|\d[一二三四五六七八九]|[０-９]+"):
        yield found.span()


@check("year_four_digits")
def year_four_digits(s: Sentence) -> Iterator[Found]:
    for found in s.find(r"(?<!\d)\d{2}年(?:第?[一二三四1-4]季度|\d{1,2}月|底|末|初|上半年|下半年|度)"):
        yield found.span()


@check("unit_missing")
def unit_missing(s: Sentence) -> Iterator[Found]:
    for at, fact in s.figures:
        shown, rest = s.pieces[at].shown, s.skeleton[at + 1 :]
        if fact.unit == "count" and not shown.endswith(("万", "亿")) and rest[:1] not in MEASURES:
            yield at, at + 1, "家、人、个等量词"
        if fact.unit == "count" and rest[:1] == "":
            yield at, at + 1, "家、人、个等量词"
        if fact.is_ok and fact.unit == "ratio" and not shown.endswith(("%", "％")) and rest[:1] not in "%％":
            yield at, at + 1, "“%”"
        if fact.is_ok and fact.unit == "pp" and not shown.endswith("百分点") and not rest.startswith(("个百分点", "百分点")):
            yield at, at + 1, "“个百分点”"


@check("measure_word")
def measure_word(s: Sentence) -> Iterator[Found]:
    for found in s.find("(<数>)万?([家户人名份个])"):
        fact = s.fact(found.start())
        if fact is None or not is_level(fact):
            continue
        fits = _measures_of(fact.indicator)
        if found[2] not in fits:
            yield *found.span(), fits[0]


def _measures_of(indicator: str) -> str:
    """Return the measure words that an indicator may be counted by, the usual one first."""
    if any(word in indicator for word in ("employee", "member", "worker_count")):
        return "人名"
    if indicator.endswith(("unit_count", "enterprise_count")):
        return "家户个"
    if indicator.startswith("contract_expiring"):
        return "份个"
    return "个家" if indicator.startswith(("union_", "shell_union", "standard_met_count")) else MEASURES


@check("half_words")
def half_words(s: Sentence) -> Iterator[Found]:
    more = "一半以上|半数以上|过半|超过一半|超过半数|绝?大多数|(?<!大)多数|绝?大部分"
    less = "不到一半|不足一半|不到半数|不足半数|(?<!极)少数(?!民族)|小部分|极少数"
    for found in s.find(f"({more})|({less})|(个别)(?=[^，。；]{{0,8}}(?:单位|企业|工会|职工|区县|乡镇))"):
        own = s.first_after(found.end(), is_rate) if any(at > found.end() for at, f in s.figures if is_rate(f)) else s.nearest_before(found.start(), is_rate)
        if own is None or not any(is_rate(f) for _, f in s.figures):
            continue
        share = Fraction(own.value)
        is_negated = any(word in s.skeleton[found.end() : found.end() + 12] for word in ("没有", "未", "尚不"))
        if is_negated and not any(word in own.indicator for word in _NEGATIVE):
            share = 1 - share
        bound = phrases.lower("majority")
        fits = 100 * share >= bound if found[1] else 100 * share < bound if found[2] else 100 * share < phrases.upper("few")
        if found[1] and found[1] in ("过半", "超过一半", "超过半数", "多数", "大多数", "大部分") and 100 * share == bound:
            fits = False
        if not fits:
            yield *found.span(), own.text
