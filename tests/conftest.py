"""How many random examples a property gets: few and the same ones in ``make test``, many and new ones in ``make fuzz``; and which files begin."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ["WORKBENCH_INSTALLED_FONTS"] = "0"  # the same fonts on every machine
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("test", deadline=None, max_examples=25, derandomize=True, database=None, suppress_health_check=_SLOW)
settings.register_profile("fuzz", deadline=None, max_examples=3000, print_blob=True, database=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("WORKBENCH_PROPERTIES", "test"))

# files that take longest, longest first: begun last, one of them would go on alone while the other cores wait
_BEGIN = (
    "documents/test_published.py",
    "documents/test_demo_quarter.py",
    "interruption/test_same_bytes.py",
    "interruption/test_interruption.py",
    "desk/test_browser.py",
    "test_guides.py",
    "intake/test_returns_sample.py",
    "measures/test_suppress_attack.py",
    "desk/test_lab.py",
    "desk/test_new_notebook.py",
    "desk/test_explore.py",
    "world/test_hostile_names.py",
    "runs/test_dependencies.py",
    "runs/test_freezing.py",
    "test_sample.py",
)


def pytest_collection_modifyitems(items):
    """Put the long files first; within a file, and among the others, the order stays."""
    place = {name: number for number, name in enumerate(_BEGIN)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(place)))
