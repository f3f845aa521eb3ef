"""资金核定 and 指标下达 through the browser: the one-time check, the steps, what is refused and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_lists import ListDocuments
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
AWARD, ALLOCATE = "/t/220100/awards/new", "/t/220100/allocations/new"
OFFICER, REVIEWER = "province.officer", "province.reviewer"


def stored(make: Factory, kind: DocumentKind) -> list[ShownDocument]:
    return list(ask(ListDocuments(tenant_code="220100", kind=kind), make.actor(OFFICER)).items)


def inputs_of(page: str) -> list[str]:
    return re.findall(r'name="(amount_\d+)"', page)


def award_of(browser: Browser, pilot: MadePilot, *amounts: str, **changes: Any) -> dict[str, Any]:
    """The award's form as a person fills it, an amount a project."""
    names = inputs_of(browser.get(f"{AWARD}?pilot={pilot.id}").get_data(as_text=True))
    values = {
        "pilot": str(pilot.id),
        "document_no": "吉发改服务[2026]35号",
        "decided_on": "2026-04-10",
        "fiscal_year": "2026",
        "step": "check",
    }
    return values | dict(zip(names, amounts, strict=True)) | changes


def line_of(page: str) -> str:
    found = re.search(r'<option value="(\d+)"', page)
    assert found
    return found[1]


def allocation_of(browser: Browser, pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    values = {
        "award": str(pilot.award_id),
        "line_id": line_of(browser.get(f"{ALLOCATE}?award={pilot.award_id}").get_data(as_text=True)),
        "amount": "600,000",
        "document_no": "吉财建指〔2026〕118号",
        "allocated_on": "2026-04-28",
        "step": "check",
    }
    return values | changes


def test_the_one_time_check_says_what_holds(sign_in: SignIn, make: Factory) -> None:
    pilot = make.pilot()
    page = sign_in(OFFICER).get(f"{AWARD}?pilot={pilot.id}").get_data(as_text=True)
    assert f"该单位（信用代码 {pilot.uscc}）此前没有核定记录" in page
    assert "不在限制申报期内" in page
    assert "一次性上限（第八条）" in page
    assert "1,000,000.00" in page
    assert 'name="fiscal_year" aria-required="true" aria-describedby="fiscal_year-hint" value="2026"' in page
    assert len(inputs_of(page)) == 1


@pytest.mark.parametrize("url", [AWARD, ALLOCATE])
def test_who_may_not_record_is_refused_and_without_a_pilot_there_is_a_way_on(
    sign_in: SignIn, make: Factory, url: str
) -> None:
    make.pilot()
    assert sign_in("220100.finance_officer").get(url).status_code == 403
    assert sign_in("220300.finance_officer").get(url).status_code == 404
    officer = sign_in(OFFICER)
    assert officer.get(f"{url}?pilot=77").status_code == 404
    blank = officer.get(url)
    assert blank.status_code == 200
    assert "返回" in blank.get_data(as_text=True)
    assert officer.post(url, {"amount": "1"}).status_code == 422


def test_an_award_in_three_steps_without_a_script(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    form = award_of(browser, pilot, "８００，０００")
    check = browser.post(AWARD, form)
    page = check.get_data(as_text=True)
    assert check.status_code == 200
    assert "人民币捌拾万元整" in page
    assert "吉发改服务〔2026〕35号" in page
    assert 'name="room_seen" value="100000000"' in page
    assert stored(make, DocumentKind.AWARD) == []
    sent = browser.post(AWARD, form | {"step": "send", "idempotency_key": "k-1"})
    document = stored(make, DocumentKind.AWARD)[0].document
    assert (sent.status_code, sent.location) == (303, f"/t/220100/awards/{document.id}")
    assert (document.status, document.amount) == ("waiting", Money(800_000_00))
    receipt = browser.get(sent.location).get_data(as_text=True)
    assert f"已送复核 {document.number} → " in receipt
    assert f"<dt>项目</dt><dd>{pilot.project_codes[0]} · 800,000.00</dd>" in receipt
    again = browser.post(AWARD, form | {"step": "send", "idempotency_key": "k-1"})
    assert again.location == sent.location
    assert len(stored(make, DocumentKind.AWARD)) == 1


@pytest.mark.rule("R8.3")
@pytest.mark.parametrize(
    ("amounts", "status"),
    [(("3,000,000", "2,000,000"), 200), (("3,000,000", "2,000,000.01"), 422), (("", "4,999,999.99"), 200)],
)
def test_a_region_splits_within_its_cap(sign_in: SignIn, make: Factory, amounts: tuple[str, str], status: int) -> None:
    pilot, browser = make.pilot(kind=PilotKind.REGION, projects=2), sign_in(OFFICER)
    answer = browser.post(AWARD, award_of(browser, pilot, *amounts), htmx=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert page.lstrip().startswith('<div id="form"')
    assert ("一次性上限 5,000,000.00 元（第八条）" in page) is (status == 422)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "1,000,000.01"}, "请改为不高于 1,000,000.00 元"),
        ({"amount": ""}, "请填写金额"),
        ({"amount": "80万"}, "单位是元：800,000.00"),
        ({"document_no": " "}, "请填写文号，例如"),
        ({"decided_on": "2026-11-24"}, "2026-11-24"),
        ({"decided_on": "2026-02-30"}, "没有 2 月 30 日"),
        ({"decided_on": "2001-01-01"}, "尚无生效的政策版本"),
        ({"decided_on": "2001-01-01", "step": "send"}, "尚无生效的政策版本"),
        ({"fiscal_year": "20x6"}, "请填写整数"),
    ],
)
def test_a_fault_of_an_award_comes_back_beside_its_field(
    sign_in: SignIn, make: Factory, changes: dict[str, str], words: str
) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    form = award_of(browser, pilot, "800,000")
    amount = next(name for name in form if name.startswith("amount_"))
    form |= {amount if name == "amount" else name: value for name, value in changes.items()}
    answer = browser.post(AWARD, form, htmx=True)
    page = answer.get_data(as_text=True)
    field = amount if "amount" in changes else next(iter(changes))
    assert answer.status_code == 422
    assert words in page
    assert f'id="{field}-error"' in page
    assert f'href="#{field}"' in page
    assert stored(make, DocumentKind.AWARD) == []


def test_a_region_s_award_is_of_one_project_at_least(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(kind=PilotKind.REGION, projects=2), sign_in(OFFICER)
    answer = browser.post(AWARD, award_of(browser, pilot, "", " "))
    assert answer.status_code == 422
    assert "请至少填写一个项目的核定金额" in answer.get_data(as_text=True)


def test_a_year_without_a_fund_line_is_refused_when_it_is_sent(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    answer = browser.post(AWARD, award_of(browser, pilot, "800,000", fiscal_year="2031", step="send"))
    assert answer.status_code == 422
    assert "2031 年没有登记专项资金总额（第八条）" in answer.get_data(as_text=True)


@pytest.mark.rule("R8.5")
def test_a_used_right_names_its_document_and_takes_no_amount(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    form = award_of(browser, pilot, "800,000")
    award_id = execute(make.award_command(pilot, 500_000_00), make.actor(OFFICER)).subject_id
    page = browser.get(f"{AWARD}?pilot={pilot.id}").get_data(as_text=True)
    assert "一次性支持不能重复（第八条）" in page
    assert "核定 500,000.00 元，待复核" in page
    assert f'href="/t/220100/awards/{award_id}"' in page
    assert inputs_of(page) == []
    raced = browser.post(AWARD, form | {"step": "send"})
    assert raced.status_code == 422
    assert 'value="800,000"' in raced.get_data(as_text=True)


def test_a_right_used_elsewhere_shows_no_way_there(sign_in: SignIn, make: Factory) -> None:
    other = make.awarded(tenant_code="220200")
    pilot = make.pilot(uscc=other.uscc)
    page = sign_in(OFFICER).get(f"{AWARD}?pilot={pilot.id}").get_data(as_text=True)
    assert "一次性支持不能重复（第八条）" in page
    assert "/t/220200/" not in page


def test_the_award_s_live_check_is_advice(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.pilot(), sign_in(OFFICER)
    form = award_of(browser, pilot, "1,200,000")
    answer = browser.post(AWARD, form, htmx=True, headers={"HX-Target": "capcheck"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<form" not in page
    assert "人民币壹佰贰拾万元整" in page
    assert "−200,000.00" in page
    asked = browser.post(AWARD, form | {next(k for k in form if k.startswith("amount_")): "80"})
    assert asked.status_code == 422
    assert "如果是 80 万元，请填 800,000.00" in asked.get_data(as_text=True)


def test_an_allocation_shows_each_line_and_is_sent(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(kind=PilotKind.REGION, projects=2), sign_in(OFFICER)
    page = browser.get(f"{ALLOCATE}?pilot={pilot.id}").get_data(as_text=True)
    assert "融合发展项目1" in page
    assert page.count("可下达 500,000.00") == 2
    form = allocation_of(browser, pilot, amount="500,000")
    check = browser.post(ALLOCATE, form)
    assert check.status_code == 200
    assert "人民币伍拾万元整" in check.get_data(as_text=True)
    sent = browser.post(ALLOCATE, form | {"step": "send"}, htmx=True)
    document = stored(make, DocumentKind.ALLOCATION)[0].document
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (204, f"/t/220100/allocations/{document.id}")
    assert (document.status, document.amount) == ("waiting", Money(500_000_00))
    assert "可下达 0.00" in browser.get(f"{ALLOCATE}?award={pilot.award_id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1,000,000.01", "最多还可下达 1,000,000.00 元。核定 1,000,000.00，已下达 0.00，待复核 0.00"),
        ("allocated_on", "2026-04-09", "下达日期不能早于核定日期 2026-04-10"),
        ("document_no", "", "请填写文号"),
        ("line_id", "77", "没有找到"),
        ("line_id", "", "请选择一项"),
    ],
)
def test_a_fault_of_an_allocation_comes_back_beside_its_field(
    sign_in: SignIn, make: Factory, field: str, value: str, words: str
) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    answer = browser.post(ALLOCATE, allocation_of(browser, pilot, **{field: value}), htmx=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'id="{field}-error"' in page


def test_a_line_that_someone_else_allocated_is_a_conflict(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot)
    execute(make.allocation_command(pilot, 700_000_00, document_no="吉财建指〔2026〕9号"), make.actor(OFFICER))
    answer = browser.post(ALLOCATE, form | {"step": "send", "room_seen": "100000000"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "300,000.00" in page
    assert 'name="document_no" value="吉财建指〔2026〕118号"' in page


def test_a_project_is_once_in_a_notice(sign_in: SignIn, make: Factory) -> None:
    pilot, browser = make.awarded(), sign_in(OFFICER)
    form = allocation_of(browser, pilot, step="send", amount="100,000")
    assert browser.post(ALLOCATE, form).status_code == 303
    twice = browser.post(ALLOCATE, form)
    assert twice.status_code == 409
    assert "同一项目只能出现一次" in twice.get_data(as_text=True)
    other_day = browser.post(ALLOCATE, form | {"allocated_on": "2026-05-08"})
    assert other_day.status_code == 422
    assert "的下达日期是 2026-04-28" in other_day.get_data(as_text=True)


def test_the_pages_lead_on_by_role_and_state(sign_in: SignIn, make: Factory) -> None:
    fresh, awarded = make.pilot(), make.awarded()
    officer, reviewer = sign_in(OFFICER), sign_in(REVIEWER)
    assert f"{AWARD}?pilot={fresh.id}" in officer.get(f"/t/220100/pilots/{fresh.id}").get_data(as_text=True)
    assert AWARD not in reviewer.get(f"/t/220100/pilots/{fresh.id}").get_data(as_text=True)
    page = officer.get(f"/t/220100/pilots/{awarded.id}").get_data(as_text=True)
    assert AWARD not in page
    assert f"{ALLOCATE}?pilot={awarded.id}" in page
    award = f"/t/220100/awards/{awarded.award_id}"
    assert f"{ALLOCATE}?award={awarded.award_id}" in officer.get(award).get_data(as_text=True)
    assert ALLOCATE not in reviewer.get(award).get_data(as_text=True)
