"""Uploaded files as they are kept, and what the rows of a workbook name: tenants, awards, allocations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.desk import Desk
from ledger.domain.access import PROVINCE
from ledger.domain.errors import NotFound
from ledger.exchange.models import ImportFile
from ledger.tenancy import Constant

_TENANTS = Constant(
    "SELECT code, name, short_name FROM tenant WHERE code <> :province_code ORDER BY position, code",
    province_wide=True,
)
_POSTED_AWARD = Constant(
    "SELECT id FROM document WHERE tenant_code = :tenant_code AND pilot_id = :pilot_id AND kind = 'award'"
    " AND status = 'posted' ORDER BY id"
)
_POSTED_ALLOCATION = Constant(
    "SELECT d.id, d.business_date AS allocated_on, j.owner_name FROM document d"
    " JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " WHERE d.tenant_code = :tenant_code AND d.kind = 'allocation' AND d.status = 'posted'"
    " AND d.document_no = :document_no AND d.pilot_id = :pilot_id AND d.project_id = :project_id ORDER BY d.id"
)
_SUMMARY = (
    "SELECT id, kind, file_name, sha256, target_code, status, made_by, made_by_name, made_at, confirmed_at, report"
    " FROM import_file WHERE tenant_code = :tenant_code"
)
_FILE = Constant(f"{_SUMMARY} AND id = :id")
_FILE_LOCKED = Constant(f"{_SUMMARY} AND id = :id FOR UPDATE")
_OWN_FILES = Constant(f"{_SUMMARY} AND made_by = :person_id ORDER BY id DESC LIMIT :limit OFFSET :skip")
_OWN_COUNT = Constant(
    "SELECT count(*) AS found FROM import_file WHERE tenant_code = :tenant_code AND made_by = :person_id"
)
_CONTENT = Constant("SELECT content FROM import_file WHERE tenant_code = :tenant_code AND id = :id")
_CONFIRMED = Constant(
    "SELECT confirmed_at FROM import_file WHERE tenant_code = :tenant_code AND sha256 = :sha256"
    " AND status = 'confirmed' ORDER BY id DESC LIMIT 1"
)
_CONFIRM = Constant(
    "UPDATE import_file SET status = 'confirmed', confirmed_at = :confirmed_at, report = :report"
    " WHERE tenant_code = :tenant_code AND id = :id AND status = 'checked'"
)

CHECKED, CONFIRMED = "checked", "confirmed"


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An uploaded file without its content; `report` is the text that `report.read_report` reads."""

    id: int
    kind: str
    file_name: str
    sha256: str
    target_code: str | None
    status: str
    made_by: int
    made_by_name: str
    made_at: datetime
    confirmed_at: datetime | None
    report: str


@dataclass(frozen=True, slots=True)
class FoundAllocation:
    """A posted allocation that a row's document number, pilot and project name."""

    id: int
    allocated_on: date
    owner_name: str


def tenant_codes(desk: Desk) -> dict[str, str]:
    """The code of each tenant by its name and by its short name."""
    rows = desk.rows(_TENANTS, province_code=PROVINCE)
    return {row.short_name: row.code for row in rows} | {row.name: row.code for row in rows}


def posted_award(desk: Desk, pilot_id: int) -> int | None:
    """The pilot's posted award, or None."""
    row = desk.first(_POSTED_AWARD, pilot_id=pilot_id)
    return None if row is None else int(row.id)


def posted_allocation(desk: Desk, document_no: str, pilot_id: int, project_id: int) -> FoundAllocation | None:
    """The posted allocation of a notice to a pilot's project, or None."""
    row = desk.first(_POSTED_ALLOCATION, document_no=document_no, pilot_id=pilot_id, project_id=project_id)
    return None if row is None else FoundAllocation(row.id, row.allocated_on, row.owner_name)


def add_file(desk: Desk, **fields: Any) -> None:
    """Keep an uploaded file in the scope's tenant."""
    desk.add(ImportFile(tenant_code=desk.tenant_code, **fields))


def load_file(desk: Desk, import_id: int, *, lock: bool = False) -> StoredImport:
    """One uploaded file of the scope's tenant.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    row = desk.first(_FILE_LOCKED if lock else _FILE, id=import_id)
    if row is None:
        raise NotFound()
    return StoredImport(**row._mapping)


def load_content(desk: Desk, import_id: int) -> bytes:
    """The workbook of an uploaded file, as it was sent."""
    row = desk.first(_CONTENT, id=import_id)
    if row is None:
        raise NotFound()
    return bytes(row.content)


def own_files(desk: Desk, limit: int, skip: int) -> list[StoredImport]:
    """The files that the asker uploaded, the newest first."""
    rows = desk.rows(_OWN_FILES, person_id=desk.actor.person_id, limit=limit, skip=skip)
    return [StoredImport(**row._mapping) for row in rows]


def count_own_files(desk: Desk) -> int:
    """How many files the asker uploaded."""
    row = desk.first(_OWN_COUNT, person_id=desk.actor.person_id)
    return 0 if row is None else int(row.found)


def confirmed_at(desk: Desk, sha256: str) -> datetime | None:
    """When this very file was imported into the scope's tenant the last time, or None."""
    row = desk.first(_CONFIRMED, sha256=sha256)
    return None if row is None else row.confirmed_at


def confirm_file(desk: Desk, import_id: int, report: str) -> bool:
    """Note that a file was imported; False when someone else did it first."""
    return desk.write(_CONFIRM, id=import_id, report=report, confirmed_at=desk.now) == 1
