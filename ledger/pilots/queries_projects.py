"""Pilots with their projects, without money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.pilots.store import StoredPilot, StoredProject, load_pilot, load_projects
from ledger.tenancy import Constant

_PROJECTS = Constant(
    "SELECT id, pilot_id, name, code, no_code_reason, owner_name, owner_uscc, investment, start_on, finish_on"
    " FROM project WHERE tenant_code = :tenant_code AND pilot_id BETWEEN :first_id AND :last_id ORDER BY pilot_id, id"
)


@dataclass(frozen=True, slots=True)
class Designation:
    """A pilot of a tenant with the projects that it applied with."""

    pilot: StoredPilot
    projects: Sequence[StoredProject]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDesignation:
    """One pilot of a tenant with its projects.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    pilot_id: int

    def run(self, desk: Desk) -> Designation:
        return Designation(load_pilot(desk, self.pilot_id), load_projects(desk, self.pilot_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProjects:
    """The projects of the tenant's pilots whose ids lie between two, by pilot, the oldest first."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    first_id: int
    last_id: int

    def run(self, desk: Desk) -> Mapping[int, Sequence[StoredProject]]:
        found: dict[int, list[StoredProject]] = {}
        for row in desk.rows(_PROJECTS, first_id=self.first_id, last_id=self.last_id):
            found.setdefault(row.pilot_id, []).append(StoredProject(**row._mapping))
        return found
