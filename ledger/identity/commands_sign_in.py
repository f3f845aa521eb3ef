"""Signing in and out: counted, locked and journalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import SYSTEM, Permission
from ledger.domain.errors import NotFound
from ledger.identity import store, store_passwords
from ledger.journal import Fact, Json

WINDOW = timedelta(minutes=15)
"""Failures are counted over this time, and a lock lasts as long."""
NAME_FAILURES = 5
"""Failures of one name at one address before it is locked there; other addresses go on."""
ADDRESS_FAILURES = 100
"""Failures of one address over all names: many offices share one address behind their router."""


@dataclass(frozen=True, slots=True)
class RecordSignIn:
    """Record a compared sign-in: a session, or a failure that may lock. Facts say what came of it.

    No fact at all: it was locked meanwhile, and even a right password opens nothing.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    person_id: int | None
    is_right: bool
    mark: str
    address: str
    secret_hash: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        pair, address = store.throttled(self.mark, self.address)
        for subject in (pair, address):
            row = desk.first(store.THROTTLE, subject=subject)
            if row is not None and row.locked_until_at is not None and row.locked_until_at > desk.now:
                return []
        if self.is_right and self.person_id is not None:
            return [self._open(desk, self.person_id, pair)]
        failures = self._count(desk, pair)
        failed = Fact("sign_in_failed", "sign_in", self._subject, after=self._after(failures))
        counted = (
            ("name", pair, failures, NAME_FAILURES),
            ("address", address, self._count(desk, address), ADDRESS_FAILURES),
        )
        locks = [self._lock(desk, what, subject, count) for what, subject, count, most in counted if count >= most]
        return [failed, *locks]

    @property
    def _subject(self) -> str:
        """The person, or the keyed hash of a name that nobody has: the name itself may be a mistyped password."""
        return str(self.person_id) if self.person_id is not None else self.mark

    def _open(self, desk: Desk, person_id: int, pair: str) -> Fact:
        try:
            person = store.actor_of(desk, person_id, self.address)
        except NotFound:
            return Fact("sign_in_failed", "sign_in", self._subject, after=self._after(1))
        desk.write(store.FORGET_FAILURES, subject=pair)
        store.add_session(desk, person_id, self.secret_hash)
        return Fact("signed_in", "sign_in", person_id, after={"address": self.address}, actor=person)

    def _count(self, desk: Desk, subject: str) -> int:
        counted = desk.first(store.COUNT_FAILURE, subject=subject, failed_at=desk.now, window_at=desk.now - WINDOW)
        return int(counted.failures) if counted is not None else 0

    def _lock(self, desk: Desk, what: str, subject: str, failures: int) -> Fact:
        until = desk.now + WINDOW
        desk.write(store.LOCK_SUBJECT, subject=subject, locked_until_at=until)
        after = {**self._after(failures), "locked": what, "until": until.isoformat()}
        return Fact("sign_in_locked", "sign_in", self._subject, after=after)

    def _after(self, failures: int) -> dict[str, Json]:
        return {"address": self.address, "failures": str(failures)}


@dataclass(frozen=True, slots=True)
class SignInRecorded:
    """What a sign-in came to: the session's secret, or how many tries are left (0: locked)."""

    secret: str | None
    tries_left: int = 0


def record_sign_in(tenant_code: str, person_id: int | None, is_right: bool, mark: str, address: str) -> SignInRecorded:
    """Record a sign-in whose password was compared; a right one gets a new session secret."""
    secret = store_passwords.new_secret()
    hashed = store_passwords.hash_secret(secret)
    receipt = dispatch.execute(RecordSignIn(tenant_code, person_id, is_right, mark, address, hashed), SYSTEM)
    kinds = {fact.kind: fact for fact in receipt.facts}
    if "signed_in" in kinds:
        return SignInRecorded(secret)
    if "sign_in_locked" in kinds or not kinds:
        return SignInRecorded(None)
    return SignInRecorded(None, NAME_FAILURES - int(str(kinds["sign_in_failed"].after["failures"])))


@dataclass(frozen=True, slots=True)
class SignOut:
    """End the asker's session at the server; ending it twice is no fault."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    works_read_only: ClassVar[bool] = True
    secret_hash: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        person_id = desk.actor.person_id
        ended = desk.write(store.END_SESSION, ended_at=desk.now, secret_hash=self.secret_hash, person_id=person_id)
        return [Fact("signed_out", "sign_in", person_id)] if ended else []


@dataclass(frozen=True, slots=True)
class TouchSession:
    """Say that the session was used now; asked at most once a minute."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    secret_hash: str = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        desk.write(store.TOUCH_SESSION, seen_at=desk.now, secret_hash=self.secret_hash)
        return []
