"""The SQL of requests for other roles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ledger.desk import Desk
from ledger.domain.access import Role
from ledger.domain.errors import NotFound
from ledger.identity.models import RoleRequest


def text_of(roles: Sequence[Role]) -> str:
    """Roles as a request keeps them: names in order, a space between."""
    return " ".join(role.value for role in sorted(set(roles)))


def request_waiting(desk: Desk, person_id: int) -> RoleRequest | None:
    """The request for this person that waits for its decision."""
    query = select(RoleRequest).where(RoleRequest.person_id == person_id, RoleRequest.status == "waiting")
    return desk.one_or_none(query)


def request_to_decide(desk: Desk, person_id: int, request_id: int) -> RoleRequest:
    """A request of this person, held until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = select(RoleRequest).where(RoleRequest.id == request_id, RoleRequest.person_id == person_id)
    found = desk.one_or_none(query.with_for_update())
    if found is None:
        raise NotFound()
    return found
