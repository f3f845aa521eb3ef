"""One's own pages: reading, password, tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ledger.dispatch import ask
from ledger.domain.access import SYSTEM, Actor
from ledger.identity.commands_tokens import make_token
from ledger.identity.queries import FindToken
from ledger.identity.store_passwords import hash_secret
from tests.conftest import PASSWORD, Browser

SignIn = Callable[[str], Browser]
USER = "220100.finance_officer"
NEW = "骑自行车去净月潭看雪的下午"


def sent(**changes: str) -> dict[str, str]:
    return {"current": PASSWORD, "password": NEW, "again": NEW, **changes}


def test_ones_page_leads_to_everything_of_ones_own(sign_in: SignIn) -> None:
    page = sign_in(USER).get("/me?theme=dark").get_data(as_text=True)
    for words in ("长春市财务经办", "长春市财政局", 'href="/me/password"', 'href="/me/tokens"', 'data-theme="dark"'):
        assert words in page


def test_a_changed_password_ends_every_session_and_the_new_one_opens(
    sign_in: SignIn, browser: Callable[[], Browser]
) -> None:
    made, other = sign_in(USER), sign_in(USER)
    assert made.post("/me/password", sent()).headers["Location"] == "/login"
    assert "请用新密码登录" in made.get("/login").get_data(as_text=True)
    assert other.get("/me").status_code == 303
    assert browser().sign_in(USER).status_code == 422
    assert browser().sign_in(USER, NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"current": "wrong"}, "current", "现用密码不正确"),
        ({"current": ""}, "current", "请填写密码"),
        ({"again": "other"}, "again", "两次填写的新密码不一致"),
        ({"password": "x9k2m4p7q1z", "again": "x9k2m4p7q1z"}, "password", "至少 12 个字符"),
        ({"password": USER, "again": USER}, "password", "太容易猜到"),
        ({"password": PASSWORD, "again": PASSWORD}, "password", "与现用密码相同"),
        ({"password": "x" * 201, "again": "x" * 201}, "password", "密码太长"),
    ],
)
def test_a_password_that_does_not_do_is_refused_beside_its_field(
    changes: dict[str, str], field: str, words: str, sign_in: SignIn, browser: Callable[[], Browser]
) -> None:
    made = sign_in(USER)
    answer = made.post("/me/password", sent(**changes))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'id="{field}-error"' in page
    assert NEW not in page
    assert browser().sign_in(USER).status_code == 303


def opens(token: str) -> bool:
    """Whether the JSON API would take this token."""
    tenant_code, number, secret = token.split(".")
    return ask(FindToken(tenant_code, int(number), hash_secret(secret)), SYSTEM) is not None


def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(sign_in: SignIn) -> None:
    made = sign_in(USER)
    page = made.post("/me/tokens", {"days": "30", "idempotency_key": "k"}).get_data(as_text=True)
    found = re.search(r"220100\.(\d+)\.[\w-]{43}", page)
    assert found is not None
    assert "2026-12-23" in page
    assert opens(found[0])
    assert made.post("/me/tokens", {"days": "30", "idempotency_key": "k"}).headers["Location"] == "/me/tokens"
    page = made.get("/me/tokens").get_data(as_text=True)
    assert found[0] not in page
    assert page.count("可用") == 1
    assert made.post("/me/tokens/revoke", {"token_id": found[1]}).headers["Location"] == "/me/tokens"
    assert not opens(found[0])
    assert "已撤销" in made.get("/me/tokens").get_data(as_text=True)


@pytest.mark.parametrize("days", ["", "0", "367", "1.5", "many"])
def test_a_tokens_days_are_a_whole_number_within_a_year(days: str, sign_in: SignIn) -> None:
    made = sign_in(USER)
    assert made.post("/me/tokens", {"days": days}).status_code == 422
    assert "您还没有令牌" in made.get("/me/tokens").get_data(as_text=True)


def test_somebody_elses_token_is_neither_shown_nor_revoked(sign_in: SignIn, actor: Callable[[str], Actor]) -> None:
    token_id = make_token(actor("220100.drc_officer")).split(".")[1]
    made = sign_in(USER)
    assert token_id not in made.get("/me/tokens").get_data(as_text=True)
    assert made.post("/me/tokens/revoke", {"token_id": token_id}).status_code == 403
    elsewhere = make_token(actor("220200.drc_officer")).split(".")[1]
    assert made.post("/me/tokens/revoke", {"token_id": elsewhere}).status_code == 404
    assert made.post("/me/tokens/revoke").status_code == 422


def test_how_one_reads_is_kept_after_signing_out(sign_in: Callable[[str], Browser]) -> None:
    browser = sign_in("220100.finance_officer")
    chosen = "lang=zh&unit=wan&density=compact&theme=dark&keys=off"
    page = browser.get(f"/me?{chosen}").get_data(as_text=True)
    assert "设置已保存" in page
    assert 'data-density="compact"' in page
    assert 'data-keys="off"' in page
    assert 'id="keys-help"' not in page
    browser.post("/logout")
    signed_out = browser.get("/login").get_data(as_text=True)
    assert 'data-theme="dark" data-density="compact"' in signed_out
    again = browser.get("/me?density=loose")
    assert "density" not in again.headers.get("Set-Cookie", "")
