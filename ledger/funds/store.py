"""Documents and entries as they are stored: named loads, and the two writes of the posting path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.chain import Json
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import NotFound
from ledger.domain.money import ZERO, Money
from ledger.journal import Fact
from ledger.tenancy import Constant, Reading, Row

PREFIXES = {
    DocumentKind.AWARD: "HD",
    DocumentKind.ALLOCATION: "ZB",
    DocumentKind.DISBURSEMENT: "FK",
    DocumentKind.EXPENDITURE: "ZC",
    DocumentKind.ACCEPTANCE: "YS",
    DocumentKind.RECOVERY: "SH",
    DocumentKind.REDUCTION: "TJ",
    DocumentKind.REVERSAL: "CX",
}
"""What the number of a document begins with: FK-2026-0012."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as it stands. `uscc`, `project_code` and `lines` are its pilot's, project's and award's."""

    id: int
    kind: DocumentKind
    number: str
    pilot_id: int
    office_id: int
    office_name: str = ""
    status: Status = Status.WAITING
    version: int = 1
    amount: Money
    business_date: date
    fiscal_year: int
    document_no: str | None = None
    award_id: int | None = None
    line_id: int | None = None
    project_id: int | None = None
    allocation_id: int | None = None
    disbursement_id: int | None = None
    reverses_id: int | None = None
    voucher_no: str | None = None
    payee_name: str | None = None
    payee_account: str | None = None
    purpose: str | None = None
    reason: str | None = None
    note: str = ""
    return_reason: str | None = None
    policy_version_id: int
    made_by: int
    made_by_name: str
    made_at: datetime
    checked_by: int | None = None
    checked_by_name: str | None = None
    checked_at: datetime | None = None
    spent: Money = ZERO
    recovered: Money = ZERO
    uscc: str = ""
    project_code: str | None = None
    lines: tuple[tuple[str | None, Money], ...] = ()


_NAMES = ("made_by_name", "checked_by_name")
_NOT_RECORDED = ("spent", "recovered", *_NAMES)
"""Kept by triggers, or the names of people: the record names them by id."""
_BESIDE = ("uscc", "project_code", "lines")
COLUMNS = tuple(name for name in StoredDocument.__dataclass_fields__ if name not in _BESIDE)
_RECORDED = tuple(name for name in (*COLUMNS, "uscc", "project_code") if name not in _NOT_RECORDED)
LISTED = ", ".join(f"d.{name}" for name in COLUMNS)
"""The columns of `document d` for a statement of `queries`, beside the pilot's and the project's."""

_INSERT = Constant(
    f"INSERT INTO document (tenant_code, {', '.join(COLUMNS)})"
    f" VALUES (:tenant_code, {', '.join(f':{name}' for name in COLUMNS)})"
)
_LOAD = (
    f"SELECT {LISTED}, p.uscc, j.code AS project_code FROM document d"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " LEFT JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " WHERE d.tenant_code = :tenant_code AND d.id = :id"
)
_DOCUMENT = Constant(_LOAD)
_DOCUMENT_LOCKED = Constant(f"{_LOAD} FOR UPDATE OF d")
_LINES = Constant(
    "SELECT l.id, l.project_id, j.code AS project_code, j.name AS project_name, l.amount FROM award_line l"
    " JOIN project j ON j.tenant_code = l.tenant_code AND j.id = l.project_id"
    " WHERE l.tenant_code = :tenant_code AND l.award_id = :award_id ORDER BY l.id"
)
_NUMBER = Constant(
    "INSERT INTO document_number (tenant_code, prefix, year, last) VALUES (:tenant_code, :prefix, :year, :count)"
    " ON CONFLICT (tenant_code, prefix, year) DO UPDATE SET last = document_number.last + :count RETURNING last"
)
_MOVE = Constant(
    "UPDATE document SET status = :status, version = version + 1, return_reason = :return_reason,"
    " checked_by = :checked_by, checked_by_name = :checked_by_name, checked_at = :checked_at"
    " WHERE tenant_code = :tenant_code AND id = :id AND version = :version"
)


@dataclass(frozen=True, slots=True)
class Line:
    """An award's share for one project."""

    id: int
    project_id: int
    project_code: str | None
    project_name: str
    amount: Money


def take_numbers(desk: Desk, kind: DocumentKind, year: int, count: int = 1) -> list[str]:
    """The next `count` numbers of a kind in a year, in order."""
    return next_numbers(desk, PREFIXES[kind], year, count)


def next_numbers(desk: Desk, prefix: str, year: int, count: int = 1) -> list[str]:
    """The next `count` numbers of a series of the tenant in a year, in order: FK-2026-0012."""
    (rows,) = desk.read_all(number_reading(prefix, year, count))
    return numbers_found(rows, prefix, year, count)


def number_reading(prefix: str, year: int, count: int = 1) -> Reading:
    """How the next numbers are taken, for who reads more in the same exchange; `numbers_found` takes it."""
    return (_NUMBER, {"prefix": prefix, "year": year, "count": count})


def numbers_found(rows: Sequence[Row], prefix: str, year: int, count: int = 1) -> list[str]:
    """The numbers that were taken, in order."""
    last = int(rows[0].last) if rows else count
    return [f"{prefix}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]


def new_document(desk: Desk, kind: DocumentKind, **fields: Any) -> StoredDocument:
    """A document that the actor makes now; its id and its number may be given, else it gets the number when stored."""
    actor = desk.actor
    return StoredDocument(
        id=fields.pop("id", 0) or desk.new_id(),
        kind=kind,
        number=fields.pop("number", ""),
        office_id=actor.office_id,
        office_name=actor.office_name,
        made_by=actor.person_id,
        made_by_name=actor.name,
        made_at=desk.now,
        **fields,
    )


def insert_documents(desk: Desk, documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    """Store new documents of one kind, numbered in order; waiting ones reserve at once."""
    if not documents:
        return []
    numbers = take_numbers(desk, documents[0].kind, desk.today.year, len(documents))
    stored = [replace(document, number=number) for document, number in zip(documents, numbers, strict=True)]
    write_documents(desk, stored)
    return stored


def write_documents(desk: Desk, documents: Sequence[StoredDocument]) -> None:
    """Write new documents that have their numbers; waiting ones reserve at once."""
    desk.write_many(_INSERT, [{name: getattr(one, name) for name in COLUMNS} for one in documents])


def load_document(desk: Desk, document_id: int, *, lock: bool = False, field: str | None = None) -> StoredDocument:
    """One document of the scope's tenant, with an award's lines; `field` is what named it.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    return document_found(desk, desk.rows(_DOCUMENT_LOCKED if lock else _DOCUMENT, id=document_id), field)


def document_reading(document_id: int) -> Reading:
    """How one document is read and locked, for who reads more in the same exchange; `document_found` takes it."""
    return (_DOCUMENT_LOCKED, {"id": document_id})


def document_found(desk: Desk, rows: Sequence[Row], field: str | None = None) -> StoredDocument:
    """The document among what was read, with an award's lines.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    if not rows:
        raise NotFound(field=field)
    return with_lines(desk, stored_document(rows[0]))


def stored_document(row: Any) -> StoredDocument:
    """A row of `LISTED`, `uscc` and `project_code` as a document."""
    values = {name: getattr(row, name) for name in (*COLUMNS, "uscc", "project_code")}
    values["kind"], values["status"] = DocumentKind(row.kind), Status(row.status)
    return StoredDocument(**values)


def with_lines(desk: Desk, document: StoredDocument) -> StoredDocument:
    """An award with its lines; every other document as it is."""
    if document.kind is not DocumentKind.AWARD:
        return document
    rows = desk.rows(_LINES, award_id=document.id)
    return replace(document, lines=tuple((row.project_code or row.project_name, row.amount) for row in rows))


def award_lines(desk: Desk, award_id: int) -> list[Line]:
    """An award's lines in order of making."""
    return [Line(**row._mapping) for row in desk.rows(_LINES, award_id=award_id)]


def move(desk: Desk, document: StoredDocument, status: Status, reason: str | None = None) -> StoredDocument | None:
    """Move a document to a state that posts nothing; None when someone else moved it first."""
    returned = status is Status.RETURNED
    moved = replace(
        document,
        status=status,
        version=document.version + 1,
        return_reason=reason,
        checked_by=desk.actor.person_id if returned else None,
        checked_by_name=desk.actor.name if returned else None,
        checked_at=desk.now if returned else None,
    )
    names = ("id", "status", "return_reason", "checked_by", "checked_by_name", "checked_at")
    touched = desk.write(_MOVE, version=document.version, **{name: getattr(moved, name) for name in names})
    return moved if touched == 1 else None


def fact(
    document: StoredDocument,
    verb: str,
    *,
    before: StoredDocument | None = None,
    actor: Actor | None = None,
    entries: Sequence[dict[str, Json]] = (),
) -> Fact:
    """What happened to a document: `disbursement_recorded`, with its state before and after."""
    return Fact(
        f"{document.kind}_{verb}",
        document.kind,
        document.id,
        before={} if before is None else snapshot(before),
        after=snapshot(document),
        pilot_id=document.pilot_id,
        amount=document.amount,
        business_date=document.business_date,
        entries=entries,
        beside={name: getattr(document, name) for name in _NAMES},
        actor=actor,
    )


def snapshot(document: StoredDocument) -> dict[str, Json]:
    """A document's state as plain JSON: ids and fen as strings, dates in ISO, empty fields left out."""
    plain: dict[str, Json] = {}
    for name in _RECORDED:
        value = getattr(document, name)
        if value is None:
            continue
        if isinstance(value, Money):
            plain[f"{name}_fen"] = str(value.fen)
        elif isinstance(value, date | datetime):
            plain[name] = value.isoformat()
        else:
            plain[name] = str(value)
    if document.lines:
        plain["lines"] = [{"project_code": code, "amount_fen": str(amount.fen)} for code, amount in document.lines]
    return plain
