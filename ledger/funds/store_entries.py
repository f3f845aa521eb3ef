"""Entries as they are stored: the one statement that posts, and the fact of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.chain import Json
from ledger.domain.documents import Stage, Status
from ledger.domain.money import Money
from ledger.funds.store import StoredDocument, fact
from ledger.journal import Fact
from ledger.tenancy import Constant

_ENTRY = Constant(
    "INSERT INTO entry (tenant_code, id, document_id, pilot_id, line_id, allocation_id, disbursement_id, from_stage,"
    " to_stage, amount, fiscal_year, business_date, recorded_at, reverses_id, document_version, checked_by,"
    " checked_by_name) VALUES (:tenant_code, :id, :document_id, :pilot_id, :line_id, :allocation_id,"
    " :disbursement_id, :from_stage, :to_stage, :amount, :fiscal_year, :business_date, :recorded_at, :reverses_id,"
    " :document_version, :checked_by, :checked_by_name)"
)


EntryRow = dict[str, Any]
"""An entry's columns by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry about to be posted: one positive amount from a stage to the next."""

    line_id: int
    from_stage: Stage
    to_stage: Stage
    amount: Money
    allocation_id: int | None = None
    disbursement_id: int | None = None
    reverses_id: int | None = None


def post_entries(desk: Desk, document: StoredDocument, entries: Sequence[NewEntry], checker: Actor) -> Fact:
    """Post a waiting document: its entries are written, the triggers move positions and state with them."""
    rows = [entry_row(document, entry, desk.new_id(), checker, desk.now) for entry in entries]
    write_entries(desk, rows)
    return posted_fact(document, rows, checker, desk.now)


def write_entries(desk: Desk, rows: Sequence[EntryRow]) -> None:
    """Write entries of waiting documents in one statement, or in a few where they are many."""
    desk.write_many(_ENTRY, rows)


def entry_row(document: StoredDocument, entry: NewEntry, entry_id: int, checker: Actor, now: datetime) -> EntryRow:
    """An entry of a waiting document as it is written."""
    return {
        "id": entry_id,
        "document_id": document.id,
        "pilot_id": document.pilot_id,
        "line_id": entry.line_id,
        "allocation_id": entry.allocation_id,
        "disbursement_id": entry.disbursement_id,
        "from_stage": entry.from_stage.value,
        "to_stage": entry.to_stage.value,
        "amount": entry.amount,
        "fiscal_year": document.fiscal_year,
        "business_date": document.business_date,
        "recorded_at": now,
        "reverses_id": entry.reverses_id,
        "document_version": document.version,
        "checked_by": checker.person_id,
        "checked_by_name": checker.name,
    }


def posted_fact(document: StoredDocument, rows: Sequence[EntryRow], checker: Actor, now: datetime) -> Fact:
    """What the posting of a waiting document comes to: its state before and after, and its entries."""
    posted = replace(
        document,
        status=Status.POSTED,
        version=document.version + 1,
        checked_by=checker.person_id,
        checked_by_name=checker.name,
        checked_at=now,
    )
    return fact(posted, "approved", before=document, actor=checker, entries=[_plain_entry(row) for row in rows])


def _plain_entry(row: EntryRow) -> dict[str, Json]:
    def text(value: int | None) -> Json:
        return None if value is None else str(value)

    return {
        "id": str(row["id"]),
        "from": row["from_stage"],
        "to": row["to_stage"],
        "amount_fen": str(row["amount"].fen),
        "pilot": str(row["pilot_id"]),
        "line": str(row["line_id"]),
        "allocation": text(row["allocation_id"]),
        "disbursement": text(row["disbursement_id"]),
        "on": row["business_date"].isoformat(),
        "reverses": text(row["reverses_id"]),
        "fund_year": str(row["fiscal_year"]),
    }
