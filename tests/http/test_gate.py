"""Who may come in: cookies for pages, tokens for the API, and our own forms alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ledger import clock
from ledger.dispatch import execute
from ledger.domain.access import Actor, Permission
from ledger.domain.errors import Invalid, NotPermitted
from ledger.http import actor as gate
from ledger.http import navigation
from ledger.identity.commands import DeactivatePerson
from ledger.identity.commands_tokens import IssueToken, RevokeToken, make_token
from tests.conftest import Browser

USER = "220100.finance_officer"
SignIn = Callable[[str], Browser]
New = Callable[[], Browser]
Who = Callable[[str], Actor]
Api = Callable[[str], FlaskClient]


def test_a_public_page_answers_anybody(browser: New) -> None:
    assert browser().get("/open").status_code == 200
    assert browser().get("/healthz").get_json() == {"status": "ok"}
    assert browser().get("/readyz").get_json() == {"status": "ok", "database": True, "migrations": True}
    assert browser().get("/static/app.css").status_code == 200


def test_a_page_leads_to_the_sign_in_and_back(browser: New) -> None:
    answer = browser().get("/closed?page=2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fclosed%3Fpage%3D2")


def test_a_fragment_is_never_a_redirect(browser: New) -> None:
    answer = browser().get("/closed", htmx=True, headers={"HX-Current-URL": "http://localhost/probe?x=1"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fprobe%3Fx%3D1"
    assert answer.get_data() == b""


def test_a_form_whose_session_is_over_is_told_so_and_stays(browser: New) -> None:
    answer = browser().post("/probe/entry", {"amount": "1"}, htmx=True)
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#session-notice"
    assert answer.headers["X-CSRFToken"]
    assert "登录已超时，您填的内容没有丢。" in answer.get_data(as_text=True)


def test_the_api_answers_a_stranger_with_a_problem(browser: New) -> None:
    answer = browser().get("/api/v1/probe/fail/missing")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["code"] == "signed_out"


def test_a_cookie_is_nothing_to_the_api_and_a_token_nothing_to_a_page(sign_in: SignIn, api: Api) -> None:
    assert sign_in(USER).get("/api/v1/probe/fail/missing").status_code == 401
    assert api(USER).get("/api/v1/probe/fail/missing").status_code == 404
    assert api(USER).get("/closed").status_code == 303


def test_a_token_needs_no_form_token(api: Api) -> None:
    sent = {"amount": "1.00", "paid_on": "2026-11-20"}
    assert api(USER).post("/api/v1/probe/entry", json=sent).status_code == 200


@pytest.mark.parametrize(
    "spoil", [str.upper, lambda t: t[:-1], lambda t: "220200" + t[6:], lambda t: "x" + t, lambda t: t[:0]]
)
def test_a_spoilt_token_opens_nothing(spoil: Callable[[str], str], app: Flask, actor: Who) -> None:
    token = make_token(actor(USER))
    headers = {"Authorization": f"Bearer {spoil(token)}"}
    assert app.test_client().get("/api/v1/probe/fail/missing", headers=headers).status_code == 401


def test_a_token_ends_by_its_day_its_revocation_or_its_person(app: Flask, actor: Who) -> None:
    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().get("/api/v1/probe/fail/missing", headers=headers).status_code

    person = actor(USER)
    short, revoked, left = make_token(person, 1), make_token(person), make_token(person)
    assert {status(token) for token in (short, revoked, left)} == {404}
    execute(RevokeToken("220100", int(revoked.split(".")[1])), person)
    assert status(revoked) == 401
    clock.configure(clock.now() + timedelta(days=2))
    assert status(short) == 401
    assert status(left) == 404
    execute(DeactivatePerson("220100", person.person_id), actor("admin"))
    assert status(left) == 401


def test_a_token_is_issued_to_oneself_for_a_year_at_most(actor: Who) -> None:
    person, other = actor(USER), actor("220100.drc_officer")
    with pytest.raises(Invalid):
        make_token(person, 367)
    with pytest.raises(NotPermitted):
        execute(IssueToken("220100", other.person_id, 1, "hash"), person)


def test_a_form_without_our_token_is_refused(sign_in: SignIn) -> None:
    made = sign_in(USER)
    answer = made.client.post("/probe/entry", data={"amount": "1"})
    assert answer.status_code == 403
    assert answer.headers["X-CSRFToken"]
    assert made.client.post("/probe/entry", headers={"X-CSRFToken": "foreign"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_a_form_of_another_origin_is_refused(headers: dict[str, str], status: int, sign_in: SignIn) -> None:
    sent = {"amount": "1", "paid_on": "2026-11-20"}
    assert sign_in(USER).post("/probe/entry", sent, headers=headers).status_code == status


def test_a_form_left_open_for_hours_still_counts(sign_in: SignIn) -> None:
    made = sign_in(USER)
    token = made.fresh_token()
    clock.configure(clock.now() + timedelta(minutes=25))
    made.get("/me")
    clock.configure(clock.now() + timedelta(minutes=25))
    sent = {"amount": "1", "paid_on": "2026-11-20", "csrf_token": token}
    assert made.client.post("/probe/entry", data=sent).status_code == 200


def test_an_unmarked_endpoint_refuses_strangers(app: Flask) -> None:
    client = app.test_client()
    public = {"identity.sign_in_form", "identity.sign_in", "identity.sign_out", "identity.alive", "identity.ready"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static") or rule.endpoint in public | {"probe.open_page"}:
            continue
        values = {"code": "220100", "row_id": 7, "kind": "cap", "person_id": 7, "request_id": 7}
        with app.test_request_context():
            used = {name: values[name] for name in rule.arguments}
            url = app.url_map.bind("localhost").build(rule.endpoint, used, method=next(iter(rule.methods or ())))
        for method in (rule.methods or set()) - {"OPTIONS"}:
            status = client.open(url, method=method).status_code
            assert status in (303, 401), (method, url, status)


def test_local_paths_alone_are_places_to_go_on_to() -> None:
    assert gate.local_path("/t/220100/pilots?page=2") == "/t/220100/pilots?page=2"
    for text in ("", "pilots", "//evil", "/\\evil", "https://evil", "/a\nb", "/login?next=/", "javascript:alert(1)"):
        assert gate.local_path(text) == ""


def test_templates_ask_what_a_person_may(app: Flask) -> None:
    with app.test_request_context("/"):
        assert gate.may(Permission.MONEY_READ) is False
        assert gate.may("disbursement.record") is False


def test_the_navigation_shows_what_roles_lead_to_and_what_is_there(app: Flask, actor: Who) -> None:
    navigation.count_at(app, "/pilots", lambda _actor: 3)
    with app.test_request_context("/t/220100/pilots"):
        shown = [(item.label, item.url, item.current, item.count) for item in navigation.items(actor(USER))]
        assert shown == [("试点", "/t/220100/pilots", True, 3)]
        assert [item.url for item in navigation.items(actor("admin"))] == ["/admin/users", "/admin/offices"]
