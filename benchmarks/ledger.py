"""Counting and locating millions of units beside the bare tools; results go to ``benchmarks/results/ledger.json``.

Each size runs in a process of its own, whose peak memory is what the system says of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "ledger.json"


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what ``act`` returns, with its wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = act()
    return made, time.perf_counter() - wall, time.process_time() - cpu


def tally(folder: Path, parts: int) -> dict[str, float]:
    """Count a ledger part by part, cover joins included, as many parts at once as there are cores, one engine thread each."""
    from analysis.measures.partitions import add
    from analysis.measures.tally import Tally
    from analysis.runs.partitions import tally_part
    from analysis.settings import Settings

    def count(part: int) -> Tally:
        return tally_part(str(folder), part, date(2021, 9, 30), Settings(), with_states=False, threads=1)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made, wall, cpu = timed(lambda: add(list(pool.map(count, range(parts)))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tally_s": wall,
        "tally_cpu_s": cpu,
        "tally_peak_mb": peak,
        "eligible": int(made.units["eligible"].sum()),
        "covered": int(made.units["covered"].sum()),
    }


def spread(folder: Path, parts: int, workers: int) -> dict[str, float]:
    """Count the same parts on the workers of a Dask scheduler, a process of one thread each, through the executor that a run uses."""
    from distributed import LocalCluster

    from analysis.measures.partitions import add
    from analysis.runs.cluster import Cluster

    tasks = [(count_part, (str(folder), part)) for part in range(parts)]
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as machines, Cluster(machines.scheduler_address) as cluster:
        dict(cluster.each(tasks[:1] * workers))  # what a worker imports is paid once, not once a quarter
        found, wall, _ = timed(lambda: dict(cluster.each(tasks)))
        made, adding, _ = timed(lambda: add([found[part][0] for part in range(parts)]))
    return {"wall_s": wall + adding, "worker_peak_mb": max(peak for _, peak in found.values()), "eligible": int(made.units["eligible"].sum()),
            "covered": int(made.units["covered"].sum())}  # fmt: skip


def count_part(folder: str, part: int) -> tuple[Any, float]:
    """Return the tally of one part and its process's peak memory so far, in MB; runs in a worker."""
    from analysis.runs.partitions import tally_part
    from analysis.settings import Settings

    return tally_part(folder, part, date(2021, 9, 30), Settings(), False, 1), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scan(folder: Path, parts: int) -> dict[str, float]:
    import pyarrow.parquet as pq

    def read() -> int:
        rows = 0
        for path in sorted(folder.glob("*.parquet")):
            if "unit_name" in (names := pq.read_schema(path).names):
                names.remove("unit_name")  # not counted
            rows += pq.read_table(path, columns=names).num_rows
        return rows

    rows, wall, cpu = timed(read)
    return {"scan_s": wall, "scan_cpu_s": cpu, "scanned_rows": rows}


def locate(points: int, regions: int) -> dict[str, float]:
    import geopandas as gpd
    import numpy as np

    from analysis.places.locate import Locator

    frame = wavy_grid(regions)
    random = np.random.default_rng(7)
    x, y = random.random(points) * 1.02 - 0.01, random.random(points) * 1.02 - 0.01
    found, wall, cpu = timed(lambda: Locator(frame)(x, y))
    ours_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cloud = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=4326)
    joined, theirs, theirs_cpu = timed(lambda: gpd.sjoin(cloud, frame, how="left", predicate="intersects"))
    labels = joined[~joined.index.duplicated()]["code"].fillna("").to_numpy()
    return {"points": points, "regions": regions, "vertices": int(frame.geometry.count_coordinates().sum()), "locate_s": wall, "locate_cpu_s": cpu, "sjoin_s": theirs,
            "sjoin_cpu_s": theirs_cpu, "ratio": theirs / wall, "cpu_ratio": theirs_cpu / cpu, "different": int((labels != found).sum()), "peak_mb": ours_peak}  # fmt: skip


def wavy_grid(regions: int, vertices: int = 80_000):
    """Return regions that tile the unit square with wavy shared borders: as many vertices as real boundaries have."""
    import geopandas as gpd
    import numpy as np
    import shapely

    columns = next(n for n in range(int(np.ceil(np.sqrt(regions))), regions + 1) if regions % n == 0)
    rows = regions // columns
    each = max(4, vertices // (regions * 4))

    def wave(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        along = np.linspace(0, 1, each, endpoint=False)[:, None]
        line = a + (b - a) * along
        bend = 0.08 / max(columns, rows) * np.sin(along * 6 * np.pi) * np.sin(along * np.pi)
        is_outer = any(a[axis] == b[axis] and a[axis] in (0.0, 1.0) for axis in (0, 1))
        return line if is_outer else line + bend * np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a))

    def side(a: tuple[float, float], b: tuple[float, float]) -> np.ndarray:
        forward = a <= b  # a shared border is drawn once, in one direction
        line = wave(np.array(a if forward else b), np.array(b if forward else a))
        end = np.array([b if forward else a])
        whole = np.concatenate([line, end])
        return whole if forward else whole[::-1]

    shapes = []
    for number in range(regions):
        row, column = divmod(number, columns)
        west, east, south, north = column / columns, (column + 1) / columns, row / rows, (row + 1) / rows
        corners = [(west, south), (east, south), (east, north), (west, north)]
        ring = np.concatenate([side(corners[i], corners[(i + 1) % 4])[:-1] for i in range(4)])
        shapes.append(shapely.Polygon(ring))
    return gpd.GeoDataFrame({"code": [f"{990001 + i}" for i in range(regions)]}, geometry=shapes, crs=4326)


def intake(rows: int, kind: str) -> dict[str, Any]:
    """Take in a CSV of units, every row judged, then read the same file as text with pandas; both have read a small one before."""
    import pandas as pd

    from analysis.intake import take_in
    from analysis.settings import Settings

    regions = pd.DataFrame({"code": ["990101"], "name": ["甲区"], "host_code": [""]})
    with tempfile.TemporaryDirectory() as place:
        for count in (100, rows):
            folder = Path(place) / str(count) / "2021Q3"
            folder.mkdir(parents=True)
            path = folder / "甲区_单位.csv"
            write_csv(path, count, kind)
            made, wall, cpu = timed(partial(take_in, folder, "2021Q3", regions, Settings()))
            read, theirs, theirs_cpu = timed(partial(pd.read_csv, path, dtype=str))
        return {"kind": kind, "rows": rows, "megabytes": path.stat().st_size / 1e6, "accepted": int(made.summary["accepted"].sum()), "intake_s": wall, "intake_cpu_s": cpu,
                "pandas_s": theirs, "pandas_cpu_s": theirs_cpu, "ratio": wall / theirs, "cpu_ratio": cpu / theirs_cpu, "read": len(read)}  # fmt: skip


KINDS = {"plain": "齐整的", "faulty": "百分之一的信用代码有错", "quoted": "每格都带引号"}


def write_csv(path: Path, rows: int, kind: str) -> None:
    """Write a CSV of units, one of :data:`KINDS`."""
    import csv

    import numpy as np
    import pandas as pd

    random = np.random.default_rng(3)
    alphabet, weights = "0123456789ABCDEFGHJKLMNPQRTUWXY", np.array([pow(3, i, 31) for i in range(17)])
    digits = np.zeros((rows, 18), dtype=np.int64)
    digits[:, :8] = [9, 1, 9, 9, 0, 1, 0, 1]
    digits[:, 8:17] = (np.arange(rows)[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    digits[:, 17] = (31 - (digits[:, :17] * weights).sum(axis=1) % 31) % 31
    if kind == "faulty":
        digits[::100, 16] = (digits[::100, 16] + 1) % 10
    codes = np.array(list(alphabet))[digits]
    staff = random.integers(1, 500, rows)
    pd.DataFrame({
        "统一社会信用代码": ["".join(row) for row in codes], "单位名称": [f"单位{i}" for i in range(rows)], "区县代码": "990101", "乡镇街道": "甲镇",
        "登记注册类型代码": "150", "行业代码": random.choice(["5110", "5211", "4710"], rows), "存续状态": "存续", "职工数": staff, "会员数": staff // 2, "农民工数": staff // 5,
        "有无党组织": random.choice(["是", "否"], rows),
    }).to_csv(path, index=False, encoding="utf-8", quoting=csv.QUOTE_ALL if kind == "quoted" else csv.QUOTE_MINIMAL)  # fmt: skip


TASKS = {"tally": tally, "scan": scan, "spread": spread, "locate": locate, "intake": intake}


def apart(name: str, *arguments: object) -> dict[str, Any]:
    """Do one measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--task", name, json.dumps([str(a) if isinstance(a, Path) else a for a in arguments])], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def beside_scan(folder: Path, parts: int) -> dict[str, Any]:
    made = apart("tally", folder, parts) | apart("scan", folder, parts)
    return made | {"ratio": made["tally_s"] / made["scan_s"], "cpu_ratio": made["tally_cpu_s"] / made["scan_cpu_s"]}


def median(rounds: list[dict[str, Any]], ratio: str) -> dict[str, Any]:
    """Return the round in the middle: the machine is noisy, in ratios too."""
    return sorted(rounds, key=lambda r: r[ratio])[len(rounds) // 2]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--task", nargs=2)
    options.add_argument("--units", type=int, nargs="*", default=[100_000, 300_000, 1_000_000, 3_000_000, 10_000_000])
    options.add_argument("--rounds", type=int, default=3, help="how often a tally and its scan are measured, in turn")
    options.add_argument("--points", type=int, default=10_000_000)
    options.add_argument("--regions", type=int, nargs="*", default=[13, 1000])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--only", nargs="*", default=["tally", "locate", "intake"])
    chosen = options.parse_args()
    if chosen.task:
        arguments = [Path(a) if chosen.task[0] in ("tally", "scan", "spread") and isinstance(a, str) else a for a in json.loads(chosen.task[1])]
        print(json.dumps(TASKS[chosen.task[0]](*arguments)))
        return
    from large_ledger import write_ledger

    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    for units in chosen.units if "tally" in chosen.only else ():
        with tempfile.TemporaryDirectory() as folder:
            parts = write_ledger(Path(folder), units)
            made = median([beside_scan(Path(folder), parts) for _ in range(chosen.rounds)], "cpu_ratio")
            made["spread"] = {str(workers): apart("spread", Path(folder), parts, workers) for workers in (1, 2)}
        for there in made["spread"].values():
            if any(there[count] != made[count] for count in ("eligible", "covered")):
                raise SystemExit(f"{units:,} units counted by workers differ from those counted here.")
        known.setdefault("tally", {})[str(units)] = made | {
            "units": units,
            "parts": parts,
        }
        print(units, known["tally"][str(units)], flush=True)
        RESULTS.write_text(json.dumps(known, indent=1), encoding="utf-8")
    for regions in chosen.regions if "locate" in chosen.only else ():
        known.setdefault("locate", {})[str(regions)] = apart("locate", chosen.points, regions)
        print(known["locate"][str(regions)], flush=True)
        RESULTS.write_text(json.dumps(known, indent=1), encoding="utf-8")
    if "intake" in chosen.only:
        rounds = [{kind: apart("intake", chosen.rows, kind) for kind in KINDS} for _ in range(chosen.rounds)]
        known["intake"] = {kind: median([made[kind] for made in rounds], "cpu_ratio") for kind in KINDS}
        print(known["intake"], flush=True)
    RESULTS.write_text(json.dumps(known, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
