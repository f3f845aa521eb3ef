"""What only reads: several statements in one exchange, nothing written, and nothing left on the connection."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ledger import database
from ledger.tenancy import Constant, OutOfScope, Scope, Transaction
from tests.factories import Factory

_PILOTS = Constant("SELECT id FROM pilot WHERE tenant_code = :tenant_code ORDER BY id")
# Without its predicate row-level security alone stands before the rows.
_ALL_PILOTS = Constant("SELECT count(*) AS found FROM pilot WHERE :tenant_code <> ''")
_WRONG = Constant(
    "SELECT 1 / (CASE WHEN count(*) >= 0 THEN 0 END) AS wrong FROM pilot WHERE tenant_code = :tenant_code"
)
_TAKE = Constant("DELETE FROM sign_in_throttle WHERE :tenant_code <> ''")
_SETTINGS = Constant(
    "SELECT current_setting('app.tenant', true) AS code, current_setting('transaction_read_only') AS read_only",
    province_wide=True,
)
on_postgresql = pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)


def test_readings_are_answered_in_their_order(app: Flask, make: Factory) -> None:
    pilot = make.allocated(1000)
    transaction = Transaction(database.engine(), Scope(pilot.tenant_code))
    pilots, found, again = transaction.read_all([(_PILOTS, {}), (_ALL_PILOTS, {}), (_PILOTS, {})])
    assert [row.id for row in pilots] == [pilot.id]
    assert again == pilots
    assert found[0].found >= 1
    transaction.close()


def test_what_only_reads_writes_nothing(app: Flask) -> None:
    transaction = Transaction(database.engine(), Scope("220100"))
    for writing in (transaction.write, transaction.rows):
        with pytest.raises(OutOfScope):
            writing(_TAKE, {})
    transaction.close()


@on_postgresql
def test_a_reading_is_bound_and_read_only_and_leaves_nothing_behind(app: Flask, make: Factory) -> None:
    make.allocated(1000)
    transaction = Transaction(database.engine(), Scope("220100"))
    ((row,), (found,)) = transaction.read_all([(_SETTINGS, {}), (_ALL_PILOTS, {})])
    assert (row.code, row.read_only, found.found) == ("220100", "on", 1)
    transaction.enter(Scope("220200"))
    ((row,), (found,)) = transaction.read_all([(_SETTINGS, {}), (_ALL_PILOTS, {})])
    assert (row.code, found.found) == ("220200", 0)
    transaction.close()
    with database.engine().connect() as connection:
        words = (
            "SELECT current_setting('app.tenant', true), current_setting('transaction_read_only'), count(*) FROM pilot"
        )
        code, read_only, count = connection.exec_driver_sql(words).one()
    assert (code or "", read_only, count) == ("", "off", 0)


@on_postgresql
def test_the_error_among_several_readings_comes_out_and_the_next_ones_go_on(app: Flask, make: Factory) -> None:
    pilot = make.allocated(1000)
    transaction = Transaction(database.engine(), Scope(pilot.tenant_code))
    with pytest.raises(DBAPIError, match="division by zero"):
        transaction.read_all([(_PILOTS, {}), (_WRONG, {}), (_PILOTS, {})])
    assert [row.id for row in transaction.rows(_PILOTS, {})] == [pilot.id]
    transaction.close()
