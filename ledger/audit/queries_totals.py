"""Totals and positions: what was awarded, allocated, disbursed, spent, accepted and recovered, now or at a date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from ledger.audit.queries_reach import reaches_all
from ledger.audit.queries_totals_sql import AT_DATE, POSITION_OF_PILOT, POSITION_OF_USCC, POSITIONS, TENANT_SUMS
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission
from ledger.domain.errors import NotFound
from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant

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
        at_date = self.as_of is not None
        rows = _tenant_lines(desk, _pilot_lines(desk, self.as_of, None), None) if at_date else _tenants_now(desk)
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
        found = tuple(_position(row, names) for row in POSITION_OF_USCC.rows(desk, uscc=self.uscc))
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
        row = desk.first(POSITION_OF_PILOT, pilot_id=self.pilot_id)
        if row is None:
            raise NotFound(field="pilot_id")
        return _position(row, {row.tenant_code: row.tenant_name})


def _tenants_now(desk: Desk) -> tuple[TenantLine, ...]:
    """From the positions, added up by the database: pilots that wait for their check have no money."""
    found = {row.tenant_code: row for row in TENANT_SUMS.rows(desk)}
    return tuple(
        line if (row := found.get(line.code)) is None else replace(line, pilots=int(row.pilots), sums=_sums(row))
        for line in _tenant_lines(desk, (), None)
    )


def _pilot_lines(desk: Desk, as_of: date | None, of_tenant: str | None) -> tuple[PilotLine, ...]:
    rows = POSITIONS.rows(desk, of_tenant) if as_of is None else AT_DATE.rows(desk, of_tenant, as_of=as_of)
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
