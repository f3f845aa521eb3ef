"""Named loads of pilots, projects, policy and holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.desk import Desk
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import NotFound, ProjectMismatch
from ledger.domain.money import Money
from ledger.domain.pilots import HoldKind, PilotKind, PilotStatus, check_not_held
from ledger.domain.policy import PolicyVersion, from_json, version_in_force
from ledger.tenancy import Constant, Reading, Row

_POLICY = Constant(
    "SELECT id, effective_from, document_no, switches FROM policy_version ORDER BY effective_from, id",
    province_wide=True,
)
_PILOT_COLUMNS = (
    "SELECT id, uscc, name, kind, direction, batch, county_name, designation_document_no, designated_on, status,"
    " version, policy_version_id, made_by, made_by_name, made_at, checked_by_name, checked_at, return_reason"
    " FROM pilot WHERE tenant_code = :tenant_code"
)
_PILOT = Constant(f"{_PILOT_COLUMNS} AND id = :id")
_PILOT_BY_USCC = Constant(f"{_PILOT_COLUMNS} AND uscc = :uscc")
_PROJECT_COLUMNS = (
    "SELECT id, pilot_id, name, code, no_code_reason, owner_name, owner_uscc, investment, start_on, finish_on"
    " FROM project WHERE tenant_code = :tenant_code AND pilot_id = :pilot_id"
)
_PROJECTS = Constant(f"{_PROJECT_COLUMNS} ORDER BY id")
_HOLDS_ON_SQLITE = (
    "SELECT kind, ends_on, document_no FROM subject_hold WHERE uscc = :uscc AND starts_on <= :held_on"
    " AND (ends_on IS NULL OR ends_on >= :held_on) ORDER BY kind, ends_on DESC"
)
_HOLDS = Constant(
    "SELECT 'ban' AS kind, ends_on, document_no FROM hold_of(:uscc, 'ban', :held_on) WHERE document_no IS NOT NULL"
    " UNION ALL"
    " SELECT 'freeze', ends_on, document_no FROM hold_of(:uscc, 'freeze', :held_on) WHERE document_no IS NOT NULL",
    sqlite=_HOLDS_ON_SQLITE,
    province_wide=True,
)
_ITS_USCC = "(SELECT uscc FROM pilot WHERE tenant_code = :tenant_code AND id = :pilot_id)"
HOLDS_OF_PILOT = Constant(_HOLDS.sql.replace(":uscc", _ITS_USCC), sqlite=_HOLDS_ON_SQLITE.replace(":uscc", _ITS_USCC))
"""The holds on `pilot_id`'s subject on the day `held_on`, for one who does not know its credit code yet."""


@dataclass(frozen=True, slots=True)
class StoredPilot:
    """A pilot as it stands, in its tenant."""

    id: int
    uscc: str
    name: str
    kind: PilotKind
    direction: str
    batch: str
    county_name: str
    designation_document_no: str
    designated_on: date
    status: PilotStatus
    version: int
    made_by: int
    made_by_name: str


@dataclass(frozen=True, slots=True)
class StoredProject:
    """A project that the pilot applied with; `code` is None where it has none, with `no_code_reason`."""

    id: int
    pilot_id: int
    name: str
    code: str | None
    no_code_reason: str | None
    owner_name: str
    owner_uscc: str
    investment: Money
    start_on: date | None
    finish_on: date | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A ban or freeze of a subject; `ends_on` is its last day, None while it is open."""

    kind: HoldKind
    ends_on: date | None
    document_no: str


def policy_in_force(desk: Desk, on: date) -> PolicyVersion:
    """The policy version in force on a business date."""
    return version_in_force(policy_versions(desk), on)


def policy_versions(desk: Desk) -> list[PolicyVersion]:
    """All policy versions, the oldest first."""
    return policies_from(desk.rows(_POLICY))


POLICIES: Reading = (_POLICY, {})
"""How policy versions are read, for who reads more in the same exchange; `policies_from` takes it."""


def policies_from(rows: Sequence[Row]) -> list[PolicyVersion]:
    """Rows of that reading."""
    return [PolicyVersion(row.id, row.effective_from, row.document_no, from_json(row.switches)) for row in rows]


def load_pilot(desk: Desk, pilot_id: int) -> StoredPilot:
    """One pilot of the scope's tenant.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    row = desk.first(_PILOT, id=pilot_id)
    if row is None:
        raise NotFound(field="pilot_id")
    return pilot_from(row._mapping)


def find_pilot(desk: Desk, uscc: str) -> StoredPilot | None:
    """The tenant's pilot with this credit code, or None."""
    row = desk.first(_PILOT_BY_USCC, uscc=uscc)
    return None if row is None else pilot_from(row._mapping)


def pilot_from(row: Mapping[str, Any]) -> StoredPilot:
    """A row of a reading of pilots."""
    known = {name: row[name] for name in StoredPilot.__dataclass_fields__}
    known["kind"], known["status"] = PilotKind(str(row["kind"])), PilotStatus(str(row["status"]))
    return StoredPilot(**known)


def load_projects(desk: Desk, pilot_id: int) -> list[StoredProject]:
    """The projects of a pilot, the oldest first."""
    (rows,) = desk.read_all(projects_reading(pilot_id))
    return projects_from(rows)


def projects_reading(pilot_id: int) -> Reading:
    """How the projects of a pilot are read, for who reads more in the same exchange; `projects_from` takes it."""
    return (_PROJECTS, {"pilot_id": pilot_id})


def projects_from(rows: Sequence[Row]) -> list[StoredProject]:
    """Rows of a reading of projects."""
    return [StoredProject(**row._mapping) for row in rows]


def project_of(projects: list[StoredProject], code: str) -> StoredProject:
    """The pilot's project with this code; one without a code is named by its own name. R8.2.

    Raises:
        ProjectMismatch: the pilot did not apply with such a project.
    """
    for project in projects:
        if code in (project.code, project.name if project.code is None else None):
            return project
    raise ProjectMismatch("该试点申报的项目中没有 {code}（第八条）。请核对项目代码。", code=code)


def holds_on(desk: Desk, uscc: str) -> list[Hold]:
    """The bans and freezes of a subject today, whatever tenant they come from. R12.3, R12.4."""
    return holds_from(desk.rows(_HOLDS, uscc=uscc, held_on=desk.today))


def holds_from(rows: Sequence[Row]) -> list[Hold]:
    """Rows of a reading of holds."""
    return [Hold(HoldKind(row.kind), row.ends_on, row.document_no) for row in rows]


def check_holds(desk: Desk, uscc: str, act: DocumentKind) -> None:
    """Refuse money to a subject under a ban or freeze, whatever tenant it comes from. R12.3, R12.4.

    Raises:
        Banned, Frozen: and until when.
    """
    for hold in holds_on(desk, uscc):
        check_not_held(hold.kind, hold.ends_on, hold.document_no, act)
