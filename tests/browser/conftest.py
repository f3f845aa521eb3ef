"""Fixtures of the browser tests: a served ledger with books, Chromium, and the CDN as each test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright

import config
from ledger.domain.pilots import PilotKind
from scripts.assets import FETCHED, SERVED
from tests.browser.house import House, opened_house
from tests.browser.served import served
from tests.browser.visits import Books, Mode, Visit
from tests.browser.windows import opened
from tests.chromium import EXECUTABLE, launch
from tests.conftest import make_settings
from tests.factories import Factory
from tests.fixtures_money import make

__all__ = ["make"]

Browse = Callable[[Mode], AbstractContextManager[Visit]]


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_urls: dict[str, str], tmp_path: Path) -> config.Settings:
    """The test's settings with the CDN on, as by default, but for a test whose mode goes without."""
    mode = getattr(request.node, "callspec", None) and request.node.callspec.params.get("mode")
    cdn = "off" if mode is Mode.LOCAL else config.HTMX_URL
    return make_settings(database_urls, tmp_path, HTMX_CDN=cdn)


@pytest.fixture
def served_at(app: Flask) -> Iterator[str]:
    """The address at which the test's application is really served."""
    with served(app) as base:
        yield base


@pytest.fixture
def books(make: Factory) -> Books:
    """A region with all of its 5,000,000.00 to disburse, and beside it what the totals must not lose."""
    region = make.allocated(5_000_000_00, kind=PilotKind.REGION)
    firm = make.allocated(1_000_000_00)
    make.disbursed(firm, 400_000_37)
    make.disbursed(make.allocated(900_000_00, tenant_code="220581"), 123_456_78)
    return Books(region, firm)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once for the tests of a file."""
    if not EXECUTABLE.exists():
        pytest.fail(f"{EXECUTABLE} is missing: make test installs it", pytrace=False)
    # As patient as with actions: the other worker may be busy with a database.
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served once for the tests of a file."""
    with opened_house(chromium, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def script() -> bytes:
    """The file that the CDN serves, as npm has it."""
    for file in (FETCHED, SERVED):
        if not file.exists():
            pytest.fail(f"{file.relative_to(config.ROOT)} is missing: make test fetches it", pytrace=False)
    return FETCHED.read_bytes()


@pytest.fixture
def browse(chromium: Browser, served_at: str, script: bytes) -> Browse:
    """Open a browser of a person's own; at its end nothing may be left that the browser complained of."""

    @contextmanager
    def browsing(mode: Mode) -> Iterator[Visit]:
        with opened(chromium, served_at, mode, script) as visit:
            yield visit
            assert visit.watch.complaints == []
            assert visit.watch.foreign <= {config.HTMX_URL}

    return browsing
