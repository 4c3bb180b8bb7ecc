"""A real Chromium before a Streamlit server: start both, press keys, and take the time until nothing changes any more."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
APPS = ROOT / "benchmarks" / "apps"
THRESHOLD = "part-0-percent_improvement-BSA-amount"
"""Key of the first threshold of the response rule, a number to type in the sidebar."""
SECTIONS = ("section-responder", "part-0-open")
"""What has to be opened before it can be typed into."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
QUIET = {
    "server.address": "localhost",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.serverAddress": "localhost",
    "browser.gatherUsageStats": "false",
}
"""Nothing here makes a page faster: no look-up of addresses, no watching of files."""

# Clock: keydown, first request after it, last change of a chart, text or small table. One that stays as it is has settled
# when Streamlit no longer marks it as stale. `st.dataframe` paints its canvas once more up to 0.3 s later by itself; what
# it shows is there before, so its canvas does not count.
CLOCK = """
(() => {
  const SHOWN = '[data-testid=stVegaLiteChart],[data-testid=stMarkdown],[data-testid=stMetric],[data-testid=stTable]';
  window.clock = {};
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...all) { super(...all); this.addEventListener('message', () => { clock.frame = performance.now(); }); }
    send(data) { if (clock.key !== undefined) clock.sent ??= performance.now(); return super.send(data); }
  };
  document.addEventListener('keydown', () => { window.clock = {key: performance.now()}; }, true);
  const draw = CanvasRenderingContext2D.prototype;
  for (const name of ['clearRect', 'fill', 'fillText']) {
    const plain = draw[name];
    draw[name] = function (...all) {
      if (this.canvas.isConnected && this.canvas.closest('[data-testid=stVegaLiteChart]')) clock.change = performance.now();
      return plain.apply(this, all);
    };
  }
  new MutationObserver(changes => {
    for (const { target, attributeName } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      const confirmed = attributeName === 'data-stale' && element.querySelector(SHOWN);
      if (element && (confirmed || element.closest(SHOWN))) clock.change = performance.now();
    }
  }).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})();
"""
SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return clock.sent !== undefined && clock.frame > clock.sent && app.dataset.testScriptState === 'notRunning'
    && performance.now() - Math.max(clock.frame, clock.change || 0) > 300;
}"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, or Playwright's own where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def server(
    app: Path,
    home: Path,
    command: str = "streamlit",
    settings: Mapping[str, str] = MappingProxyType({}),
    told: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """Run an app until it is no longer needed; give its address.

    Parameters
    ----------
    app, home : Path
        The script, and the folder to run it in, whose settings it takes.
    command : str
        The module to run: Streamlit, or what stands in for it.
    settings, told : mapping of str to str
        Further settings, and what the app finds in its environment.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"server.port": str(port)} | QUIET | dict(settings)
    flags = [part for option, value in options.items() for part in (f"--{option}", value)]
    run = subprocess.Popen(
        [sys.executable, "-m", command, "run", str(app), *flags],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(told),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        run.terminate()
        run.wait()


def _wait_for(url: str) -> None:
    for _ in range(720):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url)
            return
        time.sleep(0.25)
    sys.exit(f"no app answered at {url}")


@contextlib.contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    """Open a tab, as of a browser that has been nowhere and has kept nothing, with the clock in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.add_init_script(CLOCK)
    yield page
    context.close()


def visit(page: Page, url: str, path: str, sections: tuple[str, ...] = SECTIONS, key: str = THRESHOLD) -> None:
    """Go to a page of the app and bring a number of the sidebar in sight."""
    # The first visit to a server goes to the first page, as that of most readers does.
    page.goto(url)
    page.locator(f".st-key-{sections[0]}").wait_for(timeout=180_000)
    page.goto(url + path)
    for section in sections:
        page.locator(f".st-key-{section} summary").first.click(timeout=180_000)
        page.wait_for_timeout(500)
    ready(page, key)


def ready(page: Page, key: str = THRESHOLD) -> None:
    """Wait until a number can be typed and the page has come to rest."""
    page.locator(f".st-key-{key} input").wait_for(timeout=180_000)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=180_000)
    page.wait_for_timeout(2500)


def press(page: Page, key: str = THRESHOLD, arrow: str = "ArrowUp") -> float:
    """Press an arrow key in a number input, and return the milliseconds from there to the last change."""
    field = page.locator(f".st-key-{key} input")
    before = field.input_value()
    field.focus()
    field.press(arrow)
    clock = settled(page)
    if field.input_value() == before:
        sys.exit(f"{page.url}: pressing a key did not change the number {before}")
    return float(max(clock.get("change", 0), clock["sent"]) - clock["key"])


def settled(page: Page) -> dict[str, Any]:
    """Wait until a page is at rest; return its clock (milliseconds)."""
    page.wait_for_function(SETTLED, timeout=180_000, polling=20)
    return dict(page.evaluate("clock"))
