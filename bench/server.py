"""The place that benchmarks run in: a durable PostgreSQL server of their own, and databases of the product on it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import make_url

import config
from ledger import clock, database, serving
from ledger.cli_database import ROLES, create_database
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.money import Money
from ledger.domain.policy import Switches
from ledger.funds.commands_fund_line import SetFundLine
from ledger.identity.queries import FindActor
from ledger.pilots.commands_policy import PublishPolicy
from tests.conftest import make_settings, prepare
from tests.postgres import Server, find_programs, start_server

DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}
"""As a small production server has it: each commit waits until it is on the disk, and checkpoints are far between."""
PREPARED = "ledger"
"""The database with tables, accounts, a policy in force and a fund line; every other is a copy."""
FUND_LINE = Money(100_000_000_000_00)
YEAR = 2026


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of the product; may be handed to other processes."""

    name: str
    urls: dict[str, str]
    """Each role's address by variable name."""
    folder: Path
    """The instance folder of an application on it."""

    @property
    def settings(self) -> config.Settings:
        return make_settings(self.urls, self.folder)

    @property
    def url(self) -> str:
        """The application role's address, as SQLAlchemy takes it."""
        return self.urls["DATABASE_URL"]

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """The product without its faces on this database, for commands and queries; closed at the end."""
        settings = self.settings
        app = Flask("bench", instance_path=str(self.folder))
        app.config["SETTINGS"] = settings
        clock.configure(settings.starts_at)
        database.configure(
            app,
            {
                database.APP: settings.database_url,
                database.PROVINCE: settings.database_province_url,
                database.AUDIT: settings.database_audit_url,
            },
        )
        serving.catch_up(app)
        with _pushed(app):
            yield app

    @contextmanager
    def served(self) -> Iterator[Flask]:
        """The product's whole application on this database, its context pushed; closed at the end."""
        # Its faces take a second to import: processes that only post do without.
        from ledger.app import create_app

        with _pushed(create_app(self.settings)) as app:
            yield app


@contextmanager
def _pushed(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        try:
            yield app
        finally:
            database.dispose()
            clock.configure(None)


class Place:
    """The server and folder of one run; everything in them is thrown away at its end."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self._urls = create_database(server.admin_url, PREPARED)
        self._prepare(Database(PREPARED, self._urls, self.folder))
        self._sqlite_ready = False

    @classmethod
    @contextmanager
    def started(cls, settings: Mapping[str, str] = DURABLE) -> Iterator[Self]:
        """A server with the prepared database, for the length of a `with` block."""
        folder = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
        try:
            server = start_server(settings)
            try:
                yield cls(server, folder)
            finally:
                server.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def database(self, name: str, of: str = PREPARED) -> Database:
        """A new database `name`, a copy of `of` with the roles as in production.

        Nobody may be connected to `of` meanwhile.
        """
        copy = sql.Identifier(name)
        roles = sql.SQL(", ").join(sql.Identifier(f"{PREPARED}_{suffix}") for suffix in ROLES.values())
        app = sql.Identifier(f"{PREPARED}_app")
        owner = sql.Identifier(f"{PREPARED}_owner")
        self.say(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(copy, sql.Identifier(of), owner),
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(copy),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(copy, roles),
            sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(copy, app),
        )
        urls = {
            variable: make_url(url).set(database=name).render_as_string(hide_password=False)
            for variable, url in self._urls.items()
        }
        return Database(name, urls, self.folder)

    def sqlite(self, name: str) -> Database:
        """A new SQLite file with the same prepared rows."""
        template = self.folder / f"{PREPARED}.db"
        if not self._sqlite_ready:
            self._prepare(self._sqlite_at(template))
            self._sqlite_ready = True
        copy = self.folder / f"{name}.db"
        shutil.copyfile(template, copy)
        return self._sqlite_at(copy)

    def say(self, *statements: sql.SQL | sql.Composed, database_name: str = "postgres") -> None:
        """Execute statements as the server's administrator, each in its own transaction."""
        with psycopg.connect(self.server.admin_url, dbname=database_name, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def program(self, name: str) -> str:
        """The path of a program that comes with the server: `pgbench`, `psql`."""
        return str(find_programs() / name)

    @contextmanager
    def app(self, database: Database) -> Iterator[Flask]:
        """The product's whole application on `database`, its context pushed."""
        with database.served() as app:
            yield app

    def _sqlite_at(self, path: Path) -> Database:
        variables = ("DATABASE_URL", *(name for name in ROLES if name != "DATABASE_URL"))
        return Database(path.stem, dict.fromkeys(variables, f"sqlite:///{path}"), self.folder)

    def _prepare(self, made: Database) -> None:
        prepare(made.settings)
        with made.opened():
            officer, reviewer = actor("province.officer"), actor("province.reviewer")
            execute(
                PublishPolicy(
                    effective_from=date(YEAR, 1, 1),
                    document_no="吉发改服务〔2026〕1号",
                    switches=Switches(),
                    checker=reviewer,
                ),
                officer,
            )
            execute(SetFundLine(fiscal_year=YEAR, total=FUND_LINE, checker=reviewer), officer)


def actor(username: str) -> Actor:
    """A person of the opened database, as commands and queries take them."""
    return ask(FindActor(username), SYSTEM)
