"""What the tests of the administrator's pages share."""

from __future__ import annotations

from collections.abc import Callable

from ledger.dispatch import execute
from ledger.domain.access import Actor, Role
from ledger.identity.commands_roles import ConfirmRoles, ProposeRoles
from tests.conftest import Browser

Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]
USER = "220100.finance_officer"
WANTED = (Role.FINANCE_OFFICER, Role.FINANCE_REVIEWER)


def url_of(who: Who, username: str = USER) -> str:
    person = who(username)
    return f"/admin/users/{person.tenant_code}/{person.person_id}"


def propose(who: Who, roles: tuple[Role, ...] = WANTED, maker: str = "admin", user: str = USER) -> int:
    person = who(user)
    command = ProposeRoles(person.tenant_code, person.person_id, roles, "人手不足")
    return execute(command, who(maker)).subject_id


def change_roles(who: Who, user: str, roles: tuple[Role, ...]) -> None:
    """Give a person other roles, as two administrators do."""
    request_id, person = propose(who, roles, user=user), who(user)
    execute(ConfirmRoles(person.tenant_code, person.person_id, request_id), who("admin.second"))
