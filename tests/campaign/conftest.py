"""The hand-drawn city of the campaign, built once."""

from dataclasses import replace

import pytest
from campaign_world import send, settings_of

from analysis.runs.package import open_package
from analysis.runs.packing import build_package


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The settings and the packages of both quarters."""
    folder = tmp_path_factory.mktemp("campaign")
    send(folder)
    settings = settings_of(folder)
    return settings, {quarter: build_package(settings, quarter) for quarter in ("2021Q2", "2021Q3")}


@pytest.fixture
def opened(built):
    """Return a function that opens the quarter for a scope and audience, under the world's settings (or others)."""
    settings, packages = built

    def make(scope="city", audience="internal", quarter="2021Q3", **changes):
        package = open_package(str(packages[quarter]), quarter, scope, audience)
        return replace(package, settings=replace(settings, audience=audience, **changes))

    return make
