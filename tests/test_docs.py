import re
import runpy
import tomllib

import nbformat
import pytest

from analysis.paths import NOTEBOOKS, ROOT

SOURCE = ROOT / "src" / "analysis"


def test_handbook_pages_are_what_the_tables_say():
    script = runpy.run_path(str(ROOT / "scripts" / "write_handbook.py"), run_name="handbook")
    for page, name in (("indicators_page", "indicators.md"), ("glossary_page", "glossary.md"), ("wording_page", "wording.md")):
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == script[page](), f"docs/{name} 与规则表不一致，请运行 python scripts/write_handbook.py"


def test_notebooks_are_what_their_stories_say():
    script = runpy.run_path(str(ROOT / "scripts" / "write_notebooks.py"), run_name="notebooks")
    made = {name: script["written"](story) for name, story in script["STORIES"].items()} | {
        name: script["page"](parts) for name, parts in script["PAGES"].items()
    }
    for name, notebook in made.items():
        committed = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        assert (committed.cells, committed.metadata) == (notebook.cells, notebook.metadata), f"{name} 与讲法不一致，请运行 python scripts/write_notebooks.py"


def modules_named(text: str) -> set[str]:
    """Return what a text calls a module of ours: ``measures/tally.py``, ``analysis.runs.jobs``, ``runs.plan``, perhaps with a name in it."""
    floors = "|".join(sorted(path.stem for path in SOURCE.iterdir() if not path.name.startswith("_")))
    quoted = " ".join(re.findall(r"`([^`\n]+)`", text))
    found = set(re.findall(rf"(?<![\w/.])(?:analysis\.)?((?:{floors})(?:[./][a-z_]\w*)+(?:\.py|/)?)", quoted))
    return {name for name in found if not name.endswith((".csv", ".json")) or name.startswith(("tables/", "desk/"))}  # other tables are results


def is_there(name: str) -> bool:
    """Whether a file, a folder, a module, or a name that a module holds."""
    if (SOURCE / name).exists():
        return True
    path = name.removesuffix(".py").replace(".", "/")
    if (SOURCE / path).is_dir() or (SOURCE / f"{path}.py").is_file():
        return True
    module, _, member = path.rpartition("/")
    home = next((p for p in (SOURCE / f"{module}.py", SOURCE / module / "__init__.py") if p.is_file()), None)
    return home is not None and re.search(rf"\b{re.escape(member)}\b", home.read_text(encoding="utf-8")) is not None


PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_module_that_a_page_names_is_there(page):
    named = modules_named(page.read_text(encoding="utf-8"))
    assert not (gone := sorted(name for name in named if not is_there(name))), f"{page.name} names what is not there any more: {gone}"
    assert named or page.stem != "architecture"


def test_the_map_of_the_architecture_has_every_folder():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("__init__.py")} - {"."}
    assert not [folder for folder in folders if f"`{folder}/`" not in page]


def test_every_decision_is_listed_and_every_dependency_has_its_reason():
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in sorted(folder.glob("[0-9]*.md"))] == re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", listed)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(name for names in project["optional-dependencies"].values() for name in names)]
    told = (folder / "0002-dependencies.md").read_text(encoding="utf-8")
    names = [re.match(r"[\w-]+", one)[0] for one in asked]
    assert not [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told)]


def test_readme_commands_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("make report") < text.index("make test") < 1500
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in ("report", "test", "setup"))
