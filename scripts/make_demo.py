"""Make data/demo anew: python scripts/make_demo.py [FOLDER]."""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from demo_city.make import make

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=DEMO)
    folder = options.parse_args().folder
    if folder.exists() and any(folder.iterdir()) and not (folder / "DEMO").exists():
        # Only a folder that says it is the demonstration may be replaced.
        sys.exit(f"{folder} 不是演示数据文件夹（没有 DEMO 标记），未改动。")
    shutil.rmtree(folder, ignore_errors=True)
    for line in make(folder):
        if line["region_code"].endswith("00"):
            rate = line["covered_unit_count"] / line["eligible_unit_count"]
            print(line["quarter"], line["eligible_unit_count"], line["covered_unit_count"], f"{rate:.1%}")


if __name__ == "__main__":
    main()
