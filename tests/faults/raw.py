"""Raw SQL as the application's role would send it, past every line of our Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ledger import database


@contextmanager
def session_of(app: Flask, tenant_code: str | None, role: str | None = database.APP) -> Iterator[Connection]:
    """A connection of the application's role with one tenant bound, or none."""
    with app.app_context(), database.engine(role).connect() as connection:
        if connection.dialect.name == "postgresql" and tenant_code is not None:
            connection.execute(text("SELECT set_config('app.tenant', :code, true)"), {"code": tenant_code})
        yield connection
        connection.rollback()


def refused(connection: Connection, statement: str, **values: Any) -> bool:
    """Whether the database refuses a statement, or lets it touch no row."""
    savepoint = connection.begin_nested()
    try:
        touched = connection.execute(text(statement), values).rowcount
    except DBAPIError:
        savepoint.rollback()
        return True
    savepoint.rollback()
    return touched == 0


def columns(connection: Connection, table: str) -> list[str]:
    """The names of a table's columns."""
    return list(connection.execute(text(f"SELECT * FROM {table} WHERE 1 = 0")).keys())
