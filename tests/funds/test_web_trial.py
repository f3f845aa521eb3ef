"""What sending would be answered is told at the check; drafts and mending of awards and allocations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.queries import GetDocument
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
HOME = "/t/220100"
AWARD, ALLOCATE = f"{HOME}/awards/new", f"{HOME}/allocations/new"
OFFICER, REVIEWER = "province.officer", "province.reviewer"


def award_of(browser: Browser, pilot: MadePilot, amount: str, url: str = "", **changes: Any) -> dict[str, Any]:
    page = browser.get(url or f"{AWARD}?pilot={pilot.id}").get_data(as_text=True)
    values = {
        "pilot": str(pilot.id),
        "document_no": "吉发改服务〔2026〕35号",
        "decided_on": "2026-04-10",
        "fiscal_year": "2026",
        "step": "check",
    }
    return values | dict.fromkeys(re.findall(r'name="(amount_\d+)"', page), amount) | changes


def allocation_of(browser: Browser, pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    page = browser.get(f"{ALLOCATE}?award={pilot.award_id}").get_data(as_text=True)
    found = re.search(r'<option value="(\d+)"', page)
    assert found
    values = {
        "award": str(pilot.award_id),
        "line_id": found[1],
        "amount": "600,000",
        "document_no": "吉财建指〔2026〕118号",
        "allocated_on": "2026-04-28",
        "step": "check",
    }
    return values | changes


def document_of(make: Factory, url: str) -> Any:
    document_id = int(url.rsplit("/", 1)[1])
    return ask(GetDocument(tenant_code="220100", document_id=document_id), make.actor(OFFICER)).shown.document


def live(browser: Browser, url: str, form: dict[str, Any]) -> str:
    answer = browser.post(url, form, htmx=True, headers={"HX-Target": "capcheck"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.rule("R8.4")
def test_a_funded_project_is_told_at_the_check_and_while_typing(sign_in: SignIn, make: Factory) -> None:
    funded, browser = make.awarded(), sign_in(OFFICER)
    pilot = make.pilot(project_codes=funded.project_codes, tenant_code="220100")
    form = award_of(browser, pilot, "800,000")
    words = "同一项目不得重复支持（第八条）"
    answer = browser.post(AWARD, form)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert words in live(browser, AWARD, form)
    assert "可以提交" not in live(browser, AWARD, form)


def test_a_notice_s_date_and_a_project_twice_are_told_at_the_check_and_while_typing(
    sign_in: SignIn, make: Factory
) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot, amount="100,000")
    assert "可以提交" in live(browser, ALLOCATE, form)
    assert browser.post(ALLOCATE, form | {"step": "send"}).status_code == 303
    for changes, words, field in (
        ({}, "同一项目只能出现一次", "line_id"),
        ({"allocated_on": "2026-05-08"}, "的下达日期是 2026-04-28", "document_no"),
    ):
        answer = browser.post(ALLOCATE, form | changes)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert words in page
        assert f'id="{field}-error"' in page
        assert words in live(browser, ALLOCATE, form | changes)


def test_a_trial_stores_nothing_and_takes_no_number(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot)
    for _turn in range(3):
        assert browser.post(ALLOCATE, form).status_code == 200
    sent = browser.post(ALLOCATE, form | {"step": "send"})
    assert document_of(make, sent.location).number == "ZB-2026-0001"


def test_an_award_is_drafted_mended_and_sent(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    drafted = browser.post(AWARD, award_of(browser, pilot, "700,000", step="draft"))
    assert drafted.status_code == 303
    assert document_of(make, drafted.location).status == "draft"
    assert "已存草稿" in browser.get(drafted.location).get_data(as_text=True)
    change = f"{drafted.location}/change"
    page = browser.get(change).get_data(as_text=True)
    assert "修改资金核定" in page
    assert 'value="700,000.00"' in page
    assert 'value="吉发改服务〔2026〕35号"' in page
    form = award_of(browser, pilot, "650,000", change, version="1", document_no="吉发改服务〔2026〕37号")
    assert browser.post(change, form).status_code == 200
    assert browser.post(change, form | {"step": "send"}).status_code == 303
    document = document_of(make, drafted.location)
    assert (document.status, document.amount, document.document_no) == (
        "waiting",
        Money(650_000_00),
        "吉发改服务〔2026〕37号",
    )
    make.approve("220100", DocumentKind.AWARD, document.id, REVIEWER)


def test_an_allocation_that_came_back_is_mended_with_another_number(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot)
    url = browser.post(ALLOCATE, form | {"step": "send"}).location
    assert sign_in(REVIEWER).post(f"{url}/return", {"version": 1, "reason": "文号有误"}).status_code == 303
    page = browser.get(f"{url}/change").get_data(as_text=True)
    assert "退回原因：文号有误" in page
    assert f'value="{form["line_id"]}" selected' in page
    sent = browser.post(
        f"{url}/change", form | {"version": "2", "document_no": "吉财建指〔2026〕119号", "step": "send"}
    )
    assert (sent.status_code, sent.location) == (303, url)
    assert document_of(make, url).document_no == "吉财建指〔2026〕119号"


def test_room_that_another_award_took_is_a_conflict_that_keeps_what_was_typed(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot, amount="900,000", document_no="吉财建指〔2026〕77号")
    execute(make.allocation_command(pilot, 700_000_00), make.actor(OFFICER))
    answer = browser.post(ALLOCATE, form | {"step": "send", "room_seen": "100000000"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "省级业务 在" in page
    assert "先登记了一笔 700,000.00 元，可下达金额已变" in page
    assert 'value="吉财建指〔2026〕77号"' in page
