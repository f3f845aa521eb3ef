"""Fixtures of the browser tests: a served ledger with books, Chromium, and the CDN as each test wants it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

import config
from ledger.domain.pilots import PilotKind
from scripts.assets import FETCHED, SERVED
from tests.browser.visits import Books, Mode, Visit, opened
from tests.chromium import EXECUTABLE, launch
from tests.conftest import make_settings
from tests.factories import Factory
from tests.fixtures_money import make

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["make"]

Browse = Callable[[Mode], AbstractContextManager[Visit]]


@pytest.fixture
def settings(database_urls: dict[str, str], tmp_path: Path) -> config.Settings:
    """The test's settings with the CDN on: the pages ask for htmx as they do by default."""
    return make_settings(database_urls, tmp_path, HTMX_CDN=config.HTMX_URL)


def whole(app: WSGIApplication) -> WSGIApplication:
    """`app` with each answer read to its end before it is sent.

    Werkzeug's server leaves a file open when the browser goes on to the next page while it is sent.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer


@pytest.fixture
def served_at(app: Flask) -> Iterator[str]:
    """The address at which the test's application is really served."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


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
