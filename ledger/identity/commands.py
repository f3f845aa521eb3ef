"""Offices and people: registered, given roles, deactivated; never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import (
    LOCAL_ROLES,
    PROVINCE,
    PROVINCE_ROLES,
    ROLE_NAMES,
    Permission,
    Role,
)
from ledger.domain.errors import Conflict, Invalid, NotPermitted, Required
from ledger.domain.identifiers import clean_text
from ledger.identity import store, store_passwords
from ledger.identity.models import Office, Person
from ledger.identity.store_reference import divisions_of
from ledger.journal import Fact, Json

KINDS = ("drc", "finance")
_ALONE = (Role.ADMINISTRATOR, Role.PROVINCE_AUDITOR)


def check_roles(tenant_code: str, roles: Sequence[Role]) -> None:
    """Refuse roles that do not belong to the tenant, or that one person may not join.

    Administration and audit are held alone: neither may post money, nor watch over itself.

    Raises:
        Required: none at all. Invalid: one of another place, or two that exclude each other.

    Source: contract of roles; GB/T 22239-2019, three administrators.
    """
    if not roles:
        raise Required("请选择至少一个角色。", field="roles")
    fitting = PROVINCE_ROLES if tenant_code == PROVINCE else LOCAL_ROLES
    for role in roles:
        if role not in fitting:
            raise Invalid("{role}不能由本单位人员担任。请重新选择角色。", field="roles", role=ROLE_NAMES[role])
        if role in _ALONE and len(set(roles)) > 1:
            raise Invalid("{role}不能与其他角色由同一人担任。", field="roles", role=ROLE_NAMES[role])


@dataclass(frozen=True, slots=True)
class RegisterOffice:
    """Register a DRC or finance bureau (`kind`: drc, finance) of a tenant."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    name: str
    kind: str
    division_code: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        if self.kind not in KINDS:
            raise Invalid("单位类型只能是发展改革委或财政局。", field="kind")
        name = clean_text(self.name, "name", 60, required=True)
        if self.division_code not in divisions_of(self.tenant_code):
            raise Invalid("该区划不属于本地区。请从列表中选择。", field="division_code")
        if store.office_named(desk, name) is not None:
            raise Invalid("已有名为 {name} 的单位。", field="name", name=name)
        return [add_office(desk, name, self.kind, self.division_code)]


def add_office(desk: Desk, name: str, kind: str, division_code: str) -> Fact:
    """Add an office in the scope's tenant; the fact of it."""
    office = Office(
        tenant_code=desk.tenant_code,
        id=desk.new_id(),
        name=name,
        kind=kind,
        division_code=division_code,
        active=True,
    )
    desk.add(office)
    return Fact(
        "office_registered",
        "office",
        office.id,
        after={"name": name, "kind": kind, "division": division_code},
        stream=desk.tenant_code,
    )


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """Register a person of an office with their user name, roles and first password."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    username: str
    name: str
    office_id: int
    roles: tuple[Role, ...]
    password: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        username = clean_text(self.username, "username", 80, required=True)
        name = clean_text(self.name, "name", 40, required=True)
        if any(character.isspace() for character in username):
            raise Invalid("用户名不能有空格。", field="username")
        check_roles(self.tenant_code, self.roles)
        # Alone, one could register a second self that confirms one's own requests.
        if Role.ADMINISTRATOR in self.roles and not desk.actor.is_system:
            raise Invalid("系统管理员须由两位系统管理员办理：先登记其他角色，再提出角色变更。", field="roles")
        store_passwords.check_new_password(self.password, username)
        office = store.office(desk, self.office_id)
        if not office.active:
            raise Invalid("该单位已停用。请选择其他单位。", field="office_id")
        if store.find_login(desk, username) is not None:
            raise Invalid("该用户名已被使用。请换一个。", field="username")
        hashed = store_passwords.hash_password(self.password)
        return [add_person(desk, username, name, office.id, self.roles, hashed)]


def add_person(desk: Desk, username: str, name: str, office_id: int, roles: Sequence[Role], password_hash: str) -> Fact:
    """Add a person in the scope's tenant; the fact of it commits to their names and does not hold them."""
    person = Person(
        tenant_code=desk.tenant_code,
        id=desk.new_id(),
        office_id=office_id,
        username=username,
        name=name,
        password_hash=password_hash,
        active=True,
        version=1,
        made_at=desk.now,
        deactivated_at=None,
    )
    desk.add(person)
    # The rows below refer to this one: it is written first.
    desk.session.flush()
    desk.write(store.ADD_LOGIN, username=username.casefold(), person_id=person.id)
    store.give_roles(desk, person.id, roles)
    return Fact(
        "person_registered",
        "person",
        person.id,
        after={"office": str(office_id), "roles": [role.value for role in sorted(set(roles))]},
        personal={"name": name, "username": username},
        stream=desk.tenant_code,
    )


@dataclass(frozen=True, slots=True)
class DeactivatePerson:
    """End a person's account at once: their sessions end and their tokens are revoked."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        if self.person_id == desk.actor.person_id:
            raise NotPermitted("不能停用自己的账号。请由另一位系统管理员办理。")
        person = store.person_to_change(desk, self.person_id)
        if not person.active:
            raise Conflict("该账号已经停用。")
        person.active, person.deactivated_at = False, desk.now
        person.version += 1
        sessions = desk.write(store.END_SESSIONS, ended_at=desk.now, person_id=person.id)
        tokens = desk.write(store.REVOKE_TOKENS, revoked_at=desk.now, person_id=person.id)
        after: dict[str, Json] = {"active": False, "sessions": str(sessions), "tokens": str(tokens)}
        return [Fact("person_deactivated", "person", person.id, before={"active": True}, after=after)]


def change_password(desk: Desk, person: Person, password_hash: str) -> Fact:
    """Replace the hash and end the person's sessions; the fact of it."""
    person.password_hash = password_hash
    person.version += 1
    desk.write(store.END_SESSIONS, ended_at=desk.now, person_id=person.id)
    return Fact("password_set", "person", person.id, stream=desk.tenant_code)
