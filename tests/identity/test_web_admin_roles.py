"""Other roles for a person: proposed by one administrator, decided by another, recorded either way."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, Role
from ledger.domain.errors import Conflict, Invalid, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.identity.commands import DeactivatePerson
from ledger.identity.commands_roles import ConfirmRoles, RefuseRoles
from ledger.identity.queries_people import GetPerson
from tests.faults.raw import refused, session_of
from tests.identity.administering import USER, WANTED, SignIn, Who, propose, url_of


@pytest.mark.rule("RX.2")
def test_two_administrators_change_roles_at_different_times(sign_in: SignIn, actor: Who) -> None:
    url, first, second = url_of(actor), sign_in("admin"), sign_in("admin.second")
    form = {"roles": ["finance_officer", "finance_reviewer"], "reason": "人手不足"}
    assert first.post(f"{url}/roles", form).headers["Location"] == url
    assert actor(USER).roles == {Role.FINANCE_OFFICER}
    assert "等另一位系统管理员" in first.get("/admin/users").get_data(as_text=True)
    assert "等您确认" in second.get("/admin/users").get_data(as_text=True)
    assert "确认变更" not in first.get(url).get_data(as_text=True)
    page = second.get(url).get_data(as_text=True)
    assert "确认变更" in page
    found = re.search(r'name="request_id" value="(\d+)"', page)
    assert found is not None
    assert first.post(f"{url}/roles/confirm", {"request_id": found[1]}).status_code == 403
    assert second.post(f"{url}/roles/confirm").status_code == 422
    assert second.post(f"{url}/roles/confirm", {"request_id": found[1]}).headers["Location"] == url
    assert actor(USER).roles == set(WANTED)
    assert second.post(f"{url}/roles/confirm", {"request_id": found[1]}).status_code == 409
    assert "已确认" in first.get(url).get_data(as_text=True)


def test_a_proposal_is_withdrawn_by_its_maker_or_refused_by_another(actor: Who) -> None:
    person = actor(USER)
    for decider, status in (("admin", "withdrawn"), ("admin.second", "refused")):
        request = propose(actor)
        execute(RefuseRoles("220100", person.person_id, request), actor(decider))
        detail = ask(GetPerson("220100", person.person_id), actor("admin"))
        assert (detail.waiting, detail.decided[0].status) == (None, status)
    assert actor(USER).roles == {Role.FINANCE_OFFICER}


@pytest.mark.parametrize(
    ("roles", "refusal"),
    [
        ((Role.FINANCE_OFFICER,), Invalid),
        ((), LedgerError),
        ((Role.ADMINISTRATOR, Role.FINANCE_OFFICER), Invalid),
        ((Role.PROVINCE_OFFICER,), Invalid),
    ],
)
def test_a_proposal_follows_the_rules_of_roles(roles: tuple[Role, ...], refusal: type[LedgerError], actor: Who) -> None:
    with pytest.raises(refusal) as refused:
        propose(actor, roles)
    assert refused.value.field == "roles"


def test_nobody_decides_alone_nor_about_oneself(actor: Who) -> None:
    request, person = propose(actor), actor(USER)
    with pytest.raises(MakerIsChecker):
        execute(ConfirmRoles("220100", person.person_id, request), actor("admin"))
    with pytest.raises(NotPermitted):
        propose(actor, (Role.PROVINCE_OFFICER,), user="admin")
    own = propose(actor, (Role.PROVINCE_OFFICER,), user="admin.second")
    with pytest.raises(NotPermitted):
        execute(ConfirmRoles(PROVINCE, actor("admin.second").person_id, own), actor("admin.second"))
    with pytest.raises(NotFound):
        execute(ConfirmRoles("220100", actor("220100.drc_officer").person_id, request), actor("admin.second"))
    with pytest.raises(NotPermitted):
        propose(actor, maker="province.officer")


def test_one_proposal_waits_at_a_time_and_an_overtaken_one_is_not_confirmed(actor: Who) -> None:
    request, person = propose(actor), actor(USER)
    with pytest.raises(Conflict):
        propose(actor, (Role.DRC_OFFICER,), maker="admin.second")
    execute(DeactivatePerson("220100", person.person_id), actor("admin"))
    with pytest.raises(Conflict):
        execute(ConfirmRoles("220100", person.person_id, request), actor("admin.second"))
    execute(RefuseRoles("220100", person.person_id, request), actor("admin.second"))
    assert not ask(GetPerson("220100", person.person_id), actor("admin")).person.active


def test_every_step_is_recorded_and_the_reason_is_committed_to_alone(actor: Who) -> None:
    request = propose(actor)
    execute(ConfirmRoles("220100", actor(USER).person_id, request), actor("admin.second"))
    with database.engine(database.AUDIT).connect() as connection:
        rows = connection.execute(
            text("SELECT kind, payload FROM journal_entry WHERE tenant_code = '220100' ORDER BY seq DESC LIMIT 2")
        ).all()
    assert [row.kind for row in rows] == ["roles_changed", "roles_proposed"]
    assert str(actor("admin.second").person_id) in rows[0].payload
    assert "人手不足" not in rows[1].payload


def test_without_a_second_administrator_the_page_says_so(actor: Who, sign_in: SignIn) -> None:
    url, admin = url_of(actor), sign_in("admin")
    assert "须由另一位系统管理员确认：系统管理员二" in admin.get(f"{url}/roles").get_data(as_text=True)
    last = admin.get(f"{url_of(actor, 'admin.second')}/deactivate").get_data(as_text=True)
    assert "停用后只剩您一位系统管理员" in last
    assert "停用后只剩" not in admin.get(f"{url}/deactivate").get_data(as_text=True)
    execute(DeactivatePerson(PROVINCE, actor("admin.second").person_id), actor("admin"))
    assert "现在没有另一位系统管理员" in admin.get(f"{url}/roles").get_data(as_text=True)


def test_the_database_keeps_a_decision_past_every_line_of_ours(app: Flask, actor: Who) -> None:
    request, person_id = propose(actor), actor(USER).person_id
    own = "WHERE tenant_code = '220100' AND id = :id"
    with session_of(app, "220100") as connection:
        decided = f"UPDATE role_request SET status = :status, decided_by = :by {own}"
        maker, second = actor("admin").person_id, actor("admin.second").person_id
        assert refused(connection, decided, id=request, status="confirmed", by=maker)
        assert refused(connection, decided, id=request, status="confirmed", by=None)
        assert not refused(connection, decided, id=request, status="confirmed", by=second)
        assert refused(connection, f"DELETE FROM role_request {own}", id=request)
    execute(RefuseRoles("220100", person_id, request), actor("admin.second"))
    with session_of(app, "220100") as connection:
        assert refused(connection, f"UPDATE role_request SET status = 'waiting', decided_by = NULL {own}", id=request)
        assert refused(connection, f"UPDATE role_request SET roles = 'administrator' {own}", id=request)
