"""Tokens of the JSON API: shown once, stored hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import SYSTEM, Actor, Permission, check_permission
from ledger.domain.errors import Invalid
from ledger.identity import store, store_passwords
from ledger.identity.models import ApiToken
from ledger.journal import Fact

DEFAULT_DAYS, MOST_DAYS = 90, 366


@dataclass(frozen=True, slots=True)
class IssueToken:
    """Keep the hash of a new token of one's own, valid for `days` days from today."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    tenant_code: str
    person_id: int
    days: int
    secret_hash: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        if self.person_id != desk.actor.person_id:
            check_permission(desk.actor, Permission.SYSTEM)
        if not 1 <= self.days <= MOST_DAYS:
            raise Invalid("令牌有效期应为 1 到 {most} 天。", field="days", most=MOST_DAYS)
        person = store.actor_of(desk, self.person_id)
        token = ApiToken(
            tenant_code=desk.tenant_code,
            id=desk.new_id(),
            person_id=person.person_id,
            secret_hash=self.secret_hash,
            expires_on=desk.today + timedelta(days=self.days),
            made_at=desk.now,
            revoked_at=None,
        )
        desk.add(token)
        after = {"person": str(person.person_id), "expires_on": token.expires_on.isoformat()}
        return [Fact("token_issued", "token", token.id, after=after)]


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """End a token at once: one's own, or another's as administrator."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    tenant_code: str
    token_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        token = store.token_to_change(desk, self.token_id)
        if token.person_id != desk.actor.person_id:
            check_permission(desk.actor, Permission.PERSON_MANAGE)
        if token.revoked_at is None:
            token.revoked_at = desk.now
        return [Fact("token_revoked", "token", token.id, after={"person": str(token.person_id)})]


def make_token(person: Actor, days: int = DEFAULT_DAYS) -> str:
    """A new token of `person` for `Authorization: Bearer`; its text is nowhere else and cannot be asked for again.

    Raises:
        Invalid: `days` is not within a year.
    """
    secret = store_passwords.new_secret()
    command = IssueToken(person.tenant_code, person.person_id, days, store_passwords.hash_secret(secret))
    receipt = dispatch.execute(command, SYSTEM)
    return f"{person.tenant_code}.{receipt.subject_id}.{secret}"
