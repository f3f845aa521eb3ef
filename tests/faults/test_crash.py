"""A process that dies in the middle of its work leaves whole acts or none, and a retry pays once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from flask import Flask

from ledger import database, dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.funds.queries_lists import ListDocuments
from tests.factories import PAID_ON, Factory, MadePilot
from tests.faults.racing import STARTS_AT

ACTS = 400
ENOUGH = 25


def _command(pilot: MadePilot, number: int) -> RecordDisbursement:
    return RecordDisbursement(
        tenant_code=pilot.tenant_code,
        allocation_id=pilot.allocation_id,
        amount=Money(1),
        paid_on=PAID_ON,
        voucher_no=f"ZF{number:06d}",
        payee_name=pilot.name,
        payee_account="220012345678901",
    )


def record_and_tell(urls: dict[str, str], folder: str, pilot: MadePilot, officer: Actor) -> None:
    """Record one disbursement after another, telling each on disk once it is acknowledged."""
    from ledger import clock

    app = Flask("crash", instance_path=folder)
    names = ((database.APP, ""), (database.PROVINCE, "PROVINCE_"), (database.AUDIT, "AUDIT_"))
    database.configure(app, {role: urls[f"DATABASE_{name}URL"] for role, name in names})
    clock.configure(STARTS_AT)
    with app.app_context(), Path(folder, "told").open("a", encoding="ascii") as told:
        for number in range(ACTS):
            document_id = dispatch.execute(_command(pilot, number), officer, f"key-{number}").subject_id
            told.write(f"{document_id}\n")
            told.flush()


@pytest.mark.rule("RX.3")
def test_a_killed_process_leaves_every_acknowledged_act_whole_and_none_half(
    app: Flask, make: Factory, database_urls: dict[str, str], tmp_path: Path
) -> None:
    pilot = make.allocated(ACTS)
    officer = make.actor("220100.finance_officer")
    database.dispose()
    told = tmp_path / "told"
    told.touch()
    process = multiprocessing.get_context("spawn").Process(
        target=record_and_tell, args=(database_urls, str(tmp_path), pilot, officer)
    )
    process.start()
    deadline = time.monotonic() + 60
    while told.read_text("ascii").count("\n") < ENOUGH and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    acknowledged = [int(line) for line in told.read_text("ascii").splitlines()]
    assert ENOUGH <= len(acknowledged) < ACTS
    again = [dispatch.execute(_command(pilot, number), officer, f"key-{number}").subject_id for number in range(ACTS)]
    assert again[: len(acknowledged)] == acknowledged
    query = ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT)
    assert dispatch.ask(query, officer).total == ACTS
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
    assert dispatch.ask(VerifyJournal(), SYSTEM).sound
