"""From key press to last chart settled, in a real browser: `python -m benchmarks.app`.

Each page of the menu is measured beside (a) the same page written the ordinary way, on Streamlit's default settings, and
(b) the same elements drawn again without any computation on a tuned server: what Streamlit itself costs. A page with as
many Altair charts and nothing else is measured too, and no promise made of it. They take turns, key press by key press, so
that whatever else the machine does falls on all of them.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from benchmarks.browser import APPS, ROOT, SECTIONS, THRESHOLD, chromium, press, ready, server, tab, visit
from benchmarks.replay import Received, save

OVER_ORDINARY, OVER_FLOOR, P95 = 0.7, 1.5, 2.0
WARM_UP = 4
DEFAULTS = {"runner.postScriptGC": "true", "runner.fastReruns": "true"}


class DifferentError(Exception):
    """What is to be compared does not show the same: a ratio between different work means nothing."""


class Timed(NamedTuple):
    """Milliseconds from key press to last change, one per press."""

    ours: list[float]
    ordinary: list[float]
    floor: list[float]
    charts_only: list[float]


def main() -> int:
    """Measure every page, print a table, and return 1 where a promise is not kept."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument(
        "--presses", type=int, default=20, help=f"measured presses on each page (after {WARM_UP} to warm up)"
    )
    ask.add_argument("--pages", default="", help="parts of page titles, by comma; all pages if not given")
    args = ask.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        kept = _all_pages(browser, Path(folder), args.presses, [part for part in args.pages.lower().split(",") if part])
    print(f"load of the machine (1 min): {load:.1f} before, {os.getloadavg()[0]:.1f} after; {os.cpu_count()} cores")
    return 0 if kept else 1


def _all_pages(browser: Browser, folder: Path, presses: int, wanted: list[str]) -> bool:
    with server(ROOT / "app.py", ROOT) as url:
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
    with tab(browser) as page:
        page.goto(url)
        page.locator(f".st-key-{SECTIONS[0]}").wait_for(timeout=60_000)
        links = page.get_by_test_id("stSidebarNavLink").all()
        return [(_title(link.inner_text()), urlsplit(str(link.get_attribute("href"))).path) for link in links]


def _title(text: str) -> str:
    """Leave out the name of the icon, which stands before the title."""
    return text.strip().splitlines()[-1]


def _one_page(browser: Browser, folder: Path, title: str, path: str, presses: int) -> bool:
    name = path.strip("/") or "first"
    charts, tables = _recorded(browser, path, folder / name)
    try:
        timed = _timed(_beside(browser, folder, path, name, charts), charts, presses)
    except DifferentError as error:
        print(f"{title:26}NOT MEASURED   {error}", flush=True)
        return False
    return _report(title, charts, tables, timed)


def _timed(beside: Iterator[AbstractContextManager[Page]], charts: int, presses: int) -> Timed:
    with ExitStack() as open_until_here:
        pages = [open_until_here.enter_context(page) for page in beside]
        for page in pages:
            _must_show(page, charts)
        return _take_turns(pages, presses)


def _recorded(browser: Browser, path: str, to: Path) -> tuple[int, int]:
    """Record what the server sends for two neighbouring thresholds; return how many charts and tables there are."""
    with server(ROOT / "app.py", ROOT) as url, tab(browser) as page:
        received, states = Received(), []
        page.on("websocket", lambda channel: channel.on("framereceived", received.add))
        visit(page, url, path)
        # The first press makes the study differ from its preset, which adds a line: what comes after looks alike.
        for _ in range(3):
            press(page)
            states.append(received.tree())
    return save(states[1:], received.menu(), to, THRESHOLD)


def _beside(
    browser: Browser, folder: Path, path: str, name: str, charts: int
) -> Iterator[AbstractContextManager[Page]]:
    """Give the four pages to compare, in the order of `Timed`; each has a server that has computed nothing before."""
    app, told = ROOT / "app.py", {"INPUT": THRESHOLD, "RECORDED": str(folder)}
    yield _page(browser, server(app, ROOT), path)
    yield _page(browser, server(app, folder, "benchmarks.apps.ordinary", DEFAULTS), path)
    yield _page(browser, server(APPS / "floor.py", _tuned(folder), told=told), f"/?page={name}", bare=True)
    yield _page(browser, server(APPS / "charts_only.py", folder, told=told), f"/?charts={charts}", bare=True)


@contextmanager
def _page(browser: Browser, served: AbstractContextManager[str], path: str, bare: bool = False) -> Iterator[Page]:
    with served as url, tab(browser) as page:
        if bare:
            page.goto(url + path)
            ready(page)
        else:
            visit(page, url, path)
        yield page


def _tuned(folder: Path) -> Path:
    """Return a folder with the app's own settings, for the floor to run in."""
    home = folder / "tuned"
    (home / ".streamlit").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / ".streamlit" / "config.toml", home / ".streamlit" / "config.toml")
    return home


def _must_show(page: Page, charts: int) -> None:
    """Raise DifferentError unless a page shows its charts and no error."""
    shown = page.get_by_test_id("stVegaLiteChart").count()
    if shown != charts or page.get_by_test_id("stException").count():
        raise DifferentError(f"{page.url} shows {shown} charts instead of {charts}, or an error")


def _take_turns(pages: list[Page], presses: int) -> Timed:
    taken: list[list[float]] = [[] for _ in pages]
    for turn in range(presses + WARM_UP):
        for page, times in zip(pages, taken, strict=True):
            milliseconds = press(page)
            if turn >= WARM_UP:
                times.append(milliseconds)
    return Timed(*taken)


def _report(title: str, charts: int, tables: int, timed: Timed) -> bool:
    ours, ordinary, floor, charts_only = map(statistics.median, timed)
    p95 = [_p95(times) for times in timed]
    kept = ours / ordinary <= OVER_ORDINARY and ours / floor <= OVER_FLOOR and p95[0] <= P95 * ours
    print(
        f"{title:26}{charts:>7}{tables:>7}{ours:>6.0f} ms{p95[0]:>7.0f}{ours / ordinary:>11.2f}{ours / floor:>8.2f}"
        f"{p95[0] / ours:>12.1f}  {'kept' if kept else 'NOT KEPT'}"
        f"   (ordinary {ordinary:.0f} / {p95[1]:.0f}, floor {floor:.0f} / {p95[2]:.0f},"
        f" charts alone {charts_only:.0f} / {p95[3]:.0f} ms: {ours / charts_only:.2f})",
        flush=True,
    )
    return kept


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


if __name__ == "__main__":
    sys.exit(main())
