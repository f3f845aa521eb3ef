"""What came back is mended by its maker and sent again, whatever its kind; a draft is kept and sent later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.audit.queries_check import CheckBooks
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import Conflict, DocumentUnknown, LedgerError, NotFound, NotPermitted
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.funds.commands_amend import AmendDocument, DraftDocument, Recording
from ledger.funds.commands_award import AwardLineDraft
from ledger.funds.commands_check import ReturnDocument, WithdrawDocument
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.funds.queries import GetDocument, ShownDocument
from tests.factories import Factory

HOME = "220100"
PEOPLE = {
    DocumentKind.AWARD: ("province.officer", "province.reviewer"),
    DocumentKind.ALLOCATION: ("province.officer", "province.reviewer"),
    DocumentKind.DISBURSEMENT: (f"{HOME}.finance_officer", f"{HOME}.finance_reviewer"),
    DocumentKind.EXPENDITURE: (f"{HOME}.finance_officer", f"{HOME}.finance_reviewer"),
    DocumentKind.ACCEPTANCE: (f"{HOME}.drc_officer", f"{HOME}.drc_reviewer"),
    DocumentKind.RECOVERY: (f"{HOME}.finance_officer", f"{HOME}.finance_reviewer"),
}
MENDED: dict[DocumentKind, dict[str, Any]] = {
    DocumentKind.AWARD: {"document_no": "吉发改服务〔2026〕36号", "decided_on": date(2026, 4, 12)},
    DocumentKind.ALLOCATION: {"document_no": "吉财建指〔2026〕119号", "allocated_on": date(2026, 4, 30)},
    DocumentKind.DISBURSEMENT: {"voucher_no": "ZF-NEW", "paid_on": date(2026, 5, 21)},
    DocumentKind.EXPENDITURE: {"purpose": "购置检测设备", "spent_on": date(2026, 6, 2)},
    DocumentKind.ACCEPTANCE: {"document_no": "验2号", "accepted_on": date(2026, 7, 2)},
    DocumentKind.RECOVERY: {"document_no": "收2号", "recovered_on": date(2026, 7, 3), "reason": "项目终止"},
}


def recording(make: Factory, kind: DocumentKind) -> Any:
    """The command that records one document of a kind, with all that comes before it posted."""
    if kind is DocumentKind.AWARD:
        return make.award_command(make.pilot(kind=PilotKind.REGION, projects=2), 800_000_00)
    if kind is DocumentKind.ALLOCATION:
        return make.allocation_command(make.awarded(1_000_000_00), 600_000_00)
    pilot = make.allocated(1_000_000_00)
    if kind is DocumentKind.DISBURSEMENT:
        return make.disbursement_command(pilot, 500_000_00)
    paid = make.disbursed(pilot, 500_000_00)
    spent = RecordExpenditure(
        tenant_code=HOME, disbursement_id=paid, amount=Money(300_000_00), spent_on=date(2026, 6, 1), purpose="设备"
    )
    if kind is DocumentKind.EXPENDITURE:
        return spent
    if kind is DocumentKind.RECOVERY:
        return RecordRecovery(
            tenant_code=HOME,
            disbursement_id=paid,
            amount=Money(100_000_00),
            recovered_on=date(2026, 7, 2),
            document_no="收1号",
            reason="终止",
        )
    officer, reviewer = PEOPLE[DocumentKind.EXPENDITURE]
    make.approve(HOME, DocumentKind.EXPENDITURE, execute(spent, make.actor(officer)).subject_id, reviewer)
    return RecordAcceptance(
        tenant_code=HOME,
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(200_000_00),
        accepted_on=date(2026, 7, 1),
        document_no="验1号",
    )


def shown(make: Factory, document_id: int) -> ShownDocument:
    return ask(GetDocument(tenant_code=HOME, document_id=document_id), make.actor("220100.finance_officer")).shown


def returned(make: Factory, kind: DocumentKind, entered: Recording) -> int:
    officer, reviewer = (make.actor(one) for one in PEOPLE[kind])
    document_id = execute(entered, officer).subject_id  # type: ignore[arg-type]
    execute(ReturnDocument(tenant_code=HOME, kind=kind, document_id=document_id, reason="请更正"), reviewer)
    return document_id


def mended(kind: DocumentKind, entered: Any) -> Any:
    if kind is DocumentKind.AWARD:
        codes = [line.project_code for line in entered.lines]
        # One line alone, another amount: the other project is free again.
        return replace(entered, lines=(AwardLineDraft(codes[1], Money(700_000_00)),), **MENDED[kind])
    return replace(entered, amount=Money(entered.amount.fen - 1_00), **MENDED[kind])


@pytest.mark.parametrize("kind", PEOPLE)
def test_what_came_back_is_mended_sent_again_and_posted(make: Factory, kind: DocumentKind) -> None:
    entered = recording(make, kind)
    document_id = returned(make, kind, entered)
    new = mended(kind, entered)
    receipt = execute(AmendDocument(entered=new, document_id=document_id, version=2), make.actor(PEOPLE[kind][0]))
    assert receipt.facts[0].kind == f"{kind}_amended"
    document = shown(make, document_id).document
    assert (document.status, document.amount, document.return_reason) == ("waiting", new.amount, None)
    if "document_no" in MENDED[kind]:
        assert document.document_no == MENDED[kind]["document_no"]
    make.approve(HOME, kind, document_id, PEOPLE[kind][1])
    assert shown(make, document_id).document.status == "posted"
    assert ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_draft_reserves_nothing_and_is_sent_later(make: Factory, kind: DocumentKind) -> None:
    entered = recording(make, kind)
    officer = make.actor(PEOPLE[kind][0])
    document_id = execute(DraftDocument(entered=entered), officer).subject_id
    assert shown(make, document_id).document.status == "draft"
    # Nothing of it is taken: the same may be entered by its side.
    beside = execute(entered, officer).subject_id
    execute(WithdrawDocument(tenant_code=HOME, kind=kind, document_id=beside), officer)
    execute(AmendDocument(entered=entered, document_id=document_id, version=1), officer)
    make.approve(HOME, kind, document_id, PEOPLE[kind][1])
    assert shown(make, document_id).document.status == "posted"


def test_only_its_maker_and_only_at_the_version_that_was_seen(make: Factory) -> None:
    kind = DocumentKind.EXPENDITURE
    entered = recording(make, kind)
    document_id = returned(make, kind, entered)
    with pytest.raises(Conflict):
        execute(AmendDocument(entered=entered, document_id=document_id, version=1), make.actor(PEOPLE[kind][0]))
    with pytest.raises(NotPermitted):
        execute(AmendDocument(entered=entered, document_id=document_id, version=2), make.actor(PEOPLE[kind][1]))


def test_what_a_document_is_of_stays(make: Factory) -> None:
    kind = DocumentKind.EXPENDITURE
    document_id = returned(make, kind, recording(make, kind))
    other = recording(make, kind)
    with pytest.raises(NotFound):
        execute(AmendDocument(entered=other, document_id=document_id, version=2), make.actor(PEOPLE[kind][0]))


def test_what_waits_or_stands_is_not_mended(make: Factory) -> None:
    entered = recording(make, DocumentKind.AWARD)
    officer = make.actor("province.officer")
    document_id = execute(entered, officer).subject_id
    with pytest.raises(LedgerError):
        execute(AmendDocument(entered=entered, document_id=document_id, version=1), officer)
    assert shown(make, document_id).document.status == "waiting"


def test_the_date_of_a_notice_is_free_again_when_all_of_it_came_back(make: Factory) -> None:
    kind = DocumentKind.ALLOCATION
    entered = recording(make, kind)
    officer = make.actor("province.officer")
    document_id = returned(make, kind, entered)
    right = replace(entered, allocated_on=date(2026, 4, 29))
    execute(AmendDocument(entered=right, document_id=document_id, version=2), officer)
    other = make.allocation_command(make.awarded(500_000_00), 100_00)
    with pytest.raises(DocumentUnknown):
        execute(other, officer)
    execute(replace(other, allocated_on=date(2026, 4, 29)), officer)
