"""What pages say of a reduction, of a hold, and of money that is asked back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from ledger import dispatch
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_spending import RecordRecovery
from ledger.funds.queries_demands import ListDemands
from tests.conftest import Browser
from tests.factories import Factory
from tests.funds.holding import T, demanded, sent, withdrawn
from tests.funds.reducing import reduced

SignIn = Callable[[str], Browser]
CLERK, DRC = f"{T}.finance_officer", f"{T}.drc_officer"
pytestmark = pytest.mark.rule("R10.3")


def test_a_reduction_has_a_page_a_list_and_a_printed_form(sign_in: SignIn, make: Factory) -> None:
    pilot = make.awarded(900_000_00)
    reduction_id = reduced(make, pilot, 600_000_00)
    browser = sign_in(DRC)
    page = browser.get(f"/t/{T}/reductions/{reduction_id}").get_data(as_text=True)
    for words in ("核定调减 TJ-2026-0001", "300,000.00", "人民币叁拾万元整", "投资缩减", "处置文号", "核定调减单"):
        assert words in page
    assert f'href="/t/{T}/awards/{pilot.award_id}"' in page
    assert "冲销</a>" not in page
    listed = browser.get(f"/t/{T}/reductions").get_data(as_text=True)
    assert "TJ-2026-0001" in listed
    assert 'id="new"' not in listed
    award = browser.get(f"/t/{T}/awards/{pilot.award_id}").get_data(as_text=True)
    assert f'<a href="/t/{T}/reductions/{reduction_id}">TJ-2026-0001</a> −300,000.00' in award
    assert "调减后核定 600,000.00" in award
    timeline = browser.get(f"/t/{T}/pilots/{pilot.id}").get_data(as_text=True)
    assert "核定调减" in timeline
    assert f"/t/{T}/documents/{reduction_id}" in timeline or f"/t/{T}/reductions/{reduction_id}" in timeline
    statement = browser.get(f"/t/{T}/pilots/{pilot.id}?tab=ledger&account=awarded").get_data(as_text=True)
    assert "TJ-2026-0001" in statement
    assert "核定调减" in statement
    assert browser.get(f"/t/{T}/documents/{reduction_id}").location == f"/t/{T}/reductions/{reduction_id}"


def test_a_reduction_is_neither_mended_nor_reversed_nor_recorded_by_hand(sign_in: SignIn, make: Factory) -> None:
    reduction_id = reduced(make, make.awarded(900_00), 600_00)
    officer = sign_in("province.officer")
    assert 'id="new"' not in officer.get(f"/t/{T}/reductions").get_data(as_text=True)
    url = f"/t/{T}/reductions/{reduction_id}"
    assert officer.get(f"{url}/change").status_code == 409
    assert officer.get(f"{url}/reverse").status_code == 409
    assert officer.get(f"/t/{T}/reductions/new").status_code == 404
    sent_back = officer.post(f"{url}/reverse", {"version": 2, "reason": "错", "reversed_on": "2026-11-01"})
    assert sent_back.status_code == 409


@pytest.mark.rule("R10.2")
def test_a_held_project_is_told_on_its_pilot_s_page_and_offers_no_payment(sign_in: SignIn, make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    url, browser = f"/t/{T}/pilots/{pilot.id}", sign_in(CLERK)
    assert "disbursements/new" in browser.get(url).get_data(as_text=True)
    report_id = sent(make, pilot)
    page = browser.get(url).get_data(as_text=True)
    assert "disbursements/new" not in page
    assert "变更尚未处置（第十条）。" in page
    assert f'<a href="/t/{T}/changes/{report_id}">BG-2026-0001 实施主体或项目法人变更</a>' in page
    form = browser.post(
        f"/t/{T}/disbursements/new",
        {
            "step": "check",
            "allocation_id": str(pilot.allocation_id),
            "amount": "1.00",
            "paid_on": "2026-05-20",
            "voucher_no": "ZF1",
            "payee_name": pilot.name,
            "payee_account": "220012345678901",
        },
    )
    assert form.status_code == 422
    assert "变更报告 BG-2026-0001（实施主体或项目法人变更）尚未处置" in form.get_data(as_text=True)
    withdrawn(make, report_id)
    assert "disbursements/new" in browser.get(url).get_data(as_text=True)


@pytest.mark.rule("RX.5")
def test_what_is_asked_back_is_told_until_it_has_come(sign_in: SignIn, make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    paid = make.disbursed(pilot, 500_000_00)
    demanded(make, pilot, 80_000_00)
    browser = sign_in(CLERK)
    page = browser.get(f"/t/{T}/pilots/{pilot.id}").get_data(as_text=True)
    assert "省级要求收回 80,000.00 元，还须收回 80,000.00 元。" in page
    form = browser.get(f"/t/{T}/recoveries/new?disbursement={paid}").get_data(as_text=True)
    assert "省级要求收回 BG-2026-0001（吉发改服务〔2026〕88号）" in form
    for amount, left in ((30_000_00, 50_000_00), (60_000_00, 0)):
        command = RecordRecovery(
            tenant_code=T,
            disbursement_id=paid,
            amount=Money(amount),
            recovered_on=date(2026, 11, 21),
            document_no="收1号",
            reason="收回",
        )
        document_id = dispatch.execute(command, make.actor(CLERK)).subject_id
        make.approve(T, DocumentKind.RECOVERY, document_id, f"{T}.finance_reviewer")
        (demand,) = dispatch.ask(ListDemands(tenant_code=T, pilot_id=pilot.id), make.actor(CLERK))
        assert demand.left == Money(left)
    page = browser.get(f"/t/{T}/pilots/{pilot.id}").get_data(as_text=True)
    assert "还须收回" not in page
    assert "省级要求收回" not in browser.get(f"/t/{T}/recoveries/new?disbursement={paid}").get_data(as_text=True)
