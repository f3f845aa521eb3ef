"""Every limit of the money at the limit, one fen above and one fen below, through the commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger import dispatch
from ledger.domain import errors
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument
from ledger.funds.commands_fund_line import SetFundLine
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.funds.queries_pilots import GetPilot
from tests.factories import PAID_ON, Factory, MadePilot

CAPS = [
    pytest.param(PilotKind.REGION, 5_000_000_00, marks=pytest.mark.rule("R8.3"), id="region"),
    pytest.param(PilotKind.ENTERPRISE, 1_000_000_00, marks=pytest.mark.rule("R8.4"), id="enterprise"),
]


@pytest.mark.parametrize(("kind", "cap"), CAPS)
def test_an_award_at_the_cap_is_taken_and_one_fen_above_is_refused(make: Factory, kind: PilotKind, cap: int) -> None:
    officer = make.actor("province.officer")
    pilot = make.pilot(kind=kind)
    with pytest.raises(errors.CapExceeded) as refusal:
        dispatch.execute(make.award_command(pilot, cap + 1), officer)
    assert refusal.value.article == "第八条"
    assert refusal.value.numbers["requested"] == Money(cap + 1)
    assert dispatch.execute(make.award_command(pilot, cap), officer).facts[0].after["status"] == "waiting"


@pytest.mark.rule("R8.5")
def test_a_second_award_is_refused_whatever_tenant_it_comes_from(make: Factory) -> None:
    first = make.awarded(600_000_00)
    second = make.pilot("220200", uscc=first.uscc)
    for pilot in (first, second):
        with pytest.raises(errors.AlreadyAwarded) as refusal:
            dispatch.execute(make.award_command(pilot, 1), make.actor("province.officer"))
        assert refusal.value.article == "第八条"


@pytest.mark.rule("Q4")
def test_a_returned_award_frees_the_right_and_a_posted_one_keeps_it(make: Factory) -> None:
    officer, reviewer = make.actor("province.officer"), make.actor("province.reviewer")
    pilot = make.pilot()
    award_id = dispatch.execute(make.award_command(pilot, 500_000_00), officer).subject_id
    with pytest.raises(errors.AlreadyAwarded):
        dispatch.execute(make.award_command(pilot, 400_000_00), officer)
    back = ReturnDocument(
        tenant_code=pilot.tenant_code, kind=DocumentKind.AWARD, document_id=award_id, version=1, reason="金额有误"
    )
    dispatch.execute(back, reviewer)
    again = dispatch.execute(make.award_command(pilot, 400_000_00), officer).subject_id
    make.approve(pilot.tenant_code, DocumentKind.AWARD, again, "province.reviewer")
    with pytest.raises(errors.Conflict):
        dispatch.execute(
            ReverseDocument(
                tenant_code=pilot.tenant_code,
                kind=DocumentKind.AWARD,
                document_id=again,
                reason="撤销",
                reversed_on=PAID_ON,
            ),
            officer,
        )


@pytest.mark.rule("R8.1")
def test_a_unit_that_is_not_designated_gets_no_award(make: Factory) -> None:
    pilot = make.pilot(active=False)
    with pytest.raises(errors.NotDesignated) as refusal:
        dispatch.execute(make.award_command(pilot, 1), make.actor("province.officer"))
    assert refusal.value.article == "第八条"


@pytest.mark.rule("R8.2")
def test_an_award_without_a_project_of_the_plan_is_refused(make: Factory) -> None:
    pilot, other = make.pilot(), make.pilot()
    command = make.award_command(replace(pilot, project_codes=other.project_codes), 1)
    with pytest.raises(errors.ProjectMismatch):
        dispatch.execute(command, make.actor("province.officer"))


@pytest.mark.rule("Q5")
def test_one_project_code_is_never_funded_twice(make: Factory) -> None:
    region = make.awarded(kind=PilotKind.REGION)
    enterprise = make.pilot(project_codes=region.project_codes)
    with pytest.raises(errors.ProjectMismatch):
        dispatch.execute(make.award_command(enterprise, 1), make.actor("province.officer"))


@pytest.mark.rule("Q6")
def test_a_region_spreads_its_award_over_its_projects(make: Factory) -> None:
    pilot = make.awarded(5_000_000_00, kind=PilotKind.REGION, projects=3)
    detail = dispatch.ask(
        GetPilot(tenant_code=pilot.tenant_code, pilot_id=pilot.id), make.actor("220100.finance_officer")
    )
    assert sum(money.awarded.fen for _, money in detail.projects) == 5_000_000_00


@pytest.mark.rule("R8.6")
def test_awards_never_pass_the_fund_line_of_the_year(make: Factory) -> None:
    officer, reviewer = make.actor("province.officer"), make.actor("province.reviewer")
    dispatch.execute(SetFundLine(fiscal_year=2025, total=Money(100), checker=reviewer), officer)
    pilot = make.pilot()
    with pytest.raises(errors.ExceedsFundLine):
        dispatch.execute(make.award_command(pilot, 101, fiscal_year=2025), officer)
    award_id = dispatch.execute(make.award_command(pilot, 100, fiscal_year=2025), officer).subject_id
    make.approve(pilot.tenant_code, DocumentKind.AWARD, award_id, "province.reviewer")
    with pytest.raises(errors.ExceedsFundLine):
        dispatch.execute(SetFundLine(fiscal_year=2025, total=Money(99), checker=reviewer), officer)
    with pytest.raises(errors.ExceedsFundLine):
        dispatch.execute(make.award_command(make.pilot(), 1, fiscal_year=2024), officer)


@pytest.mark.rule("RX.1")
def test_an_allocation_never_passes_its_award_waiting_ones_counted(make: Factory) -> None:
    officer = make.actor("province.officer")
    pilot = make.awarded(1000)
    dispatch.execute(make.allocation_command(pilot, 400), officer)
    above = make.allocation_command(pilot, 601, document_no="吉财建指〔2026〕119号")
    with pytest.raises(errors.ExceedsAwarded) as refusal:
        dispatch.execute(above, officer)
    assert refusal.value.numbers["available"] == Money(600)
    dispatch.execute(replace(above, amount=Money(600)), officer)


@pytest.mark.rule("RX.2")
def test_a_waiting_disbursement_reserves_and_the_last_fen_can_be_paid(make: Factory) -> None:
    pilot = make.allocated(1000)
    make.disbursed(pilot, 300)
    make.waiting(pilot, 300)
    officer = make.actor("220100.finance_officer")
    with pytest.raises(errors.ExceedsAllocated) as refusal:
        dispatch.execute(make.disbursement_command(pilot, 401), officer)
    numbers = {name: amount.fen for name, amount in refusal.value.numbers.items()}
    assert numbers["limit"] == 1000
    assert numbers["used"] == 300
    assert numbers["available"] == 400
    make.disbursed(pilot, 400)


def test_a_disbursement_is_refused_before_its_allocation_for_another_payee_and_for_a_used_voucher(
    make: Factory,
) -> None:
    pilot = make.allocated(1000)
    officer = make.actor("220100.finance_officer")
    make.disbursed(pilot, 1, voucher_no="ZF-1")
    refused: list[tuple[type[errors.LedgerError], dict[str, object]]] = [
        (errors.BeforeAllocation, {"paid_on": date(2026, 4, 27)}),
        (errors.FutureDate, {"paid_on": date(2027, 12, 31)}),
        (errors.PayeeMismatch, {"payee_name": "某某贸易有限公司"}),
        (errors.VoucherDuplicate, {"voucher_no": "ZF-1"}),
    ]
    for refusal, changes in refused:
        with pytest.raises(refusal):
            dispatch.execute(make.disbursement_command(pilot, 1, **changes), officer)


def _spend(make: Factory, disbursement_id: int, amount: int) -> int:
    command = RecordExpenditure(
        tenant_code="220100",
        disbursement_id=disbursement_id,
        amount=Money(amount),
        spent_on=date(2026, 6, 1),
        purpose="设备购置",
    )
    document_id = dispatch.execute(command, make.actor("220100.finance_officer")).subject_id
    make.approve("220100", DocumentKind.EXPENDITURE, document_id, "220100.finance_reviewer")
    return document_id


def _accept(pilot: MadePilot, amount: int) -> RecordAcceptance:
    return RecordAcceptance(
        tenant_code=pilot.tenant_code,
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(amount),
        accepted_on=date(2026, 7, 1),
        document_no="长发改验〔2026〕3号",
    )


def _recover(amount: int, **what: int) -> RecordRecovery:
    return RecordRecovery(
        tenant_code="220100",
        amount=Money(amount),
        recovered_on=date(2026, 7, 2),
        document_no="长财收〔2026〕1号",
        reason="项目终止",
        **what,
    )


def test_spent_recovered_and_accepted_never_pass_what_they_stand_on(make: Factory) -> None:
    pilot = make.allocated(1000)
    disbursement_id = make.disbursed(pilot, 600)
    finance, drc = make.actor("220100.finance_officer"), make.actor("220100.drc_officer")
    with pytest.raises(errors.ExceedsDisbursed):
        _spend(make, disbursement_id, 601)
    _spend(make, disbursement_id, 400)
    with pytest.raises(errors.ExceedsSpent):
        dispatch.execute(_accept(pilot, 401), drc)
    acceptance_id = dispatch.execute(_accept(pilot, 400), drc).subject_id
    make.approve("220100", DocumentKind.ACCEPTANCE, acceptance_id, "220100.drc_reviewer")
    with pytest.raises(errors.ExceedsDisbursed):
        dispatch.execute(_recover(201, disbursement_id=disbursement_id), finance)
    dispatch.execute(_recover(200, disbursement_id=disbursement_id), finance)
    with pytest.raises(errors.ExceedsAllocated):
        dispatch.execute(_recover(401, allocation_id=pilot.allocation_id), finance)
    dispatch.execute(_recover(400, allocation_id=pilot.allocation_id), finance)


@pytest.mark.rule("RX.5")
def test_a_reversal_is_full_once_checked_by_another_and_frees_the_voucher(make: Factory) -> None:
    pilot = make.allocated(1000)
    disbursement_id = make.disbursed(pilot, 1000, voucher_no="ZF-9")
    officer, reviewer = make.actor("220100.finance_officer"), make.actor("220100.finance_reviewer")
    command = ReverseDocument(
        tenant_code="220100",
        kind=DocumentKind.DISBURSEMENT,
        document_id=disbursement_id,
        reason="重复拨付",
        reversed_on=date(2026, 5, 21),
    )
    receipt = dispatch.execute(command, officer)
    assert receipt.facts[0].after["amount_fen"] == "1000"
    with pytest.raises(errors.Conflict):
        dispatch.execute(command, officer)
    with pytest.raises(errors.Conflict):
        dispatch.execute(replace(command, document_id=receipt.subject_id), officer)
    approve = ApproveDocument(tenant_code="220100", kind=DocumentKind.DISBURSEMENT, document_id=receipt.subject_id)
    with pytest.raises(errors.NotPermitted):
        dispatch.execute(approve, officer)
    dispatch.execute(approve, reviewer)
    with pytest.raises(errors.Conflict):
        dispatch.execute(command, officer)
    make.disbursed(pilot, 1000, voucher_no="ZF-9")


def test_a_disbursement_with_money_spent_on_it_is_not_reversed(make: Factory) -> None:
    pilot = make.allocated(1000)
    disbursement_id = make.disbursed(pilot, 600)
    _spend(make, disbursement_id, 1)
    with pytest.raises(errors.ExceedsDisbursed):
        dispatch.execute(
            ReverseDocument(
                tenant_code="220100",
                kind=DocumentKind.DISBURSEMENT,
                document_id=disbursement_id,
                reason="错",
                reversed_on=PAID_ON,
            ),
            make.actor("220100.finance_officer"),
        )
