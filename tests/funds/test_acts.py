"""The acts on a document: who may, in which state, on which version, and what is left on the record."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from ledger import database, dispatch
from ledger.domain import errors
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.money import Money
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument, WithdrawDocument
from ledger.funds.commands_disbursement import AmendDisbursement
from ledger.funds.queries import GetDocument, MyWork
from ledger.funds.queries_lists import ListDocuments
from ledger.journal import JournalEntry
from ledger.tenancy import Scope
from tests.factories import PAID_ON, Factory, MadePilot

DISBURSEMENT = DocumentKind.DISBURSEMENT


def _act(act: type[Any], document_id: int, **values: Any) -> Any:
    return act(tenant_code="220100", kind=DISBURSEMENT, document_id=document_id, **values)


def _state(make: Factory, document_id: int) -> Status:
    query = GetDocument(tenant_code="220100", document_id=document_id)
    return dispatch.ask(query, make.actor("220100.finance_officer")).shown.document.status


def _entries(kind: str, stream: str = "220100") -> list[dict[str, Any]]:
    from sqlalchemy.orm import Session

    with Session(database.engine(), info={"scope": Scope(stream)}) as session:
        rows = session.scalars(select(JournalEntry).where(JournalEntry.kind == kind).order_by(JournalEntry.seq))
        return [json.loads(row.payload) for row in rows]


@pytest.mark.rule("RX.2")
def test_the_maker_is_never_the_checker_and_the_attempt_is_on_the_record(make: Factory) -> None:
    document_id = make.waiting(make.allocated(1000), 100)
    officer = make.actor("220100.finance_officer")
    both = replace(officer, roles=officer.roles | make.actor("220100.finance_reviewer").roles)
    with pytest.raises(errors.MakerIsChecker):
        dispatch.execute(_act(ApproveDocument, document_id), both)
    assert _state(make, document_id) is Status.WAITING
    (entry,) = _entries("attempt_refused")
    assert entry["after"]["code"] == "maker_is_checker"
    assert entry["actor"]["person"] == str(officer.person_id)


@pytest.mark.rule("RX.3")
def test_every_act_leaves_one_entry_per_document_with_what_was_and_what_is(make: Factory) -> None:
    document_id = make.disbursed(make.allocated(1000), 400)
    (recorded,) = _entries("disbursement_recorded")
    (approved,) = _entries("disbursement_approved")
    assert recorded["before"] == {}
    assert recorded["after"]["amount_fen"] == "400"
    assert (approved["before"]["status"], approved["after"]["status"]) == ("waiting", "posted")
    assert approved["subject"] == {"type": "disbursement", "id": str(document_id)}
    (posting,) = approved["entries"]
    assert (posting["from"], posting["to"], posting["amount_fen"]) == ("allocated", "disbursed", "400")


def test_a_returned_document_is_mended_by_its_maker_and_checked_again(make: Factory) -> None:
    pilot = make.allocated(1000)
    document_id = make.waiting(pilot, 900)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    with pytest.raises(errors.Required):
        dispatch.execute(_act(ReturnDocument, document_id, version=1, reason=" "), reviewer)
    dispatch.execute(_act(ReturnDocument, document_id, version=1, reason="凭证不清"), reviewer)
    shown = dispatch.ask(GetDocument(tenant_code="220100", document_id=document_id), officer).shown.document
    assert shown.return_reason == "凭证不清"
    amend = _amend(make, pilot, document_id)
    dispatch.execute(amend, officer)
    make.approve("220100", DISBURSEMENT, document_id, "220100.finance_reviewer")
    assert _state(make, document_id) is Status.POSTED


def _amend(make: Factory, pilot: MadePilot, document_id: int) -> AmendDisbursement:
    return AmendDisbursement(
        tenant_code="220100",
        document_id=document_id,
        version=2,
        allocation_id=pilot.allocation_id,
        amount=Money(1000),
        paid_on=PAID_ON,
        voucher_no="ZF-MENDED",
        payee_name=pilot.name,
        payee_account="220012345678901",
    )


def test_a_stale_act_is_refused_with_what_changed(make: Factory) -> None:
    pilot = make.allocated(1000)
    document_id = make.waiting(pilot, 900)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    dispatch.execute(_act(ReturnDocument, document_id, version=1, reason="金额"), reviewer)
    dispatch.execute(_amend(make, pilot, document_id), officer)
    with pytest.raises(errors.Conflict) as refusal:
        dispatch.execute(_act(ApproveDocument, document_id, version=1), reviewer)
    assert refusal.value.changed["amount_fen"] == ("900", "1000")
    assert officer.name in str(refusal.value)


MOVES = {
    (Status.WAITING, "approve"), (Status.WAITING, "return"), (Status.WAITING, "withdraw"), (Status.POSTED, "reverse"),
    (Status.RETURNED, "amend"), (Status.DRAFT, "amend"),
}  # fmt: skip
ACTS = ("approve", "return", "withdraw", "reverse", "amend")


@pytest.mark.parametrize(("status", "act"), list(itertools.product(Status, ACTS)))
def test_every_act_in_every_state(make: Factory, status: Status, act: str) -> None:
    pilot = make.allocated(1000)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    document_id = _in_state(make, pilot, status)
    version = dispatch.ask(GetDocument(tenant_code="220100", document_id=document_id), officer).shown.document.version
    commands = {
        "approve": (_act(ApproveDocument, document_id, version=version), reviewer),
        "return": (_act(ReturnDocument, document_id, version=version, reason="错"), reviewer),
        "withdraw": (_act(WithdrawDocument, document_id, version=version), officer),
        "reverse": (
            _act(ReverseDocument, document_id, version=version, reason="错", reversed_on=date(2026, 6, 1)),
            officer,
        ),
        "amend": (replace(_amend(make, pilot, document_id), version=version, amount=Money(1)), officer),
    }
    command, who = commands[act]
    if (status, act) in MOVES:
        dispatch.execute(command, who)
    else:
        with pytest.raises(errors.Conflict):
            dispatch.execute(command, who)
        assert _state(make, document_id) is status


def _in_state(make: Factory, pilot: MadePilot, status: Status) -> int:
    document_id = make.waiting(pilot, 100)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    if status is Status.DRAFT:
        dispatch.execute(_act(WithdrawDocument, document_id), officer)
    elif status is Status.RETURNED:
        dispatch.execute(_act(ReturnDocument, document_id, reason="错"), reviewer)
    elif status in (Status.POSTED, Status.REVERSED):
        dispatch.execute(_act(ApproveDocument, document_id), reviewer)
    if status is Status.REVERSED:
        reverse = _act(ReverseDocument, document_id, reason="错", reversed_on=date(2026, 6, 1))
        reversal = dispatch.execute(reverse, officer).subject_id
        dispatch.execute(_act(ApproveDocument, reversal), reviewer)
    return document_id


def test_a_withdrawn_or_returned_disbursement_reserves_nothing(make: Factory) -> None:
    pilot = make.allocated(1000)
    dispatch.execute(_act(WithdrawDocument, make.waiting(pilot, 1000)), make.actor("220100.finance_officer"))
    second = make.waiting(pilot, 1000)
    dispatch.execute(_act(ReturnDocument, second, reason="错"), make.actor("220100.finance_reviewer"))
    make.disbursed(pilot, 1000)


@pytest.mark.rule("RX.4")
def test_another_tenants_document_is_refused_word_for_word_as_a_missing_one(make: Factory) -> None:
    document_id = make.waiting(make.allocated(1000), 100)
    stranger = make.actor("220200.finance_reviewer")
    said = set()
    for tenant_code, number in (("220100", document_id), ("220200", document_id), ("220200", 1)):
        command = ApproveDocument(tenant_code=tenant_code, kind=DISBURSEMENT, document_id=number)
        with pytest.raises(errors.NotFound) as refusal:
            dispatch.execute(command, stranger)
        said.add((refusal.value.code, str(refusal.value)))
    assert len(said) == 1


def test_lists_and_work_show_the_document_to_those_whom_it_waits_for(make: Factory) -> None:
    pilot = make.allocated(1000)
    make.disbursed(pilot, 300)
    waiting = make.waiting(pilot, 200)
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    page = dispatch.ask(ListDocuments(tenant_code="220100", kind=DISBURSEMENT), officer)
    assert (page.total, page.amount_total) == (2, Money(300))
    one = dispatch.ask(ListDocuments(tenant_code="220100", kind=DISBURSEMENT, status="waiting"), officer)
    assert [item.document.id for item in one.items] == [waiting]
    assert [item.document.id for item in dispatch.ask(MyWork(), reviewer).to_check] == [waiting]
    assert [item.document.id for item in dispatch.ask(MyWork(), officer).sent] == [waiting]
    assert dispatch.ask(MyWork(), make.actor("220200.finance_reviewer")).to_check == []
    assert len(dispatch.ask(MyWork(), make.actor("province.reviewer")).done) == 2
