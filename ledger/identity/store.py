"""The SQL of people, sessions and tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select

from ledger.desk import Desk
from ledger.domain.access import Actor, Role
from ledger.domain.errors import NotFound
from ledger.identity.models import ApiToken, Office, Person, PersonRole, SignInSession
from ledger.tenancy import Constant, Row

FIND_LOGIN = Constant(
    "SELECT tenant_code, person_id FROM find_login(:username)",
    sqlite="SELECT tenant_code, person_id FROM login_name WHERE username = :username",
    province_wide=True,
)
ADD_LOGIN = Constant(
    "INSERT INTO login_name (username, tenant_code, person_id) VALUES (:username, :tenant_code, :person_id)"
)
HEAD_SEQ = Constant("SELECT seq FROM journal_head WHERE tenant_code = :tenant_code FOR UPDATE")

_PERSON = (
    "p.id AS person_id, p.tenant_code, p.office_id, p.username, p.name, p.active, p.password_hash,"
    " o.name AS office_name, (SELECT {together} FROM person_role r"
    " WHERE r.tenant_code = p.tenant_code AND r.person_id = p.id) AS roles"
)
_OFFICE = " JOIN office o ON o.tenant_code = p.tenant_code AND o.id = p.office_id"


def _reading(columns: str, source: str) -> Constant:
    """A reading of people: their roles come as one text, which each database joins in its own way."""
    sql = " ".join(("SELECT", columns + _PERSON, "FROM", source))
    return Constant(
        sql.format(together="string_agg(r.role, ' ')"), sqlite=sql.format(together="group_concat(r.role, ' ')")
    )


PERSON = _reading("", "person p" + _OFFICE + " WHERE p.tenant_code = :tenant_code AND p.id = :person_id")
PEOPLE = _reading("", "person p" + _OFFICE + " WHERE p.tenant_code = :tenant_code ORDER BY p.username, p.id")
SESSION = _reading(
    "s.started_at, s.last_seen_at, s.ended_at, ",
    "sign_in_session s JOIN person p ON p.tenant_code = s.tenant_code AND p.id = s.person_id"
    + _OFFICE
    + " WHERE s.tenant_code = :tenant_code AND s.secret_hash = :secret_hash",
)
TOKEN = _reading(
    "t.secret_hash, t.expires_on, t.revoked_at, ",
    "api_token t JOIN person p ON p.tenant_code = t.tenant_code AND p.id = t.person_id"
    + _OFFICE
    + " WHERE t.tenant_code = :tenant_code AND t.id = :token_id",
)

TOUCH_SESSION = Constant(
    "UPDATE sign_in_session SET last_seen_at = :seen_at WHERE tenant_code = :tenant_code"
    " AND secret_hash = :secret_hash AND last_seen_at < :seen_at AND ended_at IS NULL"
)
END_SESSION = Constant(
    "UPDATE sign_in_session SET ended_at = :ended_at WHERE tenant_code = :tenant_code"
    " AND secret_hash = :secret_hash AND person_id = :person_id AND ended_at IS NULL"
)
END_SESSIONS = Constant(
    "UPDATE sign_in_session SET ended_at = :ended_at WHERE tenant_code = :tenant_code"
    " AND person_id = :person_id AND ended_at IS NULL"
)
REVOKE_TOKENS = Constant(
    "UPDATE api_token SET revoked_at = :revoked_at WHERE tenant_code = :tenant_code"
    " AND person_id = :person_id AND revoked_at IS NULL"
)
TAKE_ROLES = Constant("DELETE FROM person_role WHERE tenant_code = :tenant_code AND person_id = :person_id")

_ADMINISTRATORS = Constant(
    "SELECT count(*) AS found FROM person p JOIN person_role r ON r.tenant_code = p.tenant_code AND r.person_id = p.id"
    " WHERE p.tenant_code = :tenant_code AND r.role = 'administrator' AND p.active"
)
_PEOPLE_OF_OFFICE = Constant(
    "SELECT count(*) AS found FROM person WHERE tenant_code = :tenant_code AND office_id = :office_id AND active"
)
THROTTLE = Constant(
    "SELECT failures, locked_until_at FROM sign_in_throttle WHERE subject = :subject", province_wide=True
)
COUNT_FAILURE = Constant(
    "INSERT INTO sign_in_throttle AS t (subject, failures, first_failed_at, locked_until_at)"
    " VALUES (:subject, 1, :failed_at, NULL) ON CONFLICT (subject) DO UPDATE SET"
    " failures = CASE WHEN t.first_failed_at < :window_at THEN 1 ELSE t.failures + 1 END,"
    " first_failed_at = CASE WHEN t.first_failed_at < :window_at THEN excluded.first_failed_at"
    " ELSE t.first_failed_at END, locked_until_at = NULL"
    " RETURNING failures",
    province_wide=True,
)
LOCK_SUBJECT = Constant(
    "UPDATE sign_in_throttle SET locked_until_at = :locked_until_at WHERE subject = :subject", province_wide=True
)
FORGET_FAILURES = Constant("DELETE FROM sign_in_throttle WHERE subject = :subject", province_wide=True)


def throttled(mark: str, address: str) -> tuple[str, str]:
    """What is counted for a sign-in: the name at the address, then the address."""
    pair = hashlib.sha256(f"name\0{mark}\0{address}".encode()).hexdigest()
    return pair, hashlib.sha256(f"address\0{address}".encode()).hexdigest()


def find_login(desk: Desk, username: str) -> tuple[str, int] | None:
    """Where a user name leads: its tenant and person; any spelling of case finds it."""
    found = desk.first(FIND_LOGIN, username=username.strip().casefold())
    # On PostgreSQL the function answers a row of nulls for a name that it does not know.
    return None if found is None or found.person_id is None else (found.tenant_code, found.person_id)


def roles_of(text: str | None) -> frozenset[Role]:
    """The roles of a joined reading."""
    return frozenset(Role(name) for name in (text or "").split())


def administrators(desk: Desk) -> int:
    """How many active administrators the scope's tenant has."""
    row = desk.first(_ADMINISTRATORS)
    return 0 if row is None else int(row.found)


def actor_from(row: Row, address: str) -> Actor:
    """A row of a reading of people as an actor."""
    return Actor(row.person_id, row.tenant_code, row.office_id, roles_of(row.roles), row.name, address, row.office_name)


def actor_of(desk: Desk, person_id: int, address: str = "") -> Actor:
    """The person of the scope's tenant as an actor.

    Raises:
        NotFound: there is no such person here, or they are deactivated.
    """
    row = desk.first(PERSON, person_id=person_id)
    if row is None or not row.active:
        raise NotFound()
    return actor_from(row, address)


def person_to_change(desk: Desk, person_id: int) -> Person:
    """The person's row, held until the transaction ends.

    Raises:
        NotFound: there is no such person here.
    """
    person = desk.one_or_none(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound()
    return person


def office(desk: Desk, office_id: int) -> Office:
    """An office of the scope's tenant.

    Raises:
        NotFound: there is none.
    """
    found = desk.one_or_none(select(Office).where(Office.id == office_id))
    if found is None:
        raise NotFound(field="office_id")
    return found


def office_to_change(desk: Desk, office_id: int) -> Office:
    """An office's row, held until the transaction ends.

    Raises:
        NotFound: there is none here.
    """
    found = desk.one_or_none(select(Office).where(Office.id == office_id).with_for_update())
    if found is None:
        raise NotFound(field="office_id")
    return found


def people_of_office(desk: Desk, office_id: int) -> int:
    """How many people with an account work for an office."""
    row = desk.first(_PEOPLE_OF_OFFICE, office_id=office_id)
    return 0 if row is None else int(row.found)


def office_named(desk: Desk, name: str) -> Office | None:
    """The office of this name in the scope's tenant."""
    return desk.one_or_none(select(Office).where(Office.name == name))


def roles_held(desk: Desk, person_id: int) -> list[Role]:
    """A person's roles now, in the order of their names."""
    rows = desk.all(select(PersonRole).where(PersonRole.person_id == person_id).order_by(PersonRole.role))
    held = [Role(row.role) for row in rows]
    for row in rows:
        # What follows replaces these rows by a statement: the session must not know them.
        desk.session.expunge(row)
    return held


def give_roles(desk: Desk, person_id: int, roles: Sequence[Role]) -> None:
    """Replace a person's roles by `roles`."""
    desk.write(TAKE_ROLES, person_id=person_id)
    for role in sorted(set(roles)):
        desk.add(PersonRole(tenant_code=desk.tenant_code, person_id=person_id, role=role.value))


def token_to_change(desk: Desk, token_id: int) -> ApiToken:
    """A token's row, held until the transaction ends.

    Raises:
        NotFound: there is no such token here.
    """
    found = desk.one_or_none(select(ApiToken).where(ApiToken.id == token_id).with_for_update())
    if found is None:
        raise NotFound()
    return found


def add_session(desk: Desk, person_id: int, secret_hash: str) -> None:
    """A new signed-in browser of the scope's tenant."""
    desk.add(
        SignInSession(
            tenant_code=desk.tenant_code,
            secret_hash=secret_hash,
            person_id=person_id,
            started_at=desk.now,
            last_seen_at=desk.now,
            ended_at=None,
        )
    )
