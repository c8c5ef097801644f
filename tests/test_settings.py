from pathlib import Path

import pytest

from analysis.errors import SettingsError
from analysis.paths import ROOT
from analysis.settings import Settings, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "workbench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_states_every_default(tmp_path):
    shipped, bare = load_settings(ROOT / "workbench.toml"), Settings()
    paths = {"ledgers", "boundaries", "townships", "out", "store", "aliases", "crosswalk", "targets", "score", "received", "sealed"}
    different = {name for name in Settings.__dataclass_fields__ if getattr(shipped, name) != getattr(bare, name)} - paths
    assert not different


def test_an_option_beats_the_file_and_paths_are_relative_to_it(tmp_path):
    file = write(tmp_path, '[paths]\nledgers = "mine"\n[publishing]\naudience = "shared"\n')
    assert load_settings(file).ledgers == tmp_path / "mine"
    assert load_settings(file, audience="public").audience == "public"


@pytest.mark.parametrize(("text", "sentence"), [
    ("[paths\n", "workbench.toml 读不懂："),
    ('ledgers = "x"\n', "workbench.toml 中的“ledgers”不在任何一节里。请把它放到 [paths]、[city] 等节下面。"),
    ('[paths]\nledger = "x"\n', "workbench.toml 的 [paths] 节有不认识的设置“ledger”。请核对拼写，可用的设置见随程序提供的 workbench.toml。"),
    ("[rules]\nmandatory_minimum = '25'\n", "workbench.toml 的设置“mandatory_minimum”写作 '25'，应为整数。请改正后重试。"),
    ('[publishing]\naudience = "all"\n', "设置“audience”为“all”，应为 internal、shared、public 之一。请改正后重试。"),
    ('[publishing]\nformats = ["odt"]\n', "输出格式“odt”不认识，应为 html、pdf、docx、pptx（幻灯片）中的一个或几个，用逗号隔开。"),
])
def test_mistakes_are_answered_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text))
    assert caught.value.sentence.startswith(sentence)
