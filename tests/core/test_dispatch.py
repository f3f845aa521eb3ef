"""The one way in: all or nothing, once per key, on the record, and never one inside another."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

import config
from ledger import database, dispatch
from ledger.desk import Desk
from ledger.domain import errors
from ledger.domain.access import SYSTEM, Permission
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_amend import DraftDocument
from ledger.funds.queries_lists import ListDocuments
from ledger.journal import Fact
from ledger.tenancy import OutOfScope
from tests.factories import Factory


@dataclass(frozen=True)
class _Nested:
    permission: ClassVar[Permission] = Permission.SYSTEM

    def run(self, desk: Desk) -> Sequence[Fact]:
        dispatch.ask(ListDocuments(tenant_code="220100", kind=DocumentKind.AWARD), desk.actor)
        return []


def test_a_use_case_never_calls_another_one(app: Flask) -> None:
    with pytest.raises(OutOfScope):
        dispatch.execute(_Nested(), SYSTEM)


def _count(make: Factory) -> int:
    query = ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT)
    return dispatch.ask(query, make.actor("220100.finance_officer")).total


def test_the_same_key_and_body_answer_the_first_result_again(make: Factory) -> None:
    officer = make.actor("220100.finance_officer")
    command = make.disbursement_command(make.allocated(1000), 400)
    first, second = dispatch.execute(command, officer, "k-1"), dispatch.execute(command, officer, "k-1")
    assert (first.replayed, second.replayed) == (False, True)
    assert first.subject_id == second.subject_id
    assert dict(second.facts[0].after) == dict(first.facts[0].after)
    assert _count(make) == 1


def test_the_same_key_with_another_body_is_refused_and_another_tenants_key_is_its_own(make: Factory) -> None:
    command = make.disbursement_command(make.allocated(1000), 400)
    dispatch.execute(command, make.actor("220100.finance_officer"), "k-1")
    with pytest.raises(errors.IdempotencyMismatch):
        dispatch.execute(replace(command, amount=Money(401)), make.actor("220100.finance_officer"), "k-1")
    other = make.disbursement_command(make.allocated(1000, tenant_code="220200"), 400)
    dispatch.execute(other, make.actor("220200.finance_officer"), "k-1")
    assert _count(make) == 1


def test_twenty_threads_with_one_key_post_once_and_answer_alike(app: Flask, make: Factory) -> None:
    officer = make.actor("220100.finance_officer")
    commands = [make.disbursement_command(make.allocated(1000), 1000) for _ in range(3)]

    def send(number: int) -> tuple[int, int]:
        with app.app_context():
            receipt = dispatch.execute(commands[number % 3], officer, f"k-{number % 3}")
        return number % 3, receipt.subject_id

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(60)))
    assert len(answers) == 3
    assert _count(make) == 3


def test_a_refusal_stores_nothing_but_the_record_of_the_attempt(make: Factory) -> None:
    officer = make.actor("220100.finance_officer")
    pilot = make.allocated(1000)
    with pytest.raises(errors.ExceedsAllocated):
        dispatch.execute(make.disbursement_command(pilot, 1001), officer, "k-1")
    assert _count(make) == 0
    dispatch.execute(make.disbursement_command(pilot, 1000), officer, "k-1")


@pytest.mark.parametrize("is_nested", [False, True])
def test_the_record_of_an_attempt_holds_no_account(make: Factory, settings: config.Settings, is_nested: bool) -> None:
    asked = replace(make.disbursement_command(make.allocated(1000), 1001), payee_account="6222009876543210")
    with pytest.raises(errors.ExceedsAllocated):
        dispatch.execute(DraftDocument(entered=asked) if is_nested else asked, make.actor("220100.finance_officer"))
    owner = create_engine(settings.database_owner_url)
    with owner.connect() as connection:
        payloads = connection.scalars(text("SELECT payload FROM journal_entry WHERE payload LIKE '%attempt_refused%'"))
        entries = [str(payload) for payload in payloads]
    owner.dispose()
    assert len(entries) == 1
    assert asked.voucher_no in entries[0]
    assert "6222009876543210" not in entries[0]


def test_without_its_journal_entry_nothing_is_posted(app: Flask, make: Factory, settings: config.Settings) -> None:
    command = make.disbursement_command(make.allocated(1000), 400)
    officer = make.actor("220100.finance_officer")
    owner = create_engine(settings.database_owner_url)
    database.prepare_engine(owner)
    breaking = (
        "REVOKE INSERT ON journal_entry FROM ledger_app"
        if owner.dialect.name == "postgresql"
        else "CREATE TRIGGER broken BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with owner.begin() as connection:
        connection.execute(text(breaking))
    owner.dispose()
    with pytest.raises(Exception, match=r"permission denied|broken"):
        dispatch.execute(command, officer)
    assert _count(make) == 0
