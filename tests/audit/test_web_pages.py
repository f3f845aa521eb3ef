"""My work, pilots with their money, and totals through the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

import config
from ledger.audit.queries_verify import VerifyJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"


def text_of(browser: Browser, url: str, *, htmx: bool = False) -> str:
    answer = browser.get(url, htmx=htmx)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def test_work_waits_for_the_one_who_may_check_it(sign_in: SignIn, make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    document_id = make.waiting(pilot, 30_000_00)
    link = f"/t/220100/disbursements/{document_id}"
    reviewer = text_of(sign_in(REVIEWER), "/")
    assert link in reviewer
    assert 'id="todo-count"' in reviewer
    officer = sign_in(OFFICER)
    home = text_of(officer, "/")
    assert link not in home
    assert f"/t/220100/pilots/{pilot.id}" in home
    assert "970,000.00" in home
    assert link in text_of(officer, "/?box=sent")
    assert link in text_of(sign_in(REVIEWER), "/t/220100/approvals?kind=disbursement")
    assert link not in text_of(sign_in(REVIEWER), "/t/220100/approvals?kind=award")


@pytest.mark.parametrize(
    "username", ["220100.drc_officer", "220100.drc_reviewer", "province.officer", "province.auditor", "admin"]
)
def test_everyone_has_a_first_page(sign_in: SignIn, books: Books, username: str) -> None:
    page = text_of(sign_in(username), "/")
    assert "我的工作" in page
    # The administrator sees no amounts.
    assert username != "admin" or "000.00" not in page


def test_the_province_sees_every_tenant_s_work_and_totals(sign_in: SignIn, make: Factory, books: Books) -> None:
    made = make.pilot("220300")
    award_id = execute(make.award_command(made, 500_000_00), make.actor("province.officer")).subject_id
    reviewer = sign_in("province.reviewer")
    assert f"/t/220300/awards/{award_id}" in text_of(reviewer, "/")
    assert f"/t/220300/awards/{award_id}" in text_of(reviewer, "/approvals")
    totals = text_of(reviewer, "/totals")
    assert "全省汇总" in totals
    assert "3,000,000.00" in totals
    assert "/t/220300/pilots" in totals
    assert "请按 年-月-日 填写日期" in text_of(reviewer, "/totals?as_of=soon")
    own = text_of(sign_in(OFFICER), "/totals?as_of=2026-11-22")
    assert "/t/220100/pilots" in own
    assert "/t/220300/pilots" not in own
    assert sign_in("admin").get("/totals").status_code == 403


def test_the_list_of_pilots_keeps_its_filters_in_the_url(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    page = text_of(browser, f"/t/220100/pilots?q={books.pilot.uscc}&kind=enterprise&sort=-disbursed")
    assert books.pilot.name in page
    assert "类型＝试点企业" in page
    assert 'aria-sort="descending"' in page
    assert "没有符合条件的试点" in text_of(browser, "/t/220100/pilots?kind=region", htmx=True)
    assert browser.get("/pilots").status_code == 403
    assert browser.get("/t/220300/pilots").status_code == 404
    assert books.other.name in text_of(sign_in("province.auditor"), "/pilots?per_page=20")


def test_a_pilot_s_page_shows_money_statement_and_every_act(sign_in: SignIn, books: Books) -> None:
    browser, url = sign_in(OFFICER), f"/t/220100/pilots/{books.pilot.id}"
    page = text_of(browser, url)
    assert "可拨余额 <strong>550,000.00</strong>" in page
    assert "− 收回 50,000.00" in page
    assert "复核通过拨付" in page
    assert "/t/220100/disbursements/new?pilot=" in page
    ledger = text_of(browser, f"{url}?tab=ledger")
    assert "〔冲销〕" in ledger
    assert "−100,000.00" in ledger
    assert "550,000.00" in ledger
    assert books.pilot.project_codes[0] in text_of(browser, f"{url}?tab=projects")
    assert sign_in("220300.finance_officer").get(f"/t/220300/pilots/{books.pilot.id}").status_code == 404


def test_htmx_renews_the_bar_and_brings_older_acts(sign_in: SignIn, books: Books) -> None:
    browser, url = sign_in(OFFICER), f"/t/220100/pilots/{books.pilot.id}"
    bar = browser.get(url, htmx=True, headers={"HX-Target": "moneybar"}).get_data(as_text=True)
    assert bar.lstrip().startswith('<section class="card" id="moneybar"')
    older = browser.get(f"{url}?before=9999", htmx=True, headers={"HX-Target": "timeline"}).get_data(as_text=True)
    assert "<li" in older
    assert "<html" not in older
    # The button's own place comes along, empty once nothing is older.
    assert re.search(r'<p class="acts" id="timeline-more" hx-swap-oob="true"></p>', older)


def test_a_designation_is_confirmed_by_a_second_person_of_the_province(sign_in: SignIn, make: Factory) -> None:
    pilot = make.pilot(active=False)
    url = f"/t/220100/pilots/{pilot.id}"
    assert 'id="confirm"' not in text_of(sign_in("province.officer"), url)
    assert sign_in("province.officer").post(f"{url}/confirm").status_code == 403
    reviewer = sign_in("province.reviewer")
    assert url in text_of(reviewer, "/")
    assert 'id="confirm"' in text_of(reviewer, url)
    assert reviewer.post(f"{url}/confirm").status_code == 303
    assert "认定已复核通过" in text_of(reviewer, url)
    assert reviewer.post(f"{url}/confirm").status_code == 409


def test_a_designation_is_returned_with_its_reason(sign_in: SignIn, make: Factory) -> None:
    pilot = make.pilot(active=False)
    url = f"/t/220100/pilots/{pilot.id}/return"
    reviewer = sign_in("province.reviewer")
    assert sign_in(OFFICER).get(url).status_code == 403
    assert "退回认定" in text_of(reviewer, url)
    refused = reviewer.post(url, {"reason": ""})
    assert refused.status_code == 422
    assert "退回时请写明理由" in refused.get_data(as_text=True)
    assert reviewer.post(url, {"reason": "信用代码与文件不一致"}).status_code == 303
    assert "认定已退回" in text_of(reviewer, f"/t/220100/pilots/{pilot.id}")


def test_without_the_cdn_the_local_script_serves_alone(sign_in: SignIn) -> None:
    answer = sign_in(OFFICER).get("/")
    assert "cdn" not in answer.headers["Content-Security-Policy"]
    assert 'src="/static/vendor/htmx.min.js"' in answer.get_data(as_text=True)


def test_with_the_cdn_the_script_is_pinned_by_its_hash(app: Flask, sign_in: SignIn) -> None:
    app.config["HTMX_URL"] = config.HTMX_URL
    answer = sign_in(OFFICER).get("/")
    page = answer.get_data(as_text=True)
    assert f'src="{config.HTMX_URL}" integrity="{config.HTMX_INTEGRITY}"' in page
    assert "https://cdn.jsdelivr.net" in answer.headers["Content-Security-Policy"]


def test_reading_changes_nothing(sign_in: SignIn, make: Factory, books: Books) -> None:
    browser = sign_in(OFFICER)
    before = {head.stream: head.size for head in ask(VerifyJournal(), SYSTEM).streams}
    for url in ("/", "/totals", "/t/220100/pilots", f"/t/220100/pilots/{books.pilot.id}?tab=ledger"):
        text_of(browser, url)
    text_of(browser, f"/t/220100/disbursements/{books.disbursement_id}/reverse")
    after = {head.stream: head.size for head in ask(VerifyJournal(), SYSTEM).streams}
    # Verifying itself is what leaves an entry, in the province's stream.
    assert after.pop("220000") == before.pop("220000") + 1
    assert after == before
