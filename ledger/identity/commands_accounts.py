"""Passwords that the system makes and shows once, one's own password, and tokens taken back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import Actor, Permission, Role
from ledger.domain.errors import Conflict, Invalid, NotPermitted
from ledger.identity import store, store_passwords
from ledger.identity.commands import change_password
from ledger.identity.commands_tokens import IssueToken
from ledger.journal import Fact

OWN_SHORTEST = 12
"""Characters of a password that a person chooses in the browser, at least."""
_LETTERS, _GROUPS, _OF = "abcdefghjkmnpqrstuvwxyz23456789", 4, 4
"""No letter that is read for another one: these passwords are copied from a screen by hand (79 bits)."""


def make_password() -> str:
    """A password that nobody chose, in groups that can be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_OF)) for _ in range(_GROUPS))


@dataclass(frozen=True, slots=True)
class ChangeOwnPassword:
    """Replace one's own password, given the one in use; every session ends, this one too."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    current: str = field(repr=False)
    password: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        person = store.person_to_change(desk, desk.actor.person_id)
        if not store_passwords.is_password(person.password_hash, self.current):
            raise Invalid("现用密码不正确。", field="current")
        if len(self.password) < OWN_SHORTEST:
            raise Invalid("新密码至少 {least} 个字符。", field="password", least=OWN_SHORTEST)
        if self.password == self.current:
            raise Invalid("新密码与现用密码相同。请换一个。", field="password")
        store_passwords.check_new_password(self.password, person.username)
        return [change_password(desk, person, store_passwords.hash_password(self.password))]


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Set a made password for somebody else; their sessions end.

    Not for another administrator: who knew both passwords would be two people at once.
    """

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int
    password: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        if self.person_id == desk.actor.person_id:
            raise NotPermitted("自己的密码请在“个人设置”中更改。")
        person = store.person_to_change(desk, self.person_id)
        if not person.active:
            raise Conflict("该账号已经停用。")
        if Role.ADMINISTRATOR in store.roles_held(desk, person.id):
            raise NotPermitted("系统管理员的密码不能由另一位系统管理员重设。请停用该账号，在服务器上另行登记。")
        store_passwords.check_new_password(self.password, person.username)
        return [change_password(desk, person, store_passwords.hash_password(self.password))]


@dataclass(frozen=True, slots=True)
class RevokeTokens:
    """End every token of a person at once."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        person = store.person_to_change(desk, self.person_id)
        revoked = desk.write(store.REVOKE_TOKENS, revoked_at=desk.now, person_id=person.id)
        if not revoked:
            raise Conflict("这位人员没有可撤销的令牌。")
        return [Fact("tokens_revoked", "person", person.id, after={"tokens": str(revoked)})]


def issue_own_token(person: Actor, days: int, key: str | None = None) -> str:
    """A new token of one's own, valid for `days`; its text is nowhere else and cannot be asked for again.

    Raises:
        Invalid: `days` is not within a year. IdempotencyMismatch: `key` has made its token already.
    """
    secret = store_passwords.new_secret()
    command = IssueToken(person.tenant_code, person.person_id, days, store_passwords.hash_secret(secret))
    receipt = dispatch.execute(command, person, key)
    return f"{person.tenant_code}.{receipt.subject_id}.{secret}"
