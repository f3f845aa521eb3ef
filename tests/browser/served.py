"""A ledger that is really served: any application of a test, or the demo with its places."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from flask import Flask, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import abort
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

import config
from ledger import clock, database
from ledger.app import create_app
from ledger.domain.errors import Conflict
from tests.browser.places import Places, furnish
from tests.conftest import PASSWORD, STARTS_AT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAULT_HEADER: Final = "X-Test-Fault"
"""A request that carries it fails with the status that it names; only the tests' own applications look at it."""


def whole(app: WSGIApplication) -> WSGIApplication:
    """`app` with each answer read to its end before it is sent.

    Werkzeug's server leaves a file open when the browser goes on to the next page while it is sent.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which the application answers while the block lasts."""
    # A line for each file of each page would hide what a failed test says.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fail_when_asked(app: Flask) -> None:
    """Let a request of `app` fail as its header says: before a page is made, as a fault of the ledger would."""

    def fail() -> None:
        named = request.headers.get(FAULT_HEADER)
        if named and not (request.endpoint or "").endswith("static"):
            _raise(int(named))

    app.before_request(fail)


def _raise(status: int) -> NoReturn:
    if status == 500:
        raise RuntimeError("a fault that the test asked for")
    if status == 503:
        raise OperationalError("SELECT", {}, Exception("the database is away"))
    if status == 409:
        raise Conflict("这张单据刚被他人处理。请刷新后查看最新状态。")
    abort(status)


@contextmanager
def demo(folder: Path, **changes: str) -> Iterator[tuple[str, Places]]:
    """The address of a served demo with its places; `folder` holds its database and stays the caller's."""
    environ: Mapping[str, str] = {
        "LEDGER_ENV": "demo",
        "LEDGER_SECRET_KEY": secrets.token_urlsafe(48),
        "LEDGER_DEMO_PASSWORD": PASSWORD,
        "LEDGER_NOW": STARTS_AT.isoformat(),
        "HTMX_CDN": "off",
        **changes,
    }
    app = create_app(config.load(environ, instance=folder))
    done = app.test_cli_runner().invoke(args=["ledger", "init", "--demo"])
    if done.exit_code != 0:
        raise RuntimeError(f"the demo could not be loaded: {done.output.strip()}") from done.exception
    fail_when_asked(app)
    app.logger.setLevel(logging.CRITICAL)
    with app.app_context():
        places = furnish()
    try:
        with served(app) as base:
            yield base, places
    finally:
        with app.app_context():
            database.dispose()
        clock.configure(None)
