"""Acting on a page only once it stands still, as a reader does: a list that is open closes when its page still moves."""


def at_rest(page):
    """Wait until the script has ended."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def settled(page, where):
    """Wait until something has stood still for half a second, and return where it stands."""
    last = None
    while (now := where()) != last:
        last = now
        page.wait_for_timeout(500)
    return now


def choose(page, box, option):
    """Choose an option, by its name, of a box with a list."""
    at_rest(page)
    box.scroll_into_view_if_needed()
    settled(page, box.bounding_box)
    box.click()
    page.get_by_role("option", name=option, exact=isinstance(option, str)).first.click()
