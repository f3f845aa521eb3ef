"""Holds on projects: what keeps a project's money back until a change is disposed of. R10.2, R10.3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.desk import Desk
from ledger.domain.changes import ChangeType, HoldReason
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import Conflict, NotFound
from ledger.domain.holds import check_not_held_by
from ledger.journal import Fact
from ledger.tenancy import Constant, Reading, Row

_COLUMNS = (
    "SELECT h.id, h.pilot_id, h.project_id, h.kind, h.report_id, h.report_number, h.report_type, h.held_at,"
    " h.document_no, h.release_reason, h.release_made_by, h.release_made_by_name, h.release_made_at, h.released_at"
    " FROM project_hold h WHERE h.tenant_code = :tenant_code"
)
_OF_PROJECT = Constant(
    f"{_COLUMNS} AND h.pilot_id = :pilot_id AND (h.project_id IS NULL OR h.project_id = :project_id)"
    " AND h.released_at IS NULL ORDER BY h.id"
)
_OF_PILOT = Constant(f"{_COLUMNS} AND h.pilot_id = :pilot_id AND h.released_at IS NULL ORDER BY h.id")
_OF_REPORT = Constant(f"{_COLUMNS} AND h.report_id = :report_id AND h.released_at IS NULL ORDER BY h.id")
_ONE = Constant(f"{_COLUMNS} AND h.id = :id FOR UPDATE OF h")
_PLACE = Constant(
    "INSERT INTO project_hold (tenant_code, id, pilot_id, project_id, kind, report_id, report_number, report_type,"
    " held_at) VALUES (:tenant_code, :id, :pilot_id, :project_id, :kind, :report_id, :report_number, :report_type,"
    " :held_at)"
)
_RELEASE = Constant(
    "UPDATE project_hold SET released_at = :released_at, released_by_report = :released_by_report,"
    " document_no = :document_no, release_checked_by = :release_checked_by,"
    " release_checked_by_name = :release_checked_by_name"
    " WHERE tenant_code = :tenant_code AND id = :id AND released_at IS NULL"
)
_PROPOSE = Constant(
    "UPDATE project_hold SET document_no = :document_no, release_reason = :release_reason,"
    " release_made_by = :release_made_by, release_made_by_name = :release_made_by_name,"
    " release_made_at = :release_made_at"
    " WHERE tenant_code = :tenant_code AND id = :id AND released_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A hold on one project, or on every project of the pilot where `project_id` is None.

    `document_no`, `release_reason` and `release_made_by` are those of a release that waits for its second person.
    """

    id: int
    pilot_id: int
    project_id: int | None
    kind: HoldReason
    report_id: int
    report_number: str
    report_type: ChangeType
    held_at: datetime
    document_no: str | None = None
    release_reason: str | None = None
    release_made_by: int | None = None
    release_made_by_name: str | None = None
    release_made_at: datetime | None = None
    released_at: datetime | None = None


def holds_of_project(desk: Desk, pilot_id: int, project_id: int) -> list[StoredHold]:
    """What holds a project's money now, the oldest first."""
    return _stored(desk.rows(_OF_PROJECT, pilot_id=pilot_id, project_id=project_id))


def holds_of_pilot(desk: Desk, pilot_id: int) -> list[StoredHold]:
    """What holds the money of any project of a pilot now, the oldest first."""
    return _stored(desk.rows(_OF_PILOT, pilot_id=pilot_id))


def holds_reading(pilot_id: int) -> Reading:
    """How the holds on a pilot's projects are read, for one who reads more in the same exchange."""
    return _OF_PILOT, {"pilot_id": pilot_id}


def holds_found(rows: Sequence[Row]) -> list[StoredHold]:
    """Rows of that reading."""
    return _stored(rows)


def holds_of_report(desk: Desk, report_id: int) -> list[StoredHold]:
    """What a report holds now: at most one."""
    return _stored(desk.rows(_OF_REPORT, report_id=report_id))


def report_holds_reading(report_id: int) -> Reading:
    """How a report's own hold is read, for one who reads more in the same exchange; `holds_found` takes it."""
    return _OF_REPORT, {"report_id": report_id}


def load_hold(desk: Desk, hold_id: int) -> StoredHold:
    """One hold of the scope's tenant, locked.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    found = _stored(desk.rows(_ONE, id=hold_id))
    if not found:
        raise NotFound()
    return found[0]


def place_hold(
    desk: Desk,
    *,
    pilot_id: int,
    project_id: int | None,
    kind: HoldReason,
    report_id: int,
    report_number: str,
    report_type: ChangeType,
) -> Fact:
    """Hold a project's money, or all of the pilot's, because of a report."""
    hold = StoredHold(
        desk.new_id(), pilot_id, project_id, kind, report_id, report_number, ChangeType(report_type), desk.now
    )
    names = ("id", "pilot_id", "project_id", "kind", "report_id", "report_number", "report_type", "held_at")
    desk.write(_PLACE, **{name: getattr(hold, name) for name in names})
    return _fact("hold_placed", hold)


def release_hold(
    desk: Desk, hold: StoredHold, *, released_by_report: int | None = None, document_no: str | None = None
) -> Fact:
    """End a hold: by a report's own settlement, or by a proposed release that its second person confirms now.

    Raises:
        Conflict: it is released already.
    """
    by_act = released_by_report is None
    touched = desk.write(
        _RELEASE,
        id=hold.id,
        released_at=desk.now,
        released_by_report=released_by_report,
        document_no=document_no or hold.document_no,
        release_checked_by=desk.actor.person_id if by_act else None,
        release_checked_by_name=desk.actor.name if by_act else None,
    )
    if touched != 1:
        raise Conflict("这项暂停拨付刚被他人处理。请刷新后查看最新状态。")
    after = {"by_report": None if by_act else str(released_by_report), "document_no": document_no or hold.document_no}
    return _fact("hold_released", hold, {name: value for name, value in after.items() if value is not None})


def propose_release(desk: Desk, hold: StoredHold, document_no: str | None, reason: str | None) -> Fact:
    """Ask for the end of a hold, by a document and with a reason; with neither, the request is taken away.

    Raises:
        Conflict: it is released already.
    """
    asks = document_no is not None
    touched = desk.write(
        _PROPOSE,
        id=hold.id,
        document_no=document_no,
        release_reason=reason,
        release_made_by=desk.actor.person_id if asks else None,
        release_made_by_name=desk.actor.name if asks else None,
        release_made_at=desk.now if asks else None,
    )
    if touched != 1:
        raise Conflict("这项暂停拨付刚被他人处理。请刷新后查看最新状态。")
    after = {"document_no": document_no or "", "reason": reason or ""} if asks else {}
    return _fact("hold_release_proposed" if asks else "hold_release_sent_back", hold, after)


def check_project_holds(desk: Desk, pilot_id: int, project_ids: Iterable[int], act: DocumentKind) -> None:
    """Refuse money to projects of a pilot that a change report holds.

    Raises:
        HeldByReport: by which report, the oldest first.
    """
    wanted = frozenset(project_ids)
    for hold in holds_of_pilot(desk, pilot_id):
        if hold.project_id is None or hold.project_id in wanted:
            check_not_held_by(hold.kind, hold.report_number, hold.report_type, act)


def _stored(rows: Sequence[Row]) -> list[StoredHold]:
    found = []
    for row in rows:
        values = dict(row._mapping)
        values["kind"], values["report_type"] = HoldReason(row.kind), ChangeType(row.report_type)
        found.append(StoredHold(**values))
    return found


def _fact(kind: str, hold: StoredHold, after: dict[str, str] | None = None) -> Fact:
    placed = {
        "kind": hold.kind.value,
        "pilot": str(hold.pilot_id),
        **({} if hold.project_id is None else {"project": str(hold.project_id)}),
        "report": hold.report_number,
        "type": hold.report_type.value,
    }
    if kind == "hold_placed":
        return Fact(kind, "project_hold", hold.id, after=placed, pilot_id=hold.pilot_id)
    return Fact(kind, "project_hold", hold.id, before=placed, after=after or {}, pilot_id=hold.pilot_id)
