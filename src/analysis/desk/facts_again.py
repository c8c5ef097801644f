"""A fact of another quarter by its id: from that quarter's own document, else worked out the way its name says."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from analysis.errors import WorkbenchError
from analysis.facts import Fact, Register
from analysis.runs.tracing.trace import read_address
from analysis.wording.numbers import magnitude


def fact_again(register: Register, fact: str) -> Fact | None:
    """Return the fact of an id; None where only its document's story can tell it, and that does not.

    A document chooses what it names (the three weakest trades, say): what it derived for these is in ``register.used``.
    """
    if fact in register.used:
        return register.used[fact]
    try:
        address = read_address(fact)
        made = register.fact(address.indicator, address.region, address.segment, address.quarter)
        for step in address.steps:
            if step not in _STEPS:
                return None
            made = _STEPS[step](register, made)
    except WorkbenchError:
        return None
    return made if made.id == fact else None


def _changed(by: str) -> Callable[[Register, Fact], Fact]:
    return lambda register, own: register.fact(f"{own.indicator}_{by}", own.region_code, own.segment, own.quarter)


def _gap_to_all(register: Register, own: Fact) -> Fact:
    whole = register.fact(own.indicator, own.region_code, "all", own.quarter)
    gap = 100 * (Fraction(own.value) - Fraction(whole.value)) if own.is_ok and whole.is_ok else None
    blank = {} if gap is not None else {"status": "no_data", "reason": own.reason or whole.reason}
    return register.derived(own, "gap_to_all", gap, "pp", f"{own.name}与全部单位之差", **blank)


_STEPS: dict[str, Callable[[Register, Fact], Fact]] = {
    "qoq": _changed("qoq"),
    "yoy": _changed("yoy"),
    "abs": magnitude,
    "rank": lambda register, own: register.rank(own.indicator, own.region_code, own.segment),
    "ranked_count": lambda register, own: register.ranked_count(own.indicator, own.segment),
    "gap_to_city": lambda register, own: register.gap_to_city(own.indicator, own.region_code, own.segment),
    "gap_to_all": _gap_to_all,
    "denominator": lambda register, own: register.denominator(own),
    "uncovered": lambda register, own: register.remainder(own, "uncovered", f"{own.name}以外的单位"),
    "without": lambda register, own: register.remainder(own, "without", f"{own.name}以外的单位"),
}
