"""Questions of those who record what follows a disbursement: what may be spent, accepted and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import BeforeAllocation, LedgerError, NotFound
from ledger.domain.funds import (
    AllocationPosition,
    check_acceptance,
    check_expenditure,
    check_recovery_disbursed,
    check_recovery_undisbursed,
)
from ledger.domain.money import ZERO, Money
from ledger.funds import store, store_positions
from ledger.funds.queries_award import check_policy, refused
from ledger.funds.store import StoredDocument
from ledger.funds.store_positions import AllocationContext
from ledger.pilots.store import StoredPilot, load_pilot
from ledger.tenancy import Constant

_PROJECTS = Constant(
    "SELECT j.id AS project_id, j.code, j.name, sum(q.spent) AS spent, sum(q.accepted) AS accepted,"
    " (SELECT sum(w.amount) FROM document w WHERE w.tenant_code = :tenant_code AND w.kind = 'acceptance'"
    " AND w.status = 'waiting' AND w.project_id = j.id) AS waiting"
    " FROM project j JOIN document d ON d.tenant_code = j.tenant_code AND d.project_id = j.id"
    " AND d.kind = 'allocation' AND d.status = 'posted'"
    " JOIN allocation_position q ON q.tenant_code = d.tenant_code AND q.allocation_id = d.id"
    " WHERE j.tenant_code = :tenant_code AND j.pilot_id = :pilot_id GROUP BY j.id, j.code, j.name ORDER BY j.id"
)


@dataclass(frozen=True, slots=True)
class SpendingStanding:
    """Money that is out or could go out, and what the rules say of what was entered of it.

    `disbursement` is None where the money was never paid out. `waiting` are expenditures and
    recoveries under check; `available` is what may still be entered.
    """

    context: AllocationContext
    disbursement: StoredDocument | None
    waiting: Money
    available: Money
    problems: tuple[LedgerError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExpenditureStanding:
    """Every rule on an expenditure that is not sent yet, without a lock: advice.

    Raises:
        NotFound: the disbursement is unknown, another tenant's, or not posted.
    """

    permission: ClassVar[Permission] = Permission.EXPENDITURE_RECORD
    tenant_code: str
    disbursement_id: int
    amount: Money | None = None
    spent_on: date | None = None

    def run(self, desk: Desk) -> SpendingStanding:
        return _of_disbursement(
            desk, self.disbursement_id, self.amount, self.spent_on, day_field="spent_on", rule=check_expenditure
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRecoveryStanding:
    """Every rule on a recovery that is not sent yet, of an allocation or of a disbursement: advice. RX.5.

    Raises:
        NotFound: what it is of is unknown, another tenant's, or not posted.
    """

    permission: ClassVar[Permission] = Permission.RECOVERY_RECORD
    tenant_code: str
    allocation_id: int | None = None
    disbursement_id: int | None = None
    amount: Money | None = None
    recovered_on: date | None = None

    def run(self, desk: Desk) -> SpendingStanding:
        if self.disbursement_id is not None:
            return _of_disbursement(
                desk,
                self.disbursement_id,
                self.amount,
                self.recovered_on,
                day_field="recovered_on",
                rule=check_recovery_disbursed,
            )
        context = store_positions.allocation(desk, self.allocation_id or 0, lock=False)
        waiting = store_positions.waiting_amount(desk, DocumentKind.RECOVERY, context.allocation_id)
        checks: list[Callable[[], None]] = []
        if (amount := self.amount) is not None:
            checks.append(lambda: check_recovery_undisbursed(context.position, amount + waiting))
        if (day := self.recovered_on) is not None:
            checks.append(lambda: check_not_future(day, desk.today, "recovered_on"))
            checks.append(lambda: _check_not_before_allocation(day, context.allocated_on))
        return SpendingStanding(context, None, waiting, context.position.available - waiting, refused(checks))


Rule = Callable[[Money, Money, AllocationPosition], None]


def _of_disbursement(
    desk: Desk, disbursement_id: int, amount: Money | None, day: date | None, *, day_field: str, rule: Rule
) -> SpendingStanding:
    paid = store.load_document(desk, disbursement_id)
    if paid.kind is not DocumentKind.DISBURSEMENT or paid.status is not Status.POSTED:
        raise NotFound(field="disbursement_id")
    context = store_positions.allocation(desk, paid.allocation_id or 0, lock=False)
    waiting = store_positions.waiting_amount(desk, DocumentKind.EXPENDITURE, paid.id)
    waiting += store_positions.waiting_amount(desk, DocumentKind.RECOVERY, paid.id)
    unspent = paid.amount - paid.spent - paid.recovered - waiting
    checks: list[Callable[[], None]] = []
    if amount is not None:
        checks.append(lambda: rule(amount, unspent, context.position))
    if day is not None:
        checks.append(lambda: check_not_future(day, desk.today, day_field))
        checks.append(lambda: _check_not_before_payment(day, paid.business_date, day_field))
    return SpendingStanding(context, paid, waiting, min(unspent, context.position.unspent), refused(checks))


def _check_not_before_payment(day: date, paid_on: date, field: str) -> None:
    if day < paid_on:
        raise BeforeAllocation("日期不能早于拨付日期 {day}。请核对凭证日期。", day=paid_on.isoformat(), field=field)


def _check_not_before_allocation(day: date, allocated_on: date) -> None:
    if day < allocated_on:
        raise BeforeAllocation(
            "收回日期不能早于指标下达日期 {day}。请核对。", day=allocated_on.isoformat(), field="recovered_on"
        )


@dataclass(frozen=True, slots=True)
class SpentProject:
    """A project that was given money, with what it spent of it; `waiting` are acceptances under check."""

    project_id: int
    code: str
    """The project's code, or its name where it has none."""
    name: str
    spent: Money
    accepted: Money
    waiting: Money

    @property
    def available(self) -> Money:
        """What may still be accepted."""
        return self.spent - self.accepted - self.waiting


@dataclass(frozen=True, slots=True)
class AcceptanceStanding:
    """A pilot's projects with money, and what the rules say of what was entered for one of them."""

    pilot: StoredPilot
    projects: Sequence[SpentProject]
    chosen: SpentProject | None
    problems: tuple[LedgerError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAcceptanceStanding:
    """Every rule on an acceptance that is not sent yet, without a lock: advice. R11.3.

    Raises:
        NotFound: the pilot is unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.ACCEPTANCE_RECORD
    tenant_code: str
    pilot_id: int
    project_id: int = 0
    amount: Money | None = None
    accepted_on: date | None = None

    def run(self, desk: Desk) -> AcceptanceStanding:
        pilot = load_pilot(desk, self.pilot_id)
        projects = [
            SpentProject(row.project_id, row.code or row.name, row.name, row.spent, row.accepted, row.waiting or ZERO)
            for row in desk.rows(_PROJECTS, pilot_id=pilot.id)
        ]
        chosen = next((one for one in projects if one.project_id == self.project_id), None)
        checks: list[Callable[[], None]] = []
        if (amount := self.amount) is not None and chosen is not None:
            checks.append(lambda: check_acceptance(chosen.available, amount))
        if (day := self.accepted_on) is not None:
            checks.append(lambda: check_not_future(day, desk.today, "accepted_on"))
            checks.append(lambda: check_policy(desk, day, "accepted_on"))
        return AcceptanceStanding(pilot, projects, chosen, refused(checks))
