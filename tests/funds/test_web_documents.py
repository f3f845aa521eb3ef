"""Document pages: lists, the acts of the second person, reversals, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.dispatch import ask, execute
from ledger.funds.queries import GetDocument
from ledger.funds.queries_entry import CountWork
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def url_of(document_id: int, collection: str = "disbursements") -> str:
    return f"/t/220100/{collection}/{document_id}"


def status_of(make: Factory, document_id: int) -> str:
    query = GetDocument(tenant_code="220100", document_id=document_id)
    return ask(query, make.actor(OFFICER)).shown.document.status.value


def test_the_checker_finds_the_buttons_and_the_maker_does_not(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = url_of(make.waiting(pilot, 30_000_00))
    for page in (url, f"{url}/check"):
        assert 'id="approve"' in sign_in(REVIEWER).get(page).get_data(as_text=True)
    own = sign_in(OFFICER).get(url).get_data(as_text=True)
    assert 'id="approve"' not in own
    assert "您登记的单据须由他人复核。可转给：长春市财务复核。" in own
    assert "人民币叁万元整" in own


def test_approving_posts_and_says_so(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    browser = sign_in(REVIEWER)
    answer = browser.post(f"{url_of(document_id)}/approve", {"version": 1, "idempotency_key": "k"})
    assert (answer.status_code, answer.location) == (303, url_of(document_id))
    assert "已复核通过" in browser.get(answer.location).get_data(as_text=True)
    assert status_of(make, document_id) == "posted"


def test_the_maker_s_own_approval_is_refused(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    assert sign_in(OFFICER).post(f"{url_of(document_id)}/approve", {"version": 1}).status_code == 403
    assert status_of(make, document_id) == "waiting"


def test_a_return_needs_its_reason(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    browser = sign_in(REVIEWER)
    refused = browser.post(f"{url_of(document_id)}/return", {"version": 1, "reason": " "})
    assert refused.status_code == 422
    assert "退回时请写明理由" in refused.get_data(as_text=True)
    assert browser.post(f"{url_of(document_id)}/return", {"version": 1, "reason": "账号有误"}).status_code == 303
    page = sign_in(OFFICER).get(url_of(document_id)).get_data(as_text=True)
    assert "账号有误" in page
    assert f"{url_of(document_id)}/change" in page


def test_a_stale_act_is_a_conflict_that_keeps_the_reason(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    browser = sign_in(REVIEWER)
    browser.post(f"{url_of(document_id)}/return", {"version": 1, "reason": "账号有误"})
    stale = browser.post(f"{url_of(document_id)}/return", {"version": 1, "reason": "第二个原因"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "第二个原因" in page
    assert "待复核" in page
    assert "已退回" in page
    assert url_of(document_id) in page


def test_an_act_without_its_version_is_refused(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    assert sign_in(REVIEWER).post(f"{url_of(document_id)}/approve", {}).status_code == 422
    assert status_of(make, document_id) == "waiting"


def test_the_maker_withdraws(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    assert sign_in(REVIEWER).post(f"{url_of(document_id)}/withdraw", {"version": 1}).status_code == 403
    assert sign_in(OFFICER).post(f"{url_of(document_id)}/withdraw", {"version": 1}).status_code == 303
    assert status_of(make, document_id) == "draft"


def test_a_reversal_is_asked_for_and_checked(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.disbursed(pilot, 30_000_00)
    officer, url = sign_in(OFFICER), f"{url_of(document_id)}/reverse"
    assert "人民币叁万元整" in officer.get(url).get_data(as_text=True)
    refused = officer.post(url, {"version": 2, "reason": "", "reversed_on": "2026-11-20"})
    assert refused.status_code == 422
    assert "冲销请写明原因" in refused.get_data(as_text=True)
    sent = officer.post(url, {"version": 2, "reason": "录错", "reversed_on": "2026-11-20"})
    assert sent.status_code == 303
    assert sign_in(REVIEWER).post(f"{sent.location}/approve", {"version": 1}).status_code == 303
    assert status_of(make, document_id) == "reversed"
    page = officer.get(url_of(document_id)).get_data(as_text=True)
    assert "这笔已由冲销单冲销" in page
    assert sent.location in page
    assert "−30,000.00" in officer.get("/t/220100/disbursements").get_data(as_text=True)


def test_an_award_is_checked_by_the_province_and_never_reversed(sign_in: SignIn, make: Factory) -> None:
    made = make.pilot()
    award_id = execute(make.award_command(made, 800_000_00), make.actor("province.officer")).subject_id
    url = url_of(award_id, "awards")
    assert 'id="approve"' not in sign_in(REVIEWER).get(url).get_data(as_text=True)
    reviewer = sign_in("province.reviewer")
    assert made.project_codes[0] in reviewer.get(url).get_data(as_text=True)
    assert reviewer.post(f"{url}/approve", {"version": 1}).status_code == 303
    assert reviewer.get(f"{url}/reverse").status_code == 403
    assert sign_in("province.officer").get(f"{url}/reverse").status_code == 409


def test_a_document_is_found_under_its_own_kind_alone(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 30_000_00)
    browser = sign_in(OFFICER)
    assert browser.get(url_of(document_id, "awards")).status_code == 404
    found = browser.get(f"/t/220100/documents/{document_id}")
    assert (found.status_code, found.location) == (303, url_of(document_id))
    assert sign_in("220300.finance_officer").get(url_of(document_id)).status_code == 404


@pytest.mark.parametrize(
    "collection", ["awards", "allocations", "disbursements", "expenditures", "acceptances", "recoveries"]
)
def test_each_kind_has_its_list(sign_in: SignIn, pilot: MadePilot, collection: str) -> None:
    browser = sign_in(OFFICER)
    answer = browser.get(f"/t/220100/{collection}?q=nothing-like-it&status=posted&from=2026-01-01&to=soon")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "没有符合条件的单据" in page
    assert "状态＝已入账" in page
    fragment = browser.get(f"/t/220100/{collection}", htmx=True).get_data(as_text=True)
    assert fragment.lstrip().startswith('<div id="list"')


def test_the_list_says_whose_money_and_how_much(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    make.disbursed(pilot, 30_000_00, voucher_no="PZ-7788")
    page = sign_in(OFFICER).get("/t/220100/disbursements?q=PZ-7788").get_data(as_text=True)
    assert pilot.name in page
    assert "30,000.00" in page
    assert "/t/220100/disbursements/new" in page
    assert "/t/220100/disbursements/new" not in sign_in(REVIEWER).get("/t/220100/disbursements").get_data(as_text=True)


def test_what_waits_is_counted_for_who_may_check_it(make: Factory, pilot: MadePilot) -> None:
    make.waiting(pilot, 30_000_00)
    make.pilot(active=False)
    counted = {name: ask(CountWork(), make.actor(name)) for name in (OFFICER, REVIEWER, "province.reviewer", "admin")}
    assert counted == {OFFICER: 0, REVIEWER: 1, "province.reviewer": 1, "admin": 0}
