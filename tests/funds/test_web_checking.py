"""The checker: a list of what to look at, what changed since, acts in a row of a list, and a few at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.dispatch import ask
from ledger.funds.queries import GetDocument
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"
LIST, BATCH = "/t/220100/approvals", "/approvals/batch"
TICKED = {"checklist": "1", "check_1": "1", "check_2": "1", "check_3": "1"}


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def status_of(make: Factory, document_id: int) -> str:
    return ask(GetDocument(tenant_code="220100", document_id=document_id), make.actor(OFFICER)).shown.document.status


def url_of(document_id: int) -> str:
    return f"/t/220100/disbursements/{document_id}"


def in_row(browser: Browser, document_id: int, act: str, form: dict[str, Any]) -> Any:
    headers = {"HX-Target": f"row-{document_id}"}
    return browser.post(f"{url_of(document_id)}/{act}", form, htmx=True, headers=headers)


def test_every_line_of_the_checklist_is_ticked_first(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id, browser = make.waiting(pilot, 30_000_00), sign_in(REVIEWER)
    page = browser.get(url_of(document_id)).get_data(as_text=True)
    for words in ("金额与凭证一致", "收款单位与核定一致", "文号有效"):
        assert words in page
    left = {"version": 1, "checklist": "1", "check_1": "1", "check_3": "1"}
    answer = browser.post(f"{url_of(document_id)}/approve", left)
    assert answer.status_code == 422
    assert "请逐项核对" in answer.get_data(as_text=True)
    assert 'href="#check_2"' in answer.get_data(as_text=True)
    assert status_of(make, document_id) == "waiting"
    assert browser.post(f"{url_of(document_id)}/approve", {"version": 1, **TICKED}).status_code == 303
    assert status_of(make, document_id) == "posted"


def test_the_checker_sees_how_the_room_changed_since(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id, browser = make.waiting(pilot, 300_000_00), sign_in(REVIEWER)
    page = browser.get(url_of(document_id)).get_data(as_text=True)
    assert "可拨余额（不含本单）由 1,000,000.00 变为 1,000,000.00（无变化）" in page


def test_a_maker_is_told_who_may_check(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    page = sign_in(OFFICER).get(url_of(document_id)).get_data(as_text=True)
    assert "您登记的单据须由他人复核" in page
    assert "可转给：长春市财务复核" in page
    assert "/approve" not in page
    assert "再登记一笔" in page


def test_an_act_in_a_row_takes_the_row_away_and_is_read_out(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id, browser = make.waiting(pilot, 30_000_00), sign_in(REVIEWER)
    page = browser.get(LIST).get_data(as_text=True)
    assert f'id="row-{document_id}"' in page
    answer = in_row(browser, document_id, "approve", {"version": 1, "back": LIST, **TICKED})
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<tr" not in said
    assert re.search(r'<div id="live" hx-swap-oob="innerHTML">拨付 \S+ 已复核通过</div>', said)
    assert answer.headers["HX-Trigger"] == "ledgerChanged"
    assert status_of(make, document_id) == "posted"


def test_a_refusal_in_a_row_says_why_and_keeps_the_reason(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id, browser = make.waiting(pilot, 30_000_00), sign_in(REVIEWER)
    blank = in_row(browser, document_id, "return", {"version": 1, "reason": " "})
    assert blank.status_code == 422
    assert "请写明理由" in blank.get_data(as_text=True)
    stale = in_row(browser, document_id, "return", {"version": 7, "reason": "账号有误"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert page.lstrip().startswith(f'<tr id="row-{document_id}"')
    assert "账号有误" in page
    assert url_of(document_id) in page


def test_without_a_script_the_list_comes_back(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    browser = sign_in(REVIEWER)
    first, second = make.waiting(pilot, 30_000_00), make.waiting(pilot, 20_000_00)
    sent = browser.post(f"{url_of(first)}/return", {"version": 1, "reason": "账号有误", "back": LIST})
    assert (sent.status_code, sent.location) == (303, LIST)
    elsewhere = browser.post(f"{url_of(second)}/approve", {"version": 1, "back": "//evil.example", **TICKED})
    assert elsewhere.location == url_of(second)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="chosen" value="([\w-]+)"', page)


def test_a_few_are_checked_at_once_from_a_page_with_amounts_and_the_sum(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    documents = [make.waiting(pilot, amount) for amount in (30_000_00, 20_000_00)]
    browser = sign_in(REVIEWER)
    keys = chosen(browser.get(LIST).get_data(as_text=True))
    page = browser.get(BATCH, query_string={"chosen": keys}).get_data(as_text=True)
    assert "人民币伍万元整" in page
    assert chosen(page) == keys
    unticked = browser.post(BATCH, {"chosen": keys})
    assert unticked.status_code == 422
    assert [status_of(make, one) for one in documents] == ["waiting", "waiting"]
    form = {"chosen": keys, "confirmed": "1", "idempotency_key": "k-1"}
    done = browser.post(BATCH, form)
    assert "已复核通过 2 件，合计 50,000.00 元" in done.get_data(as_text=True)
    assert [status_of(make, one) for one in documents] == ["posted", "posted"]
    again = browser.post(BATCH, form)
    assert "已复核通过 2 件" in again.get_data(as_text=True)


def test_one_that_was_settled_meanwhile_does_not_hold_up_the_others(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    first, second = make.waiting(pilot, 30_000_00), make.waiting(pilot, 20_000_00)
    browser = sign_in(REVIEWER)
    keys = chosen(browser.get(LIST).get_data(as_text=True))
    browser.post(f"{url_of(first)}/return", {"version": 1, "reason": "账号有误"})
    answer = browser.post(BATCH, {"chosen": keys, "confirmed": "1"}).get_data(as_text=True)
    assert "1 件没有通过，仍待复核" in answer
    assert [status_of(make, one) for one in (first, second)] == ["returned", "posted"]


def test_no_more_than_twenty_and_nobody_s_own(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    key = f"220100-disbursements-{document_id}-1"
    many = [f"220100-disbursements-{number}-1" for number in range(1, 22)]
    browser = sign_in(REVIEWER)
    assert "一次最多复核 20 件" in browser.get(BATCH, query_string={"chosen": many}).get_data(as_text=True)
    assert browser.post(BATCH, {"chosen": [key, *many], "confirmed": "1"}).status_code == 422
    assert sign_in(OFFICER).get(BATCH, query_string={"chosen": key}).status_code == 403
    stranger = sign_in("220300.finance_reviewer").get(BATCH, query_string={"chosen": key})
    assert "没有选中可以复核的单据" in stranger.get_data(as_text=True)
    assert status_of(make, document_id) == "waiting"


def test_a_tenant_whose_code_is_no_number_is_checked_alike(sign_in: SignIn, make: Factory) -> None:
    pilot = make.allocated(1_000_000_00, tenant_code="JL-CBS")
    first, _second = make.waiting(pilot, 30_000_00), make.waiting(pilot, 20_000_00)
    browser, place = sign_in("JL-CBS.finance_reviewer"), "/t/JL-CBS/approvals"
    url = f"/t/JL-CBS/disbursements/{first}"
    assert browser.post(f"{url}/approve", {"version": 1, "back": place, **TICKED}).location == place
    keys = chosen(browser.get(place).get_data(as_text=True))
    assert len(keys) == 1
    done = browser.post(BATCH, {"chosen": keys, "confirmed": "1"}).get_data(as_text=True)
    assert "已复核通过 1 件，合计 20,000.00 元" in done


def test_the_count_and_total_over_a_list_are_asked_for_anew(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    first, _second = make.waiting(pilot, 30_000_00), make.waiting(pilot, 20_000_00)
    browser, own = sign_in(REVIEWER), f"{LIST}?kind=disbursement"
    page = browser.get(own).get_data(as_text=True)
    over = re.search(r'<p class="sum" id="list-sum" ([^>]+)>共 2 件 · 合计 <b>50,000.00</b>', page)
    assert over is not None
    assert f'hx-get="{own}"' in over[1]
    assert 'hx-trigger="ledgerChanged from:body"' in over[1]
    assert 'hx-select="#list-sum"' in over[1]
    in_row(browser, first, "approve", {"version": 1, **TICKED})
    anew = browser.get(own, htmx=True).get_data(as_text=True)
    assert re.search(r'id="list-sum" [^>]+>共 1 件 · 合计 <b>20,000.00</b>', anew)
    home = browser.get("/", htmx=True).get_data(as_text=True)
    assert '<span id="count-todo" hx-swap-oob="true">1</span>' in home


def test_what_changed_since_names_each_document_over_its_amount(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    make.disbursed(pilot, 20_000_00)
    page = sign_in(REVIEWER).get(url_of(document_id)).get_data(as_text=True)
    assert re.search(r'<li><span class="nowrap">拨付 FK-\d{4}-\d{4}</span><br>20,000.00 元，已入账</li>', page)
