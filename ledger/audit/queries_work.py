"""What one person has checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.audit.queries_reach import Reaching
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.money import ZERO, Money

_CHECKED = Reaching(
    "SELECT count(*) AS found, sum(amount) AS amount FROM document WHERE tenant_code {reach}"
    " AND status IN ('posted', 'reversed') AND checked_by = :person_id AND checked_at >= :since_at"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """How many documents, and what they add up to; a reversal counts with its amount as written on it."""

    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class CheckedSince:
    """What the asker has approved since an instant."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    since: datetime

    def run(self, desk: Desk) -> Checked:
        row = next(iter(_CHECKED.rows(desk, person_id=desk.actor.person_id, since_at=self.since)))
        return Checked(int(row.found), row.amount or ZERO)
