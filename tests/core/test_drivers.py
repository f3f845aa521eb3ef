"""Statements on their way to the driver: the same values come back on both databases, and what is lost is replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from ledger import database, dispatch
from ledger.desk import Desk
from ledger.domain.access import SYSTEM, Permission
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.queries_lists import ListDocuments
from ledger.journal import Fact
from ledger.tenancy import ENTRANCE, Constant, Scope, Transaction
from ledger.turns import Queue, place_in_line
from tests.conftest import Postgres
from tests.factories import Factory

_ECHO = Constant(
    "SELECT CAST(:amount AS bigint) AS amount, :kind || '' AS kind, CAST(:number AS bigint) AS number, d.code"
    " FROM tenant d WHERE d.code = :code AND :tenant_code <> ''"
)
_KEEP = Constant(
    "INSERT INTO idempotency_key (tenant_code, idempotency_key, fingerprint, answer, recorded_at)"
    " VALUES (:tenant_code, :key, :fingerprint, :answer, :recorded_at)"
)
_KEPT = Constant(
    "SELECT idempotency_key, fingerprint, answer, recorded_at FROM idempotency_key"
    " WHERE tenant_code = :tenant_code ORDER BY idempotency_key"
)
_AT = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)


@dataclass(frozen=True)
class _Ask:
    permission: ClassVar[Permission] = Permission.SYSTEM
    statement: Constant
    values: dict[str, Any]
    tenant_code: str = "220100"

    def run(self, desk: Desk) -> Sequence[Any]:
        return desk.rows(self.statement, **self.values)


def _kept(key: str, **changes: Any) -> dict[str, Any]:
    return {"key": key, "fingerprint": "f", "answer": None, "recorded_at": _AT, **changes}


def test_values_come_back_as_they_were_given(app: Flask) -> None:
    given = {"amount": Money(-5), "kind": DocumentKind.AWARD, "number": 2**62, "code": "220100"}
    (row,) = dispatch.ask(_Ask(_ECHO, given), SYSTEM)
    assert (row.amount, row.kind, row.number) == (Money(-5), "award", 2**62)
    assert row._mapping == {"amount": Money(-5), "kind": "award", "number": 2**62, "code": "220100"}


def test_instants_come_back_in_utc_and_none_without_a_zone_is_taken(app: Flask) -> None:
    with_zone = _kept("k", recorded_at=datetime.fromisoformat("2026-11-23T10:40:00+08:00"))
    transaction = Transaction(database.engine(), Scope("220100"), writing=True)
    transaction.write_many(_KEEP, [with_zone])
    (row,) = transaction.rows(_KEPT, {})
    assert row.recorded_at == _AT
    assert row.recorded_at.tzinfo is UTC
    with pytest.raises(TypeError):
        transaction.write_many(_KEEP, [_kept("l", recorded_at=_AT.replace(tzinfo=None))])
    transaction.close()


def test_many_rows_are_written_as_one_is_and_not_before_the_commit(app: Flask) -> None:
    transaction = Transaction(database.engine(), Scope("220100"), writing=True)
    transaction.write_many(_KEEP, [_kept("a", answer="[]")])
    transaction.write_many(_KEEP, [_kept("b"), _kept("c", fingerprint="词")])
    found = transaction.rows(_KEPT, {})
    assert [(row.idempotency_key, row.fingerprint, row.answer) for row in found] == [
        ("a", "f", "[]"),
        ("b", "f", None),
        ("c", "词", None),
    ]
    transaction.close()
    assert dispatch.ask(_Ask(_KEPT, {}), SYSTEM) == []


@dataclass(frozen=True)
class _Twice:
    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str = "220100"

    def run(self, desk: Desk) -> Sequence[Fact]:
        desk.write_many(_KEEP, [_kept("same")])
        desk.write_many(_KEEP, [_kept("same")])
        return [Fact("tried", "test", "1")]


def test_the_error_of_a_statement_that_waited_undoes_the_whole_act(app: Flask) -> None:
    with pytest.raises(Exception, match="idempotency_key"):
        dispatch.execute(_Twice(), SYSTEM)
    assert dispatch.ask(_Ask(_KEPT, {}), SYSTEM) == []


@pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)
def test_a_lost_connection_is_replaced(app: Flask, make: Factory, postgres: Postgres) -> None:
    command = make.disbursement_command(make.allocated(1000), 400)
    officer = make.actor("220100.finance_officer")
    name = database.engine().url.database
    with psycopg.connect(postgres.server.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    with pytest.raises(OperationalError):
        dispatch.execute(command, officer, "k")
    dispatch.execute(command, officer, "k")
    query = ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT)
    assert dispatch.ask(query, officer).total == 1


def test_nobodys_scope_sees_nobodys_rows(app: Flask, make: Factory) -> None:
    make.allocated(1000)
    transaction = Transaction(database.engine(), ENTRANCE)
    assert transaction.rows(_KEPT, {}) == []
    transaction.close()


def test_threads_take_turns_in_the_order_in_which_they_came() -> None:
    queue, order = Queue(), list[int]()

    def come(number: int) -> None:
        with queue:
            order.append(number)

    with queue:
        threads = [threading.Thread(target=come, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_places_in_line_are_counted_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db.lock"
    for _ in range(3):
        with place_in_line(path):
            pass
    assert int.from_bytes(path.read_bytes(), "big") == 3


def test_dates_and_truths_have_one_type_on_both(app: Flask, make: Factory) -> None:
    make.allocated(1000)
    statement = Constant(
        "SELECT d.business_date, p.active FROM document d JOIN person p ON p.tenant_code = d.tenant_code"
        " WHERE d.tenant_code = :tenant_code AND d.business_date >= :since_on ORDER BY d.id, p.id LIMIT 1"
    )
    (row,) = dispatch.ask(_Ask(statement, {"since_on": date(2026, 1, 1)}), SYSTEM)
    assert type(row.business_date) is date
    assert row.active is True
