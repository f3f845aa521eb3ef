"""Questions about documents: one, what waits for whom, and what may be disbursed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.domain.errors import NotFound
from ledger.domain.funds import AllocationPosition
from ledger.domain.money import Money
from ledger.funds import store_positions
from ledger.funds.queries_lists_sql import JOINED, SHOWN
from ledger.funds.store import StoredDocument, stored_document, with_lines
from ledger.tenancy import Constant

_FROM = f" FROM document d{JOINED}"
_ONE = Constant(f"{SHOWN}{_FROM} WHERE d.tenant_code = :tenant_code AND d.id = :id")
_REVERSED_BY = Constant(
    "SELECT id, number, status FROM document WHERE tenant_code = :tenant_code AND reverses_id = :id"
    " AND kind = 'reversal' AND status IN ('waiting', 'posted') ORDER BY id DESC LIMIT 1"
)
_REDUCTIONS = Constant(
    "SELECT d.id, d.number, d.amount, d.business_date, d.document_no FROM document d"
    " WHERE d.tenant_code = :tenant_code AND d.kind = 'reduction' AND d.status = 'posted' AND d.award_id = :award_id"
    " AND d.line_id IN (SELECT l.id FROM award_line l WHERE l.tenant_code = :tenant_code AND l.award_id = :award_id)"
    " ORDER BY d.id"
)
_WORK_STATUS = (
    " d.status <> 'posted' AND d.status IN ('waiting', 'returned', 'draft') ORDER BY d.made_at, d.id LIMIT 2000"
)
_WORK = Constant(f"{SHOWN}{_FROM} WHERE d.tenant_code = :tenant_code AND{_WORK_STATUS}")
_WORK_ACROSS = Constant(f"{SHOWN}{_FROM} WHERE{_WORK_STATUS}", across=True)
_DONE_STATUS = (
    " d.status IN ('posted', 'reversed') AND d.checked_by = :person_id ORDER BY d.checked_at DESC, d.id LIMIT 200"
)
# Among the newest entries: whoever checks is among those who post them.
_DONE = Constant(
    f"{SHOWN} FROM (SELECT DISTINCT e.document_id FROM (SELECT document_id, checked_by FROM entry"
    " WHERE tenant_code = :tenant_code ORDER BY id DESC LIMIT 2000) e WHERE e.checked_by = :person_id) n"
    f" JOIN document d ON d.tenant_code = :tenant_code AND d.id = n.document_id{JOINED} WHERE{_DONE_STATUS}"
)
_DONE_ACROSS = Constant(
    f"{SHOWN} FROM tenant s CROSS JOIN (VALUES ('award'), ('allocation'), ('reduction'), ('reversal')) k (kind)"
    " CROSS JOIN LATERAL (SELECT r.tenant_code, r.id FROM document r WHERE r.tenant_code = s.code AND r.kind = k.kind"
    " ORDER BY r.id DESC LIMIT 50) n JOIN document d ON d.tenant_code = n.tenant_code AND d.id = n.id"
    f"{JOINED} WHERE{_DONE_STATUS}",
    sqlite=f"{SHOWN}{_FROM} WHERE{_DONE_STATUS}",
    across=True,
)
_OPEN = Constant(
    "SELECT d.id AS allocation_id, d.number, d.document_no, d.business_date, d.pilot_id, p.name AS pilot_name,"
    " j.name AS project_name, j.owner_name, q.allocated, q.waiting, q.disbursed, q.recovered_undisbursed"
    " FROM document d JOIN allocation_position q ON q.tenant_code = d.tenant_code AND q.allocation_id = d.id"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " WHERE d.tenant_code = :tenant_code AND d.status = 'posted' AND (:pilot_id = 0 OR d.pilot_id = :pilot_id)"
    " ORDER BY p.id, d.id"
)


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document with the names that a page shows beside it."""

    document: StoredDocument
    tenant_code: str
    tenant_name: str
    pilot_name: str
    reverses_number: str | None
    collection: DocumentKind
    """The kind whose pages and permissions it falls under: a reversal's is its original's."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What the province took back of an award."""

    id: int
    number: str
    amount: Money
    reduced_on: date
    document_no: str


@dataclass(frozen=True, slots=True)
class DocumentDetail:
    """A document, what reversed it, what reduced it, and (of an allocation and what rests on one) the position now."""

    shown: ShownDocument
    reversed_by: tuple[int, str, str] | None
    position: AllocationPosition | None
    reductions: Sequence[Reduction] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDocument:
    """One document; with `kind`, only of that collection.

    Raises:
        NotFound: unknown, of another collection, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    document_id: int
    kind: DocumentKind | None = None

    def run(self, desk: Desk) -> DocumentDetail:
        row = desk.first(_ONE, id=self.document_id)
        if row is None:
            raise NotFound()
        shown = shown_document(row)
        shown = replace(shown, document=with_lines(desk, shown.document))
        if self.kind is not None and shown.collection is not self.kind:
            raise NotFound()
        document = shown.document
        reversal = desk.first(_REVERSED_BY, id=document.id)
        allocation_id = document.id if document.kind is DocumentKind.ALLOCATION else document.allocation_id
        position = None if allocation_id is None else store_positions.position_of(desk, allocation_id)
        reduced = desk.rows(_REDUCTIONS, award_id=document.id) if document.kind is DocumentKind.AWARD else ()
        return DocumentDetail(
            shown,
            None if reversal is None else tuple(reversal),
            position,
            [Reduction(one.id, one.number, one.amount, one.business_date, one.document_no) for one in reduced],
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A person's work: what they may check, what came back to them, what they sent, what they checked."""

    to_check: list[ShownDocument] = field(default_factory=list)
    returned: list[ShownDocument] = field(default_factory=list)
    sent: list[ShownDocument] = field(default_factory=list)
    done: list[ShownDocument] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits for the asker, the oldest first; the province's people see every tenant's."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> Work:
        actor = desk.actor
        wide = actor.is_province
        work = Work()
        if not actor.may(Permission.MONEY_READ):
            return work
        for row in desk.rows(_WORK_ACROSS if wide else _WORK):
            shown = shown_document(row)
            mine = shown.document.made_by == actor.person_id
            if shown.document.status == "waiting" and not mine and actor.may(PERMISSIONS[shown.collection][1]):
                work.to_check.append(shown)
            elif mine and shown.document.status == "waiting":
                work.sent.append(shown)
            elif mine:
                work.returned.append(shown)
        done = desk.rows(_DONE_ACROSS if wide else _DONE, person_id=actor.person_id)
        work.done.extend(shown_document(row) for row in done)
        return work


@dataclass(frozen=True, slots=True)
class OpenAllocation:
    """A posted allocation and what may still be disbursed of it."""

    allocation_id: int
    number: str
    document_no: str
    allocated_on: date
    pilot_id: int
    pilot_name: str
    project_name: str
    owner_name: str
    position: AllocationPosition


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOpenAllocations:
    """The tenant's posted allocations (of one pilot), for those who choose one; empty ones too."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    pilot_id: int = 0

    def run(self, desk: Desk) -> list[OpenAllocation]:
        return [
            OpenAllocation(
                row.allocation_id,
                row.number,
                row.document_no,
                row.business_date,
                row.pilot_id,
                row.pilot_name,
                row.project_name,
                row.owner_name,
                AllocationPosition(
                    allocated=row.allocated,
                    waiting=row.waiting,
                    disbursed=row.disbursed,
                    recovered_undisbursed=row.recovered_undisbursed,
                ),
            )
            for row in desk.rows(_OPEN, pilot_id=self.pilot_id)
        ]


def shown_document(row: Any) -> ShownDocument:
    """A row of `SHOWN`; an award is without its lines."""
    document = stored_document(row)
    return ShownDocument(
        document,
        row.tenant_code,
        row.tenant_name,
        row.pilot_name,
        row.reverses_number,
        DocumentKind(row.reverses_kind) if row.reverses_kind else document.kind,
    )
