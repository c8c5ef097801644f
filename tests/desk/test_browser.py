"""The whole way in a real browser: files dropped, verdicts, 生成, the index page, the opened PDF. Skipped where there is no Chromium."""

from __future__ import annotations

import base64
import csv
import importlib.util
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from home_server import Served, browsing, write_settings

from analysis.paths import ROOT

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "")
HAS_DRIVER = importlib.util.find_spec("playwright") is not None
pytestmark = [
    pytest.mark.skipif(not CHROMIUM or not HAS_DRIVER or sys.platform == "win32", reason="没有 Chromium 或 Playwright（.ci/run 会装），没有做浏览器测试"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of the driver's pipes
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PICTURES = ROOT / "reports" / "screenshots"  # ignored by git; for whoever wants to look
DROP = """files => { const made = new DataTransfer();
  for (const f of files) made.items.add(new File([Uint8Array.from(atob(f.data), c => c.charCodeAt(0))], f.name));
  return made; }"""
WAIT = 180_000  # two cores shared by a whole test run are slow; what never comes must not eat the time of the others


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A city whose last quarter lies in ``incoming`` and is not handed in yet, served as an app, and a browser."""
    from drawn_city import HERE, drawn_world, write_places

    folder = tmp_path_factory.mktemp("desk")
    ledgers = drawn_world().send(folder)
    write_places(folder)
    shutil.move(ledgers / "2021Q4", folder / "incoming")
    served = Served(write_settings(folder, HERE / "crosswalk.csv"))
    with browsing(served, CHROMIUM, PICTURES, WAIT) as (context, asked):
        yield folder, served, context, asked


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def violations(page) -> list:
    """Return what axe-core objects to on an open page: rule and first element."""
    script = Path(importlib.util.find_spec("axe_playwright_python").origin).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
    return [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found["violations"]]


def how_it_ended(page) -> str:
    """Return the sentences with which the page ends a run, or says why there is none."""
    page.wait_for_selector(".workbench-trouble, .workbench-live b")
    page.screenshot(path=PICTURES / "home_made.png", full_page=True)
    return "".join(page.locator(".workbench-live b, .workbench-trouble").all_inner_texts())


def test_nothing_ticked_is_said_on_the_page(desk):
    _folder, served, context, _ = desk
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_selector(".widget-upload")
    page.get_by_title("文稿：全不选").click()
    page.wait_for_function("!document.querySelectorAll('.workbench-ticks')[1].querySelector(':checked')")
    page.get_by_role("button", name="生成", exact=True).click()
    assert how_it_ended(page) == "没有开始，原因见下。没有选文稿。请至少选一项，再按“生成”。"
    assert page.get_by_role("button", name="生成", exact=True).is_enabled()
    page.close()


def test_from_dropped_files_to_an_opened_pdf(desk):
    from playwright.sync_api import expect

    folder, served, context, asked = desk
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_selector(".widget-upload")
    page.get_by_label("季度").select_option(label="2021年第四季度（新）")
    files = [{"name": p.name, "data": base64.b64encode(p.read_bytes()).decode()} for p in sorted((folder / "incoming").iterdir())]
    page.dispatch_event(".widget-upload", "drop", {"dataTransfer": page.evaluate_handle(DROP, files)})
    page.wait_for_selector("text=4 个区县，已报送 4 个。各区县都已报齐。")
    assert sorted(p.name for p in (folder / "ledgers" / "2021Q4").iterdir()) == sorted(f["name"] for f in files)
    page.screenshot(path=PICTURES / "home_verdicts.png", full_page=True)
    bad = [{"name": "../甲.exe", "data": base64.b64encode(b"MZ").decode()}]
    page.dispatch_event(".widget-upload", "drop", {"dataTransfer": page.evaluate_handle(DROP, bad)})
    page.wait_for_selector("text=没有收下“甲.exe”：只收 .xlsx、.csv、.parquet 文件。")
    page.get_by_title("文稿：全不选").click()
    speech = page.get_by_label("讲话稿", exact=True)
    expect(speech).not_to_be_checked(timeout=WAIT)  # the kernel unticks; a tick set before it answers would be taken away again
    speech.check()
    page.get_by_role("button", name="生成", exact=True).click()
    assert how_it_ended(page) == "全部完成。"
    page.wait_for_selector("text=主要指标与上季度末相比")
    assert violations(page) == []
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / f"home_{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    with context.expect_page() as opened:
        page.get_by_role("link", name="打开目录页").click()
    index = opened.value
    index.wait_for_load_state()
    for width in (390, 1280, 1920):
        index.set_viewport_size({"width": width, "height": 900})
        index.screenshot(path=PICTURES / f"index_{width}.png", full_page=True)
        assert index.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert violations(index) == []
    links = index.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    pages = [link for link in links if "#" not in link]
    assert len(pages) >= 8 and {context.request.get(link).status for link in pages} == {200}
    (pdf,) = [link for link in pages if link.endswith("speech.pdf")]
    answer = context.request.get(pdf)
    assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF-")
    assert [url for url in asked if not url.startswith((served.origin, "data:", "blob:"))] == []


def test_search_and_map_lead_to_documents(desk):
    folder, _, context, _ = desk
    index = context.new_page()
    index.goto((folder / "out" / "2021Q4" / "index.html").as_uri())
    index.get_by_role("searchbox").fill("讲话 九七")
    assert index.locator(".find output").inner_text() == "找到 1 项"
    assert index.locator("[data-find]:visible").count() == 1
    index.get_by_role("button", name="全部显示").click()
    assert index.locator("[data-find]:visible").count() > 1
    index.get_by_role("searchbox").fill("没有这样的")
    assert index.locator(".find output").inner_text() == "没有找到，请换一个词"


def test_a_question_of_ones_own(desk):
    folder, served, context, _ = desk
    page = context.new_page()
    page.goto(served.url.replace("00_home", "90_explore"))
    page.get_by_role("button", name="画图").click()
    page.wait_for_selector("svg [data-fact='2021Q4/970101/all/unit_coverage_rate']")
    page.get_by_role("button", name="保存这幅图").click()
    page.wait_for_selector("text=（另有 SVG 和 PNG 图片）")
    (saved,) = (folder / "out" / "2021Q4" / "explore").glob("*.html")
    assert saved.name.startswith("九七市各区县单位覆盖率_")
    page.locator("textarea").fill("SELECT valu FROM indicators")
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_selector(".workbench-trouble >> text=没有“valu”这一列")
    page.locator("textarea").fill("SELECT DISTINCT region_name FROM indicators WHERE region_level = 'city'")
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_selector("td:text-is('九七市')")
    assert page.locator(".workbench-trouble").count() == 0 and violations(page) == []
    page.screenshot(path=PICTURES / "explore.png", full_page=True)
    page.close()


def test_nobody_without_the_token_gets_in(desk):
    _folder, served, _, _ = desk
    for place in (
        "workbench/files/2021Q4/index.html",
        "workbench/files/exports.csv",
        "voila/render/notebooks/00_home.ipynb",
        "api/contents",
        "workbench/nothing.js",
    ):
        assert status(f"{served.origin}/{place}") == 403 or "login" in urllib.request.urlopen(f"{served.origin}/{place}", timeout=60).url, place
    good = f"?token={served.token}"
    assert status(f"{served.origin}/workbench/files/2021Q4/indicators.csv{good}") == 200
    for place in ("../workbench.toml", "%2e%2e/workbench.toml", "2021Q4/%2e%2e/%2e%2e/workbench.toml", ".hidden", "2021Q4"):
        assert status(f"{served.origin}/workbench/files/{place}{good}") in (403, 404), place


def test_what_was_made_and_opened_is_written_down(desk):
    folder, *_ = desk
    with open(folder / "out" / "exports.csv", encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    made = {(line["做法"], line["范围"], line["内容"]): line for line in lines}
    assert made["run", "city", "city/speech.pdf"]["读者"] == "internal"
    assert made["open", "city", "city/speech.pdf"]["季度"] == "2021Q4"
    assert int(made["run", "city", "indicators.csv"]["行数"]) > 1000 and int(made["open", "city", "indicators.csv"]["行数"]) > 1000
