"""The workbench against the sample: three quarters made from its ledgers must equal the truth that came with it.

``WORKBENCH_SAMPLE`` names the sample's folder; ``compare.py`` lies beside that folder.
"""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis.runs.outputs import copy_intake, write_indicators
from analysis.runs.packing import build_package
from analysis.settings import load_settings

SAMPLE = os.environ.get("WORKBENCH_SAMPLE")
QUARTERS = ("2020Q3", "2021Q2", "2021Q3")

pytestmark = pytest.mark.skipif(not SAMPLE, reason="WORKBENCH_SAMPLE is not set: give it the path of the sample folder to hold the workbench against the truth")


@pytest.fixture(scope="module")
def sample() -> Path:
    folder = Path(str(SAMPLE)).resolve()
    needed = [folder / "boundaries.geojson", folder / "townships.geojson", folder.parent / "compare.py"]
    needed += [folder / part / quarter for part in ("ledgers", "truth") for quarter in QUARTERS]
    missing = [path for path in needed if not path.exists()]
    assert not missing, f"WORKBENCH_SAMPLE is set, but these are missing: {[str(p) for p in missing]}"
    return folder


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_quarter_equals_its_truth(sample, tmp_path, quarter):
    settings = load_settings(
        ledgers=str(sample / "ledgers"),
        boundaries=str(sample / "boundaries.geojson"),
        townships=str(sample / "townships.geojson"),
        store=str(tmp_path / "store"),
        out=str(tmp_path / "out"),
    )
    package = build_package(settings, quarter)
    folder = tmp_path / "out" / quarter
    frame = pd.read_parquet(package / "indicators.parquet")
    write_indicators(frame[frame["quarter"] == quarter], folder)
    copy_intake(package, folder, is_internal=True)
    command = [sys.executable, str(sample.parent / "compare.py"), str(sample / "truth" / quarter), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PYTHONIOENCODING": "utf-8"}, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
