"""The home page as an app for tests: the real command on a free port, ended with all that it started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.paths import ROOT


def write_settings(folder: Path, crosswalk: Path) -> Path:
    """Write a ``workbench.toml`` for a folder that holds ``ledgers`` and the drawn city's boundaries."""
    path = folder / "workbench.toml"
    lines = [
        f'{name} = "{(folder / place).as_posix()}"'
        for name, place in (
            ("ledgers", "ledgers"),
            ("boundaries", "boundaries.geojson"),
            ("townships", "townships.geojson"),
            ("out", "out"),
            ("store", "store"),
        )
    ]
    path.write_text(
        "\n".join(["[paths]", *lines, f'crosswalk = "{crosswalk.as_posix()}"', "[city]", 'city_code = "970100"', 'city_name = "九七市"', ""]), encoding="utf-8"
    )
    return path


@contextmanager
def browsing(served: Served, chromium: str, pictures: Path, wait: int) -> Iterator[tuple[Any, list[str]]]:
    """Open a browser for a server and end both: a context of a desktop's width, and the addresses that its pages ask for."""
    from playwright.sync_api import sync_playwright

    pictures.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
            context.set_default_timeout(wait)
            asked: list[str] = []
            context.on("request", lambda request: asked.append(request.url))
            yield context, asked
            browser.close()
    finally:
        served.end()


class Served:
    """``workbench app`` or ``lab`` running; ``url`` holds address and token. ``home`` is the workbench's folder where the test writes into it."""

    def __init__(self, settings: Path, kind: str = "app", seconds: int = 180, home: Path = ROOT) -> None:
        env = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "WORKBENCH_HOME": str(home)}
        self.process = subprocess.Popen([sys.executable, "-m", "analysis", kind, "--no-browser", "--settings", str(settings)], cwd=home, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, encoding="utf-8", env=env, start_new_session=True)  # fmt: skip
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line.strip())
            if "Ctrl+C" in line:
                break
        (self.url,) = [line for line in self.said if line.startswith("http")]
        self.origin = re.match(r"http://[^/]+", self.url)[0]
        self.token = self.url.rpartition("token=")[2]
        self._wait(seconds)

    def _wait(self, seconds: int) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.origin}/api/status?token={self.token}", timeout=5).close()
                return
            except OSError:
                time.sleep(0.5)
        raise TimeoutError("the server did not start")

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()
