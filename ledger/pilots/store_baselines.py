"""Baselines as they are stored: every version of what a pilot or a project was said to be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.desk import Desk
from ledger.domain.baselines import BaselineSubject
from ledger.domain.chain import Json, canonical
from ledger.domain.errors import NotFound
from ledger.tenancy import Constant, Reading, Row

_SELECT = (
    "SELECT b.subject_type, b.subject_id, b.version, b.content, b.effective_on, b.report_id, b.document_no,"
    " b.recorded_at, r.number AS report_number FROM baseline_version b"
    " LEFT JOIN change_report r ON r.tenant_code = b.tenant_code AND r.id = b.report_id"
)
_COLUMNS = (
    f"{_SELECT} WHERE b.tenant_code = :tenant_code AND b.subject_type = :subject_type AND b.subject_id = :subject_id"
)
_NEWEST = Constant(f"{_COLUMNS} ORDER BY b.version DESC LIMIT 1")
_NEWEST_FOR_REPORT = Constant(
    _SELECT.replace(
        "FROM baseline_version b",
        "FROM change_report a JOIN baseline_version b"
        " ON b.tenant_code = a.tenant_code AND b.subject_id = coalesce(a.project_id, a.pilot_id)"
        " AND b.subject_type = CASE WHEN a.project_id IS NULL THEN 'pilot' ELSE 'project' END",
    )
    + " WHERE a.tenant_code = :tenant_code AND a.id = :report_id ORDER BY b.version DESC LIMIT 1"
)
_ALL = Constant(f"{_COLUMNS} ORDER BY b.version")
_ADD = Constant(
    "INSERT INTO baseline_version (tenant_code, id, subject_type, subject_id, version, content, effective_on,"
    " report_id, document_no, recorded_at) VALUES (:tenant_code, :id, :subject_type, :subject_id, :version, :content,"
    " :effective_on, :report_id, :document_no, :recorded_at)"
)


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """A version of a baseline; `content` has every field of its subject as plain JSON."""

    subject: BaselineSubject
    subject_id: int
    version: int
    content: Mapping[str, Json]
    effective_on: date
    recorded_at: datetime
    report_id: int | None = None
    report_number: str | None = None
    document_no: str | None = None


@dataclass(frozen=True, slots=True)
class NewBaseline:
    """A version to be added."""

    subject: BaselineSubject
    subject_id: int
    version: int
    content: Mapping[str, Json]
    effective_on: date
    report_id: int | None = None
    document_no: str | None = None


def newest(desk: Desk, subject: BaselineSubject, subject_id: int) -> StoredBaseline:
    """What a subject is now.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    row = desk.first(_NEWEST, subject_type=subject.value, subject_id=subject_id)
    return baseline_found([] if row is None else [row])


def newest_reading(report_id: int) -> Reading:
    """How the baseline that a report changes is read as it is now, for who reads more in the same exchange."""
    return _NEWEST_FOR_REPORT, {"report_id": report_id}


def baseline_found(rows: Sequence[Row]) -> StoredBaseline:
    """The baseline among what was read.

    Raises:
        NotFound: none.
    """
    if not rows:
        raise NotFound()
    return _stored(rows[0])


def versions(desk: Desk, subject: BaselineSubject, subject_id: int) -> list[StoredBaseline]:
    """Every version, the first one first.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    rows = desk.rows(_ALL, subject_type=subject.value, subject_id=subject_id)
    if not rows:
        raise NotFound()
    return [_stored(row) for row in rows]


def add_versions(desk: Desk, baselines: Sequence[NewBaseline]) -> None:
    """Add versions; from the second on the database carries them into the columns of pilot and project."""
    desk.write_many(
        _ADD,
        [
            {
                "id": desk.new_id(),
                "subject_type": one.subject.value,
                "subject_id": one.subject_id,
                "version": one.version,
                "content": canonical(one.content),
                "effective_on": one.effective_on,
                "report_id": one.report_id,
                "document_no": one.document_no,
                "recorded_at": desk.now,
            }
            for one in baselines
        ],
    )


def _stored(row: Row) -> StoredBaseline:
    return StoredBaseline(
        BaselineSubject(row.subject_type),
        row.subject_id,
        row.version,
        json.loads(row.content),
        row.effective_on,
        row.recorded_at,
        row.report_id,
        row.report_number,
        row.document_no,
    )
