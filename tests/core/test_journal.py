"""The record: names of people never enter it in clear, and erasing what stands behind a commitment leaves it whole."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

import config
from ledger import clock, database, dispatch, journal
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain import errors
from ledger.domain.access import SYSTEM
from ledger.domain.chain import commitment
from ledger.tenancy import Scope, Transaction
from tests.factories import Factory


def _payloads(settings: config.Settings) -> list[str]:
    owner = create_engine(settings.database_owner_url)
    database.prepare_engine(owner)
    with owner.connect() as connection:
        found = list(connection.execute(text("SELECT payload FROM journal_entry ORDER BY tenant_code, seq")).scalars())
    owner.dispose()
    return found


@pytest.mark.rule("RX.3")
def test_no_persons_name_enters_a_payload(app: Flask, make: Factory, settings: config.Settings) -> None:
    pilot = make.allocated(1000)
    make.disbursed(pilot, 400)
    with pytest.raises(errors.ExceedsAllocated):
        make.waiting(pilot, 700)
    payloads = _payloads(settings)
    names = {make.actor(f"220100.{role}").name for role in ("finance_officer", "finance_reviewer")}
    names |= {make.actor("province.officer").name, "220100.finance_officer"}
    assert payloads
    assert not [payload for payload in payloads for name in names if f'"{name}"' in payload]


_ASKED = (
    "INSERT INTO erasure_request (tenant_code, id, commitments, reason, document_no, status, made_by, made_by_name,"
    " made_at) VALUES (:code, :id, :hash, 'r', 'd', 'waiting', 1, 'm', '2026-11-23T02:00:00.000000+00:00')"
)
_CONFIRMED = "UPDATE erasure_request SET status = 'confirmed', decided_by = 2 WHERE tenant_code = :code AND id = :id"


def test_erasing_a_personal_value_leaves_the_chain_whole(app: Flask, settings: config.Settings) -> None:
    owner = create_engine(settings.database_owner_url)
    database.prepare_engine(owner)
    with owner.begin() as connection:
        rows = connection.execute(text("SELECT tenant_code, commitment, salt, content FROM personal_value")).all()
        assert rows
        assert all(commitment(bytes.fromhex(row.salt), row.content) == row.commitment for row in rows)
        for number, row in enumerate(rows, start=1):
            values = {"code": row.tenant_code, "id": number, "hash": row.commitment}
            connection.execute(text(_ASKED), values)
            connection.execute(text(_CONFIRMED), values)
        connection.execute(text("DELETE FROM personal_value"))
    owner.dispose()
    assert dispatch.ask(VerifyJournal(), SYSTEM).sound
    kept = [json.loads(payload)["after"] for payload in _payloads(settings)]
    assert any(isinstance(value, dict) and "commitment" in value for after in kept for value in after.values())


def test_an_act_in_a_stream_that_was_never_opened_is_not_committed_without_its_entry(app: Flask) -> None:
    def act() -> None:
        transaction = Transaction(database.engine(), Scope("999999"), writing=True)
        try:
            journal.append(transaction, [journal.Fact("noted", "stream", "999999")], SYSTEM, clock.now())
            transaction.commit()
        finally:
            transaction.close()

    with database.write_turn(), pytest.raises(SQLAlchemyError):
        act()
