"""A real Dask scheduler and two real workers on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from analysis.runs.cluster import Cluster

PATIENCE = 120


class Machines:
    """A scheduler and two workers, each a process of its own with these variables beside the test's, for a ``with``; ``modules``: folders of the tasks sent."""

    def __init__(self, folder: Path, modules: tuple[Path, ...] = (), **variables: str) -> None:
        self.folder, self.processes = folder, []
        known = os.pathsep.join([str(Path(__file__).parent), *map(str, modules), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.elsewhere = folder / "elsewhere"  # another project folder with other settings, which must move nothing
        (self.elsewhere / "notebooks").mkdir(parents=True)
        (self.elsewhere / "workbench.toml").write_text("[rules]\nsmallest_ranked = 3\n", encoding="utf-8")
        own = {"PYTHONPATH": known, "WORKBENCH_SETTINGS": str(self.elsewhere / "workbench.toml")}
        self.environment = os.environ | variables | own
        self.start("scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(folder / "scheduler.json"))
        end = time.monotonic() + PATIENCE
        while not (folder / "scheduler.json").is_file() and time.monotonic() < end:
            time.sleep(0.1)
        for _ in range(2):
            self.start("worker", "--scheduler-file", str(folder / "scheduler.json"), "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))

    def start(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        with open(self.folder / f"{len(self.processes)}.log", "wb") as log:  # the process keeps its own hold on it
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.elsewhere, env=self.environment))

    def await_both(self, cluster: Cluster) -> None:
        end = time.monotonic() + PATIENCE
        while cluster.workers < 2 and time.monotonic() < end:
            time.sleep(0.1)
        assert cluster.workers == 2

    @property
    def address(self) -> str:
        return json.loads((self.folder / "scheduler.json").read_text(encoding="utf-8"))["address"]

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
