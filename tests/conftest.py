"""Fixtures of all tests: both databases with reference and accounts, the application, people and clients.

A database is prepared once a session and copied for each test, so that tests share no row.
"""

from __future__ import annotations

import contextvars
import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import make_url
from werkzeug.test import TestResponse

import config
from ledger import clock, database, schema
from ledger.app import create_app
from ledger.cli_database import create_database
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Actor
from ledger.identity import store_passwords
from ledger.identity.commands_setup import OpenStreams, SetUpAccounts
from ledger.identity.commands_tokens import make_token
from ledger.identity.queries import FindActor
from ledger.identity.store_reference import load_reference
from tests.postgres import PostgresMissing, Server, running_server

PASSWORD = "correct horse battery"
"""The password of every account in the tests."""
STARTS_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""The instant at which each test begins: a Monday, 10:00 in Beijing."""
SECRET_KEY = "only-for-tests-0123456789"

_URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PROVINCE_URL", "DATABASE_AUDIT_URL", "DATABASE_SIGNER_URL")
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from holding one request context, and its `g`, open over the whole test."""


def make_settings(urls: dict[str, str], instance: Path, **changes: str) -> config.Settings:
    """Settings of a test application on the databases of `urls`, by variable name."""
    environ = {
        "LEDGER_ENV": "test",
        "LEDGER_SECRET_KEY": SECRET_KEY,
        "LEDGER_NOW": STARTS_AT.isoformat(),
        "HTMX_CDN": "off",
        **urls,
        **changes,
    }
    return config.load(environ, instance=instance)


def prepare(settings: config.Settings) -> None:
    """Migrate an empty database and give it tenants, open streams and accounts."""
    schema.migrate(settings.database_owner_url)
    load_reference(settings.database_owner_url)
    app = Flask("prepare")
    roles = {
        database.APP: settings.database_url,
        database.PROVINCE: settings.database_province_url,
        database.AUDIT: settings.database_audit_url,
    }
    database.configure(app, roles)
    clock.configure(STARTS_AT)
    store_passwords.make_cheap()
    with app.app_context():
        execute(OpenStreams(), SYSTEM)
        execute(SetUpAccounts(PASSWORD), SYSTEM)
        database.dispose()
    clock.configure(None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("sqlite")
    prepare(make_settings({"DATABASE_URL": f"sqlite:///{folder / 'template.db'}"}, folder))
    return folder / "template.db"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server with the roles of the ledger and its prepared database `ledger`."""

    server: Server
    urls: dict[str, str]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One PostgreSQL server for the session, its database prepared."""
    try:
        with running_server() as server:
            urls = create_database(server.admin_url)
            prepare(make_settings(urls, tmp_path_factory.mktemp("postgres")))
            yield Postgres(server, urls)
    except PostgresMissing as missing:
        pytest.fail(str(missing))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The addresses of a prepared database of the test's own, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        copy = tmp_path / "ledger.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        yield dict.fromkeys(_URLS, f"sqlite:///{copy}")
        return
    with copied(request.getfixturevalue("postgres")) as urls:
        yield urls


class copied:  # noqa: N801  used as a with statement
    """A copy of the prepared PostgreSQL database, dropped at the end of the block."""

    def __init__(self, postgres: Postgres) -> None:
        self._admin_url = postgres.server.admin_url
        self._name = f"copy_{os.getpid()}_{next(_numbers)}"
        self._urls = postgres.urls

    def __enter__(self) -> dict[str, str]:
        self._say(f'CREATE DATABASE "{self._name}" TEMPLATE ledger OWNER ledger_owner')
        for role in ("app", "owner", "province", "audit", "signer"):
            self._say(f'GRANT CONNECT ON DATABASE "{self._name}" TO ledger_{role}')
        self._say(f'GRANT TEMPORARY ON DATABASE "{self._name}" TO ledger_app')
        return {
            variable: make_url(url).set(database=self._name).render_as_string(hide_password=False)
            for variable, url in self._urls.items()
        }

    def __exit__(self, *_raised: object) -> None:
        self._say(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def settings(database_urls: dict[str, str], tmp_path: Path) -> config.Settings:
    """The settings of the test's application."""
    return make_settings(database_urls, tmp_path)


@pytest.fixture
def served() -> None:
    """Every face is served; a folder of tests that wants fewer, or its own, overrides this."""


@pytest.fixture
def app(settings: config.Settings, served: None) -> Iterator[Flask]:
    """The application on a database of the test's own, its context pushed for commands and queries."""
    made = create_app(settings)
    made.testing = True
    made.test_client_class = Client
    context = made.app_context()
    context.push()
    yield made
    database.dispose()
    context.pop()
    clock.configure(None)


class Client(FlaskClient):
    """A client whose requests see nothing of the test's application context, nor of each other's `g`."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        # Read to the end: a file that is served would stay open.
        options.setdefault("buffered", True)
        return contextvars.Context().run(super().open, *args, **options)


class Browser:
    """A client that sends forms as a page of ours does: with the token that the page carried."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """Send the sign-in form."""
        return self.post("/login", {"username": username, "password": password})

    def get(self, url: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        """GET a page, or a fragment as htmx does."""
        return self.client.get(url, headers=self._headers(htmx, options), **options)

    def post(self, url: str, form: dict[str, Any] | None = None, *, htmx: bool = False, **options: Any) -> TestResponse:
        """POST a form with a valid token."""
        sent = {"csrf_token": self.fresh_token(), **(form or {})}
        return self.client.post(url, data=sent, headers=self._headers(htmx, options), **options)

    def fresh_token(self) -> str:
        """A form token of the browser's session, as the page that the form stands on carries it."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(SECRET_KEY, salt="wtf-csrf-token").dumps(raw))

    @staticmethod
    def _headers(htmx: bool, options: dict[str, Any]) -> dict[str, str]:
        headers = dict(options.pop("headers", {}))
        return {**headers, "HX-Request": "true"} if htmx else headers


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Make a browser that nobody has signed in with."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """Make a browser signed in as `username`."""

    def signed_in(username: str) -> Browser:
        made = Browser(app.test_client())
        answer = made.sign_in(username)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return made

    return signed_in


@pytest.fixture
def api(app: Flask, actor: Callable[[str], Actor]) -> Callable[[str], FlaskClient]:
    """Make a client of the JSON API that carries a token of `username`."""

    def with_token(username: str) -> FlaskClient:
        made = app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_token(actor(username))}"
        return made

    return with_token


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    """Look a person up, as commands and queries take them."""
    return lambda username: ask(FindActor(username), SYSTEM)
