"""Whatever a request is made of, pages answer it in words: who sent it, how it is written, what its address asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database
from ledger.app import LIMIT_BODY
from tests.conftest import PASSWORD, Browser
from tests.factories import Factory, MadePilot
from tests.faults.bad_input import HIDDEN, LIVELY, NEW, OFFICER, REVIEWER, holds, nothing_stored
from tests.faults.test_bad_input_pages import typed

SignIn = Callable[[str], Browser]
New = Callable[[], Browser]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def test_a_form_that_no_page_of_ours_sent_is_refused(
    sign_in: SignIn, browser: New, make: Factory, pilot: MadePilot
) -> None:
    waiting = f"/t/220100/disbursements/{make.waiting(pilot, 100_00)}"
    officer, reviewer, other = sign_in(OFFICER), sign_in(REVIEWER), sign_in("220200.finance_officer")
    foreign = other.fresh_token()
    tokens: tuple[dict[str, Any], ...] = (
        {}, {"csrf_token": ""}, {"csrf_token": foreign}, {"csrf_token": "a\x00b"}, {"csrf_token": "钥匙.a.b"},
        {"csrf_token": "x" * 5000}, {"csrf_token": "e30.aaaa.bbbb"}, {"csrf_token": [foreign, foreign]},
    )  # fmt: skip
    with nothing_stored():
        for by, url, form in (
            (officer, NEW, typed(pilot)),
            (reviewer, f"{waiting}/approve", {"version": 1}),
            (officer, f"{waiting}/withdraw", {"version": 1}),
        ):
            for token in tokens:
                answer = by.client.post(url, data={**form, **token})
                assert (answer.status_code, answer.mimetype) == (403, "text/html"), token
                assert "请刷新页面后重试" in answer.get_data(as_text=True)
            for headers in (
                {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["}, {"Origin": "//[x"},
                {"Origin": "http://localhost.evil.example"}, {"Origin": "http://\u00e9\u212a"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "nonsense"},
            ):  # fmt: skip
                sent = {name: value.encode().decode("latin-1") for name, value in headers.items()}
                assert by.post(url, form, headers=sent).status_code == 403, headers
        assert browser().post(NEW, typed(pilot)).status_code == 401


def test_what_changes_something_is_no_address_to_get(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    waiting = f"/t/220100/disbursements/{make.waiting(pilot, 100_00)}"
    reviewer = sign_in(REVIEWER)
    with nothing_stored():
        for url in (f"{waiting}/approve", f"{waiting}/withdraw", f"{waiting}/return", "/logout",
                    f"/t/220100/pilots/{pilot.id}/confirm"):  # fmt: skip
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
                answer = reviewer.client.open(f"{url}?version=1", method=method)
                assert answer.status_code == 405, (method, url)
                assert answer.headers["Allow"]
        for method in ("POST", "PUT", "DELETE"):
            for url in ("/", "/totals", waiting, "/healthz"):
                assert reviewer.client.open(url, method=method).status_code in (403, 405), (method, url)
        # What is asked in the address does not act: the form alone does.
        answer = reviewer.post(f"{waiting}/approve?version=1", {})
        assert answer.status_code == 422


def test_a_body_that_is_no_form_of_ours_stores_nothing(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    token = {"X-CSRFToken": browser.fresh_token()}
    wire = urlencode(typed(pilot)).encode()
    bodies: tuple[tuple[bytes, str], ...] = (
        (b"", FORM), (b"", ""), (wire, "text/plain"), (wire, "application/json"), (wire, "multipart/form-data"),
        (wire, "multipart/form-data; boundary=x"), (json.dumps(typed(pilot)).encode(), "application/json"),
        (b"\xff\xfe\x00\x80", FORM), (b"&&&===%%%", FORM), (b"%00=%00&%FF=%FF", FORM), (b"amount", FORM),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"\x1f\x8b" + wire, FORM), (b"a=1&" * 20_000, FORM), (wire.replace(b"125%2C000.50", b"%FF%FE"), FORM),
    )  # fmt: skip
    with nothing_stored():
        for body, kind in bodies:
            answer = browser.client.post(NEW, data=body, content_type=kind, headers=token)
            assert answer.status_code in (400, 413, 422), (body[:30], kind)
            assert answer.mimetype == "text/html"


def test_a_file_that_nobody_asked_for_is_a_bad_request(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    waiting = f"/t/220100/disbursements/{make.waiting(pilot, 100_00)}"
    with nothing_stored():
        for by, url, form in (
            (sign_in(OFFICER), NEW, typed(pilot)),
            (sign_in(REVIEWER), f"{waiting}/approve", {"version": 1}),
        ):
            for name in ("file", "amount", "note"):
                file = (BytesIO(b"PK\x03\x04"), "a.xlsx")
                sent = {key: value for key, value in form.items() if key != name}
                assert by.post(url, {**sent, name: file}).status_code in (400, 422), name
            assert by.post(url, {**form, "file": (BytesIO(b""), "a.xlsx")}).status_code == 400


def test_a_body_above_the_limit_is_answered_with_a_page(sign_in: SignIn, browser: New, pilot: MadePilot) -> None:
    officer = sign_in(OFFICER)
    with nothing_stored():
        for body, kind in (
            (b"note=" + b"x" * LIMIT_BODY, FORM),
            (b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * LIMIT_BODY,
             "multipart/form-data; boundary=b"),
        ):  # fmt: skip
            for headers in ({}, {"HX-Request": "true"}):
                answer = officer.client.post(NEW, data=body, content_type=kind, headers=headers)
                assert (answer.status_code, answer.mimetype) == (413, "text/html")
                assert "请" in answer.get_data(as_text=True)
            assert browser().client.post("/login", data=body, content_type=kind).status_code == 413
        long = officer.post(NEW, typed(pilot, note="x" * 600_000))
        assert long.status_code in (413, 422)
        huge = officer.client.post(NEW, data=b"", content_type=FORM, headers={"Content-Length": "9" * 30})
        assert huge.status_code in (400, 403, 413)


QUERIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("page", ("0", "-1", "abc", "1e9", "999999999", "9" * 30, "1.5", "\x00", "１", "²", "", "' OR 1=1")),
    ("per_page", ("0", "7", "-1", "100000", "abc", "9" * 30, "\x00")),
    ("status", ("nonsense", "posted' --", "\x00", "<script>alert(1)</script>")),
    ("kind", ("nonsense", "\x00", "<script>alert(1)</script>")),
    ("direction", ("nonsense", "\x00")),
    ("sort", ("; DROP TABLE document", "name; DROP TABLE document", "\x00", "-", "password_hash", "1")),
    ("from", ("2026-02-30", "soon", "0000-00-00", "99999-01-01", "\x00", "2026-13-01", "9" * 5000)),
    ("to", ("2026-02-30", "soon", "\x00", "1999-01-01")),
    ("q", (*HIDDEN, *LIVELY, "%", "_", "\\", "长" * 5000, "\x00", "\U0010ffff", "'", '"', "𠮷", "{}", "%s")),
    ("after", ("0", "-1", "1", "x", "9" * 30, "9" * 18, "\x00", "１")), ("tenant", ("220300", "nonsense", "\x00", "%")),
    ("before", ("0", "-1", "x", "9" * 30, "\x00", "１")), ("tab", ("nonsense", "\x00")), ("box", ("nonsense", "\x00")),
    ("as_of", ("soon", "2026-02-30", "\x00", "9999-12-31")), ("lang", ("xx", "\x00", "../../etc")),
    ("unit", ("cent", "\x00")), ("theme", ("pink", "\x00")), ("pilot", ("-1", "x", "\x00", "9" * 30)),
    ("next", ("//evil.example", "http://[", "\x00")), ("x" * 500, ("1",)), ("\x00", ("\x00",)),
)  # fmt: skip
HERE = ("/", "/approvals", "/t/220100/pilots", "/t/220100/disbursements", "/t/220100/awards", "/t/220100/approvals",
"/me",
        "/totals", NEW)  # fmt: skip


@pytest.mark.parametrize("username", [OFFICER, "province.reviewer"])
def test_a_link_with_a_nonsense_query_still_opens(
    username: str, sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    make.waiting(pilot, 100_00)
    browser = sign_in(username)
    places = [*HERE, f"/t/220100/pilots/{pilot.id}", *(["/pilots"] if username.startswith("province") else [])]
    fine = {url: browser.get(url).status_code for url in places}
    with nothing_stored():
        for url in places:
            for name, values in QUERIES:
                for value in values:
                    answer = browser.get(url, query_string={name: value}, htmx=value == "\x00")
                    assert answer.status_code == fine[url], (url, name, ascii(value[:40]))
                    assert "<script>alert" not in answer.get_data(as_text=True)
            raw = browser.client.get(f"{url}?q=%FF%FE&page=%00&=&&&q=1&q=2&sort[]=x&%")
            assert raw.status_code == fine[url], url


def test_a_search_finds_by_letters_and_not_by_patterns(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    make.waiting(pilot, 100_00, voucher_no="A_1%")
    make.waiting(pilot, 100_00, voucher_no="AX2")
    browser = sign_in(OFFICER)
    found = {
        q: browser.get("/t/220100/disbursements", query_string={"q": q}).get_data(as_text=True)
        for q in ("A_1", "A_1%", "A_2", "A%")
    }
    assert "A_1%" in found["A_1"]
    assert "A_1%" in found["A_1%"]
    assert "AX2" not in found["A_2"].partition("<tbody")[2]
    assert "AX2" not in found["A%"].partition("<tbody")[2]


@pytest.mark.parametrize("name", ["lang", "unit", "theme", "ledger", "session", "x"])
def test_a_nonsense_cookie_changes_nothing(name: str, sign_in: SignIn, app: Flask) -> None:
    for value in ("xx", "\\000", '"', "../..", "a.b.c", "é", "%00", "<script>alert(1)</script>", "x" * 4000):
        browser = sign_in(OFFICER) if name != "ledger" else Browser(app.test_client())
        headers = {"Cookie": f"{name}={value}".encode().decode("latin-1")}
        if name == "ledger":
            answer = app.test_client(use_cookies=False).get("/me", headers=headers)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fme")
            continue
        browser.client.set_cookie(name, value)
        answer = browser.get("/me")
        assert answer.status_code == 200, value
        assert "<script>alert" not in answer.get_data(as_text=True)


NEXT = ("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "//[",
"/\t/evil.example",
        "http://[::1", "javascript:alert(1)", "/\x00", " //evil.example", "/\n/evil.example", "/login", "/logout",
        "@evil",
        "evil.example", "//\u2100evil", "https:/evil.example")  # fmt: skip


def test_a_sign_in_leads_to_no_other_site(browser: New) -> None:
    for target in NEXT:
        made = browser()
        page = made.get("/login", query_string={"next": target})
        assert page.status_code == 200, ascii(target)
        assert 'name="next"' not in page.get_data(as_text=True), ascii(target)
        sent = made.post("/login", {"username": OFFICER, "password": PASSWORD, "next": target})
        assert (sent.status_code, sent.headers.get("Location", "/")) in ((303, "/"), (422, "/")), ascii(target)
        assert "evil" not in sent.get_data(as_text=True), ascii(target)
    gone = browser().get("/me", htmx=True, headers={"HX-Current-URL": "http://[x"})
    assert (gone.status_code, gone.headers["HX-Redirect"]) == (401, "/login")


NAMES = ("nobody", "' OR '1'='1", "admin'--", "220100.finance_officer' UNION SELECT 1", "𠮷", "{{7*7}}", "%s%n",
"nobody\\",
         "220100.finance_officer.", "٢٢٠١٠٠", "*", "<script>alert(1)</script>")  # fmt: skip


def test_a_name_that_nobody_has_is_answered_like_a_wrong_password(browser: New) -> None:
    def words(username: str, password: str) -> str:
        answer = browser().post("/login", {"username": username, "password": password})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, username
        assert holds(page, username), username
        assert password not in page
        return page.partition('id="errors"')[2].partition("</ul>")[0]

    with nothing_stored():
        wrong = words(OFFICER, "wrong password")
        assert "用户名或密码不正确" in wrong
        assert {words(name, "wrong password") for name in NAMES} == {wrong}


def test_five_failures_lock_a_name_that_nobody_has_as_well(browser: New) -> None:
    for username in (OFFICER, "nobody"):
        made = browser()
        statuses = [made.post("/login", {"username": username, "password": "x"}).status_code for _ in range(6)]
        assert statuses == [422, 422, 422, 422, 429, 429]
    assert browser().post("/login", {"username": OFFICER, "password": PASSWORD}).status_code == 429


PASSWORDS: tuple[tuple[str, str], ...] = (
    ("x" * 100_000, "密码太长"), ("", "请填写密码"), ("\x00", "用户名或密码不正确"), (PASSWORD + "\x00",
    "用户名或密码不正确"),
    (f" {PASSWORD}", "用户名或密码不正确"), (PASSWORD + "\n", "用户名或密码不正确"), ("𠮷", "用户名或密码不正确"),
    ("' OR '1'='1", "用户名或密码不正确"), ("\ufffd", "用户名或密码不正确"),
)  # fmt: skip


def test_odd_passwords_and_names_are_refused_in_words(browser: New) -> None:
    with nothing_stored():
        for password, words in PASSWORDS:
            answer = browser().post("/login", {"username": f"u{len(password)}", "password": password})
            assert answer.status_code == 422, ascii(password[:20])
            assert words in answer.get_data(as_text=True), ascii(password[:20])
        for username in (*HIDDEN, "x" * 81, "x" * 100_000, "", " \u3000"):
            answer = browser().post("/login", {"username": username, "password": PASSWORD})
            page = answer.get_data(as_text=True)
            assert answer.status_code == 422, ascii(username[:20])
            assert 'href="#username"' in page, ascii(username[:20])
            assert holds(page, username), ascii(username[:20])
            assert PASSWORD not in page
        assert browser().post("/login", {"username": OFFICER, "password": PASSWORD, "role": "admin"}).status_code == 400
        both = {"username": [OFFICER, "admin"], "password": PASSWORD}
        assert browser().post("/login", both).status_code == 400
        raw = browser().client.post("/login", data=b"username=%FF&password=%FF", content_type=FORM)
        assert raw.status_code == 403
    with database.engine(database.AUDIT).connect() as connection:
        said = connection.execute(text("SELECT payload FROM journal_entry WHERE kind = 'sign_in_failed'")).scalars()
        assert not any("DROP" in payload or "OR '1'" in payload for payload in said)


def test_odd_headers_are_borne(sign_in: SignIn, app: Flask) -> None:
    browser = sign_in(OFFICER)
    for name, value in (
        ("Accept-Language", "x" * 5000), ("Accept-Language", ";;q=,=;"), ("Accept", "\xff"), ("HX-Target", "<script>"),
        ("HX-Request", "maybe"), ("HX-Current-URL", "http://["), ("X-Forwarded-For", "' OR 1=1"), ("Referer",
        "http://["),
        ("If-None-Match", "\x80"), ("Range", "bytes=9-1"), ("Authorization", "Bearer \xff"), ("Content-Type",
        "\xff;charset=x"),
    ):  # fmt: skip
        assert browser.get("/me", headers={name: value}).status_code == 200, name
    client = app.test_client()
    for token in ("Bearer", "Bearer ", "Bearer 220100.1." + "\xff" * 9, "Bearer 220100." + "9" * 5000 + ".x",
    "Bearer ..", "\x80",
                  "Bearer 220100.-1.x", "Bearer 220100.0.x", "Basic !!!",
                  "Bearer 220100.9223372036854775808.x"):  # fmt: skip
        answer = client.get("/api/v1/tenants", headers={"Authorization": token})
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), ascii(token[:30])
