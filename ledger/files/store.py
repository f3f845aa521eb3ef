"""Rows of evidence files: what a file may be attached to, and what is attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.desk import Desk
from ledger.domain.errors import NotFound
from ledger.domain.evidence import Evidence
from ledger.tenancy import Constant

# The record knows every document, report and pilot of a tenant, and whose pilot it is about.
_SUBJECT = Constant(
    "SELECT pilot_id FROM journal_entry WHERE tenant_code = :tenant_code AND subject_type = :subject_type"
    " AND subject_id = :subject_id ORDER BY seq LIMIT 1"
)
_ADD_BLOB = Constant(
    "INSERT INTO file_blob (tenant_code, sha256, size, media_type, recorded_at)"
    " VALUES (:tenant_code, :sha256, :size, :media_type, :recorded_at) ON CONFLICT DO NOTHING"
)
_ADD = Constant(
    "INSERT INTO attachment (tenant_code, id, sha256, subject_type, subject_id, pilot_id, name, label, made_by,"
    " made_by_name, made_at, office_id, office_name) VALUES (:tenant_code, :id, :sha256, :subject_type, :subject_id,"
    " :pilot_id, :name, :label, :made_by, :made_by_name, :made_at, :office_id, :office_name)"
)
_RETIRE = Constant(
    "UPDATE attachment SET retired_at = :retired_at, retired_reason = :retired_reason, retired_by = :retired_by,"
    " retired_by_name = :retired_by_name WHERE tenant_code = :tenant_code AND id = :id AND retired_at IS NULL"
)
_ROWS = (
    "SELECT a.id, a.sha256, b.size, b.media_type, a.subject_type, a.subject_id, a.pilot_id, a.name, a.label, a.made_by,"
    " a.made_by_name, a.made_at, a.office_id, a.office_name, a.retired_at, a.retired_reason, a.retired_by_name"
    " FROM attachment a JOIN file_blob b ON b.tenant_code = a.tenant_code AND b.sha256 = a.sha256"
    " WHERE a.tenant_code = :tenant_code"
)
_ONE = Constant(f"{_ROWS} AND a.id = :id")
_OF_SUBJECT = Constant(f"{_ROWS} AND a.subject_type = :subject_type AND a.subject_id = :subject_id ORDER BY a.id")
_OF_PILOT = Constant(f"{_ROWS} AND a.pilot_id = :pilot_id ORDER BY a.id DESC LIMIT 500")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attached file; `size` in bytes. A retired one stays readable, with its reason."""

    id: int
    sha256: str
    size: int
    media_type: str
    subject_type: str
    subject_id: str
    pilot_id: int | None
    name: str
    label: str
    made_by: int
    made_by_name: str
    made_at: datetime
    office_id: int
    office_name: str
    retired_at: datetime | None
    retired_reason: str | None
    retired_by_name: str | None


def pilot_of(desk: Desk, subject_type: str, subject_id: str) -> int | None:
    """The pilot that a document, a report or a pilot's own page is about.

    Raises:
        NotFound: the scope's record does not know it.
    """
    row = desk.first(_SUBJECT, subject_type=subject_type, subject_id=subject_id)
    if row is None:
        raise NotFound()
    found: int | None = row.pilot_id
    return int(subject_id) if found is None and subject_type == "pilot" else found


def add_blob(desk: Desk, evidence: Evidence) -> None:
    """Record the bytes of a file that lies in the store; those that are recorded stay as they are."""
    desk.write(
        _ADD_BLOB,
        sha256=evidence.sha256,
        size=evidence.size,
        media_type=evidence.file_type.media_type,
        recorded_at=desk.now,
    )


def add(desk: Desk, **columns: Any) -> None:
    """Attach a recorded blob."""
    desk.write(_ADD, **columns)


def retire(desk: Desk, attachment_id: int, reason: str) -> bool:
    """Mark an attachment as no longer valid; whether it was valid until now."""
    touched = desk.write(
        _RETIRE,
        id=attachment_id,
        retired_at=desk.now,
        retired_reason=reason,
        retired_by=desk.actor.person_id,
        retired_by_name=desk.actor.name,
    )
    return touched == 1


def load(desk: Desk, attachment_id: int) -> StoredFile:
    """One attached file of the scope's tenant.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    row = desk.first(_ONE, id=attachment_id)
    if row is None:
        raise NotFound()
    return StoredFile(**row._mapping)


def of_subject(desk: Desk, subject_type: str, subject_id: str) -> tuple[StoredFile, ...]:
    """What is attached to one thing, the oldest first."""
    rows = desk.rows(_OF_SUBJECT, subject_type=subject_type, subject_id=subject_id)
    return tuple(StoredFile(**row._mapping) for row in rows)


def of_pilot(desk: Desk, pilot_id: int) -> tuple[StoredFile, ...]:
    """What is attached to a pilot and to everything about it, the newest first."""
    return tuple(StoredFile(**row._mapping) for row in desk.rows(_OF_PILOT, pilot_id=pilot_id))
