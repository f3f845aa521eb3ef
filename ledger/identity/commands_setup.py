"""What a new ledger starts with: open streams, and the accounts of the demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ledger import journal
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, ROLE_NAMES, Permission, Role
from ledger.domain.errors import Invalid, NotFound, NotPermitted
from ledger.domain.identifiers import clean_text
from ledger.identity import store, store_passwords
from ledger.identity.commands import add_office, add_person, change_password
from ledger.identity.store_reference import (
    DIVISIONS,
    LOCAL_ACCOUNTS,
    PROVINCE_ACCOUNTS,
    STREAMS,
    TENANTS,
    TenantRow,
)
from ledger.journal import Fact

PROVINCE_OFFICE = "吉林省发展改革委"
FIRST_ADMINISTRATORS = 2
"""What needs two administrators needs both from the start."""


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """Write the first entry of each stream that has none: it names the algorithms of the chain."""

    permission: ClassVar[Permission] = Permission.SYSTEM

    def run(self, desk: Desk) -> Sequence[Fact]:
        opened = []
        for stream in STREAMS:
            desk.go_to(stream)
            head = desk.first(store.HEAD_SEQ)
            if head is not None and head.seq == 0:
                opened.append(journal.opening(stream))
        return opened


@dataclass(frozen=True, slots=True)
class SetUpAccounts:
    """Add the offices and the demo's accounts, all with one password; what is there stays.

    An account that has another password gets this one. Streams must be open.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    password: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        return _set_up(_SettingUp(desk, self.password))


@dataclass(frozen=True, slots=True)
class OpenOffices:
    """Add the DRC and finance bureau of every prefecture and county, and the province's DRC; what is there stays."""

    permission: ClassVar[Permission] = Permission.SYSTEM

    def run(self, desk: Desk) -> Sequence[Fact]:
        return _set_up(_SettingUp(desk, None))


@dataclass(frozen=True, slots=True)
class RegisterAdministrator:
    """Register one of the first two administrators of a new ledger; every later person is registered by them.

    Raises:
        NotPermitted: there are two already. Invalid: the user name is taken, or the password is too weak.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    username: str
    name: str
    password: str = field(repr=False)
    tenant_code: str = PROVINCE

    def run(self, desk: Desk) -> Sequence[Fact]:
        if store.administrators(desk) >= FIRST_ADMINISTRATORS:
            raise NotPermitted("已有两名系统管理员。其他人员请由他们登记。")
        username = clean_text(self.username, "username", 80, required=True)
        store_passwords.check_new_password(self.password, username)
        if store.find_login(desk, username) is not None:
            raise Invalid("该用户名已被使用。请换一个。", field="username")
        office = store.office_named(desk, PROVINCE_OFFICE)
        if office is None:
            raise NotFound()
        name = clean_text(self.name, "name", 40, required=True)
        hashed = store_passwords.hash_password(self.password)
        return [add_person(desk, username, name, office.id, [Role.ADMINISTRATOR], hashed)]


def _set_up(setting_up: _SettingUp) -> list[Fact]:
    setting_up.desk.go_to(PROVINCE)
    office_id = setting_up.office(PROVINCE_OFFICE, "drc", PROVINCE)
    for username, role in PROVINCE_ACCOUNTS.items():
        name = ROLE_NAMES[role] + ("二" if username.endswith(".second") else "")
        setting_up.account(username, name, office_id, role)
    for tenant in TENANTS:
        setting_up.desk.go_to(tenant.code)
        _set_up_tenant(setting_up, tenant)
    return setting_up.facts


def _set_up_tenant(setting_up: _SettingUp, tenant: TenantRow) -> None:
    drc_id = setting_up.office(f"{tenant.name}发展改革委", "drc", tenant.code)
    finance_id = setting_up.office(f"{tenant.name}财政局", "finance", tenant.code)
    for row in DIVISIONS:
        if row.level == "county" and row.tenant_code == tenant.code and row.code != tenant.code:
            setting_up.office(f"{row.name}发展改革局", "drc", row.code)
            setting_up.office(f"{row.name}财政局", "finance", row.code)
    for role in LOCAL_ACCOUNTS:
        office_id = finance_id if role in (Role.FINANCE_OFFICER, Role.FINANCE_REVIEWER) else drc_id
        setting_up.account(f"{tenant.code}.{role}", f"{tenant.short_name}{ROLE_NAMES[role]}", office_id, role)


class _SettingUp:
    """What was added so far. One hash serves all accounts: it is one password, printed on the screen.

    Without a password there are offices alone.
    """

    def __init__(self, desk: Desk, password: str | None) -> None:
        self.desk = desk
        self.password = password
        self.hashed = "" if password is None else store_passwords.hash_password(password)
        self.right = {self.hashed: True}
        self.facts: list[Fact] = []

    def office(self, name: str, kind: str, division_code: str) -> int:
        """The id of the office of this name, added where there is none."""
        found = store.office_named(self.desk, name)
        if found is not None:
            return found.id
        fact = add_office(self.desk, name, kind, division_code)
        self.facts.append(fact)
        # People of this transaction refer to it.
        self.desk.session.flush()
        return int(fact.subject_id)

    def account(self, username: str, name: str, office_id: int, role: Role) -> None:
        """The account of this name with the password, added where there is none."""
        if self.password is None:
            return
        login = store.find_login(self.desk, username)
        if login is None:
            self.facts.append(add_person(self.desk, username, name, office_id, [role], self.hashed))
            return
        person = store.person_to_change(self.desk, login[1])
        stored = person.password_hash
        if stored not in self.right:
            self.right[stored] = store_passwords.is_password(stored, self.password)
        if not self.right[stored]:
            self.facts.append(change_password(self.desk, person, self.hashed))
