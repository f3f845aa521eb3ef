"""A book of many payments is stored in parts, and leaves what single acts would have left."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import config
from ledger import database, dispatch, faces, journal, tenancy
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain.access import SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import ExceedsAllocated, LedgerError
from ledger.domain.money import Money
from ledger.exchange.commands import CheckImport, ConfirmImport, ImportBook, NotStored
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.funds import commands_bulk
from ledger.funds.commands_bulk import DisbursementBatch
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.journal import Fact
from tests.data import make_workbooks
from tests.factories import Factory, MadePilot
from tests.fixtures_money import make

__all__ = ["make"]

TENANT, OTHER = "220100", "220200"
PAID_ON = date(2026, 5, 20)
ROWS = 11
Cells = list[Any]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "register", lambda _app: None)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few rows already come in several parts, the last one not full."""
    monkeypatch.setattr(commands_bulk, "PART", 4)
    monkeypatch.setattr(journal, "PART", 3)
    monkeypatch.setattr(tenancy, "MOST_IN_ONE", 3)
    monkeypatch.setattr(tenancy, "MANY", 2)


def amount_of(serial: int) -> Money:
    return Money(10_000 + serial)


def row_of(pilot: MadePilot, serial: int, **changes: Any) -> Cells:
    row = {
        "n": serial, "on": PAID_ON, "name": pilot.name, "uscc": pilot.uscc, "project": pilot.project_codes[0],
        "payee": pilot.name, "account": "220012345678901", "no": "吉财建指〔2026〕118号", "voucher": f"记-{serial:03d}",
        "amount": amount_of(serial).fen / 100,
    }  # fmt: skip
    return list((row | changes).values())


def book_of(rows: list[Cells]) -> Upload:
    return Upload("拨付.xlsx", make_workbooks.book("disbursements", rows))


def order(rows: list[Cells], make: Factory, *, tenant: str = TENANT, **how: Any) -> ImportBook:
    checker = make.actor(f"{tenant}.finance_reviewer")
    return ImportBook(kind=Kind.DISBURSEMENTS, upload=book_of(rows), checker=checker, **how)


def one_by_one(pilots: list[MadePilot], make: Factory) -> None:
    """The same rows, each recorded and approved by hand."""
    tenant = pilots[0].tenant_code
    for serial in range(1, ROWS + 1):
        pilot = pilots[serial % len(pilots)]
        command = RecordDisbursement(
            tenant_code=tenant,
            allocation_id=pilot.allocation_id,
            amount=amount_of(serial),
            paid_on=PAID_ON,
            voucher_no=f"记-{serial:03d}",
            payee_name=pilot.name,
            payee_account="220012345678901",
        )
        made = dispatch.execute(command, make.actor(f"{tenant}.finance_officer")).subject_id
        approval = ApproveDocument(tenant_code=tenant, kind=DocumentKind.DISBURSEMENT, document_id=made)
        dispatch.execute(approval, make.actor(f"{tenant}.finance_reviewer"))


def read(sql: str, tenant: str) -> list[tuple[Any, ...]]:
    with database.engine(database.PROVINCE).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql.format(tenant=f"'{tenant}'"))]


DOCUMENTS = (
    "SELECT kind, number, office_name, status, version, amount, business_date, fiscal_year, document_no, voucher_no,"
    " payee_account, note, checked_by IS NOT NULL, spent, recovered FROM document"
    " WHERE tenant_code = {tenant} AND kind = 'disbursement' ORDER BY number"
)
ENTRIES = (
    "SELECT d.number, e.from_stage, e.to_stage, e.amount, e.fiscal_year, e.business_date, e.document_version,"
    " e.allocation_id = d.allocation_id, e.disbursement_id = d.id, e.line_id = d.line_id, e.pilot_id = d.pilot_id"
    " FROM entry e JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id"
    " WHERE e.tenant_code = {tenant} AND d.kind = 'disbursement' ORDER BY d.number"
)
POSITIONS = (
    "SELECT allocated, waiting, disbursed, recovered_undisbursed, spent, accepted FROM allocation_position"
    " WHERE tenant_code = {tenant} ORDER BY allocation_id"
)
FACTS = (
    "SELECT kind, total, business_date, actor_name = '{maker}' FROM journal_entry"
    " WHERE tenant_code = {{tenant}} AND subject_type = 'disbursement' ORDER BY seq"
)


def left(tenant: str, make: Factory) -> list[list[tuple[Any, ...]]]:
    """What a tenant's disbursements left, without the ids and names that two tenants cannot share."""
    maker = make.actor(f"{tenant}.finance_officer").name
    rows = [read(sql, tenant) for sql in (DOCUMENTS, ENTRIES, POSITIONS, FACTS.format(maker=maker))]
    return [[*(tuple(map(str, row)) for row in one)] for one in rows]


def without_office(found: list[list[tuple[Any, ...]]]) -> list[list[tuple[Any, ...]]]:
    documents, *others = found
    return [[row[:2] + row[3:] for row in documents], *others]


def replayed(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the verifier that shares no code with us says of the exported journal."""
    exported = folder / "journal.jsonl"
    dispatch.ask(ExportJournal(exported, None), SYSTEM)
    script = config.ROOT / "verify_journal.py"
    return subprocess.run(
        [sys.executable, "-I", str(script), str(exported)], check=False, capture_output=True, text=True
    )


def is_sound() -> bool:
    return dispatch.ask(CheckBooks(), SYSTEM) == () and dispatch.ask(VerifyJournal(), SYSTEM).sound


def test_a_book_leaves_what_single_acts_leave(make: Factory, tmp_path: Path) -> None:
    pilots = [make.allocated(1_000_000_00, tenant_code=TENANT) for _ in range(2)]
    others = [make.allocated(1_000_000_00, tenant_code=OTHER) for _ in range(2)]
    rows = [row_of(pilots[serial % 2], serial) for serial in range(1, ROWS + 1)]
    dispatch.execute(order(rows, make), make.actor(f"{TENANT}.finance_officer"))
    one_by_one(others, make)
    assert without_office(left(TENANT, make)) == without_office(left(OTHER, make))
    assert len(left(TENANT, make)[1]) == ROWS
    assert is_sound()
    verified = replayed(tmp_path)
    assert verified.returncode == 0, verified.stdout


def test_a_confirmed_book_waits_and_is_then_approved_like_any_other(make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    rows = [row_of(pilot, serial) for serial in range(1, ROWS + 1)]
    officer = make.actor(f"{TENANT}.finance_officer")
    checked = dispatch.execute(CheckImport(kind=Kind.DISBURSEMENTS, upload=book_of(rows)), officer)
    command, key = ConfirmImport(import_id=checked.subject_id), "book-1"
    receipt = dispatch.execute(command, officer, key)
    assert [fact.kind for fact in receipt.facts] == ["import_recorded"]
    assert dispatch.execute(command, officer, key).replayed
    assert {row[3] for row in read(DOCUMENTS, TENANT)} == {"waiting"}
    ((waiting_id, *_),) = read(
        "SELECT id FROM document WHERE tenant_code = {tenant} AND number = 'FK-2026-0007'", TENANT
    )
    make.approve(TENANT, DocumentKind.DISBURSEMENT, waiting_id, f"{TENANT}.finance_reviewer")
    assert is_sound()


@pytest.mark.parametrize("checked", [True, False])
def test_one_refused_row_in_the_middle_leaves_nothing(make: Factory, *, checked: bool) -> None:
    pilot = make.allocated(1_000_000_00)
    before = left(TENANT, make)
    rows = [row_of(pilot, serial) for serial in range(1, ROWS + 1)]
    rows[5] = row_of(pilot, 6, amount="8万")
    command = order(rows, make)
    if not checked:
        command = ImportBook(kind=command.kind, upload=command.upload)
    with pytest.raises(NotStored) as refused:
        dispatch.execute(command, make.actor(f"{TENANT}.finance_officer"))
    assert [fault.code for fault in refused.value.report.refused] == ["amount_format"]
    assert left(TENANT, make) == before
    assert is_sound()


def test_a_part_that_fails_takes_the_parts_before_it_back(make: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    pilot = make.allocated(1_000_000_00)
    before = left(TENANT, make)
    told = DisbursementBatch.facts

    def stops(self: DisbursementBatch, checker: Any) -> Any:
        for number, fact in enumerate(told(self, checker)):
            if number == 2 * ROWS - 1:
                # An amount that no column holds: the last part of the journal is refused by the database.
                yield Fact("broken", "disbursement", 1, amount=Money(2**70))
            yield fact

    monkeypatch.setattr(DisbursementBatch, "facts", stops)
    rows = [row_of(pilot, serial) for serial in range(1, ROWS + 1)]
    with pytest.raises(Exception, match=r"(?i)out of range|too large"):
        dispatch.execute(order(rows, make), make.actor(f"{TENANT}.finance_officer"))
    assert left(TENANT, make) == before
    assert is_sound()


def test_money_that_left_since_the_check_refuses_the_book(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single act commits between the check of the rows and their writing: nothing was locked meanwhile."""
    pilot = make.allocated(amount_of(1).fen + amount_of(2).fen)
    if database.is_sqlite():
        pytest.skip("on SQLite the writers take turns, and the book has the turn")
    stored = DisbursementBatch.store

    def overtaken(self: DisbursementBatch, checker: Any) -> None:
        ended = in_thread(app, lambda: make.disbursed(pilot, 1))
        assert ended == []
        stored(self, checker)

    monkeypatch.setattr(DisbursementBatch, "store", overtaken)
    with pytest.raises(ExceedsAllocated):
        dispatch.execute(order([row_of(pilot, 1), row_of(pilot, 2)], make), make.actor(f"{TENANT}.finance_officer"))
    assert [row[:3] for row in read(POSITIONS, TENANT)] == [(amount_of(1).fen + amount_of(2).fen, 0, 1)]
    assert is_sound()


def test_books_and_single_acts_on_one_allocation_keep_its_limit(app: Flask, make: Factory) -> None:
    """Room for one book and one payment, and two of each want it."""
    total = sum(amount_of(serial).fen for serial in range(1, ROWS + 1))
    pilot = make.allocated(total + 500)
    officer = make.actor(f"{TENANT}.finance_officer")
    books = [
        order([row_of(pilot, serial, voucher=f"{name}-{serial}") for serial in range(1, ROWS + 1)], make)
        for name in ("甲", "乙")
    ]
    acts: list[Callable[[], object]] = [
        *(lambda book=book: dispatch.execute(book, officer) for book in books),
        *(lambda: make.disbursed(pilot, 500) for _ in range(2)),
    ]
    refused = in_threads(app, acts)
    assert [type(one) for one in refused if not isinstance(one, ExceedsAllocated | NotStored)] == []
    assert len(refused) == 2
    ((_, waiting, disbursed, *_),) = read(POSITIONS, TENANT)
    assert waiting == 0
    # One of each, or both payments before any book.
    assert disbursed in (total + 500, 1_000)
    assert is_sound()


def in_thread(app: Flask, act: Callable[[], object]) -> list[BaseException]:
    return in_threads(app, [act])


def in_threads(app: Flask, acts: list[Callable[[], object]]) -> list[BaseException]:
    """Do acts at the same time; what they ended with, where it was a refusal or an error."""
    ended: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait(30)
            try:
                act()
            except (LedgerError, Exception) as error:  # noqa: BLE001  told to the test, which fails on it
                ended.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return ended
