"""What the page of one pilot shows, read in one transaction: each part is one statement, and all go in one exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ledger.audit.queries_journal import Timeline, TimelinePage
from ledger.audit.queries_totals import SUM_NAMES, Position, Sums
from ledger.desk import Desk
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import NotFound
from ledger.domain.money import ZERO, Money
from ledger.funds.store_demands import Demand, demands_from, demands_reading
from ledger.funds.store_waiting import waiting_count, waiting_reading
from ledger.pilots.store import HOLDS_OF_PILOT, Hold, StoredPilot, holds_from, load_projects, pilot_from
from ledger.pilots.store_holds import StoredHold, holds_found, holds_reading
from ledger.tenancy import Constant, Reading

_PAGE = Constant(
    "SELECT p.tenant_code, p.id, p.uscc, p.name, p.kind, p.direction, p.batch, p.county_name,"
    " p.designation_document_no, p.designated_on, p.status, p.version, p.made_by, p.made_by_name,"
    " t.name AS tenant_name, c.cap, c.awarded, a.allocated, a.waiting, a.disbursed, a.recovered_undisbursed,"
    " a.recovered_disbursed, a.spent, a.accepted, (SELECT count(*) FROM project j"
    " WHERE j.tenant_code = p.tenant_code AND j.pilot_id = p.id) AS projects,"
    " (SELECT count(*) FROM change_report r WHERE r.tenant_code = p.tenant_code AND r.pilot_id = p.id"
    " AND r.status <> 'draft') AS changes, (SELECT count(*) FROM attachment f"
    " WHERE f.tenant_code = p.tenant_code AND f.pilot_id = p.id) AS files FROM pilot p"
    " JOIN tenant t ON t.code = p.tenant_code"
    " JOIN pilot_position c ON c.tenant_code = p.tenant_code AND c.pilot_id = p.id"
    " CROSS JOIN (SELECT sum(allocated) AS allocated, sum(waiting) AS waiting, sum(disbursed) AS disbursed,"
    " sum(recovered_undisbursed) AS recovered_undisbursed, sum(recovered_disbursed) AS recovered_disbursed,"
    " sum(spent) AS spent, sum(accepted) AS accepted FROM allocation_position"
    " WHERE tenant_code = :tenant_code AND pilot_id = :pilot_id) a"
    " WHERE p.tenant_code = :tenant_code AND p.id = :pilot_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotPage:
    """A pilot, its money, what holds it, its newest acts where they were asked for, and what waits for the asker.

    `waiting` is None where it is not to be counted in the pilot's own tenant.
    """

    pilot: StoredPilot
    position: Position
    recovered_undisbursed: Money
    recovered_disbursed: Money
    projects: int
    changes: int
    """How many change reports of it were sent."""
    files: int
    """How many files were attached to it, its documents and its reports."""
    holds: Sequence[Hold]
    project_holds: Sequence[StoredHold]
    """What change reports hold of its projects' money."""
    project_names: Mapping[int, str]
    """Of its projects, where any is held."""
    demands: Sequence[Demand]
    """What the province asked back and has not had yet."""
    timeline: TimelinePage | None
    waiting: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPilotPage:
    """All that one pilot's page shows; `timeline` is the part of its acts that is wanted.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    pilot_id: int
    timeline: Timeline | None = None
    counts_waiting: bool = False

    def run(self, desk: Desk) -> PilotPage:
        check_permission(desk.actor, Permission.PILOT_READ)
        timeline, waiting = self.timeline, waiting_reading(desk.actor) if self._counts_here(desk) else None
        readings: list[Reading] = [
            (_PAGE, {"pilot_id": self.pilot_id}),
            (HOLDS_OF_PILOT, {"pilot_id": self.pilot_id, "held_on": desk.today}),
            holds_reading(self.pilot_id),
            demands_reading(self.pilot_id),
        ]
        if timeline is not None:
            check_permission(desk.actor, timeline.permission)
            readings.append(timeline.reading())
        if waiting is not None:
            readings.append(waiting)
        found, holds, project_holds, demands, *more = desk.read_all(*readings)
        if not found:
            raise NotFound(field="pilot_id")
        row = found[0]
        return PilotPage(
            pilot=pilot_from(row._mapping),
            position=_position(row),
            recovered_undisbursed=row.recovered_undisbursed or ZERO,
            recovered_disbursed=row.recovered_disbursed or ZERO,
            projects=int(row.projects),
            changes=int(row.changes),
            files=int(row.files),
            holds=holds_from(holds),
            project_holds=holds_found(project_holds),
            project_names={one.id: one.name for one in load_projects(desk, row.id)} if project_holds else {},
            demands=[one for one in demands_from(demands) if one.left],
            timeline=None if timeline is None else timeline.page(desk, more[0], has_files=bool(row.files)),
            waiting=waiting_count(desk.actor, more[-1] if waiting else ()) if self._counts_here(desk) else None,
        )

    def _counts_here(self, desk: Desk) -> bool:
        # What waits for the province's people lies in every tenant, which this reading does not see.
        return self.counts_waiting and not desk.actor.is_province


def _position(row: Any) -> Position:
    taken = (row.recovered_undisbursed or ZERO) + (row.recovered_disbursed or ZERO)
    sums = {name: taken if name == "recovered" else getattr(row, name) or ZERO for name in SUM_NAMES}
    left = sums["allocated"] - sums["waiting"] - sums["disbursed"] - (row.recovered_undisbursed or ZERO)
    return Position(
        tenant_code=row.tenant_code,
        pilot_id=row.id,
        uscc=row.uscc,
        name=row.name,
        tenant_name=row.tenant_name,
        cap=row.cap,
        available=left,
        sums=Sums(**sums),
    )
