"""What tests in more than one folder share."""

import pytest


@pytest.fixture(scope="session")
def playwright():
    """The one driver of browsers: a second one in the same process refuses to start."""
    from playwright.sync_api import sync_playwright  # here, so that a skip needs no playwright

    with sync_playwright() as driver:
        yield driver
