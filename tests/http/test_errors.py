"""Every refusal has its status, and each reader the rendering they can use."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ledger.domain import errors as domain_errors
from ledger.domain.errors import LedgerError
from ledger.http import errors
from tests.conftest import Browser

USER = "220100.finance_officer"
SignIn = Callable[[str], Browser]
Api = Callable[[str], FlaskClient]
OURS = {"Origin": "http://localhost"}
"""What a browser says of a form that a page of ours sent."""


def refusals(parent: type[LedgerError] = LedgerError) -> Iterator[type[LedgerError]]:
    yield parent
    for child in parent.__subclasses__():
        yield from refusals(child)


def test_every_refusal_has_a_status() -> None:
    codes = {refusal.code for refusal in refusals()}
    assert codes <= errors.STATUS.keys()
    assert errors.STATUS.keys() - codes == set()
    assert len(codes) >= 25
    assert domain_errors.CapExceeded.code in codes


@pytest.mark.parametrize(
    ("kind", "status"), [("cap", 422), ("missing", 404), ("conflict", 409), ("many", 429), ("database", 503)]
)
def test_the_page_and_the_problem_have_one_status(kind: str, status: int, sign_in: SignIn, api: Api) -> None:
    assert sign_in(USER).get(f"/probe/fail/{kind}").status_code == status
    assert api(USER).get(f"/api/v1/probe/fail/{kind}").status_code == status


def test_a_problem_names_code_article_field_and_numbers(api: Api) -> None:
    answer = api(USER).get("/api/v1/probe/fail/cap")
    assert answer.mimetype == "application/problem+json"
    words = "核定金额不能超过一次性上限 5,000,000.00 元（第八条）。请改为不高于该数。"
    assert answer.get_json() == {
        "type": "urn:fund-ledger:problem:cap_exceeded",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": words,
        "code": "cap_exceeded",
        "article": "第八条",
        "limit": "5000000.00",
        "requested": "5000000.01",
        "errors": [{"field": "amount", "code": "cap_exceeded", "message": words}],
    }


def test_a_conflict_says_what_changed(api: Api) -> None:
    body = api(USER).get("/api/v1/probe/fail/conflict").get_json()
    assert body["changed"] == {"amount": {"before": "800,000.00", "now": "500,000.00"}}


def test_htmx_gets_a_refusal_beside_the_form_and_not_in_its_place(sign_in: SignIn) -> None:
    answer = sign_in(USER).get("/probe/fail/cap", htmx=True)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#page-notice"
    assert answer.headers["HX-Reselect"] == "[data-notice-body]"
    assert "data-notice-body" in answer.get_data(as_text=True)


def test_an_unknown_page_and_anothers_read_alike(sign_in: SignIn) -> None:
    made = sign_in(USER)
    unknown, anothers = made.get("/probe/nothing"), made.get("/probe/fail/missing")
    assert (unknown.status_code, anothers.status_code) == (404, 404)
    words = "没有找到这个页面，或您无权查看。"
    assert words in unknown.get_data(as_text=True)
    assert words in anothers.get_data(as_text=True)


@pytest.mark.parametrize(
    ("sent", "status", "field", "code"),
    [
        ({"paid_on": "2026-11-20"}, 422, "amount", "required"),
        ({"amount": None, "paid_on": "2026-11-20"}, 422, "amount", "required"),
        ({"amount": "", "paid_on": "2026-11-20"}, 422, "amount", "required"),
        ({"amount": 5, "paid_on": "2026-11-20"}, 400, "amount", "amount_format"),
        ({"amount": "NaN", "paid_on": "2026-11-20"}, 422, "amount", "amount_format"),
        ({"amount": "1,000", "paid_on": "2026-11-20"}, 422, "amount", "amount_format"),
        ({"amount": "-1", "paid_on": "2026-11-20"}, 422, "amount", "amount_sign"),
        ({"amount": "1.001", "paid_on": "2026-11-20"}, 422, "amount", "amount_scale"),
        ({"amount": "0", "paid_on": "2026-11-20"}, 422, "amount", "amount_zero"),
        ({"amount": "1", "paid_on": "2026/11/20"}, 422, "paid_on", "date"),
        ({"amount": "1", "paid_on": 20261120}, 400, "paid_on", "date"),
        ({"amount": "1", "paid_on": "2026-11-20", "note": ["x"]}, 400, "note", "invalid"),
        ({"amount": "1", "paid_on": "2026-11-20", "note": "x" * 11}, 422, "note", "invalid"),
        ({"amount": "1", "paid_on": "2026-11-20", "tenant_id": "220200"}, 400, "tenant_id", "invalid"),
        ([], 400, "_schema", "invalid"),
    ],
)
def test_what_json_may_not_say(sent: object, status: int, field: str, code: str, api: Api) -> None:
    answer = api(USER).post("/api/v1/probe/entry", json=sent)
    body = answer.get_json()
    assert answer.status_code == status
    assert [(one["field"], one["code"]) for one in body["errors"]] == [(field, code)]
    assert body["code"] == code


def test_what_is_no_json_is_a_bad_request(api: Api) -> None:
    answer = api(USER).post("/api/v1/probe/entry", data=b"{", content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_http_errors_are_problems_in_the_api_and_pages_elsewhere(sign_in: SignIn, api: Api) -> None:
    refused = api(USER).delete("/api/v1/probe/entry")
    assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
    assert "POST" in refused.headers["Allow"]
    assert api(USER).get("/api/v1/nothing").get_json()["code"] == "not_found"
    assert sign_in(USER).get("/probe/entry").status_code == 405


def test_a_body_too_large_is_refused(api: Api, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    answer = api(USER).post("/api/v1/probe/entry", data=b"x" * 200, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_a_fault_has_a_number_in_answer_and_log_and_no_trace(
    app: Flask, sign_in: SignIn, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    made, client = sign_in(USER), api(USER)
    app.testing = False
    answer = made.get("/probe/fail/fault")
    number = answer.headers["X-Request-ID"]
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert number in page
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in page
    body = client.get("/api/v1/probe/fail/fault").get_json()
    assert (body["status"], "secret" in str(body)) == (500, False)


def test_a_fault_keeps_the_form_for_a_browser_without_script(app: Flask, sign_in: SignIn) -> None:
    made = sign_in(USER)
    app.testing = False
    sent = {"amount": "1,234.56", "note": "<一期>", "idempotency_key": "once"}
    answer = made.post("/probe/fail/fault?from=here", sent, headers=OURS)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert '<form class="card" action="/probe/fail/fault?from=here" method="post">' in page
    for kept in ('name="amount" value="1,234.56"', 'value="&lt;一期&gt;"', 'name="idempotency_key" value="once"'):
        assert kept in page
    assert page.count('name="csrf_token"') == 1
    assert "在新窗口登录" not in page[page.index('name="amount"') : page.index("<footer")]


def test_a_session_that_is_over_keeps_the_form(browser: Callable[[], Browser]) -> None:
    page = browser().post("/probe/entry", {"amount": "5"}, headers=OURS).get_data(as_text=True)
    assert 'name="amount" value="5"' in page
    assert "在新窗口登录" in page


def test_a_form_that_another_site_sent_or_that_holds_a_secret_is_not_offered_again(app: Flask, sign_in: SignIn) -> None:
    made = sign_in(USER)
    app.testing = False
    for sent, headers in (
        ({"amount": "5"}, {"Origin": "https://elsewhere.example"}),
        ({"amount": "5"}, {}),
        ({"amount": "5", "password": "secret"}, OURS),
    ):
        page = made.post("/probe/fail/fault", sent, headers=headers).get_data(as_text=True)
        assert 'name="amount"' not in page
        assert "secret" not in page


def test_a_database_that_is_away_is_said_so(sign_in: SignIn) -> None:
    answer = sign_in(USER).get("/probe/fail/database")
    assert answer.headers["Retry-After"]
    page = answer.get_data(as_text=True)
    assert "数据库没有应答" in page
    assert "SELECT secret" not in page


def test_a_form_with_a_field_of_its_own_making_is_a_bad_request(sign_in: SignIn) -> None:
    sent = {"amount": "1", "paid_on": "2026-11-20", "status": "posted"}
    assert sign_in(USER).post("/probe/entry", sent).status_code == 400


def test_in_english_the_same_refusal_keeps_its_numbers(api: Api) -> None:
    answer = api(USER).get("/api/v1/probe/fail/cap?lang=en")
    assert "5,000,000.00" in answer.get_json()["detail"]


def test_places_are_tenants_and_numbers(sign_in: SignIn) -> None:
    made = sign_in(USER)
    assert made.get("/t/220100/probe/9223372036854775807").get_json()["id"] == "9223372036854775807"
    for url in ("/t/220000/probe/1", "/t/999999/probe/1", "/t/220100/probe/0", "/t/220100/probe/9223372036854775808"):
        assert made.get(url).status_code == 404
