"""Make data/demo anew: python scripts/make_demo.py [FOLDER]."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from demo_city.make import make

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO
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
