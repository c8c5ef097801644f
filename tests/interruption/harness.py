"""Breaks a run off at a random moment in one of many ways, looks at what lies there, runs again, and compares with an undisturbed run."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import time
from pathlib import Path

import psutil
from small_run import QUARTER, finish, small_city, start

FAULTS = Path(__file__).parent / "faults"
OPTIONS = ("--scope", "city", "--documents", "coverage_map,speech", "--formats", "html,docx", "--jobs", "2")
WAYS = ("power", "kill the run", "kill a process", "kill everything", "disk full")
EARLIER = "2021Q3"  # a quarter that lies there finished, and may not be touched
_TIMES = {"made_at", "seconds", "status", "key", "stamp", "parts"}  # and what says of which folder they are


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def without_times(name: str, data: bytes) -> object:
    """Return a file's contents, times aside; an executed notebook by what it displays."""
    if name.endswith("manifest.json"):
        content = json.loads(data)
        named = {n: h for n, h in content["outputs"].items() if not n.startswith("notebooks/")}
        jobs = [{k: v for k, v in job.items() if k not in _TIMES} for job in content["jobs"]]
        return {k: v for k, v in content.items() if k not in _TIMES} | {"outputs": named, "jobs": jobs}
    if name.endswith(".ipynb"):
        cells = json.loads(data)["cells"]
        shown = [out.get("data", {}).get("application/vnd.workbench.blocks+json") for cell in cells for out in cell.get("outputs", [])]
        return [hashlib.sha256(json.dumps(s, sort_keys=True).encode()).hexdigest() for s in shown if s]
    return data


class Undisturbed:
    """What a run makes when nobody disturbs it, and how long it takes."""

    def __init__(self, folder: Path) -> None:
        settings, self.home = small_city(folder, quarters=(QUARTER,)), folder
        started = time.monotonic()
        code, said = finish(settings, *OPTIONS)
        assert code == 0, said
        self.seconds = time.monotonic() - started
        out = settings.parent / "out" / QUARTER
        self.files = {name: without_times(name, data) for name, data in tree(out).items()}
        self.breaks = re.sub(r",[0-9a-f]{8},", ",,", (settings.parent / "store" / "breaks.csv").read_text(encoding="utf-8-sig"))
        self.raw = tree(out)


class Broken:
    """One run that is broken off, and what follows."""

    def __init__(self, folder: Path, undisturbed: Undisturbed, seed: int) -> None:
        self.random, self.good, self.is_odd = random.Random(seed), undisturbed, bool(seed % 2)
        self.settings = small_city(folder, undisturbed.home)
        self.out, self.store = folder / "out", folder / "store"
        for name, data in undisturbed.raw.items():
            path = self.out / EARLIER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.earlier = self._earlier()
        self.told = ""

    def _earlier(self) -> dict[str, tuple[bytes, int]]:
        return {name: (data, (self.out / EARLIER / name).stat().st_mtime_ns) for name, data in tree(self.out / EARLIER).items()}

    def break_off(self, way: str) -> None:
        variables = {"PYTHONPATH": os.pathsep.join([str(FAULTS), *filter(None, [os.environ.get("PYTHONPATH")])])}
        if way == "power":
            variables["FAULT_POWER"] = str(self.random.randint(1, 40))
        if way == "disk full":
            variables["FAULT_FULL"] = str(self.random.choice([1_000, 20_000, 60_000, 150_000]))
        is_last = way == "kill everything" and self.is_odd
        if is_last:  # with the manifest written and the note not yet gone: too short a while for a moment drawn by lot
            variables["FAULT_LAST"] = "1"
        process = start(self.settings, *OPTIONS, **variables)
        if way in ("power", "disk full") or is_last:
            self.told = f"{way} {variables}\n{process.communicate(timeout=900)[0]}"
            if is_last:
                assert process.returncode == -signal.SIGKILL and (self.out / QUARTER / "manifest.json").is_file(), self.told
            if way == "disk full":
                assert process.returncode in (0, 1, 2) and "Traceback" not in self.told, self.told
            self._none_left(process, [])
            return
        moment = self.random.uniform(0.02, 1.0) * self.good.seconds
        try:
            process.wait(moment)
        except Exception as late:
            assert type(late).__name__ == "TimeoutExpired"
        family = self._family(process)
        if way == "kill a process" and len(family) > 1:
            victim = self.random.choice(family[1:])
        else:
            victim = family[0] if family else None
        self.told = f"{way} after {moment:.1f} s: {victim}"
        if way == "kill everything" and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        elif victim is not None and process.poll() is None:
            try:
                victim.kill()
            except psutil.NoSuchProcess:
                self.told += " (had ended)"
        if way == "kill a process" and victim is not None and victim.pid != process.pid:
            said = process.communicate(timeout=900)[0]
            self.told += f"\n{said}"
            assert process.returncode in (0, 1) and "Traceback" not in said, f"{process.returncode} {self.told}"
        else:
            process.communicate(timeout=60)
        self._none_left(process, family)

    def _family(self, process) -> list[psutil.Process]:
        try:
            parent = psutil.Process(process.pid)
            children = parent.children(recursive=True)
            # Python's own bookkeeper of shared memory complains at length when killed, and holds nothing of ours
            return [parent, *(p for p in children if "resource_tracker" not in " ".join(p.cmdline()))]
        except psutil.NoSuchProcess:
            return []

    def _none_left(self, process, family: list[psutil.Process]) -> None:
        """No process of a run outlives it: it would write into a folder that the next run already works in."""
        _, alive = psutil.wait_procs(family, timeout=120)
        assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == [], self.told

    def check_whole(self) -> None:
        """Every file with a name of its own is as an undisturbed run makes it; the earlier quarter is untouched."""
        assert self._earlier() == self.earlier, self.told
        for name, data in tree(self.out / QUARTER).items():
            if name.rpartition("/")[2].startswith(".") or "/.unfinished-" in f"/{name}" or name == "正在生成.txt" or name.endswith(".failed.ipynb"):
                continue
            assert name in self.good.files, (name, self.told)
            if name not in ("index.html", "manifest.json"):  # a run that lost a document says so in both
                assert without_times(name, data) == self.good.files[name], (name, self.told)
            else:
                assert data.rstrip().endswith(b"</html>" if name == "index.html" else b"}"), (name, self.told)

    def run_again(self) -> None:
        code, said = finish(self.settings, *OPTIONS)
        assert code == 0, (self.told, said)
        files = {name: without_times(name, data) for name, data in tree(self.out / QUARTER).items()}
        assert files.keys() == self.good.files.keys(), f"{sorted(files.keys() ^ self.good.files.keys())} {self.told}"
        other = [name for name in files if files[name] != self.good.files[name]]
        about = [key for key, value in files["manifest.json"].items() if value != self.good.files["manifest.json"].get(key)]
        assert other == [], f"{other} {about} {self.told}"
        assert self._earlier() == self.earlier, self.told
        assert re.sub(r",[0-9a-f]{8},", ",,", (self.store / "breaks.csv").read_text(encoding="utf-8-sig")) == self.good.breaks, self.told
        assert sorted(p.name for p in self.store.iterdir() if p.name.startswith(".") or p.suffix == ".txt") == [], self.told
