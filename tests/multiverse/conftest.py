"""What tests of the multiverse share."""

import pytest

from explorer.multiverse import floor


@pytest.fixture
def of_any_size(monkeypatch):
    """Compare definitions of however few patients, so that they can be counted by hand."""
    monkeypatch.setattr(floor, "FEWEST", 1)
