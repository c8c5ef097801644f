"""What a benchmark extrapolates: every kind of document is measured, and weighs as often as it occurs."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from sampling import by_kind, chosen, kind_of, whole

CITY, DISTRICT = ("speech", "coverage_map", "bulletin"), ("coverage_map", "brief", "blank", "quality", "union", "campaign")
JOBS = [{"document": d, "scope": "city"} for d in CITY] + [{"document": d, "scope": f"9801{n:02}"} for n in range(10) for d in DISTRICT]
COST = {("speech", "city"): 1.0, ("coverage_map", "city"): 2.0, ("bulletin", "city"): 4.0, **{(d, "district"): 8.0 + n for n, d in enumerate(DISTRICT)}}


@pytest.mark.parametrize(("every", "count"), [(1, 63), (2, 33), (6, 13), (100, 9)])
def test_each_kind_is_measured_and_weighs_as_often_as_it_occurs(every, count):
    sample = chosen(JOBS, every)
    assert {kind_of(job) for job in sample} == set(COST) and len(sample) == count
    measured = [job | {"wall_s": COST[kind_of(job)], "cpu_s": 2 * COST[kind_of(job)]} for job in sample]
    assert whole(JOBS, measured, "wall_s") == pytest.approx(7 + 10 * sum(8 + n for n in range(6)))
    assert {(r["document"], r["level"], r["documents"]) for r in by_kind(JOBS, measured)} == {(*k, 1 if k[1] == "city" else 10) for k in COST}


def test_a_district_is_not_always_the_one_that_is_measured():
    assert len({job["scope"] for job in chosen(JOBS, 10) if job["scope"] != "city"}) > 3
