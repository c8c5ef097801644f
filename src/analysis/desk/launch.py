"""``workbench lab`` and ``workbench app``: one Jupyter server on this machine, with a token, on the home notebook."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis.desk.results import BASE
from analysis.errors import ParameterError, SettingsError
from analysis.paths import DATA, NOTEBOOKS, ROOT
from analysis.runs.outputs import ready_folder, write_whole
from analysis.settings import Settings

HOME = "00_home.ipynb"
OURS = Path(__file__).with_name("jupyter")
_DROPPED_AT_ONCE = 8  # files of the largest size in one drop


def check_address(ip: str, is_open: bool) -> str:
    """Return the address to listen on.

    Raises
    ------
    ParameterError
        For one that other machines can reach, unless that was said; the sentence says what it opens.
    """
    try:
        is_local = ip == "localhost" or ipaddress.ip_address(ip).is_loopback
    except ValueError as error:
        raise ParameterError(f"选项 --ip 写作“{ip}”，应为网络地址，例如 127.0.0.1。请改正后重试。") from error
    if not is_local and not is_open:
        raise ParameterError(
            f"--ip {ip} 会让同一网络里的其他电脑也能打开工作台：凡有口令的人都能看到全部台账和名单、生成文稿、在这台电脑上运行程序，而且传输不加密。"
            "确要这样，请加上 --open-to-network；只在本机使用的，请去掉 --ip。"
        )
    return ip


def free_port(ip: str, wanted: int) -> int:
    """Return the wanted port, or the next free one of the fifty after it.

    Raises
    ------
    SettingsError
    """
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    for port in range(wanted, min(wanted + 50, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((ip, port))
                return port
            except OSError:
                continue
    raise SettingsError(f"{ip} 上从 {wanted} 起没有空闲的端口。请用 --port 另指一个，例如 --port 9000。")


def start_page(kind: str) -> str:
    """Return the address opened first; JupyterLab forgets the tabs of last time, and our part of it opens the same page as the app."""
    return f"voila/render/{NOTEBOOKS.name}/{HOME}" if kind == "app" else "lab?reset"


def arguments(kind: str, settings: Settings, ip: str, port: int, has_browser: bool) -> list[str]:
    """Return the options of the Jupyter server; the token is no option, since others can see those."""
    is_app = kind == "app"
    start = f"/{start_page(kind)}"
    own = [
        f"--ServerApp.ip={ip}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={ROOT}",
        f"--ServerApp.open_browser={has_browser}", "--ServerApp.answer_yes=True", "--ServerApp.log_level=ERROR",
        f"--ServerApp.allow_remote_access={not _is_local(ip)}", f"--ServerApp.terminals_enabled={not is_app}",
    ]  # fmt: skip
    own += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    if is_app:
        return ["server", *own, f"--ServerApp.default_url={start}"]
    state = lab_state(settings)
    return [
        "lab",
        *own,
        f"--LabApp.default_url={start}",
        f"--LabApp.workspaces_dir={state / 'workspaces'}",
        f"--LabApp.user_settings_dir={state / 'settings'}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.log_level=ERROR",
    ]


def lab_state(settings: Settings) -> Path:
    """Return where JupyterLab keeps its own things for this workbench: beside the store, away from other uses of Jupyter on the machine."""
    return ready_folder((settings.store or DATA / "store") / "lab", "数据文件夹", "在 workbench.toml 的 store ")


def write_config(kind: str, settings: Settings) -> Path:
    """Write what the server reads as its configuration and return the folder; the configuration of other Jupyters of this user is not read."""
    folder = ready_folder(lab_state(settings) / f"config-{kind}")
    limit = _DROPPED_AT_ONCE * settings.max_upload_mb * 1024 * 1024
    extensions = {"analysis.desk.server": True, "voila.server_extension": True, "jupyterlab": kind == "lab"}
    # through files of this user, not ports of the machine: nobody listens in, and no two servers reach for one port
    kernels = {} if sys.platform == "win32" else {"KernelManager": {"transport": "ipc"}}
    content = kernels | {
        "VoilaConfiguration": {"template": "workbench", "show_tracebacks": False},
        "ServerApp": {"jpserver_extensions": extensions, "tornado_settings": {"websocket_max_message_size": limit, "mathjax_url": "/workbench/nothing.js"}},
    }
    write_whole(folder / "jupyter_server_config.json", lambda path: path.write_text(json.dumps(content, indent=1), encoding="utf-8"))
    return folder


def _is_local(ip: str) -> bool:
    return ip == "localhost" or ipaddress.ip_address(ip).is_loopback


def environment(kind: str, settings: Settings, token: str, base: str = "/") -> dict[str, str]:
    """Return the environment of the server and its kernels: token, our templates and settings for Jupyter, where reports are handed out."""

    def joined(name: str, first: Path) -> str:
        return os.pathsep.join(filter(None, (str(first), os.environ.get(name, ""))))

    return os.environ | {
        "JUPYTER_TOKEN": token, "JUPYTER_PATH": joined("JUPYTER_PATH", OURS), "JUPYTER_CONFIG_PATH": joined("JUPYTER_CONFIG_PATH", OURS / "config"),
        "JUPYTER_CONFIG_DIR": str(write_config(kind, settings)), BASE: f"{base}workbench/files/", "WORKBENCH_HOME": str(ROOT), "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "ignore",  # of libraries about each other: nothing that staff could act on
    }  # fmt: skip


def launch(kind: str, settings: Settings, ip: str = "127.0.0.1", port: int = 8888, is_open: bool = False, has_browser: bool = True,
           say: Callable[[str], None] = print) -> int:  # fmt: skip
    """Start the server and wait until it is ended with Ctrl+C; return its exit code."""
    address = check_address(ip, is_open)
    if not (NOTEBOOKS / HOME).is_file():
        raise SettingsError(f"没有找到首页笔记本 {NOTEBOOKS / HOME}。请在工作台的文件夹里运行这个命令。")
    chosen, token = free_port(address, port), secrets.token_urlsafe(24)
    host = f"[{address}]" if ":" in address else address
    page = start_page(kind)
    say(f"{'首页' if kind == 'app' else 'JupyterLab'}正在打开；没有自动打开的，请把下面的地址粘贴到浏览器（地址里有口令，不要转发）：")
    say(f"http://{host}:{chosen}/{page}{'&' if '?' in page else '?'}token={token}")
    say("只有这台电脑能打开。" if _is_local(address) else f"同一网络里知道这个地址和口令的人都能打开（--open-to-network，监听 {address}）。")
    say("用完请在这个窗口按 Ctrl+C 结束。")
    command = [sys.executable, "-m", "jupyter", *arguments(kind, settings, address, chosen, has_browser)]
    try:
        # keys and sockets of the kernels: for this user only, in a short path since a socket's name may hold a hundred characters
        with tempfile.TemporaryDirectory(prefix="wb-", ignore_cleanup_errors=True) as runtime:
            return subprocess.call(command, cwd=ROOT, env=environment(kind, settings, token) | {"JUPYTER_RUNTIME_DIR": runtime})
    except KeyboardInterrupt:
        return 0
