"""Acts a second on PostgreSQL: beside the ceiling, beside django-hordak, and with row-level security beside without."""

from __future__ import annotations

import math
from collections.abc import Sequence

from psycopg import sql

from bench.ceiling import Ceiling
from bench.crew import Crew
from bench.disbursing import COUNTED, PILOTS_A_TENANT, begin, disbursing
from bench.hordak import Hordak, HordakMissing
from bench.measure import Figure, interleaved, medians, ratio, rounds
from bench.rows import check_same, written
from bench.server import Database, Place
from tests.factories import MadePilot

PROCESSES = 8
ROUNDS = 7
PAIRS, SHORT = 25, 1.5
"""How many slices of how many seconds decide about row-level security: its limit is near to one."""

_WITHOUT_POLICIES = sql.SQL(
    "DO $$ DECLARE name text; BEGIN"
    " FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity LOOP"
    " EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', name);"
    " EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);"
    " END LOOP; END $$"
)


def figures(place: Place) -> list[Figure]:
    """Posting beside the ceiling and django-hordak, and what row-level security costs it."""
    books, pilots = make_books(place)
    return [*_beside_others(place, books, pilots), _row_level_security(place, books, pilots)]


def make_books(place: Place, pilots_a_tenant: int = PILOTS_A_TENANT) -> tuple[Database, list[MadePilot]]:
    """A database of pilots with money in all tenants, and one disbursement of the first of them."""
    books = place.database("acts_books")
    with books.opened():
        return books, begin(pilots_a_tenant)


def ceiling_of_same_rows(place: Place, ledger: Database, books: Database, pilots: Sequence[MadePilot]) -> Ceiling:
    """The ceiling, once it is seen to write the rows that the product writes in `ledger`.

    Raises:
        RowsDiffer: it does not.
    """
    with ledger.opened():
        act = disbursing(COUNTED, pilots[:1])
        ours = written(place, ledger, lambda: (act(), act()))
    beside = place.database("acts_ceiling", of=books.name)
    ceiling = Ceiling(place, beside)
    check_same(ours, written(place, beside, ceiling.once))
    return ceiling


def _beside_others(place: Place, books: Database, pilots: list[MadePilot]) -> list[Figure]:
    ledger = place.database("acts_ledger", of=books.name)
    ceiling = ceiling_of_same_rows(place, ledger, books, pilots)
    with Crew(ledger, PROCESSES, disbursing, pilots) as crew:
        # Its first slice fills caches, as the others' warming up has.
        ceiling.rate()
        try:
            with Hordak(place) as hordak:
                ours, highest, others = rounds([crew.rate, ceiling.rate, hordak.rate], ROUNDS)
        except HordakMissing as missing:
            # The rest can be measured without a package index within reach.
            ours, highest = interleaved(crew.rate, ceiling.rate, ROUNDS)
            return [_beside_ceiling(ours, highest), _beside_hordak(ours, [], f"Not measured: {missing}")]
    return [_beside_ceiling(ours, highest), _beside_hordak(ours, others)]


def _beside_ceiling(ours: list[float], highest: list[float]) -> Figure:
    return Figure(
        name="posting ÷ the database's own ceiling",
        ratio=ratio(ours, highest),
        must=0.20,
        aim=0.45,
        at_least=True,
        sides=medians("dispatch.execute", ours, "one function in pgbench", highest, "acts a second"),
        bound=(
            "An act is one durable commit of the same rows on both sides (counted before the run), by 8 writers over"
            " 330 pilots in 11 tenants, with keys, checks, row-level security and the triggers that keep the positions;"
            " the ceiling is bound by the server's own work, we by Python's between the statements, on the same cores."
        ),
    )


def _beside_hordak(ours: list[float], others: list[float], missing: str = "") -> Figure:
    return Figure(
        name="posting ÷ django-hordak",
        ratio=ratio(ours, others) if others else math.nan,
        must=1.5,
        aim=4,
        at_least=True,
        unit="×",
        sides=missing or medians("dispatch.execute", ours, "django-hordak", others, "commits a second"),
        bound=(
            "django-hordak loads the two accounts that are named and posts one transaction of two legs with"
            " Account.transfer_to() in transaction.atomic(), 8 processes on connections that stay, without a limit, a"
            " number, an idempotency key or a journal; both sides are bound by processor time, ours by those four too."
        ),
    )


def _row_level_security(place: Place, books: Database, pilots: list[MadePilot]) -> Figure:
    with_it = place.database("acts_policies", of=books.name)
    without = place.database("acts_no_policies", of=books.name)
    place.say(_WITHOUT_POLICIES, database_name=without.name)
    with Crew(with_it, PROCESSES, disbursing, pilots) as kept, Crew(without, PROCESSES, disbursing, pilots) as bare:
        on, off = interleaved(lambda: kept.rate(SHORT), lambda: bare.rate(SHORT), PAIRS)
    return Figure(
        name="posting with row-level security ÷ without",
        ratio=ratio(on, off),
        must=0.90,
        aim=0.97,
        at_least=True,
        sides=medians("with", on, "without", off, "acts a second"),
        bound=(
            "A policy adds one comparison of the row's tenant with a setting of the transaction, read once a statement"
            " by a STABLE function; planning it in each statement is what is left of its cost."
        ),
    )
