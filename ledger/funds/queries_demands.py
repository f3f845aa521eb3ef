"""What the province has asked back of a pilot, as a question. R10.3, RX.5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.funds.store_demands import Demand, demands_from, demands_reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDemands:
    """What was asked back of a pilot's projects, or of one of them, the oldest first; met ones too."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    pilot_id: int
    project_id: int = 0

    def run(self, desk: Desk) -> list[Demand]:
        (rows,) = desk.read_all(demands_reading(self.pilot_id))
        return [one for one in demands_from(rows) if self.project_id in (0, one.project_id)]
