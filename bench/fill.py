"""Fills a database of the product with many entries in a minute: one pilot a tenant by the product's own acts, the rest
copied from it by set-based SQL, so that every row is as the product writes it.

Positions, numbers, rights, journal heads and every other balance are set to what the rows come to: posting goes on
from there and `ledger check` finds nothing. The copies' journal entries carry hashes of their own, but no chain; most
payments' have short texts, for they are most of what is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bench import fill_sql
from bench.server import Database, Place, actor
from ledger.identity.queries import TENANTS
from tests.factories import Factory

PILOTS = 3_000
CODES = tuple(row.code for row in TENANTS if row.code != "220000")
AWARDED = 5_000_000
"""Fen: a pilot's award and allocation, far above what its disbursements come to."""
PAID = 10_000
"""Fen of one disbursement."""
PER_PAGE = 50
BUSY = 25
BUSY_PAYMENTS = 12
"""So many pilots of each tenant have at least so many disbursements, at whatever size: their pages are equally long."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled database holds, for those who read from it."""

    entries: int
    busy_pilots: dict[str, list[int]]
    """Pilots of each tenant whose pages are full."""
    disbursements: dict[str, int]
    """How many a tenant's list has: whole pages of `PER_PAGE`."""


def fill(place: Place, filled: Database, entries: int, pilots: int = PILOTS) -> Filled:
    """Fill `filled` up to about `entries` entries; never more, whole pages in each tenant's list."""
    with filled.opened():
        make = Factory(actor)
        for code in CODES:
            made = make.allocated(AWARDED, tenant_code=code)
            make.disbursed(made, PAID, voucher_no=f"MODEL-{code}")
    per_tenant = pilots // len(CODES)
    room = (entries - 2 * per_tenant * len(CODES)) // len(CODES)
    payments = max(room // PER_PAGE, 1) * PER_PAGE
    url = make_url(place.server.admin_url).set(database=filled.name).render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        _copy(url, connection, per_tenant - 1, payments - 1)
        busy = _busy(connection)
        connection.execute(fill_sql.DONE)
        counted = connection.execute("SELECT count(*) FROM entry").fetchone()
        connection.execute("VACUUM (ANALYZE, FREEZE, PARALLEL 2)")
        connection.execute("CHECKPOINT")
    return Filled(counted[0] if counted else 0, busy, dict.fromkeys(CODES, payments))


def _copy(url: str, connection: psycopg.Connection, pilots: int, payments: int) -> None:
    """Copy each tenant's model pilot `pilots` times and its disbursement `payments` times.

    Without triggers and indexes, which are put back at the end. A fill that fails leaves a database for nobody.
    """
    numbers = {"pilots": pilots, "payments": payments, "busy": BUSY, "busy_payments": BUSY_PAYMENTS}
    triggers = connection.execute(fill_sql.OWN_TRIGGERS).fetchall()
    indexes = connection.execute(fill_sql.PLAIN_INDEXES).fetchall()
    for table in fill_sql.TABLES:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
    for _table, name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    _execute(url, fill_sql.PILOTS, numbers)
    told = [definition for table, _name, definition in indexes if table == "journal_entry"]
    rest = [definition for table, _name, definition in indexes if table != "journal_entry"]
    with ThreadPoolExecutor(2) as sessions:
        journal = sessions.submit(_execute, url, fill_sql.JOURNAL, numbers, told)
        documents = sessions.submit(_execute, url, fill_sql.DOCUMENTS, numbers, rest)
        journal.result()
        documents.result()
    for table in fill_sql.TABLES:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(sql.Identifier(table)))
    for table, trigger in triggers:
        enabled = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
        connection.execute(enabled.format(sql.Identifier(table), sql.Identifier(trigger)))


def _execute(url: str, statements: Sequence[str], numbers: Mapping[str, int], indexes: Sequence[str] = ()) -> None:
    """Execute statements, filled in with `numbers`, then those of `indexes`, in a session of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (*fill_sql.SETTINGS, *(one.format(**numbers) for one in statements), *indexes):
            connection.execute(statement.encode())


def _busy(connection: psycopg.Connection) -> dict[str, list[int]]:
    rows = connection.execute(fill_sql.BUSY).fetchall()
    return {code: [pilot_id for of, pilot_id in rows if of == code] for code in CODES}
