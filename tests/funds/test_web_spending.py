"""登记支出, 登记验收金额 and 收回 through the browser: the steps, the limits, what is refused and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_spending import RecordExpenditure
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_lists import ListDocuments
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
TENANT = "/t/220100"
SPEND, ACCEPT, RECOVER = f"{TENANT}/expenditures/new", f"{TENANT}/acceptances/new", f"{TENANT}/recoveries/new"
OFFICER, REVIEWER, DRC = "220100.finance_officer", "220100.finance_reviewer", "220100.drc_officer"


@dataclass(frozen=True)
class Paid:
    """A pilot with 1,000,000.00 allocated, and a disbursement of 500,000.00."""

    pilot: MadePilot
    disbursement_id: int


@pytest.fixture
def paid(make: Factory) -> Paid:
    pilot = make.allocated(1_000_000_00)
    return Paid(pilot, make.disbursed(pilot, 500_000_00))


def stored(make: Factory, kind: DocumentKind) -> list[ShownDocument]:
    return list(ask(ListDocuments(tenant_code="220100", kind=kind), make.actor(OFFICER)).items)


def spend(make: Factory, paid: Paid, amount: int, *, post: bool = True) -> None:
    command = RecordExpenditure(
        tenant_code="220100",
        disbursement_id=paid.disbursement_id,
        amount=Money(amount),
        spent_on=date(2026, 6, 1),
        purpose="设备",
    )
    document_id = execute(command, make.actor(OFFICER)).subject_id
    if post:
        make.approve("220100", DocumentKind.EXPENDITURE, document_id, REVIEWER)


def expenditure(paid: Paid, **changes: Any) -> dict[str, Any]:
    values = {
        "disbursement": str(paid.disbursement_id),
        "amount": "120,000.50",
        "spent_on": "2026-06-20",
        "purpose": "购置检测设备",
        "step": "check",
    }
    return values | changes


def recovery(**changes: Any) -> dict[str, Any]:
    values = {
        "amount": "300,000",
        "recovered_on": "2026-07-20",
        "document_no": "吉财建〔2026〕45号",
        "reason": "项目终止",
        "step": "check",
    }
    return values | changes


def acceptance(browser: Browser, pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    found = re.search(
        r'<option value="(\d+)" selected', browser.get(f"{ACCEPT}?pilot={pilot.id}").get_data(as_text=True)
    )
    assert found
    values = {
        "pilot": str(pilot.id),
        "project_id": found[1],
        "amount": "300,000",
        "document_no": "长发改验〔2026〕8号",
        "accepted_on": "2026-07-20",
        "step": "check",
    }
    return values | changes


@pytest.mark.parametrize(("url", "other"), [(SPEND, DRC), (RECOVER, DRC), (ACCEPT, OFFICER)])
def test_each_page_is_for_its_role_and_leads_on_when_it_is_about_nothing(sign_in: SignIn, url: str, other: str) -> None:
    owner = sign_in(OFFICER if other == DRC else DRC)
    assert sign_in(other).get(url).status_code == 403
    assert sign_in("220300.finance_officer").get(url).status_code == 404
    assert owner.get(url).status_code == 200
    assert owner.post(url, {"amount": "1"}).status_code == 422
    assert owner.get(f"{url}?pilot=77&disbursement=77&allocation=77").status_code == 404


def test_an_expenditure_in_three_steps(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    browser = sign_in(OFFICER)
    page = browser.get(f"{SPEND}?disbursement={paid.disbursement_id}").get_data(as_text=True)
    assert paid.pilot.name in page
    assert "500,000.00" in page
    check = browser.post(SPEND, expenditure(paid))
    assert "人民币壹拾贰万元零伍角整" in check.get_data(as_text=True)
    assert stored(make, DocumentKind.EXPENDITURE) == []
    sent = browser.post(SPEND, expenditure(paid, step="send", idempotency_key="k-1"))
    document = stored(make, DocumentKind.EXPENDITURE)[0].document
    assert (sent.status_code, sent.location) == (303, f"{TENANT}/expenditures/{document.id}")
    assert (document.status, document.amount) == ("waiting", Money(120_000_50))
    assert f"已送复核 {document.number} → 长春市财务复核" in browser.get(sent.location).get_data(as_text=True)


@pytest.mark.parametrize(("amount", "status"), [("379,999.99", 200), ("380,000", 200), ("380,000.01", 422)])
def test_an_expenditure_stays_within_what_is_unspent_and_not_waiting(
    sign_in: SignIn, make: Factory, paid: Paid, amount: str, status: int
) -> None:
    spend(make, paid, 100_000_00)
    spend(make, paid, 20_000_00, post=False)
    answer = sign_in(OFFICER).post(SPEND, expenditure(paid, amount=amount))
    assert answer.status_code == status
    assert ("最多还可登记支出 380,000.00 元" in answer.get_data(as_text=True)) is (status == 422)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "12万", "单位是元：120,000.00"),
        ("spent_on", "2026-05-19", "日期不能早于拨付日期 2026-05-20"),
        ("spent_on", "", "请填写日期"),
        ("purpose", " ", "请填写支出用途"),
    ],
)
def test_a_fault_of_an_expenditure_comes_back_beside_its_field(
    sign_in: SignIn, paid: Paid, field: str, value: str, words: str
) -> None:
    answer = sign_in(OFFICER).post(SPEND, expenditure(paid, **{field: value}), htmx=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'id="{field}-error"' in page
    assert f'name="disbursement" value="{paid.disbursement_id}"' in page


def test_money_that_someone_else_spent_is_a_conflict(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    spend(make, paid, 450_000_00, post=False)
    answer = sign_in(OFFICER).post(SPEND, expenditure(paid, step="send", room_seen="50000000"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "先登记了一笔 450,000.00 元，可登记支出已变" in page
    assert "50,000.00" in page
    assert 'name="purpose" value="购置检测设备"' in page


def test_the_same_form_with_other_contents_is_not_sent_twice(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    browser = sign_in(OFFICER)
    assert browser.post(SPEND, expenditure(paid, step="send", idempotency_key="k-1")).status_code == 303
    changed = browser.post(SPEND, expenditure(paid, step="send", idempotency_key="k-1", amount="70,000"))
    assert changed.status_code == 422
    assert "已经送出过一次" in changed.get_data(as_text=True)
    assert len(stored(make, DocumentKind.EXPENDITURE)) == 1


def test_a_step_back_keeps_everything_and_the_live_check_is_advice(sign_in: SignIn, paid: Paid) -> None:
    browser = sign_in(OFFICER)
    page = browser.post(SPEND, expenditure(paid, step="back:purpose"), htmx=True).get_data(as_text=True)
    assert 'data-focus="#purpose"' in page
    assert 'value="120,000.50"' in page
    form = expenditure(paid, amount="600,000")
    panel = browser.post(SPEND, form, htmx=True, headers={"HX-Target": "capcheck"}).get_data(as_text=True)
    assert "<form" not in panel
    assert "人民币陆拾万元整" in panel
    assert "最多还可登记支出 500,000.00 元" in panel
    asked = browser.post(SPEND, expenditure(paid, amount="12")).get_data(as_text=True)
    assert "如果是 12 万元，请填 120,000.00" in asked


@pytest.mark.rule("R11.3")
@pytest.mark.parametrize(("amount", "status"), [("300,000", 200), ("300,000.01", 422)])
def test_an_acceptance_stays_within_what_is_spent(
    sign_in: SignIn, make: Factory, paid: Paid, amount: str, status: int
) -> None:
    spend(make, paid, 300_000_00)
    browser = sign_in(DRC)
    form = acceptance(browser, paid.pilot, amount=amount)
    answer = browser.post(ACCEPT, form)
    assert answer.status_code == status
    assert ("最多还可验收 300,000.00 元" in answer.get_data(as_text=True)) is (status == 422)
    if status == 200:
        sent = browser.post(ACCEPT, form | {"step": "send"})
        assert sent.status_code == 303
        assert stored(make, DocumentKind.ACCEPTANCE)[0].document.amount == Money(300_000_00)
        assert "可验收 0.00" in browser.get(f"{ACCEPT}?pilot={paid.pilot.id}").get_data(as_text=True)


def test_there_is_nothing_to_accept_before_anything_is_spent(sign_in: SignIn, paid: Paid) -> None:
    browser = sign_in(DRC)
    page = browser.get(f"{ACCEPT}?pilot={paid.pilot.id}").get_data(as_text=True)
    assert "没有可以验收的支出" in page
    assert ACCEPT not in browser.get(f"{TENANT}/pilots/{paid.pilot.id}").get_data(as_text=True)


@pytest.mark.rule("RX.5")
@pytest.mark.parametrize("of", ["allocation", "disbursement"])
@pytest.mark.parametrize(("amount", "status"), [("500,000", 200), ("500,000.01", 422)])
def test_a_recovery_takes_back_what_is_left(
    sign_in: SignIn, make: Factory, paid: Paid, of: str, amount: str, status: int
) -> None:
    source = paid.pilot.allocation_id if of == "allocation" else paid.disbursement_id
    browser = sign_in(OFFICER)
    assert "500,000.00" in browser.get(f"{RECOVER}?{of}={source}").get_data(as_text=True)
    form = recovery(amount=amount, **{of: str(source)})
    answer = browser.post(RECOVER, form)
    assert answer.status_code == status
    assert ("最多可收回 500,000.00 元" in answer.get_data(as_text=True)) is (status == 422)
    if status == 200:
        assert browser.post(RECOVER, form | {"step": "send"}).status_code == 303
        document = stored(make, DocumentKind.RECOVERY)[0].document
        assert (document.amount, document.reason) == (Money(500_000_00), "项目终止")
        assert (document.disbursement_id is None) is (of == "allocation")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("recovered_on", "2026-04-27", "收回日期不能早于指标下达日期 2026-04-28"),
        ("document_no", "", "请填写文号"),
        ("reason", "", "请填写收回原因"),
    ],
)
def test_a_fault_of_a_recovery_comes_back_beside_its_field(
    sign_in: SignIn, paid: Paid, field: str, value: str, words: str
) -> None:
    form = recovery(allocation=str(paid.pilot.allocation_id), **{field: value})
    answer = sign_in(OFFICER).post(RECOVER, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'id="{field}-error"' in page


def test_what_came_back_is_mended_by_its_maker(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    browser = sign_in(OFFICER)
    url = browser.post(SPEND, expenditure(paid, step="send")).location
    assert f"{url}/change" not in browser.get(url).get_data(as_text=True)
    assert sign_in(REVIEWER).post(f"{url}/return", {"version": 1, "reason": "凭证不清"}).status_code == 303
    assert f"{url}/change" in browser.get(url).get_data(as_text=True)
    assert f"{url}/change" not in sign_in(REVIEWER).get(url).get_data(as_text=True)
    page = browser.get(f"{url}/change").get_data(as_text=True)
    assert "修改支出" in page
    assert "凭证不清" in page
    assert 'name="version" value="2"' in page
    sent = browser.post(f"{url}/change", expenditure(paid, step="send", version=2, purpose="购置检测设备"))
    assert (sent.status_code, sent.location) == (303, url)
    document = stored(make, DocumentKind.EXPENDITURE)[0].document
    assert (document.status, document.purpose, document.version) == ("waiting", "购置检测设备", 3)


def test_a_change_on_a_stale_version_stands_in_three_columns(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    browser = sign_in(OFFICER)
    url = browser.post(SPEND, expenditure(paid, step="send")).location
    sign_in(REVIEWER).post(f"{url}/return", {"version": 1, "reason": "凭证不清"})
    browser.post(f"{url}/change", expenditure(paid, step="send", version=2, amount="90,000", purpose="另一用途"))
    browser.post(f"{url}/withdraw", {"version": 3})
    stale = browser.post(f"{url}/change", expenditure(paid, step="send", version=2, purpose="我填的用途"), htmx=True)
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert 'name="version" value="4"' in page
    assert "我填的用途" in page
    assert "按现在的内容重新校验" in page


def test_documents_lead_on_to_what_follows_them(sign_in: SignIn, make: Factory, paid: Paid) -> None:
    officer, reviewer = sign_in(OFFICER), sign_in(REVIEWER)
    payment = f"{TENANT}/disbursements/{paid.disbursement_id}"
    page = officer.get(payment).get_data(as_text=True)
    assert f"{SPEND}?disbursement={paid.disbursement_id}" in page
    assert f"{RECOVER}?disbursement={paid.disbursement_id}" in page
    assert SPEND not in reviewer.get(payment).get_data(as_text=True)
    allocated = officer.get(f"{TENANT}/allocations/{paid.pilot.allocation_id}").get_data(as_text=True)
    assert f"{TENANT}/disbursements/new?pilot={paid.pilot.id}" in allocated
    assert f"{RECOVER}?allocation={paid.pilot.allocation_id}" in allocated
    spend(make, paid, 500_000_00)
    assert SPEND not in officer.get(payment).get_data(as_text=True)
    assert f"{ACCEPT}?pilot={paid.pilot.id}" in sign_in(DRC).get(f"{TENANT}/pilots/{paid.pilot.id}").get_data(
        as_text=True
    )
