import runpy

from analysis.paths import ROOT


def test_handbook_pages_are_what_the_tables_say():
    script = runpy.run_path(str(ROOT / "scripts" / "write_handbook.py"), run_name="handbook")
    for page, name in (("indicators_page", "indicators.md"), ("glossary_page", "glossary.md"), ("wording_page", "wording.md")):
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == script[page](), f"docs/{name} 与规则表不一致，请运行 python scripts/write_handbook.py"


def test_readme_commands_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("make report") < text.index("make test") < 1500
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in ("report", "test", "setup"))
