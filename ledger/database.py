"""The database: engines, naming of constraints, and the column types for money and instants.

Nothing else in the product touches an engine. SQLite writers take turns (a lock in
the process, a lock file between processes), because eight writers that wait on
`busy_timeout` starve one another.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, MetaData, Text, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

from ledger.domain import chain
from ledger.domain.money import Money
from ledger.drivers import Driver, Postgresql, Sqlite
from ledger.turns import Queue, place_in_line

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class MoneyType(TypeDecorator[Money]):
    """Money as whole fen in a BIGINT; exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        return None if value is None else value.fen

    def process_result_value(self, value: Any, dialect: Dialect) -> Money | None:
        return None if value is None else Money(int(value))


class UtcInstant(TypeDecorator[datetime]):
    """An aware UTC instant: TIMESTAMPTZ on PostgreSQL, sortable ISO text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant must carry its zone")
        return value.astimezone(UTC) if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def instant_text(value: datetime) -> str:
    """An instant as it is stored and journalled: `2026-11-23T02:40:00.000000+00:00`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class Base(DeclarativeBase):
    """The parent of every table; types follow from the annotation."""

    metadata = MetaData(naming_convention=NAMING)
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            Money: MoneyType,
            datetime: UtcInstant,
            date: Date,
            str: Text,
            int: BigInteger,
            bool: Boolean,
        },
    )


db = SQLAlchemy(disable_autonaming=True)

APP, PROVINCE, AUDIT, OWNER, SIGNER = None, "province", "audit", "owner", "signer"
"""Engine names, one for each database role."""

_turns: dict[str, Queue] = {}
_turns_guard = threading.Lock()


def configure(app: Flask, urls: dict[str | None, str]) -> None:
    """Attach the engines to `app`: the application role, and a bind for each other role."""
    app.config["SQLALCHEMY_DATABASE_URI"] = urls[APP]
    app.config["SQLALCHEMY_BINDS"] = {key: url for key, url in urls.items() if key is not None}
    # A transaction of ours ends before its connection goes back: the pool has nothing to undo.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 10,
        "pool_reset_on_return": None,
    }
    for url in urls.values():
        if url.startswith("sqlite"):
            app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {}
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        for key in urls:
            prepare_engine(engine(key))


def attach(role: str, url: str) -> None:
    """Add the engine of a role that one process alone signs in as: no other is given its address."""
    if role not in db.engines:
        made = create_engine(url, pool_reset_on_return=None)
        prepare_engine(made)
        cast("dict[str | None, Engine]", db.engines)[role] = made


def engine(role: str | None = APP) -> Engine:
    """The engine that signs in as `role`."""
    return db.engines[role]


def is_sqlite(role: str | None = APP) -> bool:
    return engine(role).dialect.name == "sqlite"


def prepare_engine(made: Engine) -> None:
    """Give an engine what each of its connections starts with."""
    if made.dialect.name == "postgresql" and not event.contains(made, "connect", _postgresql_connect):
        event.listen(made, "connect", _postgresql_connect)
    if made.dialect.name == "sqlite" and not event.contains(made, "connect", _sqlite_connect):
        event.listen(made, "connect", _sqlite_connect)
        event.listen(made, "begin", _sqlite_begin)


def _postgresql_connect(connection: Any, _record: Any) -> None:
    # One type for every whole number: a statement is prepared once, not once for each size of its numbers.
    connection.adapters.register_dumper(int, Int8Dumper)
    # psycopg prepares nothing by itself: after a rollback it would deallocate every name, and with its own also ours.
    connection.prepare_threshold = None


def _sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE is ours to send.
    connection.isolation_level = None
    connection.create_function("sha256_of", 1, chain.entry_hash, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # Without it REPLACE slips past the triggers that refuse a delete.
        "recursive_triggers=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # Where a transaction of ours is begun already, an ORM session goes on in it.
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        connection.exec_driver_sql(connection.get_execution_options().get("ledger_begin", "BEGIN"))


WRITING = {"ledger_begin": "BEGIN IMMEDIATE"}
"""Execution options of a connection that is going to write without a transaction of ours."""


@contextmanager
def write_turn(made: Engine | None = None) -> Iterator[None]:
    """Wait for this writer's turn on SQLite; PostgreSQL needs none."""
    made = made or engine()
    name = made.url.database
    if made.dialect.name != "sqlite" or not name or name == ":memory:":
        yield
        return
    with _turns_guard:
        turn = _turns.setdefault(name, Queue())
    with turn, place_in_line(Path(f"{name}.lock")):
        yield


def driver_of(connection: Connection) -> Driver:
    """The driver under a connection of ours."""
    # Kept with it: which statements it has prepared, and how values of each type are sent and read.
    if "ledger_driver" not in connection.info:
        driver: Any = connection.connection.driver_connection
        connection.info["ledger_driver"] = (Sqlite if connection.dialect.name == "sqlite" else Postgresql)(driver)
    kept: Driver = connection.info["ledger_driver"]
    return kept


def refused(connection: Connection, error: BaseException) -> BaseException:
    """A driver's error as SQLAlchemy's, every other as it is.

    A lost connection is thrown away, and with it every idle one of its pool.
    """
    dialect = connection.dialect
    dbapi = dialect.loaded_dbapi
    if not isinstance(error, dbapi.Error):
        return error
    lost = dialect.is_disconnect(cast("Any", error), connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(error)
        connection.engine.dispose()
    # Without its statement: what a person sent may stand in it.
    return DBAPIError.instance(None, None, error, dbapi.Error, connection_invalidated=lost, dialect=dialect)


def is_superuser(role: str | None = APP) -> bool:
    """Whether the role could pass every policy: a superuser, or one that bypasses row-level security."""
    if is_sqlite(role):
        return False
    with engine(role).connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).one()
    return bool(row[0])


def dispose() -> None:
    """Close every pooled connection, as after a fork or before a database is replaced."""
    for made in db.engines.values():
        made.dispose()
