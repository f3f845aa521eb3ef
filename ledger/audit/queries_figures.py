"""The province in figures, narrowed: by kind, batch and direction of the pilots, and by business date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ledger.audit.queries_reach import Reaching
from ledger.audit.queries_totals import SUM_NAMES, ProvinceTable, Sums, TenantLine
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission
from ledger.domain.money import ZERO
from ledger.tenancy import Constant

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def _net(start: str, end: str) -> str:
    return (
        f"sum(CASE WHEN from_stage = '{start}' AND to_stage = '{end}' THEN amount"
        f" WHEN from_stage = '{end}' AND to_stage = '{start}' THEN -amount END)"
    )


_WITHIN = "business_date BETWEEN :first_on AND :last_on GROUP BY tenant_code, pilot_id"
_FIGURES = Reaching(
    "SELECT t.code, t.name, count(p.id) AS pilots, sum(e.awarded) AS awarded, sum(e.allocated) AS allocated,"
    " sum(w.waiting) AS waiting, sum(e.disbursed) AS disbursed, sum(e.spent) AS spent, sum(e.accepted) AS accepted,"
    " sum(e.recovered) AS recovered FROM tenant t"
    " LEFT JOIN pilot p ON p.tenant_code = t.code AND p.status NOT IN ('waiting', 'returned')"
    " AND (:kind = '' OR p.kind = :kind) AND (:batch = '' OR p.batch = :batch)"
    " AND (:direction = '' OR p.direction = :direction)"
    f" LEFT JOIN (SELECT tenant_code, pilot_id, {_net('fund_line', 'awarded')} AS awarded,"
    f" {_net('awarded', 'allocated')} AS allocated, {_net('allocated', 'disbursed')} AS disbursed,"
    f" {_net('disbursed', 'spent')} AS spent, {_net('spent', 'accepted')} AS accepted,"
    f" coalesce({_net('allocated', 'recovered')}, 0) + coalesce({_net('disbursed', 'recovered')}, 0) AS recovered"
    f" FROM entry WHERE tenant_code {{reach}} AND {_WITHIN}) e ON e.tenant_code = p.tenant_code AND e.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(amount) AS waiting FROM document WHERE tenant_code {reach}"
    f" AND kind = 'disbursement' AND status = 'waiting' AND {_WITHIN}) w"
    " ON w.tenant_code = p.tenant_code AND w.pilot_id = p.id"
    " WHERE t.code {reach} GROUP BY t.code, t.name, t.position ORDER BY t.position, t.code"
)
_BATCHES = Reaching("SELECT DISTINCT batch FROM pilot WHERE tenant_code {reach} AND batch <> '' ORDER BY batch")
_YEARS = Constant("SELECT fiscal_year FROM fund_line ORDER BY fiscal_year DESC", province_wide=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowedTotals:
    """What moved between two business dates, for pilots of one kind, batch or direction, tenant by tenant.

    `waiting` are disbursements of those dates that are under check now.
    """

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    kind: str = ""
    batch: str = ""
    direction: str = ""
    first_on: date = EARLIEST
    last_on: date = LATEST

    def run(self, desk: Desk) -> ProvinceTable:
        chosen = {name: getattr(self, name) for name in ("kind", "batch", "direction", "first_on", "last_on")}
        rows = tuple(_line(row) for row in _FIGURES.rows(desk, **chosen) if row.code != PROVINCE)
        sums = sum((row.sums for row in rows), Sums())
        figures = TenantLine(code="", name="", pilots=sum(row.pilots for row in rows), sums=sums)
        as_of = None if self.last_on == LATEST else self.last_on
        return ProvinceTable(as_of, desk.now, rows, figures)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the figures may be narrowed by: batches by name, budget years, the newest first."""

    batches: Sequence[str]
    years: Sequence[int]


@dataclass(frozen=True, slots=True)
class ListChoices:
    """The batches of the pilots in reach, and the years that have a fund line."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> Choices:
        return Choices([row.batch for row in _BATCHES.rows(desk)], [row.fiscal_year for row in desk.rows(_YEARS)])


def _line(row: Any) -> TenantLine:
    sums = Sums(*(getattr(row, name) or ZERO for name in SUM_NAMES))
    return TenantLine(code=row.code, name=row.name, pilots=int(row.pilots), sums=sums)
