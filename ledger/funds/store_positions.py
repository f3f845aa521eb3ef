"""Positions as they stand, their rows locked: what a check compares an amount with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.desk import Desk
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import ExceedsFundLine, NotFound
from ledger.domain.funds import AllocationPosition, FundLinePosition, LinePosition
from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant, Reading, Row

_HELD = (
    "EXISTS (SELECT 1 FROM subject_hold h WHERE h.uscc = p.uscc AND h.starts_on <= :today_on"
    " AND (h.ends_on IS NULL OR h.ends_on >= :today_on))"
)
_ALLOCATION = (
    "SELECT d.id AS allocation_id, d.status, d.pilot_id, d.line_id, d.project_id, d.fiscal_year, d.document_no,"
    " d.business_date, d.amount, p.uscc, p.name AS pilot_name, p.status AS pilot_status, j.code AS project_code,"
    " j.name AS project_name, j.owner_name, q.allocated, q.waiting, q.disbursed, q.recovered_undisbursed, q.spent,"
    " q.accepted, q.recovered_disbursed, subject_held(p.uscc, :today_on) AS held,"
    " EXISTS (SELECT 1 FROM project_hold h WHERE h.tenant_code = d.tenant_code AND h.pilot_id = d.pilot_id"
    " AND h.released_at IS NULL AND (h.project_id IS NULL OR h.project_id = d.project_id)) AS project_held,"
    " (SELECT v.id FROM policy_version v WHERE v.effective_from <= :today_on"
    " ORDER BY v.effective_from DESC, v.id DESC LIMIT 1) AS policy_version_id"
    " FROM document d"
    " JOIN allocation_position q ON q.tenant_code = d.tenant_code AND q.allocation_id = d.id"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " WHERE d.tenant_code = :tenant_code AND d.kind = 'allocation'"
)
_ASK = "subject_held(p.uscc, :today_on)"


def _allocations(where: str) -> Constant:
    # Holds of every tenant are asked for by key: on PostgreSQL through a function, since no list of them is readable.
    return Constant(f"{_ALLOCATION}{where}", sqlite=f"{_ALLOCATION}{where}".replace(_ASK, _HELD))


_ALLOCATION_BY_ID = _allocations(" AND d.id = :id")
_ALLOCATION_LOCKED = _allocations(" AND d.id = :id FOR UPDATE OF q")
_ALLOCATION_OF_DOCUMENT = _allocations(
    " AND d.id = (SELECT a.allocation_id FROM document a WHERE a.tenant_code = :tenant_code AND a.id = :document_id"
    " AND a.kind = 'disbursement')"
    " FOR UPDATE OF q"
)
_ALLOCATION_OF_PROJECT = _allocations(" AND d.project_id = :project_id ORDER BY d.id FOR UPDATE OF q")
_POSITION = Constant(
    "SELECT allocated, waiting, disbursed, recovered_undisbursed, spent, accepted, recovered_disbursed"
    " FROM allocation_position WHERE tenant_code = :tenant_code AND allocation_id = :allocation_id"
)
_LINE_LOCK = Constant(
    "SELECT line_id FROM line_position WHERE tenant_code = :tenant_code AND line_id = :line_id FOR UPDATE"
)
_LINE = Constant(
    "SELECT l.id AS line_id, l.award_id, l.project_id, l.project_code, q.pilot_id, q.awarded, q.allocated,"
    " (SELECT sum(w.amount) FROM document w WHERE w.tenant_code = l.tenant_code AND w.line_id = l.id"
    " AND w.kind = 'allocation' AND w.status = 'waiting' AND w.id <> :except_id) AS waiting"
    " FROM award_line l JOIN line_position q ON q.tenant_code = l.tenant_code AND q.line_id = l.id"
    " WHERE l.tenant_code = :tenant_code AND l.id = :line_id"
)
_FUND_LINE = Constant(
    "SELECT f.fiscal_year, f.total, f.awarded FROM fund_line f WHERE f.fiscal_year = :fiscal_year FOR UPDATE",
    province_wide=True,
)
_WAITING_CHILDREN = Constant(
    "SELECT coalesce(sum(w.amount), 0) AS waiting FROM document w WHERE w.tenant_code = :tenant_code"
    " AND w.kind = :kind AND w.status = 'waiting' AND w.id <> :except_id AND"
    " (w.disbursement_id = :parent_id OR (w.disbursement_id IS NULL AND w.allocation_id = :parent_id)"
    " OR (w.kind = 'acceptance' AND w.project_id = :parent_id))"
)


@dataclass(frozen=True, slots=True)
class AllocationContext:
    """An allocation with its pilot, project and position.

    `held` while its pilot is under a ban or freeze, `project_held` while a change report holds its project.
    """

    allocation_id: int
    status: str
    pilot_id: int
    line_id: int
    project_id: int
    fiscal_year: int
    document_no: str
    allocated_on: date
    uscc: str
    pilot_name: str
    project_code: str | None
    project_name: str
    owner_name: str
    policy_version_id: int
    held: bool
    project_held: bool
    position: AllocationPosition


def allocation(desk: Desk, allocation_id: int, *, lock: bool = True) -> AllocationContext:
    """One posted allocation of the tenant; locked before it is read, so that two clerks never see one room.

    Raises:
        NotFound: unknown, another tenant's, or not posted.
    """
    statement = _ALLOCATION_LOCKED if lock else _ALLOCATION_BY_ID
    return allocation_found(desk.rows(statement, id=allocation_id, today_on=desk.today))


def allocation_reading(desk: Desk, allocation_id: int) -> Reading:
    """How one allocation is read and locked, for who reads more in the same exchange; `allocation_found` takes it."""
    return (_ALLOCATION_LOCKED, {"id": allocation_id, "today_on": desk.today})


def document_allocation_reading(desk: Desk, document_id: int) -> Reading:
    """How the allocation that a disbursement draws on is read and locked, together with the document itself.

    Of any other document nothing is read: their rules lock what stands between them and the allocation first.
    """
    return (_ALLOCATION_OF_DOCUMENT, {"document_id": document_id, "today_on": desk.today})


def allocation_found(rows: Sequence[Row]) -> AllocationContext:
    """The posted allocation among what was read.

    Raises:
        NotFound: unknown, another tenant's, or not posted.
    """
    if not rows or rows[0].status != "posted":
        raise NotFound(field="allocation_id")
    return _context(rows[0])


def allocations_of_project(desk: Desk, project_id: int) -> list[AllocationContext]:
    """The posted allocations of a project, the oldest first, locked in key order."""
    rows = desk.rows(_ALLOCATION_OF_PROJECT, project_id=project_id, today_on=desk.today)
    return [_context(row) for row in rows if row.status == "posted"]


def _context(row: Any) -> AllocationContext:
    names = AllocationPosition.__dataclass_fields__
    position = AllocationPosition(**{name: getattr(row, name) for name in names})
    same = [name for name in AllocationContext.__dataclass_fields__ if name not in ("position", "allocated_on")]
    return AllocationContext(
        **{name: getattr(row, name) for name in same}, allocated_on=row.business_date, position=position
    )


def position_of(desk: Desk, allocation_id: int) -> AllocationPosition | None:
    """An allocation's position, not locked; all zero while the allocation waits for its own check."""
    row = desk.first(_POSITION, allocation_id=allocation_id)
    return None if row is None else AllocationPosition(**row._mapping)


def line(desk: Desk, line_id: int, except_id: int = 0) -> LinePosition:
    """An award line's position, locked; allocations under check (but `except_id`) count as waiting."""
    # What waits for its check is counted once the line is ours: one more may have come while we waited for it.
    _locked, rows = desk.read_all(
        (_LINE_LOCK, {"line_id": line_id}), (_LINE, {"line_id": line_id, "except_id": except_id})
    )
    if not rows:
        raise NotFound(field="award_id")
    row = rows[0]
    return LinePosition(awarded=row.awarded, allocated=row.allocated, waiting=row.waiting or ZERO)


def fund_line(desk: Desk, fiscal_year: int) -> FundLinePosition:
    """The year's fund line, locked. R8.6.

    Raises:
        ExceedsFundLine: the year has none.
    """
    row = desk.first(_FUND_LINE, fiscal_year=fiscal_year)
    if row is None:
        raise ExceedsFundLine(
            "{year} 年没有登记专项资金总额（第八条）。请先由省级登记该年度资金。", year=fiscal_year, field="fiscal_year"
        )
    return FundLinePosition(total=row.total, awarded=row.awarded)


def waiting_amount(desk: Desk, kind: DocumentKind, parent_id: int, except_id: int = 0) -> Money:
    """What documents of `kind` under check already ask of a disbursement, allocation or project."""
    row = desk.first(_WAITING_CHILDREN, kind=kind.value, parent_id=parent_id, except_id=except_id)
    return ZERO if row is None else Money(row.waiting.fen)
