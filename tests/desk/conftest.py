import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("briefings", "wording", "world")]


@pytest.fixture
def drawn(tmp_path):
    """The drawn city's ledgers in a folder of the test's own, and the settings that go with them."""
    from drawn_city import drawn_world, settings_of

    return settings_of(tmp_path, drawn_world().send(tmp_path))
