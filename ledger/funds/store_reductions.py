"""Reductions (调减): the province brings an award's line down; its year has the money back, the right stays used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger.desk import Desk
from ledger.domain.access import Actor, check_second_person
from ledger.domain.dates import check_not_future
from ledger.domain.documents import MOVES, DocumentKind
from ledger.domain.errors import BeforeAllocation, Invalid, Required
from ledger.domain.funds import LinePosition, check_reduction
from ledger.domain.money import ZERO, Money
from ledger.domain.policy import version_in_force
from ledger.funds import store, store_positions
from ledger.funds.store import PREFIXES, StoredDocument
from ledger.funds.store_entries import NewEntry, post_entries
from ledger.journal import Fact
from ledger.pilots.store import POLICIES, policies_from
from ledger.tenancy import Constant, Reading, Row

_OF_PROJECT = (
    "(SELECT l.id FROM award_line l JOIN document a ON a.tenant_code = l.tenant_code AND a.id = l.award_id"
    " WHERE l.tenant_code = :tenant_code AND l.project_id = :project_id AND a.status = 'posted'"
    " ORDER BY l.id DESC LIMIT 1)"
)
_LOCK = Constant(
    "SELECT q.line_id FROM line_position q WHERE q.tenant_code = :tenant_code"
    f" AND q.line_id = {_OF_PROJECT} FOR UPDATE OF q"
)
_LINE = Constant(
    "SELECT l.id AS line_id, l.award_id, l.project_code, a.pilot_id, a.fiscal_year, a.business_date, p.uscc,"
    " q.awarded, q.allocated, (SELECT sum(w.amount) FROM document w WHERE w.tenant_code = l.tenant_code"
    " AND w.line_id = l.id AND w.kind = 'allocation' AND w.status = 'waiting') AS waiting"
    " FROM award_line l JOIN line_position q ON q.tenant_code = l.tenant_code AND q.line_id = l.id"
    " JOIN document a ON a.tenant_code = l.tenant_code AND a.id = l.award_id"
    " JOIN pilot p ON p.tenant_code = a.tenant_code AND p.id = a.pilot_id"
    f" WHERE l.tenant_code = :tenant_code AND l.id = {_OF_PROJECT}"
)


@dataclass(frozen=True, slots=True)
class AwardedLine:
    """A project's line of a posted award, with its position now; `waiting` are allocations under check."""

    line_id: int
    award_id: int
    project_code: str | None
    pilot_id: int
    fiscal_year: int
    decided_on: date
    uscc: str
    position: LinePosition


def line_of_project(desk: Desk, project_id: int) -> AwardedLine | None:
    """The line that a project was awarded by, or None; locked where the desk writes."""
    _locked, found = desk.read_all(*_line_readings(project_id))
    return _line(found)


def _line_readings(project_id: int) -> tuple[Reading, Reading]:
    # What waits for its check is counted once the line is ours: one more may have come while we waited for it.
    return (_LOCK, {"project_id": project_id}), (_LINE, {"project_id": project_id})


def _line(rows: Sequence[Row]) -> AwardedLine | None:
    if not rows:
        return None
    row = rows[0]
    position = LinePosition(awarded=row.awarded, allocated=row.allocated, waiting=row.waiting or ZERO)
    same = [name for name in AwardedLine.__dataclass_fields__ if name not in ("position", "decided_on")]
    return AwardedLine(**{name: getattr(row, name) for name in same}, decided_on=row.business_date, position=position)


def reduce_award(
    desk: Desk,
    *,
    project_id: int,
    new_amount: Money,
    document_no: str,
    reason: str,
    decided_on: date,
    maker: Actor,
    checker: Actor,
) -> list[Fact]:
    """Bring a project's line of its award down to `new_amount` fen, recorded by one person and posted by another.

    The facts of the making and of the posting, for the command that disposes to give back. R10.3, Q3, Q4.

    Raises:
        MakerIsChecker, Required, FutureDate, BeforeAllocation.
        Invalid: nothing was awarded for the project, or it would not be less.
        ExceedsAwarded: less than what is allocated or waits to be.
    """
    check_second_person(maker.person_id, checker.person_id)
    check_not_future(decided_on, desk.today, "decided_on")
    if not document_no.strip():
        raise Required("请填写处置文号：调减须有省级文件（第十条）。", field="document_no")
    if not reason.strip():
        raise Required("请填写调减原因。", field="reason")
    prefix, year = PREFIXES[DocumentKind.REDUCTION], desk.today.year
    # A number that is taken for what is refused goes back with the whole act.
    _locked, lines, policies, numbers = desk.read_all(
        *_line_readings(project_id), POLICIES, store.number_reading(prefix, year)
    )
    line = _line(lines)
    if line is None:
        raise Invalid("该项目没有已入账的资金核定，不能调减。请改用其他处置。", field="reduced_to")
    if decided_on < line.decided_on:
        raise BeforeAllocation(
            "调减日期不能早于核定日期 {day}。请核对处置文件。", day=line.decided_on.isoformat(), field="decided_on"
        )
    check_reduction(line.position, new_amount)
    document = store.new_document(
        desk,
        DocumentKind.REDUCTION,
        pilot_id=line.pilot_id,
        amount=line.position.awarded - new_amount,
        business_date=decided_on,
        fiscal_year=line.fiscal_year,
        document_no=document_no,
        award_id=line.award_id,
        line_id=line.line_id,
        project_id=project_id,
        reason=reason,
        policy_version_id=version_in_force(policies_from(policies), decided_on).id,
        uscc=line.uscc,
        project_code=line.project_code,
        number=store.numbers_found(numbers, prefix, year)[0],
    )
    stored = replace(
        document,
        office_id=maker.office_id,
        office_name=maker.office_name,
        made_by=maker.person_id,
        made_by_name=maker.name,
    )
    store.write_documents(desk, [stored])
    return [
        store.fact(stored, "recorded", actor=maker),
        post_entries(desk, stored, [reduction_entry(stored)], checker),
    ]


def check_waiting_reduction(desk: Desk, document: StoredDocument) -> None:
    """Refuse the posting of a reduction for which its line has no room any more; the line is locked.

    Raises:
        ExceedsAwarded: allocations took it.
    """
    position = store_positions.line(desk, document.line_id or 0)
    check_reduction(position, position.awarded - document.amount)


def reduction_entry(document: StoredDocument) -> NewEntry:
    """The one entry that a reduction stands for."""
    start, end = MOVES[DocumentKind.REDUCTION][0]
    return NewEntry(line_id=document.line_id or 0, from_stage=start, to_stage=end, amount=document.amount)
