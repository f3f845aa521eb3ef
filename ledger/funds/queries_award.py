"""Questions of those who award and allocate: a pilot's right and room, and the lines of an award."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import BeforeAllocation, LedgerError, NotFound
from ledger.domain.funds import (
    FundLinePosition,
    LinePosition,
    check_allocation,
    check_award_lines,
    check_fund_line,
    check_region_split,
)
from ledger.domain.money import ZERO, Money, total
from ledger.domain.pilots import check_may_be_awarded
from ledger.funds.store_rights import check_right
from ledger.pilots.store import StoredPilot, StoredProject, check_holds, load_pilot, load_projects, policy_in_force
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant

_EARLIER = Constant(
    "SELECT d.id, d.number, d.document_no, d.amount, d.business_date, d.status FROM document d"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " WHERE d.tenant_code = :tenant_code AND p.uscc = :uscc AND d.kind = 'award'"
    " AND d.status IN ('waiting', 'posted') ORDER BY d.id DESC LIMIT 1"
)
_FUND_LINE = Constant("SELECT total, awarded FROM fund_line WHERE fiscal_year = :fiscal_year", province_wide=True)
_AWARD_LINES = Constant(
    "SELECT l.id AS line_id, l.award_id, l.project_id, j.code AS project_code, j.name AS project_name, d.pilot_id,"
    " p.name AS pilot_name, d.number, d.document_no, d.business_date, q.awarded, q.allocated,"
    " (SELECT sum(w.amount) FROM document w WHERE w.tenant_code = l.tenant_code AND w.line_id = l.id"
    " AND w.kind = 'allocation' AND w.status = 'waiting') AS waiting"
    " FROM award_line l JOIN document d ON d.tenant_code = l.tenant_code AND d.id = l.award_id"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN project j ON j.tenant_code = l.tenant_code AND j.id = l.project_id"
    " JOIN line_position q ON q.tenant_code = l.tenant_code AND q.line_id = l.id"
    " WHERE l.tenant_code = :tenant_code AND d.status = 'posted' AND (:award_id = 0 OR d.id = :award_id)"
    " AND (:pilot_id = 0 OR d.pilot_id = :pilot_id) ORDER BY l.award_id, l.id"
)


def refused(checks: Iterable[Callable[[], None]]) -> tuple[LedgerError, ...]:
    """What the checks refuse, each for itself, in their order."""
    found = []
    for check in checks:
        try:
            check()
        except LedgerError as refusal:
            found.append(refusal)
    return tuple(found)


def check_policy(desk: Desk, on: date, field: str) -> None:
    """Refuse a date before the first policy version, beside the `field` that holds it.

    Raises:
        NotFound: none was in force yet.
    """
    try:
        policy_in_force(desk, on)
    except NotFound as refusal:
        refusal.field = field
        raise


@dataclass(frozen=True, slots=True)
class EarlierAward:
    """The award of this tenant that used a subject's one-time right; it may still wait for its check."""

    id: int
    number: str
    document_no: str
    amount: Money
    decided_on: date
    status: str


@dataclass(frozen=True, slots=True)
class AwardStanding:
    """Whether a pilot may be awarded, and how much; `barred` is what stands in the way of any amount.

    `problems` are what the rules say of the amounts, the year and the date that were entered.
    """

    pilot: StoredPilot
    projects: Sequence[StoredProject]
    may_split: bool
    cap: Money
    not_pilot: LedgerError | None
    used: LedgerError | None
    earlier: EarlierAward | None
    held: LedgerError | None
    fund_line: FundLinePosition | None
    problems: tuple[LedgerError, ...]

    @property
    def barred(self) -> tuple[LedgerError, ...]:
        return tuple(one for one in (self.not_pilot, self.used, self.held) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAwardStanding:
    """Every rule on an award that is not sent yet, without a lock: advice. R8.1-R8.6.

    `lines` are pairs of a project's code (its name where it has none) and an amount.

    Raises:
        NotFound: the pilot is unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.AWARD_RECORD
    tenant_code: str
    pilot_id: int
    fiscal_year: int = 0
    decided_on: date | None = None
    lines: tuple[tuple[str, Money], ...] = ()

    def run(self, desk: Desk) -> AwardStanding:
        pilot = load_pilot(desk, self.pilot_id)
        policy_on = min(self.decided_on or desk.today, desk.today)
        too_early = refused([lambda: check_policy(desk, policy_on, "decided_on")])
        policy = policy_in_force(desk, desk.today if too_early else policy_on)
        cap, may_split = policy.cap_of(pilot.kind), policy.switches.region_split
        row = desk.first(_FUND_LINE, fiscal_year=self.fiscal_year)
        line = None if row is None else FundLinePosition(total=row.total, awarded=row.awarded)
        amounts = [amount for _code, amount in self.lines]
        projects = load_projects(desk, pilot.id)
        asked = {code for code, _amount in self.lines}
        ids = [one.id for one in projects if (one.code or one.name) in asked]
        checks: list[Callable[[], None]] = []
        if (decided_on := self.decided_on) is not None:
            checks.append(lambda: check_not_future(decided_on, desk.today, "decided_on"))
        if amounts:
            checks.append(lambda: check_region_split(pilot.kind, [code for code, _amount in self.lines], may_split))
            checks.append(lambda: check_award_lines(pilot.kind, cap, amounts))
            checks.append(lambda: check_project_holds(desk, pilot.id, ids, DocumentKind.AWARD))
        if amounts and line is not None:
            checks.append(lambda: check_fund_line(line, total(amounts)))
        return AwardStanding(
            pilot,
            projects,
            may_split,
            cap,
            next(iter(refused([lambda: check_may_be_awarded(pilot.status, pilot.name)])), None),
            next(iter(refused([lambda: self._check_right(desk, pilot)])), None),
            self._earlier(desk, pilot),
            next(iter(refused([lambda: check_holds(desk, pilot.uscc, DocumentKind.AWARD)])), None),
            line,
            too_early + refused(checks),
        )

    @staticmethod
    def _check_right(desk: Desk, pilot: StoredPilot) -> None:
        check_right(desk, pilot.uscc)

    @staticmethod
    def _earlier(desk: Desk, pilot: StoredPilot) -> EarlierAward | None:
        row = desk.first(_EARLIER, uscc=pilot.uscc)
        return None if row is None else EarlierAward(*tuple(row))


@dataclass(frozen=True, slots=True)
class AwardLine:
    """A project's line of a posted award, with what was passed down of it."""

    line_id: int
    award_id: int
    code: str
    """The project's code, or its name where it has none."""
    project_id: int
    project_name: str
    pilot_id: int
    pilot_name: str
    award_number: str
    award_document_no: str
    decided_on: date
    position: LinePosition


@dataclass(frozen=True, slots=True)
class AllocationStanding:
    """The lines that may be allocated, and what the rules say of what was entered for one of them."""

    lines: Sequence[AwardLine]
    chosen: AwardLine | None
    problems: tuple[LedgerError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAllocationStanding:
    """The posted lines of an award (or of a pilot's awards) and every rule on an allocation not sent yet: advice.

    Raises:
        NotFound: the pilot is unknown or another tenant's; the award too, or not posted.
    """

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    tenant_code: str
    award_id: int = 0
    pilot_id: int = 0
    line_id: int = 0
    amount: Money | None = None
    allocated_on: date | None = None

    def run(self, desk: Desk) -> AllocationStanding:
        rows = desk.rows(_AWARD_LINES, award_id=self.award_id, pilot_id=self.pilot_id)
        if self.award_id and not rows:
            raise NotFound(field="award_id")
        if not rows:
            load_pilot(desk, self.pilot_id)
        lines = [
            AwardLine(
                row.line_id,
                row.award_id,
                row.project_code or row.project_name,
                row.project_id,
                row.project_name,
                row.pilot_id,
                row.pilot_name,
                row.number,
                row.document_no,
                row.business_date,
                LinePosition(awarded=row.awarded, allocated=row.allocated, waiting=row.waiting or ZERO),
            )
            for row in rows
        ]
        chosen = next((one for one in lines if one.line_id == self.line_id), None)
        return AllocationStanding(lines, chosen, () if chosen is None else refused(self._checks(desk, chosen)))

    def _checks(self, desk: Desk, line: AwardLine) -> list[Callable[[], None]]:
        pilot = load_pilot(desk, line.pilot_id)
        checks: list[Callable[[], None]] = [
            lambda: check_may_be_awarded(pilot.status, pilot.name),
            lambda: check_holds(desk, pilot.uscc, DocumentKind.ALLOCATION),
            lambda: check_project_holds(desk, pilot.id, [line.project_id], DocumentKind.ALLOCATION),
        ]
        if (amount := self.amount) is not None:
            checks.append(lambda: check_allocation(line.position, amount))
        if (allocated_on := self.allocated_on) is not None:
            checks.append(lambda: check_not_future(allocated_on, desk.today, "allocated_on"))
            checks.append(lambda: _check_not_before_award(allocated_on, line.decided_on))
        return checks


def _check_not_before_award(allocated_on: date, decided_on: date) -> None:
    if allocated_on < decided_on:
        raise BeforeAllocation(
            "下达日期不能早于核定日期 {day}。请核对指标文件。", day=decided_on.isoformat(), field="allocated_on"
        )
