"""JupyterLab as we open it, in a real browser: the home page in its frame, our words, and each entry of the launcher. Skipped where there is no Chromium."""

from __future__ import annotations

import json
import shutil

import pytest
from home_server import Served, browsing, write_settings
from test_browser import CHROMIUM, PICTURES, pytestmark  # noqa: F401 - the same reasons to skip

from analysis.paths import ROOT


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A workbench folder of its own, since a new notebook is written into it, with JupyterLab on it and a browser."""
    from drawn_city import HERE, drawn_world, write_places

    folder = tmp_path_factory.mktemp("工作台")
    drawn_world().send(folder)
    write_places(folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "docs" / "guides", folder / "docs" / "guides")
    served = Served(write_settings(folder, HERE / "crosswalk.csv"), kind="lab", home=folder)
    with browsing(served, CHROMIUM, PICTURES, 60_000) as (context, asked):
        yield folder, served, context, asked


def test_the_home_page_and_every_entry_of_the_launcher(lab):
    from playwright.sync_api import expect

    folder, served, context, asked = lab
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(served.url)

    def entry(label: str) -> None:
        """Open a new launcher tab as people do, and take one of our entries there."""
        page.locator("#jp-main-dock-panel .lm-TabBar-addButton:visible").first.click()
        page.locator(".jp-LauncherCard:visible", has_text=label).click()

    def tabs(*names: str) -> None:
        """Wait until these are the open tabs; the launcher goes a moment after what it opened has come."""
        expect(page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")).to_have_text(list(names), timeout=20_000)

    home = page.frame_locator("iframe[title='首页']")
    home.get_by_role("button", name="生成", exact=True).wait_for()
    tabs("首页")
    assert page.locator("#jp-MainMenu .lm-MenuBar-itemLabel").all_inner_texts() == ["文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助"]
    page.screenshot(path=PICTURES / "lab_home.png")

    entry("自助查询")
    page.frame_locator("iframe[title='自助查询']").get_by_role("button", name="画图", exact=True).wait_for()
    page.screenshot(path=PICTURES / "lab_explore.png")

    entry("操作手册")
    page.get_by_role("heading", name="季度操作手册").wait_for()
    page.screenshot(path=PICTURES / "lab_guide.png")

    entry("新建专题")
    box = page.locator(".jp-Dialog input")
    box.fill("2021年专题")
    page.locator(".jp-Dialog").get_by_role("button", name="新建").click()
    page.get_by_text("题目写作“2021年专题”，应为四十字以内的中文，不带数字和符号").wait_for()
    page.get_by_role("button", name="知道了").click()
    page.locator(".jp-LauncherCard:visible", has_text="新建专题").click()  # the launcher is still there for another try
    page.locator(".jp-Dialog input").fill("快递行业工会覆盖专题")
    page.locator(".jp-Dialog").get_by_role("button", name="新建").click()
    page.locator(".jp-NotebookPanel").get_by_role("heading", name="快递行业工会覆盖专题").wait_for()
    page.screenshot(path=PICTURES / "lab_topic.png")
    assert (folder / "notebooks" / "00_home.ipynb").read_bytes() == (ROOT / "notebooks" / "00_home.ipynb").read_bytes()
    made = json.loads((folder / "notebooks" / "45_topic.ipynb").read_text(encoding="utf-8"))
    assert made["metadata"]["workbench"]["name"] == "快递行业工会覆盖专题"

    tabs("首页", "自助查询", "quarter.md", "45_topic.ipynb")
    entry("首页")
    expect(page.locator("#jp-main-dock-panel .lm-mod-current .lm-TabBar-tabLabel")).to_have_text("首页", timeout=20_000)
    tabs("首页", "自助查询", "quarter.md", "45_topic.ipynb")
    page.wait_for_timeout(1500)  # JupyterLab saves the tabs a second after the last change
    page.goto(served.url)  # the address pasted again: the tabs of last time are forgotten
    tabs("首页")
    assert failed == []
    assert [url for url in asked if not url.startswith((served.origin, "data:", "blob:"))] == []
