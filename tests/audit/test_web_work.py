"""我的工作 by role: what waits, its filters, and the number that follows on its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from ledger import clock
from ledger.dispatch import execute
from ledger.domain.documents import DocumentKind
from ledger.funds.commands_check import ReturnDocument
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"


def home(browser: Browser, query: str = "") -> str:
    return browser.get(f"/{query}").get_data(as_text=True)


def test_what_came_back_stands_on_top_with_its_reason(sign_in: SignIn, make: Factory) -> None:
    document_id = make.waiting(make.allocated(1_000_000_00), 30_000_00)
    command = ReturnDocument(
        tenant_code="220100",
        kind=DocumentKind.DISBURSEMENT,
        document_id=document_id,
        version=1,
        reason="收款账号与文件不一致",
    )
    execute(command, make.actor(REVIEWER))
    page = home(sign_in(OFFICER))
    assert "退回的拨付" in page
    assert "收款账号与文件不一致" in page
    assert f"/t/220100/disbursements/{document_id}" in page


def test_the_checker_sees_what_they_checked_this_month(sign_in: SignIn, books: Books) -> None:
    page = home(sign_in(REVIEWER))
    assert "当月已复核" in page
    assert "复核通过 5 件" in page
    # 400,000 + 100,000 + 300,000 + 50,000 and the reversal of 100,000
    assert "950,000.00" in page


def test_work_is_narrowed_by_kind_pilot_and_day(sign_in: SignIn, make: Factory) -> None:
    document_id = make.waiting(make.allocated(1_000_000_00), 30_000_00)
    browser, link = sign_in(REVIEWER), f"/t/220100/disbursements/{document_id}"
    today = clock.today()
    for query, is_shown in (
        ("?kind=disbursement", True),
        ("?kind=award", False),
        ("?q=FK-", True),
        ("?q=nothing", False),
        (f"?from={today}", True),
        (f"?to={today - timedelta(days=1)}", False),
        ("?from=soon", True),
    ):
        assert (link in home(browser, query)) is is_shown, query
    assert "没有符合条件的事项" in home(browser, "?kind=award")
    assert "事项＝资金核定" in home(browser, "?kind=award")


@pytest.mark.parametrize("username", ["province.auditor", "admin"])
def test_who_checks_nothing_is_shown_no_number(sign_in: SignIn, username: str) -> None:
    assert 'id="todo-count"' not in home(sign_in(username))


def test_the_number_follows_without_keeping_the_session_alive(
    app: Flask, sign_in: SignIn, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = make.allocated(1_000_000_00)
    browser = sign_in(REVIEWER)
    assert "hidden" in browser.get("/todo-count", htmx=True).get_data(as_text=True)
    make.waiting(pilot, 30_000_00)
    counted = browser.get("/todo-count", htmx=True).get_data(as_text=True)
    assert "</span>1</b>" in counted
    assert " hidden" not in counted.split(">")[0]
    begun = clock.now()
    for minutes in (10, 20, 29):
        monkeypatch.setattr(clock, "now", lambda at=begun + timedelta(minutes=minutes): at)
        assert browser.get("/todo-count", htmx=True).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(minutes=31))
    # It ends where one looked at the page last; the poll then leads nobody away from what they type.
    answer = browser.get("/todo-count", htmx=True)
    assert (answer.status_code, "HX-Redirect" in answer.headers) == (204, False)
    assert browser.get("/").status_code == 303


def test_near_the_cap_and_the_verification_are_for_the_province(sign_in: SignIn, make: Factory) -> None:
    make.allocated(1_000_000_00)
    officer = home(sign_in("province.officer"))
    assert "接近上限" in officer
    assert "已达上限" in officer
    assert "最近一次核验：还没有核验过" in home(sign_in("province.auditor"))
