"""Postings with the journal's chain beside the same rows without it: seventeen tenants, sixteen writers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import sql

from bench.crew import Act, Crew
from bench.disbursing import begin, disbursing
from bench.measure import Figure, interleaved, medians, ratio
from bench.server import Database, Place, actor
from ledger import journal
from ledger.database import instant_text
from ledger.domain import chain
from ledger.domain.access import Actor
from ledger.journal import Fact
from ledger.tenancy import Constant, Transaction
from tests.factories import Factory, MadePilot

WRITERS = 16
TENANTS = 17
MODEL = "220300"
"""The tenant whose offices and people the added ones are given."""
PILOTS_A_TENANT = 12
ROUNDS = 9
SECONDS = 2.0

_ADDED = tuple(f"2290{number:02d}" for number in range(1, TENANTS - 11 + 1))
_COPIED = ("office", "person", "person_role", "journal_head")
_COPY = (
    "INSERT INTO {table} SELECT (jsonb_populate_record(r, {changed})).* FROM {table} r WHERE r.tenant_code = {model}"
)
_WITHOUT = (
    "DROP TRIGGER journal_chained ON journal_entry",
    "CREATE SEQUENCE bench_entry START 1000000 CACHE 100",
    "GRANT USAGE ON SEQUENCE bench_entry TO ledger_app",
)
# The same row and as long a payload, but nobody waits for a head: its place and hash are nobody's.
_UNCHAINED = Constant(
    journal._SEALED.replace(
        "SELECT seq + 1 AS seq, :before || hash || :between || (seq + 1) || :after AS payload",
        f"SELECT nextval('bench_entry') AS seq, :before || '{chain.GENESIS}' || :between || '0' || :after AS payload",
    )
    .split(" LEFT JOIN")[0]
    .format(hash=f"'{chain.GENESIS}'")
    + ") p",
    sqlite="SELECT :tenant_code",
)


def figures(place: Place) -> list[Figure]:
    """What the chain costs a province at work."""
    books = place.database("chain_books")
    for code in _ADDED:
        _add_tenant(place, books, code)
    with books.opened():
        pilots = [*begin(PILOTS_A_TENANT), *_allocate_added()]
    chained = place.database("chain_kept", of=books.name)
    unchained = place.database("chain_without", of=books.name)
    place.say(*(sql.SQL(statement) for statement in _WITHOUT), database_name=unchained.name)
    with Crew(chained, WRITERS, disbursing, pilots) as kept, Crew(unchained, WRITERS, _without, pilots) as bare:
        on, off = interleaved(lambda: kept.rate(SECONDS), lambda: bare.rate(SECONDS), ROUNDS)
    return [
        Figure(
            name="posting with the journal's chain ÷ without",
            ratio=ratio(on, off),
            must=0.75,
            aim=0.85,
            at_least=True,
            sides=medians("with", on, "without", off, "acts a second"),
            bound=(
                f"{WRITERS} writers in {TENANTS} tenants; without the chain the same rows are written, but no head is"
                " locked, no hash computed. Bound by writers of one tenant that wait for one another's commit."
            ),
        )
    ]


def _add_tenant(place: Place, books: Database, code: str) -> None:
    """A tenant beyond the eleven: offices, people and a stream like the model's, under its own code."""
    model, new = sql.Literal(MODEL), sql.Literal(code)
    own = sql.SQL("jsonb_build_object('tenant_code', {})").format(new)
    named = sql.SQL("{} || jsonb_build_object('username', replace(r.username, {}, {}))").format(own, model, new)
    signing_in = "INSERT INTO login_name SELECT username, tenant_code, id FROM person WHERE tenant_code = {}"
    place.say(
        sql.SQL(
            "INSERT INTO tenant SELECT {0}, name || {0}, short_name || {0}, kind, position + 20 FROM tenant"
            " WHERE code = {1}"
        ).format(new, model),
        *(
            sql.SQL(_COPY).format(table=sql.Identifier(table), changed=named if table == "person" else own, model=model)
            for table in _COPIED
        ),
        sql.SQL(signing_in).format(new),
        database_name=books.name,
    )


def _allocate_added() -> list[MadePilot]:
    people = {name: actor(name) for name in ("province.officer", "province.reviewer")}
    make = Factory(people.__getitem__)
    return [make.allocated(tenant_code=code) for code in _ADDED for _ in range(PILOTS_A_TENANT)]


def _without(number: int, pilots: Sequence[MadePilot]) -> Act:
    """The same act in a worker whose journal writes its entries side by side."""
    journal._append_stream = _append_beside
    return disbursing(number, pilots)


def _append_beside(transaction: Transaction, stream: str, facts: list[Fact], asker: Actor, now: datetime) -> None:
    for fact in facts:
        body, _committed = journal._body(fact, fact.actor or asker)
        before, between, after = chain.around_link(stream, instant_text(now), body)
        place = {"before": before, "between": between, "after": after}
        transaction.write_many(_UNCHAINED, [{**place, **journal._columns(fact, asker, now)}])
