"""Who may open the workbench, and what of it."""

from __future__ import annotations

import json
import socket

import pytest

from analysis.cli import main
from analysis.desk.launch import OURS, arguments, check_address, environment, free_port
from analysis.desk.results import BASE
from analysis.desk.server import inside
from analysis.errors import ParameterError


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_this_machine_needs_no_leave(ip):
    assert check_address(ip, False) == ip


@pytest.mark.parametrize("ip", ["0.0.0.0", "192.168.1.8", "::", "10.0.0.1"])
def test_another_address_must_be_meant(ip, capsys):
    with pytest.raises(
        ParameterError, match="凡有口令的人都能看到全部台账和名单、生成文稿、在这台电脑上运行程序，而且传输不加密。确要这样，请加上 --open-to-network"
    ):
        check_address(ip, False)
    assert check_address(ip, True) == ip
    for command in ("app", "lab"):
        with pytest.raises(SystemExit) as done:
            main([command, "--ip", ip, "--no-browser"])
        assert done.value.code == 2 and "--open-to-network" in capsys.readouterr().err


def test_an_address_that_is_none():
    with pytest.raises(ParameterError, match="选项 --ip 写作“我的电脑”，应为网络地址"):
        check_address("我的电脑", True)


def test_the_token_is_in_the_environment_and_no_option(drawn):
    for kind in ("app", "lab"):
        env = environment(kind, drawn, "secret-token")
        assert env["JUPYTER_TOKEN"] == "secret-token" and env[BASE] == "/workbench/files/"
        assert not any("secret-token" in option for option in arguments(kind, drawn, "127.0.0.1", 8888, False))
        config = json.loads((drawn.store / "lab" / f"config-{kind}" / "jupyter_server_config.json").read_text(encoding="utf-8"))
        assert config["ServerApp"]["tornado_settings"]["websocket_max_message_size"] == 8 * drawn.max_upload_mb * 2**20
        assert config["ServerApp"]["jpserver_extensions"]["analysis.desk.server"] is True
    options = arguments("app", drawn, "127.0.0.1", 8888, False)
    assert "--ServerApp.allow_remote_access=False" in options and "--ServerApp.terminals_enabled=False" in options
    assert "--ServerApp.allow_remote_access=True" in arguments("app", drawn, "0.0.0.0", 8888, False)


def test_the_next_free_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) != port


def test_jupyterlab_is_chinese_and_asks_no_news():
    settings = json.loads((OURS / "config" / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": "zh_CN"}
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.parametrize(
    "asked", ["../secret.html", "2021Q3/../../secret.html", ".hidden.html", "2021Q3/.x/a.html", "2021Q3/a.py", "2021Q3/none.html", "2021Q3", "link.html"]
)
def test_only_reports_are_handed_out(tmp_path, asked):
    out = tmp_path / "out"
    (out / "2021Q3" / ".x").mkdir(parents=True)
    for place in ("../secret.html", ".hidden.html", "2021Q3/a.html", "2021Q3/a.py", "2021Q3/.x/a.html"):
        (out / place).write_text("x", encoding="utf-8")
    (out / "link.html").symlink_to(tmp_path / "secret.html")
    assert inside(out, asked) is None and inside(out, "2021Q3/a.html") is not None


def test_jupyterlab_gets_the_words_that_its_language_pack_lacks():
    from analysis.desk.server import words

    said = words()["jupyterlab"]
    assert said["Delete the cell"] == ["删除单元格"] and said["Cell %1/%2"] == ["单元格 %1/%2"]
    assert said[""]["domain"] == "jupyterlab" and len(said) > 1000


def test_a_new_topic_gets_a_free_number_and_name(tmp_path):
    from analysis.desk.server import free_name

    assert free_name(tmp_path) == "45_topic"
    (tmp_path / "45_property.ipynb").touch()
    assert free_name(tmp_path) == "46_topic2"


def test_our_part_of_jupyterlab_is_found_where_its_package_says():
    (package,) = (OURS / "labextensions").glob("*/package.json")
    about = json.loads(package.read_text(encoding="utf-8"))
    entry = package.parent / about["jupyterlab"]["_build"]["load"]
    assert about["name"] == package.parent.name and f'const NAME = "{about["name"]}"' in entry.read_text(encoding="utf-8")
