"""Fills a database of the product with many entries in a minute: one pilot a tenant by the product's own acts, the rest
copied from it by set-based SQL, so that every row is as the product writes it.

Positions, numbers, rights, journal heads and every other balance are set to what the rows come to: posting goes on
from there and `ledger check` finds nothing. The copies' journal entries carry hashes of their own, but no chain.
"""

from __future__ import annotations

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
    with psycopg.connect(url) as connection:
        _copy(connection, per_tenant - 1, payments - 1)
        busy = _busy(connection)
        counted = connection.execute("SELECT count(*) FROM entry").fetchone()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE, FREEZE)")
        connection.execute("CHECKPOINT")
    return Filled(counted[0] if counted else 0, busy, dict.fromkeys(CODES, payments))


def _copy(connection: psycopg.Connection, pilots: int, payments: int) -> None:
    """Copy each tenant's model pilot `pilots` times and its disbursement `payments` times, in one transaction."""
    numbers = {"pilots": pilots, "payments": payments, "busy": BUSY, "busy_payments": BUSY_PAYMENTS}
    triggers = connection.execute(fill_sql.OWN_TRIGGERS).fetchall()
    indexes = connection.execute(fill_sql.PLAIN_INDEXES).fetchall()
    for table in fill_sql.TABLES:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
    for name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for statement in fill_sql.STATEMENTS:
        connection.execute(statement.format(**numbers).encode())
    for _name, definition in indexes:
        connection.execute(definition.encode())
    for table in fill_sql.TABLES:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(sql.Identifier(table)))
    for table, trigger in triggers:
        enabled = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
        connection.execute(enabled.format(sql.Identifier(table), sql.Identifier(trigger)))


def _busy(connection: psycopg.Connection) -> dict[str, list[int]]:
    rows = connection.execute(fill_sql.BUSY).fetchall()
    return {code: [pilot_id for of, pilot_id in rows if of == code] for code in CODES}
