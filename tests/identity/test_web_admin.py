"""The administrator's pages: people found, registered, given other roles by two, reset and deactivated."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Role
from ledger.domain.errors import Invalid, NotFound, NotPermitted
from ledger.identity.commands import DeactivatePerson, RegisterPerson
from ledger.identity.commands_accounts import ResetPassword
from ledger.identity.commands_roles import ConfirmRoles
from ledger.identity.commands_setup import SetUpAccounts
from ledger.identity.commands_tokens import make_token
from ledger.identity.queries import FindActor, ListOffices
from ledger.identity.queries_people import GetPerson
from tests.conftest import PASSWORD, Browser
from tests.identity.administering import USER, WANTED, SignIn, Who, propose, url_of


def new_form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    office = ask(ListOffices("220100"), SYSTEM)[0].office_id
    made: dict[str, str | list[str]] = {
        "tenant": "220100",
        "office_id": str(office),
        "username": "wang.hui",
        "name": "王会计",
        "roles": ["finance_officer", "finance_reviewer"],
        "idempotency_key": "one",
    }
    return {**made, **changes}


def secret_of(page: str) -> str:
    found = re.search(r'<code class="fs-5">([a-z0-9-]+)</code>', page)
    assert found is not None, page
    return found[1]


def test_the_list_finds_people_over_all_tenants_by_every_filter(actor: Who, sign_in: SignIn) -> None:
    execute(DeactivatePerson("220300", actor("220300.drc_officer").person_id), actor("admin"))
    admin = sign_in("admin")
    assert "共 49 人" in admin.get("/admin/users").get_data(as_text=True)
    for query, count in (
        ("q=220100.FINANCE", 2),
        ("tenant=220200", 4),
        ("tenant=nowhere", 49),
        ("office=长春市财政", 2),
        ("role=administrator", 2),
        ("state=ended", 1),
        ("state=active&tenant=220300", 3),
    ):
        page = admin.get(f"/admin/users?{query}").get_data(as_text=True)
        assert f"共 {count} 人" in page, query
    assert "没有符合条件的人员" in admin.get("/admin/users?q=nobody").get_data(as_text=True)
    assert "第 3 页" in re.sub(r"\s+", " ", admin.get("/admin/users?per_page=20&page=3").get_data(as_text=True))
    fragment = admin.get("/admin/users?tenant=220200", htmx=True).get_data(as_text=True)
    assert fragment.lstrip().startswith('<div id="list"')


def test_no_administrators_page_shows_money(actor: Who, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    for url in ("/admin/users", "/admin/users/new", url_of(actor)):
        page = admin.get(url).get_data(as_text=True)
        main = page[page.index("<main") : page.index("</main>")]
        assert not re.search(r"\d\.\d{2}(?!\.)\b|万元|金额", main), url


def test_a_registered_person_signs_in_with_the_password_that_was_shown_once(
    sign_in: SignIn, browser: Callable[[], Browser], actor: Who
) -> None:
    admin = sign_in("admin")
    answer = admin.post("/admin/users/new", new_form())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    password = secret_of(answer.get_data(as_text=True))
    assert len(password) == 19
    assert browser().sign_in("wang.hui", password).status_code == 303
    assert actor("wang.hui").roles == set(WANTED)
    again = admin.post("/admin/users/new", new_form())
    assert again.headers["Location"] == "/admin/users"
    assert "只显示一次" in admin.get("/admin/users").get_data(as_text=True)
    assert password not in admin.get(url_of(actor, "wang.hui")).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "admin"}, "该用户名已被使用"),
        ({"username": "a b"}, "用户名不能有空格"),
        ({"name": " "}, "请填写姓名"),
        ({"roles": []}, "请选择至少一个角色"),
        ({"roles": ["province_officer"]}, "不能由本单位人员担任"),
        ({"roles": ["administrator"]}, "须由两位系统管理员办理"),
        ({"roles": ["emperor"]}, "没有这个角色"),
        ({"office_id": ""}, "请选择单位"),
    ],
)
def test_a_wrong_registration_is_shown_again_with_what_was_typed(
    changes: dict[str, str | list[str]], words: str, sign_in: SignIn
) -> None:
    form = new_form(**changes)
    answer = sign_in("admin").post("/admin/users/new", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'value="{form["username"]}"' in page


def test_an_office_of_another_tenant_and_a_field_of_nobodys_are_refused(sign_in: SignIn, actor: Who) -> None:
    admin = sign_in("admin")
    elsewhere = str(ask(ListOffices("220200"), SYSTEM)[0].office_id)
    assert admin.post("/admin/users/new", new_form(office_id=elsewhere)).status_code == 404
    assert admin.post("/admin/users/new", new_form(tenant="999999")).status_code in (404, 422)
    assert admin.post("/admin/users/new", new_form(approved_by="1")).status_code == 400
    with pytest.raises(NotFound):
        actor("wang.hui")


def test_a_password_is_reset_once_for_each_form_and_never_an_administrators(
    sign_in: SignIn, browser: Callable[[], Browser], actor: Who
) -> None:
    admin, url, user = sign_in("admin"), url_of(actor), sign_in(USER)
    assert "重设" in admin.get(f"{url}/password").get_data(as_text=True)
    password = secret_of(admin.post(f"{url}/password", {"idempotency_key": "k"}).get_data(as_text=True))
    assert user.get("/me").status_code == 303
    assert browser().sign_in(USER, PASSWORD).status_code == 422
    assert admin.post(f"{url}/password", {"idempotency_key": "k"}).headers["Location"] == url
    assert browser().sign_in(USER, password).status_code == 303
    other = url_of(actor, "admin.second")
    assert "重设密码</a>" not in admin.get(other).get_data(as_text=True)
    assert admin.post(f"{other}/password").status_code == 403
    assert admin.post(f"{url_of(actor, 'admin')}/password").status_code == 403
    with pytest.raises(NotPermitted):
        execute(ResetPassword("220100", actor("220100.drc_officer").person_id, "a-long-password"), actor(USER))


def test_deactivating_asks_once_more_and_ends_everything(sign_in: SignIn, actor: Who) -> None:
    admin, url, user = sign_in("admin"), url_of(actor), sign_in(USER)
    make_token(actor(USER))
    assert "不会删除" in admin.get(f"{url}/deactivate").get_data(as_text=True)
    assert user.get("/me").status_code == 200
    assert admin.post(f"{url}/deactivate").headers["Location"] == url
    assert user.get("/me").status_code == 303
    page = admin.get(url).get_data(as_text=True)
    assert "已停用" in page
    assert "停用账号" not in page
    assert admin.post(f"{url}/deactivate").status_code == 409
    assert admin.post(f"{url_of(actor, 'admin')}/deactivate").status_code == 403


def test_an_administrator_takes_back_all_tokens(sign_in: SignIn, actor: Who, api: Callable[[str], object]) -> None:
    admin, url = sign_in("admin"), url_of(actor)
    api(USER), api(USER)
    assert admin.post(f"{url}/tokens/revoke").headers["Location"] == url
    person = actor(USER)
    assert not any(one.is_live for one in ask(GetPerson("220100", person.person_id), actor("admin")).tokens)
    assert admin.post(f"{url}/tokens/revoke").status_code == 409


def test_an_administrator_of_a_tenant_reaches_their_own_people_alone(
    sign_in: SignIn, browser: Callable[[], Browser], actor: Who
) -> None:
    office = ask(ListOffices("220100"), SYSTEM)[0].office_id
    execute(RegisterPerson("220100", "local", "本地", office, (Role.ADMINISTRATOR,), PASSWORD), SYSTEM)
    local = sign_in("local")
    assert "共 5 人" in local.get("/admin/users").get_data(as_text=True)
    assert "地区</label>" not in local.get("/admin/users").get_data(as_text=True)
    assert local.get(url_of(actor)).status_code == 200
    assert "须由省级系统管理员确认" in local.get(f"{url_of(actor)}/roles").get_data(as_text=True)
    for username in ("220200.drc_officer", "admin"):
        for act in ("", "/roles", "/password", "/deactivate"):
            assert local.get(url_of(actor, username) + act).status_code == 404
            assert local.post(url_of(actor, username) + (act or "/tokens/revoke"), {}).status_code in (404, 422)
    request = propose(actor)
    execute(ConfirmRoles("220100", actor(USER).person_id, request), actor("local"))
    assert actor(USER).roles == set(WANTED)


def test_a_place_or_person_that_is_not_is_not_found(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    for url in ("/admin/users/999999/1", "/admin/users/220100/1", "/admin/users/220100/x"):
        assert admin.get(url).status_code == 404, url


def test_people_of_other_roles_see_none_of_it(sign_in: SignIn, actor: Who) -> None:
    for username in ("province.auditor", "province.officer", USER):
        made = sign_in(username)
        for url in ("/admin/users", "/admin/users/new", url_of(actor)):
            assert made.get(url).status_code == 403, (username, url)


def test_the_system_alone_may_register_an_administrator_at_once(actor: Who) -> None:
    office = ask(ListOffices("220100"), SYSTEM)[0].office_id
    command = RegisterPerson("220100", "one", "一", office, (Role.ADMINISTRATOR,), PASSWORD)
    with pytest.raises(Invalid):
        execute(command, actor("admin"))
    execute(command, SYSTEM)
    assert ask(FindActor("one"), SYSTEM).roles == {Role.ADMINISTRATOR}
    assert execute(SetUpAccounts(PASSWORD), SYSTEM).facts == ()
