"""How many random examples a property gets: few and the same ones in ``make test``, many and new ones in ``make fuzz``."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ["WORKBENCH_INSTALLED_FONTS"] = "0"  # the same fonts on every machine
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("test", deadline=None, max_examples=25, derandomize=True, database=None, suppress_health_check=_SLOW)
settings.register_profile("fuzz", deadline=None, max_examples=3000, print_blob=True, database=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("WORKBENCH_PROPERTIES", "test"))
