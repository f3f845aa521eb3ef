"""A pilot's statement: running balances, as of a date and as known at an instant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger import dispatch
from ledger.audit.queries_statement import Running, Statement
from ledger.audit.schemas import statement_yuan
from ledger.domain import errors
from ledger.domain.documents import DocumentKind, Stage
from ledger.domain.money import ZERO, Money
from tests.audit.conftest import REVERSED_ON, TENANT, Books
from tests.factories import Factory

W = 10_000_00


def test_a_statement_runs_from_the_award_to_the_reversal(make: Factory, books: Books) -> None:
    statement = dispatch.ask(Statement(TENANT, books.pilot.id), make.actor(f"{TENANT}.drc_officer"))
    told = [(line.document_kind, line.amount.fen // W, line.running.balance.fen // W) for line in statement.lines]
    assert told == [
        (DocumentKind.AWARD, 100, 0),
        (DocumentKind.ALLOCATION, 100, 100),
        (DocumentKind.DISBURSEMENT, 40, 60),
        (DocumentKind.DISBURSEMENT, 10, 50),
        (DocumentKind.EXPENDITURE, 30, 50),
        (DocumentKind.ACCEPTANCE, 25, 50),
        (DocumentKind.RECOVERY, 5, 45),
        (DocumentKind.REVERSAL, -10, 55),
    ]
    last = statement.lines[-1]
    assert (last.from_stage, last.to_stage) == (Stage.ALLOCATED, Stage.DISBURSED)
    assert (last.reverses_document_id, last.business_date) == (books.reversed_id, REVERSED_ON)
    assert statement.closing == last.running
    assert statement.closing == Running(
        awarded=Money(100 * W),
        allocated=Money(100 * W),
        disbursed=Money(40 * W),
        spent=Money(30 * W),
        accepted=Money(25 * W),
        recovered=Money(5 * W),
        balance=Money(55 * W),
    )


def test_a_statement_as_of_a_date_leaves_later_entries_out(make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.finance_officer")
    statement = dispatch.ask(Statement(TENANT, books.pilot.id, as_of=date(2026, 6, 30)), clerk)
    assert statement.closing.disbursed == Money(50 * W)
    assert len(statement.lines) == 7


def test_a_statement_as_known_leaves_out_what_was_recorded_later(make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.finance_officer")
    whole = dispatch.ask(Statement(TENANT, books.pilot.id), clerk).lines
    known = dispatch.ask(Statement(TENANT, books.pilot.id, known_at=whole[3].recorded_at), clerk)
    assert known.lines == whole[:4]
    earlier = whole[0].recorded_at - timedelta(microseconds=1)
    assert dispatch.ask(Statement(TENANT, books.pilot.id, known_at=earlier), clerk).closing == Running()


def test_a_pilot_without_money_has_an_empty_statement(make: Factory) -> None:
    pilot = make.pilot()
    statement = dispatch.ask(Statement(TENANT, pilot.id), make.actor(f"{TENANT}.finance_officer"))
    assert (statement.lines, statement.closing.balance) == ((), ZERO)


def test_another_tenants_statement_is_not_found(make: Factory, books: Books) -> None:
    clerk = make.actor("220300.finance_officer")
    for tenant, pilot in ((TENANT, books.pilot.id), ("220300", books.pilot.id), ("220300", 1)):
        with pytest.raises(errors.NotFound):
            dispatch.ask(Statement(tenant, pilot), clerk)


def test_the_api_tells_amounts_in_yuan(make: Factory, books: Books) -> None:
    told = statement_yuan(dispatch.ask(Statement(TENANT, books.pilot.id), make.actor("province.auditor")))
    assert told["total"] == 8
    last = told["items"][-1]
    assert (last["amount"], last["balance"], last["running"]["disbursed"]) == ("-100000.00", "550000.00", "400000.00")
    assert last["document_id"] == str(int(last["document_id"]))
