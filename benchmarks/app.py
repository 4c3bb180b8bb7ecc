"""From key press to last chart settled, in a real browser: `python -m benchmarks.app`.

Each page of the menu is measured beside (a) an ordinary Streamlit page with as many Altair charts on default
settings, and (b) the same elements drawn again without any computation on a tuned server: what Streamlit itself costs.
The three take turns, key press by key press, so that whatever else the machine does falls on all of them.
"""

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.replay import Received, save

ROOT = Path(__file__).resolve().parents[1]
APPS = ROOT / "benchmarks" / "apps"
INPUT = "part-0-percent_improvement-BSA-amount"
"""Key of the first threshold of the response rule, a number to type in the sidebar."""
SECTIONS = ("section-responder", "part-0-open")
"""What has to be opened before it can be typed into."""
OVER_ORDINARY, OVER_FLOOR, P95 = 0.7, 1.5, 2.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
QUIET = {
    "server.address": "localhost",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.serverAddress": "localhost",
    "browser.gatherUsageStats": "false",
}
"""Nothing here makes a page faster: no look-up of addresses, no watching of files."""

# Clock: keydown, first request after it, last change of a chart, text or small table. `st.dataframe` paints its canvas
# once more up to 0.3 s later by itself; what it shows is there before, so its canvas does not count.
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
    for (const { target } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      if (element && element.closest(SHOWN)) clock.change = performance.now();
    }
  }).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})();
"""
SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return clock.sent !== undefined && clock.frame > clock.sent && app.dataset.testScriptState === 'notRunning'
    && performance.now() - Math.max(clock.frame, clock.change || 0) > 300;
}"""


class Timed(NamedTuple):
    """Milliseconds from key press to last change, one per press."""

    ours: list[float]
    ordinary: list[float]
    floor: list[float]


def main() -> int:
    """Measure every page, print a table, and return 1 where a promise is not kept."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--presses", type=int, default=25, help="measured key presses on each page (after 4 to warm up)")
    ask.add_argument("--pages", default="", help="parts of page titles, by comma; all pages if not given")
    args = ask.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        kept = _all_pages(browser, Path(folder), args.presses, [part for part in args.pages.lower().split(",") if part])
        browser.close()
    print(f"load of the machine (1 min): {load:.1f} before, {os.getloadavg()[0]:.1f} after; {os.cpu_count()} cores")
    return 0 if kept else 1


def _all_pages(browser: Browser, folder: Path, presses: int, wanted: list[str]) -> bool:
    with _server(ROOT / "app.py", ROOT) as url:
        pages = {title: path for title, path in _menu(browser, url) if not wanted or _any_in(wanted, title)}
    print(
        f"{'page':26}{'charts':>7}{'tables':>7}{'median':>9}{'p95':>7}{'/ordinary':>11}{'/floor':>8}{'p95/median':>12}"
    )
    kept = [_one_page(browser, folder, title, path, presses) for title, path in pages.items()]
    return all(kept)


def _any_in(parts: list[str], title: str) -> bool:
    return any(part in title.lower() for part in parts)


def _menu(browser: Browser, url: str) -> list[tuple[str, str]]:
    """Return title and path of every page in the menu."""
    with contextlib.closing(browser.new_page(viewport={"width": 1280, "height": 1400})) as page:
        page.goto(url)
        page.locator(f".st-key-{SECTIONS[0]}").wait_for(timeout=60_000)
        links = page.get_by_test_id("stSidebarNavLink").all()
        return [(_title(link.inner_text()), urlsplit(str(link.get_attribute("href"))).path) for link in links]


def _title(text: str) -> str:
    """Leave out the name of the icon, which stands before the title."""
    return text.strip().splitlines()[-1]


def _one_page(browser: Browser, folder: Path, title: str, path: str, presses: int) -> bool:
    # A server of its own, so that no study has been computed before on another page.
    name = path.strip("/") or "first"
    with _server(ROOT / "app.py", ROOT) as url:
        ours, received = _open_ours(browser, url, path)
        # The first press makes the study differ from its preset, which adds a line: what comes after looks alike.
        states = []
        for _ in range(3):
            _press(ours, "ArrowUp")
            states.append(received.tree())
        charts, tables = save(states[1:], folder / name, INPUT)
        with (
            _server(APPS / "floor.py", _tuned(folder), folder) as floor,
            _server(APPS / "ordinary.py", folder) as plain,
        ):
            others = [
                _open(browser, f"{plain}/?charts={charts}&tables={tables}"),
                _open(browser, f"{floor}/?page={name}"),
            ]
            for page in (ours, *others):
                _must_show(page, charts)
            timed = _take_turns([ours, *others], presses)
        for page in (ours, *others):
            page.context.close()
    return _report(title, charts, tables, timed)


def _must_show(page: Page, charts: int) -> None:
    """Stop unless a page shows its charts and no error: a time for less work means nothing."""
    shown = page.get_by_test_id("stVegaLiteChart").count()
    if shown != charts or page.get_by_test_id("stException").count():
        sys.exit(f"{page.url} shows {shown} charts instead of {charts}, or an error")


def _take_turns(pages: list[Page], presses: int) -> Timed:
    taken: list[list[float]] = [[] for _ in pages]
    for turn in range(presses + 4):
        for page, times in zip(pages, taken, strict=True):
            milliseconds = _press(page, "ArrowUp")
            if turn >= 4:
                times.append(milliseconds)
    return Timed(*taken)


def _report(title: str, charts: int, tables: int, timed: Timed) -> bool:
    median, p95 = statistics.median(timed.ours), _p95(timed.ours)
    over_ordinary = median / statistics.median(timed.ordinary)
    over_floor = median / statistics.median(timed.floor)
    kept = over_ordinary <= OVER_ORDINARY and over_floor <= OVER_FLOOR and p95 <= P95 * median
    print(
        f"{title:26}{charts:>7}{tables:>7}{median:>6.0f} ms{p95:>7.0f}{over_ordinary:>11.2f}{over_floor:>8.2f}"
        f"{p95 / median:>12.1f}  {'kept' if kept else 'NOT KEPT'}"
        f"   (ordinary {statistics.median(timed.ordinary):.0f} / {_p95(timed.ordinary):.0f},"
        f" floor {statistics.median(timed.floor):.0f} / {_p95(timed.floor):.0f} ms)",
        flush=True,
    )
    return kept


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


def _press(page: Page, key: str) -> float:
    """Press a key in the number input and return how long it took until nothing changed any more."""
    field = page.locator(f".st-key-{INPUT} input")
    before = field.input_value()
    field.focus()
    field.press(key)
    page.wait_for_function(SETTLED, timeout=60_000, polling=20)
    if field.input_value() == before:
        sys.exit(f"{page.url}: pressing {key} did not change the number {before}")
    clock = page.evaluate("clock")
    return float(max(clock.get("change", 0), clock["sent"]) - clock["key"])


def _open_ours(browser: Browser, url: str, path: str) -> tuple[Page, Received]:
    """Open a page of the app with the threshold in sight, and listen to what the server sends."""
    page, received = _new_page(browser), Received()
    page.on("websocket", lambda channel: channel.on("framereceived", received.add))
    # The first visit to a server goes to the first page, as that of most readers does.
    page.goto(url)
    page.locator(f".st-key-{SECTIONS[0]}").wait_for(timeout=60_000)
    page.goto(url + path)
    for section in SECTIONS:
        page.locator(f".st-key-{section} summary").click()
        page.wait_for_timeout(500)
    _ready(page)
    return page, received


def _open(browser: Browser, url: str) -> Page:
    page = _new_page(browser)
    page.goto(url)
    _ready(page)
    return page


def _new_page(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.add_init_script(CLOCK)
    return page


def _ready(page: Page) -> None:
    page.locator(f".st-key-{INPUT} input").wait_for(timeout=60_000)
    page.wait_for_timeout(2500)


def _tuned(folder: Path) -> Path:
    """Return a folder with the app's own settings, for the floor to run in."""
    home = folder / "tuned"
    (home / ".streamlit").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / ".streamlit" / "config.toml", home / ".streamlit" / "config.toml")
    return home


@contextlib.contextmanager
def _server(app: Path, home: Path, recorded: Path | None = None) -> Iterator[str]:
    """Run an app on a free port, with the settings of the folder it runs in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    command += [part for option, value in QUIET.items() for part in (f"--{option}", value)]
    told = {"INPUT": INPUT, "RECORDED": str(recorded or "")}
    server = subprocess.Popen(
        command, cwd=home, env=os.environ | told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    for _ in range(240):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url)
            return
        time.sleep(0.25)
    sys.exit(f"no app answered at {url}")


if __name__ == "__main__":
    sys.exit(main())
