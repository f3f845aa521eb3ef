"""A pilot's page as people see it, signed in, against a bare view of 25 rows: both by HTTP, on the same server."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

from psycopg import sql

import config
from bench import pages_bare
from bench.measure import Figure, interleaved, medians, ratio
from bench.pages_client import HOST, Readers, request_of
from bench.server import Database, Place, actor
from tests.conftest import PASSWORD, SECRET_KEY, STARTS_AT
from tests.factories import Factory

CONNECTIONS = 8
SECONDS = 3.0
WARM_UP = 3.0
STARTS_WITHIN = 60.0
READER = "220100.finance_reviewer"
"""The one who reads has a to-do count beside the first link."""
PRODUCT = ["--config", "gunicorn.conf.py", "wsgi:app"]
BARE = ["--config", "bench/pages_gunicorn.py", "bench.pages_bare:made()"]
DISBURSEMENTS = 9
ACTS = 6 + 2 * DISBURSEMENTS + 1
"""What happened to the pilot: six acts until money is there, two for each disbursement, and one that waits."""
SHOWN = 20
"""The newest of them, which the page shows before it leads on to the older ones."""
ONE_ACT = "记录 #"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def figures(place: Place) -> list[Figure]:
    """The one figure of pages."""
    product = place.database("pages")
    path = _make_pilot(place, product)
    with ExitStack() as stack:
        ours = stack.enter_context(_served(PRODUCT, _environment(product)))
        bare = stack.enter_context(_served(BARE, {"BARE_URL": _bare_database(place)}))
        pages = [request_of(path, _signed_in(ours, path)) for _ in range(CONNECTIONS)]
        rows = [request_of(f"/{number * 7 + 1}") for number in range(CONNECTIONS)]
        page_readers = Readers(ours, pages)
        bare_readers = Readers(bare, rows)
        for readers in (page_readers, bare_readers):
            readers.rate(WARM_UP)
        first, second = interleaved(lambda: page_readers.rate(SECONDS), lambda: bare_readers.rate(SECONDS))
    return [
        Figure(
            name="a pilot's page, signed in ÷ a bare page",
            ratio=ratio(first, second),
            must=0.35,
            aim=0.60,
            at_least=True,
            sides=medians("the pilot page", first, "the bare view", second, "pages a second")
            + f", each over {CONNECTIONS} kept connections and behind gunicorn with the product's settings."
            f" The page: whole, for a finance reviewer, with money bars, the newest {SHOWN} of"
            f" its {ACTS} acts and a to-do count."
            f" The view: Flask-SQLAlchemy, one indexed read of {pages_bare.ROWS} rows and a small template,"
            " without session, sign-in, row security or headers",
            bound="The interpreter: two exchanges with the database, twenty acts out of JSON, one template.",
        )
    ]


def _make_pilot(place: Place, product: Database) -> str:
    with place.app(product):
        make = Factory(actor)
        pilot = make.allocated(1_000_000_00)
        for _ in range(DISBURSEMENTS):
            make.disbursed(pilot, 40_000_00)
        make.waiting(pilot, 30_000_00)
        return f"/t/{pilot.tenant_code}/pilots/{pilot.id}"


def _bare_database(place: Place) -> str:
    name, role = "bare", "bare_app"
    place.say(
        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)),
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(role)),
    )
    rows = pages_bare.ROWS * pages_bare.OWNERS
    place.say(
        sql.SQL(pages_bare.TABLE),
        sql.SQL(pages_bare.INDEX),
        sql.SQL(pages_bare.FILL).format(owners=sql.Literal(pages_bare.OWNERS), rows=sql.Literal(rows)),
        sql.SQL("ANALYZE bare_row"),
        sql.SQL("GRANT SELECT ON bare_row TO {}").format(sql.Identifier(role)),
        database_name=name,
    )
    return f"postgresql+psycopg://{role}:{role}@{HOST}:{place.server.port}/{name}"


def _environment(product: Database) -> dict[str, str]:
    return {
        "LEDGER_SECRET_KEY": SECRET_KEY,
        "LEDGER_NOW": STARTS_AT.isoformat(),
        **product.urls,
    }


@contextmanager
def _served(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[int]:
    """gunicorn with `arguments` until the end of the block; its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", f"--bind={HOST}:{port}", *arguments]
    settings = os.environ | {"LEDGER_ENV": "test", "PORT": str(port), **environment}
    process = subprocess.Popen(command, cwd=config.ROOT, env=settings, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STARTS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _signed_in(port: int, path: str) -> str:
    """The cookies of a browser that signed in and has read the page once."""
    cookies: dict[str, str] = {}
    connection = http.client.HTTPConnection(HOST, port, timeout=STARTS_WITHIN)
    page = _asked(connection, "GET", "/login", cookies)
    token = _TOKEN.search(page)
    typed = {"csrf_token": token[1] if token else "", "username": READER, "password": PASSWORD}
    _asked(connection, "POST", "/login", cookies, urlencode(typed))
    page = _asked(connection, "GET", path, cookies)
    connection.close()
    if 'id="todo-count"' not in page or page.count(ONE_ACT) != SHOWN:
        raise RuntimeError("the pilot's page is not the one that is to be measured")
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, cookies: dict[str, str], body: str | None = None
) -> str:
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = line.partition(";")[0].partition("=")
        cookies[name] = value
    return answer.read().decode()
