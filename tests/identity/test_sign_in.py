"""Signing in and out, locks, and how long a session lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import clock, database
from ledger.dispatch import execute
from ledger.domain.access import Actor, Role
from ledger.identity.commands import DeactivatePerson
from tests.conftest import PASSWORD, STARTS_AT, Browser
from tests.identity.administering import change_roles

USER = "220100.finance_officer"
SignIn = Callable[[str], Browser]
New = Callable[[], Browser]
Who = Callable[[str], Actor]


def kinds(tenant: str, last: int = 1) -> list[str]:
    """The kinds of the last journal entries of a stream, oldest first."""
    made = database.engine(database.AUDIT)
    with made.connect() as connection:
        rows = connection.execute(
            text("SELECT kind FROM journal_entry WHERE tenant_code = :t ORDER BY seq DESC LIMIT :n"),
            {"t": tenant, "n": last},
        ).scalars()
        return list(rows)[::-1]


def passes(minutes: float) -> None:
    """Let time go on."""
    clock.configure(clock.now() + timedelta(minutes=minutes))


def test_a_right_password_leads_on_and_is_journalled(browser: New) -> None:
    made = browser()
    answer = made.post("/login", {"username": USER, "password": PASSWORD, "next": "/me"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    page = made.get("/me").get_data(as_text=True)
    assert "长春市财务经办" in page
    assert "长春市财政局" in page
    assert kinds("220100") == ["signed_in"]


def test_any_spelling_of_case_signs_in(browser: New) -> None:
    assert browser().sign_in("jl-cbs.DRC_Officer").status_code == 303


@pytest.mark.parametrize("next_url", ["//evil.example/", "https://evil.example", "/\\evil", "/login"])
def test_sign_in_leads_to_no_other_site(next_url: str, browser: New) -> None:
    answer = browser().post("/login", {"username": USER, "password": PASSWORD, "next": next_url})
    assert answer.headers["Location"] == "/"


def test_an_unknown_name_is_answered_like_a_wrong_password(browser: New) -> None:
    known = browser().sign_in(USER, "wrong password")
    unknown = browser().sign_in("nobody", "wrong password")
    assert (known.status_code, unknown.status_code) == (422, 422)
    words = "用户名或密码不正确，还可尝试 4 次。"
    assert words in known.get_data(as_text=True)
    assert words in unknown.get_data(as_text=True)
    assert kinds("220100") == ["sign_in_failed"]
    assert kinds("220000") == ["sign_in_failed"]


def test_the_journal_never_holds_an_unknown_name(browser: New) -> None:
    browser().sign_in("my secret password", "x")
    with database.engine(database.AUDIT).connect() as connection:
        payloads = connection.execute(text("SELECT payload FROM journal_entry")).scalars().all()
    assert not any("my secret password" in payload for payload in payloads)


def test_five_failures_lock_the_name_and_a_right_password_is_refused(browser: New) -> None:
    for _ in range(4):
        assert browser().sign_in(USER, "wrong").status_code == 422
    locked = browser().sign_in(USER, "wrong")
    assert locked.status_code == 429
    assert kinds("220100", 2) == ["sign_in_failed", "sign_in_locked"]
    refused = browser().sign_in(USER)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    passes(14.9)
    assert browser().sign_in(USER).status_code == 429
    passes(0.2)
    assert browser().sign_in(USER).status_code == 303


def test_the_lock_of_one_account_shuts_out_nobody_else(browser: New) -> None:
    for _ in range(120):
        browser().sign_in(USER, "wrong")
    assert browser().sign_in("220100.finance_reviewer").status_code == 303
    elsewhere = browser()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.sign_in(USER).status_code == 303


def test_an_address_that_tries_a_hundred_names_is_locked(browser: New) -> None:
    made = browser()
    statuses = [made.sign_in(f"name{number}", "wrong").status_code for number in range(101)]
    assert statuses.count(422) == 99
    assert statuses[-2:] == [429, 429]


def test_failures_are_forgotten_after_a_quarter_of_an_hour(browser: New) -> None:
    for _ in range(4):
        browser().sign_in(USER, "wrong")
    passes(15.1)
    assert "还可尝试 4 次" in browser().sign_in(USER, "wrong").get_data(as_text=True)


def test_the_session_is_new_at_sign_in_and_dead_after_sign_out(browser: New, sign_in: SignIn) -> None:
    made = browser()
    made.get("/login")
    before = made.client.get_cookie("ledger")
    made.sign_in(USER)
    kept = made.client.get_cookie("ledger")
    assert kept is not None
    assert before is None or kept.value != before.value
    assert made.post("/logout").headers["Location"] == "/login"
    assert kinds("220100") == ["signed_out"]
    made.client.set_cookie("ledger", kept.value)
    assert made.get("/me").status_code == 303


def test_a_session_ends_after_half_an_hour_without_use(sign_in: SignIn) -> None:
    made = sign_in(USER)
    passes(29)
    assert made.get("/me").status_code == 200
    passes(29)
    assert made.get("/me").status_code == 200
    passes(30.5)
    assert made.get("/me").status_code == 303


def test_a_session_ends_after_twelve_hours_however_much_used(sign_in: SignIn) -> None:
    made = sign_in(USER)
    for _ in range(24):
        passes(29)
        assert made.get("/me").status_code == 200
    passes(25)
    assert made.get("/me").status_code == 303


def test_the_last_use_is_written_at_most_once_a_minute(sign_in: SignIn) -> None:
    def last_seen() -> str:
        with database.engine(database.PROVINCE).connect() as connection:
            return str(connection.execute(text("SELECT max(last_seen_at) FROM sign_in_session")).scalar_one())

    made = sign_in(USER)
    first = last_seen()
    made.get("/me")
    assert last_seen() == first
    passes(1.1)
    made.get("/me")
    assert last_seen() != first


def test_a_deactivated_person_is_out_at_the_next_request(sign_in: SignIn, actor: Who, browser: New) -> None:
    made = sign_in(USER)
    execute(DeactivatePerson("220100", actor(USER).person_id), actor("admin"))
    assert made.get("/me").status_code == 303
    assert browser().sign_in(USER).status_code == 422


def test_changed_roles_count_at_the_next_request(sign_in: SignIn, actor: Who) -> None:
    made = sign_in(USER)
    assert "财务经办" in made.get("/me").get_data(as_text=True)
    change_roles(actor, USER, (Role.DRC_OFFICER,))
    page = made.get("/me").get_data(as_text=True)
    assert "<dd>发改经办</dd>" in page


def test_a_cookie_of_another_tenant_opens_nothing(app: Flask, sign_in: SignIn) -> None:
    made = sign_in(USER)
    with made.client.session_transaction() as session:
        _tenant, secret = session["_user_id"].split(".", 1)
        session["_user_id"] = f"220200.{secret}"
    assert made.get("/me").status_code == 303


def test_blank_fields_are_named(browser: New) -> None:
    answer = browser().post("/login", {"username": " ", "password": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#username"' in page
    assert 'href="#password"' in page


def test_what_is_typed_stays_and_the_password_does_not(browser: New) -> None:
    page = browser().sign_in(USER, "a wrong password").get_data(as_text=True)
    assert f'value="{USER}"' in page
    assert "a wrong password" not in page


def test_the_clock_of_the_tests_stands_where_they_say(app: Flask) -> None:
    assert clock.now() - STARTS_AT < timedelta(minutes=1)
