"""Classes of a map: the city's pinned breaks, else those of the table, else quantiles; and the four kinds of place that are no class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from analysis import tables
from analysis.facts import Fact

FALLBACK = "(fallback)"
WHITE = "#ffffff"
# kind -> fill, hatch, legend text; the greys and hatches occur in no class: in grey print it is the hatch that tells
BLANKS = {
    "zero": (WHITE, "", "零"),
    "no_data": ("#eeeeee", "lines", "无数据"),
    "suppressed": ("#d4d4d4", "cross", "不予显示"),
    "incomplete": ("", "dots", "数据不全（加点）"),
}


@dataclass(frozen=True)
class Classes:
    """``breaks`` are lower bounds of all classes but the first; a value belongs to the class whose lower bound it reaches, unrounded."""

    breaks: tuple[Fraction, ...]
    colours: tuple[str, ...]
    unit: str
    is_pinned: bool

    def index(self, value: Fraction | float | int) -> int:
        return sum(Fraction(value) >= bound for bound in self.breaks)

    @property
    def labels(self) -> tuple[str, ...]:
        """Legend texts from the lowest class upwards, such as ``不足30%``, ``30%～50%``, ``90%及以上``."""
        shown = [_threshold(bound, self.unit) for bound in self.breaks]
        if not shown:
            return ("各地区",)
        between = [f"{low}～{high}" for low, high in pairwise(shown)]
        return (f"不足{shown[0]}", *between, f"{shown[-1]}及以上")


def classes_for(facts: Iterable[Fact], scheme: str = "", pinned: Mapping[tuple[str, str], tuple[Fraction, ...]] | None = None) -> Classes:
    """Return the classes of an indicator; ``scheme`` names another row of ``class_breaks.csv``.

    ``pinned`` are the city's own breaks by indicator and region level; they come before the table's. Blanks and zeros are taken out before
    quantiles are formed.

    Raises
    ------
    SettingsError
        Where the table itself is missing.
    """
    facts = list(facts)
    table = tables.load("class_breaks").set_index("scheme")
    name = scheme or (facts[0].indicator if facts else "")
    unit = facts[0].unit if facts else "count"
    own = (pinned or {}).get((facts[0].indicator, facts[0].region_level)) if facts else None
    if own:
        row = name if name in table.index else FALLBACK
        return Classes(own, _spread(tuple(table.at[row, "colours"].split(";")), len(own) + 1), unit, True)
    if name in table.index and table.at[name, "breaks"]:
        breaks = tuple(Fraction(bound) for bound in table.at[name, "breaks"].split(";"))
        return Classes(breaks, tuple(table.at[name, "colours"].split(";"))[: len(breaks) + 1], unit, True)
    row = name if name in table.index else FALLBACK
    colours = tuple(table.at[row, "colours"].split(";"))
    breaks = _quantiles([fact.value for fact in facts if fact.is_ok and fact.value], len(colours))
    return Classes(breaks, _spread(colours, len(breaks) + 1), unit, False)


def kind_of(fact: Fact | None, classes: Classes) -> tuple[str, int | None]:
    """Return the kind of place (``class``, ``zero``, ``no_data``, ``suppressed``, ``incomplete``) and its class, if any."""
    if fact is None or fact.value is None or not fact.is_ok:
        return ("suppressed" if fact is not None and fact.status == "suppressed" else "no_data"), None
    if fact.left_out:
        return "incomplete", None if fact.value == 0 else classes.index(fact.value)
    if fact.value == 0:
        return "zero", None
    return "class", classes.index(fact.value)


def is_dark(colour: str) -> bool:
    """Return whether white letters read better than black ones on it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.2


def hatch_colour(fill: str) -> str:
    """Return the colour in which a hatch is seen on the fill."""
    return WHITE if is_dark(fill) else "#57606a"


def _quantiles(values: list[Fraction | float | int], most: int) -> tuple[Fraction, ...]:
    distinct = sorted({Fraction(value) for value in values})
    if len(distinct) < 2:
        return ()
    from mapclassify import Quantiles  # slow to import, and rarely needed

    count = min(most, len(distinct))
    tops = Quantiles([float(value) for value in distinct], k=count).bins[:-1]
    tidy = sorted({_two_digits(float(top)) for top in tops})
    return tuple(bound for bound in tidy if distinct[0] < bound <= distinct[-1])


def _two_digits(value: float) -> Fraction:
    return Fraction(Decimal(f"{value:.1e}"))


def _spread(colours: tuple[str, ...], count: int) -> tuple[str, ...]:
    if count == 1:
        return (colours[len(colours) // 2],)
    return tuple(colours[round(i * (len(colours) - 1) / (count - 1))] for i in range(count))


def _threshold(bound: Fraction, unit: str) -> str:
    number = bound * 100 if unit == "ratio" else bound
    text = str(int(number)) if number.denominator == 1 else f"{float(number):.10g}"
    return text + ("%" if unit == "ratio" else "个百分点" if unit == "pp" else "")
