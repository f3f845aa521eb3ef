"""The check of the books: silent over sound ones, and naming table and row of what was changed behind its back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ledger import dispatch
from ledger.audit.queries_check import CheckBooks, Failure
from ledger.audit.queries_verify import VerifyJournal
from ledger.audit.schemas import check_json
from ledger.domain import errors
from ledger.domain.access import SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.pilots import PilotKind
from ledger.funds.commands_check import ReturnDocument, WithdrawDocument
from ledger.funds.commands_disbursement import AmendDisbursement, DisbursementDraft
from tests.audit.conftest import TENANT, Books
from tests.factories import Factory

Tamper = Callable[..., None]


def failures() -> tuple[Failure, ...]:
    return dispatch.ask(CheckBooks(), SYSTEM)


def named() -> set[tuple[str, str, str]]:
    return {(failure.rule, f"{failure.table}.{failure.field}", failure.row) for failure in failures()}


def test_sound_books_have_no_failures(books: Books) -> None:
    assert failures() == ()
    assert check_json(()) == {"ok": True, "failures": []}


def test_books_stay_sound_through_every_act(make: Factory, books: Books) -> None:
    officer, reviewer = make.actor("220300.finance_officer"), make.actor("220300.finance_reviewer")
    kind = DocumentKind.DISBURSEMENT
    returned = ReturnDocument(tenant_code="220300", kind=kind, document_id=books.waiting_id, reason="凭证不清")
    dispatch.execute(returned, reviewer)
    assert failures() == ()
    draft = make.disbursement_command(books.other, 7_00, paid_on=date(2026, 11, 2))
    mended = AmendDisbursement(
        **{name: getattr(draft, name) for name in DisbursementDraft.__dataclass_fields__},
        tenant_code="220300",
        document_id=books.waiting_id,
        version=2,
    )
    dispatch.execute(mended, officer)
    assert failures() == ()
    dispatch.execute(WithdrawDocument(tenant_code="220300", kind=kind, document_id=books.waiting_id), officer)
    dispatch.execute(replace(draft, draft=True), officer)
    make.pilot("220400", active=False, projects=2)
    region = make.awarded(900_01, kind=PilotKind.REGION, projects=3, tenant_code="220500")
    dispatch.execute(make.allocation_command(region, 300_00, document_no="x"), make.actor("province.officer"))
    assert failures() == ()
    assert dispatch.ask(VerifyJournal(), SYSTEM).sound


def test_only_the_system_checks_the_books(make: Factory, books: Books) -> None:
    with pytest.raises(errors.NotPermitted):
        dispatch.ask(CheckBooks(), make.actor("province.auditor"))


@pytest.mark.parametrize(
    ("table", "column", "by"),
    [
        ("allocation_position", "disbursed", 1),
        ("allocation_position", "waiting", -1),
        ("pilot_position", "awarded", -1),
        ("line_position", "allocated", -1),
    ],
)
def test_a_changed_position_is_named(books: Books, tamper: Tamper, table: str, column: str, by: int) -> None:
    change = f"UPDATE {table} SET {column} = {column} + :by WHERE tenant_code = '220300'"
    tamper(table, change, by=by)
    (found,) = failures()
    assert (found.rule, found.table, found.field) == ("9.16", table, column)
    assert found.row.startswith("220300/")
    assert int(found.found) == int(found.expected) + by


def test_a_last_number_that_the_documents_do_not_bear_out_is_named(books: Books, tamper: Tamper) -> None:
    change = "UPDATE document_number SET last = last + 1 WHERE tenant_code = '220100' AND prefix = 'FK'"
    tamper("document_number", change)
    assert named() == {("9.16", "document_number.last", "220100/FK-2026")}
    tamper("document_number", "UPDATE document_number SET prefix = 'XX' WHERE tenant_code = '220300' AND prefix = 'FK'")
    assert named() >= {
        ("9.16", "document_number.last", "220300/FK-2026"),
        ("9.16", "document_number.last", "220300/XX-2026"),
    }


def test_a_reversal_in_another_list_is_named(books: Books, tamper: Tamper) -> None:
    tamper("reversal_listing", "UPDATE reversal_listing SET kind = 'recovery'")
    assert {(rule, place) for rule, place, _row in named()} == {("9.16", "reversal_listing.kind")}
    tamper("reversal_listing", "DELETE FROM reversal_listing")
    assert {(rule, place) for rule, place, _row in named()} == {("9.16", "reversal_listing.kind")}


def test_a_changed_fund_line_is_named(books: Books, tamper: Tamper) -> None:
    tamper("fund_line", "UPDATE fund_line SET awarded = awarded - 1")
    assert ("9.16", "fund_line.awarded", "220000/2026") in named()


@pytest.mark.parametrize(
    ("column", "value"),
    [("payee_name", "他人公司"), ("business_date", "2026-05-21"), ("note", "x"), ("voucher_no", "ZF-9")],
)
def test_a_changed_document_is_named_with_its_field(books: Books, tamper: Tamper, column: str, value: str) -> None:
    cast = "CAST(:value AS date)" if column == "business_date" else ":value"
    if column == "business_date":
        cast = f"'{value}'"
    tamper("document", f"UPDATE document SET {column} = {cast} WHERE id = :id", id=books.disbursement_id, value=value)
    found = named()
    assert ("RX.3", f"document.{column}", f"{TENANT}/{books.disbursement_id}") in found
    assert (column == "business_date") == any(rule == "9.12" for rule, _, _ in found)


def test_a_changed_amount_of_a_document_breaks_its_entries(books: Books, tamper: Tamper) -> None:
    tamper("document", "UPDATE document SET amount = amount + 1 WHERE id = :id", id=books.disbursement_id)
    row = f"{TENANT}/{books.disbursement_id}"
    assert {("9.9", "document.amount", row), ("RX.3", "document.amount", row)} <= named()


def test_a_changed_amount_of_an_entry_breaks_document_and_position(books: Books, tamper: Tamper) -> None:
    tamper("entry", "UPDATE entry SET amount = amount - 1 WHERE document_id = :id", id=books.disbursement_id)
    found = named()
    assert ("9.9", "document.amount", f"{TENANT}/{books.disbursement_id}") in found
    assert ("9.16", "allocation_position.disbursed", f"{TENANT}/{books.pilot.allocation_id}") in found


def test_a_posting_without_the_journal_is_named(books: Books, tamper: Tamper) -> None:
    gone = "DELETE FROM journal_entry WHERE kind = 'disbursement_approved' AND subject_id = :id"
    tamper("journal_entry", gone, id=str(books.disbursement_id))
    assert ("RX.3", "document.status", f"{TENANT}/{books.disbursement_id}") in named()


def test_a_deleted_document_is_named_by_its_journal_entry(books: Books, tamper: Tamper) -> None:
    tamper("document", "DELETE FROM document WHERE id = :id", id=books.waiting_id)
    assert ("RX.3", "journal_entry.subject_id") in {(rule, place) for rule, place, _ in named()}


def test_a_head_that_is_not_the_last_entry_is_named(books: Books, tamper: Tamper) -> None:
    tamper("journal_head", "UPDATE journal_head SET seq = seq - 1 WHERE tenant_code = '220300'")
    assert ("RX.3", "journal_head.hash", "220300/220300") in named()


@pytest.mark.rule("R8.3")
def test_an_award_above_its_cap_is_named(books: Books, tamper: Tamper) -> None:
    tamper("policy_version", "UPDATE policy_version SET region_cap = 100")
    assert ("9.1", "document.amount") in {(rule, place) for rule, place, _ in named()}


@pytest.mark.rule("R8.5")
def test_an_award_without_its_one_time_right_is_named(books: Books, tamper: Tamper) -> None:
    tamper("award_right", "DELETE FROM award_right WHERE subject_key = :uscc", uscc=books.pilot.uscc)
    assert ("9.2", "award_right.award_id", f"{TENANT}/{books.pilot.award_id}") in named()


@pytest.mark.rule("R12.4")
def test_money_posted_under_a_ban_or_freeze_is_named(books: Books, tamper: Tamper) -> None:
    held = "INSERT INTO subject_hold (uscc, kind, starts_on, ends_on, document_no) VALUES (:uscc, :kind, '2026-01-01'"
    tamper("subject_hold", f"{held}, '2027-01-01', 'x')", uscc=books.pilot.uscc, kind="ban")
    tamper("subject_hold", f"{held}, NULL, 'x')", uscc=books.pilot.uscc, kind="freeze")
    found = {(rule, row) for rule, _, row in named()}
    assert ("9.8", f"{TENANT}/{books.pilot.award_id}") in found
    assert ("9.7", f"{TENANT}/{books.disbursement_id}") in found


def test_a_document_checked_by_its_maker_is_named(books: Books, tamper: Tamper) -> None:
    change = "UPDATE entry SET checked_by = (SELECT made_by FROM document WHERE id = :id) WHERE document_id = :id"
    tamper("entry", change, id=books.disbursement_id)
    assert ("9.11", "entry.checked_by") in {(rule, place) for rule, place, _ in named()}


def test_a_changed_pilot_is_named(books: Books, tamper: Tamper) -> None:
    tamper("pilot", "UPDATE pilot SET name = 'x' WHERE id = :id", id=books.pilot.id)
    assert named() == {("R10.3", "pilot.name", f"{TENANT}/{books.pilot.id}")}


def test_an_entry_recorded_before_its_business_date_is_named(books: Books, tamper: Tamper) -> None:
    tamper("entry", "UPDATE entry SET business_date = '2026-11-24' WHERE document_id = :id", id=books.disbursement_id)
    assert [failure.expected for failure in failures() if failure.rule == "9.12"] == ["2026-05-20", "2026-11-23"]


def test_a_voucher_used_twice_is_named(make: Factory, books: Books, tamper: Tamper) -> None:
    second = make.waiting(books.other, 1_00)
    tamper("document", "DROP INDEX uq_document_voucher")
    change = "UPDATE document SET voucher_no = 'same' WHERE tenant_code = '220300' AND kind = 'disbursement'"
    tamper("document", change)
    assert ("9.14", "document.voucher_no", f"220300/{second}") in named()


@pytest.mark.rule("RX.5")
def test_a_reversal_of_another_amount_is_named(books: Books, tamper: Tamper) -> None:
    tamper("entry", "UPDATE entry SET amount = amount - 1 WHERE reverses_id IS NOT NULL")
    (found,) = [failure for failure in failures() if failure.rule == "9.10"]
    assert int(found.expected) == int(found.found) + 1


def test_a_status_that_no_reversal_explains_is_named(books: Books, tamper: Tamper) -> None:
    tamper("document", "UPDATE document SET status = 'posted' WHERE id = :id", id=books.reversed_id)
    assert ("9.10", "document.status", f"{TENANT}/{books.reversed_id}") in named()
