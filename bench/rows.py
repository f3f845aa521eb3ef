"""Which rows a side wrote: that both sides of a ratio do the same is counted, not believed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bench.server import Database, Place

_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"


class RowsDiffer(Exception):
    """The two sides of a ratio write different rows; the ratio would mean nothing."""


def written(place: Place, database: Database, act: Callable[[], object]) -> dict[str, int]:
    """How many rows `act` adds to each table; tables that it leaves as long as they were are left out."""
    before = _counts(place, database)
    act()
    after = _counts(place, database)
    return {table: after[table] - count for table, count in before.items() if after[table] != count}


def check_same(first: Mapping[str, int], second: Mapping[str, int]) -> None:
    """Refuse to compare two sides that write different rows.

    Raises:
        RowsDiffer: and which.
    """
    if dict(first) != dict(second):
        raise RowsDiffer(f"one side wrote {dict(first)}, the other {dict(second)}")


def _counts(place: Place, database: Database) -> dict[str, int]:
    if database.settings.is_postgresql:
        return _postgresql_counts(place, database)
    with closing(sqlite3.connect(str(make_url(database.url).database))) as connection:
        names = [str(row[0]) for row in connection.execute(_SQLITE_TABLES)]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _postgresql_counts(place: Place, database: Database) -> dict[str, int]:
    found = {}
    # As the administrator: row-level security would hide rows from everyone else.
    with psycopg.connect(place.server.admin_url, dbname=database.name) as connection:
        for (name,) in connection.execute(_TABLES).fetchall():
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
            found[str(name)] = int(row[0]) if row else 0
    return found
