"""The schema's version: bring a database to its head, and say whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import Connection

import ledger.audit.models
import ledger.changes.models
import ledger.exchange.models
import ledger.files.models
import ledger.funds.models
import ledger.idempotency
import ledger.identity.models
import ledger.jobs.models
import ledger.journal
import ledger.pilots.models  # noqa: F401  every table is known once this module is
from ledger import database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def metadata() -> MetaData:
    """All tables of the product."""
    return database.Base.metadata


def _config() -> Config:
    return Config(str(MIGRATIONS / "alembic.ini"))


def head() -> str:
    """The one head of the migrations."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError("the migrations have no head")
    return found


def current(connection: Connection) -> str | None:
    """The version that the database is at, or None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the database up to `revision` (or down to it) as its owner."""
    engine = create_engine(owner_url)
    database.prepare_engine(engine)
    config = _config()
    try:
        with database.write_turn(engine), engine.connect() as connection:
            config.attributes["connection"] = connection
            if _is_below(connection, revision):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()


def _is_below(connection: Connection, revision: str) -> bool:
    now = current(connection)
    return revision == "base" or (revision not in ("head", now) and now is not None and revision < now)
