"""Who signs in, who is signed in, and who works where."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import config
from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import SYSTEM, Actor, Permission, Role
from ledger.domain.errors import NotFound
from ledger.identity import store, store_passwords
from ledger.identity.models import Office, Person
from ledger.identity.store_reference import (
    DIVISIONS,
    PROVINCE_ROW,
    TENANTS,
    TenantRow,
    demo_usernames,
)
from ledger.tenancy import Constant, Row

__all__ = ["DIVISIONS", "PROVINCE_ROW", "TENANTS", "TenantRow"]

IDLE = timedelta(minutes=30)
"""A session ends after this long without a request."""
LONGEST = timedelta(hours=12)
"""A session ends this long after its sign-in, used or not."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who proved who they are; `secret_hash` names the session, empty for a token."""

    actor: Actor
    username: str
    office_name: str
    last_seen_at: datetime | None = None
    secret_hash: str = ""


def _signed_in(row: Row, address: str) -> SignedIn:
    actor = store.actor_from(row, address)
    return SignedIn(actor, row.username, row.office_name)


@dataclass(frozen=True, slots=True)
class FindSession:
    """Who is signed in with this cookie: None when it is unknown, over, or the person deactivated."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    secret_hash: str
    address: str = ""

    def run(self, desk: Desk) -> SignedIn | None:
        row = desk.first(store.SESSION, secret_hash=self.secret_hash)
        if row is None or row.ended_at is not None or not row.active:
            return None
        if desk.now - row.last_seen_at > IDLE or desk.now - row.started_at > LONGEST:
            return None
        found = _signed_in(row, self.address)
        return SignedIn(found.actor, found.username, found.office_name, row.last_seen_at, self.secret_hash)


@dataclass(frozen=True, slots=True)
class FindToken:
    """Who asks with this API token: None when it is unknown, expired, revoked, or the person deactivated."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    token_id: int
    secret_hash: str = field(repr=False)
    address: str = ""

    def run(self, desk: Desk) -> SignedIn | None:
        row = desk.first(store.TOKEN, token_id=self.token_id)
        if row is None or not hmac.compare_digest(row.secret_hash, self.secret_hash):
            return None
        if row.revoked_at is not None or row.expires_on < desk.today or not row.active:
            return None
        return _signed_in(row, self.address)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sign-in came to before anything is recorded; a locked one was not even compared."""

    tenant_code: str
    person_id: int | None
    is_right: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class JudgeSignIn:
    """Compare a password, unless this name at this address, or the address, is locked.

    `mark` stands for the name in throttles and journal. An unknown name takes as long as a known one.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    username: str
    password: str = field(repr=False)
    mark: str
    address: str

    def run(self, desk: Desk) -> Verdict:
        here = desk.tenant_code
        for subject in store.throttled(self.mark, self.address):
            row = desk.first(store.THROTTLE, subject=subject)
            if row is not None and row.locked_until_at is not None and row.locked_until_at > desk.now:
                return Verdict(here, None, False, row.locked_until_at)
        login = store.find_login(desk, self.username)
        stored = None
        if login is not None:
            desk.go_to(login[0])
            row = desk.first(store.PERSON, person_id=login[1])
            stored = row.password_hash if row is not None and row.active else None
        is_right = store_passwords.is_password(stored, self.password)
        return Verdict(login[0] if login else here, login[1] if login else None, is_right, None)


@dataclass(frozen=True, slots=True)
class FindActor:
    """The person with this user name, as an actor: for the command line and for tests.

    Raises NotFound where there is none, or they are deactivated.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    username: str

    def run(self, desk: Desk) -> Actor:
        login = store.find_login(desk, self.username)
        if login is None:
            raise NotFound("没有用户 {username}，或已停用。", username=self.username)
        desk.go_to(login[0])
        return store.actor_of(desk, login[1])


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person as lists show them."""

    person_id: int
    username: str
    name: str
    office_id: int
    office_name: str
    roles: tuple[Role, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class ListPeople:
    """The people of a tenant by user name, deactivated ones too."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    tenant_code: str

    def run(self, desk: Desk) -> Sequence[PersonShown]:
        return [
            PersonShown(
                row.person_id,
                row.username,
                row.name,
                row.office_id,
                row.office_name,
                tuple(sorted(store.roles_of(row.roles))),
                bool(row.active),
            )
            for row in desk.rows(store.PEOPLE)
        ]


@dataclass(frozen=True, slots=True)
class OfficeShown:
    """An office as lists show it; `kind` is drc or finance."""

    office_id: int
    name: str
    kind: str
    division_code: str


@dataclass(frozen=True, slots=True)
class ListOffices:
    """The active offices of a tenant, by division and kind."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    tenant_code: str

    def run(self, desk: Desk) -> Sequence[OfficeShown]:
        offices = desk.all(select(Office).where(Office.active).order_by(Office.division_code, Office.kind, Office.id))
        return [OfficeShown(one.id, one.name, one.kind, one.division_code) for one in offices]


@dataclass(frozen=True, slots=True)
class ActiveDemoAccounts:
    """The user names of the demo that may still sign in, of all tenants."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> Sequence[str]:
        query = select(Person).where(Person.active, Person.username.in_(demo_usernames()))
        return [person.username for person in desk.all(query.order_by(Person.username, Person.id))]


def demo_accounts_present() -> bool:
    """Whether an account of the demo may sign in: a production system refuses to start then."""
    return bool(dispatch.ask(ActiveDemoAccounts(), SYSTEM))


_VERSION = Constant("SELECT version_num FROM alembic_version", province_wide=True)


@cache
def _newest_version() -> str | None:
    return ScriptDirectory(str(config.ROOT / "migrations")).get_current_head()


@dataclass(frozen=True, slots=True)
class IsMigrated:
    """Whether the database answers at the newest version of its tables."""

    permission: ClassVar[Permission] = Permission.SYSTEM

    def run(self, desk: Desk) -> bool:
        row = desk.first(_VERSION)
        return row is not None and row.version_num == _newest_version()


def database_state() -> tuple[bool, bool]:
    """Whether the database answers, and whether its migrations are current."""
    try:
        return True, dispatch.ask(IsMigrated(), SYSTEM)
    except (OperationalError, InterfaceError, PoolTimeout):
        return False, False
    except ProgrammingError:
        return True, False
