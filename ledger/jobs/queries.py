"""What a worker asks: where something is to do, what it has claimed, and as whom it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.identity.store import actor_of
from ledger.jobs import store
from ledger.jobs.store import StoredJob

__all__ = ["ClaimedJob", "StoredJob", "TenantsDue", "WhoAsked"]


@dataclass(frozen=True, slots=True)
class TenantsDue:
    """The tenants that have a job to take, the longest waiting first."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> Sequence[str]:
        return store.tenants_due(desk)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """The job that is held by `claim`, or None."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    claim: str

    def run(self, desk: Desk) -> StoredJob | None:
        return store.claimed_job(desk, self.claim)


@dataclass(frozen=True, slots=True)
class WhoAsked:
    """A person as they are now: a job runs with the rights that its asker still has.

    Raises:
        NotFound: they are deactivated.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    person_id: int

    def run(self, desk: Desk) -> Actor:
        return actor_of(desk, self.person_id)
