"""What sending an entry would be answered, asked before it is sent: the command's own rules, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from ledger.desk import Desk
from ledger.domain.access import Permission, check_permission
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant

_LATEST = Constant(
    "SELECT number, amount, made_by_name, made_at FROM document WHERE tenant_code = :tenant_code AND kind = :kind"
    " AND status IN ('waiting', 'posted') AND (:line_id = 0 OR line_id = :line_id)"
    " AND (:project_id = 0 OR project_id = :project_id) AND (:allocation_id = 0 OR allocation_id = :allocation_id)"
    " AND (:disbursement_id = 0 OR disbursement_id = :disbursement_id) ORDER BY id DESC LIMIT 1"
)
_TAKEN = Constant(
    "SELECT sum(CASE WHEN d.kind = 'disbursement' AND d.status IN ('waiting', 'posted', 'reversed')"
    " AND d.made_at > :since_at THEN d.amount"
    " WHEN d.kind = 'disbursement' AND d.status = 'returned' AND d.made_at <= :since_at THEN -d.amount"
    " WHEN d.kind = 'recovery' AND d.disbursement_id IS NULL AND d.status IN ('posted', 'reversed')"
    " AND d.checked_at > :since_at THEN d.amount"
    " WHEN d.kind = 'reversal' AND d.status = 'posted' AND d.checked_at > :since_at AND (o.kind = 'disbursement'"
    " OR (o.kind = 'recovery' AND o.disbursement_id IS NULL)) THEN -d.amount ELSE 0 END) AS total"
    " FROM document d LEFT JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id"
    " WHERE d.tenant_code = :tenant_code AND d.allocation_id = :allocation_id AND d.id <> :except_id"
    " AND (d.made_at > :since_at OR d.checked_at > :since_at)"
)


class Planned(Protocol):
    """A command whose rules can be asked alone."""

    @property
    def permission(self) -> Permission: ...

    @property
    def tenant_code(self) -> str: ...

    def plan(self, desk: Desk) -> object: ...


@dataclass(frozen=True, slots=True)
class TryEntry:
    """The first rule that refuses an entry, or None: advice, since sending it checks again under the locks."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    entered: Planned

    @property
    def tenant_code(self) -> str:
        return self.entered.tenant_code

    def run(self, desk: Desk) -> LedgerError | None:
        check_permission(desk.actor, self.entered.permission)
        try:
            self.entered.plan(desk)
        except LedgerError as refusal:
            return refusal
        return None


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest document that took of a room."""

    number: str
    amount: Money
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestOf:
    """The newest document of a kind, waiting or posted, that rests on the same thing; None without any."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    kind: DocumentKind
    line_id: int = 0
    project_id: int = 0
    allocation_id: int = 0
    disbursement_id: int = 0

    def run(self, desk: Desk) -> Latest | None:
        ids = {name: getattr(self, name) for name in ("line_id", "project_id", "allocation_id", "disbursement_id")}
        row = desk.first(_LATEST, kind=self.kind.value, **ids)
        return None if row is None else Latest(**row._mapping)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTaken:
    """What others took of an allocation's room since an instant, less what they gave back; may be negative."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    allocation_id: int
    except_id: int
    since_at: datetime

    def run(self, desk: Desk) -> Money:
        row = desk.first(_TAKEN, allocation_id=self.allocation_id, except_id=self.except_id, since_at=self.since_at)
        return (row.total if row else None) or ZERO
