"""登记拨付 through the browser: three steps, the live check, what is asked back, what is refused, what changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_check import ReturnDocument
from ledger.funds.queries import GetDocument, ShownDocument
from ledger.funds.queries_lists import ListDocuments
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
NEW = "/t/220100/disbursements/new"
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def typed(pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    values = {
        "allocation_id": str(pilot.allocation_id),
        "amount": "125,000.50",
        "paid_on": "2026-05-20",
        "voucher_no": "PZ-0001",
        "payee_name": pilot.name,
        "payee_account": "6222000012348821",
        "note": "一期",
        "step": "check",
    }
    return values | changes


def stored(make: Factory) -> list[ShownDocument]:
    query = ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT)
    return list(ask(query, make.actor(OFFICER)).items)


def test_the_form_knows_the_pilot_s_one_allocation_and_carries_a_key(sign_in: SignIn, pilot: MadePilot) -> None:
    page = sign_in(OFFICER).get(f"{NEW}?pilot={pilot.id}").get_data(as_text=True)
    assert f'value="{pilot.allocation_id}" selected' in page
    assert f'name="payee_name" aria-required="true" aria-describedby="payee_name-hint" value="{pilot.name}"' in page
    assert re.search(r'name="idempotency_key" value="[\w-]{20,}"', page)


def test_who_may_not_record_is_refused_the_form(sign_in: SignIn, pilot: MadePilot) -> None:
    assert sign_in(REVIEWER).get(NEW).status_code == 403
    assert sign_in("220300.finance_officer").get(NEW).status_code == 404


def test_three_steps_without_a_script(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    check = browser.post(NEW, typed(pilot, amount="１２５，０００．５", idempotency_key="k-1"))
    page = check.get_data(as_text=True)
    assert check.status_code == 200
    assert "人民币壹拾贰万伍仟元零伍角整" in page
    assert 'name="room_seen" value="100000000"' in page
    assert stored(make) == []
    sent = browser.post(NEW, typed(pilot, step="send", idempotency_key="k-1"))
    document = stored(make)[0].document
    assert (sent.status_code, sent.location) == (303, f"/t/220100/disbursements/{document.id}")
    assert (document.status, document.amount) == ("waiting", Money(125_000_50))
    receipt = browser.get(sent.location).get_data(as_text=True)
    assert f"已送复核 {document.number} → 长春市财务复核" in receipt


def test_the_same_form_sent_twice_is_one_disbursement(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    first = browser.post(NEW, typed(pilot, step="send", idempotency_key="k-1"))
    again = browser.post(NEW, typed(pilot, step="send", idempotency_key="k-1"))
    assert first.location == again.location
    assert len(stored(make)) == 1
    other = browser.post(NEW, typed(pilot, step="send", idempotency_key="k-1", amount="7,000,0"))
    assert other.status_code == 422
    changed = browser.post(NEW, typed(pilot, step="send", idempotency_key="k-1", amount="70000"))
    assert changed.status_code == 422
    assert "已经送出过一次" in changed.get_data(as_text=True)
    assert len(stored(make)) == 1


def test_htmx_gets_the_fragment_and_is_sent_on(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    check = browser.post(NEW, typed(pilot), htmx=True)
    assert check.get_data(as_text=True).lstrip().startswith('<div id="form"')
    sent = browser.post(NEW, typed(pilot, step="send"), htmx=True)
    assert sent.status_code == 204
    assert sent.headers["HX-Redirect"].startswith("/t/220100/disbursements/")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1000000.01", "最多还可填 1,000,000.00 元。下达 1,000,000.00，已拨 0.00，待复核 0.00"),
        ("amount", "125万", "单位是元：1,250,000.00"),
        ("amount", "1.005", "最多两位小数"),
        ("amount", "", "请填写金额"),
        ("paid_on", "2026-04-27", "拨付日期不能早于指标下达日期 2026-04-28"),
        ("paid_on", "2026-02-30", "没有 2 月 30 日"),
        ("payee_name", "别的公司", "不是项目单位"),
        ("voucher_no", " ", "请填写支付凭证号"),
        ("allocation_id", "77", "没有找到"),
    ],
)
def test_a_fault_comes_back_beside_its_field_with_all_that_was_typed(
    sign_in: SignIn, make: Factory, pilot: MadePilot, field: str, value: str, words: str
) -> None:
    answer = sign_in(OFFICER).post(NEW, typed(pilot, **{field: value}), htmx=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'href="#{field}"' in page
    assert f'id="{field}-error"' in page
    assert "6222000012348821" in page
    assert stored(make) == []


def test_sending_above_the_room_is_refused_and_the_attempt_recorded(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    answer = sign_in(OFFICER).post(NEW, typed(pilot, step="send", amount="1000000.01"))
    assert answer.status_code == 422
    assert "最多还可填 1,000,000.00 元" in answer.get_data(as_text=True)


def test_an_amount_that_looks_like_wan_yuan_is_asked_back(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    asked = browser.post(NEW, typed(pilot, amount="50", step="send"))
    page = asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert "如果是 50 万元，请填 500,000.00" in page
    assert 'name="confirm_small" value="50.00"' in page
    assert stored(make) == []
    assert browser.post(NEW, typed(pilot, amount="50", step="send", confirm_small="60.00")).status_code == 422
    assert browser.post(NEW, typed(pilot, amount="50", step="send", confirm_small="50.00")).status_code == 303


def test_the_live_check_is_advice_beside_the_field(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    make.waiting(pilot, 200_000_00)
    form = {"allocation_id": str(pilot.allocation_id), "amount": "900000"}
    answer = sign_in(OFFICER).post(NEW, form, htmx=True, headers={"HX-Target": "capcheck"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<form" not in page
    assert "人民币玖拾万元整" in page
    assert "最多还可填 800,000.00 元" in page


def test_a_step_back_keeps_everything(sign_in: SignIn, pilot: MadePilot) -> None:
    page = sign_in(OFFICER).post(NEW, typed(pilot, step="back:voucher_no"), htmx=True).get_data(as_text=True)
    assert 'data-focus="#voucher_no"' in page
    assert 'value="PZ-0001"' in page
    assert 'value="125,000.50"' in page


def test_room_that_someone_else_took_is_a_conflict(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    make.waiting(pilot, 900_000_00)
    answer = sign_in(OFFICER).post(NEW, typed(pilot, step="send", room_seen="100000000"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "先登记了一笔 900,000.00 元，可拨余额已变" in page
    assert 'name="amount" value="125,000.50"' in page
    assert 'name="voucher_no" value="PZ-0001"' in page
    assert "100,000.00" in page


def test_a_draft_reserves_nothing_and_is_sent_later(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    saved = browser.post(NEW, typed(pilot, step="draft"))
    document = stored(make)[0].document
    assert (saved.status_code, document.status) == (303, "draft")
    change = f"/t/220100/disbursements/{document.id}/change"
    assert 'value="125,000.50"' in browser.get(change).get_data(as_text=True)
    sent = browser.post(change, typed(pilot, step="send", amount="120000", version=document.version))
    assert sent.status_code == 303
    after = stored(make)[0].document
    assert (after.status, after.amount) == ("waiting", Money(120_000_00))


def test_a_change_on_a_stale_version_is_a_conflict_that_keeps_what_was_typed(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    returned = ReturnDocument(
        tenant_code="220100", kind=DocumentKind.DISBURSEMENT, document_id=document_id, reason="账号有误"
    )
    execute(returned, make.actor(REVIEWER))
    stale = sign_in(OFFICER).post(
        f"/t/220100/disbursements/{document_id}/change", typed(pilot, step="send", version=1), htmx=True
    )
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "已退回" in page
    assert 'name="version" value="2"' in page
    assert "6222000012348821" in page


def test_only_its_maker_may_change_a_document(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    url = f"/t/220100/disbursements/{document_id}/change"
    assert sign_in(OFFICER).get(url).status_code == 409
    assert sign_in(REVIEWER).get(url).status_code == 403
    detail = ask(GetDocument(tenant_code="220100", document_id=document_id), make.actor(OFFICER))
    assert detail.shown.document.version == 1
