"""Take the pictures of README and guides from the demo: the coverage map; the home page and the index page, at a desktop's and a phone's width.

Needs Chromium and the development packages (playwright). Run it after changing a page: ``python scripts/write_pictures.py``.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import Error, sync_playwright

from analysis.publishing.reading import read_blocks

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "")


def make_quarter(folder: Path) -> Path:
    """Make a small part of the demo quarter and return the settings file that points there."""
    demo = ROOT / "data" / "demo"
    lines = {
        "ledgers": demo / "ledgers",
        "boundaries": demo / "boundaries.geojson",
        "townships": demo / "townships.geojson",
        "out": folder / "out",
        "store": folder / "store",
    }
    settings = folder / "workbench.toml"
    settings.write_text("[paths]\n" + "".join(f'{name} = "{path.as_posix()}"\n' for name, path in lines.items()), encoding="utf-8")
    wanted = ["--documents", "speech,coverage_map,district_brief", "--formats", "html,pdf,docx"]
    subprocess.run([sys.executable, "-m", "analysis", "run", "--quarter", "2021Q3", "--settings", str(settings), *wanted], cwd=ROOT, check=True)
    return settings


def write_map(quarter: Path) -> None:
    """Save the city's map as the executed notebook holds it."""
    notebook = nbformat.read(quarter / "notebooks" / "city" / "coverage_map.ipynb", as_version=4)
    figure = next(block for block in read_blocks(notebook) if block["type"] == "figure")
    (IMAGES / "coverage_map.png").write_bytes(base64.b64decode(figure["png"]))


def serve(settings: Path) -> tuple[subprocess.Popen, str]:
    """Start the app and return the process and its address."""
    process = subprocess.Popen([sys.executable, "-m", "analysis", "app", "--no-browser", "--settings", str(settings)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}, start_new_session=True)  # fmt: skip
    for line in process.stdout:
        if re.match(r"http://", line):
            return process, line.strip()
    raise RuntimeError("the app did not start")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="workbench-pictures-") as name, sync_playwright() as driver:
        settings = make_quarter(Path(name))
        write_map(Path(name) / "out" / "2021Q3")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 720}, locale="zh-CN")
        page.goto((Path(name) / "out" / "2021Q3" / "index.html").as_uri())
        page.screenshot(path=IMAGES / "index_page.png")
        phone = browser.new_page(viewport={"width": 390, "height": 720}, locale="zh-CN")
        phone.goto((Path(name) / "out" / "2021Q3" / "index.html").as_uri())
        phone.screenshot(path=IMAGES / "index_phone.png")
        process, address = serve(settings)
        try:
            page.set_default_timeout(600_000)
            while True:
                try:
                    page.goto(address)
                    break
                except Error:  # the server has only begun
                    page.wait_for_timeout(2000)
            page.wait_for_selector(".widget-upload")
            page.wait_for_selector("text=打开目录页")
            page.screenshot(path=IMAGES / "home_page.png")
            page.get_by_role("button", name="生成").scroll_into_view_if_needed()
            page.get_by_role("heading", name="3. 生成").evaluate("node => window.scrollTo(0, node.getBoundingClientRect().top + window.scrollY - 20)")
            page.screenshot(path=IMAGES / "home_results.png")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
        browser.close()


if __name__ == "__main__":
    main()
