"""How long one waits, in a real browser: for the first page, for a million patients, and after six quick changes.

`python -m benchmarks.waits` prints what was measured beside what is promised. These are absolute times, which depend on the
machine, and are not asserted; that six quick changes end in one result, instead of six waits, is.
"""

import argparse
import os
import statistics
import sys

from playwright.sync_api import Browser, Page, expect

from benchmarks.browser import ROOT, THRESHOLD, chromium, press, ready, server, settled, tab, visit

PATIENTS = 1_000_000
ARROWS = {"/": "ArrowUp", "/response": "ArrowDown"}
"""Pages that are measured, and the way to change a number there, so that none asks for what another had computed."""
WINDOW, WINDOW_SECTION = "follow_up-to_day", "section-when"
QUICK, MOST_WAITS = 6, 3.0
DRAWN = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app && app.dataset.testScriptState === 'notRunning' && document.querySelector('[data-testid=stVegaLiteChart] svg')
    && performance.now() - Math.max(clock.frame || 0, clock.change || 0) > 500;
}"""


def main() -> int:
    """Measure, print a table, and return 1 where six quick changes are six waits."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--patients", type=int, default=PATIENTS, help="how many the large cohort has")
    args = ask.parse_args()
    with chromium() as browser:
        _print("first page, new browser, warm server", first_page(browser), "under 3 s")
        waits = large(browser, args.patients)
    print(f"load of the machine (1 min): {os.getloadavg()[0]:.1f}; {os.cpu_count()} cores")
    return int(waits > MOST_WAITS)


def _print(what: str, milliseconds: float, promise: str) -> None:
    print(f"{what:70} {milliseconds / 1000:>8.2f} s   {promise}", flush=True)


def first_page(browser: Browser, visits: int = 5) -> float:
    """Return the median milliseconds from asking for the address to the last change of the first page."""
    with server(ROOT / "app.py", ROOT) as url:
        times = [_drawn(browser, url) for _ in range(visits + 1)]
    return statistics.median(times[1:])


def _drawn(browser: Browser, url: str) -> float:
    with tab(browser) as page:
        page.goto(url)
        page.wait_for_function(DRAWN, timeout=180_000, polling=20)
        return float(page.evaluate("clock.change"))


def large(browser: Browser, patients: int) -> float:
    """Measure changes on a large cohort; return how many waits six quick ones take."""
    told = {"PATIENTS": str(patients)}
    with server(ROOT / "app.py", ROOT, "benchmarks.apps.large", told=told) as url:
        for path, arrow in ARROWS.items():
            with tab(browser) as page:
                visit(page, url, path)
                one = _median(page, THRESHOLD, arrow)
                _print(f"{patients:,} patients, {path}: another threshold, drawn", one, "under 1 s")
                _show_windows(page)
                one = _median(page, WINDOW, arrow)
                _print(f"{patients:,} patients, {path}: another follow-up window, drawn", one, "under 4 s")
                waits = _quickly(page, arrow) / one
                print(
                    f"{'six quick changes of the window take as long as':70} {waits:>8.1f} waits, not six", flush=True
                )
    return waits


def _median(page: Page, key: str, arrow: str, presses: int = 5) -> float:
    press(page, key, arrow)
    return statistics.median(press(page, key, arrow) for _ in range(presses))


def _show_windows(page: Page) -> None:
    page.locator(f".st-key-{WINDOW_SECTION} summary").first.click()
    ready(page, WINDOW)


def _quickly(page: Page, arrow: str) -> float:
    """Press a key several times at once; return the milliseconds from the first press to the one result of the last."""
    field = page.locator(f".st-key-{WINDOW} input")
    last = int(field.input_value()) + (QUICK if arrow == "ArrowUp" else -QUICK)
    field.focus()
    start = page.evaluate("performance.now()")
    for _ in range(QUICK):
        field.press(arrow)
    clock = settled(page)
    expect(page.locator(".st-key-definition")).to_contain_text(f"to {last}")
    return float(clock["change"]) - start


if __name__ == "__main__":
    sys.exit(main())
