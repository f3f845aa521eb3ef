"""Totals and positions: what was awarded, allocated, disbursed, spent, accepted and recovered, now or at a date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from ledger.audit.queries_reach import Reaching, reaches_all
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission
from ledger.domain.errors import NotFound
from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant


def _net(start: str, end: str) -> str:
    """SQL of what moved from one stage to the next, less what a reversal moved back."""
    return (
        f"coalesce(sum(CASE WHEN from_stage = '{start}' AND to_stage = '{end}' THEN amount"
        f" WHEN from_stage = '{end}' AND to_stage = '{start}' THEN -amount END), 0)"
    )


_PILOT = "SELECT p.tenant_code, p.id AS pilot_id, p.uscc, p.name, p.status, "
_NOW = (
    f"{_PILOT} q.cap, q.awarded, coalesce(a.allocated, 0) AS allocated, coalesce(a.waiting, 0) AS waiting,"
    " coalesce(a.disbursed, 0) AS disbursed, coalesce(a.spent, 0) AS spent, coalesce(a.accepted, 0) AS accepted,"
    " coalesce(a.recovered, 0) AS recovered, coalesce(a.available, 0) AS available"
    " FROM pilot p JOIN pilot_position q ON q.tenant_code = p.tenant_code AND q.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(allocated) AS allocated, sum(waiting) AS waiting,"
    " sum(disbursed) AS disbursed, sum(spent) AS spent, sum(accepted) AS accepted,"
    " sum(recovered_undisbursed + recovered_disbursed) AS recovered,"
    " sum(allocated - waiting - disbursed - recovered_undisbursed) AS available"
    " FROM allocation_position WHERE tenant_code {reach} GROUP BY tenant_code, pilot_id) a"
    " ON a.tenant_code = p.tenant_code AND a.pilot_id = p.id WHERE p.tenant_code {reach}"
)
_POSITIONS = Reaching(f"{_NOW} ORDER BY p.tenant_code, p.id")
_POSITION_OF_USCC = Reaching(f"{_NOW} AND p.uscc = :uscc ORDER BY p.tenant_code, p.id")
_POSITION_OF_PILOT = Constant(f"{_NOW} AND p.id = :pilot_id".format(reach="= :tenant_code"))
_AT_DATE = Reaching(
    f"{_PILOT} coalesce(e.awarded, 0) AS awarded, coalesce(e.allocated, 0) AS allocated,"
    " coalesce(w.waiting, 0) AS waiting, coalesce(e.disbursed, 0) AS disbursed, coalesce(e.spent, 0) AS spent,"
    " coalesce(e.accepted, 0) AS accepted, coalesce(e.recovered, 0) AS recovered FROM pilot p"
    f" LEFT JOIN (SELECT tenant_code, pilot_id, {_net('fund_line', 'awarded')} AS awarded,"
    f" {_net('awarded', 'allocated')} AS allocated, {_net('allocated', 'disbursed')} AS disbursed,"
    f" {_net('disbursed', 'spent')} AS spent, {_net('spent', 'accepted')} AS accepted,"
    f" {_net('allocated', 'recovered')} + {_net('disbursed', 'recovered')} AS recovered"
    " FROM entry WHERE tenant_code {reach} AND business_date <= :as_of GROUP BY tenant_code, pilot_id) e"
    " ON e.tenant_code = p.tenant_code AND e.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(amount) AS waiting FROM document WHERE tenant_code {reach}"
    " AND kind = 'disbursement' AND status = 'waiting' AND business_date <= :as_of GROUP BY tenant_code, pilot_id) w"
    " ON w.tenant_code = p.tenant_code AND w.pilot_id = p.id"
    " WHERE p.tenant_code {reach} ORDER BY p.tenant_code, p.id"
)
_TENANTS = Constant("SELECT code, name FROM tenant ORDER BY position, code", province_wide=True)


@dataclass(frozen=True, slots=True)
class Sums:
    """Cumulative amounts; `waiting` are disbursements under check, `recovered` is from before and after payment."""

    awarded: Money = ZERO
    allocated: Money = ZERO
    waiting: Money = ZERO
    disbursed: Money = ZERO
    spent: Money = ZERO
    accepted: Money = ZERO
    recovered: Money = ZERO

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in SUM_NAMES))


SUM_NAMES = tuple(Sums.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _WithSums:
    """Lets a table's row be read as `row.awarded` and on."""

    sums: Sums

    @property
    def awarded(self) -> Money:
        return self.sums.awarded

    @property
    def allocated(self) -> Money:
        return self.sums.allocated

    @property
    def waiting(self) -> Money:
        return self.sums.waiting

    @property
    def disbursed(self) -> Money:
        return self.sums.disbursed

    @property
    def spent(self) -> Money:
        return self.sums.spent

    @property
    def accepted(self) -> Money:
        return self.sums.accepted

    @property
    def recovered(self) -> Money:
        return self.sums.recovered


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLine(_WithSums):
    """A tenant's sums and how many pilots it has; the shares are for showing, None where nothing is to share."""

    code: str
    name: str
    pilots: int = 0

    @property
    def allocated_share(self) -> float | None:
        """分配率: allocated of awarded."""
        return self.allocated.fen / self.awarded.fen if self.awarded else None

    @property
    def disbursed_share(self) -> float | None:
        """拨付率: disbursed of allocated."""
        return self.disbursed.fen / self.allocated.fen if self.allocated else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotLine(_WithSums):
    """A pilot's sums."""

    tenant_code: str
    pilot_id: int
    uscc: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(PilotLine):
    """A pilot's money now. `available` is what its allocations leave to disburse."""

    tenant_name: str
    cap: Money
    available: Money


@dataclass(frozen=True, slots=True)
class TotalsBook:
    """Tenants in division order, pilots in order of designation within a tenant; `as_of` None is now."""

    as_of: date | None
    tenants: tuple[TenantLine, ...]
    pilots: tuple[PilotLine, ...]


@dataclass(frozen=True, slots=True)
class ProvinceTable:
    """A row a tenant in division order, and the line that adds them up."""

    as_of: date | None
    read_at: datetime
    rows: tuple[TenantLine, ...]
    figures: TenantLine


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of tenants and pilots. Without `as_of` from the positions; with it from entries up to that business date.

    The province's people see every tenant, or the one named; others their own.

    Raises:
        NotFound: `of_tenant` is unknown or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    as_of: date | None = None
    of_tenant: str | None = None

    def run(self, desk: Desk) -> TotalsBook:
        pilots = _pilot_lines(desk, self.as_of, self.of_tenant)
        return TotalsBook(self.as_of, _tenant_lines(desk, pilots, self.of_tenant), pilots)


@dataclass(frozen=True, slots=True)
class TenantTotals:
    """The province's table: pilots, sums and rates of each tenant, and the total line."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    as_of: date | None = None

    def run(self, desk: Desk) -> ProvinceTable:
        rows = _tenant_lines(desk, _pilot_lines(desk, self.as_of, None), None)
        figures = TenantLine(
            code="", name="", pilots=sum(row.pilots for row in rows), sums=sum((row.sums for row in rows), Sums())
        )
        return ProvinceTable(self.as_of, desk.now, rows, figures)


@dataclass(frozen=True, slots=True)
class PositionOf:
    """The positions of a credit code, one a tenant in which it is designated.

    Raises:
        NotFound: no pilot that the asker may see.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    uscc: str

    def run(self, desk: Desk) -> tuple[Position, ...]:
        names = _tenant_names(desk)
        found = tuple(_position(row, names) for row in _POSITION_OF_USCC.rows(desk, uscc=self.uscc))
        if not found:
            raise NotFound(field="uscc")
        return found


@dataclass(frozen=True, slots=True)
class PilotPositionOf:
    """One pilot's position.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    pilot_id: int

    def run(self, desk: Desk) -> Position:
        row = desk.first(_POSITION_OF_PILOT, pilot_id=self.pilot_id)
        if row is None:
            raise NotFound(field="pilot_id")
        return _position(row, _tenant_names(desk))


def _pilot_lines(desk: Desk, as_of: date | None, of_tenant: str | None) -> tuple[PilotLine, ...]:
    rows = _POSITIONS.rows(desk, of_tenant) if as_of is None else _AT_DATE.rows(desk, of_tenant, as_of=as_of)
    return tuple(
        PilotLine(**_identity(row), sums=_sums(row)) for row in rows if row.status not in ("waiting", "returned")
    )


def _tenant_lines(desk: Desk, pilots: tuple[PilotLine, ...], of_tenant: str | None) -> tuple[TenantLine, ...]:
    wanted = of_tenant or (None if reaches_all(desk) else desk.tenant_code)
    lines = {
        code: TenantLine(code=code, name=name, sums=Sums())
        for code, name in _tenant_names(desk).items()
        if code == wanted or (wanted is None and code != PROVINCE)
    }
    if not lines:
        raise NotFound()
    for pilot in pilots:
        line = lines[pilot.tenant_code]
        lines[line.code] = replace(line, pilots=line.pilots + 1, sums=line.sums + pilot.sums)
    return tuple(lines.values())


def _tenant_names(desk: Desk) -> dict[str, str]:
    return {row.code: row.name for row in desk.rows(_TENANTS)}


def _identity(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tenant_code", "pilot_id", "uscc", "name")}


def _sums(row: Any) -> Sums:
    return Sums(*(getattr(row, name) for name in SUM_NAMES))


def _position(row: Any, names: dict[str, str]) -> Position:
    return Position(
        **_identity(row),
        tenant_name=names[row.tenant_code],
        cap=row.cap,
        available=row.available,
        sums=_sums(row),
    )
