"""Offices, people, roles and passwords."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, SYSTEM, Actor, Permission, Role
from ledger.domain.errors import BadValue, Conflict, Invalid, NotFound, NotPermitted
from ledger.identity.commands import DeactivatePerson, RegisterOffice, RegisterPerson
from ledger.identity.commands_accounts import ChangeOwnPassword, ResetPassword
from ledger.identity.commands_setup import OpenStreams, SetUpAccounts
from ledger.identity.queries import (
    TENANTS,
    ActiveDemoAccounts,
    FindActor,
    ListOffices,
    ListPeople,
    database_state,
    demo_accounts_present,
)
from ledger.identity.store_reference import load_reference
from tests.conftest import PASSWORD, Browser

Who = Callable[[str], Actor]
USER = "220100.finance_officer"
NEW = "a-password-of-my-own"


def register(who: Who, username: str = "wang", *roles: Role, tenant: str = "220100", password: str = NEW) -> int:
    office = ask(ListOffices(tenant), SYSTEM)[0].office_id
    command = RegisterPerson(tenant, username, "王会计", office, roles or (Role.FINANCE_OFFICER,), password)
    return execute(command, who("admin")).subject_id


def test_a_registered_person_signs_in_with_their_roles(actor: Who, browser: Callable[[], Browser]) -> None:
    person_id = register(actor, "Wang.Hui", Role.FINANCE_OFFICER, Role.DRC_REVIEWER)
    assert browser().sign_in("wang.hui", NEW).status_code == 303
    found = actor("wang.hui")
    assert (found.person_id, found.name) == (person_id, "王会计")
    assert found.roles == {Role.FINANCE_OFFICER, Role.DRC_REVIEWER}


def test_the_journal_commits_to_names_and_holds_none(actor: Who) -> None:
    register(actor)
    with database.engine(database.PROVINCE).connect() as connection:
        query = "SELECT payload FROM journal_entry WHERE tenant_code = '220100' AND kind = 'person_registered'"
        payload = connection.execute(text(query + " ORDER BY seq DESC")).scalars().first()
        values = connection.execute(text("SELECT content FROM personal_value")).scalars().all()
    assert payload is not None
    assert "王会计" not in payload
    assert "commitment" in payload
    assert "王会计" in values


def test_a_user_name_is_single_over_all_tenants(actor: Who) -> None:
    register(actor, "wang")
    with pytest.raises(Invalid) as refused:
        register(actor, "WANG", tenant="220200")
    assert refused.value.field == "username"


@pytest.mark.parametrize(
    ("tenant", "roles"),
    [
        ("220100", ()),
        ("220100", (Role.PROVINCE_OFFICER,)),
        (PROVINCE, (Role.FINANCE_OFFICER,)),
        ("220100", (Role.ADMINISTRATOR, Role.FINANCE_OFFICER)),
        (PROVINCE, (Role.PROVINCE_AUDITOR, Role.PROVINCE_OFFICER)),
    ],
)
def test_roles_must_fit_the_tenant_and_each_other(tenant: str, roles: tuple[Role, ...], actor: Who) -> None:
    office = ask(ListOffices(tenant), SYSTEM)[0].office_id
    with pytest.raises(BadValue) as refused:
        execute(RegisterPerson(tenant, "wang", "王会计", office, roles, NEW), actor("admin"))
    assert refused.value.field == "roles"


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaa", "wangwang", "x" * 201])
def test_a_weak_password_is_refused(password: str, actor: Who) -> None:
    with pytest.raises(BadValue) as refused:
        register(actor, "wangwang", password=password)
    assert refused.value.field == "password"


def test_an_office_of_another_tenant_is_not_found(actor: Who) -> None:
    elsewhere = ask(ListOffices("220200"), SYSTEM)[0].office_id
    with pytest.raises(NotFound):
        execute(RegisterPerson("220100", "wang", "王", elsewhere, (Role.DRC_OFFICER,), NEW), actor("admin"))


def test_offices_have_single_names(actor: Who) -> None:
    execute(RegisterOffice("220100", "长春新区发展改革局", "drc", "220100"), actor("admin"))
    with pytest.raises(Invalid):
        execute(RegisterOffice("220100", "长春新区发展改革局", "drc", "220100"), actor("admin"))


def test_only_administrators_manage_people(actor: Who) -> None:
    person_id = actor(USER).person_id
    with pytest.raises(NotPermitted):
        execute(DeactivatePerson("220100", person_id), actor("province.officer"))


def test_a_deactivated_person_stays_in_the_list(actor: Who) -> None:
    person = actor(USER)
    execute(DeactivatePerson("220100", person.person_id), actor("admin"))
    with pytest.raises(NotFound):
        ask(FindActor(USER), SYSTEM)
    shown = {one.username: one for one in ask(ListPeople("220100"), SYSTEM)}
    assert shown[USER].active is False
    assert shown["220100.drc_officer"].active is True
    with pytest.raises(Conflict):
        execute(DeactivatePerson("220100", person.person_id), actor("admin"))


def test_a_new_password_ends_every_session(
    actor: Who, sign_in: Callable[[str], Browser], browser: Callable[[], Browser]
) -> None:
    made, person = sign_in(USER), actor(USER)
    with pytest.raises(Invalid):
        execute(ChangeOwnPassword("wrong", NEW), person)
    with pytest.raises(NotPermitted):
        execute(ResetPassword("220100", actor("220100.drc_officer").person_id, NEW), person)
    execute(ChangeOwnPassword(PASSWORD, NEW), person)
    assert made.get("/me").status_code == 303
    assert browser().sign_in(USER, NEW).status_code == 303


def test_setting_up_again_changes_nothing(app: Flask, settings: object, database_urls: dict[str, str]) -> None:
    load_reference(database_urls["DATABASE_OWNER_URL"].replace("postgresql://", "postgresql+psycopg://"))
    assert execute(OpenStreams(), SYSTEM).facts == ()
    assert execute(SetUpAccounts(PASSWORD), SYSTEM).facts == ()


def test_setting_up_with_another_password_sets_it(app: Flask, browser: Callable[[], Browser]) -> None:
    facts = execute(SetUpAccounts("short"), SYSTEM).facts
    assert {fact.kind for fact in facts} == {"password_set"}
    assert browser().sign_in("admin", "short").status_code == 303


def test_the_demo_has_forty_nine_accounts_and_production_would_refuse_them(app: Flask) -> None:
    assert len(ask(ActiveDemoAccounts(), SYSTEM)) == 49
    assert demo_accounts_present()


def test_the_tenants_stand_in_division_order(app: Flask) -> None:
    codes = [tenant.code for tenant in TENANTS]
    assert codes[:9] == sorted(codes[:9])
    assert codes[9:] == ["JL-CBS", "220581"]
    assert {tenant.short_name for tenant in TENANTS} >= {"延边州", "长白山", "长春市"}


def test_each_county_has_its_two_bureaus(app: Flask) -> None:
    names = [office.name for office in ask(ListOffices("220100"), SYSTEM)]
    assert len(names) == 24
    assert {"长春市发展改革委", "长春市财政局", "榆树市财政局"} <= set(names)


def test_the_database_is_at_its_newest_version(app: Flask) -> None:
    assert database_state() == (True, True)


def test_the_system_alone_finds_people_by_name(actor: Who) -> None:
    with pytest.raises(NotPermitted):
        ask(FindActor(USER), actor(USER))
    assert not actor("admin").may(Permission.MONEY_READ)
