"""Real processes race for the same money: never one fen too much, never one too little."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database, dispatch
from ledger.domain.access import Actor
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from tests.factories import PAID_ON, Factory, MadePilot
from tests.faults.racing import attempt, race

PROCESSES = 8


def record_and_approve(
    ended: list[str], number: int, count: int, pilot: MadePilot, amount: int, officer: Actor, reviewer: Actor
) -> None:
    """Record `count` disbursements of `amount` fen and check each at once."""
    for turn in range(count):
        command = RecordDisbursement(
            tenant_code=pilot.tenant_code,
            allocation_id=pilot.allocation_id,
            amount=Money(amount),
            paid_on=PAID_ON,
            voucher_no=f"ZF{number:02d}{turn:04d}",
            payee_name=pilot.name,
            payee_account="220012345678901",
        )
        ids: list[int] = []
        if attempt(ended, lambda c=command, i=ids: i.append(dispatch.execute(c, officer).subject_id)):  # type: ignore[misc]
            approve = ApproveDocument(tenant_code=pilot.tenant_code, kind=DocumentKind.DISBURSEMENT, document_id=ids[0])
            attempt(ended, lambda c=approve: dispatch.execute(c, reviewer))  # type: ignore[misc]


def award_once(ended: list[str], command: object, officer: Actor) -> None:
    """Record one award."""
    attempt(ended, lambda: dispatch.execute(command, officer))  # type: ignore[arg-type]


def _scalar(app: Flask, sql: str) -> int:
    with app.app_context(), database.engine(database.PROVINCE).connect() as connection:
        return int(connection.execute(text(sql)).scalar_one() or 0)


@pytest.mark.rule("R8.3")
@pytest.mark.rule("RX.2")
def test_two_hundred_disbursements_of_one_percent_post_exactly_one_hundred(
    app: Flask, make: Factory, database_urls: dict[str, str], tmp_path: Path
) -> None:
    pilot = make.allocated(1_000_000_00)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    database.dispose()
    rounds = [(number, 200 // PROCESSES, pilot, 1_000_000, officer, reviewer) for number in range(PROCESSES)]
    ended = race(database_urls, tmp_path, record_and_approve, rounds)
    assert ended == {"done": 200, "exceeds_allocated": 100}
    assert _scalar(app, "SELECT count(*) FROM document WHERE kind = 'disbursement' AND status = 'posted'") == 100
    assert _scalar(app, "SELECT disbursed FROM allocation_position") == 1_000_000_00
    assert _scalar(app, "SELECT waiting FROM allocation_position") == 0
    assert _scalar(app, "SELECT count(*) FROM journal_entry WHERE kind = 'attempt_refused'") == 100


@pytest.mark.rule("R8.5")
def test_two_awards_for_one_subject_in_two_tenants_leave_exactly_one(
    app: Flask, make: Factory, database_urls: dict[str, str], tmp_path: Path
) -> None:
    first = make.pilot("220100")
    second = make.pilot("220200", uscc=first.uscc)
    officer = make.actor("province.officer")
    database.dispose()
    rounds = [(make.award_command(pilot, 500_000_00), officer) for pilot in (first, second)]
    assert race(database_urls, tmp_path, award_once, rounds) == {"done": 1, "already_awarded": 1}
    assert _scalar(app, "SELECT count(*) FROM award_right") == 1
    assert _scalar(app, "SELECT count(*) FROM document WHERE kind = 'award'") == 1
