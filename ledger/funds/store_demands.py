"""What the province has asked back of a pilot's projects, and how much of it has come. R10.3, RX.5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant, Reading, Row

_DEMANDS = Constant(
    "SELECT m.id, m.project_id, j.name AS project_name, m.report_id, m.report_number, m.amount, m.basis, m.document_no,"
    " m.demanded_on, (SELECT sum(CASE WHEN e.to_stage = 'recovered' THEN e.amount ELSE -e.amount END)"
    " FROM document a JOIN entry e ON e.tenant_code = a.tenant_code AND e.allocation_id = a.id"
    " WHERE a.tenant_code = m.tenant_code AND a.pilot_id = m.pilot_id AND a.kind = 'allocation'"
    " AND a.project_id = m.project_id"
    " AND 'recovered' IN (e.from_stage, e.to_stage) AND e.business_date >= m.demanded_on) AS recovered"
    " FROM recovery_demand m JOIN project j ON j.tenant_code = m.tenant_code AND j.id = m.project_id"
    " WHERE m.tenant_code = :tenant_code AND m.pilot_id = :pilot_id ORDER BY m.demanded_on, m.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Money that a disposition asks back; `recovered` is what came since its day, an older demand's share left out."""

    id: int
    project_id: int
    project_name: str
    report_id: int
    report_number: str
    amount: Money
    basis: str
    document_no: str
    demanded_on: date
    recovered: Money

    @property
    def left(self) -> Money:
        """What is still to be recovered; nothing once the demand is met."""
        return self.amount - self.recovered


def demands_reading(pilot_id: int) -> Reading:
    """How the demands of a pilot's projects are read, for one who reads more in the same exchange."""
    return _DEMANDS, {"pilot_id": pilot_id}


def demands_from(rows: Sequence[Row]) -> list[Demand]:
    """Rows of that reading, the oldest first: what came back meets the older demands of a project before the newer."""
    met: Counter[int] = Counter()
    found = []
    for row in rows:
        came = max((row.recovered or ZERO).fen - met[row.project_id], 0)
        recovered = min(Money(came), row.amount)
        met[row.project_id] += recovered.fen
        found.append(Demand(**{**row._mapping, "recovered": recovered}))
    return found
