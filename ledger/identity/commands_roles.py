"""Other roles for a person: one administrator proposes, another one confirms or refuses, at their own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission, Role
from ledger.domain.errors import Conflict, Invalid, MakerIsChecker, NotPermitted
from ledger.domain.identifiers import clean_text
from ledger.identity import store, store_roles
from ledger.identity.commands import check_roles
from ledger.identity.models import RoleRequest
from ledger.journal import Fact

_REASON = 200
"""Characters of a reason at most."""


@dataclass(frozen=True, slots=True)
class ProposeRoles:
    """Ask for other roles of a person; nothing changes until another administrator confirms it."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int
    roles: tuple[Role, ...]
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        _check_not_oneself(desk, self.person_id)
        check_roles(self.tenant_code, self.roles)
        reason = clean_text(self.reason, "reason", _REASON, required=True, lines=True)
        # Locked before reading: two administrators must not both find that nothing waits.
        person = store.person_to_change(desk, self.person_id)
        if not person.active:
            raise Conflict("该账号已经停用，不能再变更角色。")
        if store_roles.request_waiting(desk, person.id) is not None:
            raise Conflict("这位人员已有一项角色变更等待确认。请先办结那一项。")
        before, after = store_roles.text_of(store.roles_held(desk, person.id)), store_roles.text_of(self.roles)
        if before == after:
            raise Invalid("所选角色与现有角色相同，无需变更。", field="roles")
        request = RoleRequest(
            tenant_code=desk.tenant_code,
            id=desk.new_id(),
            person_id=person.id,
            roles=after,
            roles_before=before,
            reason=reason,
            status="waiting",
            made_by=desk.actor.person_id,
            made_by_name=desk.actor.name,
            made_at=desk.now,
            decided_by=None,
            decided_by_name=None,
            decided_at=None,
        )
        desk.add(request)
        # A reason names people and their affairs: the record commits to it and does not hold it.
        return [_fact("roles_proposed", request, personal={"reason": reason})]


@dataclass(frozen=True, slots=True)
class ConfirmRoles:
    """Give the person the roles of a request that another administrator made; they count at once."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int
    request_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        _check_not_oneself(desk, self.person_id)
        person = store.person_to_change(desk, self.person_id)
        request = _waiting(desk, self.person_id, self.request_id)
        if request.made_by == desk.actor.person_id:
            raise MakerIsChecker("您提出的角色变更须由另一位系统管理员确认。")
        if not person.active:
            raise Conflict("该账号已经停用，不能再变更角色。")
        if store_roles.text_of(store.roles_held(desk, person.id)) != request.roles_before:
            raise Conflict("这位人员的角色在提出之后已经变过。请退回这项变更，按现有角色重新提出。")
        roles = sorted(store.roles_of(request.roles))
        check_roles(self.tenant_code, roles)
        store.give_roles(desk, person.id, roles)
        person.version += 1
        _decide(desk, request, "confirmed")
        return [
            Fact(
                "roles_changed",
                "person",
                person.id,
                before={"roles": [*request.roles_before.split()]},
                after={
                    "roles": [*request.roles.split()],
                    "request": str(request.id),
                    "maker": str(request.made_by),
                    "checker": str(desk.actor.person_id),
                },
            )
        ]


@dataclass(frozen=True, slots=True)
class RefuseRoles:
    """End a request without a change: refused by another administrator, withdrawn by who made it."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int
    request_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        _check_not_oneself(desk, self.person_id)
        store.person_to_change(desk, self.person_id)
        request = _waiting(desk, self.person_id, self.request_id)
        own = request.made_by == desk.actor.person_id
        _decide(desk, request, "withdrawn" if own else "refused")
        return [_fact("roles_withdrawn" if own else "roles_refused", request)]


def _check_not_oneself(desk: Desk, person_id: int) -> None:
    if person_id == desk.actor.person_id:
        raise NotPermitted("不能更改自己的角色。请由另外两位系统管理员办理。")


def _waiting(desk: Desk, person_id: int, request_id: int) -> RoleRequest:
    request = store_roles.request_to_decide(desk, person_id, request_id)
    if request.status != "waiting":
        raise Conflict("这项角色变更已经办结。请刷新后查看。")
    return request


def _decide(desk: Desk, request: RoleRequest, status: str) -> None:
    request.status = status
    request.decided_by, request.decided_by_name, request.decided_at = desk.actor.person_id, desk.actor.name, desk.now


def _fact(kind: str, request: RoleRequest, personal: dict[str, str] | None = None) -> Fact:
    return Fact(
        kind,
        "role_request",
        request.id,
        before={"roles": [*request.roles_before.split()]},
        after={"roles": [*request.roles.split()], "person": str(request.person_id)},
        personal=personal or {},
    )
