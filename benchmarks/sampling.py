"""Which documents a benchmark measures by hand, and what the others are taken to cost: every kind of document, by city and district, from its own sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

Kind = tuple[str, str]  # document, "city" or "district"


def kind_of(job: Mapping[str, str]) -> Kind:
    return job["document"], "city" if job["scope"] == "city" else "district"


def chosen(jobs: Sequence[Mapping[str, str]], every: int) -> list[Mapping[str, str]]:
    """Return at least one job of each kind, and of kinds with many every ``every``-th; kind after kind begins at another district.

    A plain stride through the list would meet the same kind again and again wherever it divides the number of documents a district has.
    """
    of_kind: dict[Kind, list[Mapping[str, str]]] = defaultdict(list)
    for job in jobs:
        of_kind[kind_of(job)].append(job)
    made = []
    for number, same in enumerate(of_kind.values()):
        first = number % min(every, len(same))
        made += same[first::every]
    return made


def whole(jobs: Iterable[Mapping[str, str]], measured: Sequence[Mapping], amount: str) -> float:
    """Return what all jobs cost: each kind's mean times its number."""
    taken: dict[Kind, list[float]] = defaultdict(list)
    for row in measured:
        taken[kind_of(row)].append(row[amount])
    return sum(count * sum(taken[kind]) / len(taken[kind]) for kind, count in Counter(map(kind_of, jobs)).items())


def by_kind(jobs: Iterable[Mapping[str, str]], measured: Sequence[Mapping]) -> list[dict]:
    """Return one row a kind: how many there are, how many were measured, and their mean seconds."""
    counts = Counter(map(kind_of, jobs))
    rows = []
    for (document, level), count in counts.items():
        own = [row for row in measured if kind_of(row) == (document, level)]
        means = {amount: sum(row[amount] for row in own) / len(own) for amount in ("wall_s", "cpu_s")}
        rows.append({"document": document, "level": level, "documents": count, "measured": len(own), **means})
    return rows
