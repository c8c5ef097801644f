"""Write environment.yml from requirements.lock, so that conda users get the same versions.

conda gives Python and pip only. Everything else comes from the lock, by pip:
two solvers for one set of versions would sooner or later disagree.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The version that tests run on, and the lowest that pyproject.toml allows.
PYTHON = ">=3.11,<3.12"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]*?))?\s*\\?$")


def pins(lock: str) -> list[str]:
    """Every `name==version ; marker` of the lock, hashes left out."""
    found = []
    for line in lock.splitlines():
        if not line.strip() or line[0] in " #":
            continue
        match = PIN.match(line)
        if not match:
            # A line that is skipped in silence would be a package that conda users lack.
            raise ValueError(f"requirements.lock: not a pin: {line}")
        marker = match["marker"]
        found.append(f"{match['name']}=={match['version']}" + (f" ; {marker}" if marker else ""))
    return found


def environment(lock: str) -> str:
    """The whole file as text."""
    lines = [
        "# Written by scripts/write_environment.py from requirements.lock. Do not edit.",
        "name: union-coverage-workbench",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python{PYTHON}",
        "  - pip",
        "  - pip:",
        *(f'      - "{pin}"' for pin in pins(lock)),
        '      - "-e ."',
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_bytes(environment(lock).encode())


if __name__ == "__main__":
    main()
