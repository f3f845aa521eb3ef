"""A pilot's statement: every entry with what stood after it, as of a date, as known at an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import DocumentKind, Stage
from ledger.domain.money import ZERO, Money
from ledger.pilots.store import load_pilot
from ledger.tenancy import Constant

_ENTRIES = Constant(
    "SELECT e.id AS entry_id, e.business_date, e.recorded_at, e.document_id, d.kind AS document_kind, d.number,"
    " d.document_no, d.voucher_no, l.project_code, j.name AS project_name, d.payee_name, e.from_stage, e.to_stage,"
    " e.amount, e.reverses_id, d.reverses_id AS reverses_document_id, d.made_by_name, e.checked_by_name, d.note,"
    " d.reason FROM entry e"
    " JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id"
    " JOIN award_line l ON l.tenant_code = e.tenant_code AND l.id = e.line_id"
    " JOIN project j ON j.tenant_code = l.tenant_code AND j.id = l.project_id"
    " WHERE e.tenant_code = :tenant_code AND e.pilot_id = :pilot_id AND e.business_date <= :as_of"
    " AND e.recorded_at <= :known_at ORDER BY e.business_date, e.id"
)
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Running:
    """Cumulative amounts after an entry. `balance` is allocated less disbursed less recovered before disbursement."""

    awarded: Money = ZERO
    allocated: Money = ZERO
    disbursed: Money = ZERO
    spent: Money = ZERO
    accepted: Money = ZERO
    recovered: Money = ZERO
    balance: Money = ZERO

    def after(self, start: Stage, end: Stage, amount: Money) -> Running:
        """What stands after `amount` moved from `start` to `end`; a negative amount is a reversal's."""
        moved = {end.value: getattr(self, end.value) + amount}
        if end is Stage.ALLOCATED:
            moved["balance"] = self.balance + amount
        elif start is Stage.ALLOCATED:
            moved["balance"] = self.balance - amount
        return replace(self, **moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One entry with its document. A reversal or a reduction shows the stages that it undoes and a negative amount."""

    entry_id: int
    business_date: date
    recorded_at: datetime
    document_id: int
    document_kind: DocumentKind
    number: str
    document_no: str | None
    voucher_no: str | None
    project_code: str | None
    project_name: str
    payee_name: str | None
    from_stage: Stage
    to_stage: Stage
    amount: Money
    reverses_document_id: int | None
    made_by_name: str
    checked_by_name: str
    note: str
    reason: str | None
    running: Running


@dataclass(frozen=True, slots=True)
class PilotStatement:
    """The pilot's entries by business date, then by their making; `closing` is what stands after the last."""

    pilot_id: int
    uscc: str
    name: str
    as_of: date | None
    known_at: datetime | None
    lines: tuple[StatementLine, ...]
    closing: Running


@dataclass(frozen=True, slots=True)
class Statement:
    """A pilot's entries up to the business date `as_of`, as the ledger knew them at `known_at`.

    Raises:
        NotFound: the pilot is unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    pilot_id: int
    as_of: date | None = None
    known_at: datetime | None = None

    def run(self, desk: Desk) -> PilotStatement:
        pilot = load_pilot(desk, self.pilot_id)
        rows = desk.rows(
            _ENTRIES,
            pilot_id=pilot.id,
            as_of=self.as_of or date.max,
            known_at=self.known_at or _END_OF_TIME,
        )
        running, lines = Running(), []
        for row in rows:
            values = dict(row._mapping)
            start, end = Stage(values["from_stage"]), Stage(values["to_stage"])
            if values.pop("reverses_id") is not None or end is Stage.FUND_LINE:
                start, end = end, start
                values["amount"] = ZERO - values["amount"]
            running = running.after(start, end, values["amount"])
            values |= {"from_stage": start, "to_stage": end, "document_kind": DocumentKind(row.document_kind)}
            lines.append(StatementLine(**values, running=running))
        return PilotStatement(pilot.id, pilot.uscc, pilot.name, self.as_of, self.known_at, tuple(lines), running)
