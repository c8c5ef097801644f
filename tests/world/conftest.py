import pytest
from drawn_city import Outcome, build, drawn_world


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> Outcome:
    """The whole drawn city, 2021Q4 with its two earlier quarters."""
    return build(drawn_world(), tmp_path_factory.mktemp("city"))
