"""Pages in a real browser: axe-core on them at the width of a phone and of a desktop, without any driver but the browser's own options."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (390, 1280)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_WRAPPER = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>axe</title></head><body>%s
<script>
window.onload = async () => {
  const found = [], widths = [...document.querySelectorAll("iframe")].map((frame) => Number(frame.width));
  for (const frame of document.querySelectorAll("iframe")) {
    const own = frame.contentWindow, page = own.document.documentElement;
    const rules = { "color-contrast": { enabled: Number(frame.width) === Math.max(...widths) } };
    const result = await own.axe.run(own.document, { resultTypes: ["violations"], rules });
    for (const rule of result.violations) found.push([Number(frame.width), rule.id, rule.nodes.length, rule.nodes[0].html.slice(0, 160)]);
    if (page.scrollWidth > own.innerWidth) found.push([Number(frame.width), "scrolls-sideways", page.scrollWidth, ""]);
  }
  const told = document.createElement("pre");
  told.id = "found";
  told.textContent = JSON.stringify(found);
  document.body.replaceChildren(told);
};
</script></body></html>"""


def browser() -> str:
    """Return the browser's command, "" where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def axe_script() -> Path | None:
    """Return axe.min.js as a development package brings it, None where that is not installed."""
    found = importlib.util.find_spec("axe_playwright_python")
    return next(Path(found.origin).parent.glob("axe.min.js"), None) if found and found.origin else None


def violations(page: str, axe: Path, widths: tuple[int, ...] = WIDTHS) -> list[list]:
    """Return [width, rule, number of elements, first element] of everything axe objects to; a page wider than its window counts too.

    Contrast is looked at in the widest window only: colours are the same at every width, and it takes more than half of the time.
    """
    own = _POLICY.sub("", page).replace("</head>", f"<script>{axe.read_text(encoding='utf-8')}</script></head>", 1)
    frames = "".join(f'<iframe width="{width}" height="900" srcdoc="{html.escape(own)}"></iframe>' for width in widths)
    with tempfile.TemporaryDirectory(prefix="workbench-axe-") as name:
        wrapper = Path(name) / "wrapper.html"
        wrapper.write_text(_WRAPPER % frames, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,2000", "--virtual-time-budget=60000", f"--user-data-dir={name}/own"]
        made = subprocess.run([browser(), *options, "--dump-dom", wrapper.as_uri()], capture_output=True, text=True, timeout=240, check=False)
    told = re.search(r'<pre id="found">(.*?)</pre>', made.stdout, re.S)
    if told is None:
        raise RuntimeError(f"the browser told nothing: {made.stderr[-600:]}")
    return json.loads(html.unescape(told[1]))
