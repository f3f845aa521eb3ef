"""People as administrators see them: found over tenants, one with everything of their account. No money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select

from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission, Role
from ledger.domain.errors import NotFound
from ledger.identity.models import ApiToken, RoleRequest
from ledger.identity.store import roles_of
from ledger.identity.store_reference import STREAMS
from ledger.tenancy import Constant, Row

EVERY = "%"
RECENT = 10
"""Requests for other roles that a person's page shows at most."""

_SQL = (
    "SELECT p.tenant_code, p.id AS person_id, p.username, p.name, p.active, p.version, p.office_id, p.made_at,"
    " p.deactivated_at, o.name AS office_name, (SELECT {together} FROM person_role r"
    " WHERE r.tenant_code = p.tenant_code AND r.person_id = p.id) AS roles,"
    " s.signed_in_at FROM person p JOIN office o ON o.tenant_code = p.tenant_code AND o.id = p.office_id"
    " LEFT JOIN (SELECT tenant_code, person_id, max(started_at) AS signed_in_at FROM sign_in_session"
    " WHERE tenant_code {reach} GROUP BY tenant_code, person_id) s"
    " ON s.tenant_code = p.tenant_code AND s.person_id = p.id"
    " WHERE p.tenant_code {reach} ORDER BY p.tenant_code, o.division_code, o.kind, p.username, p.id"
)


def _people(reach: str, *, across: bool) -> Constant:
    joined, grouped = ("string_agg(r.role, ' ')", "group_concat(r.role, ' ')")
    return Constant(
        _SQL.format(together=joined, reach=reach), sqlite=_SQL.format(together=grouped, reach=reach), across=across
    )


_OWN = _people("= :tenant_code", across=False)
# A tenant's code holds neither % nor _: LIKE is equality, or every tenant.
_EVERY = _people("LIKE :of_tenant", across=True)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of the list; `signed_in_at` is the last sign-in, None before the first."""

    tenant_code: str
    person_id: int
    username: str
    name: str
    office_id: int
    office_name: str
    roles: tuple[Role, ...]
    active: bool
    made_at: datetime
    deactivated_at: datetime | None
    signed_in_at: datetime | None

    @property
    def is_administrator(self) -> bool:
        return self.active and Role.ADMINISTRATOR in self.roles


def _row(row: Row) -> PersonRow:
    return PersonRow(
        row.tenant_code,
        row.person_id,
        row.username,
        row.name,
        row.office_id,
        row.office_name,
        tuple(role for role in Role if role in roles_of(row.roles)),
        bool(row.active),
        row.made_at,
        row.deactivated_at,
        row.signed_in_at,
    )


@dataclass(frozen=True, slots=True)
class RequestShown:
    """A request for other roles, with who proposed and who decided it."""

    id: int
    tenant_code: str
    person_id: int
    roles: tuple[Role, ...]
    roles_before: tuple[Role, ...]
    reason: str
    status: str
    made_by: int
    made_by_name: str
    made_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None


def _request(one: RoleRequest) -> RequestShown:
    wanted, held = roles_of(one.roles), roles_of(one.roles_before)
    return RequestShown(
        one.id,
        one.tenant_code,
        one.person_id,
        tuple(role for role in Role if role in wanted),
        tuple(role for role in Role if role in held),
        one.reason,
        one.status,
        one.made_by,
        one.made_by_name,
        one.made_at,
        one.decided_by_name,
        one.decided_at,
    )


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people, how many match, and the requests that wait with the person of each."""

    items: Sequence[PersonRow]
    total: int
    waiting: Sequence[tuple[RequestShown, PersonRow]]


@dataclass(frozen=True, slots=True)
class FindPeople:
    """People by part of a name or user name, office, role and state; of one tenant, or of all in reach."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    across: ClassVar[bool] = True
    of_tenant: str | None = None
    words: str = ""
    office: str = ""
    holds: Role | None = None
    active: bool | None = None
    offset: int = 0
    count: int = 50

    def run(self, desk: Desk) -> PeoplePage:
        people = _in_reach(desk, self.of_tenant)
        found = [one for one in people if self._fits(one)]
        query = select(RoleRequest).where(RoleRequest.status == "waiting")
        by_id = {(one.tenant_code, one.person_id): one for one in people}
        waiting = [
            (_request(one), by_id[one.tenant_code, one.person_id])
            for one in desk.all(query.order_by(RoleRequest.made_at, RoleRequest.tenant_code, RoleRequest.id))
            if (one.tenant_code, one.person_id) in by_id
        ]
        return PeoplePage(found[self.offset : self.offset + self.count], len(found), waiting)

    def _fits(self, one: PersonRow) -> bool:
        words = self.words.casefold()
        return (
            (words in one.name.casefold() or words in one.username.casefold())
            and self.office in one.office_name
            and (self.holds is None or self.holds in one.roles)
            and self.active in (None, one.active)
        )


def _in_reach(desk: Desk, of_tenant: str | None) -> list[PersonRow]:
    if of_tenant is not None and of_tenant not in STREAMS:
        # To LIKE it could be a pattern.
        raise NotFound()
    if desk.scope.every_tenant:
        return [_row(row) for row in desk.rows(_EVERY, of_tenant=of_tenant or EVERY)]
    if of_tenant not in (None, desk.tenant_code):
        raise NotFound()
    return [_row(row) for row in desk.rows(_OWN)]


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A token of the JSON API: everything but its secret. `is_live` says that it opens something today."""

    id: int
    made_at: datetime
    expires_on: date
    revoked_at: datetime | None
    is_live: bool


def _tokens(desk: Desk, person_id: int) -> list[TokenShown]:
    query = select(ApiToken).where(ApiToken.person_id == person_id)
    return [
        TokenShown(
            one.id,
            one.made_at,
            one.expires_on,
            one.revoked_at,
            one.revoked_at is None and one.expires_on >= desk.today,
        )
        for one in desk.all(query.order_by(ApiToken.made_at.desc(), ApiToken.id.desc()))
    ]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person with their tokens, the request that waits, and earlier ones, the newest first."""

    person: PersonRow
    tokens: Sequence[TokenShown]
    waiting: RequestShown | None
    decided: Sequence[RequestShown]


@dataclass(frozen=True, slots=True)
class GetPerson:
    """One person of a tenant. Raises NotFound."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    person_id: int

    def run(self, desk: Desk) -> PersonDetail:
        person = next((one for one in _in_reach(desk, None) if one.person_id == self.person_id), None)
        if person is None:
            raise NotFound()
        query = select(RoleRequest).where(RoleRequest.person_id == self.person_id)
        newest = query.order_by(RoleRequest.made_at.desc(), RoleRequest.id.desc()).limit(RECENT)
        requests = [_request(one) for one in desk.all(newest)]
        waiting = next((one for one in requests if one.status == "waiting"), None)
        decided = [one for one in requests if one.status != "waiting"]
        return PersonDetail(person, _tokens(desk, self.person_id), waiting, decided)


@dataclass(frozen=True, slots=True)
class OtherAdministrators:
    """Who may act as administrator of a tenant besides the asker: its own and the province's, by name.

    An administrator of a tenant reaches their own tenant's alone.
    """

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    across: ClassVar[bool] = True
    of_tenant: str

    def run(self, desk: Desk) -> Sequence[PersonRow]:
        return [
            one
            for one in _in_reach(desk, None)
            if one.is_administrator
            and one.tenant_code in (self.of_tenant, PROVINCE)
            and one.person_id != desk.actor.person_id
        ]


@dataclass(frozen=True, slots=True)
class OwnTokens:
    """One's own tokens, the newest first."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN

    def run(self, desk: Desk) -> Sequence[TokenShown]:
        return _tokens(desk, desk.actor.person_id)
