"""Books with money in every stage, a reversal, and a document under check; and a way in for who tampers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, text

from ledger import dispatch
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.funds.commands_check import ReverseDocument
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from tests.factories import Factory, MadePilot
from tests.fixtures_money import make

__all__ = ["make"]

TENANT = "220100"
REVERSED_ON = date(2026, 7, 1)


@dataclass(frozen=True, slots=True)
class Books:
    """One pilot of 长春 with money in every stage, one of 四平 with a waiting disbursement."""

    pilot: MadePilot
    other: MadePilot
    disbursement_id: int
    reversed_id: int
    waiting_id: int


@pytest.fixture
def books(make: Factory) -> Books:
    pilot = make.allocated(1_000_000_00)
    first = make.disbursed(pilot, 400_000_00)
    second = make.disbursed(pilot, 100_000_00)
    officer, reviewer = make.actor(f"{TENANT}.finance_officer"), f"{TENANT}.finance_reviewer"
    expenditure = RecordExpenditure(
        tenant_code=TENANT, disbursement_id=first, amount=Money(300_000_00), spent_on=date(2026, 6, 1), purpose="设备"
    )
    spent = dispatch.execute(expenditure, officer).subject_id
    make.approve(TENANT, DocumentKind.EXPENDITURE, spent, reviewer)
    acceptance = RecordAcceptance(
        tenant_code=TENANT,
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(250_000_00),
        accepted_on=date(2026, 6, 20),
        document_no="长发改〔2026〕9号",
    )
    accepted = dispatch.execute(acceptance, make.actor(f"{TENANT}.drc_officer")).subject_id
    make.approve(TENANT, DocumentKind.ACCEPTANCE, accepted, f"{TENANT}.drc_reviewer")
    recovery = RecordRecovery(
        tenant_code=TENANT,
        allocation_id=pilot.allocation_id,
        amount=Money(50_000_00),
        recovered_on=date(2026, 6, 25),
        document_no="吉财建指〔2026〕200号",
        reason="项目调减",
    )
    recovered = dispatch.execute(recovery, officer).subject_id
    make.approve(TENANT, DocumentKind.RECOVERY, recovered, reviewer)
    reversal = ReverseDocument(
        tenant_code=TENANT,
        kind=DocumentKind.DISBURSEMENT,
        document_id=second,
        reason="账号有误",
        reversed_on=REVERSED_ON,
    )
    reversal_id = dispatch.execute(reversal, officer).subject_id
    make.approve(TENANT, DocumentKind.DISBURSEMENT, reversal_id, reviewer)
    other = make.allocated(2_000_000_00, tenant_code="220300", kind=PilotKind.REGION)
    return Books(pilot, other, first, second, make.waiting(other, 30_000_00))


@pytest.fixture
def tamper(database_urls: dict[str, str]) -> Callable[..., None]:
    """Change a row as the database's owner, who lets no trigger stand in the way."""

    def change(table: str, statement: str, **values: object) -> None:
        engine = create_engine(database_urls["DATABASE_OWNER_URL"])
        with engine.begin() as connection, _without_triggers(connection, table):
            assert connection.execute(text(statement), values).rowcount != 0
        engine.dispose()

    return change


@contextmanager
def _without_triggers(connection: Connection, table: str) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    found = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = connection.execute(found, {"table": table}).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)
