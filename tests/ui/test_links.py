"""Links to sources: text is never markup, brackets do not end an address, and only the web is linked."""

import pytest

from explorer.ui.links import link


def test_brackets_in_an_address_do_not_end_it():
    assert link("Lancet", "https://doi.org/10.1016/S0140-6736(24)01203-0") == (
        "[Lancet](https://doi.org/10.1016/S0140-6736%2824%2901203-0)"
    )


def test_text_is_never_markup():
    assert link("*a* [b](c)", "https://a.org") == r"[\*a\* \[b\](c)](https://a.org)"


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "see literature.csv"])
def test_what_is_no_web_address_is_not_linked(url):
    assert link("Somebody", url) == "Somebody"
