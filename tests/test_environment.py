"""environment.yml, pyproject.toml and requirements.lock say the same thing."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
ADDRESS = re.compile(r"https?:|index-url|\S+://", re.IGNORECASE)


def _script():
    spec = importlib.util.spec_from_file_location("write_environment", ROOT / "scripts" / "write_environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _pins() -> list[Requirement]:
    # Read apart from the script: joined continuation lines, hashes cut off.
    joined = LOCK.replace("\\\n", " ")
    return [Requirement(line.split("--hash")[0].strip()) for line in joined.splitlines() if line.strip()]


def test_environment_is_what_the_script_writes():
    assert _script().environment(LOCK) == ENVIRONMENT, "run scripts/write_environment.py"


def test_environment_holds_every_pin_with_its_marker():
    dependencies = yaml.safe_load(ENVIRONMENT)["dependencies"]
    by_pip = dependencies[-1]["pip"]
    assert by_pip[-1] == "-e ."
    assert [str(Requirement(line)) for line in by_pip[:-1]] == [str(pin) for pin in _pins()]


def test_python_of_the_environment_is_allowed():
    (python,) = [line for line in yaml.safe_load(ENVIRONMENT)["dependencies"] if str(line).startswith("python")]
    lowest = re.search(r">=([\d.]+)", python)[1]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(f"{lowest}.5")


@pytest.mark.parametrize("line", DIRECT)
def test_direct_dependency_is_locked_within_its_range(line):
    wanted = Requirement(line)
    pins = [pin for pin in _pins() if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert pins, f"{wanted.name} is not in requirements.lock: make lock"
    for pin in pins:
        (clause,) = pin.specifier
        assert wanted.specifier.contains(clause.version), f"{pin} is outside {line}"


@pytest.mark.parametrize("text", [LOCK, ENVIRONMENT], ids=["lock", "environment"])
def test_no_address(text):
    # httpx and its like are names; only an address or an index option is meant.
    found = [line for line in text.splitlines() if ADDRESS.search(line)]
    assert not found


def test_every_pin_has_hashes():
    joined = LOCK.replace("\\\n", " ")
    assert [line[:60] for line in joined.splitlines() if line.strip() and "--hash=sha256:" not in line] == []


def test_an_unreadable_line_of_the_lock_is_an_error():
    with pytest.raises(ValueError, match="not a pin"):
        _script().pins("httpx>=0.27\n")
