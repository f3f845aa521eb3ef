"""Lists of change reports, of one tenant or of every tenant for the province; and of open holds. R10.2, R10.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ledger.changes.store import LISTED, StoredReport, stored_report
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.changes import ChangeType, HoldReason
from ledger.pilots.store_holds import StoredHold
from ledger.tenancy import Constant, containing

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
_FROM = (
    " FROM change_report r JOIN pilot p ON p.tenant_code = r.tenant_code AND p.id = r.pilot_id"
    " LEFT JOIN project j ON j.tenant_code = r.tenant_code AND j.id = r.project_id WHERE "
)
_FILTER = (
    " AND (:status = '' OR r.status = :status) AND (:type = '' OR r.type = :type)"
    " AND (:pilot_id = 0 OR r.pilot_id = :pilot_id) AND (:office_id = 0 OR r.office_id = :office_id)"
    " AND (:late = '' OR (:late = '1' AND r.late_days > 0) OR (:late = '0' AND coalesce(r.late_days, 0) = 0))"
    " AND r.occurred_on BETWEEN :first_on AND :last_on"
    " AND (:words = '' OR lower(r.number) LIKE :like ESCAPE '!' OR lower(p.name) LIKE :like ESCAPE '!'"
    " OR lower(j.name) LIKE :like ESCAPE '!' OR lower(r.reason) LIKE :like ESCAPE '!'"
    " OR lower(r.disposition_document_no) LIKE :like ESCAPE '!')"
    # A draft is its maker's own: another office, and the province, see it once it is sent.
    " AND (r.status <> 'draft' OR r.made_by = :person_id)"
)
_COUNTS = (
    "SELECT count(*) AS found,"
    " coalesce(sum(CASE WHEN r.status NOT IN ('draft', 'settled', 'withdrawn') THEN 1 ELSE 0 END), 0) AS open_ones,"
    " coalesce(sum(CASE WHEN r.status IN ('reported', 'proposed') THEN 1 ELSE 0 END), 0) AS to_dispose,"
    " coalesce(sum(CASE WHEN r.late_days > 0 THEN 1 ELSE 0 END), 0) AS late_ones"
)
_ROW = f"SELECT r.tenant_code, p.name AS pilot_name, j.name AS project_name, {LISTED}"
_ORDER = " ORDER BY r.id DESC LIMIT :limit OFFSET :skip"
_OWN, _ALL = "r.tenant_code = :tenant_code", "(:of_tenant = '' OR r.tenant_code = :of_tenant)"
_LIST = Constant(_ROW + _FROM + _OWN + _FILTER + _ORDER)
_LIST_ACROSS = Constant(_ROW + _FROM + _ALL + _FILTER + _ORDER, across=True)
_COUNT = Constant(_COUNTS + _FROM + _OWN + _FILTER)
_COUNT_ACROSS = Constant(_COUNTS + _FROM + _ALL + _FILTER, across=True)
_HELD = (
    "SELECT h.tenant_code, p.name AS pilot_name, j.name AS project_name, h.id, h.pilot_id, h.project_id, h.kind,"
    " h.report_id, h.report_number, h.report_type, h.held_at, h.document_no, h.release_reason, h.release_made_by,"
    " h.release_made_by_name, h.release_made_at, h.released_at FROM project_hold h"
    " JOIN pilot p ON p.tenant_code = h.tenant_code AND p.id = h.pilot_id"
    " LEFT JOIN project j ON j.tenant_code = h.tenant_code AND j.id = h.project_id WHERE h.released_at IS NULL"
)
_HOLDS = Constant(f"{_HELD} AND h.tenant_code = :tenant_code ORDER BY h.id DESC")
_HOLDS_ACROSS = Constant(f"{_HELD} ORDER BY h.id DESC", across=True)


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report with whose it is; `project_name` is None where the pilot itself changes."""

    tenant_code: str
    pilot_name: str
    project_name: str | None
    report: StoredReport


@dataclass(frozen=True, slots=True)
class ReportList:
    """A page of reports, the newest first, and how many of the whole filter are open, to be disposed of, or late."""

    items: Sequence[ListedReport]
    total: int
    open: int
    to_dispose: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReports:
    """Reports by state, type, office, pilot, lateness, day of the event and words; other people's drafts are left out.

    `tenant_code` None reads every tenant, for the province's people alone.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    across: ClassVar[bool] = True
    tenant_code: str | None = None
    status: str = ""
    type: str = ""
    office_id: int = 0
    pilot_id: int = 0
    late: bool | None = None
    words: str = ""
    first_on: date | None = None
    last_on: date | None = None
    page: int = 1
    per_page: int = 50

    def run(self, desk: Desk) -> ReportList:
        chosen: dict[str, Any] = {
            "status": self.status,
            "type": self.type,
            "office_id": self.office_id,
            "pilot_id": self.pilot_id,
            "late": "" if self.late is None else str(int(self.late)),
            "words": self.words,
            "like": containing(self.words),
            "first_on": self.first_on or EARLIEST,
            "last_on": self.last_on or LATEST,
            "person_id": desk.actor.person_id,
        }
        if desk.scope.every_tenant:
            chosen["of_tenant"] = self.tenant_code or ""
        listed, counted = (_LIST_ACROSS, _COUNT_ACROSS) if desk.scope.every_tenant else (_LIST, _COUNT)
        skip = (self.page - 1) * self.per_page
        rows, (count,) = desk.read_all((listed, {**chosen, "limit": self.per_page, "skip": skip}), (counted, chosen))
        items = [ListedReport(row.tenant_code, row.pilot_name, row.project_name, stored_report(row)) for row in rows]
        return ReportList(items, int(count.found), int(count.open_ones), int(count.to_dispose), int(count.late_ones))


@dataclass(frozen=True, slots=True)
class ListedHold:
    """An open hold with whose money it holds; `project_name` is None for every project of the pilot."""

    tenant_code: str
    pilot_name: str
    project_name: str | None
    hold: StoredHold


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHolds:
    """What holds money now, the newest first: of every tenant for the province's people, the asker's own for others."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> list[ListedHold]:
        rows = desk.rows(_HOLDS_ACROSS if desk.scope.every_tenant else _HOLDS)
        return [ListedHold(row.tenant_code, row.pilot_name, row.project_name, _hold(row)) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHoldsOf:
    """What holds money now in one tenant, the newest first; `pilot_id` 0 for every pilot."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    pilot_id: int = 0

    def run(self, desk: Desk) -> list[ListedHold]:
        found = [ListedHold(row.tenant_code, row.pilot_name, row.project_name, _hold(row)) for row in desk.rows(_HOLDS)]
        return [one for one in found if self.pilot_id in (0, one.hold.pilot_id)]


def _hold(row: Any) -> StoredHold:
    values = {name: getattr(row, name) for name in StoredHold.__dataclass_fields__}
    values["kind"], values["report_type"] = HoldReason(row.kind), ChangeType(row.report_type)
    return StoredHold(**values)
