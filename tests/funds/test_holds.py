"""A change report holds money on its way to a project: every way to pay it is refused, and names the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from flask import Flask

from ledger import dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.changes.commands import FieldChange
from ledger.domain import errors
from ledger.domain.access import SYSTEM
from ledger.domain.changes import ChangeType, HoldReason
from ledger.domain.documents import KIND_NAMES, DocumentKind
from ledger.domain.holds import check_not_held_by, holds_back
from ledger.domain.money import Money
from ledger.exchange.commands import ImportBook, NotStored
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.funds.commands_check import ApproveDocument, ReverseDocument
from ledger.funds.commands_notice import NoticeLine, RecordNotice
from ledger.funds.commands_spending import RecordExpenditure, RecordRecovery
from ledger.funds.queries_award import AskAllocationStanding, AskAwardStanding
from ledger.funds.queries_entry import PreviewDisbursement
from ledger.funds.queries_lists import ListDocuments
from ledger.funds.queries_trial import TryEntry
from tests.data import make_workbooks
from tests.factories import ALLOCATED_ON, PAID_ON, Factory, MadePilot
from tests.faults.raw import refused, session_of
from tests.funds.holding import T, drafted, sent, withdrawn

NUMBER = "BG-2026-0001"


@pytest.mark.rule("R10.2")
@pytest.mark.rule("C05")
def test_a_payment_is_refused_from_the_filing_on_and_not_before(make: Factory) -> None:
    pilot = make.allocated(1000)
    drafted(make, pilot)
    waiting = make.waiting(pilot, 100)
    make.disbursed(pilot, 100)
    sent(make, make.allocated(500))
    make.disbursed(pilot, 1)
    report_id = sent(make, pilot)
    with pytest.raises(errors.HeldByReport, match="BG-2026-0003"):
        make.waiting(pilot, 1)
    with pytest.raises(errors.HeldByReport):
        make.approve(T, DocumentKind.DISBURSEMENT, waiting, f"{T}.finance_reviewer")
    withdrawn(make, report_id)
    make.approve(T, DocumentKind.DISBURSEMENT, waiting, f"{T}.finance_reviewer")
    make.disbursed(pilot, 1)
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("R10.2")
@pytest.mark.rule("C07")
def test_every_way_to_give_money_names_the_report(make: Factory) -> None:
    pilot = make.allocated(1000)
    report_id = sent(make, pilot, FieldChange("construction_state", "stopped"), change=ChangeType.C07)
    officer, clerk = make.actor("province.officer"), make.actor(f"{T}.finance_officer")
    record = make.disbursement_command(pilot, 1)
    refusals = [dispatch.ask(TryEntry(record), clerk)]
    preview = PreviewDisbursement(tenant_code=T, allocation_id=pilot.allocation_id, amount=Money(1))
    refusals += dispatch.ask(preview, clerk).problems
    standing = AskAllocationStanding(tenant_code=T, award_id=pilot.award_id)
    line = dispatch.ask(standing, officer).lines[0]
    found = dispatch.ask(AskAllocationStanding(tenant_code=T, award_id=pilot.award_id, line_id=line.line_id), officer)
    refusals += found.problems
    again = AskAwardStanding(
        tenant_code=T, pilot_id=pilot.id, fiscal_year=2026, lines=((pilot.project_codes[0], Money(1)),)
    )
    refusals += [one for one in dispatch.ask(again, officer).problems if one.code == "frozen"]
    for command, who in (
        (record, clerk),
        (make.allocation_command(pilot, 1, document_no="吉财建指〔2026〕130号"), officer),
        (
            RecordNotice(
                fiscal_year=2026,
                document_no="吉财建指〔2026〕131号",
                allocated_on=ALLOCATED_ON,
                lines=(
                    NoticeLine(
                        tenant_code=T,
                        award_id=pilot.award_id,
                        project_code=pilot.project_codes[0],
                        amount=Money(1),
                    ),
                ),
            ),
            officer,
        ),
    ):
        with pytest.raises(errors.HeldByReport) as refusal:
            dispatch.execute(command, who)
        refusals.append(refusal.value)
    assert len(refusals) == 7
    for one in refusals:
        assert one is not None
        assert (one.code, one.article) == ("frozen", "第十条")
        assert NUMBER in str(one)
        assert "缓建" in str(one)
    withdrawn(make, report_id)
    assert dispatch.ask(TryEntry(record), clerk) is None


@pytest.mark.rule("R10.2")
def test_an_award_and_an_allocation_that_wait_are_not_posted(make: Factory) -> None:
    bare = make.pilot()
    officer = make.actor("province.officer")
    award_id = dispatch.execute(make.award_command(bare, 1000), officer).subject_id
    first = sent(make, bare)
    with pytest.raises(errors.HeldByReport):
        make.approve(T, DocumentKind.AWARD, award_id, "province.reviewer")
    withdrawn(make, first)
    make.approve(T, DocumentKind.AWARD, award_id, "province.reviewer")
    pilot = MadePilot(T, bare.id, bare.uscc, bare.name, bare.project_codes, award_id)
    allocation_id = dispatch.execute(make.allocation_command(pilot, 500), officer).subject_id
    second = sent(make, pilot)
    with pytest.raises(errors.HeldByReport):
        make.approve(T, DocumentKind.ALLOCATION, allocation_id, "province.reviewer")
    withdrawn(make, second)
    make.approve(T, DocumentKind.ALLOCATION, allocation_id, "province.reviewer")


@pytest.mark.rule("9.7")
def test_money_comes_back_and_spending_is_recorded_meanwhile(make: Factory) -> None:
    pilot = make.allocated(1000)
    paid = make.disbursed(pilot, 300)
    other = make.disbursed(pilot, 200)
    sent(make, pilot)
    clerk, reviewer = make.actor(f"{T}.finance_officer"), make.actor(f"{T}.finance_reviewer")
    spent = RecordExpenditure(
        tenant_code=T, disbursement_id=paid, amount=Money(100), spent_on=date(2026, 6, 1), purpose="设备"
    )
    back = RecordRecovery(
        tenant_code=T,
        disbursement_id=paid,
        amount=Money(100),
        recovered_on=date(2026, 7, 2),
        document_no="收1号",
        reason="终止",
    )
    undone = ReverseDocument(
        tenant_code=T, kind=DocumentKind.DISBURSEMENT, document_id=other, reason="错", reversed_on=date(2026, 8, 1)
    )
    for command, kind in (
        (spent, DocumentKind.EXPENDITURE),
        (back, DocumentKind.RECOVERY),
        (undone, DocumentKind.DISBURSEMENT),
    ):
        document_id = dispatch.execute(command, clerk).subject_id
        dispatch.execute(ApproveDocument(tenant_code=T, kind=kind, document_id=document_id), reviewer)
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("R10.2")
def test_a_report_on_one_project_holds_no_other(make: Factory) -> None:
    pilot = make.awarded(900, projects=2)
    sent(make, pilot, project=1)
    officer = make.actor("province.officer")
    allocation_id = dispatch.execute(make.allocation_command(pilot, 100), officer).subject_id
    make.approve(T, DocumentKind.ALLOCATION, allocation_id, "province.reviewer")
    held = make.allocation_command(pilot, 100, project_code=pilot.project_codes[1])
    with pytest.raises(errors.HeldByReport):
        dispatch.execute(held, officer)


@pytest.mark.rule("R10.2")
def test_raw_sql_posts_nothing_to_a_held_project(app: Flask, make: Factory) -> None:
    pilot = make.allocated(1000)
    make.waiting(pilot, 100)
    entry = (
        "INSERT INTO entry (tenant_code, id, document_id, pilot_id, line_id, allocation_id, disbursement_id,"
        " from_stage, to_stage, amount, fiscal_year, business_date, recorded_at, document_version, checked_by,"
        " checked_by_name) SELECT tenant_code, id + 1, id, pilot_id, line_id, allocation_id, id, 'allocated',"
        " 'disbursed', amount, fiscal_year, business_date, made_at, version, made_by + 1, 'x' FROM document"
        " WHERE kind = 'disbursement' AND status = 'waiting'"
    )
    with session_of(app, T) as connection:
        assert not refused(connection, entry)
    report_id = sent(make, pilot)
    with session_of(app, T) as connection:
        assert refused(connection, entry)
        assert refused(connection, "DELETE FROM project_hold")
        assert refused(connection, "UPDATE project_hold SET released_at = held_at")
    withdrawn(make, report_id)
    with session_of(app, T) as connection:
        assert not refused(connection, entry)


@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("reason", HoldReason)
@pytest.mark.parametrize("act", DocumentKind)
def test_what_each_hold_keeps_back(reason: HoldReason, act: DocumentKind) -> None:
    giving = {DocumentKind.AWARD, DocumentKind.ALLOCATION, DocumentKind.DISBURSEMENT}
    held = {DocumentKind.DISBURSEMENT} if reason is HoldReason.ACCOUNT else giving
    assert holds_back(reason, act) is (act in held)
    if act not in held:
        check_not_held_by(reason, NUMBER, ChangeType.C05, act)
        return
    with pytest.raises(errors.HeldByReport) as refusal:
        check_not_held_by(reason, NUMBER, ChangeType.C05, act)
    told = (refusal.value.code, refusal.value.article)
    assert told == ("frozen", "第十条")
    assert f"{NUMBER}（实施主体或项目法人变更）" in str(refusal.value)
    assert KIND_NAMES[act] in str(refusal.value)
    assert "请" in str(refusal.value)


@pytest.mark.rule("R10.2")
def test_a_book_of_payments_stops_at_the_held_one_and_stores_nothing(make: Factory) -> None:
    free, held = make.allocated(1000_00), make.allocated(1000_00, tenant_code=T)
    sent(make, held)
    rows: list[Sequence[str | int | float | date | None]] = [
        [
            number, PAID_ON, pilot.name, pilot.uscc, pilot.project_codes[0], pilot.name, "220012345678901",
            "吉财建指〔2026〕118号", f"记-{number:03d}", 1.0,
        ]
        for number, pilot in enumerate((free, held), 1)
    ]  # fmt: skip
    upload = Upload("拨付.xlsx", make_workbooks.book("disbursements", rows))
    clerk = make.actor(f"{T}.finance_officer")
    order = ImportBook(kind=Kind.DISBURSEMENTS, upload=upload, checker=make.actor(f"{T}.finance_reviewer"))
    with pytest.raises(NotStored) as refusal:
        dispatch.execute(order, clerk)
    (row,) = refusal.value.report.refused
    assert NUMBER in str(row)
    page = dispatch.ask(ListDocuments(tenant_code=T, kind=DocumentKind.DISBURSEMENT), clerk)
    assert page.total == 0
