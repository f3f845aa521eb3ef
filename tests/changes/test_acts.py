"""The way of a report: who may do what in which state, in one order alone. Rules §8, R10.2, R10.3, RX.2, RX.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ledger import dispatch
from ledger.changes.commands import SendReport, WithdrawReport
from ledger.changes.commands_dispose import ConfirmDisposition, DisposeReport, SendBackDisposition
from ledger.changes.commands_review import CheckAccount, PassReport, RefuseAccount, ReturnReport
from ledger.changes.queries import ListReports
from ledger.domain.access import Actor
from ledger.domain.baselines import BaselineSubject
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.errors import Conflict, FutureDate, Invalid, LedgerError, NotFound, NotPermitted, Required
from ledger.domain.money import Money
from tests.changes.reporting import DISPOSED_ON, DOCUMENT_NO, Reports

Made = Callable[[Reports], int]


def _returned(reports: Reports) -> int:
    report_id = reports.sent(reports.pilot(), ChangeType.C02)
    reports.return_it(report_id)
    return report_id


def _supplement(reports: Reports) -> int:
    report_id = reports.passed(reports.pilot(), ChangeType.C02)
    reports.dispose(report_id, Disposition.SUPPLEMENT, document_no="")
    return report_id


def _proposed(reports: Reports) -> int:
    report_id = reports.passed(reports.pilot(), ChangeType.C05)
    reports.dispose(report_id, Disposition.AGREE)
    return report_id


def _settled(reports: Reports) -> int:
    report_id = reports.passed(reports.pilot(), ChangeType.C02)
    reports.dispose(report_id, Disposition.AGREE)
    return report_id


def _withdrawn(reports: Reports) -> int:
    report_id = reports.sent(reports.pilot(), ChangeType.C02)
    reports.withdraw(report_id)
    return report_id


STATES: dict[str, Made] = {
    "draft": lambda reports: reports.draft(reports.pilot(), ChangeType.C02),
    "reviewing": lambda reports: reports.sent(reports.pilot(), ChangeType.C02),
    "returned": _returned,
    "reported": lambda reports: reports.passed(reports.pilot(), ChangeType.C02),
    "checking": lambda reports: reports.passed(reports.pilot(), ChangeType.C09),
    "proposed": _proposed,
    "supplement": _supplement,
    "settled": _settled,
    "withdrawn": _withdrawn,
}
ACTS: dict[str, tuple[type, str, dict[str, Any], frozenset[str]]] = {
    "send": (SendReport, "220100.drc_officer", {}, frozenset({"draft", "returned", "supplement"})),
    "withdraw": (
        WithdrawReport, "220100.drc_officer", {}, frozenset({"draft", "returned", "reviewing", "reported"})
    ),
    "pass": (PassReport, "220100.drc_reviewer", {}, frozenset({"reviewing"})),
    "return": (ReturnReport, "220100.drc_reviewer", {"reason": "不全"}, frozenset({"reviewing"})),
    "check": (CheckAccount, "220100.finance_reviewer", {}, frozenset({"checking"})),
    "refuse": (RefuseAccount, "220100.finance_reviewer", {"reason": "不符"}, frozenset({"checking"})),
    "dispose": (
        DisposeReport,
        "province.officer",
        {"disposition": Disposition.FILE, "document_no": DOCUMENT_NO, "disposed_on": DISPOSED_ON},
        frozenset({"reported"}),
    ),
    "supplement": (
        DisposeReport,
        "province.officer",
        {"disposition": Disposition.SUPPLEMENT, "opinion": "请补充方案", "disposed_on": DISPOSED_ON},
        frozenset({"reported"}),
    ),
    "confirm": (ConfirmDisposition, "province.reviewer", {}, frozenset({"proposed"})),
    "send_back": (SendBackDisposition, "province.reviewer", {"reason": "依据不足"}, frozenset({"proposed"})),
}  # fmt: skip


@pytest.mark.rule("R10.2")
@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("state", STATES)
def test_an_act_that_the_state_does_not_allow_is_refused_and_changes_nothing(reports: Reports, state: str) -> None:
    report_id = STATES[state](reports)
    assert reports.status(report_id) == state
    before = reports.page(report_id).report
    for name, (command, username, more, fits) in ACTS.items():
        if state in fits:
            continue
        asked = command(tenant_code="220100", report_id=report_id, version=before.version, **more)
        with pytest.raises(Conflict):
            dispatch.execute(asked, reports.make.actor(username))
        assert reports.page(report_id).report == before, name
    if state not in ("draft", "returned", "supplement"):
        with pytest.raises(Conflict):
            reports.draft(reports.pilot(), ChangeType.C02, report_id=report_id, version=before.version)


@pytest.mark.rule("R10.2")
@pytest.mark.rule("R10.3")
@pytest.mark.parametrize(("state", "name"), [(s, n) for n, act in ACTS.items() for s in sorted(act[3])])
def test_an_act_that_the_state_allows_is_done_once(reports: Reports, state: str, name: str) -> None:
    report_id = STATES[state](reports)
    command, username, more, _fits = ACTS[name]
    version = reports.page(report_id).report.version
    if name == "dispose" and state == "reported":
        more = {**more, "disposition": Disposition.AGREE}
    asked = command(tenant_code="220100", report_id=report_id, version=version, **more)
    dispatch.execute(asked, reports.make.actor(username))
    assert reports.page(report_id).report.version == version + 1
    with pytest.raises(Conflict):
        dispatch.execute(asked, reports.make.actor(username))


@pytest.mark.rule("RX.2")
def test_nobody_passes_checks_or_confirms_what_is_their_own(reports: Reports) -> None:
    report_id = reports.sent(reports.pilot(), ChangeType.C02)
    one = reports.drc
    both = Actor(one.person_id, one.tenant_code, one.office_id, one.roles | _roles(reports, "220100.drc_reviewer"), "")
    with pytest.raises(LedgerError, match="他人"):
        dispatch.execute(PassReport(tenant_code="220100", report_id=report_id, version=2), both)
    proposed = _proposed(reports)
    officer = reports.make.actor("province.officer")
    roles = officer.roles | _roles(reports, "province.reviewer")
    same = Actor(officer.person_id, officer.tenant_code, officer.office_id, roles, officer.name)
    version = reports.page(proposed).report.version
    with pytest.raises(LedgerError, match="他人"):
        dispatch.execute(ConfirmDisposition(tenant_code="220100", report_id=proposed, version=version), same)


def _roles(reports: Reports, username: str) -> Any:
    return reports.make.actor(username).roles


@pytest.mark.rule("RX.4")
def test_the_wrong_office_role_or_tenant_is_refused(reports: Reports) -> None:
    report_id = reports.sent(reports.pilot(), ChangeType.C02)
    asked = PassReport(tenant_code="220100", report_id=report_id, version=2)
    for username in ("220100.drc_officer", "220100.finance_reviewer", "province.officer"):
        with pytest.raises(NotPermitted):
            dispatch.execute(asked, reports.make.actor(username))
    with pytest.raises(NotFound):
        dispatch.execute(asked, reports.make.actor("220200.drc_reviewer"))
    other = PassReport(tenant_code="220200", report_id=report_id, version=2)
    with pytest.raises(NotFound):
        dispatch.execute(other, reports.make.actor("220200.drc_reviewer"))


@pytest.mark.rule("R10.2")
def test_what_the_province_took_up_is_not_withdrawn(reports: Reports) -> None:
    report_id = _supplement(reports)
    reports.send(report_id)
    with pytest.raises(Conflict):
        reports.withdraw(report_id)
    reports.pass_on(report_id)
    with pytest.raises(Conflict):
        reports.withdraw(report_id)
    reports.settle(report_id, Disposition.AGREE)


@pytest.mark.rule("R10.2")
@pytest.mark.rule("Q20")
def test_a_supplement_keeps_its_subject_and_goes_to_the_province_again(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C03)
    reports.dispose(report_id, Disposition.SUPPLEMENT, document_no="")
    version = reports.page(report_id).report.version
    with pytest.raises(Invalid):
        reports.draft(pilot, ChangeType.C10, report_id=report_id, version=version)
    less = {"investment": Money(1_050_000_00)}
    reports.draft(pilot, ChangeType.C03, less, report_id=report_id, version=version)
    reports.send(report_id)
    reports.pass_on(report_id)
    assert reports.status(report_id) == "reported"


@pytest.mark.rule("R10.3")
def test_a_proposal_sent_back_is_disposed_of_anew(reports: Reports) -> None:
    report_id = _proposed(reports)
    reports.send_back(report_id)
    shown = reports.page(report_id).report
    assert (shown.status, shown.return_reason) == ("reported", "请补充依据")
    reports.settle(report_id, Disposition.REFUSE)
    assert reports.status(report_id) == "settled"


def test_a_returned_report_is_mended_and_sent_again(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.sent(pilot, ChangeType.C02)
    reports.return_it(report_id)
    version = reports.page(report_id).report.version
    again = reports.draft(pilot, ChangeType.C02, {"content": "三条产线"}, report_id=report_id, version=version)
    assert again == report_id
    reports.send(report_id)
    reports.pass_on(report_id)
    assert reports.page(report_id).report.after == {"content": "三条产线"}


def test_days_to_come_and_turned_around_are_refused(reports: Reports) -> None:
    pilot = reports.pilot()
    with pytest.raises(FutureDate):
        reports.draft(pilot, ChangeType.C02, occurred_on=date(2026, 11, 24))
    with pytest.raises(FutureDate):
        reports.draft(pilot, ChangeType.C02, told_on=date(2026, 11, 24))
    with pytest.raises(Invalid):
        reports.draft(pilot, ChangeType.C02, told_on=date(2026, 11, 17))
    with pytest.raises(Required):
        reports.draft(pilot, ChangeType.C02, reason="  ")


def test_a_pilot_that_waits_for_its_check_has_no_reports(reports: Reports) -> None:
    pilot = reports.make.pilot(active=False)
    with pytest.raises(Conflict):
        reports.draft(pilot, ChangeType.C02)


@pytest.mark.rule("RX.3")
def test_each_act_leaves_its_fact_with_the_state_before_and_after(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.draft(pilot, ChangeType.C05)
    sent = reports.send(report_id).facts
    assert [fact.kind for fact in sent] == ["change_report_sent", "hold_placed"]
    assert (sent[0].before["status"], sent[0].after["status"]) == ("draft", "reviewing")
    changes: Any = sent[0].after["changes"]
    assert changes[0] == {"field": "owner_name", "before": pilot.name, "after": "长春新主体有限公司"}
    reports.pass_on(report_id)
    (proposed,) = reports.dispose(report_id, Disposition.AGREE).facts
    assert proposed.kind == "change_report_proposed"
    settled = reports.confirm(report_id).facts
    assert [fact.kind for fact in settled] == ["change_report_settled", "baseline_changed", "hold_released"]
    changed = settled[1]
    assert changed.before["values"]["owner_name"] == pilot.name  # type: ignore[index,call-overload]
    assert changed.after["version"] == "2"
    assert changed.after["document_no"] == DOCUMENT_NO
    assert not any("_name" in name and name != "office_name" for fact in settled for name in fact.after)


@pytest.mark.rule("RX.3")
def test_a_legal_representative_stands_in_no_entry(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C10)
    assert reports.page(report_id).shown.personal == {"legal_representative": "李四"}
    assert reports.text(pilot, "legal_representative", ChangeType.C10) == "李四"
    stored = reports.baseline(pilot, BaselineSubject.PILOT).version.content["legal_representative"]
    assert set(stored) == {"commitment"}  # type: ignore[arg-type]
    kept = reports.page(report_id).report.changes
    assert "李四" not in str(kept)


def test_lists_count_and_filter(reports: Reports) -> None:
    first = reports.passed(reports.pilot(), ChangeType.C02)
    reports.passed(reports.pilot(), ChangeType.C99, occurred_on=date(2026, 11, 2))
    reports.draft(reports.pilot(), ChangeType.C06)
    province = reports.make.actor("province.officer")
    everything = dispatch.ask(ListReports(), province)
    assert (everything.total, everything.open, everything.to_dispose, everything.late) == (2, 1, 1, 1)
    own = dispatch.ask(ListReports(tenant_code="220100"), reports.drc)
    assert own.total == 3
    assert [
        one.report.id for one in dispatch.ask(ListReports(tenant_code="220100", status="reported"), province).items
    ] == [first]
    assert dispatch.ask(ListReports(tenant_code="220200"), province).total == 0
    assert dispatch.ask(ListReports(tenant_code="220100", late=True, words="高校"), reports.drc).total == 0
    assert dispatch.ask(ListReports(tenant_code="220100", type="C99", late=True), reports.drc).total == 1
    with pytest.raises(NotFound):
        dispatch.ask(ListReports(tenant_code="220100"), reports.make.actor("220200.drc_officer"))
