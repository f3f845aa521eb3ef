"""What the ledger's acts are compared with writes the rows that the ledger writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import acts, sqlite
from bench.raw_sqlite import raw_disbursing
from bench.rows import RowsDiffer, check_same, written
from bench.server import Place
from tests.postgres import THROWN_AWAY

PAIR = {"document": 1, "entry": 1, "idempotency_key": 2, "journal_entry": 2}
"""What a record and its approval add to the tables."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with Place.started(THROWN_AWAY) as started:
        yield started


@pytest.mark.postgres
def test_the_function_in_pgbench_writes_the_rows_of_the_product(place: Place) -> None:
    books, pilots = acts.make_books(place, pilots_a_tenant=1)
    ledger = place.database("ledger_side", of=books.name)
    ceiling = acts.ceiling_of_same_rows(place, ledger, books, pilots)
    assert written(place, ceiling.database, ceiling.once) == PAIR


def test_the_raw_loop_on_sqlite_writes_the_rows_of_the_product(place: Place) -> None:
    books, pilots = sqlite.make_books(place, pilots_a_tenant=1)
    ledger, raw = sqlite.copy_of(books, "ledger_side"), sqlite.copy_of(books, "raw_side")
    sqlite.check_rows(place, ledger, raw, pilots)
    loop = raw_disbursing(0, str(sqlite.path_of(raw)), first_only=True)
    assert written(place, raw, lambda: (loop(), loop())) == PAIR


def test_other_rows_are_refused() -> None:
    with pytest.raises(RowsDiffer):
        check_same(PAIR, PAIR | {"entry": 2})


def test_a_writer_that_starves_is_seen() -> None:
    assert sqlite.worst_p95([[0.01] * 99, [0.01, 5.0]]) == 5.0
