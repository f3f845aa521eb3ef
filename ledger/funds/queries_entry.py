"""Questions of those who enter and check: a disbursement before it is sent, a document's story, what waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.funds import check_disbursement, check_not_before_allocation, check_payee
from ledger.domain.money import Money
from ledger.funds import store_positions
from ledger.funds.queries import ListOpenAllocations
from ledger.funds.store_positions import AllocationContext
from ledger.funds.store_vouchers import check_voucher
from ledger.funds.store_waiting import waiting_for_asker, waits_for
from ledger.pilots.store import check_holds
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant

_STORY = Constant(
    "SELECT seq, hash, payload, recorded_at, kind, actor_name, total FROM journal_entry"
    " WHERE tenant_code = :tenant_code AND subject_type = :subject_type AND subject_id = :subject_id"
    " ORDER BY seq DESC LIMIT 50"
)
_SINCE = Constant(
    "SELECT d.number, d.kind, d.status, d.amount, d.made_at FROM document d WHERE d.tenant_code = :tenant_code"
    " AND d.allocation_id = :allocation_id AND d.id <> :id AND d.kind IN ('disbursement', 'recovery', 'reversal')"
    " AND d.status <> 'draft' AND (d.made_at > :since_at OR d.checked_at > :since_at) ORDER BY d.id LIMIT 20"
)
_DESIGNATIONS = (
    "SELECT p.id, p.tenant_code, t.name AS tenant_name, p.name, p.made_by, p.made_by_name, p.made_at FROM pilot p"
    " JOIN tenant t ON t.code = p.tenant_code WHERE p.status = 'waiting'"
)
_WAITING_PILOTS = Constant(f"{_DESIGNATIONS} AND p.tenant_code = :tenant_code ORDER BY p.made_at, p.id LIMIT 2000")
_WAITING_PILOTS_ACROSS = Constant(f"{_DESIGNATIONS} ORDER BY p.made_at, p.id LIMIT 2000", across=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAllocation(ListOpenAllocations):
    """The allocations that one who records disbursements may choose from."""

    permission: ClassVar[Permission] = Permission.DISBURSEMENT_RECORD


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rules say of a disbursement that is not sent yet; each refusal names its field."""

    context: AllocationContext
    problems: tuple[LedgerError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDisbursement:
    """Every rule on what is entered so far, without a lock: advice, since sending it checks again.

    Raises:
        NotFound: the allocation is unknown, not posted, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.DISBURSEMENT_RECORD
    tenant_code: str
    allocation_id: int
    amount: Money | None = None
    paid_on: date | None = None
    voucher_no: str = ""
    payee_name: str = ""
    except_id: int = 0

    def run(self, desk: Desk) -> Preview:
        context = store_positions.allocation(desk, self.allocation_id, lock=False)
        return Preview(
            context,
            tuple(refusal for check in self._checks(desk, context) if (refusal := _refusal(check)) is not None),
        )

    def _checks(self, desk: Desk, context: AllocationContext) -> Sequence[Callable[[], None]]:
        act = DocumentKind.DISBURSEMENT
        checks: list[Callable[[], None]] = [lambda: check_holds(desk, context.uscc, act)]
        if context.project_held:
            checks.append(lambda: check_project_holds(desk, context.pilot_id, [context.project_id], act))
        if (amount := self.amount) is not None:
            checks.append(lambda: check_disbursement(context.position, amount))
        if (paid_on := self.paid_on) is not None:
            checks.append(lambda: check_not_future(paid_on, desk.today, "paid_on"))
            checks.append(lambda: check_not_before_allocation(paid_on, context.allocated_on))
            if self.voucher_no:
                checks.append(lambda: check_voucher(desk, self.voucher_no, paid_on, self.except_id))
        if self.payee_name:
            checks.append(lambda: check_payee(self.payee_name, context.owner_name))
        return checks


def _refusal(check: Callable[[], None]) -> LedgerError | None:
    try:
        check()
    except LedgerError as refusal:
        return refusal
    return None


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One act on a document; `before` and `after` hold the plain fields that it changed."""

    seq: int
    short_hash: str
    recorded_at: datetime
    kind: str
    actor_name: str
    amount: Money | None
    return_reason: str | None
    file_name: str | None
    """The file that was attached or retired."""
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """Another document of the same allocation that moved after this one was made."""

    number: str
    kind: str
    status: str
    amount: Money
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """A document's acts, the newest first, and what moved beside it since it was made."""

    events: tuple[StoryEvent, ...]
    since: tuple[Since, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStory:
    """What happened to one document; the caller has read the document itself before."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    kind: DocumentKind
    document_id: int
    allocation_id: int | None
    made_at: datetime

    def run(self, desk: Desk) -> Story:
        rows = desk.rows(_STORY, subject_type=self.kind.value, subject_id=str(self.document_id))
        since: Sequence[Any] = ()
        if self.allocation_id is not None:
            since = desk.rows(_SINCE, allocation_id=self.allocation_id, id=self.document_id, since_at=self.made_at)
        return Story(tuple(_event(row) for row in rows), tuple(Since(**row._mapping) for row in since))


def _event(row: Any) -> StoryEvent:
    payload = json.loads(row.payload)
    before, after = payload["before"], payload["after"]
    changed = {name for name in {*before, *after} if before and before.get(name) != after.get(name)}
    return StoryEvent(
        row.seq,
        row.hash[:8],
        row.recorded_at,
        row.kind,
        row.actor_name,
        row.total,
        after.get("return_reason"),
        after.get("file") if row.kind in ("file_attached", "file_retired") else None,
        {name: before[name] for name in changed if name in before},
        {name: after[name] for name in changed if name in after},
    )


def may_wait(actor: Actor) -> bool:
    """Whether anything can wait for the actor at all: for who settles nothing there is no number to show."""
    return waits_for(actor)


@dataclass(frozen=True, slots=True)
class WaitingDesignation:
    """A designation that waits for its second person."""

    id: int
    tenant_code: str
    tenant_name: str
    name: str
    made_by: int
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ListWaitingDesignations:
    """Designations that wait, the oldest first: every tenant's for the province, their own for others."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> list[WaitingDesignation]:
        rows = desk.rows(_WAITING_PILOTS_ACROSS if desk.actor.is_province else _WAITING_PILOTS)
        return [WaitingDesignation(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class CountWork:
    """How many documents and designations wait for the asker's check."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> int:
        return waiting_for_asker(desk)
