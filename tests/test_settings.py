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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[paths\n", "workbench.toml 读不懂："),
        ('ledgers = "x"\n', "workbench.toml 中的“ledgers”不在任何一节里。请把它放到 [paths]、[city] 等节下面。"),
        ('[paths]\nledger = "x"\n', "workbench.toml 的 [paths] 节有不认识的设置“ledger”。请核对拼写，可用的设置见随程序提供的 workbench.toml。"),
        ("[rules]\nmandatory_minimum = '25'\n", "workbench.toml 的设置“mandatory_minimum”写作 '25'，应为整数。请改正后重试。"),
        ('[publishing]\naudience = "all"\n', "设置“audience”为“all”，应为 internal、shared、public 之一。请改正后重试。"),
        (
            "[building]\ncultivation_targets = 0.4\n",
            "workbench.toml 的设置“cultivation_targets”写作 0.4，应为年份到年末目标的对照，例如 { 2021 = 0.4, 2022 = 0.7, 2023 = 0.9 }。",
        ),
        ("[building]\ncultivation_targets = { 21 = 0.4 }\n", "workbench.toml 的设置“cultivation_targets”里的年份“21”应为四位数的年份，"),
        (
            "[building]\ncultivation_targets = { 2021 = 40 }\n",
            "workbench.toml 的设置“cultivation_targets”里 2021 年的目标写作 40，应为0到1之间的数，40%写作0.4。",
        ),
        ("[building]\ncultivation_targets = { 2021 = true }\n", "workbench.toml 的设置“cultivation_targets”里 2021 年的目标写作 True，应为0到1之间的数"),
        ("[building]\ncultivation_targets = { 2021 = 0 }\n", "workbench.toml 的设置“cultivation_targets”里 2021 年的目标写作 0，应为0到1之间的数"),
        (
            "[building]\ncultivation_targets = { 2022 = 0.4, 2021 = 0.7 }\n",
            "workbench.toml 的设置“cultivation_targets”里 2022 年的目标（0.4）低于 2021 年的（0.7），后一年的年末目标不应低于前一年。请核对是否写反了。",
        ),
        ('[building]\nlocal_rule = "shanxi"\n', "设置“local_rule”为“shanxi”，应为 national、zhejiang、shanghai、henan 之一。请改正后重试。"),
        ('[publishing]\nformats = ["odt"]\n', "输出格式“odt”不认识，应为 html、pdf、docx、pptx（幻灯片）中的一个或几个，用逗号隔开。"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text))
    assert caught.value.sentence.startswith(sentence)


def test_yearly_targets_are_kept_in_the_order_of_their_years(tmp_path):
    file = write(tmp_path, "[building]\ncultivation_targets = { 2023 = 0.9, 2021 = 0.4, 2022 = 0.4 }\n")
    assert list(load_settings(file).cultivation_targets.items()) == [("2021", 0.4), ("2022", 0.4), ("2023", 0.9)]
