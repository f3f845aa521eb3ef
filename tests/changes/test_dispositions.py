"""Every disposition of the province, and what it does to baseline, holds and money. R10.3, rules §8."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database, dispatch
from ledger.changes.commands_release import ConfirmRelease, ReleaseHold, SendBackRelease
from ledger.changes.queries_lists import ListHolds, ListHoldsOf
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import (
    AmountSign,
    Conflict,
    ExceedsAwarded,
    Frozen,
    FutureDate,
    Invalid,
    MakerIsChecker,
    NotPermitted,
    PayeeMismatch,
    Required,
)
from ledger.domain.money import Money
from tests.changes.reporting import DOCUMENT_NO, Reports
from tests.factories import MadePilot

KEEPS = (Disposition.REFUSE, Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER)


def _kinds(reports: Reports, report_id: int) -> list[str]:
    return [hold.kind.value for hold in reports.page(report_id).holds]


def _release(reports: Reports, pilot: MadePilot) -> None:
    (held,) = dispatch.ask(ListHoldsOf(tenant_code=pilot.tenant_code, pilot_id=pilot.id), reports.drc)
    place: dict[str, Any] = {"tenant_code": pilot.tenant_code, "hold_id": held.hold.id}
    officer, reviewer = reports.make.actor("province.officer"), reports.make.actor("province.reviewer")
    dispatch.execute(ReleaseHold(**place, document_no="吉发改〔2026〕40号", reason="整改完成"), officer)
    dispatch.execute(ConfirmRelease(**place), reviewer)


@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("disposition", [Disposition.FILE, Disposition.AGREE, *KEEPS])
def test_each_disposition_of_a_wish(reports: Reports, disposition: Disposition) -> None:
    pilot = reports.pilot(1_000_000_00)
    old = reports.text(pilot, "owner_name", ChangeType.C05)
    report_id = reports.passed(pilot, ChangeType.C05)
    assert _kinds(reports, report_id) == ["change"]
    reports.dispose(report_id, disposition)
    assert reports.text(pilot, "owner_name", ChangeType.C05) == old
    facts = reports.confirm(report_id).facts
    settled = reports.page(report_id).report
    assert (settled.status, settled.disposition, settled.disposition_document_no) == (
        "settled", disposition, DOCUMENT_NO,
    )  # fmt: skip
    agreed = disposition not in KEEPS
    assert (reports.text(pilot, "owner_name", ChangeType.C05) != old) is agreed
    suspended = disposition in (Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER)
    assert _kinds(reports, report_id) == (["suspension"] if suspended else [])
    assert ("recovery_demanded" in [fact.kind for fact in facts]) is (disposition is Disposition.RECOVER)


@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("disposition", KEEPS)
def test_each_disposition_of_a_fact_but_refusal_lets_it_stand(reports: Reports, disposition: Disposition) -> None:
    pilot = reports.pilot(1_000_000_00)
    reports.settle(reports.passed(pilot, ChangeType.C13), disposition)
    standing = reports.text(pilot, "standing", ChangeType.C13)
    assert standing == ("存续" if disposition is Disposition.REFUSE else "注销")


@pytest.mark.rule("R10.3")
def test_supplement_goes_back_to_the_office_with_its_opinion_and_holds_on(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C05)
    with pytest.raises(Required):
        reports.dispose(report_id, Disposition.SUPPLEMENT, document_no="", opinion="")
    reports.dispose(report_id, Disposition.SUPPLEMENT, document_no="", opinion="请补充协议")
    shown = reports.page(report_id)
    assert (shown.report.status, shown.report.opinion) == ("supplement", "请补充协议")
    assert _kinds(reports, report_id) == ["change"]
    reports.send(report_id)
    reports.return_it(report_id)
    assert _kinds(reports, report_id) == ["change"]


@pytest.mark.rule("R10.3")
def test_agreed_and_reduced_is_an_act_of_the_ledger_by_two_people(reports: Reports) -> None:
    pilot = reports.make.awarded(1_000_000_00)
    report_id = reports.passed(pilot, ChangeType.C02)
    reports.dispose(report_id, Disposition.AGREE_REDUCED, reduced_to=Money(800_000_00))
    assert reports.page(report_id).money.awarded == Money(1_000_000_00)
    facts = reports.confirm(report_id).facts
    assert reports.page(report_id).money.awarded == Money(800_000_00)
    assert reports.text(pilot, "content", ChangeType.C02) == "两条产线、一个检测中心"
    (posted,) = [fact for fact in facts if fact.kind == "reduction_approved"]
    assert (posted.amount, posted.after["made_by"]) == (
        Money(200_000_00), str(reports.make.actor("province.officer").person_id),
    )  # fmt: skip


@pytest.mark.rule("R10.3")
def test_a_reduction_needs_an_award_an_amount_and_room(reports: Reports) -> None:
    pilot = reports.pilot(1_000_000_00)
    report_id = reports.passed(pilot, ChangeType.C02)
    for amount, refusal in ((None, Required), (Money(-1), AmountSign), (Money(900_000_00), ExceedsAwarded),
                            (Money(1_000_000_00), Invalid)):  # fmt: skip
        with pytest.raises(refusal):
            reports.dispose(report_id, Disposition.AGREE_REDUCED, reduced_to=amount)
    unfunded = reports.passed(reports.pilot(), ChangeType.C02)
    with pytest.raises(Invalid):
        reports.dispose(unfunded, Disposition.AGREE_REDUCED, reduced_to=Money(1))
    assert reports.status(report_id) == "reported"


@pytest.mark.rule("R10.3")
def test_recovery_needs_an_amount_and_leaves_a_demand(app: Flask, reports: Reports) -> None:
    pilot = reports.pilot(1_000_000_00)
    report_id = reports.passed(pilot, ChangeType.C07)
    for amount, refusal in ((None, Required), (Money(0), AmountSign)):
        with pytest.raises(refusal):
            reports.dispose(report_id, Disposition.RECOVER, recover_amount=amount)
    reports.settle(report_id, Disposition.RECOVER, recover_amount=Money(300_000_00))
    with database.engine(database.PROVINCE).connect() as connection:
        row = connection.execute(text("SELECT amount, document_no, report_id FROM recovery_demand")).one()
    assert tuple(row) == (30_000_000, DOCUMENT_NO, report_id)


@pytest.mark.rule("R10.3")
def test_a_disposition_has_a_number_and_a_day_that_is_not_to_come(reports: Reports) -> None:
    report_id = reports.passed(reports.pilot(), ChangeType.C02)
    with pytest.raises(Required):
        reports.dispose(report_id, Disposition.AGREE, document_no=" ")
    with pytest.raises(Required):
        reports.dispose(report_id, Disposition.REFUSE, opinion="")
    with pytest.raises(FutureDate):
        reports.dispose(report_id, Disposition.AGREE, disposed_on=date(2026, 11, 24))
    reports.dispose(report_id, Disposition.AGREE, document_no="吉发改服务函[2026]３1号")
    assert reports.page(report_id).report.disposition_document_no == "吉发改服务函〔2026〕31号"


@pytest.mark.rule("R10.3")
@pytest.mark.rule("C07")
def test_a_stopped_project_stays_held_until_it_goes_on_again(reports: Reports) -> None:
    pilot = reports.pilot()
    stop = reports.passed(pilot, ChangeType.C07)
    assert _kinds(reports, stop) == ["change"]
    reports.settle(stop, Disposition.AGREE)
    assert _kinds(reports, stop) == ["stopped"]
    again = reports.passed(pilot, ChangeType.C07, {"construction_state": "building"})
    assert _kinds(reports, again) == ["stopped", "change"]
    reports.settle(again, Disposition.AGREE)
    assert _kinds(reports, again) == []


@pytest.mark.rule("C09")
def test_an_account_holds_until_finance_has_checked_it(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.sent(pilot, ChangeType.C09)
    assert _kinds(reports, report_id) == ["account"]
    reports.pass_on(report_id)
    reports.refuse_account(report_id)
    assert (reports.status(report_id), _kinds(reports, report_id)) == ("returned", [])
    reports.send(report_id)
    reports.pass_on(report_id)
    reports.check(report_id)
    assert (reports.status(report_id), _kinds(reports, report_id)) == ("settled", [])


@pytest.mark.rule("C14")
def test_an_incident_holds_every_project_of_the_pilot(reports: Reports) -> None:
    pilot = reports.make.pilot(projects=2)
    report_id = reports.sent(pilot, ChangeType.C14)
    (hold,) = reports.page(report_id).holds
    assert (hold.project_id, hold.kind.value) == (None, "change")
    reports.withdraw(report_id)
    assert _kinds(reports, report_id) == []


@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("disposition", [Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER])
def test_what_was_filed_alone_may_still_be_answered(reports: Reports, disposition: Disposition) -> None:
    pilot = reports.pilot(1_000_000_00)
    report_id = reports.passed(pilot, ChangeType.C10)
    for other in (Disposition.FILE, Disposition.AGREE, Disposition.REFUSE):
        with pytest.raises(Conflict):
            reports.dispose(report_id, other)
    if disposition is not Disposition.REFER:
        reports.dispose(report_id, disposition)
        reports.send_back(report_id)
        assert reports.page(report_id).report.disposition is Disposition.FILE
    reports.settle(report_id, disposition)
    assert reports.page(report_id).report.disposition is disposition
    assert reports.text(pilot, "unit_name", ChangeType.C10) == "长春新名称有限公司"
    with pytest.raises(Conflict):
        reports.dispose(report_id, disposition)


@pytest.mark.rule("R10.3")
def test_a_suspension_ends_by_two_provincial_people_with_a_document(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C15)
    reports.settle(report_id, Disposition.SUSPEND)
    officer, reviewer = reports.make.actor("province.officer"), reports.make.actor("province.reviewer")
    (held,) = dispatch.ask(ListHolds(), officer)
    place: dict[str, Any] = {"tenant_code": "220100", "hold_id": held.hold.id}
    ask = ReleaseHold(**place, document_no="吉发改〔2026〕40号", reason="整改完成")
    with pytest.raises(Conflict):
        dispatch.execute(ConfirmRelease(**place), reviewer)
    with pytest.raises(NotPermitted):
        dispatch.execute(ask, reports.make.actor("220100.drc_reviewer"))
    with pytest.raises(Required):
        dispatch.execute(ReleaseHold(**place, document_no="", reason="整改完成"), officer)
    dispatch.execute(ask, officer)
    dispatch.execute(SendBackRelease(**place), reviewer)
    dispatch.execute(ask, officer)
    with pytest.raises(Conflict):
        dispatch.execute(ask, officer)
    both = type(officer)(
        officer.person_id, officer.tenant_code, officer.office_id, officer.roles | reviewer.roles, officer.name
    )
    with pytest.raises(MakerIsChecker):
        dispatch.execute(ConfirmRelease(**place), both)
    assert _kinds(reports, report_id) == ["suspension"]
    dispatch.execute(ConfirmRelease(**place), reviewer)
    assert _kinds(reports, report_id) == []
    with pytest.raises(Conflict):
        dispatch.execute(ConfirmRelease(**place), reviewer)


@pytest.mark.rule("R10.3")
def test_a_hold_of_an_open_report_ends_with_that_report_alone(reports: Reports) -> None:
    pilot = reports.pilot()
    reports.passed(pilot, ChangeType.C05)
    with pytest.raises(Conflict):
        _release(reports, pilot)


@pytest.mark.rule("R10.3")
def test_a_money_effect_on_a_pilot_of_several_projects_goes_by_project(reports: Reports) -> None:
    pilot = reports.make.pilot(projects=2)
    report_id = reports.passed(pilot, ChangeType.C13)
    with pytest.raises(Invalid):
        reports.dispose(report_id, Disposition.RECOVER)


@pytest.mark.rule("C05")
@pytest.mark.rule("C07")
@pytest.mark.parametrize("change", [ChangeType.C05, ChangeType.C07])
def test_nothing_is_paid_to_a_project_whose_change_is_not_disposed_of(reports: Reports, change: ChangeType) -> None:
    pilot = reports.pilot(1_000_00)
    waiting = reports.make.waiting(pilot, 1_00)
    report_id = reports.sent(pilot, change)
    number = reports.page(report_id).report.number
    for pay in (
        lambda: reports.make.waiting(pilot, 1_00),
        lambda: reports.make.approve(
            pilot.tenant_code, DocumentKind.DISBURSEMENT, waiting, f"{pilot.tenant_code}.finance_reviewer"
        ),
    ):
        with pytest.raises(Frozen, match=number):
            pay()
    reports.pass_on(report_id)
    reports.settle(report_id, Disposition.REFUSE)
    reports.make.disbursed(pilot, 1_00)


@pytest.mark.rule("C05")
def test_a_new_owner_is_paid_and_the_old_one_no_longer(reports: Reports) -> None:
    pilot = reports.pilot(1_000_00)
    reports.settle(reports.passed(pilot, ChangeType.C05), Disposition.AGREE)
    with pytest.raises(PayeeMismatch):
        reports.make.waiting(pilot, 1_00)
    reports.make.waiting(pilot, 1_00, payee_name="长春新主体有限公司")
