"""The guides: every command quoted in them is carried out, on a small city; every picture and link is there."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.paths import ROOT

sys.path.insert(0, str(Path(__file__).parent / "world"))
GUIDES = [ROOT / "README.md", ROOT / "README.en.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
SERVERS = ("app", "lab")
ELSEWHERE = {"refresh": "tests/desk/test_refresh_command.py", "check-templates": "tests/briefings/test_template_check.py"}  # need an edited file: done there
WRONG_ENDS = {"check": (0, 1), "trace": (0, 1), "diff": (0, 1)}  # 1 tells of rows returned, of parts, of differences: no mistake


def commands() -> list[str]:
    """Return every ``workbench`` command of the fenced blocks, each once; comments and the folder of the environment are cut off."""
    found: dict[str, None] = {}
    for guide in GUIDES:
        for block in re.findall(r"```\w*\n(.*?)```", guide.read_text(encoding="utf-8"), flags=re.S):
            for line in block.splitlines():
                told = re.match(r"(?:\.venv/bin/)?workbench (.+?)(?:\s+#.*)?$", line.strip())
                if told:
                    found[told[1]] = None
    return list(found)


def made_fit(command: str, folder: Path) -> list[str]:
    """Return the arguments with the reader's own files and places exchanged for the small city's."""
    words = shlex.split(command)
    own = {
        "reports/2021Q4/city/speech.docx": str(folder / "out" / "2021Q4" / "city" / "speech.docx"),
        "reports/shared": str(folder / "shared"),
        "data/boundaries.geojson": str(folder / "b.geojson"),
    }
    words = [own.get(word, word) for word in words]
    words = [str(folder / f"{len(command)}_{word}") if word == "台账模板.xlsx" else word for word in words]
    return ["970101" if before == "--district" else word for before, word in zip(["", *words], words, strict=False)]


@pytest.fixture(scope="module")
def small_city(tmp_path_factory):
    """The drawn city with its settings, and one quarter's speech made; what is asked of it in full stays small."""
    from drawn_city import HERE, drawn_world, write_places

    folder = tmp_path_factory.mktemp("guide")
    drawn_world().send(folder)
    write_places(folder)
    paths = {"ledgers": "ledgers", "boundaries": "boundaries.geojson", "townships": "townships.geojson", "out": "out", "store": "store", "sealed": "sealed"}
    lines = [f'{name} = "{(folder / place).as_posix()}"' for name, place in paths.items()]
    (folder / "workbench.toml").write_text(
        "\n".join(["[paths]", *lines, f'crosswalk = "{(HERE / "crosswalk.csv").as_posix()}"', "[city]", 'city_code = "970100"', 'city_name = "九七市"', ""]),
        encoding="utf-8",
    )
    notebooks = folder / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks)
    return folder


def test_every_command_of_the_guides_runs(small_city, monkeypatch, capsys):
    from analysis.desk import launch as launching
    from analysis.desk import new_notebook as making
    from analysis.runs import quarter as running

    served, whole = [], running.run_quarter

    def one_document(settings, quarter, scope="all", documents="", *rest):
        return whole(settings, quarter, "city,970101", documents or "speech,district_brief", *rest)

    monkeypatch.chdir(small_city)
    monkeypatch.setenv("WORKBENCH_SETTINGS", str(small_city / "workbench.toml"))
    monkeypatch.setattr(launching.subprocess, "call", lambda command, **_: served.append(command) or 0)
    monkeypatch.setattr(running, "run_quarter", one_document)
    monkeypatch.setattr(making.new_notebook, "__defaults__", (*making.new_notebook.__defaults__[:-1], small_city / "notebooks"))
    asked = [c for c in commands() if c.split()[0] not in ELSEWHERE and "census2004" not in c and "boundaries" not in c.split()]
    order = {"run": 0, "check": 1}
    wrong = []
    for command in sorted(asked, key=lambda c: order.get(c.split()[0], 2)):
        with pytest.raises(SystemExit) as done:
            main(made_fit(command, small_city))
        said = capsys.readouterr()
        if done.value.code not in WRONG_ENDS.get(command.split()[0], (0,)):
            wrong.append((command, done.value.code, said.err[-300:] or said.out[-300:]))
    assert wrong == []
    assert {command[3] for command in served} == {"server", "lab"}
    assert (small_city / "notebooks" / "45_property.ipynb").is_file() and (small_city / "out" / "2021Q4" / "city" / "speech.docx").is_file()


def test_the_guides_quote_the_commands_that_matter():
    quoted = {command.split()[0] for command in commands()}
    assert {"app", "lab", "run", "check", "watch", "schedule", "new-quarter", "new-notebook", "trace", "inspect", "freeze", "list"} <= quoted
    for command, test in ELSEWHERE.items():
        assert command not in quoted or (ROOT / test).is_file()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: p.name)
def test_links_and_pictures_are_there(guide):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8")):
        assert re.match(r"https?:", target) or (guide.parent / target).exists(), f"{guide.name}: {target}"
    assert not re.search(r"!\[\]\(", guide.read_text(encoding="utf-8"))
