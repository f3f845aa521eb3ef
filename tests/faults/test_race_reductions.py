"""Real processes race for one award's line: some pass it down, others bring it down, and nothing is given twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database, dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.commands_check import ApproveDocument
from tests.factories import ALLOCATED_ON, Factory, MadePilot
from tests.faults.racing import attempt, race
from tests.funds.reducing import Reduce, projects_of

TURNS = 10


def allocate(ended: list[str], number: int, pilot: MadePilot, _project: int, officer: Actor, reviewer: Actor) -> None:
    """Pass ten per cent down, again and again."""
    for turn in range(TURNS):
        command = RecordAllocation(
            tenant_code=pilot.tenant_code,
            award_id=pilot.award_id,
            project_code=pilot.project_codes[0],
            amount=Money(100),
            document_no=f"吉财建指〔2026〕{number}{turn:02d}号",
            allocated_on=ALLOCATED_ON,
        )
        ids: list[int] = []
        if attempt(ended, lambda c=command, i=ids: i.append(dispatch.execute(c, officer).subject_id)):  # type: ignore[misc]
            approve = ApproveDocument(tenant_code=pilot.tenant_code, kind=DocumentKind.ALLOCATION, document_id=ids[0])
            attempt(ended, lambda c=approve: dispatch.execute(c, reviewer))  # type: ignore[misc]


def bring_down(ended: list[str], _number: int, pilot: MadePilot, project: int, officer: Actor, reviewer: Actor) -> None:
    """Bring the line down by ten per cent, again and again."""
    for turn in range(1, TURNS + 1):
        command = Reduce(
            tenant_code=pilot.tenant_code, project_id=project, new_amount=Money(1000 - 100 * turn), maker=officer
        )
        attempt(ended, lambda c=command: dispatch.execute(c, reviewer))  # type: ignore[misc]


def act(ended: list[str], number: int, pilot: MadePilot, project: int, officer: Actor, reviewer: Actor) -> None:
    """One process: half of them pass down, half of them bring down."""
    (allocate if number % 2 else bring_down)(ended, number, pilot, project, officer, reviewer)


@pytest.mark.rule("R10.3")
@pytest.mark.rule("RX.1")
def test_what_is_passed_down_is_never_brought_down(
    app: Flask, make: Factory, database_urls: dict[str, str], tmp_path: Path
) -> None:
    pilot = make.awarded(1000)
    project = projects_of(make, pilot)[0]
    officer, reviewer = make.actor("province.officer"), make.actor("province.reviewer")
    database.dispose()
    ended = race(database_urls, tmp_path, act, [(number, pilot, project, officer, reviewer) for number in range(4)])
    assert set(ended) <= {"done", "exceeds_awarded", "invalid", "conflict"}
    with app.app_context(), database.engine(database.PROVINCE).connect() as connection:
        told = connection.execute(
            text(
                "SELECT (SELECT awarded FROM line_position), (SELECT allocated FROM line_position),"
                " (SELECT coalesce(sum(amount), 0) FROM document WHERE kind = 'allocation' AND status = 'waiting'),"
                " (SELECT count(*) FROM document WHERE kind = 'reduction')"
            )
        ).one()
    awarded, allocated, waiting, reductions = (int(value) for value in told)
    assert allocated + waiting <= awarded < 1000
    assert reductions > 0
    assert allocated > 0
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
